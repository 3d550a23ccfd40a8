//! How do sales become guide prices, period after period? normalise → screen → centre → assess → mechanism → band.
//!
//! Assessed price of a class: `exp(theta) × Nref(grade of the class, carbonate today)`. Where a period has no centre of its own
//! the last one is carried, moved with today's netback, for the policy's number of periods (ladder L4); after that there is
//! no price, and the first price that follows is an initial one again: nothing is in force that it could be measured against.
//! A stale price is never repeated without the move of the netback.

use super::band::{bounded, half_width, limits_of, shown_half_width};
use super::bands::{ClassPrice, GradeClass, Period, PricedSale, ProductBands};
use super::calendar::Span;
use super::carbonate::{Quotation, Quotes};
use super::centre::{Point, centre};
use super::mechanism::{round_to_integer, step};
use super::netback::Costs;
use super::normalise::float;
use super::policy::{AssessedBy, Class, PricePolicy, ProductPolicy};
use super::sale::Sale;
use super::screen::{Code, Screened, screen};
use super::{benchmark, formula};
use crate::records::decimal::divide_half_even;
use crate::records::units::dry_kg;
use std::collections::{BTreeMap, BTreeSet};

/// The centre of its own sales.
pub const OWN_PERIOD: &str = "own-period";
/// An older centre with today's netback.
pub const CARRIED: &str = "carried-netback";
/// The formula of the policy.
pub const FORMULA: &str = "formula";
/// The benchmark of the policy and the quotation.
pub const BENCHMARK: &str = "benchmark";
/// No price.
pub const NONE: &str = "none";

/// The bands of one product over the periods; `sales` are sorted by (date, id).
#[must_use]
pub fn assess(id: &str, price: &PricePolicy, product: &ProductPolicy, sales: &[Sale], quotes: &Quotes, periods: &[Span]) -> ProductBands {
    let screened = screen(sales, quotes, price, product);
    let mut course = Course { price, product, quotes, theta: None, age: 0, residuals: Vec::new(), guides: BTreeMap::new() };
    let mut at = 0;
    let mut done = Vec::with_capacity(periods.len());
    for span in periods {
        let to = at + sales.get(at..).unwrap_or_default().partition_point(|s| s.date <= span.to);
        let own = sales.get(at..to).unwrap_or_default().iter().zip(screened.get(at..to).unwrap_or_default());
        done.push(course.period(span, &own.collect::<Vec<_>>()));
        at = to;
    }
    let classes = product.class.iter().map(grade_class).collect();
    let sales = sales.iter().zip(&screened).map(|(sale, s)| priced(price, product, sale, s)).collect();
    ProductBands { product: id.to_owned(), classes, periods: done, sales }
}

/// What one period hands to the next.
struct Course<'a> {
    price: &'a PricePolicy,
    product: &'a ProductPolicy,
    quotes: &'a Quotes,
    /// The last centre that may still serve.
    theta: Option<f64>,
    /// Periods since.
    age: u32,
    /// One-step-ahead |residuals|, in the order of the sales.
    residuals: Vec<f64>,
    /// Guide price in force by index of the class.
    guides: BTreeMap<usize, i64>,
}

impl Course<'_> {
    fn period(&mut self, span: &Span, own: &[(&Sale, &Screened)]) -> Period {
        let admitted: Vec<(&Sale, &Screened)> = own.iter().copied().filter(|(_, s)| s.code == Code::Ok).collect();
        if let Some(expected) = self.theta {
            self.residuals.extend(admitted.iter().filter_map(|(_, s)| s.y).map(|y| (y - expected).abs()));
        }
        let (points, sellers) = points(&admitted, self.product);
        let theta = centre(&points, &self.product.centre);
        let basis = self.advance(theta);
        let quotation = self.quotes.at(span.to, &self.price.carbonate, &self.price.calendar);
        let band = half_width(&self.residuals, &self.product.band);
        let costs = Costs::on(self.price, self.product, span.to);
        let netbacks = self.product.class.iter().map(|class| {
            let (costs, quotation) = (costs?, quotation?);
            Some(costs.reference_fen_per_t(class.grade_ppm, quotation.fen_per_t))
        });
        let netbacks: Vec<Option<f64>> = netbacks.collect();
        let classes = self.product.class.iter().zip(netbacks).enumerate();
        let classes: Vec<ClassPrice> = classes.map(|(i, (class, netback))| self.class(i, class, netback, quotation, basis, band)).collect();
        let limits = classes.iter().filter_map(|c| c.lower_fen_per_t.zip(c.upper_fen_per_t));
        let band = shown_half_width(self.product, limits, band);
        Period {
            period: span.id.clone(),
            from: span.from.to_string(),
            to: span.to.to_string(),
            carbonate_fen_per_t: quotation.map(|q| q.fen_per_t),
            carbonate_age_days: quotation.map(|q| q.age_days),
            n: count(admitted.len()),
            sellers: count(sellers),
            buyers: count(buyers(&admitted, self.product)),
            theta,
            band,
            excluded: excluded(own),
            classes,
        }
    }

    /// Takes over the period's own centre, or carries the last one, or gives it up.
    fn advance(&mut self, own: Option<f64>) -> &'static str {
        let by_rule = match self.product.assessed_by {
            AssessedBy::Market => None,
            AssessedBy::Formula => Some(FORMULA),
            AssessedBy::Benchmark => Some(BENCHMARK),
        };
        if let Some(basis) = by_rule {
            self.theta = own;
            return basis;
        }
        if own.is_some() {
            (self.theta, self.age) = (own, 0);
            return OWN_PERIOD;
        }
        self.age = self.age.saturating_add(1);
        if self.age > self.product.carry_periods {
            self.theta = None;
        }
        if self.theta.is_some() { CARRIED } else { NONE }
    }

    fn class(&mut self, i: usize, class: &Class, netback: Option<f64>, quotation: Option<Quotation>, basis: &str, band: f64) -> ClassPrice {
        let assessed = match self.product.assessed_by {
            AssessedBy::Market => self.theta.zip(netback).map(|(theta, netback)| round_to_integer(libm::exp(theta) * netback)),
            AssessedBy::Formula => {
                self.product.formula.zip(quotation).and_then(|(f, quotation)| formula::price(&f, class.grade_ppm, quotation.fen_per_t))
            }
            AssessedBy::Benchmark => {
                self.product.benchmark.zip(quotation).and_then(|(b, quotation)| benchmark::price(&b, class.grade_ppm, quotation.fen_per_t))
            }
        };
        let netback_fen_per_t = netback.map(round_to_integer);
        let Some(assessed) = assessed else {
            self.guides.remove(&i);
            return no_price(class, netback_fen_per_t);
        };
        let mechanism = bounded(self.product, class.grade_ppm);
        let guide = step(&mechanism, self.guides.get(&i).copied(), assessed);
        self.guides.insert(i, guide.guide);
        let (lower, upper) = limits_of(self.product, class.grade_ppm, guide.guide, band);
        ClassPrice {
            class: class.id.clone(),
            netback_fen_per_t,
            assessed_fen_per_t: Some(assessed),
            guide_fen_per_t: Some(guide.guide),
            lower_fen_per_t: Some(lower),
            upper_fen_per_t: Some(upper),
            per_du_fen: per_du(guide.guide, class.grade_ppm),
            carry_fen_per_t: Some(guide.carry),
            act: guide.says(),
            basis: basis.to_owned(),
        }
    }
}

