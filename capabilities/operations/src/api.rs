//! The administrator's endpoints, one file each.

mod backups;
mod health;
mod jobs;
mod system;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Operations;

pub(crate) fn router(operations: Arc<Operations>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(health::admin_health))
        .routes(routes!(system::admin_system))
        .routes(routes!(jobs::admin_jobs))
        .routes(routes!(jobs::retry_job))
        .routes(routes!(backups::admin_backups, backups::back_up))
        .with_state(operations)
}
