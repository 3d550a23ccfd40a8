//! Which mines will pass their scale before the year of the last ticket ends? Table `forecasts`: a row a site.

use super::Prepared;
use super::allowances::{licences, unclear};
use super::ore::{OreMonth, first_day, float, month_of, ore_months, whole};
use super::rights::{Allowance, Take, allowances};
use super::run_rate::{EVEN, Passage, Seasons, rate, seasons};
use crate::engine::{Engine, EngineError, Rows};
use crate::records::time::days_of;
use crate::rules::context::Context;
use chrono::{Datelike, NaiveDate};
use polars::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

pub(super) static TABLE: Prepared = Prepared { name: "forecasts", parameters: PARAMETERS, make };

const PARAMETERS: &[&str] = &["products", "least_months", "season_years", "interval_pct", "least_chance_pct", "scale_error"];

const LAST_DAY: &str = "SELECT MAX(day) AS day FROM shipments";

/// A mine that loads on working days is through with its month so many days before it ends.
const MONTH_END_DAYS: i32 = 3;

/// Output by month, kg.
type Output = BTreeMap<i64, f64>;

/// The last day known; months before its month are whole.
#[derive(Clone, Copy)]
struct Today {
    day: NaiveDate,
    year: i64,
    /// The last whole month.
    last_whole: i64,
}

/// How the rule forecasts.
struct Settings {
    least_months: usize,
    season_years: usize,
    shares: [f64; 3],
    least_chance: f64,
    least_scatter: f64,
}

/// A site on course to pass the scale of its unit.
struct Found {
    site: String,
    sites: i64,
    year: i64,
    excess_kg: i64,
    expected_kg: i64,
    allowed_kg: i64,
    sofar_kg: i64,
    used_ppm: i64,
    chance_ppm: i64,
    dates: [i64; 3],
}

fn make(context: &Context) -> Result<DataFrame, EngineError> {
    let Some(today) = today(context.engine)? else { return frame(&[]) };
    let settings = settings(context)?;
    let outputs: BTreeMap<String, Output> = ore_months(context)?.into_iter().map(|(site, months)| (site, output(&months))).collect();
    let years: Vec<[f64; 12]> = outputs.values().flat_map(|output| whole_years(output, today.year)).collect();
    let seasons = seasons(&years, settings.season_years).unwrap_or(EVEN);
    let mut found = Vec::new();
    for unit in units(context.engine, today)? {
        found.extend(of_unit(&unit, &outputs, today, &seasons, &settings));
    }
    frame(&found)
}

fn settings(context: &Context) -> Result<Settings, EngineError> {
    let share = |name: &str| context.number(name).map(|ppm| float(ppm) / 1e6);
    let size = |name: &str| context.number(name).map(|n| usize::try_from(n).unwrap_or(0));
    let outside = (1.0 - share("interval_pct")?) / 2.0;
    Ok(Settings {
        least_months: size("least_months")?,
        season_years: size("season_years")?,
        shares: [outside, 0.5, 1.0 - outside],
        least_chance: share("least_chance_pct")?,
        least_scatter: share("scale_error")?,
    })
}

fn today(engine: &Engine) -> Result<Option<Today>, EngineError> {
    let frame = engine.sql(LAST_DAY)?;
    let Some(day) = (if frame.height() == 0 { None } else { Rows::new(&frame).day("day", 0)? }) else { return Ok(None) };
    let month = month_of(day);
    let left = first_day(month + 1).map_or(0, |next| next - days_of(day) - 1);
    let last_whole = if left <= MONTH_END_DAYS { month } else { month - 1 };
    Ok(Some(Today { day, year: month.div_euclid(12), last_whole }))
}

/// What left is measured best; a month without tickets is taken at the mine's word.
fn output(months: &[OreMonth]) -> Output {
    months.iter().filter_map(|m| Some((m.month, float(m.net_kg.or(m.declared_kg)?)))).collect()
}

/// Years before this one with twelve months of records.
fn whole_years(output: &Output, this: i64) -> Vec<[f64; 12]> {
    let first = output.keys().next().map_or(this, |month| month.div_euclid(12));
    let year = |year: i64| {
        let mut kg = [0.0; 12];
        for (slot, month) in kg.iter_mut().zip(0i64..) {
            *slot = *output.get(&(year * 12 + month))?;
        }
        Some(kg)
    };
    (first..this).filter_map(year).collect()
}

/// Sites that share a scale this year, and the last day on which one of their licences is in force.
struct Unit {
    sites: Vec<Allowance>,
    last: i32,
}

