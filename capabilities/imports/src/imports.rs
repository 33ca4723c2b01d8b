//! The door to imports: sending a table, starting it, going on with it as a job.

use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use async_trait::async_trait;
use bytes::Bytes;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use shian_access::Scope;
use shian_base::{Error, Id, Instant, Result, SharedClock};
use shian_business::{PLATFORM, Sources};
use shian_db::Db;
use shian_files::{Context, Files, NewFile};
use shian_jobs::{Job, Jobs, Outcome};
use shian_web::Caller;

use crate::access::MANAGE;
use crate::kind::ImportKind;
use crate::mapping::{Mapping, Said, plain};
use crate::run::{self, Open, Ran};
use crate::store::{self, Counts, Import, ImportId, Kept, State};
use crate::table::Survey;

/// The largest table that may be sent through the browser or the API; the command line has no such limit.
pub const SIZE_MAX_BYTES: usize = 64 * 1024 * 1024;
/// Batches of one job; then other jobs have their turn.
const SLICE: usize = 20;
const JOB: &str = "imports.run";

/// What imports are wired to.
#[derive(Clone)]
pub struct Imports {
    pub db: Db,
    pub clock: SharedClock,
    pub jobs: Jobs,
    pub files: Files,
}

/// How an import is to be run.
pub struct Wish<'a> {
    pub source: &'a str,
    /// Headings and the fields a person gave them; an empty field leaves a column out.
    pub columns: &'a Said,
    pub dry_run: bool,
    /// Keep the columns for the next table of this source.
    pub remember: bool,
}

impl Imports {
    /// Keeps a table and looks it over; nothing is read into the register before it is started.
    pub async fn send(&self, kind: ImportKind, name: &str, bytes: Bytes, caller: &Caller) -> Result<Import> {
        let area_code = run::area_of(&caller.scope(MANAGE)?)?;
        let person = caller.principal()?;
        let survey = run::survey(run::open_bytes(bytes.clone()), kind).await?;
        let stored = self.files.put(bytes).await?;
        let now = self.clock.now();
        let mut import = draft(kind, name, &stored.sha256, stored.size_bytes, survey, now);
        import.area_code = area_code;
        import.person_id = Some(person.person_id);
        import.by = person.name.clone();
        let mut tx = self.db.write().await?;
        let mime = if import.format.starts_with("CSV") { "text/csv" } else { XLSX };
        let file = NewFile { name: &import.file_name, mime, person_id: import.person_id };
        let file = self.files.record(&mut tx, &stored, file, now).await?;
        let context = Context { needs: MANAGE, area_code: &import.area_code, business_id: None };
        Files::link(&mut tx, file.id, &context).await?;
        store::add(&mut tx, &import).await?;
        tx.commit().await?;
        Ok(import)
    }

    /// Starts an import, or its dry run.
    pub async fn start(&self, id: ImportId, wish: &Wish<'_>, scope: &Scope) -> Result<Import> {
        let mut tx = self.db.write().await?;
        let import = store::find_within(&mut tx, scope, id).await?;
        let columns = agreed(&mut tx, &import, wish).await?;
        let from = import.survey.headings_line;
        if !store::begin(&mut tx, id, wish.source, &columns, wish.dry_run, from).await? {
            let facts = json!({ "state": import.state });
            return Err(Error::conflict("imports.not_startable", "这次导入已经开始或已经完成", facts));
        }
        let payload = json!({ "import_id": id });
        self.jobs.enqueue(&mut tx, JOB, &id.to_string(), &payload, self.clock.now()).await?;
        let import = store::find(&mut tx, id).await?;
        tx.commit().await?;
        Ok(import)
    }

    pub fn job(&self) -> Arc<dyn Job> {
        Arc::new(Run(self.clone()))
    }
}

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// An import that was looked over and not started.
fn draft(kind: ImportKind, name: &str, sha256: &str, size_bytes: i64, survey: Survey, now: Instant) -> Import {
    let samples = survey.samples.into_iter().map(|row| row.cells).collect();
    Import {
        id: Id::new(),
        kind,
        source: None,
        file_name: clean_name(name),
        sha256: sha256.into(),
        size_bytes,
        format: survey.format,
        line_done: survey.headings_line,
        survey: Kept { headings: survey.headings, headings_line: survey.headings_line, samples },
        columns: Said::new(),
        dry_run: false,
        state: State::Draft,
        failure: None,
        rows_total: survey.rows,
        rows_done: 0,
        counts: Counts::default(),
        area_code: String::new(),
        person_id: None,
        by: String::new(),
        created_at: now,
        finished_at: None,
    }
}

