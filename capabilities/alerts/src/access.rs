//! Who may see alerts. Who may judge them says the procedure `alert-review`.

use shian_access::{Rule, Within, allow};

/// See alerts with their pictures. Never of a business: what a model saw is no accusation until a person said so.
pub const READ: &str = "alerts.read";

pub fn rules() -> Vec<Rule> {
    let mut rules = vec![allow("admin").to(READ).within(Within::Everything)];
    let officers = ["city.officer", "district.head", "district.officer", "station.head", "station.officer"];
    rules.extend(officers.map(|post| allow(post).to(READ).within(Within::Reach)));
    rules
}
