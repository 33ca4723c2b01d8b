//! What every office does with its matters, written once for all procedures: 签收、转办、退回、撤回、催办、会签、加签、中止.
//!
//! A procedure asks for them with an `[office]` table; they then stand among its acts like its own.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value as Json};
use shian_access::{Person, is_office_post, is_senior};
use shian_base::{FieldError, Id, Instant};

use crate::clocks;
use crate::model::{Actor, Answer, Ask, AskKind, Books, Clock, ClockState, Handler, Standing, WITHDRAW, is_business_post};
use crate::procedure::{Act, ClockRule, Escalation, Procedure, State, Tone};
use crate::refusal::Refusal;

/// The `[office]` table of a procedure.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OfficeRules {
    /// Acts of the office that this procedure does without.
    pub without: Vec<String>,
    /// Posts that may do one of them, where it is not the usual ones.
    pub by: BTreeMap<String, Vec<String>>,
    /// Whether it may be handed to another office.
    pub offices: bool,
    /// The code of the time between two 催办.
    pub urge_every: String,
    /// 中止, where the procedure has it.
    pub suspend: Option<Suspension>,
}

impl Default for OfficeRules {
    fn default() -> Self {
        Self { without: vec![], by: BTreeMap::new(), offices: true, urge_every: "OFFICE.URGE".into(), suspend: None }
    }
}

/// 中止: in which states, by what right, and when somebody asks why it still stands still.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suspension {
    pub from: Vec<String>,
    /// The code of the time after which the owner is reminded.
    pub limit: String,
    pub ground: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfficeAct {
    Claim,
    Transfer,
    ReturnTo,
    Withdraw,
    Urge,
    Countersign,
    AddSign,
    Opinion,
    EndSigning,
    Suspend,
    Resume,
}

impl OfficeAct {
    pub const ALL: [OfficeAct; 11] = [
        Self::Claim,
        Self::Transfer,
        Self::ReturnTo,
        Self::Countersign,
        Self::AddSign,
        Self::Opinion,
        Self::EndSigning,
        Self::Suspend,
        Self::Resume,
        Self::Urge,
        Self::Withdraw,
    ];

    pub const fn id(self) -> &'static str {
        match self {
            Self::Claim => "claim",
            Self::Transfer => "transfer",
            Self::ReturnTo => "return_to",
            Self::Withdraw => WITHDRAW,
            Self::Urge => "urge",
            Self::Countersign => "countersign",
            Self::AddSign => "add_sign",
            Self::Opinion => "opinion",
            Self::EndSigning => "end_signing",
            Self::Suspend => "suspend",
            Self::Resume => "resume",
        }
    }

    /// Whether it is the office's own affair, of which the business concerned reads nothing.
    pub fn is_internal(self) -> bool {
        !matches!(self, Self::ReturnTo | Self::Withdraw | Self::Suspend | Self::Resume)
    }

    fn words(self) -> (&'static str, Option<&'static str>, &'static str) {
        match self {
            Self::Claim => ("签收", None, "由您承办；同岗位的其他人不再办理，所长和上级仍可办理。"),
            Self::Transfer => ("转办", Some("office-transfer"), "转到所选的人或单位；时限照常计算，原单位仍可查看。"),
            Self::ReturnTo => ("退回", Some("office-return"), "回到所选环节，按那个环节重新计算时限。"),
            Self::Withdraw => ("撤回", Some("office-withdraw"), "恢复到您刚才操作之前；原操作和撤回都留在经过里。"),
            Self::Urge => ("催办", Some("office-urge"), "提醒承办的人尽快办理，并记入经过。"),
            Self::Countersign => ("会签", Some("office-countersign"), "所列各方签署意见以前，不能办下一步。"),
            Self::AddSign => ("加签", Some("office-add-sign"), "所列的人签署意见以前，不能办下一步。"),
            Self::Opinion => ("签署意见", Some("office-opinion"), "意见记入经过，不能更改。"),
            Self::EndSigning => ("取消会签", Some("office-end-signing"), "不再等待尚未签署的意见。"),
            Self::Suspend => ("中止", Some("office-suspend"), "时限停止计算，恢复后接着算。"),
            Self::Resume => ("恢复办理", Some("office-resume"), "时限从次日起继续计算。"),
        }
    }
}

