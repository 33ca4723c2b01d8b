//! GET /api/matters/{id}

use axum::Json;
use axum::extract::{Path, State};
use shian_web::{Answer, Caller, ProblemBody};

use super::Deps;
use crate::view::MatterFile;

/// One matter: facts, law, history with evidence, clocks, and what the caller may do now.
///
/// A matter outside the caller's reach is not found.
#[utoipa::path(get, path = "/api/matters/{id}", tag = "matters", params(("id" = String, Path)),
    responses((status = 200, body = MatterFile), (status = 401, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn file(State(deps): State<Deps>, caller: Caller, Path(id): Path<String>) -> Answer<Json<MatterFile>> {
    caller.scope("matter.read")?;
    let mut tx = deps.db.read().await?;
    Ok(Json(deps.matters.file(&mut tx, id.parse()?, caller.principal()?, deps.clock.now()).await?))
}
