//! T02 T03 T12 P18: how an office acts in every procedure — 签收、转办、退回、撤回、催办、会签、加签、中止、代理.

mod books;
mod office;

use books::{at, facts};
use office::{MIGRATIONS, Office};
use serde_json::{Value as Json, json};
use shian_access::Principal;
use shian_base::{Error, Id, Instant, Result};
use shian_matter::{ActBody, DeputyRow, Done, MatterFile, MatterId, NewDeputy, NewMatter, Opening, Pile};
use shian_testkit::db_test;

fn body(form: Json) -> ActBody {
    ActBody { form, ..ActBody::default() }
}

fn why(reason: &str) -> ActBody {
    body(json!({ "reason": reason }))
}

async fn order(office: &Office, now: Instant) -> MatterId {
    let alert = office.alert(facts(2), now).await;
    office.act(alert, "order", &office.limin(), body(json!({ "requirement": "封堵鼠洞" })), now).await.unwrap().child.unwrap()
}

async fn submitted(office: &Office, id: MatterId, now: Instant) {
    let photo = office.photo(&office.wangji()).await;
    let said = ActBody { form: json!({ "statement": "已封堵" }), files: vec![photo], ..ActBody::default() };
    office.act(id, "submit", &office.wangji(), said, now).await.unwrap();
}

fn code(done: Result<Done>) -> &'static str {
    done.unwrap_err().code()
}

fn field(done: Result<Done>) -> &'static str {
    match done.unwrap_err() {
        Error::Invalid(fields) => fields[0].code,
        other => panic!("{other:?}"),
    }
}

fn offers(file: &MatterFile) -> Vec<&str> {
    file.acts.iter().map(|act| act.id.as_str()).collect()
}

/// 赵强 is away.
async fn delegate(office: &Office, to: &Principal, from: &str, until: &str) -> Result<DeputyRow> {
    let new = NewDeputy { deputy_id: to.person_id, from: from.parse()?, to: until.parse()?, reason: "年休假".into() };
    let mut tx = office.db.write().await?;
    let row = office.matters.delegate(&mut tx, &office.zhaoqiang(), new, at("2026-11-19 14:31")).await?;
    tx.commit().await?;
    Ok(row)
}

async fn total(office: &Office, who: &Principal, pile: Pile, now: Instant) -> i64 {
    office.pile(who, pile, now).await.1
}

db_test!(MIGRATIONS, async fn t03_what_one_has_claimed_a_colleague_no_longer_deals_with_but_the_head_may(db) {
    let office = Office::on(db);
    let now = at("2026-11-19 14:31");
    let alert = office.alert(facts(2), now).await;
    assert_eq!((total(&office, &office.limin(), Pile::Unclaimed, now).await, total(&office, &office.chenhao(), Pile::Mine, now).await), (1, 1));
    office.act(alert, "claim", &office.limin(), body(json!(null)), now).await.unwrap();
    assert_eq!(office.row(alert, now).await.handler.unwrap().name, "李敏");
    for (who, handled, mine) in [(office.limin(), 1, 1), (office.chenhao(), 0, 0), (office.zhaoqiang(), 0, 0)] {
        let found = (total(&office, &who, Pile::Handled, now).await, total(&office, &who, Pile::Mine, now).await);
        assert_eq!(found, (handled, mine), "{}", who.name);
        assert_eq!(total(&office, &who, Pile::Unclaimed, now).await, 0);
    }
    assert_eq!(code(office.act(alert, "claim", &office.chenhao(), body(json!(null)), now).await), "matter.not_possible");
    let refused = office.act(alert, "dismiss", &office.chenhao(), body(json!({ "reason": "其他" })), now).await.unwrap_err();
    let Error::Refused { code: "matter.held_by", facts, .. } = refused else { panic!("{refused:?}") };
    assert_eq!(facts["handler"], json!("李敏"));
    let file = office.file(alert, &office.chenhao(), now).await.unwrap();
    assert_eq!(offers(&file), ["urge"], "a colleague can only urge");
    office.act(alert, "dismiss", &office.zhaoqiang(), body(json!({ "reason": "其他" })), now).await.unwrap();
    assert_eq!(total(&office, &office.limin(), Pile::Handled, now).await, 0);
});

