//! By how much do weighbridges' clocks differ, month by month? Told by how long trucks took from one to the next and back.
//!
//! SQL counts, for every pair of weighbridges and month, how many trips took how many minutes; medians of these go into the fit
//! (`clock_fit`). Where trips are many, those of some plates are enough. A weighbridge without a row was not fitted: its clock is
//! not corrected, and policy's error is allowed for.

use super::Prepared;
use super::clock_fit::{Clock, Leg, Way, fit, median};
use crate::engine::{Engine, EngineError, Rows};
use crate::rules::context::Context;
use chrono::NaiveDate;
use polars::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// `site, month, offset_s, error_s, spread_s`: seconds that the clock is ahead and the standard error of that; and how far the times of
/// the trips that unload there scatter (missing where none do). Needs the table `journeys`.
pub(super) static TABLE: Prepared = Prepared { name: "clocks", parameters: &["clock_error_min"], make };

/// So many trips are enough for every clock; above it only plates with certain last characters count.
const ENOUGH_TRIPS: i64 = 1_500_000;

/// A median of fewer trips is moved too easily.
const LEAST_TRIPS: i64 = 5;

/// Minutes between two tickets that are looked at: a truck that needs longer has slept, one that is earlier was not that truck.
const THERE_MIN: (i64, i64) = (-180, 720);
const BACK_MIN: (i64, i64) = (-120, 300);

/// The interquartile range of a normal distribution is 1.349 standard deviations; a median's standard error is 1.2533 σ/√n.
const IQR_SIGMAS: f64 = 1.349;
const MEDIAN_ERROR: f64 = 1.2533;

/// Place to place in a month.
type Key = (NaiveDate, String, String, bool);

/// `minutes → trips`
type Histogram = BTreeMap<i64, i64>;

fn make(context: &Context) -> Result<DataFrame, EngineError> {
    #[expect(clippy::cast_precision_loss, reason = "minutes of a policy are small")]
    let prior_min = context.number("clock_error_min")? as f64;
    let times = times(context.engine)?;
    let least = least_minutes(context.engine)?;
    let months: BTreeSet<NaiveDate> = times.keys().map(|(month, ..)| *month).collect();
    let mut rows = Vec::new();
    for month in months {
        let of_month: Vec<(&Key, &Histogram)> = times.iter().filter(|(key, _)| key.0 == month).collect();
        rows.extend(clocks_of(month, &of_month, &least, prior_min));
    }
    frame(&rows)
}

/// A row of the table.
struct Row {
    site: String,
    month: NaiveDate,
    clock: Clock,
    spread_min: Option<f64>,
}

fn clocks_of(month: NaiveDate, times: &[(&Key, &Histogram)], least: &BTreeMap<(String, String), f64>, prior_min: f64) -> Vec<Row> {
    let sites: Vec<&String> = times.iter().flat_map(|((_, from, to, _), _)| [from, to]).collect::<BTreeSet<_>>().into_iter().collect();
    let mut legs = Vec::new();
    let mut spreads: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for ((_, from, to, back), histogram) in times {
        let ends = sites.binary_search(&from).ok().zip(sites.binary_search(&to).ok());
        let (Some((from_at, to_at)), Some(least_min)) = (ends, least.get(&(from.clone(), to.clone()))) else { continue };
        let Some(seen) = middle(histogram) else { continue };
        let way = if *back { Way::Back } else { Way::There };
        if way == Way::There {
            spreads.entry(to_at).or_default().push(seen.spread_min);
        }
        legs.push(Leg { from: from_at, to: to_at, way, least_min: *least_min, median_min: seen.median_min, error_min: seen.error_min });
    }
    let clocks = fit(sites.len(), &legs, prior_min);
    let with_clock = sites.iter().zip(clocks).enumerate();
    with_clock
        .filter_map(|(at, (site, clock))| {
            let spread_min = spreads.get(&at).and_then(|s| median(s.clone()));
            Some(Row { site: (*site).clone(), month, clock: clock?, spread_min })
        })
        .collect()
}

/// The middle of a histogram of minutes.
struct Middle {
    median_min: f64,
    error_min: f64,
    spread_min: f64,
}

fn middle(histogram: &Histogram) -> Option<Middle> {
    let trips: i64 = histogram.values().sum();
    if trips < LEAST_TRIPS {
        return None;
    }
    let spread_min = (quantile(histogram, trips, 3)? - quantile(histogram, trips, 1)?) / IQR_SIGMAS;
    #[expect(clippy::cast_precision_loss, reason = "fewer trips than 2^53")]
    // A minute is as fine as the histogram tells.
    let error_min = MEDIAN_ERROR * spread_min.max(1.0) / (trips as f64).sqrt();
    Some(Middle { median_min: quantile(histogram, trips, 2)?, error_min, spread_min })
}

/// The value below which so many quarters of the trips lie: within its minute as if spread evenly.
fn quantile(histogram: &Histogram, trips: i64, quarters: i64) -> Option<f64> {
    let mut before = 0;
    for (minute, count) in histogram {
        if 4 * (before + count) >= quarters * trips {
            #[expect(clippy::cast_precision_loss, reason = "fewer trips than 2^53")]
            let within = (quarters * trips - 4 * before) as f64 / (4 * count) as f64;
            #[expect(clippy::cast_precision_loss, reason = "minutes of hours")]
            return Some(*minute as f64 + within);
        }
        before += count;
    }
    None
}

