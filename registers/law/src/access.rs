//! Who may read the law: everyone; the office's own numbers are for the office.

use shian_access::{Rule, Within, allow};

/// Read the periods of the law and count with them.
pub const READ: &str = "law.read";
/// Read also what the office set itself.
pub const SETTINGS: &str = "law.settings";

const OFFICE: [&str; 7] =
    ["admin", "city.officer", "district.head", "district.officer", "station.head", "station.officer", "grid.officer"];

pub fn rules() -> Vec<Rule> {
    let mut rules = vec![allow("stranger").to(READ).within(Within::Everything)];
    rules.extend(OFFICE.map(|post| allow(post).to(SETTINGS).within(Within::Everything)));
    rules
}
