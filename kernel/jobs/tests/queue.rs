//! The queue on both engines.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use serde_json::{Value, json};
use shian_base::{Instant, Result};
use shian_jobs::{Job, Jobs, MIGRATIONS, Outcome, Runner, RunnerConfig};
use shian_testkit::{clock, db_test, noon};

struct Count {
    runs: AtomicUsize,
    fail_first: usize,
}

#[async_trait]
impl Job for Count {
    fn kind(&self) -> &'static str {
        "test.count"
    }
    async fn run(&self, payload: &Value, _now: Instant) -> Result<Outcome> {
        assert_eq!(payload["n"], 1);
        let run = self.runs.fetch_add(1, Ordering::SeqCst);
        assert!(run != 100, "never");
        Ok(if run < self.fail_first { Outcome::Retry("not yet".into()) } else { Outcome::Done })
    }
}

db_test!(MIGRATIONS, async fn a_job_enqueued_twice_under_one_key_runs_once(db) {
    let (clock, queue) = (clock(), Jobs::default());
    let job = Arc::new(Count { runs: AtomicUsize::new(0), fail_first: 0 });
    for _ in 0..2 {
        let mut tx = db.write().await.unwrap();
        queue.enqueue(&mut tx, "test.count", "one", &json!({"n": 1}), noon()).await.unwrap();
        tx.commit().await.unwrap();
    }
    let runner = Runner::new(db, clock, queue, vec![job.clone()], vec![], RunnerConfig::default());
    assert_eq!(runner.run_due().await.unwrap(), 1);
    assert_eq!(job.runs.load(Ordering::SeqCst), 1);
});

db_test!(MIGRATIONS, async fn a_job_that_did_not_work_is_tried_again_later(db) {
    let (clock, queue) = (clock(), Jobs::default());
    let job = Arc::new(Count { runs: AtomicUsize::new(0), fail_first: 1 });
    let mut tx = db.write().await.unwrap();
    queue.enqueue(&mut tx, "test.count", "one", &json!({"n": 1}), noon()).await.unwrap();
    tx.commit().await.unwrap();
    let runner = Runner::new(db, clock.clone(), queue, vec![job.clone()], vec![], RunnerConfig::default());
    assert_eq!(runner.run_due().await.unwrap(), 1);
    assert_eq!(runner.run_due().await.unwrap(), 0, "not before its pause is over");
    clock.advance_seconds(3);
    assert_eq!(runner.run_due().await.unwrap(), 1);
    assert_eq!(job.runs.load(Ordering::SeqCst), 2);
});

db_test!(MIGRATIONS, async fn a_job_of_a_transaction_that_was_dropped_never_was(db) {
    let queue = Jobs::default();
    let mut tx = db.write().await.unwrap();
    queue.enqueue(&mut tx, "test.count", "one", &json!({"n": 1}), noon()).await.unwrap();
    drop(tx);
    let runner = Runner::new(db, clock(), queue, vec![], vec![], RunnerConfig::default());
    assert_eq!(runner.run_due().await.unwrap(), 0);
});
