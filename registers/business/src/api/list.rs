//! GET /api/businesses

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shian_base::Day;
use shian_web::{Answer, Caller, Page, Paged, ProblemBody};
use utoipa::ToSchema;

use super::Deps;
use super::query::{self, Asked, BusinessQuery};
use crate::access::READ;
use crate::{BusinessId, Businesses, Grade, Kind, Listed, Status};

/// A business as a row of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct BusinessRow {
    #[schema(value_type = String)]
    pub id: BusinessId,
    pub name: String,
    pub kind: Kind,
    pub kind_title: &'static str,
    /// The finer word for the kind, such as 小型餐馆.
    pub form: Option<String>,
    pub address: String,
    /// The grid it lies in.
    pub area_code: String,
    pub area_name: String,
    pub station_name: String,
    /// Food-safety risk grade, A low to D high.
    pub grade: Option<Grade>,
    /// General credit-risk class, A low to D high.
    pub credit: Option<Grade>,
    pub status: Status,
    /// Of the licence that holds longest; none where none is needed.
    pub licence_number: Option<String>,
    #[schema(value_type = Option<String>, format = Date)]
    pub licence_valid_to: Option<Day>,
    pub lon: f64,
    pub lat: f64,
    /// Diners a meal, or seats.
    pub capacity: Option<i64>,
    pub floor_area_m2: Option<i64>,
}

/// Businesses of the caller's area; for a merchant, the own business.
///
/// The nearest names come first, then in the order of their pinyin.
#[utoipa::path(get, path = "/api/businesses", tag = "businesses", params(BusinessQuery, Page),
    responses((status = 200, body = Paged<BusinessRow>), (status = 401, body = ProblemBody),
              (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn businesses(
    State(deps): State<Deps>,
    caller: Caller,
    page: Page,
    asked: Asked,
) -> Answer<Json<Paged<BusinessRow>>> {
    let scope = caller.scope(READ)?;
    let wanted = query::read(asked)?;
    let mut tx = deps.db.read().await?;
    let (listed, total) = Businesses::list(&mut tx, &scope, &wanted, page.offset(), page.page_size).await?;
    Ok(Json(Paged::new(listed.into_iter().map(BusinessRow::from).collect(), total, page)))
}

impl From<Listed> for BusinessRow {
    fn from(listed: Listed) -> Self {
        let b = listed.business;
        Self {
            id: b.id,
            name: b.name,
            kind: b.kind,
            kind_title: b.kind.title(),
            form: b.form,
            address: b.address,
            area_code: b.area_code,
            area_name: listed.area_name,
            station_name: listed.station_name,
            grade: b.grade,
            credit: b.credit,
            status: b.status,
            licence_number: listed.licence_number,
            licence_valid_to: listed.licence_valid_to,
            lon: b.lon,
            lat: b.lat,
            capacity: b.capacity,
            floor_area_m2: b.floor_area_m2,
        }
    }
}
