//! GET /api/cameras/{id}/snapshot.jpg

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderName, header};
use axum::response::IntoResponse;
use shian_web::{Answer, Caller, ProblemBody};

use super::in_sight;
use crate::Kitchens;

/// The newest picture of a camera, for walls of stills and for browsers that cannot play its stream.
///
/// `x-picture-at` says when it was taken. Strangers see cameras declared public while the business is open.
#[utoipa::path(get, path = "/api/cameras/{id}/snapshot.jpg", tag = "cameras", params(("id" = String, Path)),
    responses((status = 200, content_type = "image/jpeg", description = "The picture"),
              (status = 401, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
              (status = 503, body = ProblemBody, description = "`camera.offline` or `camera.no_picture`")))]
pub(crate) async fn camera_snapshot(
    State(kitchens): State<Arc<Kitchens>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<impl IntoResponse> {
    let mut tx = kitchens.db.read().await?;
    let camera = in_sight(&mut tx, &caller, id.parse()?, kitchens.clock.now()).await?;
    drop(tx);
    let picture = kitchens.picture(camera.id).await?;
    let headers = [
        (header::CONTENT_TYPE, "image/jpeg".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (HeaderName::from_static("x-picture-at"), picture.at.to_string()),
    ];
    Ok((headers, picture.jpeg.clone()))
}
