//! Rows that are businesses.

use std::collections::HashSet;

use shian_base::{Id, Result};
use shian_business::fields::{BUSINESS_FIELDS, Fields as _};
use shian_business::hours::OpeningHours;
use shian_business::{Business, Kind, Status, Told};

use super::{Known, Outcome, Terms, World, changes_text, is_seen, only, origin};
use crate::reading::{business_kind_of_number, compared};
use crate::rows::{Issue, Line};

impl World {
    pub(super) fn take_business(
        &mut self,
        terms: &Terms<'_>,
        line: &mut Line,
        seen: Option<&mut HashSet<String>>,
    ) -> std::result::Result<Result<Outcome>, Issue> {
        let found = self.business_of(line);
        if let Some(at) = found {
            self.within(terms, line, at)?;
        }
        self.settle_area(terms, line, found)?;
        let said = only(line, BUSINESS_FIELDS);
        let Some(at) = found else {
            let key = format!("{}|{}", line.get("credit_code").unwrap_or_default(), compared(line.get("address").unwrap_or_default()));
            let business = self.new_business(terms, line)?;
            if is_seen(seen, format!("{}|{key}", business.name)) {
                return Ok(Ok(Outcome::Same));
            }
            return Ok(self.add_told(terms, line.line, business, said));
        };
        let known = &mut self.businesses[at];
        let news = match known.told.hear(&mut known.thing, terms.sources, terms.source, &said) {
            Ok(news) => news,
            Err(error) => return Ok(Err(error)),
        };
        if news.said.is_empty() {
            return Ok(Ok(Outcome::Same));
        }
        let id = known.thing.id;
        known.is_changed |= !news.changes.is_empty();
        if news.said.contains_key("location") {
            self.placed.push(id);
        }
        if !news.changes.is_empty() && !self.businesses[at].is_new {
            let text = format!("{}（{}）", changes_text(&news.changes), origin(terms, line.line));
            self.tell(terms, id, "file", "档案变更", text);
        }
        self.claim(terms, line.line, id, None, news);
        Ok(Ok(Outcome::Changed))
    }

    fn add_told(
        &mut self,
        terms: &Terms<'_>,
        line: i64,
        mut business: Business,
        said: std::collections::BTreeMap<String, String>,
    ) -> Result<Outcome> {
        let mut told = Told::default();
        let mut news = told.hear(&mut business, terms.sources, terms.source, &said)?;
        // Nothing was there before: all of it is the source's.
        news.before.clear();
        let mut told = Told::default();
        told.add(terms.source, &said);
        let id = business.id;
        if !said.contains_key("location") {
            self.estimated.push(id);
        }
        self.add_business(Known { thing: business, told, is_new: true, is_changed: false });
        self.tell(terms, id, "file", "建立档案", format!("由{}导入", origin(terms, line)));
        self.claim(terms, line, id, None, news);
        Ok(Outcome::Added)
    }

    /// By licence number, else by credit code and address, else by name and address.
    fn business_of(&self, line: &Line) -> Option<usize> {
        let address = line.get("address").unwrap_or_default();
        let code = line.get("credit_code");
        let agrees = |at: &usize| match (code, &self.businesses[*at].thing.credit_code) {
            (Some(said), Some(known)) => said == known,
            _ => true,
        };
        self.of_number(line.get("licence_number"))
            .or_else(|| self.at_address(self.of_code(code), address).next())
            .or_else(|| self.at_address(self.of_name(line.get("name")), address).find(agrees))
    }

    /// Replaces what a row says of its area by the area's code, where that says more than is known.
    fn settle_area(&self, terms: &Terms<'_>, line: &mut Line, found: Option<usize>) -> std::result::Result<(), Issue> {
        let (code, name) = (line.said.remove("area_code"), line.said.remove("area_name"));
        if found.is_some() && code.is_none() && name.is_none() {
            return Ok(());
        }
        let field = if code.is_some() { "area_code" } else { "area_name" };
        let area = terms.areas.find(code.as_deref(), name.as_deref(), line.get("address"));
        let area = area.map_err(|reason| terms.reader.refusal(field, reason))?;
        if !terms.scope.covers(&area.code, None) {
            return Err(terms.reader.refusal(field, "不在你的辖区"));
        }
        line.issues.extend(area.warning.map(|warning| terms.reader.warning(field, warning)));
        // Who names only the station does not contradict the grid that is known.
        if found.is_some_and(|at| self.businesses[at].thing.area_code.starts_with(&area.code)) {
            return Ok(());
        }
        line.said.insert("area_code".into(), area.code);
        Ok(())
    }

    fn new_business(&self, terms: &Terms<'_>, line: &mut Line) -> std::result::Result<Business, Issue> {
        let text = |field: &str| line.get(field).unwrap_or_default().to_owned();
        let kind = match line.get("kind") {
            Some(code) => Kind::of_code(code),
            None => line.get("licence_number").and_then(business_kind_of_number),
        };
        let kind = kind.ok_or_else(|| terms.reader.refusal("kind", "缺少业态，许可证编号也看不出业态"))?;
        let opened_on = line.get("opened_on").and_then(|day| day.parse().ok());
        let opened_on = opened_on.ok_or_else(|| terms.reader.refusal("opened_on", "新建档案缺少成立日期"))?;
        let mut business = Business {
            id: Id::new(),
            name: text("name"),
            kind,
            form: None,
            credit_code: line.get("credit_code").map(str::to_owned),
            legal_person: text("legal_person"),
            contact_phone: text("contact_phone"),
            address: text("address"),
            area_code: text("area_code"),
            lon: 0.0,
            lat: 0.0,
            grade: None,
            credit: None,
            status: Status::Active,
            capacity: None,
            floor_area_m2: None,
            opened_on,
            opening_hours: OpeningHours::default(),
        };
        let warning = match line.get("location") {
            Some(place) => {
                business.set_field("location", place).map_err(|error| terms.reader.refusal("lon", error.to_string()))?;
                None
            }
            None => {
                let middle = terms.areas.middle(&business.area_code);
                let no_place = || terms.reader.refusal("lon", "缺少经纬度，辖区也没有地图边界，无法定位");
                (business.lon, business.lat) = middle.ok_or_else(no_place)?;
                Some(terms.reader.warning("lon", "没有经纬度，暂置于辖区中心"))
            }
        };
        let others = self.of_code(line.get("credit_code"));
        let another = others.first().map(|at| {
            let address = &self.businesses[*at].thing.address;
            terms.reader.warning("address", format!("同一信用代码已有另一处经营场所（{address}），已另建一户"))
        });
        line.issues.extend(warning.into_iter().chain(another));
        Ok(business)
    }
}
