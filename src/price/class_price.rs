//! What does one grade class cost in one period, and why did it move? From the assessed price through the mechanism to the band.

use super::anchors::InForce;
use super::assess::{BENCHMARK, FORMULA, NONE, PUBLISHED};
use super::band::{bounded, limits_of};
use super::bands::{ClassPrice, Why};
use super::ladder::Rung;
use super::level::Level;
use super::mechanism::{Guide, round_to_integer, step};
use super::policy::{AssessedBy, Class, ProductPolicy};
use super::state::Deviation;
use crate::records::decimal::divide_half_even;

/// The quantile of the normal distribution that leaves a tenth above it: a two-sided interval of 80 %.
pub(super) const Z90: f64 = 1.281_551_565_544_600_4;

/// An assessed price.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Assessed {
    /// As computed, fen/t.
    pub(super) exact: f64,
    /// Rounded, fen/t.
    pub(super) fen: i64,
}

/// What a period says of a class.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClassAt<'a> {
    pub(super) class: &'a Class,
    /// Netback, fen/t.
    pub(super) netback: Option<f64>,
    pub(super) assessed: Option<Assessed>,
    /// The state and the rung; `None`: a price by formula or from a benchmark.
    pub(super) market: Option<(Level, Deviation, Rung)>,
    /// Half-width of the band.
    pub(super) band: f64,
    /// What was published.
    pub(super) anchor: Option<Option<InForce>>,
}

/// What stood at the end of the period before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Before {
    netback: Option<f64>,
    level: f64,
    assessed: Assessed,
    guide: i64,
}

/// The price of a class, and what the next period has to know; nothing after a price that was suspended.
pub(super) fn class_price(at: &ClassAt<'_>, before: Option<Before>, product: &ProductPolicy) -> (ClassPrice, Option<Before>) {
    let rung = at.market.map(|(_, _, rung)| rung);
    let Some(assessed) = at.assessed else {
        return (no_price(at, rung), None);
    };
    if at.anchor == Some(None) {
        // A bulletin says that there is no price, whatever could be computed: the next one is a first one.
        return (ClassPrice { act: PUBLISHED.to_owned(), ..no_price(at, rung) }, None);
    }
    let mut guide = step(&bounded(product, at.class.grade_ppm), before.map(|b| b.guide), assessed.fen);
    let mut act = guide.says();
    let in_force = at.anchor.flatten();
    if let Some(published) = in_force.map(|p| p.guide).filter(|published| *published != guide.guide) {
        guide = Guide { guide: published, carry: guide.guide + guide.carry - published, ..guide };
        PUBLISHED.clone_into(&mut act);
    }
    // The limits in force are those of the bulletin, whatever the band is by what is known today.
    let (lower, upper) = in_force.map_or_else(|| limits_of(product, at.class.grade_ppm, guide.guide, at.band), |p| p.limits);
    let level = at.market.map_or(0.0, |(level, _, _)| level.m);
    // A price that no sale decides moves with the quotation alone.
    let stands = Before { netback: at.market.and(at.netback), level, assessed, guide: guide.guide };
    let by_rule = if product.assessed_by == AssessedBy::Benchmark { BENCHMARK } else { FORMULA };
    let interval = at.market.map(|(level, deviation, _)| Z90 * libm::sqrt(level.p + deviation.variance));
    let end = |sign: f64| interval.map(|h| round_to_integer(assessed.exact * libm::exp(sign * h)));
    let price = ClassPrice {
        class: at.class.id.clone(),
        netback_fen_per_t: at.netback.map(round_to_integer),
        deviation: at.market.map(|(_, deviation, _)| deviation.delta),
        assessed_fen_per_t: Some(assessed.fen),
        assessed_exact_fen_per_t: Some(assessed.exact),
        assessed_low_fen_per_t: end(-1.0),
        assessed_high_fen_per_t: end(1.0),
        without_one_low_fen_per_t: None,
        without_one_high_fen_per_t: None,
        guide_fen_per_t: Some(guide.guide),
        lower_fen_per_t: Some(lower),
        upper_fen_per_t: Some(upper),
        per_du_fen: per_du(guide.guide, at.class.grade_ppm),
        carry_fen_per_t: Some(guide.carry),
        act,
        basis: rung.map_or(by_rule, Rung::basis).to_owned(),
        ladder: rung.map_or("-", Rung::level).to_owned(),
        why: before.map(|before| why(&before, &stands)),
    };
    (price, Some(stands))
}

/// Splits the change of a guide price: the assessed price is moved by the netback, then by the level of the evidence, then to
/// where it stands (the deviation of the class); what remains is the mechanism's. Each stage is rounded to fen, so that the parts
/// sum to the change exactly.
fn why(before: &Before, now: &Before) -> Why {
    let by_netback = before.netback.zip(now.netback).map(|(was, is)| before.assessed.exact * (is / was));
    let netback_fen = by_netback.map_or(now.assessed.fen, round_to_integer);
    let level_fen = by_netback.map_or(now.assessed.fen, |fen| round_to_integer(fen * libm::exp(now.level - before.level)));
    let change = now.guide - before.guide;
    Why {
        from_fen_per_t: before.guide,
        to_fen_per_t: now.guide,
        carbonate_fen_per_t: netback_fen - before.assessed.fen,
        evidence_fen_per_t: level_fen - netback_fen,
        deviation_fen_per_t: now.assessed.fen - level_fen,
        mechanism_fen_per_t: change - (now.assessed.fen - before.assessed.fen),
    }
}

fn no_price(at: &ClassAt<'_>, rung: Option<Rung>) -> ClassPrice {
    ClassPrice {
        class: at.class.id.clone(),
        netback_fen_per_t: at.netback.map(round_to_integer),
        deviation: at.market.map(|(_, deviation, _)| deviation.delta),
        assessed_fen_per_t: None,
        assessed_exact_fen_per_t: None,
        assessed_low_fen_per_t: None,
        assessed_high_fen_per_t: None,
        without_one_low_fen_per_t: None,
        without_one_high_fen_per_t: None,
        guide_fen_per_t: None,
        lower_fen_per_t: None,
        upper_fen_per_t: None,
        per_du_fen: None,
        carry_fen_per_t: None,
        act: NONE.to_owned(),
        basis: NONE.to_owned(),
        ladder: rung.map_or("-", |_| Rung::Suspended.level()).to_owned(),
        why: None,
    }
}

/// Price per 1 % of Li2O (度), fen, rounded half to even.
pub(super) fn per_du(guide_fen: i64, grade_ppm: i32) -> Option<i64> {
    i64::try_from(divide_half_even(i128::from(guide_fen) * 10_000, i128::from(grade_ppm.max(1)), false)).ok()
}
