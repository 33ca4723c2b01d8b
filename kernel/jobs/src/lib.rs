//! Work that happens later: a `Job` is enqueued in the caller's transaction, a `Sweep` comes round by itself.
//!
//! A job is told its payload and must bear being run twice. A sweep is told nothing: it looks for what
//! is out of step (a clock run out, a camera gone silent) and mends it.

mod queue;
mod runner;
mod watch;

use async_trait::async_trait;
use shian_base::{Instant, Result};
use shian_db::Migration;

pub use queue::Jobs;
pub use runner::{Runner, RunnerConfig};
pub use watch::{JobSeen, SweepRun};

pub const MIGRATIONS: &[Migration] = shian_db::migrations!("0001-job", "0002-sweep-run");

/// What became of one run of a job.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// Try again later, with a growing pause.
    Retry(String),
    /// It will never work; kept for the administrator.
    Dead(String),
}

#[async_trait]
pub trait Job: Send + Sync {
    /// The stable name under which it is enqueued.
    fn kind(&self) -> &'static str;
    /// An error is a `Retry`.
    async fn run(&self, payload: &serde_json::Value, now: Instant) -> Result<Outcome>;
}

#[async_trait]
pub trait Sweep: Send + Sync {
    fn name(&self) -> &'static str;
    fn every_seconds(&self) -> u64;
    async fn run(&self, now: Instant) -> Result<()>;
}
