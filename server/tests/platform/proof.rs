//! What is done through the API is provable: bundles for whom may read, checked offline; tampering is named
//! [B07 G12 K03 C10].

use axum::http::StatusCode;
use serde_json::{Value, json};
use shian_db::{Engine, args};
use shian_proof::{Beside, Misfit, Trust, Verified, verify};
use shian_testkit::noon;

use crate::house::House;

/// An order that was acknowledged and answered with a picture; its id.
async fn order(house: &House) -> String {
    let (officer, owner) = (house.sign_in("limin").await, house.sign_in("wangji").await);
    let (_, review) = house.finds("phone").await;
    let act = |matter: String, act: &'static str, cookie: String, body: Value| async move {
        let reply = house.post(&format!("/api/matters/{matter}/acts/{act}"), Some(&cookie), body).await;
        assert_eq!(reply.status, StatusCode::OK, "{act}: {}", reply.json);
        reply.json
    };
    let done = act(review, "order", officer, json!({ "form": { "requirement": "后厨工作时不使用手机。", "days": 3 } })).await;
    let order = done["children"][0]["id"].as_str().unwrap().to_owned();
    act(order.clone(), "acknowledge", owner.clone(), json!({})).await;
    let photo = house.send_photo(&owner).await;
    act(order.clone(), "submit", owner, json!({ "form": { "statement": "已收起手机并培训员工。" }, "files": [photo] })).await;
    order
}

async fn bundle(house: &House, matter: &str, account: &str) -> String {
    let cookie = house.sign_in(account).await;
    let reply = house.get(&format!("/api/matters/{matter}/bundle"), Some(&cookie)).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.json);
    reply.json.to_string()
}

fn check(house: &House, text: &str) -> Result<Verified, Misfit> {
    verify(text, &Trust { key: Some(house.app.log.key().clone()), witnesses: vec![] })
}

async fn audit(house: &House) -> Vec<String> {
    let sources = shian_server::proof::sources(&house.app.files);
    let found = shian_proof::audit(&house.app.log, &sources, &Beside::default()).await.unwrap();
    found.differences.into_iter().map(|difference| format!("{} {}", difference.code, difference.text)).collect()
}

/// Changes something without asking anybody.
async fn tamper(house: &House, trigger: (&str, &str), sql: &str) {
    let mut tx = house.app.db.write().await.unwrap();
    let (name, table) = trigger;
    let drop = match tx.engine() {
        Engine::Sqlite => format!("drop trigger if exists {name}"),
        Engine::Postgres => format!("drop trigger if exists {name} on {table}"),
    };
    tx.script(&drop).await.unwrap();
    assert!(tx.run(sql, args![]).await.unwrap() > 0, "nothing was changed: {sql}");
    tx.commit().await.unwrap();
}

