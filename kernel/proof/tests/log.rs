//! The log over a database: places, proofs, bundles, witnesses and the audit [B07 G12 K03 C10].

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::json;
use shian_base::Result;
use shian_db::{Db, Tx, args};
use shian_proof::merkle::{is_consistent, leaf_hash};
use shian_proof::note::{Note, Role, Signed, Signer};
use shian_proof::{Audited, Beside, Bundle, Item, Log, MIGRATIONS, Record, Source, Trust, append, audit, verify};
use shian_testkit::{db_test, noon};

const MATTER: &str = "0190f0c8-0000-7000-8000-000000000001";

/// A table of acts of this test's own.
struct Acts;

fn act(subject: &str, seq: i64, words: &str) -> Record {
    let content = json!({ "act_title": words, "actor_name": "李敏", "at": noon(), "files": [] });
    Record { subject: subject.into(), kind: "act", seq, content }
}

fn opening(subject: &str) -> Record {
    Record { subject: subject.into(), kind: "matter", seq: 0, content: json!({ "number": "柳市监责改〔2026〕石桥 0001 号", "title": "玩手机" }) }
}

#[async_trait]
impl Source for Acts {
    fn kind(&self) -> &'static str {
        "act"
    }
    async fn page(&self, tx: &mut Tx, after: &(String, i64), limit: i64) -> Result<Vec<Record>> {
        let rows: Vec<(String, i64, String)> = tx
            .all(
                "select subject, seq, words from doing where subject > $1 or (subject = $1 and seq > $2) order by subject, seq limit $3",
                args![&after.0, after.1, limit],
            )
            .await?;
        Ok(rows.iter().map(|(subject, seq, words)| act(subject, *seq, words)).collect())
    }
}

struct Desk {
    log: Arc<Log>,
    witness: Signer,
    _folder: tempfile::TempDir,
}

impl Desk {
    async fn new(db: &Db) -> Self {
        let mut tx = db.write().await.unwrap();
        tx.script("create table doing (subject text not null, seq bigint not null, words text not null, primary key (subject, seq))").await.unwrap();
        tx.commit().await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let witness = Signer::named("witness.test/w1", Role::Witness, [7; 32]);
        let log = Log::open(db.clone(), folder.path(), &[witness.key().to_string()]).unwrap();
        log.begin(&[], noon()).await.unwrap();
        Self { log: Arc::new(log), witness, _folder: folder }
    }

    async fn does(&self, tx: &mut Tx, subject: &str, seq: i64, words: &str) {
        tx.run("insert into doing (subject, seq, words) values ($1, $2, $3)", args![subject, seq, words]).await.unwrap();
        append(tx, &act(subject, seq, words), noon()).await.unwrap();
    }

    async fn done(&self, subject: &str, seqs: std::ops::RangeInclusive<i64>) {
        let mut tx = self.log.db().write().await.unwrap();
        for seq in seqs {
            self.does(&mut tx, subject, seq, "责令改正").await;
        }
        tx.commit().await.unwrap();
    }

    async fn opened(&self) {
        let mut tx = self.log.db().write().await.unwrap();
        append(&mut tx, &opening(MATTER), noon()).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn audit(&self) -> Audited {
        self.audit_with(&Beside::default()).await
    }

    async fn audit_with(&self, beside: &Beside) -> Audited {
        audit(&self.log, &[Arc::new(Acts)], beside).await.unwrap()
    }

    async fn bundle(&self, acts: i64) -> Bundle {
        self.log.sequence(noon()).await.unwrap();
        let mut items = vec![Item { record: opening(MATTER), is_withheld: false }];
        items.extend((1..=acts).map(|seq| Item { record: act(MATTER, seq, "责令改正"), is_withheld: false }));
        self.log.bundle(&mut self.log.db().read().await.unwrap(), MATTER, &items).await.unwrap()
    }

    /// Does something that no endpoint does.
    async fn behind_its_back(&self, sql: &str) {
        let mut tx = self.log.db().write().await.unwrap();
        let drop = match tx.engine() {
            shian_db::Engine::Sqlite => "drop trigger if exists proof_leaf_stays; drop trigger if exists proof_leaf_is_kept",
            shian_db::Engine::Postgres => "drop trigger if exists proof_leaf_stays on proof_leaf; drop trigger if exists proof_leaf_is_kept on proof_leaf",
        };
        tx.script(drop).await.unwrap();
        assert!(tx.run(sql, args![]).await.unwrap() > 0, "nothing was tampered with: {sql}");
        tx.commit().await.unwrap();
    }
}

fn codes(audited: &Audited) -> Vec<&'static str> {
    audited.differences.iter().map(|difference| difference.code).collect()
}

