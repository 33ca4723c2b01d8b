//! The engine: opens matters, records acts, and tells everyone concerned, each in one transaction.

use std::sync::{Arc, RwLock};

use anyhow::bail;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use shian_access::{Business, Person, Principal, Reach};
use shian_base::{Day, Error, Id, Instant, Result};
use shian_calendar::{Calendar, Law, Numbering};
use shian_db::Tx;
use shian_files::{Context, FileId, Files};
use shian_forms::{Field, FormBook, fields};
use shian_web::{Live, LiveEvent};
use utoipa::ToSchema;

use crate::check::{References, check_all};
use crate::model::{Actor, Books, Clock, ClockState, MatterId, Standing, WITHDRAW, is_business_post};
use crate::office::{Named, OfficeAct};
use crate::procedure::{Procedure, ProcedureBook};
use crate::refusal::Refusal;
use crate::staff::{Nobody, Staff};
use crate::store::{self, Entry, Moved, NewAlarm, Record};
use crate::take::{FollowUp, begin, take_naming};

/// What the engine is made of.
pub struct Parts {
    pub law: Arc<dyn Law>,
    pub calendar: Arc<Calendar>,
    /// File name and JSON text of every form.
    pub forms: Vec<(String, String)>,
    /// File name and TOML text of every procedure.
    pub procedures: Vec<(String, String)>,
    pub numbering: Numbering,
    pub live: Live,
}

pub struct Matters {
    pub(crate) law: Arc<dyn Law>,
    pub(crate) calendar: Arc<Calendar>,
    pub(crate) forms: FormBook,
    pub(crate) procedures: ProcedureBook,
    pub(crate) live: Live,
    pub(crate) staff: Arc<dyn Staff>,
    numbering: Numbering,
    watchers: RwLock<Vec<Arc<dyn Watch>>>,
}

/// A matter to be opened.
#[derive(Clone, Debug)]
pub struct NewMatter {
    /// A fresh one when absent.
    pub id: Option<MatterId>,
    pub procedure: String,
    /// What it is about; follow-up matters take it over.
    pub title: String,
    pub business: Option<Party>,
    /// The area whose office deals with it, and its name, which goes into the number.
    pub area_code: String,
    pub area_name: String,
    /// An object; which facts a procedure needs stands in its file.
    pub facts: Json,
    pub opening: Opening,
}

/// The business concerned.
#[derive(Clone, Debug)]
pub struct Party {
    pub id: Id<Business>,
    pub name: String,
}

/// The first line of the history.
#[derive(Clone, Debug, Default)]
pub struct Opening {
    pub title: String,
    pub note: String,
    /// The platform when absent.
    pub actor: Option<Actor>,
}

/// What comes with an act.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ActBody {
    /// The values of the act's form.
    #[schema(value_type = Option<Object>)]
    pub form: Json,
    /// Ids of files sent before with `POST /api/files`.
    #[schema(value_type = Vec<String>)]
    pub files: Vec<FileId>,
    /// The revision the person saw; the act is refused when the matter has moved on since.
    pub revision: Option<i64>,
    /// Named by the screen, once per press of the button: the same request is carried out once.
    pub request_id: Option<String>,
    /// 代理: the person in whose stead it is done; the act's offer names them.
    #[schema(value_type = Option<String>)]
    pub on_behalf_of: Option<Id<Person>>,
}

/// What an act did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    pub id: MatterId,
    pub state: String,
    pub ends: bool,
    /// The follow-up matter it opened.
    pub child: Option<MatterId>,
    /// The request had been carried out before; nothing was done now.
    pub repeated: bool,
}

/// Hears of acts in the transaction that records them.
#[async_trait]
pub trait Watch: Send + Sync {
    /// The procedure whose matters it wants to hear of.
    fn procedure(&self) -> &str;
    /// An error undoes the act.
    async fn acted(&self, tx: &mut Tx, acted: &Acted) -> Result<()>;
}

