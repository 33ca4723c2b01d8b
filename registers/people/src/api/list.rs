//! The accounts.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;
use shian_base::Error;
use shian_web::{Answer, Caller, Page, Paged, ProblemBody};
use utoipa::IntoParams;

use super::Deps;
use crate::access::READ;
use crate::model::PersonRow;
use crate::store::{People, PeopleWanted};

/// Narrows the list. An empty value is as none.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct PeopleQuery {
    /// Part of the account or the name.
    pub q: Option<String>,
    /// A post; `none` for accounts that have none yet.
    pub post: Option<String>,
    /// `active` or `disabled`.
    pub state: Option<String>,
}

/// All accounts, for those who look after them.
#[utoipa::path(get, path = "/api/people", tag = "people", params(PeopleQuery, Page),
    responses((status = 200, body = Paged<PersonRow>), (status = 401, body = ProblemBody),
              (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn people(
    State(deps): State<Deps>,
    caller: Caller,
    page: Page,
    query: Result<Query<PeopleQuery>, QueryRejection>,
) -> Answer<Json<Paged<PersonRow>>> {
    caller.scope(READ)?;
    let Query(query) = query.map_err(|error| Error::invalid("", "web.query", error.body_text()))?;
    let wanted = PeopleWanted {
        text: clean_text("q", query.q)?,
        post: filled(query.post).map(|post| if post == "none" { String::new() } else { post }),
        disabled: match filled(query.state).as_deref() {
            None => None,
            Some("active") => Some(false),
            Some("disabled") => Some(true),
            Some(_) => return Err(Error::invalid("state", "people.state", "active or disabled").into()),
        },
    };
    let mut tx = deps.db.read().await?;
    let (people, total) = People::list(&mut tx, &wanted, page.offset(), page.page_size, deps.clock.now()).await?;
    Ok(Json(Paged::new(people, total, page)))
}

pub(super) fn filled(value: Option<String>) -> Option<String> {
    value.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// A text to search for: no longer than a name, and nothing that a database cannot hold.
pub(super) fn clean_text(field: &str, value: Option<String>) -> shian_base::Result<Option<String>> {
    match filled(value) {
        Some(text) if text.chars().count() > 100 || text.chars().any(char::is_control) => {
            Err(Error::invalid(field, "people.query", "at most 100 characters, none of them control characters"))
        }
        text => Ok(text),
    }
}
