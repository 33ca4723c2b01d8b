//! GET /api/scenes

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shian_media::{ModelInfo, Precision};
use shian_web::{Answer, Caller, ProblemBody};
use utoipa::ToSchema;

use crate::access::SCENES;
use crate::zone::Zone;
use crate::{Kitchens, setting, verdict};

/// Something a camera can be asked to watch for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Scene {
    pub code: String,
    pub title: String,
    /// 1 act at once, 2 mend within days, 3 routine.
    pub class: u8,
    /// `behaviour`, `pest` or `device`.
    pub group: String,
    /// By what right, as one printable line.
    pub basis: String,
    /// The model that recognises it; none for scenes that are measured, or when none is installed.
    pub model: Option<SceneModel>,
    pub state: SceneState,
    /// One sentence for the screen on how it is watched for.
    pub note: String,
    /// Scores below it do not count; none for scenes that are measured.
    pub threshold: Option<f64>,
    /// Seen in `n` of the last `m` pictures it is a finding.
    pub confirm_n: u32,
    pub confirm_m: u32,
    pub cool_down_s: i64,
    /// Zones it is watched for in; none means all.
    pub zones: Option<Vec<Zone>>,
    /// How often people found it right; none before the first review.
    pub precision: Option<Precision>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SceneModel {
    pub id: String,
    pub title: String,
    pub version: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SceneState {
    Watching,
    /// No installed model recognises it: nobody is told of it.
    NoModel,
    /// Switched off by the office.
    Off,
}

/// What the cameras are asked to watch for, and what watches.
#[utoipa::path(get, path = "/api/scenes", tag = "scenes",
    responses((status = 200, body = Vec<Scene>), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub(crate) async fn scenes(State(kitchens): State<Arc<Kitchens>>, caller: Caller) -> Answer<Json<Vec<Scene>>> {
    caller.scope(SCENES)?;
    let mut tx = kitchens.db.read().await?;
    let settings = setting::settings(&mut tx, &kitchens.law).await?;
    let precisions = verdict::precisions(&mut tx).await?;
    let models = kitchens.vision.models();
    let scenes = settings.into_iter().filter_map(|setting| {
        let scene = kitchens.law.scene(&setting.scene)?;
        let is_measured = !setting.rule.needs_model();
        let model = setting::model_of(&models, &scene.code);
        let state = match (setting.is_on, is_measured || model.is_some()) {
            (false, _) => SceneState::Off,
            (true, true) => SceneState::Watching,
            (true, false) => SceneState::NoModel,
        };
        let by = model.map(|model| format!("{}@{}", model.id, model.version)).unwrap_or_default();
        let (confirm_n, confirm_m) = setting.rule.confirm();
        Some(Scene {
            code: scene.code.clone(),
            title: scene.title.clone(),
            class: scene.class,
            group: scene.group.clone(),
            basis: scene.basis_text(),
            note: note(is_measured, model),
            state,
            threshold: model.map(|model| setting.threshold.unwrap_or_else(|| rounded(model.threshold))),
            confirm_n,
            confirm_m,
            cool_down_s: setting.rule.cool_down_s(),
            zones: setting.zones,
            precision: precisions.get(&(scene.code.clone(), by)).copied(),
            model: model.map(|m| SceneModel { id: m.id.clone(), title: m.title.clone(), version: m.version.clone() }),
        })
    });
    Ok(Json(scenes.collect()))
}

fn note(is_measured: bool, model: Option<&ModelInfo>) -> String {
    match (is_measured, model) {
        (true, _) => "按连接状态和画面质量直接测量，不需要模型".into(),
        (false, Some(model)) => format!("由模型“{}”识别，结果须人工审核", model.title),
        (false, None) => "没有安装能识别它的模型，暂不识别".into(),
    }
}

/// A threshold of single precision as a person wrote it: 0.35 and not 0.3499999940395355.
pub(super) fn rounded(value: f32) -> f64 {
    (f64::from(value) * 1000.0).round() / 1000.0
}
