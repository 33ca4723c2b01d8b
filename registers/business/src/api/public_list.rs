//! GET /api/public/businesses

use axum::Json;
use axum::extract::{Query, State};
use axum::extract::rejection::QueryRejection;
use serde::{Deserialize, Serialize};
use shian_access::Scope;
use shian_web::{Answer, Page, Paged, ProblemBody};
use utoipa::{IntoParams, ToSchema};

use super::Deps;
use super::query::{self, BusinessQuery};
use crate::{BusinessId, Businesses, Grade, Kind, Listed};

/// What everyone may know about a business, as a row. A field is public by standing here.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicBusinessRow {
    #[schema(value_type = String)]
    pub id: BusinessId,
    pub name: String,
    pub kind: Kind,
    pub kind_title: &'static str,
    pub form: Option<String>,
    pub address: String,
    pub grade: Option<Grade>,
    pub lon: f64,
    pub lat: f64,
}

/// Narrows the public list. An empty value is as none.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct PublicBusinessQuery {
    /// Name, part of it, its pinyin initials, the beginning of a credit code or licence number, part of the address.
    pub q: Option<String>,
    #[param(value_type = Option<Kind>)]
    pub kind: Option<String>,
}

/// Businesses for everyone to look up; those closed for good are absent.
#[utoipa::path(get, path = "/api/public/businesses", tag = "public", params(PublicBusinessQuery, Page),
    responses((status = 200, body = Paged<PublicBusinessRow>), (status = 422, body = ProblemBody)))]
pub async fn public_businesses(
    State(deps): State<Deps>,
    page: Page,
    asked: Result<Query<PublicBusinessQuery>, QueryRejection>,
) -> Answer<Json<Paged<PublicBusinessRow>>> {
    let asked = asked.map(|Query(public)| {
        Query(BusinessQuery { q: public.q, kind: public.kind, ..BusinessQuery::default() })
    });
    let mut wanted = query::read(asked)?;
    wanted.without_closed = true;
    let mut tx = deps.db.read().await?;
    let (listed, total) =
        Businesses::list(&mut tx, &Scope::Everything, &wanted, page.offset(), page.page_size).await?;
    Ok(Json(Paged::new(listed.into_iter().map(PublicBusinessRow::from).collect(), total, page)))
}

impl From<Listed> for PublicBusinessRow {
    fn from(listed: Listed) -> Self {
        let b = listed.business;
        Self {
            id: b.id,
            name: b.name,
            kind: b.kind,
            kind_title: b.kind.title(),
            form: b.form,
            address: b.address,
            grade: b.grade,
            lon: b.lon,
            lat: b.lat,
        }
    }
}
