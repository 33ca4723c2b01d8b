//! P06, K02: one's sessions are listed and ended, and what has ended is cut within a second.

use std::time::Duration;

use futures::StreamExt as _;
use shian_testkit::db_test;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::*;

/// Follows the live events until they end; when that was, and what was said last.
async fn follow(office: &Office, cookie: &str) -> JoinHandle<(Instant, String)> {
    let request = Request::get("/api/events").header(header::COOKIE, cookie).body(Body::empty()).unwrap();
    let response = office.site.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let mut body = response.into_body().into_data_stream();
    let hello = body.next().await.unwrap().unwrap();
    assert!(hello.starts_with(b"event: hello"));
    tokio::spawn(async move {
        let mut last = String::new();
        while let Some(Ok(bytes)) = body.next().await {
            last = String::from_utf8_lossy(&bytes).into_owned();
        }
        (Instant::now(), last)
    })
}

/// The stream ended within a second of `began`, when the request to end it was sent.
async fn cut(following: JoinHandle<(Instant, String)>, began: Instant, what: &str) {
    let (ended, last) = tokio::time::timeout(Duration::from_secs(5), following).await.expect(what).unwrap();
    let took = ended - began;
    eprintln!("{what}: cut after {} ms", took.as_millis());
    assert!(took < Duration::from_secs(1), "{what} took {took:?}");
    assert!(last.starts_with("event: signed_out"), "{what}: {last}");
}

