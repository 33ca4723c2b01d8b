//! A procedure: states, acts and clocks as a lawyer can read them, in one TOML file.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::Value as Json;
use shian_base::Day;

use crate::office::{self, OfficeAct, OfficeRules};

/// One version of one procedure. The version in force when a matter begins stays with it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Procedure {
    pub id: String,
    pub title: String,
    /// What it is for, in one sentence.
    pub purpose: String,
    /// What stands after the office's mark in a number: 市监责改.
    pub number: String,
    /// References into the law register.
    pub law: Vec<String>,
    /// The first day on which a matter may begin under this version.
    pub from: Day,
    /// Whether the business concerned sees its own matters of this kind.
    #[serde(default)]
    pub business: bool,
    /// Whether the public sees that there was a matter and whether it was mended.
    #[serde(default)]
    pub public: bool,
    /// Facts taken over from the matter whose act opens this one; the act's form goes before its facts.
    #[serde(default)]
    pub carries: Vec<String>,
    /// How the first line of the history reads when an act opened the matter.
    #[serde(default)]
    pub opening: String,
    /// Who may open such a matter by hand, and what is filled in then; nobody when absent.
    #[serde(default)]
    pub open: Option<OpenedBy>,
    #[serde(rename = "state")]
    pub states: Vec<State>,
    #[serde(rename = "act")]
    pub acts: Vec<Act>,
    #[serde(rename = "clock", default)]
    pub clocks: Vec<ClockRule>,
    #[serde(default)]
    pub ladder: Option<Ladder>,
    /// 签收、转办、会签 …: with this table the acts of every office are offered here too.
    #[serde(default)]
    pub office: Option<OfficeRules>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    pub id: String,
    pub title: String,
    /// Its name in the row of steps above the matter; states on side ways have none.
    #[serde(default)]
    pub step: Option<String>,
    /// The posts in whose queue a matter in this state stands; the first is told of warnings.
    #[serde(default)]
    pub owner: Vec<String>,
    #[serde(default)]
    pub end: bool,
    /// An end in which what was wrong has been put right.
    #[serde(default)]
    pub mended: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    pub id: String,
    pub title: String,
    #[serde(default)]
    pub tone: Tone,
    pub from: Vec<String>,
    /// Where it leads; nowhere when absent.
    #[serde(default)]
    pub to: Option<String>,
    /// Posts that may do it.
    pub by: Vec<String>,
    #[serde(default)]
    pub form: Option<String>,
    /// Which fact fills a field of the form in advance.
    #[serde(default)]
    pub defaults: BTreeMap<String, String>,
    #[serde(default)]
    pub files: Option<FilesAsked>,
    /// What the matter came to; every act that ends a matter has one.
    #[serde(default)]
    pub result: Option<String>,
    /// What the business reads in the history instead of the title; the form is then the office's own.
    #[serde(default)]
    pub told_as: Option<String>,
    /// The procedure of the follow-up matter it opens.
    #[serde(default)]
    pub opens: Option<String>,
    #[serde(default)]
    pub extends: Option<Extension>,
    /// Puts the matter under supervision (督办).
    #[serde(default)]
    pub supervises: bool,
    /// Posts that are told.
    #[serde(default)]
    pub tells: Vec<String>,
    /// How often it may be done in one matter.
    #[serde(default)]
    pub times: Option<usize>,
    /// Only once one of these clocks has run out.
    #[serde(default)]
    pub needs_expired: Vec<String>,
    /// 双人: whoever did one of these acts last may not do this one.
    #[serde(default)]
    pub not_same_as: Vec<String>,
    /// It takes effect at once and cannot be taken back (撤回), such as saying that one has read an order.
    #[serde(default)]
    pub binding: bool,
    /// By what right.
    #[serde(default)]
    pub ground: Vec<String>,
    /// What will happen, said before one confirms.
    pub consequence: String,
    /// Which act of every office it is; none for the procedure's own.
    #[serde(skip)]
    pub office: Option<OfficeAct>,
    /// Where it leads from each state, for an act that leads to several.
    #[serde(skip)]
    pub leads: BTreeMap<String, String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    Primary,
    Danger,
    #[default]
    Plain,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, serde::Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FilesAsked {
    pub min: usize,
    pub max: usize,
    /// Media types that are taken.
    pub accept: Vec<String>,
}

