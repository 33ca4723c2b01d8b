//! GET /api/cameras

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;
use shian_base::Error;
use shian_web::{Answer, Caller, Page, Paged, ProblemBody};
use utoipa::IntoParams;

use super::{Camera, CameraState, filled};
use crate::Kitchens;
use crate::access::READ;
use crate::camera::state_named;
use crate::store::{self, Wanted};
use crate::zone::Zone;

/// Narrows a list of cameras. An empty value is as none.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct CameraQuery {
    /// A business's id.
    pub business: Option<String>,
    #[param(value_type = Option<CameraState>)]
    pub state: Option<String>,
    #[param(value_type = Option<Zone>)]
    pub zone: Option<String>,
    /// An area code; everything under it is meant.
    pub area: Option<String>,
    /// Part of the camera's or the business's name.
    pub q: Option<String>,
}

/// Cameras of the caller's area; for a merchant, of the own business. By business and name.
#[utoipa::path(get, path = "/api/cameras", tag = "cameras", params(CameraQuery, Page),
    responses((status = 200, body = Paged<Camera>), (status = 401, body = ProblemBody),
              (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn cameras(
    State(kitchens): State<Arc<Kitchens>>,
    caller: Caller,
    page: Page,
    asked: Result<Query<CameraQuery>, QueryRejection>,
) -> Answer<Json<Paged<Camera>>> {
    let scope = caller.scope(READ)?;
    let Query(query) = asked.map_err(|error| Error::invalid("", "web.query", error.body_text()))?;
    let mut wanted = Wanted { text: filled(query.q), ..Wanted::default() };
    if wanted.text.as_ref().is_some_and(|text| text.chars().count() > 100) {
        return Err(Error::invalid("q", "camera.query_long", "at most 100 characters").into());
    }
    if let Some(business) = filled(query.business) {
        wanted.business = Some(business.parse()?);
    }
    if let Some(code) = filled(query.state) {
        let state = state_named(&code);
        wanted.state = Some(state.ok_or_else(|| Error::invalid("state", "camera.no_such_state", "there is no such state"))?);
    }
    if let Some(code) = filled(query.zone) {
        let zone = Zone::named(&code);
        wanted.zone = Some(zone.ok_or_else(|| Error::invalid("zone", "camera.zone", "there is no such zone"))?);
    }
    if let Some(code) = filled(query.area) {
        if code.len() > 12 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Error::invalid("area", "camera.no_such_area", "an area code has at most twelve digits").into());
        }
        wanted.area = Some(code);
    }
    let mut tx = kitchens.db.read().await?;
    let (rows, total) = store::list(&mut tx, &scope, &wanted, page.offset(), page.page_size).await?;
    Ok(Json(Paged::new(rows.into_iter().map(|row| Camera::of(&kitchens, row)).collect(), total, page)))
}
