//! How much weight lies below each value, with all sellers and with one left out? Tables from which a centre is read off.
//!
//! The weights after the cap depend on who sold how much, never on prices. So a table of sums along the order of values, made
//! once for each set of sellers, gives the centre for any prices of one seller: take its share out of the sums, and put it back
//! where it is tried. Values are kept relative to the centre of all, so that sums of squares lose no digits.

use super::centre::Point;
use super::policy::Centre;
use super::rank::{Ranked, at};
use super::uncertainty::{Estimate, Spread, Yardstick, effective};

/// Weight, and weighted sum of the values, and of their squares.
pub(super) type Sums = [f64; 3];

/// One set of sales that becomes one centre (a period's, or a class's in its window), with its tables.
pub(super) struct Tables {
    pub(super) ranked: Ranked,
    /// What the values are relative to.
    pub(super) origin: f64,
    /// The values in rising order, less the origin.
    pub(super) values: Vec<f64>,
    /// All sellers.
    pub(super) whole: Scheme<3>,
    /// Without one seller, by column.
    pub(super) left_out: Vec<Scheme<2>>,
    /// All points of a seller, by column.
    pub(super) own: Vec<Own>,
    /// Those of the period, by column; in a window older ones stand before them.
    pub(super) fresh: Vec<Own>,
    /// Between which values lie the shares that count.
    pub(super) counting: (f64, f64),
    pub(super) yardstick: Yardstick,
    pub(super) rules: Centre,
    pub(super) spread: Spread,
}

/// The weights of a set of sellers.
pub(super) struct Scheme<const N: usize> {
    /// What the weights of each column are multiplied by, so that all sum to 1.
    pub(super) factors: Vec<f64>,
    /// Entry `p` holds the sums over the first `p` values.
    pub(super) sums: Vec<[f64; N]>,
    /// The centre.
    pub(super) centre: f64,
}

/// Some points of one seller, weights before the cap.
#[derive(Clone, Debug)]
pub(super) struct Own {
    /// Where they stand in the order of values, rising.
    pub(super) positions: Vec<usize>,
    /// Entry `i` holds the sums over the first `i` of them.
    pub(super) sums: Vec<Sums>,
    /// Sum of their squared weights.
    pub(super) squared: f64,
}

impl Own {
    /// None.
    pub(super) fn none() -> Self {
        Self { positions: Vec::new(), sums: vec![[0.0; 3]], squared: 0.0 }
    }

    pub(super) fn push(&mut self, position: usize, weight: f64, value: f64) {
        self.positions.push(position);
        self.sums.push(add(self.all(), weight, value));
        self.squared += weight * weight;
    }

    /// The sums over all of them.
    pub(super) fn all(&self) -> Sums {
        self.sums.last().copied().unwrap_or_default()
    }

    /// The sums over those among the first `p` values.
    #[inline]
    pub(super) fn upto(&self, p: usize) -> Sums {
        upto(&self.sums, self.positions.partition_point(|at| *at < p))
    }
}

/// An entry of a table of sums.
#[inline]
pub(super) fn upto<const N: usize>(table: &[[f64; N]], p: usize) -> [f64; N] {
    table.get(p).copied().unwrap_or([0.0; N])
}

#[inline]
pub(super) fn add(sums: Sums, weight: f64, value: f64) -> Sums {
    let [mass, moment, second] = sums;
    let weighted = weight * value;
    [mass + weight, moment + weighted, second + weighted * value]
}

