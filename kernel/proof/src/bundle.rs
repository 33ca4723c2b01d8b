//! A bundle (核验包): a matter's records with the proof that each is in the log; made by the server, checked by anyone.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::ToSchema;

use crate::merkle::{Hash, is_included, leaf_hash};
use crate::note::{Key, Note, Signed};
use crate::record::parse_canonical;
use crate::text::{from_hex, hash_from_base64};

/// The first word of every bundle.
pub const FORMAT: &str = "shian-bundle/1";

/// Everything that is needed to check what is on record about a matter, offline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// `shian-bundle/1`.
    pub format: String,
    pub matter_id: String,
    /// The log's public key, `name+id+base64`. Whoever checks compares it with the one they were told.
    pub key: String,
    /// The signed note (C2SP tlog-checkpoint), with the cosignatures of witnesses.
    pub checkpoint: String,
    pub entries: Vec<BundleEntry>,
}

/// One leaf of the log with its proof.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BundleEntry {
    /// The leaf's place in the log.
    pub index: u64,
    /// The record, exactly as it was hashed: canonical JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// In place of a record that whoever made the bundle may not read: its hash, lower-case hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaf: Option<String>,
    /// Hashes on the way to the root, base64, nearest first (RFC 6962).
    pub proof: Vec<String>,
}

/// Whom the checker trusts beside the bundle itself.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// The log's key as the checker was told it.
    pub key: Option<Key>,
    /// Witnesses that must have cosigned.
    pub witnesses: Vec<Key>,
}

/// A bundle in which everything fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    pub matter_id: String,
    pub number: String,
    pub title: String,
    pub acts: usize,
    pub files: Vec<BundledFile>,
    /// Leaves whose record is not in the bundle.
    pub withheld: usize,
    pub log_size: u64,
    pub key: Key,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundledFile {
    pub name: String,
    pub sha256: String,
}

/// The first thing that does not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}（{code}）")]
pub struct Misfit {
    /// Stable, for programs.
    pub code: &'static str,
    /// For the person, in Chinese.
    pub text: String,
    /// Which entry, from 1.
    pub entry: Option<usize>,
}

fn misfit(code: &'static str, text: impl Into<String>) -> Misfit {
    Misfit { code, text: text.into(), entry: None }
}

/// Checks a bundle from the outside in: form, key, signature, each leaf, then what the leaves say together.
pub fn verify(text: &str, trust: &Trust) -> Result<Verified, Misfit> {
    let bundle = read(text)?;
    let (key, note) = check_note(&bundle, trust)?;
    if bundle.entries.is_empty() {
        return Err(misfit("bundle.empty", "核验包里没有任何记录"));
    }
    let mut records = Vec::new();
    let mut places = BTreeSet::new();
    for (i, entry) in bundle.entries.iter().enumerate() {
        let of = |code, text: String| Misfit { code, text, entry: Some(i + 1) };
        let (leaf, record) = match (&entry.record, &entry.leaf) {
            (Some(text), None) => {
                let json = parse_canonical(text).ok_or_else(|| of("entry.text", format!("第 {} 条记录的写法不规范", i + 1)))?;
                (leaf_hash(text.as_bytes()), Some(json))
            }
            (None, Some(leaf)) => (from_hex(leaf).ok_or_else(|| of("entry.text", format!("第 {} 条记录的写法不规范", i + 1)))?, None),
            _ => return Err(of("entry.text", format!("第 {} 条记录的写法不规范", i + 1))),
        };
        let name = record.as_ref().map_or_else(|| "未附内容".to_owned(), name_of);
        if !places.insert(entry.index) {
            return Err(of("entry.repeated", format!("第 {} 条记录（{name}）出现了两次", i + 1)));
        }
        let proof: Option<Vec<Hash>> = entry.proof.iter().map(|hash| hash_from_base64(hash)).collect();
        let size = note.checkpoint.size;
        if !proof.is_some_and(|proof| is_included(&leaf, entry.index, size, &proof, &note.checkpoint.root)) {
            return Err(of("entry.log", format!("第 {} 条记录（{name}）与存证日志对不上，内容或位置被改过", i + 1)));
        }
        records.extend(record.map(|record| (i + 1, record)));
    }
    let withheld = bundle.entries.len() - records.len();
    let (acts, files, number, title) = check_whole(&bundle.matter_id, &records, withheld)?;
    Ok(Verified { matter_id: bundle.matter_id, number, title, acts, files, withheld, log_size: note.checkpoint.size, key })
}

