//! The engine with the shipped procedures, on both databases: the loop from an alert to a mended kitchen.

mod books;
mod office;

use books::{at, facts};
use office::{MIGRATIONS, Office};
use serde_json::json;
use shian_base::Error;
use shian_matter::{ActBody, Pile, Swept, Wanted};
use shian_testkit::db_test;

fn body(form: serde_json::Value) -> ActBody {
    ActBody { form, ..ActBody::default() }
}

db_test!(MIGRATIONS, async fn an_alert_becomes_a_rectification_that_is_mended_and_closed(db) {
    let office = Office::on(db);
    let start = at("2026-11-19 14:31");
    let alert = office.alert(facts(2), start).await;
    let row = office.row(alert, start).await;
    assert_eq!((row.state.as_str(), row.number.as_str()), ("pending", "柳市监告〔2026〕石桥 0001 号"));
    assert_eq!(row.clock.unwrap().due_at, at("2026-11-20 14:31"));

    let done = office.act(alert, "order", &office.limin(), body(json!({ "requirement": "封堵鼠洞", "days": 3 })), at("2026-11-19 14:41")).await.unwrap();
    assert_eq!((done.state.as_str(), done.ends), ("valid", true));
    let id = done.child.unwrap();

    // The business sees the order, its own words, and what it may do.
    let file = office.file(id, &office.wangji(), at("2026-11-19 15:00")).await.unwrap();
    assert_eq!(file.row.number, "柳市监责改〔2026〕石桥 0001 号");
    assert_eq!(file.row.title, "王记面馆：动物进入");
    assert_eq!(file.facts["requirement"], json!("封堵鼠洞"));
    assert_eq!(file.history[0].act_title, "责令改正");
    assert_eq!(file.history[0].form_fields[0].value, "封堵鼠洞");
    assert_eq!(file.acts.iter().map(|a| a.id.as_str()).collect::<Vec<_>>(), ["acknowledge", "submit"]);
    assert!(file.parent.is_none(), "the review of the alert is the office's own");
    // Thursday + 3 days is Sunday, which rolls to Monday 24:00.
    assert_eq!(file.row.clock.as_ref().unwrap().due_at, at("2026-11-24 00:00"));
    assert_eq!(file.steps.iter().map(|s| s.title.as_str()).collect::<Vec<_>>(), ["责令改正", "企业整改", "复核", "办结"]);

    office.act(id, "acknowledge", &office.wangji(), body(json!(null)), at("2026-11-19 15:02")).await.unwrap();
    let photo = office.photo(&office.wangji()).await;
    let submitted = ActBody { form: json!({ "statement": "已封堵并清洗" }), files: vec![photo], ..ActBody::default() };
    office.act(id, "submit", &office.wangji(), submitted, at("2026-11-19 16:48")).await.unwrap();

    let file = office.file(id, &office.limin(), at("2026-11-19 17:00")).await.unwrap();
    assert_eq!(file.row.state_title, "待复核");
    assert_eq!(file.history.last().unwrap().files.len(), 1);
    assert_eq!(file.parent.as_ref().unwrap().procedure_title, "告警研判");
    assert_eq!(file.row.clock.as_ref().unwrap().left.amount, 2);
    let foreseen: Vec<&str> = file.if_nobody_acts.iter().map(|f| f.text.as_str()).collect();
    assert_eq!(foreseen, ["复核期限将届满，提醒监管所执法人员", "复核期限届满，通知所长", "仍未办理，报区局监管员"]);

    let done = office.act(id, "pass", &office.limin(), body(json!({ "opinion": "封堵到位" })), at("2026-11-20 09:00")).await.unwrap();
    assert!(done.ends);
    let row = office.row(id, at("2026-11-20 09:01")).await;
    assert_eq!((row.result.as_deref(), row.reviewer.as_deref()), (Some("整改合格"), Some("李敏")));
    assert!(row.clock.is_none() && row.closed_at.is_some());

    let public = office.public().await;
    assert_eq!(public.len(), 1);
    assert_eq!((public[0].title.as_str(), public[0].state, public[0].requirement.as_str()), ("动物进入", "mended", "封堵鼠洞"));
    assert_eq!(public[0].due_on, Some(books::day("2026-11-23")));
    assert_eq!(public[0].mended_on, Some(books::day("2026-11-20")));
});

