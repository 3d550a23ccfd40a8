//! Which line do most sales follow, whatever the odd ones say? Robust MM regression (Yohai 1987).
//!
//! An S-estimate that half of the rows can't break gives start and scale; an M-estimate from it has 95 % efficiency. Its start is
//! searched over lines through as many rows as there are coefficients: all of them where they are few, else those of a sequence of
//! random numbers with a seed that never changes, so that the same rows give the same bytes.

use super::bisquare::{BREAKDOWN_HALF, EFFICIENCY_95, float, rough_scale, scale, scale_is_below, step, weight};
use super::qr;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// Up to so many choices of rows all are tried.
const EXHAUSTIVE: usize = 6_000;
/// So many choices otherwise: with 40 % of the rows wrong and six coefficients, one in 10^10 searches finds no clean choice.
const RANDOM: usize = 500;
/// Seed of the choices.
const SEED: u64 = 19_870_642;
/// So many of the best starts are followed to their end.
const FOLLOWED: usize = 10;
/// Steps of each start before they are compared.
const FIRST_STEPS: usize = 2;
/// Steps are taken until coefficients change by less than this share.
const CLOSE: f64 = 1e-12;
/// Most steps; a fit that needs more has two equally good ends.
const STEPS: usize = 2_000;

/// A robust fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// One a column.
    pub coefficients: Vec<f64>,
    /// Robust standard deviation of the residuals.
    pub scale: f64,
    /// Residuals, in the order of the rows.
    pub residuals: Vec<f64>,
    /// Weights of the rows, 0 (a gross error) to 1.
    pub weights: Vec<f64>,
}

/// The MM-estimate of `columns × b ≈ y`. `None`: too few rows, dependent columns, or more than half of the rows lie exactly on a line.
#[must_use]
pub fn mm_estimate(columns: &[Vec<f64>], y: &[f64]) -> Option<Fit> {
    let start = s_estimate(columns, y)?;
    descend(columns, y, start, |fit| (fit.scale, EFFICIENCY_95))
}

/// The S-estimate: the coefficients whose residuals have the smallest robust scale. `None` as for [`mm_estimate`].
#[must_use]
pub fn s_estimate(columns: &[Vec<f64>], y: &[f64]) -> Option<Fit> {
    let freedom = float(y.len()) - float(columns.len());
    let mut best: Option<Fit> = None;
    for start in best_starts(columns, y, freedom) {
        let residuals = residuals(columns, y, &start);
        let Some(scale) = scale(&residuals, freedom) else { continue };
        let fit = Fit { coefficients: start, scale, residuals, weights: Vec::new() };
        let Some(fit) = descend(columns, y, fit, |fit| (scale_of(fit, freedom), BREAKDOWN_HALF)) else { continue };
        if best.as_ref().is_none_or(|b| fit.scale < b.scale) {
            best = Some(fit);
        }
    }
    best
}

fn scale_of(fit: &Fit, freedom: f64) -> f64 {
    scale(&fit.residuals, freedom).unwrap_or(fit.scale)
}

/// Weighted least squares with the weights of the residuals, again and again, until nothing changes.
fn descend(columns: &[Vec<f64>], y: &[f64], mut fit: Fit, rule: impl Fn(&Fit) -> (f64, f64)) -> Option<Fit> {
    for _ in 0..STEPS {
        let (scale, tuning) = rule(&fit);
        let weights: Vec<f64> = fit.residuals.iter().map(|r| weight(r / scale, tuning)).collect();
        let coefficients = weighted(columns, y, &weights)?;
        let change = largest_change(&fit.coefficients, &coefficients);
        let residuals = residuals(columns, y, &coefficients);
        fit = Fit { coefficients, scale, residuals, weights };
        if change <= CLOSE {
            break;
        }
    }
    let (scale, tuning) = rule(&fit);
    fit.scale = scale;
    fit.weights = fit.residuals.iter().map(|r| weight(r / scale, tuning)).collect();
    Some(fit)
}

/// The largest change of a coefficient as a share of the largest coefficient.
pub(super) fn largest_change(before: &[f64], after: &[f64]) -> f64 {
    let size = after.iter().map(|b| b.abs()).fold(f64::MIN_POSITIVE, f64::max);
    before.iter().zip(after).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max) / size
}

/// `y - columns × coefficients`.
pub(super) fn residuals(columns: &[Vec<f64>], y: &[f64], coefficients: &[f64]) -> Vec<f64> {
    let mut rest = y.to_vec();
    for (column, b) in columns.iter().zip(coefficients) {
        rest.iter_mut().zip(column).for_each(|(r, x)| *r -= b * x);
    }
    rest
}

/// Weighted least squares.
pub(super) fn weighted(columns: &[Vec<f64>], y: &[f64], weights: &[f64]) -> Option<Vec<f64>> {
    let roots: Vec<f64> = weights.iter().map(|w| libm::sqrt(*w)).collect();
    let times = |values: &[f64]| values.iter().zip(&roots).map(|(v, w)| v * w).collect::<Vec<f64>>();
    let columns: Vec<Vec<f64>> = columns.iter().map(|c| times(c)).collect();
    qr::solve(&columns, &times(y)).ok().map(|s| s.coefficients)
}

/// The best lines through as many rows as there are coefficients, after a few steps, the smallest scale first.
fn best_starts(columns: &[Vec<f64>], y: &[f64], freedom: f64) -> Vec<Vec<f64>> {
    let mut best: Vec<(f64, Vec<f64>)> = Vec::new();
    for choice in Choices::of(y.len(), columns.len()) {
        let Some(line) = first_steps(columns, y, &choice, freedom) else { continue };
        let rest = residuals(columns, y, &line);
        let full = best.len() >= FOLLOWED;
        if full && best.last().is_some_and(|(worst, _)| !scale_is_below(&rest, *worst, freedom)) {
            continue;
        }
        let Some(scale) = scale(&rest, freedom) else { continue };
        let at = best.partition_point(|(s, _)| *s <= scale);
        best.insert(at, (scale, line));
        best.truncate(FOLLOWED);
    }
    best.into_iter().map(|(_, line)| line).collect()
}

