//! A transaction: `one`, `maybe`, `all`, `run`, and then `commit`.

use shian_base::{Error, Result};
use sqlx::{AssertSqlSafe, PgConnection, Postgres, Sqlite};
use tokio::sync::OwnedMutexGuard;

use crate::row::{from_postgres, from_sqlite};
use crate::value::Kind;
use crate::{Engine, FromRow, Row, Value, refine};

pub struct Tx {
    inner: Inner,
    after_commit: Vec<Box<dyn FnOnce() + Send>>,
    /// Held while an SQLite transaction may write; declared last, so that it is given up after the transaction.
    _turn: Option<OwnedMutexGuard<()>>,
}

enum Inner {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

impl Tx {
    pub(crate) fn sqlite(tx: sqlx::Transaction<'static, Sqlite>, turn: Option<OwnedMutexGuard<()>>) -> Self {
        Self { inner: Inner::Sqlite(tx), after_commit: Vec::new(), _turn: turn }
    }
    pub(crate) fn postgres(tx: sqlx::Transaction<'static, Postgres>) -> Self {
        Self { inner: Inner::Postgres(tx), after_commit: Vec::new(), _turn: None }
    }

    pub fn engine(&self) -> Engine {
        match self.inner {
            Inner::Sqlite(_) => Engine::Sqlite,
            Inner::Postgres(_) => Engine::Postgres,
        }
    }

    /// The one row; `NotFound` when there is none.
    pub async fn one<T: FromRow>(&mut self, sql: &str, args: Vec<Value>) -> Result<T> {
        self.maybe(sql, args).await?.ok_or(Error::NotFound)
    }

    /// The first row, if there is one.
    pub async fn maybe<T: FromRow>(&mut self, sql: &str, args: Vec<Value>) -> Result<Option<T>> {
        self.rows(sql, args).await?.first().map(T::from_row).transpose()
    }

    pub async fn all<T: FromRow>(&mut self, sql: &str, args: Vec<Value>) -> Result<Vec<T>> {
        self.rows(sql, args).await?.iter().map(T::from_row).collect()
    }

    /// Runs a statement that changes something; how many rows it touched.
    pub async fn run(&mut self, sql: &str, args: Vec<Value>) -> Result<u64> {
        match &mut self.inner {
            Inner::Sqlite(tx) => {
                let query = bind_sqlite(sqlx::query(AssertSqlSafe(sql)), args);
                query.execute(&mut **tx).await.map(|done| done.rows_affected())
            }
            Inner::Postgres(tx) => {
                let query = bind_postgres(sqlx::query(AssertSqlSafe(sql)), args);
                query.execute(&mut **tx).await.map(|done| done.rows_affected())
            }
        }
        .map_err(|error| explain(error, sql))
    }

    /// Runs a script of several statements without parameters.
    pub async fn script(&mut self, sql: &str) -> Result<()> {
        match &mut self.inner {
            Inner::Sqlite(tx) => sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut **tx).await.map(|_| ()),
            Inner::Postgres(tx) => sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut **tx).await.map(|_| ()),
        }
        .map_err(|error| explain(error, sql))
    }

    /// A sub-select over the JSON array in a parameter: `where id in {tx.each("$2")}`.
    pub fn each(&self, parameter: &str) -> String {
        match self.engine() {
            Engine::Sqlite => format!("(select value from json_each({parameter}))"),
            Engine::Postgres => format!("(select json_array_elements_text({parameter}::json))"),
        }
    }

    /// Does something once what was written is really written, such as telling the screens.
    pub fn after_commit(&mut self, then: impl FnOnce() + Send + 'static) {
        self.after_commit.push(Box::new(then));
    }

    pub async fn commit(self) -> Result<()> {
        match self.inner {
            Inner::Sqlite(tx) => tx.commit().await,
            Inner::Postgres(tx) => tx.commit().await,
        }
        .map_err(refine)?;
        drop(self._turn);
        for then in self.after_commit {
            then();
        }
        Ok(())
    }

    async fn rows(&mut self, sql: &str, args: Vec<Value>) -> Result<Vec<Row>> {
        match &mut self.inner {
            Inner::Sqlite(tx) => {
                let query = bind_sqlite(sqlx::query(AssertSqlSafe(sql)), args);
                let rows = query.fetch_all(&mut **tx).await.map_err(|error| explain(error, sql))?;
                rows.iter().map(from_sqlite).collect::<Result<_, _>>()
            }
            Inner::Postgres(tx) => return postgres_rows(tx, sql, args).await,
        }
        .map_err(|error| explain(error, sql))
    }
}

pub(crate) async fn postgres_rows(connection: &mut PgConnection, sql: &str, args: Vec<Value>) -> Result<Vec<Row>> {
    let query = bind_postgres(sqlx::query(AssertSqlSafe(sql)), args);
    let rows = query.fetch_all(connection).await.map_err(|error| explain(error, sql))?;
    rows.iter().map(from_postgres).collect::<Result<_, _>>().map_err(|error| explain(error, sql))
}

/// The statement goes into the error's chain; parameters do not, they may be secret.
fn explain(error: sqlx::Error, sql: &str) -> Error {
    match refine(error) {
        Error::Internal(cause) => Error::Internal(cause.context(format!("in the statement: {sql}"))),
        other => other,
    }
}

macro_rules! bind {
    ($name:ident, $engine:ty, $arguments:ty) => {
        fn $name<'q>(
            mut query: sqlx::query::Query<'q, $engine, $arguments>,
            args: Vec<Value>,
        ) -> sqlx::query::Query<'q, $engine, $arguments> {
            for value in args {
                query = match value {
                    Value::Text(v) => query.bind(v),
                    Value::Int(v) => query.bind(v),
                    Value::Real(v) => query.bind(v),
                    Value::Bool(v) => query.bind(v),
                    Value::Bytes(v) => query.bind(v),
                    Value::Null(Kind::Text) => query.bind(None::<String>),
                    Value::Null(Kind::Int) => query.bind(None::<i64>),
                    Value::Null(Kind::Real) => query.bind(None::<f64>),
                    Value::Null(Kind::Bool) => query.bind(None::<bool>),
                    Value::Null(Kind::Bytes) => query.bind(None::<Vec<u8>>),
                };
            }
            query
        }
    };
}
bind!(bind_sqlite, Sqlite, sqlx::sqlite::SqliteArguments);
bind!(bind_postgres, Postgres, sqlx::postgres::PgArguments);
