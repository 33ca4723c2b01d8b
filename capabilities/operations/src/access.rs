//! Who may look after the running platform: the administrator alone.

use shian_access::{Rule, Within, allow};

/// See how the platform runs: health, jobs, sweeps, backups, errors.
pub const READ: &str = "operations.read";
/// Have a backup made, a job tried anew.
pub const MANAGE: &str = "operations.manage";

pub fn rules() -> Vec<Rule> {
    [READ, MANAGE].map(|act| allow("admin").to(act).within(Within::Everything)).into()
}
