//! One's own second factor.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shian_base::Instant;
use shian_web::{Answer, Caller, ProblemBody};
use utoipa::ToSchema;

use super::Deps;
use crate::store::People;

#[derive(Serialize, ToSchema)]
pub struct SecondFactor {
    /// Since when it is asked for; none when it is not set up.
    since: Option<Instant>,
    recovery_codes_left: i64,
    /// The post cannot be held without it.
    required: bool,
}

/// Whether one has a second factor.
#[utoipa::path(get, path = "/api/second-factor", tag = "sessions",
    responses((status = 200, body = SecondFactor), (status = 401, body = ProblemBody)))]
pub async fn factor(State(deps): State<Deps>, caller: Caller) -> Answer<Json<SecondFactor>> {
    let person = caller.signed_in()?;
    let mut tx = deps.db.read().await?;
    let found = People::factor(&mut tx, person.person_id).await?;
    let required = deps.config.second_factor_posts.contains(&person.post);
    let (since, recovery_codes_left) = found.map_or((None, 0), |(since, left)| (Some(since), left));
    Ok(Json(SecondFactor { since, recovery_codes_left, required }))
}
