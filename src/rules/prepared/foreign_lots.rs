//! Which lots are unlike the ore of the deposit that their tickets name, and which deposit do they resemble?
//!
//! A lot is what one laboratory value was given for: an origin, a day and an assay, on however many tickets. Grades scatter
//! evenly by difference where the assay decides and evenly by ratio where the deposit does; a lot counts as foreign only if it is
//! unlike on both scales, so that the rate holds on either.

use super::Prepared;
use crate::engine::{EngineError, Rows};
use crate::rules::context::Context;
use crate::rules::quantile;
use crate::rules::scatter::Scatter;
use polars::prelude::*;
use std::collections::BTreeMap;

pub(super) static TABLE: Prepared = Prepared {
    name: "foreign_lots",
    parameters: &["products", "kinds", "min_lots", "assay_error", "assay_absolute", "trace_error", "false_alarm"],
    make,
};

/// The numbers of a lot: Li2O, then what else may be given.
const NUMBERS: [&str; 5] = ["li2o_ppm", "rb2o_ppm", "cs2o_ppm", "ta2o5_ppm", "fe2o3_ppm"];

/// More lots than this of one deposit are thinned evenly before its scatter is taken; all are tested.
const MOST_LOTS: usize = 20_000;

/// How much likelier the deposit that a lot resembles must be than the next: twenty to one, as `-2 ln` of it.
const CLEARLY: f64 = 5.991_464_5;

/// A lot lies within a deposit if it is nearer than all but one in a hundred of that deposit's own.
const WITHIN: f64 = 0.01;

/// A lot: the day, and the numbers that are given, ppm.
#[derive(Clone, Debug, PartialEq)]
struct Lot {
    day: i32,
    ppm: [Option<i64>; 5],
}

/// On which scale numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Scale {
    Ratio,
    Difference,
}

/// A lot that is unlike its deposit.
struct Foreign<'a> {
    site: &'a str,
    lot: &'a Lot,
    distance: f64,
    limit: f64,
    resembles: Option<&'a str>,
}

/// Which numbers of a lot are compared.
type Given = Vec<usize>;

/// The scatters of deposits, made when first asked for.
struct Deposits<'a> {
    lots: &'a BTreeMap<String, Vec<Lot>>,
    known: BTreeMap<(&'a str, Given, Scale), Option<Scatter>>,
    assay: f64,
    assay_absolute_ppm: f64,
    trace: f64,
    min_lots: usize,
}

fn make(context: &Context) -> Result<DataFrame, EngineError> {
    let frame = context.engine.sql(&statement(context)?)?;
    let lots = lots(&frame)?;
    drop(frame);
    #[expect(clippy::cast_precision_loss, reason = "shares in ppm")]
    let ppm = |name: &str| context.number(name).map(|value| value as f64);
    let mut deposits = Deposits {
        lots: &lots,
        known: BTreeMap::new(),
        assay: ppm("assay_error")? / 1e6,
        assay_absolute_ppm: ppm("assay_absolute")?,
        trace: ppm("trace_error")? / 1e6,
        min_lots: usize::try_from(context.number("min_lots")?).unwrap_or(usize::MAX),
    };
    let rate = context.rate("false_alarm")?;
    let mut found = Vec::new();
    for (site, lots) in &lots {
        for lot in lots {
            found.extend(deposits.foreign(site, lot, rate));
        }
    }
    Ok(table(&found, &names(context)?)?)
}

fn statement(context: &Context) -> Result<String, EngineError> {
    let quoted = |name: &str| context.list(name).map(|items| items.iter().map(|i| format!("'{i}'")).collect::<Vec<_>>().join(", "));
    let numbers = NUMBERS.map(|n| format!("s.{n} AS {n}")).join(", ");
    let grouped = NUMBERS.map(|n| format!("s.{n}")).join(", ");
    Ok(format!(
        "SELECT s.origin_site AS site, s.day AS day, {numbers} FROM shipments s JOIN sites p ON s.origin_site = p.site_id \
         WHERE s.product IN ({}) AND s.li2o_ppm IS NOT NULL AND p.kind IN ({}) GROUP BY s.origin_site, s.day, {grouped}",
        quoted("products")?,
        quoted("kinds")?
    ))
}

