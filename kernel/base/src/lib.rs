//! The words every other crate uses: ids, instants, days, the clock, errors.

mod error;
mod id;
mod schema;
mod time;

pub use error::{Error, FieldError, Result};
pub use id::Id;
pub use time::{Clock, Day, HandClock, Instant, SharedClock, ShiftedClock, SystemClock, now_of_this_machine};
