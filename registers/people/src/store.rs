//! The records of people and sessions.

mod audit;
mod register;
mod second;

use sha2::{Digest as _, Sha256};
use shian_access::{POSTS, Person, Principal, Reach};
use shian_base::{Error, Id, Instant, Result};
use shian_db::{FromRow, Row, Tx, args};
use shian_web::Owed;

use crate::model::{NewPerson, OWES_PASSWORD, OWES_SECOND_FACTOR, OpenSession, PeopleConfig, SessionRow};
use crate::password;
use crate::whence::Whence;

pub use audit::{AuditEntry, AuditWanted, Deed, log_at_server};
pub use register::PeopleWanted;
pub(crate) use second::Shown;

/// The register of people.
pub struct People;

/// What signing in has to know of an account.
pub(crate) struct Account {
    pub principal: Principal,
    pub password_hash: Option<String>,
    /// Until when a password that was given out is good; none once the person has chosen one.
    pub once_until: Option<Instant>,
    pub disabled: bool,
    pub has_second_factor: bool,
}

impl Account {
    pub(crate) fn owes(&self, config: &PeopleConfig) -> Option<Owed> {
        if self.once_until.is_some() {
            return Some(OWES_PASSWORD);
        }
        let wanted = config.second_factor_posts.contains(&self.principal.post);
        (wanted && !self.has_second_factor).then_some(OWES_SECOND_FACTOR)
    }
}

const ACCOUNT: &str = "p.id, p.account, p.name, p.post, p.reach_kind, p.reach, p.password_hash, p.password_once_until,
                       p.disabled_at, f.confirmed_at as second_factor_since";
const FACTOR: &str = "left join second_factor f on f.person_id = p.id and f.confirmed_at is not null";

impl People {
    /// Puts people on the register; an account that is there already is refused.
    pub async fn add(tx: &mut Tx, people: &[NewPerson], now: Instant) -> Result<()> {
        for person in people {
            let account = clean_account(&person.account)?;
            // Somebody new may have no post yet.
            if !person.post.is_empty() && !POSTS.iter().any(|(post, _)| *post == person.post && *post != "stranger") {
                return Err(Error::invalid("post", "people.post", format!("there is no post {}", person.post)));
            }
            let (kind, reach) = reach_columns(&person.reach);
            let hash = person.password.as_deref().map(|password| hash_checked(&account, password)).transpose()?;
            let added = tx
                .run(
                    "insert into person (id, account, name, post, reach_kind, reach, password_hash, created_at)
                     values ($1, $2, $3, $4, $5, $6, $7, $8)
                     on conflict (account) do nothing",
                    args![person.id, &account, &person.name, &person.post, kind, &reach, hash, now],
                )
                .await?;
            if added == 0 {
                let message = format!("there is an account {account} already");
                return Err(Error::conflict("people.account_taken", message, serde_json::json!({ "account": account })));
            }
        }
        Ok(())
    }

    /// Sets a new password and ends every session of the account.
    pub async fn set_password(tx: &mut Tx, account: &str, password: &str) -> Result<()> {
        let account = clean_account(account)?;
        let hash = hash_checked(&account, password)?;
        let changed = tx
            .run(
                "update person set password_hash = $2, password_once_until = null where account = $1",
                args![&account, hash],
            )
            .await?;
        if changed == 0 {
            return Err(Error::NotFound);
        }
        Self::forget_failures(tx, &account).await?;
        tx.run("delete from session where person_id = (select id from person where account = $1)", args![&account]).await?;
        Ok(())
    }

    /// Somebody whose account may be used.
    pub async fn find(tx: &mut Tx, id: Id<Person>) -> Result<Option<Principal>> {
        let found: Option<Account> = tx.maybe(&format!("select {ACCOUNT} from person p {FACTOR} where p.id = $1 and p.disabled_at is null"), args![id]).await?;
        Ok(found.map(|account| account.principal))
    }

    /// Everybody whose duty is exactly one of these areas, by name.
    pub async fn at(tx: &mut Tx, area_codes: &[&str]) -> Result<Vec<Principal>> {
        let each = tx.each("$1");
        let codes = serde_json::json!(area_codes);
        let sql = format!(
            "select {ACCOUNT} from person p {FACTOR}
             where p.reach_kind = 'area' and p.reach in {each} and p.disabled_at is null
             order by p.reach desc, p.name, p.id"
        );
        let found: Vec<Account> = tx.all(&sql, args![&codes]).await?;
        Ok(found.into_iter().map(|account| account.principal).collect())
    }