db_test!(MIGRATIONS, async fn a_person_sees_where_he_is_signed_in_and_ends_any_of_it(db) {
    let office = Office::open(db).await;
    let (here, there) = (office.sign_in("limin").await, office.sign_in("limin").await);
    let list = office.get("/api/sessions", &here).await.json;
    assert_eq!(list.as_array().unwrap().len(), 2);
    assert_eq!((&list[0]["current"], &list[1]["current"]), (&json!(true), &json!(false)), "the one in use comes first");
    assert_eq!((&list[1]["device"], &list[1]["address"]), (&json!("Firefox 石桥所"), &json!("10.0.0.7")));
    assert!(!list.to_string().contains(there.split('=').nth(1).unwrap()), "a list of sessions opens none of them");

    // Somebody else's session is not there to be ended.
    let other = office.sign_in("anquan").await;
    let id = list[1]["id"].as_str().unwrap();
    let path = format!("/api/sessions/{id}");
    assert_eq!(office.send("DELETE", &path, Some(&other), None).await.status, StatusCode::NOT_FOUND);
    assert_eq!(office.get("/api/sessions/current", &there).await.status, StatusCode::OK);

    let following = follow(&office, &there).await;
    let began = Instant::now();
    assert_eq!(office.send("DELETE", &path, Some(&here), None).await.status, StatusCode::NO_CONTENT);
    cut(following, began, "one session ended").await;
    assert_eq!(office.get("/api/sessions/current", &there).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(office.get("/api/sessions/current", &here).await.status, StatusCode::OK);

    let (second, third) = (office.sign_in("limin").await, office.sign_in("limin").await);
    assert_eq!(office.send("DELETE", "/api/sessions", Some(&here), None).await.status, StatusCode::NO_CONTENT);
    for ended in [&second, &third] {
        assert_eq!(office.get("/api/sessions/current", ended).await.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(office.get("/api/sessions", &here).await.json.as_array().unwrap().len(), 1);
    let acts = office.acts().await;
    assert_eq!(acts.iter().filter(|act| *act == "session.ended").count(), 2);
});

db_test!(MIGRATIONS, async fn an_account_that_is_disabled_is_cut_off_everything_within_a_second(db) {
    let office = Office::open(db).await;
    let security = office.sign_in("anquan").await;
    let limin = office.sign_in("limin").await;
    let following = [follow(&office, &limin).await, follow(&office, &limin).await];
    let unconcerned = follow(&office, &security).await;
    let began = Instant::now();
    let done = office.act(&security, "limin", "disable").await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    for stream in following {
        cut(stream, began, "the account disabled").await;
    }
    assert!(!unconcerned.is_finished(), "nobody else is cut off");
    unconcerned.abort();
    assert_eq!(office.get("/api/areas", &limin).await.status, StatusCode::UNAUTHORIZED);
    let again = office.try_password("limin", PASSWORD).await;
    assert_eq!(again.code(), "people.wrong_credentials", "a disabled account is answered like a wrong password");

    assert_eq!(office.act(&security, "limin", "enable").await.status, StatusCode::OK);
    assert_eq!(office.get("/api/areas", &limin).await.status, StatusCode::UNAUTHORIZED, "the old session stays ended");
    let limin = office.sign_in("limin").await;
    let following = follow(&office, &limin).await;
    let began = Instant::now();
    office.act(&security, "limin", "end_sessions").await;
    cut(following, began, "the sessions ended by an administrator").await;
});

db_test!(MIGRATIONS, async fn what_another_process_ends_is_cut_within_a_second_too(db) {
    let office = Office::open(db).await;
    let elsewhere = office.beside();
    let limin = office.sign_in("limin").await;
    let security = elsewhere.sign_in("anquan").await;
    let following = follow(&office, &limin).await;
    let began = Instant::now();
    elsewhere.act(&security, "limin", "disable").await;
    cut(following, began, "disabled by another process").await;
    elsewhere.act(&security, "limin", "enable").await;
    let limin = office.sign_in("limin").await;
    let following = follow(&office, &limin).await;
    let began = Instant::now();
    elsewhere.grant(&security, "limin", "grid.officer", "990302001").await;
    cut(following, began, "another post granted by another process").await;
    let limin = office.sign_in("limin").await;
    let following = follow(&office, &limin).await;
    let began = Instant::now();
    office.clock.advance_seconds(12 * 3600 + 61);
    cut(following, began, "idle too long").await;
});

db_test!(MIGRATIONS, async fn a_token_brought_along_is_never_taken_over(db) {
    let office = Office::open(db).await;
    let planted = "shian_session=chosen-by-somebody-else";
    let body = json!({ "account": "limin", "password": PASSWORD });
    let own = office.send("POST", "/api/sessions", Some(planted), Some(body.clone())).await.cookie();
    assert_ne!(own, planted);
    assert_eq!(office.get("/api/sessions/current", planted).await.status, StatusCode::UNAUTHORIZED);
    // Signing in again in the same browser leaves no session behind.
    let next = office.send("POST", "/api/sessions", Some(&own), Some(body)).await.cookie();
    assert_ne!(own, next);
    assert_eq!(office.get("/api/sessions/current", &own).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(office.get("/api/sessions", &next).await.json.as_array().unwrap().len(), 1);
});

/// The tables as they were before.
const BEFORE: &[Migration] =
    &[shian_web::MIGRATIONS[0], shian_area::MIGRATIONS[0], shian_business::MIGRATIONS[0], crate::MIGRATIONS[0]];

db_test!(BEFORE, async fn who_was_signed_in_before_the_tables_changed_still_is(db) {
    let mut tx = db.write().await.unwrap();
    let token = "a token from before";
    tx.script(&format!(
        "insert into person (id, account, name, post, reach_kind, reach, password_hash, failures, created_at)
           values ('{}', 'sunli', '孙丽', 'station.officer', 'area', '990302001', 'x', 3, 0);
         insert into session (token_hash, person_id, created_at, last_seen_at, expires_at)
           values ('{}', '{0}', {2}, {2}, {3})",
        person("sunli"),
        crate::store::hash_token(token),
        noon().micros(),
        noon().plus_seconds(3600).micros()
    ))
    .await
    .unwrap();
    tx.commit().await.unwrap();
    db.migrate(MIGRATIONS, noon()).await.unwrap();
    let office = Office::open(db).await;
    let cookie = format!("shian_session={token}");
    let list = office.get("/api/sessions", &cookie).await;
    assert_eq!((list.status, &list.json[0]["current"]), (StatusCode::OK, &json!(true)), "{}", list.text);
    let path = format!("/api/sessions/{}", list.json[0]["id"].as_str().unwrap());
    assert_eq!(office.send("DELETE", &path, Some(&cookie), None).await.status, StatusCode::NO_CONTENT);
});
