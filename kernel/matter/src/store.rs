//! The statements of the matter engine, and nothing else.

use serde_json::{Map, Value as Json};
use shian_access::{Business, Person, Scope};
use shian_base::{Day, Error, Id, Instant, Result};
use shian_calendar::{Counting, Reckoning, Unit};
use shian_db::{FromRow, Row, Tx, Value, args};
use shian_forms::Field;

use crate::model::{Clock, ClockState, MatterId, Standing};

/// What an id of an alarm names.
pub enum Alarm {}

/// A row of `matter`.
#[derive(Clone, Debug)]
pub struct Record {
    pub id: MatterId,
    pub number: String,
    pub procedure: String,
    pub procedure_from: Day,
    pub title: String,
    pub state: String,
    pub is_end: bool,
    pub is_mended: bool,
    pub to_business: bool,
    pub is_public: bool,
    pub owners: String,
    pub business_id: Option<Id<Business>>,
    pub business_name: String,
    pub area_code: String,
    pub area_name: String,
    pub facts: Map<String, Json>,
    pub opened_at: Instant,
    pub closed_at: Option<Instant>,
    pub result: Option<String>,
    pub reviewer_name: Option<String>,
    pub parent_id: Option<MatterId>,
    pub supervised: bool,
    pub due_at: Option<Instant>,
    pub revision: i64,
}

pub(crate) const COLUMNS: &str = "m.id, m.number, m.procedure, m.procedure_from, m.title, m.state, m.is_end, m.is_mended, m.to_business,
    m.is_public, m.owners, m.business_id, m.business_name, m.area_code, m.area_name, m.facts, m.opened_at, m.closed_at,
    m.result, m.reviewer_name, m.parent_id, m.supervised, m.due_at, m.revision";

impl FromRow for Record {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            number: row.get("number")?,
            procedure: row.get("procedure")?,
            procedure_from: row.get("procedure_from")?,
            title: row.get("title")?,
            state: row.get("state")?,
            is_end: row.get("is_end")?,
            is_mended: row.get("is_mended")?,
            to_business: row.get("to_business")?,
            is_public: row.get("is_public")?,
            owners: row.get("owners")?,
            business_id: row.get("business_id")?,
            business_name: row.get("business_name")?,
            area_code: row.get("area_code")?,
            area_name: row.get("area_name")?,
            facts: row.json("facts")?,
            opened_at: row.get("opened_at")?,
            closed_at: row.get("closed_at")?,
            result: row.get("result")?,
            reviewer_name: row.get("reviewer_name")?,
            parent_id: row.get("parent_id")?,
            supervised: row.get("supervised")?,
            due_at: row.get("due_at")?,
            revision: row.get("revision")?,
        })
    }
}

/// One line of the history.
#[derive(Clone, Debug)]
pub struct Entry {
    pub seq: i64,
    pub act: String,
    pub act_title: String,
    pub actor_id: Option<Id<Person>>,
    pub actor_name: String,
    pub actor_post: String,
    pub at: Instant,
    pub from_state: String,
    pub to_state: String,
    pub to_state_title: String,
    pub form: Json,
    pub form_fields: Vec<Field>,
    pub files: Vec<shian_files::FileId>,
    pub note: String,
}

impl FromRow for Entry {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            seq: row.get("seq")?,
            act: row.get("act")?,
            act_title: row.get("act_title")?,
            actor_id: row.get("actor_id")?,
            actor_name: row.get("actor_name")?,
            actor_post: row.get("actor_post")?,
            at: row.get("at")?,
            from_state: row.get("from_state")?,
            to_state: row.get("to_state")?,
            to_state_title: row.get("to_state_title")?,
            form: row.json("form")?,
            form_fields: row.json("form_fields")?,
            files: row.json("files")?,
            note: row.get("note")?,
        })
    }
}

/// A clock with the matter it belongs to.
#[derive(Clone, Debug)]
pub struct ClockRow {
    pub matter_id: MatterId,
    pub clock: Clock,
}

