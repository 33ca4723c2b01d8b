//! GET /api/admin/jobs, POST /api/admin/jobs/{id}/retry

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shian_base::{Error, Instant};
use shian_jobs::{JobSeen, Jobs};
use shian_web::{Answer, Caller, Page, Paged, ProblemBody};
use utoipa::{IntoParams, ToSchema};

use crate::Operations;
use crate::access::{MANAGE, READ};

/// Work in the background, without what it was told.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Job {
    pub id: String,
    pub kind: String,
    /// `waiting`, `running`, `done` or `dead`.
    pub state: String,
    pub attempts: i64,
    /// Not before this instant.
    pub run_at: Instant,
    pub last_error: Option<String>,
    pub finished_at: Option<Instant>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct JobsQuery {
    /// `waiting`, `running`, `done` or `dead`.
    state: String,
}

impl Default for JobsQuery {
    fn default() -> Self {
        Self { state: "dead".into() }
    }
}

/// Work in the background in one state, the newest first; what was given up when none is named.
#[utoipa::path(get, path = "/api/admin/jobs", tag = "operations", params(JobsQuery, Page),
    responses((status = 200, body = Paged<Job>), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub(crate) async fn admin_jobs(
    State(operations): State<Arc<Operations>>,
    caller: Caller,
    query: Result<Query<JobsQuery>, QueryRejection>,
    page: Page,
) -> Answer<Json<Paged<Job>>> {
    caller.scope(READ)?;
    let Query(JobsQuery { state }) = query.map_err(|error| Error::invalid("state", "web.query", error.body_text()))?;
    let mut tx = operations.db.read().await?;
    let (jobs, total) = Jobs::list(&mut tx, &state, page.offset(), page.page_size).await?;
    Ok(Json(Paged::new(jobs.into_iter().map(Job::from).collect(), total, page)))
}

/// Lets work that was given up be tried anew.
#[utoipa::path(post, path = "/api/admin/jobs/{id}/retry", tag = "operations", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn retry_job(
    State(operations): State<Arc<Operations>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    caller.scope(MANAGE)?;
    let mut tx = operations.db.write().await?;
    operations.jobs.retry(&mut tx, &id, operations.clock.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<JobSeen> for Job {
    fn from(seen: JobSeen) -> Self {
        let JobSeen { id, kind, state, attempts, run_at, last_error, finished_at } = seen;
        Self { id, kind, state, attempts, run_at, last_error, finished_at }
    }
}
