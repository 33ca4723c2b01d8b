//! Deadlines across a new year whose holidays are not announced: provisional, and counted again with every extension
//! and pause once they are.

mod books;
mod office;

use std::path::Path;

use books::{at, facts};
use office::{MIGRATIONS, Office};
use serde_json::json;
use shian_base::Instant;
use shian_db::{Db, args};
use shian_matter::{ActBody, MatterId};
use shian_testkit::db_test;

/// The office once the holidays of 2027 are known. Invented for these tests: 1 to 4 January off.
fn announced(db: Db, folder: &Path) -> Office {
    let known = include_str!("../../../law-data/holidays.csv");
    let new = "2027-01-01,off,元旦,x\n2027-01-02,off,元旦,x\n2027-01-03,off,元旦,x\n2027-01-04,off,元旦,x\n";
    std::fs::write(folder.join("holidays.csv"), format!("{known}{new}")).unwrap();
    Office::with_law(db, Some(folder))
}

/// A clue registered on Monday 21 December 2026: fifteen working days, of which eight are in the old year.
async fn clue(office: &Office) -> MatterId {
    let start = at("2026-12-21 09:00");
    let alert = office.alert(facts(1), start).await;
    let refer = ActBody { form: json!({ "reason": "屡次发现" }), ..ActBody::default() };
    office.act(alert, "refer", &office.limin(), refer, start).await.unwrap().child.unwrap()
}

async fn act(office: &Office, id: MatterId, act: &str, form: serde_json::Value, now: &str) {
    let body = ActBody { form, ..ActBody::default() };
    office.act(id, act, &office.zhaoqiang(), body, at(now)).await.unwrap();
}

/// Where the verification clock ends, whether provisionally, and how it stands.
async fn verify(office: &Office, id: MatterId, now: &str) -> (Instant, bool, String) {
    let file = office.file(id, &office.zhaoqiang(), at(now)).await.unwrap();
    let clock = file.clocks.into_iter().find(|clock| clock.title == "核查期限").unwrap();
    (clock.due_at, clock.provisional, clock.state)
}

fn runs(due: &str, provisional: bool) -> (Instant, bool, String) {
    (at(due), provisional, "running".into())
}

db_test!(MIGRATIONS, async fn an_extended_deadline_is_counted_again_with_its_extension(db) {
    let office = Office::on(db);
    let id = clue(&office).await;
    assert_eq!(verify(&office, id, "2026-12-21 10:00").await, runs("2027-01-12 00:00", true));
    act(&office, id, "extend", json!({ "reason": "案情复杂，需要外调" }), "2026-12-22 09:00").await;
    // Fifteen more from 11 January: 1 February.
    assert_eq!(verify(&office, id, "2026-12-22 10:00").await, runs("2027-02-02 00:00", true));
    let folder = tempfile::tempdir().unwrap();
    let office = announced(office.db, folder.path());
    let now = at("2026-12-23 09:00");
    assert_eq!(office.matters.recount(&office.db, now).await.unwrap(), 1);
    // 1 and 4 January are off: the first end is the 13th, the second fifteen working days later.
    assert_eq!(verify(&office, id, "2026-12-23 09:00").await, runs("2027-02-04 00:00", false));
    assert_eq!(office.row(id, now).await.clock.unwrap().due_at, at("2027-02-04 00:00"), "lists go by the new end");
    assert_eq!(office.matters.recount(&office.db, now).await.unwrap(), 0);
});

db_test!(MIGRATIONS, async fn a_paused_and_resumed_deadline_is_counted_again_with_its_pause(db) {
    let office = Office::on(db);
    let id = clue(&office).await;
    let test = json!({ "agency": "市食品检验所", "reason": "送检肉样" });
    act(&office, id, "suspend", test, "2026-12-24 10:00").await;
    act(&office, id, "resume", json!({ "opinion": "检出" }), "2026-12-29 10:00").await;
    // Three were used; twelve more from the 30th.
    assert_eq!(verify(&office, id, "2026-12-29 11:00").await, runs("2027-01-15 00:00", true));
    let folder = tempfile::tempdir().unwrap();
    let office = announced(office.db, folder.path());
    assert_eq!(office.matters.recount(&office.db, at("2026-12-30 09:00")).await.unwrap(), 1);
    assert_eq!(verify(&office, id, "2026-12-30 09:00").await, runs("2027-01-19 00:00", false));
});

