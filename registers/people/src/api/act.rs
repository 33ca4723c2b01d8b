//! What administrators do with an account.

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use serde_json::json;
use shian_base::Error;
use shian_web::{Answer, Body, Caller, ProblemBody};
use utoipa::ToSchema;

use super::Deps;
use crate::access::{CREATE, SECURE};
use crate::model::PersonRow;
use crate::rules::{may_reset_password, not_oneself};
use crate::store::{Deed, People};
use crate::whence::Whence;
use crate::{audit, password};

#[derive(Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountAct {
    Disable,
    Enable,
    Unlock,
    EndSessions,
    ResetPassword,
    ResetSecondFactor,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActReason {
    /// Why; stands in the log.
    #[schema(example = "手机遗失")]
    reason: String,
}

#[derive(Serialize, ToSchema)]
pub struct ActDone {
    #[serde(flatten)]
    pub person: PersonRow,
    /// To be told to the person; shown this once.
    pub one_time_password: Option<String>,
}

/// Disables, enables or unlocks an account, ends its sessions, or resets its password or second factor.
///
/// The system administrator resets passwords, the security administrator does the rest: nobody can take both
/// steps of somebody else's sign-in. The passwords of the three administrators are reset at the server only.
#[utoipa::path(post, path = "/api/people/{id}/acts/{act}", tag = "people", request_body = ActReason,
    params(("id" = String, Path), ("act" = AccountAct, Path)),
    responses((status = 200, body = ActDone), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody), (status = 422, body = ProblemBody),
              (status = 409, body = ProblemBody, description = "`people.own_account`, `people.at_the_server`")))]
pub async fn act(
    State(deps): State<Deps>,
    caller: Caller,
    whence: Whence,
    Path((id, act)): Path<(String, String)>,
    body: Result<Body<ActReason>, shian_web::Problem>,
) -> Answer<Json<ActDone>> {
    // Whoever may do neither is refused before anything else is looked at.
    caller.scope(CREATE).or_else(|_| caller.scope(SECURE))?;
    let act: AccountAct = serde_json::from_value(act.into()).map_err(|_| Error::NotFound)?;
    caller.scope(if act == AccountAct::ResetPassword { CREATE } else { SECURE })?;
    let by = caller.principal()?;
    let Body(body) = body?;
    let reason = body.reason.trim();
    if !(1..=200).contains(&reason.chars().count()) || reason.chars().any(char::is_control) {
        return Err(Error::invalid("reason", "people.reason", "请写明原因，不超过 200 个字").into());
    }
    let now = deps.clock.now();
    let one_time_password = (act == AccountAct::ResetPassword).then(password::one_time);
    let hash = match &one_time_password {
        Some(password) => Some(deps.passwords.hash(password.clone()).await?),
        None => None,
    };
    let mut tx = deps.db.write().await?;
    let id = id.parse()?;
    People::hold(&mut tx, id).await?;
    let to = People::account_of(&mut tx, id).await?.principal;
    not_oneself(by.person_id, id)?;
    let (entry, ends_sessions) = match act {
        AccountAct::Disable => {
            People::set_disabled(&mut tx, id, Some(now)).await?;
            (audit::DISABLED, true)
        }
        AccountAct::Enable => {
            People::set_disabled(&mut tx, id, None).await?;
            (audit::ENABLED, false)
        }
        AccountAct::Unlock => {
            People::forget_failures(&mut tx, &to.account).await?;
            (audit::UNLOCKED, false)
        }
        AccountAct::EndSessions => (audit::SESSION_ENDED, true),
        AccountAct::ResetPassword => {
            may_reset_password(&to.post)?;
            let until = now.plus_seconds(deps.config.one_time_s);
            People::set_hash(&mut tx, id, hash.as_deref().unwrap_or_default(), Some(until)).await?;
            (audit::PASSWORD_RESET, true)
        }
        AccountAct::ResetSecondFactor => {
            People::drop_factor(&mut tx, id).await?;
            (audit::SECOND_FACTOR_RESET, true)
        }
    };
    let ended = if ends_sessions { People::end_sessions(&mut tx, id, None).await? } else { 0 };
    let detail = json!({ "reason": reason, "sessions_ended": ended });
    People::log(&mut tx, Deed { act: entry, by: Some(by), to: Some(&to), detail }, &whence, now).await?;
    let person = People::person(&mut tx, id, now).await?;
    deps.look_after(&mut tx);
    tx.commit().await?;
    Ok(Json(ActDone { person, one_time_password }))
}