/// An act that was just recorded.
#[derive(Clone, Debug)]
pub struct Acted {
    pub matter_id: MatterId,
    pub procedure: String,
    pub act: String,
    pub from: String,
    pub to: String,
    pub ends: bool,
    pub result: Option<String>,
    pub facts: Map<String, Json>,
    pub form: Json,
    pub actor: Actor,
    pub business_id: Option<Id<Business>>,
    pub area_code: String,
    pub child: Option<MatterId>,
    pub at: Instant,
}

impl Matters {
    /// Refuses procedures that would not hold, with everything that is wrong with them.
    pub fn new(parts: Parts, today: Day) -> anyhow::Result<Self> {
        let forms = FormBook::parse(&parts.forms)?;
        let procedures = ProcedureBook::parse(&parts.procedures)?;
        let problems = check_all(References { procedures: &procedures, forms: &forms, law: parts.law.as_ref() }, today);
        if !problems.is_empty() {
            let list: Vec<String> = problems.iter().map(|problem| format!("  {problem}")).collect();
            bail!("the procedures do not hold:\n{}", list.join("\n"));
        }
        Ok(Self {
            law: parts.law,
            calendar: parts.calendar,
            forms,
            procedures,
            live: parts.live,
            staff: Arc::new(Nobody),
            numbering: parts.numbering,
            watchers: RwLock::default(),
        })
    }

    /// Tells who works where; without it matters stay in the queues of their posts.
    #[must_use]
    pub fn with_staff(mut self, staff: Arc<dyn Staff>) -> Self {
        self.staff = staff;
        self
    }

    /// Lets a capability hear of acts.
    pub fn watch(&self, watcher: Arc<dyn Watch>) {
        self.watchers.write().unwrap_or_else(|poisoned| poisoned.into_inner()).push(watcher);
    }

    pub fn procedures(&self) -> &ProcedureBook {
        &self.procedures
    }

    /// Opens a matter under the version of its procedure in force on the day of `now`.
    pub async fn open(&self, tx: &mut Tx, new: NewMatter, now: Instant) -> Result<MatterId> {
        let facts = new.facts.as_object().cloned().unwrap_or_default();
        let actor = new.opening.actor.clone().unwrap_or_else(Actor::system);
        let beginning = Beginning { new, facts, form: json!({}), fields: Vec::new(), parent: None, actor };
        self.begin_matter(tx, beginning, now).await
    }

