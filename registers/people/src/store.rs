//! The records of people and sessions.

use sha2::{Digest as _, Sha256};
use shian_access::{POSTS, Person, Principal, Reach};
use shian_base::{Error, Id, Instant, Result};
use shian_db::{FromRow, Row, Tx, args};

use crate::model::{NewPerson, PeopleConfig};
use crate::password;

/// The register of people.
pub struct People;

/// What signing in has to know of an account.
pub(crate) struct Account {
    pub principal: Principal,
    pub password_hash: Option<String>,
    pub failures: i64,
    pub locked_until: Option<Instant>,
    pub disabled: bool,
}

impl People {
    /// Puts people on the register; an account that is there already is refused.
    pub async fn add(tx: &mut Tx, people: &[NewPerson], now: Instant) -> Result<()> {
        for person in people {
            let account = clean_account(&person.account)?;
            if !POSTS.iter().any(|(post, _)| *post == person.post && *post != "stranger") {
                return Err(Error::invalid("post", "people.post", format!("there is no post {}", person.post)));
            }
            let (kind, reach) = match &person.reach {
                Reach::Area { code } => ("area", code.clone()),
                Reach::Business { id } => ("business", id.to_string()),
                Reach::Nothing => ("nothing", String::new()),
            };
            let hash = person.password.as_deref().map(hash_checked).transpose()?;
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
        let hash = hash_checked(password)?;
        let account = clean_account(account)?;
        let changed = tx
            .run(
                "update person set password_hash = $2, failures = 0, locked_until = null where account = $1",
                args![&account, hash],
            )
            .await?;
        if changed == 0 {
            return Err(Error::NotFound);
        }
        tx.run("delete from session where person_id = (select id from person where account = $1)", args![&account]).await?;
        Ok(())
    }

    pub(crate) async fn account(tx: &mut Tx, account: &str) -> Result<Option<Account>> {
        tx.maybe(
            "select id, account, name, post, reach_kind, reach, password_hash, failures, locked_until, disabled_at
             from person where account = $1",
            args![account.trim().to_lowercase()],
        )
        .await
    }

    /// Notes a wrong password and locks the account when there were too many in a row.
    pub(crate) async fn note_failure(tx: &mut Tx, id: Id<Person>, config: &PeopleConfig, now: Instant) -> Result<()> {
        tx.run(
            "update person set
               failures = case when failures + 1 >= $2 then 0 else failures + 1 end,
               locked_until = case when failures + 1 >= $2 then $3 else locked_until end
             where id = $1",
            args![id, config.failures_max, now.plus_seconds(config.lock_s)],
        )
        .await?;
        Ok(())
    }

    /// Begins a session and returns its token, which is kept nowhere else.
    pub(crate) async fn begin_session(
        tx: &mut Tx,
        principal: &Principal,
        config: &PeopleConfig,
        now: Instant,
    ) -> Result<String> {
        let token = password::random_token();
        let expires = now.plus_seconds(config.session_seconds(&principal.post));
        tx.run("update person set failures = 0, locked_until = null where id = $1", args![principal.person_id]).await?;
        tx.run("delete from session where expires_at < $1", args![now]).await?;
        tx.run(
            "insert into session (token_hash, person_id, created_at, last_seen_at, expires_at) values ($1, $2, $3, $4, $5)",
            args![hash_token(&token), principal.person_id, now, now, expires],
        )
        .await?;
        Ok(token)
    }

    /// The person behind a token, while the session lasts; and whether it is time to note that it was seen.
    pub(crate) async fn of_token(
        tx: &mut Tx,
        token: &str,
        config: &PeopleConfig,
        now: Instant,
    ) -> Result<Option<(Principal, bool)>> {
        let row: Option<Row> = tx
            .maybe(
                "select p.id, p.account, p.name, p.post, p.reach_kind, p.reach, p.password_hash, p.failures,
                        p.locked_until, p.disabled_at, s.last_seen_at
                 from session s join person p on p.id = s.person_id
                 where s.token_hash = $1 and s.expires_at > $2",
                args![hash_token(token), now],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        let account = Account::from_row(&row)?;
        let idle = now.seconds_since(row.get("last_seen_at")?);
        if account.disabled || idle > config.idle_seconds(&account.principal.post) {
            return Ok(None);
        }
        Ok(Some((account.principal, idle > 60)))
    }

    pub(crate) async fn note_seen(tx: &mut Tx, token: &str, now: Instant) -> Result<()> {
        tx.run("update session set last_seen_at = $2 where token_hash = $1", args![hash_token(token), now]).await?;
        Ok(())
    }

    pub(crate) async fn end_session(tx: &mut Tx, token: &str) -> Result<()> {
        tx.run("delete from session where token_hash = $1", args![hash_token(token)]).await?;
        Ok(())
    }
}

impl FromRow for Account {
    fn from_row(row: &Row) -> Result<Self> {
        let reach: String = row.get("reach")?;
        let reach = match row.get::<String>("reach_kind")?.as_str() {
            "area" => Reach::Area { code: reach },
            "business" => Reach::Business { id: reach.parse()? },
            _ => Reach::Nothing,
        };
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
            failures: row.get("failures")?,
            locked_until: row.get("locked_until")?,
            disabled: row.get::<Option<Instant>>("disabled_at")?.is_some(),
        })
    }
}

fn hash_checked(text: &str) -> Result<String> {
    password::check_strength(text)?;
    password::hash_now(text)
}

fn clean_account(account: &str) -> Result<String> {
    let account = account.trim().to_lowercase();
    let fits = (2..=64).contains(&account.len()) && account.chars().all(|c| c.is_ascii_alphanumeric() || "._-@".contains(c));
    if fits {
        return Ok(account);
    }
    Err(Error::invalid("account", "people.account", "an account is 2 to 64 letters, digits or . _ - @"))
}

fn hash_token(token: &str) -> String {
    Sha256::digest(token.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
