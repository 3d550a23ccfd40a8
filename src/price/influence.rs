//! How far could one seller, or one sale, have moved the prices? Searched through the whole pipeline of a period. (Method, section 8.)

use super::policy::Centre;
use super::state::{Evidence, State};
use std::collections::BTreeSet;

/// A period as the search sees it.
#[derive(Clone, Copy, Debug)]
pub struct Market<'a> {
    /// The state before the period.
    pub before: &'a State,
    /// Its admitted sales, by (date, id).
    pub evidence: &'a [Evidence],
    /// How sales become one centre.
    pub centre: &'a Centre,
    /// Netbacks of the classes.
    pub netbacks: &'a [f64],
    /// The assessed prices of the period.
    pub prices: &'a [f64],
    /// The values of `y` that are tried; the ends of the corridor among them.
    pub grid: &'a [f64],
}

/// What one seller could do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SellerInfluence {
    /// Its number.
    pub seller: usize,
    /// Largest |ln| move of a price.
    pub influence: f64,
    /// Largest move of a price without its sales of the period, ln with its sign.
    pub without: f64,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Influence {
    /// The sellers of the period, by their number.
    pub sellers: Vec<SellerInfluence>,
    /// Largest |ln| move of a price by one sale; `None`: no sales.
    pub sale: Option<f64>,
    /// Lowest and highest price of each class with one seller left out; `None` without sales.
    pub without_one: Vec<Option<(f64, f64)>>,
}

impl Influence {
    /// The largest of the sellers'; `None`: no sales.
    #[must_use]
    pub fn largest(&self) -> Option<f64> {
        self.sellers.iter().map(|s| s.influence).reduce(f64::max)
    }
}

/// The values of `y` that a strategic seller could choose: the ends of the corridor and steps up and down.
#[must_use]
pub fn grid(corridor_low: f64, corridor_high: f64, steps: &[f64]) -> Vec<f64> {
    let ends = [libm::log(corridor_low), libm::log(corridor_high)];
    let mut grid: Vec<f64> = ends.into_iter().chain(steps.iter().flat_map(|s| [-s, *s])).collect();
    grid.sort_by(f64::total_cmp);
    grid
}

/// Searches: each seller at each value of the grid with all its sales of the period, each sale likewise, and each seller left out.
#[must_use]
pub fn search(market: &Market<'_>) -> Influence {
    let numbers: BTreeSet<usize> = market.evidence.iter().map(|e| e.seller).collect();
    let mut without_one: Vec<Option<(f64, f64)>> = vec![None; market.prices.len()];
    let mut sellers = Vec::with_capacity(numbers.len());
    for seller in numbers {
        let rest: Vec<Evidence> = market.evidence.iter().filter(|e| e.seller != seller).cloned().collect();
        let prices = market.before.peek(&rest, market.centre).prices(market.netbacks);
        for (range, price) in without_one.iter_mut().zip(&prices) {
            *range = Some(range.map_or((*price, *price), |(low, high)| (low.min(*price), high.max(*price))));
        }
        let without = moves(&prices, market.prices).reduce(|a, b| if b.abs() > a.abs() { b } else { a }).unwrap_or(0.0);
        sellers.push(SellerInfluence { seller, influence: worst(market, |_, e| e.seller == seller), without });
    }
    let sale = (0..market.evidence.len()).map(|i| worst(market, |at, _| at == i)).reduce(f64::max);
    Influence { sellers, sale, without_one }
}

/// The largest |ln| move of a price when the chosen sales stand at one value of the grid.
fn worst(market: &Market<'_>, chosen: impl Fn(usize, &Evidence) -> bool) -> f64 {
    let at = |y: f64| {
        let moved = market.evidence.iter().enumerate().map(|(i, e)| if chosen(i, e) { Evidence { y, ..e.clone() } } else { e.clone() });
        let prices = market.before.peek(&moved.collect::<Vec<_>>(), market.centre).prices(market.netbacks);
        moves(&prices, market.prices).map(f64::abs).fold(0.0, f64::max)
    };
    market.grid.iter().map(|y| at(*y)).fold(0.0, f64::max)
}

fn moves<'a>(prices: &'a [f64], base: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
    prices.iter().zip(base).map(|(price, base)| libm::log(price / base))
}