db_test!(MIGRATIONS, async fn a_double_click_acts_once(db) {
    let office = Office::on(db);
    let alert = office.alert(facts(2), at("2026-11-19 14:31")).await;
    let click = ActBody { form: json!({ "requirement": "封堵鼠洞" }), request_id: Some("click-1".into()), ..ActBody::default() };
    let first = office.act(alert, "order", &office.limin(), click.clone(), at("2026-11-19 14:41")).await.unwrap();
    let second = office.act(alert, "order", &office.limin(), click.clone(), at("2026-11-19 14:41")).await.unwrap();
    assert!(!first.repeated && second.repeated);
    assert_eq!(first.child, second.child);
    let file = office.file(alert, &office.limin(), at("2026-11-19 14:42")).await.unwrap();
    assert_eq!((file.history.len(), file.children.len()), (2, 1));
    // The same name for another act is a mistake of the screen, not a second click.
    let other = office.act(first.child.unwrap(), "supervise", &office.zhaoqiang(), click.clone(), at("2026-11-19 14:43")).await;
    assert!(other.is_err());
    let reused = office.act(alert, "dismiss", &office.limin(), click, at("2026-11-19 14:43")).await.unwrap_err();
    assert_eq!(reused.code(), "matter.request_reused");
});

db_test!(MIGRATIONS, async fn two_clicks_at_the_same_moment_act_once(db) {
    let office = Office::on(db);
    let alert = office.alert(facts(2), at("2026-11-19 14:31")).await;
    let click = ActBody { form: json!({ "reason": "光线或反光" }), request_id: Some("c".into()), ..ActBody::default() };
    let limin = office.limin();
    let now = at("2026-11-19 14:41");
    let (a, b) = tokio::join!(
        office.act(alert, "dismiss", &limin, click.clone(), now),
        office.act(alert, "dismiss", &limin, click.clone(), now)
    );
    assert_eq!([a.unwrap().repeated, b.unwrap().repeated].iter().filter(|repeated| **repeated).count(), 1);
    assert_eq!(office.file(alert, &limin, now).await.unwrap().history.len(), 2);
});

db_test!(MIGRATIONS, async fn of_two_officers_at_once_one_wins_and_the_other_is_told_what_happened(db) {
    let office = Office::on(db);
    let alert = office.alert(facts(2), at("2026-11-19 14:31")).await;
    let now = at("2026-11-19 14:41");
    let (limin, sunli) = (office.limin(), office.sunli());
    let seen = |form| ActBody { form, revision: Some(1), ..ActBody::default() };
    let (a, b) = tokio::join!(
        office.act(alert, "dismiss", &limin, seen(json!({ "reason": "光线或反光" })), now),
        office.act(alert, "order", &sunli, seen(json!({ "requirement": "封堵鼠洞" })), now)
    );
    let lost = match (a, b) {
        (Ok(_), Err(lost)) | (Err(lost), Ok(_)) => lost,
        both => panic!("one must win and one lose: {both:?}"),
    };
    let Error::Conflict { code, facts, .. } = lost else { panic!("{lost:?}") };
    assert_eq!(code, "matter.stale");
    assert_eq!(facts["revision"], json!(2));
    assert!(["李敏", "孙丽"].contains(&facts["by"].as_str().unwrap()), "{facts}");
    assert_eq!(office.file(alert, &limin, now).await.unwrap().history.len(), 2);
});

db_test!(MIGRATIONS, async fn an_act_on_an_old_view_or_in_the_wrong_state_is_a_conflict_that_says_why(db) {
    let office = Office::on(db);
    let alert = office.alert(facts(2), at("2026-11-19 14:31")).await;
    office.act(alert, "dismiss", &office.limin(), body(json!({ "reason": "其他", "note": "" })), at("2026-11-19 14:41")).await.unwrap();
    let old = ActBody { form: json!({ "reason": "看不清" }), revision: Some(1), ..ActBody::default() };
    let error = office.act(alert, "unclear", &office.zhaoqiang(), old, at("2026-11-19 14:42")).await.unwrap_err();
    let Error::Conflict { code: "matter.stale", facts, .. } = error else { panic!("{error:?}") };
    assert_eq!((facts["current_state"].as_str(), facts["last_act"].as_str(), facts["by"].as_str()), (Some("false"), Some("误报"), Some("李敏")));
    let error = office.act(alert, "unclear", &office.zhaoqiang(), body(json!({ "reason": "看不清" })), at("2026-11-19 14:42")).await.unwrap_err();
    assert_eq!(error.code(), "matter.not_possible");
});