db_test!(MIGRATIONS, async fn t03_of_two_who_claim_at_once_one_gets_it(db) {
    let office = Office::on(db);
    let now = at("2026-11-19 14:31");
    let alert = office.alert(facts(2), now).await;
    let (limin, chenhao) = (office.limin(), office.chenhao());
    let (a, b) = tokio::join!(
        office.act(alert, "claim", &limin, body(json!(null)), now),
        office.act(alert, "claim", &chenhao, body(json!(null)), now)
    );
    assert!(a.is_ok() != b.is_ok(), "one must win and one lose: {a:?} {b:?}");
    let winner = if a.is_ok() { "李敏" } else { "陈浩" };
    assert_eq!(office.row(alert, now).await.handler.unwrap().name, winner);
    assert_eq!(office.file(alert, &limin, now).await.unwrap().history.len(), 2);
});

db_test!(MIGRATIONS, async fn t03_a_matter_is_handed_to_a_colleague_with_a_reason_once_per_request(db) {
    let office = Office::on(db);
    let now = at("2026-11-19 14:31");
    let id = order(&office, now).await;
    let chenhao = office.chenhao().person_id;
    let click = ActBody { form: json!({ "person": chenhao, "reason": "熟悉这家店" }), request_id: Some("t1".into()), ..ActBody::default() };
    let first = office.act(id, "transfer", &office.limin(), click.clone(), now).await.unwrap();
    let second = office.act(id, "transfer", &office.limin(), click, now).await.unwrap();
    assert!(!first.repeated && second.repeated);
    let file = office.file(id, &office.limin(), now).await.unwrap();
    let line = file.history.last().unwrap();
    let said: Vec<(&str, &str)> = line.form_fields.iter().map(|f| (f.label.as_str(), f.value.as_str())).collect();
    assert_eq!(said, [("转给谁", "陈浩"), ("转办理由", "熟悉这家店")], "the history reads names, not ids");
    let told = office.alarms(&office.chenhao()).await;
    assert_eq!(told[0].text, "李敏转办：熟悉这家店");
    assert!(office.alarms(&office.limin()).await.is_empty(), "only the one it was handed to is told");
    // Who is named must be able to deal with it, and there must be exactly one.
    let chen = office.chenhao();
    let to = |form: Json| office.act(id, "transfer", &chen, body(form), now);
    assert_eq!(field(to(json!({ "person": chen.person_id, "reason": "自己" })).await), "matter.transfer_same");
    assert_eq!(field(to(json!({ "person": office.qianwei().person_id, "reason": "他所" })).await), "matter.transfer_person");
    assert_eq!(field(to(json!({ "person": Id::<()>::named("无此人"), "reason": "无此人" })).await), "matter.transfer_person");
    assert_eq!(field(to(json!({ "reason": "不说转给谁" })).await), "matter.transfer_one");
    assert_eq!(field(to(json!({ "person": office.limin().person_id, "office": "990302002", "reason": "两个都选" })).await), "matter.transfer_one");
    // The business reads nothing of who deals with it in the office.
    let seen = serde_json::to_string(&office.file(id, &office.wangji(), now).await.unwrap()).unwrap();
    assert!(!seen.contains("转办") && !seen.contains("熟悉这家店") && !seen.contains("陈浩"), "{seen}");
    assert_eq!(office.queue(&office.wangji(), now).await.1, 1, "it still waits for the business");
    // Back into the queue of the station.
    office.act(id, "transfer", &chen, body(json!({ "office": "990302001", "reason": "出差" })), now).await.unwrap();
    assert!(office.row(id, now).await.handler.is_none());
});

