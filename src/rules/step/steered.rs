//! How far do assays explain that a lot was sold in another grade than its tickets say?

use statrs::distribution::{ContinuousCDF, Normal};

/// Errors of assays, as fractions and ppm of Li2O, and the false-alarm rate of a comparison.
pub(super) struct Errors {
    /// Standard error of one assay, as a share of the grade; each assay's own.
    pub(super) relative: f64,
    /// Standard error of what two laboratories differ by for all their assays, ppm.
    pub(super) bias_ppm: f64,
    /// The last digit of grades, ppm.
    pub(super) step_ppm: f64,
    /// Chance of a false finding, both sides.
    pub(super) alarm: f64,
}

/// From whom to whom is the finding's; the rest of the way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Way {
    pub(super) buyer: String,
    pub(super) product: String,
    pub(super) month: String,
}

/// A lot with what the tickets of its way say.
pub(super) struct Lot {
    /// Where it stands in the rows.
    pub(super) row: usize,
    pub(super) way: Way,
    pub(super) wet_kg: f64,
    pub(super) sold_ppm: f64,
    pub(super) weighed_ppm: f64,
    /// Variance of its own assay and of its ore about the month's.
    pub(super) variance: f64,
    /// Variance of what the tickets of its month weighed.
    pub(super) weighed_variance: f64,
    /// Where the class above that of its tickets begins.
    pub(super) above_ppm: Option<f64>,
    /// Where the class of its tickets begins.
    pub(super) below_ppm: Option<f64>,
}

impl Lot {
    /// Sold above the class of its tickets.
    pub(super) fn above(&self) -> bool {
        self.above_ppm.is_some_and(|limit| self.sold_ppm >= limit)
    }

    /// Sold below the class of its tickets.
    pub(super) fn below(&self) -> bool {
        self.below_ppm.is_some_and(|limit| self.sold_ppm < limit)
    }

    pub(super) fn difference(&self) -> f64 {
        self.sold_ppm - self.weighed_ppm
    }

    /// Standard error of the difference, what laboratories differ by apart.
    pub(super) fn deviation(&self) -> f64 {
        (self.variance + self.weighed_variance).sqrt()
    }
}

/// Differences between laboratories that are tried, in standard errors: half of them to each side of none.
const DIFFERENCES: i32 = 60;
/// How many of them are one standard error.
const PER_ERROR: f64 = 10.0;

impl Errors {
    /// The largest number of lots that errors alone put beyond a limit, exceeded with no more than half of the false-alarm rate. Each
    /// lot is given by how far its limit is, and by its standard error. `None`: no lot.
    pub(super) fn most_moved(&self, margins: &[(f64, f64)]) -> Option<usize> {
        if margins.is_empty() {
            return None;
        }
        let mut mixed = vec![0.0; margins.len() + 1];
        let mut weights = 0.0;
        for step in -DIFFERENCES..=DIFFERENCES {
            let errors = f64::from(step) / PER_ERROR;
            let weight = libm::exp(-errors * errors / 2.0);
            let chances = margins.iter().map(|(margin, deviation)| beyond((margin - errors * self.bias_ppm) / deviation.max(1.0)));
            for (total, share) in mixed.iter_mut().zip(number_of(chances, margins.len())) {
                *total += weight * share;
            }
            weights += weight;
        }
        let mut tail = 0.0;
        for (number, share) in mixed.iter().enumerate().rev() {
            tail += share / weights;
            if tail > self.alarm / 2.0 {
                return Some(number);
            }
        }
        None
    }

