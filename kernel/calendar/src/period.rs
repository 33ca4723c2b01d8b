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

impl Calendar {
    /// When a period of `amount` `unit`s that began at `start` ends.
    ///
    /// Hours run from the moment. Everything else excludes the day of `start` and ends at 24:00; a last day that
    /// is a holiday rolls on (行政处罚程序规定 §80). Working days need not roll: their last day is one.
    pub fn due(&self, start: Instant, amount: i64, unit: Unit) -> Due {
        if unit == Unit::Hour {
            return Due { at: start.plus_seconds(amount.clamp(0, LONGEST_PERIOD * 24) * 3600), provisional: false, rolled_from: None };
        }
        self.count(start.day(), amount, unit)
    }

    /// A deadline moved on by a further period (延期): counted from the old last day.
    pub fn extended(&self, due: Instant, amount: i64, unit: Unit) -> Due {
        if unit == Unit::Hour {
            return self.due(due, amount, unit);
        }
        self.count(due.plus_micros(-1).day(), amount, unit)
    }

    /// A deadline after a pause (中止…恢复): what was left when it stopped, counted again from the day it went on.
    pub fn resumed(&self, due: Instant, paused_at: Instant, resumed_at: Instant, unit: Unit) -> Due {
        let (paused, last) = (paused_at.day(), due.plus_micros(-1).day());
        match unit {
            Unit::Hour => {
                let pause = resumed_at.micros().saturating_sub(paused_at.micros()).max(0);
                Due { at: due.plus_micros(pause), provisional: false, rolled_from: None }
            }
            Unit::Workday => self.count(resumed_at.day(), self.workdays_between(paused, last), Unit::Workday),
            Unit::Day | Unit::Month | Unit::Year => {
                self.count(resumed_at.day(), last.days_since(paused).max(0), Unit::Day)
            }
        }
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

    fn count(&self, start: Day, amount: i64, unit: Unit) -> Due {
        let amount = amount.clamp(0, LONGEST_PERIOD);
        let nominal = match unit {
            Unit::Hour | Unit::Day => start.plus_days(amount),
            Unit::Workday => self.plus_workdays(start, amount),
            Unit::Month => start.plus_months(amount.min(12 * 100)),
            Unit::Year => start.plus_years(amount.min(100)),
        };
        let last = if unit == Unit::Workday { nominal } else { self.rolled(nominal) };
        // Natural days depend on the notice only where they end; working days on every year they pass through.
        let first_year = if unit == Unit::Workday { start.plus_days(1).year().min(last.year()) } else { nominal.year() };
        Due {
            at: last.end(),
            provisional: (first_year..=last.year()).any(|year| !self.is_announced(year)),
            rolled_from: (last != nominal).then_some(nominal),
        }
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
