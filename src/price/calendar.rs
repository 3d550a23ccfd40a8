//! Which period does a day belong to, which days are business days, and when is the price of a period due?

use super::policy_units::{day, days};
use crate::text::Said;
use chrono::{Datelike, Days, Months, NaiveDate, Weekday};
use serde::Deserialize;
use std::collections::BTreeSet;

/// The length of a pricing period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CalendarKind {
    /// Calendar months.
    #[default]
    Monthly,
    /// The 1st to the 15th, and the rest of the month.
    HalfMonthly,
    /// So many business days ([`Calendar::business_days`], usually ten), one window after the other.
    TenBusinessDays,
}

/// Periods and business days: the section `[price.calendar]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// The length of a period.
    pub kind: CalendarKind,
    /// A business day on which a window of business days begins; only for [`CalendarKind::TenBusinessDays`].
    #[serde(deserialize_with = "day")]
    pub start: NaiveDate,
    /// Business days in a window; only for [`CalendarKind::TenBusinessDays`].
    pub business_days: u32,
    /// First day that the two lists speak of.
    #[serde(deserialize_with = "day")]
    pub table_from: NaiveDate,
    /// Last day that the two lists speak of.
    #[serde(deserialize_with = "day")]
    pub table_to: NaiveDate,
    /// Mondays to Fridays that are no business days.
    #[serde(deserialize_with = "days")]
    pub holidays: BTreeSet<NaiveDate>,
    /// Saturdays and Sundays that are business days.
    #[serde(deserialize_with = "days")]
    pub workdays: BTreeSet<NaiveDate>,
}

/// A pricing period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// `2023-06`; `2023-06-1h` and `2023-06-2h`; `2023-06-05`, the first day of a window of business days.
    pub id: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day. Days of rest behind the last business day of a window belong to it, so that every day has its period.
    pub to: NaiveDate,
    /// The day on which its price is due: the first business day after it.
    pub due: NaiveDate,
}

