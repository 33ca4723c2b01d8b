//! What anybody may ask of the log, and where a witness signs.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use shian_access::{Rule, Within, allow};
use shian_base::{Error, SharedClock};
use shian_web::{Answer, Body, Caller, Module, ProblemBody};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::log::{Log, LogState, PlaceSweep};
use crate::text::to_base64;

#[derive(Clone)]
struct Deps {
    log: Arc<Log>,
    clock: SharedClock,
}

/// What the log brings to the server. Its tables come with the files, which cannot be recorded without them.
pub fn module(log: Arc<Log>, clock: SharedClock) -> Module {
    let deps = Deps { log: Arc::clone(&log), clock };
    let router = OpenApiRouter::new().routes(routes!(state)).routes(routes!(consistency)).routes(routes!(cosign)).with_state(deps);
    Module { router, policy: rules(), sweeps: vec![Arc::new(PlaceSweep(log))], ..Module::new("proof", &[]) }
}

/// The log holds hashes only and is there to be watched by anybody; a witness is known by its key.
pub fn rules() -> Vec<Rule> {
    ["log.read", "log.cosign"].map(|act| allow("stranger").to(act).within(Within::Everything)).into()
}

/// The log's public key and its newest signed state.
#[utoipa::path(get, path = "/api/log", tag = "log", responses((status = 200, body = LogState)))]
async fn state(State(deps): State<Deps>, caller: Caller) -> Answer<Json<LogState>> {
    caller.scope("log.read")?;
    let mut tx = deps.log.db().read().await?;
    Ok(Json(deps.log.state(&mut tx).await?))
}

/// Two sizes of the log.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Sizes {
    /// The smaller size.
    from: u64,
    /// The larger size.
    to: u64,
}

#[derive(Debug, Serialize, ToSchema)]
struct ConsistencyProof {
    from: u64,
    to: u64,
    /// Base64, as RFC 6962 §2.1.2 orders them.
    hashes: Vec<String>,
}

/// The proof that the log of `to` leaves begins with the log of `from` leaves.
#[utoipa::path(get, path = "/api/log/consistency", tag = "log", params(Sizes),
    responses((status = 200, body = ConsistencyProof), (status = 422, body = ProblemBody)))]
async fn consistency(
    State(deps): State<Deps>,
    caller: Caller,
    sizes: Result<Query<Sizes>, QueryRejection>,
) -> Answer<Json<ConsistencyProof>> {
    caller.scope("log.read")?;
    let Query(Sizes { from, to }) = sizes.map_err(|error| Error::invalid("", "web.query", error.body_text()))?;
    let mut tx = deps.log.db().read().await?;
    let hashes = deps.log.consistency(&mut tx, from, to).await?;
    Ok(Json(ConsistencyProof { from, to, hashes: hashes.iter().map(|hash| to_base64(hash)).collect() }))
}

/// A witness's signature.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Cosignature {
    /// Size of the checkpoint that was signed.
    size: u64,
    /// The signature line (C2SP tlog-cosignature): `— name base64`.
    line: String,
}

/// Takes the cosignature of a witness that the configuration names.
///
/// The witness asks for the newest checkpoint and for the proof from the last one it signed, checks both, signs.
#[utoipa::path(post, path = "/api/log/cosignatures", tag = "log", request_body = Cosignature,
    responses((status = 204, description = "Taken"), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn cosign(State(deps): State<Deps>, caller: Caller, Body(signed): Body<Cosignature>) -> Answer<StatusCode> {
    caller.scope("log.cosign")?;
    let mut tx = deps.log.db().write().await?;
    deps.log.cosign(&mut tx, signed.size, &signed.line, deps.clock.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
