//! Kitchens in view: cameras kept connected, shown live, looked at by the program, and what it finds handed on.
//!
//! Start reading at `patrol` (when a camera is looked at) and `rules` (what counts as a finding).

mod kitchens;
mod keep;
mod patrol;
pub mod rules;
mod found;
mod clip;
mod watched;
mod setting;
mod change;
mod verdict;
mod camera;
mod zone;
mod address;
mod store;
mod config;
mod access;
mod api;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use shian_base::Result;
use shian_db::{Migration, Tx};
use shian_web::{Caller, Module};

pub use camera::{CameraRow, NewCamera, add_camera, move_camera, remove_camera};
pub use config::Config;
pub use kitchens::{Kitchens, Parts};
pub use zone::Zone;

pub const MIGRATIONS: &[Migration] = shian_db::migrations!("0001-kitchens", "0002-scene-change");

/// Endpoints, tables, rules and jobs. Watching itself is `Kitchens::run`.
pub fn module(kitchens: Arc<Kitchens>) -> Module {
    let mut module = Module::new("kitchens", MIGRATIONS);
    module.policy = access::rules();
    module.jobs = vec![
        Arc::new(clip::MakeClip(Arc::clone(&kitchens))),
        Arc::new(verdict::NoteVerdict { db: kitchens.db.clone() }),
    ];
    module.router = api::router(kitchens);
    module
}

/// How many cameras lie within the caller's duty.
pub async fn count_cameras(tx: &mut Tx, caller: &Caller) -> Result<i64> {
    let scope = caller.scope(access::READ)?;
    store::count(tx, &scope, &store::Wanted::default()).await
}

/// How many of them cannot be reached.
pub async fn count_cameras_offline(tx: &mut Tx, caller: &Caller) -> Result<i64> {
    let scope = caller.scope(access::READ)?;
    let wanted = store::Wanted { state: Some(shian_media::CameraState::Offline), ..Default::default() };
    store::count(tx, &scope, &wanted).await
}

/// How many cameras stand in each state, for whoever watches over the platform.
pub async fn cameras_by_state(tx: &mut Tx) -> Result<Vec<(String, i64)>> {
    store::by_state(tx).await
}

/// Every camera that cannot be reached, the longest away first.
pub async fn cameras_away(tx: &mut Tx) -> Result<Vec<CameraRow>> {
    store::away(tx).await
}
