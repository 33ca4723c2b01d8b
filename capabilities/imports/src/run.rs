//! Bringing a table in: batch by batch, each in a transaction of its own, from where it was broken off.

use std::collections::HashSet;
use std::sync::Arc;

use anyhow::Context as _;
use shian_access::Scope;
use shian_area::Areas;
use shian_base::{Error, Result, SharedClock};
use shian_business::{BusinessId, Businesses, Claims, Delivery, Label, Licence, NewBusiness, PLATFORM, Sources};
use shian_db::{Db, Tx};
use tokio::sync::mpsc;

use crate::areas::AreaFinder;
use crate::kind::ImportKind;
use crate::mapping::Mapping;
use crate::reading::compared;
use crate::plan::{Outcome, Terms, World, platform_delivery};
use crate::rows::{Line, Reader};
use crate::store::{self, Counts, Import, ImportId, State};
use crate::table::{self, RawRow, Source};

/// Rows of a transaction: large enough to write many to a statement, small enough to let others have their turn.
const BATCH: usize = 500;

/// The label of a business whose place nobody has told.
const ESTIMATED: &str = "place_estimated";

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ran {
    /// Nothing is left to do.
    Finished,
    /// It was told to pause; more rows are left.
    Paused,
    /// Somebody else goes on with it.
    Elsewhere,
}

/// Opens the file again, on a thread that may wait.
pub type Open = Box<dyn FnOnce() -> Result<Box<dyn Source>> + Send>;

/// Goes on with an import until its end, or for so many batches; `told` hears after each.
pub async fn run(
    db: &Db,
    clock: &SharedClock,
    id: ImportId,
    open: Open,
    batches_max: Option<usize>,
    told: &mut (dyn FnMut(&Import) + Send),
) -> Result<Ran> {
    let mut tx = db.write().await?;
    store::set_running(&mut tx, id).await?;
    let import = store::find(&mut tx, id).await?;
    if import.state != State::Running {
        return Ok(Ran::Elsewhere);
    }
    let today = clock.now().day();
    let areas = AreaFinder::new(Areas::all(&mut tx).await?, &Areas::shapes(&mut tx).await?, today);
    tx.commit().await?;

    let sources = Sources::shipped();
    let source = import.source.clone().ok_or_else(|| anyhow::anyhow!("an import without a source was started"))?;
    let mapping = Mapping::of(import.kind, &import.survey.headings, &import.columns);
    let scope = import.scope();
    let mut seen = import.dry_run.then(HashSet::new);
    let mut line_done = import.line_done;
    let mut rows = batches(open, line_done);
    let mut batches = 0;
    while let Some(batch) = rows.recv().await {
        let batch = match batch {
            Ok(batch) => batch,
            Err(Error::Invalid(faults)) => {
                let why = faults.first().map_or_else(String::new, |fault| fault.message.clone());
                let mut tx = db.write().await?;
                store::finish(&mut tx, id, State::Failed, Some(&why), clock.now()).await?;
                tx.commit().await?;
                return Ok(Ran::Finished);
            }
            Err(error) => return Err(error),
        };
        if batches_max == Some(batches) {
            return Ok(Ran::Paused);
        }
        let terms = Terms {
            reader: Reader {
                kind: import.kind,
                headings: &import.survey.headings,
                mapping: &mapping,
                is_csv: import.format.starts_with("CSV"),
            },
            areas: &areas,
            sources: &sources,
            scope: &scope,
            source: &source,
            file_name: &import.file_name,
            delivery_id: import.id.cast(),
            now: clock.now(),
        };
        let last = batch.last().map_or(line_done, |row| row.line);
        let Some(after) = take_batch(db, &import, &terms, batch, line_done, seen.as_mut()).await? else {
            return Ok(Ran::Elsewhere);
        };
        line_done = last;
        batches += 1;
        told(&after);
    }
    let mut tx = db.write().await?;
    let now = store::find(&mut tx, id).await?;
    if now.state != State::Running || now.line_done != line_done {
        return Ok(Ran::Elsewhere);
    }
    let state = if import.dry_run { State::Checked } else { State::Done };
    store::finish(&mut tx, id, state, None, clock.now()).await?;
    tx.commit().await?;
    Ok(Ran::Finished)
}

