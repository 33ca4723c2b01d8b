//! Making an account.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use shian_access::{Principal, Reach};
use shian_base::{Error, Id};
use shian_web::{Answer, Body, Caller, ProblemBody};
use utoipa::ToSchema;

use super::Deps;
use crate::access::CREATE;
use crate::model::{NewPerson, PersonRow};
use crate::store::{Deed, People, clean_account};
use crate::whence::Whence;
use crate::{audit, password};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountRequest {
    #[schema(example = "limin")]
    account: String,
    #[schema(example = "李敏")]
    name: String,
}

/// An account with a password to be told to the person; it is shown this once.
#[derive(Serialize, ToSchema)]
pub struct AccountMade {
    #[serde(flatten)]
    pub person: PersonRow,
    pub one_time_password: String,
}

/// Makes an account without a post, with a password that must be changed at the first sign-in.
///
/// What the person may do is granted by somebody else.
#[utoipa::path(post, path = "/api/people", tag = "people", request_body = AccountRequest,
    responses((status = 201, body = AccountMade), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 409, body = ProblemBody, description = "`people.account_taken`"), (status = 422, body = ProblemBody)))]
pub async fn create(
    State(deps): State<Deps>,
    caller: Caller,
    whence: Whence,
    Body(body): Body<AccountRequest>,
) -> Answer<(StatusCode, Json<AccountMade>)> {
    caller.scope(CREATE)?;
    let by = caller.principal()?;
    let name = body.name.trim().to_owned();
    if !(1..=40).contains(&name.chars().count()) || name.chars().any(char::is_control) {
        return Err(Error::invalid("name", "people.name", "请填写姓名，不超过 40 个字").into());
    }
    let (now, id) = (deps.clock.now(), Id::new());
    let account = clean_account(&body.account)?;
    let one_time_password = password::one_time();
    let hash = deps.passwords.hash(one_time_password.clone()).await?;
    let made = Principal { person_id: id, account, name, post: String::new(), reach: Reach::Nothing };
    let new = NewPerson {
        id,
        account: made.account.clone(),
        name: made.name.clone(),
        post: String::new(),
        reach: Reach::Nothing,
        password: None,
    };
    let mut tx = deps.db.write().await?;
    People::add(&mut tx, &[new], now).await?;
    People::set_hash(&mut tx, id, &hash, Some(now.plus_seconds(deps.config.one_time_s))).await?;
    People::log(&mut tx, Deed { act: audit::CREATED, by: Some(by), to: Some(&made), detail: json!({}) }, &whence, now)
        .await?;
    let person = People::person(&mut tx, id, now).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(AccountMade { person, one_time_password })))
}
