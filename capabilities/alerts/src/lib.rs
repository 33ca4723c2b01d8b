//! Alerts: what cameras found, merged, put before a person, judged by an act of a matter, and counted by model.
//!
//! Start reading at `raise` (a finding becomes an alert and opens its matter) and `judge` (what a judgement changes).

mod alerts;
mod raise;
mod judge;
mod jobs;
mod store;
mod access;
mod api;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use shian_base::Result;
use shian_db::{Migration, Tx};
use shian_web::{Caller, Module};

pub use alerts::{Alert, AlertId, Alerts, Parts};
pub use raise::Raised;

pub const MIGRATIONS: &[Migration] = shian_db::migrations!("0001-alerts");

/// Endpoints, tables, rules and jobs; hears of the judgements of the matter engine from now on.
pub fn module(alerts: Arc<Alerts>) -> Module {
    let mut module = Module::new("alerts", MIGRATIONS);
    alerts.matters.watch(Arc::new(judge::Judgements(Arc::clone(&alerts))));
    module.policy = access::rules();
    module.jobs = jobs::all(&alerts);
    module.router = api::router(alerts);
    module
}

/// How many alerts wait for judgement within the caller's duty.
pub async fn count_pending(tx: &mut Tx, caller: &Caller) -> Result<i64> {
    let scope = caller.scope(access::READ)?;
    store::count(tx, &scope, &store::Wanted { state: Some(store::State::Pending), ..store::Wanted::default() }).await
}

/// How many alerts were ever raised, for whoever watches over the platform.
pub async fn count_all(tx: &mut Tx) -> Result<i64> {
    store::count(tx, &shian_access::Scope::Everything, &store::Wanted::default()).await
}
