//! POST /api/matters/{id}/acts/{act}

use axum::Json;
use axum::extract::{Path, State};
use shian_files::Files;
use shian_web::{Answer, Body, Caller, ProblemBody};

use super::Deps;
use crate::engine::ActBody;
use crate::view::MatterFile;

/// Does one of the acts that the matter offers to the caller.
///
/// The answer is the matter afterwards; a follow-up matter stands in `children`. With a `revision`
/// the act is refused (409 `matter.stale`) when somebody else acted since; an act that is not offered
/// in this state is 409 `matter.not_possible`. The same `request_id` is carried out once.
#[utoipa::path(post, path = "/api/matters/{id}/acts/{act}", tag = "matters",
    params(("id" = String, Path), ("act" = String, Path, description = "Id of the act, from `acts`")),
    request_body = ActBody,
    responses((status = 200, body = MatterFile), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn act(
    State(deps): State<Deps>,
    caller: Caller,
    Path((id, act)): Path<(String, String)>,
    Body(body): Body<ActBody>,
) -> Answer<Json<MatterFile>> {
    caller.scope("matter.act")?;
    let principal = caller.principal()?;
    let id = id.parse()?;
    let now = deps.clock.now();
    let mut tx = deps.db.write().await?;
    for file in &body.files {
        // Attaching a file makes it readable to others: only what one may read oneself.
        Files::readable(&mut tx, *file, &caller).await?;
    }
    deps.matters.act(&mut tx, id, &act, principal, body, now).await?;
    let file = deps.matters.file(&mut tx, id, principal, now).await?;
    tx.commit().await?;
    Ok(Json(file))
}
