//! The rules of the shipped procedures, one story each.

mod books;

use books::{Shipped, at, facts, limin, sunli, wangji, zhaoqiang};
use serde_json::json;
use shian_matter::{ClockState, Refusal, if_nobody_acts, offered, prepared_form};

#[test]
fn the_class_of_a_finding_chooses_how_long_its_review_may_take() {
    let shipped = Shipped::load();
    let start = at("2026-11-19 14:31");
    for (class, due) in [(1, "2026-11-19 16:31"), (2, "2026-11-20 14:31"), (3, "2026-11-21 14:31")] {
        let standing = shipped.begin("alert-review", facts(class), json!({}), start);
        assert_eq!(standing.live("review").unwrap().due_at, at(due));
        assert_eq!(standing.live("review").unwrap().basis, "本局规定");
    }
    // A class may be written as text as well.
    let text = shipped.begin("alert-review", json!({ "class": "1" }), json!({}), start);
    assert_eq!(text.live("review").unwrap().due_at, at("2026-11-19 16:31"));
}

#[test]
fn without_a_class_nothing_says_how_long_the_review_may_take_and_it_cannot_begin() {
    let shipped = Shipped::load();
    for facts in [json!({}), json!({ "class": 7 }), json!({ "class": null })] {
        let refused = shian_matter::begin(shipped.books("alert-review"), books::object(facts), &json!({}), at("2026-11-19 14:31"));
        assert!(matches!(refused, Err(Refusal::NoLimit { .. })));
    }
}

#[test]
fn an_order_carries_the_officers_words_and_term_to_the_new_matter() {
    let shipped = Shipped::load();
    let now = at("2026-11-19 14:31");
    let mut alert = shipped.begin("alert-review", facts(3), json!({}), now);
    let step = shipped.act("alert-review", &mut alert, "order", &limin(), json!({ "requirement": "封堵鼠洞", "days": 5 }), 0, now).unwrap();
    let child = step.opens.unwrap();
    assert_eq!(child.procedure, "rectification");
    assert_eq!(child.facts["requirement"], json!("封堵鼠洞"));
    assert_eq!(child.facts["camera_id"], json!("c"));
    assert!(!child.facts.contains_key("days"), "the term belongs to the clock, not to the facts");
    let order = shipped.begin("rectification", json!(child.facts), json!({ "days": 5 }), now);
    let clock = order.live("mend").unwrap();
    assert_eq!((clock.amount, clock.due_at, clock.basis.as_str()), (5, at("2026-11-25 00:00"), "承办人员确定"));
}

#[test]
fn a_term_outside_the_offices_bounds_is_refused_before_anything_happens() {
    let shipped = Shipped::load();
    let now = at("2026-11-19 14:31");
    let mut alert = shipped.begin("alert-review", facts(3), json!({}), now);
    for days in [31, 1000] {
        let refused = shipped.act("alert-review", &mut alert, "order", &limin(), json!({ "requirement": "封堵鼠洞", "days": days }), 0, now);
        assert!(matches!(refused, Err(Refusal::Form(fields)) if fields[0].field == "days"));
    }
    assert_eq!(alert.state, "pending");
}

#[test]
fn reading_the_order_does_not_move_its_deadline() {
    let shipped = Shipped::load();
    let mut order = shipped.begin("rectification", facts(2), json!({}), at("2026-11-16 09:00"));
    let due = order.live("mend").unwrap().due_at;
    shipped.act("rectification", &mut order, "acknowledge", &wangji(), json!(null), 0, at("2026-11-17 09:00")).unwrap();
    assert_eq!(order.live("mend").unwrap().due_at, due);
    assert_eq!(order.clocks.len(), 1);
}

#[test]
fn a_returned_rectification_gets_a_new_term_and_a_new_review_its_own_clock() {
    let shipped = Shipped::load();
    let mut order = shipped.begin("rectification", facts(2), json!({}), at("2026-11-16 09:00"));
    let id = "rectification";
    let said = || json!({ "statement": "已整改" });
    shipped.act(id, &mut order, "submit", &wangji(), said(), 2, at("2026-11-17 09:00")).unwrap();
    assert_eq!(order.live("review").unwrap().due_at, at("2026-11-20 00:00"));
    assert!(order.live("mend").is_none());
    shipped.act(id, &mut order, "return", &limin(), json!({ "reason": "照片看不清" }), 0, at("2026-11-18 09:00")).unwrap();
    assert_eq!(order.state, "again");
    // Three days from Wednesday: Saturday, which rolls to Monday.
    assert_eq!(order.live("mend-again").unwrap().due_at, at("2026-11-24 00:00"));
    shipped.act(id, &mut order, "submit", &wangji(), said(), 1, at("2026-11-19 09:00")).unwrap();
    assert_eq!(order.live("review").unwrap().nth, 2);
    let step = shipped.act(id, &mut order, "pass", &zhaoqiang(), json!({ "opinion": "合格" }), 0, at("2026-11-20 09:00")).unwrap();
    assert_eq!(step.result.as_deref(), Some("整改合格"));
    assert!(order.clocks.iter().all(|clock| clock.state == ClockState::Stopped));
    assert_eq!(order.clocks.len(), 4);
}