    /// Records an act, or refuses it and changes nothing. The caller commits.
    pub async fn act(&self, tx: &mut Tx, id: MatterId, act: &str, principal: &Principal, body: ActBody, now: Instant) -> Result<Done> {
        let record = store::record(tx, id).await?;
        self.check_may_act(tx, &record, principal, act).await?;
        if let Some(request) = &body.request_id {
            if request.is_empty() || request.len() > 100 {
                return Err(Error::invalid("request_id", "matter.request_id", "请求编号应为1至100个字符"));
            }
            if let Some(done) = self.done_before(tx, &record, act, principal, request, now).await? {
                return Ok(done);
            }
        }
        if body.revision.is_some_and(|seen| seen != record.revision) {
            return Err(self.stale(tx, id, principal).await);
        }
        let procedure = self.version_of(&record)?;
        let books = self.books(procedure);
        let standing = store::standing(tx, &record).await?;
        let actor = self.actor(tx, principal, body.on_behalf_of, now).await?;
        let attached = Files::refs(tx, &body.files).await?;
        if attached.len() != body.files.len() {
            return Err(Error::invalid("files", "matter.files_unknown", "有附件不存在，请重新上传"));
        }
        let kinds: Vec<String> = attached.iter().map(|file| file.mime.clone()).collect();
        let named = self.named(tx, procedure, act, &record, principal, &body.form).await?;
        let step = take_naming(books, &standing, act, &actor, &body.form, &kinds, &named, now)?;

        let end = procedure.state(&step.to);
        let to = Moved {
            state: &step.to,
            is_end: step.ends,
            is_mended: end.is_some_and(|state| state.mended),
            owners: &owners(procedure, &step.to),
            supervised: step.supervised,
            due_at: first_due(&step.clocks),
            closed_at: step.ends.then_some(now),
            result: step.result.as_deref(),
            reviewer: step.ends.then_some((actor.person_id, actor.name.as_str())),
            handler: step.handler.as_ref(),
            area: step.office.as_ref().map_or((&record.area_code, &record.area_name), |office| (&office.code, &office.name)),
            undo: step.undo.as_ref(),
            urges: procedure.act(act).is_some_and(|rule| rule.office == Some(OfficeAct::Urge)),
        };
        // First the row with the revision: whoever comes second stops here and has changed nothing.
        if !store::advance(tx, id, record.revision, to).await? {
            return Err(self.stale(tx, id, principal).await);
        }
        for clock in step.clocks.iter().filter(|clock| !standing.clocks.contains(clock)) {
            store::put_clock(tx, id, clock).await?;
        }
        let rule = procedure.act(act).ok_or(Error::NotFound)?;
        let form = if body.form.is_null() { json!({}) } else { body.form };
        let printed = rule.form.as_deref().and_then(|f| self.forms.get(f));
        let printed = printed.map_or_else(Vec::new, |f| fields(f, &in_names(&form, procedure, &named)));
        let seq = record.revision + 1;
        let entry = Entry {
            seq,
            act: act.to_owned(),
            act_title: rule.title.clone(),
            actor_id: actor.person_id,
            actor_name: actor.name.clone(),
            actor_post: actor.post.clone(),
            stead_of: actor.stead_of.clone(),
            at: now,
            from_state: step.from.clone(),
            to_state: step.to.clone(),
            to_state_title: procedure.state_title(&step.to).to_owned(),
            form: form.clone(),
            form_fields: printed.clone(),
            files: body.files.clone(),
            note: step.note.clone(),
        };
        store::append(tx, id, &entry).await?;
        if step.asked != standing.asked {
            store::put_asked(tx, id, &step.asked).await?;
        }
        for file in &body.files {
            let context = Context { needs: needs(&record), area_code: &record.area_code, business_id: record.business_id };
            Files::link(tx, *file, &context).await?;
        }
        if let Some(office) = &step.office {
            self.hand_over(tx, &record, &office.code, now).await?;
        }
        // The office's own acts name somebody first and say why last.
        let reason = if rule.office.is_some() { printed.last() } else { printed.first() };
        let reason = reason.map_or(String::new(), |field| format!("：{}", field.value));
        let text = format!("{}{}{reason}", actor.name, rule.title);
        let posts = step.tells.iter().filter(|post| **post != actor.post || step.office.is_some()).map(|post| (post.as_str(), None));
        let people = step.told.iter().filter(|person| !actor.is(person.id)).map(|person| (person.post.as_str(), Some(person.id)));
        for (index, (to_post, to_person)) in posts.chain(people).enumerate() {
            let alarm = NewAlarm {
                matter_id: id,
                to_post,
                to_person,
                kind: "told",
                text: &text,
                at: now,
                source: "act",
                source_nth: seq,
                source_stage: index as i64,
            };
            store::raise(tx, alarm, now).await?;
        }
        let child = match step.opens {
            Some(follow_up) => Some(self.open_child(tx, &record, follow_up, &form, printed, &actor, now).await?),
            None => None,
        };
        let acted = Acted {
            matter_id: id,
            procedure: record.procedure.clone(),
            act: act.to_owned(),
            from: step.from,
            to: step.to.clone(),
            ends: step.ends,
            result: step.result,
            facts: record.facts.clone(),
            form,
            actor,
            business_id: record.business_id,
            area_code: record.area_code.clone(),
            child,
            at: now,
        };
        let watchers = self.watchers.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone();
        for watcher in watchers.iter().filter(|watcher| watcher.procedure() == record.procedure) {
            watcher.acted(tx, &acted).await?;
        }
        // The live event reaches the business as well: an act it is not told of by name has none there.
        let is_named = rule.told_as.is_none() && !rule.office.is_some_and(OfficeAct::is_internal);
        let facts = json!({ "act": if is_named { json!(act) } else { Json::Null }, "state": step.to });
        self.announce(tx, "matter.acted", &record, facts.clone(), now).await?;
        if let Some(office) = step.office {
            let there = Record { area_code: office.code, ..record };
            self.announce(tx, "matter.acted", &there, facts, now).await?;
        }
        Ok(Done { id, state: step.to, ends: step.ends, child, repeated: false })
    }

