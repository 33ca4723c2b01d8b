//! Backups and the doctor on both engines [K01, K04].

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use bytes::Bytes;
use shian_base::Id;
use shian_db::{Db, Migration, args};
use shian_files::{FileId, Files, NewFile};
use shian_testkit::{db_test, noon};

use crate::backup::{self, Made, Restore, Restored, Source};
use crate::{BackupConfig, Depth, Doctor, Severity};

static MIGRATIONS: LazyLock<Vec<Migration>> = LazyLock::new(|| {
    let later = Migration {
        name: "test/0001",
        sql: "create table thing (id text primary key, of text references thing (id));",
    };
    [shian_jobs::MIGRATIONS, shian_web::MIGRATIONS, shian_files::MIGRATIONS, crate::MIGRATIONS, &[later]].concat()
});

/// A platform with a data folder, and a place for its backups.
struct Bench {
    source: Source,
    folder: tempfile::TempDir,
}

impl Bench {
    fn new(db: &Db) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        fs::create_dir_all(data.join("models/m")).unwrap();
        fs::write(data.join("models/m/model.toml"), "id = \"m\"").unwrap();
        fs::write(data.join("log.key"), "geheim").unwrap();
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(data.join("log.key"), fs::Permissions::from_mode(0o600)).unwrap();
        let law = folder.path().join("law");
        fs::create_dir_all(law.join("forms")).unwrap();
        fs::write(law.join("forms/own.json"), "{}").unwrap();
        let source = Source {
            db: db.clone(),
            files: Files::local(db.clone(), &data.join("files")).unwrap(),
            data,
            database: None,
            config: Some("[metrics]\ntoken = \"geheim\"\n".into()),
            law: Some(law),
            version: "1".into(),
            with_secrets: false,
        };
        Self { source, folder }
    }

    fn place(&self) -> PathBuf {
        self.folder.path().join("backups")
    }

    /// Sends a file as an officer would.
    async fn send(&self, text: &str) -> FileId {
        let stored = self.source.files.put(Bytes::from(text.to_owned())).await.unwrap();
        let mut tx = self.source.db.write().await.unwrap();
        let file = NewFile { name: text, mime: "image/jpeg", person_id: None };
        let file = self.source.files.record(&mut tx, &stored, file, noon()).await.unwrap();
        tx.commit().await.unwrap();
        file.id
    }

    async fn back_up(&self, seconds: i64) -> Made {
        self.source.back_up(&self.place(), noon().plus_seconds(seconds)).await.unwrap()
    }
}

/// Where a backup of this engine can be brought back to: an empty database that nobody else uses.
async fn elsewhere(db: &Db, data: &Path) -> String {
    match db.engine() {
        shian_db::Engine::Sqlite => format!("sqlite:{}", data.join("shian.db").display()),
        shian_db::Engine::Postgres => {
            let (url, schema) = (
                std::env::var("TEST_POSTGRES").unwrap(),
                format!("r_{}", Id::<()>::new().to_string().replace('-', "")),
            );
            Db::open_postgres(&url, Some(&schema)).await.unwrap().close().await;
            format!("{url}?options[search_path]={schema}")
        }
    }
}

async fn restore(from: &Path, data: &Path, database: &str) -> shian_base::Result<Restored> {
    Restore { from, data, database, migrations: &MIGRATIONS }.run(noon()).await
}

/// The code by which a restore was refused.
async fn refusal(from: &Path, data: &Path, database: &str) -> &'static str {
    restore(from, data, database).await.map(|_| ()).unwrap_err().code()
}

