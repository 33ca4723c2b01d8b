//! What every way through the door shares: the lock, the check of a password, the cookie.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use shian_access::{Policy, Principal};
use shian_base::{Error, Instant, Result};
use shian_db::Tx;
use tracing::info;

use super::Deps;
use super::view::session;
use crate::audit;
use crate::layer::COOKIE;
use crate::store::{Account, Deed, People};
use crate::whence::Whence;

impl Deps {
    /// Refuses while the account or the address has to wait. Unknown accounts are locked like known ones.
    pub(super) async fn refuse_locked(&self, tx: &mut Tx, account: &str, whence: &Whence, now: Instant) -> Result<()> {
        self.throttle.check(&whence.address, self.config.address_failures_max, now)?;
        match People::locked_until(tx, account, now).await? {
            Some(until) => {
                self.throttle.note_failure(&whence.address, now);
                Err(Error::TooMany { retry_after_s: until.seconds_since(now).max(1) as u64 })
            }
            None => Ok(()),
        }
    }

    /// The account behind a name and a password. An unknown account, a wrong password and an account that may
    /// not be used take the same path, write the same rows and are answered alike.
    pub(super) async fn check_password(&self, typed: &str, password: &str, whence: &Whence) -> Result<Account> {
        let now = self.clock.now();
        let mut tx = self.db.read().await?;
        self.refuse_locked(&mut tx, typed, whence, now).await?;
        let account = People::account(&mut tx, typed).await?;
        drop(tx);
        let hash = account.as_ref().and_then(|account| account.password_hash.as_deref());
        let fits = self.passwords.verify(password, hash).await?;
        let reason = match &account {
            Some(account) if fits && account.disabled => "disabled",
            Some(account) if fits && account.once_until.is_some_and(|until| until < now) => "one_time_password_over",
            Some(_) if !fits => "password",
            None => "account",
            Some(_) => "",
        };
        match account {
            Some(account) if reason.is_empty() => Ok(account),
            account => {
                self.note_failure(typed, account.as_ref().map(|account| &account.principal), reason, whence, now)
                    .await?;
                Err(wrong())
            }
        }
    }

    /// Counts a failure towards the locks and writes it down. What was typed is not kept.
    pub(super) async fn note_failure(
        &self,
        typed: &str,
        person: Option<&Principal>,
        reason: &str,
        whence: &Whence,
        now: Instant,
    ) -> Result<()> {
        self.throttle.note_failure(&whence.address, now);
        let mut tx = self.db.write().await?;
        let locked = People::note_failure(&mut tx, typed, &self.config, now).await?;
        let deed = |act| Deed { act, by: None, to: person, detail: json!({ "reason": reason }) };
        People::log(&mut tx, deed(audit::FAILED), whence, now).await?;
        if locked {
            People::log(&mut tx, deed(audit::LOCKED), whence, now).await?;
        }
        tx.commit().await
    }

    /// Begins a session: its rows, its cookie, its line in the log. Always a new token, whatever cookie came in.
    pub(super) async fn let_in(
        &self,
        mut tx: Tx,
        account: &Account,
        policy: &Policy,
        whence: &Whence,
        before: Option<&str>,
        by: &str,
    ) -> Result<Response> {
        let now = self.clock.now();
        let principal = &account.principal;
        if let Some(before) = before {
            People::end_session(&mut tx, before).await?;
        }
        let token = People::begin_session(&mut tx, principal, whence, &self.config, now).await?;
        let deed = Deed { act: audit::SIGNED_IN, by: Some(principal), to: None, detail: json!({ "by": by }) };
        People::log(&mut tx, deed, whence, now).await?;
        let view = session(&mut tx, principal, policy, account.owes(&self.config)).await?;
        let watch = self.watch.clone();
        tx.after_commit(move || watch.look());
        tx.commit().await?;
        info!(account = %principal.account, "{} signed in", principal.account);
        let mut response = (StatusCode::CREATED, Json(view)).into_response();
        response
            .headers_mut()
            .insert(header::SET_COOKIE, self.cookie(&token, self.config.session_seconds(&principal.post))?);
        Ok(response)
    }

    pub(super) fn cookie(&self, token: &str, seconds: i64) -> Result<HeaderValue> {
        let secure = if self.config.secure_cookie { "; Secure" } else { "" };
        let cookie = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
        Ok(HeaderValue::from_str(&cookie).map_err(anyhow::Error::new)?)
    }

    /// Ends what is ended at once, in this process too.
    pub(super) fn look_after(&self, tx: &mut Tx) {
        let watch = self.watch.clone();
        tx.after_commit(move || watch.look());
    }
}

pub(super) fn wrong() -> Error {
    Error::invalid("password", "people.wrong_credentials", "the account or the password is not right")
}

pub(super) fn wrong_code() -> Error {
    Error::invalid("code", "people.wrong_code", "动态口令不对，或者已经用过")
}