/// The posts of the office that answer for an area, from the grid up. Only they see the matters of their area.
const RISING: &[&str] = &["grid.officer", "station.officer", "station.head", "district.officer", "district.head", "city.officer"];

/// How high a post stands; none for one that answers for no area.
pub(crate) fn rank(post: &str) -> Option<usize> {
    RISING.iter().position(|known| *known == post)
}

/// Writes the acts of the office into a procedure that asks for them.
pub(crate) fn expand(procedure: &mut Procedure) {
    let Some(rules) = procedure.office.clone() else { return };
    if let Some(suspension) = &rules.suspend {
        stand_still(procedure, suspension);
    }
    let is_office = |post: &&String| is_office_post(post);
    let open = || procedure.states.iter().filter(|state| !state.end);
    let all: Vec<String> = open().map(|state| state.id.clone()).collect();
    let with_office: Vec<String> = open().filter(|s| s.owner.iter().any(|post| is_office_post(post))).map(|s| s.id.clone()).collect();
    let hands = distinct(open().flat_map(|state| &state.owner).filter(is_office));
    let actors = || procedure.acts.iter().flat_map(|act| &act.by);
    let staff = distinct(hands.iter().chain(actors().filter(is_office)));
    let everyone = distinct(open().flat_map(|state| &state.owner).chain(actors()));
    let signers = distinct(["station.officer", "station.head", "district.officer", "district.head", "city.officer"].map(String::from).iter());

    for kind in OfficeAct::ALL {
        let (mut from, by) = match kind {
            OfficeAct::Claim => (all.clone(), &hands),
            OfficeAct::Transfer | OfficeAct::Urge => (all.clone(), &staff),
            OfficeAct::Withdraw => (all.clone(), &everyone),
            OfficeAct::Opinion => (with_office.clone(), &signers),
            OfficeAct::Suspend | OfficeAct::Resume => (Vec::new(), &hands),
            _ => (with_office.clone(), &hands),
        };
        let mut leads = BTreeMap::new();
        let mut ground = Vec::new();
        if matches!(kind, OfficeAct::Suspend | OfficeAct::Resume) {
            let Some(suspension) = &rules.suspend else { continue };
            let ways = suspension.from.iter().map(|state| (state.clone(), suspended(state)));
            leads = if kind == OfficeAct::Suspend { ways.collect() } else { ways.map(|(state, still)| (still, state)).collect() };
            from = leads.keys().cloned().collect();
            ground.clone_from(&suspension.ground);
        }
        if rules.without.iter().any(|id| id == kind.id()) {
            continue;
        }
        let (title, form, consequence) = kind.words();
        procedure.acts.push(Act {
            id: kind.id().into(),
            title: title.into(),
            tone: Tone::Plain,
            from,
            by: rules.by.get(kind.id()).unwrap_or(by).clone(),
            form: form.map(String::from),
            leads,
            ground,
            binding: matches!(kind, OfficeAct::Urge | OfficeAct::Withdraw | OfficeAct::Opinion | OfficeAct::Countersign | OfficeAct::AddSign | OfficeAct::EndSigning),
            consequence: consequence.into(),
            office: Some(kind),
            ..Act::default()
        });
    }
}

fn distinct<'a>(posts: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    for post in posts {
        if !seen.contains(post) {
            seen.push(post.clone());
        }
    }
    seen
}

fn suspended(state: &str) -> String {
    format!("{state}-suspended")
}

fn is_suspended(procedure: &Procedure, state: &str) -> bool {
    state.strip_suffix("-suspended").is_some_and(|of| procedure.state(of).is_some())
}

