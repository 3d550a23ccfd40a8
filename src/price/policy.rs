//! Which numbers of the price method has the user decided? The section `[price]`, checked when it is read.

use super::band::FixedBand;
use super::benchmark::Benchmark;
pub use super::calendar::{Calendar, CalendarKind};
use super::calibrate::rules::CalibrationPolicy;
use super::formula::Formula;
use super::mechanism::{Limit, Mechanism};
use super::policy_state::{Ladder, StatePolicy, TrustPolicy};
use super::policy_units::{day, pct_to_ppm, pct_to_ppm_wide, tonnes_to_kg, yuan_to_fen, yuan_to_fen_or_none};
pub use super::publication::policy::{ChangeOfMethod, Publication};
use crate::policy::{Policy, PolicyError, Wrong};
use chrono::NaiveDate;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

/// The section `[price]` of the policy; `src/policy/price.toml` documents every key.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PricePolicy {
    /// Who publishes, what the price may be called.
    pub publication: Publication,
    /// Periods and business days.
    pub calendar: Calendar,
    /// Which quotation of carbonate.
    pub carbonate: Carbonate,
    /// Taxes and credit by date of effect, earliest first.
    pub terms: Vec<Terms>,
    /// What is assumed where a sale does not say.
    pub assume: Assume,
    /// Calibration.
    pub calibration: CalibrationPolicy,
    /// The priced products by id.
    pub product: BTreeMap<String, ProductPolicy>,
}

/// Which quotation of carbonate, and how old it may be.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Carbonate {
    /// Series of the table `market_prices`.
    pub series: String,
    /// Business days over which quotations are averaged.
    pub window_business_days: u32,
    /// Oldest quotation that serves, days.
    pub max_age_days: u32,
}

/// Taxes and the cost of credit from a date on.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// First day in force.
    #[serde(deserialize_with = "day")]
    pub from: NaiveDate,
    /// VAT on goods, ppm.
    #[serde(rename = "vat_goods_pct", deserialize_with = "pct_to_ppm")]
    pub vat_goods_ppm: i32,
    /// VAT on freight, ppm.
    #[serde(rename = "vat_freight_pct", deserialize_with = "pct_to_ppm")]
    pub vat_freight_ppm: i32,
    /// Interest a year of 365 days, ppm.
    #[serde(rename = "credit_rate_pct", deserialize_with = "pct_to_ppm")]
    pub credit_rate_ppm: i32,
}

/// How a sale is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// The buyer fetches it.
    ExWorks,
    /// The price includes the way to the buyer.
    Delivered,
}

/// What is assumed where a sale does not say; `None`: nothing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Assume {
    /// Whether the price includes VAT.
    pub vat_included: Option<bool>,
    /// How it is delivered.
    pub delivery: Option<Delivery>,
    /// Freight of a delivered sale, fen/t incl. VAT.
    #[serde(rename = "freight_yuan_per_t", deserialize_with = "yuan_to_fen_or_none")]
    pub freight_fen_per_t: Option<i64>,
    /// Days of credit.
    pub credit_days: Option<u16>,
}

/// What an assay refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assay {
    /// Dry matter.
    Dry,
    /// The wet ore; converted by the moisture.
    AsReceived,
}

/// From what a price is assessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssessedBy {
    /// From sales.
    Market,
    /// By a formula from the carbonate quotation.
    Formula,
    /// From a benchmark of the policy and the quotation.
    Benchmark,
}

/// How one product is priced.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductPolicy {
    /// What assays refer to.
    pub assay: Assay,
    /// From what the price is assessed.
    pub assessed_by: AssessedBy,
    /// Grade classes, lowest first.
    pub class: Vec<Class>,
    /// Screens.
    pub screen: Screen,
    /// Centre.
    pub centre: Centre,
    /// State through thin periods.
    pub state: StatePolicy,
    /// How long a price may rest on older evidence.
    pub ladder: Ladder,
    /// Tiers of trust.
    pub trust: TrustPolicy,
    /// Band.
    pub band: Band,
    /// Mechanism.
    pub mechanism: Mechanism,
    /// Costs of a concentrate, earliest first; empty for an ore.
    #[serde(default)]
    pub cost: Vec<SaltCost>,
    /// The product that an ore becomes; `None` for a concentrate.
    pub ore_of: Option<String>,
    /// Costs of an ore, earliest first; empty for a concentrate.
    #[serde(default)]
    pub ore_cost: Vec<OreCost>,
    /// The formula, if the price is assessed by one.
    pub formula: Option<Formula>,
    /// The benchmark, if the price is assessed from one.
    pub benchmark: Option<Benchmark>,
}

