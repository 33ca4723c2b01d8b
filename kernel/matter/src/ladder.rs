//! The ladder: 先提醒、再责令改正、最后核查立案, proposed to the officer, never decided for them.

use serde::Serialize;
use serde_json::{Map, Value as Json};
use shian_base::{Day, Instant};
use shian_calendar::{Law, Unit};
use utoipa::ToSchema;

use crate::procedure::{Ladder, Procedure};

/// What the rules propose to do about a matter, with reasons.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Suggestion {
    /// The act proposed.
    pub act: String,
    pub title: String,
    pub reasons: Vec<String>,
    pub steps: Vec<SuggestedStep>,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct SuggestedStep {
    pub title: String,
    pub text: String,
    pub when: When,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum When {
    Past,
    Now,
    Next,
}

/// An earlier matter of the same business and kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Earlier {
    pub procedure: String,
    pub procedure_title: String,
    pub number: String,
    pub opened_at: Instant,
}

/// The first moment that is still looked back on.
pub fn window_start(ladder: &Ladder, law: &dyn Law, now: Instant) -> Instant {
    let value = law.value(&ladder.window, now.day());
    let length = value.as_ref().and_then(|v| Some((v.amount, v.unit.parse::<Unit>().ok()?)));
    let today = now.day();
    let from: Day = match length {
        Some((n, Unit::Month)) => today.plus_months(-n.min(1200)),
        Some((n, Unit::Year)) => today.plus_years(-n.min(100)),
        Some((n, _)) => today.plus_days(-n.min(36_500)),
        None => today,
    };
    from.start()
}

/// The proposal for a matter with these facts, after these earlier ones; `None` where the procedure has no ladder.
pub fn suggest(procedure: &Procedure, law: &dyn Law, facts: &Map<String, Json>, earlier: &[Earlier], now: Instant) -> Option<Suggestion> {
    let ladder = procedure.ladder.as_ref()?;
    let since = window_start(ladder, law, now);
    let mut counted: Vec<&Earlier> =
        earlier.iter().filter(|e| ladder.counts.contains(&e.procedure) && e.opened_at >= since && e.opened_at <= now).collect();
    counted.sort_by_key(|e| e.opened_at);
    let by_count = ladder.steps.iter().rposition(|rung| rung.after <= counted.len()).unwrap_or(0);
    let mut reasons = Vec::new();
    let months = law.value(&ladder.window, now.day()).map_or(String::new(), |v| {
        let unit = v.unit.parse::<Unit>().map_or("", Unit::title);
        format!("{}{unit}内", v.amount)
    });
    reasons.push(match counted.len() {
        0 => format!("{months}同类问题第一次发现"),
        n => format!("{months}同类问题已处置{n}次"),
    });
    if let Some(last) = counted.last() {
        let day = last.opened_at.day();
        reasons.push(format!("上次：{}年{}月{}日{}（{}）", day.year(), day.month(), day.day_of_month(), last.procedure_title, last.number));
    }
    let mut chosen = by_count;
    if let Some(skip) = &ladder.skip
        && facts.get(&skip.fact).is_some_and(|fact| same(fact, &skip.equals))
        && let Some(to) = ladder.steps.iter().position(|rung| rung.act == skip.to)
        && to > chosen
    {
        chosen = to;
        reasons.push(skip.reason.clone());
    }
    if let Some(article) = law.article(&ladder.basis, now.day()) {
        reasons.push(format!("依据：{}{}", article.title, article.article));
    }
    let rung = ladder.steps.get(chosen)?;
    let act = procedure.act(&rung.act)?;
    let steps = ladder.steps.iter().enumerate().map(|(index, rung)| SuggestedStep {
        title: rung.title.clone(),
        text: step_text(procedure, rung.act.as_str(), &counted),
        when: match index.cmp(&chosen) {
            std::cmp::Ordering::Less => When::Past,
            std::cmp::Ordering::Equal => When::Now,
            std::cmp::Ordering::Greater => When::Next,
        },
    });
    Some(Suggestion { act: act.id.clone(), title: act.title.clone(), reasons, steps: steps.collect() })
}

/// When this rung was used before, or that it was not.
fn step_text(procedure: &Procedure, act: &str, counted: &[&Earlier]) -> String {
    let opens = procedure.act(act).and_then(|act| act.opens.as_deref());
    let used: Vec<String> = counted
        .iter()
        .filter(|e| Some(e.procedure.as_str()) == opens)
        .map(|e| format!("{}月{}日", e.opened_at.day().month(), e.opened_at.day().day_of_month()))
        .collect();
    if used.is_empty() { "尚未使用".into() } else { format!("已于{}使用", used.join("、")) }
}

/// 1 and "1" are the same fact.
fn same(a: &Json, b: &Json) -> bool {
    let text = |v: &Json| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    text(a) == text(b)
}