db_test!(MIGRATIONS, async fn a_matter_of_another_area_or_business_is_not_there(db) {
    let office = Office::on(db);
    let now = at("2026-11-19 14:41");
    let alert = office.alert(facts(2), at("2026-11-19 14:31")).await;
    let id = office.act(alert, "order", &office.limin(), body(json!({ "requirement": "封堵鼠洞" })), now).await.unwrap().child.unwrap();
    for (who, sees_alert, sees_order) in
        [(office.limin(), true, true), (office.sunli(), true, true), (office.zhoukai(), false, false), (office.wangji(), false, true), (office.other_merchant(), false, false)]
    {
        assert_eq!(office.file(alert, &who, now).await.is_ok(), sees_alert, "{} and the alert", who.name);
        assert_eq!(office.file(id, &who, now).await.is_ok(), sees_order, "{} and the order", who.name);
        let (rows, total) = office.list(&who, Wanted::default(), now).await;
        assert_eq!(total, i64::from(sees_alert) + i64::from(sees_order), "{}", who.name);
        assert_eq!(rows.len() as i64, total);
    }
    let act = office.act(id, "pass", &office.zhoukai(), body(json!({ "opinion": "通过" })), now).await;
    assert!(matches!(act, Err(Error::NotFound)));
    let act = office.act(alert, "dismiss", &office.wangji(), body(json!({ "reason": "其他" })), now).await;
    assert!(matches!(act, Err(Error::NotFound)));
});

db_test!(MIGRATIONS, async fn a_business_cannot_close_its_own_matter(db) {
    let office = Office::on(db);
    let now = at("2026-11-19 14:41");
    let alert = office.alert(facts(2), at("2026-11-19 14:31")).await;
    let id = office.act(alert, "order", &office.limin(), body(json!({ "requirement": "封堵鼠洞" })), now).await.unwrap().child.unwrap();
    for act in ["pass", "refer", "extend", "supervise"] {
        let error = office.act(id, act, &office.wangji(), body(json!({ "opinion": "很好", "reason": "很好" })), now).await.unwrap_err();
        assert!(matches!(error, Error::Forbidden), "{act}: {error:?}");
    }
    assert_eq!(office.row(id, now).await.revision, 1);
});

db_test!(MIGRATIONS, async fn a_bad_form_is_refused_field_by_field_and_nothing_happens(db) {
    let office = Office::on(db);
    let now = at("2026-11-19 14:41");
    let alert = office.alert(facts(2), at("2026-11-19 14:31")).await;
    let error = office.act(alert, "order", &office.limin(), body(json!({ "days": 99 })), now).await.unwrap_err();
    let Error::Invalid(fields) = error else { panic!("{error:?}") };
    assert_eq!(fields[0].field, "requirement");
    let error = office.act(alert, "order", &office.limin(), body(json!({ "requirement": "封堵鼠洞", "days": 99 })), now).await.unwrap_err();
    let Error::Invalid(fields) = error else { panic!("{error:?}") };
    assert_eq!((fields[0].field.as_str(), fields[0].code), ("days", "matter.days"));
    assert_eq!(office.file(alert, &office.limin(), now).await.unwrap().history.len(), 1);

    let id = office.act(alert, "order", &office.limin(), body(json!({ "requirement": "封堵鼠洞" })), now).await.unwrap().child.unwrap();
    let error = office.act(id, "submit", &office.wangji(), body(json!({ "statement": "已封堵" })), now).await.unwrap_err();
    assert!(matches!(error, Error::Invalid(fields) if fields[0].field == "files"));
    let unknown = ActBody { form: json!({ "statement": "已封堵" }), files: vec![shian_base::Id::named("nothing")], ..ActBody::default() };
    let error = office.act(id, "submit", &office.wangji(), unknown, now).await.unwrap_err();
    assert!(matches!(error, Error::Invalid(fields) if fields[0].code == "matter.files_unknown"));
});

