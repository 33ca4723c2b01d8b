//! GET /api/cameras/{id}

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use shian_web::{Answer, Caller, ProblemBody};

use super::{Camera, within};
use crate::Kitchens;
use crate::access::READ;

/// One camera.
#[utoipa::path(get, path = "/api/cameras/{id}", tag = "cameras", params(("id" = String, Path)),
    responses((status = 200, body = Camera), (status = 401, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn camera(
    State(kitchens): State<Arc<Kitchens>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Json<Camera>> {
    let mut tx = kitchens.db.read().await?;
    let row = within(&mut tx, &caller, READ, &id).await?;
    Ok(Json(Camera::of(&kitchens, row)))
}
