//! The matter engine: procedures, states, acts, clocks and history, once for every line of business.
//!
//! What decides is pure (`take`, `check`, `foresight`, `ladder`); what records is the engine.

mod procedure;
mod office;
mod reading;
mod model;
mod opening;
mod take;
mod clocks;
mod refusal;
mod foresight;
mod ladder;
mod check;
mod page;
mod deputy;
mod desk;
mod proof;
mod engine;
mod facts;
mod staff;
mod sweep;
mod store;
mod view;
mod api;

pub use api::{bundle_router, module, opening_module};
pub use check::{Problem, References, check, check_all};
pub use deputy::{ColleagueRow, Deputies, DeputyRow, NewDeputy};
pub use desk::{DeskPiles, WorkloadRow};
pub use engine::{ActBody, Acted, Done, Matters, NewMatter, Opening, Parts, Party, Watch};
pub use shian_calendar::Numbering;
pub use foresight::{Foreseen, if_nobody_acts};
pub use ladder::{Earlier, Suggestion, SuggestedStep, When, suggest, window_start};
pub use model::{
    Actor, Answer, Ask, AskKind, Books, Clock, ClockState, Deed, Handler, Matter, MatterId, StandIn, Standing, Undo, is_business_post,
};
pub use office::{Colleague, Named, Office, OfficeAct, OfficeRules};
pub use opening::{Located, OpenBody, OpenableProcedure, Parties};
pub use page::page;
pub use proof::sources;
pub use procedure::{Act, ClockRule, FilesAsked, Ladder, OpenedBy, Procedure, ProcedureBook, State, Tone};
pub use refusal::Refusal;
pub use staff::Staff;
pub use store::{Alarm, Deputy, Desk, Pile, Wanted};
pub use sweep::Swept;
pub use take::{FollowUp, Step, begin, offered, prepared_form, take, take_naming};
pub use view::{AlarmRow, Counts, MatterAct, MatterClock, MatterFile, MatterForm, MatterPerson, MatterRow, MatterSign, PublicRectification};

/// The tables of the engine.
pub const MIGRATIONS: &[shian_db::Migration] = shian_db::migrations!("0001-matter", "0002-office", "0003-clock-counted");
