//! Failures by address: a machine that tries many accounts has to wait, whichever accounts it tries.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use shian_base::{Error, Instant, Result};

/// Failures are forgotten this long after the first of them.
const WINDOW_SECONDS: i64 = 15 * 60;
/// Addresses remembered; beyond it the oldest windows are given up.
const ADDRESSES_MAX: usize = 100_000;

/// Counts in this process alone; several processes each have their own count.
#[derive(Default)]
pub struct Throttle {
    seen: Mutex<HashMap<String, (Instant, u32)>>,
}

impl Throttle {
    /// Refuses an address that failed too often; one that is not known is not counted.
    pub fn check(&self, address: &str, max: u32, now: Instant) -> Result<()> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match seen.get(address) {
            Some((since, count)) if max > 0 && *count >= max && now < since.plus_seconds(WINDOW_SECONDS) => {
                let left = since.plus_seconds(WINDOW_SECONDS).seconds_since(now);
                Err(Error::TooMany { retry_after_s: left.max(1) as u64 })
            }
            _ => Ok(()),
        }
    }

    pub fn note_failure(&self, address: &str, now: Instant) {
        if address.is_empty() {
            return;
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= ADDRESSES_MAX {
            seen.retain(|_, (since, _)| now < since.plus_seconds(WINDOW_SECONDS));
        }
        if seen.len() >= ADDRESSES_MAX {
            seen.clear();
        }
        let entry = seen.entry(address.to_owned()).or_insert((now, 0));
        if now >= entry.0.plus_seconds(WINDOW_SECONDS) {
            *entry = (now, 0);
        }
        entry.1 += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_fails_too_often_waits_and_others_do_not() {
        let throttle = Throttle::default();
        let now = Instant::from_micros(0);
        for _ in 0..3 {
            throttle.check("10.0.0.1", 3, now).unwrap();
            throttle.note_failure("10.0.0.1", now);
            throttle.note_failure("", now);
        }
        assert!(matches!(
            throttle.check("10.0.0.1", 3, now.plus_seconds(60)),
            Err(Error::TooMany { retry_after_s: 840 })
        ));
        throttle.check("10.0.0.2", 3, now).unwrap();
        throttle.check("", 3, now).unwrap();
        throttle.check("10.0.0.1", 0, now).unwrap();
        throttle.check("10.0.0.1", 3, now.plus_seconds(WINDOW_SECONDS)).unwrap();
    }
}
