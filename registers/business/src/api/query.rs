//! What lists of businesses are asked for, read from the address.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use serde::Deserialize;
use shian_base::{Error, Result};
use utoipa::IntoParams;

use crate::store::Wanted;
use crate::{Grade, Kind};

/// Narrows a list of businesses. An empty value is as none.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct BusinessQuery {
    /// Name, part of it, its pinyin initials, the beginning of a credit code or licence number, part of the address.
    pub q: Option<String>,
    #[param(value_type = Option<Kind>)]
    pub kind: Option<String>,
    #[param(value_type = Option<Grade>)]
    pub grade: Option<String>,
    /// An area code; everything under it is meant.
    pub area: Option<String>,
}

pub type Asked = Result<Query<BusinessQuery>, QueryRejection>;

/// Longer than any name or address.
const TEXT_MAX: usize = 100;

pub fn read(asked: Asked) -> Result<Wanted> {
    let Query(query) = asked.map_err(|error| Error::invalid("", "web.query", error.body_text()))?;
    let text = filled(query.q);
    if text.as_ref().is_some_and(|text| text.chars().count() > TEXT_MAX) {
        return Err(Error::invalid("q", "business.query_long", "at most 100 characters"));
    }
    // PostgreSQL has no NUL in texts, and no name has any control character.
    if text.as_ref().is_some_and(|text| text.chars().any(char::is_control)) {
        return Err(Error::invalid("q", "business.query_control", "no control characters"));
    }
    let kind = match filled(query.kind) {
        Some(code) => Some(Kind::of_code(&code).ok_or_else(|| no_such("kind", &code))?),
        None => None,
    };
    let grade = match filled(query.grade) {
        Some(code) => Some(Grade::of_code(&code).ok_or_else(|| no_such("grade", &code))?),
        None => None,
    };
    let area = filled(query.area);
    if let Some(code) = area.as_ref().filter(|code| code.len() > 12 || !code.bytes().all(|b| b.is_ascii_digit())) {
        return Err(no_such("area", code));
    }
    Ok(Wanted { text, kind, grade, area, without_closed: false })
}

fn filled(value: Option<String>) -> Option<String> {
    value.map(|text| text.trim().to_string()).filter(|text| !text.is_empty())
}

fn no_such(field: &str, value: &str) -> Error {
    Error::invalid(field, "business.no_such_value", format!("there is no {field} \"{value}\""))
}
