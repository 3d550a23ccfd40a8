//! What did each mine put out, month by month, against what its licence allows?

use crate::engine::{Engine, EngineError, Rows};
use crate::rules::approved_by_year;
use chrono::{Datelike, NaiveDate};
use polars::prelude::DataFrame;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

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
    /// Approved scale of the licences in force, every day at what was in force on it, kg; that of all sites together where several
    /// share a licence; `None`: no licence, or one that states no scale or no day on which it was stopped.
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
    let years: BTreeSet<i32> = months.keys().map(|(_, year)| *year).collect();
    let approved = approved_by_year(engine, &years)?;
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
                approved_kg: approved.get(&(site_id.clone(), *year)).copied(),
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