db_test!(MIGRATIONS, async fn t03_a_matter_handed_to_the_next_station_stands_in_its_queue_and_the_sender_still_reads_it(db) {
    let office = Office::on(db);
    let now = at("2026-11-19 14:31");
    let id = order(&office, now).await;
    submitted(&office, id, now).await;
    let elsewhere = body(json!({ "office": "990303001", "reason": "跨区" }));
    assert_eq!(field(office.act(id, "transfer", &office.limin(), elsewhere, now).await), "matter.transfer_office");
    office.act(id, "transfer", &office.limin(), body(json!({ "office": "990302002", "reason": "店已迁到柳园" })), now).await.unwrap();
    assert_eq!(office.row(id, now).await.area_code, "990302002");
    assert_eq!(total(&office, &office.qianwei(), Pile::Unclaimed, now).await, 1);
    assert_eq!(total(&office, &office.limin(), Pile::Mine, now).await, 0);
    assert_eq!(office.alarms(&office.qianwei()).await[0].text, "李敏转办：店已迁到柳园");
    let sender = office.file(id, &office.zhaoqiang(), now).await.unwrap();
    assert!(sender.handed_on && sender.acts.is_empty(), "the sender reads and does nothing");
    let act = office.act(id, "pass", &office.zhaoqiang(), body(json!({ "opinion": "合格" })), now).await;
    assert!(matches!(act, Err(Error::NotFound)));
    assert!(matches!(office.file(id, &office.zhoukai(), now).await, Err(Error::NotFound)), "other districts never knew of it");
    // The evidence is readable where the matter is now.
    let links: Vec<(String,)> = office.db.read().await.unwrap().all("select area_code from file_link order by area_code", vec![]).await.unwrap();
    assert_eq!(links.into_iter().map(|(code,)| code).collect::<Vec<_>>(), ["990302001", "990302002"]);
    // Alarms of its clocks go to the new station.
    office.sweep(at("2026-12-31 09:00")).await;
    assert!(office.alarms(&office.zhaoqiang()).await.is_empty());
    // Nobody there has acted: the sender takes it back.
    assert_eq!(offers(&office.file(id, &office.limin(), now).await.unwrap()), ["withdraw"]);
    office.act(id, "withdraw", &office.limin(), why("看错了地址"), now).await.unwrap();
    assert_eq!((office.row(id, now).await.area_code.as_str(), total(&office, &office.qianwei(), Pile::Mine, now).await), ("990302001", 0));
});

db_test!(MIGRATIONS, async fn t03_one_takes_back_ones_own_last_act_and_clocks_go_on_as_if_nothing_had_happened(db) {
    let office = Office::on(db);
    let now = at("2026-11-19 14:31");
    let id = order(&office, now).await;
    let before = office.row(id, now).await.clock.unwrap().due_at;
    submitted(&office, id, at("2026-11-20 09:00")).await;
    assert_eq!(code(office.act(id, "withdraw", &office.limin(), why("不是我的"), now).await), "matter.not_possible");
    office.act(id, "withdraw", &office.wangji(), why("照片传错"), at("2026-11-20 10:00")).await.unwrap();
    let file = office.file(id, &office.wangji(), at("2026-11-20 10:01")).await.unwrap();
    assert_eq!((file.row.state.as_str(), file.clocks.len(), file.clocks[0].due_at), ("issued", 1, before));
    let last = file.history.last().unwrap();
    assert_eq!((file.history.len(), last.act_title.as_str(), last.note.as_str()), (3, "撤回", "撤回“提交整改”"));
    assert_eq!(code(office.act(id, "withdraw", &office.wangji(), why("再撤"), now).await), "matter.not_possible");
    // Submitted again, the review has a clock of its own again.
    submitted(&office, id, at("2026-11-20 11:00")).await;
    assert_eq!(office.row(id, now).await.clock.unwrap().due_at, at("2026-11-25 00:00"));
    // Once somebody else has acted it is too late.
    office.act(id, "supervise", &office.zhaoqiang(), why("尽快复核"), now).await.unwrap();
    assert_eq!(code(office.act(id, "withdraw", &office.wangji(), why("太晚了"), now).await), "matter.not_possible");
    // Supervision is withdrawn with the act that began it.
    office.act(id, "withdraw", &office.zhaoqiang(), why("督办错了"), now).await.unwrap();
    assert!(!office.row(id, now).await.supervised);
    // What ended a matter or opened another stays.
    office.act(id, "pass", &office.limin(), body(json!({ "opinion": "合格" })), now).await.unwrap();
    assert_eq!(code(office.act(id, "withdraw", &office.limin(), why("点错了"), now).await), "matter.not_possible");
});

