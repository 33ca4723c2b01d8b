//! Running the platform for years: backups and their way back, a doctor, what the administrator watches.
//!
//! Start reading at `backup` (what a backup is) and `doctor` (what is looked at, and what is said of it).

mod access;
mod api;
pub mod backup;
mod checks;
mod doctor;
mod machine;
mod nightly;
mod rules;

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use shian_base::{Instant, SharedClock};
use shian_db::{Db, Migration};
use shian_jobs::Jobs;
use shian_web::{Module, RecentErrors};

pub use checks::private_files;
pub use doctor::{Check, Depth, Doctor, Finding, Report, Severity};
pub use machine::disk_of;

pub const MIGRATIONS: &[Migration] = shian_db::migrations!("0001-measure");

/// Table `[backup]`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct BackupConfig {
    /// Where backups are put, best on another disk; empty means that none are made by themselves.
    pub to: String,
    /// When, every day, such as `03:00`.
    pub at: String,
    /// One backup a day is kept for so many days, and one a month for so many months.
    pub keep_days: i64,
    pub keep_months: i64,
}

impl Default for BackupConfig {
    fn default() -> Self {
        Self { to: String::new(), at: "03:00".into(), keep_days: 14, keep_months: 12 }
    }
}

impl BackupConfig {
    pub fn place(&self) -> Option<PathBuf> {
        Some(&self.to).filter(|to| !to.is_empty()).map(PathBuf::from)
    }
    /// Minutes after midnight; three in the morning when it cannot be read.
    pub fn minute_of_day(&self) -> i64 {
        rules::minute_of_day(&self.at).unwrap_or(3 * 60)
    }
}

/// What the capability is given.
pub struct Parts {
    pub db: Db,
    pub clock: SharedClock,
    pub jobs: Jobs,
    pub source: backup::Source,
    pub config: BackupConfig,
    pub doctor: Arc<Doctor>,
    pub errors: RecentErrors,
    pub started_at: Instant,
}

pub(crate) struct Operations {
    pub db: Db,
    pub clock: SharedClock,
    pub jobs: Jobs,
    pub source: backup::Source,
    pub config: BackupConfig,
    pub doctor: Arc<Doctor>,
    pub errors: RecentErrors,
    pub started_at: Instant,
}

pub fn module(parts: Parts) -> Module {
    let Parts { db, clock, jobs, source, config, doctor, errors, started_at } = parts;
    let operations = Arc::new(Operations { db, clock, jobs, source, config, doctor, errors, started_at });
    let mut module = Module::new("operations", MIGRATIONS);
    module.policy = access::rules();
    module.jobs = vec![Arc::new(nightly::BackUpNow(Arc::clone(&operations)))];
    module.sweeps =
        vec![Arc::new(nightly::Nightly(Arc::clone(&operations))), Arc::new(machine::Measure(Arc::clone(&operations)))];
    module.router = api::router(operations);
    module
}
