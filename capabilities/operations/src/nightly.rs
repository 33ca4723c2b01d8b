//! The backup that makes itself every night, and the one that somebody asks for.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;
use shian_base::{Instant, Result};
use shian_jobs::{Job, Outcome, Sweep};
use tracing::{info, warn};

use crate::{Operations, backup};

/// The kind of the job that makes a backup now.
pub(crate) const BACK_UP: &str = "operations.backup";

impl Operations {
    async fn back_up(&self, now: Instant) -> Result<()> {
        let Some(place) = self.config.place() else { return Ok(()) };
        let made = self.source.back_up(&place, now).await?;
        let (path, files, new) = (made.path.display(), made.manifest.files, made.new_files);
        info!("made the backup {path} with {files} files of evidence, {new} of them new");
        if !made.manifest.missing.is_empty() {
            warn!("{} files of evidence were not in the store", made.manifest.missing.len());
        }
        for gone in backup::forget_old(&place, now, self.config.keep_days, self.config.keep_months)? {
            info!("took away the old backup {}", gone.display());
        }
        Ok(())
    }
}

pub(crate) struct Nightly(pub Arc<Operations>);

#[async_trait]
impl Sweep for Nightly {
    fn name(&self) -> &'static str {
        "nightly-backup"
    }
    fn every_seconds(&self) -> u64 {
        300
    }
    async fn run(&self, now: Instant) -> Result<()> {
        let Some(place) = self.0.config.place() else { return Ok(()) };
        let due = backup::last_due(now, self.0.config.minute_of_day());
        let newest = backup::list(&place)?.into_iter().next();
        if newest.is_some_and(|(_, manifest)| manifest.made_at >= due) {
            return Ok(());
        }
        self.0.back_up(now).await
    }
}

pub(crate) struct BackUpNow(pub Arc<Operations>);

#[async_trait]
impl Job for BackUpNow {
    fn kind(&self) -> &'static str {
        BACK_UP
    }
    async fn run(&self, _: &Value, now: Instant) -> Result<Outcome> {
        match self.0.back_up(now).await {
            Ok(()) => Ok(Outcome::Done),
            // Whoever is at it makes the backup that was asked for.
            Err(error) if error.code() == "backup.running" => Ok(Outcome::Done),
            Err(error) => Err(error),
        }
    }
}
