//! The register's endpoints, one file each; the public ones show only what their structs declare.

mod file;
mod list;
mod points;
mod public_file;
mod public_list;
mod query;
mod records;
mod sources;

use shian_base::SharedClock;
use shian_db::Db;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

#[derive(Clone)]
pub struct Deps {
    db: Db,
    clock: SharedClock,
}

pub fn router(db: Db, clock: SharedClock) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list::businesses))
        .routes(routes!(points::business_points))
        .routes(routes!(file::business))
        .routes(routes!(sources::business_sources))
        .routes(routes!(records::business_records))
        .routes(routes!(public_list::public_businesses))
        .routes(routes!(public_file::public_business))
        .with_state(Deps { db, clock })
}
