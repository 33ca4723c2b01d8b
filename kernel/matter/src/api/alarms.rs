//! GET /api/alarms and POST /api/alarms/{id}/seen

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use shian_web::{Answer, Caller, ProblemBody};

use super::Deps;
use crate::view::AlarmRow;

/// Alarms for the caller's post in the caller's reach, newest first, at most 200.
#[utoipa::path(get, path = "/api/alarms", tag = "matters",
    responses((status = 200, body = Vec<AlarmRow>), (status = 401, body = ProblemBody)))]
pub(crate) async fn alarms(State(deps): State<Deps>, caller: Caller) -> Answer<Json<Vec<AlarmRow>>> {
    caller.scope("matter.read")?;
    let mut tx = deps.db.read().await?;
    Ok(Json(deps.matters.alarms_for(&mut tx, caller.principal()?).await?))
}

/// Marks an alarm as seen by the caller.
#[utoipa::path(post, path = "/api/alarms/{id}/seen", tag = "matters", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn seen(State(deps): State<Deps>, caller: Caller, Path(id): Path<String>) -> Answer<StatusCode> {
    caller.scope("matter.read")?;
    let mut tx = deps.db.write().await?;
    deps.matters.alarm_seen(&mut tx, caller.principal()?, id.parse()?, deps.clock.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
