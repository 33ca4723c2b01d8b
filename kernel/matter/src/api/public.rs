//! GET /api/public/businesses/{id}/rectifications

use axum::Json;
use axum::extract::{Path, State};
use shian_web::{Answer, Caller, ProblemBody};

use super::Deps;
use crate::view::PublicRectification;

/// What was found at a business, what it was told to do, and whether it was mended. For everyone.
#[utoipa::path(get, path = "/api/public/businesses/{id}/rectifications", tag = "public", params(("id" = String, Path)),
    responses((status = 200, body = Vec<PublicRectification>), (status = 404, body = ProblemBody)))]
pub(crate) async fn rectifications(
    State(deps): State<Deps>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Json<Vec<PublicRectification>>> {
    caller.scope("matter.public")?;
    let mut tx = deps.db.read().await?;
    Ok(Json(deps.matters.public_rectifications(&mut tx, id.parse()?).await?))
}