impl Tables {
    /// Of points of which the first `older` are of earlier periods. `None` where there is no estimate, whatever the values: too few
    /// sellers.
    pub(super) fn of(points: &[Point], older: usize, rules: &Centre, spread: &Spread) -> Option<Self> {
        let ranked = Ranked::of(points);
        let sellers = ranked.sellers.len();
        if points.is_empty() || sellers < usize::try_from(rules.min_sellers).unwrap_or(usize::MAX) {
            return None;
        }
        let (factors, sum) = ranked.scheme(None, rules.seller_cap);
        let origin = ranked.trimmed_mean(&factors, sum, rules.trim)?;
        let values: Vec<f64> = ranked.ranks.iter().map(|rank| rank.y - origin).collect();
        let whole: Scheme<3> = Scheme::of(&ranked, &values, None, rules);
        let left_out: Vec<Scheme<2>> = (0..sellers).map(|column| Scheme::of(&ranked, &values, Some(column), rules)).collect();
        let (mut own, mut fresh) = (vec![Own::none(); sellers], vec![Own::none(); sellers]);
        for (p, (rank, value)) in ranked.ranks.iter().zip(&values).enumerate() {
            for list in [&mut own, &mut fresh].into_iter().take(if rank.place >= older { 2 } else { 1 }) {
                if let Some(of_seller) = list.get_mut(rank.column) {
                    of_seller.push(p, rank.weight, *value);
                }
            }
        }
        let squared: Vec<f64> = own.iter().map(|own| own.squared).collect();
        let yardstick = Yardstick::of(sellers, effective_number(&ranked.totals, &squared, &whole.factors, spread.icc), rules, spread)?;
        let end = |share: f64| at(&values, first_reaching(0, values.len(), |p| whole.mass(p) >= share) - 1);
        let counting = (end(rules.trim), end(1.0 - rules.trim));
        Some(Self { origin, whole, left_out, own, fresh, counting, yardstick, rules: rules.clone(), spread: *spread, values, ranked })
    }

    /// The column of a seller.
    pub(super) fn column(&self, seller: usize) -> Option<usize> {
        self.ranked.sellers.binary_search(&seller).ok()
    }
}

impl<const N: usize> Scheme<N> {
    /// With one column left out, or all.
    fn of(ranked: &Ranked, values: &[f64], left_out: Option<usize>, rules: &Centre) -> Self {
        let (factors, sum) = ranked.scheme(left_out, rules.seller_cap);
        let factors: Vec<f64> = factors.iter().map(|factor| factor / sum).collect();
        let mut reached = [0.0; N];
        let mut sums = Vec::with_capacity(values.len() + 1);
        sums.push(reached);
        for (rank, value) in ranked.ranks.iter().zip(values) {
            let mut grows = rank.weight * at(&factors, rank.column);
            for sum in &mut reached {
                *sum += grows;
                grows *= value;
            }
            sums.push(reached);
        }
        let mut scheme = Self { factors, sums, centre: 0.0 };
        let below = |share: f64| {
            let last = first_reaching(0, values.len(), |p| scheme.mass(p) >= share);
            let [mass, moment] = scheme.sums2(last - 1);
            moment + at(values, last - 1) * (share - mass)
        };
        scheme.centre = (below(1.0 - rules.trim) - below(rules.trim)) / (1.0 - 2.0 * rules.trim);
        scheme
    }

    #[inline]
    pub(super) fn mass(&self, p: usize) -> f64 {
        self.sums.get(p).and_then(|sums| sums.first()).copied().unwrap_or_default()
    }

    /// Weight and weighted sum of the first `p` values.
    #[inline]
    pub(super) fn sums2(&self, p: usize) -> [f64; 2] {
        match self.sums.get(p).map(<[f64; N]>::as_slice) {
            Some([mass, moment, ..]) => [*mass, *moment],
            _ => [0.0; 2],
        }
    }
}

/// The smallest `p` above `low` that reaches, where all above one that does do; `high` where none before it does. At least 1.
#[inline]
pub(super) fn first_reaching(low: usize, high: usize, reaches: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (low, high.max(low + 1));
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if reaches(middle) { high = middle } else { low = middle }
    }
    high
}

/// From the sellers' totals, the sums of their squared weights, and their factors.
pub(super) fn effective_number(totals: &[f64], squared: &[f64], factors: &[f64], icc: f64) -> f64 {
    let deals: f64 = squared.iter().zip(factors).map(|(squared, factor)| factor * factor * squared).sum();
    let sellers: f64 = totals.iter().zip(factors).map(|(total, factor)| (total * factor) * (total * factor)).sum();
    effective(deals, sellers, icc)
}

impl Tables {
    /// The estimate of the points as they are.
    pub(super) fn base(&self) -> Estimate {
        let left_out: Vec<f64> = self.left_out.iter().map(|scheme| scheme.centre).collect();
        let all = super::attack::Others::all_of(self);
        self.yardstick.estimate(self.origin + self.whole.centre, &left_out, all.winsorised_variance(&[], &[]))
    }
}
