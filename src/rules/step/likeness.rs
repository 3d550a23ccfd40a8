//! How many weights of a weighbridge are alike by chance, and how many are round?
//!
//! Two weighings of one truck with the same tare have the same gross with a chance of d/(2σ√π): division d, standard deviation σ of
//! the truck's gross masses (two normal values falling into one cell). Loads crowd at the limit, so that the chance is never taken
//! to be smaller than the share of equal pairs among all gross masses of the weighbridge. What is alike already does not count into
//! either, or copies would excuse themselves. Sums of such chances are means of Poisson counts.

use statrs::distribution::{Binomial, DiscreteCDF, Poisson};
use std::collections::BTreeMap;

/// So many trips of its weighbridge's other trucks count beside a truck's own in its spread.
const POOLED_TRIPS: f64 = 4.0;

/// Share of a weighbridge's masses that are multiples of its division; the rest are slips of the hand.
const MULTIPLES: f64 = 0.98;

/// Divisions that scales have (OIML R 76: 1, 2 or 5 times a power of ten), kg, coarsest first.
const DIVISIONS_KG: [i64; 9] = [500, 200, 100, 50, 20, 10, 5, 2, 1];

/// What counts as a round mass, kg.
pub(super) const ROUND_KG: i64 = 100;

/// The trips of one plate at one weighbridge in one month, gross and tare known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct OfPlate {
    /// Trips.
    pub(super) trips: f64,
    /// Pairs of trips with the same tare.
    pub(super) pairs: f64,
    /// Sum and sum of squares of gross, kg and kg².
    pub(super) sum: f64,
    pub(super) squares: f64,
}

impl OfPlate {
    /// Takes out so many repetitions of one weighing, and the pairs that they make.
    pub(super) fn without(&mut self, gross_kg: f64, times: f64) {
        self.pairs = (self.pairs - times * (times + 1.0) / 2.0).max(0.0);
        self.trips -= times;
        self.sum -= gross_kg * times;
        self.squares -= gross_kg * gross_kg * times;
    }

    /// Sum of squares about the mean.
    fn about_mean(&self) -> f64 {
        if self.trips < 1.0 { 0.0 } else { (self.squares - self.sum * self.sum / self.trips).max(0.0) }
    }
}

/// How many trips of one plate are expected to be like another of that plate, by chance.
pub(super) fn expected_alike(plates: &[OfPlate], division_kg: f64, least_chance: f64) -> f64 {
    let freedom: f64 = plates.iter().map(|p| (p.trips - 1.0).max(0.0)).sum();
    let pooled = if freedom > 0.0 { plates.iter().map(OfPlate::about_mean).sum::<f64>() / freedom } else { 0.0 };
    let chance = |plate: &OfPlate| {
        let own = (plate.about_mean() + POOLED_TRIPS * pooled) / ((plate.trips - 1.0).max(0.0) + POOLED_TRIPS);
        collision(own.sqrt(), division_kg).max(least_chance)
    };
    plates.iter().map(|plate| plate.pairs * chance(plate)).sum()
}

/// The chance that two normal values with this standard deviation fall into one cell of this width.
fn collision(deviation_kg: f64, division_kg: f64) -> f64 {
    // A deviation below the division can't be seen.
    let deviation_kg = deviation_kg.max(division_kg / 12f64.sqrt());
    (division_kg / (2.0 * deviation_kg * core::f64::consts::PI.sqrt())).min(1.0)
}

/// Share of equal pairs among the masses of a histogram.
pub(super) fn equal_pairs(histogram: &BTreeMap<i64, i64>) -> f64 {
    let total: i64 = histogram.values().sum();
    let equal: i64 = histogram.values().map(|n| n * (n - 1)).sum();
    #[expect(clippy::cast_precision_loss, reason = "fewer tickets than 2^26")]
    if total > 1 { equal as f64 / (total * (total - 1)) as f64 } else { 0.0 }
}

/// The coarsest division, up to the greatest that policy believes, of which nearly all masses are multiples.
pub(super) fn division_kg(histogram: &BTreeMap<i64, i64>, most_kg: i64) -> i64 {
    let total: i64 = histogram.values().sum();
    let fits = |division: i64| {
        let multiples: i64 = histogram.iter().filter(|(kg, _)| *kg % division == 0).map(|(_, n)| n).sum();
        #[expect(clippy::cast_precision_loss, reason = "fewer tickets than 2^53")]
        let share = multiples as f64 / total.max(1) as f64;
        share >= MULTIPLES
    };
    DIVISIONS_KG.into_iter().filter(|d| *d <= most_kg).find(|d| fits(*d)).unwrap_or(1)
}

