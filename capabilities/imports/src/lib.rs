//! Bringing in a city: tables of businesses, licences, inspections, samples and penalties become the register's.
//!
//! Start reading at `imports` (send, start, the job), then `plan` (what becomes of a row) and `table` (what a file is).

mod imports;
mod kind;
mod table;
mod mapping;
mod reading;
mod areas;
mod rows;
mod plan;
mod run;
mod errors_file;
mod store;
mod access;
mod api;

#[cfg(test)]
mod tests;

use shian_db::Migration;
use shian_web::Module;

pub use imports::{Imports, SIZE_MAX_BYTES, Wish, bring_in, errors_file};
pub use kind::ImportKind;
pub use mapping::Said;
pub use store::{Counts, Import, ImportId, State};

pub const MIGRATIONS: &[Migration] = shian_db::migrations!("0001-import");

pub fn module(imports: Imports) -> Module {
    let mut module = Module::new("imports", MIGRATIONS);
    module.policy = access::rules();
    module.jobs = vec![imports.job()];
    module.router = api::router(imports);
    module
}
