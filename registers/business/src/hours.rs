//! Opening hours and whether a business is open at a moment, past midnight included.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use shian_base::{Error, Instant};
use utoipa::ToSchema;

/// The hours of a week; none means never open.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpeningHours(pub Vec<OpenSpan>);

/// One stretch of time on some weekdays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpenSpan {
    /// Weekdays on which the stretch begins, 1 Monday … 7 Sunday.
    pub days: Vec<u8>,
    /// When it begins, `HH:MM`.
    #[schema(value_type = String, example = "06:00")]
    pub from: TimeOfDay,
    /// When it ends, `HH:MM`; not later than `from` means on the next day, `24:00` midnight.
    #[schema(value_type = String, example = "21:00")]
    pub to: TimeOfDay,
}

impl OpeningHours {
    /// Whether the hours cover the moment, by China's clock.
    pub fn is_open(&self, at: Instant) -> bool {
        let today = at.day().weekday();
        let minute = at.minute_of_day();
        self.0.iter().any(|span| span.covers(today, minute))
    }

    /// The hours as they are stored and sent.
    pub fn to_json(&self) -> serde_json::Value {
        let span = |s: &OpenSpan| serde_json::json!({"days": s.days, "from": s.from.to_string(), "to": s.to.to_string()});
        self.0.iter().map(span).collect()
    }

    /// Whether nothing begins and nothing runs on that weekday.
    pub fn is_closed_all_day(&self, weekday: i8) -> bool {
        (0..1440).all(|minute| !self.0.iter().any(|span| span.covers(weekday, minute)))
    }
}

impl OpenSpan {
    /// `06:00–21:00` on the days; the text is fixed by the caller's data, so that a wrong one is a fault there.
    pub fn new(days: &[u8], from: &str, to: &str) -> Result<Self, Error> {
        Ok(Self { days: days.to_vec(), from: from.parse()?, to: to.parse()? })
    }

    fn covers(&self, weekday: i8, minute: i64) -> bool {
        let (from, to) = (i64::from(self.from.0), i64::from(self.to.0));
        if from < to {
            return self.begins_on(weekday) && from <= minute && minute < to;
        }
        let yesterday = if weekday == 1 { 7 } else { weekday - 1 };
        (self.begins_on(weekday) && from <= minute) || (self.begins_on(yesterday) && minute < to)
    }

    fn begins_on(&self, weekday: i8) -> bool {
        self.days.iter().any(|day| i8::try_from(*day) == Ok(weekday))
    }
}

/// Minutes since midnight, 0 to 1440 (24:00).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay(u16);

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}
impl FromStr for TimeOfDay {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        let fault = || Error::invalid("", "business.time_of_day", format!("\"{text}\" is no time of day (HH:MM)"));
        let digits = |part: &str| match part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()) {
            true => part.parse::<u16>().map_err(|_| fault()),
            false => Err(fault()),
        };
        let (hour, minute) = text.split_once(':').ok_or_else(fault)?;
        let (hour, minute) = (digits(hour)?, digits(minute)?);
        if minute > 59 || hour * 60 + minute > 1440 {
            return Err(fault());
        }
        Ok(Self(hour * 60 + minute))
    }
}
impl Serialize for TimeOfDay {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [u8; 7] = [1, 2, 3, 4, 5, 6, 7];

    fn hours(days: &[u8], from: &str, to: &str) -> OpeningHours {
        OpeningHours(vec![OpenSpan::new(days, from, to).unwrap()])
    }
    /// 2026-11-21 is a Saturday.
    fn at(text: &str) -> Instant {
        format!("{text}:00+08:00").parse().unwrap()
    }

    #[test]
    fn a_noodle_shop_is_open_from_its_first_minute_and_no_longer_at_its_last() {
        let shop = hours(&ALL, "06:00", "21:30");
        assert!(!shop.is_open(at("2026-11-21T05:59")));
        assert!(shop.is_open(at("2026-11-21T06:00")));
        assert!(shop.is_open(at("2026-11-21T21:29")));
        assert!(!shop.is_open(at("2026-11-21T21:30")));
    }

    #[test]
    fn a_canteen_of_weekdays_is_closed_on_saturday() {
        let canteen = hours(&[1, 2, 3, 4, 5], "06:30", "17:00");
        assert!(canteen.is_open(at("2026-11-20T12:00")));
        assert!(!canteen.is_open(at("2026-11-21T12:00")));
        assert!(canteen.is_closed_all_day(6));
        assert!(!canteen.is_closed_all_day(5));
    }

    #[test]
    fn a_barbecue_of_friday_night_is_open_early_on_saturday() {
        let barbecue = hours(&[5], "17:00", "02:00");
        assert!(barbecue.is_open(at("2026-11-20T23:59")));
        assert!(barbecue.is_open(at("2026-11-21T01:59")));
        assert!(!barbecue.is_open(at("2026-11-21T02:00")));
        assert!(!barbecue.is_open(at("2026-11-21T17:00")));
        assert!(!barbecue.is_open(at("2026-11-20T01:00")));
        assert!(!barbecue.is_closed_all_day(6));
    }

    #[test]
    fn sunday_night_reaches_into_monday() {
        let sunday = hours(&[7], "22:00", "03:00");
        assert!(sunday.is_open(at("2026-11-23T02:00")));
        assert!(!sunday.is_open(at("2026-11-24T02:00")));
    }

    #[test]
    fn equal_times_are_a_whole_day_and_midnight_may_be_written_24() {
        assert!(hours(&ALL, "00:00", "24:00").is_open(at("2026-11-21T23:59")));
        assert!(hours(&ALL, "06:00", "06:00").is_open(at("2026-11-21T05:00")));
        assert!(!OpeningHours::default().is_open(at("2026-11-21T12:00")));
    }

    #[test]
    fn the_day_is_chinas_and_not_that_of_utc() {
        // 2026-11-20 20:00 UTC is Saturday 04:00 in China.
        let friday = hours(&[5], "00:00", "24:00");
        assert!(!friday.is_open("2026-11-20T20:00:00Z".parse().unwrap()));
    }

    #[test]
    fn hours_read_back_as_written_and_nonsense_is_refused() {
        let text = r#"[{"days":[1,2],"from":"06:00","to":"24:00"}]"#;
        let read: OpeningHours = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
        assert_eq!(read.to_json().to_string(), text);
        for wrong in ["6:00", "24:01", "12:60", "ab:cd", "12", "１２:00", "-1:00"] {
            assert!(wrong.parse::<TimeOfDay>().is_err(), "{wrong}");
        }
    }
}
