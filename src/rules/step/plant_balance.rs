//! Which plants made more than their recorded feed can have held? Li2O in the product against Li2O in the feed, over every
//! stretch of months of a year.
//!
//! Two tests share the rate of a plant and year. The balance: no recovery above the best plausible one explains the product,
//! beyond the errors of scales, assays, surveys and declarations; the product is measured twice, as declared and as dispatched
//! with the change of stock. The history: the recovery lies above the plant's own of earlier months by more than months differ.

use super::Step;
use super::months::{Estimate, Excess, Month, Paper, STRETCHES_A_YEAR, apart, evidence, free, settled, stretches};
use super::plant_history::{Noise, Recovery, jump};
use super::plant_records::{Dispatched, Errors, Mass, Plants, Records, Stocks, plants};
use crate::engine::EngineError;
use crate::rules::context::Context;
use crate::rules::quantile;
use polars::prelude::DataFrame;
use std::collections::{BTreeMap, BTreeSet};

pub(super) static STEP: Step = Step {
    name: "plant-balance",
    parameters: &[
        "concentrator_recovery",
        "smelter_recovery",
        "scale_error",
        "assay_error",
        "assay_absolute",
        "stock_error",
        "declared_error",
        "min_history",
        "false_alarm",
    ],
    run,
};

/// A plant's month that can be judged.
pub(super) struct Judged {
    pub(super) month: Month,
    feed: Mass,
    stocks: Stocks,
    declared: Mass,
    dispatched: Option<Dispatched>,
    papers: Vec<Paper>,
}

/// By what the product is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    Declared,
    Dispatched,
}

/// What a test says of a stretch of months.
#[derive(Clone, Copy)]
pub(super) struct Verdict {
    pub(super) measure: Measure,
    /// How far beyond the limit: above 1 is found.
    pub(super) beyond: f64,
    /// Li2O that the feed does not explain, with its standard deviation, kg.
    pub(super) excess_kg: f64,
    pub(super) deviation_kg: f64,
    pub(super) product_kg: f64,
    pub(super) feed: Mass,
    /// The recovery that counts as explained.
    pub(super) recovery: f64,
    /// What is explained, limit included, kg.
    pub(super) allowed_kg: f64,
}

/// What the tests are made with.
struct Method {
    errors: Errors,
    /// Normal quantile of a stretch and measure.
    balance_limit: f64,
    history_rate: f64,
    min_history: usize,
}

fn run(context: &Context, rows: DataFrame) -> Result<DataFrame, EngineError> {
    let share = |name: &str| context.number(name).map(ppm);
    let rate = context.rate("false_alarm")? / 2.0 / STRETCHES_A_YEAR;
    let method = Method {
        errors: Errors {
            scale: share("scale_error")?,
            assay: share("assay_error")?,
            assay_absolute: share("assay_absolute")?,
            stock: share("stock_error")?,
            declared: share("declared_error")?,
        },
        balance_limit: quantile::normal(rate / 2.0),
        history_rate: rate,
        min_history: usize::try_from(context.number("min_history")?).unwrap_or(usize::MAX).max(2),
    };
    let best = BTreeMap::from([("concentrator", share("concentrator_recovery")?), ("smelter", share("smelter_recovery")?)]);
    let plants = plants(&rows)?;
    let judged = judged(&plants, &method.errors);
    let mut found = Vec::new();
    for (kind, best) in best {
        let of_kind: Vec<(&str, &Vec<Judged>)> = judged
            .iter()
            .filter(|(site, _)| plants.get(**site).is_some_and(|p| p.0 == kind))
            .map(|(site, months)| (*site, months))
            .collect();
        let histories: Vec<Vec<Recovery>> = of_kind.iter().map(|(_, months)| history(months, &method.errors)).collect();
        let noise = Noise::of(&histories, method.min_history);
        for ((site, months), history) in of_kind.iter().zip(&histories) {
            found.extend(standing_out(site, months, history, best, &noise, &method));
        }
    }
    found.sort_by(|a, b| (&a.site, a.month).cmp(&(&b.site, b.month)));
    Ok(evidence(&found, &["recovery", "usual"])?)
}

#[expect(clippy::cast_precision_loss, reason = "a share in ppm")]
fn ppm(value: i64) -> f64 {
    value as f64 / 1e6
}

