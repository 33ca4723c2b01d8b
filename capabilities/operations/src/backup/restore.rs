//! Bringing a backup back: every hash is checked before anything is put anywhere, and nothing that lives is overwritten.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use shian_base::{Error, Instant, Result};
use shian_db::{Db, Engine, Migration};

use super::bytes::{all_files, hash_of, make_private, sync_folder};
use super::manifest::Manifest;
use super::{POOL, list, pool_path};

/// Where to.
pub struct Restore<'a> {
    /// A backup, or the folder of several, of which the newest is taken.
    pub from: &'a Path,
    /// The data folder to be made.
    pub data: &'a Path,
    /// `sqlite:PATH` or `postgres://…`
    pub database: &'a str,
    pub migrations: &'a [Migration],
}

#[derive(Debug)]
pub struct Restored {
    pub path: PathBuf,
    pub manifest: Manifest,
    /// Migrations that brought the schema forward.
    pub brought_forward: Vec<&'static str>,
}

impl Restore<'_> {
    pub async fn run(&self, now: Instant) -> Result<Restored> {
        let (path, manifest) = self.choose()?;
        self.refuse_living()?;
        self.refuse_other_engine(&manifest)?;
        manifest.check_parts(&path)?;
        let hashes = manifest.hashes(&path)?;
        let place = path.parent().unwrap_or(Path::new("."));
        for sha256 in &hashes {
            let at = pool_path(place, sha256)?;
            let is_whole = at.exists() && hash_of(&at)? == *sha256;
            if !is_whole {
                let message = format!("the file of evidence {sha256} is missing or was changed; nothing was restored");
                return Err(Error::refused("backup.damaged", message));
            }
        }
        // Beside its place until it is whole: a restore that was broken off leaves no folder that a server would start on.
        let beside = PathBuf::from(format!("{}.restoring", self.data.display()));
        if beside.exists() {
            fs::remove_dir_all(&beside).context("taking away a restore that was broken off")?;
        }
        make_private(&beside)?;
        for sha256 in &hashes {
            let from = pool_path(place, sha256)?;
            let inside = from.strip_prefix(place.join(POOL)).unwrap_or(&from).to_owned();
            copy(&from, &beside.join("files").join(inside))?;
        }
        for (part, under) in [("data", beside.clone()), ("law", beside.join("restored-law"))] {
            for file in all_files(&path.join(part))? {
                copy(&file, &under.join(file.strip_prefix(path.join(part)).unwrap_or(&file)))?;
            }
        }
        let config = path.join("config.toml");
        if config.exists() {
            copy(&config, &beside.join("restored-config.toml"))?;
        }
        let database = path.join("database");
        let brought_forward = match self.database.strip_prefix("sqlite:").map(Path::new) {
            Some(at) => {
                // A database within the data folder is made where that folder is being made.
                let inside = at.strip_prefix(self.data).map(|inside| beside.join(inside));
                let at = inside.unwrap_or_else(|_| at.to_owned());
                Db::place_copy(&database, &at)?;
                self.load(&format!("sqlite:{}", at.display()), &database, &manifest, now).await?
            }
            None => self.load(self.database, &database, &manifest, now).await?,
        };
        // Every byte is on disk before the folder has the name that a server starts on.
        rustix::fs::sync();
        if self.data.exists() {
            fs::remove_dir(self.data).context("taking away the empty folder")?;
        }
        fs::rename(&beside, self.data).context("giving the folder its name")?;
        sync_folder(self.data)?;
        Ok(Restored { path, manifest, brought_forward })
    }

    async fn load(&self, url: &str, folder: &Path, manifest: &Manifest, now: Instant) -> Result<Vec<&'static str>> {
        let db = Db::open(url).await?;
        let loaded = db.load(folder, &manifest.database, self.migrations, now).await;
        db.close().await;
        Ok(loaded?.run)
    }

    fn choose(&self) -> Result<(PathBuf, Manifest)> {
        let from = self.from.canonicalize().with_context(|| format!("looking for {}", self.from.display()))?;
        if from.join(POOL).is_dir() {
            let newest = list(&from)?.into_iter().next();
            let message = || format!("there is no whole backup in {}", from.display());
            return newest.ok_or_else(|| Error::refused("backup.none", message()));
        }
        let manifest = Manifest::read(&from)?;
        Ok((from, manifest))
    }

    /// A folder with anything in it, or a database file that is there, is somebody's.
    fn refuse_living(&self) -> Result<()> {
        let is_empty = fs::read_dir(self.data).map_or(true, |mut entries| entries.next().is_none());
        let file = self.database.strip_prefix("sqlite:").map(Path::new).filter(|file| file.exists());
        let living = if is_empty { file } else { Some(self.data) };
        match living {
            None => Ok(()),
            Some(path) => {
                let message =
                    format!("{} is not empty; restore into a new folder, nothing was changed", path.display());
                Err(Error::refused("backup.living", message))
            }
        }
    }

    fn refuse_other_engine(&self, manifest: &Manifest) -> Result<()> {
        let wanted = if self.database.starts_with("sqlite:") { Engine::Sqlite } else { Engine::Postgres };
        if manifest.database.engine == wanted {
            return Ok(());
        }
        let message = format!("the backup is of {:?}, the database named is {wanted:?}", manifest.database.engine);
        Err(Error::refused("backup.other_engine", message))
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).context("making a folder")?;
    }
    fs::copy(from, to).with_context(|| format!("writing {}", to.display()))?;
    Ok(())
}
