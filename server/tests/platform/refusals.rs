//! Every endpoint asked by a stranger, by the wrong post and from the wrong district.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};

use crate::house::House;

/// What an endpoint answers to whom: a stranger, a merchant of another business, an officer of another district.
struct Case {
    method: &'static str,
    path: &'static str,
    stranger: u16,
    merchant: u16,
    elsewhere: u16,
}

const fn case(method: &'static str, path: &'static str, stranger: u16, merchant: u16, elsewhere: u16) -> Case {
    Case { method, path, stranger, merchant, elsewhere }
}

/// One line for every endpoint of the OpenAPI document; the test fails when one is missing.
///
/// Things named in a path belong to 王记面馆 in 石桥所; the merchant is 福满楼酒家's, the officer another district's.
/// Lists answer 200 elsewhere and are checked to hold nothing of 石桥所.
const CASES: &[Case] = &[
    case("post", "/api/sessions", 422, 422, 422),
    case("get", "/api/sessions/current", 401, 200, 200),
    case("delete", "/api/sessions/current", 204, 204, 204),
    case("get", "/api/sessions", 401, 200, 200),
    case("delete", "/api/sessions", 401, 204, 204),
    // Nobody's session but one's own is there.
    case("delete", "/api/sessions/{id}", 401, 404, 404),
    case("post", "/api/sessions/second", 409, 409, 409),
    case("put", "/api/password", 401, 422, 422),
    case("get", "/api/second-factor", 401, 200, 200),
    case("post", "/api/second-factor", 401, 422, 422),
    case("delete", "/api/second-factor", 401, 422, 422),
    case("post", "/api/second-factor/confirm", 401, 422, 422),
    case("get", "/api/posts", 401, 403, 403),
    case("get", "/api/people", 401, 403, 403),
    case("post", "/api/people", 401, 403, 403),
    case("get", "/api/people/{id}", 401, 403, 403),
    case("put", "/api/people/{id}/post", 401, 403, 403),
    case("delete", "/api/people/{id}/post", 401, 403, 403),
    case("post", "/api/people/{id}/acts/{act}", 401, 403, 403),
    case("get", "/api/audit", 401, 403, 403),
    case("get", "/api/audit.csv", 401, 403, 403),
    case("get", "/api/areas", 401, 403, 200),
    case("get", "/api/areas/map", 200, 200, 200),
    case("get", "/api/businesses", 401, 200, 200),
    case("get", "/api/businesses/points", 401, 200, 200),
    case("get", "/api/businesses/{id}", 401, 404, 404),
    case("get", "/api/businesses/{id}/sources", 401, 404, 404),
    case("get", "/api/businesses/{id}/records", 401, 404, 404),
    case("get", "/api/public/businesses", 200, 200, 200),
    case("get", "/api/public/businesses/{id}", 200, 200, 200),
    case("get", "/api/public/businesses/{id}/rectifications", 200, 200, 200),
    case("get", "/api/public/cameras", 200, 200, 200),
    case("get", "/api/cameras", 401, 200, 200),
    // Another district's business is no business there is.
    case("post", "/api/cameras", 401, 403, 422),
    case("get", "/api/cameras/{id}", 401, 404, 404),
    case("delete", "/api/cameras/{id}", 401, 403, 404),
    case("get", "/api/cameras/{id}/day-frames", 401, 403, 404),
    // Public and open at noon, but it never answered: the same named reason for everybody who may look.
    case("get", "/api/cameras/{id}/snapshot.jpg", 503, 503, 503),
    // No WebSocket asked for; who may look is tried with real ones in the kitchens' own tests.
    case("get", "/api/cameras/{id}/live", 422, 422, 422),
    case("get", "/api/scenes", 401, 403, 200),
    case("get", "/api/scenes/{code}/setting", 401, 403, 403),
    case("put", "/api/scenes/{code}/setting", 401, 403, 403),
    case("get", "/api/models", 401, 403, 200),
    case("get", "/api/alerts", 401, 403, 200),
    case("get", "/api/alerts/{id}", 401, 403, 404),
    case("get", "/api/matters", 401, 200, 200),
    case("get", "/api/procedures", 401, 200, 200),
    // About a business that is neither the merchant's nor in the officer's area.
    case("post", "/api/matters", 401, 404, 404),
    case("get", "/api/matters/{id}", 401, 404, 404),
    case("post", "/api/matters/{id}/acts/{act}", 401, 404, 404),
    case("get", "/api/matters/{id}/bundle", 401, 404, 404),
    // Hashes and signatures only; anybody may watch the log.
    case("get", "/api/log", 200, 200, 200),
    case("get", "/api/log/consistency", 422, 422, 422),
    case("post", "/api/log/cosignatures", 422, 422, 422),
    // A batch is answered matter by matter; what is not theirs is refused there.
    case("post", "/api/matters/acts", 401, 200, 200),
    case("get", "/api/matters/piles", 401, 200, 200),
    case("get", "/api/matters/workload", 401, 403, 403),
    case("get", "/api/deputies", 401, 403, 200),
    // 孙丽's post does not reach the other district.
    case("post", "/api/deputies", 401, 403, 422),
    case("delete", "/api/deputies/{id}", 401, 403, 404),
    case("get", "/api/alarms", 401, 200, 200),
    case("post", "/api/alarms/{id}/seen", 401, 404, 404),
    case("get", "/api/desk", 401, 403, 200),
    case("get", "/api/imports", 401, 403, 403),
    case("post", "/api/imports", 401, 403, 403),
    case("get", "/api/imports/choices", 401, 403, 403),
    case("get", "/api/imports/{id}", 401, 403, 403),
    case("post", "/api/imports/{id}/runs", 401, 403, 403),
    case("get", "/api/imports/{id}/errors.csv", 401, 403, 403),
    case("post", "/api/files", 401, 422, 422),
    case("get", "/api/files/{id}", 404, 404, 404),
    // The law is for everyone; without a code and a day there is nothing to count.
    case("get", "/api/law/values", 200, 200, 200),
    case("get", "/api/law/deadline", 422, 422, 422),
    case("get", "/api/events", 401, 200, 200),
    case("get", "/api/admin/health", 401, 403, 403),
    case("get", "/api/admin/system", 401, 403, 403),
    case("get", "/api/admin/jobs", 401, 403, 403),
    case("post", "/api/admin/jobs/{id}/retry", 401, 403, 403),
    case("get", "/api/admin/backups", 401, 403, 403),
    case("post", "/api/admin/backups", 401, 403, 403),
];

