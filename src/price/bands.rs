//! What does the price method say? Guide price, limits and evidence by product, period and grade class.

use serde::{Deserialize, Serialize};

/// One product over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProductBands {
    /// Product id.
    pub product: String,
    /// Grade classes, lowest first.
    pub classes: Vec<GradeClass>,
    /// Periods, earliest first.
    pub periods: Vec<Period>,
    /// Every sale of the product with what became of it, by (date, id).
    pub sales: Vec<PricedSale>,
}

impl ProductBands {
    /// Sales of a class that are evidence in a period; a class without any takes its price from the product's other classes.
    #[must_use]
    pub fn evidence(&self, period: &str, class: &str) -> usize {
        let counts = |sale: &&PricedSale| sale.code == "OK" && sale.period == period && sale.class.as_deref() == Some(class);
        self.sales.iter().filter(counts).count()
    }

    /// Whether a class has evidence of its own in any period.
    #[must_use]
    pub fn has_evidence(&self, class: &str) -> bool {
        self.sales.iter().any(|sale| sale.code == "OK" && sale.class.as_deref() == Some(class))
    }
}

/// A grade class: `from_ppm <= Li2O < to_ppm`, priced at `grade_ppm`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GradeClass {
    /// Id used in tables (`2.5`).
    pub id: String,
    /// Grade that stands for the class.
    pub grade_ppm: i32,
    /// Lower bound, in the class.
    pub from_ppm: i32,
    /// Upper bound, not in the class.
    pub to_ppm: i32,
}

/// One pricing period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Period {
    /// `2023-06`.
    pub period: String,
    /// First day, ISO 8601.
    pub from: String,
    /// Last day, ISO 8601.
    pub to: String,
    /// Battery-grade lithium carbonate that the period is priced at, fen/t incl. VAT; `None`: never quoted so far.
    pub carbonate_fen_per_t: Option<i64>,
    /// Age of that quotation at the end of the period, days.
    pub carbonate_age_days: Option<i64>,
    /// Sales admitted as evidence.
    pub n: u32,
    /// Distinct sellers among them.
    pub sellers: u32,
    /// Distinct buyers among them.
    pub buyers: u32,
    /// Centre of `ln(dry price / netback)` of the admitted sales; `None`: too few sellers (policy), the prices then rest on the last
    /// period that has one.
    pub theta: Option<f64>,
    /// Half-width of the band, logarithmic.
    pub band: f64,
    /// Sales left out, by code (`S1_DUPLICATE` …), sorted by code.
    pub excluded: Vec<(String, u32)>,
    /// Prices by class, lowest grade first.
    pub classes: Vec<ClassPrice>,
}

/// The price of one grade class in one period; money is yuan a dry tonne ex works without VAT, in fen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassPrice {
    /// Id of the grade class.
    pub class: String,
    /// Netback reference, fen/t dry; `None`: no carbonate quotation.
    pub netback_fen_per_t: Option<i64>,
    /// Assessed price before the mechanism, `exp(theta) × netback`, fen/t dry; `None`: no evidence yet, or none that is young enough.
    pub assessed_fen_per_t: Option<i64>,
    /// Guide price, fen/t dry.
    pub guide_fen_per_t: Option<i64>,
    /// Lower limit, fen/t dry.
    pub lower_fen_per_t: Option<i64>,
    /// Upper limit, fen/t dry.
    pub upper_fen_per_t: Option<i64>,
    /// Guide price per 1 % Li2O (度), fen.
    pub per_du_fen: Option<i64>,
    /// Carry of the mechanism, fen/t: assessed (clamped) less guide.
    pub carry_fen_per_t: Option<i64>,
    /// What the mechanism did: `init`, `hold`, `adjust`, `maxstep`, with `+bound`; `none` without a price.
    pub act: String,
    /// On what the price rests: `own-period` (the centre `theta` of the period's own sales), `carried-netback` (the centre of the
    /// last period that had one, moved with today's netback, for as many periods as the policy allows), `formula`, `none`.
    pub basis: String,
}

/// A sale and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PricedSale {
    /// Contract number with file and row, unique.
    pub id: String,
    /// Contract number.
    pub contract_no: String,
    /// Day, ISO 8601.
    pub date: String,
    /// Period it belongs to.
    pub period: String,
    /// Seller as written.
    pub seller: String,
    /// Buyer as written.
    pub buyer: String,
    /// Grade class, if any.
    pub class: Option<String>,
    /// Dry mass, kg; `None`: moisture missing.
    pub dry_kg: Option<i64>,
    /// Normalised price, fen a dry tonne ex works without VAT, cash; `None`: cannot be computed.
    pub dry_fen_per_t: Option<i64>,
    /// Netback at its grade and day, fen/t dry.
    pub netback_fen_per_t: Option<i64>,
    /// `OK`, or why it is left out (`S1_DUPLICATE`, `S2_RELATED`, `S3_MINLOT`, `S4_SPEC`, `S5_CORRIDOR`, `M_…` for something missing);
    /// [`super::screen::Code`] has a title for each.
    pub code: String,
}
