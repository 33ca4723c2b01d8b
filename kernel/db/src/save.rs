//! The whole database into a folder and back: one moment of it, taken while others write.
//!
//! SQLite writes a copy of itself (`vacuum into`). PostgreSQL hands out every table by `copy` within one
//! transaction that sees one moment; nothing needs to be installed beside the program, and the copy is read
//! by every later version of PostgreSQL. The schema is not copied: the migrations make it.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, anyhow};
use futures::StreamExt as _;
use serde::{Deserialize, Serialize};
use shian_base::{Error, Instant, Result};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::migrate::Migrated;
use crate::tx::postgres_rows;
use crate::{Db, Engine, Migration, Pool, Row, args, refine};

/// The name of SQLite's copy within the folder.
const SQLITE_COPY: &str = "shian.db";
/// Sent to PostgreSQL at a time.
const CHUNK_BYTES: usize = 1 << 20;

/// What was copied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    pub engine: Engine,
    /// Names and hashes of the migrations that had made the schema.
    pub migrations: Vec<(String, String)>,
    /// PostgreSQL's tables with their columns; SQLite's copy knows its own.
    pub tables: Vec<SavedTable>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedTable {
    pub name: String,
    pub columns: Vec<String>,
    pub rows: u64,
}

const MIGRATIONS_RUN: &str = "select name, hash from migration order by run_at, name";

impl Db {
    /// Copies the database into an empty folder, and answers `asked` from the same moment.
    pub async fn save(&self, folder: &Path, asked: &str) -> Result<(Saved, Vec<Row>)> {
        match &self.pool {
            Pool::Sqlite { pool, .. } => {
                let copy = folder.join(SQLITE_COPY);
                let mut connection = pool.acquire().await.map_err(refine)?;
                let into = sqlx::query("vacuum into $1").bind(copy.display().to_string());
                into.execute(&mut *connection).await.map_err(refine)?;
                drop(connection);
                let copy = Db::open_copy(&copy).await?;
                let mut tx = copy.read().await?;
                let migrations = tx.all(MIGRATIONS_RUN, args![]).await?;
                let rows = tx.all(asked, args![]).await?;
                drop(tx);
                copy.close().await;
                Ok((Saved { engine: Engine::Sqlite, migrations, tables: Vec::new() }, rows))
            }
            Pool::Postgres { pool } => {
                let mut connection = pool.acquire().await.map_err(refine)?;
                let begin = "begin transaction isolation level repeatable read, read only";
                let mut tx = connection.begin_with(begin).await.map_err(refine)?;
                let migrations = typed(&postgres_rows(&mut tx, MIGRATIONS_RUN, args![]).await?)?;
                let mut tables: Vec<SavedTable> = Vec::new();
                for (name, columns) in tables_of(&mut tx).await? {
                    let rows = copy_out(&mut tx, &name, &columns, &folder.join(format!("{name}.copy"))).await?;
                    tables.push(SavedTable { name, columns, rows });
                }
                let rows = postgres_rows(&mut tx, asked, args![]).await?;
                tx.rollback().await.map_err(refine)?;
                Ok((Saved { engine: Engine::Postgres, migrations, tables }, rows))
            }
        }
    }

    /// Fills an empty database from `folder` and brings its schema up to date.
    ///
    /// For SQLite the database must have been opened on the copy itself, see `place_copy`.
    pub async fn load(&self, folder: &Path, saved: &Saved, migrations: &[Migration], now: Instant) -> Result<Migrated> {
        refuse_other_schema(saved, migrations)?;
        match &self.pool {
            Pool::Sqlite { .. } => {
                let said = self.quick_check().await?;
                if said != "ok" {
                    return Err(anyhow!("the copy of the database is damaged: {said}").into());
                }
            }
            Pool::Postgres { pool } => {
                let mut connection = pool.acquire().await.map_err(refine)?;
                if let Some((name, _)) = tables_of(&mut connection).await?.first() {
                    let message = format!("the database is not empty, it has the table {name}; nothing was changed");
                    return Err(Error::refused("db.not_empty", message));
                }
                drop(connection);
                let then: Vec<Migration> = migrations
                    .iter()
                    .filter(|m| saved.migrations.iter().any(|(name, _)| name == m.name))
                    .copied()
                    .collect();
                self.migrate(&then, now).await?;
                let mut connection = pool.acquire().await.map_err(refine)?;
                let mut tx = connection.begin().await.map_err(refine)?;
                fill(&mut tx, folder, &saved.tables).await?;
                tx.commit().await.map_err(refine)?;
            }
        }
        self.migrate(migrations, now).await
    }

    /// Puts SQLite's copy where the database shall be.
    pub fn place_copy(folder: &Path, at: &Path) -> Result<()> {
        std::fs::copy(folder.join(SQLITE_COPY), at).with_context(|| format!("writing {}", at.display()))?;
        Ok(())
    }

    /// `ok`, or what SQLite finds wrong with its file; PostgreSQL looks after its own.
    pub async fn quick_check(&self) -> Result<String> {
        if self.engine() == Engine::Postgres {
            return Ok("ok".into());
        }
        let (said,): (String,) = self.read().await?.one("pragma quick_check(1)", args![]).await?;
        Ok(said)
    }

