//! What belongs to the report of one month? That month, and its year up to then.

use super::ReportError;
use super::contents::Contents;
use crate::balance::MineOutput;
use chrono::{Datelike, Days, Months, NaiveDate};

/// A calendar month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Month {
    first: NaiveDate,
}

impl std::str::FromStr for Month {
    type Err = ReportError;

    /// `2023-06`.
    fn from_str(text: &str) -> Result<Self, ReportError> {
        let wrong = || ReportError::Month { given: text.to_owned() };
        let shape = text.len() == 7 && text.bytes().enumerate().all(|(i, b)| if i == 4 { b == b'-' } else { b.is_ascii_digit() });
        if !shape {
            return Err(wrong());
        }
        format!("{text}-01").parse().map(|first| Self { first }).map_err(|_| wrong())
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.first.format("%Y-%m"))
    }
}

impl Month {
    /// First day, ISO 8601.
    #[must_use]
    pub fn first_day(self) -> String {
        self.first.to_string()
    }

    /// Last day, ISO 8601.
    #[must_use]
    pub fn last_day(self) -> String {
        last_day(self.first).to_string()
    }
}

/// Last day of the month that begins on `first`.
pub(super) fn last_day(first: NaiveDate) -> NaiveDate {
    first.checked_add_months(Months::new(1)).and_then(|next| next.checked_sub_days(Days::new(1))).unwrap_or(first)
}

/// Leaves the month: its findings and those of its year; flows and output of the year up to its end; prices of the periods
/// that are over by its end: a window of business days that goes on into the next month has no price yet.
///
/// A year's finding is what the lake knows of the whole year; the approved scale stays that of the whole year.
pub(super) fn clip(contents: &mut Contents, month: Month) {
    let (name, year, last) = (month.to_string(), month.first.year().to_string(), month.last_day());
    contents.findings.retain(|f| f.period == year || f.period.starts_with(&name));
    contents.flows.retain(|f| f.month.starts_with(&year) && f.month <= last);
    contents.output.retain_mut(|mine| mine.year == month.first.year() && clip_output(mine, &last));
    for product in &mut contents.bands {
        product.periods.retain(|p| p.to <= last);
        product.sales.retain(|s| s.date <= last);
    }
    contents.run.from = Some(month.first_day());
    contents.run.to = Some(last);
}

/// Whether anything is left.
fn clip_output(mine: &mut MineOutput, last: &str) -> bool {
    mine.months.retain(|m| m.month.as_str() <= last);
    mine.declared_kg = mine.months.iter().filter_map(|m| m.declared_kg).reduce(|a, b| a + b);
    mine.dispatched_kg = mine.months.iter().map(|m| m.dispatched_kg).sum();
    !mine.months.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_written_with_its_year() {
        let month: Month = "2024-02".parse().unwrap();
        assert_eq!((month.to_string(), month.last_day()), ("2024-02".to_owned(), "2024-02-29".to_owned()));
        for wrong in ["2024-13", "2024-2", "24-02", "2024-02-01", "２０２４-02", ""] {
            assert!(wrong.parse::<Month>().is_err(), "{wrong}");
        }
    }
}
