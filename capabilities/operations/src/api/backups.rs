//! GET /api/admin/backups, POST /api/admin/backups

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use serde_json::json;
use shian_base::{Error, Instant};
use shian_web::{Answer, Caller, ProblemBody};
use utoipa::ToSchema;

use crate::access::{MANAGE, READ};
use crate::nightly::BACK_UP;
use crate::{Operations, backup};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Backups {
    /// Where they are put; none when the configuration names no place.
    pub to: Option<String>,
    /// When they make themselves, such as `03:00`.
    pub at: String,
    pub keep_days: i64,
    pub keep_months: i64,
    /// Somebody has asked for one that is not done yet.
    pub is_wanted: bool,
    pub items: Vec<Backup>,
}

/// A whole backup.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Backup {
    pub name: String,
    pub made_at: Instant,
    /// Of the program that made it.
    pub version: String,
    /// Of the backup itself, without the evidence, which all backups of a place share.
    pub size_bytes: u64,
    pub files: i64,
    pub files_bytes: i64,
    /// Evidence that was lost or altered when it was made.
    pub missing: usize,
}

/// The whole backups there are, the newest first.
#[utoipa::path(get, path = "/api/admin/backups", tag = "operations",
    responses((status = 200, body = Backups), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub(crate) async fn admin_backups(State(operations): State<Arc<Operations>>, caller: Caller) -> Answer<Json<Backups>> {
    caller.scope(READ)?;
    let config = &operations.config;
    let there = match config.place() {
        Some(place) => backup::list(&place)?,
        None => Vec::new(),
    };
    let items = there.into_iter().map(|(path, manifest)| Backup {
        name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        made_at: manifest.made_at,
        version: manifest.version,
        size_bytes: manifest.parts.iter().map(|part| part.size_bytes).sum(),
        files: manifest.files,
        files_bytes: manifest.files_bytes,
        missing: manifest.missing.len(),
    });
    let mut tx = operations.db.read().await?;
    let wanted = "select id from job where kind = $1 and state in ('waiting', 'running') limit 1";
    let wanted: Option<(String,)> = tx.maybe(wanted, shian_db::args![BACK_UP]).await?;
    Ok(Json(Backups {
        to: config.place().map(|place| place.display().to_string()),
        at: config.at.clone(),
        keep_days: config.keep_days,
        keep_months: config.keep_months,
        is_wanted: wanted.is_some(),
        items: items.collect(),
    }))
}

/// Has a backup made now, in the background.
#[utoipa::path(post, path = "/api/admin/backups", tag = "operations",
    responses((status = 202), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn back_up(State(operations): State<Arc<Operations>>, caller: Caller) -> Answer<StatusCode> {
    caller.scope(MANAGE)?;
    if operations.config.place().is_none() {
        return Err(Error::refused("backup.no_place", "配置文件 [backup] 里没有写备份目录").into());
    }
    let now = operations.clock.now();
    let mut tx = operations.db.write().await?;
    operations.jobs.enqueue(&mut tx, BACK_UP, "now", &json!({}), now).await?;
    tx.commit().await?;
    Ok(StatusCode::ACCEPTED)
}
