//! Which mines will pass their scale before the year ends? Rows of months in, a row a site that is on course to pass out.
//!
//! The rows: `site, unit, sites, year, month, net_kg, declared_kg, allowed_kg, last_day` (the last ticket of all mines).

use super::Step;
use super::run_rate::{EVEN, Passage, Seasons, rate, seasons};
use crate::engine::{EngineError, Rows};
use crate::records::time::days_of;
use crate::rules::context::Context;
use crate::rules::prepared::ore::{first_day, float, month_of, whole};
use chrono::{Datelike, NaiveDate};
use polars::prelude::*;
use std::collections::BTreeMap;

pub(super) static STEP: Step = Step { name: "forecast", parameters: PARAMETERS, run };

const PARAMETERS: &[&str] = &["least_months", "season_years", "interval_pct", "least_chance_pct", "scale_error"];

/// The output of a unit (the sites that share a licence) by month, kg.
#[derive(Default)]
struct Unit {
    months: BTreeMap<i64, f64>,
    /// Of this year, by site.
    sites: BTreeMap<String, f64>,
    size: i64,
    allowed_kg: Option<i64>,
}

/// The last day known: months before its month are whole, and it is the share of its own.
#[derive(Clone, Copy)]
struct Today {
    day: NaiveDate,
    month: i64,
    /// Whether its month is over as far as tickets can tell.
    whole: bool,
}

fn run(context: &Context, rows: DataFrame) -> Result<DataFrame, EngineError> {
    let Some(today) = today(&rows)? else { return frame(&[]) };
    let units = units(&rows, today)?;
    let least = size(context, "season_years")?;
    let districts: Vec<[f64; 12]> = units.values().flat_map(|u| whole_years(&u.months, today)).collect();
    let seasons = seasons(&districts, least).unwrap_or(EVEN);
    let mut found = Vec::new();
    for unit in units.values() {
        found.extend(of_unit(context, unit, today, &seasons)?);
    }
    frame(&found)
}

fn size(context: &Context, name: &str) -> Result<usize, EngineError> {
    context.number(name).map(|n| usize::try_from(n).unwrap_or(0))
}

fn today(rows: &DataFrame) -> Result<Option<Today>, EngineError> {
    let cells = Rows::new(rows);
    let Some(day) = (if rows.height() == 0 { None } else { cells.day("last_day", 0)? }) else { return Ok(None) };
    // A mine that loads on working days is through with its month three days before it ends.
    let left = first_day(month_of(day) + 1).map_or(0, |next| next - days_of(day) - 1);
    Ok(Some(Today { day, month: month_of(day), whole: left <= 3 }))
}

fn units(rows: &DataFrame, today: Today) -> Result<BTreeMap<String, Unit>, EngineError> {
    let cells = Rows::new(rows);
    let year = today.month.div_euclid(12);
    let mut units: BTreeMap<String, Unit> = BTreeMap::new();
    // Sites stand by the unit of this year in every year, so that a mine's own history is found.
    let mut unit_of: BTreeMap<String, (String, i64, Option<i64>)> = BTreeMap::new();
    for row in 0..rows.height() {
        if cells.integer("year", row)? == Some(year)
            && let (Some(site), Some(unit), Some(sites)) =
                (cells.text("site", row)?, cells.text("unit", row)?, cells.integer("sites", row)?)
        {
            unit_of.insert(site, (unit, sites, cells.integer("allowed_kg", row)?));
        }
    }
    for row in 0..rows.height() {
        let (Some(site), Some(day)) = (cells.text("site", row)?, cells.day("month", row)?) else { continue };
        // What left is measured best; a mine without tickets is taken at its word.
        let kg = cells.integer("net_kg", row)?.or(cells.integer("declared_kg", row)?);
        let (Some(kg), month) = (kg.map(float), month_of(day)) else { continue };
        let (name, size, allowed_kg) = unit_of.get(&site).cloned().unwrap_or_else(|| (site.clone(), 1, None));
        let unit = units.entry(name).or_default();
        (unit.size, unit.allowed_kg) = (size, allowed_kg);
        *unit.months.entry(month).or_default() += kg;
        if month.div_euclid(12) == year {
            *unit.sites.entry(site).or_default() += kg;
        }
    }
    Ok(units)
}

/// Earlier years with twelve months of records.
fn whole_years(months: &BTreeMap<i64, f64>, today: Today) -> Vec<[f64; 12]> {
    let this = today.month.div_euclid(12);
    let first = months.keys().next().map_or(this, |m| m.div_euclid(12));
    let year = |year: i64| {
        let mut kg = [0.0; 12];
        for (month, slot) in kg.iter_mut().enumerate() {
            *slot = *months.get(&(year * 12 + i64::try_from(month).ok()?))?;
        }
        Some(kg)
    };
    (first..this).filter_map(year).collect()
}

