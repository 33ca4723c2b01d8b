//! The law register: statutes, dated numbers, penalties, scenes, holidays, procedures and forms, read from law-data.

mod book;
mod files;
mod penalty;
mod scene;
mod statute;
mod value;

pub use book::LawBook;
pub use shian_calendar::{Article, Law, Numbering, Value};
pub use penalty::Penalty;
pub use scene::Scene;
pub use statute::Statute;
pub use value::DatedValue;