    /// Within one's reach; and what was just handed to another office may still be taken back.
    async fn check_may_act(&self, tx: &mut Tx, record: &Record, principal: &Principal, act: &str) -> Result<()> {
        let scope = principal.scope();
        let seen = store::check_visible(record, &scope);
        let is_own = record.undo.as_ref().is_some_and(|undo| undo.by == principal.person_id);
        if seen.is_err() && act == WITHDRAW && is_own && store::is_reader(tx, record.id, &scope).await? {
            return Ok(());
        }
        seen
    }

    /// The person themselves, or the one they say they stand in for.
    async fn actor(&self, tx: &mut Tx, principal: &Principal, on_behalf_of: Option<Id<Person>>, now: Instant) -> Result<Actor> {
        let Some(away) = on_behalf_of.filter(|id| *id != principal.person_id) else { return Ok(Actor::from(principal)) };
        let hats = self.hats(tx, principal, now).await?;
        let hat = hats.into_iter().find(|hat| hat.stead_of.as_ref().is_some_and(|other| other.id == away));
        Ok(hat.ok_or(Refusal::NotDeputy)?)
    }

    /// The people and the office that the form of an act of the office names.
    async fn named(&self, tx: &mut Tx, procedure: &Procedure, act: &str, record: &Record, principal: &Principal, form: &Json) -> Result<Named> {
        let mut named = Named::default();
        if procedure.act(act).and_then(|rule| rule.office).is_none() {
            return Ok(named);
        }
        if let Reach::Area { code } = &principal.reach {
            named.reach.clone_from(code);
        }
        let many = form["who"].as_array().into_iter().flatten().take(20);
        for id in many.chain([&form["person"], &form["who"]]).filter_map(Json::as_str).filter_map(|text| text.parse().ok()) {
            named.people.extend(self.staff.person(tx, id).await?);
        }
        if let Some(code) = form["office"].as_str().filter(|code| !code.is_empty()) {
            let offices = self.staff.offices(tx, code, code.len()).await?;
            named.office = offices.into_iter().find(|office| office.code == code);
        }
        if named.office.as_ref().is_some_and(|office| office.code == record.area_code) {
            named.office.iter_mut().for_each(|office| office.name.clone_from(&record.area_name));
        }
        Ok(named)
    }

    /// The office it leaves goes on reading; the one it comes to reads the evidence as well.
    async fn hand_over(&self, tx: &mut Tx, record: &Record, to: &str, now: Instant) -> Result<()> {
        store::add_reader(tx, record.id, &record.area_code, now).await?;
        let attached = store::history(tx, record.id).await?.into_iter().flat_map(|entry| entry.files);
        let known = record.facts.iter().filter(|(name, _)| name.ends_with("_file_id"));
        let known = known.filter_map(|(_, value)| value.as_str()?.parse::<FileId>().ok());
        let context = Context { needs: needs(record), area_code: to, business_id: record.business_id };
        let all: Vec<FileId> = attached.chain(known).collect();
        for file in Files::refs(tx, &all).await? {
            Files::link(tx, file.id, &context).await?;
        }
        Ok(())
    }

    /// The answer to a request that was carried out before.
    async fn done_before(&self, tx: &mut Tx, record: &Record, act: &str, principal: &Principal, request: &str, now: Instant) -> Result<Option<Done>> {
        let Some((matter, before)) = store::note_request(tx, principal.person_id, request, record.id, act, now).await? else {
            return Ok(None);
        };
        if matter != record.id || before != act {
            let facts = json!({ "matter_id": matter, "act": before });
            return Err(Error::conflict("matter.request_reused", "这个请求编号已用于另一个操作", facts));
        }
        let record = store::record(tx, record.id).await?;
        let child = store::children(tx, record.id).await?.pop().map(|child| child.id);
        Ok(Some(Done { id: record.id, state: record.state, ends: record.is_end, child, repeated: true }))
    }