#[test]
fn an_extension_counts_from_the_old_end_once_and_not_after_it() {
    let shipped = Shipped::load();
    let id = "rectification";
    let start = at("2026-11-16 09:00");
    let mut order = shipped.begin(id, facts(2), json!({}), start);
    let ask = json!({ "days": 4, "reason": "等待维修" });
    assert!(matches!(shipped.act(id, &mut order.clone(), "extend", &limin(), ask.clone(), 0, start), Err(Refusal::NotYours { .. })));
    let too_long = json!({ "days": 16, "reason": "等待维修" });
    assert!(matches!(shipped.act(id, &mut order.clone(), "extend", &zhaoqiang(), too_long, 0, start), Err(Refusal::Form(_))));
    // Past its end the act is not even offered.
    let late = shipped.act(id, &mut order.clone(), "extend", &zhaoqiang(), ask.clone(), 0, at("2026-11-20 00:00"));
    assert!(matches!(late, Err(Refusal::NotPossible { .. })));
    // Until Thursday; four more days end on Monday.
    shipped.act(id, &mut order, "extend", &zhaoqiang(), ask.clone(), 0, at("2026-11-17 09:00")).unwrap();
    assert_eq!((order.state.as_str(), order.live("mend").unwrap().due_at), ("issued", at("2026-11-24 00:00")));
    assert!(order.live("mend").unwrap().moved);
    assert!(matches!(shipped.act(id, &mut order, "extend", &zhaoqiang(), ask, 0, at("2026-11-18 09:00")), Err(Refusal::NotPossible { .. })));
}

#[test]
fn a_reminder_nobody_answered_may_be_closed_by_the_office_only_when_its_term_is_over() {
    let shipped = Shipped::load();
    let mut reminder = shipped.begin("reminder", facts(2), json!({}), at("2026-11-16 09:00"));
    let close = json!({ "opinion": "联系不上" });
    let early = shipped.act("reminder", &mut reminder, "close", &limin(), close.clone(), 0, at("2026-11-17 09:00"));
    assert!(matches!(early, Err(Refusal::NotPossible { .. })));
    let step = shipped.act("reminder", &mut reminder, "close", &limin(), close, 0, at("2026-11-20 00:00")).unwrap();
    assert_eq!(step.result.as_deref(), Some("企业未答复"));
}

#[test]
fn only_the_head_or_the_district_decides_not_to_file_a_case() {
    let shipped = Shipped::load();
    let now = at("2026-11-16 09:00");
    let clue = shipped.begin("clue", facts(1), json!({}), now);
    let no_case = json!({ "ground": "没有主观过错", "opinion": "查无实据" });
    assert!(matches!(shipped.act("clue", &mut clue.clone(), "no_case", &limin(), no_case.clone(), 0, now), Err(Refusal::NotYours { .. })));
    assert!(shipped.act("clue", &mut clue.clone(), "no_case", &zhaoqiang(), no_case.clone(), 0, now).is_ok());
    assert!(shipped.act("clue", &mut clue.clone(), "no_case", &sunli(), no_case, 0, now).is_ok());
}

#[test]
fn a_clue_found_before_new_year_has_a_provisional_deadline() {
    let shipped = Shipped::load();
    let clue = shipped.begin("clue", facts(1), json!({}), at("2026-12-21 09:00"));
    assert!(clue.live("verify").unwrap().provisional);
    let clue = shipped.begin("clue", facts(1), json!({}), at("2026-12-01 09:00"));
    assert!(!clue.live("verify").unwrap().provisional);
}

#[test]
fn a_clock_across_the_national_holiday_counts_what_is_worked() {
    let shipped = Shipped::load();
    let mut order = shipped.begin("rectification", facts(1), json!({}), at("2026-09-29 09:00"));
    shipped.act("rectification", &mut order, "submit", &wangji(), json!({ "statement": "已整改" }), 1, at("2026-09-30 10:00")).unwrap();
    // Two working days after 30 September: the 8th and the 9th of October.
    assert_eq!(order.live("review").unwrap().due_at, at("2026-10-10 00:00"));
}

