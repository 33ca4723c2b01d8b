//! Every schema that was ever in use comes forward, and what was in it is kept.
//!
//! `tests/data/schema-….json` holds the migrations of a day as they read then, and rows written with them.
//! `SHIAN_KEEP_SCHEMA=2027-03-01` writes another one; what is there is never changed.

use serde::{Deserialize, Serialize};
use shian_db::{Db, Engine, Migration, Row, args};
use shian_server::app::App;
use shian_server::config::Config;
use shian_testkit::{clock, noon};

use crate::house::{House, drop_schema, fresh_schema, within};

#[derive(Serialize, Deserialize)]
struct Kept {
    migrations: Vec<KeptMigration>,
    rows: Vec<KeptRow>,
}

#[derive(Serialize, Deserialize)]
struct KeptMigration {
    name: String,
    sql: String,
}

/// One row, its values as they are written in SQL.
#[derive(Serialize, Deserialize)]
struct KeptRow {
    table: String,
    columns: Vec<String>,
    values: Vec<String>,
}

impl KeptRow {
    fn insert(&self) -> String {
        format!("insert into {} ({}) values ({})", self.table, self.columns.join(", "), self.values.join(", "))
    }
    /// A question that this row answers as long as none of its values was lost; columns that are gone by now are not asked.
    fn find(&self, gone: &[&str]) -> String {
        let same: Vec<String> = self
            .columns
            .iter()
            .zip(&self.values)
            .filter(|(column, _)| !gone.contains(&format!("{}.{column}", self.table).as_str()))
            .map(
                |(column, value)| {
                    if value == "null" { format!("{column} is null") } else { format!("{column} = {value}") }
                },
            )
            .collect();
        format!("select count(*) from {} where {}", self.table, same.join(" and "))
    }
}

/// Columns that a later migration took away on purpose: wrong passwords are counted by the name typed now.
const GONE: &[&str] = &["person.failures", "person.locked_until"];

fn kept() -> Vec<(String, Kept)> {
    let folder = format!("{}/tests/data", env!("CARGO_MANIFEST_DIR"));
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|kind| kind == "json"));
    assert!(!paths.is_empty());
    paths
        .iter()
        .map(|path| (path.display().to_string(), serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()))
        .collect()
}

async fn comes_forward(what: &str, kept: &Kept, url: &str) {
    let old: Vec<Migration> =
        kept.migrations.iter().map(|m| Migration { name: m.name.clone().leak(), sql: m.sql.clone().leak() }).collect();
    let db = Db::open(url).await.unwrap();
    db.migrate(&old, noon()).await.unwrap();
    let mut tx = db.write().await.unwrap();
    for row in &kept.rows {
        tx.run(&row.insert(), args![]).await.unwrap_or_else(|error| panic!("{what}: {error} in {}", row.insert()));
    }
    tx.commit().await.unwrap();
    db.close().await;

    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::default();
    config.server.data = folder.path().into();
    config.server.database = url.into();
    config.vision.workers = 1;
    let app = App::start(config, clock()).await.unwrap();
    let mut tx = app.db.read().await.unwrap();
    for row in &kept.rows {
        let (found,): (i64,) = tx.one(&row.find(GONE), args![]).await.unwrap();
        assert_eq!(found, 1, "{what}: lost: {}", row.find(GONE));
    }
    // And it is a platform again: the sweeps go over what came forward, and nothing is left to migrate.
    drop(tx);
    app.runner.run_sweeps().await.unwrap();
    let migrations = shian_server::operate::known_migrations().await.unwrap();
    assert_eq!(app.db.schema_state(&migrations).await.unwrap(), Default::default());
    app.db.close().await;
}

#[tokio::test]
async fn every_earlier_schema_comes_forward_with_its_data_on_sqlite() {
    for (what, kept) in kept() {
        let folder = tempfile::tempdir().unwrap();
        comes_forward(&what, &kept, &format!("sqlite:{}", folder.path().join("old.db").display())).await;
    }
}

#[tokio::test]
async fn every_earlier_schema_comes_forward_with_its_data_on_postgres() {
    let Ok(url) = std::env::var("TEST_POSTGRES") else {
        eprintln!("skipped: TEST_POSTGRES names no PostgreSQL");
        return;
    };
    for (what, kept) in kept() {
        let name = fresh_schema(&url).await;
        comes_forward(&what, &kept, &within(&url, &name)).await;
        drop_schema(&url, &name).await;
    }
}

