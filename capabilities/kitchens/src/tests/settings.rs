//! Changing how scenes are watched for [K01].

use http::{Request, StatusCode};
use serde_json::{Value, json};
use shian_access::Reach;
use shian_db::args;
use shian_testkit::db_test;

use super::{Bench, MIGRATIONS, answer};
use axum::body::Body;

fn admin() -> Option<(&'static str, Reach)> {
    Some(("admin", Reach::Area { code: "9903".into() }))
}

async fn put(bench: &Bench, person: Option<(&str, Reach)>, code: &str, body: Value) -> (StatusCode, Value) {
    let request = Request::put(format!("/api/scenes/{code}/setting"))
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap();
    answer(bench.ask(person, request).await).await
}

fn wanted(change: impl FnOnce(&mut Value)) -> Value {
    let mut setting = json!({
        "is_on": true, "threshold": null, "confirm_n": 3, "confirm_m": 5, "cool_down_s": 1800, "active": "when_open", "zones": null,
    });
    change(&mut setting);
    setting
}

db_test!(MIGRATIONS, async fn a_changed_setting_is_followed_at_once_and_its_history_says_who_and_why(db) {
    let bench = Bench::new(&db).await;
    bench.vision.installs(&["phone"]);
    bench.kitchens.begin().await.unwrap();
    bench.kitchens.read_rules().await.unwrap();
    let path = "/api/scenes/phone/setting";
    let (status, before) = bench.get(admin(), path).await;
    assert_eq!((status, &before["revision"], &before["active"]), (StatusCode::OK, &json!(0), &json!("when_open")));
    let setting = wanted(|s| {
        s["threshold"] = json!(0.7);
        s["confirm_n"] = json!(4);
        s["zones"] = json!(["cold", "cooking"]);
    });
    let body = json!({ "setting": setting, "revision": 0, "reason": "误报太多" });
    let (status, after) = put(&bench, admin(), "phone", body.clone()).await;
    assert_eq!(status, StatusCode::OK, "{after}");
    assert_eq!((&after["threshold"], &after["confirm_n"], &after["revision"]), (&json!(0.7), &json!(4), &json!(1)));
    let change = &after["changes"][0];
    assert_eq!((&change["person_name"], &change["reason"]), (&json!("admin"), &json!("误报太多")));
    let fields: Vec<_> = change["changes"].as_array().unwrap().iter().map(|c| (c["field"].as_str().unwrap(), &c["from"], &c["to"])).collect();
    assert_eq!(fields, [
        ("threshold", &Value::Null, &json!(0.7)),
        ("confirm_n", &json!(3), &json!(4)),
        ("zones", &Value::Null, &json!(["cooking", "cold"])),
    ]);
    let rules = crate::watched::lock(&bench.kitchens.rules).clone();
    let rule = rules[&crate::Zone::Cooking].things.iter().find(|rule| rule.scene == "phone").unwrap();
    assert_eq!((rule.threshold, rule.needed), (0.7, 4));
    assert!(!rules[&crate::Zone::Storage].things.iter().any(|rule| rule.scene == "phone"));

    // Somebody who has not seen that change is told so, and it stays.
    let (status, problem) = put(&bench, admin(), "phone", body).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("scene.stale")));
    let off = json!({ "setting": wanted(|s| s["is_on"] = json!(false)), "revision": 1, "reason": "停用" });
    put(&bench, admin(), "phone", off).await;
    let (_, scenes) = bench.get(admin(), "/api/scenes").await;
    assert_eq!(scenes.as_array().unwrap().iter().find(|scene| scene["code"] == "phone").unwrap()["state"], "off");
    let rows: Vec<(i64,)> = bench.rows("select revision from scene_change order by revision", args![]).await;
    assert_eq!(rows, [(1,), (2,)]);
});

db_test!(MIGRATIONS, async fn a_setting_that_could_not_work_is_refused_field_by_field(db) {
    let bench = Bench::new(&db).await;
    let refused = async |code: &str, setting: Value, reason: &str| {
        let (status, problem) = put(&bench, admin(), code, json!({ "setting": setting, "revision": 0, "reason": reason })).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
        problem["fields"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let all = wanted(|s| {
        s["threshold"] = json!(1.5);
        s["confirm_n"] = json!(6);
        s["cool_down_s"] = json!(-1);
        s["zones"] = json!([]);
    });
    assert_eq!(refused("phone", all, "试试").await, ["scene.threshold", "scene.confirm", "scene.cool_down", "scene.zones"]);
    assert_eq!(refused("camera_black", wanted(|s| s["threshold"] = json!(0.5)), "试试").await, ["scene.no_threshold", "scene.confirm_row"]);
    assert_eq!(refused("camera_offline", wanted(|_| {}), "试试").await, ["scene.confirm_fixed"]);
    assert_eq!(refused("phone", wanted(|_| {}), "试试").await, ["scene.unchanged"]);
    assert_eq!(refused("phone", wanted(|s| s["is_on"] = json!(false)), " ").await, ["scene.reason"]);
    assert_eq!(refused("phone", wanted(|s| s["active"] = json!("sometimes")), "试试").await, ["web.body"]);
    let rows: Vec<(i64,)> = bench.rows("select revision from scene_change", args![]).await;
    assert!(rows.is_empty());
});

db_test!(MIGRATIONS, async fn only_the_administrator_changes_what_is_watched_for(db) {
    let bench = Bench::new(&db).await;
    let body = json!({ "setting": wanted(|s| s["is_on"] = json!(false)), "revision": 0, "reason": "不该能改" });
    let officer = || Some(("city.officer", Reach::Area { code: "9903".into() }));
    assert_eq!(put(&bench, None, "phone", body.clone()).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(put(&bench, officer(), "phone", body.clone()).await.0, StatusCode::FORBIDDEN);
    assert_eq!(bench.get(officer(), "/api/scenes/phone/setting").await.0, StatusCode::FORBIDDEN);
    assert_eq!(put(&bench, admin(), "dragon", body).await.0, StatusCode::NOT_FOUND);
});
