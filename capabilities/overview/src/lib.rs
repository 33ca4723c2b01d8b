//! The desk: what waits for the person who has just sat down, in a handful of figures.
//!
//! Capabilities do not know each other; the server hands in what is to be counted.

mod access;
mod desk;

#[cfg(test)]
mod tests;

use std::pin::Pin;
use std::sync::Arc;

use shian_base::{Result, SharedClock};
use shian_db::{Db, Tx};
use shian_matter::Matters;
use shian_web::{Caller, Module};

/// A figure within the caller's duty, counted by another capability.
pub type Count = Arc<dyn for<'t> Fn(&'t mut Tx, &'t Caller) -> Counting<'t> + Send + Sync>;
pub type Counting<'t> = Pin<Box<dyn Future<Output = Result<i64>> + Send + 't>>;

/// `count(|tx, caller| Box::pin(shian_alerts::count_pending(tx, caller)))`
pub fn count(counts: impl for<'t> Fn(&'t mut Tx, &'t Caller) -> Counting<'t> + Send + Sync + 'static) -> Count {
    Arc::new(counts)
}

/// What the capability is given.
pub struct Parts {
    pub db: Db,
    pub clock: SharedClock,
    pub matters: Arc<Matters>,
    pub alerts_pending: Count,
    pub cameras: Count,
    pub cameras_offline: Count,
}

pub fn module(parts: Parts) -> Module {
    let mut module = Module::new("overview", &[]);
    module.policy = access::rules();
    module.router = desk::router(Arc::new(parts));
    module
}
