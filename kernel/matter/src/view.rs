//! Matters as screens show them: rows, files, clocks, acts.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use shian_access::{Business, Person, Principal, Reach, Scope, post_title};
use shian_base::{Day, Id, Instant, Result};
use shian_calendar::Article;
use shian_db::Tx;
use shian_files::{FileRef, Files};
use shian_forms::Field;
use utoipa::ToSchema;

use crate::clocks::in_words;
use crate::engine::Matters;
use crate::foresight::{Foreseen, if_nobody_acts};
use crate::ladder::{Earlier, Suggestion, When, suggest, window_start};
use crate::model::{Actor, Ask, AskKind, Clock, ClockState, MatterId, Standing, WITHDRAW, is_business_post};
use crate::office::{Colleague, Office, OfficeAct, may_handle, office_of, sends_within};
use crate::procedure::{Act, ClockRule, FilesAsked, Procedure, Tone};
use crate::store::{self, Alarm, Desk, Entry, Pile, Record, Wanted};
use crate::take::{offer, offered, prepared_form};

/// One matter in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MatterRow {
    #[schema(value_type = String)]
    pub id: MatterId,
    pub number: String,
    pub title: String,
    pub procedure: String,
    pub procedure_title: String,
    pub state: String,
    pub state_title: String,
    /// The matter has ended.
    pub end: bool,
    #[schema(value_type = Option<String>)]
    pub business_id: Option<Id<Business>>,
    pub business_name: String,
    pub area_code: String,
    pub area_name: String,
    pub opened_at: Instant,
    pub closed_at: Option<Instant>,
    pub result: Option<String>,
    /// Who ended it.
    pub reviewer: Option<String>,
    /// The clock that runs out first.
    pub clock: Option<MatterClock>,
    /// Counts the acts; send it back with an act.
    pub revision: i64,
    pub supervised: bool,
    /// 承办人; nobody while it waits in the queue. A business is not told.
    pub handler: Option<MatterPerson>,
    /// How often 催办 was done.
    pub urged: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct MatterPerson {
    #[schema(value_type = String)]
    pub id: Id<Person>,
    pub name: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MatterClock {
    pub id: String,
    pub title: String,
    pub due_at: Instant,
    pub warn_at: Instant,
    /// `running`, `warned`, `expired` or `paused`.
    pub state: String,
    /// Length of the period.
    pub amount: i64,
    /// `hour`, `workday`, `day`, `month` or `year`.
    pub unit: String,
    pub basis: String,
    pub left: ClockLeft,
    /// What happens when it runs out, in words.
    pub on_expiry: String,
    /// The holidays of a year it crosses are not announced: 暂定.
    pub provisional: bool,
    /// How it was counted, in words.
    pub counted: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ClockLeft {
    pub amount: i64,
    pub unit: String,
    /// The amount is how late it is.
    pub overdue: bool,
}

/// One matter with everything about it that the viewer may know.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MatterFile {
    #[serde(flatten)]
    pub row: MatterRow,
    /// What is known, as the procedure keeps it.
    #[schema(value_type = Object)]
    pub facts: Map<String, Json>,
    pub law: Vec<MatterLaw>,
    pub steps: Vec<MatterStep>,
    pub history: Vec<MatterEntry>,
    pub clocks: Vec<MatterClock>,
    /// What the viewer may do now.
    pub acts: Vec<MatterAct>,
    pub parent: Option<MatterLink>,
    pub children: Vec<MatterLink>,
    pub if_nobody_acts: Vec<Foreseen>,
    pub alarms: Vec<MatterAlarm>,
    /// The open round of 会签 or 加签.
    pub signing: Vec<MatterSign>,
    /// The viewer's office handed it on and only reads it.
    pub handed_on: bool,
}

/// One opinion that was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct MatterSign {
    /// The person's name or the post's title.
    pub name: String,
    /// `open`, `agreed`, `refused` or `ended`.
    pub answer: &'static str,
    /// 会签 · 全部同意, 会签 · 任一同意 or 加签.
    pub kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct MatterLaw {
    pub title: String,
    pub article: String,
    /// Restated in plain words.
    pub text: String,
}

impl From<Article> for MatterLaw {
    fn from(article: Article) -> Self {
        Self { title: article.title, article: article.article, text: article.text }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct MatterStep {
    pub state: String,
    pub title: String,
    pub at: When,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MatterEntry {
    pub seq: i64,
    pub act: String,
    pub act_title: String,
    pub actor_name: String,
    pub actor_post_title: String,
    /// 代理: in whose stead it was done.
    pub stead_of: Option<String>,
    pub at: Instant,
    #[schema(value_type = Object)]
    pub form: Json,
    pub form_fields: Vec<MatterField>,
    pub files: Vec<FileRef>,
    pub to_state_title: String,
    pub note: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct MatterField {
    pub label: String,
    pub value: String,
}

impl From<Field> for MatterField {
    fn from(field: Field) -> Self {
        Self { label: field.label, value: field.value }
    }
}

/// Something one may do now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MatterAct {
    pub id: String,
    pub title: String,
    pub tone: Tone,
    pub form: Option<MatterForm>,
    pub files: Option<FilesAsked>,
    /// What will happen, to be said before one confirms.
    pub consequence: String,
    /// Title of the follow-up matter it opens.
    pub opens: Option<String>,
    /// One of the acts that every office knows (转办, 会签 …), not the procedure's own.
    pub office: bool,
    /// May be done on many matters at once.
    pub batch: bool,
    /// The viewer may do it only in this person's stead; send the id back with the act.
    pub on_behalf_of: Option<MatterPerson>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MatterForm {
    pub title: String,
    /// JSON Schema 2020-12.
    #[schema(value_type = Object)]
    pub schema: Json,
    #[schema(value_type = Object)]
    pub ui: Json,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct MatterLink {
    #[schema(value_type = String)]
    pub id: MatterId,
    pub number: String,
    pub title: String,
    pub procedure_title: String,
    pub state_title: String,
    pub end: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct MatterAlarm {
    pub at: Instant,
    pub text: String,
    /// Title of the post that was told.
    pub to: String,
}

/// Time is running or has run out on a matter, and a post is told.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AlarmRow {
    #[schema(value_type = String)]
    pub id: Id<Alarm>,
    #[schema(value_type = String)]
    pub matter_id: MatterId,
    pub matter_number: String,
    pub title: String,
    pub text: String,
    pub at: Instant,
    /// The caller has seen it.
    pub seen: bool,
}

/// A rectification as the public sees it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PublicRectification {
    #[schema(value_type = String)]
    pub id: MatterId,
    pub title: String,
    pub found_on: Day,
    /// `open` or `mended`.
    pub state: &'static str,
    pub due_on: Option<Day>,
    pub mended_on: Option<Day>,
    pub requirement: String,
}

/// What stands on a person's desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Counts {
    pub matters_mine: i64,
    /// Of mine, those whose clock runs out before midnight.
    pub due_today: i64,
    /// In the whole reach.
    pub overdue: i64,
}

impl Matters {
    /// The row of one matter, whoever asks.
    pub async fn row(&self, tx: &mut Tx, id: MatterId, now: Instant) -> Result<MatterRow> {
        let record = store::record(tx, id).await?;
        let clocks = store::clocks(tx, id).await?;
        self.to_row(&record, &clocks, now)
    }

    /// The clock of a matter that runs out first.
    pub async fn clock(&self, tx: &mut Tx, id: MatterId, now: Instant) -> Result<Option<MatterClock>> {
        Ok(self.row(tx, id, now).await?.clock)
    }

    /// One page of the matters in a scope, and how many there are.
    pub async fn list(&self, tx: &mut Tx, scope: &Scope, wanted: &Wanted, now: Instant, limit: i64, offset: i64) -> Result<(Vec<MatterRow>, i64)> {
        let (records, total) = store::list(tx, scope, wanted, now, limit, offset).await?;
        let ids: Vec<MatterId> = records.iter().map(|record| record.id).collect();
        let mut clocks: BTreeMap<MatterId, Vec<Clock>> = BTreeMap::new();
        for row in store::live_clocks(tx, &ids).await? {
            clocks.entry(row.matter_id).or_default().push(row.clock);
        }
        let row = |record: &Record| self.to_row(record, clocks.get(&record.id).map_or(&[], Vec::as_slice), now);
        let mut rows: Vec<MatterRow> = records.iter().map(row).collect::<Result<_>>()?;
        if matches!(scope, Scope::Business(_)) {
            rows.iter_mut().for_each(|row| (row.handler, row.urged) = (None, 0));
        }
        Ok((rows, total))
    }

    /// Everything about a matter that this person may know; `NotFound` outside their reach.
    pub async fn file(&self, tx: &mut Tx, id: MatterId, principal: &Principal, now: Instant) -> Result<MatterFile> {
        let scope = principal.scope();
        let mut record = store::record(tx, id).await?;
        let seen = store::check_visible(&record, &scope);
        let handed_on = seen.is_err() && store::is_reader(tx, id, &scope).await?;
        if !handed_on {
            seen?;
        }
        let is_office = !is_business_post(&principal.post);
        let procedure = self.version_of(&record)?;
        let books = self.books(procedure);
        let standing = store::standing(tx, &record).await?;
        let entries = store::history(tx, id).await?;
        let steps = steps(procedure, &record.state, entries.iter().map(|entry| entry.to_state.as_str()));
        let mut history = Vec::with_capacity(entries.len());
        for mut entry in entries {
            let rule = procedure.act(&entry.act);
            if !is_office && rule.and_then(|rule| rule.office).is_some_and(OfficeAct::is_internal) {
                continue;
            }
            let told_as = rule.and_then(|act| act.told_as.as_ref());
            if let Some(told) = told_as.filter(|_| !is_office) {
                entry = Entry { act: "told".into(), act_title: told.clone(), form: json!({}), form_fields: vec![], files: vec![], ..entry };
            }
            history.push(MatterEntry {
                seq: entry.seq,
                act: entry.act,
                act_title: entry.act_title,
                actor_post_title: if entry.actor_post == "system" { String::new() } else { post_title(&entry.actor_post).to_owned() },
                actor_name: entry.actor_name,
                stead_of: entry.stead_of.map(|other| other.name),
                at: entry.at,
                form: entry.form,
                form_fields: entry.form_fields.into_iter().map(Into::into).collect(),
                files: Files::refs(tx, &entry.files).await?,
                to_state_title: entry.to_state_title,
                note: entry.note,
            });
        }
        let parent = match record.parent_id {
            Some(parent) => Some(store::record(tx, parent).await?),
            None => None,
        };
        let visible = |record: &&Record| store::check_visible(record, &scope).is_ok();
        let parent = parent.as_ref().filter(visible).map(|record| self.link(record)).transpose()?;
        let children = store::children(tx, id).await?;
        let children = children.iter().filter(visible).map(|record| self.link(record)).collect::<Result<_>>()?;
        let alarms = store::alarms_of(tx, id).await?.into_iter().filter(|alarm| is_office || alarm.to_post == principal.post);
        let alarms = alarms.map(|alarm| MatterAlarm { at: alarm.at, text: alarm.text, to: post_title(&alarm.to_post).to_owned() });
        let alarms = alarms.collect();
        let law = self.law_of(&record, procedure, &standing);
        let acts = self.all_acts_of(tx, &record, procedure, &standing, principal, handed_on, now).await?;
        if !is_office {
            record.handler = None;
            record.urged = 0;
        }
        let signing = if is_office { standing.asked.iter().map(to_sign).collect() } else { Vec::new() };
        Ok(MatterFile {
            row: self.to_row(&record, &standing.clocks, now)?,
            law,
            steps,
            history,
            clocks: standing.live_clocks().map(|clock| self.to_clock(procedure, clock, now)).collect(),
            acts,
            signing,
            handed_on,
            parent,
            children,
            if_nobody_acts: if_nobody_acts(books, &standing),
            alarms,
            facts: record.facts,
        })
    }

    /// The procedure's own acts that this person may do now; `NotFound` outside their reach.
    pub async fn acts_for(&self, tx: &mut Tx, id: MatterId, principal: &Principal, now: Instant) -> Result<Vec<MatterAct>> {
        let record = store::record(tx, id).await?;
        store::check_visible(&record, &principal.scope())?;
        let standing = store::standing(tx, &record).await?;
        let procedure = self.version_of(&record)?;
        let own = offered(procedure, &standing, &Actor::from(principal), now).into_iter().filter(|act| act.office.is_none());
        Ok(own.map(|act| self.to_act(procedure, &standing, act, now)).collect())
    }

    /// What the ladder proposes for a matter of this procedure about this business, with these facts.
    pub async fn suggest(&self, tx: &mut Tx, procedure: &str, business: Option<Id<Business>>, facts: &Json, now: Instant) -> Result<Option<Suggestion>> {
        let Some(procedure) = self.procedures.in_force(procedure, now.day()) else { return Ok(None) };
        let Some(ladder) = &procedure.ladder else { return Ok(None) };
        let facts = facts.as_object().cloned().unwrap_or_default();
        let mut earlier = Vec::new();
        if let Some(business) = business {
            let kind = facts.get(&ladder.same);
            for record in store::of_business(tx, business, window_start(ladder, self.law.as_ref(), now)).await? {
                if record.facts.get(&ladder.same) == kind && ladder.counts.contains(&record.procedure) {
                    let title = self.procedures.newest(&record.procedure).map_or(&record.procedure, |p| &p.title).clone();
                    earlier.push(Earlier { procedure: record.procedure, procedure_title: title, number: record.number, opened_at: record.opened_at });
                }
            }
        }
        Ok(suggest(procedure, self.law.as_ref(), &facts, &earlier, now))
    }

    /// The figures on a person's desk.
    pub async fn counts(&self, tx: &mut Tx, principal: &Principal, now: Instant) -> Result<Counts> {
        let scope = principal.scope();
        let mine = Wanted { desk: Some(self.desk(tx, principal, Pile::Mine, now).await?), ..Wanted::default() };
        let overdue = Wanted { overdue: true, ..Wanted::default() };
        let today = Wanted { due_until: Some(now.day().end()), ..mine.clone() };
        Ok(Counts {
            matters_mine: store::count(tx, &scope, &mine, now).await?,
            due_today: store::count(tx, &scope, &today, now).await?,
            overdue: store::count(tx, &scope, &overdue, now).await?,
        })
    }

    /// The newest alarms for this person's post in their reach.
    pub async fn alarms_for(&self, tx: &mut Tx, principal: &Principal) -> Result<Vec<AlarmRow>> {
        let found = store::alarms_for(tx, &principal.scope(), &principal.post, principal.person_id).await?;
        let rows = found.into_iter().map(|alarm| AlarmRow {
            id: alarm.id,
            matter_id: alarm.matter_id,
            matter_number: alarm.matter_number,
            title: alarm.title,
            text: alarm.text,
            at: alarm.at,
            seen: alarm.seen,
        });
        Ok(rows.collect())
    }

    /// Marks an alarm as seen; `NotFound` when it is not this person's.
    pub async fn alarm_seen(&self, tx: &mut Tx, principal: &Principal, id: Id<Alarm>, now: Instant) -> Result<()> {
        store::mark_seen(tx, &principal.scope(), &principal.post, principal.person_id, id, now).await
    }

    /// What the public may know of a business's rectifications, newest first.
    pub async fn public_rectifications(&self, tx: &mut Tx, business: Id<Business>) -> Result<Vec<PublicRectification>> {
        let mut out = Vec::new();
        for record in store::public_of_business(tx, business).await? {
            let procedure = self.version_of(&record)?;
            let clocks = store::clocks(tx, record.id).await?;
            let of_business = |clock: &&Clock| {
                let states = procedure.clock(&clock.rule).map(|rule| rule.runs_in.as_slice()).unwrap_or_default();
                states.iter().filter_map(|s| procedure.state(s)).any(|s| s.owner.iter().any(|post| is_business_post(post)))
            };
            let due_on = clocks.iter().rev().find(of_business).map(|clock| clock.due_at.plus_micros(-1).day());
            let text = |name: &str| record.facts.get(name).and_then(Json::as_str).map(str::to_owned);
            out.push(PublicRectification {
                id: record.id,
                title: text("scene_title").unwrap_or_else(|| record.title.clone()),
                found_on: record.opened_at.day(),
                state: if record.is_mended { "mended" } else { "open" },
                due_on,
                mended_on: if record.is_mended { record.closed_at.map(Instant::day) } else { None },
                requirement: text("requirement").unwrap_or_default(),
            });
        }
        Ok(out)
    }

    /// This person's desk: their own, with those of the people they stand in for.
    pub async fn desk(&self, tx: &mut Tx, principal: &Principal, pile: Pile, now: Instant) -> Result<Desk> {
        let hats = self.hats(tx, principal, now).await?;
        let mut posts: Vec<String> = hats.iter().map(|hat| hat.post.clone()).collect();
        posts.dedup();
        let people = hats.iter().flat_map(|hat| hat.stead_of.as_ref().map(|other| other.id).or(hat.person_id)).collect();
        Ok(Desk { pile, people, posts })
    }

    fn to_act(&self, procedure: &Procedure, standing: &Standing, act: &Act, now: Instant) -> MatterAct {
        let form = prepared_form(self.books(procedure), act, standing, now);
        MatterAct {
            id: act.id.clone(),
            title: act.title.clone(),
            tone: act.tone,
            form: form.map(|form| MatterForm { title: form.title, schema: form.schema, ui: form.ui }),
            files: act.files.clone(),
            consequence: act.consequence.clone(),
            opens: act.opens.as_deref().map(|id| self.procedures.newest(id).map_or(id, |p| p.title.as_str()).to_owned()),
            office: act.office.is_some(),
            batch: may_be_batched(act),
            on_behalf_of: None,
        }
    }

    /// What the viewer may do, as themselves or in somebody's stead, with the choices of people and offices.
    #[expect(clippy::too_many_arguments, reason = "everything an offer rests on")]
    async fn all_acts_of(&self, tx: &mut Tx, record: &Record, procedure: &Procedure, standing: &Standing, viewer: &Principal, handed_on: bool, now: Instant) -> Result<Vec<MatterAct>> {
        let mut acts: Vec<MatterAct> = Vec::new();
        for hat in self.hats(tx, viewer, now).await? {
            for act in offered(procedure, standing, &hat, now) {
                if acts.iter().any(|known| known.id == act.id) || (handed_on && act.id != WITHDRAW) {
                    continue;
                }
                let on_behalf_of = hat.stead_of.as_ref().map(|other| MatterPerson { id: other.id, name: other.name.clone() });
                acts.push(MatterAct { on_behalf_of, ..self.to_act(procedure, standing, act, now) });
            }
        }
        let kind = |act: &MatterAct| procedure.act(&act.id).and_then(|rule| rule.office);
        let names = |act: &MatterAct| matches!(kind(act), Some(OfficeAct::Transfer | OfficeAct::Countersign | OfficeAct::AddSign));
        if !acts.iter().any(names) {
            return Ok(acts);
        }
        let colleagues = self.staff.over(tx, &record.area_code).await?;
        let home = office_of(&record.area_code);
        let within = match &viewer.reach {
            Reach::Area { code } => sends_within(code),
            _ => home,
        };
        let abroad = procedure.office.as_ref().is_some_and(|rules| rules.offices);
        let offices = if abroad { self.staff.offices(tx, within, home.len()).await? } else { self.staff.offices(tx, home, home.len()).await? };
        for act in &mut acts {
            let on = kind(act);
            let Some(form) = &mut act.form else { continue };
            let person = |colleague: &Colleague| (colleague.id.to_string(), format!("{} · {}", colleague.name, post_title(&colleague.post)));
            match on {
                Some(OfficeAct::Transfer) => {
                    let is_other = |c: &&Colleague| record.handler.as_ref().is_none_or(|handler| handler.id != c.id);
                    let people = colleagues.iter().filter(|c| may_handle(procedure, &record.area_code, c)).filter(is_other).map(person);
                    offer(&mut form.schema, "person", people);
                    let places = offices.iter().filter(|office| office.code != home || record.handler.is_some());
                    let place = |office: &Office| {
                        let name = if office.code == home { format!("{}（退回待签收）", office.name) } else { office.name.clone() };
                        (office.code.clone(), name)
                    };
                    offer(&mut form.schema, "office", places.map(place));
                }
                Some(OfficeAct::Countersign | OfficeAct::AddSign) => {
                    let mut posts: Vec<&str> = colleagues.iter().map(|c| c.post.as_str()).collect();
                    posts.sort_unstable();
                    posts.dedup();
                    let others = colleagues.iter().filter(|c| c.id != viewer.person_id).map(person);
                    let posts = posts.into_iter().map(|post| (post.to_owned(), format!("任一{}", post_title(post))));
                    offer(&mut form.schema, "who", others.chain(posts.filter(|(post, _)| *post != viewer.post)));
                }
                _ => {}
            }
        }
        Ok(acts)
    }

    /// The articles of the procedure, and those the matter's own facts rest on.
    fn law_of(&self, record: &Record, procedure: &Procedure, standing: &Standing) -> Vec<MatterLaw> {
        let own = standing.facts.get("basis").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
        let mut law: Vec<MatterLaw> = Vec::new();
        for reference in own.chain(procedure.law.iter().map(String::as_str)) {
            let article = self.law.article(reference, record.opened_at.day()).map(MatterLaw::from);
            if let Some(article) = article.filter(|article| !law.contains(article)) {
                law.push(article);
            }
        }
        law
    }

    fn link(&self, record: &Record) -> Result<MatterLink> {
        let procedure = self.version_of(record)?;
        Ok(MatterLink {
            id: record.id,
            number: record.number.clone(),
            title: record.title.clone(),
            procedure_title: procedure.title.clone(),
            state_title: procedure.state_title(&record.state).to_owned(),
            end: record.is_end,
        })
    }

    fn to_row(&self, record: &Record, clocks: &[Clock], now: Instant) -> Result<MatterRow> {
        let procedure = self.version_of(record)?;
        let live = clocks.iter().filter(|clock| clock.state.is_live());
        let first = live.min_by_key(|clock| (clock.state == ClockState::Paused, clock.due_at));
        Ok(MatterRow {
            id: record.id,
            number: record.number.clone(),
            title: record.title.clone(),
            procedure: record.procedure.clone(),
            procedure_title: procedure.title.clone(),
            state: record.state.clone(),
            state_title: procedure.state_title(&record.state).to_owned(),
            end: record.is_end,
            business_id: record.business_id,
            business_name: record.business_name.clone(),
            area_code: record.area_code.clone(),
            area_name: record.area_name.clone(),
            opened_at: record.opened_at,
            closed_at: record.closed_at,
            result: record.result.clone(),
            reviewer: record.reviewer_name.clone(),
            clock: first.map(|clock| self.to_clock(procedure, clock, now)),
            revision: record.revision,
            supervised: record.supervised,
            handler: record.handler.as_ref().map(|handler| MatterPerson { id: handler.id, name: handler.name.clone() }),
            urged: record.urged,
        })
    }

    fn to_clock(&self, procedure: &Procedure, clock: &Clock, now: Instant) -> MatterClock {
        let rule = procedure.clock(&clock.rule);
        // The sweep may be some seconds late; the screen is not.
        let state = match clock.state {
            ClockState::Paused | ClockState::Stopped => clock.state,
            _ if now >= clock.due_at => ClockState::Expired,
            _ if now >= clock.warn_at => ClockState::Warned,
            other => other,
        };
        let seen_at = clock.paused_at.unwrap_or(now);
        let (left, unit) = self.calendar.left(clock.due_at, seen_at, clock.unit);
        MatterClock {
            id: clock.rule.clone(),
            title: rule.map_or_else(|| clock.rule.clone(), |rule| rule.title.clone()),
            due_at: clock.due_at,
            warn_at: clock.warn_at,
            state: state.as_str().into(),
            amount: clock.amount,
            unit: clock.unit.as_str().into(),
            basis: clock.basis.clone(),
            left: ClockLeft { amount: left.abs(), unit: unit.as_str().into(), overdue: seen_at >= clock.due_at },
            on_expiry: rule.map(on_expiry).unwrap_or_default(),
            provisional: clock.provisional,
            counted: counted(clock),
        }
    }
}

/// What asks everybody the same and names nobody, no step and no file of the one matter.
pub(crate) fn may_be_batched(act: &Act) -> bool {
    let one_by_one = matches!(act.office, Some(OfficeAct::ReturnTo | OfficeAct::Withdraw));
    !one_by_one && act.files.as_ref().is_none_or(|files| files.min == 0)
}

fn to_sign(ask: &Ask) -> MatterSign {
    let kind = match ask.kind {
        AskKind::All => "会签 · 全部同意",
        AskKind::Any => "会签 · 任一同意",
        AskKind::Add => "加签",
    };
    MatterSign { name: ask.name.clone(), answer: ask.answer.as_str(), kind }
}

fn on_expiry(rule: &ClockRule) -> String {
    rule.on_expiry.first().map_or_else(String::new, |step| format!("到期未办理将通知{}", post_title(&step.to)))
}

fn counted(clock: &Clock) -> String {
    let length = format!("{}{}", clock.amount, clock.unit.title());
    let mut text = match clock.unit {
        shian_calendar::Unit::Hour => format!("自{}起{length}，到{}止", in_words(clock.started_at), in_words(clock.due_at)),
        _ => {
            let day = clock.started_at.day();
            format!("自{}月{}日的次日起{length}，到{}止", day.month(), day.day_of_month(), in_words(clock.due_at))
        }
    };
    if clock.moved {
        text.push_str("（含延长或中止）");
    }
    if clock.provisional {
        text.push_str("；跨越尚未公布节假日安排的年度，暂定");
    }
    text
}

/// The row of steps: what was passed, where it stands, what is ahead.
fn steps<'a>(procedure: &Procedure, state: &str, visited: impl Iterator<Item = &'a str>) -> Vec<MatterStep> {
    let mut visited: Vec<&str> = visited.collect();
    visited.push(state);
    let titled: Vec<_> = procedure.states.iter().filter_map(|s| Some((s, s.step.as_deref()?))).collect();
    let at = titled.iter().position(|(s, _)| s.id == state);
    let step = |id: &str, title: &str, at: When| MatterStep { state: id.into(), title: title.into(), at };
    if let Some(at) = at {
        let whens = titled.iter().enumerate().map(|(index, (s, title))| {
            let when = match index.cmp(&at) {
                std::cmp::Ordering::Less => When::Past,
                std::cmp::Ordering::Equal => When::Now,
                std::cmp::Ordering::Greater => When::Next,
            };
            step(&s.id, title, when)
        });
        return whens.collect();
    }
    // On a side way: what was passed, the side way itself, and, unless it is an end, what is still ahead.
    let title = procedure.state_title(state);
    let passed: Vec<_> = titled.iter().filter(|(s, _)| visited.contains(&s.id.as_str())).collect();
    let mut out: Vec<MatterStep> = passed.iter().map(|(s, title)| step(&s.id, title, When::Past)).collect();
    out.push(step(state, title, When::Now));
    if !procedure.is_end(state) {
        out.extend(titled.iter().filter(|(s, _)| !visited.contains(&s.id.as_str())).map(|(s, title)| step(&s.id, title, When::Next)));
    }
    out
}
