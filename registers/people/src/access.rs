//! The three administrators, kept apart (三员分立, GB/T 22239): what one does, another one checks.

use shian_access::{Rule, Within, allow};

/// See accounts and what state they are in.
pub const READ: &str = "people.read";
/// Make accounts and give out one-time passwords; neither grants anything.
pub const CREATE: &str = "people.create";
/// Grant and withdraw posts.
pub const GRANT: &str = "people.grant";
/// Disable, enable, unlock; end sessions; take a lost second factor away.
pub const SECURE: &str = "people.secure";
/// Read the log.
pub const AUDIT: &str = "audit.read";

pub const SYSTEM_ADMIN: &str = "admin";
pub const SECURITY_ADMIN: &str = "security.admin";
pub const AUDIT_ADMIN: &str = "audit.admin";
/// Nobody holds two of them.
pub const ADMINISTRATORS: [&str; 3] = [SYSTEM_ADMIN, SECURITY_ADMIN, AUDIT_ADMIN];

pub fn rules() -> Vec<Rule> {
    [(SYSTEM_ADMIN, [READ, CREATE].as_slice()), (SECURITY_ADMIN, &[READ, GRANT, SECURE]), (AUDIT_ADMIN, &[AUDIT])]
        .into_iter()
        .flat_map(|(post, acts)| acts.iter().map(move |act| allow(post).to(act).within(Within::Everything)))
        .collect()
}