db_test!(MIGRATIONS, async fn a_deadline_that_stands_still_meanwhile_goes_on_by_the_new_count(db) {
    let office = Office::on(db);
    let id = clue(&office).await;
    let test = json!({ "agency": "市食品检验所", "reason": "送检肉样" });
    act(&office, id, "suspend", test, "2026-12-24 10:00").await;
    let folder = tempfile::tempdir().unwrap();
    let office = announced(office.db, folder.path());
    // The clock that stands still, and the reminder of the laboratory.
    assert_eq!(office.matters.recount(&office.db, at("2026-12-30 09:00")).await.unwrap(), 2);
    let (due, provisional, state) = verify(&office, id, "2026-12-30 09:00").await;
    assert_eq!((due, provisional, state.as_str()), (at("2027-01-14 00:00"), false, "paused"));
    act(&office, id, "resume", json!({ "opinion": "检出" }), "2027-01-05 10:00").await;
    assert_eq!(verify(&office, id, "2027-01-05 11:00").await, runs("2027-01-22 00:00", false));
});

db_test!(MIGRATIONS, async fn what_ran_out_by_the_provisional_count_alone_runs_again(db) {
    let office = Office::on(db);
    let id = clue(&office).await;
    office.sweep(at("2027-01-12 00:00")).await;
    assert_eq!(verify(&office, id, "2027-01-12 08:00").await.2, "expired");
    let expired = |alarms: Vec<shian_matter::AlarmRow>| alarms.into_iter().filter(|a| a.matter_id == id && a.text.contains("已于")).collect::<Vec<_>>();
    let told = expired(office.alarms(&office.zhaoqiang()).await);
    assert_eq!(told.len(), 1);
    office.seen(&office.zhaoqiang(), told[0].id).await.unwrap();

    let folder = tempfile::tempdir().unwrap();
    let office = announced(office.db, folder.path());
    assert_eq!(office.matters.recount(&office.db, at("2027-01-12 09:00")).await.unwrap(), 1);
    let (due, provisional, state) = verify(&office, id, "2027-01-12 09:00").await;
    assert_eq!((due, provisional, state.as_str()), (at("2027-01-14 00:00"), false, "warned"));
    assert!(expired(office.alarms(&office.zhaoqiang()).await).is_empty(), "the alarm was not due");
    office.sweep(at("2027-01-14 00:00")).await;
    let told = expired(office.alarms(&office.zhaoqiang()).await);
    assert!(told.len() == 1 && told[0].text.contains("1月13日24时"), "{told:?}");
});

db_test!(MIGRATIONS, async fn rows_from_before_are_counted_again_as_far_as_they_know_their_beginning(db) {
    let office = Office::on(db);
    let (plain, moved) = (clue(&office).await, clue(&office).await);
    act(&office, moved, "extend", json!({ "reason": "案情复杂，需要外调" }), "2026-12-22 09:00").await;
    let mut tx = office.db.write().await.unwrap();
    tx.run("update matter_clock set counted = null", args![]).await.unwrap();
    tx.commit().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let office = announced(office.db, folder.path());
    assert_eq!(office.matters.recount(&office.db, at("2026-12-23 09:00")).await.unwrap(), 1);
    assert_eq!(verify(&office, plain, "2026-12-23 09:00").await, runs("2027-01-14 00:00", false));
    // Nobody knows any more what its end was counted from: it stays marked for a person to look at.
    assert_eq!(verify(&office, moved, "2026-12-23 09:00").await, runs("2027-02-02 00:00", true));
});