    /// Opens a copy without touching a byte of it.
    async fn open_copy(path: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new().filename(path).read_only(true).immutable(true);
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await;
        let pool = pool.with_context(|| format!("opening the copy {}", path.display()))?;
        Ok(Self { pool: Pool::Sqlite { pool, writer: Default::default() }, gauge: Default::default() })
    }
}

/// A copy can be brought forward only by a program that knows how its schema came to be.
fn refuse_other_schema(saved: &Saved, migrations: &[Migration]) -> Result<()> {
    for (name, hash) in &saved.migrations {
        match migrations.iter().find(|migration| migration.name == name) {
            None => {
                let message = format!("the copy was made by a newer program: the migration {name} is not known here");
                return Err(Error::refused("db.newer_schema", message));
            }
            Some(migration) if migration.hash() != *hash => {
                let message = format!("the migration {name} reads differently from what made the schema of the copy");
                return Err(Error::refused("db.changed_migration", message));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// The tables of the schema with the columns that are kept in them, each after those it refers to.
async fn tables_of(connection: &mut PgConnection) -> Result<Vec<(String, Vec<String>)>> {
    let found: Vec<(String, String)> = typed(
        &postgres_rows(
            connection,
            "select c.relname::text, a.attname::text
             from pg_class c
             join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
             where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
             order by c.oid, a.attnum",
            args![],
        )
        .await?,
    )?;
    let mut tables: Vec<(String, Vec<String>)> = Vec::new();
    for (table, column) in found {
        match tables.last_mut() {
            Some((last, columns)) if *last == table => columns.push(column),
            _ => tables.push((table, vec![column])),
        }
    }
    let references: Vec<(String, String)> = typed(
        &postgres_rows(
            connection,
            "select f.relname::text, t.relname::text
             from pg_constraint r join pg_class f on f.oid = r.conrelid join pg_class t on t.oid = r.confrelid
             where r.contype = 'f' and f.oid <> t.oid and f.relnamespace = current_schema()::regnamespace",
            args![],
        )
        .await?,
    )?;
    let mut ordered: Vec<(String, Vec<String>)> = Vec::new();
    let mut placed = BTreeSet::new();
    while !tables.is_empty() {
        let is_ready = |name: &str| references.iter().all(|(from, to)| from != name || placed.contains(to));
        let at = tables.iter().position(|(name, _)| is_ready(name));
        let at = at.ok_or_else(|| anyhow!("tables refer to each other in a circle: {tables:?}"))?;
        let table = tables.remove(at);
        placed.insert(table.0.clone());
        ordered.push(table);
    }
    Ok(ordered)
}

async fn copy_out(connection: &mut PgConnection, table: &str, columns: &[String], to: &Path) -> Result<u64> {
    let name = quoted(table);
    let count = format!("select count(*) from {name}");
    let rows: Vec<(i64,)> = typed(&postgres_rows(connection, &count, args![]).await?)?;
    let file = tokio::fs::File::create(to).await.with_context(|| format!("making {}", to.display()))?;
    let mut file = tokio::io::BufWriter::new(file);
    let statement = format!("copy (select {} from {name}) to stdout", list(columns));
    let mut stream = connection.copy_out_raw(&statement).await.map_err(refine)?;
    while let Some(chunk) = stream.next().await {
        file.write_all(&chunk.map_err(refine)?).await.context("writing a table")?;
    }
    file.flush().await.context("writing a table")?;
    Ok(rows.first().map_or(0, |(n,)| *n as u64))
}

/// Replaces everything that the migrations put into the tables by what was copied.
async fn fill(connection: &mut PgConnection, folder: &Path, tables: &[SavedTable]) -> Result<()> {
    // Triggers that keep a history from being changed must not keep it from coming back.
    let of_user = |what: &'static str| {
        move |table: &SavedTable| format!("alter table {} {what} trigger user", quoted(&table.name))
    };
    for statement in tables.iter().map(of_user("disable")) {
        connection.execute(AssertSqlSafe(statement)).await.map_err(refine)?;
    }
    let all: Vec<String> = tables.iter().map(|table| quoted(&table.name)).collect();
    connection.execute(AssertSqlSafe(format!("truncate {}", all.join(", ")))).await.map_err(refine)?;
    for table in tables {
        let path = folder.join(format!("{}.copy", table.name));
        let mut file = tokio::fs::File::open(&path).await.with_context(|| format!("opening {}", path.display()))?;
        let statement = format!("copy {} ({}) from stdin", quoted(&table.name), list(&table.columns));
        let mut sink = connection.copy_in_raw(&statement).await.map_err(refine)?;
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            let read = file.read(&mut chunk).await.with_context(|| format!("reading {}", path.display()))?;
            if read == 0 {
                break;
            }
            sink.send(&chunk[..read]).await.map_err(refine)?;
        }
        let rows = sink.finish().await.map_err(refine)?;
        if rows != table.rows {
            return Err(anyhow!("{} rows of {} were copied and {rows} came back", table.rows, table.name).into());
        }
    }
    for statement in tables.iter().map(of_user("enable")) {
        connection.execute(AssertSqlSafe(statement)).await.map_err(refine)?;
    }
    Ok(())
}

fn typed<T: crate::FromRow>(rows: &[Row]) -> Result<Vec<T>> {
    rows.iter().map(T::from_row).collect()
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', ""))
}

fn list(columns: &[String]) -> String {
    columns.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ")
}
