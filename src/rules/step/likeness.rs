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

/// Tests a weighbridge and month: alike within plates, alike between plates, round gross, round gross where the tare is round.
const TESTS: f64 = 4.0;

/// Tares within a tonne of each other are those of like trucks, whose gross masses are alike.
const LIKE_TARES_KG: i32 = 1_000;

/// One ticket; sorted by plate, tare and gross.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Weighing {
    /// A number of the plate.
    pub(super) plate: u32,
    pub(super) tare_kg: i32,
    pub(super) gross_kg: i32,
}

/// A weighbridge in a month.
#[derive(Clone, Debug, Default)]
pub(super) struct Bridge {
    /// Tickets with gross and tare.
    pub(super) tickets: u64,
    /// Gross masses without repetitions, kg → tickets.
    pub(super) gross: BTreeMap<i64, i64>,
    /// Tickets that repeat an earlier one of the same plate.
    repeated: u64,
    plates: Vec<OfPlate>,
    /// Tickets that repeat an earlier one of any plate, and how many would by chance.
    between: Option<(u64, f64)>,
    /// Tickets whose gross is round; whose tare is; and those of the latter whose gross is, too.
    round: u64,
    round_tare: u64,
    round_both: u64,
}

/// The weighings of one plate, each once.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct OfPlate {
    weighings: f64,
    /// Pairs of trips with the same tare that are not alike.
    pairs: f64,
    /// Sum and sum of squares of gross, kg and kg².
    sum: f64,
    squares: f64,
}

/// A count and what chance gives at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) seen: u64,
    pub(super) most: u64,
}

impl Count {
    pub(super) const fn beyond(self) -> bool {
        self.seen > self.most
    }

    /// How far beyond, in parts of what is allowed.
    const fn excess(self) -> u64 {
        self.seen * 1_000 / (self.most + 1)
    }
}

/// What a weighbridge and month is found to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Judged {
    pub(super) alike: Count,
    /// Whether that counts all plates together.
    pub(super) between: bool,
    pub(super) round: Count,
    pub(super) both: Count,
}

impl Judged {
    pub(super) const fn beyond(&self) -> bool {
        self.alike.beyond() || self.round.beyond() || self.both.beyond()
    }
}

impl Bridge {
    /// Of the weighings of a month, sorted; likeness between plates if they are no more than so many.
    pub(super) fn of(weighings: &[Weighing], most_tickets: u64) -> Self {
        let round = |kg: i32| i64::from(kg) % ROUND_KG == 0;
        let count = |which: &dyn Fn(&Weighing) -> bool| weighings.iter().filter(|w| which(w)).count() as u64;
        let tickets = weighings.len() as u64;
        let mut bridge = Self {
            tickets,
            between: (tickets <= most_tickets).then(|| between_plates(weighings)),
            round: count(&|w| round(w.gross_kg)),
            round_tare: count(&|w| round(w.tare_kg)),
            round_both: count(&|w| round(w.tare_kg) && round(w.gross_kg)),
            ..Self::default()
        };
        let mut gross = Vec::with_capacity(weighings.len());
        for of_plate in weighings.chunk_by(|a, b| a.plate == b.plate) {
            let mut plate = OfPlate::default();
            for of_tare in of_plate.chunk_by(|a, b| a.tare_kg == b.tare_kg) {
                plate.pairs += pairs(of_tare.len());
                for alike in of_tare.chunk_by(|a, b| a.gross_kg == b.gross_kg) {
                    // What is alike already is none of the pairs that chance may make alike.
                    plate.pairs -= pairs(alike.len());
                    bridge.repeated += alike.len() as u64 - 1;
                    gross.extend(alike.first().map(|w| w.gross_kg));
                    plate.add(alike.first().map_or(0.0, |w| f64::from(w.gross_kg)));
                }
            }
            bridge.plates.push(plate);
        }
        for kg in gross {
            *bridge.gross.entry(i64::from(kg)).or_default() += 1;
        }
        bridge
    }

    /// Held against chance, on a scale with this division; the rate is that of all tests together.
    pub(super) fn judge(&self, division: i64, rate: f64) -> Judged {
        let rate = rate / TESTS;
        #[expect(clippy::cast_precision_loss, reason = "a division")]
        let expected = expected_alike(&self.plates, division as f64, equal_pairs(&self.gross));
        let within = Count { seen: self.repeated, most: most_alike(expected, rate) };
        // Likeness of all plates holds that of single ones: as much at least is by chance.
        let among = self.between.map(|(seen, by_chance)| Count { seen, most: most_alike(by_chance.max(expected), rate) });
        let by_all = among.filter(|a| a.beyond() && (!within.beyond() || a.excess() >= within.excess()));
        // A scale that is too coarse to tell has no limit: nothing is beyond what was seen.
        let round = |tickets: u64, seen: u64| Count { seen, most: most_round(tickets, division, rate).unwrap_or(seen) };
        Judged {
            alike: by_all.unwrap_or(within),
            between: by_all.is_some(),
            round: round(self.tickets, self.round),
            both: round(self.round_tare, self.round_both),
        }
    }
}

