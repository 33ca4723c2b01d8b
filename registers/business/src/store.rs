//! The tables of the register: finding, listing and recording businesses. Scopes come first in every list.

mod claims;
mod rows;
mod write;

use std::collections::HashMap;

use shian_access::Scope;
use shian_base::{Error, Instant, Result};
use shian_db::{Tx, Value, args};

use crate::model::{Business, BusinessId, Grade, HistoryEntry, Label, Licence, NewBusiness, Responsible};
use crate::{Kind, Listed, Summary};

pub use claims::{Claim, ClaimFrom, Claims, Delivery, Record};

/// The register of businesses, asked within a transaction.
pub struct Businesses;

/// What a list of businesses is narrowed by.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Name, part of it, its pinyin initials, the beginning of a code or licence number, part of the address.
    pub text: Option<String>,
    pub kind: Option<Kind>,
    pub grade: Option<Grade>,
    /// An area code and everything under it.
    pub area: Option<String>,
    /// Leave out those that are closed for good.
    pub without_closed: bool,
}

/// A point on the map: id, name, longitude, latitude, kind, grade.
pub type MapPoint = (BusinessId, String, f64, f64, Kind, Option<Grade>);

impl Businesses {
    /// The business; `NotFound` when there is none of that id.
    pub async fn find(tx: &mut Tx, id: BusinessId) -> Result<Business> {
        tx.one(&format!("select {} from business b where b.id = $1", rows::BUSINESS), args![id]).await
    }

    /// The one business of exactly this name; refused when there are several.
    pub async fn by_name(tx: &mut Tx, name: &str) -> Result<BusinessId> {
        let found: Vec<(BusinessId,)> =
            tx.all("select id from business where name = $1 order by id limit 2", args![name.trim()]).await?;
        match found[..] {
            [(id,)] => Ok(id),
            [] => Err(Error::invalid("business", "business.unknown", format!("there is no business {name}"))),
            _ => Err(Error::invalid("business", "business.several", format!("there are several businesses {name}; name the id"))),
        }
    }

    /// What other parts of the platform show of these businesses; ids that name none are left out.
    pub async fn summary(tx: &mut Tx, ids: &[BusinessId]) -> Result<HashMap<BusinessId, Summary>> {
        let ids = serde_json::json!(ids);
        let sql = format!(
            "select b.id, b.name, b.kind, b.form, b.area_code, b.address, b.grade, b.credit, b.status, b.capacity,
                    b.floor_area_m2, b.opening_hours, coalesce(g.name, '') as area_name,
                    coalesce(s.name, '') as station_name
             from business b
             left join area g on g.code = b.area_code
             left join area s on s.code = substr(b.area_code, 1, 9)
             where b.id in {}",
            tx.each("$1")
        );
        let all: Vec<Summary> = tx.all(&sql, args![&ids]).await?;
        Ok(all.into_iter().map(|summary| (summary.id, summary)).collect())
    }

    /// Whether the business does business at the moment.
    pub async fn is_open_now(tx: &mut Tx, id: BusinessId, now: Instant) -> Result<bool> {
        Ok(Self::find(tx, id).await?.is_open_at(now))
    }

    /// One page of a list, and how long the whole list is. The nearest names come first, then by pinyin.
    pub async fn list(
        tx: &mut Tx,
        scope: &Scope,
        wanted: &Wanted,
        offset: i64,
        limit: i64,
    ) -> Result<(Vec<Listed>, i64)> {
        let (condition, mut args) = condition(scope, wanted);
        let count = format!("select count(*) from business b where {condition}");
        let (total,): (i64,) = tx.one(&count, args.clone()).await?;
        let nearest = match &wanted.text {
            Some(text) => {
                args.push(Value::from(text));
                args.push(Value::from(format!("{}%", escaped(text))));
                let (is, begins) = (args.len() - 1, args.len());
                format!("case when b.name = ${is} then 0 when b.name like ${begins} escape '\\' then 1 else 2 end,")
            }
            None => String::new(),
        };
        args.push(limit.into());
        args.push(offset.into());
        let order = format!("order by {nearest} b.initials, b.id");
        // The page is chosen from ids before anything is looked up for its rows.
        let sql = format!(
            "with page as (select b.id from business b where {condition} {order} limit ${} offset ${})
             {} where b.id in (select id from page) {order}",
            args.len() - 1,
            args.len(),
            listed_sql(),
        );
        Ok((tx.all(&sql, args).await?, total))
    }

    /// One business as the lists show it, if it lies within the scope; outside of it, it is not found.
    pub async fn listed_within(tx: &mut Tx, scope: &Scope, id: BusinessId) -> Result<Listed> {
        let mut args = Vec::new();
        let within = scope.sql("b.area_code", "b.id", &mut args);
        args.push(id.into());
        tx.one(&format!("{} where {within} and b.id = ${}", listed_sql(), args.len()), args).await
    }

