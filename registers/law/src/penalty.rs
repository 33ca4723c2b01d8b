//! The penalty library: what a breach can cost, with its articles. Information for the officer, never automatic.

use anyhow::{Context, Result};
use serde::{Deserialize, Deserializer};

/// One line of penalties.csv.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Penalty {
    pub code: String,
    /// What was done or left undone.
    pub conduct: String,
    #[serde(deserialize_with = "references")]
    pub duty_basis: Vec<String>,
    #[serde(deserialize_with = "references")]
    pub penalty_basis: Vec<String>,
    /// What must come first; a fine often needs a refused correction.
    pub precondition: String,
    pub fine_min_cny: Option<i64>,
    pub fine_max_cny: Option<i64>,
    pub other: String,
    pub note: String,
}

pub(crate) fn parse(csv: &str) -> Result<Vec<Penalty>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let lines = reader.deserialize().enumerate();
    lines.map(|(index, line)| line.with_context(|| format!("line {}", index + 2))).collect()
}

/// References in one cell, separated by semicolons.
fn references<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<String>, D::Error> {
    let text = String::deserialize(d)?;
    Ok(text.split(';').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect())
}
