//! Which slopes do the sales of one period share, whatever the level of each period is?
//!
//! Robust MM regression with a level for each period that is never written down as a column: every step of the weighted least squares
//! takes the weighted mean of a period from its rows, which gives the same slopes (Frisch & Waugh 1933). Standard errors allow for the
//! deals of one seller being alike (sandwich).

use super::bisquare::{BREAKDOWN_HALF, EFFICIENCY_95, float, median, psi_slope, scale, weight};
use super::mm::{largest_change, residuals, s_estimate, weighted};
use super::qr;
use std::collections::BTreeSet;

/// Rows of a regression.
#[derive(Clone, Debug, Default)]
pub struct Panel {
    /// What is explained.
    pub y: Vec<f64>,
    /// What explains it.
    pub columns: Vec<Vec<f64>>,
    /// Number of the period of each row.
    pub period: Vec<usize>,
    /// Number of the seller of each row.
    pub seller: Vec<usize>,
}

/// What came out.
#[derive(Clone, Debug, PartialEq)]
pub struct Slopes {
    /// One a column.
    pub slopes: Vec<f64>,
    /// Standard error of each; `None` below two sellers.
    pub errors: Vec<Option<f64>>,
    /// Robust standard deviation of the residuals.
    pub scale: f64,
    /// Residuals from slopes and the level of the period, in the order of the rows.
    pub residuals: Vec<f64>,
    /// Weights of the rows, 0 (a gross error) to 1.
    pub weights: Vec<f64>,
}

/// So many rows, evenly spaced, serve the search of the start; the fit itself takes all.
const SEARCHED_ROWS: usize = 500;
/// Steps of the weighted least squares at most, and the share of change at which they end.
const STEPS: usize = 500;
const CLOSE: f64 = 1e-10;

impl Panel {
    /// The fit, from a start that half of the rows can't break. `None`: too few rows for the periods, or no spread.
    #[must_use]
    pub fn fit(&self) -> Option<Slopes> {
        let start = if self.columns.is_empty() {
            Vec::new()
        } else {
            let (columns, y) = self.centred(median);
            let every = y.len().div_ceil(SEARCHED_ROWS).max(1);
            let thin = |values: &[f64]| values.iter().copied().step_by(every).collect::<Vec<f64>>();
            s_estimate(&columns.iter().map(|c| thin(c)).collect::<Vec<_>>(), &thin(&y))?.coefficients
        };
        self.fit_from(&start)
    }

    /// The fit from a robust start.
    #[must_use]
    pub fn fit_from(&self, start: &[f64]) -> Option<Slopes> {
        let periods = grouped(&self.period);
        let freedom = float(self.y.len()) - float(self.columns.len()) - float(periods.len());
        let mut at = Step { slopes: start.to_vec(), residuals: self.less_period_medians(start) };
        let mut spread = scale(&at.residuals, freedom)?;
        for tuning in [BREAKDOWN_HALF, EFFICIENCY_95] {
            for _ in 0..STEPS {
                let weights: Vec<f64> = at.residuals.iter().map(|r| weight(r / spread, tuning)).collect();
                let next = self.step(&at, &weights, &periods);
                let change = largest_change(&at.slopes, &next.slopes).max(largest_change(&at.residuals, &next.residuals));
                at = next;
                if tuning == BREAKDOWN_HALF {
                    spread = scale(&at.residuals, freedom)?;
                }
                if change <= CLOSE {
                    break;
                }
            }
        }
        let weights: Vec<f64> = at.residuals.iter().map(|r| weight(r / spread, EFFICIENCY_95)).collect();
        let errors = self.errors(&at.residuals, &weights, spread, &periods);
        Some(Slopes { slopes: at.slopes, errors, scale: spread, residuals: at.residuals, weights })
    }

    /// Indices of the columns that vary within periods and say something that those before them don't.
    #[must_use]
    pub fn independent(&self) -> Vec<usize> {
        let (columns, y) = self.centred(mean);
        let mut kept: Vec<usize> = (0..columns.len()).collect();
        loop {
            let chosen: Vec<Vec<f64>> = kept.iter().filter_map(|i| columns.get(*i)).cloned().collect();
            match (self.varies(&kept, &chosen), qr::solve(&chosen, &y)) {
                (Some(still), _) | (None, Err(qr::Dependent(still))) if still < kept.len() => {
                    kept.remove(still);
                }
                _ => return kept,
            }
        }
    }

