//! Where do the lots of a deposit lie, and how do they scatter, although some of them come from elsewhere?
//!
//! A minimum covariance determinant (Rousseeuw and van Driessen 1999) from one start that needs no chance: of each number the
//! middle and the width of its shortest half, which foreign lots move little as long as they are the fewer. From there the nearer
//! half of the lots gives mean and covariance, again and again until the half stays the same; then the lots within the usual
//! 97.5 % do, grown from the errors of measurement alone until those stay the same: that ends at the gap before a second heap of
//! lots, be it nearly as large. Covariances are made larger for the tails that were cut off (Croux and Haesbroeck 1999).
//! A lot is tested against them as a future observation: chi-square corrected for how few lots they come from.

use statrs::distribution::{ChiSquared, ContinuousCDF};

/// Share of a deposit's own lots that stays in.
const KEPT: f64 = 0.975;

/// Half of a normal distribution lies within so many standard deviations, `Φ⁻¹(3/4)`.
const HALF_WITHIN: f64 = 0.674_489_750_2;

/// Rounds after which a set of lots that still changes is taken as it is: it goes to and fro between two of the same quality.
const ROUNDS: usize = 30;

/// Centre and scatter of the lots of a deposit.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scatter {
    centre: Vec<f64>,
    /// Lower triangle of the covariance's Cholesky factor, row by row.
    factor: Vec<Vec<f64>>,
    /// Lots that stayed in.
    pub(super) lots: f64,
}

impl Scatter {
    /// Of lots of the same numbers each, whose errors of measurement alone scatter by these standard deviations: no scatter is
    /// smaller than they are. `None`: too few lots, or their numbers say the same thing.
    pub(super) fn of(lots: &[Vec<f64>], errors: &[f64]) -> Option<Self> {
        let (n, p) = (lots.len(), errors.len());
        let half = (n + p).div_ceil(2);
        let cut = ChiSquared::new(count(p)).ok()?.inverse_cdf(KEPT);
        let nearer = |scatter: &Self| {
            let mut order: Vec<(f64, usize)> = lots.iter().enumerate().map(|(i, lot)| (scatter.distance_squared(lot), i)).collect();
            order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let mut nearer: Vec<usize> = order.into_iter().take(half).map(|(_, i)| i).collect();
            nearer.sort_unstable();
            nearer
        };
        let within =
            |scatter: &Self| lots.iter().enumerate().filter(|(_, lot)| scatter.distance_squared(lot) <= cut).map(|(i, _)| i).collect();
        let core = settled(lots, errors, Self::start(lots, errors)?, count(half) / count(n), nearer)?;
        settled(lots, errors, core.narrowed(lots, errors, cut), KEPT, within)
    }

    /// The same centre with the errors of measurement alone, or as much wider as a quarter of the lots needs.
    fn narrowed(&self, lots: &[Vec<f64>], errors: &[f64], cut: f64) -> Self {
        let narrow = |wide: f64| Self { centre: self.centre.clone(), factor: diagonal(errors.iter().map(|e| e * wide)), lots: 0.0 };
        let mut distances: Vec<f64> = lots.iter().map(|lot| narrow(1.0).distance_squared(lot)).collect();
        distances.sort_by(f64::total_cmp);
        let quarter = distances.get(lots.len() / 4).copied().unwrap_or(0.0);
        narrow(libm::sqrt(quarter / cut).max(1.0))
    }

    /// The middle and the width of the shortest half of each number, on its own.
    fn start(lots: &[Vec<f64>], errors: &[f64]) -> Option<Self> {
        let halves: Vec<(f64, f64)> =
            (0..errors.len()).map(|i| shortest_half(lots.iter().filter_map(|lot| lot.get(i).copied()))).collect::<Option<_>>()?;
        let deviation = |(i, (_, width)): (usize, &(f64, f64))| (width / HALF_WITHIN).max(errors.get(i).copied().unwrap_or(0.0));
        let factor = diagonal(halves.iter().enumerate().map(deviation));
        Some(Self { factor, centre: halves.iter().map(|(middle, _)| *middle).collect(), lots: 0.0 })
    }

