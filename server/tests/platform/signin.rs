//! P06, K02: signing in as an office does, through the whole platform.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use futures::StreamExt as _;
use serde_json::json;
use tower::ServiceExt as _;

use crate::house::{House, PASSWORD};

async fn walk(house: House) {
    let security = house.sign_in("anquan").await;
    let officer = house.sign_in("limin").await;
    let request = Request::get("/api/events").header(header::COOKIE, &officer).body(Body::empty()).unwrap();
    let mut events = house.app.site.clone().oneshot(request).await.unwrap().into_body().into_data_stream();
    assert!(events.next().await.unwrap().unwrap().starts_with(b"event: hello"));
    let (_, matter) = house.finds("phone").await;

    let id = house.plan.people.iter().find(|person| person.account == "limin").unwrap().id;
    let began = Instant::now();
    let path = format!("/api/people/{id}/acts/disable");
    let done = house.post(&path, Some(&security), json!({ "reason": "调离" })).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.json);
    let rest = tokio::time::timeout(Duration::from_secs(5), events.collect::<Vec<_>>()).await.expect("the stream ends");
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert!(rest.last().unwrap().as_ref().unwrap().starts_with(b"event: signed_out"));
    for path in ["/api/desk".to_owned(), format!("/api/matters/{matter}"), "/api/alerts".into(), "/api/sessions".into()]
    {
        assert_eq!(house.get(&path, Some(&officer)).await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    house.end().await;
}

#[tokio::test]
async fn an_officer_who_is_disabled_is_out_of_everything_within_a_second_on_sqlite() {
    walk(House::on_sqlite().await).await;
}

#[tokio::test]
async fn an_officer_who_is_disabled_is_out_of_everything_within_a_second_on_postgres() {
    match House::on_postgres().await {
        Some(house) => walk(house).await,
        None => eprintln!("skipped: TEST_POSTGRES names no PostgreSQL"),
    }
}

#[tokio::test]
async fn of_the_three_administrators_each_may_do_only_his_own() {
    let house = House::on_sqlite().await;
    let mut seen = BTreeSet::new();
    for (account, own) in [
        ("admin", ["people.create"].as_slice()),
        ("anquan", &["people.grant", "people.secure"]),
        ("shenji", &["audit.read"]),
    ] {
        let cookie = house.sign_in(account).await;
        let who = house.get("/api/sessions/current", Some(&cookie)).await.json;
        let may: Vec<&str> = who["may"].as_array().unwrap().iter().map(|act| act.as_str().unwrap()).collect();
        for act in own {
            assert!(may.contains(act), "{account} may not {act}");
            assert!(seen.insert(*act));
        }
        let others = ["people.create", "people.grant", "people.secure", "audit.read"];
        for act in others.iter().filter(|act| !own.contains(act)) {
            assert!(!may.contains(act), "{account} may {act}");
        }
        if account == "shenji" {
            assert_eq!(may, ["audit.read"], "the auditor reads the log and nothing else");
        }
    }
}

#[tokio::test]
async fn another_sites_page_cannot_change_an_account() {
    let house = House::on_sqlite().await;
    let cookie = house.sign_in("limin").await;
    for (method, path, body) in [
        (Method::PUT, "/api/password", json!({ "old": PASSWORD, "new": "chosen by somebody else" })),
        (Method::DELETE, "/api/sessions", json!({})),
        (Method::POST, "/api/second-factor", json!({ "password": PASSWORD })),
        (Method::POST, "/api/sessions", json!({ "account": "limin", "password": PASSWORD })),
    ] {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "shian.test")
            .header("sec-fetch-site", "cross-site")
            .header(header::COOKIE, &cookie)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        let reply = house.raw(request).await;
        assert_eq!((reply.status, &reply.json["code"]), (StatusCode::FORBIDDEN, &json!("web.cross_site")), "{path}");
    }
    assert_eq!(house.get("/api/sessions/current", Some(&cookie)).await.status, StatusCode::OK);
    house.sign_in("limin").await;
}