/// What the columns mean by the wish and by what was remembered; refused when something needed is missing.
async fn agreed(tx: &mut shian_db::Tx, import: &Import, wish: &Wish<'_>) -> Result<Said> {
    if wish.source == PLATFORM || Sources::shipped().find(wish.source).is_none() {
        return Err(Error::invalid("source", "imports.source", "没有这个数据来源"));
    }
    let mut said = store::remembered(tx, wish.source, import.kind).await?;
    for (heading, field) in wish.columns {
        if !field.is_empty() && import.kind.field(field).is_none() {
            return Err(Error::invalid("columns", "imports.field", format!("没有“{field}”这一项")));
        }
        said.insert(plain(heading), field.clone());
    }
    Mapping::of(import.kind, &import.survey.headings, &said).check(import.kind)?;
    if wish.remember {
        let chosen = wish.columns.iter().map(|(heading, field)| (plain(heading), field.clone())).collect();
        store::remember(tx, wish.source, import.kind, &chosen).await?;
    }
    Ok(said)
}

/// Goes on with a started import, a slice at a time.
struct Run(Imports);

#[async_trait]
impl Job for Run {
    fn kind(&self) -> &'static str {
        JOB
    }
    async fn run(&self, payload: &Json, _now: Instant) -> Result<Outcome> {
        let imports = &self.0;
        let Some(id) = payload["import_id"].as_str().and_then(|id| id.parse::<ImportId>().ok()) else {
            return Ok(Outcome::Dead("the job names no import".into()));
        };
        let mut tx = imports.db.read().await?;
        let import = store::find(&mut tx, id).await?;
        drop(tx);
        let bytes = imports.files.bytes(&import.sha256).await?;
        // A dry run writes nothing to the register and has to remember what it saw: it is done in one go.
        let slice = (!import.dry_run).then_some(SLICE);
        let ran = run::run(&imports.db, &imports.clock, id, run::open_bytes(bytes), slice, &mut |_| {}).await?;
        if ran == Ran::Paused {
            let mut tx = imports.db.write().await?;
            imports.jobs.enqueue(&mut tx, JOB, &id.to_string(), payload, imports.clock.now()).await?;
            tx.commit().await?;
        }
        Ok(Outcome::Done)
    }
}

/// Brings in a file of this machine, from the command line: read from disk as it goes, never held whole.
///
/// An earlier run over the same file that was broken off is gone on with.
pub async fn bring_in(
    db: &Db,
    clock: &SharedClock,
    kind: ImportKind,
    path: &Path,
    wish: &Wish<'_>,
    told: &mut (dyn FnMut(&Import) + Send),
) -> Result<Import> {
    let path: Arc<Path> = path.into();
    let (sha256, size_bytes) = hash(&path)?;
    let survey = run::survey(open(&path), kind).await?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut import = draft(kind, &name, &sha256, size_bytes, survey, clock.now());
    import.by = "命令行".into();
    let mut tx = db.write().await?;
    let before = if wish.dry_run { None } else { store::broken_off(&mut tx, &sha256, kind, wish.source).await? };
    let id = match before {
        Some(broken_off) => broken_off.id,
        None => {
            let columns = agreed(&mut tx, &import, wish).await?;
            store::add(&mut tx, &import).await?;
            store::begin(&mut tx, import.id, wish.source, &columns, wish.dry_run, import.line_done).await?;
            import.id
        }
    };
    tx.commit().await?;
    run::run(db, clock, id, open(&path), None, told).await?;
    store::find(&mut db.read().await?, id).await
}

fn open(path: &Arc<Path>) -> Open {
    run::open_file(Arc::clone(path))
}

fn hash(path: &Path) -> Result<(String, i64)> {
    let mut file = std::fs::File::open(path).with_context(|| format!("opening {}", path.display()))?;
    let (mut hash, mut size, mut chunk) = (Sha256::new(), 0i64, vec![0u8; 1 << 16]);
    loop {
        let len = file.read(&mut chunk).with_context(|| format!("reading {}", path.display()))?;
        if len == 0 {
            return Ok((hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect(), size));
        }
        hash.update(&chunk[..len]);
        size += len as i64;
    }
}

/// A file's name without a path and without what cannot be seen.
fn clean_name(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|letter| !letter.is_control()).take(120).collect();
    if name.trim_matches('.').is_empty() { "表格".into() } else { name }
}

/// The refused rows of an import as a CSV, piece by piece.
pub async fn errors_file(db: &Db, import: &Import) -> Result<String> {
    let headings = &import.survey.headings;
    let mut out = crate::errors_file::head(headings);
    let mut line = 0;
    loop {
        let mut tx = db.read().await?;
        let some = store::refused_after(&mut tx, import.id, line, 1000).await?;
        let Some((last, _)) = some.last() else { return Ok(out) };
        line = last.line;
        for (raw, issues) in &some {
            out.push_str(&crate::errors_file::row(headings, raw, issues));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_carries_no_path() {
        assert_eq!(clean_name("../../etc/passwd"), "passwd");
        assert_eq!(clean_name("C:\\导出\\许可.xlsx"), "许可.xlsx");
        assert_eq!(clean_name(".."), "表格");
        assert_eq!(clean_name("a\u{0}\nb.csv"), "ab.csv");
    }
}
