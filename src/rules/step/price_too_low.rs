//! Which doubtful sales lie further below the guide price than deals scatter? Rows of all priced sales; `allowed` becomes by how much a
//! deal may lie below the lower limit.
//!
//! Deals scatter about the guide price as log(price / guide). Their middle is the median, their standard deviation 1.4826 times the
//! median absolute deviation (that of a normal distribution; Rousseeuw & Croux 1993): a few cheap sales move neither.

use super::Step;
use crate::engine::{EngineError, Rows};
use crate::rules::context::Context;
use polars::prelude::*;
use statrs::distribution::{ContinuousCDF, Normal};
use std::collections::BTreeMap;

pub(super) static STEP: Step = Step { name: "price-too-low", parameters: &["least_sales", "false_alarm"], run };

/// Standard deviation of a normal distribution over its median absolute deviation: 1 / Φ⁻¹(3/4).
const SD_PER_MAD: f64 = 1.482_602_218_505_602;

fn run(context: &Context, mut rows: DataFrame) -> Result<DataFrame, EngineError> {
    let least = usize::try_from(context.number("least_sales")?).unwrap_or(usize::MAX);
    let deviations = Normal::standard().inverse_cdf(1.0 - context.rate("false_alarm")?);
    let cells = Rows::new(&rows);
    let mut logs: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for row in 0..rows.height() {
        if let (Some(product), Some(log)) = (cells.text("product", row)?, log_ratio(cells, row)?) {
            logs.entry(product).or_default().push(log);
        }
    }
    let lowest: BTreeMap<String, f64> =
        logs.into_iter().filter_map(|(product, logs)| Some((product, lowest_usual(logs, least, deviations)?))).collect();
    let mut allowed: Vec<Option<i64>> = Vec::with_capacity(rows.height());
    for row in 0..rows.height() {
        let doubtful = cells.integer("doubtful", row)? == Some(1);
        let usual = cells.text("product", row)?.and_then(|product| lowest.get(&product).copied());
        let prices = (cells.integer("guide", row)?, cells.integer("lower", row)?);
        let scatter = match (usual.filter(|_| doubtful), prices) {
            (Some(usual), (Some(guide), Some(lower))) => Some((lower - cheapest_fen(guide, usual)).max(0)),
            _ => None,
        };
        allowed.push(scatter.filter(|scatter| matches!(cells.integer("observed", row), Ok(Some(below)) if below > *scatter)));
    }
    let found: BooleanChunked = allowed.iter().map(Option::is_some).collect();
    let allowed: Int64Chunked = allowed.into_iter().collect_ca("allowed".into());
    rows.with_column(allowed.into_column())?;
    Ok(rows.filter(&found)?)
}

/// log(price / guide) of a sale.
fn log_ratio(cells: Rows<'_>, row: usize) -> PolarsResult<Option<f64>> {
    let price = cells.integer("price", row)?.filter(|fen| *fen > 0);
    Ok(price.zip(cells.integer("guide", row)?.filter(|fen| *fen > 0)).map(|(price, guide)| libm::log(float(price) / float(guide))))
}

/// The lowest log(price / guide) that scatter explains; `None`: too few deals, or they do not scatter at all.
fn lowest_usual(mut logs: Vec<f64>, least: usize, deviations: f64) -> Option<f64> {
    if logs.len() < least.max(1) {
        return None;
    }
    let middle = median(&mut logs)?;
    let mut distances: Vec<f64> = logs.iter().map(|log| (log - middle).abs()).collect();
    let deviation = SD_PER_MAD * median(&mut distances)?;
    (deviation > 0.0).then_some(middle - deviations * deviation)
}

fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    let (low, high) = (values.get(half.saturating_sub(usize::from(values.len().is_multiple_of(2))))?, values.get(half)?);
    Some(f64::midpoint(*low, *high))
}

/// The cheapest usual price of a guide price, fen a tonne.
fn cheapest_fen(guide: i64, usual: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "a guide price times a ratio below one is a price")]
    let fen = (float(guide) * libm::exp(usual)).floor() as i64;
    fen
}

#[expect(clippy::cast_precision_loss, reason = "prices are below 10^9 fen")]
fn float(fen: i64) -> f64 {
    fen as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_of_an_even_number_lies_between_the_two_in_the_middle() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(&mut []), None);
    }

    /// 1 … 9: the median is 5, the median absolute deviation 2.
    #[test]
    fn one_price_out_of_line_moves_the_limit_little() {
        let usual = |logs: &[f64]| lowest_usual(logs.to_vec(), 9, 3.0).unwrap();
        let nine = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0];
        assert!((usual(&nine) - (5.0 - 3.0 * 2.0 * SD_PER_MAD)).abs() < 1e-12);
        let wild = [-1e9, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0];
        assert!((usual(&wild) - usual(&nine)).abs() < 1e-12);
        assert_eq!(lowest_usual(nine.to_vec(), 10, 3.0), None);
        assert_eq!(lowest_usual(vec![1.0; 9], 9, 3.0), None);
    }
}
