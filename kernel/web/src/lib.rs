//! What every endpoint shares: who calls, bodies with field errors, pages, problems, live events.
//!
//! A capability hands its endpoints to the server as a `Module`.

mod body;
mod caller;
mod cross_site;
mod live;
mod module;
mod page;
mod problem;
mod requests;

use shian_db::Migration;

pub use body::Body;
pub use caller::{Caller, Owed, SessionEnd};
pub use cross_site::refuse_cross_site;
pub use live::{Live, LiveEvent, events_router};
pub use module::Module;
pub use page::{Page, Paged};
pub use problem::{Answer, Problem, ProblemBody};
pub use requests::{RecentErrors, RequestCounts, RequestWatch, SeenError, current_request_id, watch_request};

pub const MIGRATIONS: &[Migration] = shian_db::migrations!("0001-live-event");
