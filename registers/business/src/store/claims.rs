//! What sources said, and what an import asks and changes, many rows to a statement.

use std::collections::BTreeMap;

use shian_base::{Day, Id, Instant, Result};
use shian_db::{FromRow, Row, Tx, args};

use super::{Businesses, rows, write};
use crate::model::{Business, BusinessId, HistoryEntry, Licence};
use crate::initials;

/// A file, or another parcel, of facts that came from elsewhere.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub id: Id<Delivery>,
    pub source: String,
    pub file_name: String,
    pub sha256: String,
    pub by: String,
    pub at: Instant,
}

/// What one line of a delivery said that its source had not said before.
#[derive(Clone, Debug)]
pub struct Claim {
    pub business_id: BusinessId,
    pub licence_id: Option<Id<Licence>>,
    pub delivery_id: Id<Delivery>,
    pub source: String,
    pub line: i64,
    pub said: BTreeMap<String, String>,
}

/// A claim with where it came from, for the page that shows it.
#[derive(Clone, Debug)]
pub struct ClaimFrom {
    pub claim: Claim,
    pub file_name: String,
    pub by: String,
    pub at: Instant,
}

/// An inspection, a sample or a penalty of another system.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    pub id: Id<Record>,
    pub business_id: BusinessId,
    /// `inspection`, `sample` or `penalty`.
    pub kind: String,
    /// Makes it one record however often it is told.
    pub key: String,
    pub number: Option<String>,
    pub done_on: Day,
    pub office: String,
    pub subject: String,
    pub result: String,
    pub delivery_id: Id<Delivery>,
    pub line: i64,
}

/// What sources said of businesses: rows that are only ever added.
pub struct Claims;

impl Claims {
    /// Notes a delivery; one that is known stays as it is.
    pub async fn deliver(tx: &mut Tx, delivery: &Delivery) -> Result<()> {
        tx.run(
            "insert into business_delivery (id, source, file_name, sha256, by_name, at)
             values ($1, $2, $3, $4, $5, $6)
             on conflict (id) do nothing",
            args![delivery.id, &delivery.source, &delivery.file_name, &delivery.sha256, &delivery.by, delivery.at],
        )
        .await?;
        Ok(())
    }

    pub async fn add(tx: &mut Tx, claims: &[Claim]) -> Result<()> {
        write::insert(
            tx,
            "business_claim (id, business_id, licence_id, delivery_id, line, said)",
            claims
                .iter()
                .map(|claim| {
                    let said = serde_json::json!(claim.said);
                    args![Id::<Claim>::new(), claim.business_id, claim.licence_id, claim.delivery_id, claim.line, said]
                })
                .collect(),
        )
        .await
    }

    /// Everything that was ever said of these businesses, the earliest first.
    pub async fn of(tx: &mut Tx, ids: &[BusinessId]) -> Result<Vec<Claim>> {
        let found = Self::of_with_deliveries(tx, ids).await?;
        Ok(found.into_iter().map(|from| from.claim).collect())
    }

    /// The same, with the file, the person and the moment.
    pub async fn of_with_deliveries(tx: &mut Tx, ids: &[BusinessId]) -> Result<Vec<ClaimFrom>> {
        let ids = serde_json::json!(ids);
        let sql = format!(
            "select c.business_id, c.licence_id, c.delivery_id, c.line, c.said, d.source, d.file_name, d.by_name, d.at
             from business_claim c
             join business_delivery d on d.id = c.delivery_id
             where c.business_id in {}
             order by c.id",
            tx.each("$1")
        );
        tx.all(&sql, args![&ids]).await
    }
}

impl Businesses {
    pub async fn with_ids(tx: &mut Tx, ids: &[BusinessId]) -> Result<Vec<Business>> {
        Self::among(tx, "id", &serde_json::json!(ids)).await
    }

    pub async fn with_credit_codes(tx: &mut Tx, codes: &[&str]) -> Result<Vec<Business>> {
        Self::among(tx, "credit_code", &serde_json::json!(codes)).await
    }

    pub async fn with_names(tx: &mut Tx, names: &[&str]) -> Result<Vec<Business>> {
        Self::among(tx, "name", &serde_json::json!(names)).await
    }

    async fn among(tx: &mut Tx, column: &str, values: &serde_json::Value) -> Result<Vec<Business>> {
        let sql = format!(
            "select {} from business b where b.{column} in {} order by b.id",
            rows::BUSINESS,
            tx.each("$1")
        );
        tx.all(&sql, args![values]).await
    }

    /// Licences with these numbers, and whose they are.
    pub async fn licences_with_numbers(tx: &mut Tx, numbers: &[&str]) -> Result<Vec<(BusinessId, Licence)>> {
        let numbers = serde_json::json!(numbers);
        let sql = format!(
            "select business_id, id, kind, number, issuer, scope, valid_from, valid_to, revoked_on
             from licence
             where number in {}
             order by number, valid_from, id",
            tx.each("$1")
        );
        let found: Vec<Row> = tx.all(&sql, args![&numbers]).await?;
        found.iter().map(|row| Ok((row.get("business_id")?, Licence::from_row(row)?))).collect()
    }

