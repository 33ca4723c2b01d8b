//! Signing in.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use shian_web::{Answer, Body, Caller, ProblemBody};
use utoipa::ToSchema;

use super::Deps;
use super::door::wrong;
use crate::layer::token_of;
use crate::model::Session;
use crate::store::People;
use crate::whence::Whence;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    #[schema(example = "limin")]
    account: String,
    #[schema(example = "…")]
    password: String,
}

/// The password is right; a second factor is wanted.
#[derive(Serialize, ToSchema)]
pub struct SecondFactorWanted {
    /// `totp`: six digits from the authenticator, or a recovery code.
    second_factor: &'static str,
    /// Good for five minutes, to be sent with the code.
    ticket: String,
}

/// Signs in and sets the session cookie, or asks for the second factor.
///
/// An unknown account and a wrong password are answered alike. After several failures in a row
/// the account is locked for a while (429 with `retry-after`).
#[utoipa::path(post, path = "/api/sessions", tag = "sessions", request_body = SignIn,
    responses((status = 201, body = Session),
              (status = 202, body = SecondFactorWanted, description = "Send the code to /api/sessions/second"),
              (status = 422, body = ProblemBody, description = "`people.wrong_credentials`"),
              (status = 429, body = ProblemBody)))]
pub async fn begin(
    State(deps): State<Deps>,
    caller: Caller,
    whence: Whence,
    headers: HeaderMap,
    Body(body): Body<SignIn>,
) -> Answer<Response> {
    if body.password.len() > 1024 || body.account.len() > 256 {
        return Err(wrong().into());
    }
    let account = deps.check_password(&body.account, &body.password, &whence).await?;
    let mut tx = deps.db.write().await?;
    if account.has_second_factor {
        let ticket = People::begin_step(&mut tx, account.principal.person_id, deps.clock.now()).await?;
        tx.commit().await?;
        return Ok((StatusCode::ACCEPTED, Json(SecondFactorWanted { second_factor: "totp", ticket })).into_response());
    }
    Ok(deps.let_in(tx, &account, caller.policy(), &whence, token_of(&headers), "password").await?)
}