    /// Mean difference of lots by mass, and the largest that errors explain, ppm. `None`: no mass.
    pub(super) fn mean_difference(&self, lots: &[&Lot]) -> Option<(f64, f64)> {
        let kg: f64 = lots.iter().map(|l| l.wet_kg).sum();
        if kg <= 0.0 {
            return None;
        }
        let mean = lots.iter().map(|l| l.wet_kg * l.difference()).sum::<f64>() / kg;
        let own: f64 = lots.iter().map(|l| (l.wet_kg / kg).powi(2) * l.variance).sum();
        // Lots of a month share what its tickets weighed.
        let mut months: Vec<(&str, f64, f64)> = Vec::new();
        for lot in lots {
            match months.iter_mut().find(|(month, ..)| *month == lot.way.month) {
                Some((_, share, _)) => *share += lot.wet_kg / kg,
                None => months.push((&lot.way.month, lot.wet_kg / kg, lot.weighed_variance)),
            }
        }
        let tickets: f64 = months.iter().map(|(_, share, variance)| share * share * variance).sum();
        let deviations = Normal::standard().inverse_cdf(1.0 - self.alarm / 2.0);
        Some((mean, deviations * (own + tickets + self.bias_ppm * self.bias_ppm).sqrt()))
    }
}

/// Chance that a standard normal variable is beyond `x`.
fn beyond(x: f64) -> f64 {
    libm::erfc(x / core::f64::consts::SQRT_2) / 2.0
}

/// Chances of 0, 1, … `n` of independent events with these chances (Poisson-binomial, by convolution).
fn number_of(chances: impl Iterator<Item = f64>, n: usize) -> Vec<f64> {
    let mut mass = Vec::with_capacity(n + 1);
    mass.push(1.0);
    for chance in chances {
        let mut carried = 0.0;
        for share in &mut mass {
            let moved = *share * chance;
            *share = *share * (1.0 - chance) + carried;
            carried = moved;
        }
        mass.push(carried);
    }
    mass
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(bias_ppm: f64) -> Errors {
        Errors { relative: 0.02, bias_ppm, step_ppm: 100.0, alarm: 0.001 }
    }

    #[test]
    fn alike_chances_give_the_binomial() {
        let mass = number_of([0.25; 4].into_iter(), 4);
        for (p, expected) in mass.iter().zip([81.0, 108.0, 54.0, 12.0, 1.0]) {
            assert!((p - expected / 256.0).abs() < 1e-15, "{mass:?}");
        }
    }

    /// 10 lots at their limit: each has an even chance. P(X > 9) = 1/1024 > 0.0005, so 10 are explained; of 11 P(X > 10) = 1/2048.
    #[test]
    fn lots_at_their_limit_fall_on_either_side() {
        assert_eq!(errors(0.0).most_moved(&[(0.0, 400.0); 10]), Some(10));
        assert_eq!(errors(0.0).most_moved(&[(0.0, 400.0); 11]), Some(10));
        assert_eq!(errors(0.0).most_moved(&[]), None);
    }

    #[test]
    fn what_laboratories_differ_by_moves_all_lots_at_once() {
        let lots = [(500.0, 450.0); 60];
        let (alone, together) = (errors(0.0).most_moved(&lots).unwrap(), errors(200.0).most_moved(&lots).unwrap());
        assert!(alone < together && together < 60, "{alone} {together}");
    }

    #[test]
    fn a_mean_is_known_better_the_more_lots_it_is_of_but_never_better_than_the_laboratories_agree() {
        let lot = |month: &str| Lot {
            row: 0,
            way: Way { buyer: "B".to_owned(), product: "p".to_owned(), month: month.to_owned() },
            wet_kg: 1_000.0,
            sold_ppm: 22_500.0,
            weighed_ppm: 22_000.0,
            variance: 440.0 * 440.0,
            weighed_variance: 90.0 * 90.0,
            above_ppm: None,
            below_ppm: None,
        };
        let lots: Vec<Lot> = (0..48).map(|i| lot(["1", "2", "3", "4"][i % 4])).collect();
        let (one, all) =
            (errors(200.0).mean_difference(&[&lots[0]]).unwrap(), errors(200.0).mean_difference(&lots.iter().collect::<Vec<_>>()).unwrap());
        assert_eq!((one.0, all.0), (500.0, 500.0));
        // z at 0.1 %, both sides, is 3.2905 (tables).
        assert!((one.1 - 3.2905 * (440.0f64 * 440.0 + 90.0 * 90.0 + 200.0 * 200.0).sqrt()).abs() < 0.1);
        assert!((all.1 - 3.2905 * (440.0f64 * 440.0 / 48.0 + 90.0 * 90.0 / 4.0 + 200.0 * 200.0).sqrt()).abs() < 0.1);
    }
}