impl FromRow for ClockRow {
    fn from_row(row: &Row) -> Result<Self> {
        let state: String = row.get("state")?;
        let unit: String = row.get("unit")?;
        let state = ClockState::parse(&state).ok_or_else(|| anyhow::anyhow!("a clock in the unknown state {state}"))?;
        let unit: Unit = unit.parse()?;
        let (started_at, amount, is_moved): (Instant, i64, bool) = (row.get("started_at")?, row.get("amount")?, row.get("moved")?);
        let reckoning = match row.get::<Option<String>>("counted")? {
            Some(text) => serde_json::from_str(&text).map_err(anyhow::Error::new)?,
            // Rows of before: start and length give the end, unless it was moved.
            None if is_moved => Reckoning::default(),
            None => Reckoning::new(Counting::default(), started_at, amount, unit),
        };
        Ok(Self {
            matter_id: row.get("matter_id")?,
            clock: Clock {
                rule: row.get("rule")?,
                nth: row.get("nth")?,
                state,
                started_at,
                due_at: row.get("due_at")?,
                warn_at: row.get("warn_at")?,
                amount,
                unit,
                basis: row.get("basis")?,
                provisional: row.get("provisional")?,
                paused_at: row.get("paused_at")?,
                moved: is_moved,
                reckoning,
                stage: row.get("stage")?,
                next_at: row.get("next_at")?,
            },
        })
    }
}

const CLOCK_COLUMNS: &str = "matter_id, rule, nth, state, started_at, due_at, warn_at, amount, unit, basis, provisional,
    paused_at, moved, counted, stage, next_at";

pub async fn record(tx: &mut Tx, id: MatterId) -> Result<Record> {
    tx.one(&format!("select {COLUMNS} from matter m where m.id = $1"), args![id]).await
}

pub async fn children(tx: &mut Tx, id: MatterId) -> Result<Vec<Record>> {
    tx.all(&format!("select {COLUMNS} from matter m where m.parent_id = $1 order by m.opened_at, m.id"), args![id]).await
}

/// The rules' view of a matter.
pub async fn standing(tx: &mut Tx, record: &Record) -> Result<Standing> {
    let done: Vec<(String,)> = tx
        .all("select act from matter_history where matter_id = $1 and seq > 1 order by seq", args![record.id])
        .await?;
    Ok(Standing {
        state: record.state.clone(),
        facts: record.facts.clone(),
        clocks: clocks(tx, record.id).await?,
        done: done.into_iter().map(|(act,)| act).collect(),
        supervised: record.supervised,
    })
}

pub async fn clocks(tx: &mut Tx, id: MatterId) -> Result<Vec<Clock>> {
    let sql = format!("select {CLOCK_COLUMNS} from matter_clock where matter_id = $1 order by started_at, rule, nth");
    let rows: Vec<ClockRow> = tx.all(&sql, args![id]).await?;
    Ok(rows.into_iter().map(|row| row.clock).collect())
}

/// The live clocks of many matters.
pub async fn live_clocks(tx: &mut Tx, ids: &[MatterId]) -> Result<Vec<ClockRow>> {
    let each = tx.each("$1");
    let list = serde_json::json!(ids);
    let sql = format!(
        "select {CLOCK_COLUMNS} from matter_clock where matter_id in {each} and state <> 'stopped' order by due_at, rule"
    );
    tx.all(&sql, args![&list]).await
}

pub async fn history(tx: &mut Tx, id: MatterId) -> Result<Vec<Entry>> {
    tx.all(
        "select seq, act, act_title, actor_id, actor_name, actor_post, at, from_state, to_state, to_state_title, form,
                form_fields, files, note
         from matter_history
         where matter_id = $1
         order by seq",
        args![id],
    )
    .await
}