    /// Mean and covariance of the lots that a share of a normal distribution is, the nearest.
    fn of_nearest(lots: &[&Vec<f64>], share: f64, errors: &[f64]) -> Option<Self> {
        let (p, n) = (errors.len(), count(lots.len()));
        if n <= count(p) + 1.0 {
            return None;
        }
        let mean = |i: usize| lots.iter().filter_map(|lot| lot.get(i)).sum::<f64>() / n;
        let centre: Vec<f64> = (0..p).map(mean).collect();
        let away = |lot: &[f64], i: usize| lot.get(i).zip(centre.get(i)).map_or(0.0, |(x, c)| x - c);
        // Covariance of a normal distribution over that of its part within the cut.
        let cut = ChiSquared::new(count(p)).ok()?.inverse_cdf(share.min(1.0));
        let wide = if cut.is_finite() { share / ChiSquared::new(count(p) + 2.0).ok()?.cdf(cut) } else { 1.0 };
        let covariance: Vec<Vec<f64>> = (0..p)
            .map(|i| (0..p).map(|j| lots.iter().map(|lot| away(lot, i) * away(lot, j)).sum::<f64>() / (n - 1.0) * wide).collect())
            .collect();
        Some(Self { centre, factor: cholesky(&at_least(covariance, errors))?, lots: n })
    }

    /// Logarithm of the determinant of the covariance.
    pub(super) fn log_determinant(&self) -> f64 {
        self.factor.iter().filter_map(|row| row.last()).map(|x| 2.0 * libm::log(*x)).sum()
    }

    /// Square of the distance from the centre in standard deviations (Mahalanobis).
    pub(super) fn distance_squared(&self, lot: &[f64]) -> f64 {
        let mut solved: Vec<f64> = Vec::with_capacity(self.centre.len());
        for (row, (x, c)) in self.factor.iter().zip(lot.iter().zip(&self.centre)) {
            let known: f64 = row.iter().zip(&solved).map(|(l, y)| l * y).sum();
            solved.push((x - c - known) / row.last().copied().unwrap_or(f64::NAN));
        }
        solved.iter().map(|y| y * y).sum()
    }
}

/// The scatter of a set of lots that the scatter itself chooses, once the set stays the same.
fn settled(lots: &[Vec<f64>], errors: &[f64], start: Scatter, share: f64, choose: impl Fn(&Scatter) -> Vec<usize>) -> Option<Scatter> {
    let (mut scatter, mut chosen) = (start, Vec::new());
    for _ in 0..ROUNDS {
        let next = choose(&scatter);
        if next == chosen {
            break;
        }
        let own: Vec<&Vec<f64>> = next.iter().filter_map(|i| lots.get(*i)).collect();
        scatter = Scatter::of_nearest(&own, share, errors)?;
        chosen = next;
    }
    Some(scatter)
}

/// The factor of a covariance without correlations.
fn diagonal(deviations: impl Iterator<Item = f64>) -> Vec<Vec<f64>> {
    let row = |(i, deviation): (usize, f64)| {
        let mut row = vec![0.0; i];
        row.push(deviation);
        row
    };
    deviations.enumerate().map(row).collect()
}

/// Middle and half width of the shortest interval that holds more than half of the values.
fn shortest_half(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let ends = values.iter().zip(values.iter().skip(values.len() / 2));
    let (low, high) = ends.min_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0)))?;
    Some(((low + high) / 2.0, (high - low) / 2.0))
}

/// The covariance with variances not below the squares of the errors; correlations stay.
fn at_least(covariance: Vec<Vec<f64>>, errors: &[f64]) -> Vec<Vec<f64>> {
    let factor: Vec<f64> = errors
        .iter()
        .enumerate()
        .map(|(i, error)| {
            let deviation = at(&covariance, i, i).max(0.0).sqrt();
            if deviation >= *error { 1.0 } else { error / deviation.max(error * 1e-6) }
        })
        .collect();
    let scaled = |(i, row): (usize, &Vec<f64>)| {
        let of = |i: usize| factor.get(i).copied().unwrap_or(1.0);
        row.iter()
            .enumerate()
            .map(|(j, c)| if i == j { (c * of(i) * of(i)).max(errors.get(i).map_or(0.0, |e| e * e)) } else { c * of(i) * of(j) })
            .collect()
    };
    covariance.iter().enumerate().map(scaled).collect()
}

/// Cholesky factor of a positive definite matrix, row by row; `None` where it is not.
fn cholesky(matrix: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let mut factor: Vec<Vec<f64>> = Vec::with_capacity(matrix.len());
    for (i, row) in matrix.iter().enumerate() {
        let mut own: Vec<f64> = Vec::with_capacity(i + 1);
        for above in &factor {
            let known: f64 = above.iter().zip(&own).map(|(a, b)| a * b).sum();
            own.push((row.get(own.len())? - known) / above.last()?);
        }
        let rest = row.get(i)? - own.iter().map(|x| x * x).sum::<f64>();
        // A millionth of the variance left: the numbers say the same thing.
        if rest <= row.get(i)? * 1e-6 {
            return None;
        }
        own.push(libm::sqrt(rest));
        factor.push(own);
    }
    Some(factor)
}

