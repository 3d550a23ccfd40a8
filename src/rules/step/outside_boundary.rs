//! Which loads lie outside? Rows with `day`, `loaded_lat`, `loaded_lon`: `observed` becomes the distance in metres outside the
//! site's boundaries of that day; rows within `allowed` and rows that can't be judged go.

use super::Step;
use crate::engine::{Engine, EngineError, Rows};
use crate::records::time::days_of;
use crate::rules::boundary::{Area, Boundary};
use crate::rules::context::Context;
use chrono::NaiveDate;
use polars::prelude::*;
use std::collections::BTreeMap;

pub(super) static STEP: Step = Step { name: "outside-boundary", parameters: &[], run };

/// The boundaries of mining licences with the days on which they are in force.
const BOUNDARIES: &str = "
SELECT site, boundary, valid_from, valid_to, status, status_since
FROM licences
WHERE kind = 'mining' AND site IS NOT NULL AND boundary IS NOT NULL AND (status = 'valid' OR status_since IS NOT NULL)
";

fn run(context: &Context, mut rows: DataFrame) -> Result<DataFrame, EngineError> {
    let boundaries = boundaries(context.engine)?;
    let distances: Int64Chunked = {
        let sites = rows.column("subject")?.str()?;
        let days = rows.column("day")?.date()?.physical();
        let (lats, lons) = (rows.column("loaded_lat")?.f64()?, rows.column("loaded_lon")?.f64()?);
        sites
            .iter()
            .zip(days.iter())
            .zip(lats.iter().zip(lons.iter()))
            .map(|((site, day), (lat, lon))| outside_m(boundaries.get(site?)?, day?, lat?, lon?))
            .collect_ca("observed".into())
    };
    rows.with_column(distances.into_column())?;
    // A null distance is no answer, not a small one: the filter leaves it out on purpose.
    Ok(rows.lazy().filter(col("observed").gt(col("allowed"))).collect()?)
}

/// Metres from the position to the nearest area in force; `None` where nothing can be said.
fn outside_m(boundaries: &[InForce], day: i32, lat: f64, lon: f64) -> Option<i64> {
    // 0,0 is what a device without a fix writes.
    if !lat.is_finite() || !lon.is_finite() || (lat == 0.0 && lon == 0.0) {
        return None;
    }
    let mut nearest: Option<i64> = None;
    for boundary in boundaries.iter().filter(|b| (b.from..=b.to).contains(&day)) {
        // An area that can't be read may be the one.
        let distance = boundary.area.as_ref()?.outside_m(lat, lon);
        nearest = Some(nearest.map_or(distance, |n| n.min(distance)));
    }
    nearest
}

/// A boundary with its first and last day in force, days since 1970; `None`: its text can't be read.
struct InForce {
    from: i32,
    to: i32,
    area: Option<Area>,
}

fn boundaries(engine: &Engine) -> Result<BTreeMap<String, Vec<InForce>>, EngineError> {
    let frame = engine.sql(BOUNDARIES)?;
    let rows = Rows::new(&frame);
    let mut sites: BTreeMap<String, Vec<InForce>> = BTreeMap::new();
    for row in 0..frame.height() {
        let (Some(site), Some(text), Some(from), Some(to)) =
            (rows.text("site", row)?, rows.text("boundary", row)?, rows.day("valid_from", row)?, rows.day("valid_to", row)?)
        else {
            continue;
        };
        let stopped = if rows.text("status", row)?.as_deref() == Some("valid") { None } else { rows.day("status_since", row)? };
        let to = stopped.and_then(|day: NaiveDate| day.pred_opt()).map_or(to, |last| last.min(to));
        let area = Boundary::parse(&text).ok().map(|b| b.area());
        sites.entry(site).or_default().push(InForce { from: days_of(from), to: days_of(to), area });
    }
    Ok(sites)
}