fn as_text(bundle: &Bundle) -> String {
    serde_json::to_string(bundle).unwrap()
}

db_test!(MIGRATIONS, async fn what_was_done_is_in_the_log_and_what_was_rolled_back_is_not(db) {
    let desk = Desk::new(&db).await;
    desk.done(MATTER, 1..=3).await;
    let mut tx = db.write().await.unwrap();
    desk.does(&mut tx, MATTER, 4, "撤销").await;
    drop(tx);
    desk.log.sequence(noon()).await.unwrap();
    let audited = desk.audit().await;
    assert_eq!((audited.leaves, audited.records, audited.differences.len()), (3, 3, 0), "{:?}", audited.differences);
});

db_test!(MIGRATIONS, async fn a_bundle_is_checked_offline_and_any_change_in_it_is_named(db) {
    let desk = Desk::new(&db).await;
    desk.done("0190f0c8-0000-7000-8000-000000000009", 1..=300).await;
    desk.opened().await;
    desk.done(MATTER, 1..=5).await;
    let bundle = desk.bundle(5).await;
    let trust = Trust { key: Some(desk.log.key().clone()), ..Trust::default() };
    let verified = verify(&as_text(&bundle), &trust).unwrap();
    assert_eq!((verified.acts, verified.log_size, verified.title.as_str()), (5, 306, "玩手机"));
    let code = |bundle: &Bundle, trust: &Trust| verify(&as_text(bundle), trust).unwrap_err().code;
    let mut changed = bundle.clone();
    changed.entries[2].record = changed.entries[2].record.as_ref().map(|text| text.replace("李敏", "赵强"));
    let misfit = verify(&as_text(&changed), &trust).unwrap_err();
    assert_eq!((misfit.code, misfit.entry), ("entry.log", Some(3)), "{misfit}");
    assert!(misfit.text.contains("赵强 责令改正"), "{misfit}");
    let mut shorter = bundle.clone();
    shorter.entries.remove(2);
    assert_eq!(code(&shorter, &trust), "entry.gap");
    let stranger = Trust { key: Some(Signer::log([4; 32]).key().clone()), ..Trust::default() };
    assert_eq!(code(&bundle, &stranger), "key.other");
});

db_test!(MIGRATIONS, async fn two_writers_and_two_sequencers_at_once_leave_one_log_without_gaps(db) {
    let desk = Desk::new(&db).await;
    let second = tempfile::tempdir().unwrap();
    let other = Arc::new(Log::open(db.clone(), second.path(), &[]).unwrap());
    let write = |subject: &'static str| {
        let desk = &desk;
        async move {
            for seq in 1..=60 {
                let mut tx = desk.log.db().write().await.unwrap();
                desk.does(&mut tx, subject, seq, "责令改正").await;
                if seq % 7 == 0 {
                    tokio::task::yield_now().await;
                }
                tx.commit().await.unwrap();
            }
        }
    };
    let place = |log: Arc<Log>| async move {
        for _ in 0..40 {
            log.sequence(noon()).await.unwrap();
            tokio::task::yield_now().await;
        }
    };
    tokio::join!(write("0190f0c8-0000-7000-8000-00000000000a"), write("0190f0c8-0000-7000-8000-00000000000b"), place(Arc::clone(&desk.log)), place(Arc::clone(&other)));
    desk.log.sequence(noon()).await.unwrap();
    let audited = desk.audit_with(&Beside { earlier_keys: vec![other.key().clone()], kept: vec![] }).await;
    assert_eq!((audited.leaves, audited.records, audited.waiting), (120, 120, 0));
    assert_eq!(audited.differences, vec![]);
});

