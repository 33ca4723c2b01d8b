//! The decision: may this act be done now, by this person, with this form, and what follows from it.
//!
//! Pure: it reads no clock and no database. What it decides the engine records.

use serde_json::{Map, Value as Json, json};
use shian_base::{FieldError, Instant};
use shian_forms::Form;

use crate::clocks;
use crate::model::{Actor, Ask, Books, Clock, ClockState, Handler, Standing, Undo};
use crate::office::{self, Colleague, Named, Office, OfficeAct};
use crate::procedure::{Act, Procedure};
use crate::refusal::Refusal;

/// What follows from an act.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub from: String,
    pub to: String,
    pub ends: bool,
    pub result: Option<String>,
    /// All clocks of the matter after the act.
    pub clocks: Vec<Clock>,
    pub supervised: bool,
    /// Posts that are told.
    pub tells: Vec<String>,
    pub opens: Option<FollowUp>,
    /// 承办人 after the act.
    pub handler: Option<Handler>,
    /// The office it goes to, when it leaves its own.
    pub office: Option<Office>,
    /// The round of 会签 or 加签 as the act leaves it.
    pub asked: Vec<Ask>,
    /// People who are told by name.
    pub told: Vec<Colleague>,
    /// What the platform adds to the line of the history.
    pub note: String,
    /// How to take the act back; none when that cannot be done.
    pub undo: Option<Undo>,
}

/// The matter an act opens.
#[derive(Clone, Debug, PartialEq)]
pub struct FollowUp {
    pub procedure: String,
    pub facts: Map<String, Json>,
}

/// Decides one act whose form names nobody. `files` are the media types of what was attached.
pub fn take(
    books: Books<'_>,
    standing: &Standing,
    act: &str,
    actor: &Actor,
    form: &Json,
    files: &[String],
    now: Instant,
) -> Result<Step, Refusal> {
    take_naming(books, standing, act, actor, form, files, &Named::default(), now)
}

/// Decides one act; `named` are the people and the office that the form names, looked up.
#[expect(clippy::too_many_arguments, reason = "everything a decision rests on")]
pub fn take_naming(
    books: Books<'_>,
    standing: &Standing,
    act: &str,
    actor: &Actor,
    form: &Json,
    files: &[String],
    named: &Named,
    now: Instant,
) -> Result<Step, Refusal> {
    let procedure = books.procedure;
    let not_possible = || Refusal::NotPossible {
        act: act.to_owned(),
        state: standing.state.clone(),
        state_title: procedure.state_title(&standing.state).to_owned(),
    };
    let rule = procedure.act(act).ok_or_else(not_possible)?;
    if !rule.by.contains(&actor.post) {
        return Err(Refusal::NotYours { act: act.to_owned(), post: actor.post.clone() });
    }
    if procedure.is_end(&standing.state) || !is_open_for(procedure, rule, standing, actor, now) {
        return Err(not_possible());
    }
    if let Some(refusal) = withheld(rule, standing, actor) {
        return Err(refusal);
    }
    let form = checked_form(books, rule, form)?;
    check_files(rule, files)?;
    let undo = |ends: bool| {
        let may = !ends && !rule.binding && rule.opens.is_none();
        actor.person_id.filter(|_| may).map(|by| Undo {
            by,
            act_title: rule.title.clone(),
            state: standing.state.clone(),
            supervised: standing.supervised,
            area_code: standing.area_code.clone(),
            area_name: standing.area_name.clone(),
            handler: standing.handler.clone(),
            clocks: standing.live_clocks().cloned().collect(),
        })
    };
    if let Some(kind) = rule.office {
        let turned = office::decide(books, rule, kind, standing, actor, &form, named, now)?;
        return Ok(Step {
            from: standing.state.clone(),
            to: turned.to,
            ends: false,
            result: None,
            clocks: turned.clocks,
            supervised: turned.supervised,
            tells: turned.tells,
            opens: None,
            handler: turned.handler,
            office: turned.office,
            asked: turned.asked,
            told: turned.told,
            note: turned.note,
            undo: undo(false),
        });
    }
    let to = rule.target(&standing.state).to_owned();
    let ends = procedure.is_end(&to);
    if ends && actor.is_of_business() {
        return Err(Refusal::BusinessMayNotClose);
    }
    let clocks = match &rule.extends {
        Some(extension) => clocks::extended(books, standing, extension, &form, now)?,
        None => clocks::after_step(books, standing, &to, &form, now)?,
    };
    let opens = match &rule.opens {
        Some(id) => Some(follow_up(books, id, standing, &form, now)?),
        None => None,
    };
    Ok(Step {
        from: standing.state.clone(),
        to,
        ends,
        result: if ends { rule.result.clone() } else { None },
        clocks,
        supervised: standing.supervised || rule.supervises,
        tells: rule.tells.clone(),
        opens,
        handler: standing.handler.clone(),
        office: None,
        asked: standing.asked.clone(),
        told: Vec::new(),
        note: String::new(),
        undo: undo(ends),
    })
}

