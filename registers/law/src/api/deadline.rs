//! GET /api/law/deadline

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use shian_base::{Day, Error, Instant};
use shian_calendar::{CountedDay, Due, Part, Piece, Why};
use shian_web::{Answer, Caller, ProblemBody};
use utoipa::{IntoParams, ToSchema};

use super::Deps;
use super::value::LawValue;
use super::values::day;
use crate::access::READ;
use crate::{Deadline, DeadlineKind, LawBook};

/// An empty value is as none.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct DeadlineQuery {
    pub code: String,
    /// When the event was: a day, or a moment where hours are counted.
    pub from: String,
    /// The day whose law applies, where it is another than that of the event.
    pub on: Option<String>,
    /// `true`: with the extension that the law allows.
    pub extended: Option<String>,
    /// The day it was paused, and the day it went on.
    pub paused_from: Option<String>,
    pub paused_to: Option<String>,
}

/// What a deadline comes to, counted step by step.
#[derive(Debug, Serialize, ToSchema)]
pub struct LawDeadline {
    pub value: LawValue,
    #[schema(value_type = String)]
    pub from: Instant,
    /// When it ends; for what opens, when it opens.
    #[schema(value_type = String)]
    pub at: Instant,
    /// The last day; for what opens, the first.
    #[schema(value_type = String)]
    pub day: Day,
    /// The result in a sentence.
    pub says: String,
    /// Crosses a year whose holidays are not announced.
    pub provisional: bool,
    pub warning: Option<String>,
    pub parts: Vec<LawPart>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LawPart {
    pub title: String,
    #[schema(value_type = String)]
    pub last_day: Day,
    pub days: Vec<LawDay>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LawDay {
    #[schema(value_type = String)]
    pub day: Day,
    /// 1 Monday … 7 Sunday.
    pub weekday: i8,
    /// The how-manieth day of the period; none where it does not count.
    pub nth: Option<i64>,
    /// Why it counts or not.
    pub why: String,
}

/// Counts one period of the law from an event, and says which days were left out and why.
#[utoipa::path(get, path = "/api/law/deadline", tag = "law", params(DeadlineQuery),
    responses((status = 200, body = LawDeadline), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn law_deadline(
    State(deps): State<Deps>,
    caller: Caller,
    asked: Result<Query<DeadlineQuery>, QueryRejection>,
) -> Answer<Json<LawDeadline>> {
    caller.scope(READ)?;
    let Query(asked) = asked.map_err(|error| Error::invalid("", "law.query", error.body_text()))?;
    Ok(Json(count(&deps.law, &asked)?))
}

fn count(law: &LawBook, asked: &DeadlineQuery) -> Result<LawDeadline, Error> {
    let (from, is_moment) = moment(&asked.from)?;
    let on = day(asked.on.as_deref(), "on")?.unwrap_or_else(|| from.day());
    if !law.deadlines().iter().any(|deadline| deadline.value.code == asked.code) {
        return Err(Error::NotFound);
    }
    let not_in_force = || Error::invalid("from", "law.not_in_force", format!("{on} 没有这项期限的规定"));
    let deadline = law.deadline(&asked.code, on).ok_or_else(not_in_force)?;
    if deadline.needs_moment() && !is_moment {
        return Err(Error::invalid("from", "law.moment", "按小时计算的期限，请写明时刻，如 2026-11-21T10:30:00+08:00"));
    }
    let value = LawValue::of_deadline(deadline, law, on);
    let Some(mut reckoning) = deadline.reckoning(from) else {
        // A quota ends with the year.
        let last = Day::new(from.day().year(), 12, 31).unwrap_or(from.day());
        let says = format!("{}年内累计不少于{}小时", last.year(), deadline.value.amount);
        return Ok(LawDeadline { value, from, at: last.end(), day: last, says, provisional: false, warning: None, parts: Vec::new() });
    };
    if let Some(pause) = pause(asked, from)? {
        reckoning.pieces.push(pause);
    }
    if asked.extended.as_deref() == Some("true") {
        let none = || Error::invalid("extended", "law.no_extension", "这项期限没有写明可以延长多久");
        reckoning.pieces.push(deadline.extended().ok_or_else(none)?);
    }
    let calendar = law.calendar();
    let due = reckoning.due(&calendar).ok_or(Error::NotFound)?;
    let (at, day) = ends_or_opens(deadline, due);
    Ok(LawDeadline {
        value,
        from,
        at,
        day,
        says: says(deadline, at, day),
        provisional: due.provisional,
        warning: due.provisional.then(|| format!("{}年以后的放假安排尚未公布，这是暂定期限，公布后重新计算", calendar.announced_to())),
        parts: reckoning.explained(&calendar).iter().map(part).collect(),
    })
}

/// A moment, or the beginning of a day; the count leaves that day out anyhow.
fn moment(text: &str) -> Result<(Instant, bool), Error> {
    if let Ok(at) = text.trim().parse() {
        return Ok((at, true));
    }
    let wrong = |_| Error::invalid("from", "law.from", "请写明起算的日期，如 2026-11-21");
    text.trim().parse::<Day>().map(|day| (day.start(), false)).map_err(wrong)
}

fn pause(asked: &DeadlineQuery, from: Instant) -> Result<Option<Piece>, Error> {
    let paused = (day(asked.paused_from.as_deref(), "paused_from")?, day(asked.paused_to.as_deref(), "paused_to")?);
    match paused {
        (None, None) => Ok(None),
        (Some(begin), Some(end)) if from.day() <= begin && begin <= end => {
            Ok(Some(Piece::Paused { from: begin.start(), to: end.start() }))
        }
        _ => Err(Error::invalid("paused_to", "law.pause", "中止和恢复的日期要成对填写，并且不早于起算日、先后有序")),
    }
}

fn ends_or_opens(deadline: &Deadline, due: Due) -> (Instant, Day) {
    match deadline.kind {
        // Counted backwards, the day itself is the first; counted on, it is the day after the last.
        DeadlineKind::Opens if deadline.counting().backward => (due.last_day().start(), due.last_day()),
        DeadlineKind::Opens => (due.at, due.at.day()),
        _ => (due.at, due.last_day()),
    }
}

fn says(deadline: &Deadline, at: Instant, day: Day) -> String {
    let date = format!("{}年{}月{}日", day.year(), day.month(), day.day_of_month());
    let end = match at.minute_of_day() {
        0 => format!("{date}24时"),
        minute => format!("{date}{}时{:02}分", minute / 60, minute % 60),
    };
    match deadline.kind {
        DeadlineKind::Limit => format!("最迟{end}"),
        DeadlineKind::Opens => format!("最早{date}"),
        DeadlineKind::Lasts => format!("至{end}止"),
        DeadlineKind::Keep => format!("至少到{end}"),
        DeadlineKind::Every => format!("下一次最迟{end}"),
        DeadlineKind::Quota => date,
    }
}

fn part(part: &Part) -> LawPart {
    let title = match &part.piece {
        Piece::Begun { amount, unit, .. } => format!("起算：{}，{amount}{}", part.from, unit.title()),
        Piece::Extended { amount, unit } => format!("延长{amount}{}，自{}届满之日起算", unit.title(), part.from),
        Piece::Paused { from, to } => format!("{}中止，{}恢复，继续计算余下的期限", from.day(), to.day()),
    };
    LawPart { title, last_day: part.due.last_day(), days: part.days.iter().map(counted).collect() }
}

fn counted(counted: &CountedDay) -> LawDay {
    let why = match &counted.why {
        Why::Event => "当日不计入".into(),
        Why::Counted => String::new(),
        Why::MakeUp(name) => format!("{name}调休上班，计入"),
        Why::Weekend => "周末，不计".into(),
        Why::Holiday(name) => format!("{name}放假，不计"),
        Why::Rolled(name) => format!("届满日逢{name}，顺延"),
        Why::RolledTo => "顺延至此日".into(),
    };
    LawDay { day: counted.day, weekday: counted.day.weekday(), nth: counted.nth, why }
}
