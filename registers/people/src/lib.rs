//! Accounts, posts and sessions: who signs in, and who a request comes from.

mod api;
mod layer;
mod model;
mod password;
mod store;

use std::sync::Arc;

use shian_access::{Rule, Within, allow};
use shian_base::SharedClock;
use shian_db::{Db, Migration};
use shian_web::Module;

pub use layer::{CallerLayer, say_who_calls};
pub use model::{NewPerson, PeopleConfig, Session, SessionReach};
pub use password::Passwords;
pub use store::People;

pub const MIGRATIONS: &[Migration] = shian_db::migrations!("0001-person");

/// The register's endpoints and tables.
pub fn module(db: Db, clock: SharedClock, config: PeopleConfig) -> Module {
    let mut module = Module::new("people", MIGRATIONS);
    let passwords = Arc::new(Passwords::new(config.password_workers));
    module.router = api::router(api::Deps { db, clock, config, passwords });
    module.policy = rules();
    module
}

fn rules() -> Vec<Rule> {
    vec![allow("admin").to("people.manage").within(Within::Everything)]
}
