//! The register of accounts as the administrators work on it.

use std::collections::BTreeMap;

use shian_access::{Person, Reach};
use shian_base::{Error, Id, Instant, Result};
use shian_db::{FromRow, Row, Tx, Value, args};

use super::{People, hash_token, reach_columns};
use crate::model::{PersonRow, title_of};

/// Narrows the list of accounts.
#[derive(Debug, Default)]
pub struct PeopleWanted {
    /// Part of the account or the name.
    pub text: Option<String>,
    /// A post; empty for those who have none.
    pub post: Option<String>,
    /// Only the disabled or only the others.
    pub disabled: Option<bool>,
}

const ROW: &str =
    "p.id, p.account, p.name, p.post, p.reach_kind, p.reach, p.created_at, p.disabled_at, p.password_once_until,
    f.confirmed_at as second_factor_since, coalesce(a.name, b.name, '') as reach_name,
    (select count(*) from session s where s.person_id = p.id and s.expires_at > $1) as sessions";
const FROM: &str = "person p
    left join second_factor f on f.person_id = p.id and f.confirmed_at is not null
    left join area a on p.reach_kind = 'area' and a.code = p.reach
    left join business b on p.reach_kind = 'business' and b.id = p.reach";

impl People {
    /// A page of the accounts in the order of their names, and how many there are.
    pub(crate) async fn list(
        tx: &mut Tx,
        wanted: &PeopleWanted,
        offset: i64,
        limit: i64,
        now: Instant,
    ) -> Result<(Vec<PersonRow>, i64)> {
        let mut args = args![now];
        let mut all = vec!["$1 = $1".to_owned()];
        if let Some(text) = &wanted.text {
            args.push(Value::from(like(text)));
            all.push(format!("(p.account like ${0} escape '!' or lower(p.name) like ${0} escape '!')", args.len()));
        }
        if let Some(post) = &wanted.post {
            args.push(Value::from(post));
            all.push(format!("p.post = ${}", args.len()));
        }
        match wanted.disabled {
            Some(true) => all.push("p.disabled_at is not null".into()),
            Some(false) => all.push("p.disabled_at is null".into()),
            None => {}
        }
        let clause = all.join(" and ");
        let (total,) = tx.one::<(i64,)>(&format!("select count(*) from person p where {clause}"), args.clone()).await?;
        args.extend(args![limit, offset]);
        let sql = format!(
            "select {ROW} from {FROM} where {clause} order by p.account limit ${} offset ${}",
            args.len() - 1,
            args.len()
        );
        let mut people: Vec<PersonRow> = tx.all(&sql, args).await?;
        Self::say_locked(tx, &mut people, now).await?;
        Ok((people, total))
    }

    pub(crate) async fn person(tx: &mut Tx, id: Id<Person>, now: Instant) -> Result<PersonRow> {
        let mut people = vec![tx.one(&format!("select {ROW} from {FROM} where p.id = $2"), args![now, id]).await?];
        Self::say_locked(tx, &mut people, now).await?;
        Ok(people.remove(0))
    }

    async fn say_locked(tx: &mut Tx, people: &mut [PersonRow], now: Instant) -> Result<()> {
        let hashes: Vec<String> = people.iter().map(|person| hash_token(&person.account)).collect();
        let sql = format!(
            "select account_hash, locked_until from sign_in_failure where account_hash in {} and locked_until > $2",
            tx.each("$1")
        );
        let locked: Vec<(String, Instant)> = tx.all(&sql, args![serde_json::json!(hashes), now]).await?;
        let locked: BTreeMap<String, Instant> = locked.into_iter().collect();
        for (person, hash) in people.iter_mut().zip(&hashes) {
            person.locked_until = locked.get(hash).copied();
        }
        Ok(())
    }

    /// Grants a post, or none, and where it reaches.
    pub(crate) async fn set_post(tx: &mut Tx, id: Id<Person>, post: &str, reach: &Reach) -> Result<()> {
        let (kind, reach) = reach_columns(reach);
        tx.run("update person set post = $2, reach_kind = $3, reach = $4 where id = $1", args![id, post, kind, reach])
            .await?;
        Ok(())
    }

    pub(crate) async fn set_disabled(tx: &mut Tx, id: Id<Person>, since: Option<Instant>) -> Result<()> {
        tx.run("update person set disabled_at = $2 where id = $1", args![id, since]).await?;
        Ok(())
    }

    /// Sets a password that is hashed already; with an end it was given out and has to be changed.
    pub(crate) async fn set_hash(tx: &mut Tx, id: Id<Person>, hash: &str, once_until: Option<Instant>) -> Result<()> {
        tx.run(
            "update person set password_hash = $2, password_once_until = $3 where id = $1",
            args![id, hash, once_until],
        )
        .await?;
        Ok(())
    }

    /// The person's row, held until the end of the transaction so that two grants come one after the other.
    pub(crate) async fn hold(tx: &mut Tx, id: Id<Person>) -> Result<()> {
        match tx.run("update person set account = account where id = $1", args![id]).await? {
            0 => Err(Error::NotFound),
            _ => Ok(()),
        }
    }
}

/// A pattern for part of a text, in which the signs of patterns stand for themselves.
pub(super) fn like(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern + "%"
}

impl FromRow for PersonRow {
    fn from_row(row: &Row) -> Result<Self> {
        let post: String = row.get("post")?;
        Ok(Self {
            id: row.get("id")?,
            account: row.get("account")?,
            name: row.get("name")?,
            post_title: title_of(&post).into(),
            post,
            reach_kind: row.get("reach_kind")?,
            reach: row.get("reach")?,
            reach_name: row.get("reach_name")?,
            created_at: row.get("created_at")?,
            disabled_at: row.get("disabled_at")?,
            locked_until: None,
            second_factor: row.get::<Option<Instant>>("second_factor_since")?.is_some(),
            must_change_password: row.get::<Option<Instant>>("password_once_until")?.is_some(),
            sessions: row.get("sessions")?,
        })
    }
}