async fn story(house: House) {
    let order = order(&house).await;
    let text = bundle(&house, &order, "limin").await;
    let verified = check(&house, &text).unwrap();
    assert_eq!((verified.acts, verified.files.len(), verified.withheld), (3, 1, 0));
    assert!(verified.number.contains("责改"), "{}", verified.number);
    assert_eq!(check(&house, &text.replace("已收起手机", "没收起手机")).unwrap_err().code, "entry.log");
    // The business may read its own order, and an officer elsewhere is told of nothing.
    check(&house, &bundle(&house, &order, "wangji").await).unwrap();

    assert_eq!(audit(&house).await, Vec::<String>::new());
    let history = ("matter_history_stays", "matter_history");
    tamper(&house, history, &format!("update matter_history set actor_name = '别人' where matter_id = '{order}' and seq = 2")).await;
    assert_eq!(audit(&house).await, [format!("record.changed 事项 {order} 的第 2 步被改过，与存证日志对不上")]);
    let misfit = check(&house, &bundle(&house, &order, "limin").await).unwrap_err();
    assert_eq!(misfit.code, "entry.log");
    assert!(misfit.text.contains("别人"), "{misfit}");
    tamper(&house, history, &format!("update matter_history set actor_name = '王秀兰' where matter_id = '{order}' and seq = 2")).await;
    assert_eq!(audit(&house).await, Vec::<String>::new());

    tamper(&house, history, &format!("update matter set title = '没有这回事' where id = '{order}'")).await;
    assert_eq!(audit(&house).await, [format!("record.changed 事项 {order} 的立项被改过：title")]);
    tamper(&house, history, &format!("update matter set title = (select m.title from matter m where m.id <> '{order}' limit 1) where id = '{order}'")).await;

    let file = &verified.files[0].sha256;
    let path = house.app.config.server.data.join("files").join(&file[..2]).join(&file[2..]);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[4] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    let found = audit(&house).await;
    assert!(found.len() == 1 && found[0].starts_with("record.bytes") && found[0].ends_with("存储里的原件被改过"), "{found:?}");
    bytes[4] ^= 1;
    std::fs::write(&path, &bytes).unwrap();

    tamper(&house, ("proof_leaf_stays", "proof_leaf"), "update proof_leaf set hash = (select l.hash from proof_leaf l where l.idx = 1) where idx = 0").await;
    let found = audit(&house).await;
    assert!(found.iter().any(|text| text.starts_with("checkpoint.root")), "{found:?}");
    house.end().await;
}

#[tokio::test]
async fn an_order_is_provable_and_what_is_changed_behind_its_back_is_named_on_sqlite() {
    story(House::on_sqlite().await).await;
}

#[tokio::test]
async fn an_order_is_provable_and_what_is_changed_behind_its_back_is_named_on_postgres() {
    let Some(house) = House::on_postgres().await else {
        eprintln!("skipped: TEST_POSTGRES names no PostgreSQL");
        return;
    };
    story(house).await;
}

#[tokio::test]
async fn an_act_the_business_is_told_of_in_other_words_is_a_hash_in_its_bundle() {
    let house = House::on_sqlite().await;
    let order = order(&house).await;
    let officer = house.sign_in("limin").await;
    let body = json!({ "form": { "reason": "整改照片与现场不符。" } });
    let done = house.get(&format!("/api/matters/{order}"), Some(&officer)).await;
    let secret = done.json["acts"].as_array().unwrap().iter().find(|act| act["opens"] == "线索核查").cloned();
    let secret = secret.unwrap_or_else(|| panic!("no act opens a clue: {}", done.json["acts"]));
    let path = format!("/api/matters/{order}/acts/{}", secret["id"].as_str().unwrap());
    let reply = house.post(&path, Some(&officer), body).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.json);

    let theirs = bundle(&house, &order, "wangji").await;
    let verified = check(&house, &theirs).unwrap();
    assert_eq!((verified.acts, verified.withheld), (3, 1));
    assert!(!theirs.contains("整改照片与现场不符"), "the business is not told of the clue");
    assert_eq!(check(&house, &bundle(&house, &order, "limin").await).unwrap().acts, 4);
}

