//! Where would the centre stand without what one seller sold in the period? Its older sales in the window of a class stay.

use super::attack::{Cuts, Others};
use super::centre::{Level, cap_level};
use super::rank::at;
use super::tables::{Own, Scheme, Tables, effective_number};
use super::uncertainty::{Estimate, Yardstick};

/// Factors that differ by a smaller share are the same.
const SAME_FACTOR: f64 = 1e-15;

/// The estimate without a column's sales of the period; `None` below the policy's least number of sellers.
pub(super) fn without(tables: &Tables, column: usize) -> Option<Estimate> {
    let absence = Absence::of(tables, column)?;
    let rules = &tables.rules;
    let sellers = absence.falling.len();
    if sellers < usize::try_from(rules.min_sellers).unwrap_or(usize::MAX) {
        return None;
    }
    let factors = absence.factors(None);
    let n_eff = effective_number(&absence.totals, &absence.squared, &factors, tables.spread.icc);
    let yardstick = Yardstick::of(sellers, n_eff, rules, &tables.spread)?;
    let left_out = |(i, scheme): (usize, &Scheme<2>)| {
        if i == column { scheme.centre } else { absence.with(scheme, &absence.factors(Some(i)), |others| centre(&others)) }
    };
    let present = tables.left_out.iter().enumerate().filter(|(i, _)| at(&absence.totals, *i) > 0.0);
    let left_out: Vec<f64> = present.map(left_out).collect();
    let (theta, variance) = absence.with(&tables.whole, &factors, |others| (centre(&others), others.winsorised_variance(&[], &[])));
    Some(yardstick.estimate(tables.origin + theta, &left_out, variance))
}

fn centre<const N: usize>(others: &Others<'_, N>) -> f64 {
    others.centre(&[], &[], &mut Cuts::new(0))
}

/// What is left of a set of sales.
struct Absence<'a> {
    tables: &'a Tables,
    column: usize,
    /// What is gone.
    taken: &'a Own,
    /// The sellers' weights before the cap, by column.
    totals: Vec<f64>,
    /// The sums of their squared weights.
    squared: Vec<f64>,
    /// The totals above zero with their columns, in falling order.
    falling: Vec<(f64, usize)>,
}

impl<'a> Absence<'a> {
    fn of(tables: &'a Tables, column: usize) -> Option<Self> {
        let (own, taken) = (tables.own.get(column)?, tables.fresh.get(column)?);
        let mut totals = tables.ranked.totals.clone();
        let mut squared: Vec<f64> = tables.own.iter().map(|own| own.squared).collect();
        // Exactly nothing where nothing is left.
        let left = |all: f64, gone: f64| if taken.positions.len() == own.positions.len() { 0.0 } else { all - gone };
        *totals.get_mut(column)? = left(own.all()[0], taken.all()[0]);
        *squared.get_mut(column)? = left(own.squared, taken.squared);
        let mut falling: Vec<(f64, usize)> = totals.iter().enumerate().map(|(column, total)| (*total, column)).collect();
        falling.retain(|(total, _)| *total > 0.0);
        falling.sort_by(|a, b| b.0.total_cmp(&a.0));
        Some(Self { tables, column, taken, totals, squared, falling })
    }

    /// Factors of the columns, with one left out, so that the weights sum to 1.
    fn factors(&self, left_out: Option<usize>) -> Vec<f64> {
        let others = || self.falling.iter().filter(|(_, column)| Some(*column) != left_out);
        let totals: Vec<f64> = others().map(|(total, _)| *total).collect();
        let level = cap_level(&totals, self.tables.rules.seller_cap);
        let sum: f64 = match level {
            Level::Equal => totals.iter().map(|_| 1.0).sum(),
            Level::Free => totals.iter().sum(),
            Level::Cut(at) => totals.iter().map(|total| total.min(at)).sum(),
        };
        let mut factors = vec![0.0; self.totals.len()];
        for (total, column) in others() {
            if let Some(factor) = factors.get_mut(*column) {
                *factor = level.factor(*total) / sum;
            }
        }
        factors
    }

    /// The scheme with these factors, from one of the same sellers: but for the few that are cut by the cap, all factors grow alike.
    fn with<const N: usize, R>(&self, scheme: &Scheme<N>, factors: &[f64], read: impl Fn(Others<'_, N>) -> R) -> R {
        let smallest = self.falling.iter().rev().map(|(_, column)| *column).find(|i| *i != self.column && at(factors, *i) > 0.0);
        let scale = smallest.map_or(0.0, |i| at(factors, i) / at(&scheme.factors, i));
        let mut corrections = Vec::new();
        let gone = at(&self.totals, self.column) <= 0.0;
        for (i, (factor, was)) in factors.iter().zip(&scheme.factors).enumerate() {
            let correction = factor - scale * was;
            if i == self.column && gone {
                continue;
            }
            if correction.abs() > SAME_FACTOR * (factor + scale * was) {
                corrections.extend(self.tables.own.get(i).map(|own| (correction, own)));
            }
        }
        // Where nothing is left of the column, what is taken is all that it has in the scheme.
        let factor = if gone { scale * at(&scheme.factors, self.column) } else { at(factors, self.column) };
        read(Others { tables: self.tables, scheme, scale, corrections: &corrections, factor, taken: self.taken })
    }
}
