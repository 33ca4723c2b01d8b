//! Signing out.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use shian_web::{Answer, Caller};

use super::Deps;
use crate::audit;
use crate::layer::token_of;
use crate::store::{Deed, People};
use crate::whence::Whence;

/// Ends this session. Ending one that is over already is no error.
#[utoipa::path(delete, path = "/api/sessions/current", tag = "sessions", responses((status = 204, description = "Signed out")))]
pub async fn end(State(deps): State<Deps>, caller: Caller, whence: Whence, headers: HeaderMap) -> Answer<Response> {
    if let Some(token) = token_of(&headers) {
        let mut tx = deps.db.write().await?;
        if People::end_session(&mut tx, token).await? > 0
            && let Ok(person) = caller.signed_in()
        {
            let deed = Deed { act: audit::SIGNED_OUT, by: Some(person), to: None, detail: json!({}) };
            People::log(&mut tx, deed, &whence, deps.clock.now()).await?;
        }
        deps.look_after(&mut tx);
        tx.commit().await?;
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().insert(header::SET_COOKIE, deps.cookie("", 0)?);
    Ok(response)
}
