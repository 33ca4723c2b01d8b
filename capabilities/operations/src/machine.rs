//! The machine: how much disk is left, measured every hour so that a trend can be told.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use async_trait::async_trait;
use shian_base::{Instant, Result};
use shian_db::{Tx, args};
use shian_jobs::Sweep;

use crate::Operations;

#[derive(Clone, Copy, Debug)]
pub struct Disk {
    pub size_bytes: u64,
    /// What may still be written by whoever runs the program.
    pub free_bytes: u64,
}

/// The disk that a folder lies on.
pub fn disk_of(folder: &Path) -> Result<Disk> {
    let found = rustix::fs::statvfs(folder).with_context(|| format!("asking for the disk of {}", folder.display()))?;
    Ok(Disk { size_bytes: found.f_blocks * found.f_frsize, free_bytes: found.f_bavail * found.f_frsize })
}

/// What was measured, oldest first.
pub(crate) async fn measured(tx: &mut Tx, name: &str) -> Result<Vec<(Instant, i64)>> {
    tx.all("select at, value from machine_measure where name = $1 order by at", args![name]).await
}

const KEPT_S: i64 = 30 * 86_400;

pub(crate) struct Measure(pub Arc<Operations>);

#[async_trait]
impl Sweep for Measure {
    fn name(&self) -> &'static str {
        "machine-measure"
    }
    fn every_seconds(&self) -> u64 {
        3600
    }
    async fn run(&self, now: Instant) -> Result<()> {
        let disk = disk_of(&self.0.source.data)?;
        let mut tx = self.0.db.write().await?;
        tx.run(
            "insert into machine_measure (name, at, value) values ('disk.free', $1, $2) on conflict (name, at) do nothing",
            args![now, disk.free_bytes as i64],
        )
        .await?;
        tx.run("delete from machine_measure where at < $1", args![now.plus_seconds(-KEPT_S)]).await?;
        tx.commit().await
    }
}