/// How many tickets repeat an earlier one of any plate, and how many would by chance: pairs of one tare that are not alike, times the
/// share of equal gross masses among trucks of about that tare.
fn between_plates(weighings: &[Weighing]) -> (u64, f64) {
    let mut masses: Vec<(i32, i32)> = weighings.iter().map(|w| (w.tare_kg, w.gross_kg)).collect();
    masses.sort_unstable();
    let (mut seen, mut expected) = (0, 0.0);
    for class in masses.chunk_by(|a, b| a.0 / LIKE_TARES_KG == b.0 / LIKE_TARES_KG) {
        let (mut same_tare, mut gross) = (0.0, BTreeMap::new());
        for of_tare in class.chunk_by(|a, b| a.0 == b.0) {
            same_tare += pairs(of_tare.len());
            for alike in of_tare.chunk_by(|a, b| a == b) {
                same_tare -= pairs(alike.len());
                seen += alike.len() as u64 - 1;
                *gross.entry(alike.first().map_or(0, |m| i64::from(m.1))).or_default() += 1;
            }
        }
        expected += same_tare * equal_pairs(&gross);
    }
    (seen, expected)
}

fn pairs(count: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "tickets of a month")]
    let count = count as f64;
    count * (count - 1.0) / 2.0
}

impl OfPlate {
    fn add(&mut self, gross_kg: f64) {
        self.weighings += 1.0;
        self.sum += gross_kg;
        self.squares += gross_kg * gross_kg;
    }

    /// Sum of squares about the mean.
    fn about_mean(&self) -> f64 {
        if self.weighings < 1.0 { 0.0 } else { (self.squares - self.sum * self.sum / self.weighings).max(0.0) }
    }
}

/// How many trips of one plate are expected to be like another of that plate, by chance.
fn expected_alike(plates: &[OfPlate], division_kg: f64, least_chance: f64) -> f64 {
    let freedom: f64 = plates.iter().map(|p| (p.weighings - 1.0).max(0.0)).sum();
    let pooled = if freedom > 0.0 { plates.iter().map(OfPlate::about_mean).sum::<f64>() / freedom } else { 0.0 };
    let chance = |plate: &OfPlate| {
        let own = (plate.about_mean() + POOLED_TRIPS * pooled) / ((plate.weighings - 1.0).max(0.0) + POOLED_TRIPS);
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
fn equal_pairs(histogram: &BTreeMap<i64, i64>) -> f64 {
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
fn most_alike(mean: f64, rate: f64) -> u64 {
    let Ok(law) = Poisson::new(mean) else { return 1 };
    least(|count| law.sf(count) < rate).max(1)
}

/// So many of `tickets` are round at most, by chance, on a scale with this division.
fn most_round(tickets: u64, division_kg: i64, rate: f64) -> Option<u64> {
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
        // 20 different weighings of one truck, 200 kg apart, and 30 more copies of the first.
        let weighing = |i: i32| Weighing { plate: 0, tare_kg: 16_000, gross_kg: 44_000 + 200 * i };
        let mut weighings: Vec<Weighing> = (0..20).chain([0; 30]).map(weighing).collect();
        weighings.sort();
        let bridge = Bridge::of(&weighings, 1_000);
        assert_eq!((bridge.tickets, bridge.repeated, bridge.between.map(|b| b.0)), (50, 30, Some(30)));
        // 50 trips make 1 225 pairs, 31 that are alike make 465 of them.
        let plate = bridge.plates[0];
        assert_eq!((plate.weighings, plate.pairs), (20.0, 760.0));
        // n (n² - 1) / 12 steps squared.
        assert!((plate.about_mean() - 200.0 * 200.0 * 665.0).abs() < 1e-2);
        let judged = bridge.judge(20, 0.0004);
        assert!(judged.alike.beyond() && judged.alike.most < 15, "{judged:?}");
    }

    #[test]
    fn honest_weighings_are_alike_no_more_often_than_chance_says() {
        // A linear congruence gives 400 gross masses without a pattern, for 20 trucks with five tares each.
        let mut state = 12_345u64;
        let mut next = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            i32::try_from((state >> 33) % below).unwrap()
        };
        let mut weighings: Vec<Weighing> =
            (0..400).map(|i| Weighing { plate: i % 20, tare_kg: 16_000 + 20 * next(5), gross_kg: 43_000 + 20 * next(200) }).collect();
        weighings.sort();
        let judged = Bridge::of(&weighings, 1_000).judge(20, 0.0001);
        assert!(!judged.beyond(), "{judged:?}");
    }
}
