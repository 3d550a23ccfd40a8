//! How wrong is an honest measurement? Normal errors of the size that the design states for each instrument.

use super::rng::{Rng, down, float, round};

/// Standard error of a figure that a site declares, relative: of one month; half of its variance stays the same from month
/// to month (a belt scale that reads high, a moisture that is always taken too low), the other half is the month's own.
const DECLARED: f64 = 0.02;
/// Standard error of a stock survey, relative to the heap.
const SURVEY: f64 = 0.075;
/// Standard error of an assay of Li2O: relative, and absolute in ppm; the two add as independent errors do.
const ASSAY: (f64, f64) = (0.02, 200.0);
/// Standard error of a trace element, relative.
const TRACE: f64 = 0.03;
/// Standard error of a moisture, relative.
const MOISTURE: f64 = 0.04;
/// Masses in returns are written to 0.01 t.
pub(super) const RETURN_STEP_KG: i64 = 10;

/// A declared mass: what is, with the lasting error of who declares it and with the month's own.
pub(super) fn declared_kg(kg: i64, seed: u64, place: usize, product: &str, rng: &mut Rng) -> i64 {
    let half = DECLARED * core::f64::consts::FRAC_1_SQRT_2;
    let lasting = Rng::of(seed, product, 7_000_000 + place as u64).gauss();
    down(round(float(kg) * (1.0 + half * lasting + half * rng.gauss())).max(0), RETURN_STEP_KG)
}

/// A heap as surveyed.
pub(super) fn surveyed_kg(kg: i64, rng: &mut Rng) -> i64 {
    down(round(float(kg) * (1.0 + SURVEY * rng.gauss())).max(0), RETURN_STEP_KG)
}

/// A grade as assayed, ppm.
pub(super) fn assayed_ppm(ppm: i64, rng: &mut Rng) -> i64 {
    let relative = ASSAY.0 * float(ppm);
    let error = libm::sqrt(relative * relative + ASSAY.1 * ASSAY.1);
    round(float(ppm) + error * rng.gauss()).max(0)
}

/// A trace element as assayed, ppm.
pub(super) fn trace_ppm(ppm: i64, rng: &mut Rng) -> i64 {
    round(float(ppm) * (1.0 + TRACE * rng.gauss())).max(0)
}

/// A moisture as determined, ppm.
pub(super) fn moisture_ppm(ppm: i64, rng: &mut Rng) -> i64 {
    round(float(ppm) * (1.0 + MOISTURE * rng.gauss())).clamp(0, 900_000)
}
