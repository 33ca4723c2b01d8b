//! What can go wrong, by kind. Which HTTP status a kind becomes is `kernel/web`'s business.

use serde::Serialize;
use serde_json::{Value, json};

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or the asker may not know that there is.
    #[error("not found")]
    NotFound,
    #[error("not signed in")]
    Unauthenticated,
    #[error("not allowed")]
    Forbidden,
    #[error("{}", .0.iter().map(|f| f.message.as_str()).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<FieldError>),
    /// A rule forbids it; the code is stable and the screen translates it.
    #[error("{message}")]
    Refused { code: &'static str, message: String, facts: Value },
    /// Somebody else was there first; the facts say what changed.
    #[error("{message}")]
    Conflict { code: &'static str, message: String, facts: Value },
    #[error("too large")]
    TooLarge,
    #[error("too many requests, again in {retry_after_s} s")]
    TooMany { retry_after_s: u64 },
    #[error("{message}")]
    Unavailable { code: &'static str, message: String },
    #[error("{0:#}")]
    Internal(#[from] anyhow::Error),
}

/// One field that does not hold what it must.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// Dotted path; empty for the whole.
    pub field: String,
    pub code: &'static str,
    pub message: String,
}

impl Error {
    pub fn invalid(field: &str, code: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError { field: field.into(), code, message: message.into() }])
    }
    pub fn refused(code: &'static str, message: impl Into<String>) -> Self {
        Self::Refused { code, message: message.into(), facts: json!({}) }
    }
    pub fn conflict(code: &'static str, message: impl Into<String>, facts: Value) -> Self {
        Self::Conflict { code, message: message.into(), facts }
    }
    pub fn unavailable(code: &'static str, message: impl Into<String>) -> Self {
        Self::Unavailable { code, message: message.into() }
    }
    /// The stable code a program or a screen goes by.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::Invalid(_) => "invalid",
            Self::Refused { code, .. } | Self::Conflict { code, .. } | Self::Unavailable { code, .. } => code,
            Self::TooLarge => "too_large",
            Self::TooMany { .. } => "too_many",
            Self::Internal(_) => "internal",
        }
    }
}
