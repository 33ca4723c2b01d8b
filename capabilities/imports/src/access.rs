//! Who may bring tables in.

use shian_access::{Rule, Within, allow};

/// Send tables, start imports, read what came of them.
pub const MANAGE: &str = "imports.manage";

pub fn rules() -> Vec<Rule> {
    vec![
        allow("admin").to(MANAGE).within(Within::Everything),
        // A city's officer brings in what lies in the city.
        allow("city.officer").to(MANAGE).within(Within::Reach),
    ]
}