db_test!(MIGRATIONS, async fn an_unanswered_alert_warns_the_officer_then_alarms_the_head_then_the_district(db) {
    let office = Office::on(db);
    // Thursday 14:31, class 1: two hours.
    let alert = office.alert(facts(1), at("2026-11-19 14:31")).await;
    assert_eq!(office.sweep(at("2026-11-19 15:00")).await, Swept::default());
    assert_eq!(office.sweep(at("2026-11-19 16:00")).await, Swept { warned: 1, ..Swept::default() });
    assert_eq!(office.sweep(at("2026-11-19 16:31")).await, Swept { expired: 1, ..Swept::default() });
    // One working day after Thursday is Friday, 24:00.
    assert_eq!(office.sweep(at("2026-11-20 23:59")).await, Swept::default());
    assert_eq!(office.sweep(at("2026-11-21 00:00")).await, Swept { escalated: 1, ..Swept::default() });
    assert_eq!(office.sweep(at("2027-11-21 00:00")).await, Swept::default());

    let told = office.file(alert, &office.limin(), at("2026-11-21 00:01")).await.unwrap().alarms;
    let told: Vec<(&str, &str)> = told.iter().map(|a| (a.to.as_str(), a.text.as_str())).collect();
    assert_eq!(told, [
        ("监管所执法人员", "研判期限将于11月19日16时31分届满"),
        ("所长", "研判期限已于11月19日16时31分届满，尚未办理"),
        ("区局监管员", "研判期限已于11月19日16时31分届满，至今未办理"),
    ]);
    // What has run out stands in the head's and the district's queue as well.
    for who in [office.limin(), office.zhaoqiang(), office.sunli()] {
        let (rows, _) = office.queue(&who, at("2026-11-21 00:01")).await;
        assert_eq!(rows.len(), 1, "{}", who.name);
        let clock = rows[0].clock.as_ref().unwrap();
        assert_eq!((clock.state.as_str(), clock.left.overdue), ("expired", true));
    }
    assert_eq!(office.events("matter.expired").await, 2);
    assert_eq!(office.events("matter.warned").await, 1);
});

db_test!(MIGRATIONS, async fn two_sweeps_at_once_and_a_sweep_repeated_tell_everyone_once(db) {
    let office = Office::on(db);
    for _ in 0..7 {
        office.alert(facts(1), at("2026-11-19 14:31")).await;
    }
    let now = at("2026-11-19 18:00");
    let (a, b) = tokio::join!(office.sweep(now), office.sweep(now));
    // The server was down over the warning: a warning after the end would only be noise.
    assert_eq!((a.warned + b.warned, a.expired + b.expired), (0, 7));
    assert_eq!(office.sweep(now).await, Swept::default());
    let alarms = office.alarms(&office.zhaoqiang()).await;
    assert_eq!(alarms.len(), 7);
    assert_eq!(office.events("matter.expired").await, 7);
});

db_test!(MIGRATIONS, async fn an_act_in_time_leaves_no_alarm(db) {
    let office = Office::on(db);
    let alert = office.alert(facts(1), at("2026-11-19 14:31")).await;
    office.act(alert, "dismiss", &office.limin(), body(json!({ "reason": "其他" })), at("2026-11-19 14:40")).await.unwrap();
    assert_eq!(office.sweep(at("2027-01-01 00:00")).await, Swept::default());
    assert!(office.alarms(&office.zhaoqiang()).await.is_empty());
});

