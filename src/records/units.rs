//! In which unit is it written, and how is it converted? Each conversion has one place, here.

use super::decimal::divide_half_even;

/// Molar mass ratio Li2CO3 / Li2O = 73.888 / 29.879 (g/mol).
pub const LI2CO3_PER_LI2O: f64 = 73.888 / 29.879;

/// Parts per million.
pub const PPM: i64 = 1_000_000;

/// How a written number becomes the stored integer: `stored = written × 10^exponent × multiplier`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// Power of ten.
    pub exponent: i32,
    /// Whole multiplier.
    pub multiplier: i64,
}

const fn scale(exponent: i32, multiplier: i64) -> Scale {
    Scale { exponent, multiplier }
}

/// The words for units of mass; stored in kg.
pub const MASS: &[(&str, Scale)] = &[
    ("kg", scale(0, 1)),
    ("千克", scale(0, 1)),
    ("公斤", scale(0, 1)),
    ("t", scale(3, 1)),
    ("吨", scale(3, 1)),
    ("万吨", scale(7, 1)),
    ("万t", scale(7, 1)),
    ("kt", scale(6, 1)),
    ("湿吨", scale(3, 1)),
    ("wmt", scale(3, 1)),
    ("公吨", scale(3, 1)),
    ("tonne", scale(3, 1)),
    ("tonnes", scale(3, 1)),
    ("斤", scale(-1, 5)),
    ("g", scale(-3, 1)),
    ("克", scale(-3, 1)),
];

/// The words for electric energy; stored in kWh.
pub const ENERGY: &[(&str, Scale)] = &[
    ("kwh", scale(0, 1)),
    ("kw.h", scale(0, 1)),
    ("kw·h", scale(0, 1)),
    ("千瓦时", scale(0, 1)),
    ("度", scale(0, 1)),
    ("万kwh", scale(4, 1)),
    ("万千瓦时", scale(4, 1)),
    ("万度", scale(4, 1)),
    ("mwh", scale(3, 1)),
    ("兆瓦时", scale(3, 1)),
];

/// The words for volumes of water; stored in m3. A tonne of water is a cubic metre within half a percent.
pub const VOLUME: &[(&str, Scale)] = &[
    ("m3", scale(0, 1)),
    ("立方米", scale(0, 1)),
    ("方", scale(0, 1)),
    ("吨", scale(0, 1)),
    ("t", scale(0, 1)),
    ("万m3", scale(4, 1)),
    ("万立方米", scale(4, 1)),
    ("万方", scale(4, 1)),
    ("万吨", scale(4, 1)),
];

/// The words for spans of days.
pub const DAYS: &[(&str, Scale)] = &[("天", scale(0, 1)), ("日", scale(0, 1)), ("day", scale(0, 1)), ("days", scale(0, 1))];

/// The words for shares by mass; stored in ppm.
pub const SHARE: &[(&str, Scale)] = &[
    ("%", scale(4, 1)),
    ("百分比", scale(4, 1)),
    ("pct", scale(4, 1)),
    ("percent", scale(4, 1)),
    ("‰", scale(3, 1)),
    ("ppm", scale(0, 1)),
    ("度", scale(4, 1)),
    ("g/t", scale(0, 1)),
];

/// The words for unit prices; stored in fen a tonne.
pub const UNIT_PRICE: &[(&str, Scale)] = &[
    ("元/吨", scale(2, 1)),
    ("元/t", scale(2, 1)),
    ("yuan/t", scale(2, 1)),
    ("yuan_per_t", scale(2, 1)),
    ("万元/吨", scale(6, 1)),
    ("万元/t", scale(6, 1)),
    ("元/千克", scale(5, 1)),
    ("元/kg", scale(5, 1)),
    ("元/公斤", scale(5, 1)),
    ("分/吨", scale(0, 1)),
    ("fen_per_t", scale(0, 1)),
];

/// Dry mass, kg: `wet × (1 - moisture)`, rounded half to even.
#[must_use]
pub fn dry_kg(wet_kg: i64, moisture_ppm: i32) -> i64 {
    let product = i128::from(wet_kg) * i128::from(PPM - i64::from(moisture_ppm));
    i64::try_from(divide_half_even(product, i128::from(PPM), false)).unwrap_or(i64::MAX)
}

/// Contained Li2O, g: `dry mass × grade`, rounded half to even. (kg × ppm = mg.)
#[must_use]
pub fn li2o_g(dry_kg: i64, li2o_ppm: i32) -> i64 {
    let mg = i128::from(dry_kg) * i128::from(li2o_ppm);
    i64::try_from(divide_half_even(mg, 1000, false)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dry_mass_and_contained_oxide() {
        assert_eq!(dry_kg(30_000, 100_000), 27_000);
        assert_eq!(li2o_g(27_000, 4_200), 113_400);
        assert_eq!(dry_kg(1, 500_000), 0);
        assert_eq!(dry_kg(3, 500_000), 2);
    }
}
