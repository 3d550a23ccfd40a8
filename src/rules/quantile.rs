//! How far does chance alone go? Quantiles and tails for what steps test, at the rates that policy states.

use statrs::distribution::{Binomial, ContinuousCDF, DiscreteCDF, FisherSnedecor, Normal, StudentsT};

/// The standard normal quantile that is exceeded at this rate.
pub(super) fn normal(rate: f64) -> f64 {
    -Normal::standard().inverse_cdf(rate.clamp(f64::MIN_POSITIVE, 1.0))
}

/// The quantile of Student's t that is exceeded at this rate; infinite without a degree of freedom.
pub(super) fn student(rate: f64, freedom: f64) -> f64 {
    let quantile = StudentsT::new(0.0, 1.0, freedom).map(|t| -t.inverse_cdf(rate.clamp(f64::MIN_POSITIVE, 1.0)));
    quantile.unwrap_or(f64::INFINITY)
}

/// The square of the distance that a new observation of `p` numbers has from the mean of `n` others, by their covariance, and
/// that is exceeded at this rate: `p (n² - 1) / (n (n - p)) F(p, n - p)` (Hotelling's T² of a future observation). Infinite
/// where `n` is too small to say.
pub(super) fn distance_squared(rate: f64, p: u32, n: f64) -> f64 {
    let p = f64::from(p);
    let quantile = FisherSnedecor::new(p, n - p).map(|f| f.inverse_cdf(1.0 - rate.clamp(1e-12, 1.0)));
    quantile.map_or(f64::INFINITY, |f| p * (n * n - 1.0) / (n * (n - p)) * f)
}

/// The chance of `count` or more in `of` independent trials.
pub(super) fn at_least(count: u64, of: u64, chance: f64) -> f64 {
    if count == 0 {
        return 1.0;
    }
    Binomial::new(chance, of).map_or(1.0, |b| b.sf(count - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SciPy 1: norm.isf(1e-4), t.isf(1e-4, 10), f.isf(1e-4, 2, 30) = 12.71774696133457, binom.sf(4, 100, 0.01).
    #[test]
    fn quantiles_and_tails_are_those_of_the_tables() {
        let close = |found: f64, expected: f64| assert!((found / expected - 1.0).abs() < 1e-6, "{found} {expected}");
        close(normal(1e-4), 3.719_016_485_455_68);
        close(student(1e-4, 10.0), 5.693_820_101_457_5);
        close(distance_squared(1e-4, 2, 32.0), 2.0 * 1023.0 / 960.0 * 12.717_746_961_334_57);
        close(at_least(5, 100, 0.01), 0.003_432_321_587_754_5);
        assert!(student(1e-4, 0.0).is_infinite() && distance_squared(1e-4, 2, 2.0).is_infinite());
        assert!((at_least(0, 100, 0.01) - 1.0).abs() < f64::EPSILON);
    }

    /// With many observations the distance is chi-square's: 18.420 68 for two numbers at 1e-4 (−2 ln 1e-4).
    #[test]
    fn with_many_observations_a_distance_is_chi_squares() {
        assert!((distance_squared(1e-4, 2, 1e7) / (-2.0 * 1e-4_f64.ln()) - 1.0).abs() < 1e-4);
        assert!(distance_squared(1e-4, 2, 20.0) > 30.0);
    }
}
