//! The endpoints of matters, one per file.

mod act;
mod alarms;
mod batch;
mod bundle;
mod deputies;
mod desk;
mod file;
mod list;
mod open;
mod public;

pub use open::opening_module;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use shian_access::{Rule, Within, allow};
use shian_base::SharedClock;
use shian_db::Db;
use shian_proof::Log;
use shian_web::Module;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::engine::Matters;
use crate::sweep::ClockSweep;

#[derive(Clone)]
pub(crate) struct Deps {
    pub matters: Arc<Matters>,
    pub db: Db,
    pub clock: SharedClock,
}

/// What the matter engine brings to the server.
pub fn module(matters: Arc<Matters>, db: Db, clock: SharedClock) -> Module {
    let deps = Deps { matters: Arc::clone(&matters), db: db.clone(), clock };
    let router = OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(file::file))
        .routes(routes!(act::act))
        .routes(routes!(batch::batch))
        .routes(routes!(desk::piles))
        .routes(routes!(desk::workload))
        .routes(routes!(deputies::deputies, deputies::delegate))
        .routes(routes!(deputies::end))
        .routes(routes!(alarms::alarms))
        .routes(routes!(alarms::seen))
        .routes(routes!(public::rectifications))
        .with_state(deps);
    Module {
        router,
        policy: rules(),
        sweeps: vec![Arc::new(ClockSweep { matters, db, recounted: AtomicBool::new(false) })],
        ..Module::new("matter", crate::MIGRATIONS)
    }
}

/// The bundle of a matter; apart from the module, because it also needs the log.
pub fn bundle_router(matters: Arc<Matters>, log: Arc<Log>, clock: SharedClock) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(bundle::bundle)).with_state(bundle::Deps { matters, log, clock })
}

/// Posts of the office, who see all matters of their area.
const OFFICE: &[&str] = &["city.officer", "district.head", "district.officer", "station.head", "station.officer", "grid.officer"];
/// Posts that see who has how much.
const HEADS: &[&str] = &["city.officer", "district.head", "district.officer", "station.head"];
const BUSINESS: &[&str] = &["merchant.manager", "merchant.staff"];

/// Who may act is said by the procedures, act by act; here stands who may come near matters at all.
pub(crate) fn rules() -> Vec<Rule> {
    let read = OFFICE.iter().chain(BUSINESS).flat_map(|post| {
        [allow(post).to("matter.read").within(Within::Reach), allow(post).to("matter.act").within(Within::Reach)]
    });
    let office = OFFICE.iter().map(|post| allow(post).to("matter.office").within(Within::Reach));
    let heads = HEADS.iter().map(|post| allow(post).to("matter.workload").within(Within::Reach));
    read.chain(office).chain(heads).chain([allow("stranger").to("matter.public").within(Within::Everything)]).collect()
}
