//! How a legal period is counted: the start day is not, the end is 24:00 of the last day, holidays roll.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use shian_base::{Day, Error, Instant};

use crate::Calendar;
use crate::calendar::LONGEST_PERIOD;

/// What a period is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    Hour,
    Workday,
    Day,
    Month,
    Year,
}

/// When a period ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    pub at: Instant,
    /// True when a year in between has no announced holidays: 暂定, to be counted again when the notice is out.
    pub provisional: bool,
    /// The nominal last day, where a holiday moved the end.
    pub rolled_from: Option<Day>,
}

impl Due {
    /// The last day on which the deadline is still met.
    pub fn last_day(&self) -> Day {
        self.at.plus_micros(-1).day()
    }
}

/// How a period is counted, by the words of its own rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counting {
    /// Counted backwards from a day to come: fifteen working days before the licence ends.
    pub backward: bool,
    /// The day of the event is itself the first day, as of a licence's validity; else the next day is.
    pub from_same_day: bool,
    /// The last day stays where it is even when it is a holiday: what merely lasts does not roll.
    pub stays: bool,
}

impl Calendar {
    /// When a period of `amount` `unit`s that began at `start` ends, counted in the usual way.
    ///
    /// Hours run from the moment. Everything else excludes the day of `start` and ends at 24:00; a last day that
    /// is a holiday rolls on (行政处罚程序规定 §80). Working days need not roll: their last day is one.
    pub fn due(&self, start: Instant, amount: i64, unit: Unit) -> Due {
        self.due_by(Counting::default(), start, amount, unit)
    }

    /// The same by a rule of its own.
    pub fn due_by(&self, counting: Counting, start: Instant, amount: i64, unit: Unit) -> Due {
        if unit == Unit::Hour {
            return Due { at: start.plus_seconds(amount.clamp(0, LONGEST_PERIOD * 24) * 3600), provisional: false, rolled_from: None };
        }
        if counting.backward {
            return self.count_back(start.day(), amount, unit);
        }
        let day = start.day();
        let months = matches!(unit, Unit::Month | Unit::Year);
        // What begins on the day itself ends a day sooner: before the same date, or with a month that lacks it.
        let first = if counting.from_same_day { day.plus_days(-1) } else { day };
        let last = match self.nominal(if months { day } else { first }, amount, unit) {
            same if months && counting.from_same_day && same.day_of_month() == day.day_of_month() => same.plus_days(-1),
            last => last,
        };
        self.ending(first, last, unit, counting)
    }

    /// A deadline moved on by a further period (延期): counted from the old last day.
    pub fn extended(&self, due: Instant, amount: i64, unit: Unit) -> Due {
        self.extended_by(Counting::default(), due, amount, unit)
    }

    pub fn extended_by(&self, counting: Counting, due: Instant, amount: i64, unit: Unit) -> Due {
        if unit == Unit::Hour {
            return self.due(due, amount, unit);
        }
        let last = due.plus_micros(-1).day();
        self.ending(last, self.nominal(last, amount, unit), unit, counting)
    }

    /// A deadline after a pause (中止…恢复): what was left when it stopped, counted again from the day it went on.
    pub fn resumed(&self, due: Instant, paused_at: Instant, resumed_at: Instant, unit: Unit) -> Due {
        self.resumed_by(Counting::default(), due, paused_at, resumed_at, unit)
    }

    pub fn resumed_by(&self, counting: Counting, due: Instant, paused_at: Instant, resumed_at: Instant, unit: Unit) -> Due {
        let (paused, last, resumed) = (paused_at.day(), due.plus_micros(-1).day(), resumed_at.day());
        let (left, in_unit) = match unit {
            Unit::Hour => {
                let pause = resumed_at.micros().saturating_sub(paused_at.micros()).max(0);
                return Due { at: due.plus_micros(pause), provisional: false, rolled_from: None };
            }
            Unit::Workday => (self.workdays_between(paused, last), Unit::Workday),
            Unit::Day | Unit::Month | Unit::Year => (last.days_since(paused).max(0), Unit::Day),
        };
        self.ending(resumed, self.nominal(resumed, left, in_unit), in_unit, counting)
    }