db_test!(MIGRATIONS, async fn t03_an_extension_taken_back_may_be_given_once_more_and_reading_an_order_stays_read(db) {
    let office = Office::on(db);
    let now = at("2026-11-19 14:31");
    let id = order(&office, now).await;
    let before = office.row(id, now).await.clock.unwrap().due_at;
    let days = |days: i64| body(json!({ "days": days, "reason": "等待维修" }));
    office.act(id, "extend", &office.zhaoqiang(), days(9), now).await.unwrap();
    assert_ne!(office.row(id, now).await.clock.unwrap().due_at, before);
    office.act(id, "withdraw", &office.zhaoqiang(), why("天数错了"), now).await.unwrap();
    assert_eq!(office.row(id, now).await.clock.unwrap().due_at, before);
    office.act(id, "extend", &office.zhaoqiang(), days(2), now).await.unwrap();
    office.act(id, "acknowledge", &office.wangji(), body(json!(null)), now).await.unwrap();
    assert_eq!(code(office.act(id, "withdraw", &office.wangji(), why("没看"), now).await), "matter.not_possible");
});

db_test!(MIGRATIONS, async fn t03_a_reminder_is_told_to_the_one_who_deals_with_it_and_counted_once_a_working_day(db) {
    let office = Office::on(db);
    let now = at("2026-11-19 14:31");
    let id = order(&office, now).await;
    submitted(&office, id, now).await;
    office.act(id, "claim", &office.limin(), body(json!(null)), now).await.unwrap();
    let urge = || body(json!({ "note": "家长在等结果" }));
    assert_eq!(code(office.act(id, "urge", &office.limin(), urge(), now).await), "matter.not_possible", "nobody urges themselves");
    office.act(id, "urge", &office.zhaoqiang(), urge(), now).await.unwrap();
    assert_eq!(office.alarms(&office.limin()).await[0].text, "赵强催办：家长在等结果");
    assert!(office.alarms(&office.chenhao()).await.is_empty());
    let refused = office.act(id, "urge", &office.sunli(), urge(), at("2026-11-20 23:59")).await.unwrap_err();
    let Error::Refused { code: "matter.urged_already", message, .. } = refused else { panic!("{refused:?}") };
    assert_eq!(message, "已经催过，11月20日24时后可以再催");
    office.act(id, "urge", &office.sunli(), body(json!({})), at("2026-11-23 09:00")).await.unwrap();
    assert_eq!(office.row(id, now).await.urged, 2);
});

