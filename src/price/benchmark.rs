//! What is the price from a benchmark and an index? Part benchmark, part index mean, as long-term coal contracts in China.

use super::policy_units::{pct_to_ppm, pct_to_ppm_wide, yuan_to_fen};
use crate::records::decimal::divide_half_even;
use serde::Deserialize;

/// A benchmark of the policy and what floats beside it: the section `[price.product.X.benchmark]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Benchmark {
    /// Benchmark of `at_grade_ppm`, fen/t.
    #[serde(rename = "price_yuan_per_t", deserialize_with = "yuan_to_fen")]
    pub price_fen_per_t: i64,
    /// Grade to which benchmark and index refer, ppm; other grades are worth their share of it.
    #[serde(rename = "at_grade_pct", deserialize_with = "pct_to_ppm")]
    pub at_grade_ppm: i32,
    /// Weight of the benchmark, ppm; the rest is the index.
    #[serde(rename = "share_pct", deserialize_with = "pct_to_ppm")]
    pub share_ppm: i32,
    /// What of the quotation is the index of the product, ppm: 100 % where the series is a price of the product itself.
    #[serde(rename = "index_pct", deserialize_with = "pct_to_ppm_wide")]
    pub index_ppm: i64,
}

/// The whole, ppm.
const ONE: i128 = 1_000_000;

/// `(share × benchmark + (1 - share) × index × quotation) × grade / at_grade`, fen/t; exact, rounded half to even once. `None`: it
/// leaves the range of money.
///
/// Contracts for power coal: half the benchmark of 675 yuan/t (5 500 kcal, Qinhuangdao), half the mean of the indices.
#[must_use]
pub fn price(benchmark: &Benchmark, grade_ppm: i32, quotation_fen_per_t: i64) -> Option<i64> {
    let share = i128::from(benchmark.share_ppm);
    let fixed = share.checked_mul(i128::from(benchmark.price_fen_per_t))?.checked_mul(ONE)?;
    let index = i128::from(benchmark.index_ppm).checked_mul(i128::from(quotation_fen_per_t))?;
    let floating = (ONE - share).checked_mul(index)?;
    let product = fixed.checked_add(floating)?.checked_mul(i128::from(grade_ppm))?;
    i64::try_from(divide_half_even(product, ONE * ONE * i128::from(benchmark.at_grade_ppm.max(1)), false)).ok()
}

/// The benchmark of a grade, fen/t, rounded half to even. `None`: it leaves the range of money.
#[must_use]
pub fn of_grade(benchmark: &Benchmark, grade_ppm: i32) -> Option<i64> {
    let product = i128::from(benchmark.price_fen_per_t) * i128::from(grade_ppm);
    i64::try_from(divide_half_even(product, i128::from(benchmark.at_grade_ppm.max(1)), false)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COAL: Benchmark = Benchmark { price_fen_per_t: 67_500, at_grade_ppm: 55_000, share_ppm: 500_000, index_ppm: 1_000_000 };

    #[test]
    fn half_of_the_benchmark_and_half_of_the_index() {
        // 0.5 × 675 + 0.5 × 807 = 741; with 5 000 of 5 500 kcal: 673.64.
        assert_eq!(price(&COAL, 55_000, 80_700), Some(74_100));
        assert_eq!(price(&COAL, 50_000, 80_700), Some(67_364));
        assert_eq!(of_grade(&COAL, 50_000), Some(61_364));
    }

    #[test]
    fn all_or_nothing_of_the_benchmark() {
        assert_eq!(price(&Benchmark { share_ppm: 1_000_000, ..COAL }, 55_000, 1), Some(67_500));
        assert_eq!(price(&Benchmark { share_ppm: 0, index_ppm: 20_000, ..COAL }, 55_000, 10_000_000), Some(200_000));
        assert_eq!(price(&Benchmark { index_ppm: i64::MAX, ..COAL }, i32::MAX, i64::MAX), None, "no panic beyond the range of money");
    }
}
