//! Which yards and traders sent more than they can have had? Mass sent against mass received and the change of stock, product by
//! product, over every stretch of months of a year.

use super::Step;
use super::months::{Estimate, Excess, Month, Paper, STRETCHES_A_YEAR, apart, evidence, free, month_of, settled, stretches};
use crate::engine::{EngineError, Rows};
use crate::rules::context::Context;
use crate::rules::quantile;
use polars::prelude::*;
use std::collections::BTreeMap;

pub(super) static STEP: Step =
    Step { name: "yard-balance", parameters: &["scale_error", "stock_error", "weather_error", "false_alarm"], run };

/// A site's month of one product, kg.
#[derive(Default)]
struct Moved {
    received_kg: f64,
    sent_kg: f64,
    /// Stocks as returned; `None`: no return.
    stocks: Option<(Option<f64>, Option<f64>)>,
    papers: Vec<Paper>,
}

/// By site and product.
type Yards = BTreeMap<(String, String), BTreeMap<Month, Moved>>;

/// Standard errors as shares of one, and the normal quantile of a stretch.
struct Method {
    scale: f64,
    stock: f64,
    weather: f64,
    limit: f64,
}

fn run(context: &Context, rows: DataFrame) -> Result<DataFrame, EngineError> {
    let yards = read(&rows)?;
    let mut products: BTreeMap<&str, u32> = BTreeMap::new();
    for (site, _) in yards.keys() {
        *products.entry(site).or_default() += 1;
    }
    let mut found = Vec::new();
    for ((site, _), months) in &yards {
        // A site that moves several products is tested once for each.
        let tests = STRETCHES_A_YEAR * f64::from(products.get(site.as_str()).copied().unwrap_or(1));
        let method = Method {
            scale: share(context, "scale_error")?,
            stock: share(context, "stock_error")?,
            weather: share(context, "weather_error")?,
            limit: quantile::normal(context.rate("false_alarm")? / tests),
        };
        found.extend(standing_out(site, months, &method));
    }
    Ok(evidence(&found, &[])?)
}

#[expect(clippy::cast_precision_loss, reason = "a share in ppm")]
fn share(context: &Context, name: &str) -> Result<f64, EngineError> {
    context.number(name).map(|ppm| ppm as f64 / 1e6)
}

fn read(frame: &DataFrame) -> PolarsResult<Yards> {
    let rows = Rows::new(frame);
    let mut yards = Yards::new();
    for row in 0..frame.height() {
        let (Some(item), Some(site), Some(product)) = (rows.text("item", row)?, rows.text("site", row)?, rows.text("product", row)?) else {
            continue;
        };
        let Some(month) = rows.day("month", row)?.map(month_of) else { continue };
        #[expect(clippy::cast_precision_loss, reason = "kilograms of a month")]
        let kg = |column| Ok::<_, PolarsError>(rows.integer(column, row)?.map(|kg| kg as f64));
        let moved = yards.entry((site, product)).or_default().entry(month).or_default();
        match item.as_str() {
            "received" => moved.received_kg = kg("wet_kg")?.unwrap_or_default(),
            "sent" => moved.sent_kg = kg("wet_kg")?.unwrap_or_default(),
            "stock" => moved.stocks = Some((kg("opening_kg")?, kg("closing_kg")?)),
            _ => moved.papers.push(Paper::read(rows, row)?),
        }
    }
    Ok(yards)
}

/// The months of stretches that stand out.
fn standing_out(site: &str, months: &BTreeMap<Month, Moved>, method: &Method) -> Vec<Excess> {
    // A month without a return is no end of a stretch, but lies within one: what came and went in it has tickets.
    let all = gapless(months);
    let numbers: Vec<Month> = all.iter().map(|(month, _)| *month).collect();
    let beyond = |(first, last): (usize, usize)| {
        let balance = balance(all.get(first..=last)?, method)?;
        let beyond = (balance.sent_kg - balance.held_kg) / (method.limit * balance.deviation_kg);
        (balance.deviation_kg > 0.0 && balance.sent_kg > 0.0 && beyond > 1.0).then_some((beyond, (first, last), balance))
    };
    let own = |place: usize| {
        let alone = balance(all.get(place..=place)?, method)?;
        Some((alone.sent_kg - alone.held_kg) / alone.deviation_kg)
    };
    let settle = |stretch: (usize, usize), _: &Balance, taken: &[(usize, usize)]| {
        settled(stretch, free(&numbers, stretch, taken), own, |stretch| beyond(stretch).is_some())
    };
    let kept = apart(stretches(&numbers).into_iter().filter_map(beyond).collect(), settle);
    let months = |(ends, whole): &((usize, usize), Balance)| {
        let whole = beyond(*ends).map_or(*whole, |(_, _, balance)| balance);
        let stretch = all.get(ends.0..=ends.1).unwrap_or_default();
        stretch.iter().filter_map(|month| excess(site, month, stretch, &whole, method)).collect::<Vec<_>>()
    };
    kept.iter().flat_map(months).collect()
}

static NOTHING: Moved = Moved { received_kg: 0.0, sent_kg: 0.0, stocks: None, papers: Vec::new() };

/// All months from the first to the last: in one without any record nothing moved.
fn gapless(months: &BTreeMap<Month, Moved>) -> Vec<(Month, &Moved)> {
    let ends = months.keys().next().zip(months.keys().next_back());
    ends.map_or_else(Vec::new, |(first, last)| (*first..=*last).map(|month| (month, months.get(&month).unwrap_or(&NOTHING))).collect())
}

/// What was sent and what can have been, kg.
#[derive(Clone, Copy)]
struct Balance {
    sent_kg: f64,
    held_kg: f64,
    deviation_kg: f64,
}

fn balance(stretch: &[(Month, &Moved)], method: &Method) -> Option<Balance> {
    let ((_, start), (_, end)) = (stretch.first()?, stretch.last()?);
    let (opening_kg, closing_kg) = (start.stocks?.0?, end.stocks?.1?);
    let sum = |get: fn(&Moved) -> f64| stretch.iter().map(|(_, moved)| get(moved)).sum::<f64>();
    let (received_kg, sent_kg) = (sum(|m| m.received_kg), sum(|m| m.sent_kg));
    let squares = |share: f64, masses: &[f64]| masses.iter().map(|kg| share * share * kg * kg).sum::<f64>();
    // Rain and sun change what lies in the open: the change hangs on what passes through.
    let variance = squares(method.scale, &[received_kg, sent_kg])
        + squares(method.stock, &[opening_kg, closing_kg])
        + squares(method.weather, &[sent_kg]);
    Some(Balance { sent_kg, held_kg: received_kg + opening_kg - closing_kg, deviation_kg: libm::sqrt(variance) })
}

/// What a month adds to a stretch; one that adds nothing is no finding.
fn excess(site: &str, month: &(Month, &Moved), stretch: &[(Month, &Moved)], whole: &Balance, method: &Method) -> Option<Excess> {
    let own = balance(std::slice::from_ref(month), method);
    let quantity_kg = own.map(|own| Estimate::of(own.sent_kg - own.held_kg, own.deviation_kg));
    let end = |end: Option<&(Month, &Moved)>| end.map_or(month.0, |(month, _)| *month);
    quantity_kg.is_none_or(|kg| kg.value > 0.0).then(|| Excess {
        site: site.to_owned(),
        month: month.0,
        quantity_kg,
        first: end(stretch.first()),
        last: end(stretch.last()),
        observed_kg: whole.sent_kg,
        allowed_kg: whole.held_kg + method.limit * whole.deviation_kg,
        shares: Vec::new(),
        papers: month.1.papers.clone(),
    })
}
