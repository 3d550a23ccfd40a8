//! Were lots sold in another grade than their tickets' assays say? Rows of lots with `sold_ppm` and what the tickets of their way and
//! month weighed; those that errors of assays explain go, and a row for each comparison that they do not explain comes.
//!
//! Two comparisons. Lots that belong to one class by their tickets and were sold in another: each lot has its own chance of that by
//! the error of its assay, and what two laboratories differ by is common to all lots; the number of such lots is a mixture of
//! Poisson-binomial distributions over that difference. And the mean difference, by month and by year, against its standard
//! error. That grades crowd at a limit is no comparison of its own: one party's grades lie close together anyway, and where the
//! mean lies near a limit more lots lie above than below it, or the other way round, with nobody's doing.

use super::Step;
use super::steered::{Errors, Lot, Way};
use crate::engine::{EngineError, Rows};
use crate::rules::context::Context;
use polars::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

pub(super) static STEP: Step = Step { name: "grade-steered", parameters: &["assay_error", "assay_bias", "step_ppm", "false_alarm"], run };

/// A company and year.
type Key = (String, String, String);

/// A comparison that errors do not explain.
struct Odd {
    observed_ppm: i64,
    allowed_ppm: i64,
    /// Rows of its lots.
    lots: Vec<usize>,
}

fn run(context: &Context, rows: DataFrame) -> Result<DataFrame, EngineError> {
    let errors = Errors {
        relative: float(context.number("assay_error")?) / 1e6,
        bias_ppm: float(context.number("assay_bias")?),
        step_ppm: float(context.number("step_ppm")?),
        alarm: context.rate("false_alarm")?,
    };
    let mut lots: BTreeMap<Key, Vec<Lot>> = BTreeMap::new();
    for row in 0..rows.height() {
        if let Some((key, lot)) = lot(Rows::new(&rows), row, &errors)? {
            lots.entry(key).or_default().push(lot);
        }
    }
    let mut shown: BTreeSet<usize> = BTreeSet::new();
    let mut wholes: Vec<(Key, Odd, [i64; 3])> = Vec::new();
    for (key, lots) in lots {
        let figures = [count(lots.len()), count(lots.iter().filter(|l| l.above() || l.below()).count()), drift_ppm(&lots)];
        for odd in odd_classes(&errors, &lots).into_iter().chain(odd_means(&errors, &lots)) {
            shown.extend(&odd.lots);
            wholes.push((key.clone(), odd, figures));
        }
    }
    let mask: BooleanChunked = (0..rows.height()).map(|row| shown.contains(&row)).collect();
    evidence(rows.filter(&mask)?, &wholes)
}

/// A row as a lot; without a grade on either side there is nothing to compare.
fn lot(rows: Rows<'_>, row: usize, errors: &Errors) -> PolarsResult<Option<(Key, Lot)>> {
    let text = |name: &str| rows.text(name, row).map(Option::unwrap_or_default);
    let whole = |name: &str| rows.integer(name, row);
    let (Some(sold), Some(weighed), Some(days)) = (whole("sold_ppm")?, whole("weighed_ppm")?, whole("days")?) else { return Ok(None) };
    let (grades, squares) = (float(whole("grades")?.unwrap_or(0)), float(whole("squares")?.unwrap_or(0)));
    let scatter = if days > 1 { ((squares - grades * grades / float(days)) / float(days - 1)).max(0.0) } else { 0.0 };
    let assay = (errors.relative * float(weighed)).powi(2);
    let lot = Lot {
        row,
        way: Way { buyer: text("buyer")?, product: text("product")?, month: text("month")? },
        wet_kg: float(whole("quantity_kg")?.unwrap_or(0)),
        sold_ppm: float(sold),
        weighed_ppm: float(weighed),
        // The ore of a month is not all alike: what its days scatter beyond the assays' error, its lots may too.
        variance: assay + (scatter - assay).max(0.0),
        weighed_variance: scatter.max(assay) / float(days.max(1)),
        above_ppm: whole("above_ppm")?.map(float),
        below_ppm: whole("below_ppm")?.map(float),
    };
    Ok(Some(((text("subject_kind")?, text("subject")?, text("period")?), lot)))
}