pub async fn insert(tx: &mut Tx, r: &Record) -> Result<()> {
    tx.run(
        "insert into matter (id, number, procedure, procedure_from, title, state, is_end, is_mended, to_business, is_public,
           owners, business_id, business_name, area_code, area_name, facts, opened_at, closed_at, result, reviewer_id,
           reviewer_name, parent_id, supervised, due_at, revision)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, null, null, null, null, $18, $19,
           $20, 1)",
        args![
            r.id, &r.number, &r.procedure, r.procedure_from, &r.title, &r.state, r.is_end, r.is_mended, r.to_business, r.is_public,
            &r.owners, r.business_id, &r.business_name, &r.area_code, &r.area_name, Json::Object(r.facts.clone()), r.opened_at,
            r.parent_id, r.supervised, r.due_at
        ],
    )
    .await?;
    shian_proof::append_kept(tx, &crate::proof::opening(r), r.opened_at).await
}

/// How an act leaves the matter.
pub struct Moved<'a> {
    pub state: &'a str,
    pub is_end: bool,
    pub is_mended: bool,
    pub owners: &'a str,
    pub supervised: bool,
    pub due_at: Option<Instant>,
    pub closed_at: Option<Instant>,
    pub result: Option<&'a str>,
    pub reviewer: Option<(Option<Id<Person>>, &'a str)>,
}

/// Moves the matter on if it still has this revision; false when somebody was faster.
pub async fn advance(tx: &mut Tx, id: MatterId, revision: i64, to: Moved<'_>) -> Result<bool> {
    let (reviewer_id, reviewer_name) = match to.reviewer {
        Some((id, name)) => (id, Some(name)),
        None => (None, None),
    };
    let moved = tx
        .run(
            "update matter
             set state = $3, is_end = $4, is_mended = $5, owners = $6, supervised = $7, due_at = $8, closed_at = $9, result = $10,
                 reviewer_id = $11, reviewer_name = $12, revision = revision + 1
             where id = $1 and revision = $2",
            args![
                id, revision, to.state, to.is_end, to.is_mended, to.owners, to.supervised, to.due_at, to.closed_at, to.result,
                reviewer_id, reviewer_name
            ],
        )
        .await?;
    Ok(moved == 1)
}

pub async fn set_due(tx: &mut Tx, id: MatterId, due_at: Option<Instant>) -> Result<()> {
    tx.run("update matter set due_at = $2 where id = $1", args![id, due_at]).await?;
    Ok(())
}

pub async fn append(tx: &mut Tx, id: MatterId, e: &Entry) -> Result<()> {
    let fields = serde_json::to_string(&e.form_fields).map_err(anyhow::Error::new)?;
    let files = serde_json::to_string(&e.files).map_err(anyhow::Error::new)?;
    tx.run(
        "insert into matter_history (matter_id, seq, act, act_title, actor_id, actor_name, actor_post, at, from_state, to_state,
           to_state_title, form, form_fields, files, note)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        args![
            id, e.seq, &e.act, &e.act_title, e.actor_id, &e.actor_name, &e.actor_post, e.at, &e.from_state, &e.to_state,
            &e.to_state_title, &e.form, fields, files, &e.note
        ],
    )
    .await?;
    shian_proof::append(tx, &crate::proof::act(id, e), e.at).await
}

pub async fn put_clock(tx: &mut Tx, id: MatterId, c: &Clock) -> Result<()> {
    tx.run(
        "insert into matter_clock (matter_id, rule, nth, state, started_at, due_at, warn_at, amount, unit, basis, provisional,
           paused_at, moved, stage, next_at, counted)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
         on conflict (matter_id, rule, nth) do update
         set state = excluded.state, due_at = excluded.due_at, warn_at = excluded.warn_at, provisional = excluded.provisional,
             paused_at = excluded.paused_at, moved = excluded.moved, counted = excluded.counted, stage = excluded.stage,
             next_at = excluded.next_at",
        args![
            id, &c.rule, c.nth, c.state.as_str(), c.started_at, c.due_at, c.warn_at, c.amount, c.unit.as_str(), &c.basis,
            c.provisional, c.paused_at, c.moved, c.stage, c.next_at, counted(&c.reckoning)?
        ],
    )
    .await?;
    Ok(())
}

fn counted(reckoning: &Reckoning) -> Result<Option<String>> {
    if reckoning.pieces.is_empty() {
        return Ok(None);
    }
    Ok(Some(serde_json::to_string(reckoning).map_err(anyhow::Error::new)?))
}

