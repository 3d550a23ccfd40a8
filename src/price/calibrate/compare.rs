//! Would the proposed numbers have foretold prices better? Both policies over the same sales, one step ahead.

use super::super::anchors::Anchors;
use super::super::assess::assess;
use super::super::bands::{Period, PricedSale, ProductBands};
use super::super::normalise::count;
use super::super::policy::{PricePolicy, ProductPolicy};
use super::super::{Market, screen::Code};
use super::bisquare::median;
use serde::Serialize;
use std::collections::BTreeMap;

/// How well a policy foretold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Foresight {
    /// Sales that a price stood before.
    pub sales: u32,
    /// Median of `|ln sale price - ln price expected before its period|`; the expected price moves with the netback of the day.
    pub median_error: Option<f64>,
    /// Of the sales, how many fell within the band announced before.
    pub inside: u32,
    /// Moves of guide prices.
    pub moves: u32,
    /// Guide prices that could have moved.
    pub decisions: u32,
}

/// A product before and after the proposal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// Product id.
    pub product: String,
    /// First and last period that are compared.
    pub periods: Option<(String, String)>,
    /// Whether the numbers were estimated from other periods than these.
    pub held_out: bool,
    /// With the policy in force.
    pub before: Foresight,
    /// With the proposed numbers.
    pub after: Foresight,
}

/// Both policies over the periods of a product from the index `from` on.
#[must_use]
pub fn compare(id: &str, market: &Market, before: &PricePolicy, after: &PricePolicy, from: usize, held_out: bool) -> Option<Comparison> {
    let periods = market.periods.get(from..).and_then(|p| Some((p.first()?.id.clone(), p.last()?.id.clone())));
    let foresight = |price: &PricePolicy| Some(foresight(&bands(id, price, market)?, from));
    Some(Comparison { product: id.to_owned(), periods, held_out, before: foresight(before)?, after: foresight(after)? })
}

fn bands(id: &str, price: &PricePolicy, market: &Market) -> Option<ProductBands> {
    let mut product: ProductPolicy = price.product.get(id)?.clone();
    // The search of influence changes no price, and costs most of the time.
    product.trust.search_steps.clear();
    let sales = market.products.iter().find(|(product, _)| product == id).map(|(_, sales)| sales)?;
    Some(assess(id, price, &product, sales, &market.quotes, &market.periods, &Anchors::default()))
}

/// How well prices foretold the sales of the periods from an index on.
#[must_use]
pub fn foresight(bands: &ProductBands, from: usize) -> Foresight {
    let mut by_period: BTreeMap<&str, Vec<&PricedSale>> = BTreeMap::new();
    for sale in bands.sales.iter().filter(|s| s.code == Code::Ok.id()) {
        by_period.entry(&sale.period).or_default().push(sale);
    }
    let mut errors = Vec::new();
    let mut sum = Foresight::default();
    for (i, period) in bands.periods.iter().enumerate().skip(from) {
        let moved = period.classes.iter().filter(|c| c.act.starts_with("adjust") || c.act.starts_with("maxstep")).count();
        let held = period.classes.iter().filter(|c| c.act.starts_with("hold")).count();
        sum.moves += count(moved);
        sum.decisions += count(moved + held);
        sum.sales += period.foretold;
        sum.inside += period.inside;
        let earlier = i.checked_sub(1).and_then(|i| bands.periods.get(i)).filter(|_| period.foretold > 0);
        let own = by_period.get(period.period.as_str()).map(Vec::as_slice).unwrap_or_default();
        errors.extend(own.iter().filter_map(|sale| error(sale, earlier?)));
    }
    sum.median_error = (!errors.is_empty()).then(|| median(&errors));
    sum
}

/// `|ln price / netback - (level + deviation of its class)|` with what stood before.
fn error(sale: &PricedSale, before: &Period) -> Option<f64> {
    let class = before.classes.iter().find(|c| Some(&c.class) == sale.class.as_ref())?;
    let y = libm::log(fen(sale.dry_fen_per_t?) / fen(sale.netback_fen_per_t?));
    Some((y - (before.state?.level + class.deviation?)).abs())
}

fn fen(amount: i64) -> f64 {
    super::super::normalise::float(amount)
}