/// The smallest count that a Poisson variable of this mean exceeds with less than this chance; one likeness alone is never too many.
pub(super) fn most_alike(mean: f64, rate: f64) -> u64 {
    let Ok(law) = Poisson::new(mean) else { return 1 };
    least(|count| law.sf(count) < rate).max(1)
}

/// So many of `tickets` are round at most, by chance, on a scale with this division.
pub(super) fn most_round(tickets: u64, division_kg: i64, rate: f64) -> Option<u64> {
    // A scale that prints whole hundreds alone, or no hundreds, says nothing.
    if ROUND_KG % division_kg != 0 || division_kg >= ROUND_KG {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "a division")]
    let law = Binomial::new(division_kg as f64 / ROUND_KG as f64, tickets).ok()?;
    Some(least(|count| law.sf(count) < rate))
}

/// The smallest count for which a condition holds that goes on holding.
fn least(holds: impl Fn(u64) -> bool) -> u64 {
    let mut above = 1;
    while !holds(above) && above < 1 << 40 {
        above *= 2;
    }
    let (mut low, mut high) = (0, above);
    while low < high {
        let middle = u64::midpoint(low, high);
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tables of the Poisson distribution: P(X > 5 | 1) = 0.000 594, P(X > 4 | 1) = 0.003 660; of the binomial: with n = 20 and
    /// p = 0.2, P(X > 10) = 0.000 563 4, P(X > 9) = 0.002 595.
    #[test]
    fn limits_are_those_of_printed_tables() {
        assert_eq!(most_alike(1.0, 0.001), 5);
        assert_eq!(most_alike(1.0, 0.004), 4);
        assert_eq!(most_alike(0.0, 0.001), 1);
        assert_eq!(most_round(20, 20, 0.001), Some(10));
        assert_eq!(most_round(20, 20, 0.003), Some(9));
        assert_eq!(most_round(20, 100, 0.001), None);
    }

    #[test]
    fn the_division_is_the_coarsest_of_which_nearly_all_masses_are_multiples() {
        let of = |step: i64| (0..200).map(|i| (40_000 + i * step, 1)).collect::<BTreeMap<i64, i64>>();
        assert_eq!([1, 5, 10, 20, 50].map(|step| division_kg(&of(step), 50)), [1, 5, 10, 20, 50]);
        // Whole hundreds are rounded by hand where policy says that no scale is so coarse.
        assert_eq!(division_kg(&of(100), 50), 50);
        assert_eq!(division_kg(&of(100), 100), 100);
        let mut slips = of(20);
        slips.insert(40_010, 3);
        assert_eq!(division_kg(&slips, 50), 20);
    }

    /// Two values of a uniform distribution over k cells are equal with a chance of 1/k; a normal of the same deviation, k/√12 cells,
    /// gives √12/(2√π) / k = 0.977/k.
    #[test]
    fn the_chance_of_two_equal_weighings_is_that_of_two_normal_values() {
        let uniform = (200.0 * 20.0) / 12f64.sqrt();
        assert!((collision(uniform, 20.0) * 200.0 - 0.977).abs() < 0.001);
        assert!(collision(0.0, 20.0) < 1.0);
    }

    #[test]
    fn copies_do_not_excuse_themselves() {
        // 20 different weighings 20 kg apart, and 30 more copies of the first.
        let gross = |i: i32| 45_000.0 + 20.0 * f64::from(i);
        let mut plate = OfPlate { trips: 50.0, pairs: 1_225.0, ..OfPlate::default() };
        for i in (0..20).chain([0; 30]) {
            plate.sum += gross(i);
            plate.squares += gross(i) * gross(i);
        }
        let mut honest = plate;
        honest.without(gross(0), 30.0);
        assert_eq!((honest.trips, honest.pairs), (20.0, 1_225.0 - 465.0));
        assert!((honest.about_mean() - 400.0 * 665.0).abs() < 1e-3);
        assert!(expected_alike(&[honest], 20.0, 0.0) < expected_alike(&[plate], 20.0, 0.0) * 0.8);
    }
}