/// A site that is on course to pass the scale.
struct Found {
    site: String,
    year: i64,
    quantity_kg: i64,
    observed_kg: i64,
    allowed_kg: i64,
    sofar_kg: i64,
    used_ppm: i64,
    chance_ppm: i64,
    dates: [Option<i64>; 3],
    sites: i64,
}

fn of_unit(context: &Context, unit: &Unit, today: Today, seasons: &Seasons) -> Result<Vec<Found>, EngineError> {
    let Some(allowed_kg) = unit.allowed_kg.filter(|kg| *kg > 0) else { return Ok(Vec::new()) };
    let year = today.month.div_euclid(12);
    let last = if today.whole { today.month } else { today.month - 1 };
    let of_year = |year: i64| -> Vec<(usize, f64)> {
        let months = unit.months.range(year * 12..=last.min(year * 12 + 11));
        months.filter_map(|(month, kg)| Some((usize::try_from(month.rem_euclid(12)).ok()?, *kg))).collect()
    };
    let sofar: f64 = unit.months.range(year * 12..=today.month).map(|(_, kg)| kg).sum();
    let scatter = float(context.number("scale_error")?) / 1e6;
    let Some(rate) = rate(&of_year(year), &of_year(year - 1), seasons, size(context, "least_months")?, scatter) else {
        return Ok(Vec::new());
    };
    let outside = (1.0 - float(context.number("interval_pct")?) / 1e6) / 2.0;
    let ahead = ahead(today);
    let passage = rate.passage(float(allowed_kg) - sofar, &ahead, seasons, [outside, 0.5, 1.0 - outside]);
    let least = float(context.number("least_chance_pct")?) / 1e6;
    // What has passed already is no forecast.
    let Some(passage) = passage.filter(|p| p.chance >= least && sofar <= float(allowed_kg)) else { return Ok(Vec::new()) };
    Ok(unit.sites.iter().map(|(site, own)| found(site, *own, unit, allowed_kg, sofar, today, &passage)).collect())
}

fn found(site: &str, own: f64, unit: &Unit, allowed_kg: i64, sofar: f64, today: Today, passage: &Passage) -> Found {
    let excess = sofar + passage.ahead_kg - float(allowed_kg);
    let share = if sofar > 0.0 { own / sofar } else { 1.0 };
    let end = NaiveDate::from_ymd_opt(today.day.year(), 12, 31).map_or(days_of(today.day), days_of);
    let date = |days: Option<usize>| {
        let days = days.and_then(|d| i32::try_from(d).ok()).map_or(end, |d| (days_of(today.day) + d).min(end));
        Some(i64::from(days))
    };
    Found {
        site: site.to_owned(),
        year: today.month.div_euclid(12),
        quantity_kg: whole(excess * share).max(0),
        observed_kg: whole(sofar + passage.ahead_kg),
        allowed_kg,
        sofar_kg: whole(sofar),
        used_ppm: whole(1e6 * sofar / float(allowed_kg)),
        chance_ppm: whole(1e6 * passage.chance),
        dates: passage.days.map(date),
        sites: unit.size,
    }
}

/// The days from the day after today to the end of the year: month and share of it.
fn ahead(today: Today) -> Vec<(usize, f64)> {
    let days = today.day.iter_days().skip(1).take_while(|day| day.year() == today.day.year());
    days.filter_map(|day| {
        let month = month_of(day);
        let length = first_day(month + 1)? - first_day(month)?;
        Some((usize::try_from(day.month0()).ok()?, 1.0 / f64::from(length)))
    })
    .collect()
}

fn frame(found: &[Found]) -> Result<DataFrame, EngineError> {
    let number = |name: &str, get: fn(&Found) -> Option<i64>| Column::new(name.into(), found.iter().map(get).collect::<Vec<Option<i64>>>());
    let text =
        |name: &str, get: fn(&Found) -> Option<String>| Column::new(name.into(), found.iter().map(get).collect::<Vec<Option<String>>>());
    let columns = vec![
        text("subject_kind", |_| Some("site".to_owned())),
        text("subject", |f| Some(f.site.clone())),
        text("period", |f| Some(format!("{:04}", f.year))),
        text("ticket", |_| None),
        text("source_file", |_| None),
        text("source_sheet", |_| None),
        Column::new("source_row".into(), vec![None::<i32>; found.len()]),
        number("quantity_kg", |f| Some(f.quantity_kg)),
        number("observed", |f| Some(f.observed_kg)),
        number("allowed", |f| Some(f.allowed_kg)),
        number("sofar_kg", |f| Some(f.sofar_kg)),
        number("used_share", |f| Some(f.used_ppm)),
        number("chance", |f| Some(f.chance_ppm)),
        number("date_early", |f| f.dates[0]),
        number("date_mid", |f| f.dates[1]),
        number("date_late", |f| f.dates[2]),
        number("sites", |f| Some(f.sites)),
    ];
    Ok(DataFrame::new(found.len(), columns)?)
}