    /// The first chosen column whose spread within periods is only rounding of its values.
    fn varies(&self, kept: &[usize], centred: &[Vec<f64>]) -> Option<usize> {
        const ROUNDING: f64 = 1e-10;
        let size = |values: &[f64]| values.iter().map(|v| v.abs()).fold(0.0, f64::max);
        kept.iter().zip(centred).position(|(i, c)| self.columns.get(*i).is_none_or(|whole| size(c) <= ROUNDING * size(whole)))
    }

    /// The panel with only these columns.
    #[must_use]
    pub fn only(&self, kept: &[usize]) -> Self {
        let columns = kept.iter().filter_map(|i| self.columns.get(*i)).cloned().collect();
        Self { columns, ..self.clone() }
    }

    /// A start for columns that mark groups by ones: the median of each group less that of the rows in none of them, periods' medians
    /// taken out.
    #[must_use]
    pub fn medians(&self) -> Vec<f64> {
        let (_, y) = self.centred(median);
        let rows =
            |of: &dyn Fn(usize) -> bool| median(&(0..y.len()).filter(|i| of(*i)).filter_map(|i| y.get(i)).copied().collect::<Vec<f64>>());
        let marked = |column: &Vec<f64>, i: usize| column.get(i).is_some_and(|v| *v != 0.0);
        let others = rows(&|i| !self.columns.iter().any(|c| marked(c, i)));
        self.columns.iter().map(|c| rows(&|i| marked(c, i)) - others).collect()
    }

    fn centred(&self, middle: impl Fn(&[f64]) -> f64) -> (Vec<Vec<f64>>, Vec<f64>) {
        let periods = grouped(&self.period);
        let centre = |values: &[f64]| {
            let mut centred = values.to_vec();
            for rows in &periods {
                let of = middle(&pick(values, rows));
                rows.iter().filter_map(|i| centred.get_mut(*i).map(|v| *v -= of)).for_each(drop);
            }
            centred
        };
        (self.columns.iter().map(|c| centre(c)).collect(), centre(&self.y))
    }

    fn less_period_medians(&self, slopes: &[f64]) -> Vec<f64> {
        let y = residuals(&self.columns, &self.y, slopes);
        Panel { y, columns: Vec::new(), ..self.clone() }.centred(median).1
    }

    /// One step of weighted least squares with the levels of the periods taken out. A column that the weights leave nothing of keeps
    /// its slope.
    fn step(&self, before: &Step, weights: &[f64], periods: &[Vec<usize>]) -> Step {
        let levels = Levels { periods, weights };
        let columns: Vec<Vec<f64>> = self.columns.iter().map(|c| levels.taken_out(c, false)).collect();
        let mut slopes = before.slopes.clone();
        let mut kept: Vec<usize> = (0..columns.len()).collect();
        while !kept.is_empty() {
            let (own, y) = (pick_columns(&columns, &kept), residuals(&self.columns, &self.y, &without(&slopes, &kept)));
            let Some(found) = weighted(&own, &levels.taken_out(&y, false), weights) else {
                // The last one is given up first: columns stand in the order of their weight for the question.
                kept.pop();
                continue;
            };
            for (i, slope) in kept.iter().zip(found) {
                if let Some(at) = slopes.get_mut(*i) {
                    *at = slope;
                }
            }
            break;
        }
        let rest = levels.taken_out(&residuals(&self.columns, &self.y, &slopes), true);
        Step { slopes, residuals: rest }
    }

