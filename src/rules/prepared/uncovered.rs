//! Where did more leave a mine than it can have dug? Table `uncovered`: a row a site and month, or year (`month` null).
//!
//! Three limbs, each null where it can't be judged and 0 where it says nothing: more tickets than declared output and opening
//! stock (also added up over the year); more than the month's explosives can have broken, by the mine's own other months; more in
//! a day than can be loaded. The rate is shared: half for the first limb, half for the twelve months of the second; the third is
//! a limit of policy.

use super::Prepared;
use super::allowances::licences;
use super::coefficients::{Compared, Side, Usual, compare};
use super::ore::{OreMonth, first_day, float, month_of, ore_months, whole};
use super::proxies::{Used, ratios, used};
use super::rights::{Licence, Take, allowances};
use super::stock_flow::{Bound, Errors, gaps};
use super::undeclared::errors;
use crate::engine::{EngineError, Rows};
use crate::rules::context::Context;
use crate::rules::parameter::Value;
use polars::prelude::*;
use statrs::distribution::{ContinuousCDF, Normal};
use std::collections::BTreeMap;

pub(super) static TABLE: Prepared = Prepared { name: "uncovered", parameters: PARAMETERS, make };

const PARAMETERS: &[&str] = &[
    "products",
    "false_alarm",
    "declared_error",
    "lasting_pct",
    "scale_error",
    "stock_error",
    "least_months",
    "least_mines",
    "common_months",
    "least_output_pct",
    "day_pct",
    "least_minutes",
    "least_trucks",
];

const DAYS: &str = "
SELECT origin_site AS site, day, COUNT(net_kg) AS trucks, SUM(net_kg) AS net_kg, MIN(loaded_at) AS first_at, MAX(loaded_at) AS last_at
FROM shipments
WHERE product IN ({products}) AND origin_site IS NOT NULL
GROUP BY origin_site, day
";

/// What is not covered, by limb, kg; `None`: not judged.
#[derive(Clone, Copy, Debug, Default)]
struct Limbs {
    net_kg: i64,
    declared_kg: Option<i64>,
    explosives_kg: Option<i64>,
    loading_kg: Option<i64>,
    loading_days: i64,
}

/// By site, year and month; no month: the year.
type Found = BTreeMap<(String, i64, Option<i64>), Limbs>;

fn make(context: &Context) -> Result<DataFrame, EngineError> {
    let ore = ore_months(context)?;
    let mut found = Found::new();
    for (site, months) in &ore {
        for month in months {
            let net_kg = month.net_kg.unwrap_or(0);
            found.insert((site.clone(), month.month.div_euclid(12), Some(month.month)), Limbs { net_kg, ..Limbs::default() });
        }
    }
    beyond_declared(context, &ore, &mut found)?;
    beyond_explosives(context, &ore, &mut found)?;
    beyond_loading(context, &mut found)?;
    add_up(&ore, &mut found);
    found.retain(|_, limbs| worst(limbs) > 0);
    frame(&found)
}

/// What explosives and loading don't cover in the months of a year stands in its year as well, if there is more than one month.
fn add_up(ore: &BTreeMap<String, Vec<OreMonth>>, found: &mut Found) {
    for (site, months) in ore {
        for year in months.chunk_by(|a, b| a.month.div_euclid(12) == b.month.div_euclid(12)).filter(|year| year.len() > 1) {
            let Some(number) = year.first().map(|m| m.month.div_euclid(12)) else { continue };
            let limbs: Vec<Limbs> = year.iter().filter_map(|m| found.get(&(site.clone(), number, Some(m.month))).copied()).collect();
            let sum = |get: fn(&Limbs) -> Option<i64>| limbs.iter().filter_map(get).reduce(|a, b| a + b);
            let net_kg = year.iter().filter_map(|m| m.net_kg).sum();
            let of_year = found.entry((site.clone(), number, None)).or_default();
            of_year.net_kg = net_kg;
            of_year.explosives_kg = sum(|l| l.explosives_kg);
            of_year.loading_kg = sum(|l| l.loading_kg);
            of_year.loading_days = limbs.iter().map(|l| l.loading_days).sum();
        }
    }
}

fn worst(limbs: &Limbs) -> i64 {
    [limbs.declared_kg, limbs.explosives_kg, limbs.loading_kg].into_iter().flatten().max().unwrap_or(0)
}

fn beyond_declared(context: &Context, ore: &BTreeMap<String, Vec<OreMonth>>, found: &mut Found) -> Result<(), EngineError> {
    let (errors, rate) = (errors(context)?, context.rate("false_alarm")? / 2.0);
    for (site, months) in ore {
        for gap in gaps(months, Bound::AtMost, errors, rate) {
            let limbs = found.entry((site.clone(), gap.year, gap.month)).or_insert(Limbs { net_kg: gap.net_kg, ..Limbs::default() });
            limbs.declared_kg = Some(if gap.beyond { gap.net_kg - gap.covered_kg } else { 0 });
        }
    }
    Ok(())
}