db_test!(MIGRATIONS, async fn what_was_there_is_there_again(db) {
    let bench = Bench::new(&db);
    let mut tx = db.write().await.unwrap();
    // Values that a copy in text could spoil.
    tx.run("insert into thing (id, of) values ($1, null)", args!["a\tb\\N\n'"]).await.unwrap();
    tx.run("insert into thing (id, of) values ($1, $2)", args!["0", "a\tb\\N\n'"]).await.unwrap();
    tx.commit().await.unwrap();
    let sent = bench.send("灶台").await;
    let made = bench.back_up(0).await;
    assert_eq!((made.manifest.files, made.new_files), (1, 1));
    bench.send("too late").await;

    let data = bench.folder.path().join("anew");
    let database = elsewhere(&db, &data).await;
    let restored = restore(&bench.place(), &data, &database).await.unwrap();
    assert!(restored.brought_forward.is_empty());
    let anew = Db::open(&database).await.unwrap();
    let files = Files::local(anew.clone(), &data.join("files")).unwrap();
    let mut tx = anew.read().await.unwrap();
    let things: Vec<(String, Option<String>)> = tx.all("select id, of from thing order by id", args![]).await.unwrap();
    assert_eq!(things, [("0".into(), Some("a\tb\\N\n'".into())), ("a\tb\\N\n'".to_owned(), None)]);
    let kept: Vec<(FileId, String)> = tx.all("select id, sha256 from file", args![]).await.unwrap();
    assert_eq!(kept.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [sent]);
    drop(tx);
    assert_eq!(files.bytes(&kept[0].1).await.unwrap(), "灶台");
    assert_eq!(fs::read_to_string(data.join("models/m/model.toml")).unwrap(), "id = \"m\"");
    assert_eq!(fs::read_to_string(data.join("restored-law/forms/own.json")).unwrap(), "{}");
    assert!(!data.join("log.key").exists(), "a secret goes along only when asked for");
    assert!(!fs::read_to_string(data.join("restored-config.toml")).unwrap().contains("geheim"));
    anew.close().await;
    // What lives is not overwritten, neither the folder nor the database.
    assert_eq!(refusal(&bench.place(), &data, &database).await, "backup.living");
    let code = refusal(&bench.place(), &bench.folder.path().join("third"), &database).await;
    assert!(["backup.living", "db.not_empty"].contains(&code), "{code}");
});

db_test!(MIGRATIONS, async fn evidence_is_copied_once_and_taken_away_with_the_last_backup_that_names_it(db) {
    let mut bench = Bench::new(&db);
    bench.send("one").await;
    bench.back_up(0).await;
    bench.send("two").await;
    bench.send("two").await;
    let made = bench.back_up(86_400).await;
    assert_eq!((made.manifest.files, made.new_files), (2, 1));
    bench.source.with_secrets = true;
    let made = bench.back_up(2 * 86_400).await;
    assert_eq!(fs::read_to_string(made.path.join("data/log.key")).unwrap(), "geheim");
    assert_eq!(backup::list(&bench.place()).unwrap().len(), 3);
    // Only the newest day is kept; its backup names both files.
    let gone = backup::forget_old(&bench.place(), noon().plus_seconds(2 * 86_400), 1, 0).unwrap();
    assert_eq!(gone.len(), 2);
    let data = bench.folder.path().join("anew");
    let database = elsewhere(&db, &data).await;
    restore(&bench.place(), &data, &database).await.unwrap();
});