    /// People whose duty is an area or lies in it, by area and name, at most so many.
    pub async fn under(tx: &mut Tx, area_code: &str, most: i64) -> Result<Vec<Principal>> {
        let sql = format!(
            "select {ACCOUNT} from person p {FACTOR}
             where p.reach_kind = 'area' and p.reach >= $1 and p.reach < $2 and p.disabled_at is null
             order by p.reach, p.name, p.id limit $3"
        );
        let found: Vec<Account> = tx.all(&sql, args![area_code, format!("{area_code}~"), most]).await?;
        Ok(found.into_iter().map(|account| account.principal).collect())
    }

    pub(crate) async fn account(tx: &mut Tx, account: &str) -> Result<Option<Account>> {
        let sql = format!("select {ACCOUNT} from person p {FACTOR} where p.account = $1");
        tx.maybe(&sql, args![as_typed(account)]).await
    }

    pub(crate) async fn account_of(tx: &mut Tx, id: Id<Person>) -> Result<Account> {
        let sql = format!("select {ACCOUNT} from person p {FACTOR} where p.id = $1");
        tx.one(&sql, args![id]).await
    }

    /// Until when no attempt with this account is looked at, whether there is such an account or not.
    pub(crate) async fn locked_until(tx: &mut Tx, account: &str, now: Instant) -> Result<Option<Instant>> {
        let row: Option<(Instant,)> = tx
            .maybe(
                "select locked_until from sign_in_failure where account_hash = $1 and locked_until > $2",
                args![hash_token(&as_typed(account)), now],
            )
            .await?;
        Ok(row.map(|row| row.0))
    }

    /// Notes a wrong password or code; whether the account is locked by it because there were too many in a row.
    pub(crate) async fn note_failure(tx: &mut Tx, account: &str, config: &PeopleConfig, now: Instant) -> Result<bool> {
        tx.run("delete from sign_in_failure where last_at < $1", args![now.plus_seconds(-config.lock_s)]).await?;
        let (failures,): (i64,) = tx
            .one(
                "insert into sign_in_failure (account_hash, failures, last_at) values ($1, 1, $2)
                 on conflict (account_hash) do update set failures = sign_in_failure.failures + 1, last_at = excluded.last_at
                 returning failures",
                args![hash_token(&as_typed(account)), now],
            )
            .await?;
        if failures < config.failures_max {
            return Ok(false);
        }
        tx.run(
            "update sign_in_failure set failures = 0, locked_until = $2 where account_hash = $1",
            args![hash_token(&as_typed(account)), now.plus_seconds(config.lock_s)],
        )
        .await?;
        Ok(true)
    }

    pub(crate) async fn forget_failures(tx: &mut Tx, account: &str) -> Result<u64> {
        tx.run("delete from sign_in_failure where account_hash = $1", args![hash_token(&as_typed(account))]).await
    }

    /// Begins a session and returns its token, which is kept nowhere else.
    pub(crate) async fn begin_session(
        tx: &mut Tx,
        principal: &Principal,
        whence: &Whence,
        config: &PeopleConfig,
        now: Instant,
    ) -> Result<String> {
        let token = password::random_token();
        let expires = now.plus_seconds(config.session_seconds(&principal.post));
        Self::forget_failures(tx, &principal.account).await?;
        tx.run("delete from session where expires_at < $1", args![now]).await?;
        tx.run(
            "insert into session (id, token_hash, person_id, created_at, last_seen_at, expires_at, device, address)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
            args![
                Id::<SessionRow>::new(),
                hash_token(&token),
                principal.person_id,
                now,
                now,
                expires,
                &whence.device,
                &whence.address
            ],
        )
        .await?;
        Ok(token)
    }

    /// The account behind a token, while the session lasts; and whether it is time to note that it was seen.
    pub(crate) async fn of_token(
        tx: &mut Tx,
        token: &str,
        config: &PeopleConfig,
        now: Instant,
    ) -> Result<Option<(Account, bool)>> {
        let sql = format!(
            "select {ACCOUNT}, s.last_seen_at from session s join person p on p.id = s.person_id {FACTOR}
             where s.token_hash = $1 and s.expires_at > $2"
        );
        let row: Option<Row> = tx.maybe(&sql, args![hash_token(token), now]).await?;
        let Some(row) = row else { return Ok(None) };
        let account = Account::from_row(&row)?;
        let idle = now.seconds_since(row.get("last_seen_at")?);
        if account.disabled || idle > config.idle_seconds(&account.principal.post) {
            return Ok(None);
        }
        Ok(Some((account, idle > 60)))
    }

    /// Those of the sessions that still last.
    pub(crate) async fn lasting(
        tx: &mut Tx,
        token_hashes: &[String],
        config: &PeopleConfig,
        now: Instant,
    ) -> Result<Vec<String>> {
        let sql = format!(
            "select s.token_hash, p.post, s.last_seen_at from session s join person p on p.id = s.person_id
             where s.token_hash in {} and s.expires_at > $2 and p.disabled_at is null",
            tx.each("$1")
        );
        let rows: Vec<(String, String, Instant)> = tx.all(&sql, args![serde_json::json!(token_hashes), now]).await?;
        let lasts = |(_, post, seen): &(String, String, Instant)| now.seconds_since(*seen) <= config.idle_seconds(post);
        Ok(rows.into_iter().filter(lasts).map(|(hash, ..)| hash).collect())
    }

