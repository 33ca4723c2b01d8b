//! The statements of the matter engine, and nothing else.

use serde_json::{Map, Value as Json};
use shian_access::{Business, Person, Scope};
use shian_base::{Day, Error, Id, Instant, Result};
use shian_calendar::{Counting, Reckoning, Unit};
use shian_db::{FromRow, Row, Tx, Value, args};
use shian_forms::Field;

use crate::model::{Answer, Ask, AskKind, Clock, ClockState, Deed, Handler, MatterId, StandIn, Standing, Undo, is_business_post};
use crate::office::is_round_over;

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
    pub handler: Option<Handler>,
    pub undo: Option<Undo>,
    pub urged: i64,
}

pub(crate) const COLUMNS: &str = "m.id, m.number, m.procedure, m.procedure_from, m.title, m.state, m.is_end, m.is_mended, m.to_business,
    m.is_public, m.owners, m.business_id, m.business_name, m.area_code, m.area_name, m.facts, m.opened_at, m.closed_at,
    m.result, m.reviewer_name, m.parent_id, m.supervised, m.due_at, m.revision, m.handler_id, m.handler_name, m.handler_post,
    m.undo, m.urged";

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
            handler: handler_of(row)?,
            undo: match row.get::<Option<String>>("undo")? {
                Some(_) => Some(row.json("undo")?),
                None => None,
            },
            urged: row.get("urged")?,
        })
    }
}

fn handler_of(row: &Row) -> Result<Option<Handler>> {
    let Some(id) = row.get("handler_id")? else { return Ok(None) };
    Ok(Some(Handler { id, name: row.get("handler_name")?, post: row.get("handler_post")? }))
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
    /// 代理: in whose stead.
    pub stead_of: Option<StandIn>,
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
            stead_of: match row.get("stead_id")? {
                Some(id) => Some(StandIn { id, name: row.get("stead_name")? }),
                None => None,
            },
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
    let done = tx
        .all(
            "select act, from_state, to_state, actor_id, stead_id, at from matter_history where matter_id = $1 and seq > 1 order by seq",
            args![record.id],
        )
        .await?;
    Ok(Standing {
        state: record.state.clone(),
        facts: record.facts.clone(),
        clocks: clocks(tx, record.id).await?,
        done,
        supervised: record.supervised,
        area_code: record.area_code.clone(),
        area_name: record.area_name.clone(),
        handler: record.handler.clone(),
        asked: asked(tx, record.id).await?,
        undo: record.undo.clone(),
    })
}

impl FromRow for Deed {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            act: row.get("act")?,
            from: row.get("from_state")?,
            to: row.get("to_state")?,
            by: row.get("actor_id")?,
            stead_of: row.get("stead_id")?,
            at: row.get("at")?,
        })
    }
}

impl AskKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Any => "any",
            Self::Add => "add",
        }
    }
}

impl Answer {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Agreed => "agreed",
            Self::Refused => "refused",
            Self::Ended => "ended",
        }
    }
}

impl FromRow for Ask {
    fn from_row(row: &Row) -> Result<Self> {
        let (kind, answer): (String, String) = (row.get("kind")?, row.get("answer")?);
        let kind = [AskKind::All, AskKind::Any, AskKind::Add].into_iter().find(|known| known.as_str() == kind);
        let answer = [Answer::Open, Answer::Agreed, Answer::Refused, Answer::Ended].into_iter().find(|known| known.as_str() == answer);
        let unknown = || anyhow::anyhow!("an opinion of an unknown kind");
        Ok(Self {
            round: row.get("round")?,
            nth: row.get("nth")?,
            kind: kind.ok_or_else(unknown)?,
            person_id: row.get("person_id")?,
            post: row.get("post")?,
            name: row.get("name")?,
            asked_by: row.get("asked_by")?,
            answer: answer.ok_or_else(unknown)?,
        })
    }
}

/// The open round of opinions; empty when there is none.
pub async fn asked(tx: &mut Tx, id: MatterId) -> Result<Vec<Ask>> {
    tx.all(
        "select round, nth, kind, person_id, post, name, asked_by, answer from matter_sign where matter_id = $1 and is_open order by nth",
        args![id],
    )
    .await
}

