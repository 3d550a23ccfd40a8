//! By which number is a case called? The year in which it was opened and a number that never begins anew: `2026-0012`.

use chrono::{Datelike, NaiveDate};

/// As people write it.
#[must_use]
pub fn written(number: u64, opened_on: NaiveDate) -> String {
    format!("{}-{number:04}", opened_on.year())
}

/// The number of what people type: `12`, `0012`, `2026-0012`; and the year, if they wrote it.
#[must_use]
pub fn parse(typed: &str) -> Option<(u64, Option<i32>)> {
    let (year, number) = match typed.trim().split_once('-') {
        Some((year, number)) => (Some(year.parse().ok().filter(|_| year.len() == 4)?), number),
        None => (None, typed.trim()),
    };
    let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    number.parse().ok().filter(|number| digits && *number > 0).map(|number| (number, year))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_it_is_written_and_without_its_year() {
        assert_eq!(written(12, "2026-11-25".parse().unwrap()), "2026-0012");
        assert_eq!(parse("2026-0012"), Some((12, Some(2026))));
        assert_eq!([parse("12"), parse(" 0012 ")], [Some((12, None)); 2]);
        for wrong in ["", "0", "-1", "+1", "2026-", "26-0012", "x", "2026-0012-1"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
