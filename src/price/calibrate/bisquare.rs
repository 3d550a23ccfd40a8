//! How much does a residual count? Tukey's bisquare, and the robust scale of residuals that comes from it.

/// Tuning of the S-estimate: half of the rows may be gross errors (Rousseeuw & Yohai 1984); rounded as the published fits round it.
pub const BREAKDOWN_HALF: f64 = 1.547_64;
/// Tuning of the M-estimate: 95 % efficiency at the normal distribution (Beaton & Tukey 1974; Maronna, Martin & Yohai 2006).
pub const EFFICIENCY_95: f64 = 4.685_061;
/// Mean of rho at the normal distribution with the tuning of the S-estimate; the breakdown point.
const HALF: f64 = 0.5;
/// Median absolute deviation of the normal distribution in standard deviations.
const MAD: f64 = 0.674_489_750_196_081_7;
/// Relative change at which the scale counts as found.
const CLOSE: f64 = 1e-13;

/// Loss, from 0 to 1.
#[must_use]
pub fn rho(u: f64, tuning: f64) -> f64 {
    let rest = rest(u, tuning);
    1.0 - rest * rest * rest
}

/// Weight of a residual `u` standard deviations away, from 0 to 1.
#[must_use]
pub fn weight(u: f64, tuning: f64) -> f64 {
    let rest = rest(u, tuning);
    rest * rest
}

/// Slope of `u × weight(u)`.
#[must_use]
pub fn psi_slope(u: f64, tuning: f64) -> f64 {
    let share = (u / tuning) * (u / tuning);
    let rest = rest(u, tuning);
    rest * (1.0 - 5.0 * share)
}

fn rest(u: f64, tuning: f64) -> f64 {
    let share = u / tuning;
    (1.0 - share * share).max(0.0)
}

/// The scale `s` at which `Σ rho(r / s) = ½ × freedom`; `None` where so many residuals are zero that there is none above it.
/// `freedom` is the number of rows less that of the coefficients.
#[must_use]
pub fn scale(residuals: &[f64], freedom: f64) -> Option<f64> {
    let apart = residuals.iter().filter(|r| **r != 0.0).count();
    if freedom <= 0.0 || float(apart) <= HALF * freedom {
        return None;
    }
    let mut s = rough_scale(residuals);
    // Converges at a steady rate; the bound only keeps what is not finite from looping.
    for _ in 0..1000 {
        let next = step(residuals, s, freedom);
        let done = (next - s).abs() <= CLOSE * s;
        s = next;
        if done {
            break;
        }
    }
    (s > 0.0 && s.is_finite()).then_some(s)
}

/// One step of the fixed point of [`scale`].
pub(super) fn step(residuals: &[f64], s: f64, freedom: f64) -> f64 {
    let loss: f64 = residuals.iter().map(|r| rho(r / s, BREAKDOWN_HALF)).sum();
    s * libm::sqrt(loss / (HALF * freedom))
}

/// Whether the residuals' scale lies below `s`.
pub(super) fn scale_is_below(residuals: &[f64], s: f64, freedom: f64) -> bool {
    residuals.iter().map(|r| rho(r / s, BREAKDOWN_HALF)).sum::<f64>() < HALF * freedom
}

/// Where the search of the scale begins: the median of the sizes, or the smallest above it that is not zero.
pub(super) fn rough_scale(residuals: &[f64]) -> f64 {
    let mut sizes: Vec<f64> = residuals.iter().map(|r| r.abs()).collect();
    let half = sizes.len() / 2;
    if half >= sizes.len() {
        return 1.0 / MAD;
    }
    let (_, middle, above) = sizes.select_nth_unstable_by(half, f64::total_cmp);
    let smallest = |values: &[f64]| values.iter().copied().filter(|r| *r > 0.0).min_by(f64::total_cmp);
    let found = if *middle > 0.0 { Some(*middle) } else { smallest(above) };
    found.unwrap_or(1.0) / MAD
}

/// The median; the mean of the two in the middle of an even number. 0 without values.
#[must_use]
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    crate::price::backtest::score::median(&sorted).unwrap_or(0.0)
}

/// A count as a number.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "numbers of rows lie far below 2^53")]
pub fn float(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tunings_hold_at_the_normal_distribution() {
        // Mean of rho 0.5 at the one, efficiency (E psi')² / E psi² of 95 % at the other, by the midpoint rule.
        let mean = |f: &dyn Fn(f64) -> f64| {
            let density = |z: f64| libm::exp(-z * z / 2.0) / libm::sqrt(2.0 * std::f64::consts::PI);
            (0..200_000).map(|i| -10.0 + (f64::from(i) + 0.5) * 1e-4).map(|z| f(z) * density(z) * 1e-4).sum::<f64>()
        };
        let half = mean(&|z| rho(z, BREAKDOWN_HALF));
        assert!((half - 0.5).abs() < 2e-6, "{half}");
        let slope = mean(&|z| psi_slope(z, EFFICIENCY_95));
        let square = mean(&|z| (z * weight(z, EFFICIENCY_95)).powi(2));
        assert!((slope * slope / square - 0.95).abs() < 1e-6, "{}", slope * slope / square);
    }

    #[test]
    fn half_of_the_residuals_may_be_anything() {
        let honest = [-1.2, -0.8, -0.4, -0.1, 0.1, 0.3, 0.5, 0.9, 1.4];
        let clean = scale(&honest, 9.0).unwrap();
        let spoilt: Vec<f64> = honest.iter().copied().chain([1e9; 8]).collect();
        assert!(scale(&spoilt, 17.0).unwrap() < 10.0 * clean);
        assert!((scale(&honest.map(|r| 7.0 * r), 9.0).unwrap() - 7.0 * clean).abs() < 1e-10, "it grows with the residuals");
    }

    #[test]
    fn residuals_that_are_mostly_zero_have_no_scale() {
        assert_eq!(scale(&[0.0, 0.0, 0.0, 0.0, 1.0, 1.0], 4.0), None);
        assert_eq!(scale(&[], 0.0), None);
    }
}
