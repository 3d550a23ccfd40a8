//! `/api/v1/prices`: guide prices with their band and evidence by product, period and grade class.

use super::listing::{Columns, list};
use crate::price::bands::{ClassPrice, GradeClass, Period};
use crate::serve::AppState;
use crate::serve::asked::Asked;
use crate::serve::params::within;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use serde::Serialize;
use std::collections::BTreeMap;

const KEYS: [&str; 3] = ["product", "class", "period"];

pub(super) const COLUMNS: Columns = Columns {
    file: "prices",
    names: &[
        "product",
        "period",
        "from",
        "to",
        "class",
        "class_grade_ppm",
        "class_from_ppm",
        "class_to_ppm",
        "guide_fen_per_t",
        "lower_fen_per_t",
        "upper_fen_per_t",
        "per_du_fen",
        "netback_fen_per_t",
        "assessed_fen_per_t",
        "carry_fen_per_t",
        "act",
        "basis",
        "carbonate_fen_per_t",
        "carbonate_age_days",
        "admitted_sales",
        "sellers",
        "buyers",
        "theta",
        "band",
        "excluded_sales",
        "excluded_codes",
        "tier",
        "ladder",
        "assessed_low_fen_per_t",
        "assessed_high_fen_per_t",
        "without_one_low_fen_per_t",
        "without_one_high_fen_per_t",
        "deviation",
        "n_eff",
        "top_share",
        "seller_influence",
        "sale_influence",
        "breakdown_sellers",
        "foretold_sales",
        "inside_sales",
        "why_from_fen_per_t",
        "why_carbonate_fen_per_t",
        "why_evidence_fen_per_t",
        "why_deviation_fen_per_t",
        "why_mechanism_fen_per_t",
    ],
    explode: None,
};

/// The price of one class in one period, with what it rests on. Money is fen a dry tonne ex works without VAT, except
/// carbonate, which is quoted with VAT.
#[derive(Serialize)]
struct Price {
    product: String,
    period: String,
    from: String,
    to: String,
    class: String,
    class_grade_ppm: Option<i32>,
    class_from_ppm: Option<i32>,
    class_to_ppm: Option<i32>,
    guide_fen_per_t: Option<i64>,
    lower_fen_per_t: Option<i64>,
    upper_fen_per_t: Option<i64>,
    per_du_fen: Option<i64>,
    netback_fen_per_t: Option<i64>,
    assessed_fen_per_t: Option<i64>,
    carry_fen_per_t: Option<i64>,
    act: String,
    basis: String,
    carbonate_fen_per_t: Option<i64>,
    carbonate_age_days: Option<i64>,
    admitted_sales: u32,
    sellers: u32,
    buyers: u32,
    theta: Option<f64>,
    band: f64,
    excluded_sales: u32,
    excluded_codes: String,
    tier: String,
    ladder: String,
    assessed_low_fen_per_t: Option<i64>,
    assessed_high_fen_per_t: Option<i64>,
    without_one_low_fen_per_t: Option<i64>,
    without_one_high_fen_per_t: Option<i64>,
    deviation: Option<f64>,
    n_eff: f64,
    top_share: Option<f64>,
    seller_influence: Option<f64>,
    sale_influence: Option<f64>,
    breakdown_sellers: Option<u32>,
    foretold_sales: u32,
    inside_sales: u32,
    why_from_fen_per_t: Option<i64>,
    why_carbonate_fen_per_t: Option<i64>,
    why_evidence_fen_per_t: Option<i64>,
    why_deviation_fen_per_t: Option<i64>,
    why_mechanism_fen_per_t: Option<i64>,
}

impl Price {
    fn of(product: &str, classes: &BTreeMap<&str, &GradeClass>, period: &Period, price: &ClassPrice) -> Self {
        let class = classes.get(price.class.as_str());
        let codes: Vec<String> = period.excluded.iter().map(|(code, n)| format!("{code}={n}")).collect();
        Self {
            product: product.to_owned(),
            period: period.period.clone(),
            from: period.from.clone(),
            to: period.to.clone(),
            class: price.class.clone(),
            class_grade_ppm: class.map(|c| c.grade_ppm),
            class_from_ppm: class.map(|c| c.from_ppm),
            class_to_ppm: class.map(|c| c.to_ppm),
            guide_fen_per_t: price.guide_fen_per_t,
            lower_fen_per_t: price.lower_fen_per_t,
            upper_fen_per_t: price.upper_fen_per_t,
            per_du_fen: price.per_du_fen,
            netback_fen_per_t: price.netback_fen_per_t,
            assessed_fen_per_t: price.assessed_fen_per_t,
            carry_fen_per_t: price.carry_fen_per_t,
            act: price.act.clone(),
            basis: price.basis.clone(),
            carbonate_fen_per_t: period.carbonate_fen_per_t,
            carbonate_age_days: period.carbonate_age_days,
            admitted_sales: period.n,
            sellers: period.sellers,
            buyers: period.buyers,
            theta: period.theta,
            band: period.band,
            excluded_sales: period.excluded.iter().map(|(_, n)| n).sum(),
            excluded_codes: codes.join(";"),
            tier: period.trust.tier.clone(),
            ladder: price.ladder.clone(),
            assessed_low_fen_per_t: price.assessed_low_fen_per_t,
            assessed_high_fen_per_t: price.assessed_high_fen_per_t,
            without_one_low_fen_per_t: price.without_one_low_fen_per_t,
            without_one_high_fen_per_t: price.without_one_high_fen_per_t,
            deviation: price.deviation,
            n_eff: period.trust.n_eff,
            top_share: period.trust.top_share,
            seller_influence: period.trust.seller_influence,
            sale_influence: period.trust.sale_influence,
            breakdown_sellers: period.trust.breakdown_sellers,
            foretold_sales: period.foretold,
            inside_sales: period.inside,
            why_from_fen_per_t: price.why.map(|why| why.from_fen_per_t),
            why_carbonate_fen_per_t: price.why.map(|why| why.carbonate_fen_per_t),
            why_evidence_fen_per_t: price.why.map(|why| why.evidence_fen_per_t),
            why_deviation_fen_per_t: price.why.map(|why| why.deviation_fen_per_t),
            why_mechanism_fen_per_t: price.why.map(|why| why.mechanism_fen_per_t),
        }
    }
}

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/api/v1/prices", get(all))
}

async fn all(asked: Asked) -> Response {
    list(&asked, &KEYS, &COLUMNS, |run, params| {
        let (product, period, class) = (params.product()?, params.period("period")?, params.get("class"));
        let mut prices = Vec::new();
        for bands in run.contents.bands.iter().filter(|b| product.is_none_or(|p| b.product == p)) {
            let classes: BTreeMap<&str, &GradeClass> = bands.classes.iter().map(|c| (c.id.as_str(), c)).collect();
            for at in bands.periods.iter().filter(|at| period.is_none_or(|p| within(&at.period, p))) {
                let wanted = at.classes.iter().filter(|price| class.is_none_or(|c| price.class == c));
                prices.extend(wanted.map(|price| Price::of(&bands.product, &classes, at, price)));
            }
        }
        Ok(prices)
    })
}
