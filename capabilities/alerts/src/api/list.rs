//! GET /api/alerts

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;
use shian_base::Error;
use shian_web::{Answer, Caller, Page, Paged, ProblemBody};
use utoipa::IntoParams;

use super::{AlertRow, AlertState};
use crate::access::READ;
use crate::alerts::Alerts;
use crate::store::{self, Wanted};

/// Narrows a list of alerts. An empty value is as none.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct AlertQuery {
    #[param(value_type = Option<AlertState>)]
    pub state: Option<String>,
    /// 1, 2 or 3.
    #[param(value_type = Option<i64>)]
    pub class: Option<String>,
    /// A scene's code.
    pub scene: Option<String>,
    /// A business's id.
    pub business: Option<String>,
    /// A camera's id.
    pub camera: Option<String>,
}

/// Alerts of the caller's area: those that wait by the end of their limit, otherwise the latest first.
#[utoipa::path(get, path = "/api/alerts", tag = "alerts", params(AlertQuery, Page),
    responses((status = 200, body = Paged<AlertRow>), (status = 401, body = ProblemBody),
              (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn alerts(
    State(alerts): State<Arc<Alerts>>,
    caller: Caller,
    page: Page,
    asked: Result<Query<AlertQuery>, QueryRejection>,
) -> Answer<Json<Paged<AlertRow>>> {
    let scope = caller.scope(READ)?;
    let Query(query) = asked.map_err(|error| Error::invalid("", "web.query", error.body_text()))?;
    let no_such = |field: &str| Error::invalid(field, "alert.no_such_value", format!("there is no such {field}"));
    let mut wanted = Wanted { scene: filled(query.scene), ..Wanted::default() };
    if let Some(code) = filled(query.state) {
        wanted.state = Some(store::State::named(&code).ok_or_else(|| no_such("state"))?);
    }
    if let Some(class) = filled(query.class) {
        let class = class.parse().ok().filter(|class| (1..=3).contains(class));
        wanted.class = Some(class.ok_or_else(|| no_such("class"))?);
    }
    if let Some(business) = filled(query.business) {
        wanted.business = Some(business.parse()?);
    }
    if let Some(camera) = filled(query.camera) {
        wanted.camera = Some(camera.parse()?);
    }
    let mut tx = alerts.db.read().await?;
    let (records, total) = store::list(&mut tx, &scope, &wanted, page.offset(), page.page_size).await?;
    Ok(Json(Paged::new(records.iter().map(AlertRow::from).collect(), total, page)))
}

fn filled(value: Option<String>) -> Option<String> {
    value.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}
