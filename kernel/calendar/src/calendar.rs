//! Which days are worked: Monday to Friday, except where a State Council notice says otherwise.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use shian_base::Day;

/// The working calendar: weekdays, overridden day by day by what has been announced.
///
/// A year is *announced* once at least one of its days is in the data; before that nobody knows its holidays,
/// and whatever is counted across it is provisional.
#[derive(Clone, Debug)]
pub struct Calendar {
    special: BTreeMap<Day, Special>,
    announced: BTreeSet<i16>,
    /// Whether a period of natural days that ends on an ordinary Saturday or Sunday rolls on to the next working day.
    /// The statutes say "holiday"; that ordinary weekends roll too is practice, hence a switch.
    roll_weekends: bool,
}

/// A day on which the notice departs from the week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Special {
    pub kind: Kind,
    /// The holiday it belongs to, as the notice calls it (春节).
    pub name: String,
    /// Where it was announced.
    pub source: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A day off (放假).
    Off,
    /// A weekend day that is worked instead (调休上班).
    Work,
}

impl Calendar {
    /// Reads `date,kind,name,source` lines under a header; `kind` is `off` or `work`.
    pub fn parse(csv: &str) -> Result<Self> {
        let mut special = BTreeMap::new();
        for (index, line) in csv.lines().enumerate().skip(1) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let place = || format!("holidays, line {}: {line}", index + 1);
            let [date, kind, name, source] = line.split(',').collect::<Vec<_>>()[..] else {
                bail!("{} has not four columns", place());
            };
            let day: Day = date.parse().with_context(place)?;
            let kind = match kind {
                "off" => Kind::Off,
                "work" => Kind::Work,
                other => bail!("{}: \"{other}\" is neither off nor work", place()),
            };
            let entry = Special { kind, name: name.into(), source: source.into() };
            if special.insert(day, entry).is_some() {
                bail!("{}: the day stands twice", place());
            }
        }
        let announced = special.keys().map(|day| day.year()).collect();
        Ok(Self { special, announced, roll_weekends: true })
    }

    /// The same calendar under the narrower reading: only announced days off make a deadline roll.
    pub fn rolling_holidays_only(mut self) -> Self {
        self.roll_weekends = false;
        self
    }

    pub fn is_workday(&self, day: Day) -> bool {
        match self.special.get(&day) {
            Some(special) => special.kind == Kind::Work,
            None => day.weekday() <= 5,
        }
    }

    /// What the notice says of this day, if anything.
    pub fn special(&self, day: Day) -> Option<&Special> {
        self.special.get(&day)
    }

    /// Whether the holidays of this year are known.
    pub fn is_announced(&self, year: i16) -> bool {
        self.announced.contains(&year)
    }

    /// The last announced year; 0 when there is none.
    pub fn announced_to(&self) -> i16 {
        self.announced.last().copied().unwrap_or(0)
    }

    /// The day `count` working days after `start`; `start` itself is not counted.
    pub fn plus_workdays(&self, start: Day, count: i64) -> Day {
        let mut day = start;
        for _ in 0..count.min(LONGEST_PERIOD) {
            day = self.next_where(day, |d| self.is_workday(d));
        }
        day
    }

    /// The day `count` working days before `end`; `end` itself is not counted.
    pub fn minus_workdays(&self, end: Day, count: i64) -> Day {
        let mut day = end;
        for _ in 0..count.min(LONGEST_PERIOD) {
            day = day.plus_days(-1);
            // The beginning of the calendar saturates; stop there instead of turning for ever.
            while !self.is_workday(day) && day.plus_days(-1) < day {
                day = day.plus_days(-1);
            }
        }
        day
    }

    /// How many working days lie after `from` up to and including `to`; 0 when `to` is not later.
    pub fn workdays_between(&self, from: Day, to: Day) -> i64 {
        let days = to.days_since(from).clamp(0, LONGEST_PERIOD);
        (1..=days).filter(|n| self.is_workday(from.plus_days(*n))).count() as i64
    }

    /// The day a period of natural days really ends on: `day`, or the first day after the holiday it falls on.
    pub fn rolled(&self, day: Day) -> Day {
        if self.lets_roll(day) { self.next_where(day, |d| !self.lets_roll(d)) } else { day }
    }

    fn lets_roll(&self, day: Day) -> bool {
        match self.special.get(&day) {
            Some(special) => special.kind == Kind::Off,
            None => self.roll_weekends && day.weekday() > 5,
        }
    }

    /// The first day after `day` for which `wanted` holds.
    fn next_where(&self, day: Day, wanted: impl Fn(Day) -> bool) -> Day {
        let mut next = day.plus_days(1);
        // The end of the calendar saturates; stop there instead of turning for ever.
        while !wanted(next) && next.plus_days(1) > next {
            next = next.plus_days(1);
        }
        next
    }
}

/// No legal period is longer than some decades; a longer number is a mistake and must not keep a processor busy.
pub(crate) const LONGEST_PERIOD: i64 = 40_000;
