//! Where would the centre stand if one seller had chosen other prices? Read off the tables, for all prices that are tried.
//!
//! What is moved (all sales of a seller in the period, or one sale) is taken out of the sums and put back at the price that is
//! tried: at one value in the window of a class, at one value a class among the sales of a period, because there the deviations
//! of the classes are taken out. Where a value lies beyond the trimmed shares, the estimate is the same wherever it lies.

use super::rank::at;
use super::tables::{Own, Scheme, Sums, Tables, first_reaching, upto};
use super::uncertainty::{Estimate, SAME_SHARE};

/// Where a part of what is moved is put.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The value, relative to the origin of the tables.
    pub(super) value: f64,
    /// How many of the values lie below it.
    pub(super) below: usize,
    /// Of what is taken away, the sums over those.
    pub(super) taken: Sums,
}

/// All that is not moved: a scheme of weights, scaled, with other factors for some sellers, less what is taken away.
#[derive(Clone, Copy)]
pub(super) struct Others<'a, const N: usize> {
    pub(super) tables: &'a Tables,
    pub(super) scheme: &'a Scheme<N>,
    pub(super) scale: f64,
    /// What is added to the scaled factors of some sellers.
    pub(super) corrections: &'a [(f64, &'a Own)],
    /// The factor of what is taken away.
    pub(super) factor: f64,
    pub(super) taken: &'a Own,
}

impl Tables {
    /// A value, relative to nothing, as a place.
    pub(super) fn place(&self, y: f64) -> Place {
        let value = y - self.origin;
        Place { value, below: self.values.partition_point(|v| *v < value), taken: [0.0; 3] }
    }

    /// The estimates with what is taken from a column put elsewhere: `masses` are its parts (weights before the cap), and each entry
    /// of `trials` says where they are put, in rising order; from one trial to the next the places rise.
    pub(super) fn moved(&self, column: usize, taken: &Own, masses: &[f64], trials: &[Vec<Place>]) -> Vec<Estimate> {
        let others: Vec<Others<'_, 2>> = self.left_out.iter().map(|scheme| Others::of(self, scheme, column, taken)).collect();
        let whole = Others::of(self, &self.whole, column, taken);
        let mut cuts: Vec<Cuts> = vec![Cuts::new(masses.len()); others.len()];
        let mut whole_cuts = Cuts::new(masses.len());
        let (mut lowest, mut highest) = whole.range(masses);
        for (_, others) in others.iter().enumerate().filter(|(i, _)| *i != column) {
            let (low, high) = others.range(masses);
            (lowest, highest) = (lowest.min(low), highest.max(high));
        }
        let mut left_out = vec![0.0; others.len()];
        let mut estimates: Vec<Estimate> = Vec::with_capacity(trials.len());
        let mut before: Option<Beyond> = None;
        for trial in trials {
            let beyond = Beyond::of(trial, lowest, highest);
            if let Some(same) = estimates.last().filter(|_| before == beyond && beyond.is_some()) {
                estimates.push(*same);
                continue;
            }
            before = beyond;
            let places: Vec<Place> = trial.iter().map(|place| Place { taken: taken.upto(place.below), ..*place }).collect();
            for (i, (slot, (others, cuts))) in left_out.iter_mut().zip(others.iter().zip(&mut cuts)).enumerate() {
                *slot = if i == column { others.scheme.centre } else { others.centre(masses, &places, cuts) };
            }
            let centre = self.origin + whole.centre(masses, &places, &mut whole_cuts);
            estimates.push(self.yardstick.estimate(centre, &left_out, whole.winsorised_variance(masses, &places)));
        }
        estimates
    }
}

/// On which side a trial lies beyond all trimmed shares with all its parts.
#[derive(Clone, Copy, PartialEq)]
enum Beyond {
    Below,
    Above,
}

impl Beyond {
    fn of(trial: &[Place], lowest: f64, highest: f64) -> Option<Self> {
        match (trial.first(), trial.last()) {
            (_, Some(last)) if last.value < lowest => Some(Self::Below),
            (Some(first), _) if first.value > highest => Some(Self::Above),
            _ => None,
        }
    }
}

/// The sums of the others up to a trimmed share, by how many parts of what is moved lie below; found when they are first asked for.
#[derive(Clone)]
pub(super) struct Cuts {
    low: Vec<Option<f64>>,
    high: Vec<Option<f64>>,
}

