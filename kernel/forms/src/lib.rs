//! Forms: JSON Schema 2020-12 files that the server validates and prints and the screens render.

mod book;
mod print;
mod schema;
mod validate;

pub use book::{Form, FormBook};
pub use print::{Field, fields};
pub use schema::problems_of_schema;
pub use validate::validate;
