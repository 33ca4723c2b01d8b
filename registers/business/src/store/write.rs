//! Recording businesses, a hundred rows to a statement.

use shian_base::{Id, Result};
use shian_db::{Tx, Value, args};

use crate::model::{BusinessId, HistoryEntry, Licence, NewBusiness};
use crate::initials;

pub async fn businesses(tx: &mut Tx, new: &[NewBusiness]) -> Result<()> {
    insert(
        tx,
        "business (id, name, initials, kind, form, credit_code, legal_person, contact_phone, address, area_code,
                   lon, lat, grade, credit, status, capacity, floor_area_m2, opened_on, opening_hours)",
        new.iter()
        .map(|new| {
            let b = &new.business;
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
                b.opening_hours.to_json(),
            ]
        })
        .collect(),
    )
    .await?;
    let all: Vec<(BusinessId, &Licence)> =
        new.iter().flat_map(|new| new.licences.iter().map(|licence| (new.business.id, licence))).collect();
    licences(tx, &all).await?;
    insert(
        tx,
        "business_label (business_id, code, title, set_by, set_on, expires_on)",
        new.iter().flat_map(|new| {
            let id = new.business.id;
            new.labels.iter().map(move |l| args![id, &l.code, &l.title, &l.by, l.set_on, l.expires_on])
        })
        .collect(),
    )
    .await?;
    insert(
        tx,
        "business_person (business_id, role, name)",
        new.iter().flat_map(|new| {
            let id = new.business.id;
            new.people.iter().map(move |person| args![id, person.role.code(), &person.name])
        })
        .collect(),
    )
    .await?;
    let entries: Vec<(BusinessId, &HistoryEntry)> =
        new.iter().flat_map(|new| new.history.iter().map(|entry| (new.business.id, entry))).collect();
    history(tx, &entries).await
}

pub async fn licences(tx: &mut Tx, licences: &[(BusinessId, &Licence)]) -> Result<()> {
    insert(
        tx,
        "licence (id, business_id, kind, number, issuer, scope, valid_from, valid_to, revoked_on)",
        licences
            .iter()
            .map(|(id, l)| {
                args![l.id, *id, l.kind.code(), &l.number, &l.issuer, &l.scope, l.valid_from, l.valid_to, l.revoked_on]
            })
            .collect(),
    )
    .await
}

pub async fn history(tx: &mut Tx, entries: &[(BusinessId, &HistoryEntry)]) -> Result<()> {
    insert(
        tx,
        "business_history (id, business_id, at, kind, title, body)",
        entries
            .iter()
            .map(|(id, entry)| args![Id::<HistoryEntry>::new(), *id, entry.at, &entry.kind, &entry.title, &entry.text])
            .collect(),
    )
    .await
}

/// SQLite allows 32,766 parameters, PostgreSQL 65,535: a hundred rows of the widest table are 1,900.
const ROWS: usize = 100;

/// Inserts rows that are collected before: a future that held a borrowing closure could not be sent between threads.
pub async fn insert(tx: &mut Tx, into: &str, rows: Vec<Vec<Value>>) -> Result<()> {
    let mut values: Vec<Value> = Vec::new();
    let mut places: Vec<String> = Vec::new();
    let mut rows = rows.into_iter().peekable();
    while let Some(row) = rows.next() {
        let numbered: Vec<String> = (1..=row.len()).map(|at| format!("${}", values.len() + at)).collect();
        places.push(format!("({})", numbered.join(", ")));
        values.extend(row);
        if places.len() == ROWS || rows.peek().is_none() {
            let sql = format!("insert into {into} values {}", places.join(", "));
            tx.run(&sql, std::mem::take(&mut values)).await?;
            places.clear();
        }
    }
    Ok(())
}