/// Lots sold above the class of their tickets, and lots sold below it.
fn odd_classes(errors: &Errors, lots: &[Lot]) -> Vec<Odd> {
    let over = |lot: &Lot| lot.above_ppm.map(|limit| limit - errors.step_ppm / 2.0 - lot.weighed_ppm);
    let under = |lot: &Lot| lot.below_ppm.map(|limit| lot.weighed_ppm - limit + errors.step_ppm / 2.0);
    let up: Vec<(f64, &Lot)> = lots.iter().filter_map(|l| over(l).map(|margin| (margin, l))).collect();
    let down: Vec<(f64, &Lot)> = lots.iter().filter_map(|l| under(l).map(|margin| (margin, l))).collect();
    let one = |lots: &[(f64, &Lot)], moved: fn(&Lot) -> bool| -> Option<Odd> {
        let margins: Vec<(f64, f64)> = lots.iter().map(|(margin, lot)| (*margin, lot.deviation())).collect();
        let rows: Vec<usize> = lots.iter().filter(|(_, lot)| moved(lot)).map(|(_, lot)| lot.row).collect();
        let most = errors.most_moved(&margins)?;
        let share = |n: usize| count(n) * 1_000_000 / count(lots.len().max(1));
        (rows.len() > most).then(|| Odd { observed_ppm: share(rows.len()), allowed_ppm: share(most), lots: rows })
    };
    [one(&up, Lot::above), one(&down, Lot::below)].into_iter().flatten().collect()
}

/// Ways whose contracts and tickets lie too far apart on average, by month and over the year.
fn odd_means(errors: &Errors, lots: &[Lot]) -> Vec<Odd> {
    let mut ways: BTreeMap<Way, Vec<&Lot>> = BTreeMap::new();
    for lot in lots {
        ways.entry(lot.way.clone()).or_default().push(lot);
        ways.entry(Way { month: String::new(), ..lot.way.clone() }).or_default().push(lot);
    }
    let odd = |lots: &Vec<&Lot>| {
        let (difference, allowed) = errors.mean_difference(lots)?;
        let (observed_ppm, allowed_ppm) = (whole(difference.abs().round()), whole(allowed.floor()));
        (observed_ppm > allowed_ppm).then(|| Odd { observed_ppm, allowed_ppm, lots: lots.iter().map(|l| l.row).collect() })
    };
    ways.values().filter_map(odd).collect()
}

/// Mean of sold less weighed, by mass.
fn drift_ppm(lots: &[Lot]) -> i64 {
    let kg: f64 = lots.iter().map(|l| l.wet_kg).sum();
    if kg > 0.0 { whole((lots.iter().map(|l| l.wet_kg * l.difference()).sum::<f64>() / kg).round()) } else { 0 }
}

/// The rows of the lots, and one for each comparison.
fn evidence(lots: DataFrame, wholes: &[(Key, Odd, [i64; 3])]) -> Result<DataFrame, EngineError> {
    let columns = ["subject_kind", "subject", "period", "ticket", "source_file", "source_sheet", "source_row", "quantity_kg", "observed"];
    let columns = [columns.as_slice(), &["allowed", "lots", "moved", "drift"]].concat();
    let mut lots = lots.select(columns)?;
    let text =
        |name: &str, get: fn(&Key) -> &String| Column::new(name.into(), wholes.iter().map(|(k, ..)| get(k).as_str()).collect::<Vec<_>>());
    let number = |name: &str, get: &dyn Fn(&Odd, &[i64; 3]) -> i64| {
        Column::new(name.into(), wholes.iter().map(|(_, odd, figures)| get(odd, figures)).collect::<Vec<_>>())
    };
    let none = |name: &str, dtype: &DataType| Column::full_null(name.into(), wholes.len(), dtype);
    let wholes = DataFrame::new(
        wholes.len(),
        vec![
            text("subject_kind", |k| &k.0),
            text("subject", |k| &k.1),
            text("period", |k| &k.2),
            none("ticket", &DataType::String),
            none("source_file", &DataType::String),
            none("source_sheet", &DataType::String),
            none("source_row", &DataType::Int32),
            none("quantity_kg", &DataType::Int64),
            number("observed", &|odd, _| odd.observed_ppm),
            number("allowed", &|odd, _| odd.allowed_ppm),
            number("lots", &|_, figures| figures[0]),
            number("moved", &|_, figures| figures[1]),
            number("drift", &|_, figures| figures[2]),
        ],
    )?;
    let types: Vec<Expr> = wholes.schema().iter().map(|(name, dtype)| col(name.clone()).cast(dtype.clone())).collect();
    lots = lots.lazy().select(types).collect()?;
    Ok(lots.vstack(&wholes)?)
}

#[expect(clippy::cast_precision_loss, reason = "grades, days and masses of lots are below 2^53")]
fn float(number: i64) -> f64 {
    number as f64
}

#[expect(clippy::cast_possible_truncation, reason = "grades are below 10^5 ppm")]
fn whole(number: f64) -> i64 {
    number as i64
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
