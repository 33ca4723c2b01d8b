//! What lies on whose desk: figures for the filters, and who has how much.

use serde::Serialize;
use shian_access::{Person, Principal, Reach, post_title};
use shian_base::{Id, Instant, Result};
use shian_db::Tx;
use utoipa::ToSchema;

use crate::engine::Matters;
use crate::store::{self, Pile, Wanted};

/// How much lies in each part of a person's desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DeskPiles {
    /// Waits for the person now.
    pub mine: i64,
    /// 我承办的, whoever has it now.
    pub handled: i64,
    /// 待签收.
    pub unclaimed: i64,
    /// 本周到期, of mine.
    pub due_week: i64,
    /// 已逾期, in the whole reach.
    pub overdue: i64,
}

/// How much one person deals with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct WorkloadRow {
    /// None for what nobody has claimed.
    #[schema(value_type = Option<String>)]
    pub person_id: Option<Id<Person>>,
    pub name: String,
    pub post_title: String,
    pub open: i64,
    /// Of them, those whose clock runs out this week.
    pub due_week: i64,
    pub overdue: i64,
}

/// Sunday, 24:00.
pub(crate) fn end_of_week(now: Instant) -> Instant {
    let day = now.day();
    day.plus_days(7 - i64::from(day.weekday())).end()
}

/// Colleagues without any matter are listed as well, as long as there are no more than these.
const MOST: i64 = 300;

impl Matters {
    pub async fn piles(&self, tx: &mut Tx, principal: &Principal, now: Instant) -> Result<DeskPiles> {
        let scope = principal.scope();
        let mine = Wanted { desk: Some(self.desk(tx, principal, Pile::Mine, now).await?), ..Wanted::default() };
        let with = |pile: Pile| Wanted { desk: mine.desk.clone().map(|desk| store::Desk { pile, ..desk }), ..Wanted::default() };
        let week = Wanted { due_until: Some(end_of_week(now)), ..mine.clone() };
        let overdue = Wanted { overdue: true, ..Wanted::default() };
        Ok(DeskPiles {
            mine: store::count(tx, &scope, &mine, now).await?,
            handled: store::count(tx, &scope, &with(Pile::Handled), now).await?,
            unclaimed: store::count(tx, &scope, &with(Pile::Unclaimed), now).await?,
            due_week: store::count(tx, &scope, &week, now).await?,
            overdue: store::count(tx, &scope, &overdue, now).await?,
        })
    }

    /// Who has how much within this person's reach, the most burdened first; last what nobody has claimed.
    pub async fn workload(&self, tx: &mut Tx, principal: &Principal, now: Instant) -> Result<Vec<WorkloadRow>> {
        let Reach::Area { code } = &principal.reach else { return Ok(Vec::new()) };
        let staff = self.staff.under(tx, code, MOST).await?;
        let title_of = |id: Id<Person>| staff.iter().find(|colleague| colleague.id == id).map_or("", |colleague| post_title(&colleague.post));
        let mut rows: Vec<WorkloadRow> = Vec::new();
        let mut unclaimed = None;
        for load in store::loads(tx, &principal.scope(), now, end_of_week(now)).await? {
            let (person_id, name) = load.handler.map_or((None, "待签收".to_owned()), |(id, name)| (Some(id), name));
            let post_title = person_id.map_or("", title_of).to_owned();
            let row = WorkloadRow { person_id, name, post_title, open: load.open, due_week: load.due, overdue: load.overdue };
            if person_id.is_some() { rows.push(row) } else { unclaimed = Some(row) }
        }
        // Who has nothing is listed too, if matters could be theirs.
        let has_queue = |post: &String| self.procedures.all().iter().flat_map(|p| &p.states).any(|state| state.owner.contains(post));
        for colleague in staff.iter().filter(|colleague| has_queue(&colleague.post)) {
            if !rows.iter().any(|row| row.person_id == Some(colleague.id)) {
                let (name, post_title) = (colleague.name.clone(), post_title(&colleague.post).to_owned());
                rows.push(WorkloadRow { person_id: Some(colleague.id), name, post_title, open: 0, due_week: 0, overdue: 0 });
            }
        }
        rows.extend(unclaimed);
        Ok(rows)
    }
}
