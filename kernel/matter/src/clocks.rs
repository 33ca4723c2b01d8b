//! Clocks: how long they are, what an act does to them, and what happens when time passes.

use serde_json::{Map, Value as Json};
use shian_base::{FieldError, Instant};
use shian_calendar::{Calendar, Counting, Due, Law, Piece, Reckoning, Unit, Value};

use crate::model::{Books, Clock, ClockState, Standing};
use crate::procedure::{ClockRule, Extension, LimitField};
use crate::refusal::Refusal;

/// A time as it is said in an alarm: 11月24日 24时.
pub(crate) fn in_words(at: Instant) -> String {
    let minute = at.minute_of_day();
    if minute == 0 {
        // Midnight belongs to the day that ends with it.
        let day = at.plus_micros(-1).day();
        return format!("{}月{}日24时", day.month(), day.day_of_month());
    }
    let day = at.day();
    format!("{}月{}日{}时{:02}分", day.month(), day.day_of_month(), minute / 60, minute % 60)
}

/// All clocks of the matter after a step into `to`; the form is that of the act (or of the opening).
pub(crate) fn after_step(
    books: Books<'_>,
    standing: &Standing,
    to: &str,
    form: &Map<String, Json>,
    now: Instant,
) -> Result<Vec<Clock>, Refusal> {
    let mut clocks = standing.clocks.clone();
    for rule in &books.procedure.clocks {
        let runs = rule.runs_in.iter().any(|s| s == to);
        let pauses = rule.paused_in.iter().any(|s| s == to);
        let live = clocks.iter_mut().rev().find(|c| c.rule == rule.id && c.state.is_live());
        match (live, runs, pauses) {
            (Some(clock), true, _) if clock.state == ClockState::Paused => resume(clock, rule, books.calendar, now),
            (None, true, _) => {
                let nth = clocks.iter().filter(|c| c.rule == rule.id).count() as i64 + 1;
                clocks.push(start(books, rule, nth, &standing.facts, form, now)?);
            }
            // What has run out stays run out: a pause cannot mend a missed deadline.
            (Some(clock), false, true) if clock.state != ClockState::Expired => pause(clock, now),
            (Some(clock), false, false) => stop(clock),
            _ => {}
        }
    }
    Ok(clocks)
}

fn start(
    books: Books<'_>,
    rule: &ClockRule,
    nth: i64,
    facts: &Map<String, Json>,
    form: &Map<String, Json>,
    now: Instant,
) -> Result<Clock, Refusal> {
    let given = rule.limit_field.as_ref().and_then(|limit| Some((limit, number(form.get(&limit.field)?)?)));
    let (amount, unit, basis, counting) = match given {
        Some((limit, days)) => {
            let (min, max) = bounds(books.law, limit, now)?;
            if !(min..=max).contains(&days) {
                return Err(Refusal::Form(vec![FieldError {
                    field: limit.field.clone(),
                    code: "matter.days",
                    message: format!("期限应在{min}日至{max}日之间"),
                }]));
            }
            (days, Unit::Day, "承办人员确定".to_owned(), Counting::default())
        }
        None => {
            let code = code_of(rule, facts).ok_or_else(|| Refusal::NoLimit { clock: rule.title.clone() })?;
            let (value, unit) = period(books.law, code, now)?;
            (value.amount, unit, value.basis, books.law.counting(code, now.day()))
        }
    };
    let reckoning = Reckoning::new(counting, now, amount, unit);
    let due = books.calendar.due_by(counting, now, amount, unit);
    let warn_at = part_of_the_way(now, due.at, rule.warn_at);
    Ok(Clock {
        rule: rule.id.clone(),
        nth,
        state: ClockState::Running,
        started_at: now,
        due_at: due.at,
        warn_at,
        amount,
        unit,
        basis,
        provisional: due.provisional,
        paused_at: None,
        moved: false,
        reckoning,
        stage: 0,
        next_at: Some(warn_at),
    })
}

fn stop(clock: &mut Clock) {
    clock.state = ClockState::Stopped;
    clock.paused_at = None;
    clock.next_at = None;
}

fn pause(clock: &mut Clock, now: Instant) {
    if clock.state != ClockState::Paused {
        clock.state = ClockState::Paused;
        clock.paused_at = Some(now);
        clock.next_at = None;
    }
}

fn resume(clock: &mut Clock, rule: &ClockRule, calendar: &Calendar, now: Instant) {
    let paused_at = clock.paused_at.take().unwrap_or(now);
    let due = moved_by(clock, Piece::Paused { from: paused_at, to: now }, calendar);
    run_until(clock, rule, due.at, now);
}

