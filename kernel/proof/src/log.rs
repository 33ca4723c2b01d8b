//! The log: leaves are given their places, the state is signed, proofs and bundles are made.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use anyhow::anyhow;
use async_trait::async_trait;
use serde::Serialize;
use shian_base::{Error, Instant, Result};
use shian_db::{Db, Tx};
use shian_jobs::Sweep;
use tracing::warn;
use utoipa::ToSchema;

use crate::bundle::{Bundle, BundleEntry, FORMAT};
use crate::merkle::{Hash, consistency, inclusion, leaf_hash};
use crate::note::{Checkpoint, Key, Note, Role, Signed, Signer};
use crate::record::Record;
use crate::store::{self, Leaf, SignedState};
use crate::text::{bytes_to_hex, to_base64, to_hex};
use crate::tiles::{Tiles, fill};

/// Leaves that are given their places in one transaction.
const BATCH: i64 = 1000;

/// Puts a record into the log, in the transaction that records it. Its place follows within a second or so.
pub async fn append(tx: &mut Tx, record: &Record, at: Instant) -> Result<()> {
    store::append(tx, &leaf(record)?.0, at).await
}

/// The same for a record that no row keeps as it was: the log keeps it.
pub async fn append_kept(tx: &mut Tx, record: &Record, at: Instant) -> Result<()> {
    let (leaf, text) = leaf(record)?;
    store::append(tx, &Leaf { kept: Some(text), ..leaf }, at).await
}

fn leaf(record: &Record) -> Result<(Leaf, String)> {
    let salt = bytes_to_hex(&rand::random::<[u8; 16]>());
    let text = record.text(&salt)?;
    let hash = leaf_hash(text.as_bytes());
    let leaf = Leaf { subject: record.subject.clone(), kind: record.kind.into(), seq: record.seq, salt, hash, kept: None, index: None };
    Ok((leaf, text))
}

/// Where records of a kind are kept; the audit compares them with the log.
#[async_trait]
pub trait Source: Send + Sync {
    fn kind(&self) -> &'static str;
    /// Records after this subject and seq, in that order.
    async fn page(&self, tx: &mut Tx, after: &(String, i64), limit: i64) -> Result<Vec<Record>>;
    /// The parts of a record that later acts move on; the log keeps such records as they were.
    fn moving(&self) -> &[&str] {
        &[]
    }
    /// What is wrong with what lies outside of the database, such as a file's bytes.
    async fn outside(&self, _record: &Record) -> Result<Option<String>> {
        Ok(None)
    }
}

/// What is wanted in a bundle.
pub struct Item {
    pub record: Record,
    /// Whoever asks may not read it: its hash alone is given.
    pub is_withheld: bool,
}

pub struct Log {
    db: Db,
    signer: Signer,
    witnesses: Vec<Key>,
}

/// The log as anybody may see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LogState {
    /// The public key, `name+id+base64`.
    pub key: String,
    /// What people compare by voice.
    pub fingerprint: String,
    pub size: u64,
    /// The signed note with the cosignatures of witnesses; null while nothing is on record.
    pub checkpoint: Option<String>,
    pub signed_at: Option<Instant>,
    /// The keys of the witnesses whose cosignatures are taken.
    pub witnesses: Vec<String>,
}

impl Log {
    /// The key is `DIR/proof-key`, made at the first start.
    pub fn open(db: Db, data: &Path, witnesses: &[String]) -> Result<Self> {
        let parse = |text: &String| {
            let key = Key::parse(text).filter(|key| key.role == Role::Witness);
            key.ok_or_else(|| Error::Internal(anyhow!("{text} is no key of a witness (name+id+base64, kind 4)")))
        };
        Ok(Self { db, signer: Signer::open(&data.join("proof-key"))?, witnesses: witnesses.iter().map(parse).collect::<Result<_>>()? })
    }

    pub fn key(&self) -> &Key {
        self.signer.key()
    }

    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Gives what was recorded before there was a log its leaves, once; afterwards a record without a leaf is a finding.
    pub async fn begin(&self, sources: &[Arc<dyn Source>], now: Instant) -> Result<()> {
        if store::has_begun(&mut self.db.read().await?).await? {
            return Ok(());
        }
        for source in sources {
            let mut after = (String::new(), -1);
            loop {
                let mut tx = self.db.write().await?;
                let records = source.page(&mut tx, &after, BATCH).await?;
                let subjects: Vec<&str> = records.iter().map(|record| record.subject.as_str()).collect();
                let leaves = store::leaves_of(&mut tx, &subjects).await?;
                let known: HashSet<_> = leaves.iter().map(Leaf::record).collect();
                for record in records.iter().filter(|r| !known.contains(&(r.subject.as_str(), r.kind, r.seq))) {
                    if source.moving().is_empty() { append(&mut tx, record, now).await? } else { append_kept(&mut tx, record, now).await? }
                }
                tx.commit().await?;
                let Some(last) = records.last() else { break };
                after = (last.subject.clone(), last.seq);
            }
        }
        let mut tx = self.db.write().await?;
        store::set_begun(&mut tx).await?;
        tx.commit().await?;
        let newest = store::newest(&mut self.db.read().await?).await?;
        if newest.is_some_and(|state| !self.is_ours(&state)) {
            warn!("the log was signed with another key before; keep both public keys");
        }
        Ok(())
    }

    fn is_ours(&self, state: &SignedState) -> bool {
        Note::parse(&state.note).is_some_and(|note| matches!(note.signed_by(self.key()), Signed::Yes { .. }))
    }

