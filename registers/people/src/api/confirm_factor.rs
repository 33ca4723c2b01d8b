//! Confirming a second factor.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::json;
use shian_web::{Answer, Body, Caller, ProblemBody};
use utoipa::ToSchema;

use super::Deps;
use super::door::wrong_code;
use crate::audit;
use crate::store::{Deed, People};
use crate::whence::Whence;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FactorCode {
    #[schema(example = "287082")]
    code: String,
}

#[derive(Serialize, ToSchema)]
pub struct RecoveryCodes {
    /// For the day on which the phone is lost; each good once, shown this once.
    recovery_codes: Vec<String>,
}

/// Shows that the authenticator works; from now on it is asked for at each sign-in.
#[utoipa::path(post, path = "/api/second-factor/confirm", tag = "sessions", request_body = FactorCode,
    responses((status = 200, body = RecoveryCodes), (status = 401, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn confirm(
    State(deps): State<Deps>,
    caller: Caller,
    whence: Whence,
    Body(body): Body<FactorCode>,
) -> Answer<Json<RecoveryCodes>> {
    let person = caller.signed_in()?;
    let now = deps.clock.now();
    let mut tx = deps.db.write().await?;
    let codes = People::confirm_factor(&mut tx, person.person_id, &body.code, now).await?;
    let recovery_codes = codes.ok_or_else(wrong_code)?;
    let deed = Deed { act: audit::SECOND_FACTOR_ON, by: Some(person), to: None, detail: json!({}) };
    People::log(&mut tx, deed, &whence, now).await?;
    tx.commit().await?;
    Ok(Json(RecoveryCodes { recovery_codes }))
}
