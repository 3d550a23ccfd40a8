//! What did lithium carbonate cost on a day? The mean of the business days to it, or the last published day with its age.

use super::policy::{Calendar, Carbonate};
use crate::records::decimal::divide_half_even;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// What a day is priced at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotation {
    /// Fen/t incl. VAT, rounded half to even.
    pub fen_per_t: i64,
    /// Days since the last quotation in it.
    pub age_days: i64,
}

/// A series of quotations, one a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quotes {
    days: Vec<(NaiveDate, i64)>,
}

impl Quotes {
    /// The series of these quotations, fen/t incl. VAT. Contradictory quotations of one day count with their mean; what is
    /// not above zero is no quotation.
    pub fn new(quotations: impl IntoIterator<Item = (NaiveDate, i64)>) -> Self {
        let mut by_day: BTreeMap<NaiveDate, Vec<i64>> = BTreeMap::new();
        for (day, fen_per_t) in quotations {
            if fen_per_t > 0 {
                by_day.entry(day).or_default().push(fen_per_t);
            }
        }
        Self { days: by_day.into_iter().filter_map(|(day, fen)| mean(fen.iter().copied()).map(|m| (day, m))).collect() }
    }

    /// The quotations of the days to `day`: what was known at its end.
    #[must_use]
    pub fn until(&self, day: NaiveDate) -> Self {
        let to = self.days.partition_point(|(quoted, _)| *quoted <= day);
        Self { days: self.days.get(..to).unwrap_or_default().to_vec() }
    }

    /// The quotations, earliest first.
    pub(super) fn days(&self) -> &[(NaiveDate, i64)] {
        &self.days
    }

    /// First and last day.
    #[must_use]
    pub fn span(&self) -> Option<(NaiveDate, NaiveDate)> {
        Some((self.days.first()?.0, self.days.last()?.0))
    }

    /// What `day` is priced at: the mean of the quotations in the policy's business days to `day`; without one in them the last
    /// published day, if it is not older than the policy allows.
    #[must_use]
    pub fn at(&self, day: NaiveDate, policy: &Carbonate, calendar: &Calendar) -> Option<Quotation> {
        let to = self.days.partition_point(|(quoted, _)| *quoted <= day);
        let known = self.days.get(..to)?;
        let (last, last_fen) = *known.last()?;
        let age_days = (day - last).num_days();
        let window_from = calendar.business_days_back(day, policy.window_business_days);
        if last < window_from {
            return (age_days <= i64::from(policy.max_age_days)).then_some(Quotation { fen_per_t: last_fen, age_days });
        }
        let from = known.partition_point(|(quoted, _)| *quoted < window_from);
        let fen_per_t = mean(known.get(from..)?.iter().map(|(_, fen)| *fen))?;
        Some(Quotation { fen_per_t, age_days })
    }
}

fn mean(values: impl Iterator<Item = i64>) -> Option<i64> {
    let (sum, count) = values.fold((0i128, 0i128), |(sum, count), v| (sum + i128::from(v), count + 1));
    if count == 0 { None } else { i64::try_from(divide_half_even(sum, count, false)).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(quotes: &[(&str, i64)], day: &str) -> Option<(i64, i64)> {
        let policy = Carbonate { series: "lithium_carbonate_battery".to_owned(), window_business_days: 5, max_age_days: 31 };
        let calendar = Calendar::default();
        let quotes = Quotes::new(quotes.iter().map(|(d, fen)| (d.parse().unwrap(), *fen)));
        quotes.at(day.parse().unwrap(), &policy, &calendar).map(|q| (q.fen_per_t, q.age_days))
    }

    #[test]
    fn the_five_business_days_to_the_trade_are_averaged() {
        // Wednesday to Tuesday: the weekend does not count, and Tuesday of the week before is out.
        let quotes = [
            ("2024-03-05", 9_000),
            ("2024-03-06", 100),
            ("2024-03-07", 200),
            ("2024-03-08", 300),
            ("2024-03-11", 400),
            ("2024-03-12", 500),
            ("2024-03-13", 9_000),
        ];
        assert_eq!(at(&quotes, "2024-03-12"), Some((300, 0)));
    }

    #[test]
    fn without_a_quotation_in_the_window_the_last_day_serves_with_its_age() {
        let quotes = [("2024-01-30", 7), ("2024-02-01", 10)];
        assert_eq!(at(&quotes, "2024-03-03"), Some((10, 31)));
        assert_eq!(at(&quotes, "2024-03-04"), None, "32 days old");
        assert_eq!(at(&quotes, "2024-01-29"), None, "never quoted so far");
    }

    #[test]
    fn what_is_published_later_is_not_known_yet() {
        assert_eq!(at(&[("2024-03-12", 100), ("2024-03-14", 900)], "2024-03-13"), Some((100, 1)));
    }

    #[test]
    fn contradictory_quotations_of_a_day_count_with_their_mean_and_zero_is_none() {
        assert_eq!(at(&[("2024-03-12", 100), ("2024-03-12", 201), ("2024-03-12", 0)], "2024-03-12"), Some((150, 0)));
    }
}
