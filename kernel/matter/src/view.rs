//! Matters as screens show them: rows, files, clocks, acts.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use shian_access::{Business, Principal, Scope, post_title};
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
use crate::model::{Actor, Clock, ClockState, MatterId, Standing, is_business_post};
use crate::procedure::{ClockRule, FilesAsked, Procedure, Tone};
use crate::store::{self, Alarm, Entry, Record, Wanted};
use crate::take::{offered, prepared_form};

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
        let rows = records.iter().map(|r| self.to_row(r, clocks.get(&r.id).map_or(&[], Vec::as_slice), now)).collect::<Result<_>>()?;
        Ok((rows, total))
    }

    /// Everything about a matter that this person may know; `NotFound` outside their reach.
    pub async fn file(&self, tx: &mut Tx, id: MatterId, principal: &Principal, now: Instant) -> Result<MatterFile> {
        let scope = principal.scope();
        let record = store::record(tx, id).await?;
        store::check_visible(&record, &scope)?;
        let procedure = self.version_of(&record)?;
        let books = self.books(procedure);
        let standing = store::standing(tx, &record).await?;
        let entries = store::history(tx, id).await?;
        let steps = steps(procedure, &record.state, entries.iter().map(|entry| entry.to_state.as_str()));
        let mut history = Vec::with_capacity(entries.len());
        for mut entry in entries {
            let told_as = procedure.act(&entry.act).and_then(|act| act.told_as.as_ref());
            if let Some(told) = told_as.filter(|_| is_business_post(&principal.post)) {
                entry = Entry { act: "told".into(), act_title: told.clone(), form: json!({}), form_fields: vec![], files: vec![], ..entry };
            }
            history.push(MatterEntry {
                seq: entry.seq,
                act: entry.act,
                act_title: entry.act_title,
                actor_post_title: if entry.actor_post == "system" { String::new() } else { post_title(&entry.actor_post).to_owned() },
                actor_name: entry.actor_name,
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
        let is_office = !is_business_post(&principal.post);
        let alarms = store::alarms_of(tx, id).await?.into_iter().filter(|alarm| is_office || alarm.to_post == principal.post);
        let alarms = alarms.map(|alarm| MatterAlarm { at: alarm.at, text: alarm.text, to: post_title(&alarm.to_post).to_owned() });
        let alarms = alarms.collect();
        let law = self.law_of(&record, procedure, &standing);
        Ok(MatterFile {
            row: self.to_row(&record, &standing.clocks, now)?,
            law,
            steps,
            history,
            clocks: standing.live_clocks().map(|clock| self.to_clock(procedure, clock, now)).collect(),
            acts: self.acts_of(procedure, &standing, &Actor::from(principal), now),
            parent,
            children,
            if_nobody_acts: if_nobody_acts(books, &standing),
            alarms,
            facts: record.facts,
        })
    }

    /// What this person may do with the matter now; `NotFound` outside their reach.
    pub async fn acts_for(&self, tx: &mut Tx, id: MatterId, principal: &Principal, now: Instant) -> Result<Vec<MatterAct>> {
        let record = store::record(tx, id).await?;
        store::check_visible(&record, &principal.scope())?;
        let standing = store::standing(tx, &record).await?;
        Ok(self.acts_of(self.version_of(&record)?, &standing, &Actor::from(principal), now))
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
        let mine = Wanted { queue_of: Some(principal.post.clone()), ..Wanted::default() };
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

    fn acts_of(&self, procedure: &Procedure, standing: &Standing, actor: &Actor, now: Instant) -> Vec<MatterAct> {
        let books = self.books(procedure);
        let acts = offered(procedure, standing, actor, now).into_iter().map(|act| MatterAct {
            id: act.id.clone(),
            title: act.title.clone(),
            tone: act.tone,
            form: prepared_form(books, act, standing, now).map(|form| MatterForm { title: form.title, schema: form.schema, ui: form.ui }),
            files: act.files.clone(),
            consequence: act.consequence.clone(),
            opens: act.opens.as_deref().map(|id| self.procedures.newest(id).map_or(id, |p| p.title.as_str()).to_owned()),
        });
        acts.collect()
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
