//! Accounts, posts and sessions: who signs in, and who a request comes from.

mod access;
mod api;
mod audit;
mod layer;
mod model;
mod password;
mod rules;
mod store;
#[cfg(test)]
mod tests;
mod throttle;
mod totp;
mod watch;
mod whence;

use std::sync::Arc;

use shian_base::SharedClock;
use shian_db::{Db, Migration};
use shian_web::Module;

pub use audit::{CREATED, PASSWORD_RESET, SECOND_FACTOR_RESET};
pub use layer::{CallerLayer, say_who_calls};
pub use model::{NewPerson, OpenSession, PeopleConfig, PersonRow, Session, SessionReach};
pub use password::Passwords;
pub use store::{People, log_at_server};
pub use watch::SessionWatch;

pub const MIGRATIONS: &[Migration] = shian_db::migrations!("0001-person", "0002-office");

/// The register's endpoints and tables. The watch is the one that the layer in front of all routes holds.
pub fn module(db: Db, clock: SharedClock, config: PeopleConfig, watch: SessionWatch) -> Module {
    let mut module = Module::new("people", MIGRATIONS);
    let passwords = Arc::new(Passwords::new(config.password_workers));
    module.router = api::router(api::Deps { db, clock, config, passwords, watch, throttle: Arc::default() });
    module.policy = access::rules();
    module
}
