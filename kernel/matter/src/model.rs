//! A matter as the rules see it: its state, its facts, its clocks and what was done before.

use serde::{Deserialize, Serialize};
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
    pub done: Vec<Deed>,
    pub supervised: bool,
    /// The office that deals with it.
    pub area_code: String,
    pub area_name: String,
    /// 承办人; whoever holds the state's post when there is none.
    pub handler: Option<Handler>,
    /// The opinions of the open round of 会签 or 加签; empty when none is open.
    pub asked: Vec<Ask>,
    /// How it stood before the last act, when that act can be taken back.
    pub undo: Option<Undo>,
}

/// An act as the rules remember it.
#[derive(Clone, Debug, PartialEq)]
pub struct Deed {
    pub act: String,
    pub from: String,
    pub to: String,
    /// Who did it; none for the platform.
    pub by: Option<Id<Person>>,
    /// In whose stead.
    pub stead_of: Option<Id<Person>>,
    pub at: Instant,
}

/// The person who deals with a matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handler {
    pub id: Id<Person>,
    pub name: String,
    pub post: String,
}

/// One opinion that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The place in the history of the act that asked.
    pub round: i64,
    pub nth: i64,
    /// 会签 or 加签.
    pub kind: AskKind,
    /// A person, or anybody who holds the post.
    pub person_id: Option<Id<Person>>,
    pub post: String,
    pub name: String,
    pub asked_by: Option<Id<Person>>,
    pub answer: Answer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskKind {
    /// Each must agree.
    All,
    /// One who agrees is enough.
    Any,
    /// One more opinion, whichever it is.
    Add,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Open,
    Agreed,
    Refused,
    /// No longer asked: the round came to its end without it.
    Ended,
}

/// How a matter stood before its last act.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Undo {
    /// Who did the act and so may take it back.
    pub by: Id<Person>,
    /// What it was called.
    pub act_title: String,
    pub state: String,
    pub supervised: bool,
    pub area_code: String,
    pub area_name: String,
    pub handler: Option<Handler>,
    pub clocks: Vec<Clock>,
}

/// One run of one clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
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
    /// The post they act in: their own, or that of the person they stand in for.
    pub post: String,
    /// 代理: the person in whose stead they act.
    pub stead_of: Option<StandIn>,
}

/// Somebody who is on leave and for whom another acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandIn {
    pub id: Id<Person>,
    pub name: String,
}

impl Actor {
    /// The platform, as the one who opens what a camera saw.
    pub fn system() -> Self {
        Self { person_id: None, name: "系统".into(), post: "system".into(), stead_of: None }
    }
    /// Whether this person acts, or is the one acted for.
    pub fn is(&self, person: Id<Person>) -> bool {
        self.person_id == Some(person) || self.stead_of.as_ref().is_some_and(|other| other.id == person)
    }
    /// Themselves and the one they act for.
    pub fn people(&self) -> impl Iterator<Item = Id<Person>> {
        self.person_id.into_iter().chain(self.stead_of.as_ref().map(|other| other.id))
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
        Self { person_id: Some(principal.person_id), name: principal.name.clone(), post: principal.post.clone(), stead_of: None }
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
    /// How it stands after a step that `actor` took.
    pub fn after(&self, act: &str, step: &crate::take::Step, actor: &Actor, now: Instant) -> Self {
        let deed = Deed {
            act: act.to_owned(),
            from: step.from.clone(),
            to: step.to.clone(),
            by: actor.person_id,
            stead_of: actor.stead_of.as_ref().map(|other| other.id),
            at: now,
        };
        let (area_code, area_name) = match &step.office {
            Some(office) => (office.code.clone(), office.name.clone()),
            None => (self.area_code.clone(), self.area_name.clone()),
        };
        Self {
            state: step.to.clone(),
            facts: self.facts.clone(),
            clocks: step.clocks.clone(),
            done: self.done.iter().cloned().chain([deed]).collect(),
            supervised: step.supervised,
            area_code,
            area_name,
            handler: step.handler.clone(),
            asked: if crate::office::is_round_over(&step.asked) { Vec::new() } else { step.asked.clone() },
            undo: step.undo.clone(),
        }
    }
    /// The run of this clock that still counts, if any.
    pub fn live(&self, rule: &str) -> Option<&Clock> {
        self.clocks.iter().rev().find(|clock| clock.rule == rule && clock.state.is_live())
    }
    pub fn live_clocks(&self) -> impl Iterator<Item = &Clock> {
        self.clocks.iter().filter(|clock| clock.state.is_live())
    }
    pub fn times_done(&self, act: &str) -> usize {
        self.in_effect().iter().filter(|deed| deed.act == act).count()
    }
    /// What was done and not taken back.
    pub fn in_effect(&self) -> Vec<&Deed> {
        let mut deeds: Vec<&Deed> = Vec::new();
        for deed in &self.done {
            if deed.act == WITHDRAW {
                deeds.pop();
            } else {
                deeds.push(deed);
            }
        }
        deeds
    }
    /// The states it came through before it first came into the present one, in that order.
    pub fn passed(&self) -> Vec<&str> {
        let mut passed: Vec<&str> = Vec::new();
        let deeds = self.in_effect();
        let all = deeds.first().map(|deed| deed.from.as_str()).into_iter().chain(deeds.iter().map(|deed| deed.to.as_str()));
        for state in all.take_while(|state| *state != self.state) {
            if !passed.contains(&state) {
                passed.push(state);
            }
        }
        passed
    }
}

/// The act that takes the one before it back.
pub(crate) const WITHDRAW: &str = "withdraw";