db_test!(MIGRATIONS, async fn supervision_marks_the_matter_and_tells_those_who_deal_with_it(db) {
    let office = Office::on(db);
    let now = at("2026-11-19 14:41");
    let alert = office.alert(facts(3), at("2026-11-19 14:31")).await;
    office.act(alert, "supervise", &office.sunli(), body(json!({ "reason": "今天办完" })), now).await.unwrap();
    assert!(office.row(alert, now).await.supervised);
    let told = office.alarms(&office.limin()).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].text, "孙丽督办：今天办完");
    // Seen by one is not seen by the other.
    office.seen(&office.limin(), told[0].id).await.unwrap();
    assert!(office.alarms(&office.limin()).await[0].seen);
    assert!(!office.alarms(&office.zhaoqiang()).await[0].seen);
    assert!(matches!(office.seen(&office.zhoukai(), told[0].id).await, Err(Error::NotFound)));
});

db_test!(MIGRATIONS, async fn the_queue_is_sorted_by_clock_and_counts_agree_with_it(db) {
    let office = Office::on(db);
    let now = at("2026-11-19 14:31");
    let slow = office.alert(facts(3), now).await;
    let fast = office.alert(facts(1), now).await;
    let (rows, total) = office.queue(&office.limin(), now).await;
    assert_eq!(rows.iter().map(|r| r.id).collect::<Vec<_>>(), [fast, slow]);
    let counts = office.counts(&office.limin(), now).await;
    assert_eq!((counts.matters_mine, counts.due_today, counts.overdue), (total, 1, 0));
    let later = at("2026-11-19 18:00");
    assert_eq!(office.counts(&office.limin(), later).await.overdue, 1);
    assert_eq!(office.counts(&office.zhoukai(), later).await.overdue, 0);
});

db_test!(MIGRATIONS, async fn a_list_is_filtered_and_searched_without_wildcards_leaking(db) {
    let office = Office::on(db);
    let now = at("2026-11-19 14:31");
    office.alert(facts(3), now).await;
    let find = |wanted: Wanted| { let office = &office; async move { office.list(&office.limin(), wanted, now).await.1 } };
    assert_eq!(find(Wanted { text: Some("王记".into()), ..Wanted::default() }).await, 1);
    assert_eq!(find(Wanted { text: Some("石桥 0001".into()), ..Wanted::default() }).await, 1);
    assert_eq!(find(Wanted { text: Some("%".into()), ..Wanted::default() }).await, 0);
    assert_eq!(find(Wanted { text: Some("' or 1=1 --".into()), ..Wanted::default() }).await, 0);
    assert_eq!(find(Wanted { procedure: Some("clue".into()), ..Wanted::default() }).await, 0);
    assert_eq!(find(Wanted { open: Some(false), ..Wanted::default() }).await, 0);
    assert_eq!(find(Wanted { area: Some("990302".into()), state: Some("pending".into()), ..Wanted::default() }).await, 1);
});

db_test!(MIGRATIONS, async fn numbers_count_per_area_and_year(db) {
    let office = Office::on(db);
    let a = office.alert(facts(3), at("2025-12-30 09:00")).await;
    let b = office.alert(facts(3), at("2026-01-02 09:00")).await;
    let c = office.alert(facts(3), at("2026-01-03 09:00")).await;
    let now = at("2026-01-04 09:00");
    assert_eq!(office.row(a, now).await.number, "柳市监告〔2025〕石桥 0001 号");
    assert_eq!(office.row(b, now).await.number, "柳市监告〔2026〕石桥 0001 号");
    assert_eq!(office.row(c, now).await.number, "柳市监告〔2026〕石桥 0002 号");
});

db_test!(MIGRATIONS, async fn the_history_cannot_be_rewritten_even_by_hand(db) {
    let office = Office::on(db);
    office.alert(facts(3), at("2026-11-19 14:31")).await;
    for sql in ["update matter_history set actor_name = 'x'", "delete from matter_history"] {
        let mut tx = office.db.write().await.unwrap();
        assert!(tx.run(sql, vec![]).await.is_err(), "{sql}");
    }
});

