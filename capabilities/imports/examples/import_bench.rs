//! Brings in a generated city and prints how long it took: `cargo run --release -p shian-imports --example import_bench`.
//!
//! `ROWS` businesses (110,000 when not set) with a licence each, as CSV, then all of it once more, which changes nothing.
//! On SQLite in a temporary folder, and on the PostgreSQL of `TEST_POSTGRES` where it is set.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant as Stopwatch;

use shian_area::{Area, AreaKind, Areas, Shape, ShapeKind};
use shian_base::{Result, SharedClock, SystemClock};
use shian_business::codes::{CreditCode, LicenceNumber, LicencePrefix};
use shian_db::Db;
use shian_imports::{ImportKind, Said, Wish, bring_in};
use shian_testkit::FreshDb;

#[tokio::main]
async fn main() -> Result<()> {
    let rows = std::env::var("ROWS").ok().and_then(|text| text.parse().ok()).unwrap_or(110_000);
    let migrations = [
        shian_jobs::MIGRATIONS,
        shian_web::MIGRATIONS,
        shian_files::MIGRATIONS,
        shian_area::MIGRATIONS,
        shian_business::MIGRATIONS,
        shian_imports::MIGRATIONS,
    ]
    .concat();
    let fresh = FreshDb::sqlite(&migrations).await;
    measure("SQLite", &fresh.db, rows).await?;
    if let Some(fresh) = FreshDb::postgres(&migrations).await {
        measure("PostgreSQL", &fresh.db, rows).await?;
        fresh.drop_schema().await;
    }
    Ok(())
}

async fn measure(engine: &str, db: &Db, rows: u32) -> Result<()> {
    found_areas(db).await?;
    let folder = tempfile::tempdir().map_err(anyhow::Error::new)?;
    let (businesses, licences) = tables(rows);
    let clock: SharedClock = Arc::new(SystemClock);
    let columns = Said::new();
    for (kind, source, text) in
        [(ImportKind::Businesses, "registration", &businesses), (ImportKind::Licences, "licensing", &licences)]
    {
        let path = folder.path().join(format!("{}.csv", kind.code()));
        std::fs::write(&path, text).map_err(anyhow::Error::new)?;
        for run in ["first", "again"] {
            let wish = Wish { source, columns: &columns, dry_run: false, remember: false };
            let watch = Stopwatch::now();
            let import = bring_in(db, &clock, kind, &path, &wish, &mut |_| {}).await?;
            let seconds = watch.elapsed().as_secs_f64();
            println!(
                "| {engine} | {} {run} | {rows} rows, {:.1} MB | {seconds:.1} s | {:.0} rows/s | {:?} |",
                kind.code(),
                text.len() as f64 / 1e6,
                f64::from(rows) / seconds,
                import.counts,
            );
        }
    }
    Ok(())
}

async fn found_areas(db: &Db) -> Result<()> {
    let mut tx = db.write().await?;
    let area = |code: String, name: String| Area {
        kind: AreaKind::of_code(&code).expect("a code of four, six or nine digits"),
        code,
        name,
        parent: None,
        valid_from: "2020-01-01".parse().expect("a day"),
        valid_to: None,
    };
    let mut areas = vec![area("9903".into(), "柳溪市".into()), area("990302".into(), "河东区".into())];
    areas.extend((1..=40).map(|station| area(format!("990302{station:03}"), format!("第{station}所"))));
    Areas::add(&mut tx, &areas).await?;
    let geometry = serde_json::json!({ "type": "MultiPoint", "coordinates": [[119.4, 34.2]] });
    Areas::add_shapes(&mut tx, &[Shape { code: "9903".into(), kind: ShapeKind::City, name: "柳溪市".into(), geometry }]).await?;
    tx.commit().await
}

fn tables(rows: u32) -> (String, String) {
    let mut businesses = String::from("名称,统一社会信用代码,业态,法定代表人,电话,经营场所,区域代码,经度,纬度,风险等级,成立日期\n");
    let mut licences = String::from("许可证编号,信用代码,发证机关,经营项目,有效期起,有效期至\n");
    for serial in 1..=rows {
        let code = CreditCode::make("92", "990302", serial).expect("a code of a known region");
        let number = LicenceNumber::make(LicencePrefix::Operation, &format!("2990302{serial:06}")).expect("thirteen digits");
        let station = serial % 40 + 1;
        let _ = writeln!(
            businesses,
            "柳溪{serial}号面馆,{code},餐饮服务,王{serial},138{serial:08},河东区第{station}街{serial}号,990302{station:03},119.{serial:06},34.{serial:06},B,2023-04-20"
        );
        let _ = writeln!(licences, "{number},{code},河东区市场监督管理局,热食类食品制售,2023-04-17,2028-04-16");
    }
    (businesses, licences)
}
