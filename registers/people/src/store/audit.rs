//! The log of who did what with accounts, posts and sessions. Written and read, never changed.

use serde::Serialize;
use serde_json::{Value as Json, json};
use shian_access::{Person, Principal};
use shian_base::{Id, Instant, Result};
use shian_db::{FromRow, Row, Tx, Value, args};
use utoipa::ToSchema;

use super::People;
use crate::audit::act_title;
use crate::whence::Whence;

/// The kind of thing an entry's id names.
pub enum AuditRow {}

/// Something about to be written down.
pub struct Deed<'a> {
    pub act: &'static str,
    /// Who did it; nobody for a stranger.
    pub by: Option<&'a Principal>,
    /// To whom, when not to oneself.
    pub to: Option<&'a Principal>,
    /// Never a secret.
    pub detail: Json,
}

/// An entry of the audit log.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditEntry {
    #[schema(value_type = String)]
    pub id: Id<AuditRow>,
    pub at: Instant,
    /// Stable code, such as `sign_in.failed`.
    pub act: String,
    pub act_title: &'static str,
    #[schema(value_type = Option<String>)]
    pub actor_id: Option<Id<Person>>,
    /// Name and account then; empty for a stranger.
    pub actor: String,
    #[schema(value_type = Option<String>)]
    pub subject_id: Option<Id<Person>>,
    /// To whom it was done.
    pub subject: String,
    pub address: String,
    pub device: String,
    #[schema(value_type = Object)]
    pub detail: Json,
}

/// Narrows the log.
#[derive(Debug, Default)]
pub struct AuditWanted {
    pub person: Option<Id<Person>>,
    /// Part of a name or account as it was then.
    pub text: Option<String>,
    pub act: Option<String>,
    pub from: Option<Instant>,
    pub to: Option<Instant>,
}

impl People {
    pub(crate) async fn log(tx: &mut Tx, deed: Deed<'_>, whence: &Whence, now: Instant) -> Result<()> {
        let (by, to) = (deed.by, deed.to);
        write(
            tx,
            deed.act,
            (by.map(|p| p.person_id), by.map(label)),
            (to.map(|p| p.person_id), to.map(label)),
            whence,
            deed.detail,
            now,
        )
        .await
    }

    /// A page of the log, the newest first, and how long it is.
    pub(crate) async fn audit(
        tx: &mut Tx,
        wanted: &AuditWanted,
        offset: i64,
        limit: i64,
    ) -> Result<(Vec<AuditEntry>, i64)> {
        let mut args = Vec::new();
        let clause = wanted.clause(&mut args);
        let (total,) =
            tx.one::<(i64,)>(&format!("select count(*) from audit_entry where {clause}"), args.clone()).await?;
        args.extend(args![limit, offset]);
        let sql = format!(
            "select id, at, act, actor_id, actor, subject_id, subject, address, device, detail from audit_entry
             where {clause} order by id desc limit ${} offset ${}",
            args.len() - 1,
            args.len()
        );
        Ok((tx.all(&sql, args).await?, total))
    }
}

/// Writes down what was done by a command at the server itself.
pub async fn log_at_server(tx: &mut Tx, act: &'static str, account: &str, now: Instant) -> Result<()> {
    let subject = People::account(tx, account).await?.map(|account| account.principal);
    let subject = (subject.as_ref().map(|p| p.person_id), subject.as_ref().map(label));
    write(tx, act, (None, Some("服务器命令行".into())), subject, &Whence::default(), json!({}), now).await
}

type Named = (Option<Id<Person>>, Option<String>);

async fn write(
    tx: &mut Tx,
    act: &'static str,
    actor: Named,
    subject: Named,
    whence: &Whence,
    detail: Json,
    now: Instant,
) -> Result<()> {
    tx.run(
        "insert into audit_entry (id, at, act, actor_id, actor, subject_id, subject, address, device, detail)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            Id::<AuditRow>::new(),
            now,
            act,
            actor.0,
            actor.1.unwrap_or_default(),
            subject.0,
            subject.1.unwrap_or_default(),
            &whence.address,
            &whence.device,
            detail
        ],
    )
    .await?;
    Ok(())
}

fn label(person: &Principal) -> String {
    format!("{}（{}）", person.name, person.account)
}

impl AuditWanted {
    fn clause(&self, args: &mut Vec<Value>) -> String {
        let mut all = vec!["1 = 1".to_owned()];
        let bind = |args: &mut Vec<Value>, value: Value| {
            args.push(value);
            args.len()
        };
        if let Some(person) = self.person {
            let at = bind(args, person.into());
            all.push(format!("(actor_id = ${at} or subject_id = ${at})"));
        }
        if let Some(text) = &self.text {
            let at = bind(args, super::register::like(text).into());
            all.push(format!("(lower(actor) like ${at} escape '!' or lower(subject) like ${at} escape '!')"));
        }
        if let Some(act) = &self.act {
            all.push(format!("act = ${}", bind(args, act.into())));
        }
        if let Some(from) = self.from {
            all.push(format!("at >= ${}", bind(args, from.into())));
        }
        if let Some(to) = self.to {
            all.push(format!("at < ${}", bind(args, to.into())));
        }
        all.join(" and ")
    }
}

impl FromRow for AuditEntry {
    fn from_row(row: &Row) -> Result<Self> {
        let act: String = row.get("act")?;
        Ok(Self {
            id: row.get("id")?,
            at: row.get("at")?,
            act_title: act_title(&act),
            act,
            actor_id: row.get("actor_id")?,
            actor: row.get("actor")?,
            subject_id: row.get("subject_id")?,
            subject: row.get("subject")?,
            address: row.get("address")?,
            device: row.get("device")?,
            detail: row.json("detail")?,
        })
    }
}