impl Cuts {
    pub(super) fn new(parts: usize) -> Self {
        Self { low: vec![None; parts + 1], high: vec![None; parts + 1] }
    }
}

static NOTHING: Own = Own { positions: Vec::new(), sums: Vec::new(), squared: 0.0 };

impl<'a> Others<'a, 3> {
    /// All as it is.
    pub(super) fn all_of(tables: &'a Tables) -> Self {
        Self { tables, scheme: &tables.whole, scale: 1.0, corrections: &[], factor: 0.0, taken: &NOTHING }
    }

    /// Variance of the values, those beyond the trimmed shares drawn in, with what is moved at its places.
    pub(super) fn winsorised_variance(&self, masses: &[f64], places: &[Place]) -> f64 {
        let trim = self.tables.rules.trim;
        let (low, high) = (self.quantile(trim, masses, places), self.quantile(1.0 - trim, masses, places));
        let values = &self.tables.values;
        let (from, to) = (values.partition_point(|v| *v < low), values.partition_point(|v| *v <= high));
        let ([below, m0, s0], [upto, m1, s1], [all, ..]) = (self.sums3(from), self.sums3(to), self.sums3(values.len()));
        let mut mean = below * low + (all - upto) * high + (m1 - m0);
        let mut second = below * low * low + (all - upto) * high * high + (s1 - s0);
        for (mass, place) in masses.iter().zip(places) {
            let value = place.value.max(low).min(high);
            mean += self.factor * mass * value;
            second += self.factor * mass * value * value;
        }
        second - mean * mean
    }

    fn sums3(&self, p: usize) -> Sums {
        let mut sums = upto(&self.scheme.sums, p).map(|sum| sum * self.scale);
        for (factor, own) in self.corrections.iter().copied().chain([(-self.factor, self.taken)]) {
            for (sum, of_own) in sums.iter_mut().zip(own.upto(p)) {
                *sum += factor * of_own;
            }
        }
        sums
    }
}

impl<'a, const N: usize> Others<'a, N> {
    fn of(tables: &'a Tables, scheme: &'a Scheme<N>, column: usize, taken: &'a Own) -> Self {
        Self { tables, scheme, scale: 1.0, corrections: &[], factor: at(&scheme.factors, column), taken }
    }

    /// The centre with what is moved at its places.
    pub(super) fn centre(&self, masses: &[f64], places: &[Place], cuts: &mut Cuts) -> f64 {
        let trim = self.tables.rules.trim;
        let below = self.integral(trim, masses, places, &mut cuts.low);
        let upto = self.integral(1.0 - trim, masses, places, &mut cuts.high);
        (upto - below) / (1.0 - 2.0 * trim)
    }

    #[inline]
    fn sums(&self, p: usize) -> [f64; 2] {
        let [mut mass, mut moment] = self.scheme.sums2(p).map(|sum| sum * self.scale);
        for (factor, own) in self.corrections.iter().copied().chain([(-self.factor, self.taken)]) {
            let [of_own, moment_of_own, _] = own.upto(p);
            mass += factor * of_own;
            moment += factor * moment_of_own;
        }
        [mass, moment]
    }

    /// The sum of the values of the lowest `share` of the weight, with what is moved at its places.
    fn integral(&self, share: f64, masses: &[f64], places: &[Place], cuts: &mut [Option<f64>]) -> f64 {
        let (mut mass, mut moment) = (0.0, 0.0);
        let mut parts = 0;
        for (part, place) in masses.iter().zip(places) {
            let [below, below_moment] = self.scheme.sums2(place.below);
            let below = below - self.factor * place.taken[0];
            if share <= below + mass {
                break;
            }
            let part = self.factor * part;
            if share <= below + mass + part {
                return below_moment - self.factor * place.taken[1] + moment + place.value * (share - mass - below);
            }
            mass += part;
            moment += place.value * part;
            parts += 1;
        }
        moment + self.cut(share - mass, cuts.get_mut(parts))
    }

    fn cut(&self, share: f64, known: Option<&mut Option<f64>>) -> f64 {
        let find = || if share <= 0.0 { 0.0 } else { self.integral_of_others(share, self.first_reaching(share)) };
        match known {
            Some(known) => *known.get_or_insert_with(find),
            None => find(),
        }
    }

