//! Ending one of one's own sessions.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::json;
use shian_web::{Answer, Caller, ProblemBody};

use super::Deps;
use crate::audit;
use crate::store::{Deed, People};
use crate::whence::Whence;

/// Ends one of one's own sessions, wherever it is, with everything that it follows.
#[utoipa::path(delete, path = "/api/sessions/{id}", tag = "sessions", params(("id" = String, Path)),
    responses((status = 204, description = "Ended"), (status = 401, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn end_one(
    State(deps): State<Deps>,
    caller: Caller,
    whence: Whence,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    let person = caller.signed_in()?;
    let mut tx = deps.db.write().await?;
    People::end_own(&mut tx, person.person_id, id.parse()?).await?;
    let deed = Deed { act: audit::SESSION_ENDED, by: Some(person), to: None, detail: json!({ "session": id }) };
    People::log(&mut tx, deed, &whence, deps.clock.now()).await?;
    deps.look_after(&mut tx);
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
