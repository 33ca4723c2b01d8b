//! The part of the world one may see, as a check and as the beginning of a `where`.

use shian_base::{Error, Id, Result};
use shian_db::Value;

use crate::Business;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    Everything,
    /// An area code and all codes that begin with it.
    Area(String),
    Business(Id<Business>),
    Nothing,
}

impl Scope {
    /// Whether a thing in this area, of this business, lies inside.
    pub fn covers(&self, area_code: &str, business: Option<Id<Business>>) -> bool {
        match self {
            Scope::Everything => true,
            Scope::Area(prefix) => !prefix.is_empty() && area_code.starts_with(prefix.as_str()),
            Scope::Business(own) => business == Some(*own),
            Scope::Nothing => false,
        }
    }

    /// `NotFound` when it lies outside.
    pub fn check(&self, area_code: &str, business: Option<Id<Business>>) -> Result<()> {
        if self.covers(area_code, business) { Ok(()) } else { Err(Error::NotFound) }
    }

    /// The condition that keeps a list inside the scope; its parameters are added to `args`.
    ///
    /// An area is a range over the code, so that an index on it serves; codes are ASCII digits and the
    /// databases compare bytes.
    pub fn sql(&self, area_column: &str, business_column: &str, args: &mut Vec<Value>) -> String {
        match self {
            Scope::Everything => "1 = 1".into(),
            Scope::Area(prefix) if prefix.is_empty() => "1 = 0".into(),
            Scope::Area(prefix) => {
                args.push(Value::from(prefix.as_str()));
                let from = args.len();
                args.push(Value::from(format!("{prefix}~")));
                format!("({area_column} >= ${from} and {area_column} < ${})", from + 1)
            }
            Scope::Business(id) => {
                args.push(Value::from(*id));
                format!("{business_column} = ${}", args.len())
            }
            Scope::Nothing => "1 = 0".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_covers_what_lies_under_it_and_nothing_beside_it() {
        let station = Scope::Area("990302001".into());
        assert!(station.covers("990302001007", None));
        assert!(station.covers("990302001", None));
        assert!(!station.covers("990302", None));
        assert!(!station.covers("990302002001", None));
        assert!(!Scope::Area(String::new()).covers("990302", None));
    }

    #[test]
    fn a_business_covers_only_itself() {
        let own = Scope::Business(Id::named("王记面馆"));
        assert!(own.covers("990302001007", Some(Id::named("王记面馆"))));
        assert!(!own.covers("990302001007", Some(Id::named("福满楼酒家"))));
        assert!(!own.covers("990302001007", None));
    }

    #[test]
    fn the_condition_numbers_its_parameters_after_those_already_there() {
        let mut args = vec![Value::from("x")];
        let sql = Scope::Area("9903".into()).sql("area_code", "id", &mut args);
        assert_eq!(sql, "(area_code >= $2 and area_code < $3)");
        assert_eq!(args[1..], [Value::from("9903"), Value::from("9903~")]);
    }
}
