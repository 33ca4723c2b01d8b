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

db_test!(MIGRATIONS, async fn a_job_that_was_given_up_is_tried_anew_when_somebody_says_so(db) {
    let (clock, queue) = (clock(), Jobs::default());
    let job = Arc::new(Count { runs: AtomicUsize::new(0), fail_first: 1 });
    let mut tx = db.write().await.unwrap();
    queue.enqueue(&mut tx, "test.count", "one", &json!({"n": 1}), noon()).await.unwrap();
    tx.commit().await.unwrap();
    let config = RunnerConfig { attempts_max: 1, ..RunnerConfig::default() };
    let runner = Runner::new(db.clone(), clock, queue.clone(), vec![job], vec![], config);
    runner.run_due().await.unwrap();
    let mut tx = db.write().await.unwrap();
    let (dead, total) = Jobs::list(&mut tx, "dead", 0, 50).await.unwrap();
    assert_eq!((total, dead[0].last_error.as_deref()), (1, Some("not yet")));
    queue.retry(&mut tx, &dead[0].id, noon()).await.unwrap();
    assert_eq!(queue.retry(&mut tx, &dead[0].id, noon()).await.unwrap_err().code(), "jobs.not_dead");
    assert_eq!(queue.retry(&mut tx, "x", noon()).await.unwrap_err().code(), "not_found");
    tx.commit().await.unwrap();
    assert_eq!(runner.run_due().await.unwrap(), 1);
    let counts = Jobs::counts(&mut db.read().await.unwrap()).await.unwrap();
    assert_eq!((counts.get("done"), counts.get("dead")), (Some(&1), None));
});

struct Moody(AtomicUsize);

#[async_trait]
impl shian_jobs::Sweep for Moody {
    fn name(&self) -> &'static str {
        "moody"
    }
    fn every_seconds(&self) -> u64 {
        20
    }
    async fn run(&self, _now: Instant) -> Result<()> {
        match self.0.fetch_add(1, Ordering::SeqCst) {
            1 => Err(anyhow::anyhow!("out of sorts").into()),
            2 => panic!("beside itself"),
            _ => Ok(()),
        }
    }
}

db_test!(MIGRATIONS, async fn how_a_sweep_came_round_is_on_record_and_a_panic_ends_one_round_only(db) {
    let clock = clock();
    let runner = Runner::new(db.clone(), clock.clone(), Jobs::default(), vec![], vec![Arc::new(Moody(AtomicUsize::new(0)))], RunnerConfig::default());
    let mut seen = Vec::new();
    for worked in [true, false, false, true] {
        assert_eq!(runner.run_sweeps().await.is_ok(), worked);
        let runs = Jobs::sweeps(&mut db.read().await.unwrap()).await.unwrap();
        seen.push((runs[0].failures, runs[0].error.is_some(), runs[0].worked_at));
        clock.advance_seconds(60);
    }
    let last = noon().plus_seconds(180);
    assert_eq!(seen, [(0, false, Some(noon())), (1, true, Some(noon())), (2, true, Some(noon())), (0, false, Some(last))]);
});
