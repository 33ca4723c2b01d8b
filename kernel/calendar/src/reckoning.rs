//! What the end of a period was counted from, piece by piece, so that it can be counted again and shown.

use serde::{Deserialize, Serialize};
use shian_base::{Day, Instant};

use crate::calendar::Kind;
use crate::{Calendar, Counting, Due, Unit};

/// One thing that made a period end where it ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Piece {
    /// 起算
    Begun { at: Instant, amount: i64, unit: Unit },
    /// 延期
    Extended { amount: i64, unit: Unit },
    /// 中止…恢复
    Paused { from: Instant, to: Instant },
}

/// All of them in their order, and how the rule wants them counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reckoning {
    #[serde(default)]
    pub counting: Counting,
    pub pieces: Vec<Piece>,
}

/// One piece, counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub piece: Piece,
    /// The day it is counted from; backwards, the day it is counted towards.
    pub from: Day,
    pub due: Due,
    /// Day by day; empty where months, years or hours are counted.
    pub days: Vec<CountedDay>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedDay {
    pub day: Day,
    /// The how-manieth day of the period it is.
    pub nth: Option<i64>,
    pub why: Why,
}

/// Why a day counts or does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The day of the event.
    Event,
    Counted,
    /// A weekend day that is worked (调休上班).
    MakeUp(String),
    Weekend,
    Holiday(String),
    /// The period would have ended here or since; the end moves on over days that are not worked.
    Rolled(String),
    /// Where the end moved to.
    RolledTo,
}

impl Reckoning {
    pub fn new(counting: Counting, at: Instant, amount: i64, unit: Unit) -> Self {
        Self { counting, pieces: vec![Piece::Begun { at, amount, unit }] }
    }

    /// Where all pieces together end; provisional when one of them is. `None` without a beginning.
    pub fn due(&self, calendar: &Calendar) -> Option<Due> {
        let parts = self.dues(calendar);
        let provisional = parts.iter().any(|due| due.provisional);
        parts.last().map(|last| Due { provisional, ..*last })
    }

    fn dues(&self, calendar: &Calendar) -> Vec<Due> {
        let mut dues: Vec<Due> = Vec::new();
        let mut own_unit = Unit::Day;
        for piece in &self.pieces {
            let before = dues.last().map(|due| due.at);
            dues.push(match (piece, before) {
                (Piece::Begun { at, amount, unit }, _) => {
                    own_unit = *unit;
                    calendar.due_by(self.counting, *at, *amount, *unit)
                }
                (Piece::Extended { amount, unit }, Some(due)) => calendar.extended_by(self.counting, due, *amount, *unit),
                (Piece::Paused { from, to }, Some(due)) => calendar.resumed_by(self.counting, due, *from, *to, own_unit),
                (_, None) => return Vec::new(),
            });
        }
        dues
    }

    /// Every piece with its days, for a person to count along.
    pub fn explained(&self, calendar: &Calendar) -> Vec<Part> {
        let mut unit = Unit::Day;
        let mut end_before: Option<Instant> = None;
        let mut parts = Vec::new();
        for (piece, due) in self.pieces.iter().zip(self.dues(calendar)) {
            let (from, in_unit) = match piece {
                Piece::Begun { at, unit: own, .. } => {
                    unit = *own;
                    (at.day(), *own)
                }
                Piece::Extended { unit, .. } => (end_before.map_or(due.last_day(), |end| end.plus_micros(-1).day()), *unit),
                // What is left of months and years is counted in days.
                Piece::Paused { to, .. } => (to.day(), if matches!(unit, Unit::Month | Unit::Year) { Unit::Day } else { unit }),
            };
            let starts_itself = self.counting.from_same_day && matches!(piece, Piece::Begun { .. });
            let days = match in_unit {
                Unit::Workday if self.counting.backward => calendar.days_back(from, &due),
                Unit::Workday | Unit::Day => calendar.days_on(from, &due, in_unit, starts_itself),
                Unit::Hour | Unit::Month | Unit::Year => calendar.days_rolled(&due),
            };
            end_before = Some(due.at);
            parts.push(Part { piece: piece.clone(), from, due, days });
        }
        parts
    }
}

impl Calendar {
    /// Whether a day is worked, and by what right it is or is not.
    fn why(&self, day: Day) -> (bool, Why) {
        match self.special(day) {
            Some(special) if special.kind == Kind::Work => (true, Why::MakeUp(special.name.clone())),
            Some(special) => (false, Why::Holiday(special.name.clone())),
            None if day.weekday() > 5 => (false, Why::Weekend),
            None => (true, Why::Counted),
        }
    }

    fn days_on(&self, from: Day, due: &Due, unit: Unit, starts_itself: bool) -> Vec<CountedDay> {
        let nominal = due.rolled_from.unwrap_or(due.last_day());
        let mut nth = 0;
        let mut days = Vec::new();
        let mut day = from;
        while day <= nominal {
            let (is_worked, why) = if unit == Unit::Workday { self.why(day) } else { (true, Why::Counted) };
            if day == from && !starts_itself {
                days.push(CountedDay { day, nth: None, why: Why::Event });
            } else if is_worked {
                nth += 1;
                days.push(CountedDay { day, nth: Some(nth), why });
            } else {
                days.push(CountedDay { day, nth: None, why });
            }
            day = day.plus_days(1);
        }
        days.extend(self.days_rolled(due).into_iter().skip_while(|rolled| rolled.day <= nominal));
        days
    }

    fn days_back(&self, event: Day, due: &Due) -> Vec<CountedDay> {
        let mut nth = 0;
        let mut days = vec![CountedDay { day: event, nth: None, why: Why::Event }];
        let mut day = event.plus_days(-1);
        while day >= due.last_day() {
            let (is_worked, why) = self.why(day);
            nth += i64::from(is_worked);
            days.push(CountedDay { day, nth: is_worked.then_some(nth), why });
            day = day.plus_days(-1);
        }
        days
    }

    /// From the nominal end to where it moved; empty when it did not.
    fn days_rolled(&self, due: &Due) -> Vec<CountedDay> {
        let Some(nominal) = due.rolled_from else { return Vec::new() };
        let last = due.last_day();
        let mut days = Vec::new();
        let mut day = nominal;
        while day < last {
            let why = match self.why(day).1 {
                Why::Holiday(name) => Why::Rolled(name),
                _ => Why::Rolled("周末".into()),
            };
            days.push(CountedDay { day, nth: None, why });
            day = day.plus_days(1);
        }
        days.push(CountedDay { day: last, nth: None, why: Why::RolledTo });
        days
    }
}
