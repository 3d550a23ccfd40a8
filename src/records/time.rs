//! Which Beijing day is it? Instants are UTC in the lake; a business day is a Beijing day.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, TimeZone, Utc};

/// Beijing is UTC+8 without daylight saving since 1991-09-15 (IANA tz database, zone Asia/Shanghai); earlier records do not exist.
pub const BEIJING_SECONDS: i32 = 8 * 3600;

/// The Beijing clock.
#[must_use]
pub fn beijing() -> FixedOffset {
    FixedOffset::east_opt(BEIJING_SECONDS).unwrap_or_else(|| unreachable!("eight hours are a valid offset"))
}

/// A Beijing wall-clock time as UTC microseconds since 1970.
#[must_use]
pub fn beijing_to_utc_us(wall: NaiveDateTime) -> i64 {
    wall.and_utc().timestamp_micros() - i64::from(BEIJING_SECONDS) * 1_000_000
}

/// UTC microseconds as Beijing time.
#[must_use]
pub fn utc_us_to_beijing(us: i64) -> Option<DateTime<FixedOffset>> {
    Utc.timestamp_micros(us).single().map(|t| t.with_timezone(&beijing()))
}

/// The Beijing day of UTC microseconds, as days since 1970-01-01.
#[must_use]
pub const fn beijing_day(us: i64) -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "an i64 of microseconds spans fewer days than an i32 counts")]
    let day = (us + BEIJING_SECONDS as i64 * 1_000_000).div_euclid(86_400_000_000) as i32;
    day
}

/// The first day of the month of a day.
#[must_use]
pub fn month_of(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// Days since 1970-01-01 as a date.
#[must_use]
pub fn date_of(days: i32) -> Option<NaiveDate> {
    NaiveDate::from_epoch_days(days)
}

/// A date as days since 1970-01-01.
#[must_use]
pub fn days_of(date: NaiveDate) -> i32 {
    date.to_epoch_days()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_business_day_turns_at_midnight_in_beijing() {
        let before = NaiveDate::from_ymd_opt(2023, 6, 30).unwrap().and_hms_opt(23, 59, 59).unwrap();
        let us = beijing_to_utc_us(before);
        assert_eq!(date_of(beijing_day(us)), NaiveDate::from_ymd_opt(2023, 6, 30));
        assert_eq!(date_of(beijing_day(us + 1_000_000)), NaiveDate::from_ymd_opt(2023, 7, 1));
        assert_eq!(utc_us_to_beijing(us).unwrap().naive_local(), before);
    }
}