/// Takes one step of a clock, unless an act or another sweep was faster.
pub async fn step_clock(tx: &mut Tx, id: MatterId, before: &Clock, after: &Clock) -> Result<bool> {
    let moved = tx
        .run(
            "update matter_clock
             set state = $4, due_at = $5, warn_at = $6, provisional = $7, stage = $8, next_at = $9
             where matter_id = $1 and rule = $2 and nth = $3 and stage = $10 and state = $11",
            args![
                id, &before.rule, before.nth, after.state.as_str(), after.due_at, after.warn_at, after.provisional, after.stage,
                after.next_at, before.stage, before.state.as_str()
            ],
        )
        .await?;
    Ok(moved == 1)
}

/// Clocks with a step due by now, the longest due first.
pub async fn due_clocks(tx: &mut Tx, now: Instant, limit: i64, offset: i64) -> Result<Vec<ClockRow>> {
    let sql = format!(
        "select {CLOCK_COLUMNS} from matter_clock where next_at <= $1 order by next_at, matter_id, rule, nth limit $2 offset $3"
    );
    tx.all(&sql, args![now, limit, offset]).await
}

pub async fn provisional_clocks(tx: &mut Tx) -> Result<Vec<ClockRow>> {
    let sql = format!("select {CLOCK_COLUMNS} from matter_clock where provisional and state <> 'stopped'");
    tx.all(&sql, args![]).await
}

/// Takes back what was told of a run of a clock that, counted again, has not run out.
pub async fn withdraw_alarms(tx: &mut Tx, id: MatterId, clock: &Clock) -> Result<()> {
    let told = "select id from matter_alarm where matter_id = $1 and source = $2 and source_nth = $3 and kind in ('expired', 'escalated')";
    tx.run(&format!("delete from matter_alarm_seen where alarm_id in ({told})"), args![id, &clock.rule, clock.nth]).await?;
    tx.run(&format!("delete from matter_alarm where id in ({told})"), args![id, &clock.rule, clock.nth]).await?;
    Ok(())
}

/// The next number under a heading.
pub async fn next_number(tx: &mut Tx, heading: &str) -> Result<i64> {
    let (number,): (i64,) = tx
        .one(
            "insert into matter_number (heading, last) values ($1, 1)
             on conflict (heading) do update set last = matter_number.last + 1
             returning last",
            args![heading],
        )
        .await?;
    Ok(number)
}

/// Notes a request; what it was used for before, if it was.
pub async fn note_request(tx: &mut Tx, person: Id<Person>, request: &str, id: MatterId, act: &str, now: Instant) -> Result<Option<(MatterId, String)>> {
    let fresh = tx
        .run(
            "insert into matter_request (person_id, request_id, matter_id, act, at) values ($1, $2, $3, $4, $5)
             on conflict (person_id, request_id) do nothing",
            args![person, request, id, act, now],
        )
        .await?;
    if fresh == 1 {
        return Ok(None);
    }
    let before = tx
        .one("select matter_id, act from matter_request where person_id = $1 and request_id = $2", args![person, request])
        .await?;
    Ok(Some(before))
}

/// An alarm to be raised.
pub struct NewAlarm<'a> {
    pub matter_id: MatterId,
    pub to_post: &'a str,
    pub kind: &'a str,
    pub text: &'a str,
    pub at: Instant,
    pub source: &'a str,
    pub source_nth: i64,
    pub source_stage: i64,
}

/// Raises an alarm; once, however often it is tried.
pub async fn raise(tx: &mut Tx, alarm: NewAlarm<'_>, now: Instant) -> Result<()> {
    tx.run(
        "insert into matter_alarm (id, matter_id, to_post, kind, text, at, raised_at, source, source_nth, source_stage)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (matter_id, source, source_nth, source_stage, to_post) do nothing",
        args![
            Id::<Alarm>::new(), alarm.matter_id, alarm.to_post, alarm.kind, alarm.text, alarm.at, now, alarm.source,
            alarm.source_nth, alarm.source_stage
        ],
    )
    .await?;
    Ok(())
}

