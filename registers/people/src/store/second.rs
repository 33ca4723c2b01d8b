//! The records of second factors and of sign-ins that wait for one.

use shian_access::Person;
use shian_base::{Error, Id, Instant, Result};
use shian_db::{Tx, args};

use super::{Account, People, hash_token};
use crate::{password, totp};

/// A ticket is good this long: time enough to find the phone.
const TICKET_SECONDS: i64 = 5 * 60;
const RECOVERY_CODES: usize = 10;

/// By what a second factor was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    Code,
    RecoveryCode,
}

impl People {
    /// The password was right: a ticket for the second step.
    pub(crate) async fn begin_step(tx: &mut Tx, person: Id<Person>, now: Instant) -> Result<String> {
        tx.run("delete from sign_in_step where expires_at < $1", args![now]).await?;
        let ticket = password::random_token();
        tx.run(
            "insert into sign_in_step (ticket_hash, person_id, expires_at) values ($1, $2, $3)",
            args![hash_token(&ticket), person, now.plus_seconds(TICKET_SECONDS)],
        )
        .await?;
        Ok(ticket)
    }

    /// Who holds the ticket, while it is good.
    pub(crate) async fn of_ticket(tx: &mut Tx, ticket: &str, now: Instant) -> Result<Option<Account>> {
        let found: Option<(Id<Person>,)> = tx
            .maybe(
                "select person_id from sign_in_step where ticket_hash = $1 and expires_at > $2",
                args![hash_token(ticket), now],
            )
            .await?;
        match found {
            Some((person,)) => Self::account_of(tx, person).await.map(Some),
            None => Ok(None),
        }
    }

    pub(crate) async fn end_step(tx: &mut Tx, ticket: &str) -> Result<()> {
        tx.run("delete from sign_in_step where ticket_hash = $1", args![hash_token(ticket)]).await?;
        Ok(())
    }

    /// Takes a code or a recovery code, each once; nothing when it is not right.
    pub(crate) async fn take_code(tx: &mut Tx, person: Id<Person>, code: &str, now: Instant) -> Result<Option<Shown>> {
        let factor: Option<(String, i64)> = tx
            .maybe(
                "select secret, last_step from second_factor where person_id = $1 and confirmed_at is not null",
                args![person],
            )
            .await?;
        let Some((secret, last_step)) = factor else { return Ok(None) };
        if let Some(step) = totp::step_of(&secret, code, last_step, now) {
            // Of two who show the same code at once, one comes in.
            let taken = tx
                .run(
                    "update second_factor set last_step = $2 where person_id = $1 and last_step < $2",
                    args![person, step],
                )
                .await?;
            return Ok((taken == 1).then_some(Shown::Code));
        }
        let Some(recovery) = totp::typed_recovery_code(code) else { return Ok(None) };
        let taken = tx
            .run(
                "update recovery_code set used_at = $3 where person_id = $1 and code_hash = $2 and used_at is null",
                args![person, hash_token(&recovery), now],
            )
            .await?;
        Ok((taken == 1).then_some(Shown::RecoveryCode))
    }

    /// Keeps a secret that is not asked for yet, in place of another one that was never confirmed.
    pub(crate) async fn propose_factor(tx: &mut Tx, person: Id<Person>, secret: &str) -> Result<bool> {
        let kept = tx
            .run(
                "insert into second_factor (person_id, secret, last_step) values ($1, $2, 0)
                 on conflict (person_id) do update set secret = excluded.secret, last_step = 0
                 where second_factor.confirmed_at is null",
                args![person, secret],
            )
            .await?;
        Ok(kept == 1)
    }

    /// From now on it is asked for; the recovery codes, which are kept nowhere else. Nothing when the code is wrong.
    pub(crate) async fn confirm_factor(
        tx: &mut Tx,
        person: Id<Person>,
        code: &str,
        now: Instant,
    ) -> Result<Option<Vec<String>>> {
        let proposed: Option<(String,)> = tx
            .maybe("select secret from second_factor where person_id = $1 and confirmed_at is null", args![person])
            .await?;
        let Some(step) = proposed.and_then(|(secret,)| totp::step_of(&secret, code, 0, now)) else { return Ok(None) };
        tx.run(
            "update second_factor set confirmed_at = $2, last_step = $3 where person_id = $1",
            args![person, now, step],
        )
        .await?;
        tx.run("delete from recovery_code where person_id = $1", args![person]).await?;
        let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| totp::recovery_code()).collect();
        for code in &codes {
            tx.run(
                "insert into recovery_code (person_id, code_hash) values ($1, $2)",
                args![person, hash_token(&code.replace('-', ""))],
            )
            .await?;
        }
        Ok(Some(codes))
    }

    /// Takes the second factor away; whether there was one.
    pub(crate) async fn drop_factor(tx: &mut Tx, person: Id<Person>) -> Result<bool> {
        tx.run("delete from recovery_code where person_id = $1", args![person]).await?;
        tx.run("delete from sign_in_step where person_id = $1", args![person]).await?;
        let dropped = tx.run("delete from second_factor where person_id = $1", args![person]).await?;
        Ok(dropped == 1)
    }

    /// The same by account, with its sessions ended: for the command at the server.
    pub async fn drop_second_factor(tx: &mut Tx, account: &str) -> Result<()> {
        let person = Self::account(tx, account).await?.ok_or(Error::NotFound)?.principal.person_id;
        Self::drop_factor(tx, person).await?;
        Self::end_sessions(tx, person, None).await?;
        Ok(())
    }

    /// Since when it is asked for, and how many recovery codes are left.
    pub(crate) async fn factor(tx: &mut Tx, person: Id<Person>) -> Result<Option<(Instant, i64)>> {
        tx.maybe(
            "select f.confirmed_at, (select count(*) from recovery_code r where r.person_id = f.person_id and r.used_at is null)
             from second_factor f where f.person_id = $1 and f.confirmed_at is not null",
            args![person],
        )
        .await
    }
}
