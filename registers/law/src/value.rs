//! Numbers with the period they apply in: of the law, and of the office's own rules.

use std::collections::BTreeSet;

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

/// Fails when two lines of one code claim the same day: then nobody could say which number held.
pub(crate) fn parse(csv: &str) -> Result<Values> {
    let mut all = Vec::new();
    for (index, line) in csv::Reader::from_reader(csv.as_bytes()).deserialize().enumerate() {
        let value: DatedValue = line.with_context(|| format!("line {}", index + 2))?;
        if value.amount < 0 || value.to.is_some_and(|to| to < value.from) {
            bail!("{}: the amount is negative or the period ends before it begins", value.code);
        }
        all.push(value);
    }
    let codes: BTreeSet<&str> = all.iter().map(|v| v.code.as_str()).collect();
    for code in codes {
        let mut lines: Vec<&DatedValue> = all.iter().filter(|v| v.code == code).collect();
        lines.sort_by_key(|v| v.from);
        for pair in lines.windows(2) {
            if pair[0].to.is_none_or(|to| to >= pair[1].from) {
                bail!("{code}: two lines apply on {}", pair[1].from);
            }
        }
    }
    Ok(Values(all))
}

impl Values {
    pub fn all(&self) -> &[DatedValue] {
        &self.0
    }
    pub fn on(&self, code: &str, day: Day) -> Option<&DatedValue> {
        self.0.iter().find(|v| v.code == code && v.from <= day && v.to.is_none_or(|to| day <= to))
    }
}

impl DatedValue {
    /// Whether the office may change it by itself.
    pub fn is_setting(&self) -> bool {
        self.source == "设置"
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
