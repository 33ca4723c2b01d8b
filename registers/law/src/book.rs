//! The book of law: everything the procedures and capabilities look up, by code and by day.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use shian_base::Day;
use shian_calendar::{Article, Calendar, Law, Numbering, Value};

use crate::statute::{Statute, Statutes};
use crate::value::{DatedValue, Values};
use crate::{Penalty, Scene, files, penalty, scene, value};

/// Read once at start and never changed while the program runs.
#[derive(Debug)]
pub struct LawBook {
    files: BTreeMap<String, String>,
    calendar: Arc<Calendar>,
    statutes: Statutes,
    values: Values,
    penalties: Vec<Penalty>,
    scenes: Vec<Scene>,
    numbering: Numbering,
}

impl LawBook {
    /// The data built into the program; files of `folder`, when given, replace those of the same name or add to them.
    ///
    /// Fails when a reference leads nowhere, with the file and the place.
    pub fn load(folder: Option<&Path>) -> Result<Self> {
        Self::from_files(files::read(folder)?)
    }

    fn from_files(files: BTreeMap<String, String>) -> Result<Self> {
        let text = |name: &str| files.get(name).map(String::as_str).with_context(|| format!("law-data has no {name}"));
        let book = Self {
            calendar: Arc::new(Calendar::parse(text("holidays.csv")?)?),
            statutes: Statutes::parse(text("statutes.toml")?).context("statutes.toml")?,
            values: value::parse(text("values.csv")?).context("values.csv")?,
            penalties: penalty::parse(text("penalties.csv")?).context("penalties.csv")?,
            scenes: scene::parse(text("scenes.toml")?).context("scenes.toml")?,
            numbering: toml::from_str(text("numbering.toml")?).context("numbering.toml")?,
            files,
        };
        book.check()?;
        Ok(book)
    }

    pub fn calendar(&self) -> Arc<Calendar> {
        Arc::clone(&self.calendar)
    }
    pub fn numbering(&self) -> Numbering {
        self.numbering.clone()
    }
    /// The texts of the procedure files, by file name.
    pub fn procedures(&self) -> Vec<(String, String)> {
        self.folder("procedures/")
    }
    /// The texts of the forms, by file name.
    pub fn forms(&self) -> Vec<(String, String)> {
        self.folder("forms/")
    }
    pub fn scenes(&self) -> &[Scene] {
        &self.scenes
    }
    pub fn scene(&self, code: &str) -> Option<&Scene> {
        self.scenes.iter().find(|scene| scene.code == code)
    }
    pub fn penalty(&self, code: &str) -> Option<&Penalty> {
        self.penalties.iter().find(|penalty| penalty.code == code)
    }
    pub fn statutes(&self) -> &[Statute] {
        self.statutes.all()
    }
    /// Every number with every period it applied in.
    pub fn values(&self) -> &[DatedValue] {
        self.values.all()
    }

    fn folder(&self, prefix: &str) -> Vec<(String, String)> {
        let inside = self.files.iter().filter_map(|(name, text)| Some((name.strip_prefix(prefix)?.to_owned(), text.clone())));
        inside.collect()
    }

    /// What a scene or a penalty refers to must exist.
    fn check(&self) -> Result<()> {
        for scene in &self.scenes {
            for code in &scene.penalties {
                if self.penalty(code).is_none() {
                    bail!("scenes.toml: {} names the penalty {code}, which is not in penalties.csv", scene.code);
                }
            }
            for reference in &scene.basis {
                self.statutes.must_have(reference).with_context(|| format!("scenes.toml: {}", scene.code))?;
            }
        }
        for penalty in &self.penalties {
            for reference in penalty.duty_basis.iter().chain(&penalty.penalty_basis) {
                self.statutes.must_have(reference).with_context(|| format!("penalties.csv: {}", penalty.code))?;
            }
        }
        Ok(())
    }
}

impl Law for LawBook {
    fn value(&self, code: &str, on: Day) -> Option<Value> {
        self.values.on(code, on).map(DatedValue::to_value)
    }
    fn article(&self, reference: &str, on: Day) -> Option<Article> {
        self.statutes.article(reference, on)
    }
}
