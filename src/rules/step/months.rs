//! Which stretches of months are looked at, and how is what they show written down? Shared by the balances over months.

use crate::engine::Rows;
use crate::records::time::days_of;
use chrono::{Datelike, Months, NaiveDate};
use polars::prelude::*;

/// Stretches of consecutive months within a calendar year: `12 · 13 / 2`. Each is tested at its share of the year's rate, so
/// that all together keep it (Bonferroni), and a short and heavy excess is found as well as a long and steady one.
pub(super) const STRETCHES_A_YEAR: f64 = 78.0;

/// A month, counted so that the next one is one more.
pub(super) type Month = i32;

/// The month of a day.
pub(super) fn month_of(day: NaiveDate) -> Month {
    day.year() * 12 + i32::try_from(day.month0()).unwrap_or(0)
}

/// The calendar year of a month.
pub(super) const fn year_of(month: Month) -> i32 {
    month.div_euclid(12)
}

/// First and last day of a stretch of months, days since 1970.
fn days(first: Month, last: Month) -> Option<(i64, i64)> {
    let day = |month: Month| NaiveDate::from_ymd_opt(year_of(month), u32::try_from(month.rem_euclid(12)).ok()? + 1, 1);
    let last = day(last)?.checked_add_months(Months::new(1))?.pred_opt()?;
    Some((i64::from(days_of(day(first)?)), i64::from(days_of(last))))
}

/// All stretches of months that follow each other within one calendar year, as first and last place in the list. `months` is sorted.
pub(super) fn stretches(months: &[Month]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (first, start) in months.iter().enumerate() {
        for (last, month) in months.iter().enumerate().skip(first) {
            let follows = usize::try_from(month - start).is_ok_and(|passed| passed == last - first);
            if !follows || year_of(*month) != year_of(*start) {
                break;
            }
            found.push((first, last));
        }
    }
    found
}

/// A row of a monthly return that stands behind a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Paper {
    file: Option<String>,
    sheet: Option<String>,
    row: Option<i64>,
}

impl Paper {
    /// The paper of a row with the columns of provenance.
    pub(super) fn read(rows: Rows, row: usize) -> PolarsResult<Self> {
        Ok(Self { file: rows.text("source_file", row)?, sheet: rows.text("source_sheet", row)?, row: rows.integer("source_row", row)? })
    }
}

/// A stretch with what was found of it and how far beyond the limit that is.
pub(super) type Found<T> = (f64, (usize, usize), T);

/// Of stretches that stand out, the one that does most, its ends settled; then the next that shares no month with it, and so on:
/// each month belongs to one at most. `settle` is told what is taken.
pub(super) fn apart<T>(
    mut found: Vec<Found<T>>,
    mut settle: impl FnMut((usize, usize), &T, &[(usize, usize)]) -> (usize, usize),
) -> Vec<((usize, usize), T)> {
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut taken: Vec<(usize, usize)> = Vec::new();
    let mut kept = Vec::new();
    for (_, stretch, what) in found {
        if taken.iter().all(|(first, last)| stretch.1 < *first || *last < stretch.0) {
            let ends = settle(stretch, &what, &taken);
            taken.push(ends);
            kept.push((ends, what));
        }
    }
    kept
}

/// A month at the end of a stretch belongs to it if its own excess is beyond what one honest month in a hundred shows, `Φ⁻¹(0.99)`.
const OWN: f64 = 2.326_347_874;

/// Moves the ends of a stretch that stands out: off months that add nothing, on to months beside it that do, as long as what is
/// left stands out. `own` is a month's excess in standard deviations, `free` the first and the last place that it may reach.
pub(super) fn settled(
    (mut first, mut last): (usize, usize),
    free: (usize, usize),
    own: impl Fn(usize) -> Option<f64>,
    stands_out: impl Fn((usize, usize)) -> bool,
) -> (usize, usize) {
    let adds = |place: usize| own(place).is_some_and(|deviations| deviations > OWN);
    while first < last && !adds(first) && stands_out((first + 1, last)) {
        first += 1;
    }
    while first < last && !adds(last) && stands_out((first, last - 1)) {
        last -= 1;
    }
    while first > free.0 && adds(first - 1) && stands_out((first - 1, last)) {
        first -= 1;
    }
    while last < free.1 && adds(last + 1) && stands_out((first, last + 1)) {
        last += 1;
    }
    (first, last)
}

/// How far a stretch may reach: to what others have taken, and within its year, from month to month.
pub(super) fn free(months: &[Month], (first, last): (usize, usize), others: &[(usize, usize)]) -> (usize, usize) {
    let next = |a: usize, b: usize| months.get(a).zip(months.get(b)).is_some_and(|(a, b)| *b == a + 1 && year_of(*a) == year_of(*b));
    let taken = |place: usize| others.iter().any(|(a, b)| (*a..=*b).contains(&place));
    let (mut low, mut high) = (first, last);
    while low > 0 && next(low - 1, low) && !taken(low - 1) {
        low -= 1;
    }
    while next(high, high + 1) && !taken(high + 1) {
        high += 1;
    }
    (low, high)
}

/// What a month shows of a site, within a stretch of months that stands out.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Excess {
    pub(super) site: String,
    pub(super) month: Month,
    /// What can't be explained of the month, kg, with its 95 % interval; `None`: it can't be told for the month alone.
    pub(super) quantity_kg: Option<Estimate>,
    /// The stretch.
    pub(super) first: Month,
    pub(super) last: Month,
    /// Of the stretch.
    pub(super) observed_kg: f64,
    pub(super) allowed_kg: f64,
    /// Shares of one that the sentence names.
    pub(super) shares: Vec<f64>,
    /// Returns of the month.
    pub(super) papers: Vec<Paper>,
}

