//! The command tree of a city: districts, supervision stations, grids, and how they lie on the map.

pub mod code;
mod model;
mod store;
mod access;
mod api;

#[cfg(test)]
mod tests;

use shian_db::{Db, Migration};
use shian_web::Module;

pub use model::{Area, AreaKind, Shape, ShapeKind};
pub use store::Areas;

pub const MIGRATIONS: &[Migration] = shian_db::migrations!("0001-area");

pub fn module(db: Db) -> Module {
    let mut module = Module::new("area", MIGRATIONS);
    module.router = api::router(db);
    module.policy = access::rules();
    module
}
