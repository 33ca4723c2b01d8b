//! Random walks through the shipped procedures: whatever people do, in whatever order, some things always hold.

mod books;

use std::collections::BTreeSet;

use books::{Shipped, at, chenhao, facts, limin, named, sunli, wangji, zhaoqiang};
use serde_json::{Map, Value as Json, json};
use shian_base::Instant;
use shian_forms::Form;
use shian_matter::{Actor, ClockState, Refusal, Standing, if_nobody_acts, offered, prepared_form, take, take_naming};

/// A small generator with a seed, so that a failure can be walked again.
struct Dice(u64);
impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % sides.max(1)
    }
}

/// 陈浩 is among them, so that what was handed to him goes on.
fn people() -> Vec<Actor> {
    let mut staff = wangji();
    staff.post = "merchant.staff".into();
    let mut head = sunli();
    head.post = "district.head".into();
    vec![limin(), chenhao(), zhaoqiang(), sunli(), head, wangji(), staff]
}

/// The form filled in as its schema asks; whom an act of the office names is always 陈浩.
fn filled(form: &Form) -> Json {
    let chenhao = shian_base::Id::<()>::named("陈浩").to_string();
    let properties = form.schema["properties"].as_object().unwrap();
    let required: Vec<&str> = form.schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let mut out = Map::new();
    for (name, schema) in properties.iter().filter(|(name, _)| required.contains(&name.as_str())) {
        let value = match (schema["type"].as_str().unwrap(), schema.get("enum")) {
            (_, Some(choices)) => choices[0].clone(),
            ("array", _) => json!([chenhao]),
            _ if name == "who" => json!(chenhao),
            _ if schema.get("oneOf").is_some() => schema["oneOf"][0]["const"].clone(),
            ("integer", _) => schema.get("maximum").cloned().unwrap_or(json!(1)),
            _ => json!("写明了情况"),
        };
        out.insert(name.clone(), value);
    }
    if form.id == "office-transfer" {
        out.insert("person".into(), json!(chenhao));
    }
    Json::Object(out)
}

fn must_hold(shipped: &Shipped, id: &str, before: Option<&Standing>, standing: &Standing, trail: &str) {
    let procedure = shipped.procedure(id);
    let live: Vec<_> = standing.live_clocks().collect();
    if procedure.is_end(&standing.state) {
        assert!(live.is_empty(), "a clock runs in the end: {trail}");
    } else {
        assert!(live.iter().any(|c| c.state != ClockState::Paused), "an open state without a clock that runs: {trail}");
        let alarmed = live.iter().any(|c| c.state == ClockState::Expired);
        assert!(alarmed || !if_nobody_acts(shipped.books(id), standing).is_empty(), "nobody would ever be alarmed: {trail}");
        for clock in &live {
            assert!(clock.started_at <= clock.warn_at && clock.warn_at <= clock.due_at, "{trail}");
            assert_eq!(clock.state == ClockState::Paused, clock.paused_at.is_some(), "{trail}");
        }
    }
    if let Some(before) = before {
        assert_eq!(standing.done[..before.done.len()], before.done[..], "history was lost: {trail}");
        assert_eq!(standing.done.len(), before.done.len() + 1);
        let runs = |s: &Standing| s.clocks.iter().map(|c| (c.rule.clone(), c.nth, c.started_at)).collect::<Vec<_>>();
        assert_eq!(runs(standing)[..before.clocks.len()], runs(before)[..], "the run of a clock was lost: {trail}");
        let is_withdrawn = standing.done.last().is_some_and(|deed| deed.act == "withdraw");
        assert!(standing.supervised || !before.supervised || is_withdrawn, "supervision was lost: {trail}");
    }
}