db_test!(MIGRATIONS, async fn t03_countersigned_by_all_it_goes_on_and_one_refusal_sends_it_back(db) {
    let office = Office::on(db);
    let now = at("2026-11-19 14:31");
    let id = order(&office, now).await;
    submitted(&office, id, now).await;
    let ask = |who: Json, mode: &str| body(json!({ "who": who, "mode": mode, "question": "是否合格" }));
    let (zhao, chen) = (office.zhaoqiang().person_id, office.chenhao().person_id);
    let say = |verdict: &str| body(json!({ "verdict": verdict, "opinion": "看过照片" }));
    office.act(id, "countersign", &office.limin(), ask(json!([zhao, chen, "district.officer"]), "全部同意"), now).await.unwrap();
    for who in [office.zhaoqiang(), office.chenhao(), office.sunli()] {
        assert_eq!(total(&office, &who, Pile::Mine, now).await, 1, "it stands on the desk of {}", who.name);
        assert!(offers(&office.file(id, &who, now).await.unwrap()).contains(&"opinion"));
    }
    let pass = || body(json!({ "opinion": "合格" }));
    let refused = office.act(id, "pass", &office.limin(), pass(), now).await.unwrap_err();
    assert_eq!((refused.code(), refused.to_string().as_str()), ("matter.awaits_opinions", "正在等赵强、陈浩、区局监管员签署意见，签署后再办"));
    assert_eq!(code(office.act(id, "opinion", &office.limin(), say("同意"), now).await), "matter.not_possible", "only who was asked");
    office.act(id, "opinion", &office.chenhao(), say("同意"), now).await.unwrap();
    assert_eq!(code(office.act(id, "opinion", &office.chenhao(), say("同意"), now).await), "matter.not_possible", "once each");
    office.act(id, "opinion", &office.zhaoqiang(), say("不同意"), now).await.unwrap();
    let file = office.file(id, &office.limin(), now).await.unwrap();
    assert_eq!((file.history.last().unwrap().note.as_str(), file.signing.len()), ("会签未通过，退回承办", 0));
    assert_eq!(code(office.act(id, "opinion", &office.sunli(), say("同意"), now).await), "matter.not_possible", "nobody is asked any more");
    // Any one of them is enough the second time.
    office.act(id, "countersign", &office.limin(), ask(json!([zhao, chen]), "任一同意"), now).await.unwrap();
    office.act(id, "opinion", &office.zhaoqiang(), say("不同意"), now).await.unwrap();
    let file = office.file(id, &office.limin(), now).await.unwrap();
    assert_eq!(file.signing.iter().map(|s| (s.name.as_str(), s.answer)).collect::<Vec<_>>(), [("赵强", "refused"), ("陈浩", "open")]);
    office.act(id, "opinion", &office.chenhao(), say("同意"), now).await.unwrap();
    assert_eq!(office.file(id, &office.limin(), now).await.unwrap().history.last().unwrap().note, "会签通过");
    // 加签: one more opinion, whichever it is, before the next act.
    let one = body(json!({ "who": office.sunli().person_id, "question": "请区局把关" }));
    office.act(id, "add_sign", &office.limin(), one, now).await.unwrap();
    assert_eq!(code(office.act(id, "pass", &office.limin(), pass(), now).await), "matter.awaits_opinions");
    office.act(id, "opinion", &office.sunli(), say("不同意"), now).await.unwrap();
    office.act(id, "pass", &office.limin(), pass(), now).await.unwrap();
    let seen = serde_json::to_string(&office.file(id, &office.wangji(), now).await.unwrap()).unwrap();
    assert!(!seen.contains("会签") && !seen.contains("请区局把关"), "{seen}");
});

db_test!(MIGRATIONS, async fn t03_whom_one_may_ask_and_how_one_stops_asking(db) {
    let office = Office::on(db);
    let now = at("2026-11-19 14:31");
    let id = order(&office, now).await;
    submitted(&office, id, now).await;
    let limin = office.limin();
    let ask = |who: Json| office.act(id, "countersign", &limin, body(json!({ "who": who, "mode": "全部同意", "question": "是否合格" })), now);
    assert_eq!(field(ask(json!([])).await), "form.too_few");
    assert_eq!(field(ask(json!([limin.person_id])).await), "matter.sign_self");
    assert_eq!(field(ask(json!([office.zhoukai().person_id])).await), "matter.sign_person", "who cannot read it cannot sign");
    assert_eq!(field(ask(json!([office.zhaoqiang().person_id, office.zhaoqiang().person_id])).await), "matter.sign_twice");
    ask(json!(["station.head"])).await.unwrap();
    office.act(id, "end_signing", &limin, why("所长外出"), now).await.unwrap();
    office.act(id, "pass", &limin, body(json!({ "opinion": "合格" })), now).await.unwrap();
});

