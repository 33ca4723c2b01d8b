//! Errors as RFC 9457 problem documents with a stable code.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use shian_base::{Error, FieldError};
use tracing::error;
use utoipa::ToSchema;

use crate::requests::{Cause, current_request_id};

pub type Answer<T> = Result<T, Problem>;

/// What an endpoint answers when it refuses.
#[derive(Debug)]
pub struct Problem(pub Error);

impl<E: Into<Error>> From<E> for Problem {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// An RFC 9457 problem. `code` is stable; the screen translates it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemBody {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub title: &'static str,
    pub status: u16,
    pub code: &'static str,
    pub detail: String,
    /// Which fields do not hold what they must.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    pub fields: Vec<FieldError>,
    /// What changed, or by which facts the rule refused.
    #[serde(skip_serializing_if = "serde_json::Value::is_null")]
    pub facts: serde_json::Value,
    /// By which the administrator finds it in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let error = self.0;
        let code = error.code();
        let (status, title) = match &error {
            Error::NotFound => (StatusCode::NOT_FOUND, "Not found"),
            Error::Unauthenticated => (StatusCode::UNAUTHORIZED, "Not signed in"),
            Error::Forbidden => (StatusCode::FORBIDDEN, "Not allowed"),
            Error::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, "Invalid"),
            Error::Refused { code, .. } if code.starts_with("web.") => (StatusCode::FORBIDDEN, "Refused"),
            Error::Refused { .. } => (StatusCode::CONFLICT, "Refused"),
            Error::Conflict { .. } => (StatusCode::CONFLICT, "Changed meanwhile"),
            Error::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "Too large"),
            Error::TooMany { .. } => (StatusCode::TOO_MANY_REQUESTS, "Too many requests"),
            Error::Unavailable { .. } => (StatusCode::SERVICE_UNAVAILABLE, "Not available now"),
            Error::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "Internal error"),
        };
        let retry_after = if let Error::TooMany { retry_after_s } = &error { Some(*retry_after_s) } else { None };
        let mut body = ProblemBody {
            kind: "about:blank",
            title,
            status: status.as_u16(),
            code,
            detail: String::new(),
            fields: Vec::new(),
            facts: serde_json::Value::Null,
            request_id: current_request_id(),
        };
        let mut cause = None;
        match error {
            Error::Internal(internal) => {
                // The cause may name paths and statements: it goes to the log, the caller learns that it is there.
                error!("answering 500: {internal:#}");
                cause = Some(format!("{internal:#}"));
                body.detail = "an error on our side; it has been logged".into();
            }
            Error::Invalid(fields) => {
                body.detail = fields.iter().map(|f| f.message.as_str()).collect::<Vec<_>>().join("; ");
                body.fields = fields;
            }
            Error::Refused { message, facts, .. } | Error::Conflict { message, facts, .. } => {
                body.detail = message;
                body.facts = facts;
            }
            Error::Unavailable { code, message } => {
                if code.starts_with("db.") || code.starts_with("files.") {
                    cause = Some(message.clone());
                }
                body.detail = message;
            }
            other => body.detail = other.to_string(),
        }
        let mut response = (status, Json(body)).into_response();
        if let Some(cause) = cause {
            response.extensions_mut().insert(Cause(cause.into()));
        }
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