    pub(crate) async fn note_seen(tx: &mut Tx, token: &str, now: Instant) -> Result<()> {
        tx.run("update session set last_seen_at = $2 where token_hash = $1", args![hash_token(token), now]).await?;
        Ok(())
    }

    pub(crate) async fn end_session(tx: &mut Tx, token: &str) -> Result<u64> {
        tx.run("delete from session where token_hash = $1", args![hash_token(token)]).await
    }

    /// The person's open sessions, the one in use first.
    pub(crate) async fn sessions(
        tx: &mut Tx,
        person: Id<Person>,
        current: &str,
        config: &PeopleConfig,
        now: Instant,
    ) -> Result<Vec<OpenSession>> {
        let rows: Vec<Row> = tx
            .all(
                "select s.id, s.token_hash, s.device, s.address, s.created_at, s.last_seen_at, p.post
                 from session s join person p on p.id = s.person_id
                 where s.person_id = $1 and s.expires_at > $2 order by s.last_seen_at desc, s.id desc",
                args![person, now],
            )
            .await?;
        let current = hash_token(current);
        let mut sessions = Vec::new();
        for row in rows {
            let last_seen_at: Instant = row.get("last_seen_at")?;
            if now.seconds_since(last_seen_at) > config.idle_seconds(&row.get::<String>("post")?) {
                continue;
            }
            sessions.push(OpenSession {
                id: row.get("id")?,
                device: row.get("device")?,
                address: row.get("address")?,
                created_at: row.get("created_at")?,
                last_seen_at,
                current: row.get::<String>("token_hash")? == current,
            });
        }
        sessions.sort_by_key(|session| !session.current);
        Ok(sessions)
    }

    /// Ends one session of this person; somebody else's is not found.
    pub(crate) async fn end_own(tx: &mut Tx, person: Id<Person>, session: Id<SessionRow>) -> Result<()> {
        match tx.run("delete from session where id = $1 and person_id = $2", args![session, person]).await? {
            0 => Err(Error::NotFound),
            _ => Ok(()),
        }
    }

    /// Ends the person's sessions but one, and the sign-ins that were begun; how many sessions there were.
    pub(crate) async fn end_sessions(tx: &mut Tx, person: Id<Person>, but: Option<&str>) -> Result<u64> {
        tx.run("delete from sign_in_step where person_id = $1", args![person]).await?;
        tx.run(
            "delete from session where person_id = $1 and token_hash <> $2",
            args![person, but.map(hash_token).unwrap_or_default()],
        )
        .await
    }
}

impl FromRow for Account {
    fn from_row(row: &Row) -> Result<Self> {
        let reach = reach_of(&row.get::<String>("reach_kind")?, row.get("reach")?)?;
        let principal = Principal {
            person_id: row.get("id")?,
            account: row.get("account")?,
            name: row.get("name")?,
            post: row.get("post")?,
            reach,
        };
        Ok(Self {
            principal,
            password_hash: row.get("password_hash")?,
            once_until: row.get("password_once_until")?,
            disabled: row.get::<Option<Instant>>("disabled_at")?.is_some(),
            has_second_factor: row.get::<Option<Instant>>("second_factor_since")?.is_some(),
        })
    }
}

fn reach_of(kind: &str, reach: String) -> Result<Reach> {
    Ok(match kind {
        "area" => Reach::Area { code: reach },
        "business" => Reach::Business { id: reach.parse()? },
        _ => Reach::Nothing,
    })
}

fn reach_columns(reach: &Reach) -> (&'static str, String) {
    match reach {
        Reach::Area { code } => ("area", code.clone()),
        Reach::Business { id } => ("business", id.to_string()),
        Reach::Nothing => ("nothing", String::new()),
    }
}

fn hash_checked(account: &str, text: &str) -> Result<String> {
    password::check(account, text, PeopleConfig::default().password_min)?;
    password::hash_now(text)
}

/// An account as it is typed at the door.
fn as_typed(account: &str) -> String {
    account.trim().to_lowercase()
}

pub(crate) fn clean_account(account: &str) -> Result<String> {
    let account = account.trim().to_lowercase();
    let fits = (2..=64).contains(&account.len()) && account.chars().all(|c| c.is_ascii_alphanumeric() || "._-@".contains(c));
    if fits {
        return Ok(account);
    }
    Err(Error::invalid("account", "people.account", "an account is 2 to 64 letters, digits or . _ - @"))
}

pub(crate) fn hash_token(token: &str) -> String {
    Sha256::digest(token.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
