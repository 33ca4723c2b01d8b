//! The second step of signing in.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use shian_base::Error;
use shian_web::{Answer, Body, Caller, ProblemBody};
use utoipa::ToSchema;

use super::Deps;
use super::door::wrong_code;
use crate::layer::token_of;
use crate::model::Session;
use crate::store::People;
use crate::store::Shown;
use crate::whence::Whence;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondStep {
    /// From the first step.
    ticket: String,
    /// Six digits, or a recovery code.
    #[schema(example = "287082")]
    code: String,
}

/// Shows the second factor and sets the session cookie.
///
/// Each code is taken once. Wrong codes count like wrong passwords and lock the account for a while.
#[utoipa::path(post, path = "/api/sessions/second", tag = "sessions", request_body = SecondStep,
    responses((status = 201, body = Session), (status = 409, body = ProblemBody, description = "`people.ticket`: begin again"),
              (status = 422, body = ProblemBody, description = "`people.wrong_code`"), (status = 429, body = ProblemBody)))]
pub async fn second(
    State(deps): State<Deps>,
    caller: Caller,
    whence: Whence,
    headers: HeaderMap,
    Body(body): Body<SecondStep>,
) -> Answer<Response> {
    let now = deps.clock.now();
    let begin_again = || Error::refused("people.ticket", "登录已超时，请重新输入账号和密码");
    let mut tx = deps.db.write().await?;
    let account = People::of_ticket(&mut tx, &body.ticket, now).await?.filter(|account| !account.disabled);
    let account = account.ok_or_else(begin_again)?;
    let person = &account.principal;
    deps.refuse_locked(&mut tx, &person.account, &whence, now).await?;
    let Some(shown) = People::take_code(&mut tx, person.person_id, &body.code, now).await? else {
        drop(tx);
        deps.note_failure(&person.account, Some(person), "code", &whence, now).await?;
        return Err(wrong_code().into());
    };
    People::end_step(&mut tx, &body.ticket).await?;
    let by = if shown == Shown::Code { "password+totp" } else { "password+recovery_code" };
    Ok(deps.let_in(tx, &account, caller.policy(), &whence, token_of(&headers), by).await?)
}
