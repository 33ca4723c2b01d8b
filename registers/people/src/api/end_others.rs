//! Ending all of one's other sessions.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde_json::json;
use shian_web::{Answer, Caller, ProblemBody};

use super::Deps;
use crate::audit;
use crate::layer::token_of;
use crate::store::{Deed, People};
use crate::whence::Whence;

/// Ends all of one's own sessions but this one.
#[utoipa::path(delete, path = "/api/sessions", tag = "sessions",
    responses((status = 204, description = "Ended"), (status = 401, body = ProblemBody)))]
pub async fn end_others(
    State(deps): State<Deps>,
    caller: Caller,
    whence: Whence,
    headers: HeaderMap,
) -> Answer<StatusCode> {
    let person = caller.signed_in()?;
    let mut tx = deps.db.write().await?;
    let ended = People::end_sessions(&mut tx, person.person_id, token_of(&headers)).await?;
    let deed = Deed { act: audit::SESSION_ENDED, by: Some(person), to: None, detail: json!({ "others": ended }) };
    People::log(&mut tx, deed, &whence, deps.clock.now()).await?;
    deps.look_after(&mut tx);
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
