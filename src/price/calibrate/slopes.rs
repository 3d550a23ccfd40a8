//! Do the terms, the moisture, the lot or the grade leave a trend in prices that normalising and netback should have taken out?

use super::super::mechanism::round_to_integer;
use super::super::normalise::float as fen;
use super::super::policy::{PricePolicy, ProductPolicy};
use super::bisquare::float;
use super::history::{Deal, History, ln_netback};
use super::panel::{Panel, Slopes};
use super::row::{Row, Verdict, What};
use crate::text::Said;

/// What explains a price beyond its period, in the order in which what adds nothing is given up last.
const EXPLAINS: [(What, fn(&Deal) -> f64); 6] = [
    (What::Grade, |d| f64::from(d.grade_ppm) / 1e4),
    (What::CreditRate, |d| d.credit_years),
    (What::Delivered, |d| f64::from(u8::from(d.delivered))),
    (What::Vat, |d| f64::from(u8::from(d.vat_included))),
    (What::Moisture, |d| d.moisture_pct),
    (What::Lot, |d| libm::log2(d.dry_t)),
];

/// A slope with its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slope {
    /// What explains.
    pub what: What,
    /// Estimate and standard error; `None`: it does not vary within periods, or only together with another.
    pub found: Option<(f64, f64)>,
}

/// The slopes of `ln(dry price / netback)`; `None`: there is no fit.
#[must_use]
pub fn slopes(history: &History) -> Option<Vec<Slope>> {
    let panel = Panel {
        y: history.deals.iter().map(|d| d.y).collect(),
        columns: EXPLAINS.iter().map(|(_, of)| history.deals.iter().map(of).collect()).collect(),
        period: history.periods(),
        seller: history.seller_numbers(),
    };
    let kept = panel.independent();
    let fit = panel.only(&kept).fit()?;
    let found = |i: usize| estimate(&fit, kept.iter().position(|k| *k == i)?);
    Some(EXPLAINS.iter().enumerate().map(|(i, (what, _))| Slope { what: *what, found: found(i) }).collect())
}

fn estimate(fit: &Slopes, column: usize) -> Option<(f64, f64)> {
    Some((*fit.slopes.get(column)?, (*fit.errors.get(column)?)?))
}

/// The rows of the trends that no key sets; those of grade and credit say what they mean by themselves.
#[must_use]
pub fn rows(slopes: &[Slope], n: usize, significance: f64) -> Vec<Row> {
    let trends = slopes.iter().filter(|s| s.what != What::CreditRate);
    let row = |slope: &Slope| match slope.found {
        Some(found) => Row::trend(slope.what, found, n, significance, meaning(slope.what)),
        None => Row::none(slope.what, None, n, Verdict::NotIdentified, alike()),
    };
    trends.map(row).collect()
}

/// Why a slope has no estimate.
#[must_use]
pub fn alike() -> Said {
    Said::new("各期之内没有差别，或总与另一项同时变化", "does not vary within periods, or only together with another")
}

fn meaning(what: What) -> Said {
    match what {
        What::Grade => Said::new(
            "成交价与净回值之比随品位的变化；不为零说明净回值的成本参数与市场不符",
            "how price over netback changes with grade; a trend says that the cost parameters are not the market's",
        ),
        What::Delivered => Said::new(
            "扣除所记运费后，送到价仍高（正）或低（负）出的部分：所记运费不足或过多",
            "what delivered prices still have more (+) or less (-) after the freight on record: too little or too much freight was recorded",
        ),
        What::Vat => Said::new(
            "扣税后含税价仍高（正）或低（负）出的部分：含税标记可能有误",
            "what prices with VAT still have more (+) or less (-) after it was taken off: the VAT mark may be wrong",
        ),
        What::Moisture => Said::new(
            "折成干吨后仍随水分变化：水分可能虚报",
            "still changes with moisture after conversion to dry tonnes: moisture may be misstated",
        ),
        _ => Said::new(
            "单价随批量的变化：批量折扣（负）或溢价（正）",
            "how prices change with the lot: a discount (-) or premium (+) for size",
        ),
    }
}

/// Steps of the search of the fixed cost, and the step in yuan a tonne at which it ends.
const STEPS: u32 = 40;
const CLOSE_YUAN: f64 = 0.05;

/// By how much the fixed cost of the netback would have to change for the trend with grade to vanish, yuan a dry tonne, with its
/// standard error. `None`: no such cost.
///
/// `N = grade × A - B`: the level takes up any common factor of A and B, so a trend with grade says something of `B / A` alone, and
/// recovery or conversion cost are not told by it. Each step is a robust regression with the netback's slope on B in the place of
/// grade (Gauss and Newton's method).
#[must_use]
pub fn fixed_cost(price: &PricePolicy, id: &str, history: &History) -> Option<(f64, f64)> {
    let mut extra_fen = 0i64;
    let mut start = None;
    for _ in 0..STEPS {
        let fit = cost_step(price, id, history, extra_fen, start.as_deref())?;
        let (step, error) = estimate(&fit, 0)?;
        extra_fen = extra_fen.checked_add(round_to_integer(step * 100.0))?;
        // With the step taken nothing of it is left, and the other slopes hardly change.
        start = Some(std::iter::once(0.0).chain(fit.slopes.into_iter().skip(1)).collect::<Vec<f64>>());
        if step.abs() <= CLOSE_YUAN {
            return Some((fen(extra_fen) / 100.0, error));
        }
    }
    None
}

