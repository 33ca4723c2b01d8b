//! Acts per second, what the log costs of them, and bare inserts of the same bytes beside them, in one run.
//!
//! `cargo run -p shian-law --example acts_bench` (with `TEST_POSTGRES` also on PostgreSQL).
//! There is no way to act without the log, so its cost is measured by writing every act's leaf twice: what the second
//! one adds is what the first one costs. The three kinds take turns in blocks.

#[path = "../tests/office/mod.rs"]
mod office;

use std::time::Duration;

use serde_json::json;
use shian_db::args;
use shian_matter::ActBody;
use shian_proof::{Record, append};
use shian_testkit::{FreshDb, noon};

use office::{MIGRATIONS, Office};

const BLOCK: usize = 50;
const ROUNDS: usize = 6;
const REASON: &str = "识别对象有误";

async fn measure(name: &str, fresh: FreshDb) {
    let office = Office::on(fresh.db.clone());
    let mut tx = fresh.db.write().await.expect("a transaction");
    tx.script("create table bare as select * from matter_history where 1 = 0").await.expect("a bare table");
    tx.commit().await.expect("committing");
    let mut spent = [Duration::ZERO; 3];
    for _ in 0..ROUNDS {
        for (kind, total) in spent.iter_mut().enumerate() {
            let mut reviews = Vec::new();
            for _ in 0..BLOCK {
                reviews.push(office.alert(json!({ "scene": "phone", "class": 1 }), noon()).await);
            }
            let begun = std::time::Instant::now();
            for review in reviews {
                let mut tx = fresh.db.write().await.expect("a transaction");
                if kind == 2 {
                    tx.run(
                        "insert into bare (matter_id, seq, act, act_title, actor_id, actor_name, actor_post, at, from_state, to_state,
                           to_state_title, form, form_fields, files, note)
                         values ($1, 2, 'dismiss', '误报', $1, '李敏', 'station.officer', $2, 'pending', 'dismissed', '误报', $3, $4, '[]', '')",
                        args![review, noon(), json!({ "reason": REASON }), json!([{ "label": "理由", "value": REASON }])],
                    )
                    .await
                    .expect("a row");
                } else {
                    let body = ActBody { form: json!({ "reason": REASON }), ..ActBody::default() };
                    office.matters.act(&mut tx, review, "dismiss", &office.limin(), body, noon()).await.expect("an act");
                }
                if kind == 1 {
                    let content = json!({
                        "act": "dismiss", "act_title": "误报", "actor_id": review, "actor_name": "李敏", "actor_post": "station.officer",
                        "at": noon(), "from_state": "pending", "to_state": "dismissed", "to_state_title": "误报",
                        "form": json!({ "reason": REASON }).to_string(), "form_fields": "[]", "files": [], "note": "",
                    });
                    let second = Record { subject: review.to_string(), kind: "act", seq: 3, content };
                    append(&mut tx, &second, noon()).await.expect("a leaf");
                }
                tx.commit().await.expect("committing");
            }
            *total += begun.elapsed();
        }
    }
    let each = spent.map(|total| total.as_secs_f64() * 1e3 / (ROUNDS * BLOCK) as f64);
    let without = 2.0 * each[0] - each[1];
    println!("{name}: an act {:.2} ms, with its leaf written twice {:.2} ms, a bare insert of the same bytes {:.2} ms", each[0], each[1], each[2]);
    println!(
        "{name}: {:.0} acts/s with the log, {:.0} without (computed), ratio {:.2}; {:.0} bare inserts/s, ratio {:.2}",
        1e3 / each[0], 1e3 / without, without / each[0], 1e3 / each[2], each[2] / each[0]
    );
    fresh.drop_schema().await;
}

#[tokio::main]
async fn main() {
    measure("SQLite", FreshDb::sqlite(&MIGRATIONS).await).await;
    if let Some(fresh) = FreshDb::postgres(&MIGRATIONS).await {
        measure("PostgreSQL", fresh).await;
    }
}
