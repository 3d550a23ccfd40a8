//! Did prices fall where they were announced to fall? Coverage of the band and of the interval of the assessed price.
//!
//! - The **band** is conformal around the level: of the next period's sales, `1 - alpha` should lie within its half-width of the
//!   assessed price moved with the netback of their grade and day (`around_assessed`); so is it built. As printed, around the
//!   guide price, it also has to bear what the mechanism held back and what carbonate did in between (`as_printed`); `moved` takes
//!   out the latter.
//! - The **interval** of the assessed price says where the level stood with 80 %. The next period's centre has besides the move of
//!   the level and its own error: with both added (`centre_forecast`) it should be covered in 80 % of the cases, without them
//!   (`centre`) in fewer, and single sales (`sales`) in fewer still.

use super::score::{Share, number};
use crate::price::bands::ClassPrice;
use crate::price::class_price::Z90;
use crate::price::course::{Sold, Step};
use crate::price::policy::ProductPolicy;
use serde::Serialize;
use std::collections::BTreeSet;

/// Coverage of what was announced at the end of a period, by what came in the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Coverage {
    /// Share that the band is made to cover: `1 - alpha` of policy.
    pub nominal: f64,
    /// Sales within lower and upper limit.
    pub as_printed: Share,
    /// Sales within the limits moved with the netback of their grade and day.
    pub moved: Share,
    /// Sales within the half-width of the assessed price, moved.
    pub around_assessed: Share,
    /// Mean half-width of the band; `None` without prices.
    pub half_width: Option<f64>,
    /// Centres of the next period within the 80 % interval of the assessed price, class by class that has sales.
    pub centre: Share,
    /// The same with the interval widened by the level's variance a period and the variance of the centre itself.
    pub centre_forecast: Share,
    /// Sales within the interval, moved.
    pub sales: Share,
    /// Mean half-width of the interval.
    pub interval_half_width: Option<f64>,
}

/// Counts coverage over the asked periods: prices of `stood`, sales and centres of `whole`.
pub(super) fn coverage(stood: &[Step], whole: &[Step], asked: &[bool], product: &ProductPolicy) -> Coverage {
    let mut found = Coverage { nominal: 1.0 - product.band.alpha, ..Coverage::default() };
    let a_period = product.state.level_sd_a_period * product.state.level_sd_a_period;
    let (mut widths, mut intervals) = (Vec::new(), Vec::new());
    for (period, (before, now)) in stood.iter().zip(whole.iter().skip(1)).enumerate() {
        if asked.get(period + 1) != Some(&true) {
            continue;
        }
        for sold in &now.intake.sold {
            found.count_sale(before, sold);
        }
        let traded: BTreeSet<usize> = now.intake.sold.iter().map(|s| s.class).collect();
        for class in traded {
            let Some(price) = before.stand.classes.get(class).filter(|p| p.guide_fen_per_t.is_some()) else { continue };
            widths.push(before.stand.band);
            intervals.extend(interval(price));
            if let (Some(own), Some(standing)) = (now.stand.after.own, level(before, class)) {
                let expected = own.theta + before.stand.after.deviations.get(class).map_or(0.0, |d| d.delta);
                if let Some(half) = interval(price) {
                    let off = (expected - standing).abs();
                    found.centre.count(off <= half);
                    let variance = half * half / (Z90 * Z90) + a_period + own.sd * own.sd;
                    found.centre_forecast.count(off <= Z90 * libm::sqrt(variance));
                }
            }
        }
    }
    Coverage { half_width: mean(&widths), interval_half_width: mean(&intervals), ..found }
}

impl Coverage {
    fn count_sale(&mut self, before: &Step, sold: &Sold) {
        let Some(price) = before.stand.classes.get(sold.class) else { return };
        let (Some(lower), Some(upper)) = (price.lower_fen_per_t, price.upper_fen_per_t) else { return };
        let (lower, upper) = (fen(lower), fen(upper));
        self.as_printed.count((lower..=upper).contains(&sold.price));
        let Some(netback) = before.intake.netbacks.as_ref().and_then(|n| n.get(sold.class)).copied() else { return };
        let moved = sold.price * netback / sold.netback;
        self.moved.count((lower..=upper).contains(&moved));
        if let Some(standing) = level(before, sold.class) {
            let residual = (libm::log(sold.price / sold.netback) - standing).abs();
            self.around_assessed.count(residual <= before.stand.band);
            if let Some(half) = interval(price) {
                self.sales.count(residual <= half);
            }
        }
    }
}

/// Where a class stands, as a ratio to its netback, logarithmic.
fn level(step: &Step, class: usize) -> Option<f64> {
    let assessed = step.stand.classes.get(class)?.assessed_exact_fen_per_t?;
    let netback = step.intake.netbacks.as_ref()?.get(class).copied()?;
    Some(libm::log(assessed / netback))
}

/// Half-width of the interval of the assessed price, logarithmic; `None` for a price by formula.
fn interval(price: &ClassPrice) -> Option<f64> {
    let (low, high) = (price.assessed_low_fen_per_t?, price.assessed_high_fen_per_t?);
    Some(0.5 * libm::log(fen(high) / fen(low)))
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / number(values.len()))
}

#[expect(clippy::cast_precision_loss, reason = "prices in fen are far below 2^53")]
fn fen(amount: i64) -> f64 {
    amount as f64
}