/// An alarm as a person sees it.
pub struct AlarmRecord {
    pub id: Id<Alarm>,
    pub matter_id: MatterId,
    pub matter_number: String,
    pub title: String,
    pub text: String,
    pub at: Instant,
    pub to_post: String,
    pub seen: bool,
}

impl FromRow for AlarmRecord {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            matter_id: row.get("matter_id")?,
            matter_number: row.get("number")?,
            title: row.get("title")?,
            text: row.get("text")?,
            at: row.get("at")?,
            to_post: row.get("to_post")?,
            seen: row.get("seen")?,
        })
    }
}

/// The newest alarms for a post within a scope; what the person has seen is marked.
pub async fn alarms_for(tx: &mut Tx, scope: &Scope, post: &str, person: Id<Person>) -> Result<Vec<AlarmRecord>> {
    let mut args: Vec<Value> = args![post, person];
    let within = visible(scope, &mut args);
    tx.all(
        &format!(
            "select a.id, a.matter_id, m.number, m.title, a.text, a.at, a.to_post,
                    (s.alarm_id is not null) as seen
             from matter_alarm a
             join matter m on m.id = a.matter_id
             left join matter_alarm_seen s on s.alarm_id = a.id and s.person_id = $2
             where {within} and a.to_post = $1
             order by a.at desc, a.id desc
             limit 200"
        ),
        args,
    )
    .await
}

pub async fn alarms_of(tx: &mut Tx, id: MatterId) -> Result<Vec<AlarmRecord>> {
    tx.all(
        "select a.id, a.matter_id, m.number, m.title, a.text, a.at, a.to_post, (1 = 0) as seen
         from matter_alarm a
         join matter m on m.id = a.matter_id
         where a.matter_id = $1
         order by a.at, a.id",
        args![id],
    )
    .await
}

/// Marks an alarm seen; `NotFound` when it is not this post's or lies outside the scope.
pub async fn mark_seen(tx: &mut Tx, scope: &Scope, post: &str, person: Id<Person>, id: Id<Alarm>, now: Instant) -> Result<()> {
    let mut args: Vec<Value> = args![post, id];
    let within = visible(scope, &mut args);
    let sql = format!("select a.id from matter_alarm a join matter m on m.id = a.matter_id where {within} and a.to_post = $1 and a.id = $2");
    let _: (Id<Alarm>,) = tx.one(&sql, args).await?;
    tx.run(
        "insert into matter_alarm_seen (alarm_id, person_id, at) values ($1, $2, $3) on conflict (alarm_id, person_id) do nothing",
        args![id, person, now],
    )
    .await?;
    Ok(())
}

/// Which matters a list asks for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Only what stands in the queue of this post.
    pub queue_of: Option<String>,
    pub procedure: Option<String>,
    pub state: Option<String>,
    pub business: Option<Id<Business>>,
    pub area: Option<String>,
    pub overdue: bool,
    /// Only those whose clock runs out after now and until then.
    pub due_until: Option<Instant>,
    pub open: Option<bool>,
    pub text: Option<String>,
}

fn visible(scope: &Scope, args: &mut Vec<Value>) -> String {
    let within = scope.sql("m.area_code", "m.business_id", args);
    // A business never sees what the office thinks to itself: reviews of alerts and clues.
    if matches!(scope, Scope::Business(_)) { format!("{within} and m.to_business") } else { within }
}

