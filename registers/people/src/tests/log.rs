//! K02: the audit log says who did what, when and from where, keeps no secret, and is never changed.

use shian_db::args;
use shian_testkit::db_test;

use super::*;

db_test!(MIGRATIONS, async fn every_act_on_accounts_and_sessions_is_written_down_without_a_secret(db) {
    let office = Office::open(db).await;
    let [admin, security, audit] = [office.sign_in("admin").await, office.sign_in("anquan").await, office.sign_in("shenji").await];
    let limin = office.sign_in("limin").await;
    office.try_password("limin", "a wrong word").await;
    office.try_password("my-secret-typed-into-the-wrong-box", "x").await;
    let new = json!({ "old": PASSWORD, "new": "石桥镇上的老面馆很香" });
    office.send("PUT", "/api/password", Some(&limin), Some(new)).await;
    office.send("DELETE", "/api/sessions/current", Some(&limin), None).await;
    for act in ["disable", "enable", "unlock", "end_sessions", "reset_second_factor"] {
        office.act(&security, "limin", act).await;
    }
    let once = office.act(&admin, "limin", "reset_password").await.json["one_time_password"].as_str().unwrap().to_owned();
    office.grant(&security, "limin", "station.head", "990302001").await;
    office.send("DELETE", &format!("/api/people/{}/post", person("limin")), Some(&security), None).await;
    office.send("POST", "/api/people", Some(&admin), Some(json!({ "account": "xinren", "name": "新人" }))).await;

    let log = office.get("/api/audit?page_size=200", &audit).await;
    let entries = log.json["items"].as_array().unwrap();
    let acts: Vec<&str> = entries.iter().rev().map(|entry| entry["act"].as_str().unwrap()).collect();
    assert_eq!(acts, [
        "sign_in", "sign_in", "sign_in", "sign_in", "sign_in.failed", "sign_in.failed", "password.changed", "sign_out",
        "account.disabled", "account.enabled", "account.unlocked", "session.ended", "second_factor.reset", "password.reset",
        "post.granted", "post.withdrawn", "account.created",
    ]);
    let granted = entries.iter().find(|entry| entry["act"] == "post.granted").unwrap();
    assert_eq!((&granted["actor"], &granted["subject"]), (&json!("许安（anquan）"), &json!("李敏（limin）")));
    assert_eq!((&granted["address"], &granted["device"]), (&json!("10.0.0.7"), &json!("Firefox 石桥所")));
    assert_eq!((&granted["detail"]["post"], &granted["detail"]["place"]), (&json!("station.head"), &json!("石桥所")));
    for secret in [PASSWORD, "a wrong word", "石桥镇上的老面馆很香", &once, "my-secret-typed", &limin[14..]] {
        assert!(!log.text.contains(secret), "the log keeps a secret: {secret}");
    }

    let of = async |query: &str| office.get(&format!("/api/audit?{query}"), &audit).await.json["total"].as_i64().unwrap();
    assert_eq!(of(&format!("person={}", person("limin"))).await, 12);
    assert_eq!(of("act=sign_in.failed").await, 2);
    assert_eq!(of("q=%E6%9D%8E%E6%95%8F&act=post.granted").await, 1, "李敏");
    assert_eq!(of("from=2026-11-21&to=2026-11-21").await, 17);
    assert_eq!(of("from=2026-11-22").await, 0);
    assert_eq!(office.get("/api/audit?from=gestern", &audit).await.status, StatusCode::UNPROCESSABLE_ENTITY);
});

db_test!(MIGRATIONS, async fn the_log_leaves_as_a_table_in_which_nothing_runs_and_that_is_written_down_too(db) {
    let office = Office::open(db).await;
    let audit = office.sign_in("shenji").await;
    let request = Request::post("/api/sessions")
        .header(header::USER_AGENT, "=HYPERLINK(\"http://evil.example\")")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(json!({ "account": "limin", "password": "x" }).to_string()))
        .unwrap();
    office.site.clone().oneshot(request).await.unwrap();
    let table = office.get("/api/audit.csv?act=sign_in.failed", &audit).await;
    assert_eq!(table.headers[header::CONTENT_TYPE], "text/csv; charset=utf-8");
    assert!(table.text.contains("\"'=HYPERLINK("), "{}", table.text);
    assert_eq!(table.text.lines().count(), 2);
    assert_eq!(office.acts().await.last().unwrap(), "audit.exported");
});

db_test!(MIGRATIONS, async fn the_database_itself_refuses_to_change_the_log(db) {
    let office = Office::open(db).await;
    office.sign_in("limin").await;
    for change in ["update audit_entry set actor = 'nobody'", "delete from audit_entry"] {
        let mut tx = office.db.write().await.unwrap();
        let refused = tx.run(change, args![]).await.unwrap_err();
        assert!(format!("{refused:#}").contains("audit log"), "{change}: {refused:#}");
    }
    assert_eq!(office.log().await.len(), 1);
});

db_test!(MIGRATIONS, async fn a_command_at_the_server_is_written_down_as_such(db) {
    let office = Office::open(db).await;
    let mut tx = office.db.write().await.unwrap();
    People::set_password(&mut tx, "anquan", "柳溪镇东头的老槐树下").await.unwrap();
    crate::log_at_server(&mut tx, crate::PASSWORD_RESET, "anquan", noon()).await.unwrap();
    tx.commit().await.unwrap();
    let entry = office.log().await.pop().unwrap();
    assert_eq!((entry.actor.as_str(), entry.subject.as_str(), entry.act.as_str()), ("服务器命令行", "许安（anquan）", "password.reset"));
});