/// The line through the chosen rows after [`FIRST_STEPS`] steps.
fn first_steps(columns: &[Vec<f64>], y: &[f64], choice: &[usize], freedom: f64) -> Option<Vec<f64>> {
    let pick = |values: &[f64]| choice.iter().filter_map(|i| values.get(*i)).copied().collect::<Vec<f64>>();
    let chosen: Vec<Vec<f64>> = columns.iter().map(|c| pick(c)).collect();
    let mut line = qr::solve(&chosen, &pick(y)).ok()?.coefficients;
    let mut scale = None;
    for _ in 0..FIRST_STEPS {
        let rest = residuals(columns, y, &line);
        // One step towards the scale is enough to compare starts.
        let scale = *scale.insert(step(&rest, scale.unwrap_or_else(|| rough_scale(&rest)), freedom));
        let weights: Vec<f64> = rest.iter().map(|r| weight(r / scale, BREAKDOWN_HALF)).collect();
        line = weighted(columns, y, &weights)?;
    }
    Some(line)
}

/// Choices of `size` of `rows` rows, ascending.
enum Choices {
    All { rows: usize, next: Option<Vec<usize>> },
    Random { rows: usize, size: usize, left: usize, rng: Box<ChaCha8Rng> },
}

impl Choices {
    fn of(rows: usize, size: usize) -> Self {
        if size == 0 || rows < 2 * size {
            return Self::All { rows, next: None };
        }
        // Grows with each factor, so that what overflows is above the bound too.
        let all = (0..size).try_fold(1usize, |n, k| n.checked_mul(rows - k).map(|n| n / (k + 1)));
        if all.is_some_and(|n| n <= EXHAUSTIVE) {
            Self::All { rows, next: Some((0..size).collect()) }
        } else {
            Self::Random { rows, size, left: RANDOM, rng: Box::new(ChaCha8Rng::seed_from_u64(SEED)) }
        }
    }
}

impl Iterator for Choices {
    type Item = Vec<usize>;

    fn next(&mut self) -> Option<Vec<usize>> {
        match self {
            Self::All { rows, next } => {
                let now = next.take()?;
                *next = following(&now, *rows);
                Some(now)
            }
            Self::Random { rows, size, left, rng } => {
                *left = left.checked_sub(1)?;
                let mut choice: Vec<usize> = Vec::with_capacity(*size);
                while choice.len() < *size {
                    // The high half of the product is even to one part in 2^32, which is enough for a choice of rows.
                    let row = usize::try_from((u64::from(rng.next_u32()) * (*rows as u64)) >> 32).unwrap_or(0);
                    if !choice.contains(&row) {
                        choice.push(row);
                    }
                }
                choice.sort_unstable();
                Some(choice)
            }
        }
    }
}

/// The choice after this one in the order of a dictionary.
fn following(choice: &[usize], rows: usize) -> Option<Vec<usize>> {
    let size = choice.len();
    let turn = choice.iter().enumerate().rposition(|(i, row)| row + size < rows + i)?;
    let first = choice.get(turn)? + 1;
    Some(choice.iter().take(turn).copied().chain((0..size - turn).map(|k| first + k)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_choices_are_the_binomial_number_and_none_stands_twice() {
        let all: Vec<Vec<usize>> = Choices::of(7, 3).collect();
        assert_eq!(all.len(), 35);
        assert!(all.windows(2).all(|w| w[0] < w[1]) && all.iter().all(|c| c.windows(2).all(|w| w[0] < w[1]) && c[2] < 7));
    }

    #[test]
    fn many_rows_are_chosen_from_by_the_same_random_numbers_each_time() {
        let (a, b): (Vec<_>, Vec<_>) = (Choices::of(300, 4).collect(), Choices::of(300, 4).collect());
        assert_eq!(a.len(), RANDOM);
        assert_eq!(a, b);
        assert!(a.iter().flatten().any(|row| *row < 10) && a.iter().flatten().any(|row| *row >= 290));
    }

    #[test]
    fn forty_per_cent_of_gross_errors_on_one_side_do_not_turn_the_line() {
        let x: Vec<f64> = (0..50).map(f64::from).collect();
        let noise = |i: usize| ((i * 37) % 11) as f64 * 0.02 - 0.1;
        let y: Vec<f64> = (0..50).map(|i| if i >= 30 { 90.0 + noise(i) } else { 1.0 + 2.0 * x[i] + noise(i) }).collect();
        let fit = mm_estimate(&[vec![1.0; 50], x], &y).unwrap();
        assert!((fit.coefficients[0] - 1.0).abs() < 0.1 && (fit.coefficients[1] - 2.0).abs() < 0.01, "{:?}", fit.coefficients);
        assert_eq!(fit.weights.iter().filter(|w| **w == 0.0).count(), 20);
    }

    #[test]
    fn rows_on_a_line_exactly_and_dependent_columns_have_no_fit() {
        let x: Vec<f64> = (0..20).map(f64::from).collect();
        let twice: Vec<f64> = x.iter().map(|v| 2.0 * v).collect();
        assert_eq!(mm_estimate(&[x.clone()], &twice), None);
        assert_eq!(mm_estimate(&[x.clone(), twice.clone()], &vec![1.0; 20]), None);
        assert_eq!(mm_estimate(&[x], &[1.0; 1]), None);
    }
}
