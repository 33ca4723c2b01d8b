//! The tables of imports: what was sent, how far it is, what was refused.

use serde::{Deserialize, Serialize};
use serde_json::json;
use shian_access::{Person, Scope};
use shian_base::{Id, Instant, Result};
use shian_db::{FromRow, Row, Tx, Value, args};
use utoipa::ToSchema;

use crate::kind::ImportKind;
use crate::mapping::Said;
use crate::rows::{Issue, Line};
use crate::table::RawRow;

/// Names an import, and the delivery it makes to the register.
pub type ImportId = Id<Import>;

/// A table that was brought in, or is being brought in.
#[derive(Clone, Debug)]
pub struct Import {
    pub id: ImportId,
    pub kind: ImportKind,
    pub source: Option<String>,
    pub file_name: String,
    pub sha256: String,
    pub size_bytes: i64,
    pub format: String,
    pub survey: Kept,
    /// What a person said of headings, as they are compared.
    pub columns: Said,
    pub dry_run: bool,
    pub state: State,
    pub failure: Option<String>,
    pub rows_total: i64,
    pub rows_done: i64,
    pub line_done: i64,
    pub counts: Counts,
    /// Within which area the rows may lie; empty: everywhere.
    pub area_code: String,
    pub person_id: Option<Id<Person>>,
    pub by: String,
    pub created_at: Instant,
    pub finished_at: Option<Instant>,
}

impl Import {
    pub fn scope(&self) -> Scope {
        if self.area_code.is_empty() { Scope::Everything } else { Scope::Area(self.area_code.clone()) }
    }
}

/// What is kept of a survey.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kept {
    pub headings: Vec<String>,
    pub headings_line: i64,
    pub samples: Vec<Vec<String>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ImportState)]
pub enum State {
    /// 待确认: sent, not started.
    Draft,
    /// 排队中
    Waiting,
    /// 进行中
    Running,
    /// 已预检: a dry run came to its end.
    Checked,
    /// 已完成
    Done,
    /// 未完成: it could not go on.
    Failed,
}

