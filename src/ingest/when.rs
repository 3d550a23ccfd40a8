//! When is it? Dates and times as people and programs write them, in Beijing unless they say otherwise.

use super::code::{Bad, Code};
use crate::records::time::{BEIJING_SECONDS, beijing_to_utc_us, days_of};
use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime};

/// Dates outside are typing errors: lithium records of this kind begin after 2000.
const FIRST_YEAR: i32 = 2000;
const LAST_YEAR: i32 = 2100;

/// `YYYY-MM-DD HH:MM[:SS]` with `-` or `/`, the form of most programs, without a detour.
pub(super) fn instant_fast(text: &[u8]) -> Option<i64> {
    if text.len() != 19 && text.len() != 16 {
        return None;
    }
    let separator = text[4];
    if !matches!(separator, b'-' | b'/') || text[7] != separator || !matches!(text[10], b' ' | b'T') || text[13] != b':' {
        return None;
    }
    let seconds = if text.len() == 19 {
        if text[16] != b':' {
            return None;
        }
        two(text, 17)?
    } else {
        0
    };
    let days = day_fast(&text[..10])?;
    let (hour, minute) = (two(text, 11)?, two(text, 14)?);
    if hour > 23 || minute > 59 || seconds > 59 {
        return None;
    }
    let wall = i64::from(days) * 86_400 + i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(seconds);
    Some((wall - i64::from(BEIJING_SECONDS)) * 1_000_000)
}

/// `YYYY-MM-DD` with `-` or `/`, as days since 1970-01-01.
pub(super) fn day_fast(text: &[u8]) -> Option<i32> {
    if text.len() != 10 || !matches!(text[4], b'-' | b'/') || text[7] != text[4] {
        return None;
    }
    let year = i32::from(two(text, 0)?) * 100 + i32::from(two(text, 2)?);
    let (month, day) = (two(text, 5)?, two(text, 8)?);
    if !(FIRST_YEAR..=LAST_YEAR).contains(&year) {
        return None;
    }
    NaiveDate::from_ymd_opt(year, u32::from(month), u32::from(day)).map(days_of)
}

