//! P06, K02: a second factor, each code once, and no way around it.

use shian_testkit::db_test;

use super::*;
use crate::totp::code_now;

/// Sets up an authenticator; its secret and the recovery codes.
async fn enrol(office: &Office, cookie: &str) -> (String, Vec<String>) {
    let wrong =
        office.send("POST", "/api/second-factor", Some(cookie), Some(json!({ "password": "not the password" }))).await;
    assert_eq!(wrong.code(), "people.wrong_credentials", "the password is asked for again");
    let proposal = office.send("POST", "/api/second-factor", Some(cookie), Some(json!({ "password": PASSWORD }))).await;
    assert!(proposal.json["picture"].as_str().unwrap().contains("<svg"), "{}", proposal.text);
    let secret = proposal.json["secret"].as_str().unwrap().to_owned();
    let confirm =
        |code: String| office.send("POST", "/api/second-factor/confirm", Some(cookie), Some(json!({ "code": code })));
    assert_eq!(confirm("000000".into()).await.code(), "people.wrong_code");
    let confirmed = confirm(code_now(&secret, noon())).await;
    assert_eq!(confirmed.status, StatusCode::OK, "{}", confirmed.text);
    let codes: Vec<String> = serde_json::from_value(confirmed.json["recovery_codes"].clone()).unwrap();
    assert_eq!(codes.len(), 10);
    (secret, codes)
}

async fn second(office: &Office, ticket: &str, code: &str) -> Reply {
    office.send("POST", "/api/sessions/second", None, Some(json!({ "ticket": ticket, "code": code }))).await
}

async fn ticket(office: &Office) -> String {
    let first = office.try_password("limin", PASSWORD).await;
    assert_eq!((first.status, &first.json["second_factor"]), (StatusCode::ACCEPTED, &json!("totp")), "{}", first.text);
    assert!(!first.headers.contains_key(header::SET_COOKIE), "the password alone opens nothing");
    first.json["ticket"].as_str().unwrap().to_owned()
}

db_test!(MIGRATIONS, async fn signing_in_with_a_second_factor_takes_two_steps_and_each_code_once(db) {
    let office = Office::open(db).await;
    let cookie = office.sign_in("limin").await;
    let (secret, codes) = enrol(&office, &cookie).await;
    assert_eq!(office.get("/api/second-factor", &cookie).await.json["recovery_codes_left"], 10);

    let one = ticket(&office).await;
    let used = code_now(&secret, noon());
    assert_eq!(second(&office, &one, &used).await.code(), "people.wrong_code", "the code that confirmed is used up");
    office.clock.advance_seconds(30);
    let code = code_now(&secret, noon().plus_seconds(30));
    let signed_in = second(&office, &one, &code).await;
    let fresh = signed_in.cookie();
    assert_eq!(office.get("/api/areas", &fresh).await.status, StatusCode::OK);
    assert_eq!(second(&office, &one, &code).await.code(), "people.ticket", "a ticket is good once");
    assert_eq!(second(&office, &ticket(&office).await, &code).await.code(), "people.wrong_code", "a code is good once");

    let typed = codes[0].to_lowercase().replace('-', " ");
    second(&office, &ticket(&office).await, &typed).await.cookie();
    assert_eq!(second(&office, &ticket(&office).await, &codes[0]).await.code(), "people.wrong_code", "a recovery code is good once");
    assert_eq!(office.get("/api/second-factor", &fresh).await.json["recovery_codes_left"], 9);

    let late = ticket(&office).await;
    office.clock.advance_seconds(5 * 60 + 1);
    let code = code_now(&secret, noon().plus_seconds(30 + 301));
    assert_eq!(second(&office, &late, &code).await.code(), "people.ticket");

    // Others are signed in as before.
    assert_eq!(office.try_password("anquan", PASSWORD).await.status, StatusCode::CREATED);
    let mut tx = office.db.read().await.unwrap();
    let kept: Vec<(String,)> = tx.all("select code_hash from recovery_code", vec![]).await.unwrap();
    assert!(kept.iter().all(|(hash,)| hash.len() == 64), "recovery codes are kept as hashes");
});

