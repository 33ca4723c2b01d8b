//! How long a bundle of 1,000 leaves takes to make and to check, in a log of 20,000 leaves.
//!
//! `cargo run -p shian-proof --example bundle_bench` (with `TEST_POSTGRES` also on PostgreSQL).

use serde_json::json;
use shian_proof::{Item, Log, MIGRATIONS, Record, Trust, append, verify};
use shian_testkit::{FreshDb, noon};

const LEAVES: i64 = 1000;
/// Other people's leaves between two of ours.
const BETWEEN: i64 = 19;
const RUNS: usize = 15;

fn record(subject: &str, kind: &'static str, seq: i64) -> Record {
    let content = json!({
        "act": "submit", "act_title": "提交整改", "actor_id": "01935ab0-0000-7000-8000-00000000000a", "actor_name": "王秀兰",
        "actor_post": "merchant.manager", "at": noon(), "from_state": "mending", "to_state": "review", "to_state_title": "待复核",
        "form": "{\"statement\":\"已收起手机并培训员工，今后由领班每天检查一次。\"}", "form_fields": "[]", "files": [], "note": "",
        "number": "柳市监责改〔2026〕石桥 0317 号", "title": "王记面馆 后厨玩手机",
    });
    Record { subject: subject.into(), kind, seq, content }
}

async fn measure(name: &str, fresh: FreshDb) {
    let folder = tempfile::tempdir().expect("a folder");
    let log = Log::open(fresh.db.clone(), folder.path(), &[]).expect("a log");
    let matter = "01935ab0-0000-7000-8000-000000000001";
    let begun = std::time::Instant::now();
    for step in 0..LEAVES {
        let mut tx = fresh.db.write().await.expect("a transaction");
        let ours = if step == 0 { record(matter, "matter", 0) } else { record(matter, "act", step) };
        append(&mut tx, &ours, noon().plus_micros(step)).await.expect("a leaf");
        for other in 1..=BETWEEN {
            append(&mut tx, &record(&format!("other-{step}-{other}"), "act", 1), noon().plus_micros(step)).await.expect("a leaf");
        }
        tx.commit().await.expect("committing");
    }
    let filled = begun.elapsed();
    let begun = std::time::Instant::now();
    log.sequence(noon()).await.expect("places");
    println!("{name}: {} leaves recorded in {filled:.1?}, given places and signed in {:.1?}", LEAVES * (BETWEEN + 1), begun.elapsed());

    let (mut made, mut checked, mut size) = (Vec::new(), Vec::new(), 0);
    for _ in 0..RUNS {
        let begun = std::time::Instant::now();
        let mut items = vec![Item { record: record(matter, "matter", 0), is_withheld: false }];
        items.extend((1..LEAVES).map(|seq| Item { record: record(matter, "act", seq), is_withheld: false }));
        let mut tx = fresh.db.read().await.expect("a transaction");
        let text = serde_json::to_string(&log.bundle(&mut tx, matter, &items).await.expect("a bundle")).expect("JSON");
        made.push(begun.elapsed());
        let begun = std::time::Instant::now();
        let trust = Trust { key: Some(log.key().clone()), witnesses: vec![] };
        assert_eq!(verify(&text, &trust).expect("it fits").acts as i64, LEAVES - 1);
        checked.push(begun.elapsed());
        size = text.len();
    }
    for (what, mut times) in [("made", made), ("checked", checked)] {
        times.sort();
        println!("{name}: bundle of {LEAVES} leaves {what} in {:.1?} median, {:.1?} worst of {RUNS}; {size} bytes", times[RUNS / 2], times[RUNS - 1]);
    }
    fresh.drop_schema().await;
}

#[tokio::main]
async fn main() {
    measure("SQLite", FreshDb::sqlite(MIGRATIONS).await).await;
    if let Some(fresh) = FreshDb::postgres(MIGRATIONS).await {
        measure("PostgreSQL", fresh).await;
    }
}