/// For every state that may stand still, a state beside it in which its clocks pause and one of its own runs.
fn stand_still(procedure: &mut Procedure, suspension: &Suspension) {
    let still: Vec<State> = suspension
        .from
        .iter()
        .filter_map(|id| procedure.state(id))
        .map(|state| State { id: suspended(&state.id), title: format!("{}（中止）", state.title), owner: state.owner.clone(), ..State::default() })
        .collect();
    for rule in &mut procedure.clocks {
        let paused: Vec<String> = rule.runs_in.iter().filter(|state| suspension.from.contains(state)).map(|state| suspended(state)).collect();
        rule.paused_in.extend(paused);
    }
    // Who holds the matter is asked, and whoever stands above them.
    let mut told: Vec<usize> = still.iter().filter_map(|state| state.owner.iter().find_map(|post| rank(post))).collect();
    told.extend(told.iter().max().map(|highest| highest + 1));
    told.sort_unstable();
    told.dedup();
    let told = told.into_iter().filter_map(|rank| RISING.get(rank));
    procedure.clocks.push(ClockRule {
        id: "suspended".into(),
        title: "中止后催询".into(),
        runs_in: still.iter().map(|state| state.id.clone()).collect(),
        paused_in: vec![],
        limit: Some(suspension.limit.clone()),
        limit_by: None,
        limit_field: None,
        warn_at: 0.8,
        on_expiry: told.map(|to| Escalation { to: (*to).into(), after: None }).collect(),
    });
    procedure.states.extend(still);
}

/// Somebody of the office, as the people's register knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleague {
    pub id: Id<Person>,
    pub name: String,
    pub post: String,
    /// The area their post reaches.
    pub area_code: String,
}

/// An office of the command tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Office {
    pub code: String,
    pub name: String,
}

/// Whom and what a form names, looked up; what is not there was not found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    pub people: Vec<Colleague>,
    pub office: Option<Office>,
    /// How far the actor's own post reaches.
    pub reach: String,
}

/// What an act of the office changes besides state and clocks.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Turned {
    pub to: String,
    pub handler: Option<Handler>,
    pub office: Option<Office>,
    pub clocks: Vec<Clock>,
    pub supervised: bool,
    pub asked: Vec<Ask>,
    pub told: Vec<Colleague>,
    pub tells: Vec<String>,
    /// What the platform adds to the line of the history.
    pub note: String,
}

/// Whether the matter stands so that this act of the office makes sense for this person.
pub(crate) fn is_open_for(procedure: &Procedure, kind: OfficeAct, standing: &Standing, actor: &Actor) -> bool {
    let is_asked = standing.asked.iter().any(|ask| is_addressed(ask, actor));
    let is_signing = !standing.asked.is_empty();
    match kind {
        OfficeAct::Claim => standing.handler.is_none(),
        OfficeAct::Transfer | OfficeAct::Suspend | OfficeAct::Countersign | OfficeAct::AddSign => !is_signing,
        OfficeAct::ReturnTo => !is_signing && !returnable(procedure, standing).is_empty(),
        OfficeAct::Withdraw => standing.undo.as_ref().is_some_and(|undo| actor.person_id == Some(undo.by)),
        OfficeAct::Opinion => is_asked,
        OfficeAct::EndSigning => is_signing,
        OfficeAct::Urge => standing.handler.as_ref().is_none_or(|handler| !actor.is(handler.id)),
        OfficeAct::Resume => true,
    }
}

/// Open states it came through before, which one may choose to go back to.
pub(crate) fn returnable<'a>(procedure: &Procedure, standing: &'a Standing) -> Vec<&'a str> {
    let passed = standing.passed().into_iter();
    passed.filter(|state| procedure.state(state).is_some_and(|s| !s.end) && !is_suspended(procedure, state)).collect()
}

pub(crate) fn is_addressed(ask: &Ask, actor: &Actor) -> bool {
    let named = ask.person_id.map_or(ask.post == actor.post, |person| actor.is(person));
    ask.answer == Answer::Open && named
}

/// A colleague of the same post who has claimed it; superiors step in whenever they must.
pub(crate) fn held_by_another<'a>(act: &Act, standing: &'a Standing, actor: &Actor) -> Option<&'a Handler> {
    let is_free = matches!(act.office, Some(OfficeAct::Urge | OfficeAct::Opinion | OfficeAct::Withdraw | OfficeAct::Claim));
    let handler = standing.handler.as_ref()?;
    let may = is_free || act.supervises || actor.is_of_business() || actor.is(handler.id) || is_senior(&actor.post, &handler.post);
    (!may).then_some(handler)
}

