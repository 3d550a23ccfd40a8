//! How sure is the centre? (Method, section 5.)

use super::centre::{Point, capped_weights, distinct_sellers, trimmed_mean};
use super::policy::Centre;
use super::student::upper_quantile;

/// Asymptotic standard deviation of a median over that of a mean, `sqrt(π / 2)` as the published method rounds it.
const MEDIAN_OVER_MEAN: f64 = 1.2533;
/// The 90 % quantile of the normal distribution: half of an 80 % interval in standard deviations.
const Z90: f64 = 1.281_551_565_544_600_4;
/// The tail that a two-sided 80 % interval leaves on each side.
const TAIL: f64 = 0.1;

/// What the uncertainty takes from policy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// How much the deals of one seller are alike, 0 to 1.
    pub icc: f64,
    /// Spread of `y` between deals, pooled over history; the floor of the uncertainty comes from it.
    pub sigma_pool: f64,
}

/// A centre with its uncertainty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Centre of `y`.
    pub theta: f64,
    /// One standard deviation.
    pub sd: f64,
    /// Number of independent deals that the evidence is worth.
    pub n_eff: f64,
    /// Distinct sellers.
    pub sellers: usize,
}

/// The centre of the points with its uncertainty, or `None` below the policy's least number of sellers:
///
/// ```text
/// h80 = max(t.9(S-1) * se_jackknife_by_seller, t.9(n_eff-1) * se_winsorised),   sd = max(h80 / z.9, half the pooled one)
/// ```
#[must_use]
pub fn estimate(points: &[Point], rules: &Centre, spread: &Spread) -> Option<Estimate> {
    let theta = super::centre::centre(points, rules)?;
    let weights = capped_weights(points, rules.seller_cap);
    let sellers = distinct_sellers(points);
    let n_eff = effective_number(points, &weights, spread.icc);
    let pooled = MEDIAN_OVER_MEAN * spread.sigma_pool / libm::sqrt(n_eff);
    let by_seller = upper_quantile(TAIL, count(sellers) - 1.0)? * jackknife(points, rules)?;
    let winsorised = upper_quantile(TAIL, (n_eff - 1.0).max(1.0))? * winsorised(points, &weights, rules.trim, n_eff)?;
    Some(Estimate { theta, sd: (by_seller.max(winsorised) / Z90).max(0.5 * pooled), n_eff, sellers })
}

/// Kish's effective number of deals, reduced by the likeness of deals of one seller.
fn effective_number(points: &[Point], weights: &[f64], icc: f64) -> f64 {
    let sellers = points.iter().map(|p| p.seller + 1).max().unwrap_or(0);
    let shares: Vec<f64> = (0..sellers).map(|s| points.iter().zip(weights).filter(|(p, _)| p.seller == s).map(|(_, w)| w).sum()).collect();
    let deals = 1.0 / squares(weights);
    let alike = deals * squares(&shares);
    deals / (1.0 + (alike - 1.0).max(0.0) * icc)
}

/// Standard error from leaving out one seller at a time.
fn jackknife(points: &[Point], rules: &Centre) -> Option<f64> {
    let mut sellers: Vec<usize> = points.iter().map(|p| p.seller).collect();
    sellers.sort_unstable();
    sellers.dedup();
    let left_out = |seller: usize| {
        let rest: Vec<Point> = points.iter().filter(|p| p.seller != seller).cloned().collect();
        let values: Vec<f64> = rest.iter().map(|p| p.y).collect();
        trimmed_mean(&values, &capped_weights(&rest, rules.seller_cap), rules.trim)
    };
    let centres = sellers.iter().map(|s| left_out(*s)).collect::<Option<Vec<f64>>>()?;
    let n = count(centres.len());
    let mean = centres.iter().sum::<f64>() / n;
    Some(libm::sqrt((n - 1.0) / n * centres.iter().map(|c| (c - mean) * (c - mean)).sum::<f64>()))
}

/// Standard error of the trimmed mean from the winsorised variance.
fn winsorised(points: &[Point], weights: &[f64], trim: f64, n_eff: f64) -> Option<f64> {
    let values: Vec<f64> = points.iter().map(|p| p.y).collect();
    let (low, high) = (weighted_quantile(&values, weights, trim)?, weighted_quantile(&values, weights, 1.0 - trim)?);
    let drawn_in: Vec<f64> = values.iter().map(|y| y.max(low).min(high)).collect();
    let mean: f64 = drawn_in.iter().zip(weights).map(|(y, w)| w * y).sum();
    let variance: f64 = drawn_in.iter().zip(weights).map(|(y, w)| w * (y - mean) * (y - mean)).sum();
    Some(libm::sqrt(variance * n_eff / (n_eff - 1.0).max(1.0)) / ((1.0 - 2.0 * trim) * libm::sqrt(n_eff)))
}

/// The smallest value below which lies the share `p` of the weight (which sums to 1); where the share ends exactly between two
/// values, their mean.
#[must_use]
pub fn weighted_quantile(values: &[f64], weights: &[f64], p: f64) -> Option<f64> {
    const EXACT: f64 = 1e-12;
    let mut pairs: Vec<(f64, f64)> = values.iter().copied().zip(weights.iter().copied()).collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut upto = 0.0;
    for (i, (value, weight)) in pairs.iter().enumerate() {
        upto += weight;
        if upto >= p - EXACT {
            let next = pairs.get(i + 1).filter(|_| (upto - p).abs() < EXACT);
            return Some(next.map_or(*value, |(above, _)| 0.5 * (value + above)));
        }
    }
    pairs.last().map(|(value, _)| *value)
}

fn squares(values: &[f64]) -> f64 {
    values.iter().map(|v| v * v).sum()
}

#[expect(clippy::cast_precision_loss, reason = "numbers of sellers are small")]
fn count(n: usize) -> f64 {
    n as f64
}
