//! Who may read the command tree.

use shian_access::{Rule, Within, allow};

/// Read the areas of one's duty.
pub const READ: &str = "areas.read";

const OFFICERS: [&str; 6] =
    ["city.officer", "district.head", "district.officer", "station.head", "station.officer", "grid.officer"];

pub fn rules() -> Vec<Rule> {
    // Whoever grants posts has to name the area they reach.
    let mut rules = ["admin", "security.admin"].map(|post| allow(post).to(READ).within(Within::Everything)).to_vec();
    rules.extend(OFFICERS.map(|post| allow(post).to(READ).within(Within::Reach)));
    rules
}
