//! Who calls: a person who is signed in, or a stranger.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use futures::future::BoxFuture;
use http::request::Parts;
use shian_access::{Policy, Principal, Scope};
use shian_base::{Error, Result};

use crate::Problem;

/// The caller of an endpoint with the policy that binds them. A layer in front of all routes sets it.
#[derive(Clone)]
pub struct Caller {
    principal: Option<Principal>,
    policy: Arc<Policy>,
    owes: Option<Owed>,
    session: Option<Arc<dyn SessionEnd>>,
}

/// What a person has to do before anything else, such as changing a password that was given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owed {
    /// Stable code of the refusal until it is done.
    pub code: &'static str,
    pub message: &'static str,
}

/// Tells an endless answer that the session it was begun in is over.
pub trait SessionEnd: Send + Sync {
    fn ended(&self) -> BoxFuture<'static, ()>;
}

impl Caller {
    pub fn new(principal: Option<Principal>, policy: Arc<Policy>) -> Self {
        Self { principal, policy, owes: None, session: None }
    }

    /// The same caller in a session that may end, and who may owe something first.
    pub fn in_session(self, session: Arc<dyn SessionEnd>, owes: Option<Owed>) -> Self {
        Self { session: Some(session), owes, ..self }
    }

    /// Where the caller may do this act; refused with 401 or 403 when nowhere.
    pub fn scope(&self, act: &str) -> Result<Scope> {
        let scope = self.policy.scope(self.person(), act);
        if matches!(scope, Err(Error::Unauthenticated)) {
            self.principal()?;
        }
        scope
    }

    /// Whether the caller may do this act somewhere.
    pub fn may(&self, act: &str) -> bool {
        self.scope(act).is_ok()
    }

    /// The person; 401 for a stranger.
    pub fn principal(&self) -> Result<&Principal> {
        let principal = self.signed_in()?;
        match self.owes {
            None => Ok(principal),
            Some(owed) => Err(Error::refused(owed.code, owed.message)),
        }
    }

    /// The person whose duty counts; one who owes something first counts as a stranger.
    pub fn person(&self) -> Option<&Principal> {
        self.principal.as_ref().filter(|_| self.owes.is_none())
    }

    /// The person even while owing something: for the few endpoints by which it is done.
    pub fn signed_in(&self) -> Result<&Principal> {
        self.principal.as_ref().ok_or(Error::Unauthenticated)
    }

    /// What the person has to do before anything else.
    pub fn owes(&self) -> Option<Owed> {
        self.owes
    }

    /// Comes when the caller's session is over, and never for a stranger. Every answer without an end of its
    /// own (events, live views) ends with it.
    pub fn ended(&self) -> BoxFuture<'static, ()> {
        match &self.session {
            Some(session) => session.ended(),
            None => Box::pin(std::future::pending()),
        }
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
