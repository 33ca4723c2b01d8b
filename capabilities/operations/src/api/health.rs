//! GET /api/admin/health

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;
use shian_base::Error;
use shian_web::{Answer, Caller, ProblemBody};
use utoipa::IntoParams;

use crate::access::READ;
use crate::{Depth, Operations, Report};

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct HealthQuery {
    /// Read the whole database and all evidence too; takes a while on a large platform.
    thorough: bool,
}

/// What the doctor finds, the worst first: disk, clock, database, cameras, models, jobs, backups.
#[utoipa::path(get, path = "/api/admin/health", tag = "operations", params(HealthQuery),
    responses((status = 200, body = Report), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub(crate) async fn admin_health(
    State(operations): State<Arc<Operations>>,
    caller: Caller,
    query: Result<Query<HealthQuery>, QueryRejection>,
) -> Answer<Json<Report>> {
    caller.scope(READ)?;
    let Query(query) = query.map_err(|error| Error::invalid("thorough", "web.query", error.body_text()))?;
    let depth = if query.thorough { Depth::Everything } else { Depth::Quick };
    Ok(Json(operations.doctor.examine(operations.clock.now(), depth).await))
}