    /// Writes what a business is now.
    pub async fn amend(tx: &mut Tx, b: &Business) -> Result<()> {
        tx.run(
            "update business
             set name = $2, initials = $3, kind = $4, form = $5, credit_code = $6, legal_person = $7,
                 contact_phone = $8, address = $9, area_code = $10, lon = $11, lat = $12, grade = $13, credit = $14,
                 status = $15, capacity = $16, floor_area_m2 = $17, opened_on = $18
             where id = $1",
            args![
                b.id,
                &b.name,
                initials(&b.name),
                b.kind.code(),
                b.form.as_deref(),
                b.credit_code.as_deref(),
                &b.legal_person,
                &b.contact_phone,
                &b.address,
                &b.area_code,
                b.lon,
                b.lat,
                b.grade.map(|grade| grade.code()),
                b.credit.map(|credit| credit.code()),
                b.status.code(),
                b.capacity,
                b.floor_area_m2,
                b.opened_on,
            ],
        )
        .await?;
        Ok(())
    }

    pub async fn add_licences(tx: &mut Tx, licences: &[(BusinessId, Licence)]) -> Result<()> {
        let rows: Vec<_> = licences.iter().map(|(id, licence)| (*id, licence)).collect();
        write::licences(tx, &rows).await
    }

    pub async fn amend_licence(tx: &mut Tx, l: &Licence) -> Result<()> {
        tx.run(
            "update licence
             set kind = $2, number = $3, issuer = $4, scope = $5, valid_from = $6, valid_to = $7, revoked_on = $8
             where id = $1",
            args![l.id, l.kind.code(), &l.number, &l.issuer, &l.scope, l.valid_from, l.valid_to, l.revoked_on],
        )
        .await?;
        Ok(())
    }

    /// Takes a label off a business.
    pub async fn unlabel(tx: &mut Tx, id: BusinessId, code: &str) -> Result<()> {
        tx.run("delete from business_label where business_id = $1 and code = $2", args![id, code]).await?;
        Ok(())
    }

    /// Adds lines to the histories of many businesses.
    pub async fn tell_all(tx: &mut Tx, entries: &[(BusinessId, HistoryEntry)]) -> Result<()> {
        let entries: Vec<_> = entries.iter().map(|(id, entry)| (*id, entry)).collect();
        write::history(tx, &entries).await
    }

    /// The records of other systems with these keys.
    pub async fn records_with_keys(tx: &mut Tx, kind: &str, keys: &[&str]) -> Result<Vec<Record>> {
        let keys = serde_json::json!(keys);
        let sql = format!("{RECORD} where kind = $1 and record_key in {}", tx.each("$2"));
        tx.all(&sql, args![kind, &keys]).await
    }

    /// The records of other systems about these businesses.
    pub async fn records_of(tx: &mut Tx, kind: &str, ids: &[BusinessId]) -> Result<Vec<Record>> {
        let ids = serde_json::json!(ids);
        let sql = format!("{RECORD} where kind = $1 and business_id in {}", tx.each("$2"));
        tx.all(&sql, args![kind, &ids]).await
    }

    /// What other systems recorded of a business, the newest first.
    pub async fn records(tx: &mut Tx, id: BusinessId, limit: i64) -> Result<Vec<(Record, String, String)>> {
        let found: Vec<Row> = tx
            .all(
                "select r.id, r.business_id, r.kind, r.record_key, r.number, r.done_on, r.office, r.subject, r.result,
                        r.delivery_id, r.line, d.source, d.file_name
                 from business_record r
                 join business_delivery d on d.id = r.delivery_id
                 where r.business_id = $1
                 order by r.done_on desc, r.id desc
                 limit $2",
                args![id, limit],
            )
            .await?;
        found.iter().map(|row| Ok((Record::from_row(row)?, row.get("source")?, row.get("file_name")?))).collect()
    }

    pub async fn add_records(tx: &mut Tx, records: &[Record]) -> Result<()> {
        write::insert(
            tx,
            "business_record (id, business_id, kind, record_key, number, done_on, office, subject, result,
                              delivery_id, line)",
            records
                .iter()
                .map(|r| {
                    args![
                        r.id,
                        r.business_id,
                        &r.kind,
                        &r.key,
                        r.number.as_deref(),
                        r.done_on,
                        &r.office,
                        &r.subject,
                        &r.result,
                        r.delivery_id,
                        r.line
                    ]
                })
                .collect(),
        )
        .await
    }

    pub async fn amend_record(tx: &mut Tx, r: &Record) -> Result<()> {
        tx.run(
            "update business_record
             set number = $2, done_on = $3, office = $4, subject = $5, result = $6, delivery_id = $7, line = $8
             where id = $1",
            args![r.id, r.number.as_deref(), r.done_on, &r.office, &r.subject, &r.result, r.delivery_id, r.line],
        )
        .await?;
        Ok(())
    }
}

const RECORD: &str = "select id, business_id, kind, record_key, number, done_on, office, subject, result, delivery_id, line
     from business_record";

impl FromRow for Record {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            business_id: row.get("business_id")?,
            kind: row.get("kind")?,
            key: row.get("record_key")?,
            number: row.get("number")?,
            done_on: row.get("done_on")?,
            office: row.get("office")?,
            subject: row.get("subject")?,
            result: row.get("result")?,
            delivery_id: row.get("delivery_id")?,
            line: row.get("line")?,
        })
    }
}

impl FromRow for ClaimFrom {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            claim: Claim {
                business_id: row.get("business_id")?,
                licence_id: row.get("licence_id")?,
                delivery_id: row.get("delivery_id")?,
                source: row.get("source")?,
                line: row.get("line")?,
                said: row.json("said")?,
            },
            file_name: row.get("file_name")?,
            by: row.get("by_name")?,
            at: row.get("at")?,
        })
    }
}
