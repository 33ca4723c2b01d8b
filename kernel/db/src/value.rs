//! A value on its way into a statement or out of a row.

use shian_base::{Day, Id, Instant};

/// One parameter or one cell. A null carries its type, because PostgreSQL asks for it.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Text(String),
    Int(i64),
    Real(f64),
    Bool(bool),
    Bytes(Vec<u8>),
    Null(Kind),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Int,
    Real,
    Bool,
    Bytes,
}

/// What kind a Rust type has as a column.
pub trait HasKind {
    const KIND: Kind;
}

macro_rules! kinds {
    ($($type:ty => $kind:ident),* $(,)?) => { $(impl HasKind for $type { const KIND: Kind = Kind::$kind; })* };
}
kinds!(String => Text, &str => Text, i64 => Int, i32 => Int, u32 => Int, f64 => Real, f32 => Real, bool => Bool,
    Vec<u8> => Bytes, Instant => Int, Day => Text, &serde_json::Value => Text, serde_json::Value => Text, &String => Text);
impl<T> HasKind for Id<T> {
    const KIND: Kind = Kind::Text;
}

impl<T: HasKind + Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null(T::KIND), Into::into)
    }
}

macro_rules! from {
    ($($type:ty => |$v:ident| $made:expr),* $(,)?) => { $(impl From<$type> for Value { fn from($v: $type) -> Self { $made } })* };
}
from!(
    String => |v| Value::Text(v),
    &String => |v| Value::Text(v.clone()),
    &str => |v| Value::Text(v.to_owned()),
    i64 => |v| Value::Int(v),
    i32 => |v| Value::Int(v.into()),
    u32 => |v| Value::Int(v.into()),
    f64 => |v| Value::Real(v),
    f32 => |v| Value::Real(v.into()),
    bool => |v| Value::Bool(v),
    Vec<u8> => |v| Value::Bytes(v),
    Instant => |v| Value::Int(v.micros()),
    Day => |v| Value::Text(v.to_string()),
    serde_json::Value => |v| Value::Text(v.to_string()),
    &serde_json::Value => |v| Value::Text(v.to_string()),
);
impl<T> From<Id<T>> for Value {
    fn from(id: Id<T>) -> Self {
        Value::Text(id.to_string())
    }
}
impl<T> From<&Id<T>> for Value {
    fn from(id: &Id<T>) -> Self {
        Value::Text(id.to_string())
    }
}
