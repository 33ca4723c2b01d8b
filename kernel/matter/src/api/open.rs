//! GET /api/procedures · POST /api/matters

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use shian_base::SharedClock;
use shian_db::Db;
use shian_web::{Answer, Body, Caller, Module, ProblemBody};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::engine::Matters;
use crate::opening::{OpenBody, OpenableProcedure, Parties};
use crate::view::MatterFile;

#[derive(Clone)]
pub(crate) struct OpeningDeps {
    matters: Arc<Matters>,
    db: Db,
    clock: SharedClock,
    parties: Arc<dyn Parties>,
}

/// Opening matters by hand; who may stands in the procedures, and where in the rules of matters.
pub fn opening_module(matters: Arc<Matters>, db: Db, clock: SharedClock, parties: Arc<dyn Parties>) -> Module {
    let deps = OpeningDeps { matters, db, clock, parties };
    let router = OpenApiRouter::new().routes(routes!(procedures)).routes(routes!(open)).with_state(deps);
    Module { router, ..Module::new("matter-opening", &[]) }
}

/// The procedures under which the caller may open a matter, each with its form.
#[utoipa::path(get, path = "/api/procedures", tag = "matters",
    responses((status = 200, body = Vec<OpenableProcedure>), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub(crate) async fn procedures(State(deps): State<OpeningDeps>, caller: Caller) -> Answer<Json<Vec<OpenableProcedure>>> {
    caller.scope("matter.act")?;
    Ok(Json(deps.matters.openable(&caller.principal()?.post, deps.clock.now())))
}

/// Opens a matter about a business of one's area, under a procedure that may be opened by hand.
#[utoipa::path(post, path = "/api/matters", tag = "matters", request_body = OpenBody,
    responses((status = 201, body = MatterFile), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn open(
    State(deps): State<OpeningDeps>,
    caller: Caller,
    Body(body): Body<OpenBody>,
) -> Answer<(StatusCode, Json<MatterFile>)> {
    let scope = caller.scope("matter.act")?;
    let principal = caller.principal()?;
    let now = deps.clock.now();
    let mut tx = deps.db.write().await?;
    let about = deps.parties.locate(&mut tx, body.business_id, &scope).await?;
    let id = deps.matters.open_by_hand(&mut tx, principal, about, body, now).await?;
    let file = deps.matters.file(&mut tx, id, principal, now).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(file)))
}
