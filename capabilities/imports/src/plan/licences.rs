//! Rows that are licences. A renewal keeps the number and has other days: it is a licence of its own.

use std::collections::HashSet;

use shian_base::{Day, Id, Result};
use shian_business::fields::LICENCE_FIELDS;
use shian_business::{Licence, LicenceKind, Told};

use super::{Known, Outcome, Terms, World, changes_text, is_seen, only, origin};
use crate::reading::licence_kind_of_number;
use crate::rows::{Issue, Line};

impl World {
    pub(super) fn take_licence(
        &mut self,
        terms: &Terms<'_>,
        line: &mut Line,
        seen: Option<&mut HashSet<String>>,
    ) -> std::result::Result<Result<Outcome>, Issue> {
        let refuse = |field: &str, reason: &str| terms.reader.refusal(field, reason);
        let day = |field: &str| line.get(field).and_then(|day| day.parse::<Day>().ok());
        let (Some(valid_from), Some(valid_to)) = (day("valid_from"), day("valid_to")) else {
            return Err(refuse("valid_from", "缺少有效期"));
        };
        if valid_to < valid_from {
            return Err(refuse("valid_to", "有效期至早于有效期起"));
        }
        if line.get("state") == Some("ended") && line.get("revoked_on").is_none() {
            return Err(refuse("revoked_on", "许可证已注销或吊销，缺少日期"));
        }
        let number = line.get("number").unwrap_or_default().to_owned();
        let owner = self.owner(terms, line, Some(&number))?;
        let business_id = self.businesses[owner].thing.id;
        let said = only(line, LICENCE_FIELDS);
        let same = self.by_number.get(&number).into_iter().flatten().copied().find(|at| {
            let licence = &self.licences[*at].1.thing;
            licence.valid_from == valid_from || licence.valid_to == valid_to
        });
        let Some(at) = same else {
            let kind = line.get("kind").and_then(LicenceKind::of_code).or_else(|| licence_kind_of_number(&number));
            let kind = kind.ok_or_else(|| refuse("kind", "缺少证件种类，编号也看不出种类"))?;
            if is_seen(seen, format!("{number}|{valid_from}")) {
                return Ok(Ok(Outcome::Same));
            }
            let text = |field: &str| line.get(field).unwrap_or_default().to_owned();
            let revoked_on = day("revoked_on");
            let licence =
                Licence { id: Id::new(), kind, number: number.clone(), issuer: text("issuer"), scope: text("scope"), valid_from, valid_to, revoked_on };
            let mut told = Told::default();
            told.add(terms.source, &said);
            let id = licence.id;
            self.add_licence(business_id, Known { thing: licence, told, is_new: true, is_changed: false });
            let text = format!("{} {number}，{valid_from} 至 {valid_to}（{}）", kind.title(), origin(terms, line.line));
            self.tell(terms, business_id, "licence", "登记许可", text);
            self.claim(terms, line.line, business_id, Some(id), shian_business::News { said, ..Default::default() });
            return Ok(Ok(Outcome::Added));
        };
        let known = &mut self.licences[at].1;
        let news = match known.told.hear(&mut known.thing, terms.sources, terms.source, &said) {
            Ok(news) => news,
            Err(error) => return Ok(Err(error)),
        };
        if news.said.is_empty() {
            return Ok(Ok(Outcome::Same));
        }
        let id = known.thing.id;
        known.is_changed |= !news.changes.is_empty();
        if !news.changes.is_empty() {
            let text = format!("{number}：{}（{}）", changes_text(&news.changes), origin(terms, line.line));
            self.tell(terms, business_id, "licence", "许可变更", text);
        }
        self.claim(terms, line.line, business_id, Some(id), news);
        Ok(Ok(Outcome::Changed))
    }
}
