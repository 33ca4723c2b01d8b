//! People, and what a session tells the screen.

use serde::{Deserialize, Serialize};
use shian_access::{Person, Reach};
use shian_base::{Id, Instant};
use shian_web::Owed;
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
    /// Characters a password has at least.
    pub password_min: usize,
    /// For how long a password given out by an administrator is good, in seconds.
    pub one_time_s: i64,
    /// Posts that cannot be held without a second factor.
    pub second_factor_posts: Vec<String>,
    /// Failures from one address within a quarter of an hour after which it has to wait; 0 means no limit.
    pub address_failures_max: u32,
    /// A proxy stands in front and adds the caller's address as the last entry of `x-forwarded-for`.
    pub behind_proxy: bool,
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
            password_min: 10,
            one_time_s: 72 * 3600,
            second_factor_posts: Vec::new(),
            address_failures_max: 100,
            behind_proxy: false,
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
    /// What has to be done before anything else: `password` or `second_factor`.
    pub owes: Option<&'static str>,
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

/// The kind of thing a session's id names.
pub enum SessionRow {}

/// A browser or program in which somebody is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenSession {
    #[schema(value_type = String)]
    pub id: Id<SessionRow>,
    /// The browser or program, as it names itself.
    pub device: String,
    pub address: String,
    pub created_at: Instant,
    /// To the minute.
    pub last_seen_at: Instant,
    /// The one that asks.
    pub current: bool,
}

/// An account as those see it who look after accounts.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonRow {
    #[schema(value_type = String)]
    pub id: Id<Person>,
    pub account: String,
    pub name: String,
    /// Empty until one is granted.
    pub post: String,
    pub post_title: String,
    /// `area`, `business` or `nothing`.
    pub reach_kind: String,
    /// The area's code or the business's id.
    pub reach: String,
    pub reach_name: String,
    pub created_at: Instant,
    pub disabled_at: Option<Instant>,
    /// Too many failures: no attempt is looked at before.
    pub locked_until: Option<Instant>,
    pub second_factor: bool,
    /// Has a password that was given out and not changed yet.
    pub must_change_password: bool,
    /// Sessions that are open now.
    pub sessions: i64,
}

/// The title on screens; somebody without a post has this one.
pub(crate) fn title_of(post: &str) -> &str {
    if post.is_empty() { "未授岗位" } else { shian_access::post_title(post) }
}

/// A password that was given out must be changed first.
pub(crate) const OWES_PASSWORD: Owed = Owed { code: "people.password_due", message: "请先修改一次性密码" };
/// The post asks for a second factor that is not set up yet.
pub(crate) const OWES_SECOND_FACTOR: Owed =
    Owed { code: "people.second_factor_due", message: "本岗位要求动态口令，请先绑定" };
