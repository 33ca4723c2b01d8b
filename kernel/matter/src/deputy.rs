//! 代理: during leave one person's acts are done by another, from a day to a day; the history names both.

use serde::{Deserialize, Serialize};
use shian_access::{Person, Principal, Reach, post_title};
use shian_base::{Day, Error, Id, Instant, Result};
use shian_db::Tx;
use utoipa::ToSchema;

use crate::engine::Matters;
use crate::office::{Colleague, reaches};
use crate::store::{self, Deputy, DeputyRecord};

/// Somebody acts for somebody else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DeputyRow {
    #[schema(value_type = String)]
    pub id: Id<Deputy>,
    /// Who is away.
    pub person_name: String,
    pub deputy_name: String,
    pub from: Day,
    pub to: Day,
    pub reason: String,
    /// The caller gave it and can call it back.
    pub mine: bool,
    pub is_now: bool,
}

/// The caller's delegations and whom one may be given to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Deputies {
    pub items: Vec<DeputyRow>,
    /// Colleagues whose post reaches as far as the caller's.
    pub colleagues: Vec<ColleagueRow>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ColleagueRow {
    #[schema(value_type = String)]
    pub id: Id<Person>,
    pub name: String,
    pub post_title: String,
}

/// Who shall act for the caller, and when.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDeputy {
    #[schema(value_type = String)]
    pub deputy_id: Id<Person>,
    pub from: Day,
    pub to: Day,
    pub reason: String,
}

/// A delegation lasts no longer than this; who is away longer holds the post no more.
const DAYS_MOST: i64 = 180;

/// Whether the delegation makes sense; `others` are those already given.
fn check(new: &NewDeputy, principal: &Principal, deputy: Option<&Colleague>, others: &[DeputyRecord], today: Day) -> Result<()> {
    let Reach::Area { code } = &principal.reach else { return Err(Error::Forbidden) };
    if new.deputy_id == principal.person_id {
        return Err(Error::invalid("deputy_id", "deputy.self", "不能委托自己"));
    }
    if !deputy.is_some_and(|deputy| reaches(&deputy.area_code, code)) {
        return Err(Error::invalid("deputy_id", "deputy.reach", "请选择同一单位或上级单位的人"));
    }
    if new.from < today || new.to < new.from || new.to.days_since(new.from) > DAYS_MOST {
        return Err(Error::invalid("to", "deputy.days", format!("起止日期应从今天起，最长{DAYS_MOST}天")));
    }
    let text = new.reason.trim().chars().count();
    if !(2..=200).contains(&text) {
        return Err(Error::invalid("reason", "deputy.reason", "请填写事由，2至200个字"));
    }
    let overlaps = |other: &&DeputyRecord| other.person_id == principal.person_id && other.from_day <= new.to && new.from <= other.to_day;
    match others.iter().find(overlaps) {
        Some(other) => Err(Error::Refused {
            code: "deputy.overlaps",
            message: format!("{}至{}已委托{}代理", other.from_day, other.to_day, other.deputy_name),
            facts: serde_json::json!({ "deputy": other.deputy_name }),
        }),
        None => Ok(()),
    }
}

impl Matters {
    /// Delegations that this person gave or was given and that are not over.
    pub async fn deputies(&self, tx: &mut Tx, principal: &Principal, now: Instant) -> Result<Deputies> {
        let Reach::Area { code } = &principal.reach else { return Err(Error::Forbidden) };
        let items = store::deputies_of(tx, principal.person_id, now.day()).await?;
        let colleagues = self.staff.over(tx, code).await?.into_iter().filter(|colleague| colleague.id != principal.person_id);
        Ok(Deputies {
            items: items.into_iter().map(|record| row(record, principal, now.day())).collect(),
            colleagues: colleagues.map(|c| ColleagueRow { id: c.id, post_title: post_title(&c.post).to_owned(), name: c.name }).collect(),
        })
    }

    /// Lets somebody act for this person.
    pub async fn delegate(&self, tx: &mut Tx, principal: &Principal, new: NewDeputy, now: Instant) -> Result<DeputyRow> {
        let deputy = self.staff.person(tx, new.deputy_id).await?;
        let others = store::deputies_of(tx, principal.person_id, now.day()).await?;
        check(&new, principal, deputy.as_ref(), &others, now.day())?;
        let record = DeputyRecord {
            id: Id::new(),
            person_id: principal.person_id,
            person_name: principal.name.clone(),
            deputy_id: new.deputy_id,
            deputy_name: deputy.map(|deputy| deputy.name).unwrap_or_default(),
            from_day: new.from,
            to_day: new.to,
            reason: new.reason.trim().to_owned(),
        };
        store::add_deputy(tx, &record, now).await?;
        Ok(row(record, principal, now.day()))
    }

    /// Calls a delegation back; `NotFound` when it is not this person's.
    pub async fn end_delegation(&self, tx: &mut Tx, principal: &Principal, id: Id<Deputy>, now: Instant) -> Result<()> {
        store::end_deputy(tx, id, principal.person_id, now).await
    }
}

fn row(record: DeputyRecord, principal: &Principal, today: Day) -> DeputyRow {
    DeputyRow {
        id: record.id,
        mine: record.person_id == principal.person_id,
        is_now: record.from_day <= today && today <= record.to_day,
        person_name: record.person_name,
        deputy_name: record.deputy_name,
        from: record.from_day,
        to: record.to_day,
        reason: record.reason,
    }
}