/// Why this person may not do now what their post may: a colleague has it, or another person must.
fn withheld(rule: &Act, standing: &Standing, actor: &Actor) -> Option<Refusal> {
    if let Some(handler) = office::held_by_another(rule, standing, actor) {
        return Some(Refusal::HeldBy { name: handler.name.clone() });
    }
    if office::awaits_opinions(rule, standing) {
        let names: Vec<&str> = standing.asked.iter().filter(|ask| ask.answer == crate::model::Answer::Open).map(|ask| ask.name.as_str()).collect();
        return Some(Refusal::AwaitsOpinions { names: names.join("、") });
    }
    let deeds = standing.in_effect();
    let last = deeds.iter().rev().find(|deed| rule.not_same_as.contains(&deed.act));
    let same = last.is_some_and(|deed| actor.people().any(|person| deed.by == Some(person) || deed.stead_of == Some(person)));
    same.then(|| Refusal::SamePerson { act: rule.id.clone() })
}

/// How a matter begins: in the first state, with the clocks of that state.
pub fn begin(books: Books<'_>, facts: Map<String, Json>, form: &Json, now: Instant) -> Result<Standing, Refusal> {
    let state = books.procedure.initial().map(|state| state.id.clone()).unwrap_or_default();
    let mut standing = Standing {
        state,
        facts,
        clocks: Vec::new(),
        done: Vec::new(),
        supervised: false,
        area_code: String::new(),
        area_name: String::new(),
        handler: None,
        asked: Vec::new(),
        undo: None,
    };
    let form = form.as_object().cloned().unwrap_or_default();
    standing.clocks = clocks::after_step(books, &standing, &standing.state, &form, now)?;
    Ok(standing)
}

/// The acts this person may do now, in the order of the file.
pub fn offered<'a>(procedure: &'a Procedure, standing: &Standing, actor: &Actor, now: Instant) -> Vec<&'a Act> {
    if procedure.is_end(&standing.state) {
        return Vec::new();
    }
    let acts = procedure.acts.iter();
    let may = |act: &&Act| {
        act.by.contains(&actor.post) && is_open_for(procedure, act, standing, actor, now) && withheld(act, standing, actor).is_none()
    };
    acts.filter(may).collect()
}

/// Whether the matter stands so that the act makes sense, whoever does it.
fn is_open_for(procedure: &Procedure, act: &Act, standing: &Standing, actor: &Actor, now: Instant) -> bool {
    let fits_office = act.office.is_none_or(|kind| office::is_open_for(procedure, kind, standing, actor));
    let in_state = act.from.contains(&standing.state);
    let has_turns = act.times.is_none_or(|times| standing.times_done(&act.id) < times);
    let has_expired = |rule: &String| standing.live(rule).is_some_and(|clock| is_over(clock, now));
    let is_late_enough = act.needs_expired.is_empty() || act.needs_expired.iter().any(has_expired);
    let can_extend = act.extends.as_ref().is_none_or(|extension| {
        standing.live(&extension.clock).is_some_and(|clock| !is_over(clock, now) && clock.state != ClockState::Paused)
    });
    in_state && fits_office && has_turns && is_late_enough && can_extend
}

fn is_over(clock: &Clock, now: Instant) -> bool {
    clock.state == ClockState::Expired || (clock.state != ClockState::Paused && clock.due_at <= now)
}