#[tokio::test]
async fn an_act_that_was_refused_leaves_no_leaf_and_the_log_is_public() {
    let house = House::on_sqlite().await;
    let cookie = house.sign_in("limin").await;
    let (_, review) = house.finds("phone").await;
    house.app.log.sequence(noon()).await.unwrap();
    let before = house.get("/api/log", None).await.json;
    assert!(before["key"].as_str().unwrap().starts_with("shian.log/"));
    let refused = house.post(&format!("/api/matters/{review}/acts/dismiss"), Some(&cookie), json!({ "form": { "reason": "" } })).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    house.app.runner.run_sweeps().await.unwrap();
    assert_eq!(house.get("/api/log", None).await.json["size"], before["size"]);

    let done = house.post(&format!("/api/matters/{review}/acts/dismiss"), Some(&cookie), json!({ "form": { "reason": "识别对象有误" } })).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.json);
    house.app.runner.run_sweeps().await.unwrap();
    let after = house.get("/api/log", None).await.json;
    assert_eq!(after["size"].as_i64().unwrap(), before["size"].as_i64().unwrap() + 1);
    let proof = house.get(&format!("/api/log/consistency?from={}&to={}", before["size"], after["size"]), None).await;
    assert_eq!(proof.status, StatusCode::OK, "{}", proof.json);
    let too_far = house.get("/api/log/consistency?from=1&to=999", None).await;
    assert_eq!(too_far.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn the_commands_check_offline_and_end_with_0_or_1() {
    let house = House::on_sqlite().await;
    let order = order(&house).await;
    let text = bundle(&house, &order, "limin").await;
    let key = house.app.log.key().to_string();
    let folder = house.leave().await;
    let data = folder.path().to_str().unwrap().to_owned();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (good, bad) = (write("good.json", &text), write("bad.json", &text.replace("李敏", "赵强")));
    let shian = |args: &[&str]| {
        let out = std::process::Command::new(env!("CARGO_BIN_EXE_shian")).args(args).env_remove("SHIAN_DATABASE").output().unwrap();
        let said = String::from_utf8_lossy(&[out.stdout, out.stderr].concat()).into_owned();
        (out.status.code(), said)
    };
    let (code, said) = shian(&["verify", &good, "--key", &key]);
    assert!(code == Some(0) && said.contains("核验通过") && said.contains("3 步经过，1 个附件"), "{said}");
    let (code, said) = shian(&["verify", &bad]);
    assert!(code == Some(1) && said.contains("（entry.log）") && said.contains("赵强"), "{said}");
    let (code, said) = shian(&["verify", &good, "--file", &bad]);
    assert!(code == Some(1) && said.contains("file.bytes"), "{said}");
    let (code, said) = shian(&["log", "--data", &data]);
    assert!(code == Some(0) && said.contains(&key), "{said}");
    let checkpoint = write("kept.txt", &said[said.find("\n\n").unwrap() + 2..]);
    let (code, said) = shian(&["audit", "--data", &data, "--checkpoint", &checkpoint]);
    assert!(code == Some(0) && said.contains("全部一致"), "{said}");
    let stored = std::fs::read_dir(folder.path().join("files")).unwrap().flat_map(|sub| std::fs::read_dir(sub.unwrap().path()).unwrap());
    for file in stored {
        std::fs::remove_file(file.unwrap().path()).unwrap();
    }
    let (code, said) = shian(&["audit", "--data", &data]);
    assert!(code == Some(1) && said.contains("record.bytes") && said.contains("没有它的原件"), "{said}");
}

#[tokio::test]
async fn every_column_of_the_history_is_in_what_is_hashed() {
    let house = House::on_sqlite().await;
    let (_, review) = house.finds("phone").await;
    let bundle: Value = serde_json::from_str(&bundle(&house, &review, "limin").await).unwrap();
    let records = bundle["entries"].as_array().unwrap().iter().map(|entry| entry["record"].as_str().unwrap());
    let act = records.map(|text| serde_json::from_str::<Value>(text).unwrap()).find(|record| record["kind"] == "act").unwrap();
    let of_the_log = ["kind", "subject", "salt"];
    let mut hashed: Vec<String> = act.as_object().unwrap().keys().filter(|name| !of_the_log.contains(&name.as_str())).cloned().collect();
    hashed.push("matter_id".into());
    hashed.sort();
    let mut tx = house.app.db.read().await.unwrap();
    let columns: Vec<(String,)> = tx.all("select name from pragma_table_info('matter_history') order by name", args![]).await.unwrap();
    assert_eq!(hashed, columns.into_iter().map(|(name,)| name).collect::<Vec<_>>(), "a new column belongs in kernel/matter/src/proof.rs");
}