fn two(text: &[u8], at: usize) -> Option<u8> {
    let (tens, ones) = (text.get(at)?.wrapping_sub(b'0'), text.get(at + 1)?.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then_some(tens * 10 + ones)
}

/// A written moment, as exact as it is written.
struct Written {
    year: i32,
    month: u32,
    day: Option<u32>,
    time: Option<NaiveTime>,
    next_day: bool,
    /// Seconds east of UTC, if it says so.
    offset: Option<i32>,
}

/// UTC microseconds of an instant; a day without a time is its midnight only where the text is an Excel serial.
pub(super) fn instant(text: &str) -> Result<i64, Bad> {
    if let Some(us) = instant_fast(text.as_bytes()) {
        return Ok(us);
    }
    let written = read(text)?;
    let day = date(&written, text)?;
    let Some(time) = written.time else {
        return Err(Bad::new(
            Code::Type,
            format!("“{text}”只有日期没有时间，请写成 2023-06-05 08:03"),
            format!("\"{text}\" has a day but no time; write 2023-06-05 08:03"),
        ));
    };
    let day = if written.next_day { day.checked_add_days(Days::new(1)).unwrap_or(day) } else { day };
    let wall = NaiveDateTime::new(day, time);
    Ok(match written.offset {
        None => beijing_to_utc_us(wall),
        Some(seconds) => wall.and_utc().timestamp_micros() - i64::from(seconds) * 1_000_000,
    })
}

/// Days since 1970-01-01.
pub(super) fn day(text: &str) -> Result<i32, Bad> {
    if let Some(days) = day_fast(text.as_bytes()) {
        return Ok(days);
    }
    let written = read(text)?;
    if written.day.is_none() {
        return Err(Bad::new(
            Code::Type,
            format!("“{text}”没有写到日，请写成 2023-06-05"),
            format!("\"{text}\" names no day; write 2023-06-05"),
        ));
    }
    if let (Some(offset), Some(_)) = (written.offset, written.time)
        && offset != BEIJING_SECONDS
    {
        return instant(text).map(crate::records::time::beijing_day);
    }
    date(&written, text).map(days_of)
}

/// First day of a month, days since 1970-01-01.
pub(super) fn month(text: &str) -> Result<i32, Bad> {
    let written = read(text)?;
    let first = NaiveDate::from_ymd_opt(written.year, written.month, 1).ok_or_else(|| no_date(text))?;
    if written.day.is_some() {
        date(&written, text)?;
    }
    Ok(days_of(first))
}

fn date(written: &Written, text: &str) -> Result<NaiveDate, Bad> {
    NaiveDate::from_ymd_opt(written.year, written.month, written.day.unwrap_or(1)).ok_or_else(|| no_date(text))
}

fn no_date(text: &str) -> Bad {
    Bad::new(
        Code::Type,
        format!("“{text}”不是有效日期，请写成 2023-06-05 或 2023年6月5日"),
        format!("\"{text}\" is no date; write 2023-06-05"),
    )
}

/// Reads the numbers of a date and what stands between them.
fn read(text: &str) -> Result<Written, Bad> {
    let mut plain = text.trim().to_owned();
    let afternoon = ["下午", "PM", "pm", "晚上"].iter().any(|w| take(&mut plain, w));
    let morning = ["上午", "AM", "am", "早上", "凌晨"].iter().any(|w| take(&mut plain, w));
    if plain.bytes().all(|b| b.is_ascii_digit() || b == b'.') && plain.bytes().filter(|b| *b == b'.').count() <= 1 {
        return number(&plain, text);
    }
    let offset = offset(&mut plain);
    for (from, to) in [
        ("年", "-"),
        ("月", "-"),
        ("日", " "),
        ("号", " "),
        ("时", ":"),
        ("点", ":"),
        ("分", ":"),
        ("秒", " "),
        ("T", " "),
        ("/", "-"),
        ("：", ":"),
    ] {
        plain = plain.replace(from, to);
    }
    let mut halves = plain.split_whitespace();
    let (day_part, time_part) = (halves.next().unwrap_or_default(), halves.next());
    if halves.next().is_some() {
        return Err(no_date(text));
    }
    let separator = if day_part.contains('-') { '-' } else { '.' };
    let numbers: Option<Vec<u32>> = day_part.trim_end_matches(['-', '.']).split(separator).map(|n| n.parse().ok()).collect();
    let numbers = numbers.ok_or_else(|| no_date(text))?;
    let (year, month, day) = match numbers[..] {
        [year, month] => (year, month, None),
        [year, month, day] => (year, month, Some(day)),
        _ => return Err(no_date(text)),
    };
    let (time, next_day) = match time_part {
        None => (None, false),
        Some(part) => clock(part.trim_end_matches(':'), afternoon, morning).map(|(t, n)| (Some(t), n)).ok_or_else(|| no_date(text))?,
    };
    bounded(Written { year: i32::try_from(year).unwrap_or(0), month, day, time, next_day, offset }, text)
}

fn bounded(written: Written, text: &str) -> Result<Written, Bad> {
    if (FIRST_YEAR..=LAST_YEAR).contains(&written.year) {
        return Ok(written);
    }
    Err(Bad::new(
        Code::Constraint,
        format!("“{text}”的年份不在 {FIRST_YEAR}–{LAST_YEAR} 之间，请核对"),
        format!("the year of \"{text}\" is not within {FIRST_YEAR}-{LAST_YEAR}"),
    ))
}

/// `20230605`, `202306`, or an Excel serial (days since 1899-12-30).
fn number(plain: &str, text: &str) -> Result<Written, Bad> {
    if !plain.contains('.') && (plain.len() == 8 || plain.len() == 6) && plain.starts_with("20") {
        let part = |from: usize, to: usize| plain.get(from..to).and_then(|t| t.parse::<u32>().ok());
        let year = part(0, 4).and_then(|y| i32::try_from(y).ok()).ok_or_else(|| no_date(text))?;
        let month = part(4, 6).ok_or_else(|| no_date(text))?;
        return bounded(Written { year, month, day: part(6, 8), time: None, next_day: false, offset: None }, text);
    }
    // Serials of 2000-01-01 and 2100-12-31; other numbers are no dates.
    let serial: f64 = plain.parse().map_err(|_| no_date(text))?;
    if !(36_526.0..73_416.0).contains(&serial) {
        return Err(no_date(text));
    }
    #[expect(clippy::cast_possible_truncation, reason = "bounded just above")]
    let seconds = (serial * 86_400.0).round() as i64;
    let epoch = NaiveDate::from_ymd_opt(1899, 12, 30).and_then(|d| d.and_hms_opt(0, 0, 0)).ok_or_else(|| no_date(text))?;
    let moment = epoch + chrono::TimeDelta::seconds(seconds);
    use chrono::Datelike;
    bounded(
        Written {
            year: moment.year(),
            month: moment.month(),
            day: Some(moment.day()),
            time: Some(moment.time()),
            next_day: false,
            offset: None,
        },
        text,
    )
}

/// `8:03`, `08:03:22`, `8:03:22.5`, `24:00`.
fn clock(part: &str, afternoon: bool, morning: bool) -> Option<(NaiveTime, bool)> {
    let mut numbers = part.split(':');
    let hour: u32 = numbers.next()?.parse().ok()?;
    let minute: u32 = numbers.next().map_or(Some(0), |n| n.parse().ok())?;
    let (second, micros) = match numbers.next() {
        None => (0, 0),
        Some(n) => {
            let (whole, fraction) = n.split_once('.').unwrap_or((n, ""));
            let digits: String = fraction.chars().chain("000000".chars()).take(6).collect();
            (whole.parse().ok()?, digits.parse().ok()?)
        }
    };
    if numbers.next().is_some() || (hour == 24 && (minute, second) != (0, 0)) {
        return None;
    }
    let hour = match hour {
        24 => return NaiveTime::from_hms_opt(0, 0, 0).map(|t| (t, true)),
        h if afternoon && h < 12 => h + 12,
        12 if morning => 0,
        h => h,
    };
    NaiveTime::from_hms_micro_opt(hour, minute, second, micros).map(|t| (t, false))
}

/// Takes `Z` or `+08:00` off the end.
fn offset(plain: &mut String) -> Option<i32> {
    if !plain.contains(':') {
        return None;
    }
    if let Some(rest) = plain.strip_suffix('Z') {
        *plain = rest.to_owned();
        return Some(0);
    }
    let at = plain.rfind(['+', '-']).filter(|at| plain[..*at].contains(':'))?;
    let sign = if plain[at..].starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = plain[at + 1..].split_once(':').unwrap_or((&plain[at + 1..], "0"));
    let seconds = hours.parse::<i32>().ok()? * 3600 + minutes.parse::<i32>().ok()? * 60;
    plain.truncate(at);
    Some(sign * seconds)
}

fn take(plain: &mut String, word: &str) -> bool {
    let found = plain.contains(word);
    if found {
        *plain = plain.replace(word, " ");
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::time::{date_of, utc_us_to_beijing};

    #[track_caller]
    fn check_instant(text: &str, expected: Option<&str>) {
        let shown = instant(text).ok().and_then(utc_us_to_beijing).map(|t| t.format("%F %T").to_string());
        assert_eq!(shown.as_deref(), expected, "{text}");
    }

    #[track_caller]
    fn check_day(text: &str, expected: Option<&str>) {
        assert_eq!(day(text).ok().and_then(date_of).map(|d| d.to_string()).as_deref(), expected, "{text}");
    }

    #[test]
    fn instants_as_people_write_them() {
        for text in [
            "2023-06-05 08:03:00",
            "2023/6/5 8:03",
            "2023年6月5日8时3分",
            "2023年6月5日 8:03",
            "2023.6.5 8:03",
            "2023-06-05T08:03:00",
            "2023-06-05T00:03:00Z",
            "2023-06-05T08:03:00+08:00",
            "2023-06-05 上午8:03",
            "2023/06/05 08:03",
            "45082.335416666669",
        ] {
            check_instant(text, Some("2023-06-05 08:03:00"));
        }
        check_instant("2023-06-05 下午 8:03", Some("2023-06-05 20:03:00"));
        check_instant("2023-06-05 24:00", Some("2023-06-06 00:00:00"));
        for text in [
            "",
            "2023-06-05",
            "2023-13-05 08:03",
            "2023-06-31 08:03:00",
            "1999-06-05 08:03:00",
            "2023-06-05 25:03",
            "8:03",
            "昨天",
            "6月5日 8:03",
            "12345",
            "2023-06-05 08:03:00 x",
        ] {
            check_instant(text, None);
        }
    }

    #[test]
    fn days_and_months() {
        for text in ["2023-06-05", "2023/6/5", "2023年6月5日", "20230605", "2023.6.5", "45082", "2023-06-05 23:59:59"] {
            check_day(text, Some("2023-06-05"));
        }
        check_day("2023年6月", None);
        for text in ["2023年6月", "2023-06", "2023/6", "202306", "2023.06", "2023-06-01", "2023年06月份"] {
            let text = text.trim_end_matches('份');
            assert_eq!(month(text).ok().and_then(date_of).map(|d| d.to_string()).as_deref(), Some("2023-06-01"), "{text}");
        }
        assert!(month("6月").is_err());
    }
}
