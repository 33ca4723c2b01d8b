//! DELETE /api/cameras/{id}

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use shian_web::{Answer, Caller, ProblemBody};

use super::within;
use crate::access::MANAGE;
use crate::{Kitchens, camera};

/// Takes a camera out. Live views of it end; what it saw stays on file.
#[utoipa::path(delete, path = "/api/cameras/{id}", tag = "cameras", params(("id" = String, Path)),
    responses((status = 204, description = "It is out"), (status = 401, body = ProblemBody),
              (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn remove_camera(
    State(kitchens): State<Arc<Kitchens>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    let mut tx = kitchens.db.write().await?;
    let row = within(&mut tx, &caller, MANAGE, &id).await?;
    camera::remove_camera(&mut tx, row.id, Some(caller.principal()?.person_id), kitchens.clock.now()).await?;
    let changed = Arc::clone(&kitchens.changed);
    tx.after_commit(move || changed.notify_one());
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