fn judged<'a>(plants: &'a Plants, errors: &Errors) -> BTreeMap<&'a str, Vec<Judged>> {
    let of_plant = |months: &BTreeMap<Month, Records>| {
        let made: BTreeSet<&str> = months.values().flat_map(Records::made).collect();
        let judge = |(month, records): (&Month, &Records)| {
            let (feed, stocks) = (records.feed(&made, errors)?, records.feed_stocks()?);
            let (declared, dispatched) = (records.declared(errors)?, records.dispatched(errors));
            Some(Judged { month: *month, feed, stocks, declared, dispatched, papers: records.papers.clone() })
        };
        months.iter().filter_map(judge).collect()
    };
    plants.iter().map(|(site, (_, months))| (site.as_str(), of_plant(months))).collect()
}

/// The months of stretches that stand out.
fn standing_out(site: &str, months: &[Judged], history: &[Recovery], best: f64, noise: &Noise, method: &Method) -> Vec<Excess> {
    let numbers: Vec<Month> = months.iter().map(|m| m.month).collect();
    let verdict = |(first, last): (usize, usize)| {
        let stretch = months.get(first..=last)?;
        let feed = feed(stretch, &method.errors)?;
        let jump = || {
            let product_kg = declared_kg(stretch).li2o_kg;
            jump(history.get(first..=last)?, history.get(..first)?, feed, product_kg, noise, method.history_rate, method.min_history)
        };
        let verdicts = [declared(stretch, feed, best, method), dispatched(stretch, feed, best, method), jump()];
        let worst = verdicts.into_iter().flatten().max_by(|a, b| a.beyond.total_cmp(&b.beyond))?;
        (worst.beyond > 1.0).then_some((worst.beyond, (first, last), worst))
    };
    let settle = |stretch: (usize, usize), found: &Verdict, taken: &[(usize, usize)]| {
        let agreed = months.get(stretch.0..=stretch.1).is_some_and(|months| agreed(months, found.recovery, method));
        let own = |place: usize| own(months.get(place)?, found, agreed, method);
        settled(stretch, free(&numbers, stretch, taken), own, |stretch| verdict(stretch).is_some())
    };
    let kept = apart(stretches(&numbers).into_iter().filter_map(verdict).collect(), settle);
    let of_stretch = |(ends, found): &((usize, usize), Verdict)| {
        let verdict = verdict(*ends).map_or(*found, |(_, _, verdict)| verdict);
        let stretch = months.get(ends.0..=ends.1).unwrap_or_default();
        stretch.iter().filter_map(|month| verdict.of_month(site, month, stretch, method)).collect::<Vec<_>>()
    };
    kept.iter().flat_map(of_stretch).collect()
}

/// Whether both measures of the product say that a stretch stands out.
fn agreed(stretch: &[Judged], recovery: f64, method: &Method) -> bool {
    let measures = feed(stretch, &method.errors)
        .map(|feed| [declared(stretch, feed, recovery, method), dispatched(stretch, feed, recovery, method)])
        .unwrap_or_default();
    measures.into_iter().all(|verdict| verdict.is_some_and(|v| v.beyond > 1.0))
}

/// A month's own excess in standard deviations: by whichever measure of the product shows less, if both speak of the stretch; else
/// by the one that does.
fn own(month: &Judged, found: &Verdict, agreed: bool, method: &Method) -> Option<f64> {
    let alone = std::slice::from_ref(month);
    let feed = feed(alone, &method.errors)?;
    let measures = [declared(alone, feed, found.recovery, method), dispatched(alone, feed, found.recovery, method)];
    let speaks = |v: &Verdict| agreed || v.measure == found.measure;
    measures.into_iter().flatten().filter(speaks).map(|v| v.excess_kg / v.deviation_kg).min_by(f64::total_cmp)
}

/// Feed of a stretch: what came, and what the stock at its beginning and at its end make of it; with all its variance.
fn feed(stretch: &[Judged], errors: &Errors) -> Option<Mass> {
    let mut feed = Mass::default();
    for month in stretch {
        feed.add(month.feed);
    }
    let scale_kg = errors.scale * feed.weighed_kg;
    feed.variance += scale_kg * scale_kg;
    let (start, end) = (&stretch.first()?.stocks, &stretch.last()?.stocks);
    let products: BTreeSet<&String> = start.keys().chain(end.keys()).collect();
    for product in products {
        // What no return and no ticket of the month names is none.
        let opening_kg = start.get(product).map_or(Some(0.0), |s| s.0)?;
        let closing_kg = end.get(product).map_or(Some(0.0), |s| s.1)?;
        feed.li2o_kg += opening_kg - closing_kg;
        feed.variance += errors.stock * errors.stock * (opening_kg * opening_kg + closing_kg * closing_kg);
    }
    Some(feed)
}

