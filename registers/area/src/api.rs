//! The register's endpoints, one file each.

mod list;
mod map;

use shian_db::Db;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn router(db: Db) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(list::areas)).routes(routes!(map::areas_map)).with_state(db)
}
