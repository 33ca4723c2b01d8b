//! Instants (µs, UTC), legal days and the clock that hands them out.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::tz::{self, TimeZone};
use jiff::{Timestamp, ToSpan, civil};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Error;

/// China keeps one time, UTC+8 without summer time, since 1991; legal days are days of it.
fn china() -> TimeZone {
    TimeZone::fixed(tz::offset(8))
}

/// A moment, in microseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }
    pub const fn micros(self) -> i64 {
        self.0
    }
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }
    pub const fn plus_micros(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }
    /// Seconds from `earlier` to here; negative when `earlier` is later.
    pub const fn seconds_since(self, earlier: Instant) -> i64 {
        (self.0 - earlier.0).div_euclid(1_000_000)
    }
    /// The legal day this moment falls on.
    pub fn day(self) -> Day {
        Day(self.zoned().date())
    }
    /// Minutes since midnight of its legal day, 0..1440.
    pub fn minute_of_day(self) -> i64 {
        let time = self.zoned().time();
        i64::from(time.hour()) * 60 + i64::from(time.minute())
    }
    /// The moment as HTTP writes it in `Date` (RFC 9110 §5.6.7).
    pub fn http_date(self) -> String {
        let utc = Timestamp::from_microsecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(TimeZone::UTC);
        utc.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }
    fn zoned(self) -> jiff::Zoned {
        Timestamp::from_microsecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(china())
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.zoned().strftime("%Y-%m-%dT%H:%M:%S%.6f%:z"))
    }
}
impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl FromStr for Instant {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        text.parse::<Timestamp>()
            .map(|t| Self(t.as_microsecond()))
            .map_err(|_| Error::invalid("", "base.instant", format!("\"{text}\" is no RFC 3339 instant")))
    }
}
impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        text.parse().map_err(|_| serde::de::Error::custom(format!("\"{text}\" is no RFC 3339 instant")))
    }
}

/// Further than any calendar of ours reaches; a longer step ends at the calendar's end.
const FAR_DAYS: i64 = 7_000_000;
const FAR_MONTHS: i64 = 200_000;

/// A legal day, as on the calendar in China.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(civil::Date);

impl Day {
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        civil::Date::new(year, month, day).ok().map(Self)
    }
    pub fn year(self) -> i16 {
        self.0.year()
    }
    pub fn month(self) -> i8 {
        self.0.month()
    }
    pub fn day_of_month(self) -> i8 {
        self.0.day()
    }
    /// 1 Monday … 7 Sunday.
    pub fn weekday(self) -> i8 {
        self.0.weekday().to_monday_one_offset()
    }
    pub fn plus_days(self, days: i64) -> Self {
        Self(self.0.saturating_add(days.clamp(-FAR_DAYS, FAR_DAYS).days()))
    }
    pub fn plus_months(self, months: i64) -> Self {
        Self(self.0.saturating_add(months.clamp(-FAR_MONTHS, FAR_MONTHS).months()))
    }
    pub fn plus_years(self, years: i64) -> Self {
        self.plus_months(years.saturating_mul(12))
    }
    /// Days from `earlier` to here.
    pub fn days_since(self, earlier: Day) -> i64 {
        i64::from(earlier.0.until(self.0).map(|span| span.get_days()).unwrap_or(0))
    }
    /// The first moment of the day.
    pub fn start(self) -> Instant {
        let zoned = self.0.to_zoned(china());
        Instant(zoned.map(|z| z.timestamp().as_microsecond()).unwrap_or(0))
    }
    /// The last moment of the day, 24:00: the first of the next.
    pub fn end(self) -> Instant {
        self.plus_days(1).start()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl FromStr for Day {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        text.parse().map(Self).map_err(|_| Error::invalid("", "base.day", format!("\"{text}\" is no day (YYYY-MM-DD)")))
    }
}
impl Serialize for Day {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(&self.0)
    }
}
impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        text.parse().map_err(|_| serde::de::Error::custom(format!("\"{text}\" is no day (YYYY-MM-DD)")))
    }
}

/// Where the time comes from. Nothing else in the program reads a clock.
pub trait Clock: Send + Sync {
    fn now(&self) -> Instant;
}
pub type SharedClock = Arc<dyn Clock>;

pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        now_of_this_machine()
    }
}

/// The machine's clock, moved so that it begins at another moment: a demo at ten in the morning.
pub struct ShiftedClock {
    micros: i64,
}

impl ShiftedClock {
    pub fn beginning_at(instant: Instant) -> Self {
        Self { micros: instant.0 - now_of_this_machine().0 }
    }
}
impl Clock for ShiftedClock {
    fn now(&self) -> Instant {
        now_of_this_machine().plus_micros(self.micros)
    }
}

/// The machine's wall clock, for the outermost shells (a child process, a simulator) that are handed no `Clock`.
#[expect(clippy::disallowed_methods, reason = "the one place where the machine's clock is read")]
pub fn now_of_this_machine() -> Instant {
    Instant(Timestamp::now().as_microsecond())
}

/// A clock that stands until it is moved.
pub struct HandClock(AtomicI64);

impl HandClock {
    pub fn at(instant: Instant) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(instant.0)))
    }
    pub fn set(&self, instant: Instant) {
        self.0.store(instant.0, Ordering::SeqCst);
    }
    pub fn advance_seconds(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}
impl Clock for HandClock {
    fn now(&self) -> Instant {
        Instant(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_legal_day_begins_at_midnight_in_china() {
        let late: Instant = "2026-11-20T16:00:00Z".parse().unwrap();
        assert_eq!(late.day().to_string(), "2026-11-21");
        assert_eq!(late.plus_micros(-1).day().to_string(), "2026-11-20");
        assert_eq!(late.day().start(), late);
        assert_eq!(late.to_string(), "2026-11-21T00:00:00.000000+08:00");
    }

    #[test]
    fn an_instant_is_written_as_http_wants_it() {
        let instant: Instant = "2026-11-21T12:00:05+08:00".parse().unwrap();
        assert_eq!(instant.http_date(), "Sat, 21 Nov 2026 04:00:05 GMT");
    }

    #[test]
    fn an_instant_reads_back_what_it_wrote() {
        let instant = Instant::from_micros(1_795_000_000_123_456);
        assert_eq!(instant.to_string().parse::<Instant>().unwrap(), instant);
    }

    #[test]
    fn nonsense_is_refused_and_the_ends_of_time_do_not_panic() {
        assert!("2026-02-30".parse::<Day>().is_err());
        assert!("yesterday".parse::<Instant>().is_err());
        let _ = Instant::from_micros(i64::MAX).plus_seconds(i64::MAX).day();
        let _ = Day::new(2026, 11, 21).unwrap().plus_days(i64::MAX / 2);
    }
}