/// The form with what the facts and the law say about it: defaults filled in, bounds of days set.
pub fn prepared_form(books: Books<'_>, act: &Act, standing: &Standing, now: Instant) -> Option<Form> {
    let mut form = books.forms.get(act.form.as_deref()?)?.clone();
    for (field, fact) in &act.defaults {
        let property = form.schema.pointer_mut(&format!("/properties/{field}")).and_then(Json::as_object_mut);
        if let (Some(property), Some(value)) = (property, standing.facts.get(fact)) {
            property.insert("default".into(), value.clone());
        }
    }
    if act.office == Some(OfficeAct::ReturnTo) {
        let choices = office::returnable(books.procedure, standing).into_iter();
        offer(&mut form.schema, "to", choices.map(|state| (state.to_owned(), books.procedure.state_title(state).to_owned())));
    }
    let starts = |rule: &&crate::procedure::ClockRule| {
        let to = act.target(&standing.state);
        rule.runs_in.iter().any(|s| s == to) && standing.live(&rule.id).is_none()
    };
    let opened = act.opens.as_deref().and_then(|id| books.procedures.in_force(id, now.day()));
    let opened_clocks = opened.into_iter().flat_map(|p| {
        let initial = p.initial().map(|s| s.id.clone()).unwrap_or_default();
        p.clocks.iter().filter(move |rule| rule.runs_in.contains(&initial))
    });
    for rule in books.procedure.clocks.iter().filter(starts).chain(opened_clocks) {
        let Some(limit) = &rule.limit_field else { continue };
        let Ok((min, max)) = clocks::bounds(books.law, limit, now) else { continue };
        set_bounds(&mut form, &limit.field, min, max);
        // 24 小时 is no number of days: then the field stays empty, and empty means the usual period.
        let usual = clocks::code_of(rule, &standing.facts).and_then(|code| clocks::period(books.law, code, now).ok());
        if let Some((value, unit)) = usual {
            let note = format!("不填则为{}{}", value.amount, unit.title());
            if let Some(ui) = form.ui.pointer_mut(&format!("/{}", limit.field)).and_then(Json::as_object_mut) {
                ui.insert("help".into(), json!(note));
            }
        }
    }
    if let Some(extension) = &act.extends
        && let (Some(field), Some(max)) = (&extension.field, &extension.max)
        && let Ok((value, _)) = clocks::period(books.law, max, now)
    {
        set_bounds(&mut form, field, 1, value.amount);
    }
    Some(form)
}

/// Gives a field the choices there are, as value and title.
pub(crate) fn offer(schema: &mut Json, field: &str, choices: impl Iterator<Item = (String, String)>) {
    let choices: Vec<Json> = choices.map(|(value, title)| json!({ "const": value, "title": title })).collect();
    let Some(property) = schema.pointer_mut(&format!("/properties/{field}")) else { return };
    let place = if property["type"] == json!("array") { property.get_mut("items") } else { Some(property) };
    if let Some(place) = place.and_then(Json::as_object_mut) {
        place.insert("oneOf".into(), json!(choices));
    }
}

fn set_bounds(form: &mut Form, field: &str, min: i64, max: i64) {
    let property = form.schema.pointer_mut(&format!("/properties/{field}")).and_then(Json::as_object_mut);
    if let Some(property) = property {
        property.insert("minimum".into(), json!(min));
        property.insert("maximum".into(), json!(max));
    }
}

fn checked_form(books: Books<'_>, act: &Act, form: &Json) -> Result<Map<String, Json>, Refusal> {
    let empty = Json::Object(Map::new());
    let form = if form.is_null() { &empty } else { form };
    let whole = |message: &str| Refusal::Form(vec![FieldError { field: String::new(), code: "form.unknown", message: message.into() }]);
    let Some(given) = form.as_object() else { return Err(whole("应为一组填写项")) };
    match act.form.as_deref().and_then(|id| books.forms.get(id)) {
        Some(wanted) => {
            let errors = shian_forms::validate(&wanted.schema, form);
            if !errors.is_empty() {
                return Err(Refusal::Form(errors));
            }
        }
        None if !given.is_empty() => return Err(whole("这个操作没有表单")),
        None => {}
    }
    Ok(given.clone())
}

fn check_files(act: &Act, files: &[String]) -> Result<(), Refusal> {
    let wrong = |code, message: String| Err(Refusal::Form(vec![FieldError { field: "files".into(), code, message }]));
    let Some(asked) = &act.files else {
        return if files.is_empty() { Ok(()) } else { wrong("matter.files", "这个操作不收附件".into()) };
    };
    if files.len() < asked.min {
        return wrong("matter.files_few", format!("请至少附{}个文件", asked.min));
    }
    if files.len() > asked.max {
        return wrong("matter.files_many", format!("最多附{}个文件", asked.max));
    }
    match files.iter().find(|mime| !asked.accept.contains(mime)) {
        Some(mime) => wrong("matter.files_kind", format!("不收这种文件：{mime}")),
        None => Ok(()),
    }
}

fn follow_up(books: Books<'_>, id: &str, standing: &Standing, form: &Map<String, Json>, now: Instant) -> Result<FollowUp, Refusal> {
    let no_procedure = || Refusal::NoProcedure { id: id.to_owned(), on: now.day() };
    let procedure = books.procedures.in_force(id, now.day()).ok_or_else(no_procedure)?;
    let mut facts = Map::new();
    for name in &procedure.carries {
        if let Some(value) = form.get(name).or_else(|| standing.facts.get(name)).filter(|value| !value.is_null()) {
            facts.insert(name.clone(), value.clone());
        }
    }
    // The new matter must be able to begin; better refused now than half done.
    let child = Books { procedure, ..books };
    begin(child, facts.clone(), &Json::Object(form.clone()), now)?;
    Ok(FollowUp { procedure: id.to_owned(), facts })
}
