//! The transparency log: everything recorded is a leaf, every state is signed, anyone can check.
//!
//! Writers call `append` in their own transaction. `Log` gives places, signs and makes bundles; `verify` and the
//! functions of `merkle` are pure and need no database; `audit` replays everything.

mod api;
mod audit;
mod bundle;
mod log;
pub mod merkle;
pub mod note;
mod record;
mod store;
mod text;
mod tiles;

pub use api::{module, rules};
pub use audit::{Audited, Beside, Difference, audit};
pub use bundle::{Bundle, BundleEntry, BundledFile, FORMAT, Misfit, Trust, Verified, verify};
pub use log::{Item, Log, LogState, PlaceSweep, Source, append, append_kept};
pub use note::{Key, Note};
pub use record::{Record, canonical};

pub const MIGRATIONS: &[shian_db::Migration] = shian_db::migrations!("0001-proof");