/// A grade class: `from_ppm <= Li2O < to_ppm`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// Id used in tables.
    pub id: String,
    /// Grade at which the class is priced.
    #[serde(rename = "grade_pct", deserialize_with = "pct_to_ppm")]
    pub grade_ppm: i32,
    /// Lower bound, in the class.
    #[serde(rename = "from_pct", deserialize_with = "pct_to_ppm")]
    pub from_ppm: i32,
    /// Upper bound, not in the class.
    #[serde(rename = "to_pct", deserialize_with = "pct_to_ppm")]
    pub to_ppm: i32,
}

/// Which sales are evidence.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Screen {
    /// Days within which A→B and B→A are a circle.
    pub circle_days: u32,
    /// Smallest lot, dry kg.
    #[serde(rename = "min_lot_t", deserialize_with = "tonnes_to_kg")]
    pub min_lot_kg: i64,
    /// Highest moisture, ppm.
    #[serde(rename = "max_moisture_pct", deserialize_with = "pct_to_ppm")]
    pub max_moisture_ppm: i32,
    /// Lowest price over netback.
    pub corridor_low: f64,
    /// Highest price over netback.
    pub corridor_high: f64,
}

/// Who counts as one seller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SellerIs {
    /// All companies under one control.
    Group,
    /// Each company.
    Company,
}

/// How sales become one centre.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Centre {
    /// Share trimmed at each tail.
    pub trim: f64,
    /// Largest share of one seller, unless there are fewer than its inverse.
    pub seller_cap: f64,
    /// Largest weight of one lot, dry kg.
    #[serde(rename = "lot_cap_t", deserialize_with = "tonnes_to_kg")]
    pub lot_cap_kg: i64,
    /// Least number of sellers for an estimate.
    pub min_sellers: u32,
    /// Who counts as one seller.
    pub seller_is: SellerIs,
}

/// How wide the band is (half-widths, logarithmic).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// Share of prices that may fall outside.
    pub alpha: f64,
    /// Residuals that count.
    pub window: u32,
    /// Narrowest.
    pub min: f64,
    /// Widest.
    pub max: f64,
    /// Before there are enough residuals.
    pub default: f64,
    /// Fixed limits in the place of the quantile; `None`: the quantile.
    pub fixed: Option<FixedBand>,
}

/// What a concentrate costs on its way to carbonate, from a date on; money without VAT.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SaltCost {
    /// First day in force.
    #[serde(deserialize_with = "day")]
    pub from: NaiveDate,
    /// Recovery of the salt plant, ppm.
    #[serde(rename = "recovery_pct", deserialize_with = "pct_to_ppm")]
    pub recovery_ppm: i32,
    /// Discount and cost of selling carbonate, ppm of its price.
    #[serde(rename = "selling_pct", deserialize_with = "pct_to_ppm")]
    pub selling_ppm: i32,
    /// Conversion, fen a tonne of carbonate.
    #[serde(rename = "conversion_yuan_per_t", deserialize_with = "yuan_to_fen")]
    pub conversion_fen_per_t: i64,
    /// Processing, fen a dry tonne of concentrate.
    #[serde(rename = "processing_yuan_per_t", deserialize_with = "yuan_to_fen")]
    pub processing_fen_per_t: i64,
    /// By-products, fen a dry tonne of concentrate.
    #[serde(rename = "by_products_yuan_per_t", deserialize_with = "yuan_to_fen")]
    pub by_products_fen_per_t: i64,
    /// Least netback, ppm of the value of the contained carbonate.
    #[serde(rename = "guard_pct", deserialize_with = "pct_to_ppm")]
    pub guard_ppm: i32,
}

