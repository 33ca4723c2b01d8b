//! Giving up one's own second factor.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use shian_base::Error;
use shian_web::{Answer, Body, Caller, ProblemBody};
use utoipa::ToSchema;

use super::Deps;
use super::door::wrong_code;
use crate::audit;
use crate::store::{Deed, People};
use crate::whence::Whence;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FactorEnd {
    #[schema(example = "…")]
    password: String,
    /// Six digits, or a recovery code.
    #[schema(example = "287082")]
    code: String,
}

/// Takes one's own second factor away, with the password and a code; not where the post asks for one.
#[utoipa::path(delete, path = "/api/second-factor", tag = "sessions", request_body = FactorEnd,
    responses((status = 204, description = "Taken away"), (status = 401, body = ProblemBody),
              (status = 409, body = ProblemBody, description = "`people.second_factor_required`"),
              (status = 422, body = ProblemBody), (status = 429, body = ProblemBody)))]
pub async fn drop_factor(
    State(deps): State<Deps>,
    caller: Caller,
    whence: Whence,
    Body(body): Body<FactorEnd>,
) -> Answer<StatusCode> {
    let person = caller.signed_in()?;
    if deps.config.second_factor_posts.contains(&person.post) {
        return Err(Error::refused("people.second_factor_required", "本岗位必须使用动态口令").into());
    }
    deps.check_password(&person.account, &body.password, &whence).await?;
    let now = deps.clock.now();
    let mut tx = deps.db.write().await?;
    if People::take_code(&mut tx, person.person_id, &body.code, now).await?.is_none() {
        drop(tx);
        deps.note_failure(&person.account, Some(person), "code", &whence, now).await?;
        return Err(wrong_code().into());
    }
    People::drop_factor(&mut tx, person.person_id).await?;
    let deed = Deed { act: audit::SECOND_FACTOR_OFF, by: Some(person), to: None, detail: json!({}) };
    People::log(&mut tx, deed, &whence, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
