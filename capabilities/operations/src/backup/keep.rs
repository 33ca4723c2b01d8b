//! When a backup is due and how long it is kept. Pure.

use std::collections::BTreeMap;

use shian_base::Instant;

/// The last moment at which a nightly backup was due: today's hour, or yesterday's when that is still to come.
pub fn last_due(now: Instant, minute_of_day: i64) -> Instant {
    let today = now.day().start().plus_seconds(minute_of_day * 60);
    if today <= now { today } else { now.day().plus_days(-1).start().plus_seconds(minute_of_day * 60) }
}

/// The backups that need not be kept: those of the last 24 hours stay, of every day of the last `keep_days` and of every
/// month of the last `keep_months` the newest, and the newest of all whatever its age.
pub fn to_forget(made: &[Instant], now: Instant, keep_days: i64, keep_months: i64) -> Vec<Instant> {
    let mut by_day = BTreeMap::new();
    let mut by_month = BTreeMap::new();
    for moment in made {
        let day = moment.day();
        let newest = |kept: &mut Instant| *kept = (*kept).max(*moment);
        if now.day().days_since(day) < keep_days {
            by_day.entry(day).and_modify(newest).or_insert(*moment);
        }
        let months = |day: shian_base::Day| i64::from(day.year()) * 12 + i64::from(day.month());
        if months(now.day()) - months(day) < keep_months {
            by_month.entry(months(day)).and_modify(newest).or_insert(*moment);
        }
    }
    let kept: Vec<Instant> =
        by_day.into_values().chain(by_month.into_values()).chain(made.iter().max().copied()).collect();
    let is_old = |moment: &&Instant| now.seconds_since(**moment) >= 86_400;
    made.iter().filter(is_old).filter(|moment| !kept.contains(moment)).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn a_backup_is_due_at_its_hour_and_stays_due_until_the_next() {
        let three = 3 * 60;
        assert_eq!(last_due(at("2026-11-21T02:59:00+08:00"), three), at("2026-11-20T03:00:00+08:00"));
        assert_eq!(last_due(at("2026-11-21T03:00:00+08:00"), three), at("2026-11-21T03:00:00+08:00"));
        assert_eq!(last_due(at("2026-11-21T23:00:00+08:00"), three), at("2026-11-21T03:00:00+08:00"));
    }

    #[test]
    fn one_a_day_one_a_month_and_always_the_newest_are_kept() {
        let now = at("2026-11-21T12:00:00+08:00");
        let made = [
            "2026-11-21T03:00:00+08:00",
            "2026-11-20T15:00:00+08:00",
            "2026-11-20T13:00:00+08:00",
            "2026-11-20T03:00:00+08:00",
            "2026-11-10T03:00:00+08:00",
            "2026-10-31T03:00:00+08:00",
            "2026-10-01T03:00:00+08:00",
            "2026-08-31T03:00:00+08:00",
        ]
        .map(at);
        // Both of yesterday afternoon are younger than a day. Three days and two months: October's newest stays too.
        assert_eq!(to_forget(&made, now, 3, 2), [made[3], made[4], made[6], made[7]]);
        assert_eq!(to_forget(&made[7..], now, 3, 2), [], "the only one there is");
        assert_eq!(to_forget(&[], now, 3, 2), []);
    }
}
