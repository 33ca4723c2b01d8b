//! Migrations: forward only, each once, each with the hash of what was run.

use anyhow::{Context as _, anyhow};
use serde::Serialize;
use shian_base::{Instant, Result};

use crate::{Db, Engine, args};

/// One change of the schema, the same text for both engines.
///
/// Lines between `-- @sqlite` or `-- @postgres` and `-- @end` are for that engine alone.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// `crate/0001-what`, unique for ever.
    pub name: &'static str,
    pub sql: &'static str,
}

#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Migrated {
    pub run: Vec<&'static str>,
}

impl Db {
    /// Brings the schema up to date in one transaction and says what it ran.
    ///
    /// Fails, changing nothing, when a migration that was run before reads differently now.
    pub async fn migrate(&self, migrations: &[Migration], now: Instant) -> Result<Migrated> {
        let mut tx = self.write().await?;
        if self.engine() == Engine::Postgres {
            // Two servers that start together: the second waits here for the first.
            tx.run("select pg_advisory_xact_lock(7238761)", args![]).await?;
        }
        tx.script(
            "create table if not exists migration (
               name text primary key,
               hash text not null,
               run_at bigint not null
             )",
        )
        .await?;
        let done: Vec<(String, String)> = tx.all("select name, hash from migration", args![]).await?;
        let mut migrated = Migrated::default();
        for migration in migrations {
            let hash = migration.hash();
            match done.iter().find(|(name, _)| name == migration.name) {
                Some((_, before)) if *before == hash => {}
                Some(_) => {
                    let name = migration.name;
                    return Err(anyhow!(
                        "the migration {name} reads differently from what was run here before; nothing was changed. \
                         Start the program that this database belongs to, or one made from its source"
                    )
                    .into());
                }
                None => {
                    tx.script(&for_engine(migration.sql, self.engine()))
                        .await
                        .map_err(|error| anyhow::Error::new(error).context(format!("migration {}", migration.name)))?;
                    tx.run(
                        "insert into migration (name, hash, run_at) values ($1, $2, $3)",
                        args![migration.name, hash, now],
                    )
                    .await
                    .context("noting a migration")?;
                    migrated.run.push(migration.name);
                }
            }
        }
        tx.commit().await?;
        Ok(migrated)
    }
}

/// How the schema that is there stands to the one that the program knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SchemaState {
    /// Run here with another text.
    pub changed: Vec<String>,
    /// Run here by a program that knows more.
    pub unknown: Vec<String>,
    /// Not run yet.
    pub missing: Vec<String>,
}

impl Db {
    pub async fn schema_state(&self, migrations: &[Migration]) -> Result<SchemaState> {
        let done: Vec<(String, String)> = self.read().await?.all("select name, hash from migration", args![]).await?;
        let mut state = SchemaState::default();
        for (name, hash) in &done {
            match migrations.iter().find(|migration| migration.name == name) {
                Some(migration) if migration.hash() == *hash => {}
                Some(_) => state.changed.push(name.clone()),
                None => state.unknown.push(name.clone()),
            }
        }
        let is_missing = |migration: &&Migration| !done.iter().any(|(name, _)| name == migration.name);
        state.missing = migrations.iter().filter(is_missing).map(|migration| migration.name.to_owned()).collect();
        Ok(state)
    }
}

impl Migration {
    pub(crate) fn hash(&self) -> String {
        hash(self.sql)
    }
}

/// FNV-1a over the text without its line ends: enough to notice an edit.
fn hash(sql: &str) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in sql.bytes().filter(|b| *b != b'\r') {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    }
    format!("{hash:016x}")
}

/// The text with the other engine's blocks taken out.
fn for_engine(sql: &str, engine: Engine) -> String {
    let (ours, theirs) = match engine {
        Engine::Sqlite => ("-- @sqlite", "-- @postgres"),
        Engine::Postgres => ("-- @postgres", "-- @sqlite"),
    };
    let mut kept = String::new();
    let mut skipping = false;
    for line in sql.lines() {
        let mark = line.trim();
        if mark == theirs {
            skipping = true;
        } else if mark == "-- @end" {
            skipping = false;
        } else if mark != ours && !skipping {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_engine_runs_its_own_lines() {
        let sql = "a\n-- @sqlite\nb\n-- @end\n-- @postgres\nc\n-- @end\nd\n";
        assert_eq!(for_engine(sql, Engine::Sqlite), "a\nb\nd\n");
        assert_eq!(for_engine(sql, Engine::Postgres), "a\nc\nd\n");
    }
}
