//! GET /api/matters/piles and GET /api/matters/workload

use axum::Json;
use axum::extract::State;
use shian_web::{Answer, Caller, ProblemBody};

use super::Deps;
use crate::desk::{DeskPiles, WorkloadRow};

/// How much lies in each part of the caller's desk.
#[utoipa::path(get, path = "/api/matters/piles", tag = "matters",
    responses((status = 200, body = DeskPiles), (status = 401, body = ProblemBody)))]
pub(crate) async fn piles(State(deps): State<Deps>, caller: Caller) -> Answer<Json<DeskPiles>> {
    caller.scope("matter.read")?;
    let mut tx = deps.db.read().await?;
    Ok(Json(deps.matters.piles(&mut tx, caller.principal()?, deps.clock.now()).await?))
}

/// 工作量: who deals with how much in the caller's reach, the most burdened first. For heads.
#[utoipa::path(get, path = "/api/matters/workload", tag = "matters",
    responses((status = 200, body = Vec<WorkloadRow>), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub(crate) async fn workload(State(deps): State<Deps>, caller: Caller) -> Answer<Json<Vec<WorkloadRow>>> {
    caller.scope("matter.workload")?;
    let mut tx = deps.db.read().await?;
    Ok(Json(deps.matters.workload(&mut tx, caller.principal()?, deps.clock.now()).await?))
}
