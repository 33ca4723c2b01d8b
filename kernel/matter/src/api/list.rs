//! GET /api/matters

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;
use shian_base::{Day, Error};
use shian_web::{Answer, Caller, Page, Paged, ProblemBody};
use utoipa::IntoParams;

use super::Deps;
use crate::desk::end_of_week;
use crate::store::{Pile, Wanted};
use crate::view::MatterRow;

/// Which matters are wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct Filter {
    /// Part of the caller's desk, soonest clock first: `mine` what waits for the caller now, `handled` what the
    /// caller deals with, `unclaimed` what waits for somebody of the caller's post to claim it. Those the caller
    /// stands in for are included.
    queue: Option<String>,
    /// Id of the person who deals with it.
    handler: Option<String>,
    /// Procedure, such as `rectification`.
    procedure: Option<String>,
    /// State of the procedure.
    state: Option<String>,
    /// Id of a business.
    business: Option<String>,
    /// Code of an area; everything under it counts.
    area: Option<String>,
    /// Only those whose clock has run out.
    overdue: Option<bool>,
    /// `today` or `week`: only those whose clock runs out before midnight, or before the week ends on Sunday.
    due: Option<String>,
    /// A day: what runs out until its end if nobody acts.
    expires: Option<Day>,
    /// true: only open ones; false: only ended ones.
    open: Option<bool>,
    /// Words in the title, the number or the name of the business.
    q: Option<String>,
}

/// Matters in the caller's reach.
///
/// The newest first; with `queue=mine` the one whose clock runs out first.
#[utoipa::path(get, path = "/api/matters", tag = "matters", params(Filter, Page),
    responses((status = 200, body = Paged<MatterRow>), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub(crate) async fn list(
    State(deps): State<Deps>,
    caller: Caller,
    filter: Result<Query<Filter>, QueryRejection>,
    page: Page,
) -> Answer<Json<Paged<MatterRow>>> {
    let scope = caller.scope("matter.read")?;
    let Query(filter) = filter.map_err(|error| Error::invalid("", "web.query", error.body_text()))?;
    let business = filter.business.as_deref().filter(|id| !id.is_empty()).map(str::parse).transpose()?;
    let now = deps.clock.now();
    let mut tx = deps.db.read().await?;
    let pile = match filter.queue.as_deref().unwrap_or_default() {
        "" => None,
        "mine" => Some(Pile::Mine),
        "handled" => Some(Pile::Handled),
        "unclaimed" => Some(Pile::Unclaimed),
        _ => return Err(Error::invalid("queue", "web.query", "应为 mine、handled 或 unclaimed").into()),
    };
    let desk = match pile {
        Some(pile) => Some(deps.matters.desk(&mut tx, caller.principal()?, pile, now).await?),
        None => None,
    };
    let wanted = Wanted {
        desk,
        handler: filter.handler.as_deref().filter(|id| !id.is_empty()).map(str::parse).transpose()?,
        procedure: filter.procedure.filter(|text| !text.is_empty()),
        state: filter.state.filter(|text| !text.is_empty()),
        business,
        area: filter.area.filter(|text| !text.is_empty()),
        overdue: filter.overdue.unwrap_or(false),
        due_until: match filter.due.as_deref() {
            Some("today") => Some(now.day().end()),
            Some("week") => Some(end_of_week(now)),
            _ => filter.expires.map(Day::end),
        },
        open: filter.open,
        text: filter.q,
    };
    let (rows, total) = deps.matters.list(&mut tx, &scope, &wanted, now, page.page_size, page.offset()).await?;
    Ok(Json(Paged::new(rows, total, page)))
}