/// The rows of the file in batches, read on a thread of their own that stops when nobody listens.
fn batches(open: Open, after_line: i64) -> mpsc::Receiver<Result<Vec<RawRow>>> {
    let (sender, receiver) = mpsc::channel(2);
    tokio::task::spawn_blocking(move || {
        let mut batch = Vec::with_capacity(BATCH);
        let ended = open().and_then(|mut source| {
            table::rows_after(&mut *source, after_line, &mut |row| {
                batch.push(row);
                if batch.len() < BATCH {
                    return Ok(true);
                }
                Ok(sender.blocking_send(Ok(std::mem::replace(&mut batch, Vec::with_capacity(BATCH)))).is_ok())
            })
        });
        // A send fails only where nobody listens any more.
        let _ = match ended {
            Ok(()) if batch.is_empty() => Ok(()),
            Ok(()) => sender.blocking_send(Ok(batch)),
            Err(error) => sender.blocking_send(Err(error)),
        };
    });
    receiver
}

/// Takes one batch; `None` when somebody else has taken it meanwhile.
async fn take_batch(
    db: &Db,
    import: &Import,
    terms: &Terms<'_>,
    batch: Vec<RawRow>,
    line_done: i64,
    mut seen: Option<&mut HashSet<String>>,
) -> Result<Option<Import>> {
    let lines: Vec<Line> = batch.iter().map(|row| terms.reader.read(row)).collect();
    let mut tx = db.write().await?;
    store::take_turn(&mut tx, terms.now).await?;
    let before = store::find(&mut tx, import.id).await?;
    if before.state != State::Running || before.line_done != line_done {
        return Ok(None);
    }
    let mut world = load(&mut tx, import.kind, &lines).await?;
    let mut counts = Counts::default();
    let mut last = line_done;
    let mut done: Vec<(Line, RawRow)> = Vec::with_capacity(batch.len());
    for (mut line, raw) in lines.into_iter().zip(batch) {
        match world.take(terms, &mut line, seen.as_deref_mut())? {
            Outcome::Added => counts.added += 1,
            Outcome::Changed => counts.changed += 1,
            Outcome::Same => counts.same += 1,
            Outcome::Refused => counts.refused += 1,
        }
        if !line.is_refused() && !line.issues.is_empty() {
            counts.warned += 1;
        }
        last = line.line;
        done.push((line, raw));
    }
    if !import.dry_run {
        write(&mut tx, import, terms, world).await?;
    }
    store::add_issues(&mut tx, import.id, &done, before.counts.warned).await?;
    store::advance(&mut tx, import.id, done.len() as i64, last, &counts).await?;
    let after = store::find(&mut tx, import.id).await?;
    tx.commit().await?;
    Ok(Some(after))
}

/// What the register knows of whatever the lines could speak of.
async fn load(tx: &mut Tx, kind: ImportKind, lines: &[Line]) -> Result<World> {
    let (codes, names) = (told_as(lines, "credit_code"), told_as(lines, "name"));
    let numbers = told_as(lines, if kind == ImportKind::Licences { "number" } else { "licence_number" });
    let mut businesses = Businesses::with_credit_codes(tx, &codes).await?;
    businesses.extend(Businesses::with_names(tx, &names).await?);
    let licences = if numbers.is_empty() { Vec::new() } else { Businesses::licences_with_numbers(tx, &numbers).await? };
    let mut ids: Vec<BusinessId> = businesses.iter().map(|business| business.id).collect();
    ids.extend(licences.iter().map(|(id, _)| *id));
    ids.sort();
    ids.dedup();
    let known: HashSet<BusinessId> = businesses.iter().map(|business| business.id).collect();
    let owners: Vec<BusinessId> = ids.iter().copied().filter(|id| !known.contains(id)).collect();
    if !owners.is_empty() {
        businesses.extend(Businesses::with_ids(tx, &owners).await?);
    }
    let Some(record) = kind.record() else {
        let claims = if ids.is_empty() { Vec::new() } else { Claims::of(tx, &ids).await? };
        return Ok(World::new(businesses, licences, Vec::new(), &claims));
    };
    let keys: Vec<String> = told_as(lines, "number").into_iter().map(compared).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let mut records = Businesses::records_with_keys(tx, record, &keys).await?;
    if lines.iter().any(|line| line.get("number").is_none()) {
        let of = Businesses::records_of(tx, record, &ids).await?;
        let known: HashSet<_> = records.iter().map(|record| record.id).collect();
        records.extend(of.into_iter().filter(|record| !known.contains(&record.id)));
    }
    Ok(World::new(businesses, licences, records, &[]))
}