/// The end after one more piece; the clock remembers it, to be counted again when holidays become known.
fn moved_by(clock: &mut Clock, piece: Piece, calendar: &Calendar) -> Due {
    clock.moved = true;
    // A clock moved before its pieces were remembered goes on from its end as it stands.
    let onwards = match &piece {
        Piece::Extended { amount, unit } => calendar.extended(clock.due_at, *amount, *unit),
        Piece::Paused { from, to } => calendar.resumed(clock.due_at, *from, *to, clock.unit),
        Piece::Begun { at, amount, unit } => calendar.due(*at, *amount, *unit),
    };
    let due = if clock.reckoning.pieces.is_empty() {
        Due { provisional: clock.provisional || onwards.provisional, ..onwards }
    } else {
        clock.reckoning.pieces.push(piece);
        clock.reckoning.due(calendar).unwrap_or(onwards)
    };
    clock.provisional = due.provisional;
    due
}

/// Lets the clock run to a new end; the warning comes again unless its time has passed.
fn run_until(clock: &mut Clock, rule: &ClockRule, due_at: Instant, now: Instant) {
    clock.due_at = due_at;
    clock.warn_at = part_of_the_way(clock.started_at, due_at, rule.warn_at);
    let is_warned = clock.stage > 0 && clock.warn_at <= now;
    clock.state = if is_warned { ClockState::Warned } else { ClockState::Running };
    clock.stage = i64::from(is_warned);
    clock.next_at = Some(if is_warned { due_at } else { clock.warn_at });
}

/// 延期: the live clock with its later end.
pub(crate) fn extended(
    books: Books<'_>,
    standing: &Standing,
    extension: &Extension,
    form: &Map<String, Json>,
    now: Instant,
) -> Result<Vec<Clock>, Refusal> {
    let rule = books.procedure.clock(&extension.clock);
    let (Some(rule), Some(live)) = (rule, standing.live(&extension.clock)) else { return Err(Refusal::NothingToExtend) };
    if live.state == ClockState::Expired || live.due_at <= now {
        return Err(Refusal::TooLate { clock: rule.title.clone(), due_at: live.due_at });
    }
    let (amount, unit) = match (&extension.by, &extension.field) {
        (Some(code), _) => {
            let (value, unit) = period(books.law, code, now)?;
            (value.amount, unit)
        }
        (None, Some(field)) => {
            let days = form.get(field).and_then(number).unwrap_or(0);
            let max = match &extension.max {
                Some(code) => period(books.law, code, now)?.0.amount,
                None => days,
            };
            if !(1..=max).contains(&days) {
                let message = format!("延期应在1日至{max}日之间");
                return Err(Refusal::Form(vec![FieldError { field: field.clone(), code: "matter.days", message }]));
            }
            (days, Unit::Day)
        }
        (None, None) => return Err(Refusal::NothingToExtend),
    };
    let (rule_id, nth) = (live.rule.clone(), live.nth);
    let mut clocks = standing.clocks.clone();
    for clock in clocks.iter_mut().filter(|c| c.rule == rule_id && c.nth == nth) {
        let due = moved_by(clock, Piece::Extended { amount, unit }, books.calendar);
        run_until(clock, rule, due.at, now);
    }
    Ok(clocks)
}

/// One step of a clock that time alone brought about.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tick {
    pub clock: Clock,
    pub kind: TickKind,
    /// When it fell due, which may be before it was noticed.
    pub at: Instant,
    /// The post that is told; empty for the owner of the state.
    pub to: String,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TickKind {
    Warned,
    Expired,
    Escalated,
}

/// What has fallen due on this clock by `now`, the earliest only; call again until there is nothing.
pub(crate) fn tick(rule: &ClockRule, clock: &Clock, calendar: &Calendar, law: &dyn Law, now: Instant) -> Option<Tick> {
    let at = clock.next_at.filter(|at| *at <= now)?;
    if !matches!(clock.state, ClockState::Running | ClockState::Warned | ClockState::Expired) {
        return None;
    }
    let mut after = clock.clone();
    if clock.stage == 0 && now < clock.due_at {
        after.stage = 1;
        after.state = ClockState::Warned;
        after.next_at = Some(clock.due_at);
        let text = format!("{}将于{}届满", rule.title, in_words(clock.due_at));
        return Some(Tick { clock: after, kind: TickKind::Warned, at, to: String::new(), text });
    }
    // A warning that nobody saw in time is no use after the end: stage 0 goes straight to expiry.
    let stage = clock.stage.max(1);
    let index = (stage - 1) as usize;
    let to = rule.on_expiry.get(index)?.to.clone();
    let (kind, at) = if index == 0 { (TickKind::Expired, clock.due_at) } else { (TickKind::Escalated, at) };
    after.state = ClockState::Expired;
    after.stage = stage + 1;
    after.next_at = next_escalation(rule, index + 1, at, calendar, law);
    let text = match kind {
        TickKind::Expired => format!("{}已于{}届满，尚未办理", rule.title, in_words(clock.due_at)),
        _ => format!("{}已于{}届满，至今未办理", rule.title, in_words(clock.due_at)),
    };
    Some(Tick { clock: after, kind, at, to, text })
}

