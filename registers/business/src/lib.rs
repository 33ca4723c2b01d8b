//! One file for each food business: who it is, where, with which licences, how it stands and what happened.

mod kind;
mod model;
pub mod hours;
pub mod codes;
pub mod fields;
mod sources;
mod telling;
mod initials;
mod store;
mod access;
mod api;

#[cfg(test)]
mod tests;

use shian_base::SharedClock;
use shian_db::{Db, Migration};
use shian_web::Module;

pub use initials::initials;
pub use kind::Kind;
pub use model::{
    Business, BusinessId, EXPIRING_DAYS, Grade, HistoryEntry, Label, Licence, LicenceKind, LicenceState, Listed,
    NewBusiness, Responsible, Role, Status, Summary, masked_phone,
};
pub use sources::{PLATFORM, Source, Sources};
pub use telling::{News, Told};
pub use store::{Businesses, Claim, ClaimFrom, Claims, Delivery, MapPoint, Record, Wanted};

pub const MIGRATIONS: &[Migration] = shian_db::migrations!("0001-business", "0002-sources");

pub fn module(db: Db, clock: SharedClock) -> Module {
    let mut module = Module::new("business", MIGRATIONS);
    module.router = api::router(db, clock);
    module.policy = access::rules();
    module
}
