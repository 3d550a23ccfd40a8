//! How wide is the band, and where do its limits stand? (Method, section 7.)

use super::mechanism::to_tick;
use super::policy::Band;

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
