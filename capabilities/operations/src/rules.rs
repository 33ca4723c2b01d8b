//! What is concluded from figures. Pure.

use shian_base::Instant;

use crate::doctor::Severity;

const DAY_S: i64 = 86_400;

/// `03:00` as minutes after midnight.
pub fn minute_of_day(text: &str) -> Option<i64> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    ((0..24).contains(&hours) && (0..60).contains(&minutes)).then_some(hours * 60 + minutes)
}

/// In how many days nothing will be left, by the straight line through what was measured of the last week.
///
/// None when it is not getting less, or when less than a day was measured.
pub fn days_left(measured: &[(Instant, i64)], now: Instant) -> Option<i64> {
    let recent: Vec<(f64, f64)> = measured
        .iter()
        .filter(|(at, _)| (0..=7 * DAY_S).contains(&now.seconds_since(*at)))
        .map(|(at, free)| (-(now.seconds_since(*at) as f64) / DAY_S as f64, *free as f64))
        .collect();
    let spread = recent.iter().map(|(x, _)| x).fold(0.0_f64, |least, x| least.min(*x));
    if recent.len() < 3 || spread > -1.0 {
        return None;
    }
    let n = recent.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| recent.iter().map(of).sum::<f64>() / n;
    let (mean_x, mean_y) = (mean(|p| p.0), mean(|p| p.1));
    let slope = recent.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum::<f64>()
        / recent.iter().map(|(x, _)| (x - mean_x).powi(2)).sum::<f64>();
    let now_free = mean_y - slope * mean_x;
    (slope < 0.0).then(|| (now_free / -slope).floor().max(0.0) as i64)
}

/// How bad it is that so much of a disk is free, and that it lasts so many days.
pub fn disk(free: u64, size: u64, days_left: Option<i64>) -> Option<Severity> {
    const GIB: u64 = 1 << 30;
    let part = free as f64 / size.max(1) as f64;
    if free < GIB / 2 || part < 0.02 || days_left.is_some_and(|days| days < 3) {
        Some(Severity::Bad)
    } else if free < 5 * GIB && part < 0.2 || part < 0.1 || days_left.is_some_and(|days| days < 30) {
        Some(Severity::Warn)
    } else {
        None
    }
}

/// How far a clock may be off before deadlines and evidence are in doubt.
pub fn clock(off_s: i64) -> Option<Severity> {
    match off_s.abs() {
        0..=4 => None,
        5..=59 => Some(Severity::Warn),
        _ => Some(Severity::Bad),
    }
}

/// A sweep is late when it has missed three of its rounds, and five minutes.
pub fn is_late(began_at: Instant, every_s: i64, now: Instant) -> bool {
    // Rounds of a few seconds are noted once a minute.
    now.seconds_since(began_at) > (every_s * 3).max(300) + 60
}

/// How bad it is that the newest backup is so old; none was made when there is no age.
pub fn backup_age(age_s: Option<i64>) -> Option<Severity> {
    match age_s {
        None => Some(Severity::Bad),
        Some(age) if age > 7 * DAY_S => Some(Severity::Bad),
        Some(age) if age > DAY_S + 12 * 3600 => Some(Severity::Warn),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(values: impl IntoIterator<Item = i64>) -> (Vec<(Instant, i64)>, Instant) {
        let values: Vec<i64> = values.into_iter().collect();
        let now = Instant::from_micros(0).plus_seconds(30 * DAY_S);
        let first = now.plus_seconds(-3600 * (values.len() as i64 - 1));
        (values.iter().enumerate().map(|(i, v)| (first.plus_seconds(3600 * i as i64), *v)).collect(), now)
    }

    #[test]
    fn a_disk_that_loses_a_gigabyte_a_day_is_full_when_its_gigabytes_are_gone() {
        let (measured, now) = hours((0..=48).map(|hour| 12_000 - hour * 1000 / 24));
        assert_eq!(days_left(&measured, now), Some(10));
        assert_eq!(days_left(&measured[40..], now), None, "eight hours tell no trend");
        let (rising, now) = hours((0..=48).map(|hour| 12_000 + hour));
        assert_eq!(days_left(&rising, now), None);
    }

    #[test]
    fn a_disk_is_judged_by_bytes_by_part_and_by_the_days_it_lasts() {
        const GIB: u64 = 1 << 30;
        assert_eq!(disk(100 * GIB, 500 * GIB, None), None);
        assert_eq!(disk(30 * GIB, 500 * GIB, None), Some(Severity::Warn));
        assert_eq!(disk(GIB / 4, 2 * GIB, None), Some(Severity::Bad));
        assert_eq!(disk(100 * GIB, 500 * GIB, Some(20)), Some(Severity::Warn));
        assert_eq!(disk(100 * GIB, 500 * GIB, Some(1)), Some(Severity::Bad));
    }

    #[test]
    fn an_hour_of_the_day_is_read_and_a_slip_is_none() {
        assert_eq!(minute_of_day("03:30"), Some(210));
        assert_eq!(minute_of_day("24:00"), None);
        assert_eq!(minute_of_day("three"), None);
    }

    #[test]
    fn the_age_of_the_newest_backup_is_judged() {
        assert_eq!(backup_age(None), Some(Severity::Bad));
        assert_eq!(backup_age(Some(3600)), None);
        assert_eq!(backup_age(Some(40 * 3600)), Some(Severity::Warn));
        assert_eq!(backup_age(Some(8 * DAY_S)), Some(Severity::Bad));
    }
}
