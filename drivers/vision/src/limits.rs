//! What a worker denies itself before it reads the first byte of a picture.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Limits {
    pub address_space_bytes: u64,
    pub open_files: u64,
    /// Added to the process's nice value: looking must never slow the server.
    pub nice: i32,
}

impl Limits {
    /// Applies what the system allows; the sentences say what it did not.
    pub fn apply(&self) -> Vec<String> {
        use rustix::process::{Resource, Rlimit, nice, setrlimit};
        let mut notes = Vec::new();
        let mut limit = |what: &str, resource, most| {
            if let Err(error) = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) }) {
                notes.push(format!("the limit on {what} could not be set: {error}"));
            }
        };
        limit("memory", Resource::As, self.address_space_bytes);
        limit("core files", Resource::Core, 0);
        limit("open files", Resource::Nofile, self.open_files);
        if let Err(error) = nice(self.nice) {
            notes.push(format!("the priority could not be lowered: {error}"));
        }
        notes
    }
}

/// The child dies with its parent, even when the parent is killed and the child hangs.
#[cfg(target_os = "linux")]
pub fn die_with_parent() {
    use rustix::process::{Signal, set_parent_process_death_signal};
    // Without it the closed pipe still ends every worker that is not hanging.
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
}

#[cfg(not(target_os = "linux"))]
pub fn die_with_parent() {}
