//! When is it? Dates and times as people and programs write them, in Beijing unless they say otherwise.

use super::code::{Bad, Code};
use crate::records::time::{BEIJING_SECONDS, beijing_to_utc_us, days_of};
use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime};

/// Dates outside are typing errors: lithium records of this kind begin after 2000.
const FIRST_YEAR: i32 = 2000;
const LAST_YEAR: i32 = 2100;

/// Excel serials of 2000-01-01 and 2100-12-31; other numbers are no dates.
const SERIALS: std::ops::Range<f64> = 36_526.0..73_416.0;

/// `2023-06-05 08:03:00`, `2023/6/5 8:03`, `2023.6.5 8:03:22.5`, the forms of most programs, without allocating.
pub(super) fn instant_fast(text: &[u8]) -> Option<i64> {
    let (days, at) = date_at(text)?;
    if !matches!(text.get(at), Some(b' ' | b'T')) {
        return None;
    }
    let (hour, at) = digits_at(text, at + 1, 2)?;
    let (minute, mut at) = digits_at(text, expect(text, at, b':')?, 2)?;
    let (mut second, mut micros) = (0, 0);
    if at < text.len() {
        (second, at) = digits_at(text, expect(text, at, b':')?, 2)?;
        if at < text.len() {
            let from = expect(text, at, b'.')?;
            let (value, end) = digits_at(text, from, 6)?;
            if end != text.len() {
                return None;
            }
            let missing_places = u32::try_from(6 - (end - from)).ok()?;
            micros = i64::from(value) * 10i64.pow(missing_places);
        }
    }
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let wall = i64::from(days) * 86_400 + i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
    Some((wall - i64::from(BEIJING_SECONDS)) * 1_000_000 + micros)
}

/// `2023-06-05`, `2023/6/5`, as days since 1970-01-01.
pub(super) fn day_fast(text: &[u8]) -> Option<i32> {
    date_at(text).and_then(|(days, at)| (at == text.len()).then_some(days))
}

/// Year, month and day with one separator; and where they end.
fn date_at(text: &[u8]) -> Option<(i32, usize)> {
    let (year, at) = digits_at(text, 0, 4)?;
    let separator = *text.get(at).filter(|b| matches!(b, b'-' | b'/' | b'.'))?;
    let (month, after) = digits_at(text, at + 1, 2)?;
    let (day, end) = digits_at(text, expect(text, after, separator)?, 2)?;
    let year = i32::try_from(year).ok().filter(|y| at == 4 && (FIRST_YEAR..=LAST_YEAR).contains(y))?;
    NaiveDate::from_ymd_opt(year, month, day).map(|d| (days_of(d), end))
}

/// One to `most` digits from `at`, and where they end.
fn digits_at(text: &[u8], at: usize, most: usize) -> Option<(u32, usize)> {
    let digits = text.get(at..)?.iter().take(most).take_while(|b| b.is_ascii_digit());
    let (value, count) = digits.fold((0u32, 0), |(value, count), b| (value * 10 + u32::from(b - b'0'), count + 1));
    (count > 0).then_some((value, at + count))
}

