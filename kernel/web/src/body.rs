//! A JSON body, read with a limit and refused field by field.

use axum::extract::{FromRequest, Request};
use http::header;
use serde::de::DeserializeOwned;
use shian_base::Error;

use crate::Problem;

/// A JSON request body of at most 256 kB.
pub struct Body<T>(pub T);

const LIMIT_BYTES: usize = 256 * 1024;

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        // Asking for JSON by name also keeps forms of other sites out: a browser cannot send this type unasked.
        if !kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json")) {
            return Err(Error::invalid("", "web.not_json", "the body must be application/json").into());
        }
        let bytes = axum::body::to_bytes(request.into_body(), LIMIT_BYTES).await.map_err(|_| Error::TooLarge)?;
        let mut json = serde_json::Deserializer::from_slice(&bytes);
        let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let path = error.path().to_string();
            let field = if path == "." { String::new() } else { path };
            Error::invalid(&field, "web.body", error.into_inner().to_string())
        })?;
        json.end().map_err(|error| Error::invalid("", "web.body", error.to_string()))?;
        Ok(Self(value))
    }
}
