//! The register's endpoints, one file each.

mod deadline;
mod value;
mod values;

use std::sync::Arc;

use shian_base::SharedClock;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::LawBook;

#[derive(Clone)]
pub struct Deps {
    law: Arc<LawBook>,
    clock: SharedClock,
}

pub fn router(law: Arc<LawBook>, clock: SharedClock) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(values::law_values))
        .routes(routes!(deadline::law_deadline))
        .with_state(Deps { law, clock })
}
