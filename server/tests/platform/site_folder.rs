//! A site adds a line of business that nobody has programmed: lifts. [L02, T21]

use axum::http::StatusCode;
use serde_json::json;
use shian_town::business_named;

use crate::house::House;

const PROCEDURE: &str = include_str!("lifts/procedures/lift-hazard.toml");

/// The folder a site would keep beside its configuration.
fn site(procedure: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("procedures/lift-hazard.toml", procedure),
        ("forms/lift-hazard.json", include_str!("lifts/forms/lift-hazard.json")),
        ("values/lift.csv", include_str!("lifts/values/lift.csv")),
        ("statutes/lift.toml", include_str!("lifts/statutes/lift.toml")),
    ] {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

#[tokio::test]
async fn a_folder_of_four_files_is_a_new_line_of_business() {
    let folder = site(PROCEDURE);
    let house = House::with_law(folder.path()).await;
    let (officer, owner) = (house.sign_in("limin").await, house.sign_in("wangji").await);
    let business = business_named("王记面馆").to_string();

    // It is offered to those whom the file names, with its form.
    let offered = house.get("/api/procedures", Some(&officer)).await;
    assert_eq!((offered.json[0]["id"].as_str(), offered.json[0]["form"]["title"].as_str()), (Some("lift-hazard"), Some("电梯隐患")));
    assert_eq!(house.get("/api/procedures", Some(&owner)).await.json, json!([]));
    let numbers = house.get("/api/law/values?q=LIFT", Some(&officer)).await;
    assert_eq!(numbers.json["total"], 3);

    let open = |cookie: String, form: serde_json::Value, request: &str| {
        let body = json!({ "procedure": "lift-hazard", "business_id": business, "form": form, "request_id": request });
        let house = &house;
        async move { house.post("/api/matters", Some(&cookie), body).await }
    };
    let form = json!({ "lift": "梯11-柳-000123", "grade": "一般", "requirement": "更换轿厢应急照明。" });
    let bad = open(officer.clone(), json!({ "lift": "梯11-柳-000123", "grade": "随便" }), "a").await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", bad.json);
    let head = house.sign_in("zhaoqiang").await;
    assert_eq!(open(head, form.clone(), "b").await.status, StatusCode::FORBIDDEN, "the file does not name the head");
    assert_eq!(open(owner.clone(), form.clone(), "c").await.status, StatusCode::FORBIDDEN);
    let elsewhere = house.sign_in("zhoukai").await;
    assert_eq!(open(elsewhere.clone(), form.clone(), "d").await.status, StatusCode::NOT_FOUND);

    let opened = open(officer.clone(), form.clone(), "e").await;
    assert_eq!(opened.status, StatusCode::CREATED, "{}", opened.json);
    let id = opened.json["id"].as_str().unwrap().to_owned();
    assert_eq!(opened.json["number"], "柳市监特隐〔2026〕石桥 0001 号");
    assert_eq!(opened.json["title"], "王记面馆：电梯隐患整改");
    assert_eq!(opened.json["history"][0]["actor_name"], "李敏");
    assert_eq!(opened.json["law"][0]["article"], "第六十二条");
    assert_eq!(opened.json["clock"]["title"], "隐患整改期限");
    // Five working days after Saturday 21 November 2026.
    assert_eq!(opened.json["clock"]["due_at"].as_str().unwrap()[..10], *"2026-11-28");
    assert_eq!(open(officer.clone(), form, "e").await.json["id"], id, "pressed twice, opened once");

    // It runs like every other matter: seen, done, returned, done, checked, and not by others.
    let path = |act: &str| format!("/api/matters/{id}/acts/{act}");
    assert_eq!(house.get(&format!("/api/matters/{id}"), Some(&elsewhere)).await.status, StatusCode::NOT_FOUND);
    let mine = house.get("/api/matters?queue=mine", Some(&owner)).await;
    assert_eq!(mine.json["items"][0]["id"], id);
    for (cookie, act, form) in [
        (&owner, "submit", json!({ "statement": "已更换。" })),
        (&officer, "return", json!({ "reason": "请附检验人员签字。" })),
        (&owner, "submit", json!({ "statement": "已补签字。" })),
        (&officer, "pass", json!({ "opinion": "现场复查合格。" })),
    ] {
        let done = house.post(&path(act), Some(cookie), json!({ "form": form })).await;
        assert_eq!(done.status, StatusCode::OK, "{act}: {}", done.json);
    }
    let file = house.get(&format!("/api/matters/{id}"), Some(&officer)).await;
    assert_eq!((file.json["end"].as_bool(), file.json["result"].as_str()), (Some(true), Some("隐患消除")));
    house.end().await;
}

#[tokio::test]
async fn nobody_acts_and_the_new_line_alarms_like_the_old_ones() {
    let folder = site(PROCEDURE);
    let house = House::with_law(folder.path()).await;
    let officer = house.sign_in("limin").await;
    let body = json!({ "procedure": "lift-hazard", "business_id": business_named("王记面馆").to_string(),
        "form": { "lift": "梯11-柳-000123", "grade": "严重", "requirement": "停用并更换制动器。" } });
    let opened = house.post("/api/matters", Some(&officer), body).await;
    assert_eq!(opened.status, StatusCode::CREATED, "{}", opened.json);
    house.clock.advance_seconds(5 * 86_400);
    house.app.runner.run_sweeps().await.unwrap();
    let head = house.sign_in("zhaoqiang").await;
    let alarms = house.get("/api/alarms", Some(&head)).await;
    assert!(alarms.json.as_array().unwrap().iter().any(|alarm| alarm["matter_id"] == opened.json["id"]), "{}", alarms.json);
    house.end().await;
}

#[tokio::test]
async fn a_folder_that_does_not_hold_is_refused_at_the_start_with_the_reason() {
    let folder = site(&PROCEDURE.replacen("LIFT.REVIEW", "LIFT.SOMETIME", 1));
    let data = tempfile::tempdir().unwrap();
    let mut config = shian_server::config::Config::default();
    config.server.data = data.path().into();
    config.law.folder = folder.path().to_str().unwrap().into();
    let refused = shian_server::app::App::start(config, shian_testkit::clock()).await.err().unwrap();
    let said = format!("{refused}");
    assert!(said.contains("期限“复查期限”(review)：期限数值 LIFT.SOMETIME 在"), "{said}");
}

#[test]
fn the_command_says_in_chinese_what_is_wrong_with_a_folder() {
    let check = |folder: &std::path::Path| {
        let ran = std::process::Command::new(env!("CARGO_BIN_EXE_shian")).args(["procedures", "check"]).arg(folder).output().unwrap();
        (ran.status.success(), String::from_utf8(ran.stdout).unwrap() + &String::from_utf8(ran.stderr).unwrap())
    };
    let (holds, said) = check(site(PROCEDURE).path());
    assert!(holds && said.contains("5 个程序都成立") && said.contains("电梯隐患整改"), "{said}");
    let (holds, said) = check(site(&PROCEDURE.replacen("result = \"隐患消除\"\n", "", 1)).path());
    assert!(!holds && said.contains("lift-hazard · 操作“复查合格”(pass)：办结事项，却没有写明办理结果") && said.contains("共 1 处问题"), "{said}");
    let (holds, said) = check(site(&PROCEDURE.replacen("warn_at", "warm_at", 1)).path());
    assert!(!holds && said.contains("lift-hazard.toml，第") && said.contains("不认识“warm_at”"), "{said}");
}