#[test]
fn whatever_people_do_no_history_is_lost_and_no_open_matter_is_without_a_clock() {
    let shipped = Shipped::load();
    for procedure in shipped.procedures.all() {
        let id = procedure.id.as_str();
        let mut walked: BTreeSet<(String, String)> = BTreeSet::new();
        for seed in 0..900 {
            let mut dice = Dice(seed * 7919 + 1);
            let mut now = at("2026-08-03 09:00").plus_seconds(dice.roll(90 * 86_400) as i64);
            let mut standing = shipped.begin(id, facts(1 + (seed % 3) as u8), json!({}), now);
            let mut trail = format!("{id} seed {seed}: ");
            must_hold(&shipped, id, None, &standing, &trail);
            for _ in 0..14 {
                now = now.plus_seconds([60, 600, 7200, 7200, 86_400, 40 * 86_400][dice.roll(6)]);
                let who = people()[dice.roll(7)].clone();
                offers_agree_with_decisions(&shipped, id, &standing, &who, now);
                let acts = offered(procedure, &standing, &who, now);
                if acts.is_empty() {
                    continue;
                }
                let act = acts[dice.roll(acts.len())];
                let form = prepared_form(shipped.books(id), act, &standing, now).map_or(json!({}), |form| filled(&form));
                let before = standing.clone();
                let files = act.files.as_ref().map_or(0, |f| f.min);
                if names_nobody_new(&standing, &act.id, &who) {
                    continue;
                }
                let step = match shipped.act(id, &mut standing, &act.id, &who, form, files, now) {
                    Err(Refusal::UrgedAlready { again_at }) => {
                        assert!(act.id == "urge" && again_at > now, "{trail}");
                        continue;
                    }
                    step => step.unwrap(),
                };
                trail.push_str(&format!("{} by {} → {}; ", act.id, who.post, standing.state));
                walked.insert((act.id.clone(), before.state.clone()));
                must_hold(&shipped, id, Some(&before), &standing, &trail);
                assert_eq!(step.ends, procedure.is_end(&standing.state));
                assert_eq!(step.ends, step.result.is_some(), "an end has a result and nothing else has: {trail}");
                assert!(!(step.ends && who.is_of_business()), "a business closed its own matter: {trail}");
                if step.ends {
                    break;
                }
            }
        }
        let all: BTreeSet<(String, String)> = procedure.acts.iter().filter(|a| a.office.is_none()).flat_map(|a| a.from.iter().map(|f| (a.id.clone(), f.clone()))).collect();
        let own = |walk: &(String, String)| procedure.act(&walk.0).unwrap().office.is_none();
        assert_eq!(walked.iter().filter(|w| own(w)).cloned().collect::<BTreeSet<_>>(), all, "every act of {id} was walked from every state it is possible in");
        for act in procedure.acts.iter().filter(|a| a.office.is_some() && a.id != "return_to") {
            assert!(walked.iter().any(|(id, _)| *id == act.id), "{} was never walked in {id}", act.id);
        }
    }
}

/// The walks name 陈浩 only; he cannot hand a matter to himself nor ask himself.
fn names_nobody_new(standing: &Standing, act: &str, who: &Actor) -> bool {
    let chenhao = shian_base::Id::named("陈浩");
    match act {
        "transfer" => standing.handler.as_ref().is_some_and(|handler| handler.id == chenhao),
        "countersign" | "add_sign" => who.is(chenhao),
        _ => false,
    }
}

/// What is offered works, what is not offered is refused.
fn offers_agree_with_decisions(shipped: &Shipped, id: &str, standing: &Standing, who: &Actor, now: Instant) {
    let procedure = shipped.procedure(id);
    let offered: Vec<&str> = offered(procedure, standing, who, now).iter().map(|a| a.id.as_str()).collect();
    for act in &procedure.acts {
        let form = prepared_form(shipped.books(id), act, standing, now).map_or(json!({}), |form| filled(&form));
        let files = vec!["image/jpeg".to_owned(); act.files.as_ref().map_or(0, |f| f.min)];
        if names_nobody_new(standing, &act.id, who) {
            continue;
        }
        let taken = take_naming(shipped.books(id), standing, &act.id, who, &form, &files, &named(), now);
        if matches!(taken, Err(Refusal::UrgedAlready { .. })) {
            continue;
        }
        assert_eq!(taken.is_ok(), offered.contains(&act.id.as_str()), "{id}: {} by {} in {}: {taken:?}", act.id, who.post, standing.state);
    }
    assert!(take(shipped.books(id), standing, "no_such_act", who, &json!({}), &[], now).is_err());
}
