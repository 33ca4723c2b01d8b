//! Changing one's own password.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::json;
use shian_base::Error;
use shian_web::{Answer, Body, Caller, ProblemBody};
use utoipa::ToSchema;

use super::Deps;
use crate::layer::token_of;
use crate::store::{Deed, People};
use crate::whence::Whence;
use crate::{audit, password};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    #[schema(example = "…")]
    old: String,
    #[schema(example = "…")]
    new: String,
}

/// Changes one's own password and ends one's other sessions.
///
/// The old password is asked for; failures count like those at the door.
#[utoipa::path(put, path = "/api/password", tag = "sessions", request_body = PasswordChange,
    responses((status = 204, description = "Changed"), (status = 401, body = ProblemBody),
              (status = 422, body = ProblemBody, description = "`people.wrong_credentials`, `people.password_length`, `people.password_common`, `people.password_same`"),
              (status = 429, body = ProblemBody)))]
pub async fn change(
    State(deps): State<Deps>,
    caller: Caller,
    whence: Whence,
    headers: HeaderMap,
    Body(body): Body<PasswordChange>,
) -> Answer<StatusCode> {
    let person = caller.signed_in()?;
    if body.old.len() > 1024 {
        return Err(super::door::wrong().into());
    }
    deps.check_password(&person.account, &body.old, &whence).await?;
    password::check(&person.account, &body.new, deps.config.password_min)?;
    if body.new == body.old {
        return Err(Error::invalid("password", "people.password_same", "新密码和原密码相同").into());
    }
    let hash = deps.passwords.hash(body.new).await?;
    let mut tx = deps.db.write().await?;
    People::set_hash(&mut tx, person.person_id, &hash, None).await?;
    People::forget_failures(&mut tx, &person.account).await?;
    let ended = People::end_sessions(&mut tx, person.person_id, token_of(&headers)).await?;
    let deed =
        Deed { act: audit::PASSWORD_CHANGED, by: Some(person), to: None, detail: json!({ "sessions_ended": ended }) };
    People::log(&mut tx, deed, &whence, deps.clock.now()).await?;
    deps.look_after(&mut tx);
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
