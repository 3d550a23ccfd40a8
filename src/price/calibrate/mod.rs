//! What does the lake's own history say about the numbers of the policy? A proposal with errors and proof; never applied by itself.
//!
//! [`history`] (which sales) → [`slopes`] (grade, terms, moisture, lot: robust MM regression, [`qr`], [`bisquare`], [`mm`], [`panel`]) →
//! fixed cost and credit → [`spreads`] (likeness and spread of deals: [`icc`]; movement of the level: [`state_variance`]) with the cost
//! and credit that are proposed → [`compare`] (would it have foretold better?) → [`propose`] (the file). Nothing here is random but
//! the starts of the regression, which come from one seed that never changes: the same sales give the same bytes.

pub mod bisquare;
pub mod compare;
pub mod history;
pub mod icc;
pub mod mm;
pub mod panel;
pub mod propose;
pub mod qr;
pub mod row;
pub mod rules;
pub mod slopes;
pub mod spreads;
pub mod state_variance;

use super::Market;
use super::mechanism::round_to_integer;
use super::policy::{AssessedBy, PricePolicy};
use crate::policy::{Policy, PolicyError};
use crate::text::Said;
use chrono::NaiveDate;
use compare::{Comparison, compare};
use history::History;
use propose::propose;
use row::{Row, Verdict, What};
use serde::Serialize;

/// What was found of one product.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProductCalibration {
    /// Product id.
    pub product: String,
    /// First and last day of the sales that it rests on.
    pub days: Option<(NaiveDate, NaiveDate)>,
    /// Sales that it rests on.
    pub sales: usize,
    /// Distinct sellers among them.
    pub sellers: usize,
    /// Numbers of the state, the fixed cost, trends.
    pub rows: Vec<Row>,
}

/// Everything that was found, and the policy with the proposed numbers in force from the beginning.
#[derive(Clone, Debug)]
pub struct Estimates {
    /// By product, concentrates before the ores that become one.
    pub products: Vec<ProductCalibration>,
    /// The interest of credit, which all products share; `None`: no product is calibrated.
    pub credit: Option<Row>,
    /// What history would have been priced with.
    pub policy: PricePolicy,
}

/// A whole calibration.
#[derive(Clone, Debug, Serialize)]
pub struct Calibration {
    /// By product.
    pub products: Vec<ProductCalibration>,
    /// The interest of credit.
    pub credit: Option<Row>,
    /// Before and after: over all periods, and over the last ones with numbers from those before.
    pub comparisons: Vec<Comparison>,
    /// The proposed policy as a file: only keys that change.
    pub proposal: String,
    /// How many numbers are proposed.
    pub changes: usize,
}

/// Calibrates the products of a policy, or one, from what the lake holds.
///
/// # Errors
/// [`PolicyError`] if the policy is wrong; the proposal is loaded before it is returned, so that it never is.
pub fn calibrate(policy: &Policy, market: &Market, only: Option<&str>) -> Result<Calibration, PolicyError> {
    let price = PricePolicy::load(policy)?;
    let estimates = estimate(&price, market, only);
    let mut comparisons = Vec::new();
    let held_out = held_out(&price, market);
    let earlier = until(market, held_out);
    let from_earlier = estimate(&price, &earlier, only);
    for product in estimates.products.iter().filter(|p| p.sales > 0) {
        comparisons.extend(compare(&product.product, market, &price, &estimates.policy, 0, false));
        let learned = from_earlier.products.iter().any(|p| p.product == product.product && p.rows.iter().any(|r| r.proposed.is_some()))
            || from_earlier.credit.as_ref().is_some_and(|r| r.proposed.is_some());
        if learned {
            comparisons.extend(compare(&product.product, market, &price, &from_earlier.policy, held_out, true));
        }
    }
    let (proposal, changes) = propose(policy, &price, market, &estimates, &comparisons)?;
    Ok(Calibration { products: estimates.products, credit: estimates.credit, comparisons, proposal, changes })
}

/// The index of the first period that the proof keeps out of the estimation.
fn held_out(price: &PricePolicy, market: &Market) -> usize {
    let periods = bisquare::float(market.periods.len());
    usize::try_from(round_to_integer(periods * (1.0 - price.calibration.holdout_share))).unwrap_or(0)
}

/// The market as it was before a period.
fn until(market: &Market, period: usize) -> Market {
    let mut earlier = market.clone();
    if let Some(first) = market.periods.get(period) {
        earlier.products.iter_mut().for_each(|(_, sales)| sales.retain(|s| s.date < first.from));
    }
    earlier.periods.truncate(period);
    earlier
}

/// All estimates. First what is wrong with the terms and the cost, then, with that put right, how deals scatter and the level moves.
#[must_use]
pub fn estimate(price: &PricePolicy, market: &Market, only: Option<&str>) -> Estimates {
    let mut policy = price.clone();
    let mut products: Vec<ProductCalibration> = Vec::new();
    let mut rates = Vec::new();
    for (id, history) in histories(price, market, only) {
        // The netback of an ore goes through its concentrate, whose cost may have been put right before.
        let history = if products.is_empty() { history } else { history_of(&policy, market, &id) };
        let (found, rate) = first_pass(&policy, &id, &history);
        if let Some(cost) = found.rows.iter().find(|r| r.what == What::Cost)
            && let (Some(proposed), Some(now)) = (cost.proposed, cost.now)
        {
            policy = slopes::with_cost(&policy, &id, round_to_integer((proposed - now) * 100.0));
        }
        rates.extend(rate.map(|rate| (rate, history.deals.len())));
        products.push(found);
    }
    let credit = (!products.is_empty()).then(|| credit_row(price, &rates));
    if let Some(rate) = credit.as_ref().and_then(|row| row.proposed) {
        let ppm = i32::try_from(round_to_integer(rate * 1e4)).unwrap_or(i32::MAX);
        policy.terms.iter_mut().for_each(|terms| terms.credit_rate_ppm = ppm);
    }
    for found in &mut products {
        second_pass(&mut policy, market, found);
    }
    Estimates { products, credit, policy }
}