fn next_escalation(rule: &ClockRule, index: usize, from: Instant, calendar: &Calendar, law: &dyn Law) -> Option<Instant> {
    let escalation = rule.on_expiry.get(index)?;
    let Some(code) = &escalation.after else { return Some(from) };
    // Counted from the last day of the step before, which ended at its midnight.
    let value = law.value(code, from.day());
    let wait = value.and_then(|value| Some((value.amount, value.unit.parse::<Unit>().ok()?)));
    let (amount, unit) = wait.unwrap_or((1, Unit::Day));
    Some(calendar.extended(from, amount, unit).at)
}

/// What will happen to this clock if nobody acts, from now to the last step, in words.
pub(crate) fn foresee(owner: &str, rule: &ClockRule, clock: &Clock, calendar: &Calendar, law: &dyn Law) -> Vec<(Instant, String)> {
    let mut ahead = Vec::new();
    let mut clock = clock.clone();
    while let Some(next) = clock.next_at {
        // Stand at the very moment: what falls due then is the next step.
        let Some(tick) = tick(rule, &clock, calendar, law, next) else { break };
        let post = if tick.to.is_empty() { owner.to_owned() } else { shian_access::post_title(&tick.to).to_owned() };
        let said = match tick.kind {
            TickKind::Warned => format!("{}将届满，提醒{post}", rule.title),
            TickKind::Expired => format!("{}届满，通知{post}", rule.title),
            TickKind::Escalated => format!("仍未办理，报{post}"),
        };
        ahead.push((tick.at, said));
        clock = tick.clock;
    }
    ahead
}

/// Counts a provisional deadline again, after the holidays of its year were announced; `None` when nothing changed.
///
/// Extensions and pauses are counted again with it. A clock that ran out by the provisional count, and by the true
/// one has time left, runs again.
pub(crate) fn recounted(rule: &ClockRule, clock: &Clock, calendar: &Calendar, now: Instant) -> Option<Clock> {
    if !clock.provisional || clock.state == ClockState::Stopped {
        return None;
    }
    let due = clock.reckoning.due(calendar)?;
    if due.at == clock.due_at && due.provisional {
        return None;
    }
    let mut after = clock.clone();
    after.provisional = due.provisional;
    let runs = matches!(clock.state, ClockState::Running | ClockState::Warned) && due.at != clock.due_at;
    if runs || (clock.state == ClockState::Expired && due.at > now) {
        run_until(&mut after, rule, due.at, now);
    } else {
        after.due_at = due.at;
    }
    Some(after)
}

/// The code of the value that is this clock's length.
pub(crate) fn code_of<'a>(rule: &'a ClockRule, facts: &Map<String, Json>) -> Option<&'a str> {
    if let Some(by) = &rule.limit_by {
        let fact = match facts.get(&by.fact)? {
            Json::String(text) => text.clone(),
            other => other.to_string(),
        };
        return by.codes.get(&fact).map(String::as_str);
    }
    rule.limit.as_deref()
}

/// A dated value that is a length of time, as it stood on the day of the event.
pub(crate) fn period(law: &dyn Law, code: &str, now: Instant) -> Result<(Value, Unit), Refusal> {
    let missing = || Refusal::NoValue { code: code.to_owned(), on: now.day() };
    let value = law.value(code, now.day()).ok_or_else(missing)?;
    let unit = value.unit.parse().map_err(|_| missing())?;
    Ok((value, unit))
}

pub(crate) fn bounds(law: &dyn Law, limit: &LimitField, now: Instant) -> Result<(i64, i64), Refusal> {
    Ok((period(law, &limit.min, now)?.0.amount, period(law, &limit.max, now)?.0.amount))
}

fn number(value: &Json) -> Option<i64> {
    value.as_i64().or_else(|| value.as_f64().filter(|f| f.fract() == 0.0).map(|f| f as i64))
}

fn part_of_the_way(from: Instant, to: Instant, fraction: f64) -> Instant {
    let way = to.micros().saturating_sub(from.micros()).max(0);
    from.plus_micros((way as f64 * fraction) as i64)
}