    /// The sandwich `A⁻¹ M A⁻¹ × C/(C-1) × (n-1)/(n-p-G)`, with `A = mean(psi') X'WX / mean(w)` and `M` the squares of the sums of `x psi`
    /// over the deals that may be alike: once all deals of a seller, once those of a seller in one period; the larger of the two, since
    /// the former allows for more and the latter, with more sums, is surer.
    fn errors(&self, residuals: &[f64], weights: &[f64], spread: f64, periods: &[Vec<usize>]) -> Vec<Option<f64>> {
        let none = || vec![None; self.columns.len()];
        let sellers = grouped(&self.seller);
        let rows = float(residuals.len());
        let freedom = rows - float(self.columns.len()) - float(periods.len());
        if sellers.len() < 2 || freedom <= 0.0 {
            return none();
        }
        let levels = Levels { periods, weights };
        let columns: Vec<Vec<f64>> = self.columns.iter().map(|c| levels.taken_out(c, false)).collect();
        let roots: Vec<f64> = weights.iter().map(|w| libm::sqrt(*w)).collect();
        let rooted: Vec<Vec<f64>> = columns.iter().map(|c| c.iter().zip(&roots).map(|(x, w)| x * w).collect()).collect();
        let Ok(bread) = qr::solve(&rooted, &vec![0.0; residuals.len()]) else { return none() };
        let slope = residuals.iter().map(|r| psi_slope(r / spread, EFFICIENCY_95)).sum::<f64>() / rows;
        let share = weights.iter().sum::<f64>() / rows;
        let pull: Vec<f64> = residuals.iter().zip(weights).map(|(r, w)| r * w).collect();
        let many = (rows - 1.0) / freedom * (share / slope) * (share / slope);
        let meats = [sums(&columns, &pull, &sellers), sums(&columns, &pull, &self.sellers_by_period(periods))];
        let error = |row: &Vec<f64>| meats.iter().map(|sums| libm::sqrt(many * meat(row, sums))).fold(0.0, f64::max);
        bread.inverse.iter().map(|row| Some(error(row))).collect()
    }

    /// Row numbers of each seller in each period.
    fn sellers_by_period(&self, periods: &[Vec<usize>]) -> Vec<Vec<usize>> {
        let of = |rows: &Vec<usize>| {
            let sellers: Vec<usize> = rows.iter().filter_map(|i| self.seller.get(*i)).copied().collect();
            let own = grouped(&sellers).into_iter();
            own.map(|places| places.iter().filter_map(|i| rows.get(*i)).copied().collect::<Vec<usize>>()).collect::<Vec<_>>()
        };
        periods.iter().flat_map(of).collect()
    }
}

/// The sums of `x × pull` over the rows of each group, one a column.
fn sums(columns: &[Vec<f64>], pull: &[f64], groups: &[Vec<usize>]) -> Vec<Vec<f64>> {
    let product = |column: &[f64], rows: &[usize]| pick(column, rows).iter().zip(pick(pull, rows)).map(|(x, p)| x * p).sum();
    groups.iter().map(|rows| columns.iter().map(|c| product(c, rows)).collect()).collect()
}

/// The squares of the sums along a row of the inverse, with the correction for few of them.
fn meat(row: &[f64], sums: &[Vec<f64>]) -> f64 {
    let along = |sum: &Vec<f64>| row.iter().zip(sum).map(|(a, b)| a * b).sum::<f64>();
    let count = float(sums.len());
    count / (count - 1.0) * sums.iter().map(|s| along(s) * along(s)).sum::<f64>()
}

struct Step {
    slopes: Vec<f64>,
    residuals: Vec<f64>,
}

/// Takes the levels of the periods out of values.
struct Levels<'a> {
    periods: &'a [Vec<usize>],
    weights: &'a [f64],
}

impl Levels<'_> {
    /// Values less the weighted mean of their period; where a period has no weight, its median if `or_median`, else its mean.
    fn taken_out(&self, values: &[f64], or_median: bool) -> Vec<f64> {
        let mut rest = values.to_vec();
        for rows in self.periods {
            let (own, weights) = (pick(values, rows), pick(self.weights, rows));
            let total: f64 = weights.iter().sum();
            let level = if total > 0.0 {
                own.iter().zip(&weights).map(|(v, w)| v * w).sum::<f64>() / total
            } else if or_median {
                median(&own)
            } else {
                mean(&own)
            };
            rows.iter().filter_map(|i| rest.get_mut(*i).map(|v| *v -= level)).for_each(drop);
        }
        rest
    }
}

