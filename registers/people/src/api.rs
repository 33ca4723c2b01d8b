//! Signing in, asking who one is, signing out.

mod begin;
mod current;
mod end;
mod view;

use std::sync::Arc;

use shian_base::SharedClock;
use shian_db::Db;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::model::PeopleConfig;
use crate::password::Passwords;

#[derive(Clone)]
pub(crate) struct Deps {
    pub db: Db,
    pub clock: SharedClock,
    pub config: PeopleConfig,
    pub passwords: Arc<Passwords>,
}

pub(crate) fn router(deps: Deps) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(begin::begin)).routes(routes!(current::current, end::end)).with_state(deps)
}