db_test!(MIGRATIONS, async fn a_writer_that_commits_late_holds_up_nobody_and_leaves_no_gap(db) {
    let desk = Desk::new(&db).await;
    if db.engine() == shian_db::Engine::Sqlite {
        // One writer at a time: nobody commits late.
        return;
    }
    let (mut late, mut never) = (db.write().await.unwrap(), db.write().await.unwrap());
    desk.does(&mut late, "0190f0c8-0000-7000-8000-00000000000c", 1, "先动手，后提交").await;
    desk.does(&mut never, "0190f0c8-0000-7000-8000-00000000000d", 1, "撤销").await;
    desk.done(MATTER, 1..=2).await;
    desk.log.sequence(noon()).await.unwrap();
    assert_eq!(desk.audit().await.leaves, 2);
    drop(never);
    late.commit().await.unwrap();
    desk.log.sequence(noon()).await.unwrap();
    let audited = desk.audit().await;
    assert_eq!((audited.leaves, audited.checkpoints, audited.differences.len()), (3, 2, 0));
});

db_test!(MIGRATIONS, async fn a_log_past_full_tiles_proves_the_old_states_and_the_new_ones(db) {
    let desk = Desk::new(&db).await;
    let (mut states, mut next) = (Vec::new(), 1);
    for growth in [1, 254, 1, 1, 300, 700, 90] {
        desk.done(MATTER, next..=next + growth - 1).await;
        next += growth;
        desk.log.sequence(noon()).await.unwrap();
        let state = desk.log.state(&mut db.read().await.unwrap()).await.unwrap();
        states.push(Note::parse(&state.checkpoint.unwrap()).unwrap());
    }
    let mut tx = db.read().await.unwrap();
    for (i, old) in states.iter().enumerate() {
        for new in &states[i..] {
            let (old, new) = (&old.checkpoint, &new.checkpoint);
            let proof = desk.log.consistency(&mut tx, old.size, new.size).await.unwrap();
            assert!(is_consistent(old.size, &old.root, new.size, &new.root, &proof), "{} → {}", old.size, new.size);
        }
    }
    assert_eq!(states.last().unwrap().checkpoint.size, 1347);
    drop(tx);
    assert_eq!(desk.audit().await.differences, vec![]);
});

db_test!(MIGRATIONS, async fn a_witness_cosigns_what_only_grew_and_the_bundle_shows_it(db) {
    let desk = Desk::new(&db).await;
    desk.opened().await;
    desk.done(MATTER, 1..=2).await;
    desk.log.sequence(noon()).await.unwrap();
    let note = |state: shian_proof::LogState| Note::parse(&state.checkpoint.unwrap()).unwrap();
    let first = note(desk.log.state(&mut db.read().await.unwrap()).await.unwrap());
    desk.done(MATTER, 3..=6).await;
    desk.log.sequence(noon()).await.unwrap();

    // The witness remembers what it saw, asks for the proof, checks, and only then signs.
    let second = note(desk.log.state(&mut db.read().await.unwrap()).await.unwrap());
    assert_eq!(second.signed_by(desk.log.key()), Signed::Yes { at_seconds: None });
    let (old, new) = (&first.checkpoint, &second.checkpoint);
    let proof = desk.log.consistency(&mut db.read().await.unwrap(), old.size, new.size).await.unwrap();
    assert!(is_consistent(old.size, &old.root, new.size, &new.root, &proof));
    let line = desk.witness.cosign(&new.body(), noon());

    let trust = Trust { key: None, witnesses: vec![desk.witness.key().clone()] };
    assert_eq!(verify(&as_text(&desk.bundle(6).await), &trust).unwrap_err().code, "witness.missing");
    let mut tx = db.write().await.unwrap();
    let stranger = Signer::named("witness.test/w1", Role::Witness, [8; 32]).cosign(&new.body(), noon());
    assert!(desk.log.cosign(&mut tx, new.size, &stranger, noon()).await.is_err());
    assert!(desk.log.cosign(&mut tx, old.size, &line, noon()).await.is_err(), "it is not over this checkpoint");
    desk.log.cosign(&mut tx, new.size, &line, noon()).await.unwrap();
    desk.log.cosign(&mut tx, new.size, &line, noon()).await.unwrap();
    tx.commit().await.unwrap();
    verify(&as_text(&desk.bundle(6).await), &trust).unwrap();
});