fn beyond_explosives(context: &Context, ore: &BTreeMap<String, Vec<OreMonth>>, found: &mut Found) -> Result<(), EngineError> {
    let size = |name: &str| context.number(name).map(|n| usize::try_from(n).unwrap_or(0).max(2));
    let errors = errors(context)?;
    let rate = context.rate("false_alarm")? / 24.0;
    let usual = Usual {
        least_months: size("least_months")?,
        least_mines: size("least_mines")?,
        common_months: float(context.number("common_months")?),
        least_scatter: errors.declared,
        rate,
    };
    let z = -Normal::standard().inverse_cdf(rate.clamp(1e-12, 0.5));
    let used = used(context.engine)?;
    // Of contradicting returns the most explosives count: nobody is accused on papers that disagree.
    let most = |u: &Used| u.explosives_kg.map(|(_, most)| most);
    let compared = compare(&ratios(ore, &used, float(context.number("least_output_pct")?) / 1e6, most), Side::Less, usual);
    for (site, months) in ore {
        for month in months {
            let key = (site.clone(), month.month);
            let explosives_kg = used.get(&key).and_then(most);
            if let Some((c, kg)) = compared.get(&key).zip(explosives_kg)
                && let Some(gap) = explosives_gap(month, kg, c, errors, z)
                && let Some(limbs) = found.get_mut(&(site.clone(), month.month.div_euclid(12), Some(month.month)))
            {
                limbs.explosives_kg = Some(gap);
            }
        }
    }
    Ok(())
}

/// Tickets beyond what the explosives broke at the least use a tonne that is plausible, and what came from stock; 0 within error.
fn explosives_gap(month: &OreMonth, explosives_kg: i64, compared: &Compared, errors: Errors, z: f64) -> Option<i64> {
    let (net, opening, closing) = (float(month.net_kg?), float(month.opening_kg?), float(month.closing_kg?));
    let broken = float(explosives_kg) / libm::exp(compared.usual - compared.far);
    let stock = errors.stock * errors.stock * (opening * opening + closing * closing);
    let error = z * libm::sqrt(stock + errors.scale * errors.scale * net * net);
    let gap = net - broken - (opening - closing);
    Some(if gap > error { whole(gap) } else { 0 })
}

fn beyond_loading(context: &Context, found: &mut Found) -> Result<(), EngineError> {
    let products = Value::List(context.list("products")?.to_vec()).literal();
    let frame = context.engine.sql(&DAYS.replace("{products}", &products))?;
    let rows = Rows::new(&frame);
    let scales = scales(&licences(context.engine)?, found);
    let day_share = float(context.number("day_pct")?) / 1e6;
    let least_minutes = float(context.number("least_minutes")?) / 1e3;
    let least_trucks = context.number("least_trucks")?;
    for row in 0..frame.height() {
        let (Some(site), Some(day), Some(trucks), Some(net_kg)) =
            (rows.text("site", row)?, rows.day("day", row)?, rows.integer("trucks", row)?, rows.integer("net_kg", row)?)
        else {
            continue;
        };
        // Tickets of a few trucks may be printed together.
        if trucks < least_trucks {
            continue;
        }
        let month = month_of(day);
        let by_scale = scales.get(&(site.clone(), month)).map(|kg| net_kg - whole(float(*kg) * day_share));
        let minutes = rows.instant("first_at", row)?.zip(rows.instant("last_at", row)?).map(|(first, last)| (last - first).num_minutes());
        let by_time = minutes.map(|minutes| {
            let most = whole(libm::floor(float(minutes + 1) / least_minutes.max(1e-3))) + 1;
            whole(float(net_kg) * float((trucks - most).max(0)) / float(trucks))
        });
        let beyond = by_scale.into_iter().chain(by_time).max().unwrap_or(0).max(0);
        if let Some(limbs) = found.get_mut(&(site, month.div_euclid(12), Some(month))) {
            *limbs.loading_kg.get_or_insert(0) += beyond;
            limbs.loading_days += i64::from(beyond > 0);
        }
    }
    Ok(())
}

/// The largest annual scale in force in each month, by site; sites of one licence may each use all of it.
fn scales(licences: &[Licence], found: &Found) -> BTreeMap<(String, i64), i64> {
    let mut months: Vec<i64> = found.keys().filter_map(|(_, _, month)| *month).collect();
    months.sort_unstable();
    months.dedup();
    let mut scales = BTreeMap::new();
    for month in months {
        if let Some((first, next)) = first_day(month).zip(first_day(month + 1)) {
            scales.extend(allowances(licences, first, next - 1, Take::Largest).into_iter().map(|a| ((a.site, month), a.kg)));
        }
    }
    scales
}

fn frame(found: &Found) -> Result<DataFrame, EngineError> {
    let numbers =
        |name: &str, get: fn(&Limbs) -> Option<i64>| Column::new(name.into(), found.values().map(get).collect::<Vec<Option<i64>>>());
    let months = found.keys().map(|(_, _, month)| month.and_then(first_day)).collect::<Vec<Option<i32>>>();
    let columns = vec![
        Column::new("site".into(), found.keys().map(|(site, _, _)| site.as_str()).collect::<Vec<_>>()),
        Column::new("year".into(), found.keys().map(|(_, year, _)| *year).collect::<Vec<_>>()),
        Column::new("month".into(), months).cast(&DataType::Date)?,
        numbers("net_kg", |l| Some(l.net_kg)),
        numbers("uncovered_kg", |l| Some(worst(l))),
        numbers("declared_gap_kg", |l| l.declared_kg),
        numbers("explosives_gap_kg", |l| l.explosives_kg),
        numbers("loading_gap_kg", |l| l.loading_kg),
        numbers("loading_days", |l| Some(l.loading_days)),
    ];
    Ok(DataFrame::new(found.len(), columns)?)
}
