//! The audit: the whole log against the database, and what differs.

use std::cmp::Ordering;
use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::Value as Json;
use shian_base::Result;
use shian_db::Tx;

use crate::log::{Log, Source};
use crate::merkle::{Growing, leaf_hash};
use crate::note::{Key, Note, Signed};
use crate::record::{Record, differing, parse_canonical};
use crate::store::{self, Leaf, SignedState};
use crate::text::{from_hex, to_hex};
use crate::tiles::first_wrong;

const PAGE: i64 = 1000;

/// What the audit knows beside the database.
#[derive(Default)]
pub struct Beside {
    /// Keys that signed the log before this one.
    pub earlier_keys: Vec<Key>,
    /// Checkpoints that somebody kept outside: the log must still grow from them.
    pub kept: Vec<Note>,
}

/// Something that is not as the log says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Stable, for programs.
    pub code: &'static str,
    /// For the person, in Chinese.
    pub text: String,
}

#[derive(Clone, Debug, Default)]
pub struct Audited {
    pub leaves: u64,
    pub records: u64,
    pub checkpoints: u64,
    /// Recorded, but not yet given a place.
    pub waiting: u64,
    pub differences: Vec<Difference>,
}

impl Audited {
    fn note(&mut self, code: &'static str, text: String) {
        self.differences.push(Difference { code, text });
    }
}

/// Replays the log: its tree and checkpoints first, then every record of every source against its leaf.
pub async fn audit(log: &Log, sources: &[Arc<dyn Source>], beside: &Beside) -> Result<Audited> {
    let mut found = Audited::default();
    let mut tx = log.db().read().await?;
    tree(&mut tx, log, beside, &mut found).await?;
    for source in sources {
        records(&mut tx, source.as_ref(), &mut found).await?;
    }
    Ok(found)
}

async fn tree(tx: &mut Tx, log: &Log, beside: &Beside, found: &mut Audited) -> Result<()> {
    let size = store::size(tx).await?;
    let mut signed = Signatures { log, beside, ahead: store::checkpoints(tx, 0, PAGE).await?.into(), newest: 0 };
    let mut tree = Growing::default();
    loop {
        let page = store::places(tx, tree.size(), PAGE).await?;
        for (place, text) in &page {
            let expected = tree.size();
            if *place as u64 != expected {
                found.note("log.gap", format!("存证日志第 {expected} 条不见了"));
                return Ok(());
            }
            let Some(hash) = from_hex(text) else {
                found.note("log.hash", format!("存证日志第 {expected} 条的哈希写法不对"));
                return Ok(());
            };
            tree.push(hash);
            signed.compare(tx, &tree, found).await?;
        }
        if (page.len() as i64) < PAGE {
            break;
        }
    }
    found.leaves = tree.size();
    if tree.size() != size {
        found.note("log.size", format!("存证日志应有 {size} 条，实有 {} 条", tree.size()));
    }
    if signed.newest != size || !store::checkpoints(tx, tree.size(), 1).await?.is_empty() {
        found.note("checkpoint.size", format!("签过名的检查点到第 {} 条，存证日志有 {size} 条", signed.newest));
    }
    for kept in beside.kept.iter().filter(|kept| kept.checkpoint.size > tree.size()) {
        found.note("checkpoint.lost", format!("留存的检查点有 {} 条，现在的日志只有 {} 条：日志被回退", kept.checkpoint.size, tree.size()));
    }
    // Proofs are made from the tiles: they must say what the leaves say.
    if let Some((level, nr)) = first_wrong(tx, tree.size()).await? {
        found.note("log.tile", format!("存证日志的瓦片 {level}/{nr} 与叶子对不上"));
    }
    Ok(())
}

/// The checkpoints in the order of their sizes, met while the tree grows.
struct Signatures<'a> {
    log: &'a Log,
    beside: &'a Beside,
    ahead: VecDeque<SignedState>,
    newest: u64,
}

