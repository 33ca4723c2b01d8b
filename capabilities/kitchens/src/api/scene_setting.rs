//! GET and PUT /api/scenes/{code}/setting

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use serde_json::json;
use shian_base::{Error, Result};
use shian_db::Tx;
use shian_web::{Answer, Body, Caller, ProblemBody};
use utoipa::ToSchema;

use crate::Kitchens;
use crate::access::SETTINGS;
use crate::change::{SceneChange, Wanted, changes, differences, keep, revision};
use crate::setting::{Setting, model_of, settings};

/// How a scene is watched for, and how that came about.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SceneSetting {
    pub code: String,
    pub title: String,
    /// Seen by a model, so that it has a threshold and N of M; else it is measured.
    pub needs_model: bool,
    /// The model's own threshold; none when no model is installed.
    pub model_threshold: Option<f64>,
    /// How often it was changed; sent back with a change, so that nobody changes what they have not seen.
    pub revision: i64,
    #[serde(flatten)]
    pub setting: Wanted,
    /// The newest first.
    pub changes: Vec<SceneChange>,
}

/// A change that somebody wants.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SceneSettingChange {
    pub setting: Wanted,
    /// As it was read.
    pub revision: i64,
    /// Why, 2 to 200 characters.
    pub reason: String,
}

/// How a scene is watched for, with the record of its changes.
#[utoipa::path(get, path = "/api/scenes/{code}/setting", tag = "scenes", params(("code" = String, Path)),
    responses((status = 200, body = SceneSetting), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody)))]
pub(crate) async fn scene_setting(
    State(kitchens): State<Arc<Kitchens>>,
    caller: Caller,
    Path(code): Path<String>,
) -> Answer<Json<SceneSetting>> {
    caller.scope(SETTINGS)?;
    let mut tx = kitchens.db.read().await?;
    let setting = find(&mut tx, &kitchens, &code).await?;
    Ok(Json(show(&mut tx, &kitchens, setting).await?))
}

/// Changes how a scene is watched for; every camera follows within ten seconds.
#[utoipa::path(put, path = "/api/scenes/{code}/setting", tag = "scenes", params(("code" = String, Path)),
    request_body = SceneSettingChange,
    responses((status = 200, body = SceneSetting), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn change_scene_setting(
    State(kitchens): State<Arc<Kitchens>>,
    caller: Caller,
    Path(code): Path<String>,
    Body(change): Body<SceneSettingChange>,
) -> Answer<Json<SceneSetting>> {
    caller.scope(SETTINGS)?;
    let person = caller.principal()?;
    let reason = change.reason.trim();
    let mut tx = kitchens.db.write().await?;
    let before = find(&mut tx, &kitchens, &code).await?;
    let known = revision(&mut tx, &code).await?;
    if known != change.revision {
        let facts = json!({ "revision": known });
        return Err(Error::conflict("scene.stale", "这个场景刚被别人改过，请看过再改", facts).into());
    }
    if !(2..=200).contains(&reason.chars().count()) {
        return Err(Error::invalid("reason", "scene.reason", "请写明为什么改，2 到 200 个字").into());
    }
    let after = before.with(&change.setting)?;
    let changed = differences(&before, &after);
    if changed.is_empty() {
        return Err(Error::invalid("", "scene.unchanged", "没有改动").into());
    }
    keep(&mut tx, &after, &changed, known + 1, (person, reason), kitchens.clock.now()).await?;
    let shown = show(&mut tx, &kitchens, after).await?;
    tx.commit().await?;
    // Here at once; another process reads the table every ten seconds.
    kitchens.read_rules().await?;
    Ok(Json(shown))
}

async fn find(tx: &mut Tx, kitchens: &Kitchens, code: &str) -> Result<Setting> {
    settings(tx, &kitchens.law).await?.into_iter().find(|setting| setting.scene == code).ok_or(Error::NotFound)
}

async fn show(tx: &mut Tx, kitchens: &Kitchens, setting: Setting) -> Result<SceneSetting> {
    let models = kitchens.vision.models();
    let model = model_of(&models, &setting.scene);
    let title = kitchens.law.scene(&setting.scene).map(|scene| scene.title.clone()).unwrap_or_default();
    Ok(SceneSetting {
        title,
        needs_model: setting.rule.needs_model(),
        model_threshold: model.map(|model| super::scenes::rounded(model.threshold)),
        revision: revision(tx, &setting.scene).await?,
        setting: setting.wanted(),
        changes: changes(tx, &setting.scene).await?,
        code: setting.scene,
    })
}
