//! GET /api/models

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shian_web::{Answer, Caller, ProblemBody};
use utoipa::ToSchema;

use crate::Kitchens;
use crate::access::SCENES;

/// A model package in use.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Model {
    pub id: String,
    pub title: String,
    pub version: String,
    pub licence: String,
    /// Of the model's bytes.
    pub sha256: String,
    /// `onnxruntime` or `rten`.
    pub runtime: String,
    /// Codes of the scenes it can recognise.
    pub scenes: Vec<String>,
}

/// The model packages in use; none when none is installed.
#[utoipa::path(get, path = "/api/models", tag = "scenes",
    responses((status = 200, body = Vec<Model>), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub(crate) async fn models(State(kitchens): State<Arc<Kitchens>>, caller: Caller) -> Answer<Json<Vec<Model>>> {
    caller.scope(SCENES)?;
    let models = kitchens.vision.models().into_iter().map(|model| Model {
        id: model.id,
        title: model.title,
        version: model.version,
        licence: model.licence,
        sha256: model.sha256,
        runtime: model.runtime,
        scenes: model.scenes,
    });
    Ok(Json(models.collect()))
}
