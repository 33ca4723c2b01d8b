//! A person judges, and everything that follows from it follows at once.

use super::*;
use shian_testkit::db_test;

fn order() -> Value {
    json!({"requirement": "立即清除动物，封堵进入途径，上传照片。", "days": 3})
}

impl Bench {
    async fn verdicts(&self) -> Vec<Value> {
        let rows: Vec<(String,)> = self.rows("select payload from job where kind = 'kitchens.verdict'", args![]).await;
        rows.into_iter().map(|(text,)| serde_json::from_str(&text).unwrap()).collect()
    }
    async fn facts(&self, matter: MatterId) -> Value {
        let rows: Vec<(String,)> = self.rows("select facts from matter where id = $1", args![matter]).await;
        serde_json::from_str(&rows[0].0).unwrap()
    }
    async fn history(&self) -> Vec<String> {
        let mut tx = self.db.read().await.unwrap();
        Businesses::history(&mut tx, wangji(), 9).await.unwrap().into_iter().map(|line| line.title).collect()
    }
}

db_test!(MIGRATIONS, async fn an_order_makes_the_alert_valid_and_shows_the_picture_to_the_business(db) {
    let bench = Bench::new(&db).await;
    let cat = bench.cat("first").await;
    let still: FileId = cat.still_file_id.unwrap().cast();
    let raised = bench.raise(&cat).await;
    assert!(bench.may_read(limin(), still).await);
    assert!(!bench.may_read(zhoukai(), still).await);
    assert!(!bench.may_read(wang(), still).await, "not before a person said that it is so");

    let done = bench.act(raised.matter_id, "order", order()).await;
    let alert = bench.alert(raised.alert_id).await;
    assert_eq!((&alert["state"], &alert["judged_act"], &alert["judged_by"]), (&json!("valid"), &json!("order"), &json!("李敏")));
    assert_eq!((alert["acts"].as_array().unwrap().len(), &alert["suggestion"]), (0, &Value::Null));
    assert!(bench.may_read(wang(), still).await);
    assert!(!bench.may_read(zhoukai(), still).await);
    let facts = bench.facts(done.child.unwrap()).await;
    assert_eq!(facts["still_file_id"], json!(still));
    assert_eq!(facts["boxes"][0]["label"], "cat");
    assert_eq!(bench.history().await, ["动物进入：责令改正"]);
    assert_eq!(bench.events().await, ["alert.raised", "alert.judged"]);
    let verdict = &bench.verdicts().await[0];
    assert_eq!((&verdict["is_valid"], &verdict["model"]), (&json!(true), &json!("fastestdet-coco@1")));
});

db_test!(MIGRATIONS, async fn a_false_alert_is_told_to_nobody_and_counted_against_the_model(db) {
    let bench = Bench::new(&db).await;
    let cat = bench.cat("first").await;
    let raised = bench.raise(&cat).await;
    bench.act(raised.matter_id, "dismiss", json!({"reason": "识别对象有误"})).await;
    assert_eq!(bench.alert(raised.alert_id).await["state"], "false");
    assert!(!bench.may_read(wang(), cat.still_file_id.unwrap().cast()).await);
    assert!(bench.history().await.is_empty());
    assert_eq!(bench.verdicts().await[0]["is_valid"], false);
});

db_test!(MIGRATIONS, async fn a_clue_stays_with_the_office(db) {
    let bench = Bench::new(&db).await;
    let cat = bench.cat("first").await;
    let raised = bench.raise(&cat).await;
    let done = bench.act(raised.matter_id, "refer", json!({"reason": "多次发生，拒不改正"})).await;
    assert_eq!(bench.alert(raised.alert_id).await["state"], "valid");
    assert!(done.child.is_some());
    assert!(!bench.may_read(wang(), cat.still_file_id.unwrap().cast()).await);
    assert!(bench.history().await.is_empty(), "the business reads its history");
});

db_test!(MIGRATIONS, async fn what_nobody_could_tell_is_not_counted(db) {
    let bench = Bench::new(&db).await;
    let raised = bench.raise(&bench.cat("first").await).await;
    bench.act(raised.matter_id, "unclear", json!({"reason": "画面太暗"})).await;
    let alert = bench.alert(raised.alert_id).await;
    assert_eq!((&alert["state"], &alert["precision"]), (&json!("unclear"), &Value::Null));
    assert!(bench.verdicts().await.is_empty());
});

db_test!(MIGRATIONS, async fn a_clip_that_comes_after_the_judgement_reaches_the_business_too(db) {
    let bench = Bench::new(&db).await;
    let cat = bench.cat("first").await;
    let raised = bench.raise(&cat).await;
    let child = bench.act(raised.matter_id, "order", order()).await.child.unwrap();
    let clip = bench.file("clip").await;
    let told = json!({"finding_id": cat.id, "file_id": clip, "from": noon().plus_seconds(-10), "to": noon().plus_seconds(10)});
    bench.tell("alerts.clip", "clip", told).await;
    bench.run_jobs().await;
    assert!(bench.may_read(limin(), clip).await && bench.may_read(wang(), clip).await);
    assert_eq!(bench.facts(child).await["clip_file_id"], json!(clip));
    assert_eq!(bench.facts(raised.matter_id).await["clip_file_id"], json!(clip));
    let alert = bench.alert(raised.alert_id).await;
    assert_eq!((&alert["clip"]["state"], &alert["clip"]["url"]), (&json!("ready"), &json!(format!("/api/files/{clip}"))));
});

db_test!(MIGRATIONS, async fn a_clip_that_is_there_at_the_judgement_is_carried_to_the_follow_up(db) {
    let bench = Bench::new(&db).await;
    let cat = bench.cat("first").await;
    let raised = bench.raise(&cat).await;
    let clip = bench.file("clip").await;
    let told = json!({"finding_id": cat.id, "file_id": clip, "from": noon(), "to": noon()});
    bench.tell("alerts.clip", "clip", told).await;
    bench.run_jobs().await;
    assert!(!bench.may_read(wang(), clip).await);
    let child = bench.act(raised.matter_id, "remind", json!({"requirement": "清除动物，检修防鼠设施。"})).await.child.unwrap();
    assert!(bench.may_read(wang(), clip).await);
    assert_eq!(bench.facts(child).await["clip_file_id"], json!(clip));
});