db_test!(MIGRATIONS, async fn t03_during_leave_a_colleague_acts_and_the_history_names_both(db) {
    let office = Office::on(db);
    let now = at("2026-11-19 14:31");
    let alert = office.alert(facts(2), now).await;
    let id = office.act(alert, "refer", &office.limin(), why("屡次发现"), now).await.unwrap().child.unwrap();
    // An officer elsewhere reaches nothing of it, nobody stands in for themselves, and the days must make sense.
    let limin = office.limin();
    for (to, from, until) in [(office.zhoukai(), "2026-11-20", "2026-11-24"), (office.zhaoqiang(), "2026-11-20", "2026-11-24"), (limin.clone(), "2026-11-18", "2026-11-24"), (limin.clone(), "2026-11-24", "2026-11-20"), (limin.clone(), "2026-11-20", "2027-11-20")] {
        assert!(delegate(&office, &to, from, until).await.is_err(), "{} from {from} until {until}", to.name);
    }
    let row = delegate(&office, &limin, "2026-11-20", "2026-11-24").await.unwrap();
    assert_eq!(delegate(&office, &office.chenhao(), "2026-11-24", "2026-11-26").await.unwrap_err().code(), "deputy.overlaps");

    // No case is the head's to decide; 李敏 does it in his stead, from the day on.
    let no_case = |away: &Principal| ActBody { on_behalf_of: Some(away.person_id), ..body(json!({ "ground": "没有主观过错", "opinion": "查无实据" })) };
    let zhao = office.zhaoqiang();
    assert_eq!(code(office.act(id, "no_case", &limin, no_case(&zhao), now).await), "matter.not_deputy");
    let leave = at("2026-11-20 09:00");
    assert_eq!(code(office.act(id, "no_case", &office.chenhao(), no_case(&zhao), leave).await), "matter.not_deputy");
    assert!(matches!(office.act(id, "no_case", &limin, body(json!({ "ground": "没有主观过错", "opinion": "查无实据" })), leave).await, Err(Error::Forbidden)));
    let file = office.file(id, &limin, leave).await.unwrap();
    let offer = file.acts.iter().find(|act| act.id == "no_case").unwrap();
    assert_eq!(offer.on_behalf_of.as_ref().unwrap().name, "赵强");
    assert!(file.acts.iter().find(|act| act.id == "file_case").unwrap().on_behalf_of.is_none(), "what is one's own to do one does oneself");
    office.act(id, "extend", &limin, ActBody { on_behalf_of: Some(zhao.person_id), ..why("案情复杂") }, leave).await.unwrap();
    let line = office.file(id, &zhao, leave).await.unwrap().history.pop().unwrap();
    assert_eq!((line.actor_name.as_str(), line.stead_of.as_deref(), line.actor_post_title.as_str()), ("李敏", Some("赵强"), "所长"));

    // Called back, it is over at once.
    let mut tx = office.db.write().await.unwrap();
    assert!(matches!(office.matters.end_delegation(&mut tx, &limin, row.id, leave).await, Err(Error::NotFound)), "only who gave it");
    office.matters.end_delegation(&mut tx, &zhao, row.id, leave).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(code(office.act(id, "no_case", &limin, no_case(&zhao), leave).await), "matter.not_deputy");
});

