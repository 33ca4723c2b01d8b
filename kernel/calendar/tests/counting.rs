//! Periods as the law counts them, against dates anyone can check on a wall calendar and against a naive loop.

use shian_base::{Day, Instant};
use shian_calendar::{Calendar, Unit};

fn calendar() -> Calendar {
    Calendar::parse(include_str!("../../../law-data/holidays.csv")).unwrap()
}
fn day(text: &str) -> Day {
    text.parse().unwrap()
}
/// 10:30 in the morning of a day.
fn morning(text: &str) -> Instant {
    day(text).start().plus_seconds(10 * 3600 + 1800)
}
fn last_day(start: &str, amount: i64, unit: Unit) -> String {
    calendar().due(morning(start), amount, unit).last_day().to_string()
}

#[test]
fn the_start_day_is_not_counted_and_the_period_ends_at_midnight() {
    let due = calendar().due(morning("2026-11-16"), 2, Unit::Workday);
    assert_eq!(due.last_day(), day("2026-11-18"));
    assert_eq!(due.at, day("2026-11-19").start());
    assert!(!due.provisional);
}

#[test]
fn working_days_skip_weekends_and_holidays_and_count_make_up_days() {
    // Saturday 2026-11-21: the two days are Monday and Tuesday.
    assert_eq!(last_day("2026-11-21", 2, Unit::Workday), "2026-11-24");
    // National day 2026: 1 to 7 October off, Saturday the 10th worked.
    assert_eq!(last_day("2026-09-30", 1, Unit::Workday), "2026-10-08");
    assert_eq!(last_day("2026-09-30", 3, Unit::Workday), "2026-10-10");
    assert_eq!(last_day("2026-09-30", 4, Unit::Workday), "2026-10-12");
    // Fifteen working days across the spring festival of 2026 with its two make-up Saturdays.
    assert_eq!(last_day("2026-02-06", 15, Unit::Workday), "2026-03-05");
}

#[test]
fn natural_days_roll_over_a_holiday_and_over_a_weekend() {
    assert_eq!(last_day("2026-09-24", 7, Unit::Day), "2026-10-08");
    assert_eq!(last_day("2026-11-18", 3, Unit::Day), "2026-11-23");
    // A worked Saturday is no rest: nothing rolls.
    assert_eq!(last_day("2026-10-07", 3, Unit::Day), "2026-10-10");
    assert_eq!(last_day("2026-11-16", 3, Unit::Day), "2026-11-19");
    let due = calendar().due(morning("2026-11-18"), 3, Unit::Day);
    assert_eq!(due.rolled_from, Some(day("2026-11-21")));
}

#[test]
fn under_the_narrow_reading_only_announced_days_off_roll() {
    let narrow = calendar().rolling_holidays_only();
    assert_eq!(narrow.due(morning("2026-11-18"), 3, Unit::Day).last_day(), day("2026-11-21"));
    assert_eq!(narrow.due(morning("2026-09-24"), 7, Unit::Day).last_day(), day("2026-10-08"));
}

#[test]
fn hours_run_from_the_moment_through_every_holiday() {
    let due = calendar().due(morning("2026-09-30"), 24, Unit::Hour);
    assert_eq!(due.at, morning("2026-10-01"));
}

#[test]
fn months_and_years_end_on_the_same_date() {
    assert_eq!(last_day("2026-01-31", 1, Unit::Month), "2026-02-28");
    assert_eq!(last_day("2024-03-11", 2, Unit::Year), "2026-03-11");
}

#[test]
fn a_deadline_in_a_year_not_announced_is_provisional() {
    let calendar = calendar();
    assert!(!calendar.due(morning("2026-12-28"), 3, Unit::Workday).provisional);
    assert!(calendar.due(morning("2026-12-28"), 4, Unit::Workday).provisional);
    assert!(calendar.due(morning("2026-12-28"), 90, Unit::Day).provisional);
    assert!(!calendar.due(morning("2026-12-31"), 48, Unit::Hour).provisional);
    assert_eq!(calendar.announced_to(), 2026);
}

