//! How wide is the band, and where do its limits stand? (Method, section 7.)

use super::benchmark;
use super::mechanism::{Limit, Mechanism, to_tick};
use super::policy::{Band, ProductPolicy};
use crate::records::decimal::divide_half_even;
use crate::records::units::PPM;
use serde::Deserialize;

/// Around what a fixed band lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Around {
    /// The guide price.
    Guide,
    /// The benchmark of the grade; the band then bounds the guide price too.
    Benchmark,
}

/// A band of fixed width, which need not be the same on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FixedBand {
    /// Around what it lies.
    pub around: Around,
    /// How far down: a share or an amount.
    pub below: Limit,
    /// How far up.
    pub above: Limit,
}

/// Half-width, logarithmic: the split-conformal quantile of the last |residuals| within the policy's bounds; the policy's
/// default before there are enough of them. Residuals are in the order in which they came, the latest last.
#[must_use]
pub fn half_width(residuals: &[f64], policy: &Band) -> f64 {
    let window = usize::try_from(policy.window).unwrap_or(usize::MAX);
    let mut last: Vec<f64> = residuals.get(residuals.len().saturating_sub(window)..).unwrap_or_default().to_vec();
    last.sort_by(f64::total_cmp);
    let quantile = conformal_rank(last.len(), policy.alpha).and_then(|rank| last.get(rank - 1)).copied();
    quantile.unwrap_or(policy.default).clamp(policy.min, policy.max)
}

/// The rank `ceil((n + 1)(1 - alpha))` of the split-conformal quantile among `n` values, counted from 1; `None`: too few.
///
/// Computed in millionths, so that `(9 + 1)(1 - 0.1)` is 9 and not a float beside it.
#[must_use]
pub fn conformal_rank(n: usize, alpha: f64) -> Option<usize> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share between 0 and 1, in millionths")]
    let alpha_ppm = (alpha * 1e6).round() as u64;
    let covered = u64::try_from(n).ok()?.checked_add(1)?.checked_mul(1_000_000u64.checked_sub(alpha_ppm)?)?;
    let rank = usize::try_from(covered.div_ceil(1_000_000)).ok()?;
    (1..=n).contains(&rank).then_some(rank)
}

/// Lower and upper limit `G × exp(∓q)`, on the tick, half to even. They contain the guide price, which is on the tick itself.
#[must_use]
pub fn limits(guide_fen: i64, half_width: f64, tick_fen: i64) -> (i64, i64) {
    let at = |sign: f64| to_tick(super::normalise::float(guide_fen) * libm::exp(sign * half_width), tick_fen);
    (at(-1.0).min(guide_fen), at(1.0).max(guide_fen))
}

/// The limits of a guide price: those of the fixed band if the policy has one, else [`limits`]. On the tick; they contain the guide.
#[must_use]
pub fn limits_of(product: &ProductPolicy, grade_ppm: i32, guide_fen: i64, half_width: f64) -> (i64, i64) {
    let tick = product.mechanism.tick;
    let (lower, upper) = match &product.band.fixed {
        None => return limits(guide_fen, half_width, tick),
        Some(fixed) if fixed.around == Around::Guide => around(fixed, guide_fen, tick),
        Some(_) => benchmark_range(product, grade_ppm).unwrap_or((guide_fen, guide_fen)),
    };
    (lower.min(guide_fen), upper.max(guide_fen))
}

/// The mechanism of a grade: a fixed band around the benchmark is its floor and ceiling too, where it is the narrower one.
#[must_use]
pub fn bounded(product: &ProductPolicy, grade_ppm: i32) -> Mechanism {
    let m = product.mechanism;
    match benchmark_range(product, grade_ppm) {
        Some((lower, upper)) => Mechanism { floor: m.floor.max(lower), ceiling: m.ceiling.min(upper), ..m },
        None => m,
    }
}

/// The half-width to show for a period: that of the quantile, or half the logarithmic width of the fixed band of the first class that
/// has a price.
#[must_use]
pub fn shown_half_width(product: &ProductPolicy, limits: impl IntoIterator<Item = (i64, i64)>, half_width: f64) -> f64 {
    if product.band.fixed.is_none() {
        return half_width;
    }
    let widths = limits.into_iter().filter(|(lower, _)| *lower > 0);
    let width = |(lower, upper)| libm::log(super::normalise::float(upper) / super::normalise::float(lower)) / 2.0;
    widths.map(width).next().unwrap_or(half_width)
}

/// The fixed range around the benchmark of a grade; `None`: the policy has no such band.
pub(super) fn benchmark_range(product: &ProductPolicy, grade_ppm: i32) -> Option<(i64, i64)> {
    let fixed = product.band.fixed.as_ref().filter(|fixed| fixed.around == Around::Benchmark)?;
    let centre = benchmark::of_grade(product.benchmark.as_ref()?, grade_ppm)?;
    Some(around(fixed, centre, product.mechanism.tick))
}

/// The limits around a price, on the tick towards it, so that the band is never wider than the policy says.
fn around(fixed: &FixedBand, centre_fen: i64, tick_fen: i64) -> (i64, i64) {
    let tick = i128::from(tick_fen.max(1));
    let whole = |fen: i128| i64::try_from(fen).unwrap_or(centre_fen);
    let centre = i128::from(centre_fen);
    let lower = centre - distance(fixed.below, centre_fen);
    let upper = centre + distance(fixed.above, centre_fen);
    (whole(-(-lower).div_euclid(tick) * tick), whole(upper.div_euclid(tick) * tick))
}

/// How far a limit lies from a price, fen, rounded half to even; none lies on it (the policy is checked for that).
fn distance(limit: Limit, price_fen: i64) -> i128 {
    match limit {
        Limit::SharePpm(ppm) => divide_half_even(i128::from(ppm) * i128::from(price_fen), i128::from(PPM), false),
        Limit::Amount(fen) => i128::from(fen),
        Limit::None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_band_lies_on_the_tick_and_is_never_wider_than_it_may_be() {
        let fixed = FixedBand { around: Around::Guide, below: Limit::Amount(10_500), above: Limit::Amount(9_500) };
        assert_eq!(around(&fixed, 67_500, 500), (57_000, 77_000), "570 to 770 around 675");
        assert_eq!(around(&fixed, 67_300, 500), (57_000, 76_500), "568 and 768, inwards to the tick of 5");
        let share = FixedBand { around: Around::Guide, below: Limit::SharePpm(100_000), above: Limit::SharePpm(50_000) };
        assert_eq!(around(&share, 100_000, 100), (90_000, 105_000));
    }
}
