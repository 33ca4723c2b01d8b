//! A row that came back, and how types are read out of it.

use std::sync::Arc;

use anyhow::anyhow;
use shian_base::{Day, Error, Id, Instant, Result};
use sqlx::{Column as _, Row as _, TypeInfo as _, ValueRef as _};

use crate::Value;
use crate::value::Kind;

/// One row, all cells decoded, independent of the connection.
#[derive(Clone, Debug)]
pub struct Row {
    names: Arc<[String]>,
    cells: Vec<Value>,
}

impl Row {
    /// The column's value as `T`; an unknown column or another type is our own mistake, an `Internal` error.
    pub fn get<T: FromValue>(&self, column: &str) -> Result<T> {
        let at = self.names.iter().position(|name| name == column);
        let at = at.ok_or_else(|| anyhow!("the row has no column {column}"))?;
        self.at(at)
    }

    pub fn at<T: FromValue>(&self, index: usize) -> Result<T> {
        let cell = self.cells.get(index).ok_or_else(|| anyhow!("the row has no column number {index}"))?;
        T::from_value(cell).ok_or_else(|| {
            let name = self.names.get(index).map_or("?", String::as_str);
            anyhow!("column {name} holds {cell:?}, not {}", std::any::type_name::<T>()).into()
        })
    }

    /// A text column that holds a JSON document.
    pub fn json<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<T> {
        let text: String = self.get(column)?;
        serde_json::from_str(&text).map_err(|e| Error::Internal(anyhow!(e).context(format!("reading column {column}"))))
    }
}

pub trait FromRow: Sized {
    fn from_row(row: &Row) -> Result<Self>;
}

impl FromRow for Row {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(row.clone())
    }
}

macro_rules! tuple {
    ($($type:ident $index:tt),*) => {
        impl<$($type: FromValue),*> FromRow for ($($type,)*) {
            fn from_row(row: &Row) -> Result<Self> { Ok(($(row.at::<$type>($index)?,)*)) }
        }
    };
}
tuple!(A 0);
tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
tuple!(A 0, B 1, C 2, D 3, E 4);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);

/// `None` when the cell is of another kind.
pub trait FromValue: Sized {
    fn from_value(value: &Value) -> Option<Self>;
}

impl FromValue for String {
    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Text(text) = value { Some(text.clone()) } else { None }
    }
}
impl FromValue for i64 {
    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Int(int) = value { Some(*int) } else { None }
    }
}
impl FromValue for f64 {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Real(real) => Some(*real),
            // SQLite stores a whole real as an integer where the column allows it.
            Value::Int(int) => Some(*int as f64),
            _ => None,
        }
    }
}
impl FromValue for bool {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Bool(flag) => Some(*flag),
            // SQLite keeps flags as 0 and 1.
            Value::Int(0) => Some(false),
            Value::Int(1) => Some(true),
            _ => None,
        }
    }
}
impl FromValue for Vec<u8> {
    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Bytes(bytes) = value { Some(bytes.clone()) } else { None }
    }
}
impl FromValue for Instant {
    fn from_value(value: &Value) -> Option<Self> {
        i64::from_value(value).map(Instant::from_micros)
    }
}
impl FromValue for Day {
    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Text(text) = value { text.parse().ok() } else { None }
    }
}
impl<T> FromValue for Id<T> {
    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Text(text) = value { text.parse().ok() } else { None }
    }
}
impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Null(_) = value { Some(None) } else { T::from_value(value).map(Some) }
    }
}

pub(crate) fn from_sqlite(row: &sqlx::sqlite::SqliteRow) -> Result<Row, sqlx::Error> {
    let mut cells = Vec::with_capacity(row.columns().len());
    for index in 0..row.columns().len() {
        let raw = row.try_get_raw(index)?;
        if raw.is_null() {
            cells.push(Value::Null(Kind::Text));
            continue;
        }
        let kind = raw.type_info().name().to_owned();
        cells.push(match kind.as_str() {
            "TEXT" => Value::Text(row.try_get_unchecked(index)?),
            "REAL" => Value::Real(row.try_get_unchecked(index)?),
            "BLOB" => Value::Bytes(row.try_get_unchecked(index)?),
            _ => Value::Int(row.try_get_unchecked(index)?),
        });
    }
    Ok(Row { names: row.columns().iter().map(|c| c.name().to_owned()).collect(), cells })
}

pub(crate) fn from_postgres(row: &sqlx::postgres::PgRow) -> Result<Row, sqlx::Error> {
    let mut cells = Vec::with_capacity(row.columns().len());
    for (index, column) in row.columns().iter().enumerate() {
        if row.try_get_raw(index)?.is_null() {
            cells.push(Value::Null(Kind::Text));
            continue;
        }
        cells.push(match column.type_info().name() {
            "INT8" => Value::Int(row.try_get(index)?),
            "INT4" => Value::Int(row.try_get::<i32, _>(index)?.into()),
            "FLOAT8" => Value::Real(row.try_get(index)?),
            "FLOAT4" => Value::Real(row.try_get::<f32, _>(index)?.into()),
            "BOOL" => Value::Bool(row.try_get(index)?),
            "BYTEA" => Value::Bytes(row.try_get(index)?),
            "TEXT" | "VARCHAR" | "CHAR" | "NAME" => Value::Text(row.try_get(index)?),
            other => {
                let why = format!("column {} has the type {other}; cast it to text, bigint or double", column.name());
                return Err(sqlx::Error::Decode(why.into()));
            }
        });
    }
    Ok(Row { names: row.columns().iter().map(|c| c.name().to_owned()).collect(), cells })
}