/// While opinions are awaited nothing else goes on: the matter stays where it stands.
pub(crate) fn awaits_opinions(act: &Act, standing: &Standing) -> bool {
    let own = act.office.is_none() && act.target(&standing.state) != standing.state;
    !standing.asked.is_empty() && (own || matches!(act.office, Some(OfficeAct::Resume)))
}

/// Decides an act of the office; who may do it and in which state was looked at before.
#[expect(clippy::too_many_arguments, reason = "everything the decision rests on")]
pub(crate) fn decide(
    books: Books<'_>,
    rule: &Act,
    kind: OfficeAct,
    standing: &Standing,
    actor: &Actor,
    form: &Map<String, Json>,
    named: &Named,
    now: Instant,
) -> Result<Turned, Refusal> {
    let procedure = books.procedure;
    let mut turned = Turned {
        to: rule.target(&standing.state).to_owned(),
        handler: standing.handler.clone(),
        office: None,
        clocks: standing.clocks.clone(),
        supervised: standing.supervised,
        asked: standing.asked.clone(),
        told: Vec::new(),
        tells: Vec::new(),
        note: String::new(),
    };
    match kind {
        OfficeAct::Claim => turned.handler = Some(as_handler(actor)?),
        OfficeAct::Transfer => transfer(procedure, standing, form, named, &mut turned)?,
        OfficeAct::ReturnTo => {
            let to = form.get("to").and_then(Json::as_str).unwrap_or_default();
            if !returnable(procedure, standing).contains(&to) {
                return Err(field("to", "matter.return_to", "只能退回到这件事项经过的环节"));
            }
            turned.to = to.to_owned();
            turned.clocks = clocks::after_step(books, standing, to, &Map::new(), now)?;
        }
        OfficeAct::Suspend | OfficeAct::Resume => {
            turned.clocks = clocks::after_step(books, standing, &turned.to, &Map::new(), now)?;
        }
        OfficeAct::Withdraw => withdraw(standing, &mut turned),
        OfficeAct::Urge => urge(books, standing, &mut turned, now)?,
        OfficeAct::Countersign | OfficeAct::AddSign => ask(standing, kind, actor, form, named, &mut turned)?,
        OfficeAct::Opinion => give_opinion(procedure, standing, actor, form, &mut turned),
        OfficeAct::EndSigning => turned.asked.iter_mut().filter(|ask| ask.answer == Answer::Open).for_each(|ask| ask.answer = Answer::Ended),
    }
    Ok(turned)
}

fn as_handler(actor: &Actor) -> Result<Handler, Refusal> {
    let (id, name) = match (&actor.stead_of, actor.person_id) {
        (Some(other), _) => (other.id, other.name.clone()),
        (None, Some(id)) => (id, actor.name.clone()),
        (None, None) => return Err(Refusal::NotYours { act: OfficeAct::Claim.id().into(), post: actor.post.clone() }),
    };
    Ok(Handler { id, name, post: actor.post.clone() })
}

/// Whether this person can be the one who deals with the matter: of a post that acts in it, and not of elsewhere.
pub fn may_handle(procedure: &Procedure, area_code: &str, colleague: &Colleague) -> bool {
    let owners = procedure.states.iter().flat_map(|state| &state.owner);
    let is_of_post = owners.chain(procedure.acts.iter().filter(|act| act.office.is_none()).flat_map(|act| &act.by)).any(|post| *post == colleague.post);
    is_of_post && !is_business_post(&colleague.post) && reaches(&colleague.area_code, area_code)
}

pub(crate) fn reaches(reach: &str, area_code: &str) -> bool {
    !reach.is_empty() && area_code.starts_with(reach)
}

/// The office a matter of this area is dealt with in: a grid's matters are its station's.
pub(crate) fn office_of(area_code: &str) -> &str {
    area_code.get(..9).unwrap_or(area_code)
}

/// The area in which somebody of this reach may send matters around: one level above their own.
pub(crate) fn sends_within(reach: &str) -> &str {
    match office_of(reach).len() {
        9 => &reach[..6],
        6 => &reach[..4],
        _ => reach,
    }
}

