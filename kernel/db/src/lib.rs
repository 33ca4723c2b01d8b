//! One SQL text, two engines: SQLite inside the program, PostgreSQL beside it.
//!
//! Start reading at `Db` and `Tx`. SQL is written once, in the portable subset that CONVENTIONS.md
//! describes, with `$1` parameters; a value that crosses is a `Value`, a row that comes back a `Row`.

mod gauge;
mod migrate;
mod row;
mod save;
mod tx;
mod value;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use shian_base::{Error, Result};
use sqlx::Connection as _;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use crate::gauge::Wait;

pub use gauge::DbLoad;
pub use migrate::{Migrated, Migration, SchemaState};
pub use row::{FromRow, FromValue, Row};
pub use save::{Saved, SavedTable};
pub use tx::Tx;
pub use value::Value;

/// Parameters of one statement: `args![id, "text", 5, maybe]`.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::Value::from($value)),*] };
}

/// `migrations!("0001-alerts", "0002-…")`: the crate's own `migrations/<name>.sql`, in this order for ever.
#[macro_export]
macro_rules! migrations {
    ($($name:literal),* $(,)?) => {
        &[$($crate::Migration {
            name: concat!(env!("CARGO_PKG_NAME"), "/", $name),
            sql: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/", $name, ".sql")),
        }),*]
    };
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A database, of either engine. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    pool: Pool,
    gauge: Arc<gauge::Gauge>,
}

#[derive(Clone)]
enum Pool {
    /// SQLite has one writer at a time; the mutex lets writers queue fairly instead of polling the file lock.
    Sqlite { pool: sqlx::SqlitePool, writer: Arc<tokio::sync::Mutex<()>> },
    Postgres { pool: sqlx::PgPool },
}

impl Db {
    /// Opens `sqlite:PATH` (made when absent) or `postgres://…`.
    pub async fn open(url: &str) -> Result<Self> {
        match url.strip_prefix("sqlite:") {
            Some(path) => Self::open_sqlite(Path::new(path)).await,
            None => Self::open_postgres(url, None).await,
        }
    }

    pub async fn open_sqlite(path: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // An act that was acknowledged survives a power cut, not only a killed process.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(10))
            .statement_cache_capacity(512);
        let pool = SqlitePoolOptions::new()
            .max_connections(8)
            .acquire_timeout(Duration::from_secs(15))
            // On a full disk SQLite rolls back by itself; the driver believes that connection to be within a transaction
            // for ever after, and every write on it would fail though there is room again.
            .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
            .connect_with(options)
            .await
            .with_context(|| format!("opening the database {}", path.display()))?;
        Ok(Self { pool: Pool::Sqlite { pool, writer: Arc::default() }, gauge: Arc::default() })
    }

    /// Opens PostgreSQL; `schema` is used (and made) instead of `public`, so that tests can share a server.
    pub async fn open_postgres(url: &str, schema: Option<&str>) -> Result<Self> {
        let mut options: PgConnectOptions = url.parse().context("reading the address of the database")?;
        if let Some(schema) = schema {
            options = options.options([("search_path", schema)]);
        }
        let pool = PgPoolOptions::new()
            .max_connections(if schema.is_some() { 4 } else { 16 })
            .acquire_timeout(Duration::from_secs(15))
            .connect_with(options)
            .await
            .context("connecting to PostgreSQL")?;
        let db = Self { pool: Pool::Postgres { pool }, gauge: Arc::default() };
        if let Some(schema) = schema {
            let mut tx = db.write().await?;
            tx.run(&format!("create schema if not exists \"{}\"", schema.replace('"', "")), vec![]).await?;
            tx.commit().await?;
        }
        Ok(db)
    }

    pub fn engine(&self) -> Engine {
        match self.pool {
            Pool::Sqlite { .. } => Engine::Sqlite,
            Pool::Postgres { .. } => Engine::Postgres,
        }
    }

    /// A consistent view for reading; what it writes is lost.
    pub async fn read(&self) -> Result<Tx> {
        let _wait = Wait::begin(&self.gauge);
        match &self.pool {
            Pool::Sqlite { pool, .. } => Ok(Tx::sqlite(pool.begin().await.map_err(refine)?, None)),
            Pool::Postgres { pool } => Ok(Tx::postgres(pool.begin().await.map_err(refine)?)),
        }
    }

    /// A transaction that may write. Dropped without `commit` it never happened.
    pub async fn write(&self) -> Result<Tx> {
        let _wait = Wait::begin(&self.gauge);
        match &self.pool {
            Pool::Sqlite { pool, writer } => {
                let turn = Arc::clone(writer).lock_owned().await;
                // Immediate: a deferred read-then-write would fail at once when another process wrote in between.
                let tx = pool.begin_with("begin immediate").await.map_err(refine)?;
                Ok(Tx::sqlite(tx, Some(turn)))
            }
            Pool::Postgres { pool } => Ok(Tx::postgres(pool.begin().await.map_err(refine)?)),
        }
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        self.read().await?.one::<(i64,)>("select cast(1 as bigint)", args![]).await.map(|_| ())
    }

    pub async fn close(&self) {
        match &self.pool {
            Pool::Sqlite { pool, .. } => pool.close().await,
            Pool::Postgres { pool } => pool.close().await,
        }
    }
}

/// A database error by kind: a full disk and a busy file are for the administrator, the rest is ours.
fn refine(error: sqlx::Error) -> Error {
    let code = error.as_database_error().and_then(|e| e.code()).map(|c| c.into_owned());
    match (&error, code.as_deref()) {
        (sqlx::Error::PoolTimedOut, _) | (_, Some("5" | "517" | "53300" | "57P03")) => {
            Error::unavailable("db.busy", "the database is busy; nothing was changed, try again")
        }
        // How far a commit came that was under way then, nobody here can say.
        (sqlx::Error::Io(_), _) | (_, Some("57P01" | "57P02")) => Error::unavailable(
            "db.gone",
            "the database does not answer; look whether it was done before trying again",
        ),
        (_, Some("13" | "53100")) => {
            Error::unavailable("db.full", "the disk of the database is full; nothing was changed")
        }
        (_, Some("40001" | "40P01")) => Error::conflict(
            "db.conflict",
            "somebody else changed the same thing at the same time; nothing was changed, try again",
            serde_json::json!({}),
        ),
        _ => Error::Internal(anyhow::Error::new(error).context("running a statement")),
    }
}
