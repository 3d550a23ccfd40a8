//! What would the prices of a period be with other evidence? The tables of the period and of each class's window, put together.

use super::absence::without;
use super::attack::Place;
use super::influence::Market;
use super::rank::at;
use super::tables::{Own, Tables};
use super::uncertainty::Estimate;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// A period with its tables.
pub(super) struct Ground<'a> {
    pub(super) market: &'a Market<'a>,
    /// The sales of the period, class deviations taken out; `None`: too few sellers.
    period: Option<Set>,
    /// The windows of the classes; `None`: too few sellers.
    classes: Vec<Option<Set>>,
    /// The estimates of the classes at level 0 as the evidence is.
    estimates: Vec<Option<Estimate>>,
    /// Classes that have sales in the period, the one with the largest deviation first: at one price their values then rise.
    rising: Vec<usize>,
    /// What each seller sold of each class in the period, weight before the cap.
    masses: BTreeMap<(usize, usize), f64>,
}

/// One set of sales.
struct Set {
    tables: Tables,
    /// Its sales of the period by their place in the evidence; older ones stand before them.
    sales: Vec<usize>,
    older: usize,
    /// Place in the order of values by place in the order given.
    position: Vec<usize>,
    /// Where a sale of a class stands that is moved to a price of the grid, by price; by class in the order `rising`.
    trials: Vec<Vec<Place>>,
}

impl Set {
    fn of(tables: Tables, sales: Vec<usize>, trials: impl Iterator<Item = Vec<f64>>) -> Self {
        let mut position = vec![0; tables.ranked.ranks.len()];
        for (p, rank) in tables.ranked.ranks.iter().enumerate() {
            if let Some(slot) = position.get_mut(rank.place) {
                *slot = p;
            }
        }
        let trials = trials.map(|ys| ys.into_iter().map(|y| tables.place(y)).collect()).collect();
        let older = tables.ranked.given.len() - sales.len();
        Self { tables, sales, older, position, trials }
    }

    /// A sale of the period, by its place in the evidence: its column, position, and weight before the cap.
    fn sale(&self, sale: usize) -> Option<(usize, usize, f64)> {
        let place = self.older + self.sales.binary_search(&sale).ok()?;
        let (weight, column) = *self.tables.ranked.given.get(place)?;
        Some((column, *self.position.get(place)?, weight))
    }

    /// The estimates with one sale at the places of the trials.
    fn with_sale_moved(&self, sale: usize, trials: &[Vec<Place>]) -> Option<Vec<Estimate>> {
        let (column, position, weight) = self.sale(sale)?;
        let mut one = Own::none();
        one.push(position, weight, at(&self.tables.values, position));
        Some(self.tables.moved(column, &one, &[weight], trials))
    }

    /// How far a sale would move the centre from where it is to beyond the trimmed share on the farther side, to first order: weight
    /// times the way within the shares that count.
    fn shift(&self, sale: usize) -> f64 {
        let Some((column, position, weight)) = self.sale(sale) else { return 0.0 };
        let (low, high) = self.tables.counting;
        let value = at(&self.tables.values, position).max(low).min(high);
        weight * at(&self.tables.whole.factors, column) * (high - value).max(value - low)
    }
}

impl<'a> Ground<'a> {
    pub(super) fn of(market: &'a Market<'a>) -> Self {
        let Market { before, evidence, centre, grid, .. } = *market;
        let spread = &before.rules().spread;
        let mut rising: Vec<usize> = evidence.iter().map(|e| e.class).collect::<BTreeSet<_>>().into_iter().collect();
        rising.sort_by(|a, b| before.deviation(*b).total_cmp(&before.deviation(*a)));
        let set = |class: Option<usize>| {
            let points = class.map_or_else(|| before.points(evidence), |class| before.class_points(class, 0.0, evidence));
            let sales = evidence.iter().enumerate().filter(|(_, e)| class.is_none_or(|class| e.class == class));
            let sales: Vec<usize> = sales.map(|(sale, _)| sale).collect();
            let tables = Tables::of(&points, points.len() - sales.len(), centre, spread)?;
            let at = |y: f64| match class {
                None => rising.iter().map(|class| y - before.deviation(*class)).collect(),
                Some(_) => vec![y],
            };
            Some(Set::of(tables, sales, grid.iter().map(|y| at(*y))))
        };
        let sets: Vec<Option<usize>> = std::iter::once(None).chain((0..market.prices.len()).map(Some)).collect();
        let mut sets = sets.into_par_iter().map(set).collect::<Vec<_>>().into_iter();
        let period = sets.next().flatten();
        let classes: Vec<Option<Set>> = sets.collect();
        let estimates = classes.iter().map(|set| set.as_ref().map(|set| set.tables.base())).collect();
        let mut masses = BTreeMap::new();
        for e in evidence {
            *masses.entry((e.seller, e.class)).or_default() += e.weight;
        }
        Self { market, period, classes, estimates, rising, masses }
    }

