//! Who may read the command tree.

use shian_access::{Rule, Within, allow};

/// Read the areas of one's duty.
pub const READ: &str = "areas.read";

const OFFICERS: [&str; 6] =
    ["city.officer", "district.head", "district.officer", "station.head", "station.officer", "grid.officer"];

pub fn rules() -> Vec<Rule> {
    let mut rules = vec![allow("admin").to(READ).within(Within::Everything)];
    rules.extend(OFFICERS.map(|post| allow(post).to(READ).within(Within::Reach)));
    rules
}
