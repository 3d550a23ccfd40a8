//! How sure is the centre? (Method, section 5.)

use super::centre::Point;
use super::policy::Centre;
use super::rank::{Ranked, at};
use super::student::upper_quantile;

/// Asymptotic standard deviation of a median over that of a mean, `sqrt(π / 2)` as the published method rounds it.
const MEDIAN_OVER_MEAN: f64 = 1.2533;
/// The 90 % quantile of the normal distribution: half of an 80 % interval in standard deviations.
const Z90: f64 = 1.281_551_565_544_600_4;
/// The tail that a two-sided 80 % interval leaves on each side.
const TAIL: f64 = 0.1;
/// Shares of the weight that differ by less end at the same place.
pub(super) const SAME_SHARE: f64 = 1e-12;

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
///
/// The points are sorted once; each sum runs over the same numbers in the same order as if it were computed by itself.
#[must_use]
pub fn estimate(points: &[Point], rules: &Centre, spread: &Spread) -> Option<Estimate> {
    let ranked = Ranked::of(points);
    let sellers = ranked.sellers.len();
    if points.is_empty() || sellers < usize::try_from(rules.min_sellers).unwrap_or(usize::MAX) {
        return None;
    }
    let (factors, sum) = ranked.scheme(None, rules.seller_cap);
    let theta = ranked.trimmed_mean(&factors, sum, rules.trim)?;
    let weights: Vec<f64> = ranked.given.iter().map(|(weight, column)| weight * at(&factors, *column) / sum).collect();
    let yardstick = Yardstick::of(sellers, effective_number(&ranked, &weights, spread.icc), rules, spread)?;
    let centres: Option<Vec<f64>> = (0..sellers).map(|column| left_out(&ranked, column, rules)).collect();
    Some(yardstick.estimate(theta, &centres?, winsorised_variance(points, &ranked, &weights, rules.trim)?))
}

/// What the uncertainty takes from the weights alone, whatever the values are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Yardstick {
    sellers: usize,
    n_eff: f64,
    /// Quantile of Student's t for the jackknife by seller.
    by_seller: f64,
    /// The same for the winsorised variance, with what makes of that variance the standard error of the trimmed mean.
    by_deal: f64,
    /// Least standard deviation.
    least: f64,
}

impl Yardstick {
    /// `None`: of one seller no uncertainty can be told.
    pub(super) fn of(sellers: usize, n_eff: f64, rules: &Centre, spread: &Spread) -> Option<Self> {
        let freedom = (n_eff - 1.0).max(1.0);
        let by_seller = upper_quantile(TAIL, count(sellers) - 1.0)?;
        let by_deal = upper_quantile(TAIL, freedom)? * libm::sqrt(n_eff / freedom) / ((1.0 - 2.0 * rules.trim) * libm::sqrt(n_eff));
        Some(Self { sellers, n_eff, by_seller, by_deal, least: 0.5 * MEDIAN_OVER_MEAN * spread.sigma_pool / libm::sqrt(n_eff) })
    }

    /// From the centre, the centres with one seller left out, and the winsorised variance.
    pub(super) fn estimate(&self, theta: f64, left_out: &[f64], winsorised_variance: f64) -> Estimate {
        let h80 = (self.by_seller * jackknife(left_out)).max(self.by_deal * libm::sqrt(winsorised_variance.max(0.0)));
        Estimate { theta, sd: (h80 / Z90).max(self.least), n_eff: self.n_eff, sellers: self.sellers }
    }
}

/// Kish's effective number of deals, reduced by the likeness of deals of one seller.
fn effective_number(ranked: &Ranked, weights: &[f64], icc: f64) -> f64 {
    let mut shares = vec![0.0; ranked.sellers.len()];
    for ((_, column), weight) in ranked.given.iter().zip(weights) {
        if let Some(share) = shares.get_mut(*column) {
            *share += weight;
        }
    }
    effective(squares(weights), squares(&shares), icc)
}

/// The same from the squared weights of the deals and of the sellers, which each sum to 1.
pub(super) fn effective(deals_squared: f64, sellers_squared: f64, icc: f64) -> f64 {
    let deals = 1.0 / deals_squared;
    deals / (1.0 + (deals * sellers_squared - 1.0).max(0.0) * icc)
}

/// Standard error from the centres with one seller left out at a time.
fn jackknife(centres: &[f64]) -> f64 {
    let n = count(centres.len());
    let mean = centres.iter().sum::<f64>() / n;
    libm::sqrt((n - 1.0) / n * centres.iter().map(|c| (c - mean) * (c - mean)).sum::<f64>())
}

fn left_out(ranked: &Ranked, column: usize, rules: &Centre) -> Option<f64> {
    let (factors, sum) = ranked.scheme(Some(column), rules.seller_cap);
    ranked.trimmed_mean(&factors, sum, rules.trim)
}

/// Variance of the values, those beyond the trimmed shares drawn in to where the shares end.
fn winsorised_variance(points: &[Point], ranked: &Ranked, weights: &[f64], trim: f64) -> Option<f64> {
    let sorted = || ranked.ranks.iter().map(|rank| (rank.y, at(weights, rank.place)));
    let (low, high) = (quantile(sorted(), trim)?, quantile(sorted(), 1.0 - trim)?);
    let drawn_in = || points.iter().map(|p| p.y.max(low).min(high)).zip(weights);
    let mean: f64 = drawn_in().map(|(y, w)| w * y).sum();
    Some(drawn_in().map(|(y, w)| w * (y - mean) * (y - mean)).sum())
}

/// The smallest value below which lies the share `p` of the weight (which sums to 1); where the share ends exactly between two
/// values, their mean.
#[must_use]
pub fn weighted_quantile(values: &[f64], weights: &[f64], p: f64) -> Option<f64> {
    let mut pairs: Vec<(f64, f64)> = values.iter().copied().zip(weights.iter().copied()).collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    quantile(pairs.into_iter(), p)
}

/// The same of values that are sorted.
pub(super) fn quantile(sorted: impl Iterator<Item = (f64, f64)>, p: f64) -> Option<f64> {
    let mut sorted = sorted.peekable();
    let (mut upto, mut last) = (0.0, None);
    while let Some((value, weight)) = sorted.next() {
        upto += weight;
        last = Some(value);
        if upto >= p - SAME_SHARE {
            let next = sorted.peek().filter(|_| (upto - p).abs() < SAME_SHARE);
            return Some(next.map_or(value, |(above, _)| 0.5 * (value + above)));
        }
    }
    last
}

fn squares(values: &[f64]) -> f64 {
    values.iter().map(|v| v * v).sum()
}

#[expect(clippy::cast_precision_loss, reason = "numbers of sellers are small")]
fn count(n: usize) -> f64 {
    n as f64
}