/// What an ore costs on its way to concentrate, from a date on; money without VAT, a dry tonne of ore.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OreCost {
    /// First day in force.
    #[serde(deserialize_with = "day")]
    pub from: NaiveDate,
    /// Grade of the concentrate, ppm.
    #[serde(rename = "concentrate_grade_pct", deserialize_with = "pct_to_ppm")]
    pub concentrate_grade_ppm: i32,
    /// Recovery of beneficiation, ppm.
    #[serde(rename = "recovery_pct", deserialize_with = "pct_to_ppm")]
    pub recovery_ppm: i32,
    /// Mining, fen/t.
    #[serde(rename = "mining_yuan_per_t", deserialize_with = "yuan_to_fen")]
    pub mining_fen_per_t: i64,
    /// Beneficiation, fen/t.
    #[serde(rename = "beneficiation_yuan_per_t", deserialize_with = "yuan_to_fen")]
    pub beneficiation_fen_per_t: i64,
    /// By-products, fen/t.
    #[serde(rename = "by_products_yuan_per_t", deserialize_with = "yuan_to_fen")]
    pub by_products_fen_per_t: i64,
    /// Least netback, ppm of the value of the contained carbonate.
    #[serde(rename = "guard_pct", deserialize_with = "pct_to_ppm")]
    pub guard_ppm: i32,
}

impl PricePolicy {
    /// The section `[price]` of a policy.
    ///
    /// # Errors
    /// [`PolicyError`] naming every wrong key and what is allowed.
    pub fn load(policy: &Policy) -> Result<Self, PolicyError> {
        let price = Self::read(policy)?;
        let wrongs = price.wrongs();
        if wrongs.is_empty() { Ok(price) } else { Err(PolicyError::Keys(wrongs)) }
    }

    /// The section as written: its keys are known and their values of the right type, but they may contradict each other.
    ///
    /// # Errors
    /// [`PolicyError::Section`] naming the first key that is unknown or of the wrong type.
    pub fn read(policy: &Policy) -> Result<Self, PolicyError> {
        policy.section("price")
    }

    /// Every key whose value is not allowed.
    #[must_use]
    pub fn wrongs(&self) -> Vec<Wrong> {
        super::policy_check::check(self)
    }
}

/// The entry in force on a day, of entries with the earliest first.
pub fn in_force<T>(entries: &[T], from: impl Fn(&T) -> NaiveDate, day: NaiveDate) -> Option<&T> {
    entries.iter().rfind(|e| from(e) <= day)
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            serde::de::Error::custom(format!(
                "\"{text}\"：须写作 \"2 %\"、\"50 yuan/t\" 或 \"none\" / must be written \"2 %\", \"50 yuan/t\" or \"none\""
            ))
        })
    }
}

impl<'de> Deserialize<'de> for Mechanism {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Written {
            trigger: Limit,
            max_step: Limit,
            #[serde(rename = "tick_yuan_per_t", deserialize_with = "yuan_to_fen")]
            tick: i64,
            #[serde(rename = "floor_yuan_per_t", deserialize_with = "yuan_to_fen")]
            floor: i64,
            #[serde(rename = "ceiling_yuan_per_t", deserialize_with = "yuan_to_fen")]
            ceiling: i64,
        }
        let Written { trigger, max_step, tick, floor, ceiling } = Written::deserialize(deserializer)?;
        Ok(Self { trigger, max_step, tick, floor, ceiling })
    }
}

impl<'de> Deserialize<'de> for Formula {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Written {
            #[serde(rename = "factor_pct", deserialize_with = "pct_to_ppm_wide")]
            factor_ppm: i64,
            #[serde(rename = "at_grade_pct", deserialize_with = "pct_to_ppm")]
            at_grade_ppm: i32,
            #[serde(rename = "factor_pct_per_grade_pct", deserialize_with = "pct_to_ppm_wide")]
            factor_ppm_per_grade_pct: i64,
            #[serde(rename = "moisture_pct", deserialize_with = "pct_to_ppm")]
            moisture_ppm: i32,
        }
        let w = Written::deserialize(deserializer)?;
        Ok(Self {
            factor_ppm: w.factor_ppm,
            at_grade_ppm: w.at_grade_ppm,
            factor_ppm_per_grade_pct: w.factor_ppm_per_grade_pct,
            moisture_ppm: w.moisture_ppm,
        })
    }
}
