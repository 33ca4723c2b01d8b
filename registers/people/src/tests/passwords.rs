//! P06, K02: passwords are changed by their owner, given out once by an administrator, and guessed by nobody.

use std::time::{Duration, Instant};

use shian_testkit::db_test;

use super::*;

async fn change(office: &Office, cookie: &str, old: &str, new: &str) -> Reply {
    office.send("PUT", "/api/password", Some(cookie), Some(json!({ "old": old, "new": new }))).await
}

db_test!(MIGRATIONS, async fn changing_the_password_asks_for_the_old_one_and_ends_the_other_sessions(db) {
    let office = Office::open(db).await;
    let (here, there) = (office.sign_in("limin").await, office.sign_in("limin").await);
    const NEW: &str = "石桥镇上的老面馆很香";
    assert_eq!(change(&office, &here, "not the password", NEW).await.code(), "people.wrong_credentials");
    assert_eq!(change(&office, &here, PASSWORD, "short").await.code(), "people.password_length");
    assert_eq!(change(&office, &here, PASSWORD, "Password2026").await.code(), "people.password_common");
    assert_eq!(change(&office, &here, PASSWORD, PASSWORD).await.code(), "people.password_same");
    assert_eq!(office.get("/api/areas", &there).await.status, StatusCode::OK);
    assert_eq!(change(&office, &here, PASSWORD, NEW).await.status, StatusCode::NO_CONTENT);
    assert_eq!(office.get("/api/areas", &here).await.status, StatusCode::OK);
    assert_eq!(office.get("/api/areas", &there).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(office.try_password("limin", PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(office.try_password("limin", NEW).await.status, StatusCode::CREATED);
});

db_test!(MIGRATIONS, async fn the_length_is_a_setting(db) {
    let office = Office::with(db, PeopleConfig { password_min: 14, ..Default::default() }).await;
    let limin = office.sign_in("limin").await;
    assert_eq!(change(&office, &limin, PASSWORD, "thirteen sig").await.code(), "people.password_length");
    assert_eq!(change(&office, &limin, PASSWORD, "fourteen signs").await.status, StatusCode::NO_CONTENT);
});

db_test!(MIGRATIONS, async fn a_password_that_was_given_out_must_be_changed_before_anything_else(db) {
    let office = Office::open(db).await;
    let admin = office.sign_in("admin").await;
    let made = office.send("POST", "/api/people", Some(&admin), Some(json!({ "account": "Xinren", "name": "新人" }))).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    assert_eq!((&made.json["account"], &made.json["post_title"]), (&json!("xinren"), &json!("未授岗位")));
    let once = made.json["one_time_password"].as_str().unwrap().to_owned();
    let again = office.send("POST", "/api/people", Some(&admin), Some(json!({ "account": "xinren", "name": "新人" }))).await;
    assert_eq!((again.status, again.code()), (StatusCode::CONFLICT, "people.account_taken"));

    let security = office.sign_in("anquan").await;
    let path = format!("/api/people/{}/post", made.json["id"].as_str().unwrap());
    let granted = office.send("PUT", &path, Some(&security), Some(json!({ "post": "station.officer", "area": "990302001" }))).await;
    assert_eq!(granted.status, StatusCode::OK, "{}", granted.text);

    let signed_in = office.try_password("xinren", &once).await;
    assert_eq!(signed_in.json["owes"], "password");
    let cookie = signed_in.cookie();
    for path in ["/api/areas", "/api/events"] {
        let refused = office.get(path, &cookie).await;
        assert_eq!((refused.status, refused.code()), (StatusCode::CONFLICT, "people.password_due"), "{path}");
    }
    assert_eq!(office.get("/api/sessions/current", &cookie).await.status, StatusCode::OK);
    assert_eq!(change(&office, &cookie, &once, "柳溪镇东头的老槐树下").await.status, StatusCode::NO_CONTENT);
    assert_eq!(office.get("/api/areas", &cookie).await.status, StatusCode::OK);
    assert_eq!(office.get("/api/sessions/current", &cookie).await.json["owes"], Value::Null);
    assert_eq!(office.try_password("xinren", &once).await.status, StatusCode::UNPROCESSABLE_ENTITY);

    // The same after a reset, and it is not good for ever.
    let reset = office.act(&admin, "limin", "reset_password").await;
    let once = reset.json["one_time_password"].as_str().unwrap().to_owned();
    assert_eq!(office.try_password("limin", PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    office.clock.advance_seconds(72 * 3600 + 1);
    assert_eq!(office.try_password("limin", &once).await.code(), "people.wrong_credentials");
    assert_eq!(office.log().await.last().unwrap().detail["reason"], "one_time_password_over");
});

db_test!(MIGRATIONS, async fn five_failures_lock_an_account_whether_it_is_there_or_not(db) {
    let office = Office::open(db).await;
    for account in ["limin", "nobody-at-all"] {
        for _ in 0..5 {
            let reply = office.try_password(account, "not the password").await;
            assert_eq!((reply.status, reply.code()), (StatusCode::UNPROCESSABLE_ENTITY, "people.wrong_credentials"), "{account}");
        }
        let locked = office.try_password(account, PASSWORD).await;
        assert_eq!(locked.status, StatusCode::TOO_MANY_REQUESTS, "{account}");
        assert_eq!(locked.headers[header::RETRY_AFTER], "900");
    }
    assert_eq!(office.acts().await.iter().filter(|act| *act == "sign_in.locked").count(), 2);
    let security = office.sign_in("anquan").await;
    let row = &office.get("/api/people?q=limin", &security).await.json["items"][0];
    assert!(row["locked_until"].is_string(), "{row}");
    office.act(&security, "limin", "unlock").await;
    assert_eq!(office.try_password("limin", PASSWORD).await.status, StatusCode::CREATED);
    office.clock.advance_seconds(15 * 60 + 1);
    assert_eq!(office.try_password("nobody-at-all", PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
});

db_test!(MIGRATIONS, async fn an_address_that_tries_many_accounts_has_to_wait(db) {
    let office = Office::with(db, PeopleConfig { address_failures_max: 4, ..Default::default() }).await;
    for n in 0..4 {
        assert_eq!(office.try_password(&format!("someone{n}"), "guess").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(office.try_password("limin", PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
    office.clock.advance_seconds(15 * 60);
    assert_eq!(office.try_password("limin", PASSWORD).await.status, StatusCode::CREATED);
});

#[tokio::test]
async fn an_unknown_account_takes_as_long_as_a_wrong_password() {
    let fresh = shian_testkit::FreshDb::sqlite(MIGRATIONS).await;
    let office = Office::with(fresh.db.clone(), PeopleConfig { failures_max: 100, ..Default::default() }).await;
    let mut took = [Vec::new(), Vec::new()];
    // In turn, so that whatever else the machine does falls on both.
    for _ in 0..9 {
        for (account, took) in ["limin", "nobody-at-all"].iter().zip(&mut took) {
            let began = Instant::now();
            office.try_password(account, "not the password").await;
            took.push(began.elapsed());
        }
    }
    let [known, unknown] = took.map(|mut times: Vec<Duration>| {
        times.sort();
        times[times.len() / 2].as_secs_f64() * 1000.0
    });
    eprintln!("median of 9: wrong password {known:.1} ms, unknown account {unknown:.1} ms");
    // Without the hash of nothing an unknown account would be answered ten times faster.
    assert!((0.5..2.0).contains(&(known / unknown)), "{known} ms against {unknown} ms");
}
