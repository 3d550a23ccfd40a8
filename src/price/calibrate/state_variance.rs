//! How much does the level move from one period to the next? Maximum likelihood of the local level model.

use super::super::level::Level;

/// The standard deviation of the level's change a period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LevelSd {
    /// The likeliest; 0 where the centres scatter no more than their own uncertainty.
    pub sd: f64,
    /// Its standard error from the curvature of the likelihood; `None` at 0.
    pub error: Option<f64>,
    /// Above this it is less than 5 % likely (one-sided, likelihood ratio).
    pub upper: f64,
    /// Periods with a centre.
    pub periods: usize,
}

/// Steps of the grid between the smallest and the largest standard deviation that is tried.
const GRID: u32 = 240;
/// The smallest is this share of the largest.
const SMALLEST: f64 = 1e-5;
/// Half of the 90 % quantile of chi² with one degree: a one-sided test of 5 %.
const ONE_SIDED: f64 = 1.352_771_727_047_703_3;

/// The likeliest standard deviation, given the centre and its standard deviation of each period (`None`: without one; the variance
/// grows), conditional on the first. `None` below three centres or where all are the same.
#[must_use]
pub fn level_sd(centres: &[Option<(f64, f64)>]) -> Option<LevelSd> {
    let known: Vec<(f64, f64)> = centres.iter().flatten().copied().collect();
    let (low, high) = known.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), (y, _)| (l.min(*y), h.max(*y)));
    let range = high - low;
    if known.len() < 3 || range.is_nan() || range <= 0.0 || known.iter().any(|(_, sd)| sd.is_nan() || *sd <= 0.0) {
        return None;
    }
    let at = |sd: f64| log_likelihood(centres, sd * sd);
    let step = libm::log(1.0 / SMALLEST) / f64::from(GRID);
    let tried = |i: u32| range * SMALLEST * libm::exp(step * f64::from(i));
    let best = (0..=GRID).max_by(|a, b| at(tried(*a)).total_cmp(&at(tried(*b)))).unwrap_or(0);
    let sd = golden(&at, tried(best.saturating_sub(1)), tried((best + 1).min(GRID)));
    let (sd, best) = if at(0.0) >= at(sd) { (0.0, at(0.0)) } else { (sd, at(sd)) };
    let upper = upper(&at, sd.max(range * SMALLEST), best - ONE_SIDED);
    Some(LevelSd { sd, error: error(&at, sd), upper, periods: known.len() })
}

/// Logarithm of the likelihood of the centres after the first, with the level's variance gaining `variance` a period.
#[must_use]
pub fn log_likelihood(centres: &[Option<(f64, f64)>], variance: f64) -> f64 {
    let mut level: Option<Level> = None;
    let mut sum = 0.0;
    for centre in centres {
        let before = level.map(|l| l.predict(variance));
        level = match (before, centre) {
            (None, None) => None,
            (Some(before), None) => Some(before),
            (None, Some((y, sd))) => Some(Level { m: *y, p: sd * sd }),
            (Some(before), Some((y, sd))) => {
                let forecast = before.p + sd * sd;
                sum -= 0.5 * (libm::log(2.0 * std::f64::consts::PI * forecast) + (y - before.m) * (y - before.m) / forecast);
                Some(before.update(*y, *sd, f64::INFINITY).level)
            }
        };
    }
    sum
}

/// The maximum between two points by the golden section, until they are one part in 10^10 apart.
fn golden(function: &impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    const SHARE: f64 = 0.618_033_988_749_894_8;
    let inner = |low: f64, high: f64| (high - SHARE * (high - low), low + SHARE * (high - low));
    let (mut a, mut b) = inner(low, high);
    let (mut fa, mut fb) = (function(a), function(b));
    while (high - low) > 1e-10 * high {
        if fa >= fb {
            high = b;
            (b, fb) = (a, fa);
            a = inner(low, high).0;
            fa = function(a);
        } else {
            low = a;
            (a, fa) = (b, fb);
            b = inner(low, high).1;
            fb = function(b);
        }
    }
    0.5 * (low + high)
}

/// Standard error from the second difference around the maximum.
fn error(function: &impl Fn(f64) -> f64, sd: f64) -> Option<f64> {
    let step = 0.01 * sd;
    let curvature = (function(sd + step) - 2.0 * function(sd) + function(sd - step)) / (step * step);
    (sd > 0.0 && curvature < 0.0).then(|| libm::sqrt(-1.0 / curvature))
}

/// Where the likelihood has fallen to a limit, beyond the maximum.
fn upper(function: &impl Fn(f64) -> f64, from: f64, limit: f64) -> f64 {
    let mut low = from;
    let mut high = from * 2.0;
    // It falls without end, like the logarithm of the variance; 2^100 is beyond any limit that a test has.
    for _ in 0..100 {
        if function(high) < limit {
            break;
        }
        (low, high) = (high, high * 2.0);
    }
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if function(middle) < limit { high = middle } else { low = middle }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn centres_that_scatter_less_than_their_uncertainty_show_no_movement() {
        let centres: Vec<Option<(f64, f64)>> = (0..20).map(|t| Some((if t % 2 == 0 { 0.01 } else { -0.01 }, 0.05))).collect();
        let got = level_sd(&centres).unwrap();
        assert_eq!((got.sd, got.error), (0.0, None));
        assert!(got.upper > 0.0 && got.upper < 0.05, "{got:?}");
    }

    #[test]
    fn a_steady_climb_is_all_movement() {
        let centres: Vec<Option<(f64, f64)>> = (0..20).map(|t| Some((0.1 * f64::from(t), 0.001))).collect();
        let got = level_sd(&centres).unwrap();
        // Each change is 0.1, so that is the likeliest root of their mean square; its error is sd / sqrt(2 × 19).
        assert!((got.sd - 0.1).abs() < 1e-4 && (got.error.unwrap() - 0.1 / libm::sqrt(38.0)).abs() < 1e-3, "{got:?}");
        assert!(got.upper > got.sd);
    }

    #[test]
    fn too_few_centres_have_no_answer() {
        assert_eq!(level_sd(&[Some((0.0, 0.1)), None, Some((0.1, 0.1))]), None);
        assert_eq!(level_sd(&[Some((0.2, 0.1)); 5]), None);
    }
}