/// The fit whose first slope is the next step, yuan a dry tonne.
fn cost_step(price: &PricePolicy, id: &str, history: &History, extra_fen: i64, start: Option<&[f64]>) -> Option<Slopes> {
    const YUAN: i64 = 100;
    let (at, beyond) = (with_cost(price, id, extra_fen), with_cost(price, id, extra_fen.checked_add(YUAN)?));
    let netbacks = |of: &PricePolicy| -> Option<Vec<f64>> {
        let product = of.product.get(id)?;
        history.deals.iter().map(|deal| ln_netback(of, product, deal)).collect()
    };
    let (now, then) = (netbacks(&at)?, netbacks(&beyond)?);
    let slope: Vec<f64> = now.iter().zip(&then).map(|(now, then)| then - now).collect();
    let others = EXPLAINS.iter().skip(1).map(|(_, of)| history.deals.iter().map(of).collect());
    let panel = Panel {
        y: history.deals.iter().zip(&now).map(|(deal, netback)| deal.ln_price - netback).collect(),
        columns: std::iter::once(slope).chain(others).collect(),
        period: history.periods(),
        seller: history.seller_numbers(),
    };
    let kept = panel.independent();
    if kept.first() != Some(&0) {
        return None;
    }
    let panel = panel.only(&kept);
    match start.filter(|start| start.len() == kept.len()) {
        Some(start) => panel.fit_from(start),
        None => panel.fit(),
    }
}

/// A policy with so much more of the fixed cost, in all its entries; below zero too, which no file may hold.
#[must_use]
pub fn with_cost(price: &PricePolicy, id: &str, extra_fen: i64) -> PricePolicy {
    let mut price = price.clone();
    if let Some(product) = price.product.get_mut(id) {
        product.cost.iter_mut().for_each(|cost| cost.processing_fen_per_t = cost.processing_fen_per_t.saturating_add(extra_fen));
        product.ore_cost.iter_mut().for_each(|cost| cost.beneficiation_fen_per_t = cost.beneficiation_fen_per_t.saturating_add(extra_fen));
    }
    price
}

/// The fixed cost that can be proposed, yuan a dry tonne: that of the last entry.
#[must_use]
pub fn cost_now(product: &ProductPolicy) -> Option<f64> {
    let salt = product.cost.last().map(|c| c.processing_fen_per_t);
    let ore = product.ore_cost.last().map(|c| c.beneficiation_fen_per_t);
    salt.or(ore).map(|cost| fen(cost) / 100.0)
}

/// The row of the fixed cost.
#[must_use]
pub fn cost_row(price: &PricePolicy, id: &str, history: &History, grade: Option<(f64, f64)>, significance: f64) -> Option<Row> {
    let now = cost_now(price.product.get(id)?)?;
    let n = history.deals.len();
    let unknown = |zh: &str, en: &str| Some(Row::none(What::Cost, Some(now), n, Verdict::NotIdentified, Said::new(zh, en)));
    if grade.is_none() {
        return unknown("各期之内品位没有差别", "grades do not vary within periods");
    }
    let Some((extra, error)) = fixed_cost(price, id, history) else {
        return unknown("没有一个固定成本能消除品位趋势", "no fixed cost takes the trend with grade away");
    };
    let estimate = now + extra;
    if estimate < 0.0 {
        return unknown(
            "消除品位趋势须有负的固定成本：趋势另有原因（回收率、加工成本或副产品随品位变化）",
            "it would take a negative fixed cost: the trend has another cause (recovery, conversion or by-products that change with grade)",
        );
    }
    let meaning = Said::new(
        "使净回值不留品位趋势的固定成本（副产品价值等其余参数不变）；品位趋势只能识别固定成本与单位含锂价值之比，不能识别回收率和碳酸锂加工成本",
        "the fixed cost at which the netback leaves no trend with grade, by-products and all else as they are; a trend with grade tells only of the fixed cost over the value of a unit of lithium, not of recovery or conversion cost",
    );
    Some(Row::number(What::Cost, now, (estimate, error), n, significance, estimate, meaning))
}

/// Implied interest of one product's credit, percent a year, with its standard error.
#[must_use]
pub fn credit_rate(slopes: &[Slope], now_pct: f64) -> Option<(f64, f64)> {
    let (slope, error) = slopes.iter().find(|s| s.what == What::CreditRate)?.found?;
    Some((now_pct + 100.0 * slope, 100.0 * error))
}

/// The mean of estimates by the inverse of their variances, with its standard error.
#[must_use]
pub fn pooled(estimates: &[(f64, f64)]) -> Option<(f64, f64)> {
    if let [one] = estimates {
        return Some(*one);
    }
    let weight: f64 = estimates.iter().map(|(_, error)| 1.0 / (error * error)).sum();
    let sum: f64 = estimates.iter().map(|(estimate, error)| estimate / (error * error)).sum();
    (weight > 0.0 && weight.is_finite()).then(|| (sum / weight, libm::sqrt(1.0 / weight)))
}

/// The number of rows that a fit needs beyond its coefficients and the levels of its periods.
#[must_use]
pub fn enough(history: &History, min_sales: u32, min_sellers: u32) -> bool {
    float(history.deals.len()) >= f64::from(min_sales) && float(history.sellers) >= f64::from(min_sellers)
}