/// How many trips took how many minutes, by month, pair and way.
fn times(engine: &Engine) -> Result<BTreeMap<Key, Histogram>, EngineError> {
    let mut times: BTreeMap<Key, Histogram> = BTreeMap::new();
    let frame = engine.sql(&statement(engine)?)?;
    let rows = Rows::new(&frame);
    for row in 0..frame.height() {
        let (Some(month), Some(from), Some(to), Some(minutes), Some(trips), Some(back)) = (
            rows.day("month", row)?,
            rows.text("from_site", row)?,
            rows.text("to_site", row)?,
            rows.integer("minutes", row)?,
            rows.integer("trips", row)?,
            rows.integer("back", row)?,
        ) else {
            continue;
        };
        times.entry((month, from, to, back == 1)).or_default().insert(minutes, trips);
    }
    Ok(times)
}

/// Times at midnight are days without a time of day.
fn statement(engine: &Engine) -> Result<String, EngineError> {
    let counted = engine.sql("SELECT COUNT(*) AS trips FROM shipments WHERE unloaded_at IS NOT NULL AND plate IS NOT NULL")?;
    let trips = if counted.height() == 0 { 0 } else { Rows::new(&counted).integer("trips", 0)?.unwrap_or(0) };
    let endings = (ENOUGH_TRIPS * 10 / trips.max(1)).clamp(1, 10);
    let digits: Vec<String> = (0..endings).map(|digit| format!("'{digit}'")).collect();
    let sample = if endings < 10 { format!("AND RIGHT(plate, 1) IN ({})", digits.join(", ")) } else { String::new() };
    let there = format!("minutes >= {} AND minutes <= {}", THERE_MIN.0, THERE_MIN.1);
    let back = format!("minutes >= {} AND minutes <= {}", BACK_MIN.0, BACK_MIN.1);
    Ok(format!(
        "
WITH drives AS (
  SELECT plate, month, origin_site AS a, destination_site AS b, CAST(loaded_at AS BIGINT) AS loaded_us, CAST(unloaded_at AS BIGINT) AS unloaded_us,
         -- Two tickets of one second stand in an order that no order of rows changes.
         CAST(loaded_at AS BIGINT) + (COALESCE(CAST(unloaded_at AS BIGINT), 0) + COALESCE(net_kg, 0)) % 999983 AS turn
  FROM shipments
  WHERE plate IS NOT NULL AND origin_site IS NOT NULL AND destination_site IS NOT NULL {sample}
),
chained AS (
  SELECT month, a, b, loaded_us, unloaded_us,
         LAG(b) OVER (PARTITION BY plate ORDER BY turn) AS last_b,
         LAG(unloaded_us) OVER (PARTITION BY plate ORDER BY turn) AS last_unloaded_us
  FROM drives
  WHERE (loaded_us + 28800000000) % 86400000000 <> 0
),
measured AS (
  SELECT month, a AS from_site, b AS to_site, CAST(0 AS BIGINT) AS back, CAST(FLOOR(CAST(unloaded_us - loaded_us AS DOUBLE) / 60000000.0) AS BIGINT) AS minutes
  FROM chained
  WHERE unloaded_us IS NOT NULL AND (unloaded_us + 28800000000) % 86400000000 <> 0
  UNION ALL
  SELECT month, last_b AS from_site, a AS to_site, CAST(1 AS BIGINT) AS back, CAST(FLOOR(CAST(loaded_us - last_unloaded_us AS DOUBLE) / 60000000.0) AS BIGINT) AS minutes
  FROM chained
  WHERE last_unloaded_us IS NOT NULL AND (last_unloaded_us + 28800000000) % 86400000000 <> 0
)
SELECT month, from_site, to_site, back, minutes, COUNT(*) AS trips
FROM measured
WHERE from_site <> to_site AND ((back = 0 AND {there}) OR (back = 1 AND {back}))
GROUP BY month, from_site, to_site, back, minutes
"
    ))
}

fn least_minutes(engine: &Engine) -> Result<BTreeMap<(String, String), f64>, EngineError> {
    let frame = engine.sql("SELECT from_site, to_site, least_s FROM journeys")?;
    let rows = Rows::new(&frame);
    let mut least = BTreeMap::new();
    for row in 0..frame.height() {
        if let (Some(from), Some(to), Some(seconds)) =
            (rows.text("from_site", row)?, rows.text("to_site", row)?, rows.integer("least_s", row)?)
        {
            #[expect(clippy::cast_precision_loss, reason = "seconds of a drive")]
            least.insert((from, to), seconds as f64 / 60.0);
        }
    }
    Ok(least)
}

fn frame(rows: &[Row]) -> Result<DataFrame, EngineError> {
    let text: Vec<&str> = rows.iter().map(|r| r.site.as_str()).collect();
    let months: Vec<NaiveDate> = rows.iter().map(|r| r.month).collect();
    #[expect(clippy::cast_possible_truncation, reason = "minutes of hours")]
    let seconds = |minutes: f64| (minutes * 60.0).round() as i64;
    let columns = vec![
        Column::new("site".into(), text),
        Column::new("month".into(), months),
        Column::new("offset_s".into(), rows.iter().map(|r| seconds(r.clock.offset_min)).collect::<Vec<_>>()),
        Column::new("error_s".into(), rows.iter().map(|r| seconds(r.clock.error_min)).collect::<Vec<_>>()),
        Column::new("spread_s".into(), rows.iter().map(|r| r.spread_min.map(seconds)).collect::<Vec<_>>()),
    ];
    Ok(DataFrame::new(rows.len(), columns)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_of_a_histogram_lie_where_its_trips_lie() {
        let histogram: Histogram = [(60, 10), (61, 20), (62, 10)].into();
        assert_eq!(quantile(&histogram, 40, 1), Some(61.0));
        assert_eq!(quantile(&histogram, 40, 2), Some(61.5));
        assert_eq!(quantile(&histogram, 40, 3), Some(62.0));
        assert!(middle(&[(60, 4)].into()).is_none());
    }
}
