//! What is the ore worth at a carbonate price? (Method, section 2.)
//!
//! ```text
//! N(g)      = g * 2.473 * recovery * ((P / (1 + VAT)) * (1 - selling) - conversion) - processing + by-products
//! N_ore(g0) = yield * N(g_c) - mining - beneficiation + by-products,   yield = g0 * recovery_b / g_c
//! Nref      = max(N, guard * g * 2.473 * P / (1 + VAT))
//! ```

use super::normalise::{float, fraction};
use super::policy::{OreCost, PricePolicy, ProductPolicy, SaltCost, in_force};
use chrono::NaiveDate;

/// Li2CO3 / Li2O by molar mass as the published method rounds it (73.888 / 29.879 = 2.47291).
pub const LI2CO3_PER_LI2O: f64 = 2.473;

/// The cost parameters of one product on one day.
#[derive(Clone, Copy, Debug)]
pub struct Costs<'a> {
    /// Of the concentrate: the product itself, or what the ore becomes.
    pub salt: &'a SaltCost,
    /// Of the ore, if the product is one.
    pub ore: Option<&'a OreCost>,
    /// VAT on goods, ppm.
    pub vat_goods_ppm: i32,
}

impl<'a> Costs<'a> {
    /// The parameters in force on a day; `None`: the policy has none yet.
    #[must_use]
    pub fn on(price: &'a PricePolicy, product: &'a ProductPolicy, day: NaiveDate) -> Option<Self> {
        let terms = in_force(&price.terms, |t| t.from, day)?;
        let (concentrate, ore) = match &product.ore_of {
            None => (product, None),
            Some(id) => (price.product.get(id)?, Some(in_force(&product.ore_cost, |c| c.from, day)?)),
        };
        let salt = in_force(&concentrate.cost, |c| c.from, day)?;
        Some(Self { salt, ore, vat_goods_ppm: terms.vat_goods_ppm })
    }

    /// Netback reference of a grade, fen a dry tonne without VAT, at a carbonate price in fen/t incl. VAT. Always above zero
    /// where grade and price are.
    #[must_use]
    pub fn reference_fen_per_t(&self, grade_ppm: i32, carbonate_fen_per_t: i64) -> f64 {
        let net = float(carbonate_fen_per_t) / (1.0 + fraction(self.vat_goods_ppm));
        let contained = fraction(grade_ppm) * LI2CO3_PER_LI2O * net;
        let (netback, guard_ppm) = match self.ore {
            None => (concentrate(self.salt, grade_ppm, net), self.salt.guard_ppm),
            Some(ore) => (raw_ore(self.salt, ore, grade_ppm, net), ore.guard_ppm),
        };
        netback.max(fraction(guard_ppm) * contained)
    }
}

/// Netback of a concentrate, fen a dry tonne; `net` is the carbonate price without VAT, fen/t.
fn concentrate(cost: &SaltCost, grade_ppm: i32, net: f64) -> f64 {
    let margin = net * (1.0 - fraction(cost.selling_ppm)) - float(cost.conversion_fen_per_t);
    fraction(grade_ppm) * LI2CO3_PER_LI2O * fraction(cost.recovery_ppm) * margin - float(cost.processing_fen_per_t)
        + float(cost.by_products_fen_per_t)
}

/// Netback of raw ore, fen a dry tonne.
fn raw_ore(salt: &SaltCost, ore: &OreCost, grade_ppm: i32, net: f64) -> f64 {
    let mass_yield = fraction(grade_ppm) * fraction(ore.recovery_ppm) / fraction(ore.concentrate_grade_ppm);
    mass_yield * concentrate(salt, ore.concentrate_grade_ppm, net) - float(ore.mining_fen_per_t) - float(ore.beneficiation_fen_per_t)
        + float(ore.by_products_fen_per_t)
}