db_test!(MIGRATIONS, async fn the_ladder_counts_what_happened_before_to_the_same_business(db) {
    let office = Office::on(db);
    let now = at("2026-08-03 14:41");
    let first = office.suggest(facts(2), now).await;
    assert_eq!(first.act, "remind");
    let alert = office.alert(facts(2), at("2026-08-03 14:31")).await;
    office.act(alert, "remind", &office.limin(), body(json!({ "requirement": "注意防鼠" })), now).await.unwrap();
    let second = office.suggest(facts(2), at("2026-11-19 14:31")).await;
    assert_eq!(second.act, "order");
    assert!(second.reasons.iter().any(|r| r.contains("2026年8月3日提醒")), "{:?}", second.reasons);
    // Another kind of finding, and the same kind after a year, begin again.
    let mut other = facts(2);
    other["group"] = json!("device");
    assert_eq!(office.suggest(other, at("2026-11-19 14:31")).await.act, "remind");
    assert_eq!(office.suggest(facts(2), at("2027-08-04 14:31")).await.act, "remind");
    // Class 1 need not begin with a reminder.
    assert_eq!(office.suggest(facts(1), at("2027-08-04 14:31")).await.act, "order");
});

db_test!(MIGRATIONS, async fn a_watcher_hears_in_the_same_transaction_and_its_error_undoes_the_act(db) {
    let office = Office::on(db);
    let heard = office.listen();
    let now = at("2026-11-19 14:41");
    let alert = office.alert(facts(2), at("2026-11-19 14:31")).await;
    office.act(alert, "order", &office.limin(), body(json!({ "requirement": "封堵鼠洞" })), now).await.unwrap();
    assert_eq!(*heard.acts.lock().unwrap(), ["order pending>valid child"]);
    let bad = office.alert(facts(2), at("2026-11-19 14:31")).await;
    let refused = office.act(bad, "dismiss", &office.limin(), body(json!({ "reason": "其他" })), now).await;
    assert!(refused.is_err(), "the watcher refuses dismissals in this test");
    assert_eq!(office.row(bad, now).await.revision, 1);
});

db_test!(MIGRATIONS, async fn a_clue_pauses_for_the_laboratory_and_may_be_extended_once(db) {
    let office = Office::on(db);
    let alert = office.alert(facts(1), at("2026-11-02 09:00")).await;
    let id = office.act(alert, "refer", &office.limin(), body(json!({ "reason": "屡次发现" })), at("2026-11-02 09:30")).await.unwrap().child.unwrap();
    let clock = office.row(id, at("2026-11-02 10:00")).await.clock.unwrap();
    assert_eq!((clock.due_at, clock.basis.as_str()), (at("2026-11-24 00:00"), "市场监督管理行政处罚程序规定 第十八条"));
    office.act(id, "suspend", &office.limin(), body(json!({ "agency": "市检验所", "reason": "台面涂抹样" })), at("2026-11-06 10:00")).await.unwrap();
    let file = office.file(id, &office.limin(), at("2026-11-10 10:00")).await.unwrap();
    assert_eq!(file.clocks.iter().map(|c| (c.id.as_str(), c.state.as_str())).collect::<Vec<_>>(), [("verify", "paused"), ("testing", "running")]);
    office.act(id, "resume", &office.limin(), body(json!({ "opinion": "检出" })), at("2026-11-16 10:00")).await.unwrap();
    // Used until the 6th: 4 of 15 working days; 11 left after the 16th.
    assert_eq!(office.row(id, at("2026-11-16 11:00")).await.clock.unwrap().due_at, at("2026-12-02 00:00"));
    office.act(id, "extend", &office.zhaoqiang(), body(json!({ "reason": "案情复杂" })), at("2026-11-17 10:00")).await.unwrap();
    assert_eq!(office.row(id, at("2026-11-17 11:00")).await.clock.unwrap().due_at, at("2026-12-23 00:00"));
    let again = office.act(id, "extend", &office.zhaoqiang(), body(json!({ "reason": "再延" })), at("2026-11-18 10:00")).await.unwrap_err();
    assert_eq!(again.code(), "matter.not_possible");
    assert!(matches!(office.file(id, &office.wangji(), at("2026-11-18 10:00")).await, Err(Error::NotFound)));
});