    async fn stale(&self, tx: &mut Tx, id: MatterId, principal: &Principal) -> Error {
        let now = match (store::record(tx, id).await, store::last_entry(tx, id).await) {
            (Ok(record), Ok(last)) => (record, last),
            (Err(error), _) | (_, Err(error)) => return error,
        };
        let (record, last) = now;
        let state_title = self.version_of(&record).map_or(record.state.clone(), |p| p.state_title(&record.state).to_owned());
        let mut facts = json!({ "current_state": record.state, "current_state_title": state_title, "revision": record.revision });
        if let (Some(facts), Some(last)) = (facts.as_object_mut(), last) {
            let told_as = self.version_of(&record).ok().and_then(|p| p.act(&last.act)?.told_as.clone());
            let told_as = told_as.filter(|_| is_business_post(&principal.post));
            facts.insert("last_act".into(), json!(told_as.unwrap_or(last.act_title)));
            facts.insert("by".into(), json!(last.actor_name));
            facts.insert("at".into(), json!(last.at));
        }
        Error::conflict("matter.stale", format!("事项已有变化，现在是“{state_title}”，请看过最新情况再操作"), facts)
    }

    #[expect(clippy::too_many_arguments, reason = "everything the new matter takes over from the old one")]
    async fn open_child(&self, tx: &mut Tx, parent: &Record, follow_up: FollowUp, form: &Json, fields: Vec<Field>, actor: &Actor, now: Instant) -> Result<MatterId> {
        let opening = self.procedures.in_force(&follow_up.procedure, now.day()).map_or_else(String::new, |p| p.opening.clone());
        let new = NewMatter {
            id: None,
            procedure: follow_up.procedure,
            title: parent.title.clone(),
            business: parent.business_id.map(|id| Party { id, name: parent.business_name.clone() }),
            area_code: parent.area_code.clone(),
            area_name: parent.area_name.clone(),
            facts: Json::Null,
            opening: Opening { title: opening, note: String::new(), actor: None },
        };
        let beginning =
            Beginning { new, facts: follow_up.facts, form: form.clone(), fields, parent: Some(parent.id), actor: actor.clone() };
        self.begin_matter(tx, beginning, now).await
    }

    pub(crate) async fn begin_matter(&self, tx: &mut Tx, beginning: Beginning, now: Instant) -> Result<MatterId> {
        let Beginning { new, facts, form, fields, parent, actor } = beginning;
        let missing = || Refusal::NoProcedure { id: new.procedure.clone(), on: now.day() };
        let procedure = self.procedures.in_force(&new.procedure, now.day()).ok_or_else(missing)?;
        let standing: Standing = begin(self.books(procedure), facts, &form, now)?;
        let heading = self.heading(procedure, &new.area_name, now.day());
        let number = store::next_number(tx, &heading).await?;
        let record = Record {
            id: new.id.unwrap_or_else(MatterId::new),
            number: format!("{heading} {number:04} 号"),
            procedure: procedure.id.clone(),
            procedure_from: procedure.from,
            title: new.title,
            state: standing.state.clone(),
            is_end: false,
            is_mended: false,
            to_business: procedure.business,
            is_public: procedure.public,
            owners: owners(procedure, &standing.state),
            business_id: new.business.as_ref().map(|party| party.id),
            business_name: new.business.map(|party| party.name).unwrap_or_default(),
            area_code: new.area_code,
            area_name: new.area_name,
            facts: standing.facts,
            opened_at: now,
            closed_at: None,
            result: None,
            reviewer_name: None,
            parent_id: parent,
            supervised: false,
            due_at: first_due(&standing.clocks),
            revision: 1,
            handler: None,
            undo: None,
            urged: 0,
        };
        store::insert(tx, &record).await?;
        for clock in &standing.clocks {
            store::put_clock(tx, record.id, clock).await?;
        }
        let entry = Entry {
            seq: 1,
            act: "open".into(),
            act_title: if new.opening.title.is_empty() { procedure.title.clone() } else { new.opening.title },
            actor_id: actor.person_id,
            actor_name: actor.name,
            actor_post: actor.post,
            stead_of: actor.stead_of,
            at: now,
            from_state: String::new(),
            to_state_title: procedure.state_title(&record.state).to_owned(),
            to_state: record.state.clone(),
            form,
            form_fields: fields,
            files: Vec::new(),
            note: new.opening.note,
        };
        store::append(tx, record.id, &entry).await?;
        self.announce(tx, "matter.opened", &record, json!({ "state": record.state }), now).await?;
        Ok(record.id)
    }

