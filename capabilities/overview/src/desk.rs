//! GET /api/desk

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shian_access::Reach;
use shian_area::Areas;
use shian_base::{Error, Result};
use shian_db::Tx;
use shian_web::{Answer, Caller, ProblemBody};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::READ;
use crate::{Count, Parts};

pub(crate) fn router(parts: Arc<Parts>) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(desk)).with_state(parts)
}

/// What waits for the caller.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Desk {
    pub counts: DeskCounts,
    /// The name of the area the caller answers for.
    pub area_name: String,
}

/// Figures within the caller's duty. What is not the caller's to see has none.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeskCounts {
    pub alerts_pending: Option<i64>,
    /// Matters that wait for the caller's post.
    pub matters_mine: i64,
    /// Of them, those whose clock runs out before midnight.
    pub due_today: i64,
    /// Matters of the area whose clock has run out.
    pub overdue: i64,
    pub cameras: Option<i64>,
    pub cameras_offline: Option<i64>,
}

/// The figures on the caller's desk, counted now.
#[utoipa::path(get, path = "/api/desk", tag = "desk",
    responses((status = 200, body = Desk), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub(crate) async fn desk(State(parts): State<Arc<Parts>>, caller: Caller) -> Answer<Json<Desk>> {
    caller.scope(READ)?;
    let principal = caller.principal()?;
    let now = parts.clock.now();
    let mut tx = parts.db.read().await?;
    let matters = parts.matters.counts(&mut tx, principal, now).await?;
    let counts = DeskCounts {
        alerts_pending: allowed(&parts.alerts_pending, &mut tx, &caller).await?,
        matters_mine: matters.matters_mine,
        due_today: matters.due_today,
        overdue: matters.overdue,
        cameras: allowed(&parts.cameras, &mut tx, &caller).await?,
        cameras_offline: allowed(&parts.cameras_offline, &mut tx, &caller).await?,
    };
    let area_name = match &principal.reach {
        Reach::Area { code } => Areas::path(&mut tx, code).await?.pop().map(|area| area.name).unwrap_or_default(),
        Reach::Business { .. } | Reach::Nothing => String::new(),
    };
    Ok(Json(Desk { counts, area_name }))
}

/// The figure, none when it is not the caller's to see.
async fn allowed(count: &Count, tx: &mut Tx, caller: &Caller) -> Result<Option<i64>> {
    match count(tx, caller).await {
        Ok(figure) => Ok(Some(figure)),
        Err(Error::Forbidden) => Ok(None),
        Err(error) => Err(error),
    }
}
