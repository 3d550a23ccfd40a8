//! What did each mine put out, month by month, against what its licence allows?

use crate::engine::{Engine, EngineError, Rows};
use chrono::{Datelike, NaiveDate};
use polars::prelude::DataFrame;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A mine's (or other ore source's) output of a calendar year against its licence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MineOutput {
    /// Site id.
    pub site_id: String,
    /// Name.
    pub name: String,
    /// Kind of site.
    pub kind: String,
    /// County.
    pub county: Option<String>,
    /// Calendar year.
    pub year: i32,
    /// Approved scale of the licences in force, pro rata for the part of the year in force, kg; `None`: no licence with a scale.
    pub approved_kg: Option<i64>,
    /// Declared output of the year so far, kg.
    pub declared_kg: Option<i64>,
    /// Tickets out of the year so far, kg.
    pub dispatched_kg: i64,
    /// The months, January first; months without records are left out.
    pub months: Vec<MonthOutput>,
}

/// One month of a mine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthOutput {
    /// First day of the month, ISO 8601.
    pub month: String,
    /// Declared raw ore, kg; `None`: no return.
    pub declared_kg: Option<i64>,
    /// Raw ore on tickets, kg.
    pub dispatched_kg: i64,
}

/// Raw ore on tickets by ore source and month.
const DISPATCHED: &str = "
SELECT origin_site AS site, month, SUM(net_kg) AS net_kg
FROM shipments
WHERE product = 'porcelain_clay_ore' AND origin_site IS NOT NULL
GROUP BY origin_site, month
";

/// Declared raw ore by site and month. Where returns of one month contradict each other the smallest counts:
/// nobody is accused on papers that disagree.
const DECLARED: &str = "
SELECT site, month, MIN(wet_kg) AS wet_kg
FROM production
WHERE product = 'porcelain_clay_ore' AND role = 'produced' AND site IS NOT NULL
GROUP BY site, month
";

const SITES: &str = "
SELECT site_id, name, kind, county FROM sites
WHERE kind IN ('mine', 'exploration', 'construction', 'restoration')
";

const LICENCES: &str = "
SELECT site, approved_scale_kg_per_year, valid_from, valid_to, status, status_since
FROM licences
WHERE kind = 'mining' AND site IS NOT NULL AND approved_scale_kg_per_year IS NOT NULL
";

type Months = BTreeMap<NaiveDate, MonthOutput>;

/// Output of every ore source and calendar year with records, by site and year.
///
/// # Errors
/// [`EngineError`] if the snapshot can't be read.
pub fn output(engine: &Engine) -> Result<Vec<MineOutput>, EngineError> {
    let mut months: BTreeMap<(String, i32), Months> = BTreeMap::new();
    let dispatched = engine.sql(DISPATCHED)?;
    for (site, month, kg) in masses(&dispatched, "net_kg")? {
        entry(&mut months, site, month).dispatched_kg = kg;
    }
    let declared = engine.sql(DECLARED)?;
    for (site, month, kg) in masses(&declared, "wet_kg")? {
        entry(&mut months, site, month).declared_kg = Some(kg);
    }
    let licences = licences(engine)?;
    let frame = engine.sql(SITES)?;
    let rows = Rows::new(&frame);
    let mut outputs = Vec::new();
    for row in 0..frame.height() {
        let site_id = rows.text("site_id", row)?.unwrap_or_default();
        for ((_, year), months) in months.range((site_id.clone(), i32::MIN)..=(site_id.clone(), i32::MAX)) {
            outputs.push(MineOutput {
                site_id: site_id.clone(),
                name: rows.text("name", row)?.unwrap_or_default(),
                kind: rows.text("kind", row)?.unwrap_or_default(),
                county: rows.text("county", row)?,
                year: *year,
                approved_kg: approved_kg(licences.iter().filter(|l| l.site == site_id), *year),
                declared_kg: months.values().filter_map(|m| m.declared_kg).reduce(|a, b| a + b),
                dispatched_kg: months.values().map(|m| m.dispatched_kg).sum(),
                months: months.values().cloned().collect(),
            });
        }
    }
    outputs.sort_by(|a, b| (&a.site_id, a.year).cmp(&(&b.site_id, b.year)));
    Ok(outputs)
}

fn entry(months: &mut BTreeMap<(String, i32), Months>, site: String, month: NaiveDate) -> &mut MonthOutput {
    months.entry((site, month.year())).or_default().entry(month).or_insert_with(|| MonthOutput {
        month: month.to_string(),
        declared_kg: None,
        dispatched_kg: 0,
    })
}

fn masses(frame: &DataFrame, column: &str) -> Result<Vec<(String, NaiveDate, i64)>, EngineError> {
    let rows = Rows::new(frame);
    let mut masses = Vec::with_capacity(frame.height());
    for row in 0..frame.height() {
        if let (Some(site), Some(month), Some(kg)) = (rows.text("site", row)?, rows.day("month", row)?, rows.integer(column, row)?) {
            masses.push((site, month, kg));
        }
    }
    Ok(masses)
}

struct Licence {
    site: String,
    scale_kg_per_year: i64,
    from: NaiveDate,
    /// Last day in force: the licence's own last day, or the day before it was suspended, revoked or closed.
    to: NaiveDate,
}

fn licences(engine: &Engine) -> Result<Vec<Licence>, EngineError> {
    let frame = engine.sql(LICENCES)?;
    let rows = Rows::new(&frame);
    let mut licences = Vec::new();
    for row in 0..frame.height() {
        let (Some(site), Some(scale), Some(from), Some(to)) = (
            rows.text("site", row)?,
            rows.integer("approved_scale_kg_per_year", row)?,
            rows.day("valid_from", row)?,
            rows.day("valid_to", row)?,
        ) else {
            continue;
        };
        let to = match (rows.text("status", row)?.as_deref(), rows.day("status_since", row)?) {
            (Some("valid") | None, _) => to,
            (Some(_), Some(since)) => to.min(since.pred_opt().unwrap_or(since)),
            (Some(_), None) => continue,
        };
        licences.push(Licence { site, scale_kg_per_year: scale, from, to });
    }
    Ok(licences)
}

/// `sum(scale × days in force in the year) / days of the year`, rounded down once at the end.
fn approved_kg<'a>(licences: impl Iterator<Item = &'a Licence>, year: i32) -> Option<i64> {
    let (first, last) = (NaiveDate::from_ymd_opt(year, 1, 1)?, NaiveDate::from_ymd_opt(year, 12, 31)?);
    let kg_days = licences
        .filter_map(|l| {
            let days = (l.to.min(last) - l.from.max(first)).num_days() + 1;
            (days > 0).then(|| i128::from(l.scale_kg_per_year) * i128::from(days))
        })
        .reduce(|a, b| a + b)?;
    i64::try_from(kg_days / i128::from((last - first).num_days() + 1)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn licence(scale: i64, from: &str, to: &str) -> Licence {
        Licence { site: "M1".to_owned(), scale_kg_per_year: scale, from: from.parse().unwrap(), to: to.parse().unwrap() }
    }

    #[test]
    fn a_scale_raised_in_june_counts_for_its_days() {
        let licences = [licence(365_000, "2020-01-01", "2023-05-31"), licence(730_000, "2023-06-01", "2030-01-01")];
        assert_eq!(approved_kg(licences.iter(), 2023), Some(151 * 1000 + 214 * 2000));
        assert_eq!(approved_kg(licences.iter(), 2022), Some(365_000));
        assert_eq!(approved_kg(licences.iter(), 2019), None);
    }
}