fn lots(frame: &DataFrame) -> PolarsResult<BTreeMap<String, Vec<Lot>>> {
    let rows = Rows::new(frame);
    let days = frame.column("day")?.date()?.physical();
    let mut lots: BTreeMap<String, Vec<Lot>> = BTreeMap::new();
    for row in 0..frame.height() {
        let (Some(site), Some(day)) = (rows.text("site", row)?, days.get(row)) else { continue };
        let mut ppm = [None; 5];
        for (value, name) in ppm.iter_mut().zip(NUMBERS) {
            *value = rows.integer(name, row)?;
        }
        lots.entry(site).or_default().push(Lot { day, ppm });
    }
    for lots in lots.values_mut() {
        lots.sort_by_key(|lot| (lot.day, lot.ppm));
    }
    Ok(lots)
}

impl Lot {
    /// The numbers that can be compared: below the detection limit is no number.
    fn given(&self) -> Given {
        (0..NUMBERS.len()).filter(|i| self.number(*i).is_some()).collect()
    }

    fn number(&self, i: usize) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "a mass share in ppm")]
        let number = |ppm: i64| ppm as f64;
        self.ppm.get(i).copied().flatten().filter(|ppm| *ppm > 0).map(number)
    }

    fn on(&self, scale: Scale, given: &[usize]) -> Option<Vec<f64>> {
        given.iter().map(|i| self.number(*i).map(|x| if scale == Scale::Ratio { libm::log(x) } else { x })).collect()
    }
}

impl<'a> Deposits<'a> {
    /// Whether a lot is unlike the deposit of its site, by as many of its numbers as the deposit is known by.
    fn foreign(&mut self, site: &'a str, lot: &'a Lot, rate: f64) -> Option<Foreign<'a>> {
        let all = lot.given();
        let given =
            [all, vec![0]].into_iter().find(|given| given.first() == Some(&0) && self.scatter(site, given, Scale::Ratio).is_some())?;
        let mut worst: Option<(f64, f64)> = None;
        for scale in [Scale::Ratio, Scale::Difference] {
            let (distance, limit) = self.distance(site, lot, &given, scale, rate)?;
            if distance <= limit {
                return None;
            }
            // What is said is the smaller of the two.
            if worst.is_none_or(|(other, at)| distance * at < other * limit) {
                worst = Some((distance, limit));
            }
        }
        let (distance, limit) = worst?;
        Some(Foreign { site, lot, distance, limit, resembles: self.resembles(site, lot, &given) })
    }

    /// Distance from a deposit and what chance explains of it, in standard deviations.
    fn distance(&mut self, site: &'a str, lot: &Lot, given: &Given, scale: Scale, rate: f64) -> Option<(f64, f64)> {
        let values = lot.on(scale, given)?;
        let scatter = self.scatter(site, given, scale)?;
        let limit = quantile::distance_squared(rate, u32::try_from(given.len()).ok()?, scatter.lots);
        Some((libm::sqrt(scatter.distance_squared(&values)), libm::sqrt(limit)))
    }

    fn scatter(&mut self, site: &'a str, given: &Given, scale: Scale) -> Option<&Scatter> {
        let key = (site, given.clone(), scale);
        if !self.known.contains_key(&key) {
            let scatter = self.estimate(site, given, scale);
            self.known.insert(key.clone(), scatter);
        }
        self.known.get(&key)?.as_ref()
    }

    fn estimate(&self, site: &str, given: &Given, scale: Scale) -> Option<Scatter> {
        let of_site = self.lots.get(site)?;
        let thin = of_site.len().div_ceil(MOST_LOTS).max(1);
        let lots: Vec<Vec<f64>> = of_site.iter().step_by(thin).filter_map(|lot| lot.on(scale, given)).collect();
        if lots.len() < self.min_lots {
            return None;
        }
        let middle = |place: usize| {
            let mut values: Vec<f64> = lots.iter().filter_map(|lot| lot.get(place).copied()).collect();
            values.sort_by(f64::total_cmp);
            values.get(values.len() / 2).copied()
        };
        let error = |(place, i): (usize, &usize)| {
            let usual = middle(place).map(|x| if scale == Scale::Ratio { libm::exp(x) } else { x })?;
            let ppm = if *i == 0 { libm::hypot(self.assay * usual, self.assay_absolute_ppm) } else { self.trace * usual };
            Some(if scale == Scale::Ratio { ppm / usual } else { ppm })
        };
        let errors: Vec<f64> = given.iter().enumerate().map(error).collect::<Option<_>>()?;
        Scatter::of(&lots, &errors)
    }

    /// The other deposit that a lot resembles, if it is clearly one.
    fn resembles(&mut self, own: &str, lot: &Lot, given: &Given) -> Option<&'a str> {
        let lots = self.lots;
        let values = lot.on(Scale::Ratio, given)?;
        let numbers = u32::try_from(given.len()).ok()?;
        let mut near: Vec<(f64, bool, &'a str)> = Vec::new();
        for site in lots.keys().map(String::as_str).filter(|site| *site != own) {
            let Some(scatter) = self.scatter(site, given, Scale::Ratio) else { continue };
            let squared = scatter.distance_squared(&values);
            let within = squared <= quantile::distance_squared(WITHIN, numbers, scatter.lots);
            near.push((squared + scatter.log_determinant(), within, site));
        }
        near.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (first, second) = (near.first()?, near.get(1));
        (first.1 && second.is_none_or(|second| second.0 - first.0 > CLEARLY)).then_some(first.2)
    }
}