/// Keeps a round as an act left it.
pub async fn put_asked(tx: &mut Tx, id: MatterId, asked: &[Ask]) -> Result<()> {
    let is_open = !is_round_over(asked);
    for ask in asked {
        tx.run(
            "insert into matter_sign (matter_id, round, nth, kind, person_id, post, name, asked_by, answer, is_open)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             on conflict (matter_id, round, nth) do update set answer = excluded.answer, is_open = excluded.is_open",
            args![id, ask.round, ask.nth, ask.kind.as_str(), ask.person_id, &ask.post, &ask.name, ask.asked_by, ask.answer.as_str(), is_open],
        )
        .await?;
    }
    Ok(())
}

/// Notes that an office handed the matter on and only reads it now.
pub async fn add_reader(tx: &mut Tx, id: MatterId, area_code: &str, now: Instant) -> Result<()> {
    tx.run(
        "insert into matter_reader (matter_id, area_code, at) values ($1, $2, $3) on conflict (matter_id, area_code) do nothing",
        args![id, area_code, now],
    )
    .await?;
    Ok(())
}

/// Whether an office within this scope once dealt with the matter.
pub async fn is_reader(tx: &mut Tx, id: MatterId, scope: &Scope) -> Result<bool> {
    let Scope::Area(code) = scope else { return Ok(false) };
    let sql = "select area_code from matter_reader where matter_id = $1 and area_code >= $2 and area_code < $3 limit 1";
    let found: Option<(String,)> = tx.maybe(sql, args![id, code, format!("{code}~")]).await?;
    Ok(found.is_some())
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
        "select seq, act, act_title, actor_id, actor_name, actor_post, stead_id, stead_name, at, from_state, to_state,
                to_state_title, form, form_fields, files, note
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
    pub handler: Option<&'a Handler>,
    pub area: (&'a str, &'a str),
    pub undo: Option<&'a Undo>,
    /// 催办 is counted.
    pub urges: bool,
}