    /// Gives every leaf that waits its place and signs the new state.
    ///
    /// Writers never come here: they only add rows. Whoever gives places takes the head's row first, so there is one
    /// order, without gaps, whatever committed in which order.
    pub async fn sequence(&self, now: Instant) -> Result<()> {
        while store::is_waiting(&mut self.db.read().await?).await? {
            let mut tx = self.db.write().await?;
            let old = store::take_head(&mut tx).await?;
            store::give_places(&mut tx, old, BATCH).await?;
            let new = old + store::hashes(&mut tx, old, old + BATCH as u64).await?.len() as u64;
            if new == old {
                // Another server was faster.
                return Ok(());
            }
            fill(&mut tx, old, new).await?;
            let root = Tiles::of(new).hash(&mut tx, 0..new).await?;
            let checkpoint = Checkpoint { origin: self.key().name.clone(), size: new, root };
            let note = format!("{}\n{}", checkpoint.body(), self.signer.sign(&checkpoint.body()));
            store::put_checkpoint(&mut tx, &SignedState { size: new, root: to_hex(&root), note, at: now }).await?;
            store::set_head(&mut tx, new).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    pub async fn state(&self, tx: &mut Tx) -> Result<LogState> {
        let newest = store::newest(tx).await?;
        let checkpoint = match &newest {
            Some(state) => Some(with_cosignatures(tx, state).await?),
            None => None,
        };
        Ok(LogState {
            key: self.key().to_string(),
            fingerprint: self.key().fingerprint(),
            size: newest.as_ref().map_or(0, |state| state.size),
            checkpoint,
            signed_at: newest.map(|state| state.at),
            witnesses: self.witnesses.iter().map(Key::to_string).collect(),
        })
    }

    /// The hashes that prove that the log of `new` leaves begins with the log of `old` ones.
    pub async fn consistency(&self, tx: &mut Tx, old: u64, new: u64) -> Result<Vec<Hash>> {
        let size = store::size(tx).await?;
        if old > new || new > size {
            return Err(Error::invalid("from", "proof.sizes", format!("存证日志现有 {size} 条，应为 0 ≤ from ≤ to ≤ {size}")));
        }
        Tiles::of(new).hash_all(tx, consistency(old, new)).await
    }

    /// Takes a witness's signature under the checkpoint of this size.
    pub async fn cosign(&self, tx: &mut Tx, size: u64, line: &str, now: Instant) -> Result<()> {
        let state = store::checkpoint(tx, size).await?.ok_or(Error::NotFound)?;
        let line = format!("{}\n", line.trim_end());
        let note = Note::parse(&format!("{}{line}", state.note));
        let signed = |witness: &&Key| note.as_ref().is_some_and(|note| matches!(note.signed_by(witness), Signed::Yes { .. }));
        let witness = self.witnesses.iter().find(signed);
        let witness = witness.ok_or_else(|| Error::invalid("line", "proof.no_witness", "这一行不是已登记的见证人对该检查点的签名"))?;
        store::put_cosignature(tx, size, &witness.name, &line, now).await
    }

    /// A matter's bundle under the newest checkpoint.
    pub async fn bundle(&self, tx: &mut Tx, matter_id: &str, items: &[Item]) -> Result<Bundle> {
        let waiting = || Error::unavailable("proof.waiting", "记录正在写入存证日志，请稍后再试");
        let state = store::newest(tx).await?.ok_or_else(waiting)?;
        let mut subjects: Vec<&str> = items.iter().map(|item| item.record.subject.as_str()).collect();
        subjects.dedup();
        let leaves = store::leaves_of(tx, &subjects).await?;
        let leaves: HashMap<_, &Leaf> = leaves.iter().map(|leaf| (leaf.record(), leaf)).collect();
        let mut tiles = Tiles::of(state.size);
        tiles.read_ahead(tx, leaves.values().filter_map(|leaf| leaf.index)).await?;
        let mut entries = Vec::with_capacity(items.len());
        for Item { record, is_withheld } in items {
            let leaf = leaves.get(&(record.subject.as_str(), record.kind, record.seq)).ok_or_else(waiting)?;
            let index = leaf.index.filter(|index| *index < state.size).ok_or_else(waiting)?;
            let proof = tiles.hash_all(tx, inclusion(index, state.size)).await?;
            let text = match (is_withheld, &leaf.kept) {
                (true, _) => None,
                (false, Some(kept)) => Some(kept.clone()),
                (false, None) => Some(record.text(&leaf.salt)?),
            };
            let leaf = is_withheld.then(|| to_hex(&leaf.hash));
            entries.push(BundleEntry { index, record: text, leaf, proof: proof.iter().map(|hash| to_base64(hash)).collect() });
        }
        Ok(Bundle {
            format: FORMAT.into(),
            matter_id: matter_id.into(),
            key: self.key().to_string(),
            checkpoint: with_cosignatures(tx, &state).await?,
            entries,
        })
    }
}

async fn with_cosignatures(tx: &mut Tx, state: &SignedState) -> Result<String> {
    Ok(format!("{}{}", state.note, store::cosignatures(tx, state.size).await?.concat()))
}

/// Gives places every second.
pub struct PlaceSweep(pub Arc<Log>);

#[async_trait]
impl Sweep for PlaceSweep {
    fn name(&self) -> &'static str {
        "proof.places"
    }
    fn every_seconds(&self) -> u64 {
        1
    }
    async fn run(&self, now: Instant) -> Result<()> {
        self.0.sequence(now).await
    }
}