#[test]
fn a_pause_keeps_what_was_left_and_a_missed_deadline_stays_missed() {
    let shipped = Shipped::load();
    let test = json!({ "agency": "市检验所", "reason": "涂抹样" });
    let mut clue = shipped.begin("clue", facts(1), json!({}), at("2026-11-02 09:00"));
    shipped.act("clue", &mut clue, "suspend", &limin(), test.clone(), 0, at("2026-11-23 10:00")).unwrap();
    assert_eq!(clue.live("verify").unwrap().state, ClockState::Paused);
    assert!(if_nobody_acts(shipped.books("clue"), &clue).iter().all(|f| f.text.contains("催询") || f.text.contains("仍未")));
    shipped.act("clue", &mut clue, "resume", &limin(), json!({ "opinion": "检出" }), 0, at("2026-12-07 10:00")).unwrap();
    // Stopped on its very last day: nothing was left but that day; it ends on the day it goes on.
    assert_eq!(clue.live("verify").unwrap().due_at, at("2026-12-08 00:00"));

    let mut late = shipped.begin("clue", facts(1), json!({}), at("2026-11-02 09:00"));
    late.clocks[0].state = ClockState::Expired;
    shipped.act("clue", &mut late, "suspend", &limin(), test, 0, at("2026-11-25 10:00")).unwrap();
    assert_eq!(late.live("verify").unwrap().state, ClockState::Expired);
}

#[test]
fn forms_come_with_the_draft_of_the_scene_and_the_bounds_of_the_office() {
    let shipped = Shipped::load();
    let now = at("2026-11-19 14:31");
    let alert = shipped.begin("alert-review", facts(1), json!({}), now);
    let act = shipped.procedure("alert-review").act("order").unwrap();
    let form = prepared_form(shipped.books("alert-review"), act, &alert, now).unwrap();
    assert_eq!(form.schema.pointer("/properties/requirement/default"), Some(&json!("清除动物")));
    assert_eq!(form.schema.pointer("/properties/days/minimum"), Some(&json!(1)));
    assert_eq!(form.schema.pointer("/properties/days/maximum"), Some(&json!(30)));
    assert_eq!(form.ui.pointer("/days/help"), Some(&json!("不填则为24小时")));
}

#[test]
fn each_post_is_offered_its_own_acts_and_nobody_any_in_the_end() {
    let shipped = Shipped::load();
    let now = at("2026-11-19 14:31");
    let mut alert = shipped.begin("alert-review", facts(2), json!({}), now);
    let procedure = shipped.procedure("alert-review");
    let ids = |who| offered(procedure, &alert, &who, now).iter().filter(|a| a.office.is_none()).map(|a| a.id.clone()).collect::<Vec<_>>();
    let of_office = |who| offered(procedure, &alert, &who, now).iter().filter(|a| a.office.is_some()).map(|a| a.id.clone()).collect::<Vec<_>>();
    assert_eq!(of_office(limin()), ["claim", "transfer", "countersign", "add_sign", "urge"]);
    assert_eq!(of_office(sunli()), ["transfer", "urge"], "the district hands on and urges; it does not claim what is the station's");
    assert_eq!(ids(limin()), ["remind", "order", "refer", "dismiss", "unclear"]);
    assert_eq!(ids(zhaoqiang()), ["remind", "order", "refer", "dismiss", "unclear", "supervise"]);
    assert!(ids(wangji()).is_empty());
    shipped.act("alert-review", &mut alert, "dismiss", &limin(), json!({ "reason": "其他" }), 0, now).unwrap();
    assert!(offered(procedure, &alert, &zhaoqiang(), now).is_empty());
    let again = shipped.act("alert-review", &mut alert, "dismiss", &limin(), json!({ "reason": "其他" }), 0, now);
    assert!(matches!(again, Err(Refusal::NotPossible { state, .. }) if state == "false"));
}

#[test]
fn files_are_asked_for_counted_and_of_the_right_kind() {
    let shipped = Shipped::load();
    let now = at("2026-11-19 14:31");
    let order = shipped.begin("rectification", facts(2), json!({}), now);
    let said = json!({ "statement": "已整改" });
    for files in [0, 10] {
        let refused = shipped.act("rectification", &mut order.clone(), "submit", &wangji(), said.clone(), files, now);
        assert!(matches!(refused, Err(Refusal::Form(fields)) if fields[0].field == "files"));
    }
    let program = ["application/x-msdownload".to_owned()];
    let refused = shian_matter::take(shipped.books("rectification"), &order, "submit", &wangji(), &said, &program, now);
    assert!(matches!(refused, Err(Refusal::Form(fields)) if fields[0].code == "matter.files_kind"));
    // An act that asks for none takes none.
    let refused = shipped.act("rectification", &mut order.clone(), "acknowledge", &wangji(), json!({}), 1, now);
    assert!(matches!(refused, Err(Refusal::Form(_))));
}
