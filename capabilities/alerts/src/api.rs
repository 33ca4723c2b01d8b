//! The endpoints of alerts, and how an alert is shown in a list.

mod file;
mod list;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use shian_base::Instant;
use shian_business::BusinessId;
use shian_files::FileId;
use shian_matter::MatterId;
use shian_media::CameraId;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::alerts::{AlertId, Alerts};
use crate::store::{Record, State};

pub(crate) fn router(alerts: Arc<Alerts>) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(list::alerts)).routes(routes!(file::alert)).with_state(alerts)
}

/// An alert as a row of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AlertRow {
    #[schema(value_type = String)]
    pub id: AlertId,
    pub scene: String,
    pub scene_title: String,
    /// 1 act at once, 2 mend within days, 3 routine.
    pub class: i64,
    #[schema(value_type = String)]
    pub business_id: BusinessId,
    pub business_name: String,
    /// The grid the business lies in.
    pub area_code: String,
    #[schema(value_type = String)]
    pub camera_id: CameraId,
    pub camera_name: String,
    pub zone: String,
    pub zone_title: String,
    pub first_at: Instant,
    pub last_at: Instant,
    /// How many findings it stands for.
    pub count: i64,
    pub state: AlertState,
    /// Best score of the confirming pictures, 0..1; 1 for what is measured.
    pub score: f64,
    /// The picture it was confirmed on; none when the camera had sent none.
    pub still_url: Option<String>,
    pub thumb_url: Option<String>,
    /// The matter in which it is judged.
    #[schema(value_type = String)]
    pub matter_id: MatterId,
    /// Until when it is to be judged.
    pub due_at: Option<Instant>,
    /// Whether it is seen still.
    pub ongoing: bool,
    /// When and by whom it was judged.
    pub judged_at: Option<Instant>,
    pub judged_by: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AlertState {
    Pending,
    Valid,
    False,
    Unclear,
}

impl From<State> for AlertState {
    fn from(state: State) -> Self {
        match state {
            State::Pending => Self::Pending,
            State::Valid => Self::Valid,
            State::False => Self::False,
            State::Unclear => Self::Unclear,
        }
    }
}

impl From<&Record> for AlertRow {
    fn from(record: &Record) -> Self {
        Self {
            id: record.id,
            scene: record.scene.clone(),
            scene_title: record.scene_title.clone(),
            class: record.class,
            business_id: record.business_id,
            business_name: record.business_name.clone(),
            area_code: record.area_code.clone(),
            camera_id: record.camera_id,
            camera_name: record.camera_name.clone(),
            zone: record.zone.clone(),
            zone_title: record.zone_title.clone(),
            first_at: record.first_at,
            last_at: record.last_at,
            count: record.findings,
            state: record.state.into(),
            score: rounded(record.score),
            still_url: record.still_file_id.map(url),
            thumb_url: record.thumb_file_id.map(url),
            matter_id: record.matter_id,
            due_at: record.due_at,
            ongoing: record.is_ongoing,
            judged_at: record.judged_at,
            judged_by: record.judged_by_name.clone(),
        }
    }
}

pub(crate) fn url(id: FileId) -> String {
    format!("/api/files/{id}")
}

/// A score of single precision as a person wrote it: 0.93 and not 0.9300000071525574.
pub(crate) fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
