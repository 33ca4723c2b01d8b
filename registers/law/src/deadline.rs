//! Periods the statutes set: how long, from which event, for whom, how counted, by which article, and how sure we are.

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use shian_base::{Day, Instant};
use shian_calendar::{Counting, Piece, Reckoning, Unit};
use utoipa::ToSchema;

use crate::statute::Statutes;
use crate::value::DatedValue;

/// One line of deadlines.csv.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// Code, title, length, validity, source, note.
    pub value: DatedValue,
    /// What sets it going.
    pub event: String,
    /// Whom it binds.
    pub binds: String,
    pub kind: DeadlineKind,
    pub roll: Roll,
    /// References into statutes.toml.
    pub basis: Vec<String>,
    /// By how much it may be extended, where the law says a number.
    pub extension: Option<(i64, Unit)>,
    /// Who may extend it, or what else the law says of extending.
    pub extend_by: String,
    /// What time is left out of the count.
    pub not_counted: String,
    pub certainty: Certainty,
    unit: Option<Unit>,
    counting: Counting,
}

/// What the end of the period means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeadlineKind {
    /// Something must be done by then.
    Limit,
    /// Something may be done from then on.
    Opens,
    /// A state of things lasts until then.
    Lasts,
    /// Something must be kept at least until then.
    Keep,
    /// Something must be done again by then.
    Every,
    /// So much in every year.
    Quota,
}

/// What happens when the last day is a holiday.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Roll {
    /// Working days and hours: the question does not arise.
    Never,
    /// It moves on, by this article.
    ByLaw(String),
    /// It moves on as is usual; the article does not say so, and the office confirms it.
    ByCustom,
    /// It stays.
    Stays,
}

/// How sure the number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Compared with the text of the article.
    Text,
    /// In part from other than the text; the note says what.
    Secondary,
    /// From memory: the office confirms it before it relies on it.
    Memory,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    code: String,
    title: String,
    amount: i64,
    unit: String,
    event: String,
    binds: String,
    kind: DeadlineKind,
    first_day: String,
    roll: String,
    basis: String,
    extend: String,
    extend_by: String,
    not_counted: String,
    certainty: Certainty,
    from: Day,
    to: Option<Day>,
    source: String,
    note: String,
}

pub(crate) fn parse(csv: &str, statutes: &Statutes) -> Result<Vec<Deadline>> {
    let mut all = Vec::new();
    for (index, line) in csv::Reader::from_reader(csv.as_bytes()).deserialize().enumerate() {
        let place = || format!("line {}", index + 2);
        let line: Line = line.with_context(place)?;
        let code = line.code.clone();
        let mut deadline = line.read().with_context(|| format!("{}, {code}", place()))?;
        let titled = deadline.basis.iter().map(|reference| statutes.titled(reference, deadline.value.from));
        deadline.value.basis = titled.collect::<Vec<_>>().join("、");
        all.push(deadline);
    }
    Ok(all)
}

impl Line {
    fn read(self) -> Result<Deadline> {
        if self.amount < 1 || self.title.is_empty() || self.event.is_empty() || self.binds.is_empty() {
            bail!("a deadline needs a title, a length, an event and somebody it binds");
        }
        let (unit, backward) = match self.unit.as_str() {
            "hour_per_year" => (None, false),
            "workday_before" => (Some(Unit::Workday), true),
            other => (Some(other.parse::<Unit>()?), false),
        };
        let goes_by_days = !backward && matches!(unit, Some(Unit::Workday | Unit::Day | Unit::Month | Unit::Year));
        let from_same_day = match (self.first_day.as_str(), goes_by_days) {
            ("next", true) | ("", false) => false,
            ("same", true) => true,
            (other, _) => bail!("the first day \"{other}\" does not suit {}", self.unit),
        };
        let may_roll = goes_by_days && unit != Some(Unit::Workday);
        let roll = match (self.roll.as_str(), may_roll) {
            ("", false) => Roll::Never,
            ("custom", true) => Roll::ByCustom,
            ("no", true) => Roll::Stays,
            (article, true) if article.contains('§') => Roll::ByLaw(article.into()),
            (other, _) => bail!("the roll \"{other}\" does not suit {}", self.unit),
        };
        if (self.kind == DeadlineKind::Quota) != unit.is_none() {
            bail!("a quota is counted in hours of a year, and nothing else is");
        }
        let extension = match self.extend.split_once(' ') {
            Some((amount, unit)) => Some((amount.parse().context("the length of the extension")?, unit.parse()?)),
            None if self.extend.is_empty() => None,
            None => bail!("the extension \"{}\" is not a number and a unit", self.extend),
        };
        let basis: Vec<String> = self.basis.split(';').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect();
        if basis.is_empty() {
            bail!("no article is named");
        }
        let counting = Counting { backward, from_same_day, stays: roll == Roll::Stays };
        let value = DatedValue {
            code: self.code,
            title: self.title,
            amount: self.amount,
            unit: self.unit,
            basis: String::new(),
            from: self.from,
            to: self.to,
            source: self.source,
            note: self.note,
        };
        Ok(Deadline {
            value,
            event: self.event,
            binds: self.binds,
            kind: self.kind,
            roll,
            basis,
            extension,
            extend_by: self.extend_by,
            not_counted: self.not_counted,
            certainty: self.certainty,
            unit,
            counting,
        })
    }
}

impl Deadline {
    pub fn counting(&self) -> Counting {
        self.counting
    }

    /// What its end is counted from when the event is at `at`; `None` for a quota.
    pub fn reckoning(&self, at: Instant) -> Option<Reckoning> {
        Some(Reckoning::new(self.counting, at, self.value.amount, self.unit?))
    }

    pub fn extended(&self) -> Option<Piece> {
        self.extension.map(|(amount, unit)| Piece::Extended { amount, unit })
    }

    /// Whether hours are counted, so that a day alone does not say when it begins.
    pub fn needs_moment(&self) -> bool {
        self.unit == Some(Unit::Hour)
    }

    /// Its extension as a value of its own, for procedures to name: CASE.VERIFY.EXTEND.
    pub(crate) fn extension_value(&self) -> Option<DatedValue> {
        let (amount, unit) = self.extension?;
        let code = format!("{}.EXTEND", self.value.code);
        let title = format!("{}（延长）", self.value.title);
        Some(DatedValue { code, title, amount, unit: unit.as_str().into(), note: self.extend_by.clone(), ..self.value.clone() })
    }

    /// Every article it names must have been in force on its first day.
    pub(crate) fn check(&self, statutes: &Statutes) -> Result<()> {
        let roll = if let Roll::ByLaw(article) = &self.roll { Some(article) } else { None };
        for reference in self.basis.iter().chain(roll) {
            statutes.must_have(reference)?;
            if statutes.article(reference, self.value.from).is_none() {
                bail!("{reference} is not in force on {}, the first day of the deadline", self.value.from);
            }
        }
        Ok(())
    }
}
