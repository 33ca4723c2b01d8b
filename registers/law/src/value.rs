//! Numbers with the period they apply in: of the law, and of the office's own rules.

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use shian_base::Day;
use shian_calendar::Value;

/// One line of values.csv.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct DatedValue {
    pub code: String,
    pub title: String,
    pub amount: i64,
    pub unit: String,
    pub basis: String,
    pub from: Day,
    /// The last day it applies.
    pub to: Option<Day>,
    /// Where the number was taken from; `设置` marks what the office sets itself.
    pub source: String,
    pub note: String,
}

#[derive(Debug)]
pub(crate) struct Values(Vec<DatedValue>);

pub(crate) fn parse(csv: &str) -> Result<Vec<DatedValue>> {
    let mut all = Vec::new();
    for (index, line) in csv::Reader::from_reader(csv.as_bytes()).deserialize().enumerate() {
        let value: DatedValue = line.with_context(|| format!("line {}", index + 2))?;
        if value.amount < 0 || value.to.is_some_and(|to| to < value.from) {
            bail!("{}: the amount is negative or the period ends before it begins", value.code);
        }
        all.push(value);
    }
    Ok(all)
}

impl Values {
    /// Fails when two lines of one code claim the same day: then nobody could say which number held.
    pub fn gather(files: Vec<(&str, Vec<DatedValue>)>) -> Result<Self> {
        let mut lines: Vec<(&str, DatedValue)> = files.into_iter().flat_map(|(file, values)| values.into_iter().map(move |v| (file, v))).collect();
        lines.sort_by(|(_, a), (_, b)| (&a.code, a.from).cmp(&(&b.code, b.from)));
        for pair in lines.windows(2) {
            let ((file, first), (other_file, second)) = (&pair[0], &pair[1]);
            if first.code == second.code && first.to.is_none_or(|to| to >= second.from) {
                bail!("{other_file}: {}: two lines apply on {} (the other stands in {file})", second.code, second.from);
            }
        }
        Ok(Self(lines.into_iter().map(|(_, value)| value).collect()))
    }
    pub fn all(&self) -> &[DatedValue] {
        &self.0
    }
    pub fn on(&self, code: &str, day: Day) -> Option<&DatedValue> {
        self.0.iter().find(|v| v.code == code && v.applies_on(day))
    }
}

impl DatedValue {
    /// Whether the office may change it by itself.
    pub fn is_setting(&self) -> bool {
        self.source == "设置"
    }
    pub fn applies_on(&self, day: Day) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }
    pub(crate) fn to_value(&self) -> Value {
        Value {
            code: self.code.clone(),
            title: self.title.clone(),
            amount: self.amount,
            unit: self.unit.clone(),
            basis: self.basis.clone(),
            from: self.from,
            to: self.to,
        }
    }
}