    /// The prices with all sales of a seller at the prices of the grid, and the prices without them.
    pub(super) fn with_seller(&self, seller: usize) -> (Vec<Vec<f64>>, Vec<f64>) {
        let masses: Vec<(usize, f64)> = self.rising.iter().enumerate().map(|(i, class)| (i, self.mass(seller, *class))).collect();
        let (present, masses): (Vec<usize>, Vec<f64>) = masses.into_iter().filter(|(_, mass)| *mass > 0.0).unzip();
        let (mut level, mut level_without) = (None, None);
        if let Some((tables, column, fresh)) = self.period.as_ref().and_then(|set| of_seller(&set.tables, seller)) {
            let chosen = |places: &Vec<Place>| present.iter().filter_map(|i| places.get(*i)).copied().collect();
            let trials: Vec<Vec<Place>> = self.period.iter().flat_map(|set| &set.trials).map(chosen).collect();
            level = Some(tables.moved(column, fresh, &masses, &trials));
            level_without = without(tables, column);
        }
        let mut classes = Vec::with_capacity(present.len());
        let mut estimates = self.estimates.clone();
        for (class, mass) in present.iter().filter_map(|i| self.rising.get(*i)).zip(&masses) {
            let Some(set) = self.set(*class) else { continue };
            let Some((tables, column, fresh)) = of_seller(&set.tables, seller) else { continue };
            classes.push((*class, tables.moved(column, fresh, &[*mass], &set.trials)));
            if let Some(estimate) = estimates.get_mut(*class) {
                *estimate = without(tables, column);
            }
        }
        (self.trials(level.as_deref(), &classes), self.prices(level_without, &estimates))
    }

    /// The prices with one sale, by its place in the evidence, at the prices of the grid.
    pub(super) fn with_sale_moved(&self, sale: usize) -> Vec<Vec<f64>> {
        let Some(class) = self.market.evidence.get(sale).map(|e| e.class) else { return Vec::new() };
        let i = self.rising.iter().position(|of| *of == class).unwrap_or_default();
        let level = self.period.as_ref().and_then(|set| {
            let trials: Vec<Vec<Place>> = set.trials.iter().map(|places| places.get(i).copied().into_iter().collect()).collect();
            set.with_sale_moved(sale, &trials)
        });
        let of_class = self.set(class).and_then(|set| set.with_sale_moved(sale, &set.trials));
        let of_class: Vec<(usize, Vec<Estimate>)> = of_class.map(|moved| (class, moved)).into_iter().collect();
        self.trials(level.as_deref(), &of_class)
    }

    /// How far a sale could move the centre of the period and that of its class, to first order.
    pub(super) fn shifts(&self, sale: usize) -> (f64, f64) {
        let class = self.market.evidence.get(sale).and_then(|e| self.set(e.class));
        (self.period.as_ref().map_or(0.0, |set| set.shift(sale)), class.map_or(0.0, |set| set.shift(sale)))
    }

    fn set(&self, class: usize) -> Option<&Set> {
        self.classes.get(class)?.as_ref()
    }

    /// What a seller sold of a class in the period, weight before the cap.
    fn mass(&self, seller: usize, class: usize) -> f64 {
        self.masses.get(&(seller, class)).copied().unwrap_or_default()
    }

    /// The different prices along the grid, from the estimates of the level and of the classes in which something is moved.
    fn trials(&self, level: Option<&[Estimate]>, classes: &[(usize, Vec<Estimate>)]) -> Vec<Vec<f64>> {
        let mut estimates = self.estimates.clone();
        let mut known: Option<(Option<Estimate>, Vec<Option<Estimate>>)> = None;
        let mut trials = Vec::with_capacity(self.market.grid.len());
        for i in 0..self.market.grid.len() {
            for (class, moved) in classes {
                if let Some(estimate) = estimates.get_mut(*class) {
                    *estimate = moved.get(i).copied();
                }
            }
            let level = level.and_then(|level| level.get(i)).copied();
            // Beyond the trimmed shares a trial is like the one before.
            if known.as_ref().is_none_or(|(l, e)| *l != level || *e != estimates) {
                trials.push(self.prices(level, &estimates));
                known = Some((level, estimates.clone()));
            }
        }
        trials
    }

    /// The prices from the estimate of the level and those of the classes at level 0: a level moves all classes alike.
    fn prices(&self, level: Option<Estimate>, classes: &[Option<Estimate>]) -> Vec<f64> {
        let over = |class: usize, level: f64| classes.get(class).copied().flatten().map(|e| Estimate { theta: e.theta - level, ..e });
        self.market.before.after(level, over).prices(self.market.netbacks)
    }
}

/// A seller's column in a set, and its sales of the period.
fn of_seller(tables: &Tables, seller: usize) -> Option<(&Tables, usize, &Own)> {
    let column = tables.column(seller)?;
    Some((tables, column, tables.fresh.get(column)?))
}