impl Calendar {
    /// The period of a day.
    #[must_use]
    pub fn period_of(&self, day: NaiveDate) -> Span {
        let month = crate::records::time::month_of(day);
        let month_end = || month.checked_add_months(Months::new(1)).and_then(|next| next.pred_opt()).unwrap_or(day);
        let (id, from, to) = match self.kind {
            CalendarKind::Monthly => (month.format("%Y-%m").to_string(), month, month_end()),
            CalendarKind::HalfMonthly if day.day() <= 15 => {
                (month.format("%Y-%m-1h").to_string(), month, month.with_day(15).unwrap_or(day))
            }
            CalendarKind::HalfMonthly => (month.format("%Y-%m-2h").to_string(), month.with_day(16).unwrap_or(day), month_end()),
            CalendarKind::TenBusinessDays => {
                let (from, to) = self.window_of(day);
                (from.to_string(), from, to)
            }
        };
        Span { id, from, to, due: self.business_day_after(to, 1) }
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
        let mut left = count;
        let mut at = day;
        for _ in 0..longest(count) {
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

    /// The `count`th business day after `day`.
    #[must_use]
    pub fn business_day_after(&self, day: NaiveDate, count: u32) -> NaiveDate {
        let mut left = count;
        let mut at = day;
        for _ in 0..longest(count) {
            if left == 0 {
                break;
            }
            let Some(next) = at.checked_add_days(Days::new(1)) else { break };
            at = next;
            if self.is_business_day(at) {
                left -= 1;
            }
        }
        at
    }

    /// First and last day of the window of business days that a day lies in; windows go on before `start` as behind it.
    fn window_of(&self, day: NaiveDate) -> (NaiveDate, NaiveDate) {
        let length = i64::from(self.business_days.max(1));
        let place = u32::try_from(self.business_day_number(day).rem_euclid(length)).unwrap_or(0);
        let from = self.business_days_back(day, place + 1);
        let next = self.business_day_after(day, self.business_days.max(1) - place);
        (from, next.pred_opt().unwrap_or(day))
    }

    /// The number of the last business day up to `day`, counted from `start`, which has 0.
    fn business_day_number(&self, day: NaiveDate) -> i64 {
        let (low, high, sign) = if day >= self.start { (self.start, day, 1) } else { (day, self.start, -1) };
        let Some(after_low) = low.succ_opt().filter(|after| *after <= high) else { return 0 };
        let is_weekend = |day: &&NaiveDate| matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        let off = self.holidays.range(after_low..=high).filter(|day| !is_weekend(day)).count();
        let on = self.workdays.range(after_low..=high).filter(is_weekend).count();
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        sign * (weekdays_up_to(high) - weekdays_up_to(low) - count(off) + count(on))
    }

    /// What the table of holidays does not say of the days from `first` to `last`; `None`: it covers them.
    #[must_use]
    pub fn uncovered(&self, first: NaiveDate, last: NaiveDate) -> Option<Said> {
        let (from, to) = (self.table_from, self.table_to);
        if from <= first && last <= to {
            return None;
        }
        Some(Said::new(
            format!(
                "节假日表只到 {from} 至 {to} 为止，而定价用到 {first} 至 {last}：表外的日子一律按周一至周五上班计。请按国务院办公厅通知补充 [price.calendar] 的 holidays、workdays，并改 table_from、table_to"
            ),
            format!(
                "the table of holidays covers {from} to {to} and ends there, but pricing reaches from {first} to {last}: days outside of it count as worked from Monday to Friday. Add holidays and workdays to [price.calendar] from the State Council's notice and move table_from, table_to"
            ),
        ))
    }
}

/// Days within which `count` business days lie. No calendar has a year without one; the bound only keeps a wrong one from looping.
fn longest(count: u32) -> u64 {
    u64::from(count).saturating_mul(7).saturating_add(366)
}

/// Mondays to Fridays since Monday 1969-12-29, up to and with a day.
fn weekdays_up_to(day: NaiveDate) -> i64 {
    let since = i64::from(day.to_epoch_days()) + 3;
    since.div_euclid(7) * 5 + (since.rem_euclid(7) + 1).min(5)
}

/// Whether a text can name a period: a year, a month, half a month or a day.
#[must_use]
pub fn is_period(text: &str) -> bool {
    let full = match (text.len(), text.strip_suffix("-1h").or_else(|| text.strip_suffix("-2h"))) {
        (10, Some(month)) => format!("{month}-01"),
        (4, _) => format!("{text}-01-01"),
        (7, _) => format!("{text}-01"),
        (10, None) => text.to_owned(),
        _ => return false,
    };
    // The calendar alone would take years with a sign.
    let shape = full.bytes().enumerate().all(|(at, b)| if at == 4 || at == 7 { b == b'-' } else { b.is_ascii_digit() });
    shape && full.parse::<NaiveDate>().is_ok()
}

/// Whether a period lies in another, or begins in it: `2023-06-05` and `2023-06-1h` in `2023-06` and in `2023`, but the year not in
/// its month.
#[must_use]
pub fn within(period: &str, wanted: &str) -> bool {
    period.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn calendar(holidays: &[&str], workdays: &[&str]) -> Calendar {
        let set = |days: &[&str]| days.iter().map(|d| day(d)).collect::<BTreeSet<_>>();
        Calendar { holidays: set(holidays), workdays: set(workdays), business_days: 10, start: day("2023-01-03"), ..Calendar::default() }
    }

    fn ids(spans: &[Span]) -> Vec<&str> {
        spans.iter().map(|s| s.id.as_str()).collect()
    }

    fn builtin() -> Calendar {
        super::super::policy::PricePolicy::load(&crate::policy::Policy::builtin().unwrap()).unwrap().calendar
    }

    #[test]
    fn months_follow_each_other_without_gap() {
        let spans = calendar(&[], &[]).periods(day("2023-11-30"), day("2024-02-01"));
        assert_eq!(ids(&spans), ["2023-11", "2023-12", "2024-01", "2024-02"]);
        assert!(spans.windows(2).all(|w| w[0].to.succ_opt() == Some(w[1].from)));
        assert_eq!(spans[3].to, day("2024-02-29"));
    }

    #[test]
    fn half_months_end_on_the_15th_and_with_the_month() {
        let spans = Calendar { kind: CalendarKind::HalfMonthly, ..builtin() }.periods(day("2024-02-15"), day("2024-03-16"));
        assert_eq!(ids(&spans), ["2024-02-1h", "2024-02-2h", "2024-03-1h", "2024-03-2h"]);
        assert_eq!((spans[1].from, spans[1].to), (day("2024-02-16"), day("2024-02-29")));
        // The 15th is a Thursday on which the holidays go on until the 17th; Sunday the 18th is worked.
        assert_eq!(spans[0].due, day("2024-02-18"));
    }

    #[test]
    fn ten_business_days_pass_over_holidays_and_take_the_days_of_rest_behind_them_along() {
        let calendar = Calendar { kind: CalendarKind::TenBusinessDays, start: day("2023-06-05"), ..builtin() };
        let spans = calendar.periods(day("2023-05-22"), day("2023-07-05"));
        assert_eq!(ids(&spans), ["2023-05-22", "2023-06-05", "2023-06-19", "2023-07-04"]);
        assert_eq!((spans[1].to, spans[1].due), (day("2023-06-18"), day("2023-06-19")), "the weekend belongs to the window before it");
        // 19 to 21 June, Sunday 25 (worked), 26 to 30, 3 July: the dragon boat festival, 22 to 24, is none of the ten.
        assert_eq!(spans[2].to, day("2023-07-03"));
    }

    #[test]
    fn a_price_is_due_on_the_next_working_day() {
        let spans = builtin().periods(day("2023-09-30"), day("2024-02-01"));
        let due: Vec<_> = spans.iter().map(|s| s.due.to_string()).collect();
        // October: after the golden week, on a Saturday that is worked. January: after New Year's Day.
        assert_eq!(due, ["2023-10-07", "2023-11-01", "2023-12-01", "2024-01-02", "2024-02-01", "2024-03-01"]);
    }

    #[test]
    fn every_notice_of_the_state_council_gives_its_number_of_days_at_work() {
        // Days of the year less Saturdays, Sundays and holidays on weekdays, and weekend days that are worked, by hand.
        let calendar = builtin();
        let worked = |year: i32| (1..=366).filter_map(|d| NaiveDate::from_yo_opt(year, d)).filter(|d| calendar.is_business_day(*d)).count();
        assert_eq!([2023, 2024, 2025, 2026].map(worked), [249, 251, 248, 248]);
    }

    #[test]
    fn days_outside_of_the_table_are_told() {
        let calendar = builtin();
        assert_eq!(calendar.uncovered(day("2023-01-01"), day("2026-12-31")), None);
        let said = calendar.uncovered(day("2026-01-01"), day("2027-01-04")).unwrap();
        assert!(said.zh.contains("2026-12-31") && said.en.contains("table_to"), "{said:?}");
        assert!(calendar.uncovered(day("2022-12-31"), day("2023-01-31")).is_some());
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

    #[test]
    fn a_period_is_a_year_a_month_half_a_month_or_a_day() {
        for right in ["2023", "2023-06", "2023-06-30", "2023-06-1h", "2023-06-2h"] {
            assert!(is_period(right), "{right}");
        }
        let wrong = [
            "",
            "23",
            "2023-13",
            "2023-06-31",
            "2023/06",
            "2023-6",
            "２０２３",
            "+202",
            "-123",
            "2023-06-3h",
            "2023-13-1h",
            "2023-1h",
            "-1h",
        ];
        for wrong in wrong {
            assert!(!is_period(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_month_lies_in_its_year_and_not_the_other_way_round() {
        assert!(within("2023-06", "2023") && within("2023-06", "2023-06") && within("2023-06-05", "2023-06"));
        assert!(within("2023-06-2h", "2023-06") && !within("2023-06-2h", "2023-06-2"));
        assert!(!within("2023", "2023-06") && !within("2023-06", "2023-0") && !within("2024-06", "2023"));
    }

    proptest! {
        /// Whatever the kind, periods are named by nothing but their days, and each day lies in the one that is said.
        #[test]
        fn every_day_has_one_period_and_periods_leave_no_gap(first in -3000..12000i32, length in 1..400i32, kind in 0..3u8, n in 1..25u32) {
            let kind = [CalendarKind::Monthly, CalendarKind::HalfMonthly, CalendarKind::TenBusinessDays][usize::from(kind)];
            let calendar = Calendar { kind, business_days: n, ..builtin() };
            // From 1992 to 2033: before, in and behind the table, on both sides of the start.
            let first = NaiveDate::from_epoch_days(first + 11_000).unwrap();
            let last = first + Days::new(u64::from(length.unsigned_abs()));
            let spans = calendar.periods(first, last);
            prop_assert!(spans.windows(2).all(|w| w[0].to.succ_opt() == Some(w[1].from) && w[0].id < w[1].id));
            prop_assert!(spans[0].from <= first && last <= spans[spans.len() - 1].to);
            for span in &spans {
                prop_assert!(is_period(&span.id));
                prop_assert!(span.due > span.to && calendar.is_business_day(span.due));
                let days: Vec<_> = span.from.iter_days().take_while(|d| *d <= span.to).collect();
                for day in &days {
                    prop_assert_eq!(&calendar.period_of(*day), span);
                }
                if kind == CalendarKind::TenBusinessDays {
                    prop_assert_eq!(days.iter().filter(|d| calendar.is_business_day(**d)).count(), n as usize);
                    prop_assert!(calendar.is_business_day(span.from));
                }
            }
        }
    }
}
