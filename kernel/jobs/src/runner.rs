//! The loop that runs jobs and sweeps until it is told to stop.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use shian_base::{Error, Instant, Result, SharedClock};
use shian_db::Db;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::{debug, error, warn};

use crate::queue::{self, Claimed};
use crate::watch::{SweepLog, SweepRun};
use crate::{Job, Jobs, Outcome, Sweep};

#[derive(Clone, Debug)]
pub struct RunnerConfig {
    /// Jobs run at the same time.
    pub workers: usize,
    /// How long a job may take before another runner takes it over.
    pub lease_s: i64,
    /// Attempts before a job is dead.
    pub attempts_max: i64,
    /// How often the queue is looked at when nobody pokes it.
    pub idle: Duration,
}

impl Default for RunnerConfig {
    fn default() -> Self {
        Self { workers: 2, lease_s: 300, attempts_max: 12, idle: Duration::from_secs(1) }
    }
}

#[derive(Clone)]
pub struct Runner {
    db: Db,
    clock: SharedClock,
    queue: Jobs,
    jobs: Arc<HashMap<&'static str, Arc<dyn Job>>>,
    sweeps: Arc<Vec<Arc<dyn Sweep>>>,
    log: Arc<SweepLog>,
    config: RunnerConfig,
}

impl Runner {
    pub fn new(
        db: Db,
        clock: SharedClock,
        queue: Jobs,
        jobs: Vec<Arc<dyn Job>>,
        sweeps: Vec<Arc<dyn Sweep>>,
        config: RunnerConfig,
    ) -> Self {
        let jobs = jobs.into_iter().map(|job| (job.kind(), job)).collect();
        Self { db, clock, queue, jobs: Arc::new(jobs), sweeps: Arc::new(sweeps), log: Arc::default(), config }
    }

    /// Runs until `stop` turns true; jobs that were begun are finished first.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut tasks = JoinSet::new();
        for _ in 0..self.config.workers {
            let (runner, stop) = (self.clone(), stop.clone());
            tasks.spawn(async move { runner.work(stop).await });
        }
        for sweep in self.sweeps.iter() {
            let (runner, sweep, stop) = (self.clone(), Arc::clone(sweep), stop.clone());
            tasks.spawn(async move { runner.come_round(sweep, stop).await });
        }
        let _ = stop.wait_for(|stopped| *stopped).await;
        while tasks.join_next().await.is_some() {}
    }

    /// Runs every job whose turn has come, then returns how many; for tests that move the clock themselves.
    pub async fn run_due(&self) -> Result<usize> {
        let mut ran = 0;
        while self.run_one().await? {
            ran += 1;
        }
        Ok(ran)
    }

    /// Runs every sweep once.
    pub async fn run_sweeps(&self) -> Result<()> {
        for sweep in self.sweeps.iter() {
            self.run_sweep(sweep).await?;
        }
        Ok(())
    }

    async fn work(&self, mut stop: watch::Receiver<bool>) {
        loop {
            if *stop.borrow() {
                return;
            }
            let poke = self.queue.poke.notified();
            match self.run_one().await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => {
                    error!("the job queue cannot be read: {error}");
                }
            }
            tokio::select! {
                () = poke => {}
                () = tokio::time::sleep(self.config.idle) => {}
                _ = stop.changed() => {}
            }
        }
    }

    async fn come_round(&self, sweep: Arc<dyn Sweep>, mut stop: watch::Receiver<bool>) {
        loop {
            if *stop.borrow() {
                return;
            }
            if let Err(error) = self.run_sweep(&sweep).await {
                error!(sweep = sweep.name(), "the sweep {} failed: {error}", sweep.name());
            }
            tokio::select! {
                () = tokio::time::sleep(Duration::from_secs(sweep.every_seconds())) => {}
                _ = stop.changed() => {}
            }
        }
    }

    /// Lets the sweep come round once and notes how that went.
    async fn run_sweep(&self, sweep: &Arc<dyn Sweep>) -> Result<()> {
        let (began_at, begun) = (self.clock.now(), tokio::time::Instant::now());
        // A task of its own: a panic in a sweep ends that round, not the sweep.
        let round = {
            let sweep = Arc::clone(sweep);
            tokio::spawn(async move { sweep.run(began_at).await })
        };
        let went = round.await.unwrap_or_else(|panic| Err(anyhow::Error::new(panic).into()));
        let error = went.as_ref().err().map(Error::to_string);
        let run = SweepRun {
            name: sweep.name().into(),
            every_s: sweep.every_seconds() as i64,
            began_at,
            took_ms: begun.elapsed().as_millis() as i64,
            worked_at: error.is_none().then_some(began_at),
            failures: i64::from(error.is_some()),
            error,
        };
        let noted = self.log.note(&self.db, sweep.name(), run).await;
        went.and(noted)
    }

    async fn run_one(&self) -> Result<bool> {
        let now = self.clock.now();
        let mut tx = self.db.read().await?;
        let waiting = tx
            .maybe::<(String,)>(
                "select id from job
                 where (state = 'waiting' and run_at <= $1) or (state = 'running' and leased_until < $1)
                 limit 1",
                shian_db::args![now],
            )
            .await?;
        drop(tx);
        if waiting.is_none() {
            return Ok(false);
        }
        let mut tx = self.db.write().await?;
        let Some(claimed) = queue::claim(&mut tx, now, self.config.lease_s).await? else { return Ok(false) };
        tx.commit().await?;
        let outcome = self.attempt(&claimed, now).await;
        self.settle(&claimed, outcome).await?;
        Ok(true)
    }

    async fn attempt(&self, claimed: &Claimed, now: Instant) -> Outcome {
        let Some(job) = self.jobs.get(claimed.kind.as_str()).map(Arc::clone) else {
            return Outcome::Dead(format!("nobody runs jobs of the kind {}", claimed.kind));
        };
        let payload = claimed.payload.clone();
        // A task of its own: a panic in a job ends that attempt, not the runner.
        match tokio::spawn(async move { job.run(&payload, now).await }).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(Error::Internal(cause))) => Outcome::Retry(format!("{cause:#}")),
            Ok(Err(error)) => Outcome::Retry(error.to_string()),
            Err(panic) => Outcome::Retry(panic.to_string()),
        }
    }

    async fn settle(&self, claimed: &Claimed, outcome: Outcome) -> Result<()> {
        let now = self.clock.now();
        let mut tx = self.db.write().await?;
        match outcome {
            Outcome::Done => {
                debug!(job.kind = %claimed.kind, "did job {}", claimed.id);
                queue::finish(&mut tx, claimed.id, "done", None, now).await?;
            }
            Outcome::Retry(why) if claimed.attempts < self.config.attempts_max => {
                let pause = 2_i64.pow(claimed.attempts.clamp(0, 10) as u32).min(900);
                warn!(job.kind = %claimed.kind, "job {} did not work, again in {pause} s: {why}", claimed.id);
                queue::retry(&mut tx, claimed.id, &why, now.plus_seconds(pause), now).await?;
            }
            Outcome::Retry(why) | Outcome::Dead(why) => {
                error!(job.kind = %claimed.kind, "job {} is given up: {why}", claimed.id);
                queue::finish(&mut tx, claimed.id, "dead", Some(&why), now).await?;
            }
        }
        queue::forget_old(&mut tx, now).await?;
        tx.commit().await
    }
}
