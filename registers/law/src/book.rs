//! The book of law: everything the procedures and capabilities look up, by code and by day.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use shian_base::Day;
use shian_calendar::{Article, Calendar, Counting, Law, Numbering, Value};

use crate::statute::{Statute, Statutes};
use crate::value::{DatedValue, Values};
use crate::{Deadline, Penalty, Scene, deadline, files, penalty, scene, value};

/// Read once at start and never changed while the program runs.
#[derive(Debug)]
pub struct LawBook {
    files: BTreeMap<String, String>,
    calendar: Arc<Calendar>,
    statutes: Statutes,
    values: Values,
    deadlines: Vec<Deadline>,
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
        let statutes = Statutes::parse(several(&files, "statutes", ".toml"))?;
        let deadlines = deadline::parse(text("deadlines.csv")?, &statutes).context("deadlines.csv")?;
        let mut values = vec![("deadlines.csv", deadlines.iter().flat_map(|d| [Some(d.value.clone()), d.extension_value()]).flatten().collect())];
        for (name, text) in several(&files, "values", ".csv") {
            values.push((name, value::parse(text).with_context(|| name.to_owned())?));
        }
        let values = Values::gather(values)?;
        let book = Self {
            calendar: Arc::new(Calendar::parse(text("holidays.csv")?)?),
            statutes,
            values,
            deadlines,
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

    /// Every period of the law with every time it applied in.
    pub fn deadlines(&self) -> &[Deadline] {
        &self.deadlines
    }
    /// The period as it stood on the day of the event.
    pub fn deadline(&self, code: &str, on: Day) -> Option<&Deadline> {
        self.deadlines.iter().find(|d| d.value.code == code && d.value.applies_on(on))
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
        for deadline in &self.deadlines {
            deadline.check(&self.statutes).with_context(|| format!("deadlines.csv: {}", deadline.value.code))?;
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
    fn counting(&self, code: &str, on: Day) -> Counting {
        self.deadline(code, on).map_or_else(Counting::default, Deadline::counting)
    }
    fn article(&self, reference: &str, on: Day) -> Option<Article> {
        self.statutes.article(reference, on)
    }
}

/// The file `values.csv` and whatever a site adds beside it in `values/`.
fn several<'a>(files: &'a BTreeMap<String, String>, stem: &str, end: &str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let (own, folder) = (format!("{stem}{end}"), format!("{stem}/"));
    files.iter().filter(move |(name, _)| **name == own || name.starts_with(&folder)).map(|(name, text)| (name.as_str(), text.as_str()))
}
