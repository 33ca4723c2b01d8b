//! How busy the way into the database is.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::{Db, Pool};

/// Counted since the database was opened.
#[derive(Debug, Default)]
pub(crate) struct Gauge {
    pub waiting: AtomicU64,
    pub begun: AtomicU64,
    pub waited_micros: AtomicU64,
}

/// Transactions and connections, for whoever watches over the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DbLoad {
    /// Transactions that wait for their turn or for a connection now.
    pub waiting: u64,
    /// Transactions begun, and how long all of them together have waited for that.
    pub begun: u64,
    pub waited_micros: u64,
    pub connections: u32,
    pub idle: u32,
}

impl Db {
    pub fn load_now(&self) -> DbLoad {
        let (connections, idle) = match &self.pool {
            Pool::Sqlite { pool, .. } => (pool.size(), pool.num_idle()),
            Pool::Postgres { pool } => (pool.size(), pool.num_idle()),
        };
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let gauge = &self.gauge;
        DbLoad {
            waiting: read(&gauge.waiting),
            begun: read(&gauge.begun),
            waited_micros: read(&gauge.waited_micros),
            connections,
            idle: idle as u32,
        }
    }
}

/// Counts one wait, also when it is given up.
pub(crate) struct Wait<'g> {
    gauge: &'g Gauge,
    since: std::time::Instant,
}

impl<'g> Wait<'g> {
    pub fn begin(gauge: &'g Gauge) -> Self {
        gauge.waiting.fetch_add(1, Ordering::Relaxed);
        Self { gauge, since: std::time::Instant::now() }
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        self.gauge.waiting.fetch_sub(1, Ordering::Relaxed);
        self.gauge.begun.fetch_add(1, Ordering::Relaxed);
        self.gauge.waited_micros.fetch_add(self.since.elapsed().as_micros() as u64, Ordering::Relaxed);
    }
}
