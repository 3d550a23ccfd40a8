//! Which quantile has Student's t? With `libm` alone, so that platforms agree.

use super::root;

/// The value that Student's t with `freedom` degrees (not necessarily whole) exceeds with probability `tail`.
///
/// Newton's method on the regularised incomplete beta function, `P(T > t) = I_x(freedom / 2, 1 / 2) / 2` with
/// `x = freedom / (freedom + t²)` (Abramowitz & Stegun 26.7.1), convex because the density falls. `None` unless
/// `0 < tail < 0.5` and `freedom > 0`. Good to eleven digits up to thousands of degrees, more than a period has deals.
#[must_use]
pub fn upper_quantile(tail: f64, freedom: f64) -> Option<f64> {
    if !(tail > 0.0 && tail < 0.5 && freedom > 0.0 && freedom.is_finite()) {
        return None;
    }
    let exceeds = |t: f64| 0.5 * incomplete_beta(freedom / (freedom + t * t), freedom / 2.0, 0.5);
    let at_zero = libm::exp(libm::lgamma((freedom + 1.0) / 2.0) - libm::lgamma(freedom / 2.0)) / libm::sqrt(freedom * std::f64::consts::PI);
    let density = |t: f64| at_zero * libm::exp(-(freedom + 1.0) / 2.0 * libm::log1p(t * t / freedom));
    root::of_convex_falling(|t| (exceeds(t) - tail, density(t)))
}

/// The regularised incomplete beta function `I_x(a, b)`, from the side where its continued fraction converges fast.
fn incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    let front = libm::exp(libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b) + a * libm::log(x) + b * libm::log1p(-x));
    if x < (a + 1.0) / (a + b + 2.0) { front * fraction(x, a, b) / a } else { 1.0 - front * fraction(1.0 - x, b, a) / b }
}

/// The continued fraction of the incomplete beta function (Abramowitz & Stegun 26.5.8) by Lentz's method.
fn fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away_from_zero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let (mut c, mut value) = (1.0, d);
    for m in 1..500 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for term in [even, odd] {
            d = 1.0 / away_from_zero(1.0 + term * d);
            c = away_from_zero(1.0 + term / c);
            change = c * d;
            value *= change;
        }
        if (change - 1.0).abs() < 1e-16 {
            break;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quantiles_of_the_printed_tables() {
        // One degree is the Cauchy distribution, tan(0.4 π); two degrees have a closed form; the others are scipy's.
        let cases = [
            (1.0, libm::tan(0.4 * std::f64::consts::PI)),
            (2.0, 0.8 * libm::sqrt(2.0 / (4.0 * 0.9 * 0.1))),
            (3.7, 1.557_565_838_861_507_2),
            (10.0, 1.372_183_641_110_336),
            (120.0, 1.288_646_233_656_378),
            (5000.0, 1.281_720_905_335_718_4),
        ];
        for (freedom, expected) in cases {
            let got = upper_quantile(0.1, freedom).unwrap();
            assert!((got - expected).abs() < 1e-11, "{freedom}: {got} instead of {expected}");
        }
        assert!((upper_quantile(0.025, 5.0).unwrap() - 2.570_581_835_636_314).abs() < 1e-12);
    }

    #[test]
    fn what_has_no_quantile_has_none() {
        for (tail, freedom) in [(0.5, 3.0), (0.0, 3.0), (0.1, 0.0), (0.1, f64::NAN)] {
            assert_eq!(upper_quantile(tail, freedom), None);
        }
    }
}
