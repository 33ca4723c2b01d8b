//! What the administrator sees of jobs and sweeps, and the one thing to be done about a job that was given up.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde_json::json;
use shian_base::{Error, Id, Instant, Result};
use shian_db::{Db, FromRow, Row, Tx, args};

use crate::{Jobs, queue::JobRow};

/// A job as the administrator sees it; what it was told stays out, it may name people.
#[derive(Clone, Debug, Serialize)]
pub struct JobSeen {
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

/// How a sweep last came round.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SweepRun {
    pub name: String,
    pub every_s: i64,
    pub began_at: Instant,
    pub took_ms: i64,
    pub error: Option<String>,
    pub worked_at: Option<Instant>,
    pub failures: i64,
}

impl Jobs {
    /// How many jobs stand in each state.
    pub async fn counts(tx: &mut Tx) -> Result<BTreeMap<String, i64>> {
        let counted: Vec<(String, i64)> = tx.all("select state, count(*) from job group by state", args![]).await?;
        Ok(counted.into_iter().collect())
    }

    /// One page of the jobs in a state, the newest first, and how many there are.
    pub async fn list(tx: &mut Tx, state: &str, offset: i64, limit: i64) -> Result<(Vec<JobSeen>, i64)> {
        let (total,): (i64,) = tx.one("select count(*) from job where state = $1", args![state]).await?;
        let jobs = tx
            .all(
                "select id, kind, state, attempts, run_at, last_error, finished_at from job
                 where state = $1
                 order by run_at desc, id desc
                 limit $2 offset $3",
                args![state, limit, offset],
            )
            .await?;
        Ok((jobs, total))
    }

    /// Lets a job that was given up be tried anew, from its first attempt.
    pub async fn retry(&self, tx: &mut Tx, id: &str, now: Instant) -> Result<()> {
        let id: Id<JobRow> = id.parse()?;
        let (state,): (String,) = tx.one("select state from job where id = $1", args![id]).await?;
        let same = tx.maybe::<(String,)>(
            "select w.id from job w join job j on j.kind = w.kind and j.dedupe_key = w.dedupe_key
             where j.id = $1 and w.id <> j.id and w.state = 'waiting'",
            args![id],
        );
        if state != "dead" || same.await?.is_some() {
            let facts = json!({ "state": state });
            return Err(Error::Refused {
                code: "jobs.not_dead",
                message: "这项任务没有被放弃，或同样的任务已在等待".into(),
                facts,
            });
        }
        tx.run(
            "update job set state = 'waiting', attempts = 0, run_at = $2, finished_at = null where id = $1",
            args![id, now],
        )
        .await?;
        let poke = std::sync::Arc::clone(&self.poke);
        tx.after_commit(move || poke.notify_waiters());
        Ok(())
    }

    /// How every sweep last came round, by name.
    pub async fn sweeps(tx: &mut Tx) -> Result<Vec<SweepRun>> {
        let sql = "select name, every_s, began_at, took_ms, error, worked_at, failures from sweep_run order by name";
        tx.all(sql, args![]).await
    }
}

/// A sweep that comes round every few seconds is not noted each time.
const NOTED_EVERY_S: i64 = 60;

/// Remembers how the sweeps came round, and notes it in the table now and then and whenever it changes for the worse or the better.
#[derive(Default)]
pub(crate) struct SweepLog {
    last: Mutex<BTreeMap<&'static str, (SweepRun, Instant)>>,
}

impl SweepLog {
    pub async fn note(&self, db: &Db, name: &'static str, mut run: SweepRun) -> Result<()> {
        let is_due = {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            let before = last.get(name);
            if let (Some(_), Some((before, _))) = (&run.error, before) {
                run.worked_at = before.worked_at;
                run.failures = before.failures + 1;
            }
            let is_due = before.is_none_or(|(before, noted_at)| {
                before.error.is_some() != run.error.is_some() || run.began_at.seconds_since(*noted_at) >= NOTED_EVERY_S
            });
            let noted_at = if is_due { run.began_at } else { before.map_or(run.began_at, |(_, at)| *at) };
            last.insert(name, (run.clone(), noted_at));
            is_due
        };
        if !is_due {
            return Ok(());
        }
        let mut tx = db.write().await?;
        tx.run(
            "insert into sweep_run (name, every_s, began_at, took_ms, error, worked_at, failures)
             values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (name) do update set every_s = excluded.every_s, began_at = excluded.began_at,
               took_ms = excluded.took_ms, error = excluded.error,
               worked_at = coalesce(excluded.worked_at, sweep_run.worked_at), failures = excluded.failures",
            args![name, run.every_s, run.began_at, run.took_ms, run.error, run.worked_at, run.failures],
        )
        .await?;
        tx.commit().await
    }
}

impl FromRow for JobSeen {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            kind: row.get("kind")?,
            state: row.get("state")?,
            attempts: row.get("attempts")?,
            run_at: row.get("run_at")?,
            last_error: row.get("last_error")?,
            finished_at: row.get("finished_at")?,
        })
    }
}

impl FromRow for SweepRun {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            name: row.get("name")?,
            every_s: row.get("every_s")?,
            began_at: row.get("began_at")?,
            took_ms: row.get("took_ms")?,
            error: row.get("error")?,
            worked_at: row.get("worked_at")?,
            failures: row.get("failures")?,
        })
    }
}
