//! Enqueueing, claiming and finishing jobs.

use std::sync::Arc;

use serde_json::Value;
use shian_base::{Id, Instant, Result};
use shian_db::{Engine, Tx, args};
use tokio::sync::Notify;

pub(crate) enum JobRow {}

/// The door to the queue. Cheap to clone.
#[derive(Clone, Default)]
pub struct Jobs {
    pub(crate) poke: Arc<Notify>,
}

pub(crate) struct Claimed {
    pub id: Id<JobRow>,
    pub kind: String,
    pub payload: Value,
    pub attempts: i64,
}

impl Jobs {
    /// Enqueues in the caller's transaction; while one with this key waits, another is not added.
    pub async fn enqueue(&self, tx: &mut Tx, kind: &str, key: &str, payload: &Value, run_at: Instant) -> Result<()> {
        tx.run(
            "insert into job (id, kind, dedupe_key, payload, run_at, state, attempts)
             values ($1, $2, $3, $4, $5, 'waiting', 0)
             on conflict (kind, dedupe_key) where state = 'waiting' do nothing",
            args![Id::<JobRow>::new(), kind, key, payload, run_at],
        )
        .await?;
        let poke = Arc::clone(&self.poke);
        tx.after_commit(move || poke.notify_waiters());
        Ok(())
    }
}

/// Takes the next job whose turn has come, or one whose runner died.
pub(crate) async fn claim(tx: &mut Tx, now: Instant, lease_s: i64) -> Result<Option<Claimed>> {
    // The one statement where the engines must differ: PostgreSQL's runners skip what another is taking.
    let lock = match tx.engine() {
        Engine::Sqlite => "",
        Engine::Postgres => "for update skip locked",
    };
    let row = tx
        .maybe::<(Id<JobRow>, String, String, i64)>(
            &format!(
                "update job set state = 'running', attempts = attempts + 1, leased_until = $2
                 where id = (
                   select id from job
                   where (state = 'waiting' and run_at <= $1) or (state = 'running' and leased_until < $1)
                   order by run_at
                   limit 1 {lock})
                 returning id, kind, payload, attempts"
            ),
            args![now, now.plus_seconds(lease_s)],
        )
        .await?;
    row.map(|(id, kind, payload, attempts)| {
        let payload = serde_json::from_str(&payload).map_err(anyhow::Error::new)?;
        Ok(Claimed { id, kind, payload, attempts })
    })
    .transpose()
}

pub(crate) async fn finish(tx: &mut Tx, id: Id<JobRow>, state: &str, error: Option<&str>, now: Instant) -> Result<()> {
    tx.run(
        "update job set state = $2, last_error = $3, finished_at = $4, leased_until = null where id = $1",
        args![id, state, error, now],
    )
    .await?;
    Ok(())
}

/// Puts a job back for a later attempt; when its key is waiting already, that one stands for it.
pub(crate) async fn retry(tx: &mut Tx, id: Id<JobRow>, why: &str, run_at: Instant, now: Instant) -> Result<()> {
    let waiting = tx
        .maybe::<(String,)>(
            "select w.id from job w join job j on j.kind = w.kind and j.dedupe_key = w.dedupe_key
             where j.id = $1 and w.id <> j.id and w.state = 'waiting'",
            args![id],
        )
        .await?;
    if waiting.is_some() {
        return finish(tx, id, "done", Some(why), now).await;
    }
    tx.run(
        "update job set state = 'waiting', last_error = $2, run_at = $3, leased_until = null where id = $1",
        args![id, why, run_at],
    )
    .await?;
    Ok(())
}

/// Forgets finished jobs older than a week; dead ones stay for the administrator.
pub(crate) async fn forget_old(tx: &mut Tx, now: Instant) -> Result<u64> {
    tx.run("delete from job where state = 'done' and finished_at < $1", args![now.plus_seconds(-7 * 86_400)]).await
}
