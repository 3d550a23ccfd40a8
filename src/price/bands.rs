//! What does the price method say? Guide price, limits, evidence and trust by product, period and grade class.

use super::yardstick::Yardstick;
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
    /// What the policy promises and asks for.
    pub yardstick: Yardstick,
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

    /// The class whose price rests on the most sales; the lowest where several do.
    #[must_use]
    pub fn most_evidence(&self) -> Option<&GradeClass> {
        let count = |class: &GradeClass| self.sales.iter().filter(|s| s.code == "OK" && s.class.as_deref() == Some(&class.id)).count();
        self.classes.iter().rev().max_by_key(|class| count(class))
    }

    /// The last period in which a class has a price.
    #[must_use]
    pub fn latest(&self) -> Option<&Period> {
        self.periods.iter().rev().find(|p| p.classes.iter().any(|c| c.guide_fen_per_t.is_some()))
    }
}

impl Period {
    /// The price of a class.
    #[must_use]
    pub fn price(&self, class: &str) -> Option<&ClassPrice> {
        self.classes.iter().find(|c| c.class == class)
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
    /// Centre of `ln(dry price / netback)` of the admitted sales, class deviations taken out; `None`: too few sellers (policy).
    pub theta: Option<f64>,
    /// The level and what is known of it after this period; `None`: prices by formula.
    pub state: Option<StateView>,
    /// Half-width of the band, logarithmic.
    pub band: f64,
    /// Sales of this period that were foretold (there was a level before), and how many of them fell within the band of the period before.
    pub foretold: u32,
    /// Of those, how many fell within the band that was announced before them.
    pub inside: u32,
    /// Sales left out, by code (`S1_DUPLICATE` …), sorted by code.
    pub excluded: Vec<(String, u32)>,
    /// How far the prices can be trusted.
    pub trust: Trust,
    /// Prices by class, lowest grade first.
    pub classes: Vec<ClassPrice>,
}

/// The state of section 6 after a period; all numbers are logarithmic.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StateView {
    /// Standard deviation of `theta`; `None`: no centre.
    pub sd: Option<f64>,
    /// Surprise of the period in standard deviations of the forecast.
    pub surprise: Option<f64>,
    /// Gain before it is shrunk.
    pub gain: Option<f64>,
    /// Common level.
    pub level: f64,
    /// Its variance.
    pub level_variance: f64,
    /// Variance between the classes.
    pub between: f64,
}

/// How far the prices of a period can be trusted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Trust {
    /// `A` to `D`; `D`: the guide price may move only with a recorded approval. `-`: no price, or a price by formula.
    pub tier: String,
    /// Number of independent deals that the evidence is worth; 0 without a centre.
    pub n_eff: f64,
    /// Share of the largest seller in the dry mass (lots capped, sellers not).
    pub top_share: Option<f64>,
    /// Largest move of a price that one seller could have made, |ln|, searched over the admissible prices of its sales.
    pub seller_influence: Option<f64>,
    /// The same of one sale.
    pub sale_influence: Option<f64>,
    /// Smallest number of sellers that together could take the centre outside the range of the others.
    pub breakdown_sellers: Option<u32>,
    /// The sellers, by their name.
    pub by_seller: Vec<SellerTrust>,
}

/// What one seller could do, and what its absence would.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SellerTrust {
    /// Who counts as one seller (policy), as people call it: its controller, or the name on its first sale.
    pub seller: String,
    /// Its share in the weights after the cap.
    pub share: f64,
    /// Largest move of a price that it could have made, |ln|.
    pub influence: f64,
    /// Largest move of a price if its sales of the period were not there, ln with its sign.
    pub without: f64,
}

/// The price of one grade class in one period; money is yuan a dry tonne ex works without VAT, in fen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassPrice {
    /// Id of the grade class.
    pub class: String,
    /// Netback reference, fen/t dry; `None`: no carbonate quotation.
    pub netback_fen_per_t: Option<i64>,
    /// Deviation of the class from the level, logarithmic; `None`: prices by formula.
    pub deviation: Option<f64>,
    /// Assessed price before the mechanism, `exp(level + deviation) × netback`, not falling with grade, fen/t dry; `None`: no
    /// evidence yet, or none that is young enough.
    pub assessed_fen_per_t: Option<i64>,
    /// The same before it is rounded to fen.
    pub assessed_exact_fen_per_t: Option<f64>,
    /// Lower end of the 80 % interval of the assessed price, fen/t.
    pub assessed_low_fen_per_t: Option<i64>,
    /// Upper end.
    pub assessed_high_fen_per_t: Option<i64>,
    /// Lowest assessed price with one seller of the period left out.
    pub without_one_low_fen_per_t: Option<i64>,
    /// Highest.
    pub without_one_high_fen_per_t: Option<i64>,
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
    /// What the mechanism did: `init`, `hold`, `adjust`, `maxstep`, with `+bound`; `published`: the price in force is that of a
    /// bulletin; `none` without a price.
    pub act: String,
    /// On what the price rests: `own-period` (L1: the class's own sales of the period), `decayed-window` (L2: its sales of the last
    /// periods), `sister-grades` (L3: other classes), `carried-netback` (L4: the state with today's netback), `indicative` (L5: the
    /// same, too old for settlement), `formula`, `none` (L6).
    pub basis: String,
    /// The rung of the ladder, `L1` to `L6`; `-` for a price by formula.
    pub ladder: String,
    /// Why it moved from the period before; `None`: the first price.
    pub why: Option<Why>,
}

/// The change of a guide price, split without a rest; fen/t.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// Guide price of the period before.
    pub from_fen_per_t: i64,
    /// Guide price now.
    pub to_fen_per_t: i64,
    /// By the netback: carbonate, and cost parameters that changed.
    pub carbonate_fen_per_t: i64,
    /// By the level of the evidence.
    pub evidence_fen_per_t: i64,
    /// By the deviation of the class (with the rule that prices do not fall with grade).
    pub deviation_fen_per_t: i64,
    /// By the mechanism: what it held, limited or rounded now, less what it did in the period before.
    pub mechanism_fen_per_t: i64,
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
    /// `OK`, or why it is left out (`S1_DUPLICATE`, `S2_RELATED`, `S3_MINLOT`, `S4_SPEC`, `S5_CORRIDOR`, `M_…` for something missing), as
    /// known at the end of its period; [`super::screen::Code`] has a title for each.
    pub code: String,
    /// The day on which an admitted sale turned out to be one leg of a circle: no evidence from the period of that day on.
    pub struck_on: Option<String>,
}
