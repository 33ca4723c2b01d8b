//! POST /api/matters/acts

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json_;
use shian_access::{Person, Principal};
use shian_base::{Error, FieldError, Id, Instant, Result};
use shian_web::{Answer, Body, Caller, ProblemBody};
use utoipa::ToSchema;

use super::Deps;
use crate::engine::ActBody;
use crate::model::MatterId;

/// The same act with the same form on many matters.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BatchBody {
    /// Id of the act.
    act: String,
    /// At most 100, each once.
    matters: Vec<BatchMatter>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    form: Json_,
    /// Named by the screen, once per press of the button: each matter is acted on once.
    #[serde(default)]
    request_id: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    on_behalf_of: Option<Id<Person>>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BatchMatter {
    #[schema(value_type = String)]
    id: MatterId,
    /// The revision the person saw.
    #[serde(default)]
    revision: Option<i64>,
}

/// What became of one matter of a batch.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BatchResult {
    #[schema(value_type = String)]
    id: MatterId,
    done: bool,
    /// Why it was refused: the same codes as for one matter.
    code: Option<&'static str>,
    message: Option<String>,
    #[schema(value_type = Vec<Object>)]
    fields: Vec<FieldError>,
}

const MOST: usize = 100;

/// Does one act on many matters, each by itself: some may succeed while others are refused with their reason.
#[utoipa::path(post, path = "/api/matters/acts", tag = "matters", request_body = BatchBody,
    responses((status = 200, body = Vec<BatchResult>), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 422, body = ProblemBody)))]
pub(crate) async fn batch(State(deps): State<Deps>, caller: Caller, Body(body): Body<BatchBody>) -> Answer<Json<Vec<BatchResult>>> {
    caller.scope("matter.act")?;
    let principal = caller.principal()?;
    let distinct: BTreeSet<MatterId> = body.matters.iter().map(|matter| matter.id).collect();
    if body.matters.is_empty() || body.matters.len() > MOST || distinct.len() < body.matters.len() {
        return Err(Error::invalid("matters", "matter.batch", format!("请选择1至{MOST}件事项，每件一次")).into());
    }
    let now = deps.clock.now();
    let mut results = Vec::with_capacity(body.matters.len());
    for matter in &body.matters {
        let act = ActBody {
            form: body.form.clone(),
            files: Vec::new(),
            revision: matter.revision,
            request_id: body.request_id.as_ref().map(|request| format!("{request}:{}", matter.id)),
            on_behalf_of: body.on_behalf_of,
        };
        results.push(result(matter.id, one(&deps, matter.id, &body.act, principal, act, now).await));
    }
    Ok(Json(results))
}

async fn one(deps: &Deps, id: MatterId, act: &str, principal: &Principal, body: ActBody, now: Instant) -> Result<()> {
    let mut tx = deps.db.write().await?;
    deps.matters.act(&mut tx, id, act, principal, body, now).await?;
    tx.commit().await
}

fn result(id: MatterId, done: Result<()>) -> BatchResult {
    let Err(error) = done else { return BatchResult { id, done: true, code: None, message: None, fields: vec![] } };
    let (code, message) = (error.code(), error.to_string());
    let fields = match error {
        Error::Invalid(fields) => fields,
        Error::Internal(error) => {
            tracing::error!(matter.id = %id, "{error:#}");
            return BatchResult { id, done: false, code: Some(code), message: None, fields: vec![] };
        }
        _ => vec![],
    };
    BatchResult { id, done: false, code: Some(code), message: Some(message), fields }
}
