//! Findings become alerts, once, and more sights of the same are the same alert.

use super::*;
use shian_testkit::db_test;

db_test!(MIGRATIONS, async fn a_finding_told_twice_is_raised_once(db) {
    let bench = Bench::new(&db).await;
    let cat = bench.cat("first").await;
    for key in ["1", "2"] {
        bench.tell("alerts.raise", key, json!(cat)).await;
        bench.run_jobs().await;
    }
    let (_, list) = bench.get(Some(limin()), "/api/alerts").await;
    assert_eq!((&list["total"], &list["items"][0]["count"]), (&json!(1), &json!(1)));
    let matters: Vec<(String, String)> = bench.rows("select number, title from matter", args![]).await;
    assert_eq!(matters, [("柳市监告〔2026〕石桥 0001 号".to_owned(), "王记面馆：动物进入".to_owned())]);
    assert_eq!(bench.events().await, ["alert.raised"]);
});

db_test!(MIGRATIONS, async fn what_is_seen_again_while_the_alert_waits_is_the_same_alert(db) {
    let bench = Bench::new(&db).await;
    let first = bench.raise(&bench.cat("first").await).await;
    bench.clock.advance_seconds(7200);
    let again = bench.raise(&bench.cat("again").await).await;
    assert_eq!((again.alert_id, again.merged), (first.alert_id, true));
    let alert = bench.alert(first.alert_id).await;
    assert_eq!(alert["count"], 2);
    assert_eq!((&alert["first_at"], &alert["last_at"]), (&json!(noon()), &json!(noon().plus_seconds(7200))));
    assert_eq!(bench.events().await, ["alert.raised", "alert.merged"]);
    // Told once more, it is still the second.
    assert!(bench.raise(&bench.cat("again").await).await.merged);
    assert_eq!(bench.alert(first.alert_id).await["count"], 2);
});

db_test!(MIGRATIONS, async fn after_a_judgement_the_cool_down_decides_whether_it_is_a_new_alert(db) {
    let bench = Bench::new(&db).await;
    let first = bench.raise(&bench.cat("first").await).await;
    bench.act(first.matter_id, "dismiss", json!({"reason": "识别对象有误"})).await;
    bench.clock.advance_seconds(1799);
    assert_eq!(bench.raise(&bench.cat("soon").await).await.alert_id, first.alert_id);
    // Counted from when it was last seen.
    bench.clock.advance_seconds(1799);
    assert_eq!(bench.raise(&bench.cat("sooner").await).await.alert_id, first.alert_id);
    bench.clock.advance_seconds(1800);
    let later = bench.raise(&bench.cat("later").await).await;
    assert!(!later.merged && later.alert_id != first.alert_id && later.matter_id != first.matter_id);
});

db_test!(MIGRATIONS, async fn another_scene_or_camera_is_another_alert(db) {
    let bench = Bench::new(&db).await;
    let cat = bench.cat("first").await;
    let phone = Finding { id: Id::named("phone"), scene: "phone".into(), ..cat.clone() };
    let beside = Finding { id: Id::named("beside"), camera_id: Id::named("烹饪区 01"), ..cat.clone() };
    assert!(![bench.raise(&cat).await, bench.raise(&phone).await, bench.raise(&beside).await].iter().any(|r| r.merged));
});

db_test!(MIGRATIONS, async fn an_alert_goes_on_until_all_its_findings_have_ended(db) {
    let bench = Bench::new(&db).await;
    let cat = bench.cat("first").await;
    let at = |seconds| json!({"finding_id": cat.id, "at": noon().plus_seconds(seconds)});
    // Told before it was raised: said again later.
    bench.tell("alerts.continue", "early", at(5)).await;
    bench.run_jobs().await;
    let id = bench.raise(&cat).await.alert_id;
    assert_eq!(bench.alert(id).await["ongoing"], true);
    bench.clock.advance_seconds(60);
    bench.run_jobs().await;
    assert_eq!(bench.alert(id).await["last_at"], json!(noon().plus_seconds(5)));
    bench.tell("alerts.end", "end", at(30)).await;
    bench.run_jobs().await;
    assert_eq!(bench.alert(id).await["ongoing"], false);
    // What was seen before the end and told after it changes nothing; coming back does.
    bench.tell("alerts.continue", "late", at(20)).await;
    bench.run_jobs().await;
    assert_eq!(bench.alert(id).await["ongoing"], false);
    bench.tell("alerts.continue", "back", at(40)).await;
    bench.run_jobs().await;
    assert_eq!(bench.alert(id).await["ongoing"], true);
});

db_test!(MIGRATIONS, async fn a_finding_of_a_scene_that_does_not_exist_is_given_up(db) {
    let bench = Bench::new(&db).await;
    let odd = Finding { scene: "dancing".into(), ..bench.cat("odd").await };
    bench.tell("alerts.raise", "odd", json!(odd)).await;
    bench.run_jobs().await;
    let state: Vec<(String,)> = bench.rows("select state from job", args![]).await;
    assert_eq!(state[0].0, "dead");
});
