//! What becomes of the rows of a batch, decided against what the register knows. Pure.
//!
//! A business is the one of the licence number, else of credit code and address, else of name and address:
//! an address belongs to what a business is, so that a firm with two kitchens stays two businesses.

mod businesses;
mod licences;
mod records;

use std::collections::{BTreeMap, HashMap, HashSet};

use shian_access::Scope;
use shian_base::{Id, Instant, Result};
use shian_business::fields::{BUSINESS_FIELDS, LICENCE_FIELDS, readable};
use shian_business::{
    Business, BusinessId, Claim, Delivery, HistoryEntry, Licence, News, PLATFORM, Record, Sources, Told,
};

use crate::areas::AreaFinder;
use crate::kind::ImportKind;
use crate::reading::compared;
use crate::rows::{Issue, Line, Reader};

/// What a row came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Added,
    Changed,
    Same,
    Refused,
}

/// What stays the same for all rows of an import.
pub struct Terms<'a> {
    pub reader: Reader<'a>,
    pub areas: &'a AreaFinder,
    pub sources: &'a Sources,
    pub scope: &'a Scope,
    pub source: &'a str,
    pub file_name: &'a str,
    pub delivery_id: Id<Delivery>,
    pub now: Instant,
}

/// A thing of the register with what sources said of it, and whether it is to be written.
pub struct Known<T> {
    pub thing: T,
    pub told: Told,
    pub is_new: bool,
    pub is_changed: bool,
}

/// What the register knows that the rows of a batch could speak of, and what is to be written after them.
#[derive(Default)]
pub struct World {
    pub businesses: Vec<Known<Business>>,
    /// Licences and whose they are.
    pub licences: Vec<(BusinessId, Known<Licence>)>,
    pub records: Vec<Known<Record>>,
    pub claims: Vec<Claim>,
    pub history: Vec<(BusinessId, HistoryEntry)>,
    /// Businesses whose place is only estimated, and those whose place is now known.
    pub estimated: Vec<BusinessId>,
    pub placed: Vec<BusinessId>,
    by_code: HashMap<String, Vec<usize>>,
    by_name: HashMap<String, Vec<usize>>,
    by_id: HashMap<BusinessId, usize>,
    by_number: HashMap<String, Vec<usize>>,
    by_key: HashMap<String, usize>,
}

impl World {
    pub fn new(
        businesses: Vec<Business>,
        licences: Vec<(BusinessId, Licence)>,
        records: Vec<Record>,
        claims: &[Claim],
    ) -> Self {
        let mut world = Self::default();
        let mut told: HashMap<(BusinessId, Option<Id<Licence>>), Told> = HashMap::new();
        for claim in claims {
            told.entry((claim.business_id, claim.licence_id)).or_default().add(&claim.source, &claim.said);
        }
        for business in businesses {
            if !world.by_id.contains_key(&business.id) {
                let told = told.remove(&(business.id, None)).unwrap_or_default();
                world.add_business(Known { thing: business, told, is_new: false, is_changed: false });
            }
        }
        for (business_id, licence) in licences {
            let told = told.remove(&(business_id, Some(licence.id))).unwrap_or_default();
            world.add_licence(business_id, Known { thing: licence, told, is_new: false, is_changed: false });
        }
        for record in records {
            world.add_record(Known { thing: record, told: Told::default(), is_new: false, is_changed: false });
        }
        world
    }

    fn add_business(&mut self, known: Known<Business>) -> usize {
        let at = self.businesses.len();
        if let Some(code) = &known.thing.credit_code {
            self.by_code.entry(code.clone()).or_default().push(at);
        }
        self.by_name.entry(known.thing.name.clone()).or_default().push(at);
        self.by_id.insert(known.thing.id, at);
        self.businesses.push(known);
        at
    }

    fn add_licence(&mut self, business_id: BusinessId, known: Known<Licence>) {
        self.by_number.entry(known.thing.number.clone()).or_default().push(self.licences.len());
        self.licences.push((business_id, known));
    }

    fn add_record(&mut self, known: Known<Record>) {
        self.by_key.insert(known.thing.key.clone(), self.records.len());
        self.records.push(known);
    }

    /// Decides one row; the reasons why it is refused, and warnings, stand in the line afterwards.
    pub fn take(&mut self, terms: &Terms<'_>, line: &mut Line, seen: Option<&mut HashSet<String>>) -> Result<Outcome> {
        if line.is_refused() {
            return Ok(Outcome::Refused);
        }
        let decided = match terms.reader.kind {
            ImportKind::Businesses => self.take_business(terms, line, seen),
            ImportKind::Licences => self.take_licence(terms, line, seen),
            ImportKind::Inspections | ImportKind::Samples | ImportKind::Penalties => self.take_record(terms, line, seen),
        };
        match decided {
            Ok(outcome) => outcome,
            Err(refusal) => {
                line.issues.push(refusal);
                Ok(Outcome::Refused)
            }
        }
    }

    /// The business of a licence number.
    fn of_number(&self, number: Option<&str>) -> Option<usize> {
        let licence = self.by_number.get(number?)?.first()?;
        self.by_id.get(&self.licences.get(*licence)?.0).copied()
    }