db_test!(MIGRATIONS, async fn the_audit_names_what_was_changed_behind_its_back(db) {
    let desk = Desk::new(&db).await;
    desk.done(MATTER, 1..=300).await;
    desk.log.sequence(noon()).await.unwrap();
    desk.done(MATTER, 301..=310).await;
    desk.log.sequence(noon()).await.unwrap();
    let kept = desk.log.state(&mut db.read().await.unwrap()).await.unwrap().checkpoint.unwrap();
    assert_eq!(desk.audit().await.differences, vec![]);

    desk.behind_its_back("update doing set words = '不予处罚' where seq = 7").await;
    let audited = desk.audit().await;
    assert_eq!(codes(&audited), ["record.changed"]);
    assert!(audited.differences[0].text.contains("第 7 步"), "{}", audited.differences[0].text);
    desk.behind_its_back("update doing set words = '责令改正' where seq = 7").await;

    desk.behind_its_back("delete from doing where seq = 310").await;
    assert_eq!(codes(&desk.audit().await), ["record.gone"]);
    desk.behind_its_back(&format!("insert into doing values ('{MATTER}', 310, '责令改正'), ('{MATTER}', 311, '多出来的')")).await;
    assert_eq!(codes(&desk.audit().await), ["record.unlogged"]);
    desk.behind_its_back("delete from doing where seq = 311").await;
    assert_eq!(desk.audit().await.differences, vec![]);

    desk.behind_its_back("update proof_tile set hashes = substr(hashes, 65) || substr(hashes, 1, 64)").await;
    assert!(codes(&desk.audit().await).contains(&"log.tile"));
    desk.behind_its_back("update proof_tile set hashes = substr(hashes, 64 * 255 + 1) || substr(hashes, 1, 64 * 255)").await;

    // Record and leaf changed together: the signed checkpoint does not fit any more.
    desk.behind_its_back("update proof_leaf set hash = (select l.hash from proof_leaf l where l.seq = 8) where seq = 9").await;
    assert!(codes(&desk.audit().await).contains(&"checkpoint.root"));

    // The whole log made anew by somebody who has the key: only whoever kept a checkpoint notices.
    desk.behind_its_back("update doing set words = '不予处罚' where seq = 9").await;
    for table in ["proof_leaf", "proof_tile", "proof_checkpoint"] {
        desk.behind_its_back(&format!("delete from {table}")).await;
    }
    desk.behind_its_back("update proof_head set size = 0, begun = (1 = 0)").await;
    desk.log.begin(&[Arc::new(Acts)], noon()).await.unwrap();
    desk.log.sequence(noon()).await.unwrap();
    assert_eq!(desk.audit().await.differences, vec![]);
    let beside = Beside { kept: vec![Note::parse(&kept).unwrap()], ..Beside::default() };
    assert_eq!(codes(&desk.audit_with(&beside).await), ["checkpoint.forked"]);
});

db_test!(MIGRATIONS, async fn a_leaf_is_not_changed_and_a_record_from_before_the_log_gets_one_once(db) {
    let desk = Desk::new(&db).await;
    let mut tx = db.write().await.unwrap();
    tx.run("insert into doing (subject, seq, words) values ($1, 1, '从前办的')", args![MATTER]).await.unwrap();
    tx.run("update proof_head set begun = (1 = 0)", args![]).await.unwrap();
    tx.commit().await.unwrap();
    desk.log.begin(&[Arc::new(Acts)], noon()).await.unwrap();
    desk.log.begin(&[Arc::new(Acts)], noon()).await.unwrap();
    desk.log.sequence(noon()).await.unwrap();
    let audited = desk.audit().await;
    assert_eq!((audited.leaves, audited.differences.len()), (1, 0));
    for sql in ["update proof_leaf set hash = salt", "delete from proof_leaf"] {
        let mut tx = db.write().await.unwrap();
        assert!(tx.run(sql, args![]).await.is_err(), "{sql}");
    }
});

#[test]
fn a_record_is_hashed_with_its_salt_in_the_one_way() {
    let record = act(MATTER, 1, "责令改正");
    let text = record.text("00ff").unwrap();
    assert_eq!(
        text,
        format!("{{\"act_title\":\"责令改正\",\"actor_name\":\"李敏\",\"at\":\"2026-11-21T12:00:00.000000+08:00\",\"files\":[],\"kind\":\"act\",\"salt\":\"00ff\",\"seq\":1,\"subject\":\"{MATTER}\"}}")
    );
    assert_ne!(leaf_hash(text.as_bytes()), leaf_hash(record.text("00fe").unwrap().as_bytes()));
}