db_test!(MIGRATIONS, async fn what_is_not_whole_is_not_restored_and_nothing_is_left_behind(db) {
    let bench = Bench::new(&db);
    bench.send("one").await;
    let made = bench.back_up(0).await;
    let data = bench.folder.path().join("anew");
    let database = elsewhere(&db, &data).await;
    let partial = PathBuf::from(format!("{}.partial", made.path.display()));

    // Broken off while it was made: its name says so, and without manifest or seal it is none.
    fs::rename(&made.path, &partial).unwrap();
    assert_eq!(refusal(&partial, &data, &database).await, "backup.not_whole");
    assert_eq!(refusal(&bench.place(), &data, &database).await, "backup.none");
    fs::rename(&partial, &made.path).unwrap();
    for name in ["manifest.json", "manifest.sha256"] {
        let away = made.path.join("away");
        fs::rename(made.path.join(name), &away).unwrap();
        assert_eq!(refusal(&made.path, &data, &database).await, "backup.not_whole", "{name}");
        fs::rename(&away, made.path.join(name)).unwrap();
    }

    // Every file that belongs to it is looked at.
    let pool = backup::pool_path(&bench.place(), &{
        let rows: Vec<(String,)> = db.read().await.unwrap().all("select sha256 from file", args![]).await.unwrap();
        rows[0].0.clone()
    });
    let copied = fs::read_dir(made.path.join("database")).unwrap().next().unwrap().unwrap().path();
    for path in [pool.unwrap(), copied, made.path.join("config.toml"), made.path.join("data/models/m/model.toml")] {
        let whole = fs::read(&path).unwrap();
        fs::write(&path, &whole[..whole.len().saturating_sub(1)]).unwrap();
        assert_eq!(refusal(&made.path, &data, &database).await, "backup.damaged", "{}", path.display());
        fs::remove_file(&path).unwrap();
        assert_eq!(refusal(&made.path, &data, &database).await, "backup.damaged", "{}", path.display());
        fs::write(&path, whole).unwrap();
    }
    let mut changed = fs::read_to_string(made.path.join("manifest.json")).unwrap();
    changed.push(' ');
    let whole = fs::read(made.path.join("manifest.json")).unwrap();
    fs::write(made.path.join("manifest.json"), changed).unwrap();
    assert_eq!(refusal(&made.path, &data, &database).await, "backup.not_whole");
    fs::write(made.path.join("manifest.json"), whole).unwrap();
    assert!(!data.exists());

    // The next backup takes away what was broken off.
    fs::create_dir(&partial).unwrap();
    bench.back_up(1).await;
    assert!(!partial.exists());
    restore(&made.path, &data, &database).await.unwrap();
});

db_test!(MIGRATIONS, async fn a_newer_programs_backup_is_refused_and_an_older_ones_is_brought_forward(db) {
    let bench = Bench::new(&db);
    bench.back_up(0).await;
    let data = bench.folder.path().join("anew");
    let database = elsewhere(&db, &data).await;
    let ask = async |migrations: &[Migration]| {
        Restore { from: &bench.place(), data: &data, database: &database, migrations }.run(noon()).await
    };
    let older = &MIGRATIONS[..MIGRATIONS.len() - 1];
    assert_eq!(ask(older).await.unwrap_err().code(), "db.newer_schema");
    let changed = [older, &[Migration { name: "test/0001", sql: "create table thing (id text);" }]].concat();
    assert_eq!(ask(&changed).await.unwrap_err().code(), "db.changed_migration");
    let newer = [&MIGRATIONS[..], &[Migration { name: "test/0002", sql: "alter table thing add column more text;" }]].concat();
    assert_eq!(ask(&newer).await.unwrap().brought_forward, ["test/0002"]);
});

db_test!(MIGRATIONS, async fn one_backup_at_a_time_and_lost_evidence_is_said(db) {
    let bench = Bench::new(&db);
    bench.send("one").await;
    fs::create_dir_all(bench.place()).unwrap();
    let held = fs::File::create(bench.place().join(".lock")).unwrap();
    held.lock().unwrap();
    assert_eq!(bench.source.back_up(&bench.place(), noon()).await.unwrap_err().code(), "backup.running");
    drop(held);
    fs::remove_dir_all(bench.source.data.join("files")).unwrap();
    fs::create_dir(bench.source.data.join("files")).unwrap();
    let made = bench.back_up(1).await;
    assert_eq!((made.manifest.files, made.manifest.missing.len()), (0, 1));
});

#[tokio::test]
async fn a_place_within_the_data_folder_is_not_copied_into_itself_nor_is_the_living_database() {
    let fresh = shian_testkit::FreshDb::sqlite(&MIGRATIONS).await;
    let mut bench = Bench::new(&fresh.db);
    let data = bench.source.data.clone();
    bench.source.database = Some(data.join("own.db"));
    for name in ["own.db", "own.db-wal", "own.db-notes"] {
        fs::write(data.join(name), "x").unwrap();
    }
    fs::create_dir(data.join("keys")).unwrap();
    fs::write(data.join("keys/checkpoint.key"), "geheim").unwrap();
    for seconds in [0, 1] {
        bench.source.back_up(&data.join("own/place"), noon().plus_seconds(seconds)).await.unwrap();
    }
    let newest = &backup::list(&data.join("own/place")).unwrap()[0].1;
    let kept: Vec<&str> =
        newest.parts.iter().map(|part| part.path.as_str()).filter(|path| path.starts_with("data/")).collect();
    let kept: std::collections::BTreeSet<&str> = kept.into_iter().collect();
    assert_eq!(kept, ["data/models/m/model.toml", "data/own.db-notes"].into());
}