async fn walk(house: House) {
    let (alert, matter) = house.finds("phone").await;
    let strange = house.sign_in("fumanlou").await;
    let elsewhere = house.sign_in("zhoukai").await;
    let business = shian_town::business_named("王记面馆").to_string();
    // A file that its sender has not put into any context yet.
    let file = house.send_photo(&house.sign_in("wangji").await).await;

    let document = serde_json::to_value(&house.app.openapi).unwrap();
    let described: BTreeSet<(String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| item.as_object().unwrap().keys().map(move |method| (method.clone(), path.clone())))
        .collect();
    let tried: BTreeSet<(String, String)> = CASES.iter().map(|case| (case.method.into(), case.path.into())).collect();
    assert_eq!(described, tried, "an endpoint is not tried, or a case names one that is gone");

    let officer = house.plan.people.iter().find(|person| person.account == "limin").unwrap().id.to_string();
    let mut wrong = Vec::new();
    for case in CASES {
        let id = match case.path {
            path if path.contains("/businesses/") => business.clone(),
            path if path.contains("/cameras/") => house.camera.to_string(),
            path if path.contains("/alerts/") => alert.clone(),
            path if path.contains("/files/") => file.clone(),
            path if path.contains("/people/") => officer.clone(),
            _ => matter.clone(),
        };
        let path = case.path.replace("{id}", &id).replace("{act}", "dismiss").replace("{code}", "phone");
        for (who, cookie, expected) in [
            ("stranger", None, case.stranger),
            ("merchant", Some(strange.as_str()), case.merchant),
            ("elsewhere", Some(elsewhere.as_str()), case.elsewhere),
        ] {
            // Signing out would end the session that the next lines need.
            if (case.method, case.path) == ("delete", "/api/sessions/current") && cookie.is_some() {
                continue;
            }
            let has_body = matches!(case.method, "post" | "put") || case.path == "/api/second-factor" && case.method == "delete";
            let body = has_body.then(|| body_for(case, &business, &matter));
            let method: Method = case.method.to_uppercase().parse().unwrap();
            let reply = house.send(method, &path, cookie, body).await;
            if reply.status.as_u16() != expected {
                wrong.push(format!("{who} {} {} → {} instead of {expected}: {}", case.method, case.path, reply.status, reply.json));
            }
            if reply.status.is_client_error() && reply.status != 400 {
                assert!(reply.json["code"].is_string(), "{} {} refuses without a code: {}", case.method, case.path, reply.json);
            }
            assert_nothing_leaks(case, who, &reply.json);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    house.end().await;
}

fn body_for(case: &Case, business: &str, matter: &str) -> Value {
    match case.path {
        "/api/second-factor" if case.method == "delete" => json!({ "password": "not the password", "code": "000000" }),
        "/api/sessions" => json!({ "account": "nobody", "password": "not the password" }),
        "/api/sessions/second" => json!({ "ticket": "no ticket", "code": "000000" }),
        "/api/password" => json!({ "old": "not the password", "new": "another password of mine" }),
        "/api/second-factor" => json!({ "password": "not the password" }),
        "/api/second-factor/confirm" => json!({ "code": "000000" }),
        "/api/people" => json!({ "account": "nobody", "name": "无名" }),
        "/api/people/{id}/post" => json!({ "post": "station.officer", "area": "990302001" }),
        "/api/people/{id}/acts/{act}" => json!({ "reason": "试一试" }),
        "/api/cameras" => json!({
            "business_id": business, "name": "后厨", "zone": "cooking", "url": "rtsp://127.0.0.1/x", "is_public": false
        }),
        "/api/matters" => json!({ "procedure": "rectification", "business_id": business }),
        "/api/matters/acts" => json!({ "act": "dismiss", "matters": [{ "id": matter }], "form": { "reason": "识别对象有误" } }),
        "/api/deputies" => {
            let sunli = shian_base::Id::<()>::named("person/sunli");
            json!({ "deputy_id": sunli, "from": "2099-01-01", "to": "2099-01-02", "reason": "年休假" })
        }
        "/api/scenes/{code}/setting" => json!({
            "setting": { "is_on": false, "threshold": null, "confirm_n": 3, "confirm_m": 5, "cool_down_s": 600, "active": "always", "zones": null },
            "revision": 0, "reason": "不该能改",
        }),
        "/api/imports/{id}/runs" => json!({ "source": "licensing" }),
        _ => json!({ "form": { "reason": "识别对象有误" } }),
    }
}

/// What somebody else is answered says nothing of 石桥所's businesses, unless it is public, and never a secret.
fn assert_nothing_leaks(case: &Case, who: &str, json: &Value) {
    let text = json.to_string();
    assert!(!text.contains("secret-word"), "{} tells {who} a camera's password", case.path);
    if case.path.contains("/public/") || case.path.ends_with("/map") {
        assert!(!text.contains("contact_phone") && !text.contains("legal_person"), "{} tells {who} private fields", case.path);
        return;
    }
    let foreign = if who == "merchant" { "王记面馆" } else { "\"990302001" };
    assert!(!text.contains(foreign), "{} tells {who} of what is not theirs: {text}", case.path);
}

#[tokio::test]
async fn strangers_and_other_districts_are_refused_everywhere_on_sqlite() {
    walk(House::on_sqlite().await).await;
}

#[tokio::test]
async fn strangers_and_other_districts_are_refused_everywhere_on_postgres() {
    let Some(house) = House::on_postgres().await else {
        eprintln!("skipped: TEST_POSTGRES names no PostgreSQL");
        return;
    };
    walk(house).await;
}

#[tokio::test]
async fn bad_requests_get_a_clear_answer_and_never_a_500() {
    let house = House::on_sqlite().await;
    let (_, matter) = house.finds("phone").await;
    let cookie = house.sign_in("limin").await;
    let act = format!("/api/matters/{matter}/acts/dismiss");
    let send = |method: Method, path: String, kind: &'static str, body: Vec<u8>| {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "shian.test")
            .header(header::COOKIE, &cookie)
            .header(header::CONTENT_TYPE, kind)
            .body(Body::from(body))
            .unwrap();
        house.raw(request)
    };
    let json_kind = "application/json";
    for (what, status, reply) in [
        ("half a body", 422, send(Method::POST, act.clone(), json_kind, b"{\"form\":".to_vec()).await),
        ("no json", 422, send(Method::POST, act.clone(), "text/plain", b"{}".to_vec()).await),
        ("too long", 413, send(Method::POST, act.clone(), json_kind, vec![b' '; 300 * 1024]).await),
        ("no utf-8", 422, send(Method::POST, act.clone(), json_kind, b"{\"form\":{\"reason\":\"\xff\xfe\"}}".to_vec()).await),
        ("a form that is a list", 422, send(Method::POST, act.clone(), json_kind, b"{\"form\":[1,2]}".to_vec()).await),
        ("an empty reason", 422, send(Method::POST, act.clone(), json_kind, b"{\"form\":{\"reason\":\"\"}}".to_vec()).await),
        ("an act that is none", 409, send(Method::POST, act.replace("dismiss", "burn"), json_kind, b"{}".to_vec()).await),
        ("an id that is none", 404, send(Method::GET, "/api/matters/x".into(), json_kind, vec![]).await),
        ("page 0", 422, send(Method::GET, "/api/matters?page=0".into(), json_kind, vec![]).await),
        ("a page of thousands", 422, send(Method::GET, "/api/matters?page_size=5000".into(), json_kind, vec![]).await),
        ("a page that is a word", 422, send(Method::GET, "/api/businesses?page=one".into(), json_kind, vec![]).await),
        ("a quote in a search", 200, send(Method::GET, "/api/businesses?q=%27%3B--%25_".into(), json_kind, vec![]).await),
        ("a path that is none", 404, send(Method::GET, "/api/nothing".into(), json_kind, vec![]).await),
        ("a file that is a program", 422, send(Method::POST, "/api/files".into(), "multipart/form-data; boundary=b",
            b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\nMZ\x90\r\n--b--\r\n".to_vec()).await),
        ("no form at all", 422, send(Method::POST, "/api/files".into(), json_kind, b"{}".to_vec()).await),
    ] {
        assert_eq!(reply.status.as_u16(), status, "{what}: {}", reply.json);
        assert!(reply.status.is_success() || reply.json["code"].is_string(), "{what} is refused without a code");
    }
    let row = house.get(&format!("/api/matters/{matter}"), Some(&cookie)).await;
    assert_eq!(row.json["end"], false, "nothing of that was an act");
}

#[tokio::test]
async fn another_sites_request_is_refused_even_with_the_cookie() {
    let house = House::on_sqlite().await;
    let (_, matter) = house.finds("phone").await;
    let cookie = house.sign_in("limin").await;
    let request = Request::post(format!("/api/matters/{matter}/acts/dismiss"))
        .header(header::HOST, "shian.test")
        .header(header::ORIGIN, "https://evil.example")
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(r#"{"form":{"reason":"识别对象有误"}}"#))
        .unwrap();
    let reply = house.raw(request).await;
    assert_eq!((reply.status, &reply.json["code"]), (StatusCode::FORBIDDEN, &json!("web.cross_site")));
}

#[tokio::test]
async fn five_wrong_passwords_lock_the_account_and_an_ended_session_is_a_stranger() {
    let house = House::on_sqlite().await;
    let cookie = house.sign_in("limin").await;
    for _ in 0..5 {
        let reply = house.post("/api/sessions", None, json!({ "account": "limin", "password": "not the password" })).await;
        assert_eq!(reply.json["fields"][0]["code"], "people.wrong_credentials");
    }
    let right = json!({ "account": "limin", "password": crate::house::PASSWORD });
    assert_eq!(house.post("/api/sessions", None, right.clone()).await.status, StatusCode::TOO_MANY_REQUESTS);
    house.clock.advance_seconds(15 * 60 + 1);
    assert_eq!(house.post("/api/sessions", None, right).await.status, StatusCode::CREATED);

    assert_eq!(house.get("/api/sessions/current", Some(&cookie)).await.status, StatusCode::OK);
    house.send(Method::DELETE, "/api/sessions/current", Some(&cookie), None).await;
    assert_eq!(house.get("/api/sessions/current", Some(&cookie)).await.status, StatusCode::UNAUTHORIZED);

    let idle = house.sign_in("zhaoqiang").await;
    house.clock.advance_seconds(12 * 3600 + 60);
    assert_eq!(house.get("/api/desk", Some(&idle)).await.status, StatusCode::UNAUTHORIZED);
}