    fn integral_of_others(&self, share: f64, last: usize) -> f64 {
        let [mass, moment] = self.sums(last - 1);
        moment + at(&self.tables.values, last - 1) * (share - mass)
    }

    /// Below which value all that is moved is trimmed away on the low side, and above which on the high side; infinite where it is
    /// too much for that.
    fn range(&self, masses: &[f64]) -> (f64, f64) {
        // The quantiles of the winsorised variance forgive a share: twice that is on the safe side.
        const SAFE: f64 = 2.0 * SAME_SHARE;
        let trim = self.tables.rules.trim;
        let moved = self.factor * masses.iter().sum::<f64>();
        let value = |share: f64| at(&self.tables.values, self.first_reaching(share) - 1);
        let all = self.sums(self.tables.values.len())[0];
        let lowest = if moved + SAFE >= trim { f64::NEG_INFINITY } else { value(trim - moved - SAFE) };
        let highest = if all <= 1.0 - trim + SAFE { f64::INFINITY } else { value(1.0 - trim + SAFE) };
        (lowest, highest)
    }

    /// The smallest number of values whose weight reaches `share`; all of them where none does.
    #[inline]
    fn first_reaching(&self, share: f64) -> usize {
        let n = self.tables.values.len();
        if !self.corrections.is_empty() {
            return first_reaching(0, n, |p| self.sums(p)[0] >= share);
        }
        // Between two points that are taken away the sums are those of the scheme less a constant.
        let positions = &self.taken.positions;
        let taken = |i: usize| self.factor * upto(&self.taken.sums, i)[0];
        let (mut low, mut high) = (0, positions.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let p = positions.get(middle).copied().unwrap_or(n);
            if self.scale * self.scheme.mass(p) - taken(middle) >= share { high = middle } else { low = middle + 1 }
        }
        let from = low.checked_sub(1).and_then(|i| positions.get(i)).copied().unwrap_or(0);
        let to = positions.get(low).copied().unwrap_or(n);
        let share = share + taken(low);
        first_reaching(from, to, |p| self.scale * self.scheme.mass(p) >= share)
    }

    /// The weighted quantile ([`super::uncertainty::weighted_quantile`]) with what is moved at its places.
    fn quantile(&self, share: f64, masses: &[f64], places: &[Place]) -> f64 {
        let target = share - SAME_SHARE;
        let mut mass = 0.0;
        let mut parts = masses.iter().zip(places).peekable();
        while let Some((part, place)) = parts.next() {
            let [below, _] = self.sums(place.below);
            if target <= below + mass {
                return self.quantile_of_others(share, mass, Some(place.value));
            }
            mass += self.factor * part;
            if target <= below + mass {
                let next = parts.peek().map(|(_, next)| next.value);
                return if (below + mass - share).abs() < SAME_SHARE { self.halfway(place.value, place.below, next) } else { place.value };
            }
        }
        self.quantile_of_others(share, mass, None)
    }

    /// The same where it is one of the others', with `mass` of what is moved below and `next` the place of the next part.
    fn quantile_of_others(&self, share: f64, mass: f64, next: Option<f64>) -> f64 {
        let last = self.first_reaching(share - SAME_SHARE - mass);
        let value = at(&self.tables.values, last - 1);
        let reached = self.sums(last)[0] + mass;
        if (reached - share).abs() < SAME_SHARE { self.halfway(value, last, next) } else { value }
    }

    /// Halfway between a value and the next one, which is that of the first of the others from `p` on, or that of the next part.
    fn halfway(&self, value: f64, p: usize, next: Option<f64>) -> f64 {
        let values = &self.tables.values;
        let gone = |p: &usize| self.taken.positions.binary_search(p).is_ok() || self.is_left_out(*p);
        let other = (p..values.len()).find(|p| !gone(p)).map(|p| at(values, p));
        let above = match (other, next) {
            (Some(other), Some(next)) => Some(f64::min(other, next)),
            (other, next) => other.or(next),
        };
        above.map_or(value, |above| 0.5 * (value + above))
    }

    /// Whether a value has no weight in the scheme because its seller is left out.
    fn is_left_out(&self, p: usize) -> bool {
        self.tables.ranked.ranks.get(p).is_some_and(|rank| at(&self.scheme.factors, rank.column) <= 0.0)
    }
}