fn transfer(procedure: &Procedure, standing: &Standing, form: &Map<String, Json>, named: &Named, turned: &mut Turned) -> Result<(), Refusal> {
    let given = |name: &str| form.get(name).and_then(Json::as_str).is_some_and(|text| !text.is_empty());
    let home = office_of(&standing.area_code);
    match (given("person"), given("office")) {
        (true, false) => {
            let person = named.people.first().filter(|colleague| may_handle(procedure, &standing.area_code, colleague));
            let person = person.ok_or_else(|| field("person", "matter.transfer_person", "这个人不能承办这件事项"))?;
            if standing.handler.as_ref().is_some_and(|handler| handler.id == person.id) {
                return Err(field("person", "matter.transfer_same", "已经由他承办"));
            }
            turned.handler = Some(Handler { id: person.id, name: person.name.clone(), post: person.post.clone() });
            turned.told.push(person.clone());
        }
        (false, true) => {
            let within = sends_within(&named.reach);
            let fits = |office: &&Office| office.code.len() == home.len() && !within.is_empty() && office.code.starts_with(within);
            let office = named.office.as_ref().filter(fits).ok_or_else(|| field("office", "matter.transfer_office", "不能转到这个单位"))?;
            turned.handler = None;
            if office.code == home {
                if standing.handler.is_none() {
                    return Err(field("office", "matter.transfer_same", "已经在本单位待签收"));
                }
                return Ok(());
            }
            if !procedure.office.as_ref().is_some_and(|rules| rules.offices) {
                return Err(field("office", "matter.transfer_office", "这类事项不转其他单位"));
            }
            turned.office = Some(office.clone());
            turned.tells = queue_of(procedure, &standing.state);
        }
        _ => return Err(field("person", "matter.transfer_one", "请选择转给谁：一个人，或者一个单位")),
    }
    Ok(())
}

/// The posts of the office in whose queue the state stands, or, while the business has it, those who will have it next.
fn queue_of(procedure: &Procedure, state: &str) -> Vec<String> {
    let own = procedure.state(state).map(|s| s.owner.as_slice()).unwrap_or_default();
    let own: Vec<String> = own.iter().filter(|post| is_office_post(post)).cloned().collect();
    if !own.is_empty() {
        return own;
    }
    distinct(procedure.states.iter().flat_map(|s| &s.owner).filter(|post| is_office_post(post)))
}

fn withdraw(standing: &Standing, turned: &mut Turned) {
    let Some(undo) = &standing.undo else { return };
    turned.to.clone_from(&undo.state);
    turned.supervised = undo.supervised;
    turned.handler.clone_from(&undo.handler);
    if undo.area_code != standing.area_code {
        turned.office = Some(Office { code: undo.area_code.clone(), name: undo.area_name.clone() });
    }
    turned.note = format!("撤回“{}”", undo.act_title);
    // Clocks go on as if nothing had happened; those that only the act had begun stop.
    for clock in &mut turned.clocks {
        match undo.clocks.iter().find(|before| before.rule == clock.rule && before.nth == clock.nth) {
            Some(before) => *clock = before.clone(),
            None => {
                clock.state = ClockState::Stopped;
                clock.paused_at = None;
                clock.next_at = None;
            }
        }
    }
}

fn urge(books: Books<'_>, standing: &Standing, turned: &mut Turned, now: Instant) -> Result<(), Refusal> {
    let rules = books.procedure.office.clone().unwrap_or_default();
    let (value, unit) = clocks::period(books.law, &rules.urge_every, now)?;
    if let Some(last) = standing.done.iter().rev().find(|deed| deed.act == OfficeAct::Urge.id()) {
        let again_at = books.calendar.due(last.at, value.amount, unit).at;
        if now < again_at {
            return Err(Refusal::UrgedAlready { again_at });
        }
    }
    let state = books.procedure.state(&standing.state);
    let owners = state.map(|s| s.owner.clone()).unwrap_or_default();
    match &standing.handler {
        // What the business has to do next the business is reminded of.
        Some(handler) if owners.iter().any(|post| is_office_post(post)) => turned.told.push(Colleague {
            id: handler.id,
            name: handler.name.clone(),
            post: handler.post.clone(),
            area_code: standing.area_code.clone(),
        }),
        _ => turned.tells = owners,
    }
    Ok(())
}

