//! Where the texts of law-data come from: the program itself, or a folder that replaces some of them.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};

include!(concat!(env!("OUT_DIR"), "/law_data.rs"));

/// All files by name (`values.csv`, `procedures/clue.toml`), the folder's winning over the built-in ones.
pub fn read(folder: Option<&Path>) -> Result<BTreeMap<String, String>> {
    let mut files: BTreeMap<String, String> = FILES.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect();
    let Some(folder) = folder else { return Ok(files) };
    for sub in ["", "procedures", "forms", "values", "statutes"] {
        let path = folder.join(sub);
        if !path.is_dir() {
            continue;
        }
        for entry in std::fs::read_dir(&path).with_context(|| format!("reading the folder {}", path.display()))? {
            let file = entry?.path();
            let name = file.file_name().and_then(|n| n.to_str()).unwrap_or_default();
            if ![".toml", ".csv", ".json"].iter().any(|end| name.ends_with(end)) {
                continue;
            }
            let text = std::fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
            files.insert(if sub.is_empty() { name.into() } else { format!("{sub}/{name}") }, text);
        }
    }
    Ok(files)
}