fn names(context: &Context) -> Result<BTreeMap<String, String>, EngineError> {
    let frame = context.engine.sql("SELECT site_id, MIN(name) AS name FROM sites GROUP BY site_id")?;
    let rows = Rows::new(&frame);
    let mut names = BTreeMap::new();
    for row in 0..frame.height() {
        if let (Some(site), Some(name)) = (rows.text("site_id", row)?, rows.text("name", row)?) {
            names.insert(site, name);
        }
    }
    Ok(names)
}

fn table(found: &[Foreign], names: &BTreeMap<String, String>) -> PolarsResult<DataFrame> {
    let said = |site: &str| {
        let name = names.get(site).map_or(site, String::as_str);
        format!("；成分更像{name}的矿石 / ; it is more like the ore of {name}")
    };
    let thousandths = |value: f64| {
        #[expect(clippy::cast_possible_truncation, reason = "a distance in standard deviations")]
        let ppm = (value.min(1e6) * 1e6).round() as i64;
        ppm
    };
    let mut frame = df!(
        "site" => found.iter().map(|f| f.site).collect::<Vec<_>>(),
        "day" => Series::new("day".into(), found.iter().map(|f| f.lot.day).collect::<Vec<_>>()).cast(&DataType::Date)?,
        "distance_ppm" => found.iter().map(|f| thousandths(f.distance)).collect::<Vec<_>>(),
        "limit_ppm" => found.iter().map(|f| thousandths(f.limit)).collect::<Vec<_>>(),
        "resembles" => found.iter().map(|f| f.resembles.map(said)).collect::<Vec<_>>(),
    )?;
    for (i, name) in NUMBERS.iter().enumerate() {
        // Not given is -1 here and in the statement: a join finds no null.
        let values: Vec<i64> = found.iter().map(|f| f.lot.ppm.get(i).copied().flatten().unwrap_or(-1)).collect();
        frame.with_column(Column::new((*name).into(), values))?;
    }
    Ok(frame)
}
