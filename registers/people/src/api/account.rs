//! One account.

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use shian_web::{Answer, Caller, ProblemBody};
use utoipa::ToSchema;

use super::Deps;
use crate::access::READ;
use crate::model::{OpenSession, PersonRow};
use crate::store::People;

/// An account with where it is signed in.
#[derive(Serialize, ToSchema)]
pub struct PersonFile {
    #[serde(flatten)]
    pub person: PersonRow,
    pub open_sessions: Vec<OpenSession>,
}

/// One account, with its open sessions.
#[utoipa::path(get, path = "/api/people/{id}", tag = "people", params(("id" = String, Path)),
    responses((status = 200, body = PersonFile), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody)))]
pub async fn person(State(deps): State<Deps>, caller: Caller, Path(id): Path<String>) -> Answer<Json<PersonFile>> {
    caller.scope(READ)?;
    let now = deps.clock.now();
    let id = id.parse()?;
    let mut tx = deps.db.read().await?;
    let person = People::person(&mut tx, id, now).await?;
    let open_sessions = People::sessions(&mut tx, id, "", &deps.config, now).await?;
    Ok(Json(PersonFile { person, open_sessions }))
}
