//! Where is the middle of the evidence? The trimmed mean with sellers capped. (Method, section 4.)

use super::policy::Centre;

/// One admitted sale, as the centre sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// `ln(dry price / netback)`.
    pub y: f64,
    /// Weight before the cap of sellers: dry mass, at most the cap of a lot.
    pub weight: f64,
    /// Number of the seller among the distinct sellers.
    pub seller: usize,
}

/// The centre of the points, or `None` below the policy's least number of sellers.
///
/// One seller can't move it outside the others' own range, because the policy trims more than the largest weight of one seller.
/// Sums run in the order of the points, which the caller sorts by (date, id). Splitting a lot below the cap of a lot in two at the
/// same price changes nothing; splitting one above it raises its weight within its seller's share.
#[must_use]
pub fn centre(points: &[Point], policy: &Centre) -> Option<f64> {
    if points.is_empty() || distinct_sellers(points) < usize::try_from(policy.min_sellers).unwrap_or(usize::MAX) {
        return None;
    }
    let weights = capped_weights(points, policy.seller_cap);
    let values: Vec<f64> = points.iter().map(|p| p.y).collect();
    trimmed_mean(&values, &weights, policy.trim)
}

/// How many sellers there are.
#[must_use]
pub fn distinct_sellers(points: &[Point]) -> usize {
    let mut sellers: Vec<usize> = points.iter().map(|p| p.seller).collect();
    sellers.sort_unstable();
    sellers.dedup();
    sellers.len()
}

/// Weights that sum to 1 with no seller above `max(cap, 1 / sellers)`; within a seller in proportion to the given ones.
///
/// Closed form: with the sellers' totals `W` in falling order, the `m` largest are cut to the level `k = cap × (sum of the
/// others) / (1 - cap × m)`, `m` the smallest number for which no other exceeds `k`.
#[must_use]
pub fn capped_weights(points: &[Point], cap: f64) -> Vec<f64> {
    let count = points.iter().map(|p| p.seller + 1).max().unwrap_or(0);
    let mut totals = vec![0.0; count];
    for p in points {
        if let Some(total) = totals.get_mut(p.seller) {
            *total += p.weight;
        }
    }
    let factors = cap_factors(&totals, cap);
    let capped: Vec<f64> = points.iter().map(|p| factors.get(p.seller).map_or(0.0, |factor| p.weight * factor)).collect();
    let sum: f64 = capped.iter().sum();
    capped.into_iter().map(|w| w / sum).collect()
}

/// What each seller's weights are multiplied by, from the sellers' totals, before the weights are made to sum to 1; 0 for a seller
/// without any.
pub(super) fn cap_factors(totals: &[f64], cap: f64) -> Vec<f64> {
    let mut falling: Vec<f64> = totals.iter().copied().filter(|t| *t > 0.0).collect();
    falling.sort_by(|a, b| b.total_cmp(a));
    let level = cap_level(&falling, cap);
    totals.iter().map(|total| level.factor(*total)).collect()
}

/// What happens to the sellers' totals.
pub(super) enum Level {
    /// So few sellers that each has the same share.
    Equal,
    /// No seller is above the cap.
    Free,
    /// Larger totals are cut to this.
    Cut(f64),
}

impl Level {
    /// What the weights of a seller with this total are multiplied by.
    pub(super) fn factor(&self, total: f64) -> f64 {
        match *self {
            _ if total <= 0.0 => 0.0,
            Level::Equal => 1.0 / total,
            Level::Free => 1.0,
            Level::Cut(at) => (at / total).min(1.0),
        }
    }
}

/// The level for sellers' totals in falling order, all above zero.
pub(super) fn cap_level(falling: &[f64], cap: f64) -> Level {
    let sellers = falling.len();
    #[expect(clippy::cast_precision_loss, reason = "numbers of sellers are small")]
    let count = |n: usize| n as f64;
    if count(sellers) * cap <= 1.0 {
        return Level::Equal;
    }
    let mut cut = 0;
    loop {
        let others: f64 = falling.iter().skip(cut).sum();
        let level = cap * others / (1.0 - cap * count(cut));
        match falling.get(cut) {
            // The factor forgives the rounding of a total that stands exactly at the cap.
            Some(total) if *total > level * (1.0 + 1e-12) => cut += 1,
            _ => return if cut == 0 { Level::Free } else { Level::Cut(level) },
        }
    }
}

/// The mean of the weighted quantile function between `trim` and `1 - trim`, pro rata at the cuts; weights sum to 1.
/// `None`: there is no weight there.
///
/// With `trim` 0.25 this is the €STR of the ECB; each value carries its whole weight at one place of the order, ties in the
/// order given.
#[must_use]
pub fn trimmed_mean(values: &[f64], weights: &[f64], trim: f64) -> Option<f64> {
    let mut pairs: Vec<(f64, f64)> = values.iter().copied().zip(weights.iter().copied()).collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (from, to) = (trim, 1.0 - trim);
    let (mut below, mut weighted, mut inside) = (0.0, 0.0, 0.0);
    for (value, weight) in pairs {
        let upto = below + weight;
        let share = (upto.min(to) - (upto - weight).max(from)).max(0.0);
        weighted += share * value;
        inside += share;
        below = upto;
    }
    (inside > 0.0).then(|| weighted / inside)
}
