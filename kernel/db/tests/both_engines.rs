//! What the façade promises, on both engines.

use serde_json::json;
use shian_base::{Day, Error, Id, Instant};
use shian_db::{Db, Migration, args};
use shian_testkit::{FreshDb, db_test, noon};

const TABLES: &[Migration] = &[Migration {
    name: "test/0001",
    sql: "create table thing (
            id text primary key,
            name text,
            size bigint,
            share double precision,
            is_open boolean,
            bytes blob,
            at bigint,
            day text,
            doc text
          );
          create table tally (id text primary key, n bigint not null);
          insert into tally (id, n) values ('one', 0);",
}];

/// PostgreSQL has no `blob`; the test's own table spells it for each.
fn tables(engine: &str) -> [Migration; 1] {
    let sql: &'static str = match engine {
        "postgres" => Box::leak(TABLES[0].sql.replace("blob", "bytea").into_boxed_str()),
        _ => TABLES[0].sql,
    };
    [Migration { name: TABLES[0].name, sql }]
}

async fn values_come_back(db: Db) {
    let id = Id::<u8>::new();
    let day: Day = "2026-11-21".parse().unwrap();
    let mut tx = db.write().await.unwrap();
    tx.run(
        "insert into thing (id, name, size, share, is_open, bytes, at, day, doc) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![id, "王记面馆 '; drop", 1_200_i64, 0.25, true, vec![0_u8, 255], noon(), day, &json!({"a": [1, "二"]})],
    )
    .await
    .unwrap();
    let none: Option<i64> = None;
    tx.run(
        "insert into thing (id, name, size, share, is_open, at, day) values ($1, $2, $3, $4, $5, $6, $7)",
        args!["empty", None::<String>, none, None::<f64>, None::<bool>, None::<Instant>, None::<Day>],
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();

    let mut tx = db.read().await.unwrap();
    let row: shian_db::Row = tx.one("select * from thing where id = $1", args![id]).await.unwrap();
    assert_eq!(row.get::<Id<u8>>("id").unwrap(), id);
    assert_eq!(row.get::<String>("name").unwrap(), "王记面馆 '; drop");
    assert_eq!(row.get::<i64>("size").unwrap(), 1200);
    assert_eq!(row.get::<f64>("share").unwrap(), 0.25);
    assert!(row.get::<bool>("is_open").unwrap());
    assert_eq!(row.get::<Vec<u8>>("bytes").unwrap(), [0, 255]);
    assert_eq!(row.get::<Instant>("at").unwrap(), noon());
    assert_eq!(row.get::<Day>("day").unwrap(), day);
    assert_eq!(row.json::<serde_json::Value>("doc").unwrap()["a"][1], "二");
    let row: shian_db::Row = tx.one("select * from thing where id = 'empty'", args![]).await.unwrap();
    assert_eq!(row.get::<Option<i64>>("size").unwrap(), None);
    assert_eq!(row.get::<Option<Instant>>("at").unwrap(), None);
    assert!(row.get::<i64>("size").is_err(), "a null is not a number");
    assert!(row.get::<i64>("nothing").is_err());
    assert!(matches!(tx.one::<(String,)>("select id from thing where id = 'x'", args![]).await, Err(Error::NotFound)));

    let ids = json!([id.to_string(), "nobody"]);
    let each = tx.each("$1");
    let found: Vec<(String,)> = tx.all(&format!("select id from thing where id in {each}"), args![&ids]).await.unwrap();
    assert_eq!(found.len(), 1);
}

#[tokio::test]
async fn values_come_back_as_they_went_in_on_sqlite() {
    values_come_back(FreshDb::sqlite(&tables("sqlite")).await.db.clone()).await;
}

#[tokio::test]
async fn values_come_back_as_they_went_in_on_postgres() {
    let Some(fresh) = FreshDb::postgres(&tables("postgres")).await else { return };
    values_come_back(fresh.db.clone()).await;
    fresh.drop_schema().await;
}

const TALLY: &[Migration] = &[Migration {
    name: "test/0001",
    sql: "create table tally (id text primary key, n bigint not null); insert into tally (id, n) values ('one', 0);",
}];

db_test!(TALLY, async fn writers_who_read_first_do_not_lose_each_others_writes(db) {
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let db = db.clone();
        tasks.spawn(async move {
            let mut tx = db.write().await.unwrap();
            // A read before the write: on SQLite a deferred transaction would fail here under load.
            let lock = if tx.engine() == shian_db::Engine::Postgres { "for update" } else { "" };
            let (n,): (i64,) = tx.one(&format!("select n from tally where id = 'one' {lock}"), args![]).await.unwrap();
            tx.run("update tally set n = $1 where id = 'one'", args![n + 1]).await.unwrap();
            tx.commit().await.unwrap();
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let (n,): (i64,) = db.read().await.unwrap().one("select n from tally where id = 'one'", args![]).await.unwrap();
    assert_eq!(n, 20);
});

db_test!(TALLY, async fn what_is_not_committed_never_was_and_tells_nobody(db) {
    let told = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    for commit in [false, true] {
        let mut tx = db.write().await.unwrap();
        tx.run("update tally set n = n + 1 where id = 'one'", args![]).await.unwrap();
        let told = told.clone();
        tx.after_commit(move || { told.fetch_add(1, std::sync::atomic::Ordering::SeqCst); });
        if commit { tx.commit().await.unwrap() } else { drop(tx) }
    }
    let (n,): (i64,) = db.read().await.unwrap().one("select n from tally where id = 'one'", args![]).await.unwrap();
    assert_eq!((n, told.load(std::sync::atomic::Ordering::SeqCst)), (1, 1));
});

db_test!(TALLY, async fn a_migration_runs_once_and_an_edited_one_is_refused(db) {
    assert!(db.migrate(TALLY, noon()).await.unwrap().run.is_empty());
    let edited = [Migration { name: "test/0001", sql: "create table tally (id text)" }];
    let error = db.migrate(&edited, noon()).await.unwrap_err();
    assert!(error.to_string().contains("test/0001"), "{error}");
    let next = [TALLY[0], Migration { name: "test/0002", sql: "create table other (id text primary key)" }];
    assert_eq!(db.migrate(&next, noon()).await.unwrap().run, ["test/0002"]);
});
