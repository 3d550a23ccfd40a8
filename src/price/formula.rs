//! What is the price by formula? Grade × factor × reference × (1 - moisture), as Indonesia's HPM of nickel ore.

use crate::records::decimal::divide_half_even;

/// The factor's schedule and the moisture that the formula assumes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Formula {
    /// Factor at `at_grade_ppm`, ppm of the reference.
    pub factor_ppm: i64,
    /// Grade at which the factor is given, ppm.
    pub at_grade_ppm: i32,
    /// What the factor gains with each 1 % of grade, ppm.
    pub factor_ppm_per_grade_pct: i64,
    /// Moisture, ppm; 0 for a price a dry tonne.
    pub moisture_ppm: i32,
}

/// One per cent of grade, ppm.
const PCT: i128 = 10_000;
/// The whole, ppm.
const ONE: i128 = 1_000_000;

/// The price of a grade at a reference price, both in the same smallest unit of money a tonne; exact, rounded half to even
/// once. `None`: it leaves the range of money.
///
/// HPM = Ni % × CF × HMA × (1 - MC) with CF 17 % at 1.6 % Ni, one point more with each 0.1 % (Keputusan Menteri ESDM on the
/// Harga Patokan Mineral): 23 published values are in `tests/data/vectors/13_hpm_nickel.csv`.
#[must_use]
pub fn price(formula: &Formula, grade_ppm: i32, reference: i64) -> Option<i64> {
    let above = i128::from(grade_ppm) - i128::from(formula.at_grade_ppm);
    // The factor times PCT, so that nothing is divided before the end.
    let factor = i128::from(formula.factor_ppm) * PCT + i128::from(formula.factor_ppm_per_grade_pct) * above;
    let dry = ONE - i128::from(formula.moisture_ppm);
    let product = i128::from(grade_ppm).checked_mul(factor)?.checked_mul(i128::from(reference))?.checked_mul(dry)?;
    i64::try_from(divide_half_even(product, ONE * ONE * ONE * PCT, false)).ok()
}