db_test!(MIGRATIONS, async fn t12_who_is_overloaded_and_what_expires_by_friday(db) {
    let office = Office::on(db);
    // Monday morning, class 3: 48 hours each.
    let now = at("2026-11-16 09:00");
    for _ in 0..3 {
        office.act(office.alert(facts(3), now).await, "claim", &office.limin(), body(json!(null)), now).await.unwrap();
    }
    office.act(office.alert(facts(1), now).await, "claim", &office.chenhao(), body(json!(null)), now).await.unwrap();
    office.alert(facts(3), now).await;
    let later = at("2026-11-16 12:00");
    let rows = office.matters.workload(&mut office.db.read().await.unwrap(), &office.zhaoqiang(), later).await.unwrap();
    let rows: Vec<(&str, i64, i64, i64)> = rows.iter().map(|r| (r.name.as_str(), r.open, r.due_week, r.overdue)).collect();
    assert_eq!(rows, [("陈浩", 1, 0, 1), ("李敏", 3, 3, 0), ("赵强", 0, 0, 0), ("待签收", 1, 1, 0)]);
    let piles = office.matters.piles(&mut office.db.read().await.unwrap(), &office.limin(), later).await.unwrap();
    assert_eq!((piles.mine, piles.handled, piles.unclaimed, piles.due_week, piles.overdue), (4, 3, 1, 4, 1));
});

/// A line of business of a site's own, with three steps and the acts of the office in one table.
const PERMIT: &str = r#"
id = "permit"
title = "摊位备案"
purpose = "收到、核实、批准。"
number = "市监摊"
law = ["行政处罚法§41"]
from = "2025-01-01"

[[state]]
id = "received"
title = "待核实"
step = "核实"
owner = ["station.officer"]

[[state]]
id = "checked"
title = "待提出意见"
step = "意见"
owner = ["station.officer"]

[[state]]
id = "proposed"
title = "待批准"
step = "批准"
owner = ["station.officer", "station.head"]

[[state]]
id = "granted"
title = "已备案"
end = true

[[act]]
id = "check"
title = "核实"
from = ["received"]
to = "checked"
by = ["station.officer"]
consequence = "进入提出意见。"

[[act]]
id = "propose"
title = "提出意见"
from = ["checked"]
to = "proposed"
by = ["station.officer"]
consequence = "送批准。"

[[act]]
id = "grant"
title = "批准"
from = ["proposed"]
to = "granted"
by = ["station.officer", "station.head"]
not_same_as = ["propose"]
result = "已备案"
ground = ["行政处罚法§41"]
consequence = "办结。"

[[clock]]
id = "all"
title = "办理期限"
runs_in = ["received", "checked", "proposed"]
limit = "CASE.VERIFY"
warn_at = 0.7
on_expiry = [{ to = "station.head" }]

[office]
suspend = { from = ["checked"], limit = "OFFICE.SUSPEND", ground = ["行政处罚法§41"] }
"#;

async fn permit(db: shian_db::Db, now: Instant) -> (Office, MatterId, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("procedures")).unwrap();
    std::fs::write(folder.path().join("procedures/permit.toml"), PERMIT).unwrap();
    let office = Office::with_law(db, Some(folder.path()));
    let new = NewMatter {
        id: None,
        procedure: "permit".into(),
        title: "早点摊".into(),
        business: None,
        area_code: "990302001".into(),
        area_name: "石桥所".into(),
        facts: json!({}),
        opening: Opening::default(),
    };
    let mut tx = office.db.write().await.unwrap();
    let id = office.matters.open(&mut tx, new, now).await.unwrap();
    tx.commit().await.unwrap();
    (office, id, folder)
}

