//! People, and what a session tells the screen.

use serde::{Deserialize, Serialize};
use shian_access::{Person, Reach};
use shian_base::Id;
use utoipa::ToSchema;

/// A person to be put on the register.
#[derive(Clone, Debug)]
pub struct NewPerson {
    pub id: Id<Person>,
    pub account: String,
    pub name: String,
    pub post: String,
    pub reach: Reach,
    /// Without one nobody can sign in with the account yet.
    pub password: Option<String>,
}

/// Settings of signing in, table `[people]`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct PeopleConfig {
    /// Wrong passwords in a row after which an account is locked.
    pub failures_max: i64,
    /// For how long it is locked, in seconds.
    pub lock_s: i64,
    /// A session ends after this long without a request, in seconds.
    pub idle_s: i64,
    /// A session ends after this long whatever is done, in seconds.
    pub session_s: i64,
    /// The same for people of a business, whose phone is theirs alone.
    pub merchant_session_s: i64,
    /// Send the cookie over HTTPS only; switch on wherever the platform is reached by HTTPS.
    pub secure_cookie: bool,
    /// Passwords checked at the same time; each check takes some 20 MB of memory on purpose.
    pub password_workers: usize,
}

impl Default for PeopleConfig {
    fn default() -> Self {
        Self {
            failures_max: 5,
            lock_s: 15 * 60,
            idle_s: 12 * 3600,
            session_s: 7 * 86_400,
            merchant_session_s: 30 * 86_400,
            secure_cookie: false,
            password_workers: 2,
        }
    }
}

impl PeopleConfig {
    pub(crate) fn session_seconds(&self, post: &str) -> i64 {
        if post.starts_with("merchant.") { self.merchant_session_s } else { self.session_s }
    }
    pub(crate) fn idle_seconds(&self, post: &str) -> i64 {
        if post.starts_with("merchant.") { self.merchant_session_s } else { self.idle_s }
    }
}

/// Who is signed in, as the screens know it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    #[schema(value_type = String)]
    pub person_id: Id<Person>,
    pub name: String,
    pub account: String,
    pub post: String,
    pub post_title: String,
    /// Which port is theirs: `regulator` or `merchant`.
    pub port: &'static str,
    pub reach: SessionReach,
    /// Acts that may be done somewhere; the screens hide the rest, the server decides.
    pub may: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SessionReach {
    /// `area`, `business` or `nothing`.
    pub kind: &'static str,
    pub code: Option<String>,
    pub id: Option<String>,
    pub name: String,
    /// From the city down.
    pub path: Vec<String>,
}
