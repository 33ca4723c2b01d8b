//! GET /api/public/businesses/{id}

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use shian_base::{Day, Error};
use shian_web::{Answer, ProblemBody};
use utoipa::ToSchema;

use super::Deps;
use crate::hours::OpeningHours;
use crate::{BusinessId, Businesses, Grade, Kind, LicenceState, Status};

/// What everyone may know about a business. A field is public by standing here: names and telephones
/// of people are not.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicBusiness {
    #[schema(value_type = String)]
    pub id: BusinessId,
    pub name: String,
    pub kind: Kind,
    pub kind_title: &'static str,
    pub form: Option<String>,
    pub address: String,
    pub lon: f64,
    pub lat: f64,
    pub grade: Option<Grade>,
    pub status: Status,
    pub credit_code: Option<String>,
    pub licences: Vec<PublicLicence>,
    pub opening_hours: OpeningHours,
    pub open_now: bool,
    /// Diners a meal, or seats.
    pub capacity: Option<i64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PublicLicence {
    pub kind_title: &'static str,
    pub number: String,
    #[schema(value_type = String, format = Date)]
    pub valid_to: Day,
    pub state: LicenceState,
}

/// One business for everyone; one closed for good is not found.
#[utoipa::path(get, path = "/api/public/businesses/{id}", tag = "public", params(("id" = String, Path)),
    responses((status = 200, body = PublicBusiness), (status = 404, body = ProblemBody)))]
pub async fn public_business(State(deps): State<Deps>, Path(id): Path<String>) -> Answer<Json<PublicBusiness>> {
    let id: BusinessId = id.parse()?;
    let now = deps.clock.now();
    let mut tx = deps.db.read().await?;
    let business = Businesses::find(&mut tx, id).await?;
    if business.status == Status::Closed {
        return Err(Error::NotFound.into());
    }
    let licences = Businesses::licences(&mut tx, id).await?;
    Ok(Json(PublicBusiness {
        open_now: business.is_open_at(now),
        id: business.id,
        name: business.name,
        kind: business.kind,
        kind_title: business.kind.title(),
        form: business.form,
        address: business.address,
        lon: business.lon,
        lat: business.lat,
        grade: business.grade,
        status: business.status,
        credit_code: business.credit_code,
        licences: licences
            .into_iter()
            .map(|licence| PublicLicence {
                kind_title: licence.kind.title(),
                state: licence.state_on(now.day()),
                number: licence.number,
                valid_to: licence.valid_to,
            })
            .collect(),
        opening_hours: business.opening_hours,
        capacity: business.capacity,
    }))
}
