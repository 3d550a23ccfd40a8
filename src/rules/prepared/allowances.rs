//! What may each mine dig in each year and month of the records? Table `allowances`.
//!
//! A row a site and year (`month` null; `kg`: the scale, every day at what was in force on it) and a row a site and month
//! (`kg`: the largest annual scale in force on a day of it). `unit` and `sites` name the sites that share it; `method` is null
//! where licences in force differ or do not state it. What can't be judged has no row.

use super::Prepared;
use super::rights::{Allowance, Licence, Take, allowances};
use crate::engine::{Engine, EngineError, Rows};
use crate::records::time::days_of;
use crate::rules::context::Context;
use chrono::{Datelike, Months, NaiveDate};
use polars::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

pub(super) static TABLE: Prepared = Prepared { name: "allowances", parameters: &[], make };

const LICENCES: &str = "
SELECT site, licence_no, right_no, holder_id, boundary, approved_scale_kg_per_year, method, valid_from, valid_to, status, status_since
FROM licences
WHERE kind = 'mining' AND site IS NOT NULL
";

/// A licence filed under a name that two sites bear may be this site's: its allowance is not known.
const UNCLEAR: &str = concat!("WITH\n", include_str!("../shared/unclear-licences.sql"), "\nSELECT DISTINCT site FROM unclear");

const MONTHS: [&str; 2] = ["SELECT month FROM shipments GROUP BY month", "SELECT month FROM production GROUP BY month"];

fn make(context: &Context) -> Result<DataFrame, EngineError> {
    let licences = licences(context.engine)?;
    let unclear = unclear(context.engine)?;
    let months = months(context.engine)?;
    let years: BTreeSet<i32> = months.iter().map(Datelike::year).collect();
    let mut rows = Vec::new();
    for year in years {
        if let Some((first, last)) = days(NaiveDate::from_ymd_opt(year, 1, 1), 12) {
            rows.extend(allowances(&licences, first, last, Take::ProRata).into_iter().map(|a| (year, None, a)));
        }
    }
    for month in months {
        if let Some((first, last)) = days(Some(month), 1) {
            rows.extend(allowances(&licences, first, last, Take::Largest).into_iter().map(|a| (month.year(), Some(first), a)));
        }
    }
    // One unclear site makes its whole unit unclear.
    let doubtful: BTreeSet<(i32, Option<i32>, String)> =
        rows.iter().filter(|(_, _, a)| unclear.contains(&a.site)).map(|(y, m, a)| (*y, *m, a.unit.clone())).collect();
    rows.retain(|(y, m, a)| !doubtful.contains(&(*y, *m, a.unit.clone())));
    frame(&rows)
}

/// What each site may dig in each of these years, together with the sites that share its licence, kg. What can't be judged is left out.
///
/// # Errors
/// [`EngineError`] if the register can't be read.
pub fn approved_by_year(engine: &Engine, years: &BTreeSet<i32>) -> Result<BTreeMap<(String, i32), i64>, EngineError> {
    let licences = licences(engine)?;
    let mut approved = BTreeMap::new();
    for year in years {
        if let Some((first, last)) = days(NaiveDate::from_ymd_opt(*year, 1, 1), 12) {
            approved.extend(allowances(&licences, first, last, Take::ProRata).into_iter().map(|a| ((a.site, *year), a.kg)));
        }
    }
    Ok(approved)
}

/// First and last day of so many months.
fn days(first: Option<NaiveDate>, months: u32) -> Option<(i32, i32)> {
    let first = first?;
    let last = first.checked_add_months(Months::new(months))?.pred_opt()?;
    Some((days_of(first), days_of(last)))
}

fn frame(rows: &[(i32, Option<i32>, Allowance)]) -> Result<DataFrame, EngineError> {
    let text = |get: fn(&Allowance) -> &str| rows.iter().map(|(_, _, a)| get(a)).collect::<Vec<_>>();
    let columns = vec![
        Column::new("site".into(), text(|a| &a.site)),
        Column::new("unit".into(), text(|a| &a.unit)),
        Column::new("sites".into(), rows.iter().map(|(_, _, a)| a.sites).collect::<Vec<_>>()),
        Column::new("year".into(), rows.iter().map(|(year, _, _)| i64::from(*year)).collect::<Vec<_>>()),
        Column::new("month".into(), rows.iter().map(|(_, month, _)| *month).collect::<Vec<_>>()).cast(&DataType::Date)?,
        Column::new("kg".into(), rows.iter().map(|(_, _, a)| a.kg).collect::<Vec<_>>()),
        Column::new("method".into(), rows.iter().map(|(_, _, a)| a.method.as_deref()).collect::<Vec<_>>()),
    ];
    Ok(DataFrame::new(rows.len(), columns)?)
}

/// The mining licences of resolved sites.
pub(super) fn licences(engine: &Engine) -> Result<Vec<Licence>, EngineError> {
    let frame = engine.sql(LICENCES)?;
    let rows = Rows::new(&frame);
    let mut licences = Vec::with_capacity(frame.height());
    for row in 0..frame.height() {
        let (Some(site), Some(licence_no), Some(from), Some(to)) =
            (rows.text("site", row)?, rows.text("licence_no", row)?, rows.day("valid_from", row)?, rows.day("valid_to", row)?)
        else {
            continue;
        };
        let valid = rows.text("status", row)?.as_deref() == Some("valid");
        let since = rows.day("status_since", row)?.filter(|_| !valid);
        licences.push(Licence {
            site,
            licence_no,
            right_no: rows.text("right_no", row)?,
            holder: rows.text("holder_id", row)?,
            boundary: rows.text("boundary", row)?,
            scale_kg: rows.integer("approved_scale_kg_per_year", row)?,
            method: rows.text("method", row)?,
            from: days_of(from),
            to: since.map_or(days_of(to), |since| days_of(to).min(days_of(since) - 1)),
            dated: valid || since.is_some(),
        });
    }
    Ok(licences)
}

/// Sites to which a licence may belong that is filed under a name of several.
pub(super) fn unclear(engine: &Engine) -> Result<BTreeSet<String>, EngineError> {
    let frame = engine.sql(UNCLEAR)?;
    let rows = Rows::new(&frame);
    let mut sites = BTreeSet::new();
    for row in 0..frame.height() {
        sites.extend(rows.text("site", row)?);
    }
    Ok(sites)
}

/// The months of the records.
fn months(engine: &Engine) -> Result<BTreeSet<NaiveDate>, EngineError> {
    let mut months = BTreeSet::new();
    for sql in MONTHS {
        let frame = engine.sql(sql)?;
        let rows = Rows::new(&frame);
        for row in 0..frame.height() {
            months.extend(rows.day("month", row)?);
        }
    }
    Ok(months)
}
