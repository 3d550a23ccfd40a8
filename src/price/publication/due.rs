//! By when is something due? So many business days after a day.

use crate::price::policy::Calendar;
use chrono::NaiveDate;

/// The `count`-th business day after `day`.
#[must_use]
pub fn business_days_after(calendar: &Calendar, day: NaiveDate, count: u32) -> NaiveDate {
    let mut left = count;
    let mut at = day;
    // No calendar has a year without business days; the bound only keeps a wrong one from looping.
    for _ in 0..u64::from(count) + 366 {
        if left == 0 {
            break;
        }
        let Some(next) = at.succ_opt() else { break };
        at = next;
        if calendar.is_business_day(at) {
            left -= 1;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;
    use crate::price::policy::PricePolicy;

    fn after(day: &str, count: u32, calendar: &str) -> String {
        let policy = Policy::builtin().unwrap().with(&calendar.parse().unwrap()).unwrap();
        let calendar = PricePolicy::load(&policy).unwrap().calendar;
        business_days_after(&calendar, day.parse().unwrap(), count).to_string()
    }

    #[test]
    fn weekends_and_holidays_do_not_count_and_worked_weekends_do() {
        assert_eq!(after("2026-06-30", 1, ""), "2026-07-01");
        assert_eq!(after("2026-07-31", 1, ""), "2026-08-03", "a Friday: Monday is next");
        assert_eq!(after("2026-08-01", 2, ""), "2026-08-04", "a Saturday: Monday is the first");
        let shifted = "[price.calendar]\nholidays = [2026-08-03]\nworkdays = [2026-08-02]\n";
        assert_eq!(after("2026-07-31", 2, shifted), "2026-08-04", "Sunday is worked, Monday is not");
    }
}
