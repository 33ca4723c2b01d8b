//! The shipped books, loaded once per test, and the people who act in them.
#![allow(dead_code, reason = "each test file uses its part")]

use serde_json::{Map, Value as Json, json};
use shian_base::{Day, Id, Instant};
use shian_calendar::Calendar;
use shian_forms::FormBook;
use shian_law::LawBook;
use shian_matter::{Actor, Books, Procedure, ProcedureBook, Refusal, Standing, Step, begin, take_naming};
use shian_matter::{Colleague, Named, Office};

pub struct Shipped {
    pub law: LawBook,
    pub calendar: std::sync::Arc<Calendar>,
    pub forms: FormBook,
    pub procedures: ProcedureBook,
}

impl Shipped {
    pub fn load() -> Self {
        let law = LawBook::load(None).unwrap();
        let forms = FormBook::parse(&law.forms()).unwrap();
        let procedures = ProcedureBook::parse(&law.procedures()).unwrap();
        Self { calendar: law.calendar(), law, forms, procedures }
    }
    pub fn procedure(&self, id: &str) -> &Procedure {
        self.procedures.newest(id).unwrap()
    }
    pub fn books(&self, id: &str) -> Books<'_> {
        Books { procedure: self.procedure(id), procedures: &self.procedures, forms: &self.forms, law: &self.law, calendar: &self.calendar }
    }
    pub fn begin(&self, id: &str, facts: Json, form: Json, now: Instant) -> Standing {
        let standing = begin(self.books(id), object(facts), &form, now).unwrap();
        Standing { area_code: "990302001".into(), area_name: "石桥所".into(), ..standing }
    }
    /// Takes the act and moves the matter on, as the engine does.
    #[expect(clippy::too_many_arguments, reason = "a story reads better without a struct per line")]
    pub fn act(&self, id: &str, standing: &mut Standing, act: &str, actor: &Actor, form: Json, files: usize, now: Instant) -> Result<Step, Refusal> {
        let files = vec!["image/jpeg".to_owned(); files];
        let step = take_naming(self.books(id), standing, act, actor, &form, &files, &named(), now)?;
        *standing = standing.after(act, &step, actor, now);
        Ok(step)
    }
}

pub fn object(value: Json) -> Map<String, Json> {
    value.as_object().cloned().unwrap_or_default()
}
pub fn day(text: &str) -> Day {
    text.parse().unwrap()
}
/// `at("2026-11-21 14:30")`, in China.
pub fn at(text: &str) -> Instant {
    format!("{}+08:00", text.replace(' ', "T")).replace("+08:00", ":00+08:00").parse().unwrap()
}
fn actor(name: &str, post: &str) -> Actor {
    Actor { person_id: Some(Id::named(name)), name: name.into(), post: post.into(), stead_of: None }
}
pub fn limin() -> Actor {
    actor("李敏", "station.officer")
}
pub fn zhaoqiang() -> Actor {
    actor("赵强", "station.head")
}
pub fn sunli() -> Actor {
    actor("孙丽", "district.officer")
}
pub fn wangji() -> Actor {
    actor("王秀兰", "merchant.manager")
}
pub fn chenhao() -> Actor {
    actor("陈浩", "station.officer")
}
/// What a form of the walks can name: 陈浩, and the next station.
pub fn named() -> Named {
    let chenhao = Colleague { id: Id::named("陈浩"), name: "陈浩".into(), post: "station.officer".into(), area_code: "990302001".into() };
    let office = Office { code: "990302002".into(), name: "柳园所".into() };
    Named { people: vec![chenhao], office: Some(office), reach: "990302001".into() }
}
pub fn facts(class: u8) -> Json {
    json!({ "class": class, "scene": "animal", "scene_title": "动物进入", "group": "pest", "alert_id": "a", "camera_id": "c",
            "camera_name": "烹饪 01", "zone_title": "烹饪", "basis": ["GB31654-2021#有害生物防制"], "requirement": "清除动物" })
}