fn at(matrix: &[Vec<f64>], i: usize, j: usize) -> f64 {
    matrix.get(i).and_then(|row| row.get(j)).copied().unwrap_or(0.0)
}

#[expect(clippy::cast_precision_loss, reason = "lots and numbers of a lot")]
const fn count(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::quantile;
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use rand_distr::{Distribution, StandardNormal};

    /// Two numbers with correlation 0.8 and deviations 0.1 and 0.2.
    fn lots(n: u64, seed: u64) -> Vec<Vec<f64>> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut normal = || -> f64 { StandardNormal.sample(&mut rng) };
        (0..n)
            .map(|_| {
                let (a, b) = (normal(), normal());
                vec![1.0 + 0.1 * a, 2.0 + 0.2 * (0.8 * a + 0.6 * b)]
            })
            .collect()
    }

    #[test]
    fn a_factor_times_itself_is_the_matrix() {
        let matrix = vec![vec![4.0, 2.0, 0.6], vec![2.0, 5.0, 1.0], vec![0.6, 1.0, 3.0]];
        let l = cholesky(&matrix).unwrap();
        for i in 0..3 {
            for j in 0..=i {
                let product: f64 = (0..=j).map(|k| l[i][k] * l[j][k]).sum();
                assert!((product - matrix[i][j]).abs() < 1e-12);
            }
        }
        assert!(cholesky(&[vec![1.0, 1.0], vec![1.0, 1.0]]).is_none());
    }

    #[test]
    fn own_lots_give_their_centre_and_scatter_and_a_third_of_foreign_ones_change_little() {
        let own = lots(200, 1);
        let clean = Scatter::of(&own, &[0.01, 0.01]).unwrap();
        // One standard deviation away in the first number, and what goes with it in the second, is about one away.
        assert!((clean.distance_squared(&[1.1, 2.16]) - 1.0).abs() < 0.5, "{}", clean.distance_squared(&[1.1, 2.16]));
        // Against the correlation it is far: (1 + 1 + 2·0.8)/(1 − 0.64) = 10.
        assert!((clean.distance_squared(&[1.1, 1.8]) - 10.0).abs() < 3.0, "{}", clean.distance_squared(&[1.1, 1.8]));
        let mut mixed = own.clone();
        mixed.extend((0..100).map(|i| vec![2.0 + 0.001 * f64::from(i), 0.5]));
        let robust = Scatter::of(&mixed, &[0.01, 0.01]).unwrap();
        assert!(robust.distance_squared(&[2.05, 0.5]) > 50.0);
        assert!(own.iter().filter(|lot| robust.distance_squared(lot) > quantile::distance_squared(1e-4, 2, robust.lots)).count() <= 1);
    }

    #[test]
    fn two_lots_of_five_may_be_foreign() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let mut lot = |centre: f64| -> Vec<f64> {
            let away: f64 = StandardNormal.sample(&mut rng);
            vec![centre + away]
        };
        let mut lots: Vec<Vec<f64>> = (0..120).map(|_| lot(0.0)).collect();
        lots.extend((0..80).map(|_| lot(6.0)));
        let scatter = Scatter::of(&lots, &[0.5]).unwrap();
        assert!(scatter.distance_squared(&[0.0]) < 0.25, "{}", scatter.distance_squared(&[0.0]));
        assert!(scatter.distance_squared(&[6.0]) > 20.0, "{}", scatter.distance_squared(&[6.0]));
    }

    #[test]
    fn lots_that_never_change_scatter_as_their_measurement_does() {
        let same = vec![vec![1.0]; 40];
        let scatter = Scatter::of(&same, &[0.05]).unwrap();
        assert!((scatter.distance_squared(&[1.1]) - 4.0).abs() < 0.2);
        assert!(Scatter::of(&same[..2], &[0.05]).is_none());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        /// At one in a thousand, two thousand of a deposit's own lots give about two that are taken for foreign.
        #[test]
        fn own_lots_are_taken_for_foreign_about_as_often_as_the_rate_says(seed in 0..2_000u64) {
            let own = lots(2_000, seed);
            let scatter = Scatter::of(&own, &[0.001, 0.001]).unwrap();
            let limit = quantile::distance_squared(1e-3, 2, scatter.lots);
            let foreign = own.iter().filter(|lot| scatter.distance_squared(lot) > limit).count();
            prop_assert!(foreign <= 9, "{}", foreign);
        }
    }
}
