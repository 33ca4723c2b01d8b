//! GET /api/law/values

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;
use shian_base::{Day, Error};
use shian_web::{Answer, Caller, Page, Paged, ProblemBody};
use utoipa::IntoParams;

use super::Deps;
use super::value::LawValue;
use crate::DeadlineKind;
use crate::access::{READ, SETTINGS};

/// Narrows the list. An empty value is as none.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct LawQuery {
    /// Words of the code, title, event, statute or whom it binds.
    pub q: Option<String>,
    #[param(value_type = Option<DeadlineKind>)]
    pub kind: Option<String>,
    /// The day the law is asked for; today when absent.
    #[param(value_type = Option<String>)]
    pub on: Option<String>,
    /// Only what applies on that day.
    pub in_force: Option<String>,
}

/// Every period of the law with its article and the days it applies; for the office also what it set itself.
#[utoipa::path(get, path = "/api/law/values", tag = "law", params(LawQuery, Page),
    responses((status = 200, body = Paged<LawValue>), (status = 422, body = ProblemBody)))]
pub async fn law_values(
    State(deps): State<Deps>,
    caller: Caller,
    page: Page,
    asked: Result<Query<LawQuery>, QueryRejection>,
) -> Answer<Json<Paged<LawValue>>> {
    caller.scope(READ)?;
    let Query(asked) = asked.map_err(|error| Error::invalid("", "law.query", error.body_text()))?;
    let on = day(asked.on.as_deref(), "on")?.unwrap_or_else(|| deps.clock.now().day());
    let kind = asked.kind.filter(|kind| !kind.is_empty());
    let law = &deps.law;
    let mut found: Vec<LawValue> = law.deadlines().iter().map(|deadline| LawValue::of_deadline(deadline, law, on)).collect();
    if caller.may(SETTINGS) {
        found.extend(law.values().iter().filter(|value| value.is_setting()).map(|value| LawValue::of_setting(value, on)));
    }
    found.retain(|value| {
        let is_kind = kind.as_ref().is_none_or(|kind| {
            let own = value.deadline.as_ref().and_then(|rule| serde_json::to_value(rule.kind).ok());
            own.is_some_and(|own| own == kind.as_str()) || (kind == "setting" && value.setting)
        });
        is_kind && (value.in_force || asked.in_force.as_deref() != Some("true")) && value.has(asked.q.as_deref().unwrap_or(""))
    });
    let total = found.len() as i64;
    let items = found.into_iter().skip(page.offset() as usize).take(page.page_size as usize).collect();
    Ok(Json(Paged::new(items, total, page)))
}

/// A day as it stands in a query; an empty one is none.
pub(super) fn day(text: Option<&str>, field: &str) -> Result<Option<Day>, Error> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    let wrong = |_| Error::invalid(field, "law.day", format!("“{text}”不是日期，应写作 2026-11-21"));
    text.parse().map(Some).map_err(wrong)
}