impl Signatures<'_> {
    async fn compare(&mut self, tx: &mut Tx, tree: &Growing, found: &mut Audited) -> Result<()> {
        let size = tree.size();
        for kept in self.beside.kept.iter().filter(|kept| kept.checkpoint.size == size) {
            if kept.checkpoint.root != tree.root() {
                found.note("checkpoint.forked", format!("留存的检查点（{size} 条）与现在的日志对不上：日志被改写"));
            }
        }
        if self.ahead.front().is_none_or(|state| state.size > size) {
            return Ok(());
        }
        let Some(state) = self.ahead.pop_front() else { return Ok(()) };
        if self.ahead.is_empty() {
            self.ahead = store::checkpoints(tx, state.size, PAGE).await?.into();
        }
        found.checkpoints += 1;
        self.newest = state.size;
        let keys = std::iter::once(self.log.key()).chain(&self.beside.earlier_keys);
        let note = Note::parse(&state.note).filter(|note| keys.clone().any(|key| matches!(note.signed_by(key), Signed::Yes { .. })));
        let Some(note) = note else {
            found.note("checkpoint.signature", format!("检查点（{} 条）不是用已知的公钥签的", state.size));
            return Ok(());
        };
        let root = tree.root();
        if state.root != to_hex(&root) || note.checkpoint.root != root || note.checkpoint.size != size {
            found.note("checkpoint.root", format!("检查点（{} 条）与日志的叶子对不上", state.size));
        }
        Ok(())
    }
}

/// Walks leaves and rows of a kind side by side, in the same order.
async fn records(tx: &mut Tx, source: &dyn Source, found: &mut Audited) -> Result<()> {
    let (mut leaves, mut rows) = (Vec::<Leaf>::new(), Vec::<Record>::new());
    let (mut leaf_after, mut row_after) = ((String::new(), -1), (String::new(), -1));
    let (mut leaves_end, mut rows_end) = (false, false);
    loop {
        if leaves.is_empty() && !leaves_end {
            leaves = store::leaves_after(tx, source.kind(), &leaf_after, PAGE).await?;
            leaves_end = (leaves.len() as i64) < PAGE;
            if let Some(last) = leaves.last() {
                leaf_after = (last.subject.clone(), last.seq);
            }
            leaves.reverse();
        }
        if rows.is_empty() && !rows_end {
            rows = source.page(tx, &row_after, PAGE).await?;
            rows_end = (rows.len() as i64) < PAGE;
            if let Some(last) = rows.last() {
                row_after = (last.subject.clone(), last.seq);
            }
            rows.reverse();
        }
        let order = match (leaves.last(), rows.last()) {
            (None, None) => return Ok(()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(leaf), Some(row)) => (&leaf.subject, leaf.seq).cmp(&(&row.subject, row.seq)),
        };
        match order {
            Ordering::Less => {
                let Some(leaf) = leaves.pop() else { continue };
                found.note("record.gone", format!("{}不见了，存证日志里有它", named(source.kind(), &leaf.subject, leaf.seq)));
            }
            Ordering::Greater => {
                let Some(row) = rows.pop() else { continue };
                found.note("record.unlogged", format!("{}不在存证日志里", named(source.kind(), &row.subject, row.seq)));
            }
            Ordering::Equal => {
                let (Some(leaf), Some(row)) = (leaves.pop(), rows.pop()) else { continue };
                found.records += 1;
                found.waiting += u64::from(leaf.index.is_none());
                compare(source, &leaf, &row, found).await?;
            }
        }
    }
}

async fn compare(source: &dyn Source, leaf: &Leaf, row: &Record, found: &mut Audited) -> Result<()> {
    let name = named(source.kind(), &leaf.subject, leaf.seq);
    let now = row.text(&leaf.salt)?;
    match &leaf.kept {
        None if leaf_hash(now.as_bytes()) != leaf.hash => found.note("record.changed", format!("{name}被改过，与存证日志对不上")),
        Some(kept) if leaf_hash(kept.as_bytes()) != leaf.hash => {
            found.note("record.changed", format!("{name}留存的原文被改过，与存证日志对不上"));
        }
        Some(kept) => {
            let (was, is) = (parse_canonical(kept).unwrap_or(Json::Null), parse_canonical(&now).unwrap_or(Json::Null));
            let mut fields = differing(&is, &was);
            fields.retain(|field| !source.moving().contains(&field.as_str()));
            if !fields.is_empty() {
                found.note("record.changed", format!("{name}被改过：{}", fields.join("、")));
            }
        }
        None => {}
    }
    if let Some(wrong) = source.outside(row).await? {
        found.note("record.bytes", format!("{name}：{wrong}"));
    }
    Ok(())
}

fn named(kind: &str, subject: &str, seq: i64) -> String {
    match kind {
        "act" => format!("事项 {subject} 的第 {seq} 步"),
        "matter" => format!("事项 {subject} 的立项"),
        "file" => format!("文件 {subject} "),
        _ => format!("{kind} {subject} {seq} "),
    }
}