/// This year's allowances by unit; a unit with a licence of which nobody knows whose it is has none.
fn units(engine: &Engine, today: Today) -> Result<Vec<Unit>, EngineError> {
    let (first, next) = (first_day(today.year * 12), first_day(today.year * 12 + 12));
    let Some((first, next)) = first.zip(next) else { return Ok(Vec::new()) };
    let licences = licences(engine)?;
    let mut units: BTreeMap<String, Vec<Allowance>> = BTreeMap::new();
    for allowance in allowances(&licences, first, next - 1, Take::ProRata) {
        units.entry(allowance.unit.clone()).or_default().push(allowance);
    }
    let unclear: BTreeSet<String> = unclear(engine)?;
    let known = units.into_values().filter(|sites| sites.iter().all(|a| !unclear.contains(&a.site)));
    let last = |sites: &[Allowance]| {
        let theirs = licences.iter().filter(|l| sites.iter().any(|a| a.site == l.site));
        theirs.map(|l| l.to).max().unwrap_or(next).min(next - 1)
    };
    Ok(known.map(|sites| Unit { last: last(&sites), sites }).collect())
}

fn of_unit(unit: &Unit, outputs: &BTreeMap<String, Output>, today: Today, seasons: &Seasons, settings: &Settings) -> Vec<Found> {
    let mut together = Output::new();
    for (month, kg) in unit.sites.iter().filter_map(|a| outputs.get(&a.site)).flatten() {
        *together.entry(*month).or_default() += kg;
    }
    let Some(allowed_kg) = unit.sites.first().map(|a| a.kg).filter(|kg| *kg > 0) else { return Vec::new() };
    // Who has stopped is not on course to anything.
    if !together.contains_key(&today.last_whole) {
        return Vec::new();
    }
    let of_year = |year: i64| -> Vec<(usize, f64)> {
        let whole = together.iter().filter(|(month, _)| month.div_euclid(12) == year && **month <= today.last_whole);
        whole.filter_map(|(month, kg)| Some((usize::try_from(month.rem_euclid(12)).ok()?, *kg))).collect()
    };
    let this_year = |output: &Output| output.iter().filter(|(month, _)| month.div_euclid(12) == today.year).map(|(_, kg)| kg).sum::<f64>();
    let sofar = this_year(&together);
    let rate = rate(&of_year(today.year), &of_year(today.year - 1), seasons, settings.least_months, settings.least_scatter);
    let passage = rate.and_then(|rate| rate.passage(float(allowed_kg) - sofar, &ahead(today, unit.last), seasons, settings.shares));
    // What has passed already is no forecast.
    let Some(passage) = passage.filter(|p| p.chance >= settings.least_chance && sofar <= float(allowed_kg)) else { return Vec::new() };
    let own = |a: &Allowance| outputs.get(&a.site).map(this_year).filter(|kg| *kg > 0.0);
    unit.sites.iter().filter_map(|a| Some(found(a, own(a)? / sofar, sofar, today, &passage))).collect()
}

fn found(allowance: &Allowance, share: f64, sofar: f64, today: Today, passage: &Passage) -> Found {
    let expected = sofar + passage.ahead_kg;
    let end = first_day(today.year * 12 + 12).map_or(days_of(today.day), |next| next - 1);
    let date = |days: Option<usize>| {
        let days = days.and_then(|d| i32::try_from(d).ok()).map(|d| days_of(today.day) + d);
        i64::from(days.map_or(end, |day| day.min(end)))
    };
    Found {
        site: allowance.site.clone(),
        sites: allowance.sites,
        year: today.year,
        excess_kg: whole((expected - float(allowance.kg)) * share).max(0),
        expected_kg: whole(expected),
        allowed_kg: allowance.kg,
        sofar_kg: whole(sofar),
        used_ppm: whole(1e6 * sofar / float(allowance.kg)),
        chance_ppm: whole(1e6 * passage.chance),
        dates: passage.days.map(date),
    }
}

/// The days from the day after today to the last of the year on which a licence is in force: month and share of it.
fn ahead(today: Today, last: i32) -> Vec<(usize, f64)> {
    let days = today.day.iter_days().skip(1).take_while(|day| day.year() == today.day.year() && days_of(*day) <= last);
    days.filter_map(|day| {
        let month = month_of(day);
        let length = first_day(month + 1)? - first_day(month)?;
        Some((usize::try_from(day.month0()).ok()?, 1.0 / f64::from(length)))
    })
    .collect()
}

fn frame(found: &[Found]) -> Result<DataFrame, EngineError> {
    let numbers = |name: &str, get: fn(&Found) -> i64| Column::new(name.into(), found.iter().map(get).collect::<Vec<i64>>());
    let columns = vec![
        Column::new("site".into(), found.iter().map(|f| f.site.as_str()).collect::<Vec<_>>()),
        numbers("sites", |f| f.sites),
        numbers("year", |f| f.year),
        numbers("excess_kg", |f| f.excess_kg),
        numbers("expected_kg", |f| f.expected_kg),
        numbers("allowed_kg", |f| f.allowed_kg),
        numbers("sofar_kg", |f| f.sofar_kg),
        numbers("used_share", |f| f.used_ppm),
        numbers("chance", |f| f.chance_ppm),
        numbers("date_early", |f| f.dates[0]),
        numbers("date_mid", |f| f.dates[1]),
        numbers("date_late", |f| f.dates[2]),
    ];
    Ok(DataFrame::new(found.len(), columns)?)
}
