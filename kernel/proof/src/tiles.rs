//! The tree cut into tiles of 256 hashes (C2SP tlog-tiles): what a proof needs is a few rows, however large the log.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use anyhow::anyhow;
use shian_base::{Error, Result};
use shian_db::Tx;

use crate::merkle::{Hash, Node, complete, fold, node_hash};
use crate::store;

/// Levels of the tree in a tile.
const HEIGHT: u32 = 8;
/// Hashes of a full tile.
const WIDTH: u64 = 1 << HEIGHT;

/// The tiles that were looked at, each with the levels above its hashes.
pub struct Tiles {
    size: u64,
    read: HashMap<(u32, u64), Vec<Vec<Hash>>>,
}

impl Tiles {
    /// For a tree of this size, which must be in the database.
    pub fn of(size: u64) -> Self {
        Self { size, read: HashMap::new() }
    }

    /// Reads what the proofs of these leaves begin with in one go.
    pub async fn read_ahead(&mut self, tx: &mut Tx, leaves: impl Iterator<Item = u64>) -> Result<()> {
        let places: BTreeSet<u64> = leaves.map(|index| index / WIDTH).collect();
        let places: Vec<u64> = places.into_iter().collect();
        let found = store::lowest_tiles(tx, &places).await?;
        self.read.extend(found.into_iter().map(|(nr, hashes)| ((0, nr), levels(hashes))));
        Ok(())
    }

    pub async fn hash(&mut self, tx: &mut Tx, range: Range<u64>) -> Result<Hash> {
        let mut hashes = Vec::new();
        for node in complete(range) {
            hashes.push(self.node(tx, node).await?);
        }
        Ok(fold(&hashes))
    }

    pub async fn hash_all(&mut self, tx: &mut Tx, ranges: Vec<Range<u64>>) -> Result<Vec<Hash>> {
        let mut hashes = Vec::with_capacity(ranges.len());
        for range in ranges {
            hashes.push(self.hash(tx, range).await?);
        }
        Ok(hashes)
    }

    async fn node(&mut self, tx: &mut Tx, node: Node) -> Result<Hash> {
        let (level, up) = (node.level / HEIGHT, node.level % HEIGHT);
        let (nr, place) = (node.nr >> (HEIGHT - up), node.nr & ((WIDTH >> up) - 1));
        if !self.read.contains_key(&(level, nr)) {
            let hashes = match store::tile(tx, level, nr).await? {
                Some((full, _)) => full,
                None if level == 0 => store::hashes(tx, nr * WIDTH, self.size.min((nr + 1) * WIDTH)).await?,
                None => store::roots(tx, level - 1, nr * WIDTH, (nr + 1) * WIDTH).await?,
            };
            self.read.insert((level, nr), levels(hashes));
        }
        let found = self.read[&(level, nr)].get(up as usize).and_then(|row| row.get(place as usize));
        found.copied().ok_or_else(|| Error::Internal(anyhow!("the log lacks the hash {node:?} of a tree of {} leaves", self.size)))
    }
}

/// The hashes and, above them, those over each whole pair.
fn levels(hashes: Vec<Hash>) -> Vec<Vec<Hash>> {
    let mut levels = vec![hashes];
    while let Some(below) = levels.last().filter(|below| below.len() > 1) {
        let above = below.chunks_exact(2).map(|pair| node_hash(&pair[0], &pair[1])).collect();
        levels.push(above);
    }
    levels
}

/// Writes the tiles that became full when the tree grew from `old` to `new` leaves.
pub async fn fill(tx: &mut Tx, old: u64, new: u64) -> Result<()> {
    let (mut level, mut from, mut to) = (0, old / WIDTH, new / WIDTH);
    while from < to {
        for nr in from..to {
            let (hashes, root) = full(tx, level, nr).await?;
            store::put_tile(tx, level, nr, &hashes, &root).await?;
        }
        (level, from, to) = (level + 1, from / WIDTH, to / WIDTH);
    }
    Ok(())
}

/// The first tile that does not say what lies below it, in a tree of this size.
pub async fn first_wrong(tx: &mut Tx, size: u64) -> Result<Option<(u32, u64)>> {
    let (mut level, mut count) = (0, size / WIDTH);
    while count > 0 {
        for nr in 0..count {
            let right = full(tx, level, nr).await?;
            // A hash that cannot even be read is wrong too.
            if store::tile(tx, level, nr).await.ok().flatten() != Some(right) {
                return Ok(Some((level, nr)));
            }
        }
        (level, count) = (level + 1, count / WIDTH);
    }
    Ok(None)
}

/// What a full tile must hold: the hashes below it and the one over them.
async fn full(tx: &mut Tx, level: u32, nr: u64) -> Result<(Vec<Hash>, Hash)> {
    let hashes = match level {
        0 => store::hashes(tx, nr * WIDTH, (nr + 1) * WIDTH).await?,
        _ => store::roots(tx, level - 1, nr * WIDTH, (nr + 1) * WIDTH).await?,
    };
    let root = levels(hashes.clone()).pop().and_then(|top| top.first().copied()).filter(|_| hashes.len() as u64 == WIDTH);
    let root = root.ok_or_else(|| Error::Internal(anyhow!("tile {level}/{nr} of the log would have {} hashes", hashes.len())))?;
    Ok((hashes, root))
}
