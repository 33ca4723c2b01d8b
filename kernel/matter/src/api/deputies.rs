//! GET and POST /api/deputies, DELETE /api/deputies/{id}

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use shian_web::{Answer, Body, Caller, ProblemBody};

use super::Deps;
use crate::deputy::{Deputies, DeputyRow, NewDeputy};

/// Who acts for the caller, for whom the caller acts, and who could be asked to.
#[utoipa::path(get, path = "/api/deputies", tag = "matters",
    responses((status = 200, body = Deputies), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub(crate) async fn deputies(State(deps): State<Deps>, caller: Caller) -> Answer<Json<Deputies>> {
    caller.scope("matter.office")?;
    let mut tx = deps.db.read().await?;
    Ok(Json(deps.matters.deputies(&mut tx, caller.principal()?, deps.clock.now()).await?))
}

/// 代理: lets a colleague act in the caller's stead from a day to a day.
///
/// The colleague's own post must reach as far as the caller's. One person at a time: a second delegation for the
/// same days is 422 `deputy.overlaps`.
#[utoipa::path(post, path = "/api/deputies", tag = "matters", request_body = NewDeputy,
    responses((status = 201, body = DeputyRow), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 422, body = ProblemBody)))]
pub(crate) async fn delegate(State(deps): State<Deps>, caller: Caller, Body(new): Body<NewDeputy>) -> Answer<(StatusCode, Json<DeputyRow>)> {
    caller.scope("matter.office")?;
    let mut tx = deps.db.write().await?;
    let row = deps.matters.delegate(&mut tx, caller.principal()?, new, deps.clock.now()).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(row)))
}

/// Calls a delegation back before its last day.
#[utoipa::path(delete, path = "/api/deputies/{id}", tag = "matters", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn end(State(deps): State<Deps>, caller: Caller, Path(id): Path<String>) -> Answer<StatusCode> {
    caller.scope("matter.office")?;
    let mut tx = deps.db.write().await?;
    deps.matters.end_delegation(&mut tx, caller.principal()?, id.parse()?, deps.clock.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
