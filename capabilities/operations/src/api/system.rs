//! GET /api/admin/system

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shian_base::{Instant, Result};
use shian_db::{Engine, Tx, args};
use shian_files::Files;
use shian_jobs::{Jobs, SweepRun};
use shian_web::{Answer, Caller, ProblemBody, SeenError};
use utoipa::ToSchema;

use crate::Operations;
use crate::access::READ;
use crate::machine::disk_of;

/// How the platform runs now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct System {
    pub version: String,
    pub started_at: Instant,
    pub database: SystemDatabase,
    pub disk: SystemDisk,
    pub jobs: JobCounts,
    pub sweeps: Vec<Sweep>,
    /// Errors on our side since the start, the newest first, at most a hundred.
    pub errors: Vec<RecentError>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SystemDatabase {
    /// `sqlite` or `postgres`.
    pub engine: &'static str,
    pub size_bytes: i64,
    /// Migrations that made the schema.
    pub migrations: i64,
    /// Transactions that wait for their turn now.
    pub waiting: u64,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SystemDisk {
    pub size_bytes: u64,
    pub free_bytes: u64,
    /// What the evidence on record takes up.
    pub evidence_bytes: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobCounts {
    pub waiting: i64,
    pub running: i64,
    pub done: i64,
    /// Given up after many attempts.
    pub dead: i64,
}

/// How a sweep last came round.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SweepRun)]
pub(crate) struct Sweep {
    pub name: String,
    pub every_s: i64,
    pub began_at: Instant,
    pub took_ms: i64,
    /// Why it did not work; none when it did.
    pub error: Option<String>,
    pub worked_at: Option<Instant>,
    pub failures: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecentError {
    pub request_id: String,
    pub at: Instant,
    pub method: String,
    pub route: String,
    pub status: u16,
    pub cause: String,
}

/// How the platform runs: version, database, disk, jobs, sweeps, errors.
#[utoipa::path(get, path = "/api/admin/system", tag = "operations",
    responses((status = 200, body = System), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub(crate) async fn admin_system(State(operations): State<Arc<Operations>>, caller: Caller) -> Answer<Json<System>> {
    caller.scope(READ)?;
    let disk = disk_of(&operations.source.data)?;
    let mut tx = operations.db.read().await?;
    let counts = Jobs::counts(&mut tx).await?;
    let count = |state: &str| counts.get(state).copied().unwrap_or_default();
    let evidence = Files::bytes_on_record(&mut tx).await?;
    let (migrations,): (i64,) = tx.one("select count(*) from migration", args![]).await?;
    let database = SystemDatabase {
        engine: match operations.db.engine() {
            Engine::Sqlite => "sqlite",
            Engine::Postgres => "postgres",
        },
        size_bytes: size_of(&mut tx).await?,
        migrations,
        waiting: operations.db.load_now().waiting,
    };
    Ok(Json(System {
        version: operations.source.version.clone(),
        started_at: operations.started_at,
        database,
        disk: SystemDisk { size_bytes: disk.size_bytes, free_bytes: disk.free_bytes, evidence_bytes: evidence },
        jobs: JobCounts {
            waiting: count("waiting"),
            running: count("running"),
            done: count("done"),
            dead: count("dead"),
        },
        sweeps: Jobs::sweeps(&mut tx).await?.into_iter().map(Sweep::from).collect(),
        errors: operations.errors.list().into_iter().map(RecentError::from).collect(),
    }))
}

async fn size_of(tx: &mut Tx) -> Result<i64> {
    let sql = match tx.engine() {
        Engine::Sqlite => "select page_count * page_size from pragma_page_count(), pragma_page_size()",
        Engine::Postgres => "select pg_database_size(current_database())",
    };
    Ok(tx.one::<(i64,)>(sql, args![]).await?.0)
}

impl From<SweepRun> for Sweep {
    fn from(run: SweepRun) -> Self {
        let SweepRun { name, every_s, began_at, took_ms, error, worked_at, failures } = run;
        Self { name, every_s, began_at, took_ms, error, worked_at, failures }
    }
}

impl From<SeenError> for RecentError {
    fn from(seen: SeenError) -> Self {
        let SeenError { request_id, at, method, route, status, cause } = seen;
        Self { request_id, at, method, route, status, cause }
    }
}
