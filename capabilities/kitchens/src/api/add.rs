//! POST /api/cameras

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use shian_base::Error;
use shian_business::{BusinessId, Businesses};
use shian_web::{Answer, Body, Caller, ProblemBody};
use utoipa::ToSchema;

use super::Camera;
use crate::access::MANAGE;
use crate::zone::Zone;
use crate::{Kitchens, NewCamera, camera};

/// A camera to be added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CameraToAdd {
    #[schema(value_type = String)]
    pub business_id: BusinessId,
    /// As the business calls it, 1 to 40 characters.
    pub name: String,
    #[schema(value_type = Zone)]
    pub zone: String,
    /// `rtsp://user:password@host:port/path`; never shown again.
    #[schema(write_only)]
    pub url: String,
    /// Whether everyone may see it while the business is open.
    pub is_public: bool,
}

/// Adds a camera of a business in the caller's area. The server connects to it at once and for ever.
#[utoipa::path(post, path = "/api/cameras", tag = "cameras", request_body = CameraToAdd,
    responses((status = 201, body = Camera), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 422, body = ProblemBody)))]
pub(crate) async fn add_camera(
    State(kitchens): State<Arc<Kitchens>>,
    caller: Caller,
    Body(new): Body<CameraToAdd>,
) -> Answer<(StatusCode, Json<Camera>)> {
    let scope = caller.scope(MANAGE)?;
    let person = caller.principal()?.person_id;
    let mut tx = kitchens.db.write().await?;
    // A business outside of the caller's area is answered as one that does not exist.
    let inside = match Businesses::find(&mut tx, new.business_id).await {
        Ok(business) => scope.covers(&business.area_code, Some(business.id)),
        Err(Error::NotFound) => false,
        Err(error) => return Err(error.into()),
    };
    if !inside {
        return Err(Error::invalid("business_id", "camera.business", "there is no such business").into());
    }
    let new = NewCamera {
        id: None,
        business_id: new.business_id,
        name: new.name,
        zone: new.zone,
        url: new.url,
        is_public: new.is_public,
        added_by: Some(person),
    };
    let id = camera::add_camera(&mut tx, new, kitchens.clock.now()).await?;
    let row = camera::find(&mut tx, id).await?;
    let changed = Arc::clone(&kitchens.changed);
    tx.after_commit(move || changed.notify_one());
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(Camera::of(&kitchens, row))))
}
