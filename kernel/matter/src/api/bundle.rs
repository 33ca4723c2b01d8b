//! GET /api/matters/{id}/bundle

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use shian_base::SharedClock;
use shian_proof::{Bundle, Log};
use shian_web::{Answer, Caller, ProblemBody};

use crate::engine::Matters;

#[derive(Clone)]
pub(crate) struct Deps {
    pub matters: Arc<Matters>,
    pub log: Arc<Log>,
    pub clock: SharedClock,
}

/// The bundle (核验包) of a matter: its records and files' hashes with the proof that each is in the log.
///
/// Whoever has it can check it offline, with `shian verify` or on the public page 核验.
#[utoipa::path(get, path = "/api/matters/{id}/bundle", tag = "matters", params(("id" = String, Path)),
    responses((status = 200, body = Bundle), (status = 401, body = ProblemBody), (status = 404, body = ProblemBody),
              (status = 503, body = ProblemBody)))]
pub(crate) async fn bundle(State(deps): State<Deps>, caller: Caller, Path(id): Path<String>) -> Answer<Json<Bundle>> {
    caller.scope("matter.read")?;
    // An act of this very second has its place before it is asked for.
    deps.log.sequence(deps.clock.now()).await?;
    let mut tx = deps.log.db().read().await?;
    Ok(Json(deps.matters.bundle(&mut tx, &deps.log, id.parse()?, caller.principal()?).await?))
}
