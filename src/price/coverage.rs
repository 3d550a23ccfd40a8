//! Do the bands keep what they announce? Sales inside the band of the period before, over the last periods, and what chance allows.

use super::bands::Period;
use statrs::distribution::{Binomial, DiscreteCDF};

/// Sales of some periods.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Covered {
    /// Sales that a band had been announced for.
    pub foretold: u32,
    /// Of those, inside it.
    pub inside: u32,
}

/// The last `count` of the periods up to the one at `at`.
#[must_use]
pub fn last(periods: &[Period], at: usize, count: u32) -> &[Period] {
    let end = at.saturating_add(1).min(periods.len());
    periods.get(end.saturating_sub(usize::try_from(count).unwrap_or(usize::MAX))..end).unwrap_or_default()
}

/// For each period the sales of the last `count` periods up to it.
#[must_use]
pub fn running(periods: &[Period], count: u32) -> Vec<Covered> {
    (0..periods.len()).map(|at| over(last(periods, at, count))).collect()
}

/// All sales of some periods.
#[must_use]
pub fn over(periods: &[Period]) -> Covered {
    periods.iter().fold(Covered::default(), |sum, p| Covered {
        foretold: sum.foretold.saturating_add(p.foretold),
        inside: sum.inside.saturating_add(p.inside),
    })
}

/// Fewest and most of `foretold` sales that fall inside with at least nine chances of ten, if each does so with probability
/// `share`: the 5 % and 95 % quantiles of the binomial distribution. `None`: nothing was foretold, or `share` is no probability.
///
/// It takes sales as independent, which those of one seller are not: it is narrower than it should be, so that a count beyond it is
/// a reason to look, and nothing more.
#[must_use]
pub fn chance(foretold: u32, share: f64) -> Option<(u32, u32)> {
    if foretold == 0 {
        return None;
    }
    let counts = Binomial::new(share, u64::from(foretold)).ok()?;
    let quantile = |p: f64| u32::try_from(counts.inverse_cdf(p)).ok();
    Some((quantile(0.05)?, quantile(0.95)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_allows_what_r_s_qbinom_says() {
        // qbinom(c(.05, .95), n, .8) in R; the last by counting: P(X = 0) = 0.2, P(X = 1) = 0.8.
        for (n, low, high) in [(20, 13, 19), (50, 35, 44), (100, 73, 86), (1, 0, 1)] {
            assert_eq!(chance(n, 0.8), Some((low, high)), "{n}");
        }
        assert_eq!([chance(0, 0.8), chance(5, 1.2), chance(5, f64::NAN)], [None, None, None]);
    }

    #[test]
    fn a_running_count_gathers_the_last_periods_and_fewer_at_the_beginning() {
        let period = |foretold, inside| Period {
            period: String::new(),
            from: String::new(),
            to: String::new(),
            carbonate_fen_per_t: None,
            carbonate_age_days: None,
            n: 0,
            sellers: 0,
            buyers: 0,
            theta: None,
            state: None,
            band: 0.06,
            foretold,
            inside,
            excluded: Vec::new(),
            trust: crate::price::bands::Trust::default(),
            classes: Vec::new(),
        };
        let periods = [(0, 0), (5, 4), (10, 7), (2, 2)].map(|(foretold, inside)| period(foretold, inside));
        let counts: Vec<(u32, u32)> = running(&periods, 2).iter().map(|c| (c.foretold, c.inside)).collect();
        assert_eq!(counts, [(0, 0), (5, 4), (15, 11), (12, 9)]);
        assert_eq!(last(&periods, 9, 3).len(), 3, "beyond the end are the last ones");
        assert_eq!(running(&[], 12), []);
    }

    #[test]
    fn what_is_certain_leaves_nothing_to_chance() {
        assert_eq!([chance(7, 0.0), chance(7, 1.0)], [Some((0, 0)), Some((7, 7))]);
    }
}
