//! How far could one seller, or one sale, have moved the prices? Searched through the whole pipeline of a period. (Method, section 8.)
//!
//! What a [`State::peek`] with changed sales would give is read off tables instead ([`super::tables`]): weights do not depend on
//! prices, a class in which nothing is changed keeps its estimate but for the level, and the rest is a few numbers a trial.

use super::ground::Ground;
use super::policy::Centre;
use super::state::{Evidence, State};
use rayon::prelude::*;
use std::collections::BTreeSet;

/// Periods of up to so many sales have each sale tried; more are told apart first, because each takes as long to try as a seller
/// does, and one of hundreds holds so small a share that it moves a centre little.
const EACH_SALE_TRIED: usize = 256;
/// Of more sales, those that could move the centre of the period the farthest.
const LEADING_IN_PERIOD: usize = 16;
/// And those that could move the centre of their class in its window the farthest, of each class.
const LEADING_IN_CLASS: usize = 4;

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
///
/// With more than 256 sales, those are tried that could move the centre of the period or of their class the farthest, to
/// first order: `sale` is then the largest of what was tried, and what was not tried moves the centres less.
#[must_use]
pub fn search(market: &Market<'_>) -> Influence {
    let ground = Ground::of(market);
    let numbers: BTreeSet<usize> = market.evidence.iter().map(|e| e.seller).collect();
    let numbers: Vec<usize> = numbers.into_iter().collect();
    let found: Vec<(SellerInfluence, Vec<f64>)> = numbers.par_iter().map(|seller| of_seller(&ground, *seller)).collect();
    let mut without_one: Vec<Option<(f64, f64)>> = vec![None; market.prices.len()];
    for (_, prices) in &found {
        for (range, price) in without_one.iter_mut().zip(prices) {
            *range = Some(range.map_or((*price, *price), |(low, high)| (low.min(*price), high.max(*price))));
        }
    }
    let sales = tried(&ground);
    let moves: Vec<f64> = sales.par_iter().map(|sale| largest(market, ground.with_sale_moved(*sale))).collect();
    Influence { sellers: found.into_iter().map(|(seller, _)| seller).collect(), sale: moves.into_iter().reduce(f64::max), without_one }
}

/// What a seller could do, and the prices without it.
fn of_seller(ground: &Ground<'_>, seller: usize) -> (SellerInfluence, Vec<f64>) {
    let (trials, prices) = ground.with_seller(seller);
    let influence = largest(ground.market, trials);
    let without = moves(&prices, ground.market.prices).reduce(|a, b| if b.abs() > a.abs() { b } else { a }).unwrap_or(0.0);
    (SellerInfluence { seller, influence, without }, prices)
}

/// The sales that are tried, by their place in the evidence.
fn tried(ground: &Ground<'_>) -> Vec<usize> {
    let all = 0..ground.market.evidence.len();
    if all.len() <= EACH_SALE_TRIED {
        return all.collect();
    }
    let shifts: Vec<(f64, f64)> = all.into_par_iter().map(|sale| ground.shifts(sale)).collect();
    let mut leading = BTreeSet::new();
    let mut take = |mut ranked: Vec<(f64, usize)>, n: usize| {
        // Equal shifts in the order of the sales.
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        leading.extend(ranked.into_iter().take(n).map(|(_, sale)| sale));
    };
    take(shifts.iter().enumerate().map(|(sale, (period, _))| (*period, sale)).collect(), LEADING_IN_PERIOD);
    for class in 0..ground.market.prices.len() {
        let of_class = shifts.iter().zip(ground.market.evidence).enumerate().filter(|(_, (_, e))| e.class == class);
        take(of_class.map(|(sale, ((_, shift), _))| (*shift, sale)).collect(), LEADING_IN_CLASS);
    }
    leading.into_iter().collect()
}

/// The largest |ln| move of a price in the trials.
fn largest(market: &Market<'_>, trials: Vec<Vec<f64>>) -> f64 {
    trials.iter().flat_map(|prices| moves(prices, market.prices)).map(f64::abs).fold(0.0, f64::max)
}

fn moves<'a>(prices: &'a [f64], base: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
    prices.iter().zip(base).map(|(price, base)| libm::log(price / base))
}
