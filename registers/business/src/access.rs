//! Who may read the files of businesses.

use shian_access::{Rule, Within, allow};

/// Read businesses of one's area, or one's own.
pub const READ: &str = "business.read";

const WITHIN_REACH: [&str; 8] = [
    "city.officer",
    "district.head",
    "district.officer",
    "station.head",
    "station.officer",
    "grid.officer",
    "merchant.manager",
    "merchant.staff",
];

pub fn rules() -> Vec<Rule> {
    let mut rules = vec![allow("admin").to(READ).within(Within::Everything)];
    rules.extend(WITHIN_REACH.map(|post| allow(post).to(READ).within(Within::Reach)));
    rules
}
