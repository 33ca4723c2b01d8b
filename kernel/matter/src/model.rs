//! A matter as the rules see it: its state, its facts, its clocks and what was done before.

use serde_json::{Map, Value as Json};
use shian_access::Person;
use shian_base::{Id, Instant};
use shian_calendar::{Calendar, Law, Reckoning, Unit};
use shian_forms::FormBook;

use crate::procedure::{Procedure, ProcedureBook};

/// What an id of a matter names.
pub enum Matter {}
pub type MatterId = Id<Matter>;

/// What the rules know of one matter.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    pub state: String,
    pub facts: Map<String, Json>,
    /// Every clock that ever ran, in the order they began.
    pub clocks: Vec<Clock>,
    /// The acts done so far, in order.
    pub done: Vec<String>,
    pub supervised: bool,
}

/// One run of one clock.
#[derive(Clone, Debug, PartialEq)]
pub struct Clock {
    /// Which rule of the procedure.
    pub rule: String,
    /// The first, second … time this clock was started in the matter.
    pub nth: i64,
    pub state: ClockState,
    pub started_at: Instant,
    pub due_at: Instant,
    pub warn_at: Instant,
    pub amount: i64,
    pub unit: Unit,
    /// By what right it is this long.
    pub basis: String,
    /// Counted across a year whose holidays are not announced.
    pub provisional: bool,
    pub paused_at: Option<Instant>,
    /// Its end was moved by an extension or a pause, so that start and length alone no longer give it.
    pub moved: bool,
    /// What its end was counted from; without pieces where that was not yet remembered.
    pub reckoning: Reckoning,
    /// How many of its steps (warn, expire, escalate …) were taken.
    pub stage: i64,
    /// When the next step is due; none when all were taken or it does not run.
    pub next_at: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockState {
    Running,
    Warned,
    Expired,
    Paused,
    /// Its state was left in time, or late; it no longer matters.
    Stopped,
}

impl ClockState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Warned => "warned",
            Self::Expired => "expired",
            Self::Paused => "paused",
            Self::Stopped => "stopped",
        }
    }
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Running, Self::Warned, Self::Expired, Self::Paused, Self::Stopped].into_iter().find(|s| s.as_str() == text)
    }
    /// Whether it still concerns the matter.
    pub fn is_live(self) -> bool {
        self != Self::Stopped
    }
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// None for the platform itself.
    pub person_id: Option<Id<Person>>,
    pub name: String,
    pub post: String,
}

impl Actor {
    /// The platform, as the one who opens what a camera saw.
    pub fn system() -> Self {
        Self { person_id: None, name: "系统".into(), post: "system".into() }
    }
    /// Whether the post belongs to a business and not to the office.
    pub fn is_of_business(&self) -> bool {
        is_business_post(&self.post)
    }
    pub fn post_title(&self) -> &str {
        if self.post == "system" { "" } else { shian_access::post_title(&self.post) }
    }
}

impl From<&shian_access::Principal> for Actor {
    fn from(principal: &shian_access::Principal) -> Self {
        Self { person_id: Some(principal.person_id), name: principal.name.clone(), post: principal.post.clone() }
    }
}

pub fn is_business_post(post: &str) -> bool {
    post.starts_with("merchant.")
}

/// What the rules look things up in.
#[derive(Clone, Copy)]
pub struct Books<'a> {
    pub procedure: &'a Procedure,
    pub procedures: &'a ProcedureBook,
    pub forms: &'a FormBook,
    pub law: &'a dyn Law,
    pub calendar: &'a Calendar,
}

impl Standing {
    /// The run of this clock that still counts, if any.
    pub fn live(&self, rule: &str) -> Option<&Clock> {
        self.clocks.iter().rev().find(|clock| clock.rule == rule && clock.state.is_live())
    }
    pub fn live_clocks(&self) -> impl Iterator<Item = &Clock> {
        self.clocks.iter().filter(|clock| clock.state.is_live())
    }
    pub fn times_done(&self, act: &str) -> usize {
        self.done.iter().filter(|done| *done == act).count()
    }
}