fn expect(text: &[u8], at: usize, byte: u8) -> Option<usize> {
    (text.get(at) == Some(&byte)).then_some(at + 1)
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

/// UTC microseconds of an instant. A day without a time is none; an Excel serial always has one.
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
    if plain.bytes().all(|b| b.is_ascii_digit() || b == b'.') && plain.bytes().filter(|b| *b == b'.').count() <= 1 {
        return number(&plain, text);
    }
    let afternoon = ["下午", "PM", "pm"].iter().any(|w| take(&mut plain, w));
    let morning = ["上午", "AM", "am", "凌晨"].iter().any(|w| take(&mut plain, w));
    let weekday = |c: char| matches!(c, '一' | '二' | '三' | '四' | '五' | '六' | '日' | '天');
    for week in ["星期", "周"] {
        if let Some((before, after)) = plain.split_once(week).filter(|(_, after)| after.starts_with(weekday)) {
            plain = format!("{} {}", before.trim_end_matches('('), after.trim_start_matches(weekday).trim_start_matches(')'));
        }
    }
    let offset = offset(&mut plain);
    for (from, to) in [
        ("月份", "月"),
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
    let (year, month, day) = calendar(day_part).ok_or_else(|| no_date(text))?;
    let (time, next_day) = match time_part {
        None => (None, false),
        Some(part) => clock(part.trim_end_matches(':'), afternoon, morning).map(|(t, n)| (Some(t), n)).ok_or_else(|| no_date(text))?,
    };
    bounded(Written { year, month, day, time, next_day, offset }, text)
}

/// `2023-6-5`, `2023.6.5`, `2023-6`, `2023-6-`: year, month and day if there is one.
fn calendar(part: &str) -> Option<(i32, u32, Option<u32>)> {
    let separator = if part.contains('-') { '-' } else { '.' };
    let mut numbers = part.trim_end_matches(['-', '.']).split(separator).map(|n| {
        let plain = !n.is_empty() && n.len() <= 4 && n.bytes().all(|b| b.is_ascii_digit());
        if plain { n.parse::<u32>().ok() } else { None }
    });
    let (year, month) = (numbers.next()??, numbers.next()??);
    let day = match numbers.next() {
        None => None,
        Some(day) => Some(day?),
    };
    if numbers.next().is_some() {
        return None;
    }
    Some((i32::try_from(year).ok()?, month, day))
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

/// `20230605`, `202306`, `20230605080300`, `2023.06`, or an Excel serial (days since 1899-12-30).
fn number(plain: &str, text: &str) -> Result<Written, Bad> {
    if let Some((year, month)) = plain.split_once('.').filter(|(year, _)| year.len() == 4 && year.starts_with("20")) {
        return month_with_point(year, month, text);
    }
    if !plain.contains('.') && matches!(plain.len(), 6 | 8 | 12 | 14) && plain.starts_with("20") {
        return digits_only(plain, text);
    }
    let serial: f64 = plain.parse().map_err(|_| no_date(text))?;
    if !SERIALS.contains(&serial) {
        return Err(no_date(text));
    }
    #[expect(clippy::cast_possible_truncation, reason = "bounded just above")]
    let seconds = (serial * 86_400.0).round() as i64;
    let epoch = NaiveDate::from_ymd_opt(1899, 12, 30).and_then(|d| d.and_hms_opt(0, 0, 0)).ok_or_else(|| no_date(text))?;
    let moment = epoch + chrono::TimeDelta::seconds(seconds);
    let (day, time) = (Some(moment.day()), Some(moment.time()));
    bounded(Written { year: moment.year(), month: moment.month(), day, time, next_day: false, offset: None }, text)
}

/// `2023.06`. A number cell holds 2023.10 as 2023.1, so a lone 1 may be January or October: it is not guessed.
fn month_with_point(year: &str, month: &str, text: &str) -> Result<Written, Bad> {
    if month == "1" {
        return Err(Bad::new(
            Code::Type,
            format!("“{text}”可能是 1 月，也可能是被 Excel 存成数字的 10 月，请写成 2023-01 或 2023-10"),
            format!("\"{text}\" may be January, or October kept as a number by Excel; write 2023-01 or 2023-10"),
        ));
    }
    let month = month.parse().ok().filter(|_| month.len() <= 2).ok_or_else(|| no_date(text))?;
    let year = year.parse().map_err(|_| no_date(text))?;
    bounded(Written { year, month, day: None, time: None, next_day: false, offset: None }, text)
}

fn digits_only(plain: &str, text: &str) -> Result<Written, Bad> {
    let part = |from: usize, to: usize| plain.get(from..to).and_then(|t| t.parse::<u32>().ok());
    let year = part(0, 4).and_then(|y| i32::try_from(y).ok()).ok_or_else(|| no_date(text))?;
    let month = part(4, 6).ok_or_else(|| no_date(text))?;
    let time = match (part(8, 10), part(10, 12)) {
        (Some(hour), Some(minute)) => Some(NaiveTime::from_hms_opt(hour, minute, part(12, 14).unwrap_or(0)).ok_or_else(|| no_date(text))?),
        _ => None,
    };
    bounded(Written { year, month, day: part(6, 8), time, next_day: false, offset: None }, text)
}

/// A serial of the 1904 calendar (old workbooks from a Macintosh) as one of the 1900 calendar; other texts as they are.
pub(super) fn from_1904(text: &str) -> Option<String> {
    const DAYS_BETWEEN: f64 = 1462.0;
    let serial: f64 = text.trim().parse().ok()?;
    SERIALS.contains(&(serial + DAYS_BETWEEN)).then(|| (serial + DAYS_BETWEEN).to_string())
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
    let whole = |text: &str, most: i32| text.parse::<i32>().ok().filter(|n| (0..=most).contains(n));
    let seconds = whole(hours, 14)? * 3600 + whole(minutes, 59)? * 60;
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
            "2023.06.05 8:3",
            "2023-06-05 08:03:00.000000",
            "2023年6月5日 星期一 8:03",
            "2023/6/5 周一 8:03",
            "2023年06月05日08时03分00秒",
            "20230605080300",
            "202306050803",
            "2023-06-05 08:03:00.0+08:00",
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
            "6/5/2023 8:03",
            "23-06-05 8:03",
            "2023-06-05 08:03+99999999:00",
            "2023-02-30 08:03",
            "2023-06-05 8:60",
            "20230605086100",
            "2023-06-05 晚上8:03",
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
        for text in ["2023年6月", "2023-06", "2023/6", "202306", "2023.06", "2023.6", "2023-06-01", "2023年06月份", "45078"] {
            assert_eq!(month(text).ok().and_then(date_of).map(|d| d.to_string()).as_deref(), Some("2023-06-01"), "{text}");
        }
        for text in ["6月", "2023.1", "2023.13", "2023", "2023年", "2023-06-31", "202313"] {
            assert!(month(text).is_err(), "{text}");
        }
        assert_eq!(month("2023.10").ok().and_then(date_of).map(|d| d.to_string()).as_deref(), Some("2023-10-01"));
    }

    #[test]
    fn a_serial_of_1904_is_four_years_and_a_day_behind() {
        let text = from_1904("43620.335416666669").unwrap();
        check_instant(&text, Some("2023-06-05 08:03:00"));
        assert_eq!(from_1904("20230605"), None);
        assert_eq!(from_1904("2023-06-05"), None);
    }
}