    /// 柳市监责改〔2026〕石桥
    fn heading(&self, procedure: &Procedure, area_name: &str, on: Day) -> String {
        let ending = self.numbering.strip.iter().find(|ending| area_name.ends_with(ending.as_str()) && area_name.len() > ending.len());
        let area = ending.and_then(|ending| area_name.strip_suffix(ending.as_str())).unwrap_or(area_name);
        format!("{}{}〔{}〕{area}", self.numbering.office, procedure.number, on.year())
    }

    pub(crate) async fn announce(&self, tx: &mut Tx, kind: &str, record: &Record, more: Json, now: Instant) -> Result<()> {
        let mut data = json!({ "matter_id": record.id, "title": record.title, "procedure": record.procedure, "number": record.number });
        if let (Some(data), Some(more)) = (data.as_object_mut(), more.as_object()) {
            data.extend(more.clone());
            for name in ["alert_id", "camera_id", "scene"] {
                if let Some(fact) = record.facts.get(name) {
                    data.insert(name.into(), fact.clone());
                }
            }
        }
        let event = LiveEvent::new(now, kind, needs(record), &record.area_code, record.business_id, data);
        self.live.announce(tx, event).await
    }

    pub(crate) fn version_of(&self, record: &Record) -> Result<&Procedure> {
        self.procedures.version(&record.procedure, record.procedure_from).ok_or_else(|| {
            let (id, from) = (&record.procedure, record.procedure_from);
            Error::Internal(anyhow::anyhow!("the version {from} of the procedure {id} is not installed, but {} began under it", record.number))
        })
    }

    pub(crate) fn books<'a>(&'a self, procedure: &'a Procedure) -> Books<'a> {
        Books { procedure, procedures: &self.procedures, forms: &self.forms, law: self.law.as_ref(), calendar: &self.calendar }
    }
}

pub(crate) struct Beginning {
    pub(crate) new: NewMatter,
    pub(crate) facts: Map<String, Json>,
    /// What the opening act's form said.
    pub(crate) form: Json,
    pub(crate) fields: Vec<Field>,
    pub(crate) parent: Option<MatterId>,
    pub(crate) actor: Actor,
}

/// The form as it is read: people, offices and states by name.
fn in_names(form: &Json, procedure: &Procedure, named: &Named) -> Json {
    let name = |value: &Json| -> Json {
        let Some(text) = value.as_str() else { return value.clone() };
        let person = named.people.iter().find(|person| person.id.to_string() == text).map(|person| person.name.as_str());
        let office = named.office.as_ref().filter(|office| office.code == text).map(|office| office.name.as_str());
        let post = shian_access::is_office_post(text).then(|| shian_access::post_title(text));
        json!(person.or(office).or(post).unwrap_or_else(|| procedure.state_title(text)))
    };
    let mut form = form.clone();
    for field in ["person", "office", "who", "to"] {
        match form.get_mut(field) {
            Some(Json::Array(many)) => many.iter_mut().for_each(|one| *one = name(one)),
            Some(one) => *one = name(one),
            None => {}
        }
    }
    form
}

/// The act one must be allowed to hear of this matter: a business hears only of what it may see.
pub(crate) fn needs(record: &Record) -> &'static str {
    if record.to_business { "matter.read" } else { "matter.office" }
}

fn owners(procedure: &Procedure, state: &str) -> String {
    let owners = procedure.state(state).map(|state| state.owner.as_slice()).unwrap_or_default();
    if owners.is_empty() { String::new() } else { format!("|{}|", owners.join("|")) }
}

/// The end of the clock that runs out first.
pub(crate) fn first_due(clocks: &[Clock]) -> Option<Instant> {
    clocks.iter().filter(|c| c.state.is_live() && c.state != ClockState::Paused).map(|c| c.due_at).min()
}
