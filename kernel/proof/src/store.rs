//! The statements of the log, and nothing else.

use anyhow::anyhow;
use serde_json::json;
use shian_base::{Error, Instant, Result};
use shian_db::{FromRow, Row, Tx, args};

use crate::merkle::Hash;
use crate::text::{from_hex, to_hex};

/// A row of `proof_leaf`.
#[derive(Clone, Debug)]
pub struct Leaf {
    pub subject: String,
    pub kind: String,
    pub seq: i64,
    pub salt: String,
    pub hash: Hash,
    pub kept: Option<String>,
    pub index: Option<u64>,
}

impl Leaf {
    /// Which record it stands for: subject, kind, seq.
    pub fn record(&self) -> (&str, &str, i64) {
        (&self.subject, &self.kind, self.seq)
    }
}

impl FromRow for Leaf {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            subject: row.get("subject_id")?,
            kind: row.get("kind")?,
            seq: row.get("seq")?,
            salt: row.get("salt")?,
            hash: hash(&row.get::<String>("hash")?)?,
            kept: row.get("kept")?,
            index: row.get::<Option<i64>>("idx")?.map(|index| index as u64),
        })
    }
}

/// A row of `proof_checkpoint`.
#[derive(Clone, Debug)]
pub struct SignedState {
    pub size: u64,
    pub root: String,
    pub note: String,
    pub at: Instant,
}

impl FromRow for SignedState {
    fn from_row(row: &Row) -> Result<Self> {
        let size: i64 = row.get("size")?;
        Ok(Self { size: size as u64, root: row.get("root")?, note: row.get("note")?, at: row.get("at")? })
    }
}

fn hash(text: &str) -> Result<Hash> {
    from_hex(text).ok_or_else(|| Error::Internal(anyhow!("{text} is no hash of the log")))
}

pub async fn append(tx: &mut Tx, leaf: &Leaf, at: Instant) -> Result<()> {
    tx.run(
        "insert into proof_leaf (subject_id, kind, seq, salt, hash, kept, at) values ($1, $2, $3, $4, $5, $6, $7)",
        args![&leaf.subject, &leaf.kind, leaf.seq, &leaf.salt, to_hex(&leaf.hash), leaf.kept.clone(), at],
    )
    .await?;
    Ok(())
}

pub async fn is_waiting(tx: &mut Tx) -> Result<bool> {
    Ok(tx.maybe::<(String,)>("select subject_id from proof_leaf where idx is null limit 1", args![]).await?.is_some())
}

/// Takes the head for this transaction; how many leaves have a place.
pub async fn take_head(tx: &mut Tx) -> Result<u64> {
    let (size,): (i64,) = tx.one("update proof_head set size = size where id = 1 returning size", args![]).await?;
    Ok(size as u64)
}

pub async fn set_head(tx: &mut Tx, size: u64) -> Result<()> {
    tx.run("update proof_head set size = $1 where id = 1", args![size as i64]).await?;
    Ok(())
}

pub async fn size(tx: &mut Tx) -> Result<u64> {
    let (size,): (i64,) = tx.one("select size from proof_head where id = 1", args![]).await?;
    Ok(size as u64)
}

pub async fn has_begun(tx: &mut Tx) -> Result<bool> {
    let (begun,): (bool,) = tx.one("select begun from proof_head where id = 1", args![]).await?;
    Ok(begun)
}

pub async fn set_begun(tx: &mut Tx) -> Result<()> {
    tx.run("update proof_head set begun = (1 = 1) where id = 1", args![]).await?;
    Ok(())
}

/// Gives the leaves that wait longest the places from `from` on.
pub async fn give_places(tx: &mut Tx, from: u64, limit: i64) -> Result<()> {
    tx.run(
        "update proof_leaf
         set idx = chosen.place
         from (
           select subject_id, kind, seq, $1 - 1 + row_number() over (order by at, subject_id, seq, kind) as place
           from (
             select subject_id, kind, seq, at
             from proof_leaf
             where idx is null
             order by at, subject_id, seq, kind
             limit $2
           ) as waiting
         ) as chosen
         where proof_leaf.subject_id = chosen.subject_id and proof_leaf.kind = chosen.kind and proof_leaf.seq = chosen.seq",
        args![from as i64, limit],
    )
    .await?;
    Ok(())
}

/// The hashes of the leaves with these places, in order.
pub async fn hashes(tx: &mut Tx, from: u64, to: u64) -> Result<Vec<Hash>> {
    let rows: Vec<(String,)> = tx
        .all("select hash from proof_leaf where idx >= $1 and idx < $2 order by idx", args![from as i64, to as i64])
        .await?;
    rows.iter().map(|(text,)| hash(text)).collect()
}

pub async fn put_tile(tx: &mut Tx, level: u32, nr: u64, hashes: &[Hash], root: &Hash) -> Result<()> {
    let text: String = hashes.iter().map(to_hex).collect();
    tx.run(
        "insert into proof_tile (level, nr, hashes, root) values ($1, $2, $3, $4)",
        args![level, nr as i64, text, to_hex(root)],
    )
    .await?;
    Ok(())
}