db_test!(MIGRATIONS, async fn of_two_who_show_the_same_code_at_once_one_comes_in(db) {
    let office = Office::open(db).await;
    let (secret, _) = enrol(&office, &office.sign_in("limin").await).await;
    office.clock.advance_seconds(60);
    let code = code_now(&secret, noon().plus_seconds(60));
    let (one, two) = (ticket(&office).await, ticket(&office).await);
    let (one, two) = tokio::join!(second(&office, &one, &code), second(&office, &two, &code));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort();
    assert_eq!(statuses, [201, 422], "{} {}", one.text, two.text);
});

db_test!(MIGRATIONS, async fn wrong_codes_lock_like_wrong_passwords_and_the_password_does_not_undo_it(db) {
    let office = Office::open(db).await;
    let (secret, _) = enrol(&office, &office.sign_in("limin").await).await;
    let last = ticket(&office).await;
    // One wrong password came at enrolment; the right one each time must not begin the count anew.
    for _ in 0..4 {
        assert_eq!(second(&office, &ticket(&office).await, "000000").await.code(), "people.wrong_code");
    }
    office.clock.advance_seconds(60);
    let right = code_now(&secret, noon().plus_seconds(60));
    assert_eq!(second(&office, &last, &right).await.status, StatusCode::TOO_MANY_REQUESTS, "locked, even with the right code");
    assert_eq!(office.try_password("limin", PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
});

db_test!(MIGRATIONS, async fn a_post_that_asks_for_it_cannot_be_held_without_one(db) {
    let config = PeopleConfig { second_factor_posts: vec!["station.officer".into()], ..Default::default() };
    let office = Office::with(db, config).await;
    let signed_in = office.try_password("limin", PASSWORD).await;
    assert_eq!(signed_in.json["owes"], "second_factor");
    let cookie = signed_in.cookie();
    assert_eq!(office.get("/api/areas", &cookie).await.code(), "people.second_factor_due");
    let (secret, _) = enrol(&office, &cookie).await;
    assert_eq!(office.get("/api/areas", &cookie).await.status, StatusCode::OK);
    office.clock.advance_seconds(60);
    let off = json!({ "password": PASSWORD, "code": code_now(&secret, noon().plus_seconds(60)) });
    let kept = office.send("DELETE", "/api/second-factor", Some(&cookie), Some(off)).await;
    assert_eq!(kept.code(), "people.second_factor_required");
    assert_eq!(office.try_password("anquan", PASSWORD).await.json["owes"], Value::Null, "other posts need none");
});

db_test!(MIGRATIONS, async fn it_is_given_up_with_password_and_code_or_taken_away_by_the_security_administrator(db) {
    let office = Office::open(db).await;
    let cookie = office.sign_in("limin").await;
    let (secret, _) = enrol(&office, &cookie).await;
    let twice = office.send("POST", "/api/second-factor", Some(&cookie), Some(json!({ "password": PASSWORD }))).await;
    assert_eq!(twice.code(), "people.second_factor_on", "a stolen session cannot put another phone in its place");
    office.clock.advance_seconds(60);
    let code = code_now(&secret, noon().plus_seconds(60));
    let off = |password: &str, code: &str| {
        office.send("DELETE", "/api/second-factor", Some(&cookie), Some(json!({ "password": password, "code": code })))
    };
    assert_eq!(off(PASSWORD, "000000").await.code(), "people.wrong_code");
    assert_eq!(off("not the password", &code).await.code(), "people.wrong_credentials");
    assert_eq!(off(PASSWORD, &code).await.status, StatusCode::NO_CONTENT);
    assert_eq!(office.try_password("limin", PASSWORD).await.status, StatusCode::CREATED);

    office.clock.set(noon());
    enrol(&office, &cookie).await;
    let (admin, security) = (office.sign_in("admin").await, office.sign_in("anquan").await);
    assert_eq!(office.act(&admin, "limin", "reset_second_factor").await.status, StatusCode::FORBIDDEN);
    assert_eq!(office.act(&security, "limin", "reset_second_factor").await.status, StatusCode::OK);
    assert_eq!(office.try_password("limin", PASSWORD).await.status, StatusCode::CREATED);
});
