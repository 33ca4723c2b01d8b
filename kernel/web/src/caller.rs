//! Who calls: a person who is signed in, or a stranger.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;
use shian_access::{Policy, Principal, Scope};
use shian_base::{Error, Result};

use crate::Problem;

/// The caller of an endpoint with the policy that binds them. A layer in front of all routes sets it.
#[derive(Clone)]
pub struct Caller {
    principal: Option<Principal>,
    policy: Arc<Policy>,
}

impl Caller {
    pub fn new(principal: Option<Principal>, policy: Arc<Policy>) -> Self {
        Self { principal, policy }
    }

    /// Where the caller may do this act; refused with 401 or 403 when nowhere.
    pub fn scope(&self, act: &str) -> Result<Scope> {
        self.policy.scope(self.principal.as_ref(), act)
    }

    /// Whether the caller may do this act somewhere.
    pub fn may(&self, act: &str) -> bool {
        self.scope(act).is_ok()
    }

    /// The person; 401 for a stranger.
    pub fn principal(&self) -> Result<&Principal> {
        self.principal.as_ref().ok_or(Error::Unauthenticated)
    }

    pub fn person(&self) -> Option<&Principal> {
        self.principal.as_ref()
    }

    pub fn policy(&self) -> &Policy {
        &self.policy
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let caller = parts.extensions.get::<Caller>().cloned();
        caller.ok_or_else(|| anyhow::anyhow!("no layer has said who calls").into())
    }
}
