//! Files that are written whole or not at all, and their hashes.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};
use shian_base::Result;

use super::manifest::Part;

pub(crate) fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn hash_of(path: &Path) -> Result<String> {
    let mut file = fs::File::open(path).with_context(|| format!("opening {}", path.display()))?;
    let mut hasher = Sha256::new();
    let mut chunk = vec![0; 1 << 20];
    loop {
        match file.read(&mut chunk).with_context(|| format!("reading {}", path.display()))? {
            0 => return Ok(hex(&hasher.finalize())),
            read => hasher.update(&chunk[..read]),
        }
    }
}

/// Writes beside the place first: a name in the pool stands for all of its bytes.
pub(crate) fn write_whole(at: &Path, bytes: &[u8]) -> Result<()> {
    let write = || -> std::io::Result<()> {
        let folder = at.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let beside = at.with_extension("new");
        let mut file = fs::File::create(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, at)
    };
    Ok(write().with_context(|| format!("writing {}", at.display()))?)
}

/// Writes a part of a backup.
pub(crate) fn write_part(root: &Path, path: &str, bytes: &[u8]) -> Result<Part> {
    write_whole(&root.join(path), bytes)?;
    Ok(Part { path: path.into(), size_bytes: bytes.len() as u64, sha256: hex(&Sha256::digest(bytes)) })
}

/// Copies a file into a backup.
pub(crate) fn copy_part(from: &Path, root: &Path, path: &Path) -> Result<Part> {
    let at = root.join(path);
    if let Some(folder) = at.parent() {
        fs::create_dir_all(folder).context("making a folder")?;
    }
    fs::copy(from, &at).with_context(|| format!("copying {}", from.display()))?;
    fs::File::open(&at).and_then(|file| file.sync_all()).context("writing a file")?;
    let size_bytes = fs::metadata(&at).context("measuring a file")?.len();
    Ok(Part { path: path.to_string_lossy().into_owned(), size_bytes, sha256: hash_of(&at)? })
}

/// Every file under a folder, in the order of their names; links are not followed.
pub(crate) fn all_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        if !folder.exists() {
            continue;
        }
        for entry in fs::read_dir(&folder).with_context(|| format!("listing {}", folder.display()))? {
            let entry = entry.context("listing a folder")?;
            let kind = entry.file_type().context("looking at a file")?;
            if kind.is_dir() {
                open.push(entry.path());
            } else if kind.is_file() {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Whether the file is a secret: its owner alone may read it, and it lies at the top of the data folder or is a key.
pub(crate) fn is_secret(path: &Path, is_at_the_top: bool) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    let is_private = fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 == 0);
    let is_key = path.extension().is_some_and(|kind| ["key", "pem", "p12", "token"].iter().any(|key| kind == *key));
    is_key || (is_private && is_at_the_top)
}

/// Makes a folder, unless it is there, that nobody else on this machine may enter.
pub(crate) fn make_private(folder: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    let made = fs::DirBuilder::new().mode(0o700).recursive(true).create(folder);
    Ok(made.with_context(|| format!("making the folder {}", folder.display()))?)
}

/// A new name in a folder is on disk only once the folder is.
pub(crate) fn sync_folder(folder: &Path) -> Result<()> {
    Ok(fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .with_context(|| format!("writing {}", folder.display()))?)
}
