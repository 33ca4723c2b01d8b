//! GET /api/public/cameras

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use shian_access::Scope;
use shian_base::Error;
use shian_business::{BusinessId, Businesses};
use shian_media::CameraId;
use shian_web::{Answer, Page, Paged, ProblemBody};
use utoipa::{IntoParams, ToSchema};

use super::{CameraState, filled};
use crate::Kitchens;
use crate::store::{self, Wanted};
use crate::zone::Zone;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct PublicCameraQuery {
    /// A business's id.
    pub business: Option<String>,
}

/// What everyone may know of a camera. A field is public by standing here.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PublicCamera {
    #[schema(value_type = String)]
    pub id: CameraId,
    #[schema(value_type = String)]
    pub business_id: BusinessId,
    pub business_name: String,
    pub name: String,
    pub zone: Zone,
    pub zone_title: &'static str,
    pub state: CameraState,
    /// Whether it can be looked at now.
    pub watchable: bool,
    pub why_not: Option<WhyNot>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WhyNot {
    /// It is shown while the business is open.
    ClosedNow,
    Offline,
}

/// Cameras that businesses declared open to the public, by business and name.
#[utoipa::path(get, path = "/api/public/cameras", tag = "public", params(PublicCameraQuery, Page),
    responses((status = 200, body = Paged<PublicCamera>), (status = 422, body = ProblemBody)))]
pub(crate) async fn public_cameras(
    State(kitchens): State<Arc<Kitchens>>,
    page: Page,
    asked: Result<Query<PublicCameraQuery>, QueryRejection>,
) -> Answer<Json<Paged<PublicCamera>>> {
    let Query(query) = asked.map_err(|error| Error::invalid("", "web.query", error.body_text()))?;
    let business = filled(query.business).map(|id| id.parse()).transpose()?;
    let wanted = Wanted { business, is_public: Some(true), ..Wanted::default() };
    let now = kitchens.clock.now();
    let mut tx = kitchens.db.read().await?;
    let (rows, total) = store::list(&mut tx, &Scope::Everything, &wanted, page.offset(), page.page_size).await?;
    let businesses: Vec<BusinessId> = rows.iter().map(|row| row.business_id).collect();
    let businesses = Businesses::summary(&mut tx, &businesses).await?;
    let shown = rows.into_iter().map(|row| {
        let is_open = businesses.get(&row.business_id).is_some_and(|business| business.is_open_at(now));
        let why_not = match (is_open, row.has_picture()) {
            (false, _) => Some(WhyNot::ClosedNow),
            (true, false) => Some(WhyNot::Offline),
            (true, true) => None,
        };
        PublicCamera {
            id: row.id,
            business_id: row.business_id,
            business_name: row.business_name,
            name: row.name,
            zone: row.zone,
            zone_title: row.zone.title(),
            state: row.state.into(),
            watchable: why_not.is_none(),
            why_not,
        }
    });
    Ok(Json(Paged::new(shown.collect(), total, page)))
}
