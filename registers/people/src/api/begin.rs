//! Signing in.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use shian_access::Principal;
use shian_base::{Error, Result};
use shian_web::{Answer, Body, Caller, ProblemBody};
use tracing::info;
use utoipa::ToSchema;

use super::Deps;
use super::view::session;
use crate::layer::COOKIE;
use crate::model::Session;
use crate::store::{Account, People};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    #[schema(example = "limin")]
    account: String,
    #[schema(example = "…")]
    password: String,
}

/// Signs in and sets the session cookie.
///
/// An unknown account and a wrong password are answered alike. After several wrong passwords in a row
/// the account is locked for a while (429 with `retry-after`).
#[utoipa::path(post, path = "/api/sessions", tag = "sessions", request_body = SignIn,
    responses((status = 201, body = Session), (status = 422, body = ProblemBody, description = "`people.wrong_credentials`"),
              (status = 429, body = ProblemBody)))]
pub async fn begin(State(deps): State<Deps>, caller: Caller, Body(body): Body<SignIn>) -> Answer<Response> {
    if body.password.len() > 1024 || body.account.len() > 256 {
        return Err(wrong().into());
    }
    let principal = check(&deps, &body).await?;
    let now = deps.clock.now();
    let mut tx = deps.db.write().await?;
    let token = People::begin_session(&mut tx, &principal, &deps.config, now).await?;
    let view = session(&mut tx, &principal, caller.policy()).await?;
    tx.commit().await?;
    info!(account = %principal.account, "{} signed in", principal.account);
    let mut cookie = format!(
        "{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}",
        deps.config.session_seconds(&principal.post)
    );
    if deps.config.secure_cookie {
        cookie.push_str("; Secure");
    }
    let mut response = (StatusCode::CREATED, Json(view)).into_response();
    let cookie = HeaderValue::from_str(&cookie).map_err(anyhow::Error::new)?;
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}

async fn check(deps: &Deps, body: &SignIn) -> Result<Principal> {
    let now = deps.clock.now();
    let mut tx = deps.db.read().await?;
    let account = People::account(&mut tx, &body.account).await?;
    drop(tx);
    if let Some(Account { locked_until: Some(until), .. }) = &account
        && *until > now
    {
        return Err(Error::TooMany { retry_after_s: until.seconds_since(now).max(1) as u64 });
    }
    let hash = account.as_ref().and_then(|account| account.password_hash.as_deref());
    let fits = deps.passwords.verify(&body.password, hash).await?;
    match account {
        Some(account) if fits && !account.disabled => {
            if account.failures > 0 {
                info!(account = %account.principal.account, "{} wrong passwords came before", account.failures);
            }
            Ok(account.principal)
        }
        Some(account) => {
            let mut tx = deps.db.write().await?;
            People::note_failure(&mut tx, account.principal.person_id, &deps.config, now).await?;
            tx.commit().await?;
            Err(wrong())
        }
        None => Err(wrong()),
    }
}

fn wrong() -> Error {
    Error::invalid("password", "people.wrong_credentials", "the account or the password is not right")
}
