//! Where one is signed in.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use shian_web::{Answer, Caller, ProblemBody};

use super::Deps;
use crate::layer::token_of;
use crate::model::OpenSession;
use crate::store::People;

/// One's own open sessions, this one first.
#[utoipa::path(get, path = "/api/sessions", tag = "sessions",
    responses((status = 200, body = Vec<OpenSession>), (status = 401, body = ProblemBody)))]
pub async fn sessions(State(deps): State<Deps>, caller: Caller, headers: HeaderMap) -> Answer<Json<Vec<OpenSession>>> {
    let person = caller.signed_in()?.person_id;
    let mut tx = deps.db.read().await?;
    let current = token_of(&headers).unwrap_or_default();
    Ok(Json(People::sessions(&mut tx, person, current, &deps.config, deps.clock.now()).await?))
}
