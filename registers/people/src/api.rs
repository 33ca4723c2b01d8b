//! Signing in and what belongs to one's own account; accounts, posts and the log for the three administrators.

mod account;
mod act;
mod audit;
mod begin;
mod confirm_factor;
mod create;
mod current;
mod door;
mod drop_factor;
mod end;
mod end_one;
mod end_others;
mod export_audit;
mod factor;
mod list;
mod password;
mod post;
mod posts;
mod propose_factor;
mod second;
mod sessions;
mod view;

use std::sync::Arc;

use shian_base::SharedClock;
use shian_db::Db;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::model::PeopleConfig;
use crate::password::Passwords;
use crate::throttle::Throttle;
use crate::watch::SessionWatch;

#[derive(Clone)]
pub(crate) struct Deps {
    pub db: Db,
    pub clock: SharedClock,
    pub config: PeopleConfig,
    pub passwords: Arc<Passwords>,
    pub watch: SessionWatch,
    pub throttle: Arc<Throttle>,
}

pub(crate) fn router(deps: Deps) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(begin::begin, sessions::sessions, end_others::end_others))
        .routes(routes!(second::second))
        .routes(routes!(current::current, end::end))
        .routes(routes!(end_one::end_one))
        .routes(routes!(password::change))
        .routes(routes!(factor::factor, propose_factor::propose, drop_factor::drop_factor))
        .routes(routes!(confirm_factor::confirm))
        .routes(routes!(posts::posts))
        .routes(routes!(list::people, create::create))
        .routes(routes!(account::person))
        .routes(routes!(post::grant, post::withdraw))
        .routes(routes!(act::act))
        .routes(routes!(audit::audit))
        .routes(routes!(export_audit::export))
        .with_state(deps)
}
