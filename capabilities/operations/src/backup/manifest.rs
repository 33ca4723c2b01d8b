//! What a backup says of itself, sealed by its hash.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use shian_base::{Error, Instant, Result};
use shian_db::Saved;

use super::bytes::{hash_of, hex, sync_folder, write_whole};
use super::{HASHES, PARTIAL};

const FORMAT: u32 = 1;
const MANIFEST: &str = "manifest.json";
const SEAL: &str = "manifest.sha256";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    pub made_at: Instant,
    /// Of the program that made it.
    pub version: String,
    pub database: Saved,
    /// Every file of the backup itself.
    pub parts: Vec<Part>,
    /// Files of evidence, and their bytes; the hashes stand in `files.txt`.
    pub files: i64,
    pub files_bytes: i64,
    /// Evidence that the database names and the store did not have, or had altered.
    pub missing: Vec<String>,
    pub with_secrets: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Within the backup.
    pub path: String,
    pub size_bytes: u64,
    pub sha256: String,
}

impl Manifest {
    pub(crate) fn new(version: &str, made_at: Instant, database: Saved, with_secrets: bool) -> Self {
        let parts = Vec::new();
        Self {
            format: FORMAT,
            made_at,
            version: version.into(),
            database,
            parts,
            files: 0,
            files_bytes: 0,
            missing: Vec::new(),
            with_secrets,
        }
    }

    /// Writes it as the last thing of a backup.
    pub(crate) fn seal(&self, folder: &Path) -> Result<()> {
        let text = serde_json::to_vec_pretty(self).context("writing the manifest")?;
        write_whole(&folder.join(MANIFEST), &text)?;
        write_whole(&folder.join(SEAL), hex(&Sha256::digest(&text)).as_bytes())?;
        sync_folder(folder)
    }

    /// Reads a backup's manifest; a backup that was broken off, or changed since, is refused.
    pub fn read(folder: &Path) -> Result<Self> {
        let refuse =
            |why: &str| Error::refused("backup.not_whole", format!("{} is no whole backup: {why}", folder.display()));
        if folder.to_string_lossy().trim_end_matches('/').ends_with(PARTIAL) {
            return Err(refuse("it was broken off while it was made"));
        }
        let text = fs::read(folder.join(MANIFEST)).map_err(|_| refuse("it has no manifest"))?;
        let seal = fs::read_to_string(folder.join(SEAL)).map_err(|_| refuse("its manifest is not sealed"))?;
        if seal.trim() != hex(&Sha256::digest(&text)) {
            return Err(refuse("its manifest was changed"));
        }
        let manifest: Self = serde_json::from_slice(&text).context("reading the manifest")?;
        if manifest.format != FORMAT {
            return Err(refuse("its format is not known to this version of the program"));
        }
        Ok(manifest)
    }

    /// Checks every file of the backup itself against its hash.
    pub(crate) fn check_parts(&self, folder: &Path) -> Result<()> {
        for part in &self.parts {
            let path = folder.join(&part.path);
            let refuse =
                |why: &str| Error::refused("backup.damaged", format!("{} {why}; nothing was restored", part.path));
            if !path.exists() {
                return Err(refuse("is missing in the backup"));
            }
            if hash_of(&path)? != part.sha256 {
                return Err(refuse("was changed since the backup was made"));
            }
        }
        Ok(())
    }

    /// The hashes of the evidence that belongs to the backup.
    pub(crate) fn hashes(&self, folder: &Path) -> Result<Vec<String>> {
        let text = fs::read_to_string(folder.join(HASHES)).context("reading the list of evidence")?;
        Ok(text.lines().map(str::to_owned).collect())
    }
}
