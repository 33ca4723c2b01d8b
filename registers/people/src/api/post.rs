//! Granting and withdrawing a post.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::json;
use shian_access::{Person, Principal, Reach, post_title};
use shian_area::Areas;
use shian_base::{Error, Id, Result};
use shian_business::Businesses;
use shian_db::Tx;
use shian_web::{Answer, Body, Caller, ProblemBody};
use utoipa::ToSchema;

use super::Deps;
use crate::access::GRANT;
use crate::audit;
use crate::model::PersonRow;
use crate::rules::{Grant, not_oneself};
use crate::store::{Deed, People};
use crate::whence::Whence;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostGrant {
    #[schema(example = "station.officer")]
    post: String,
    /// The area it reaches, for posts of the authority.
    area: Option<String>,
    /// The business it reaches, for posts of a business.
    business: Option<String>,
}

/// Grants a post in place of the one held until now, and ends the person's sessions.
///
/// Nobody grants to himself, and nobody holds two of the three administrators' posts: the first is withdrawn before.
#[utoipa::path(put, path = "/api/people/{id}/post", tag = "people", params(("id" = String, Path)), request_body = PostGrant,
    responses((status = 200, body = PersonRow), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody), (status = 422, body = ProblemBody),
              (status = 409, body = ProblemBody, description = "`people.own_account`, `people.three_apart`")))]
pub async fn grant(
    State(deps): State<Deps>,
    caller: Caller,
    whence: Whence,
    Path(id): Path<String>,
    Body(body): Body<PostGrant>,
) -> Answer<Json<PersonRow>> {
    caller.scope(GRANT)?;
    let by = caller.principal()?;
    let mut tx = deps.db.write().await?;
    let held = holder(&mut tx, id.parse()?).await?;
    let reach = match (body.area, body.business) {
        (Some(code), None) => Reach::Area { code },
        (None, Some(id)) => Reach::Business { id: id.parse()? },
        _ => Reach::Nothing,
    };
    Grant { by: by.person_id, to: held.person_id, held: &held.post, post: &body.post, reach: &reach }.check()?;
    let place = place(&mut tx, &reach).await?;
    let detail =
        json!({ "post": body.post, "post_title": post_title(&body.post), "place": place, "before": held.post });
    let deed = Deed { act: audit::GRANTED, by: Some(by), to: Some(&held), detail };
    change(&deps, tx, deed, (&body.post, &reach), held.person_id, &whence).await
}

/// Withdraws the post and ends the person's sessions. The account stays.
#[utoipa::path(delete, path = "/api/people/{id}/post", tag = "people", params(("id" = String, Path)),
    responses((status = 200, body = PersonRow), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody), (status = 409, body = ProblemBody, description = "`people.own_account`")))]
pub async fn withdraw(
    State(deps): State<Deps>,
    caller: Caller,
    whence: Whence,
    Path(id): Path<String>,
) -> Answer<Json<PersonRow>> {
    caller.scope(GRANT)?;
    let by = caller.principal()?;
    let mut tx = deps.db.write().await?;
    let held = holder(&mut tx, id.parse()?).await?;
    not_oneself(by.person_id, held.person_id)?;
    let detail = json!({ "before": held.post, "post_title": post_title(&held.post) });
    let deed = Deed { act: audit::WITHDRAWN, by: Some(by), to: Some(&held), detail };
    change(&deps, tx, deed, ("", &Reach::Nothing), held.person_id, &whence).await
}

/// Who holds what now, held so that another grant waits.
async fn holder(tx: &mut Tx, id: Id<Person>) -> Result<Principal> {
    People::hold(tx, id).await?;
    Ok(People::account_of(tx, id).await?.principal)
}

/// The name of where a post reaches; what is on no register is refused.
async fn place(tx: &mut Tx, reach: &Reach) -> Result<String> {
    let unknown = || Error::invalid("reach", "people.reach", "没有这个辖区或企业");
    match reach {
        Reach::Area { code } => {
            let path = Areas::path(tx, code).await?;
            path.last().filter(|area| area.code == *code).map(|area| area.name.clone()).ok_or_else(unknown)
        }
        Reach::Business { id } => match Businesses::find(tx, *id).await {
            Ok(business) => Ok(business.name),
            Err(Error::NotFound) => Err(unknown()),
            Err(error) => Err(error),
        },
        Reach::Nothing => Err(unknown()),
    }
}

/// Writes the post, and makes the person sign in anew so that nothing goes on under the old one.
async fn change(
    deps: &Deps,
    mut tx: Tx,
    deed: Deed<'_>,
    (post, reach): (&str, &Reach),
    id: Id<Person>,
    whence: &Whence,
) -> Answer<Json<PersonRow>> {
    let now = deps.clock.now();
    People::set_post(&mut tx, id, post, reach).await?;
    People::end_sessions(&mut tx, id, None).await?;
    People::log(&mut tx, deed, whence, now).await?;
    let person = People::person(&mut tx, id, now).await?;
    deps.look_after(&mut tx);
    tx.commit().await?;
    Ok(Json(person))
}
