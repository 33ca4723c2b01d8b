//! The fields of a business and of a licence as text, so that what sources say can be compared and kept.

use shian_base::{Error, Result};

use crate::{Business, Grade, Kind, Licence, LicenceKind, Status};

/// Code and name of each field that a source can tell of a business.
pub const BUSINESS_FIELDS: &[(&str, &str)] = &[
    ("name", "名称"),
    ("kind", "业态"),
    ("form", "细分业态"),
    ("credit_code", "信用代码"),
    ("legal_person", "法定代表人"),
    ("contact_phone", "电话"),
    ("address", "地址"),
    ("area_code", "辖区"),
    ("location", "位置"),
    ("grade", "风险等级"),
    ("credit", "信用"),
    ("status", "状态"),
    ("capacity", "供餐人数"),
    ("floor_area_m2", "面积"),
    ("opened_on", "开业"),
];

/// Code and name of each field that a source can tell of a licence.
pub const LICENCE_FIELDS: &[(&str, &str)] = &[
    ("number", "编号"),
    ("kind", "证件"),
    ("issuer", "发证机关"),
    ("scope", "许可项目"),
    ("valid_from", "有效期起"),
    ("valid_to", "有效期至"),
    ("revoked_on", "注销或吊销"),
];

/// What can be read and set field by field.
pub trait Fields {
    /// The field's value as text; `None` when it has none.
    fn field(&self, field: &str) -> Option<String>;
    /// Sets a field from its text; refused when the text is no such value.
    fn set_field(&mut self, field: &str, value: &str) -> Result<()>;
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn known<T>(field: &str, found: Option<T>, value: &str) -> Result<T> {
    found.ok_or_else(|| Error::invalid(field, "business.field", format!("{value} is no value of {field}")))
}

impl Fields for Business {
    fn field(&self, field: &str) -> Option<String> {
        match field {
            "name" => some(&self.name),
            "kind" => Some(self.kind.code().into()),
            "form" => self.form.clone(),
            "credit_code" => self.credit_code.clone(),
            "legal_person" => some(&self.legal_person),
            "contact_phone" => some(&self.contact_phone),
            "address" => some(&self.address),
            "area_code" => some(&self.area_code),
            "location" => Some(location_text(self.lon, self.lat)),
            "grade" => self.grade.map(|grade| grade.code().into()),
            "credit" => self.credit.map(|credit| credit.code().into()),
            "status" => Some(self.status.code().into()),
            "capacity" => self.capacity.map(|count| count.to_string()),
            "floor_area_m2" => self.floor_area_m2.map(|count| count.to_string()),
            "opened_on" => Some(self.opened_on.to_string()),
            _ => None,
        }
    }

    fn set_field(&mut self, field: &str, value: &str) -> Result<()> {
        match field {
            "name" => self.name = value.into(),
            "kind" => self.kind = known(field, Kind::of_code(value), value)?,
            "form" => self.form = some(value),
            "credit_code" => self.credit_code = some(value),
            "legal_person" => self.legal_person = value.into(),
            "contact_phone" => self.contact_phone = value.into(),
            "address" => self.address = value.into(),
            "area_code" => self.area_code = value.into(),
            "location" => (self.lon, self.lat) = known(field, location(value), value)?,
            "grade" => self.grade = Some(known(field, Grade::of_code(value), value)?),
            "credit" => self.credit = Some(known(field, Grade::of_code(value), value)?),
            "status" => self.status = known(field, Status::of_code(value), value)?,
            "capacity" => self.capacity = Some(known(field, value.parse().ok(), value)?),
            "floor_area_m2" => self.floor_area_m2 = Some(known(field, value.parse().ok(), value)?),
            "opened_on" => self.opened_on = value.parse()?,
            _ => return Err(Error::invalid(field, "business.field", format!("a business has no field {field}"))),
        }
        Ok(())
    }
}

impl Fields for Licence {
    fn field(&self, field: &str) -> Option<String> {
        match field {
            "number" => some(&self.number),
            "kind" => Some(self.kind.code().into()),
            "issuer" => some(&self.issuer),
            "scope" => some(&self.scope),
            "valid_from" => Some(self.valid_from.to_string()),
            "valid_to" => Some(self.valid_to.to_string()),
            "revoked_on" => self.revoked_on.map(|day| day.to_string()),
            _ => None,
        }
    }

    fn set_field(&mut self, field: &str, value: &str) -> Result<()> {
        match field {
            "number" => self.number = value.into(),
            "kind" => self.kind = known(field, LicenceKind::of_code(value), value)?,
            "issuer" => self.issuer = value.into(),
            "scope" => self.scope = value.into(),
            "valid_from" => self.valid_from = value.parse()?,
            "valid_to" => self.valid_to = value.parse()?,
            "revoked_on" => self.revoked_on = Some(value.parse()?),
            _ => return Err(Error::invalid(field, "business.field", format!("a licence has no field {field}"))),
        }
        Ok(())
    }
}

/// A point as text: longitude and latitude to a decimetre.
pub fn location_text(lon: f64, lat: f64) -> String {
    format!("{lon:.6},{lat:.6}")
}

fn location(text: &str) -> Option<(f64, f64)> {
    let (lon, lat) = text.split_once(',')?;
    Some((lon.parse().ok()?, lat.parse().ok()?))
}

/// A field's value as people read it: codes by their titles, a telephone masked.
pub fn readable(field: &str, value: &str) -> String {
    let title = match field {
        "kind" => Kind::of_code(value).map(Kind::title).or_else(|| LicenceKind::of_code(value).map(LicenceKind::title)),
        "status" => Status::of_code(value).map(Status::title),
        "contact_phone" => return crate::masked_phone(value),
        _ => None,
    };
    title.map_or_else(|| value.to_owned(), str::to_owned)
}
