//! The endpoints of cameras, one file each, and what they share: how a camera is shown and who may see its picture.

mod add;
mod day_frames;
mod get;
mod list;
mod live;
mod models;
mod public_list;
mod remove;
mod scene_setting;
mod scenes;
mod snapshot;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use shian_base::{Error, Instant, Result};
use shian_business::{BusinessId, Businesses};
use shian_db::Tx;
use shian_media::{CameraId, Codec};
use shian_web::Caller;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Kitchens;
use crate::access::READ;
use crate::camera::{self, CameraRow};
use crate::zone::Zone;

pub(crate) fn router(kitchens: Arc<Kitchens>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list::cameras, add::add_camera))
        .routes(routes!(get::camera, remove::remove_camera))
        .routes(routes!(snapshot::camera_snapshot))
        .routes(routes!(live::camera_live))
        .routes(routes!(day_frames::camera_day_frames))
        .routes(routes!(public_list::public_cameras))
        .routes(routes!(scenes::scenes))
        .routes(routes!(scene_setting::scene_setting, scene_setting::change_scene_setting))
        .routes(routes!(models::models))
        .with_state(kitchens)
}

/// A camera. Its address is a secret of the server and stands in no answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Camera {
    #[schema(value_type = String)]
    pub id: CameraId,
    #[schema(value_type = String)]
    pub business_id: BusinessId,
    pub business_name: String,
    /// The grid it lies in.
    pub area_code: String,
    pub name: String,
    pub zone: Zone,
    pub zone_title: &'static str,
    /// Whether the business declared it open to the public.
    pub is_public: bool,
    pub state: CameraState,
    /// Stable code of what is wrong, such as `refused` or `unauthorized`; empty when online.
    pub state_reason: String,
    pub state_since: Instant,
    /// What the stream is, once it was seen.
    pub codec: Option<StreamCodec>,
    pub width: Option<u32>,
    pub height: Option<u32>,
    /// Measured over the last seconds.
    pub fps: Option<f32>,
    pub kbps: Option<u32>,
    /// When its picture was last looked at by the program.
    pub last_look_at: Option<Instant>,
    /// When that picture was taken.
    pub last_picture_at: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CameraState {
    Connecting,
    Online,
    Offline,
    /// Frames come, but something is wrong.
    Degraded,
}

impl From<shian_media::CameraState> for CameraState {
    fn from(state: shian_media::CameraState) -> Self {
        match state {
            shian_media::CameraState::Connecting => Self::Connecting,
            shian_media::CameraState::Online => Self::Online,
            shian_media::CameraState::Offline => Self::Offline,
            shian_media::CameraState::Degraded => Self::Degraded,
        }
    }
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StreamCodec {
    H264,
    H265,
}

impl From<Codec> for StreamCodec {
    fn from(codec: Codec) -> Self {
        match codec {
            Codec::H264 => Self::H264,
            Codec::H265 => Self::H265,
        }
    }
}

impl Camera {
    pub fn of(kitchens: &Kitchens, row: CameraRow) -> Self {
        let status = kitchens.video.status(row.id);
        let known = status.as_ref().filter(|status| status.codec.is_some());
        let looked = kitchens.last_look(row.id);
        Self {
            id: row.id,
            business_id: row.business_id,
            business_name: row.business_name,
            area_code: row.area_code,
            name: row.name,
            zone: row.zone,
            zone_title: row.zone.title(),
            is_public: row.is_public,
            state: row.state.into(),
            state_reason: row.state_reason,
            state_since: row.state_since,
            codec: known.and_then(|status| status.codec).map(Into::into),
            width: known.map(|status| status.width),
            height: known.map(|status| status.height),
            fps: known.map(|status| status.fps),
            kbps: known.map(|status| status.kbps),
            last_look_at: looked.map(|looked| looked.at),
            last_picture_at: looked.map(|looked| looked.picture_at).or(row.last_picture_at),
        }
    }
}

/// The camera, if the caller may see its picture now: in the line of duty, the own business's, or, for everyone,
/// a camera declared public while the business is open.
pub(crate) async fn in_sight(tx: &mut Tx, caller: &Caller, id: CameraId, now: Instant) -> Result<CameraRow> {
    let found = match camera::find(tx, id).await {
        Ok(found) => Some(found),
        Err(Error::NotFound) => None,
        Err(error) => return Err(error),
    };
    if let Some(camera) = found {
        if caller.scope(READ).is_ok_and(|scope| scope.covers(&camera.area_code, Some(camera.business_id))) {
            return Ok(camera);
        }
        if camera.is_public {
            return match Businesses::is_open_now(tx, camera.business_id, now).await? {
                true => Ok(camera),
                false => Err(Error::refused("camera.closed_now", "the business is closed; its cameras are shown while it is open")),
            };
        }
    }
    // A stranger is not told whether there is such a camera.
    caller.principal()?;
    Err(Error::NotFound)
}

/// The camera as an officer or its business asks for it; outside of the scope it is not found.
pub(crate) async fn within(tx: &mut Tx, caller: &Caller, act: &str, id: &str) -> Result<CameraRow> {
    let scope = caller.scope(act)?;
    let camera = camera::find(tx, id.parse()?).await?;
    scope.check(&camera.area_code, Some(camera.business_id))?;
    Ok(camera)
}

/// An empty value of the address is as none.
pub(crate) fn filled(value: Option<String>) -> Option<String> {
    value.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}