    /// The businesses of a credit code.
    fn of_code(&self, code: Option<&str>) -> &[usize] {
        code.and_then(|code| self.by_code.get(code)).map_or(&[], Vec::as_slice)
    }

    fn of_name(&self, name: Option<&str>) -> &[usize] {
        name.and_then(|name| self.by_name.get(name)).map_or(&[], Vec::as_slice)
    }

    fn at_address<'a>(&'a self, among: &'a [usize], address: &str) -> impl Iterator<Item = usize> + 'a {
        let address = compared(address);
        among.iter().copied().filter(move |at| compared(&self.businesses[*at].thing.address) == address)
    }

    /// The one business that a row about something of a business speaks of.
    fn owner(&self, terms: &Terms<'_>, line: &Line, number: Option<&str>) -> std::result::Result<usize, Issue> {
        let refuse = |field: &str, reason: &str| Err(terms.reader.refusal(field, reason));
        let code = line.get("credit_code");
        if let Some(at) = self.of_number(number) {
            return match (code, &self.businesses[at].thing.credit_code) {
                (Some(said), Some(known)) if said != known => {
                    refuse("credit_code", "这个许可证编号登记在另一个信用代码名下")
                }
                _ => self.within(terms, line, at),
            };
        }
        let (field, among) = match code {
            Some(_) => ("credit_code", self.of_code(code)),
            None => ("name", self.of_name(line.get("name"))),
        };
        let found: Vec<usize> = match (among, line.get("address")) {
            (several @ [_, _, ..], Some(address)) => self.at_address(several, address).collect(),
            (one_or_none, _) => one_or_none.to_vec(),
        };
        match found[..] {
            [at] => self.within(terms, line, at),
            [] if among.is_empty() => refuse(field, "库里没有这家主体，请先导入主体"),
            [] => refuse("address", "这家主体有几处经营场所，没有一处是这个地址"),
            _ => refuse(field, "有几家主体符合，请写明信用代码和经营场所"),
        }
    }

    /// Refuses what lies outside of the area of whoever imports.
    fn within(&self, terms: &Terms<'_>, line: &Line, at: usize) -> std::result::Result<usize, Issue> {
        let business = &self.businesses[at].thing;
        if terms.scope.covers(&business.area_code, None) {
            return Ok(at);
        }
        let field = if line.get("credit_code").is_some() { "credit_code" } else { "name" };
        Err(terms.reader.refusal(field, "这家主体不在你的辖区"))
    }

    /// Keeps what was said, and what the platform had before.
    fn claim(&mut self, terms: &Terms<'_>, line: i64, business_id: BusinessId, licence_id: Option<Id<Licence>>, news: News) {
        let claim = |source: &str, delivery_id, line, said| Claim {
            business_id,
            licence_id,
            delivery_id,
            source: source.into(),
            line,
            said,
        };
        if !news.before.is_empty() {
            self.claims.push(claim(PLATFORM, platform_delivery(terms.now).id, 0, news.before));
        }
        self.claims.push(claim(terms.source, terms.delivery_id, line, news.said));
    }

    fn tell(&mut self, terms: &Terms<'_>, business_id: BusinessId, kind: &str, title: &str, text: String) {
        let entry = HistoryEntry { at: terms.now, kind: kind.into(), title: title.into(), text };
        self.history.push((business_id, entry));
    }
}

/// Under which the platform's own earlier values are kept.
pub fn platform_delivery(now: Instant) -> Delivery {
    let none = String::new;
    Delivery {
        id: Id::named("business_delivery/platform"),
        source: PLATFORM.into(),
        file_name: none(),
        sha256: none(),
        by: none(),
        at: now,
    }
}

/// Where a row came from, for the history: `食品许可备案，许可.csv 第 7 行`.
fn origin(terms: &Terms<'_>, line: i64) -> String {
    format!("{}，{} 第 {line} 行", terms.sources.title(terms.source), terms.file_name)
}

/// `电话 138****2206 → 138****2207` for each change.
fn changes_text(changes: &[(String, Option<String>, String)]) -> String {
    let title = |field: &str| {
        let known = BUSINESS_FIELDS.iter().chain(LICENCE_FIELDS).find(|(code, _)| *code == field);
        known.map_or_else(|| field.to_owned(), |(_, title)| (*title).to_owned())
    };
    let one = |(field, old, new): &(String, Option<String>, String)| {
        let old = old.as_deref().map_or_else(|| "无".into(), |old| readable(field, old));
        format!("{} {old} → {}", title(field), readable(field, new))
    };
    changes.iter().map(one).collect::<Vec<_>>().join("；")
}

/// The fields of a row that belong to the thing itself.
fn only(line: &Line, fields: &[(&str, &str)]) -> BTreeMap<String, String> {
    let known = |field: &String| fields.iter().any(|(code, _)| code == field);
    line.said.iter().filter(|(field, _)| known(field)).map(|(field, value)| (field.clone(), value.clone())).collect()
}

/// In a dry run, which writes nothing: whether an earlier row would have made the same thing.
fn is_seen(seen: Option<&mut HashSet<String>>, key: String) -> bool {
    seen.is_some_and(|seen| !seen.insert(key))
}
