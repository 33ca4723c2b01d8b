//! Sending a table, starting it, seeing how far it is, fetching what was refused.

mod choices;
mod errors;
mod file;
mod list;
mod send;
mod start;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::imports::{Imports, SIZE_MAX_BYTES};

pub fn router(imports: Imports) -> OpenApiRouter {
    // Reading the list and sending share a path; the limit is only felt by what has a body.
    OpenApiRouter::new()
        .routes(routes!(list::imports, send::send_import))
        .layer(DefaultBodyLimit::max(SIZE_MAX_BYTES + 64 * 1024))
        .routes(routes!(choices::import_choices))
        .routes(routes!(file::import))
        .routes(routes!(start::start_import))
        .routes(routes!(errors::import_errors))
        .with_state(imports)
}