fn doctor(bench: &Bench, backup: BackupConfig) -> Doctor {
    Doctor {
        db: bench.source.db.clone(),
        files: bench.source.files.clone(),
        data: bench.source.data.clone(),
        config_file: None,
        migrations: MIGRATIONS.clone(),
        backup,
        more: vec![],
    }
}

db_test!(MIGRATIONS, async fn the_doctor_finds_what_is_wrong_and_says_what_to_do(db) {
    let bench = Bench::new(&db);
    let config = BackupConfig { to: bench.place().display().to_string(), ..BackupConfig::default() };
    let doctor = doctor(&bench, config);
    let codes = async |seconds: i64| {
        let report = doctor.examine(noon().plus_seconds(seconds), Depth::Everything).await;
        assert!(report.findings.iter().all(|f| !f.says.is_empty() && !f.advice.is_empty()));
        let mut codes: Vec<String> = report.findings.into_iter().map(|f| f.code).collect();
        // The disk is the machine's own; PostgreSQL's clock is not the test's.
        codes.retain(|code| code != "disk.low" && code != "clock.drift");
        codes
    };
    bench.send("one").await;
    bench.send("two").await;
    bench.back_up(0).await;
    assert_eq!(codes(60).await, Vec::<String>::new());

    // An hour back: what was written now lies ahead.
    assert_eq!(codes(-3600).await, ["clock.set_back"]);
    assert_eq!(codes(3 * 86_400).await, ["backup.old"]);

    let mut tx = db.write().await.unwrap();
    tx.script(
        "insert into job (id, kind, dedupe_key, payload, run_at, state, attempts, last_error)
           values ('1', 'alerts.raise', 'k', '{}', 1, 'dead', 12, 'no');
         insert into sweep_run (name, every_s, began_at, took_ms, error, worked_at, failures)
           values ('late', 20, 1, 5, null, 1, 0);
         insert into sweep_run (name, every_s, began_at, took_ms, error, worked_at, failures)
           values ('failing', 20, 1, 5, 'no', null, 3);
         insert into migration (name, hash, run_at) values ('later/0009', 'x', 1);
         update migration set hash = 'x' where name = 'test/0001';",
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let rows: Vec<(String,)> = db.read().await.unwrap().all("select sha256 from file order by sha256", args![]).await.unwrap();
    let at = |sha256: &str| bench.source.data.join("files").join(&sha256[..2]).join(&sha256[2..]);
    fs::remove_file(at(&rows[0].0)).unwrap();
    fs::write(at(&rows[1].0), "six").unwrap();
    bench.source.files.put(Bytes::from_static(b"nobody named me")).await.unwrap();
    let found = codes(60).await;
    let expected = [
        "db.changed_migration", "db.newer_schema", "files.altered", "files.lost", "sweeps.failed", "jobs.dead", "sweeps.late", "files.stray",
    ];
    assert_eq!(found, expected);
    let report = doctor.examine(noon(), Depth::Quick).await;
    assert_eq!(report.worst, Some(Severity::Bad));
});

#[tokio::test]
async fn a_secret_that_others_can_read_and_a_platform_without_backups_are_found() {
    use std::os::unix::fs::PermissionsExt as _;
    let fresh = shian_testkit::FreshDb::sqlite(&MIGRATIONS).await;
    let bench = Bench::new(&fresh.db);
    let doctor = doctor(&bench, BackupConfig::default());
    let has = async |code: &str| {
        doctor.examine(noon(), Depth::Quick).await.findings.iter().any(|finding| finding.code == code)
    };
    assert!(has("backup.none").await && !has("secrets.open").await);
    let key = bench.source.data.join("log.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    fs::set_permissions(&bench.source.data, fs::Permissions::from_mode(0o755)).unwrap();
    assert!(has("secrets.open").await);
    fs::set_permissions(&bench.source.data, fs::Permissions::from_mode(0o700)).unwrap();
    assert!(!has("secrets.open").await, "nobody else comes into the folder");
}