/// A mass with its 95 % interval, kg.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Estimate {
    pub(super) value: f64,
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Estimate {
    /// Of a value with its standard deviation; a mass that is missing is not below zero.
    pub(super) fn of(value: f64, deviation: f64) -> Self {
        Self { value, low: (value - WITHIN_95 * deviation).max(0.0), high: value + WITHIN_95 * deviation }
    }
}

/// 95 % of a normal distribution lie within so many standard deviations.
const WITHIN_95: f64 = 1.959_963_985;

/// Evidence rows of each month: one for the site as a whole, and one for each return behind it. `shares` names the columns of the shares.
pub(super) fn evidence(found: &[Excess], shares: &[&str]) -> PolarsResult<DataFrame> {
    let rows: Vec<(&Excess, Option<&Paper>)> =
        found.iter().flat_map(|e| std::iter::once((e, None)).chain(e.papers.iter().map(move |p| (e, Some(p))))).collect();
    let text = |get: &dyn Fn(&Excess, Option<&Paper>) -> Option<String>| rows.iter().map(|(e, p)| get(e, *p)).collect::<Vec<_>>();
    // A row of a return says nothing of the stretch as a whole.
    let whole =
        |get: &dyn Fn(&Excess) -> Option<i64>| rows.iter().map(|(e, p)| if p.is_none() { get(e) } else { None }).collect::<Vec<_>>();
    let mut frame = df!(
        "subject_kind" => vec!["site"; rows.len()],
        "subject" => text(&|e, _| Some(e.site.clone())),
        "period" => text(&|e, _| Some(format!("{:04}-{:02}", year_of(e.month), e.month.rem_euclid(12) + 1))),
        "ticket" => vec![None::<String>; rows.len()],
        "source_file" => text(&|_, p| p?.file.clone()),
        "source_sheet" => text(&|_, p| p?.sheet.clone()),
        "source_row" => rows.iter().map(|(_, p)| p.and_then(|p| p.row)).collect::<Vec<_>>(),
        "quantity_kg" => whole(&|e| kg(e.quantity_kg?.value)),
        "observed" => whole(&|e| kg(e.observed_kg)),
        "allowed" => whole(&|e| kg(e.allowed_kg)),
        "low_kg" => whole(&|e| kg(e.quantity_kg?.low)),
        "high_kg" => whole(&|e| kg(e.quantity_kg?.high)),
        "first_day" => whole(&|e| days(e.first, e.last).map(|d| d.0)),
        "last_day" => whole(&|e| days(e.first, e.last).map(|d| d.1)),
    )?;
    for (i, name) in shares.iter().enumerate() {
        frame.with_column(Column::new((*name).into(), whole(&|e| e.shares.get(i).and_then(|share| kg(share * 1e6)))))?;
    }
    Ok(frame)
}

/// Rounded to whole numbers; nothing where there is none.
fn kg(value: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "checked to be within")]
    let whole = value.round() as i64;
    (value.is_finite() && value.abs() < 9e15).then_some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_of_twelve_months_has_seventy_eight_stretches_and_none_passes_new_year() {
        let year: Vec<Month> = (2023 * 12..2024 * 12).collect();
        assert_eq!(stretches(&year).len(), 78);
        let two: Vec<Month> = (2023 * 12..2025 * 12).collect();
        assert_eq!(stretches(&two).len(), 156);
        assert!(stretches(&two).iter().all(|(a, b)| year_of(two[*a]) == year_of(two[*b])));
    }

    #[test]
    fn a_month_that_is_missing_parts_the_stretches() {
        let months = [2023 * 12, 2023 * 12 + 1, 2023 * 12 + 3];
        assert_eq!(stretches(&months), [(0, 0), (0, 1), (1, 1), (2, 2)]);
    }

    #[test]
    fn each_month_belongs_to_the_stretch_that_stands_out_most() {
        let found = || vec![(1.5, (0, 2), "a"), (2.0, (2, 5), "b"), (1.2, (0, 1), "c"), (2.0, (2, 4), "d")];
        assert_eq!(apart(found(), |stretch, _, _| stretch), [((2, 4), "d"), ((0, 1), "c")]);
        // What the first has taken in is not found again.
        assert_eq!(apart(found(), |(_, last), _, _| (1, last)), [((1, 4), "d")]);
    }

    #[test]
    fn the_ends_of_a_stretch_move_to_the_months_that_add_to_it() {
        let months: Vec<Month> = (2023 * 12..2023 * 12 + 8).collect();
        let own = [0.1, 3.0, 9.0, 9.0, 9.0, 0.4, -1.0, 5.0];
        let settle = |stretch, others: &[(usize, usize)]| {
            settled(stretch, free(&months, stretch, others), |place| own.get(place).copied(), |(first, last)| first <= last)
        };
        assert_eq!(settle((2, 5), &[]), (1, 4));
        assert_eq!(settle((2, 5), &[(1, 1)]), (2, 4));
        assert_eq!(free(&[2022 * 12 + 11, 2023 * 12, 2023 * 12 + 1, 2023 * 12 + 3], (1, 1), &[]), (1, 2));
    }

    #[test]
    fn the_days_of_a_stretch_are_its_first_and_its_last() {
        let day = |text: &str| i64::from(days_of(text.parse().unwrap()));
        assert_eq!(days(2023 * 12 + 10, 2023 * 12 + 11), Some((day("2023-11-01"), day("2023-12-31"))));
        assert_eq!(month_of("2023-12-31".parse().unwrap()), 2023 * 12 + 11);
    }
}
