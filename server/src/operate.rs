//! The commands that keep a platform alive over the years: backup, restore, doctor.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use async_trait::async_trait;
use clap::Args;
use shian_base::{Clock as _, Result, SharedClock, SystemClock};
use shian_db::{Db, Migration};
use shian_files::Files;
use shian_media::{Look, LookRequest, ModelInfo, Vision, VisionError};
use shian_operations::backup::{Restore, Source};
use shian_operations::{Check, Depth, Doctor, Severity};

use crate::app;
use crate::config::Config;
use crate::health::{Cameras, Models};
use crate::tools::Place;

#[derive(Args)]
pub struct BackupCommand {
    #[command(flatten)]
    place: Place,
    /// The folder for backups; the configuration's when none is named. Evidence is kept there once for all of them.
    #[arg(long)]
    to: Option<PathBuf>,
    /// Take keys and passwords along too; keep such a backup as you keep them.
    #[arg(long)]
    with_secrets: bool,
    /// Afterwards take away what the configuration says need not be kept.
    #[arg(long)]
    forget_old: bool,
}

pub async fn backup(command: BackupCommand) -> Result<()> {
    let config = command.place.config()?;
    let to = command.to.or_else(|| config.backup.place());
    let to = to.ok_or_else(|| anyhow!("name a folder with --to, or in the configuration under [backup]"))?;
    let db = command.place.open().await?;
    let source = source(&config, &db, command.with_secrets)?;
    let made = source.back_up(&to, SystemClock.now()).await?;
    let manifest = &made.manifest;
    println!("{}", made.path.display());
    println!(
        "{} files of evidence, {} of them new here, {} bytes in all",
        manifest.files, made.new_files, manifest.files_bytes
    );
    if command.forget_old {
        for gone in shian_operations::backup::forget_old(
            &to,
            SystemClock.now(),
            config.backup.keep_days,
            config.backup.keep_months,
        )? {
            println!("took away {}", gone.display());
        }
    }
    db.close().await;
    if manifest.missing.is_empty() {
        return Ok(());
    }
    Err(anyhow!(
        "the backup was made, but {} files of evidence were missing or altered in the store",
        manifest.missing.len()
    )
    .into())
}

/// What a backup of this platform is made of.
pub(crate) fn source(config: &Config, db: &Db, with_secrets: bool) -> Result<Source> {
    let data = config.server.data.clone();
    let text = config.file.as_ref().map(std::fs::read_to_string).transpose().context("reading the configuration")?;
    Ok(Source {
        db: db.clone(),
        files: Files::local(db.clone(), &data.join("files"))?,
        data,
        database: config.database_url().strip_prefix("sqlite:").map(PathBuf::from),
        config: text,
        law: Some(PathBuf::from(&config.law.folder)).filter(|folder| !folder.as_os_str().is_empty()),
        version: env!("CARGO_PKG_VERSION").into(),
        with_secrets,
    })
}

#[derive(Args)]
pub struct RestoreCommand {
    /// A backup, or a folder of backups, of which the newest whole one is taken.
    #[arg(long)]
    from: PathBuf,
    /// The data folder to be made; one with anything in it is refused.
    #[arg(long)]
    data: PathBuf,
    /// An empty database, when the backup is of PostgreSQL.
    #[arg(long, env = "SHIAN_DATABASE", hide_env_values = true)]
    database: Option<String>,
}

pub async fn restore(command: RestoreCommand) -> Result<()> {
    let mut config = Config::default();
    config.server.data.clone_from(&command.data);
    config.server.database = command.database.unwrap_or_default();
    let migrations = known_migrations().await?;
    let restore =
        Restore { from: &command.from, data: &command.data, database: &config.database_url(), migrations: &migrations };
    let restored = restore.run(SystemClock.now()).await?;
    println!("restored {} of {} into {}", restored.path.display(), restored.manifest.made_at, command.data.display());
    if !restored.brought_forward.is_empty() {
        println!("brought the schema up to date: {}", restored.brought_forward.join(", "));
    }
    if !restored.manifest.with_secrets {
        println!("keys and passwords were not in the backup; set them anew before serving");
    }
    Ok(())
}

#[derive(Args)]
pub struct DoctorCommand {
    #[command(flatten)]
    place: Place,
    /// Print JSON instead of a text.
    #[arg(long)]
    json: bool,
    /// Compare every row of evidence with its bytes too.
    #[arg(long)]
    thorough: bool,
}

/// The exit status: 0 when all is well, 1 when something is to be seen to, 2 when it is to be seen to now.
pub async fn doctor(command: DoctorCommand) -> Result<u8> {
    let config = command.place.config()?;
    let db = command.place.open().await?;
    let files = Files::local(db.clone(), &config.server.data.join("files"))?;
    let doctor = examiner(&config, &db, &files, known_migrations().await?, None);
    let depth = if command.thorough { Depth::Everything } else { Depth::Database };
    let report = doctor.examine(SystemClock.now(), depth).await;
    db.close().await;
    if command.json {
        println!("{}", serde_json::to_string_pretty(&report).context("writing the report")?);
    } else if report.findings.is_empty() {
        println!("一切正常");
    }
    for finding in report.findings.iter().filter(|_| !command.json) {
        let mark = match finding.severity {
            Severity::Bad => "立即处理",
            Severity::Warn => "尽快处理",
            Severity::Note => "提示",
        };
        println!("【{mark}】{}（{}）\n　　{}", finding.says, finding.code, finding.advice);
    }
    Ok(match report.worst {
        None | Some(Severity::Note) => 0,
        Some(Severity::Warn) => 1,
        Some(Severity::Bad) => 2,
    })
}

/// The doctor of this platform; `vision` only where it runs.
pub(crate) fn examiner(
    config: &Config,
    db: &Db,
    files: &Files,
    migrations: Vec<Migration>,
    vision: Option<Arc<shian_vision::ChildVision>>,
) -> Doctor {
    let runtimes =
        app::runtimes(config).into_iter().chain(std::env::var_os("ORT_DYLIB_PATH").map(PathBuf::from)).collect();
    let models = Models { folder: config.server.data.join("models"), runtimes, loaded: vision };
    let more: Vec<Arc<dyn Check>> = vec![Arc::new(Cameras(db.clone())), Arc::new(models)];
    Doctor {
        db: db.clone(),
        files: files.clone(),
        data: config.server.data.clone(),
        config_file: config.file.clone(),
        migrations,
        backup: config.backup.clone(),
        more,
    }
}

/// Every migration that this program knows, in its order.
pub async fn known_migrations() -> Result<Vec<Migration>> {
    let folder = tempfile::tempdir().context("making a temporary folder")?;
    let db = Db::open_sqlite(&folder.path().join("none.db")).await?;
    let clock: SharedClock = Arc::new(SystemClock);
    let known = app::known_migrations(&db, &clock, Path::new(folder.path()), Arc::new(Blind));
    db.close().await;
    known
}

/// Looks at nothing: commands wire the modules without starting what looks.
struct Blind;

#[async_trait]
impl Vision for Blind {
    async fn look(&self, _: LookRequest) -> Result<Look, VisionError> {
        Err(VisionError::Busy)
    }
    fn models(&self) -> Vec<ModelInfo> {
        Vec::new()
    }
}