/// Moves the matter on if it still has this revision; false when somebody was faster.
pub async fn advance(tx: &mut Tx, id: MatterId, revision: i64, to: Moved<'_>) -> Result<bool> {
    let (reviewer_id, reviewer_name) = match to.reviewer {
        Some((id, name)) => (id, Some(name)),
        None => (None, None),
    };
    let undo = to.undo.map(serde_json::to_string).transpose().map_err(anyhow::Error::new)?;
    let moved = tx
        .run(
            "update matter
             set state = $3, is_end = $4, is_mended = $5, owners = $6, supervised = $7, due_at = $8, closed_at = $9, result = $10,
                 reviewer_id = $11, reviewer_name = $12, handler_id = $13, handler_name = $14, handler_post = $15, area_code = $16,
                 area_name = $17, undo = $18, urged = urged + $19, revision = revision + 1
             where id = $1 and revision = $2",
            args![
                id, revision, to.state, to.is_end, to.is_mended, to.owners, to.supervised, to.due_at, to.closed_at, to.result,
                reviewer_id, reviewer_name, to.handler.map(|h| h.id), to.handler.map(|h| h.name.as_str()),
                to.handler.map(|h| h.post.as_str()), to.area.0, to.area.1, undo, i64::from(to.urges)
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
        "insert into matter_history (matter_id, seq, act, act_title, actor_id, actor_name, actor_post, stead_id, stead_name, at,
           from_state, to_state, to_state_title, form, form_fields, files, note)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        args![
            id, e.seq, &e.act, &e.act_title, e.actor_id, &e.actor_name, &e.actor_post, e.stead_of.as_ref().map(|s| s.id),
            e.stead_of.as_ref().map(|s| s.name.as_str()), e.at, &e.from_state, &e.to_state,
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
    /// Only this person of the post.
    pub to_person: Option<Id<Person>>,
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
        "insert into matter_alarm (id, matter_id, to_post, kind, text, at, raised_at, source, source_nth, source_stage, to_person)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (matter_id, source, source_nth, source_stage, to_post) do nothing",
        args![
            Id::<Alarm>::new(), alarm.matter_id, alarm.to_post, alarm.kind, alarm.text, alarm.at, now, alarm.source,
            alarm.source_nth, alarm.source_stage, alarm.to_person
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
             where {within} and a.to_post = $1 and (a.to_person is null or a.to_person = $2)
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
    let mut args: Vec<Value> = args![post, id, person];
    let within = visible(scope, &mut args);
    let sql = format!(
        "select a.id from matter_alarm a join matter m on m.id = a.matter_id
         where {within} and a.to_post = $1 and a.id = $2 and (a.to_person is null or a.to_person = $3)"
    );
    let _: (Id<Alarm>,) = tx.one(&sql, args).await?;
    tx.run(
        "insert into matter_alarm_seen (alarm_id, person_id, at) values ($1, $2, $3) on conflict (alarm_id, person_id) do nothing",
        args![id, person, now],
    )
    .await?;
    Ok(())
}

/// Somebody's desk: themselves and those they stand in for.
#[derive(Clone, Debug)]
pub struct Desk {
    pub pile: Pile,
    pub people: Vec<Id<Person>>,
    pub posts: Vec<String>,
}

/// Which part of a desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pile {
    /// What waits for them now.
    Mine,
    /// What they deal with, whoever has it now.
    Handled,
    /// What waits in the queue of their post for somebody to claim it.
    Unclaimed,
}

/// Which matters a list asks for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Only what stands on somebody's desk.
    pub desk: Option<Desk>,
    /// Only what this person deals with.
    pub handler: Option<Id<Person>>,
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
    if let Some(desk) = &wanted.desk {
        let (condition, values) = on_desk(desk);
        and(&condition, values);
    }
    if let Some(handler) = wanted.handler {
        and("m.handler_id = ?", vec![handler.into()]);
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

fn on_desk(desk: &Desk) -> (String, Vec<Value>) {
    let mut values: Vec<Value> = Vec::new();
    let people = |values: &mut Vec<Value>| {
        values.extend(desk.people.iter().map(Value::from));
        format!("({})", vec!["?"; desk.people.len()].join(", "))
    };
    let posts = |values: &mut Vec<Value>| {
        values.extend(desk.posts.iter().map(Value::from));
        format!("({})", vec!["?"; desk.posts.len()].join(", "))
    };
    let queues = |values: &mut Vec<Value>| {
        let queue = desk.posts.iter().map(|post| {
            values.push(format!("%|{post}|%").into());
            // Who deals with it in the office is nothing to the business whose turn it is.
            if is_business_post(post) { "m.owners like ?" } else { "(m.handler_id is null and m.owners like ?)" }
        });
        queue.collect::<Vec<_>>().join(" or ")
    };
    let condition = match desk.pile {
        Pile::Handled => format!("m.handler_id in {}", people(&mut values)),
        Pile::Unclaimed => queues(&mut values),
        Pile::Mine => format!(
            "{} or (m.handler_id in {} and m.owners not like '|merchant.%')
             or exists (
               select 1 from matter_alarm a
               join matter_clock c on c.matter_id = a.matter_id and c.rule = a.source and c.nth = a.source_nth
               where a.matter_id = m.id and a.to_post in {} and (a.to_person is null or a.to_person in {}) and c.state = 'expired')
             or exists (
               select 1 from matter_sign s
               where s.matter_id = m.id and s.is_open and s.answer = 'open'
                 and (s.person_id in {} or (s.person_id is null and s.post in {})))",
            queues(&mut values),
            people(&mut values),
            posts(&mut values),
            people(&mut values),
            people(&mut values),
            posts(&mut values)
        ),
    };
    (format!("not m.is_end and ({condition})"), values)
}

/// One page of a list and its whole length; a queue by clock, anything else newest first.
pub async fn list(tx: &mut Tx, scope: &Scope, wanted: &Wanted, now: Instant, limit: i64, offset: i64) -> Result<(Vec<Record>, i64)> {
    let mut args = Vec::new();
    let conditions = conditions(scope, wanted, now, &mut args);
    let (total,): (i64,) = tx.one(&format!("select count(*) from matter m where {conditions}"), args.clone()).await?;
    let order = if wanted.desk.is_some() || wanted.due_until.is_some() { "m.due_at nulls last, m.opened_at, m.id" } else { "m.opened_at desc, m.id desc" };
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

/// How much one person deals with.
pub struct Load {
    pub handler: Option<(Id<Person>, String)>,
    pub open: i64,
    pub due: i64,
    pub overdue: i64,
}

impl FromRow for Load {
    fn from_row(row: &Row) -> Result<Self> {
        let id: Option<Id<Person>> = row.get("handler_id")?;
        let name: Option<String> = row.get("name")?;
        Ok(Self { handler: id.zip(name), open: row.get("open")?, due: row.get("due")?, overdue: row.get("overdue")? })
    }
}

/// Open matters of a scope by who deals with them: all, due after now and until then, overdue.
pub async fn loads(tx: &mut Tx, scope: &Scope, now: Instant, until: Instant) -> Result<Vec<Load>> {
    let mut args: Vec<Value> = args![now, until];
    let within = visible(scope, &mut args);
    tx.all(
        &format!(
            "select m.handler_id, max(m.handler_name) as name, count(*) as open,
                    count(case when m.due_at > $1 and m.due_at <= $2 then 1 end) as due,
                    count(case when m.due_at <= $1 then 1 end) as overdue
             from matter m
             where {within} and not m.is_end
             group by m.handler_id
             order by overdue desc, open desc, name"
        ),
        args,
    )
    .await
}

/// What an id of a delegation names.
pub enum Deputy {}

/// A row of `matter_deputy`.
#[derive(Clone, Debug)]
pub struct DeputyRecord {
    pub id: Id<Deputy>,
    pub person_id: Id<Person>,
    pub person_name: String,
    pub deputy_id: Id<Person>,
    pub deputy_name: String,
    pub from_day: Day,
    pub to_day: Day,
    pub reason: String,
}

impl FromRow for DeputyRecord {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            person_id: row.get("person_id")?,
            person_name: row.get("person_name")?,
            deputy_id: row.get("deputy_id")?,
            deputy_name: row.get("deputy_name")?,
            from_day: row.get("from_day")?,
            to_day: row.get("to_day")?,
            reason: row.get("reason")?,
        })
    }
}

const DEPUTY_COLUMNS: &str = "id, person_id, person_name, deputy_id, deputy_name, from_day, to_day, reason";

pub async fn add_deputy(tx: &mut Tx, d: &DeputyRecord, now: Instant) -> Result<()> {
    tx.run(
        "insert into matter_deputy (id, person_id, person_name, deputy_id, deputy_name, from_day, to_day, reason, made_at, ended_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, null)",
        args![d.id, d.person_id, &d.person_name, d.deputy_id, &d.deputy_name, d.from_day, d.to_day, &d.reason, now],
    )
    .await?;
    Ok(())
}

/// Whom this person acts for on a day.
pub async fn stands_in_for(tx: &mut Tx, deputy: Id<Person>, on: Day) -> Result<Vec<DeputyRecord>> {
    let sql = format!(
        "select {DEPUTY_COLUMNS} from matter_deputy
         where deputy_id = $1 and from_day <= $2 and to_day >= $2 and ended_at is null
         order by from_day, id"
    );
    tx.all(&sql, args![deputy, on]).await
}

/// Delegations that this person gave or was given and that are not over, the soonest first.
pub async fn deputies_of(tx: &mut Tx, person: Id<Person>, on: Day) -> Result<Vec<DeputyRecord>> {
    let sql = format!(
        "select {DEPUTY_COLUMNS} from matter_deputy
         where (person_id = $1 or deputy_id = $1) and to_day >= $2 and ended_at is null
         order by from_day, id"
    );
    tx.all(&sql, args![person, on]).await
}

/// Calls a delegation back; `NotFound` when it is not this person's or over already.
pub async fn end_deputy(tx: &mut Tx, id: Id<Deputy>, person: Id<Person>, now: Instant) -> Result<()> {
    let sql = "update matter_deputy set ended_at = $3 where id = $1 and person_id = $2 and ended_at is null";
    if tx.run(sql, args![id, person, now]).await? == 1 { Ok(()) } else { Err(Error::NotFound) }
}
