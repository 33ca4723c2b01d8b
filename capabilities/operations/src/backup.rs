//! Backups: one moment of the database, the evidence it names, the law folder, the rest of the data folder.
//!
//! The order is what makes a backup whole: evidence is put into the store before the row that names it and is
//! never taken out, so the database is copied first and then every file that its rows name.

mod bytes;
mod keep;
mod manifest;
mod restore;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use shian_base::{Error, Instant, Result};
use shian_db::{Db, FromRow as _};
use shian_files::Files;

use bytes::{all_files, copy_part, hash_of, make_private, sync_folder, write_part};
pub use keep::{last_due, to_forget};
pub use manifest::{Manifest, Part};
pub use restore::{Restore, Restored};

/// Evidence of all backups of a place, by hash, each file once.
const POOL: &str = "files";
const LOCK: &str = ".lock";
const PARTIAL: &str = ".partial";
const HASHES: &str = "files.txt";
/// What of the data folder has its own way into a backup, or need not be in one.
const LEFT_OUT: &[&str] = &["files", "quarantine", "camera-films", "backups"];

/// Everything that a backup is made of.
#[derive(Clone)]
pub struct Source {
    pub db: Db,
    pub files: Files,
    pub data: PathBuf,
    /// SQLite's file.
    pub database: Option<PathBuf>,
    /// The configuration file's text.
    pub config: Option<String>,
    pub law: Option<PathBuf>,
    pub version: String,
    pub with_secrets: bool,
}

/// A backup in its place.
#[derive(Clone, Debug)]
pub struct Made {
    pub path: PathBuf,
    pub manifest: Manifest,
    /// Evidence that was not in the place yet.
    pub new_files: u64,
}

impl Source {
    /// Makes a backup in the folder `to`, which holds one folder for each backup and the evidence of all of them.
    ///
    /// Until it is whole it is called `….partial`, and nothing is restored from it.
    pub async fn back_up(&self, to: &Path, now: Instant) -> Result<Made> {
        // It holds what the data folder holds.
        make_private(to)?;
        make_private(&to.join(POOL))?;
        let to = to.canonicalize().context("finding the place of the backup")?;
        let _turn = lock(&to)?;
        sweep_partial(&to)?;
        let path = to.join(name_of(now));
        if path.exists() {
            return Err(Error::conflict(
                "backup.exists",
                format!("{} is there already", path.display()),
                serde_json::json!({}),
            ));
        }
        let partial = PathBuf::from(format!("{}{PARTIAL}", path.display()));
        fs::create_dir(&partial).with_context(|| format!("making the folder {}", partial.display()))?;
        let written = self.write(&to, &partial, now).await;
        if let Err(error) = written {
            // What is half there is of use to nobody; when even that cannot be done, the next backup does it.
            let _ = fs::remove_dir_all(&partial);
            return Err(error);
        }
        let (manifest, new_files) = written?;
        fs::rename(&partial, &path).context("giving the backup its name")?;
        sync_folder(&to)?;
        Ok(Made { path, manifest, new_files })
    }

    async fn write(&self, to: &Path, partial: &Path, now: Instant) -> Result<(Manifest, u64)> {
        let database = partial.join("database");
        fs::create_dir(&database).context("making a folder")?;
        let asked = "select sha256, max(size_bytes) from file group by sha256 order by sha256";
        let (saved, rows) = self.db.save(&database, asked).await?;
        let mut manifest = Manifest::new(&self.version, now, saved, self.with_secrets);
        for file in all_files(&database)? {
            manifest.parts.push(Part { sha256: hash_of(&file)?, ..part_of(partial, &file)? });
        }
        let mut new_files = 0;
        let mut hashes = String::new();
        for row in &rows {
            let (sha256, size_bytes) = <(String, i64)>::from_row(row)?;
            match self.keep(to, &sha256, size_bytes as u64).await? {
                Kept::Before => {}
                Kept::Now => new_files += 1,
                Kept::Missing => {
                    manifest.missing.push(sha256);
                    continue;
                }
            }
            manifest.files += 1;
            manifest.files_bytes += size_bytes;
            hashes.push_str(&sha256);
            hashes.push('\n');
        }
        manifest.parts.push(write_part(partial, HASHES, hashes.as_bytes())?);
        self.write_rest(to, partial, &mut manifest)?;
        manifest.seal(partial)?;
        Ok((manifest, new_files))
    }

