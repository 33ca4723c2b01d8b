//! What a part of the platform brings to the server.

use std::sync::Arc;

use shian_access::Rule;
use shian_db::Migration;
use shian_jobs::{Job, Sweep};
use utoipa_axum::router::OpenApiRouter;

/// One register's or capability's endpoints, tables, rules and work.
pub struct Module {
    pub name: &'static str,
    pub migrations: &'static [Migration],
    pub router: OpenApiRouter,
    pub policy: Vec<Rule>,
    pub jobs: Vec<Arc<dyn Job>>,
    pub sweeps: Vec<Arc<dyn Sweep>>,
}

impl Module {
    pub fn new(name: &'static str, migrations: &'static [Migration]) -> Self {
        let router = OpenApiRouter::new();
        Self { name, migrations, router, policy: Vec::new(), jobs: Vec::new(), sweeps: Vec::new() }
    }
}