db_test!(MIGRATIONS, async fn t03_a_matter_goes_back_to_any_step_it_came_through_and_to_no_other(db) {
    let now = at("2026-11-16 09:00");
    let (office, id, _folder) = permit(db, now).await;
    let limin = office.limin();
    let back = |to: &str| body(json!({ "to": to, "reason": "材料不齐" }));
    assert_eq!(code(office.act(id, "return_to", &limin, back("received"), now).await), "matter.not_possible", "there is nothing before it");
    office.act(id, "check", &limin, body(json!(null)), now).await.unwrap();
    office.act(id, "propose", &limin, body(json!(null)), now).await.unwrap();
    let file = office.file(id, &limin, now).await.unwrap();
    let choices = &file.acts.iter().find(|act| act.id == "return_to").unwrap().form.as_ref().unwrap().schema["properties"]["to"]["oneOf"];
    assert_eq!(choices, &json!([{ "const": "received", "title": "待核实" }, { "const": "checked", "title": "待提出意见" }]));
    for wrong in ["proposed", "granted", "nowhere"] {
        assert_eq!(field(office.act(id, "return_to", &limin, back(wrong), now).await), "matter.return_to");
    }
    office.act(id, "return_to", &limin, back("received"), now).await.unwrap();
    let file = office.file(id, &limin, now).await.unwrap();
    assert_eq!((file.row.state.as_str(), file.history.last().unwrap().form_fields[0].value.as_str()), ("received", "待核实"));
    // What was taken back counts no longer: after 撤回 of the 退回 it stands where it stood.
    office.act(id, "withdraw", &limin, why("不用退"), now).await.unwrap();
    assert_eq!(office.row(id, now).await.state, "proposed");
});

db_test!(MIGRATIONS, async fn p18_the_second_person_must_be_another_also_when_one_acts_for_another(db) {
    let now = at("2026-11-16 09:00");
    let (office, id, _folder) = permit(db, now).await;
    let limin = office.limin();
    office.act(id, "check", &limin, body(json!(null)), now).await.unwrap();
    office.act(id, "propose", &limin, body(json!(null)), now).await.unwrap();
    assert_eq!(code(office.act(id, "grant", &limin, body(json!(null)), now).await), "matter.same_person");
    assert!(!offers(&office.file(id, &limin, now).await.unwrap()).contains(&"grant"));
    delegate(&office, &limin, "2026-11-19", "2026-11-20").await.unwrap();
    let leave = at("2026-11-19 15:00");
    let in_his_stead = ActBody { on_behalf_of: Some(office.zhaoqiang().person_id), ..body(json!(null)) };
    assert_eq!(code(office.act(id, "grant", &limin, in_his_stead, leave).await), "matter.same_person");
    let done = office.act(id, "grant", &office.chenhao(), body(json!(null)), leave).await.unwrap();
    assert!(done.ends);
    let row = office.row(id, leave).await;
    assert_eq!((row.result.as_deref(), row.reviewer.as_deref()), (Some("已备案"), Some("陈浩")));
});

db_test!(MIGRATIONS, async fn t03_suspended_its_clock_stands_still_and_somebody_is_asked_why_in_the_end(db) {
    let now = at("2026-11-16 09:00");
    let (office, id, _folder) = permit(db, now).await;
    let limin = office.limin();
    office.act(id, "check", &limin, body(json!(null)), now).await.unwrap();
    office.act(id, "suspend", &limin, why("等待住建部门答复"), at("2026-11-18 09:00")).await.unwrap();
    let file = office.file(id, &limin, at("2026-11-19 09:00")).await.unwrap();
    let clocks: Vec<(&str, &str)> = file.clocks.iter().map(|c| (c.id.as_str(), c.state.as_str())).collect();
    assert_eq!((file.row.state_title.as_str(), clocks), ("待提出意见（中止）", vec![("all", "paused"), ("suspended", "running")]));
    assert!(file.if_nobody_acts.iter().any(|f| f.text.contains("中止后催询届满")));
    assert_eq!(code(office.act(id, "propose", &limin, body(json!(null)), now).await), "matter.not_possible");
    office.sweep(at("2026-12-31 09:00")).await;
    assert!(office.alarms(&limin).await.iter().any(|alarm| alarm.text.contains("中止后催询")));
    office.act(id, "resume", &limin, why("已答复"), at("2026-11-24 09:00")).await.unwrap();
    // Fifteen working days from the 16th, two of them used, the rest after the 24th.
    let row = office.row(id, at("2026-11-24 10:00")).await;
    assert_eq!((row.state.as_str(), row.clock.unwrap().due_at), ("checked", at("2026-12-12 00:00")));
});
