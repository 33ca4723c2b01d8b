//! Who has a desk.

use shian_access::{Rule, Within, allow};

pub const READ: &str = "desk.read";

const OFFICERS: [&str; 6] =
    ["city.officer", "district.head", "district.officer", "station.head", "station.officer", "grid.officer"];

pub fn rules() -> Vec<Rule> {
    let mut rules = vec![allow("admin").to(READ).within(Within::Everything)];
    rules.extend(OFFICERS.map(|post| allow(post).to(READ).within(Within::Reach)));
    rules
}
