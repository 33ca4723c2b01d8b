//! Signing out.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use shian_web::Answer;

use super::Deps;
use crate::layer::{COOKIE, token_of};
use crate::store::People;

/// Ends this session. Ending one that is over already is no error.
#[utoipa::path(delete, path = "/api/sessions/current", tag = "sessions", responses((status = 204, description = "Signed out")))]
pub async fn end(State(deps): State<Deps>, headers: HeaderMap) -> Answer<Response> {
    if let Some(token) = token_of(&headers) {
        let mut tx = deps.db.write().await?;
        People::end_session(&mut tx, token).await?;
        tx.commit().await?;
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    let cookie = HeaderValue::from_str(&format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"));
    response.headers_mut().insert(header::SET_COOKIE, cookie.map_err(anyhow::Error::new)?);
    Ok(response)
}