fn declared_kg(stretch: &[Judged]) -> Mass {
    stretch.iter().fold(Mass::default(), |mut all, month| {
        all.add(month.declared);
        all
    })
}

/// The balance with the product as declared; who declares is taken to err to the same side every month.
fn declared(stretch: &[Judged], feed: Mass, best: f64, method: &Method) -> Option<Verdict> {
    let product = declared_kg(stretch);
    let lasting_kg = method.errors.declared * product.li2o_kg;
    balance(Measure::Declared, product.li2o_kg, product.variance + lasting_kg * lasting_kg, feed, best, method)
}

/// The balance with the product as dispatched, and the change of its stock.
fn dispatched(stretch: &[Judged], feed: Mass, best: f64, method: &Method) -> Option<Verdict> {
    let mut sent = Mass::default();
    for month in stretch {
        sent.add(month.dispatched?.sent);
    }
    let (opening_kg, closing_kg) = (stretch.first()?.dispatched?.opening_kg?, stretch.last()?.dispatched?.closing_kg?);
    let (scale_kg, stock) = (method.errors.scale * sent.weighed_kg, method.errors.stock);
    let variance = sent.variance + scale_kg * scale_kg + stock * stock * (opening_kg * opening_kg + closing_kg * closing_kg);
    balance(Measure::Dispatched, sent.li2o_kg + closing_kg - opening_kg, variance, feed, best, method)
}

fn balance(measure: Measure, product_kg: f64, variance: f64, feed: Mass, best: f64, method: &Method) -> Option<Verdict> {
    let excess_kg = product_kg - best * feed.li2o_kg;
    let deviation_kg = libm::sqrt(variance + best * best * feed.variance);
    let limit_kg = method.balance_limit * deviation_kg;
    let verdict = Verdict {
        measure,
        beyond: excess_kg / limit_kg,
        excess_kg,
        deviation_kg,
        product_kg,
        feed,
        recovery: best,
        allowed_kg: best * feed.li2o_kg + limit_kg,
    };
    // Without a product there is nothing to explain, whatever the stocks do.
    (limit_kg > 0.0 && product_kg > 0.0).then_some(verdict)
}

/// The recovery of each month, where feed and product are both above zero.
fn history(months: &[Judged], errors: &Errors) -> Vec<Recovery> {
    let of_month = |month: &Judged| {
        let feed = feed(std::slice::from_ref(month), errors)?;
        let product = month.declared;
        let lasting_kg = errors.declared * product.li2o_kg;
        Recovery::of(product.li2o_kg, product.variance + lasting_kg * lasting_kg, feed.li2o_kg, feed.variance)
    };
    months.iter().map(|month| of_month(month).unwrap_or(Recovery::UNKNOWN)).collect()
}

impl Verdict {
    /// What a month adds to a stretch; one that adds nothing is no finding.
    fn of_month(&self, site: &str, month: &Judged, stretch: &[Judged], method: &Method) -> Option<Excess> {
        let alone = std::slice::from_ref(month);
        let own = feed(alone, &method.errors).and_then(|feed| match self.measure {
            Measure::Declared => declared(alone, feed, self.recovery, method),
            Measure::Dispatched => dispatched(alone, feed, self.recovery, method),
        });
        // Feed of the grade that came, as it came.
        let a_kg = self.recovery * self.feed.weighed_kg / self.feed.wet_kg;
        let quantity_kg = own.map(|own| Estimate::of(own.excess_kg / a_kg, own.deviation_kg / a_kg));
        let end = |end: Option<&Judged>| end.map_or(month.month, |m| m.month);
        own.is_none_or(|own| own.excess_kg > 0.0).then(|| Excess {
            site: site.to_owned(),
            month: month.month,
            quantity_kg,
            first: end(stretch.first()),
            last: end(stretch.last()),
            observed_kg: self.product_kg,
            allowed_kg: self.allowed_kg,
            shares: vec![self.product_kg / self.feed.li2o_kg, self.recovery],
            papers: month.papers.clone(),
        })
    }
}