/// The histories of the products that are priced by sales, concentrates first.
fn histories(price: &PricePolicy, market: &Market, only: Option<&str>) -> Vec<(String, History)> {
    let mut ids: Vec<(bool, &String)> = price
        .product
        .iter()
        .filter(|(id, product)| product.assessed_by == AssessedBy::Market && only.is_none_or(|only| only == id.as_str()))
        .map(|(id, product)| (product.ore_of.is_some(), id))
        .collect();
    ids.sort();
    ids.into_iter().map(|(_, id)| (id.clone(), history_of(price, market, id))).collect()
}

fn history_of(price: &PricePolicy, market: &Market, id: &str) -> History {
    let sales = market.products.iter().find(|(product, _)| product == id).map(|(_, sales)| sales.as_slice()).unwrap_or_default();
    match price.product.get(id) {
        Some(product) => History::of(price, product, sales, &market.quotes, &market.periods),
        None => History::default(),
    }
}

/// Slopes and fixed cost of a product, and the interest that its credit implies.
fn first_pass(price: &PricePolicy, id: &str, history: &History) -> (ProductCalibration, Option<(f64, f64)>) {
    let rules = &price.calibration;
    let n = history.deals.len();
    let mut found =
        ProductCalibration { product: id.to_owned(), days: history.span(), sales: n, sellers: history.sellers, rows: Vec::new() };
    if !slopes::enough(history, rules.min_sales, rules.min_sellers) {
        let meaning = Said::new(
            format!("历史不足：采用 {n} 笔、卖方 {}，至少须 {} 笔、卖方 {}", history.sellers, rules.min_sales, rules.min_sellers),
            format!(
                "too little history: {n} sales of {} sellers are evidence, {} of {} are needed",
                history.sellers, rules.min_sales, rules.min_sellers
            ),
        );
        let now = price.product.get(id).and_then(slopes::cost_now);
        found.rows.push(Row::none(What::Cost, now, n, Verdict::TooLittle, meaning));
        return (found, None);
    }
    let Some(slopes) = slopes::slopes(history) else {
        let meaning = Said::new("无法拟合：每期成交太少，或价格没有离散", "no fit: too few sales a period, or no spread of prices");
        found.rows.push(Row::none(What::Grade, None, n, Verdict::NotIdentified, meaning));
        return (found, None);
    };
    let grade = slopes.iter().find(|s| s.what == What::Grade).and_then(|s| s.found);
    found.rows.extend(slopes::cost_row(price, id, history, grade, rules.significance_sd));
    found.rows.extend(slopes::rows(&slopes, n, rules.significance_sd));
    (found, slopes::credit_rate(&slopes, credit_now(price)))
}

/// The interest in force at the end, percent a year.
fn credit_now(price: &PricePolicy) -> f64 {
    price.terms.last().map_or(0.0, |terms| f64::from(terms.credit_rate_ppm) / 1e4)
}

fn credit_row(price: &PricePolicy, rates: &[((f64, f64), usize)]) -> Row {
    let now = credit_now(price);
    let n = rates.iter().map(|(_, n)| n).sum();
    let estimates: Vec<(f64, f64)> = rates.iter().map(|(rate, _)| *rate).collect();
    let Some(found) = slopes::pooled(&estimates) else {
        return Row::none(What::CreditRate, Some(now), n, Verdict::NotIdentified, slopes::alike());
    };
    if !(0.0..=100.0).contains(&found.0) {
        let meaning = Said::new(
            "隐含的年息不在 0 至 100 % 之间：账期之差另有原因",
            "the implied interest is not within 0 and 100 %: credit differs for another reason",
        );
        let verdict =
            if (found.0 - now).abs() > price.calibration.significance_sd * found.1 { Verdict::NotIdentified } else { Verdict::Agrees };
        return Row { estimate: Some(found.0), error: Some(found.1), ..Row::none(What::CreditRate, Some(now), n, verdict, meaning) };
    }
    let meaning = Said::new(
        "长账期的成交实际高出多少，折成年息；各产品合并（按精度加权）",
        "what sales on credit are dearer by, as interest a year; all products together, weighted by precision",
    );
    Row::number(What::CreditRate, now, found, n, price.calibration.significance_sd, found.0, meaning)
}

/// Likeness and spread of deals and the movement of the level, with the cost and credit of the policy; puts what is proposed into it.
fn second_pass(policy: &mut PricePolicy, market: &Market, found: &mut ProductCalibration) {
    if found.rows.iter().any(|r| r.verdict == Verdict::TooLittle) {
        return;
    }
    let history = history_of(policy, market, &found.product);
    let Some(product) = policy.product.get_mut(&found.product) else { return };
    let mut rows = spreads::rows(&history, product, &policy.calibration);
    for row in &rows {
        match (row.what, row.proposed) {
            (What::Icc, Some(icc)) => product.state.icc = icc,
            (What::DealSd, Some(sd)) => product.state.deal_sd = sd,
            (What::LevelSd, Some(sd)) => product.state.level_sd_a_period = sd,
            _ => {}
        }
    }
    rows.append(&mut found.rows);
    found.rows = rows;
}