/// The hashes of a full tile and the hash over them; `None` while it is not full.
pub async fn tile(tx: &mut Tx, level: u32, nr: u64) -> Result<Option<(Vec<Hash>, Hash)>> {
    let found: Option<(String, String)> =
        tx.maybe("select hashes, root from proof_tile where level = $1 and nr = $2", args![level, nr as i64]).await?;
    let Some((text, root)) = found else { return Ok(None) };
    Ok(Some((hashes_in(&text)?, hash(&root)?)))
}

/// The full ones among the lowest tiles with these places.
pub async fn lowest_tiles(tx: &mut Tx, places: &[u64]) -> Result<Vec<(u64, Vec<Hash>)>> {
    let (each, list) = (tx.each("$1"), json!(places));
    let sql = format!(
        "with wanted (place) as {each}
         select nr, hashes from proof_tile join wanted on nr = cast(place as bigint)
         where level = 0"
    );
    let rows: Vec<(i64, String)> = tx.all(&sql, args![&list]).await?;
    rows.iter().map(|(nr, text)| Ok((*nr as u64, hashes_in(text)?))).collect()
}

fn hashes_in(text: &str) -> Result<Vec<Hash>> {
    text.as_bytes().chunks(64).map(|part| hash(std::str::from_utf8(part).unwrap_or_default())).collect()
}

/// The roots of full tiles of a level, from `from` on and before `to`.
pub async fn roots(tx: &mut Tx, level: u32, from: u64, to: u64) -> Result<Vec<Hash>> {
    let rows: Vec<(String,)> = tx
        .all(
            "select root from proof_tile where level = $1 and nr >= $2 and nr < $3 order by nr",
            args![level, from as i64, to as i64],
        )
        .await?;
    rows.iter().map(|(text,)| hash(text)).collect()
}

pub async fn put_checkpoint(tx: &mut Tx, state: &SignedState) -> Result<()> {
    tx.run(
        "insert into proof_checkpoint (size, root, note, at) values ($1, $2, $3, $4)",
        args![state.size as i64, &state.root, &state.note, state.at],
    )
    .await?;
    Ok(())
}

pub async fn newest(tx: &mut Tx) -> Result<Option<SignedState>> {
    tx.maybe("select size, root, note, at from proof_checkpoint order by size desc limit 1", args![]).await
}

pub async fn checkpoint(tx: &mut Tx, size: u64) -> Result<Option<SignedState>> {
    tx.maybe("select size, root, note, at from proof_checkpoint where size = $1", args![size as i64]).await
}

pub async fn checkpoints(tx: &mut Tx, after: u64, limit: i64) -> Result<Vec<SignedState>> {
    tx.all(
        "select size, root, note, at from proof_checkpoint where size > $1 order by size limit $2",
        args![after as i64, limit],
    )
    .await
}

pub async fn put_cosignature(tx: &mut Tx, size: u64, witness: &str, line: &str, at: Instant) -> Result<()> {
    tx.run(
        "insert into proof_cosignature (size, witness, line, at) values ($1, $2, $3, $4)
         on conflict (size, witness) do nothing",
        args![size as i64, witness, line, at],
    )
    .await?;
    Ok(())
}

pub async fn cosignatures(tx: &mut Tx, size: u64) -> Result<Vec<String>> {
    let rows: Vec<(String,)> =
        tx.all("select line from proof_cosignature where size = $1 order by witness", args![size as i64]).await?;
    Ok(rows.into_iter().map(|(line,)| line).collect())
}

const COLUMNS: &str = "subject_id, kind, seq, salt, hash, kept, idx";

pub async fn leaves_of(tx: &mut Tx, subjects: &[&str]) -> Result<Vec<Leaf>> {
    let (each, list) = (tx.each("$1"), json!(subjects));
    tx.all(&format!("select {COLUMNS} from proof_leaf where subject_id in {each} order by idx"), args![&list]).await
}

/// Leaves of a kind after this one, by subject and seq.
pub async fn leaves_after(tx: &mut Tx, kind: &str, after: &(String, i64), limit: i64) -> Result<Vec<Leaf>> {
    tx.all(
        &format!(
            "select {COLUMNS} from proof_leaf
             where kind = $1 and (subject_id > $2 or (subject_id = $2 and seq > $3))
             order by subject_id, seq
             limit $4"
        ),
        args![kind, &after.0, after.1, limit],
    )
    .await
}

/// Places and hashes from `from` on, as they are, with whatever is wrong in them.
pub async fn places(tx: &mut Tx, from: u64, limit: i64) -> Result<Vec<(i64, String)>> {
    tx.all("select idx, hash from proof_leaf where idx >= $1 order by idx limit $2", args![from as i64, limit]).await
}