fn read(text: &str) -> Result<Bundle, Misfit> {
    match serde_json::from_str::<Bundle>(text) {
        Ok(bundle) if bundle.format == FORMAT => Ok(bundle),
        _ => match serde_json::from_str::<Json>(text) {
            Ok(json) if json["format"] != FORMAT => Err(misfit("bundle.format", "这不是本系统的核验包，或者是更新的版本")),
            _ => Err(misfit("bundle.unreadable", "这不是核验包，或者文件已损坏")),
        },
    }
}

fn check_note(bundle: &Bundle, trust: &Trust) -> Result<(Key, Note), Misfit> {
    let key = Key::parse(&bundle.key).ok_or_else(|| misfit("key.unreadable", "核验包里的公钥写法不对"))?;
    if trust.key.as_ref().is_some_and(|trusted| *trusted != key) {
        return Err(misfit("key.other", format!("核验包不是用您给的公钥签的，它的公钥指纹是 {}", key.fingerprint())));
    }
    let note = Note::parse(&bundle.checkpoint).ok_or_else(|| misfit("checkpoint.unreadable", "核验包里的检查点写法不对"))?;
    if note.checkpoint.origin != key.name {
        return Err(misfit("checkpoint.origin", "检查点属于另一个存证日志"));
    }
    if !matches!(note.signed_by(&key), Signed::Yes { .. }) {
        return Err(misfit("checkpoint.signature", "检查点的签名不对，检查点被改过"));
    }
    for witness in &trust.witnesses {
        if !matches!(note.signed_by(witness), Signed::Yes { .. }) {
            return Err(misfit("witness.missing", format!("见证人 {} 没有为这个检查点签名", witness.name)));
        }
    }
    Ok((key, note))
}

type Whole = (usize, Vec<BundledFile>, String, String);

/// What the records say together: one matter, every act of it up to the last, every file an act names.
fn check_whole(matter_id: &str, records: &[(usize, Json)], withheld: usize) -> Result<Whole, Misfit> {
    let text = |record: &Json, name: &str| record[name].as_str().unwrap_or_default().to_owned();
    let (mut seqs, mut named, mut files) = (BTreeSet::new(), Vec::new(), Vec::new());
    let mut head = None;
    for (entry, record) in records {
        let of = |code, text: String| Misfit { code, text, entry: Some(*entry) };
        match record["kind"].as_str() {
            Some("matter" | "act") if record["subject"] != matter_id => {
                return Err(of("entry.matter", format!("第 {entry} 条记录（{}）属于另一个事项", name_of(record))));
            }
            Some("matter") => head = Some((text(record, "number"), text(record, "title"))),
            Some("act") => {
                seqs.insert(record["seq"].as_i64().unwrap_or_default());
                let ids = record["files"].as_array().into_iter().flatten().filter_map(Json::as_str);
                named.extend(ids.map(|id| (*entry, id.to_owned())));
            }
            Some("file") => files.push((text(record, "subject"), BundledFile { name: text(record, "name"), sha256: text(record, "sha256") })),
            _ => return Err(of("entry.kind", format!("第 {entry} 条记录不是本系统的记录"))),
        }
    }
    let (number, title) = head.ok_or_else(|| misfit("entry.opening", "缺少事项的立项记录"))?;
    let last = seqs.last().copied().unwrap_or_default();
    let missing: Vec<i64> = (1..=last).filter(|seq| !seqs.contains(seq)).take(withheld + 1).collect();
    if missing.len() > withheld || seqs.first().is_some_and(|first| *first < 1) {
        let seq = missing.first().copied().unwrap_or_default();
        return Err(misfit("entry.gap", format!("经过不完整，缺少第 {seq} 步")));
    }
    if let Some((entry, id)) = named.iter().find(|(_, id)| !files.iter().any(|(known, _)| known == id)) {
        let text = format!("第 {entry} 条记录提到的附件 {id} 不在核验包里");
        return Err(Misfit { code: "file.missing", text, entry: Some(*entry) });
    }
    Ok((seqs.len(), files.into_iter().map(|(_, file)| file).collect(), number, title))
}

/// What people call a record.
fn name_of(record: &Json) -> String {
    let word = |name: &str| record[name].as_str().unwrap_or_default();
    let parts = match record["kind"].as_str() {
        Some("act") => [word("actor_name"), word("act_title"), word("at")],
        Some("matter") => ["立项", word("number"), word("opened_at")],
        Some("file") => ["附件", word("name"), word("created_at")],
        _ => ["未知", "", ""],
    };
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}