db_test!(MIGRATIONS, async fn a_provisional_deadline_is_counted_again_when_the_holidays_are_announced(db) {
    let office = Office::on(db);
    let start = at("2026-12-21 09:00");
    let alert = office.alert(facts(1), start).await;
    let id = office.act(alert, "refer", &office.limin(), body(json!({ "reason": "屡次发现" })), start).await.unwrap().child.unwrap();
    let clock = office.row(id, start).await.clock.unwrap();
    assert!(clock.provisional && clock.counted.contains("暂定"));
    // Without the notice only weekends are known to be off: the 15th working day is 11 January.
    assert_eq!(clock.due_at, at("2027-01-12 00:00"));
    assert_eq!(office.matters.recount(&office.db, start).await.unwrap(), 0);

    // Invented for this test: New Year 2027 off from the 1st to the 3rd, Monday the 4th as well.
    let folder = tempfile::tempdir().unwrap();
    let known = include_str!("../../../law-data/holidays.csv");
    let announced = "2027-01-01,off,元旦,x\n2027-01-02,off,元旦,x\n2027-01-03,off,元旦,x\n2027-01-04,off,元旦,x\n";
    std::fs::write(folder.path().join("holidays.csv"), format!("{known}{announced}")).unwrap();
    let office = Office::with_law(office.db, Some(folder.path()));
    assert_eq!(office.matters.recount(&office.db, start).await.unwrap(), 1);
    let clock = office.row(id, start).await.clock.unwrap();
    assert_eq!((clock.provisional, clock.due_at), (false, at("2027-01-14 00:00")));
    assert_eq!(office.matters.recount(&office.db, start).await.unwrap(), 0);
});

db_test!(MIGRATIONS, async fn whatever_is_done_in_whatever_order_the_record_stays_whole(db) {
    let office = Office::on(db);
    let mut now = at("2026-08-03 09:00");
    let mut dice = 20_261_121_u64;
    let mut roll = |sides: usize| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((dice >> 33) as usize) % sides.max(1)
    };
    let people = [office.limin(), office.zhaoqiang(), office.sunli(), office.wangji(), office.zhoukai()];
    let mut known: Vec<shian_matter::MatterId> = Vec::new();
    let mut lengths: std::collections::BTreeMap<shian_matter::MatterId, usize> = Default::default();
    for _ in 0..120 {
        now = now.plus_seconds([60, 7200, 86_400, 5 * 86_400][roll(4)]);
        if known.is_empty() || roll(6) == 0 {
            known.push(office.alert(facts(1 + roll(3) as u8), now).await);
        }
        if roll(3) == 0 {
            office.sweep(now).await;
        }
        let id = known[roll(known.len())];
        let who = &people[roll(people.len())];
        let Ok(file) = office.file(id, who, now).await else { continue };
        if file.acts.is_empty() {
            continue;
        }
        let act = &file.acts[roll(file.acts.len())];
        let mut form = json!({});
        let required = act.form.as_ref().map_or(json!([]), |f| f.schema["required"].clone());
        for name in required.as_array().unwrap().iter().filter_map(|n| n.as_str()) {
            let schema = &act.form.as_ref().unwrap().schema["properties"][name];
            let choice = |s: &serde_json::Value| s.get("oneOf").map(|of| of[of.as_array().unwrap().len() - 1]["const"].clone());
            form[name] = match (choice(schema), schema.get("items").and_then(choice), schema.get("enum")) {
                (Some(one), _, _) => one,
                (_, Some(one), _) => json!([one]),
                (_, _, Some(choices)) => choices[0].clone(),
                _ if schema["type"] == "integer" => json!(2),
                _ => json!("写明了情况"),
            };
        }
        if act.id == "transfer" {
            // Mostly to the first person there is, and to the next station, which then has it alone.
            let properties = &act.form.as_ref().unwrap().schema["properties"];
            form["person"] = properties["person"]["oneOf"][0]["const"].clone();
        }
        let files = match &act.files {
            Some(asked) if asked.min > 0 => vec![office.photo(who).await],
            _ => vec![],
        };
        let body = ActBody { form, files, revision: Some(file.row.revision), ..ActBody::default() };
        let body = ActBody { on_behalf_of: act.on_behalf_of.as_ref().map(|other| other.id), ..body };
        match office.act(id, &act.id, who, body, now).await {
            Ok(done) => known.extend(done.child),
            // The one thing that is offered before its time: the refusal says when one may urge again.
            Err(error) => assert_eq!((act.id.as_str(), error.code()), ("urge", "matter.urged_already")),
        }

        for id in &known {
            let Ok(file) = office.file(*id, &office.zhaoqiang(), now).await else { panic!("a matter of the station went missing") };
            let seqs: Vec<i64> = file.history.iter().map(|e| e.seq).collect();
            assert_eq!(seqs, (1..=file.row.revision).collect::<Vec<_>>(), "one line per act, in order");
            assert!(seqs.len() >= lengths.insert(*id, seqs.len()).unwrap_or(0), "no line was lost");
            assert!(file.history.windows(2).all(|w| w[0].at <= w[1].at));
            if file.row.end {
                assert!(file.clocks.is_empty() && file.row.result.is_some() && file.row.reviewer.is_some());
            } else {
                let running = file.clocks.iter().any(|c| c.state != "paused");
                assert!(running, "{} stands in {} without a clock", file.row.number, file.row.state);
                assert!(!file.if_nobody_acts.is_empty() || !file.alarms.is_empty(), "nobody would ever be told");
            }
        }
    }
    // In the end, whatever is still open has raised an alarm.
    let later = now.plus_seconds(400 * 86_400);
    office.sweep(later).await;
    for id in &known {
        let file = office.file(*id, &office.zhaoqiang(), later).await.unwrap();
        assert!(file.row.end || file.alarms.iter().any(|a| a.text.contains("已于")), "{} was forgotten", file.row.number);
    }
    let numbers: std::collections::BTreeSet<String> = {
        let (rows, total) = office.list(&office.zhaoqiang(), Wanted::default(), later).await;
        assert_eq!(total as usize, known.len());
        rows.into_iter().map(|r| r.number).collect()
    };
    assert_eq!(numbers.len(), known.len().min(50));
});

