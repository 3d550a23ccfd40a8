//! How far does each grade class stand from the common level? Shrunk together, and prices not falling with grade. (Section 6.)

use super::root;

/// The variance between groups and their common mean by Paule and Mandel (1982), from the groups' estimates and variances:
/// the variance at which the weighted squares of the deviations are as large as their number less one; 0 where they never are.
/// `None` without groups.
#[must_use]
pub fn paule_mandel(estimates: &[f64], variances: &[f64]) -> Option<(f64, f64)> {
    let groups: Vec<(f64, f64)> = estimates.iter().copied().zip(variances.iter().copied()).collect();
    if groups.is_empty() || groups.iter().any(|(_, v)| *v <= 0.0) {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "numbers of classes are small")]
    let freedom = groups.len() as f64 - 1.0;
    // The least weighted squares over all means are convex in the variance, because (y - mean)² / (v + variance) is in both.
    let excess = |between: f64| {
        let mean = weighted_mean(&groups, between);
        let squares = groups.iter().map(|(y, v)| ((y - mean) * (y - mean) / (v + between), v + between));
        let (sum, slope) = squares.fold((0.0, 0.0), |(sum, slope), (square, spread)| (sum + square, slope + square / spread));
        (sum - freedom, slope)
    };
    let between = if groups.len() < 2 { 0.0 } else { root::of_convex_falling(excess)? };
    Some((between, weighted_mean(&groups, between)))
}

fn weighted_mean(groups: &[(f64, f64)], between: f64) -> f64 {
    let weighted: f64 = groups.iter().map(|(y, v)| y / (v + between)).sum();
    let weights: f64 = groups.iter().map(|(_, v)| 1.0 / (v + between)).sum();
    weighted / weights
}

/// The non-decreasing sequence nearest to the values in weighted least squares (pool adjacent violators).
#[must_use]
pub fn isotonic(values: &[f64], weights: &[f64]) -> Vec<f64> {
    // Each block: its mean, its weight, how many values it holds.
    let mut blocks: Vec<(f64, f64, usize)> = Vec::with_capacity(values.len());
    for (value, weight) in values.iter().zip(weights) {
        let mut block = (*value, *weight, 1);
        while let Some((mean, held, n)) = blocks.pop_if(|(mean, _, _)| *mean > block.0) {
            let together = held + block.1;
            block = ((mean * held + block.0 * block.1) / together, together, n + block.2);
        }
        blocks.push(block);
    }
    blocks.into_iter().flat_map(|(mean, _, n)| std::iter::repeat_n(mean, n)).collect()
}
