//! Which period does a day belong to, and which days are business days?

use super::policy::{Calendar, CalendarKind};
use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

/// A pricing period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// `2023-06`.
    pub id: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
}

impl Calendar {
    /// The period of a day.
    #[must_use]
    pub fn period_of(&self, day: NaiveDate) -> Span {
        match self.kind {
            CalendarKind::Monthly => {
                let from = crate::records::time::month_of(day);
                let to = from.checked_add_months(Months::new(1)).and_then(|next| next.pred_opt()).unwrap_or(day);
                Span { id: from.format("%Y-%m").to_string(), from, to }
            }
        }
    }

    /// All periods from the one of `first` to the one of `last`.
    #[must_use]
    pub fn periods(&self, first: NaiveDate, last: NaiveDate) -> Vec<Span> {
        let mut spans = Vec::new();
        let mut day = Some(first);
        while let Some(of) = day.map(|day| self.period_of(day)) {
            if of.from > last {
                break;
            }
            day = of.to.succ_opt();
            spans.push(of);
        }
        spans
    }

    /// Whether business is done on a day: Monday to Friday but for holidays, and weekend days that are worked.
    #[must_use]
    pub fn is_business_day(&self, day: NaiveDate) -> bool {
        match day.weekday() {
            Weekday::Sat | Weekday::Sun => self.workdays.contains(&day),
            _ => !self.holidays.contains(&day),
        }
    }

    /// The first of the `count` business days that end on `day`, or before it where `day` is none.
    #[must_use]
    pub fn business_days_back(&self, day: NaiveDate, count: u32) -> NaiveDate {
        // No calendar has a year without business days; the bound only keeps a wrong one from looping.
        let mut left = count;
        let mut at = day;
        for _ in 0..u64::from(count) + 366 {
            if self.is_business_day(at) {
                left = left.saturating_sub(1);
            }
            if left == 0 {
                break;
            }
            let Some(before) = at.checked_sub_days(Days::new(1)) else { break };
            at = before;
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn calendar(holidays: &[&str], workdays: &[&str]) -> Calendar {
        let set = |days: &[&str]| days.iter().map(|d| day(d)).collect::<BTreeSet<_>>();
        Calendar { kind: CalendarKind::Monthly, holidays: set(holidays), workdays: set(workdays) }
    }

    #[test]
    fn months_follow_each_other_without_gap() {
        let spans = calendar(&[], &[]).periods(day("2023-11-30"), day("2024-02-01"));
        let ids: Vec<&str> = spans.iter().map(|s| s.id.as_str()).collect();
        assert_eq!(ids, ["2023-11", "2023-12", "2024-01", "2024-02"]);
        assert!(spans.windows(2).all(|w| w[0].to.succ_opt() == Some(w[1].from)));
        assert_eq!(spans[3].to, day("2024-02-29"));
    }

    #[test]
    fn five_business_days_to_a_monday_begin_on_tuesday_before() {
        assert_eq!(calendar(&[], &[]).business_days_back(day("2024-03-11"), 5), day("2024-03-05"));
        assert_eq!(calendar(&[], &[]).business_days_back(day("2024-03-10"), 5), day("2024-03-04"), "from a Sunday: Friday is the last");
    }

    #[test]
    fn holidays_and_worked_weekends_shift_the_window() {
        let golden_week = calendar(&["2023-10-02", "2023-10-03", "2023-10-04", "2023-10-05", "2023-10-06"], &["2023-10-07"]);
        // 9th (Mon), 7th (worked Saturday), 29th, 28th, 27th of September.
        assert_eq!(golden_week.business_days_back(day("2023-10-09"), 5), day("2023-09-27"));
    }
}