db_test!(MIGRATIONS, async fn a_business_is_not_told_that_a_clue_was_opened_about_it(db) {
    let office = Office::on(db);
    let now = at("2026-11-19 14:41");
    let alert = office.alert(facts(2), at("2026-11-19 14:31")).await;
    let id = office.act(alert, "order", &office.limin(), body(json!({ "requirement": "封堵鼠洞" })), now).await.unwrap().child.unwrap();
    office.act(id, "refer", &office.limin(), body(json!({ "reason": "疑似藏匿证据" })), now).await.unwrap();
    let seen = serde_json::to_string(&office.file(id, &office.wangji(), now).await.unwrap()).unwrap();
    assert!(seen.contains("结束责令改正") && seen.contains("未改正"));
    for secret in ["线索", "藏匿", "refer\""] {
        assert!(!seen.contains(secret), "the business reads \"{secret}\": {seen}");
    }
    let old = ActBody { form: json!({ "statement": "已封堵" }), revision: Some(1), ..ActBody::default() };
    let Error::Conflict { facts, .. } = office.act(id, "submit", &office.wangji(), old, now).await.unwrap_err() else { panic!() };
    assert_eq!(facts["last_act"], json!("结束责令改正"));
    let office_sees = office.file(id, &office.limin(), now).await.unwrap();
    assert_eq!(office_sees.history[1].form_fields[0].value, "疑似藏匿证据");
    assert_eq!(office_sees.children[0].procedure_title, "线索核查");
    let told: Vec<(String,)> = office.db.read().await.unwrap()
        .all("select data from live_event where needs = 'matter.read'", vec![]).await.unwrap();
    assert!(told.iter().all(|(data,)| !data.contains("refer")), "{told:?}");
});

db_test!(MIGRATIONS, async fn what_runs_out_today_is_listed_as_it_is_counted(db) {
    let office = Office::on(db);
    let now = at("2026-11-19 14:31");
    office.alert(facts(1), now).await;
    office.alert(facts(3), now).await;
    let desk = office.matters.desk(&mut office.db.read().await.unwrap(), &office.limin(), Pile::Mine, now).await.unwrap();
    let wanted = Wanted { desk: Some(desk), due_until: Some(now.day().end()), ..Wanted::default() };
    let (rows, total) = office.list(&office.limin(), wanted, now).await;
    assert_eq!((rows.len() as i64, total), (1, office.counts(&office.limin(), now).await.due_today));
});
