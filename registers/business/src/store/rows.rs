//! How rows of the register's tables become what they say.

use anyhow::anyhow;
use shian_base::{Error, Result};
use shian_db::{FromRow, Row};

use super::MapPoint;
use crate::model::{Business, Grade, HistoryEntry, Label, Licence, LicenceKind, Responsible, Role, Status};
use crate::{Kind, Listed, Summary};

/// The columns of `business b` that `Business` is read from.
pub const BUSINESS: &str = "b.id, b.name, b.kind, b.form, b.credit_code, b.legal_person, b.contact_phone, b.address,
    b.area_code, b.lon, b.lat, b.grade, b.credit, b.status, b.capacity, b.floor_area_m2, b.opened_on, b.opening_hours";

/// A point of the map, read from a row.
pub struct PointRow(pub MapPoint);

impl FromRow for Business {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            name: row.get("name")?,
            kind: kind(row)?,
            form: row.get("form")?,
            credit_code: row.get("credit_code")?,
            legal_person: row.get("legal_person")?,
            contact_phone: row.get("contact_phone")?,
            address: row.get("address")?,
            area_code: row.get("area_code")?,
            lon: row.get("lon")?,
            lat: row.get("lat")?,
            grade: grade(row, "grade")?,
            credit: grade(row, "credit")?,
            status: status(row)?,
            capacity: row.get("capacity")?,
            floor_area_m2: row.get("floor_area_m2")?,
            opened_on: row.get("opened_on")?,
            opening_hours: row.json("opening_hours")?,
        })
    }
}

impl FromRow for Summary {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            name: row.get("name")?,
            kind: kind(row)?,
            form: row.get("form")?,
            area_code: row.get("area_code")?,
            area_name: row.get("area_name")?,
            station_name: row.get("station_name")?,
            address: row.get("address")?,
            grade: grade(row, "grade")?,
            credit: grade(row, "credit")?,
            status: status(row)?,
            capacity: row.get("capacity")?,
            floor_area_m2: row.get("floor_area_m2")?,
            opening_hours: row.json("opening_hours")?,
        })
    }
}

impl FromRow for Listed {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            business: Business::from_row(row)?,
            area_name: row.get("area_name")?,
            station_name: row.get("station_name")?,
            licence_number: row.get("licence_number")?,
            licence_valid_to: row.get("licence_valid_to")?,
        })
    }
}

impl FromRow for PointRow {
    fn from_row(row: &Row) -> Result<Self> {
        let (lon, lat) = (row.get("lon")?, row.get("lat")?);
        Ok(Self((row.get("id")?, row.get("name")?, lon, lat, kind(row)?, grade(row, "grade")?)))
    }
}

impl FromRow for Licence {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            kind: known(row, "kind", LicenceKind::of_code)?,
            number: row.get("number")?,
            issuer: row.get("issuer")?,
            scope: row.get("scope")?,
            valid_from: row.get("valid_from")?,
            valid_to: row.get("valid_to")?,
            revoked_on: row.get("revoked_on")?,
        })
    }
}

impl FromRow for Label {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            code: row.get("code")?,
            title: row.get("title")?,
            by: row.get("set_by")?,
            set_on: row.get("set_on")?,
            expires_on: row.get("expires_on")?,
        })
    }
}

impl FromRow for Responsible {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self { role: known(row, "role", Role::of_code)?, name: row.get("name")? })
    }
}

impl FromRow for HistoryEntry {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self { at: row.get("at")?, kind: row.get("kind")?, title: row.get("title")?, text: row.get("body")? })
    }
}

fn kind(row: &Row) -> Result<Kind> {
    known(row, "kind", Kind::of_code)
}

fn status(row: &Row) -> Result<Status> {
    known(row, "status", Status::of_code)
}

fn grade(row: &Row, column: &str) -> Result<Option<Grade>> {
    match row.get::<Option<String>>(column)? {
        Some(code) => Grade::of_code(&code).map(Some).ok_or_else(|| unknown(column, &code)),
        None => Ok(None),
    }
}

fn known<T>(row: &Row, column: &str, read: impl Fn(&str) -> Option<T>) -> Result<T> {
    let code: String = row.get(column)?;
    read(&code).ok_or_else(|| unknown(column, &code))
}

fn unknown(column: &str, code: &str) -> Error {
    anyhow!("column {column} holds {code}, which this version does not know").into()
}
