//! Working days, holidays and the counting of legal periods; pure, from dated data.

mod calendar;
mod law;
mod period;
mod reckoning;

pub use calendar::{Calendar, Kind, Special};
pub use law::{Article, Law, Numbering, Value};
pub use period::{Counting, Due, Unit};
pub use reckoning::{CountedDay, Part, Piece, Reckoning, Why};
