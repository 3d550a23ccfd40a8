//! Which positions lie outside of every licensed area, further than their errors explain?
//!
//! A single load is outside if it lies further from the edge than one of all the loads of its mine and month would by its
//! error alone; many loads are outside together if more of them lie a little beyond than errors put there. A load that was
//! loaded inside is put beyond `z` standard errors with a chance of at most `1 - Φ(z)`, and that only at the very edge. Half
//! of the rate goes to each test, so that a mine and month has one false finding at the rate, however many loads it sends.

use super::Prepared;
use crate::engine::EngineError;
use crate::rules::context::Context;
use crate::rules::licensed_areas::{self, Areas};
use crate::rules::quantile;
use polars::prelude::*;
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};

pub(super) static TABLE: Prepared = Prepared { name: "outside", parameters: &["products", "gps_error_m", "false_alarm"], make };

/// Positions that one thread takes at a time.
const BLOCK: usize = 1 << 16;

/// A load counts among the many beyond the distance that one load in a hundred exceeds; any such share holds the rate.
const COUNTED_SHARE: f64 = 0.01;

/// A position outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Outside {
    site: usize,
    month: i32,
    day: i32,
    lat_e7: i64,
    lon_e7: i64,
    outside_m: i64,
}

/// Positions that were judged, by site and month.
type Judged = BTreeMap<(usize, i32), u64>;

fn make(context: &Context) -> Result<DataFrame, EngineError> {
    let areas = licensed_areas::by_site(context.engine)?;
    let sites: Vec<&str> = areas.keys().map(String::as_str).collect();
    let areas: Vec<&Areas> = areas.values().collect();
    let mut positions = context.engine.sql(&statement(context)?)?;
    positions.rechunk_mut();
    let (mut outside, judged) = look(&positions, &sites, &areas)?;
    drop(positions);
    outside.sort_unstable();
    let found = beyond(&outside, &judged, context)?;
    Ok(df!(
        "site" => found.iter().filter_map(|(o, _)| sites.get(o.site).copied()).collect::<Vec<_>>(),
        "day" => Series::new("day".into(), found.iter().map(|(o, _)| o.day).collect::<Vec<_>>()).cast(&DataType::Date)?,
        "lat_e7" => found.iter().map(|(o, _)| o.lat_e7).collect::<Vec<_>>(),
        "lon_e7" => found.iter().map(|(o, _)| o.lon_e7).collect::<Vec<_>>(),
        "outside_m" => found.iter().map(|(o, _)| o.outside_m).collect::<Vec<_>>(),
        "allowed_m" => found.iter().map(|(_, allowed_m)| *allowed_m).collect::<Vec<_>>(),
    )?)
}

/// The narrow columns of all positions.
fn statement(context: &Context) -> Result<String, EngineError> {
    let products: Vec<String> = context.list("products")?.iter().map(|p| format!("'{p}'")).collect();
    Ok(format!(
        "SELECT origin_site AS site, month, day, loaded_lat AS lat, loaded_lon AS lon FROM shipments \
         WHERE product IN ({}) AND origin_site IS NOT NULL AND loaded_lat IS NOT NULL AND loaded_lon IS NOT NULL",
        products.join(", ")
    ))
}

/// All positions outside, and how many were judged.
fn look(positions: &DataFrame, sites: &[&str], areas: &[&Areas]) -> PolarsResult<(Vec<Outside>, Judged)> {
    let numbers: HashMap<&str, usize> = sites.iter().enumerate().map(|(i, s)| (*s, i)).collect();
    let names = positions.column("site")?.str()?;
    let months = positions.column("month")?.date()?.physical();
    let days = positions.column("day")?.date()?.physical();
    let (lats, lons) = (positions.column("lat")?.f64()?, positions.column("lon")?.f64()?);
    let judge = |row: usize| -> Option<(Outside, bool)> {
        let site = *numbers.get(names.get(row)?)?;
        let (month, day, lat, lon) = (months.get(row)?, days.get(row)?, lats.get(row)?, lons.get(row)?);
        let outside_m = areas.get(site)?.outside_m(day, lat, lon)?;
        Some((Outside { site, month, day, lat_e7: e7(lat), lon_e7: e7(lon), outside_m }, outside_m > 0))
    };
    let block = |block: usize| {
        let (mut outside, mut judged) = (Vec::new(), Judged::new());
        let mut counting = ((usize::MAX, 0), 0);
        for (position, is_outside) in (block * BLOCK..((block + 1) * BLOCK).min(positions.height())).filter_map(judge) {
            let key = (position.site, position.month);
            if counting.0 != key {
                add(&mut judged, counting);
                counting = (key, 0);
            }
            counting.1 += 1;
            if is_outside {
                outside.push(position);
            }
        }
        add(&mut judged, counting);
        (outside, judged)
    };
    let blocks: Vec<(Vec<Outside>, Judged)> = (0..positions.height().div_ceil(BLOCK)).into_par_iter().map(block).collect();
    let mut all = (Vec::new(), Judged::new());
    for (outside, judged) in blocks {
        all.0.extend(outside);
        for counted in judged {
            add(&mut all.1, counted);
        }
    }
    Ok(all)
}

fn add(judged: &mut Judged, (key, count): ((usize, i32), u64)) {
    if count > 0 {
        *judged.entry(key).or_default() += count;
    }
}

/// What errors don't explain, each position once, with the distance that they do.
fn beyond(outside: &[Outside], judged: &Judged, context: &Context) -> Result<Vec<(Outside, i64)>, EngineError> {
    #[expect(clippy::cast_precision_loss, reason = "metres of a receiver's error")]
    let error_m = context.number("gps_error_m")? as f64;
    let half = context.rate("false_alarm")? / 2.0;
    let counted_m = metres(error_m * quantile::normal(COUNTED_SHARE));
    let mut found = Vec::new();
    for month in outside.chunk_by(|a, b| (a.site, a.month) == (b.site, b.month)) {
        let Some(loads) = month.first().and_then(|o| judged.get(&(o.site, o.month))) else { continue };
        #[expect(clippy::cast_precision_loss, reason = "loads of a month")]
        let single_m = metres(error_m * quantile::normal(half / *loads as f64));
        let many = month.iter().filter(|o| o.outside_m > counted_m).count() as u64;
        let together = many > 1 && quantile::at_least(many, *loads, COUNTED_SHARE) <= half;
        let allowed_m = if together { counted_m.min(single_m) } else { single_m };
        let mut positions: Vec<Outside> = month.iter().filter(|o| o.outside_m > allowed_m).copied().collect();
        positions.dedup();
        found.extend(positions.into_iter().map(|o| (o, allowed_m)));
    }
    Ok(found)
}

/// Ten-millionths of a degree, a centimetre, rounded as the statement of the rule rounds.
fn e7(degrees: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "degrees times ten million")]
    let whole = (degrees * 10_000_000.0 + 0.5).floor() as i64;
    whole
}

fn metres(metres: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "metres of a receiver's error")]
    let whole = metres.ceil() as i64;
    whole
}