    /// Makes sure that a file of evidence lies in the pool.
    async fn keep(&self, to: &Path, sha256: &str, size_bytes: u64) -> Result<Kept> {
        let at = pool_path(to, sha256)?;
        if fs::metadata(&at).is_ok_and(|found| found.len() == size_bytes) {
            return Ok(Kept::Before);
        }
        match self.files.bytes(sha256).await {
            Ok(bytes) => {
                bytes::write_whole(&at, &bytes)?;
                Ok(Kept::Now)
            }
            // The backup goes on without it and says so: everything else must not wait for one lost picture.
            Err(error) if matches!(error.code(), "files.missing" | "files.altered") => Ok(Kept::Missing),
            Err(error) => Err(error),
        }
    }

    /// The configuration, the law folder and what else lies in the data folder.
    fn write_rest(&self, to: &Path, partial: &Path, manifest: &mut Manifest) -> Result<()> {
        if let Some(text) = &self.config {
            let text = if self.with_secrets { text.clone() } else { without_secrets(text)? };
            manifest.parts.push(write_part(partial, "config.toml", text.as_bytes())?);
        }
        let mut copy = |root: &Path, file: &Path, under: &str| -> Result<()> {
            let inside = file.strip_prefix(root).map_err(|_| anyhow!("{} lies outside", file.display()))?;
            manifest.parts.push(copy_part(file, partial, &Path::new(under).join(inside))?);
            Ok(())
        };
        if let Some(law) = &self.law {
            for file in all_files(law)? {
                copy(law, &file, "law")?;
            }
        }
        let data = self.data.canonicalize().context("finding the data folder")?;
        for entry in fs::read_dir(&data).context("listing the data folder")? {
            let entry = entry.context("listing the data folder")?;
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            let is_own_place = to.starts_with(&path);
            if LEFT_OUT.contains(&name.as_str()) || self.is_database(&name) || is_own_place {
                continue;
            }
            let files = if path.is_dir() { all_files(&path)? } else { vec![path.clone()] };
            for file in files
                .iter()
                .filter(|file| file.is_file() && (self.with_secrets || !bytes::is_secret(file, *file == &path)))
            {
                copy(&data, file, "data")?;
            }
        }
        Ok(())
    }

    /// SQLite's own files, which are copied by SQLite.
    fn is_database(&self, name: &str) -> bool {
        let own =
            self.database.as_ref().and_then(|path| path.file_name()).map(|name| name.to_string_lossy().into_owned());
        own.is_some_and(|own| ["", "-wal", "-shm", "-journal"].iter().any(|end| name == format!("{own}{end}")))
    }
}

enum Kept {
    Before,
    Now,
    Missing,
}

/// The whole backups of a place, the newest first; what is half-written or altered is none.
pub fn list(to: &Path) -> Result<Vec<(PathBuf, Manifest)>> {
    let Ok(entries) = fs::read_dir(to) else { return Ok(Vec::new()) };
    let mut found: Vec<(PathBuf, Manifest)> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter_map(|path| Manifest::read(&path).ok().map(|manifest| (path, manifest)))
        .collect();
    found.sort_by_key(|(_, manifest)| std::cmp::Reverse(manifest.made_at));
    Ok(found)
}

/// Takes away backups that need not be kept any longer, and evidence that no backup names any more.
pub fn forget_old(to: &Path, now: Instant, keep_days: i64, keep_months: i64) -> Result<Vec<PathBuf>> {
    let to = to.canonicalize().context("finding the place of the backups")?;
    let _turn = lock(&to)?;
    let there = list(&to)?;
    let moments: Vec<Instant> = there.iter().map(|(_, manifest)| manifest.made_at).collect();
    let forgotten = to_forget(&moments, now, keep_days, keep_months);
    let mut gone = Vec::new();
    let mut named: BTreeSet<String> = BTreeSet::new();
    for (path, manifest) in there {
        if forgotten.contains(&manifest.made_at) {
            fs::remove_dir_all(&path).with_context(|| format!("taking away {}", path.display()))?;
            gone.push(path);
        } else {
            named.extend(manifest.hashes(&path)?);
        }
    }
    if gone.is_empty() {
        return Ok(gone);
    }
    for file in all_files(&to.join(POOL))? {
        let hash =
            file.strip_prefix(to.join(POOL)).map(|path| path.to_string_lossy().replace('/', "")).unwrap_or_default();
        if !named.contains(&hash) {
            fs::remove_file(&file).with_context(|| format!("taking away {}", file.display()))?;
        }
    }
    Ok(gone)
}