fn conditions(scope: &Scope, wanted: &Wanted, now: Instant, args: &mut Vec<Value>) -> String {
    let mut sql = visible(scope, args);
    let mut and = |condition: &str, values: Vec<Value>| {
        let mut condition = condition.to_owned();
        for value in values {
            args.push(value);
            condition = condition.replacen('?', &format!("${}", args.len()), 1);
        }
        sql.push_str(" and ");
        sql.push_str(&condition);
    };
    if let Some(post) = &wanted.queue_of {
        and(
            "not m.is_end and (m.owners like ? or exists (
               select 1 from matter_alarm a
               join matter_clock c on c.matter_id = a.matter_id and c.rule = a.source and c.nth = a.source_nth
               where a.matter_id = m.id and a.to_post = ? and c.state = 'expired'))",
            vec![format!("%|{post}|%").into(), post.into()],
        );
    }
    if let Some(procedure) = &wanted.procedure {
        and("m.procedure = ?", vec![procedure.into()]);
    }
    if let Some(state) = &wanted.state {
        and("m.state = ?", vec![state.into()]);
    }
    if let Some(business) = wanted.business {
        and("m.business_id = ?", vec![business.into()]);
    }
    if let Some(area) = &wanted.area {
        and("m.area_code >= ? and m.area_code < ?", vec![area.into(), format!("{area}~").into()]);
    }
    if wanted.overdue {
        and("not m.is_end and m.due_at <= ?", vec![now.into()]);
    }
    if let Some(until) = wanted.due_until {
        and("not m.is_end and m.due_at > ? and m.due_at <= ?", vec![now.into(), until.into()]);
    }
    match wanted.open {
        Some(true) => and("not m.is_end", vec![]),
        Some(false) => and("m.is_end", vec![]),
        None => {}
    }
    if let Some(text) = wanted.text.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        let like = format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
        let like = || Value::from(like.as_str());
        and(
            "(m.title like ? escape '\\' or m.number like ? escape '\\' or m.business_name like ? escape '\\')",
            vec![like(), like(), like()],
        );
    }
    sql
}

/// One page of a list and its whole length; a queue by clock, anything else newest first.
pub async fn list(tx: &mut Tx, scope: &Scope, wanted: &Wanted, now: Instant, limit: i64, offset: i64) -> Result<(Vec<Record>, i64)> {
    let mut args = Vec::new();
    let conditions = conditions(scope, wanted, now, &mut args);
    let (total,): (i64,) = tx.one(&format!("select count(*) from matter m where {conditions}"), args.clone()).await?;
    let order = if wanted.queue_of.is_some() { "m.due_at nulls last, m.opened_at, m.id" } else { "m.opened_at desc, m.id desc" };
    args.push(limit.into());
    args.push(offset.into());
    let (l, o) = (args.len() - 1, args.len());
    let sql = format!("select {COLUMNS} from matter m where {conditions} order by {order} limit ${l} offset ${o}");
    Ok((tx.all(&sql, args).await?, total))
}

/// How many matters a list would show.
pub async fn count(tx: &mut Tx, scope: &Scope, wanted: &Wanted, now: Instant) -> Result<i64> {
    let mut args = Vec::new();
    let conditions = conditions(scope, wanted, now, &mut args);
    let (count,): (i64,) = tx.one(&format!("select count(*) from matter m where {conditions}"), args).await?;
    Ok(count)
}

/// Earlier matters of a business, oldest first.
pub async fn of_business(tx: &mut Tx, business: Id<Business>, since: Instant) -> Result<Vec<Record>> {
    let sql = format!("select {COLUMNS} from matter m where m.business_id = $1 and m.opened_at >= $2 order by m.opened_at, m.id");
    tx.all(&sql, args![business, since]).await
}

/// What the public may know of a business's matters, newest first.
pub async fn public_of_business(tx: &mut Tx, business: Id<Business>) -> Result<Vec<Record>> {
    let sql = format!(
        "select {COLUMNS} from matter m where m.business_id = $1 and m.is_public order by m.opened_at desc, m.id desc limit 100"
    );
    tx.all(&sql, args![business]).await
}

pub async fn last_entry(tx: &mut Tx, id: MatterId) -> Result<Option<Entry>> {
    Ok(history(tx, id).await?.pop())
}

/// An unknown matter and one outside the scope look the same.
pub fn check_visible(record: &Record, scope: &Scope) -> Result<()> {
    scope.check(&record.area_code, record.business_id)?;
    if matches!(scope, Scope::Business(_)) && !record.to_business {
        return Err(Error::NotFound);
    }
    Ok(())
}