impl State {
    pub const ALL: [State; 6] =
        [Self::Draft, Self::Waiting, Self::Running, Self::Checked, Self::Done, Self::Failed];
    pub const fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Checked => "checked",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// What rows came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ImportCounts)]
pub struct Counts {
    pub added: i64,
    pub changed: i64,
    pub same: i64,
    pub refused: i64,
    /// Rows that were taken and should be looked at again.
    pub warned: i64,
}

const COLUMNS: &str = "id, kind, source, file_name, sha256, size_bytes, format, survey, columns, dry_run, state, failure,
    rows_total, rows_done, line_done, added, changed, same, refused, warned, area_code, person_id, by_name, created_at,
    finished_at";

/// So many warnings of an import are kept; all are counted.
const WARNINGS_KEPT: i64 = 1000;

pub async fn add(tx: &mut Tx, i: &Import) -> Result<()> {
    let places: Vec<String> = (1..=25).map(|at| format!("${at}")).collect();
    tx.run(
        &format!("insert into import ({COLUMNS}) values ({})", places.join(", ")),
        args![
            i.id,
            i.kind.code(),
            i.source.as_deref(),
            &i.file_name,
            &i.sha256,
            i.size_bytes,
            &i.format,
            json!(i.survey),
            json!(i.columns),
            i.dry_run,
            i.state.code(),
            i.failure.as_deref(),
            i.rows_total,
            i.rows_done,
            i.line_done,
            i.counts.added,
            i.counts.changed,
            i.counts.same,
            i.counts.refused,
            i.counts.warned,
            &i.area_code,
            i.person_id,
            &i.by,
            i.created_at,
            i.finished_at,
        ],
    )
    .await?;
    Ok(())
}

pub async fn find(tx: &mut Tx, id: ImportId) -> Result<Import> {
    tx.one(&format!("select {COLUMNS} from import where id = $1"), args![id]).await
}

/// One import within the scope; outside of it, it is not found.
pub async fn find_within(tx: &mut Tx, scope: &Scope, id: ImportId) -> Result<Import> {
    let mut args = Vec::new();
    let within = scope.sql("area_code", "id", &mut args);
    args.push(id.into());
    tx.one(&format!("select {COLUMNS} from import where {within} and id = ${}", args.len()), args).await
}

pub async fn list(tx: &mut Tx, scope: &Scope, offset: i64, limit: i64) -> Result<(Vec<Import>, i64)> {
    let mut args = Vec::new();
    let within = scope.sql("area_code", "id", &mut args);
    let (total,): (i64,) = tx.one(&format!("select count(*) from import where {within}"), args.clone()).await?;
    args.push(limit.into());
    args.push(offset.into());
    let sql = format!(
        "select {COLUMNS} from import where {within} order by id desc limit ${} offset ${}",
        args.len() - 1,
        args.len()
    );
    Ok((tx.all(&sql, args).await?, total))
}

/// An import from the command line that was broken off: the same file, kind and source.
pub async fn broken_off(tx: &mut Tx, sha256: &str, kind: ImportKind, source: &str) -> Result<Option<Import>> {
    tx.maybe(
        &format!(
            "select {COLUMNS} from import
             where sha256 = $1 and kind = $2 and source = $3 and state = 'running' and person_id is null
             order by id desc"
        ),
        args![sha256, kind.code(), source],
    )
    .await
}

/// Begins anew: counts and issues of an earlier run are gone. Whether it could be begun.
pub async fn begin(tx: &mut Tx, id: ImportId, source: &str, columns: &Said, dry_run: bool, from_line: i64) -> Result<bool> {
    let begun = tx
        .run(
            "update import
             set source = $2, columns = $3, dry_run = $4, state = 'waiting', failure = null, rows_done = 0,
                 line_done = $5, added = 0, changed = 0, same = 0, refused = 0, warned = 0, finished_at = null
             where id = $1 and state in ('draft', 'checked', 'failed')",
            args![id, source, json!(columns), dry_run, from_line],
        )
        .await?;
    if begun > 0 {
        tx.run("delete from import_issue where import_id = $1", args![id]).await?;
    }
    Ok(begun > 0)
}

pub async fn set_running(tx: &mut Tx, id: ImportId) -> Result<()> {
    tx.run("update import set state = 'running' where id = $1 and state = 'waiting'", args![id]).await?;
    Ok(())
}

/// Waits for and takes the turn to write rows into the register, until the transaction ends.
pub async fn take_turn(tx: &mut Tx, now: Instant) -> Result<()> {
    tx.run("update import_turn set at = $1 where id = 1", args![now]).await?;
    Ok(())
}

/// Notes how far an import is.
pub async fn advance(tx: &mut Tx, id: ImportId, rows: i64, line: i64, counts: &Counts) -> Result<()> {
    tx.run(
        "update import
         set rows_done = rows_done + $2, line_done = $3, added = added + $4, changed = changed + $5, same = same + $6,
             refused = refused + $7, warned = warned + $8
         where id = $1",
        args![id, rows, line, counts.added, counts.changed, counts.same, counts.refused, counts.warned],
    )
    .await?;
    Ok(())
}

pub async fn finish(tx: &mut Tx, id: ImportId, state: State, failure: Option<&str>, now: Instant) -> Result<()> {
    tx.run(
        "update import set state = $2, failure = $3, finished_at = $4 where id = $1",
        args![id, state.code(), failure, now],
    )
    .await?;
    Ok(())
}

/// Keeps what is wrong with the lines of a batch; of warnings the first thousand of an import.
pub async fn add_issues(tx: &mut Tx, id: ImportId, lines: &[(Line, RawRow)], warned_before: i64) -> Result<()> {
    let mut values: Vec<Value> = Vec::new();
    let mut places: Vec<String> = Vec::new();
    let mut warned = warned_before;
    for (line, raw) in lines {
        if !line.is_refused() && !line.issues.is_empty() {
            warned += 1;
            if warned > WARNINGS_KEPT {
                continue;
            }
        }
        for (at, issue) in line.issues.iter().enumerate() {
            let cells = (at == 0 && line.is_refused()).then(|| json!(raw.cells));
            let from = values.len();
            values.extend(args![id, line.line, at as i64, &issue.heading, &issue.reason, issue.is_refusal, cells]);
            let numbered: Vec<String> = (from + 1..=values.len()).map(|at| format!("${at}")).collect();
            places.push(format!("({})", numbered.join(", ")));
        }
        if places.len() >= 200 {
            insert_issues(tx, &mut places, &mut values).await?;
        }
    }
    if places.is_empty() { Ok(()) } else { insert_issues(tx, &mut places, &mut values).await }
}

async fn insert_issues(tx: &mut Tx, places: &mut Vec<String>, values: &mut Vec<Value>) -> Result<()> {
    let sql = format!(
        "insert into import_issue (import_id, line, at, heading, reason, is_refusal, cells) values {}",
        places.join(", ")
    );
    tx.run(&sql, std::mem::take(values)).await?;
    places.clear();
    Ok(())
}

/// The first issues, refusals before warnings.
pub async fn issues(tx: &mut Tx, id: ImportId, limit: i64) -> Result<Vec<(i64, Issue)>> {
    let rows: Vec<(i64, String, String, bool)> = tx
        .all(
            "select line, heading, reason, is_refusal
             from import_issue
             where import_id = $1
             order by is_refusal desc, line, at
             limit $2",
            args![id, limit],
        )
        .await?;
    let issue = |(line, heading, reason, is_refusal)| (line, Issue { heading, reason, is_refusal });
    Ok(rows.into_iter().map(issue).collect())
}

/// The refused rows below a line, with their cells and reasons.
pub async fn refused_after(tx: &mut Tx, id: ImportId, line: i64, limit: i64) -> Result<Vec<(RawRow, Vec<Issue>)>> {
    let rows: Vec<(i64, String, String, Option<String>)> = tx
        .all(
            "select line, heading, reason, cells
             from import_issue
             where import_id = $1 and is_refusal and line > $2
               and line in (select r.line from import_issue r
                            where r.import_id = $1 and r.cells is not null and r.line > $2
                            order by r.line limit $3)
             order by line, at",
            args![id, line, limit],
        )
        .await?;
    let mut refused: Vec<(RawRow, Vec<Issue>)> = Vec::new();
    for (line, heading, reason, cells) in rows {
        if refused.last().is_none_or(|(raw, _)| raw.line != line) {
            refused.push((RawRow { line, cells: Vec::new() }, Vec::new()));
        }
        if let Some((raw, issues)) = refused.last_mut() {
            if let Some(cells) = cells {
                raw.cells = serde_json::from_str(&cells).map_err(anyhow::Error::new)?;
            }
            issues.push(Issue { heading, reason, is_refusal: true });
        }
    }
    Ok(refused)
}

/// What headings mean in the tables of a source, as somebody said once.
pub async fn remembered(tx: &mut Tx, source: &str, kind: ImportKind) -> Result<Said> {
    let rows: Vec<(String, String)> = tx
        .all("select heading, field from import_heading where source = $1 and kind = $2", args![source, kind.code()])
        .await?;
    Ok(rows.into_iter().collect())
}

pub async fn remember(tx: &mut Tx, source: &str, kind: ImportKind, said: &Said) -> Result<()> {
    for (heading, field) in said {
        tx.run(
            "insert into import_heading (source, kind, heading, field) values ($1, $2, $3, $4)
             on conflict (source, kind, heading) do update set field = excluded.field",
            args![source, kind.code(), heading, field],
        )
        .await?;
    }
    Ok(())
}

impl FromRow for Import {
    fn from_row(row: &Row) -> Result<Self> {
        let unknown = |what: &str| anyhow::anyhow!("an import is {what}, which this version does not know");
        let (kind, state): (String, String) = (row.get("kind")?, row.get("state")?);
        Ok(Self {
            id: row.get("id")?,
            kind: ImportKind::of_code(&kind).ok_or_else(|| unknown(&kind))?,
            source: row.get("source")?,
            file_name: row.get("file_name")?,
            sha256: row.get("sha256")?,
            size_bytes: row.get("size_bytes")?,
            format: row.get("format")?,
            survey: row.json("survey")?,
            columns: row.json("columns")?,
            dry_run: row.get("dry_run")?,
            state: State::ALL.into_iter().find(|known| known.code() == state).ok_or_else(|| unknown(&state))?,
            failure: row.get("failure")?,
            rows_total: row.get("rows_total")?,
            rows_done: row.get("rows_done")?,
            line_done: row.get("line_done")?,
            counts: Counts {
                added: row.get("added")?,
                changed: row.get("changed")?,
                same: row.get("same")?,
                refused: row.get("refused")?,
                warned: row.get("warned")?,
            },
            area_code: row.get("area_code")?,
            person_id: row.get("person_id")?,
            by: row.get("by_name")?,
            created_at: row.get("created_at")?,
            finished_at: row.get("finished_at")?,
        })
    }
}