/// Every value the lines have of a field, once.
fn told_as<'a>(lines: &'a [Line], field: &str) -> Vec<&'a str> {
    let found: HashSet<&str> = lines.iter().filter_map(|line| line.get(field)).collect();
    found.into_iter().collect()
}

/// Writes what a batch decided.
async fn write(tx: &mut Tx, import: &Import, terms: &Terms<'_>, world: World) -> Result<()> {
    let delivery = Delivery {
        id: terms.delivery_id,
        source: terms.source.into(),
        file_name: import.file_name.clone(),
        sha256: import.sha256.clone(),
        by: import.by.clone(),
        at: import.created_at,
    };
    Claims::deliver(tx, &delivery).await?;
    if world.claims.iter().any(|claim| claim.source == PLATFORM) {
        Claims::deliver(tx, &platform_delivery(terms.now)).await?;
    }
    let estimated: HashSet<BusinessId> = world.estimated.iter().copied().collect();
    let placed: HashSet<BusinessId> = world.placed.iter().copied().collect();
    let label = Label {
        code: ESTIMATED.into(),
        title: "位置待核".into(),
        by: terms.sources.title(terms.source).into(),
        set_on: terms.now.day(),
        expires_on: None,
    };
    let mut new = Vec::new();
    for known in world.businesses {
        if known.is_new {
            let is_placed = placed.contains(&known.thing.id) || !estimated.contains(&known.thing.id);
            let labels = if is_placed { Vec::new() } else { vec![label.clone()] };
            new.push(NewBusiness { business: known.thing, licences: vec![], labels, people: vec![], history: vec![] });
            continue;
        }
        if known.is_changed {
            Businesses::amend(tx, &known.thing).await?;
        }
        if placed.contains(&known.thing.id) {
            Businesses::unlabel(tx, known.thing.id, ESTIMATED).await?;
        }
    }
    Businesses::add(tx, &new).await?;
    let (mut new_licences, mut new_records): (Vec<(BusinessId, Licence)>, Vec<_>) = Default::default();
    for (business_id, known) in world.licences {
        match known.is_new {
            true => new_licences.push((business_id, known.thing)),
            false if known.is_changed => Businesses::amend_licence(tx, &known.thing).await?,
            false => {}
        }
    }
    Businesses::add_licences(tx, &new_licences).await?;
    for known in world.records {
        match known.is_new {
            true => new_records.push(known.thing),
            false if known.is_changed => Businesses::amend_record(tx, &known.thing).await?,
            false => {}
        }
    }
    Businesses::add_records(tx, &new_records).await?;
    Claims::add(tx, &world.claims).await?;
    Businesses::tell_all(tx, &world.history).await
}

/// A survey of the file on a thread that may wait.
pub async fn survey(open: Open, kind: ImportKind) -> Result<table::Survey> {
    let looked = tokio::task::spawn_blocking(move || {
        let mut source = open()?;
        table::survey(&mut *source, &|heading| crate::mapping::by_name(kind, heading).is_some())
    });
    looked.await.context("reading the file")?
}

/// The area code that stands for a scope: empty for everything.
pub fn area_of(scope: &Scope) -> Result<String> {
    match scope {
        Scope::Everything => Ok(String::new()),
        Scope::Area(code) if !code.is_empty() => Ok(code.clone()),
        Scope::Area(_) | Scope::Business(_) | Scope::Nothing => Err(Error::Forbidden),
    }
}

/// Opens bytes that are in memory already.
pub fn open_bytes(bytes: bytes::Bytes) -> Open {
    Box::new(move || Ok(Box::new(std::io::Cursor::new(bytes)) as Box<dyn Source>))
}

/// Opens a file of this machine.
pub fn open_file(path: Arc<std::path::Path>) -> Open {
    Box::new(move || {
        let file = std::fs::File::open(&path).with_context(|| format!("opening {}", path.display()))?;
        Ok(Box::new(std::io::BufReader::with_capacity(1 << 16, file)) as Box<dyn Source>)
    })
}