#[test]
fn a_pause_is_not_counted() {
    let calendar = calendar();
    // Due Friday; stopped on Wednesday with two days left; resumed on Monday: Tuesday and Wednesday.
    let due = calendar.due(morning("2026-11-13"), 5, Unit::Workday);
    assert_eq!(due.last_day(), day("2026-11-20"));
    let again = calendar.resumed(due.at, morning("2026-11-18"), morning("2026-11-23"), Unit::Workday);
    assert_eq!(again.last_day(), day("2026-11-25"));
    let hours = calendar.due(morning("2026-11-18"), 24, Unit::Hour);
    let again = calendar.resumed(hours.at, morning("2026-11-18").plus_seconds(3600), morning("2026-11-20"), Unit::Hour);
    assert_eq!(again.at, morning("2026-11-20").plus_seconds(23 * 3600));
}

#[test]
fn what_is_left_is_said_in_the_unit_of_the_period_and_on_the_last_day_in_hours() {
    let calendar = calendar();
    let due = day("2026-11-24").end();
    assert_eq!(calendar.left(due, morning("2026-11-21"), Unit::Workday), (2, Unit::Workday));
    assert_eq!(calendar.left(due, morning("2026-11-23"), Unit::Workday), (1, Unit::Workday));
    assert_eq!(calendar.left(due, morning("2026-11-24"), Unit::Workday), (14, Unit::Hour));
    // The moment it expires the next day has begun.
    assert_eq!(calendar.left(due, due, Unit::Workday), (-1, Unit::Workday));
    assert_eq!(calendar.left(due, morning("2026-11-27"), Unit::Workday), (-3, Unit::Workday));
    assert_eq!(calendar.left(due, due.plus_seconds(-60), Unit::Hour), (1, Unit::Hour));
    assert_eq!(calendar.left(due, due.plus_seconds(7200), Unit::Hour), (-2, Unit::Hour));
}

#[test]
fn counting_agrees_with_a_naive_loop_on_every_day_of_three_years() {
    let calendar = calendar();
    let rest = |d: Day| !calendar.is_workday(d);
    for offset in 0..1096 {
        let start = day("2024-01-01").plus_days(offset);
        for amount in [0, 1, 2, 3, 5, 7, 10, 15, 30, 60] {
            let due = calendar.due(start.start().plus_seconds(offset * 61 % 86_400), amount, Unit::Workday);
            let (mut d, mut left) = (start, amount);
            while left > 0 {
                d = d.plus_days(1);
                left -= i64::from(!rest(d));
            }
            assert_eq!(due.last_day(), d, "{amount} working days from {start}");
            assert_eq!(calendar.workdays_between(start, d), amount);

            let due = calendar.due(start.start(), amount, Unit::Day);
            let mut d = start.plus_days(amount);
            while rest(d) {
                d = d.plus_days(1);
            }
            assert_eq!(due.last_day(), d, "{amount} days from {start}");
            assert!(due.at > start.start());
        }
    }
}

#[test]
fn absurd_periods_end_somewhere_and_do_not_panic() {
    let calendar = calendar();
    for unit in [Unit::Hour, Unit::Workday, Unit::Day, Unit::Month, Unit::Year] {
        let due = calendar.due(morning("2026-11-21"), i64::MAX, unit);
        assert!(due.at > morning("2026-11-21"));
        let _ = calendar.extended(due.at, i64::MAX, unit);
        let _ = calendar.left(due.at, morning("2026-11-21"), unit);
        let _ = calendar.due(morning("2026-11-21"), -5, unit);
    }
}

#[test]
fn a_mistake_in_the_data_is_named_with_its_line() {
    for wrong in ["date,kind,name,source\n2026-02-30,off,x,y", "h\n2026-01-01,away,x,y", "h\n2026-01-01,off", "h\n2026-01-01,off,x,y\n2026-01-01,off,x,y"] {
        let said = format!("{:#}", Calendar::parse(wrong).unwrap_err());
        assert!(said.contains("line"), "{said}");
    }
}

/// The data restate the notices; where the crawl of them lies beside the checkout, compare day by day.
#[test]
fn the_holidays_are_those_of_the_notices() {
    let shared = std::env::var("SHIAN_SHARED").unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").into());
    let folder = std::path::Path::new(&shared).join("thirdparty/cn-holidays");
    if !folder.is_dir() {
        println!("skipped: no {}", folder.display());
        return;
    }
    let calendar = calendar();
    for year in [2024, 2025, 2026] {
        let text = std::fs::read_to_string(folder.join(format!("{year}.json"))).unwrap();
        for part in text.split("\"date\": \"").skip(1) {
            let date = day(&part[..10]);
            let off = part[..part.find('}').unwrap()].contains("\"isOffDay\": true");
            assert_eq!(calendar.is_workday(date), !off, "{date}");
        }
    }
}
