//! The audit log.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;
use shian_base::{Day, Error, Result};
use shian_web::{Answer, Caller, Page, Paged, ProblemBody};
use utoipa::IntoParams;

use super::Deps;
use super::list::{clean_text, filled};
use crate::access::AUDIT;
use crate::store::{AuditEntry, AuditWanted, People};

/// Narrows the log. An empty value is as none.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct AuditQuery {
    /// Part of a name or account, of who did it or to whom it was done.
    pub q: Option<String>,
    /// The person's id, as actor or subject.
    pub person: Option<String>,
    /// Such as `sign_in.failed`.
    pub act: Option<String>,
    /// First day.
    #[param(value_type = Option<String>, format = Date)]
    pub from: Option<String>,
    /// Last day.
    #[param(value_type = Option<String>, format = Date)]
    pub to: Option<String>,
}

pub(super) type Asked = Result<Query<AuditQuery>, QueryRejection>;

/// The log of sign-ins, failures, grants, resets, locks and ended sessions, the newest first.
#[utoipa::path(get, path = "/api/audit", tag = "people", params(AuditQuery, Page),
    responses((status = 200, body = Paged<AuditEntry>), (status = 401, body = ProblemBody),
              (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn audit(
    State(deps): State<Deps>,
    caller: Caller,
    page: Page,
    asked: Asked,
) -> Answer<Json<Paged<AuditEntry>>> {
    caller.scope(AUDIT)?;
    let wanted = read(asked)?;
    let mut tx = deps.db.read().await?;
    let (entries, total) = People::audit(&mut tx, &wanted, page.offset(), page.page_size).await?;
    Ok(Json(Paged::new(entries, total, page)))
}

pub(super) fn read(asked: Asked) -> Result<AuditWanted> {
    let Query(query) = asked.map_err(|error| Error::invalid("", "web.query", error.body_text()))?;
    let day = |field: &str, value: Option<String>| -> Result<Option<Day>> {
        filled(value)
            .map(|text| text.parse().map_err(|_| Error::invalid(field, "base.day", "日期写作 2026-11-21")))
            .transpose()
    };
    Ok(AuditWanted {
        text: clean_text("q", query.q)?,
        person: filled(query.person).map(|id| id.parse()).transpose()?,
        act: clean_text("act", query.act)?,
        from: day("from", query.from)?.map(Day::start),
        to: day("to", query.to)?.map(Day::end),
    })
}
