//! GET /api/businesses/points

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shian_web::{Answer, Caller, ProblemBody};
use utoipa::ToSchema;

use super::Deps;
use super::query::{self, Asked, BusinessQuery};
use crate::access::READ;
use crate::{Businesses, Grade, Kind};

/// Where businesses lie.
#[derive(Debug, Serialize, ToSchema)]
pub struct BusinessPoints {
    /// Each is `[id, name, longitude, latitude, kind, grade]`.
    pub points: Vec<(String, String, f64, f64, Kind, Option<Grade>)>,
    /// Whether there are more than are listed: narrow by area then.
    pub truncated: bool,
}

/// More than a screen can tell apart; above, the map asks area by area.
const LIMIT: i64 = 20_000;

/// The points of the caller's businesses for the map.
#[utoipa::path(get, path = "/api/businesses/points", tag = "businesses", params(BusinessQuery),
    responses((status = 200, body = BusinessPoints), (status = 401, body = ProblemBody),
              (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn business_points(State(deps): State<Deps>, caller: Caller, asked: Asked) -> Answer<Json<BusinessPoints>> {
    let scope = caller.scope(READ)?;
    let mut wanted = query::read(asked)?;
    wanted.without_closed = true;
    let mut tx = deps.db.read().await?;
    let mut points = Businesses::points(&mut tx, &scope, &wanted, LIMIT + 1).await?;
    let truncated = points.len() as i64 > LIMIT;
    points.truncate(LIMIT as usize);
    let points = points
        .into_iter()
        .map(|(id, name, lon, lat, kind, grade)| (id.to_string(), name, lon, lat, kind, grade))
        .collect();
    Ok(Json(BusinessPoints { points, truncated }))
}
