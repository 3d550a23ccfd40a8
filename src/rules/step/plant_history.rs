//! By how much does a plant's recovery differ from month to month, and does it jump by more?
//!
//! On logarithms, with medians: months of hidden feed among the history don't move them as long as they are the fewer. The
//! noise is that of all plants of the kind together, or the plant's own where that is greater.

use super::plant_balance::{Measure, Verdict};
use super::plant_records::Mass;
use crate::rules::quantile;

/// Logarithm of a month's recovery with the standard deviation that the errors of its measurements give it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Recovery {
    log: f64,
    deviation: f64,
}

impl Recovery {
    /// A month without one.
    pub(super) const UNKNOWN: Self = Self { log: f64::NAN, deviation: f64::NAN };

    /// `None` where product or feed is not above zero.
    pub(super) fn of(product_kg: f64, product_variance: f64, feed_kg: f64, feed_variance: f64) -> Option<Self> {
        if product_kg <= 0.0 || feed_kg <= 0.0 {
            return None;
        }
        let relative = product_variance / (product_kg * product_kg) + feed_variance / (feed_kg * feed_kg);
        Some(Self { log: libm::log(product_kg / feed_kg), deviation: libm::sqrt(relative) })
    }
}

/// How much months of one plant differ, from all plants of a kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Noise {
    deviation: f64,
    freedom: f64,
}

/// Standard deviation of a normal distribution over its median absolute deviation, `1 / Φ⁻¹(3/4)`.
const MAD_TO_DEVIATION: f64 = 1.482_602_218_5;
/// Asymptotic efficiency of the median absolute deviation at the normal distribution (Huber, Robust Statistics, 1981): so many
/// degrees of freedom is a value worth.
const MAD_EFFICIENCY: f64 = 0.37;
/// Variance of a median over that of a mean, `π / 2`.
const MEDIAN_VARIANCE: f64 = core::f64::consts::FRAC_PI_2;

impl Noise {
    /// The median over plants of their months' deviation; plants with too short a history say nothing.
    pub(super) fn of(histories: &[Vec<Recovery>], min_history: usize) -> Self {
        let known: Vec<Vec<f64>> = histories.iter().map(|h| logs(h)).filter(|logs| logs.len() >= min_history).collect();
        let mut deviations: Vec<f64> = known.iter().filter_map(|logs| deviation(logs)).collect();
        let values: usize = known.iter().map(|logs| logs.len() - 1).sum();
        #[expect(clippy::cast_precision_loss, reason = "months of plants")]
        let freedom = MAD_EFFICIENCY * values as f64;
        Self { deviation: median(&mut deviations).unwrap_or(f64::INFINITY), freedom }
    }
}

fn logs(history: &[Recovery]) -> Vec<f64> {
    history.iter().map(|r| r.log).filter(|log| log.is_finite()).collect()
}

/// Standard deviation by the median absolute deviation, corrected for few values (Croux and Rousseeuw 1992).
fn deviation(values: &[f64]) -> Option<f64> {
    let centre = median(&mut values.to_vec())?;
    let mut away: Vec<f64> = values.iter().map(|v| (v - centre).abs()).collect();
    #[expect(clippy::cast_precision_loss, reason = "months")]
    let n = values.len() as f64;
    (n > 1.0).then(|| median(&mut away).map(|mad| MAD_TO_DEVIATION * mad * n / (n - 0.8)))?
}

fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = values.get(middle)?;
    if values.len() % 2 == 1 { Some(*upper) } else { values.get(middle - 1).map(|lower| (lower + upper) / 2.0) }
}

/// Whether the recovery of a stretch lies above that of the months before.
pub(super) fn jump(
    now: &[Recovery],
    before: &[Recovery],
    feed: Mass,
    product_kg: f64,
    noise: &Noise,
    rate: f64,
    min_history: usize,
) -> Option<Verdict> {
    let (tested, mut earlier) = (logs(now), logs(before));
    if tested.len() < now.len() || earlier.len() < min_history || feed.li2o_kg <= 0.0 {
        return None;
    }
    let own = deviation(&earlier).unwrap_or(0.0);
    let measured = now.iter().map(|r| r.deviation).fold(0.0, f64::max);
    #[expect(clippy::cast_precision_loss, reason = "months")]
    let (months, history) = (tested.len() as f64, earlier.len() as f64);
    let spread = noise.deviation.max(own).max(measured) * libm::sqrt(1.0 / months + MEDIAN_VARIANCE / history);
    let usual = libm::exp(median(&mut earlier)?);
    let limit = quantile::student(rate, noise.freedom) * spread;
    let rise = libm::log(product_kg / feed.li2o_kg) - libm::log(usual);
    let explained_kg = usual * feed.li2o_kg;
    let verdict = Verdict {
        measure: Measure::Declared,
        beyond: rise / limit,
        excess_kg: product_kg - explained_kg,
        deviation_kg: explained_kg * spread,
        product_kg,
        feed,
        recovery: usual,
        allowed_kg: explained_kg * libm::exp(limit),
    };
    (limit.is_finite() && limit > 0.0).then_some(verdict)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(recovery: f64) -> Recovery {
        Recovery::of(recovery * 100.0, 1.0, 100.0, 1.0).unwrap()
    }

    #[test]
    fn a_median_has_the_middle_of_its_values() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(&mut []), None);
        // Of 1, 2, 3, 4, 100: median 3, deviations 2 1 0 1 97, their median 1.
        assert!((deviation(&[1.0, 2.0, 3.0, 4.0, 100.0]).unwrap() - MAD_TO_DEVIATION * 5.0 / 4.2).abs() < 1e-12);
    }

    #[test]
    fn a_jump_is_found_and_the_same_months_without_a_history_are_not() {
        let steady: Vec<Recovery> = [0.64, 0.66, 0.65, 0.65, 0.63, 0.67, 0.65, 0.64].map(month).to_vec();
        let noise = Noise::of(&[steady.clone(), steady.clone(), steady.clone()], 6);
        let feed = Mass { li2o_kg: 100.0, ..Mass::default() };
        let found = |now: f64, before: &[Recovery]| jump(&[month(now)], before, feed, now * 100.0, &noise, 1e-5, 6);
        assert!(found(0.95, &steady).unwrap().beyond > 1.0);
        assert!(found(0.68, &steady).unwrap().beyond < 1.0);
        assert!(found(0.95, &steady[..5]).is_none());
        // One plant alone with three months says too little of noise.
        let short = Noise::of(&[steady[..3].to_vec()], 6);
        assert!(jump(&[month(0.95)], &steady, feed, 95.0, &short, 1e-5, 6).is_none_or(|v| v.beyond < 1.0));
    }
}