/// Row numbers by the number that each row has, in the order of these.
pub(super) fn grouped(numbers: &[usize]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..numbers.len()).collect();
    order.sort_by_key(|i| numbers.get(*i));
    order.chunk_by(|a, b| numbers.get(*a) == numbers.get(*b)).map(<[usize]>::to_vec).collect()
}

pub(super) fn pick(values: &[f64], rows: &[usize]) -> Vec<f64> {
    rows.iter().filter_map(|i| values.get(*i)).copied().collect()
}

fn pick_columns(columns: &[Vec<f64>], kept: &[usize]) -> Vec<Vec<f64>> {
    kept.iter().filter_map(|i| columns.get(*i)).cloned().collect()
}

/// The slopes with those of these columns at zero.
fn without(slopes: &[f64], kept: &[usize]) -> Vec<f64> {
    let kept: BTreeSet<usize> = kept.iter().copied().collect();
    slopes.iter().enumerate().map(|(i, s)| if kept.contains(&i) { 0.0 } else { *s }).collect()
}

pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / float(values.len().max(1))
}

#[cfg(test)]
mod tests {
    use super::super::mm::mm_estimate;
    use super::*;

    /// Numbers that look random and are the same everywhere.
    fn noise(i: usize) -> f64 {
        let x = libm::sin((i as f64) * 12.9898) * 43_758.545_3;
        x - x.floor() - 0.5
    }

    #[test]
    fn one_period_is_a_line_with_an_intercept() {
        let x: Vec<f64> = (0..40).map(|i| 10.0 * noise(i + 1000)).collect();
        let y: Vec<f64> = x.iter().enumerate().map(|(i, x)| 3.0 - 0.7 * x + noise(i) + if i % 9 == 0 { 25.0 } else { 0.0 }).collect();
        let line = mm_estimate(&[vec![1.0; 40], x.clone()], &y).unwrap();
        let panel = Panel { y, columns: vec![x], period: vec![0; 40], seller: (0..40).collect() };
        let slopes = panel.fit().unwrap();
        assert!((slopes.slopes[0] - line.coefficients[1]).abs() < 1e-8, "{slopes:?}\n{line:?}");
        assert!((slopes.scale - line.scale).abs() < 1e-8);
    }

    #[test]
    fn the_levels_of_the_periods_and_gross_errors_do_not_touch_the_slopes() {
        let period: Vec<usize> = (0..200).map(|i| i / 8).collect();
        let x: Vec<f64> = (0..200).map(|i| noise(i + 500) + 0.1 * period[i] as f64).collect();
        let truth = |i: usize| 0.3 * period[i] as f64 + 1.5 * x[i] + 0.1 * noise(i);
        let y: Vec<f64> = (0..200).map(|i| truth(i) + if i % 7 == 3 { 5.0 } else { 0.0 }).collect();
        let panel = Panel { y, columns: vec![x], period, seller: (0..200).map(|i| i % 11).collect() };
        let slopes = panel.fit().unwrap();
        let error = slopes.errors[0].unwrap();
        assert!((slopes.slopes[0] - 1.5).abs() < 3.0 * error && error < 0.02, "{} ± {error}", slopes.slopes[0]);
        assert_eq!(slopes.weights.iter().filter(|w| **w == 0.0).count(), (0..200).filter(|i| i % 7 == 3).count());
    }

    #[test]
    fn what_does_not_vary_within_periods_is_left_out() {
        let period: Vec<usize> = (0..60).map(|i| i / 6).collect();
        let of_the_period: Vec<f64> = period.iter().map(|t| *t as f64 * 0.1).collect();
        let x: Vec<f64> = (0..60).map(noise).collect();
        let twice: Vec<f64> = x.iter().zip(&of_the_period).map(|(x, t)| 2.0 * x + t).collect();
        let panel = Panel { y: vec![0.0; 60], columns: vec![of_the_period, x, vec![1.0; 60], twice], period, seller: vec![0; 60] };
        assert_eq!(panel.independent(), [1]);
    }
}