    /// Where the businesses lie, at most `limit` of them.
    pub async fn points(tx: &mut Tx, scope: &Scope, wanted: &Wanted, limit: i64) -> Result<Vec<MapPoint>> {
        let (condition, mut args) = condition(scope, wanted);
        args.push(limit.into());
        let sql = format!(
            "select b.id, b.name, b.lon, b.lat, b.kind, b.grade
             from business b
             where {condition}
             order by b.id
             limit ${}",
            args.len()
        );
        let points: Vec<rows::PointRow> = tx.all(&sql, args).await?;
        Ok(points.into_iter().map(|row| row.0).collect())
    }

    /// The licences of a business, the one that holds longest first.
    pub async fn licences(tx: &mut Tx, id: BusinessId) -> Result<Vec<Licence>> {
        tx.all(
            "select id, kind, number, issuer, scope, valid_from, valid_to, revoked_on
             from licence
             where business_id = $1
             order by valid_to desc, id",
            args![id],
        )
        .await
    }

    pub async fn labels(tx: &mut Tx, id: BusinessId) -> Result<Vec<Label>> {
        tx.all(
            "select code, title, set_by, set_on, expires_on from business_label where business_id = $1 order by code",
            args![id],
        )
        .await
    }

    pub async fn people(tx: &mut Tx, id: BusinessId) -> Result<Vec<Responsible>> {
        tx.all("select role, name from business_person where business_id = $1 order by role, name", args![id]).await
    }

    /// The latest of what happened, newest first.
    pub async fn history(tx: &mut Tx, id: BusinessId, limit: i64) -> Result<Vec<HistoryEntry>> {
        tx.all(
            "select at, kind, title, body
             from business_history
             where business_id = $1
             order by at desc, id desc
             limit $2",
            args![id, limit],
        )
        .await
    }

    /// Adds a line to the history of a business.
    pub async fn tell(tx: &mut Tx, id: BusinessId, entry: HistoryEntry) -> Result<()> {
        write::history(tx, &[(id, &entry)]).await
    }

    /// Records businesses with all that belongs to them, many in a statement.
    pub async fn add(tx: &mut Tx, businesses: &[NewBusiness]) -> Result<()> {
        write::businesses(tx, businesses).await
    }

    /// How many businesses there are.
    pub async fn count(tx: &mut Tx) -> Result<i64> {
        let (count,): (i64,) = tx.one("select count(*) from business", args![]).await?;
        Ok(count)
    }
}

/// The select of a list, up to its `where`.
fn listed_sql() -> String {
    format!(
        "select {}, coalesce(g.name, '') as area_name, coalesce(s.name, '') as station_name,
                (select l.number from licence l where l.business_id = b.id and l.revoked_on is null
                 order by l.valid_to desc, l.id limit 1) as licence_number,
                (select l.valid_to from licence l where l.business_id = b.id and l.revoked_on is null
                 order by l.valid_to desc, l.id limit 1) as licence_valid_to
         from business b
         left join area g on g.code = b.area_code
         left join area s on s.code = substr(b.area_code, 1, 9)",
        rows::BUSINESS
    )
}

/// The `where` of a list: the scope first, then what it is narrowed by.
fn condition(scope: &Scope, wanted: &Wanted) -> (String, Vec<Value>) {
    let mut args = Vec::new();
    let mut all = vec![scope.sql("b.area_code", "b.id", &mut args)];
    let mut place = |value: Value| {
        args.push(value);
        args.len()
    };
    if wanted.without_closed {
        all.push("b.status <> 'closed'".into());
    }
    if let Some(kind) = wanted.kind {
        all.push(format!("b.kind = ${}", place(kind.code().into())));
    }
    if let Some(grade) = wanted.grade {
        all.push(format!("b.grade = ${}", place(grade.code().into())));
    }
    if let Some(area) = &wanted.area {
        let (from, to) = (place(area.into()), place(format!("{area}~").into()));
        all.push(format!("b.area_code >= ${from} and b.area_code < ${to}"));
    }
    if let Some(text) = &wanted.text {
        let number = text.to_uppercase();
        let (from, to) = (place(number.as_str().into()), place(format!("{number}~").into()));
        let is_number_of = format!(
            "(b.id in (select c.id from business c where c.credit_code >= ${from} and c.credit_code < ${to})
              or b.id in (select l.business_id from licence l where l.number >= ${from} and l.number < ${to}))"
        );
        if looks_like_number(text) {
            all.push(is_number_of);
        } else {
            let part = place(format!("%{}%", escaped(&text.to_lowercase())).into());
            let address = place(format!("%{}%", escaped(text)).into());
            all.push(format!(
                "(lower(b.name) like ${part} escape '\\'
                  or b.initials like ${part} escape '\\'
                  or b.address like ${address} escape '\\'
                  or {is_number_of})"
            ));
        }
    }
    (all.join(" and "), args)
}

/// Whether somebody asks for a credit code or licence number: then the indexes answer, and no name is read.
fn looks_like_number(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric()) && text.bytes().filter(u8::is_ascii_digit).count() >= 6
}

/// Text that stands for itself in a `like` with `escape '\'`.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}
