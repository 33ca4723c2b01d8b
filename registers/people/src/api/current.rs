//! Who is signed in.

use axum::Json;
use axum::extract::State;
use shian_web::{Answer, Caller, ProblemBody};

use super::Deps;
use super::view::session;
use crate::model::Session;

/// Who is signed in here, with what they may do.
#[utoipa::path(get, path = "/api/sessions/current", tag = "sessions",
    responses((status = 200, body = Session), (status = 401, body = ProblemBody)))]
pub async fn current(State(deps): State<Deps>, caller: Caller) -> Answer<Json<Session>> {
    let principal = caller.signed_in()?;
    let mut tx = deps.db.read().await?;
    Ok(Json(session(&mut tx, principal, caller.policy(), caller.owes()).await?))
}
