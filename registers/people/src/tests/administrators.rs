//! K02: three administrators kept apart; what one does another one checks.

use shian_testkit::db_test;

use super::*;

db_test!(MIGRATIONS, async fn each_of_the_three_does_his_own_and_nothing_of_the_others(db) {
    let office = Office::open(db).await;
    let [admin, security, audit, officer] =
        [office.sign_in("admin").await, office.sign_in("anquan").await, office.sign_in("shenji").await, office.sign_in("limin").await];
    let post = format!("/api/people/{}/post", person("limin"));
    let one = format!("/api/people/{}", person("limin"));
    let acts = |act: &str| format!("/api/people/{}/acts/{act}", person("limin"));
    let reason = || Some(json!({ "reason": "按规定办理" }));
    let account = || Some(json!({ "account": "", "name": "" }));
    let nobody = || Some(json!({ "post": "emperor", "area": "9903" }));
    // Who gets past the rule: 系统, 安全, 审计, an officer, a stranger. Requests are refused later for their contents.
    for (method, path, body, may) in [
        ("GET", "/api/people", None, [true, true, false, false]),
        ("GET", "/api/posts", None, [true, true, false, false]),
        ("GET", one.as_str(), None, [true, true, false, false]),
        ("POST", "/api/people", account(), [true, false, false, false]),
        ("PUT", post.as_str(), nobody(), [false, true, false, false]),
        ("POST", &acts("end_sessions"), Some(json!({ "reason": "" })), [false, true, false, false]),
        ("POST", &acts("reset_password"), Some(json!({ "reason": "" })), [true, false, false, false]),
        ("POST", &acts("unlock"), reason(), [false, true, false, false]),
        ("POST", &acts("burn"), reason(), [true, true, false, false]),
        ("GET", "/api/audit", None, [false, false, true, false]),
        ("GET", "/api/audit.csv", None, [false, false, true, false]),
    ] {
        for (cookie, may) in [&admin, &security, &audit, &officer].into_iter().zip(may) {
            let reply = office.send(method, path, Some(cookie), body.clone()).await;
            assert_eq!(reply.status != StatusCode::FORBIDDEN, may, "{method} {path}: {}", reply.text);
            assert!(!reply.status.is_server_error(), "{method} {path}: {}", reply.text);
        }
        let stranger = office.send(method, path, None, body).await;
        assert_eq!(stranger.status, StatusCode::UNAUTHORIZED, "{method} {path}");
    }
    let nobody = format!("/api/people/{}/acts/disable", person("nobody"));
    assert_eq!(office.send("POST", &nobody, Some(&security), reason()).await.status, StatusCode::NOT_FOUND);
});

db_test!(MIGRATIONS, async fn nobody_grants_to_himself_and_nobody_holds_two_of_the_three(db) {
    let office = Office::open(db).await;
    let security = office.sign_in("anquan").await;
    assert_eq!(office.grant(&security, "anquan", "city.officer", "9903").await.code(), "people.own_account");
    for act in ["disable", "end_sessions", "reset_second_factor"] {
        assert_eq!(office.act(&security, "anquan", act).await.code(), "people.own_account", "{act}");
    }
    assert_eq!(office.grant(&security, "admin", "audit.admin", "9903").await.code(), "people.three_apart");
    assert_eq!(office.grant(&security, "shenji", "security.admin", "9903").await.code(), "people.three_apart");
    assert_eq!(office.grant(&security, "limin", "station.head", "119999").await.code(), "people.reach", "no such area");
    assert_eq!(office.grant(&security, "limin", "merchant.manager", "9903").await.code(), "people.reach");

    // Whoever could set an administrator's password could act as one.
    let admin = office.sign_in("admin").await;
    assert_eq!(office.act(&admin, "anquan", "reset_password").await.code(), "people.at_the_server");
    assert_eq!(office.act(&admin, "shenji", "reset_password").await.code(), "people.at_the_server");
    assert_eq!(office.act(&admin, "limin", "reset_password").await.status, StatusCode::OK);
});

db_test!(MIGRATIONS, async fn a_post_that_is_granted_or_withdrawn_counts_from_the_next_sign_in(db) {
    let office = Office::open(db).await;
    let security = office.sign_in("anquan").await;
    let before = office.sign_in("limin").await;
    let granted = office.grant(&security, "limin", "district.officer", "990302").await;
    assert_eq!((&granted.json["post_title"], &granted.json["reach_name"]), (&json!("区局监管员"), &json!("河东区")), "{}", granted.text);
    assert_eq!(office.get("/api/areas", &before).await.status, StatusCode::UNAUTHORIZED, "nothing goes on under the old post");
    let view = office.try_password("limin", PASSWORD).await;
    assert_eq!((&view.json["post"], &view.json["reach"]["code"]), (&json!("district.officer"), &json!("990302")));

    let path = format!("/api/people/{}/post", person("limin"));
    assert_eq!(office.send("DELETE", &path, Some(&security), None).await.json["post"], "");
    let view = office.try_password("limin", PASSWORD).await;
    assert_eq!((&view.json["post_title"], &view.json["may"]), (&json!("未授岗位"), &json!([])));
    assert_eq!(office.get("/api/areas", &view.cookie()).await.status, StatusCode::FORBIDDEN);
    let own = format!("/api/people/{}/post", person("anquan"));
    assert_eq!(office.send("DELETE", &own, Some(&security), None).await.code(), "people.own_account");
});

db_test!(MIGRATIONS, async fn accounts_are_found_by_name_account_post_and_state(db) {
    let office = Office::open(db).await;
    let security = office.sign_in("anquan").await;
    office.act(&security, "limin", "disable").await;
    let found = async |query: &str| {
        let list = office.get(&format!("/api/people?{query}"), &security).await.json;
        let items = list["items"].as_array().unwrap_or_else(|| panic!("{query}: {list}")).clone();
        items.iter().map(|row| row["account"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(found("").await, "admin anquan limin shenji");
    assert_eq!(found("q=%E6%9D%8E").await, "limin", "李");
    assert_eq!(found("q=SHEN").await, "shenji");
    assert_eq!(found("q=%25").await, "", "a per cent sign is a per cent sign");
    assert_eq!(found("post=security.admin").await, "anquan");
    assert_eq!(found("post=none").await, "");
    assert_eq!(found("state=disabled").await, "limin");
    assert_eq!(found("state=active&page_size=2").await, "admin anquan");
    assert_eq!(office.get("/api/people?state=asleep", &security).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(office.get("/api/people?q=%00", &security).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let file = office.get(&format!("/api/people/{}", person("anquan")), &security).await.json;
    assert_eq!((&file["open_sessions"][0]["address"], &file["sessions"]), (&json!("10.0.0.7"), &json!(1)));
});
