//! The doctor: looks at everything that goes wrong over the years and says what to do.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use serde::Serialize;
use serde_json::{Value, json};
use shian_base::{Instant, Result};
use shian_db::{Db, Migration};
use shian_files::Files;
use utoipa::ToSchema;

use crate::{BackupConfig, checks};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Note,
    /// To be seen to in the next days.
    Warn,
    /// To be seen to now.
    Bad,
}

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Finding {
    /// Stable, such as `disk.low`.
    pub code: String,
    pub severity: Severity,
    /// What is the matter.
    pub says: String,
    /// What to do about it.
    pub advice: String,
    #[schema(value_type = Object)]
    pub facts: Value,
}

impl Finding {
    pub fn new(
        code: &str,
        severity: Severity,
        says: impl Into<String>,
        advice: impl Into<String>,
        facts: Value,
    ) -> Self {
        Self { code: code.into(), severity, says: says.into(), advice: advice.into(), facts }
    }
}

/// What the doctor found, the worst first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Report {
    pub checked_at: Instant,
    /// The worst of the findings; none when all is well.
    pub worst: Option<Severity>,
    pub findings: Vec<Finding>,
}

/// Something that another part of the platform knows how to look at.
#[async_trait]
pub trait Check: Send + Sync {
    /// The stable name of what is looked at, such as `cameras`.
    fn name(&self) -> &'static str;
    async fn look(&self, now: Instant) -> Result<Vec<Finding>>;
}

/// How much is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// What is told at once.
    Quick,
    /// The whole of SQLite's file too.
    Database,
    /// And all evidence, compared with its rows.
    Everything,
}

/// Everything that the doctor looks at.
pub struct Doctor {
    pub db: Db,
    pub files: Files,
    pub data: PathBuf,
    /// The configuration file, when there is one.
    pub config_file: Option<PathBuf>,
    pub migrations: Vec<Migration>,
    pub backup: BackupConfig,
    pub more: Vec<Arc<dyn Check>>,
}

impl Doctor {
    /// Looks at everything; what cannot be looked at is a finding of its own.
    pub async fn examine(&self, now: Instant, depth: Depth) -> Report {
        let mut findings = Vec::new();
        let mut take = |name: &str, looked: Result<Vec<Finding>>| match looked {
            Ok(found) => findings.extend(found),
            Err(error) => findings.push(Finding::new(
                &format!("{name}.unknown"),
                Severity::Bad,
                format!("无法检查“{name}”：{error}"),
                "查看服务器日志；若数据库也有问题，先处理数据库。",
                json!({}),
            )),
        };
        take("disk", checks::disk(self, now).await);
        take("secrets", checks::secrets(self));
        take("backup", checks::backups(&self.backup, now));
        let reachable = checks::database(self, depth >= Depth::Database).await;
        let is_reachable = reachable.is_ok();
        take("database", reachable);
        if is_reachable {
            take("clock", checks::clock(&self.db, now).await);
            take("jobs", checks::jobs(&self.db).await);
            take("sweeps", checks::sweeps(&self.db, now).await);
            if depth >= Depth::Everything {
                take("files", checks::files(self).await);
            }
            for check in &self.more {
                take(check.name(), check.look(now).await);
            }
        }
        findings.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.code.cmp(&b.code)));
        Report { checked_at: now, worst: findings.iter().map(|finding| finding.severity).max(), findings }
    }
}
