//! Who sees alerts, in which order, with what beside them.

use super::*;
use shian_testkit::db_test;

db_test!(MIGRATIONS, async fn alerts_are_for_the_officers_of_the_area_alone(db) {
    let bench = Bench::new(&db).await;
    let one = format!("/api/alerts/{}", bench.raise(&bench.cat("first").await).await.alert_id);
    for path in [one.as_str(), "/api/alerts"] {
        assert_eq!(bench.get(None, path).await.0, StatusCode::UNAUTHORIZED);
        assert_eq!(bench.get(Some(wang()), path).await.0, StatusCode::FORBIDDEN);
    }
    assert_eq!(bench.get(Some(zhoukai()), &one).await.0, StatusCode::NOT_FOUND);
    assert_eq!(bench.get(Some(zhoukai()), "/api/alerts").await.1["total"], 0);
    assert_eq!(bench.get(Some(limin()), "/api/alerts/nonsense").await.0, StatusCode::NOT_FOUND);
});

db_test!(MIGRATIONS, async fn what_waits_is_sorted_by_the_end_of_its_limit(db) {
    let bench = Bench::new(&db).await;
    let cat = bench.cat("cat").await;
    let scene = |name: &str| Finding { id: Id::named(name), scene: name.into(), ..cat.clone() };
    for name in ["phone", "person_off_hours", "animal"] {
        bench.raise(&scene(name)).await;
    }
    let (_, list) = bench.get(Some(limin()), "/api/alerts?state=pending").await;
    let rows: Vec<(&str, i64)> = list["items"].as_array().unwrap().iter()
        .map(|row| (row["scene"].as_str().unwrap(), row["class"].as_i64().unwrap())).collect();
    assert_eq!(rows, [("animal", 1), ("person_off_hours", 2), ("phone", 3)]);
    assert_eq!(list["items"][0]["due_at"], json!(noon().plus_seconds(2 * 3600)));
    for (query, total) in [("class=1", 1), ("scene=phone", 1), ("state=valid", 0), ("state=&class=", 3)] {
        assert_eq!(bench.get(Some(limin()), &format!("/api/alerts?{query}")).await.1["total"], total, "{query}");
    }
    for wrong in ["class=4", "class=x", "state=maybe"] {
        assert_eq!(bench.get(Some(limin()), &format!("/api/alerts?{wrong}")).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    }
});

db_test!(MIGRATIONS, async fn the_reviewer_is_shown_what_to_judge_by(db) {
    let bench = Bench::new(&db).await;
    let alert = bench.alert(bench.raise(&bench.cat("first").await).await.alert_id).await;
    let acts: Vec<_> = alert["acts"].as_array().unwrap().iter().map(|act| act["id"].as_str().unwrap()).collect();
    assert_eq!(acts, ["remind", "order", "refer", "dismiss", "unclear"]);
    assert_eq!((&alert["score"], &alert["threshold"], &alert["confirmed"]), (&json!(0.93), &json!(0.5), &json!("3/5")));
    assert!(alert["suggestion"]["reasons"].as_array().is_some_and(|reasons| !reasons.is_empty()));
    assert_eq!((&alert["precision"], &alert["revision"]), (&Value::Null, &json!(1)));
    assert_eq!((&alert["clip"]["state"], &alert["camera"]["alerts_today"]), (&json!("pending"), &json!(1)));
    assert_eq!(alert["model"]["id"], "fastestdet-coco");
});

db_test!(MIGRATIONS, async fn the_precision_counts_what_people_judged(db) {
    let bench = Bench::new(&db).await;
    let judgements = [
        ("dismiss", json!({"reason": "识别对象有误"})),
        ("remind", json!({"requirement": "清除动物，检修防鼠设施。"})),
        ("unclear", json!({"reason": "画面太暗"})),
    ];
    for (act, form) in judgements {
        let raised = bench.raise(&bench.cat(act).await).await;
        bench.act(raised.matter_id, act, form).await;
        bench.clock.advance_seconds(3600);
    }
    let last = bench.raise(&bench.cat("d").await).await;
    let precision = bench.alert(last.alert_id).await["precision"].clone();
    assert_eq!((&precision["valid"], &precision["reviewed"]), (&json!(1), &json!(2)));
    assert_eq!((&precision["low"], &precision["high"]), (&json!(0.0945), &json!(0.9055)));
});

db_test!(MIGRATIONS, async fn a_clip_says_why_it_is_missing(db) {
    let bench = Bench::new(&db).await;
    let cat = bench.cat("first").await;
    let id = bench.raise(&cat).await.alert_id;
    bench.clock.advance_seconds(301);
    let alert = bench.alert(id).await;
    assert_eq!((&alert["clip"]["state"], &alert["clip"]["why"]), (&json!("missing"), &json!("clip.none")));
    bench.tell("alerts.clip", "clip", json!({"finding_id": cat.id, "why": "camera.offline"})).await;
    bench.run_jobs().await;
    assert_eq!(bench.alert(id).await["clip"]["why"], "camera.offline");
});

db_test!(MIGRATIONS, async fn the_desk_counts_what_waits_in_the_own_area(db) {
    let bench = Bench::new(&db).await;
    let raised = bench.raise(&bench.cat("first").await).await;
    let count = async |person: Principal| {
        let caller = Caller::new(Some(person), Arc::clone(&bench.policy));
        crate::count_pending(&mut db.read().await.unwrap(), &caller).await.unwrap()
    };
    assert_eq!((count(limin()).await, count(zhoukai()).await), (1, 0));
    bench.act(raised.matter_id, "dismiss", json!({"reason": "识别对象有误"})).await;
    assert_eq!(count(limin()).await, 0);
});
