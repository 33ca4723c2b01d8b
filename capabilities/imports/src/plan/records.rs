//! Rows that are inspections, samples or penalties of other systems.

use std::collections::HashSet;

use shian_base::{Day, Id, Result};
use shian_business::{Record, Told};

use super::{Known, Outcome, Terms, World, is_seen, origin};
use crate::reading::compared;
use crate::rows::{Issue, Line};

/// What makes a row one record: its number, else business, day and subject.
pub fn key(number: Option<&str>, business: &str, done_on: &str, subject: &str) -> String {
    match number {
        Some(number) => compared(number),
        None => format!("{business}|{done_on}|{}", compared(subject)),
    }
}

impl World {
    pub(super) fn take_record(
        &mut self,
        terms: &Terms<'_>,
        line: &mut Line,
        seen: Option<&mut HashSet<String>>,
    ) -> std::result::Result<Result<Outcome>, Issue> {
        let owner = self.owner(terms, line, line.get("licence_number"))?;
        let business_id = self.businesses[owner].thing.id;
        let text = |field: &str| line.get(field).unwrap_or_default().to_owned();
        let done_on: Option<Day> = line.get("done_on").and_then(|day| day.parse().ok());
        let done_on = done_on.ok_or_else(|| terms.reader.refusal("done_on", "缺少日期"))?;
        if done_on > terms.now.day() {
            return Err(terms.reader.refusal("done_on", "日期在今天之后"));
        }
        let key = key(line.get("number"), &business_id.to_string(), &done_on.to_string(), &text("subject"));
        let mut record = Record {
            id: Id::new(),
            business_id,
            kind: terms.reader.kind.record().unwrap_or_default().into(),
            key: key.clone(),
            number: line.get("number").map(str::to_owned),
            done_on,
            office: text("office"),
            subject: text("subject"),
            result: text("result"),
            delivery_id: terms.delivery_id,
            line: line.line,
        };
        let Some(at) = self.by_key.get(&key).copied() else {
            if is_seen(seen, key) {
                return Ok(Ok(Outcome::Same));
            }
            let title = terms.reader.kind.title();
            let what = format!("{done_on} {}：{}（{}）", record.subject, record.result, origin(terms, line.line));
            self.tell(terms, business_id, &record.kind.clone(), title, what);
            self.add_record(Known { thing: record, told: Told::default(), is_new: true, is_changed: false });
            return Ok(Ok(Outcome::Added));
        };
        let known = &mut self.records[at];
        let old = &known.thing;
        if old.business_id != business_id {
            return Err(terms.reader.refusal("number", "这个编号已登记在另一家主体名下"));
        }
        let of = |r: &Record| (r.number.clone(), r.done_on, r.office.clone(), r.subject.clone(), r.result.clone());
        if of(old) == of(&record) {
            return Ok(Ok(Outcome::Same));
        }
        record.id = old.id;
        known.thing = record;
        known.is_changed = !known.is_new;
        Ok(Ok(Outcome::Changed))
    }
}