    /// What is left of a deadline, in its own unit; on the last day in hours. Negative once it has passed.
    pub fn left(&self, due: Instant, now: Instant, unit: Unit) -> (i64, Unit) {
        let (today, last) = (now.day(), due.plus_micros(-1).day());
        let days_between = |from: Day, to: Day| match unit {
            Unit::Workday => (self.workdays_between(from, to), Unit::Workday),
            _ => (to.days_since(from), Unit::Day),
        };
        if now >= due {
            let (late, in_unit) = days_between(last, today);
            if unit == Unit::Hour || late == 0 {
                return (-(now.seconds_since(due) / 3600), Unit::Hour);
            }
            return (-late, in_unit);
        }
        let (days, in_unit) = days_between(today, last);
        if unit == Unit::Hour || days == 0 {
            // 59 minutes left are still an hour to act in, not none.
            return ((due.seconds_since(now) + 3599) / 3600, Unit::Hour);
        }
        (days, in_unit)
    }

    /// The last day by mere counting, before a holiday moves it.
    fn nominal(&self, start: Day, amount: i64, unit: Unit) -> Day {
        let amount = amount.clamp(0, LONGEST_PERIOD);
        match unit {
            Unit::Hour | Unit::Day => start.plus_days(amount),
            Unit::Workday => self.plus_workdays(start, amount),
            Unit::Month => start.plus_months(amount.min(12 * 100)),
            Unit::Year => start.plus_years(amount.min(100)),
        }
    }

    fn ending(&self, start: Day, nominal: Day, unit: Unit, counting: Counting) -> Due {
        let rolls = unit != Unit::Workday && !counting.stays;
        let last = if rolls { self.rolled(nominal) } else { nominal };
        // Natural days depend on the notice only where they end; working days on every year they pass through.
        let years = match unit {
            Unit::Workday => start.plus_days(1).year().min(last.year())..=last.year(),
            _ if rolls => nominal.year()..=last.year(),
            _ => return Due { at: last.end(), provisional: false, rolled_from: None },
        };
        Due {
            at: last.end(),
            provisional: years.into_iter().any(|year| !self.is_announced(year)),
            rolled_from: (last != nominal).then_some(nominal),
        }
    }

    /// The day that lies `amount` before `event`, which is itself not counted; nothing rolls.
    fn count_back(&self, event: Day, amount: i64, unit: Unit) -> Due {
        let amount = amount.clamp(0, LONGEST_PERIOD);
        let last = match unit {
            Unit::Hour | Unit::Day => event.plus_days(-amount),
            Unit::Workday => self.minus_workdays(event, amount),
            Unit::Month => event.plus_months(-amount.min(12 * 100)),
            Unit::Year => event.plus_years(-amount.min(100)),
        };
        let before = event.plus_days(-1).year().max(last.year());
        let provisional = unit == Unit::Workday && (last.year()..=before).any(|year| !self.is_announced(year));
        Due { at: last.end(), provisional, rolled_from: None }
    }
}

impl Unit {
    /// As it is said after a number: 3 个工作日.
    pub fn title(self) -> &'static str {
        match self {
            Self::Hour => "小时",
            Self::Workday => "个工作日",
            Self::Day => "日",
            Self::Month => "个月",
            Self::Year => "年",
        }
    }
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Workday => "workday",
            Self::Day => "day",
            Self::Month => "month",
            Self::Year => "year",
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Unit {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "hour" => Ok(Self::Hour),
            "workday" => Ok(Self::Workday),
            "day" => Ok(Self::Day),
            "month" => Ok(Self::Month),
            "year" => Ok(Self::Year),
            other => Err(Error::invalid("unit", "calendar.unit", format!("\"{other}\" is no unit of time"))),
        }
    }
}