#[tokio::test]
async fn a_migration_that_was_changed_is_refused_by_name_and_nothing_is_touched() {
    let (_, kept) = kept().remove(0);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.db");
    let changed = &kept.migrations[1];
    let sql = format!("{}\n-- somebody thought better of it\n", changed.sql);
    let db = Db::open_sqlite(&path).await.unwrap();
    db.migrate(&[Migration { name: changed.name.clone().leak(), sql: sql.leak() }], noon()).await.unwrap();
    db.close().await;
    let mut config = Config::default();
    config.server.data = folder.path().into();
    config.server.database = format!("sqlite:{}", path.display());
    let refusal = App::start(config, clock()).await.err().unwrap().to_string();
    assert!(refusal.contains(&changed.name) && refusal.contains("nothing was changed"), "{refusal}");
    let db = Db::open_sqlite(&path).await.unwrap();
    let run: Vec<(String,)> = db.read().await.unwrap().all("select name from migration", args![]).await.unwrap();
    assert_eq!(run.len(), 1, "nothing else was run");
}

/// Writes what is asked for by `SHIAN_KEEP_SCHEMA`: the migrations of today, and the rows of one business's story.
#[tokio::test]
async fn keep_the_schema_of_today_when_asked() {
    let Ok(day) = std::env::var("SHIAN_KEEP_SCHEMA") else { return };
    let house = House::on_sqlite().await;
    assert_eq!(house.app.db.engine(), Engine::Sqlite);
    let (_, review) = house.finds("phone").await;
    let officer = house.sign_in("limin").await;
    house.send_photo(&officer).await;
    let body = serde_json::json!({ "form": { "requirement": "后厨工作时不使用手机。", "days": 3 } });
    let ordered = house.post(&format!("/api/matters/{review}/acts/order"), Some(&officer), body).await;
    assert_eq!(ordered.status, 200, "{}", ordered.json);
    house.app.runner.run_due().await.unwrap();
    let only: Option<Vec<String>> =
        std::env::var("SHIAN_KEEP_ONLY").ok().map(|names| names.split(',').map(str::to_owned).collect());
    let migrations = shian_server::operate::known_migrations().await.unwrap();
    let is_kept =
        |migration: &&Migration| only.as_ref().is_none_or(|only| only.iter().any(|name| name == migration.name));
    let migrations: Vec<Migration> = migrations.iter().filter(is_kept).copied().collect();

    // Which tables and columns these migrations make, a database of their own says.
    let bare = shian_testkit::FreshDb::sqlite(&migrations).await;
    let mut of_bare = bare.db.read().await.unwrap();
    let sql = "select m.name, c.name, c.type from sqlite_master m, pragma_table_info(m.name) c
               where m.type = 'table' and m.name not like 'sqlite_%' and m.name <> 'migration' order by m.rowid, c.cid";
    let columns: Vec<(String, String, String)> = of_bare.all(sql, args![]).await.unwrap();
    let business = shian_town::business_named("王记面馆").to_string();
    let mut rows = Vec::new();
    let mut tx = house.app.db.read().await.unwrap();
    let mut tables: Vec<&str> = columns.iter().map(|(table, _, _)| table.as_str()).collect();
    tables.dedup();
    for table in tables.into_iter().filter(|table| *table != "session") {
        let own: Vec<(&str, &str)> = columns
            .iter()
            .filter(|(of, _, _)| of == table)
            .map(|(_, name, kind)| (name.as_str(), kind.as_str()))
            .collect();
        let names: Vec<&str> = own.iter().map(|(name, _)| *name).collect();
        // Two outlines say as much of a schema as a whole map.
        let some = if table == "area_shape" { "limit 2" } else { "" };
        let found: Vec<Row> =
            tx.all(&format!("select {} from {table} {some}", names.join(", ")), args![]).await.unwrap();
        for row in found {
            let text = |column: &str| row.get::<Option<String>>(column).ok().flatten().unwrap_or_default();
            let whose = if table == "business" { text("id") } else { text("business_id") };
            let has_owner = table == "business" || names.contains(&"business_id");
            if has_owner && !whose.is_empty() && whose != business {
                continue;
            }
            let values = own.iter().map(|(name, kind)| literal(&row, name, kind)).collect();
            rows.push(KeptRow {
                table: table.into(),
                columns: names.iter().map(|name| (*name).to_owned()).collect(),
                values,
            });
        }
    }
    let migrations = migrations.iter().map(|m| KeptMigration { name: m.name.into(), sql: m.sql.into() }).collect();
    let path = format!("{}/tests/data/schema-{day}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::write(path, serde_json::to_string_pretty(&Kept { migrations, rows }).unwrap() + "\n").unwrap();
}

fn literal(row: &Row, column: &str, kind: &str) -> String {
    if let Ok(flag) = row.get::<bool>(column)
        && kind.eq_ignore_ascii_case("boolean")
    {
        return flag.to_string();
    }
    if let Ok(text) = row.get::<String>(column) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    match (row.get::<i64>(column), row.get::<f64>(column)) {
        (Ok(int), _) => int.to_string(),
        (_, Ok(real)) => real.to_string(),
        _ => "null".into(),
    }
}
