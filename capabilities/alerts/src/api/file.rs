//! GET /api/alerts/{id}

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use serde_json::json;
use shian_base::{Error, Instant};
use shian_matter::{MatterAct, Suggestion};
use shian_media::{CameraState, FindingModel, FoundBox, Precision};
use shian_web::{Answer, Caller, ProblemBody};
use utoipa::ToSchema;

use super::{AlertRow, rounded, url};
use crate::access::READ;
use crate::alerts::Alerts;
use crate::store;

/// One alert with everything a reviewer judges by.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AlertFile {
    #[serde(flatten)]
    pub row: AlertRow,
    /// Everything the model saw in the picture, in fractions of it; `about` marks what the alert is about.
    pub boxes: Vec<FoundBox>,
    pub clip: AlertClip,
    /// Which model recognised it; none for scenes that are measured.
    pub model: Option<FindingModel>,
    pub threshold: f64,
    /// `3/5`: seen in three of the last five pictures.
    pub confirmed: String,
    pub still_sha256: Option<String>,
    /// What the rules propose while it waits, with reasons; the person decides.
    pub suggestion: Option<Suggestion>,
    /// How often people found this scene by this model to be right; none before the first review.
    pub precision: Option<Precision>,
    pub camera: AlertCamera,
    /// What the caller may do now.
    pub acts: Vec<MatterAct>,
    /// Of the matter; send it back with an act.
    pub revision: i64,
    /// Which act judged it.
    pub judged_act: Option<String>,
}

/// The seconds before and after.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AlertClip {
    pub state: ClipState,
    pub url: Option<String>,
    pub from: Option<Instant>,
    pub to: Option<Instant>,
    /// Stable code of why there is none, such as `camera.offline` or `clip.no_frames`.
    pub why: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ClipState {
    Pending,
    Ready,
    Missing,
}

/// How the camera stands now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AlertCamera {
    /// `connecting`, `online`, `degraded` or `offline`; none when it was taken out.
    #[schema(value_type = Option<String>)]
    pub state: Option<CameraState>,
    /// Since when it is online.
    pub online_since: Option<Instant>,
    pub alerts_today: i64,
}

/// A clip that is not there this long after the alert never will be.
const CLIP_AWAITED_S: i64 = 300;

/// One alert.
#[utoipa::path(get, path = "/api/alerts/{id}", tag = "alerts", params(("id" = String, Path)),
    responses((status = 200, body = AlertFile), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody)))]
pub(crate) async fn alert(
    State(alerts): State<Arc<Alerts>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Json<AlertFile>> {
    let scope = caller.scope(READ)?;
    let principal = caller.principal()?;
    let now = alerts.clock.now();
    let mut tx = alerts.db.read().await?;
    let record = store::find(&mut tx, id.parse()?).await?;
    scope.check(&record.area_code, Some(record.business_id))?;

    let matter = alerts.matters.row(&mut tx, record.matter_id, now).await?;
    let acts = match alerts.matters.acts_for(&mut tx, record.matter_id, principal, now).await {
        Ok(acts) => acts,
        // Somebody may see alerts whose matters are no duty of theirs.
        Err(Error::NotFound) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let suggestion = if record.state == store::State::Pending {
        let facts = json!({"class": record.class, "scene": record.scene, "group": record.scene_group});
        alerts.matters.suggest(&mut tx, "alert-review", Some(record.business_id), &facts, now).await?
    } else {
        None
    };
    let status = alerts.video.status(record.camera_id);
    let online = status.as_ref().filter(|s| matches!(s.state, CameraState::Online | CameraState::Degraded));
    let camera = AlertCamera {
        state: status.as_ref().map(|status| status.state),
        online_since: online.map(|status| status.since),
        alerts_today: store::raised_since(&mut tx, record.camera_id, now.day().start()).await?,
    };
    let is_given_up = record.clip_state == "pending" && now.seconds_since(record.first_at) > CLIP_AWAITED_S;
    let clip = AlertClip {
        state: match record.clip_state.as_str() {
            "ready" => ClipState::Ready,
            "pending" if !is_given_up => ClipState::Pending,
            _ => ClipState::Missing,
        },
        url: record.clip_file_id.map(url),
        from: record.clip_from,
        to: record.clip_to,
        why: if is_given_up { Some("clip.none".into()) } else { record.clip_why.clone() },
    };
    Ok(Json(AlertFile {
        precision: store::precision_of(&mut tx, &record.scene, record.model.as_ref()).await?,
        row: AlertRow::from(&record),
        boxes: record.boxes,
        clip,
        model: record.model,
        threshold: rounded(record.threshold),
        confirmed: record.confirmed,
        still_sha256: record.still_sha256,
        suggestion,
        camera,
        acts,
        revision: matter.revision,
        judged_act: record.judged_act,
    }))
}
