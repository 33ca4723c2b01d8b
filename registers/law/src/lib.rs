//! The law register: statutes, dated numbers, penalties, scenes, holidays, procedures and forms, read from law-data.

mod access;
mod api;
mod book;
mod deadline;
mod files;
mod penalty;
mod scene;
mod statute;
mod value;

pub use book::LawBook;
pub use deadline::{Certainty, Deadline, DeadlineKind, Roll};
pub use shian_calendar::{Article, Law, Numbering, Value};
pub use penalty::Penalty;
pub use scene::Scene;
pub use statute::Statute;
pub use value::DatedValue;

use std::sync::Arc;

use shian_base::SharedClock;
use shian_web::Module;

/// What the register shows of itself: dated values, and what a deadline comes to.
pub fn module(law: Arc<LawBook>, clock: SharedClock) -> Module {
    let mut module = Module::new("law", &[]);
    module.router = api::router(law, clock);
    module.policy = access::rules();
    module
}
