//! How instants and days look in the OpenAPI document: as text with a format.
//!
//! An `Id<T>` says `#[schema(value_type = String)]` where it stands: the derive would ask a schema of `T`.

use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::{Day, Instant};

fn text(format: SchemaFormat, says: &str) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .format(Some(format))
        .description(Some(says))
        .into()
}

impl PartialSchema for Instant {
    fn schema() -> RefOr<Schema> {
        text(SchemaFormat::KnownFormat(KnownFormat::DateTime), "A moment, RFC 3339, written in China's time.")
    }
}
impl ToSchema for Instant {}
impl PartialSchema for Day {
    fn schema() -> RefOr<Schema> {
        text(SchemaFormat::KnownFormat(KnownFormat::Date), "A legal day in China.")
    }
}
impl ToSchema for Day {}
