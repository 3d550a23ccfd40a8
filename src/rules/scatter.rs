//! Where do the lots of a deposit lie, and how do they scatter, although some of them come from elsewhere?
//!
//! The start is a median and a median absolute deviation of each number and a rank correlation of each pair: they hold as long as
//! the foreign lots are the fewer, and need no search. Then the lots within the usual 97.5 % of that start give mean and
//! covariance (one reweighting step, as after an MCD: Rousseeuw and van Driessen 1999), made larger for the tails that were cut
//! off (Croux and Haesbroeck 1999). A lot is tested against them as a future observation: chi-square corrected for how few lots
//! they come from.

use statrs::distribution::{ChiSquared, ContinuousCDF};

/// Share of a deposit's own lots that stays in.
const KEPT: f64 = 0.975;

/// Standard deviation of a normal distribution over its median absolute deviation, `1 / Φ⁻¹(3/4)`.
const MAD_TO_DEVIATION: f64 = 1.482_602_218_5;

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
    /// smaller than they are. `None`: too few lots, or they lie in a plane.
    pub(super) fn of(lots: &[Vec<f64>], errors: &[f64]) -> Option<Self> {
        let p = errors.len();
        let (centre, deviations) = start(lots, errors)?;
        let correlations = correlations(lots, p);
        let covariance: Vec<Vec<f64>> = (0..p)
            .map(|i| {
                (0..p).map(|j| at(&correlations, i, j) * deviations.get(i).unwrap_or(&0.0) * deviations.get(j).unwrap_or(&0.0)).collect()
            })
            .collect();
        let alone: Vec<Vec<f64>> = (0..p).map(|i| (0..p).map(|j| if i == j { at(&covariance, i, i) } else { 0.0 }).collect()).collect();
        let start = Self { centre, factor: cholesky(&covariance).or_else(|| cholesky(&alone))?, lots: 0.0 };
        // The start's distances are brought to chi-square's median first: its scale is a rough one.
        let distances: Vec<f64> = lots.iter().map(|lot| start.distance_squared(lot)).collect();
        let chi = ChiSquared::new(count(p)).ok()?;
        let (middle, cut) = (median(&mut distances.clone())?, chi.inverse_cdf(KEPT));
        let scale = (middle / chi.inverse_cdf(0.5)).max(1.0);
        let kept: Vec<&Vec<f64>> = lots.iter().zip(&distances).filter(|(_, d)| **d <= cut * scale).map(|(lot, _)| lot).collect();
        Self::of_own(&kept, errors, cut)
    }

    /// Mean and covariance of lots that are the deposit's own, up to the cut.
    fn of_own(lots: &[&Vec<f64>], errors: &[f64], cut: f64) -> Option<Self> {
        let (p, n) = (errors.len(), count(lots.len()));
        if n <= count(p) + 1.0 {
            return None;
        }
        let mean = |i: usize| lots.iter().filter_map(|lot| lot.get(i)).sum::<f64>() / n;
        let centre: Vec<f64> = (0..p).map(mean).collect();
        let away = |lot: &[f64], i: usize| lot.get(i).zip(centre.get(i)).map_or(0.0, |(x, c)| x - c);
        // Covariance of a normal distribution over that of the part within the cut.
        let wide = ChiSquared::new(count(p) + 2.0).ok()?.cdf(cut);
        let covariance: Vec<Vec<f64>> = (0..p)
            .map(|i| (0..p).map(|j| lots.iter().map(|lot| away(lot, i) * away(lot, j)).sum::<f64>() / (n - 1.0) * KEPT / wide).collect())
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

/// Medians, and deviations by the median absolute deviation, not below the errors.
fn start(lots: &[Vec<f64>], errors: &[f64]) -> Option<(Vec<f64>, Vec<f64>)> {
    let mut centre = Vec::with_capacity(errors.len());
    let mut deviations = Vec::with_capacity(errors.len());
    for (i, error) in errors.iter().enumerate() {
        let mut values: Vec<f64> = lots.iter().filter_map(|lot| lot.get(i).copied()).collect();
        let middle = median(&mut values)?;
        let mut away: Vec<f64> = values.iter().map(|v| (v - middle).abs()).collect();
        centre.push(middle);
        deviations.push((MAD_TO_DEVIATION * median(&mut away)?).max(*error));
    }
    Some((centre, deviations))
}

/// Correlations from signs: the mean product of the signs of the deviations from the medians is `2/π asin ρ` of normal lots
/// (the quadrant correlation); drawn towards none, so that the matrix stays positive definite.
fn correlations(lots: &[Vec<f64>], p: usize) -> Vec<Vec<f64>> {
    const DRAWN: f64 = 0.9;
    let column = |i: usize| lots.iter().filter_map(|lot| lot.get(i).copied()).collect::<Vec<f64>>();
    let signs: Vec<Vec<f64>> = (0..p)
        .map(|i| {
            let values = column(i);
            let middle = median(&mut values.clone()).unwrap_or(0.0);
            values
                .iter()
                .map(|v| {
                    if *v > middle {
                        1.0
                    } else if *v < middle {
                        -1.0
                    } else {
                        0.0
                    }
                })
                .collect()
        })
        .collect();
    let pair = |a: &Vec<f64>, b: &Vec<f64>| {
        let both = a.iter().zip(b).filter(|(x, y)| **x != 0.0 && **y != 0.0);
        let (sum, n) = both.fold((0.0, 0.0), |(sum, n), (x, y)| (sum + x * y, n + 1.0));
        if n > 0.0 { DRAWN * libm::sin(core::f64::consts::FRAC_PI_2 * sum / n) } else { 0.0 }
    };
    signs.iter().enumerate().map(|(i, a)| signs.iter().enumerate().map(|(j, b)| if i == j { 1.0 } else { pair(a, b) }).collect()).collect()
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

fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = values.get(middle)?;
    if values.len() % 2 == 1 { Some(*upper) } else { values.get(middle - 1).map(|lower| (lower + upper) / 2.0) }
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
        assert!((clean.distance_squared(&[1.1, 2.16]) - 1.0).abs() < 0.3, "{}", clean.distance_squared(&[1.1, 2.16]));
        // Against the correlation it is far: (1 + 1 + 2·0.8)/(1 − 0.64) = 10.
        assert!((clean.distance_squared(&[1.1, 1.8]) - 10.0).abs() < 2.5, "{}", clean.distance_squared(&[1.1, 1.8]));
        let mut mixed = own.clone();
        mixed.extend((0..100).map(|i| vec![2.0 + 0.001 * f64::from(i), 0.5]));
        let robust = Scatter::of(&mixed, &[0.01, 0.01]).unwrap();
        assert!(robust.distance_squared(&[2.05, 0.5]) > 50.0);
        assert!(own.iter().filter(|lot| robust.distance_squared(lot) > quantile::distance_squared(1e-4, 2, robust.lots)).count() <= 1);
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
