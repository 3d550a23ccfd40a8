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
