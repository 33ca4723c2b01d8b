//! Bundles, right and wrong, with what is to be said of each: the browser is tested with the same file.
//! `UPDATE=1` writes it anew.

use std::ops::Range;

use serde_json::{Value, json};
use shian_proof::merkle::{Hash, inclusion, leaf_hash, node_hash};
use shian_proof::note::{Checkpoint, Role, Signer};
use shian_proof::{Bundle, BundleEntry, FORMAT, Key, Record, Trust, verify};
use shian_testkit::noon;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/bundles.json");
const MATTER: &str = "01935ab0-0000-7000-8000-000000000001";
const PHOTO: &str = "01935ab0-0000-7000-8000-0000000000f1";

fn root_of(leaves: &[Hash]) -> Hash {
    if let [one] = leaves {
        return *one;
    }
    let middle = leaves.len().next_power_of_two() / 2;
    node_hash(&root_of(&leaves[..middle]), &root_of(&leaves[middle..]))
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// A small log with a signed state.
struct Paper {
    signer: Signer,
    texts: Vec<String>,
    leaves: Vec<Hash>,
}

impl Paper {
    fn new() -> Self {
        let record = |subject: &str, kind, seq, content| Record { subject: subject.into(), kind, seq, content };
        let act = |subject: &str, seq, title: &str, files: Value| {
            let content = json!({ "act": "act", "act_title": title, "actor_name": "李敏", "at": noon(), "form": "{\"days\":3}", "files": files, "note": "" });
            record(subject, "act", seq, content)
        };
        let opening = json!({ "number": "柳市监责改〔2026〕石桥 0317 号", "title": "王记面馆 后厨玩手机", "opened_at": noon(), "facts": "{\"score\":0.8}" });
        let photo = json!({ "name": "整改😀.jpg", "mime": "image/jpeg", "size_bytes": 4, "created_at": noon(),
            "sha256": "9f64a747e1b97f131fabb6b447296c9b6f0201e79fb3c5356e6c77e89b6a806a" });
        let records = [
            act("01935ab0-0000-7000-8000-000000000002", 1, "立案", json!([])),
            record(MATTER, "matter", 0, opening),
            act(MATTER, 1, "责令改正", json!([])),
            record("01935ab0-0000-7000-8000-000000000003", "alien", 0, json!({})),
            act(MATTER, 2, "签收", json!([])),
            record(PHOTO, "file", 0, photo),
            act(MATTER, 3, "提交整改", json!([PHOTO])),
            act(MATTER, 4, "复核通过", json!([])),
            act("01935ab0-0000-7000-8000-000000000002", 2, "不予立案", json!([])),
            act("01935ab0-0000-7000-8000-000000000004", 1, "提醒", json!([])),
            act("01935ab0-0000-7000-8000-000000000005", 1, "提醒", json!([])),
        ];
        let texts: Vec<String> = records.iter().enumerate().map(|(i, record)| record.text(&format!("{i:032x}")).unwrap()).collect();
        let leaves = texts.iter().map(|text| leaf_hash(text.as_bytes())).collect();
        Self { signer: Signer::log([42; 32]), texts, leaves }
    }

    fn note(&self, signer: &Signer, origin: &str) -> String {
        let checkpoint = Checkpoint { origin: origin.into(), size: self.leaves.len() as u64, root: root_of(&self.leaves) };
        format!("{}\n{}", checkpoint.body(), signer.sign(&checkpoint.body()))
    }

    fn entry(&self, index: u64) -> BundleEntry {
        let hash = |range: Range<u64>| base64(&root_of(&self.leaves[range.start as usize..range.end as usize]));
        let proof = inclusion(index, self.leaves.len() as u64).into_iter().map(hash).collect();
        BundleEntry { index, record: Some(self.texts[index as usize].clone()), leaf: None, proof }
    }

    fn withheld(&self, index: u64) -> BundleEntry {
        let leaf = self.leaves[index as usize].iter().map(|byte| format!("{byte:02x}")).collect();
        BundleEntry { record: None, leaf: Some(leaf), ..self.entry(index) }
    }

    fn bundle(&self, indices: &[u64]) -> Bundle {
        Bundle {
            format: FORMAT.into(),
            matter_id: MATTER.into(),
            key: self.signer.key().to_string(),
            checkpoint: self.note(&self.signer, &self.signer.key().name),
            entries: indices.iter().map(|index| self.entry(*index)).collect(),
        }
    }
}

fn cases() -> Vec<Value> {
    let paper = Paper::new();
    let all = [1, 2, 4, 6, 7, 5];
    let good = paper.bundle(&all);
    let text = |bundle: &Bundle| serde_json::to_string_pretty(bundle).unwrap();
    let with = |change: &dyn Fn(&mut Bundle)| {
        let mut bundle = good.clone();
        change(&mut bundle);
        text(&bundle)
    };
    let of = |indices: &[u64]| text(&paper.bundle(indices));
    let instead = |from: &str, to: &str| text(&good).replacen(from, to, 1);
    let stranger = Signer::log([43; 32]);
    let own = paper.signer.key().to_string();
    let swapped = with(&|bundle| {
        bundle.key = stranger.key().to_string();
        bundle.checkpoint = paper.note(&stranger, &stranger.key().name);
    });
    let witness = Signer::named("witness.test/w1", Role::Witness, [9; 32]);
    let cosigned = with(&|bundle| {
        let body = bundle.checkpoint.split_once("\n\n").unwrap().0.to_owned() + "\n";
        bundle.checkpoint += &witness.cosign(&body, noon());
    });
    let list: Vec<(&str, String, Option<&str>, Option<&str>)> = vec![
        ("everything fits", text(&good), Some(&own), None),
        ("without a key that was told", text(&good), None, None),
        ("an act that may not be read", with(&|b| b.entries[2] = paper.withheld(4)), Some(&own), None),
        ("with a witness's line", cosigned, Some(&own), None),
        ("a whole bundle by another key, nobody told the key", swapped.clone(), None, None),
        ("a whole bundle by another key", swapped, Some(&own), Some("key.other")),
        ("no JSON", "核验包".into(), None, Some("bundle.unreadable")),
        ("half a file", text(&good)[..900].into(), None, Some("bundle.unreadable")),
        ("JSON of something else", "[1]".into(), None, Some("bundle.format")),
        ("a later version", instead(FORMAT, "shian-bundle/2"), None, Some("bundle.format")),
        ("a member nobody knows", instead("\"matter_id\"", "\"remark\": \"\", \"matter_id\""), None, Some("bundle.unreadable")),
        ("no entries", with(&|b| b.entries.clear()), None, Some("bundle.empty")),
        ("a mistyped key", with(&|b| b.key = b.key.replacen("shian.log", "shian.1og", 1)), None, Some("key.unreadable")),
        ("a checkpoint cut off", with(&|b| b.checkpoint.truncate(60)), None, Some("checkpoint.unreadable")),
        ("a checkpoint of another log", with(&|b| b.checkpoint = paper.note(&paper.signer, "another.log")), None, Some("checkpoint.origin")),
        ("a checkpoint of another size", with(&|b| b.checkpoint = b.checkpoint.replacen("\n11\n", "\n12\n", 1)), None, Some("checkpoint.signature")),
        ("a name changed in a record", instead("提交整改", "提交整治"), Some(&own), Some("entry.log")),
        ("a file's hash changed", instead("9f64a747", "9f64a748"), Some(&own), Some("entry.log")),
        ("a record in another place", with(&|b| b.entries[1].index = 3), None, Some("entry.log")),
        ("a place beyond the log", with(&|b| b.entries[1].index = 11), None, Some("entry.log")),
        ("a proof cut short", with(&|b| b.entries[4].proof.truncate(2)), None, Some("entry.log")),
        ("a proof that is none", with(&|b| b.entries[4].proof[0] = "?".into()), None, Some("entry.log")),
        ("a record with spaces", with(&|b| b.entries[0].record = b.entries[0].record.as_ref().map(|t| t.replacen(',', ", ", 1))), None, Some("entry.text")),
        ("record and hash both", with(&|b| b.entries[0].leaf = paper.withheld(1).leaf), None, Some("entry.text")),
        ("the same record twice", of(&[1, 2, 4, 6, 7, 5, 4]), None, Some("entry.repeated")),
        ("a record of another matter", of(&[1, 2, 4, 0, 6, 7, 5]), None, Some("entry.matter")),
        ("a record that is none of ours", of(&[1, 2, 3, 4, 6, 7, 5]), None, Some("entry.kind")),
        ("the beginning left out", of(&[2, 4, 6, 7, 5]), None, Some("entry.opening")),
        ("a step left out", of(&[1, 2, 6, 7, 5]), None, Some("entry.gap")),
        ("an attachment left out", of(&[1, 2, 4, 6, 7]), None, Some("file.missing")),
    ];
    let case = |(name, bundle, key, code): &(&str, String, Option<&str>, Option<&str>)| {
        let trust = Trust { key: key.map(|key| Key::parse(key).unwrap()), witnesses: vec![] };
        let (said, entry) = match verify(bundle, &trust) {
            Ok(_) => (None, None),
            Err(misfit) => (Some(misfit.code), misfit.entry),
        };
        assert_eq!(said, *code, "{name}");
        json!({ "name": name, "key": key, "code": code, "entry": entry, "bundle": bundle })
    };
    list.iter().map(case).collect()
}

#[test]
fn each_bundle_is_judged_as_written_and_the_browsers_file_says_the_same() {
    let now = serde_json::to_string_pretty(&cases()).unwrap() + "\n";
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(FILE, &now).unwrap();
    }
    let kept = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(kept == now, "{FILE} is not what the code says now; run with UPDATE=1 and look at the difference");
}