/// 延期: by a fixed value, or by a number of days that the form gives, up to a value.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extension {
    pub clock: String,
    #[serde(default)]
    pub by: Option<String>,
    #[serde(default)]
    pub field: Option<String>,
    #[serde(default)]
    pub max: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockRule {
    pub id: String,
    pub title: String,
    pub runs_in: Vec<String>,
    /// States in which it stands still; leaving them for a state it runs in lets it go on.
    #[serde(default)]
    pub paused_in: Vec<String>,
    /// The code of the dated value that is its length.
    #[serde(default)]
    pub limit: Option<String>,
    /// …or the value chosen by a fact of the matter.
    #[serde(default)]
    pub limit_by: Option<LimitBy>,
    /// A number of natural days that the form of the starting act may give instead.
    #[serde(default)]
    pub limit_field: Option<LimitField>,
    /// The fraction of the period after which its owner is warned.
    pub warn_at: f64,
    /// Who is told when it has run out, one after the other.
    pub on_expiry: Vec<Escalation>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct LimitBy {
    pub fact: String,
    /// Value codes by the fact's value.
    #[serde(flatten)]
    pub codes: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenedBy {
    pub by: Vec<String>,
    /// Its values become the facts of the matter.
    #[serde(default)]
    pub form: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitField {
    pub field: String,
    /// Codes of the least and the most that may be given.
    pub min: String,
    pub max: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Escalation {
    pub to: String,
    /// The code of the time after the step before; at once when absent.
    #[serde(default)]
    pub after: Option<String>,
}

/// 先提醒、再责令改正、最后立案: which act is proposed, by what happened before.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ladder {
    /// The code of the period that is looked back on.
    pub window: String,
    /// The fact that must be the same for two matters to count as one kind.
    pub same: String,
    /// Procedures that count.
    pub counts: Vec<String>,
    pub basis: String,
    pub steps: Vec<Rung>,
    #[serde(default)]
    pub skip: Option<Skip>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    pub act: String,
    /// From how many earlier matters on.
    pub after: usize,
    pub title: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skip {
    pub fact: String,
    pub equals: Json,
    pub to: String,
    pub reason: String,
}

impl Procedure {
    pub fn parse(text: &str) -> Result<Self> {
        let mut procedure: Self = toml::from_str(text).map_err(|error| anyhow::anyhow!(crate::reading::in_words(&error, text)))?;
        office::expand(&mut procedure);
        Ok(procedure)
    }
    /// Where every matter begins: the first state of the file.
    pub fn initial(&self) -> Option<&State> {
        self.states.first()
    }
    pub fn state(&self, id: &str) -> Option<&State> {
        self.states.iter().find(|state| state.id == id)
    }
    pub fn act(&self, id: &str) -> Option<&Act> {
        self.acts.iter().find(|act| act.id == id)
    }
    pub fn clock(&self, id: &str) -> Option<&ClockRule> {
        self.clocks.iter().find(|clock| clock.id == id)
    }
    pub fn is_end(&self, state: &str) -> bool {
        self.state(state).is_some_and(|state| state.end)
    }
    pub fn state_title<'a>(&'a self, id: &'a str) -> &'a str {
        self.state(id).map_or(id, |state| state.title.as_str())
    }
}

impl Act {
    /// The state it leads to from `state`.
    pub fn target<'a>(&'a self, state: &'a str) -> &'a str {
        self.leads.get(state).or(self.to.as_ref()).map_or(state, String::as_str)
    }
    /// Every way it leads: from where to where.
    pub fn ways(&self) -> impl Iterator<Item = (&str, &str)> {
        self.from.iter().map(|from| (from.as_str(), self.target(from)))
    }
}

/// All versions of all procedures.
#[derive(Clone, Debug, Default)]
pub struct ProcedureBook(Vec<Procedure>);

impl ProcedureBook {
    /// Reads `(file name, TOML text)` pairs. A later version of a procedure stands in a file of its own.
    pub fn parse(files: &[(String, String)]) -> Result<Self> {
        let mut procedures: Vec<Procedure> = Vec::new();
        for (name, text) in files {
            let procedure = Procedure::parse(text).with_context(|| format!("in {name}"))?;
            if procedures.iter().any(|other| other.id == procedure.id && other.from == procedure.from) {
                bail!("{name}: {} from {} stands twice", procedure.id, procedure.from);
            }
            procedures.push(procedure);
        }
        procedures.sort_by(|a, b| (&a.id, a.from).cmp(&(&b.id, b.from)));
        Ok(Self(procedures))
    }

    pub fn all(&self) -> &[Procedure] {
        &self.0
    }
    /// The version in force on a day.
    pub fn in_force(&self, id: &str, on: Day) -> Option<&Procedure> {
        self.0.iter().rev().find(|p| p.id == id && p.from <= on)
    }
    /// The very version a matter began under.
    pub fn version(&self, id: &str, from: Day) -> Option<&Procedure> {
        self.0.iter().find(|p| p.id == id && p.from == from)
    }
    /// The newest version, for titles.
    pub fn newest(&self, id: &str) -> Option<&Procedure> {
        self.0.iter().rev().find(|p| p.id == id)
    }
    pub fn has(&self, id: &str) -> bool {
        self.0.iter().any(|p| p.id == id)
    }
}
