//! Puts every file of law-data into the program, so that it runs with nothing beside it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../law-data");
    let mut out = String::from("pub static FILES: &[(&str, &str)] = &[\n");
    for folder in ["", "procedures", "forms"] {
        let folder_path = root.join(folder);
        println!("cargo::rerun-if-changed={}", folder_path.display());
        let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder_path)
            .unwrap_or_else(|e| panic!("reading {}: {e}", folder_path.display()))
            .filter_map(|entry| entry.ok().map(|e| e.path()))
            .filter(|path| path.extension().is_some_and(|e| ["toml", "csv", "json"].iter().any(|known| e == *known)))
            .collect();
        paths.sort();
        for path in paths {
            let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_owned();
            let name = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            let _ = writeln!(out, "    ({name:?}, include_str!({:?})),", path.display().to_string());
        }
    }
    out.push_str("];\n");
    let target = PathBuf::from(std::env::var("OUT_DIR").unwrap_or_default()).join("law_data.rs");
    std::fs::write(&target, out).unwrap_or_else(|e| panic!("writing {}: {e}", target.display()));
}
