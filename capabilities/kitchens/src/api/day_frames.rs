//! GET /api/cameras/{id}/day-frames

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use shian_base::{Day, Error, Instant};
use shian_web::{Answer, Caller, ProblemBody};
use utoipa::{IntoParams, ToSchema};

use super::{filled, within};
use crate::access::FRAMES;
use crate::{Kitchens, store};

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct DayQuery {
    /// A legal day, `YYYY-MM-DD`; today when left out.
    #[param(value_type = Option<String>, format = Date)]
    pub day: Option<String>,
}

/// A picture kept of a day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DayFrame {
    pub at: Instant,
    pub url: String,
    /// Whether something was found on it.
    pub hit: bool,
}

/// The pictures kept of a camera's day, oldest first: one an hour while the business is open, and every finding's.
#[utoipa::path(get, path = "/api/cameras/{id}/day-frames", tag = "cameras",
    params(("id" = String, Path), DayQuery),
    responses((status = 200, body = Vec<DayFrame>), (status = 401, body = ProblemBody),
              (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn camera_day_frames(
    State(kitchens): State<Arc<Kitchens>>,
    caller: Caller,
    Path(id): Path<String>,
    asked: Result<Query<DayQuery>, QueryRejection>,
) -> Answer<Json<Vec<DayFrame>>> {
    let mut tx = kitchens.db.read().await?;
    let camera = within(&mut tx, &caller, FRAMES, &id).await?;
    let Query(query) = asked.map_err(|error| Error::invalid("", "web.query", error.body_text()))?;
    let day: Day = match filled(query.day) {
        Some(text) => text.parse().map_err(|_| Error::invalid("day", "base.day", "this is no day (YYYY-MM-DD)"))?,
        None => kitchens.clock.now().day(),
    };
    let stills = store::stills(&mut tx, camera.id, day.start(), day.end()).await?;
    let frames = stills.into_iter().map(|(at, file, hit)| DayFrame { at, url: format!("/api/files/{file}"), hit });
    Ok(Json(frames.collect()))
}
