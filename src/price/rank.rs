//! In what order do the values stand, and how much weight lies below each?

use super::centre::{Point, cap_factors};

/// Points sorted by value once, for all sums that run in that order; sellers are numbered without gaps (their column).
#[derive(Clone, Debug)]
pub(super) struct Ranked {
    /// Numbers of the distinct sellers, rising.
    pub(super) sellers: Vec<usize>,
    /// Weight and column of each point, in the order given.
    pub(super) given: Vec<(f64, usize)>,
    /// The points by value, ties in the order given.
    pub(super) ranks: Vec<Rank>,
    /// Weight of each column before the cap.
    pub(super) totals: Vec<f64>,
}

/// A point in the order of values.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rank {
    /// Its value.
    pub(super) y: f64,
    /// Its weight before the cap.
    pub(super) weight: f64,
    /// Column of its seller.
    pub(super) column: usize,
    /// Where it stood in the order given.
    pub(super) place: usize,
}

impl Ranked {
    /// Sorts the points.
    pub(super) fn of(points: &[Point]) -> Self {
        let mut sellers: Vec<usize> = points.iter().map(|p| p.seller).collect();
        sellers.sort_unstable();
        sellers.dedup();
        let mut columns = vec![0; sellers.last().map_or(0, |last| last + 1)];
        for (column, seller) in sellers.iter().enumerate() {
            if let Some(slot) = columns.get_mut(*seller) {
                *slot = column;
            }
        }
        let column = |p: &Point| columns.get(p.seller).copied().unwrap_or_default();
        let given: Vec<(f64, usize)> = points.iter().map(|p| (p.weight, column(p))).collect();
        let rank = |(place, p): (usize, &Point)| Rank { y: p.y, weight: p.weight, column: column(p), place };
        let mut ranks: Vec<Rank> = points.iter().enumerate().map(rank).collect();
        ranks.sort_by(|a, b| a.y.total_cmp(&b.y));
        let mut totals = vec![0.0; sellers.len()];
        for (weight, column) in &given {
            if let Some(total) = totals.get_mut(*column) {
                *total += weight;
            }
        }
        Self { sellers, given, ranks, totals }
    }

    /// Factors of the columns and the sum that they give the weights, with one column left out.
    pub(super) fn scheme(&self, left_out: Option<usize>, cap: f64) -> (Vec<f64>, f64) {
        let keeps = |column: usize, total: f64| if left_out == Some(column) { 0.0 } else { total };
        let totals: Vec<f64> = self.totals.iter().enumerate().map(|(column, total)| keeps(column, *total)).collect();
        let factors = cap_factors(&totals, cap);
        let sum = self.given.iter().map(|(weight, column)| weight * at(&factors, *column)).sum();
        (factors, sum)
    }

    /// The trimmed mean of the points with these factors ([`super::centre::trimmed_mean`], without sorting again).
    pub(super) fn trimmed_mean(&self, factors: &[f64], sum: f64, trim: f64) -> Option<f64> {
        let (from, to) = (trim, 1.0 - trim);
        let (mut below, mut weighted, mut inside) = (0.0, 0.0, 0.0);
        for rank in &self.ranks {
            let weight = rank.weight * at(factors, rank.column) / sum;
            let upto: f64 = below + weight;
            let share = (upto.min(to) - (upto - weight).max(from)).max(0.0);
            weighted += share * rank.y;
            inside += share;
            below = upto;
            if below > to {
                break;
            }
        }
        (inside > 0.0).then(|| weighted / inside)
    }
}

/// A number of a table; 0 outside it.
#[inline]
pub(super) fn at(table: &[f64], i: usize) -> f64 {
    table.get(i).copied().unwrap_or_default()
}