fn no_price(class: &Class, netback_fen_per_t: Option<i64>) -> ClassPrice {
    ClassPrice {
        class: class.id.clone(),
        netback_fen_per_t,
        assessed_fen_per_t: None,
        guide_fen_per_t: None,
        lower_fen_per_t: None,
        upper_fen_per_t: None,
        per_du_fen: None,
        carry_fen_per_t: None,
        act: NONE.to_owned(),
        basis: NONE.to_owned(),
    }
}

/// Price per 1 % of Li2O (度), fen, rounded half to even.
fn per_du(guide_fen: i64, grade_ppm: i32) -> Option<i64> {
    i64::try_from(divide_half_even(i128::from(guide_fen) * 10_000, i128::from(grade_ppm.max(1)), false)).ok()
}

/// The admitted sales as points with sellers numbered in the order of their names, and the number of sellers.
fn points(admitted: &[(&Sale, &Screened)], product: &ProductPolicy) -> (Vec<Point>, usize) {
    let level = product.centre.seller_is;
    let names: BTreeSet<&str> = admitted.iter().map(|(sale, _)| sale.seller.identity(level)).collect();
    let numbers: BTreeMap<&str, usize> = names.iter().enumerate().map(|(number, name)| (*name, number)).collect();
    let cap_mg = product.centre.lot_cap_kg.saturating_mul(crate::records::units::PPM);
    let points = admitted.iter().filter_map(|(sale, s)| {
        let seller = numbers.get(sale.seller.identity(level)).copied()?;
        // Weights in tonnes: only their ratios matter.
        Some(Point { y: s.y?, weight: float(s.dry_mg?.min(cap_mg)) / 1e9, seller })
    });
    (points.collect(), names.len())
}

fn buyers(admitted: &[(&Sale, &Screened)], product: &ProductPolicy) -> usize {
    admitted.iter().map(|(sale, _)| sale.buyer.identity(product.centre.seller_is)).collect::<BTreeSet<_>>().len()
}

fn excluded(own: &[(&Sale, &Screened)]) -> Vec<(String, u32)> {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for (_, s) in own.iter().filter(|(_, s)| s.code != Code::Ok) {
        *counts.entry(s.code.id()).or_default() += 1;
    }
    counts.into_iter().map(|(code, n)| (code.to_owned(), n)).collect()
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn grade_class(class: &Class) -> GradeClass {
    GradeClass { id: class.id.clone(), grade_ppm: class.grade_ppm, from_ppm: class.from_ppm, to_ppm: class.to_ppm }
}

fn priced(price: &PricePolicy, product: &ProductPolicy, sale: &Sale, s: &Screened) -> PricedSale {
    PricedSale {
        id: sale.id.clone(),
        contract_no: sale.contract_no.clone(),
        date: sale.date.to_string(),
        period: price.calendar.period_of(sale.date).id,
        seller: sale.seller.name.clone(),
        buyer: sale.buyer.name.clone(),
        class: s.class.and_then(|i| product.class.get(i)).map(|c| c.id.clone()),
        dry_kg: s.dry_mg.and(sale.moisture_ppm).map(|moisture| dry_kg(sale.wet_kg, moisture)),
        dry_fen_per_t: s.dry_fen_per_t.map(round_to_integer),
        netback_fen_per_t: s.netback_fen_per_t.map(round_to_integer),
        code: s.code.id().to_owned(),
    }
}
