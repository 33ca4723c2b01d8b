//! The posts there are.

use axum::Json;
use serde::Serialize;
use shian_access::POSTS;
use shian_web::{Answer, Caller, ProblemBody};
use utoipa::ToSchema;

use crate::access::{ADMINISTRATORS, READ};

#[derive(Serialize, ToSchema)]
pub struct Post {
    /// Such as `station.officer`.
    code: &'static str,
    title: &'static str,
    /// What it reaches: `area` or `business`.
    reach: &'static str,
    /// One of the three administrators' posts, of which nobody holds two.
    apart: bool,
}

/// The posts that can be granted.
#[utoipa::path(get, path = "/api/posts", tag = "people",
    responses((status = 200, body = Vec<Post>), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub async fn posts(caller: Caller) -> Answer<Json<Vec<Post>>> {
    caller.scope(READ)?;
    let posts = POSTS.iter().filter(|(code, _)| *code != "stranger").map(|&(code, title)| Post {
        code,
        title,
        reach: if code.starts_with("merchant.") { "business" } else { "area" },
        apart: ADMINISTRATORS.contains(&code),
    });
    Ok(Json(posts.collect()))
}
