//! What does a bulletin say? The public document of one period: nothing in it names a seller or lets one be made out.

use super::bands::Why;
use crate::text::Said;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A bulletin, as drafted or as published. Money is fen; every count that could identify a seller is `None` (see
/// `publication.min_shown` of the policy).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bulletin {
    /// `〔2023〕6号`; `None`: a draft has no number yet.
    pub number: Option<String>,
    /// The bulletin that this one corrects, and why; `None`: a regular one.
    pub corrects: Option<Correction>,
    /// Title.
    pub title: Said,
    /// Who publishes.
    pub issuer: String,
    /// What the prices may be called: non-binding, or the catalogue entry.
    pub notice: Said,
    /// Period id (`2023-06`).
    pub period: String,
    /// First day of the period, ISO 8601.
    pub from: String,
    /// Last day of the period.
    pub to: String,
    /// The day on which it is due: the first business day after the period.
    pub due: String,
    /// The Beijing day on which it was published; `None`: a draft.
    pub published_on: Option<String>,
    /// The products, in the order of the policy.
    pub products: Vec<ProductBulletin>,
    /// Judgements that changed a number, with who and why.
    pub judgements: Vec<Judgement>,
    /// Notes on the method, each a paragraph.
    pub method: Vec<Said>,
    /// Changes of method: from when, and what.
    pub changes_of_method: Vec<Said>,
    /// Hashes of what it was made from.
    pub made_from: MadeFrom,
}

/// What a correction corrects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// Number of the bulletin that is corrected.
    pub number: String,
    /// Why.
    pub reason: String,
}

/// A number that a person decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// Product id.
    pub product: String,
    /// Grade class; `None`: all of the product.
    pub class: Option<String>,
    /// What was decided: `approve-move` (a price of tier D may move), `hold` (it may not), `exclude-sale`, `admit-sale`.
    pub what: String,
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// What a bulletin was made from; hashes are SHA-256, hex.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeFrom {
    /// Version of the program.
    pub program: String,
    /// The lake's transaction.
    pub lake_version: u64,
    /// Over every sale and quotation that was read, with its code.
    pub inputs_sha256: String,
    /// Of the policy in force.
    pub policy_sha256: String,
}

/// One product of a bulletin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProductBulletin {
    /// Product id.
    pub product: String,
    /// For people.
    pub title: Said,
    /// Battery-grade lithium carbonate that the period is priced at, fen/t incl. VAT.
    pub carbonate_fen_per_t: Option<i64>,
    /// The same of the period before.
    pub carbonate_before_fen_per_t: Option<i64>,
    /// Age of the quotation, days.
    pub carbonate_age_days: Option<i64>,
    /// Tier of trust: `A` to `D`.
    pub tier: String,
    /// Sales admitted; `None`: so few that they are not shown.
    pub n: Option<u32>,
    /// Distinct sellers.
    pub sellers: Option<u32>,
    /// Distinct buyers.
    pub buyers: Option<u32>,
    /// Half-width of the band, logarithmic.
    pub band: f64,
    /// Share of the sales of the last 12 periods that fell within the band announced before them; `None`: too few.
    pub coverage: Option<f64>,
    /// Largest influence that one seller could have had on a price, logarithmic.
    pub seller_influence: Option<f64>,
    /// Sales left out by code; a count that is too small is `None`.
    pub excluded: BTreeMap<String, Option<u32>>,
    /// The grade classes, lowest first.
    pub classes: Vec<ClassBulletin>,
}

/// One line of the table of prices; fen a dry tonne ex works, without VAT, cash.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassBulletin {
    /// Id of the grade class.
    pub class: String,
    /// Grade that is priced, ppm Li2O.
    pub grade_ppm: i32,
    /// Guide price; `None`: suspended.
    pub guide_fen_per_t: Option<i64>,
    /// Lower limit.
    pub lower_fen_per_t: Option<i64>,
    /// Upper limit.
    pub upper_fen_per_t: Option<i64>,
    /// Per 1 % Li2O (度).
    pub per_du_fen: Option<i64>,
    /// Guide price of the period before.
    pub before_fen_per_t: Option<i64>,
    /// `L1` to `L6`: on what the price rests.
    pub ladder: String,
    /// Not for settlement (L5).
    pub indicative: bool,
    /// What the mechanism did: `init`, `hold`, `adjust`, `maxstep`, with `+bound`; `none`.
    pub act: String,
    /// Why it moved, or why not, in a sentence.
    pub reason: Said,
    /// The change split without a rest; `None`: a first price, or none.
    #[serde(default)]
    pub why: Option<Why>,
}
