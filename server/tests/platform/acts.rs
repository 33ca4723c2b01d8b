//! The first loop through the API: found, judged, mended, checked, closed; and what goes wrong on the way.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::house::House;

async fn act(house: &House, cookie: &str, matter: &str, act: &str, body: Value) -> crate::house::Reply {
    house.post(&format!("/api/matters/{matter}/acts/{act}"), Some(cookie), body).await
}

async fn story(house: House) {
    let officer = house.sign_in("limin").await;
    let owner = house.sign_in("wangji").await;
    let (alert, review) = house.finds("phone").await;

    let seen = house.get("/api/alerts?state=pending", Some(&officer)).await;
    assert_eq!(seen.json["items"][0]["id"], alert);
    assert_eq!(house.get("/api/matters", Some(&owner)).await.json["total"], 0, "a review is not the business's to see");

    let done = act(&house, &officer, &review, "order", json!({ "form": { "requirement": "后厨工作时不使用手机。", "days": 3 } })).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.json);
    let order = done.json["children"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(house.get(&format!("/api/alerts/{alert}"), Some(&officer)).await.json["state"], "valid");

    let mine = house.get("/api/matters?queue=mine", Some(&owner)).await;
    assert_eq!(mine.json["items"][0]["id"], order);
    let file = house.get(&format!("/api/matters/{order}"), Some(&owner)).await;
    assert!(file.json["law"].as_array().is_some_and(|law| !law.is_empty()), "an order cites its basis");
    assert_eq!(act(&house, &owner, &order, "acknowledge", json!({})).await.status, StatusCode::OK);
    let bare = act(&house, &owner, &order, "submit", json!({ "form": { "statement": "已整改。" } })).await;
    assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY, "a rectification needs a picture: {}", bare.json);
    let photo = house.send_photo(&owner).await;
    let sent = json!({ "form": { "statement": "已收起手机并培训员工。" }, "files": [photo] });
    assert_eq!(act(&house, &owner, &order, "submit", sent).await.status, StatusCode::OK);
    assert_eq!(house.get(&format!("/api/files/{photo}"), Some(&officer)).await.status, StatusCode::OK);

    // The business cannot close its own rectification, nor another officer's station.
    let own = act(&house, &owner, &order, "pass", json!({ "form": { "opinion": "改好了" } })).await;
    assert_eq!(own.status, StatusCode::FORBIDDEN, "{}", own.json);
    let back = act(&house, &officer, &order, "return", json!({ "form": { "reason": "照片看不清灶台。" } })).await;
    assert_eq!(back.status, StatusCode::OK, "{}", back.json);
    let again = json!({ "form": { "statement": "重拍。" }, "files": [photo] });
    assert_eq!(act(&house, &owner, &order, "submit", again).await.status, StatusCode::OK);
    let passed = act(&house, &officer, &order, "pass", json!({ "form": { "opinion": "现场与照片相符。" } })).await;
    assert_eq!(passed.status, StatusCode::OK, "{}", passed.json);
    assert_eq!(passed.json["end"], true);
    assert!(passed.json["result"].is_string());

    let business = shian_town::business_named("王记面馆");
    let public = house.get(&format!("/api/public/businesses/{business}/rectifications"), None).await;
    assert_eq!(public.json[0]["state"], "mended");
    assert!(!public.json.to_string().contains("李敏"), "the public is not told who the officer was");
    house.end().await;
}

#[tokio::test]
async fn a_finding_becomes_a_rectified_violation_on_sqlite() {
    story(House::on_sqlite().await).await;
}

#[tokio::test]
async fn a_finding_becomes_a_rectified_violation_on_postgres() {
    let Some(house) = House::on_postgres().await else {
        eprintln!("skipped: TEST_POSTGRES names no PostgreSQL");
        return;
    };
    story(house).await;
}

#[tokio::test]
async fn of_two_officers_who_judge_at_once_one_wins_and_the_other_is_told() {
    let house = House::on_sqlite().await;
    let (officer, head) = (house.sign_in("limin").await, house.sign_in("zhaoqiang").await);
    let (_, review) = house.finds("phone").await;
    let body = |reason: &str| json!({ "form": { "reason": reason }, "revision": 1 });
    let revision = house.get(&format!("/api/matters/{review}"), Some(&officer)).await.json["revision"].clone();
    let with = |reason: &str| {
        let mut body = body(reason);
        body["revision"] = revision.clone();
        body
    };
    let (one, two) = tokio::join!(
        act(&house, &officer, &review, "dismiss", with("识别对象有误")),
        act(&house, &head, &review, "unclear", with("画面模糊")),
    );
    let (won, lost) = if one.status.is_success() { (one, two) } else { (two, one) };
    assert_eq!(won.status, StatusCode::OK, "{}", won.json);
    assert_eq!((lost.status, &lost.json["code"]), (StatusCode::CONFLICT, &json!("matter.stale")), "{}", lost.json);
    assert!(lost.json["facts"]["by"].is_string(), "the other is told by whom: {}", lost.json);
}

#[tokio::test]
async fn a_double_click_is_one_act() {
    let house = House::on_sqlite().await;
    let officer = house.sign_in("limin").await;
    let (_, review) = house.finds("phone").await;
    let body = json!({ "form": { "requirement": "后厨工作时不使用手机。" }, "request_id": "7f3c2a10-0000-4000-8000-000000000001" });
    let (one, two) =
        tokio::join!(act(&house, &officer, &review, "remind", body.clone()), act(&house, &officer, &review, "remind", body));
    assert_eq!((one.status, two.status), (StatusCode::OK, StatusCode::OK), "{} {}", one.json, two.json);
    assert_eq!(one.json["children"], two.json["children"]);
    assert_eq!(one.json["children"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_order_past_its_clock_alarms_the_head_of_station() {
    let house = House::on_sqlite().await;
    let officer = house.sign_in("limin").await;
    let (_, review) = house.finds("phone").await;
    let done = act(&house, &officer, &review, "order", json!({ "form": { "requirement": "后厨工作时不使用手机。", "days": 1 } })).await;
    let order = done.json["children"][0]["id"].clone();
    house.clock.advance_seconds(4 * 86_400);
    house.app.runner.run_sweeps().await.unwrap();
    house.app.runner.run_sweeps().await.unwrap();
    let head = house.sign_in("zhaoqiang").await;
    let alarms = house.get("/api/alarms", Some(&head)).await;
    let about: Vec<&Value> = alarms.json.as_array().unwrap().iter().filter(|alarm| alarm["matter_id"] == order).collect();
    assert!(!about.is_empty(), "{}", alarms.json);
    let late = house.get("/api/matters?overdue=true", Some(&head)).await;
    assert!(late.json["items"].as_array().unwrap().iter().any(|row| row["id"] == order));
}