/// `2026-11-21T120000`, in China's time.
fn name_of(now: Instant) -> String {
    now.to_string().chars().take(19).filter(|c| *c != ':').collect()
}

fn part_of(root: &Path, file: &Path) -> Result<Part> {
    let path = file.strip_prefix(root).map_err(|_| anyhow!("{} lies outside", file.display()))?;
    let size_bytes = fs::metadata(file).context("measuring a file")?.len();
    Ok(Part { path: path.to_string_lossy().into_owned(), size_bytes, sha256: String::new() })
}

pub(crate) fn pool_path(to: &Path, sha256: &str) -> Result<PathBuf> {
    let is_hash = sha256.len() == 64 && sha256.bytes().all(|b| b.is_ascii_hexdigit());
    let (head, tail) =
        sha256.split_at_checked(2).filter(|_| is_hash).ok_or_else(|| anyhow!("\"{sha256}\" is no hash"))?;
    Ok(to.join(POOL).join(head).join(tail))
}

/// One backup at a time; the lock goes with the process that held it.
fn lock(to: &Path) -> Result<fs::File> {
    let file = fs::File::create(to.join(LOCK)).context("making the lock of the backups")?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => {
            Err(Error::conflict("backup.running", "a backup is being made here already", serde_json::json!({})))
        }
        Err(fs::TryLockError::Error(error)) => {
            Err(anyhow::Error::new(error).context("taking the lock of the backups").into())
        }
    }
}

/// What a backup that was broken off has left behind.
fn sweep_partial(to: &Path) -> Result<()> {
    for entry in fs::read_dir(to).context("listing the backups")?.flatten() {
        if entry.file_name().to_string_lossy().ends_with(PARTIAL) {
            fs::remove_dir_all(entry.path()).context("taking away a backup that was broken off")?;
        }
    }
    Ok(())
}

/// The configuration with every secret taken out and the place of it kept.
fn without_secrets(text: &str) -> Result<String> {
    let mut table: toml::Table = toml::from_str(text).context("reading the configuration")?;
    take_secrets(&mut table);
    Ok(toml::to_string(&table).context("writing the configuration")?)
}

/// Whether a configuration holds what nobody else on the machine should read.
pub(crate) fn holds_secrets(text: &str) -> bool {
    let Ok(table) = toml::from_str::<toml::Table>(text) else { return false };
    let mut clean = table.clone();
    take_secrets(&mut clean);
    clean != table
}

fn take_secrets(table: &mut toml::Table) {
    const MARKS: [&str; 4] = ["password", "secret", "token", "key"];
    for (name, value) in table.iter_mut() {
        match value {
            toml::Value::Table(inner) => take_secrets(inner),
            toml::Value::String(text) if MARKS.iter().any(|mark| name.contains(mark)) => text.clear(),
            // An address may hold a password: postgres://user:password@host/…
            toml::Value::String(text) => {
                if let Some((scheme, rest)) = text.split_once("://")
                    && let Some((user, host)) = rest.rsplit_once('@')
                {
                    let user = user.split(':').next().unwrap_or_default();
                    *text = format!("{scheme}://{user}@{host}");
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_goes_without_its_secrets() {
        let text = "[server]\ndatabase = \"postgres://shian:geheim@db:5432/shian?sslmode=require\"\nlisten = \"127.0.0.1:8080\"\n\
                    [metrics]\ntoken = \"geheim\"\n";
        let clean = without_secrets(text).unwrap();
        assert!(!clean.contains("geheim") && holds_secrets(text) && !holds_secrets(&clean));
        assert!(clean.contains("postgres://shian@db:5432/shian?sslmode=require") && clean.contains("127.0.0.1:8080"));
    }

    #[test]
    fn only_a_hash_names_a_file_of_the_pool() {
        assert!(pool_path(Path::new("/b"), "../../etc/passwd").is_err());
        assert!(pool_path(Path::new("/b"), &"a".repeat(64)).unwrap().starts_with("/b/files/aa"));
    }
}