fn ask(standing: &Standing, kind: OfficeAct, actor: &Actor, form: &Map<String, Json>, named: &Named, turned: &mut Turned) -> Result<(), Refusal> {
    let who: Vec<&str> = match form.get("who") {
        Some(Json::Array(many)) => many.iter().filter_map(Json::as_str).collect(),
        Some(Json::String(one)) => vec![one.as_str()],
        _ => vec![],
    };
    let kind = match (kind, form.get("mode").and_then(Json::as_str)) {
        (OfficeAct::AddSign, _) => AskKind::Add,
        (_, Some("任一同意")) => AskKind::Any,
        _ => AskKind::All,
    };
    let mut asked: Vec<Ask> = Vec::new();
    for (index, one) in who.iter().enumerate() {
        let (person_id, post, name) = if is_office_post(one) {
            (None, (*one).to_owned(), shian_access::post_title(one).to_owned())
        } else {
            let person = named.people.iter().find(|colleague| colleague.id.to_string() == *one && reaches(&colleague.area_code, &standing.area_code));
            let person = person.ok_or_else(|| field("who", "matter.sign_person", "所选的人看不到这件事项，不能签署意见"))?;
            turned.told.push(person.clone());
            (Some(person.id), person.post.clone(), person.name.clone())
        };
        if asked.iter().any(|ask| ask.person_id == person_id && ask.name == name) {
            return Err(field("who", "matter.sign_twice", "同一方只能选一次"));
        }
        if person_id.is_some_and(|person| actor.is(person)) {
            return Err(field("who", "matter.sign_self", "不能请自己签署意见"));
        }
        if person_id.is_none() {
            turned.tells.push(post.clone());
        }
        // The round is named by the line of the history that is about to be written.
        let round = 2 + standing.done.len() as i64;
        asked.push(Ask { round, nth: index as i64 + 1, kind, person_id, post, name, asked_by: actor.person_id, answer: Answer::Open });
    }
    if asked.is_empty() {
        return Err(field("who", "matter.sign_nobody", "请选择由谁签署意见"));
    }
    turned.asked = asked;
    Ok(())
}

fn give_opinion(procedure: &Procedure, standing: &Standing, actor: &Actor, form: &Map<String, Json>, turned: &mut Turned) {
    let agrees = form.get("verdict").and_then(Json::as_str) == Some("同意");
    // Asked by name and by post, one answers by name.
    let mine = turned.asked.iter_mut().filter(|ask| is_addressed(ask, actor)).min_by_key(|ask| ask.person_id.is_none());
    if let Some(ask) = mine {
        ask.answer = if agrees { Answer::Agreed } else { Answer::Refused };
    }
    let left = turned.asked.iter().filter(|ask| ask.answer == Answer::Open).count();
    let kind = turned.asked.first().map_or(AskKind::Add, |ask| ask.kind);
    let over = match kind {
        AskKind::All if !agrees => Some("会签未通过，退回承办"),
        AskKind::All if left == 0 => Some("会签通过"),
        AskKind::Any if agrees => Some("会签通过"),
        AskKind::Any if left == 0 => Some("会签未通过，退回承办"),
        AskKind::Add if left == 0 => Some("加签完成"),
        _ => None,
    };
    if let Some(over) = over {
        turned.note = over.to_owned();
        turned.asked.iter_mut().filter(|ask| ask.answer == Answer::Open).for_each(|ask| ask.answer = Answer::Ended);
        // Whoever deals with it, or else its queue, is told that it can go on.
        match &standing.handler {
            Some(h) => turned.told.push(Colleague { id: h.id, name: h.name.clone(), post: h.post.clone(), area_code: standing.area_code.clone() }),
            None => turned.tells = queue_of(procedure, &standing.state),
        }
    }
}

/// Whether nobody is asked any more.
pub(crate) fn is_round_over(asked: &[Ask]) -> bool {
    asked.iter().all(|ask| ask.answer != Answer::Open)
}

fn field(name: &str, code: &'static str, message: &str) -> Refusal {
    Refusal::Form(vec![FieldError { field: name.into(), code, message: message.into() }])
}
