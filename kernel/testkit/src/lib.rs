//! What tests share: a database of each engine, fresh for every test.

use shian_base::{HandClock, Instant};
use shian_db::{Db, Migration};
use std::sync::Arc;

/// Writes a test that runs once on SQLite and once on PostgreSQL.
///
/// ```ignore
/// db_test!(MIGRATIONS, async fn a_closed_matter_stays_closed(db) { … });
/// ```
/// PostgreSQL is taken from `TEST_POSTGRES`; without it that half says that it was skipped. `make test` always sets it.
#[macro_export]
macro_rules! db_test {
    ($migrations:expr, async fn $name:ident($db:ident) $body:block) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn story($db: shian_db::Db) $body

            #[tokio::test]
            async fn on_sqlite() {
                let fresh = $crate::FreshDb::sqlite(&$migrations[..]).await;
                story(fresh.db.clone()).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                let Some(fresh) = $crate::FreshDb::postgres(&$migrations[..]).await else { return };
                story(fresh.db.clone()).await;
                fresh.drop_schema().await;
            }
        }
    };
}

/// A database that nobody else uses and that goes away.
pub struct FreshDb {
    pub db: Db,
    schema: Option<String>,
    _folder: Option<tempfile::TempDir>,
}

impl FreshDb {
    pub async fn sqlite(migrations: &[Migration]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let db = Db::open_sqlite(&folder.path().join("test.db")).await.expect("opening SQLite");
        db.migrate(migrations, noon()).await.expect("migrating SQLite");
        Self { db, schema: None, _folder: Some(folder) }
    }

    pub async fn postgres(migrations: &[Migration]) -> Option<Self> {
        let Ok(url) = std::env::var("TEST_POSTGRES") else {
            eprintln!("skipped: TEST_POSTGRES names no PostgreSQL");
            return None;
        };
        let schema = format!("t_{}", shian_base::Id::<()>::new().to_string().replace('-', ""));
        let db = Db::open_postgres(&url, Some(&schema)).await.expect("opening PostgreSQL");
        db.migrate(migrations, noon()).await.expect("migrating PostgreSQL");
        Some(Self { db, schema: Some(schema), _folder: None })
    }

    /// Takes the schema away; a test that fails leaves it for a look.
    pub async fn drop_schema(self) {
        if let Some(schema) = &self.schema {
            let mut tx = self.db.write().await.expect("a transaction");
            tx.script(&format!("drop schema \"{schema}\" cascade")).await.expect("dropping the schema");
            tx.commit().await.expect("dropping the schema");
        }
    }
}

/// Saturday 2026-11-21 12:00 in China: the day on which the town's stories play.
pub fn noon() -> Instant {
    Instant::from_micros(1_795_233_600_000_000)
}

/// A clock that stands at `noon` until it is moved.
pub fn clock() -> Arc<HandClock> {
    HandClock::at(noon())
}

#[cfg(test)]
mod tests {
    #[test]
    fn noon_is_noon() {
        assert_eq!(super::noon().to_string(), "2026-11-21T12:00:00.000000+08:00");
    }
}
