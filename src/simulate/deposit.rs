//! What does the ore of each deposit look like in the laboratory?
//!
//! Lithium sits in the mica together with rubidium and caesium: the three rise and fall with the share of mica, and their
//! ratios are the deposit's own. Tantalum and iron sit elsewhere. Invented figures within the ranges of albite granites [m].

use super::measure;
use super::rng::{Rng, float, round};

/// Mass shares of the dry ore of a deposit, ppm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Deposit {
    pub(super) li2o_ppm: i64,
    /// Rb2O, Cs2O, Ta2O5 and Fe2O3.
    pub(super) traces_ppm: [i64; 4],
}

/// Rb2O, Cs2O, Ta2O5 and Fe2O3 as a laboratory writes them, ppm.
pub(super) type Traces = [u32; 4];

/// Lowest and highest Rb2O, Cs2O, Ta2O5 and Fe2O3 of deposits, ppm.
const RANGES: [(f64, f64); 4] = [(1_000.0, 3_400.0), (90.0, 650.0), (45.0, 210.0), (1_500.0, 9_500.0)];
/// How much the share of mica varies from one day's lot to another's, relative.
const MICA: f64 = 0.04;
/// What else of Li2O and of each trace varies within the deposit, relative.
const OWN: [f64; 5] = [0.02, 0.03, 0.05, 0.08, 0.09];
/// How far foreign ore is from the ore of the mine whose tickets it travels under, relative, at least.
const FOREIGN: f64 = 1.35;

impl Deposit {
    /// The deposit of a place.
    pub(super) fn of(seed: u64, place: usize, li2o_ppm: i64) -> Self {
        let mut rng = Rng::of(seed, "deposit", place as u64);
        // Between the ends evenly by ratio.
        let traces_ppm = RANGES.map(|(low, high)| round(libm::exp(rng.range(libm::log(low), libm::log(high)))));
        Self { li2o_ppm, traces_ppm }
    }

    /// A deposit without a licence somewhere else: unlike this one in every respect.
    pub(super) fn foreign(self, seed: u64, place: usize) -> Self {
        let mut rng = Rng::of(seed, "foreign", place as u64);
        let mut unlike = |ppm: i64, middle: f64| {
            let factor = FOREIGN * rng.range(1.0, 1.25);
            round(if float(ppm) > middle { float(ppm) / factor } else { float(ppm) * factor })
        };
        let mut traces_ppm = self.traces_ppm;
        for (ppm, (low, high)) in traces_ppm.iter_mut().zip(RANGES) {
            *ppm = unlike(*ppm, libm::sqrt(low * high));
        }
        Self { li2o_ppm: unlike(self.li2o_ppm, 4_200.0), traces_ppm }
    }

    /// What is dug on a day: the deposit within its scatter.
    pub(super) fn lot(self, rng: &mut Rng) -> Self {
        let mica = 1.0 + MICA * rng.normal();
        let mut near = |ppm: i64, follows: f64, own: f64| round(float(ppm) * follows * (1.0 + own * rng.normal())).max(0);
        let [rb, cs, ta, fe] = self.traces_ppm;
        Self {
            li2o_ppm: near(self.li2o_ppm, mica, OWN[0]),
            traces_ppm: [near(rb, mica, OWN[1]), near(cs, mica, OWN[2]), near(ta, 1.0, OWN[3]), near(fe, 1.0, OWN[4])],
        }
    }

    /// The traces as a laboratory writes them.
    pub(super) fn traces(self, rng: &mut Rng) -> Traces {
        self.traces_ppm.map(|ppm| u32::try_from(measure::trace_ppm(ppm, rng)).unwrap_or(0))
    }
}
