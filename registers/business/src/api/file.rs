//! GET /api/businesses/{id}

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use shian_base::{Day, Id, Instant};
use shian_web::{Answer, Caller, ProblemBody};
use utoipa::ToSchema;

use super::Deps;
use super::list::BusinessRow;
use crate::access::READ;
use crate::hours::OpeningHours;
use crate::{
    BusinessId, Businesses, HistoryEntry, Label, Licence, LicenceKind, LicenceState, Responsible, Role, masked_phone,
};

/// Everything the register keeps about one business (一企一档).
#[derive(Debug, Serialize, ToSchema)]
pub struct BusinessFile {
    #[serde(flatten)]
    pub row: BusinessRow,
    pub credit_code: Option<String>,
    pub legal_person: String,
    /// `138****2206`
    pub contact_phone_masked: String,
    #[schema(value_type = String, format = Date)]
    pub opened_on: Day,
    pub opening_hours: OpeningHours,
    pub open_now: bool,
    pub licences: Vec<LicenceRow>,
    pub labels: Vec<LabelRow>,
    pub people: Vec<ResponsibleRow>,
    /// The latest 200 events, newest first.
    pub history: Vec<HistoryRow>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BusinessLicence)]
pub struct LicenceRow {
    #[schema(value_type = String)]
    pub id: Id<Licence>,
    pub kind: LicenceKind,
    pub kind_title: &'static str,
    pub number: String,
    #[schema(value_type = String, format = Date)]
    pub valid_from: Day,
    /// The last day on which it holds.
    #[schema(value_type = String, format = Date)]
    pub valid_to: Day,
    pub state: LicenceState,
    pub issuer: String,
    pub scope: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BusinessLabel)]
pub struct LabelRow {
    pub code: String,
    pub title: String,
    pub by: String,
    #[schema(value_type = Option<String>, format = Date)]
    pub expires_on: Option<Day>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BusinessResponsible)]
pub struct ResponsibleRow {
    pub role: Role,
    pub role_title: &'static str,
    pub name: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BusinessHistoryEntry)]
pub struct HistoryRow {
    #[schema(value_type = String, format = DateTime)]
    pub at: Instant,
    /// `opened`, `licence`, `grade`, `label`, `status`, or a capability's own word.
    pub kind: String,
    pub title: String,
    pub text: String,
}

const HISTORY_MAX: i64 = 200;

/// One business with its licences, labels, people and history.
///
/// Outside of the caller's area it is not found.
#[utoipa::path(get, path = "/api/businesses/{id}", tag = "businesses", params(("id" = String, Path)),
    responses((status = 200, body = BusinessFile), (status = 401, body = ProblemBody),
              (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn business(State(deps): State<Deps>, caller: Caller, Path(id): Path<String>) -> Answer<Json<BusinessFile>> {
    let scope = caller.scope(READ)?;
    let id: BusinessId = id.parse()?;
    let now = deps.clock.now();
    let mut tx = deps.db.read().await?;
    let listed = Businesses::listed_within(&mut tx, &scope, id).await?;
    let business = listed.business.clone();
    let licences = Businesses::licences(&mut tx, id).await?;
    let labels = Businesses::labels(&mut tx, id).await?;
    let people = Businesses::people(&mut tx, id).await?;
    let history = Businesses::history(&mut tx, id, HISTORY_MAX).await?;
    Ok(Json(BusinessFile {
        row: listed.into(),
        open_now: business.is_open_at(now),
        credit_code: business.credit_code,
        legal_person: business.legal_person,
        contact_phone_masked: masked_phone(&business.contact_phone),
        opened_on: business.opened_on,
        opening_hours: business.opening_hours,
        licences: licences.into_iter().map(|licence| LicenceRow::on(licence, now.day())).collect(),
        labels: labels.into_iter().map(LabelRow::from).collect(),
        people: people.into_iter().map(ResponsibleRow::from).collect(),
        history: history.into_iter().map(HistoryRow::from).collect(),
    }))
}

impl LicenceRow {
    fn on(licence: Licence, today: Day) -> Self {
        Self {
            id: licence.id,
            kind: licence.kind,
            kind_title: licence.kind.title(),
            state: licence.state_on(today),
            number: licence.number,
            valid_from: licence.valid_from,
            valid_to: licence.valid_to,
            issuer: licence.issuer,
            scope: licence.scope,
        }
    }
}
impl From<Label> for LabelRow {
    fn from(label: Label) -> Self {
        Self { code: label.code, title: label.title, by: label.by, expires_on: label.expires_on }
    }
}
impl From<Responsible> for ResponsibleRow {
    fn from(person: Responsible) -> Self {
        Self { role: person.role, role_title: person.role.title(), name: person.name }
    }
}
impl From<HistoryEntry> for HistoryRow {
    fn from(entry: HistoryEntry) -> Self {
        Self { at: entry.at, kind: entry.kind, title: entry.title, text: entry.text }
    }
}
