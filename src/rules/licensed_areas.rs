//! Where may each site dig on which day? The boundaries of its mining licences in force, read once for all positions.

use super::boundary::{Area, Boundary, Place};
use crate::engine::{Engine, EngineError, Rows};
use crate::records::time::days_of;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Mining licences with the days on which they are in force; one that was stopped on nobody knows which day never is.
const LICENCES: &str = "
SELECT site, boundary, valid_from, valid_to, status, status_since
FROM licences
WHERE kind = 'mining' AND site IS NOT NULL AND (status = 'valid' OR status_since IS NOT NULL)
";

/// A licence with its first and last day in force, days since 1970.
struct InForce {
    from: i32,
    to: i32,
    /// `None`: it has no boundary, or one that can't be read. The load may lie within that one.
    area: Option<Area>,
}

/// The licensed areas of one site.
pub(super) struct Areas(Vec<InForce>);

impl Areas {
    /// Whole metres from a position to the nearest area in force; `None` where nothing can be said.
    pub(super) fn outside_m(&self, day: i32, lat: f64, lon: f64) -> Option<i64> {
        // 0,0 is what a device without a fix writes.
        if !lat.is_finite() || !lon.is_finite() || (lat == 0.0 && lon == 0.0) {
            return None;
        }
        let mut nearest: Option<i64> = None;
        for licence in self.0.iter().filter(|l| (l.from..=l.to).contains(&day)) {
            let distance = licence.area.as_ref()?.outside_m(lat, lon);
            nearest = Some(nearest.map_or(distance, |n| n.min(distance)));
        }
        nearest
    }
}

/// The licensed areas by site.
///
/// # Errors
/// [`EngineError`] if the licences can't be read.
pub(super) fn by_site(engine: &Engine) -> Result<BTreeMap<String, Areas>, EngineError> {
    let places = places(engine)?;
    let frame = engine.sql(LICENCES)?;
    let rows = Rows::new(&frame);
    let mut sites: BTreeMap<String, Areas> = BTreeMap::new();
    for row in 0..frame.height() {
        let (Some(site), Some(from), Some(to)) = (rows.text("site", row)?, rows.day("valid_from", row)?, rows.day("valid_to", row)?) else {
            continue;
        };
        let stopped = if rows.text("status", row)?.as_deref() == Some("valid") { None } else { rows.day("status_since", row)? };
        let to = stopped.and_then(|day: NaiveDate| day.pred_opt()).map_or(to, |last| last.min(to));
        let place = places.get(&site).copied().unwrap_or_default();
        let area = rows.text("boundary", row)?.and_then(|text| Boundary::read(&text, &place).ok()).map(|b| b.area());
        sites.entry(site).or_insert_with(|| Areas(Vec::new())).0.push(InForce { from: days_of(from), to: days_of(to), area });
    }
    Ok(sites)
}

/// Where each site lies as far as the register knows: its own position, and the middle of the others of its county.
///
/// # Errors
/// [`EngineError`] if the sites can't be read.
pub fn places(engine: &Engine) -> Result<BTreeMap<String, Place>, EngineError> {
    let frame = engine.sql("SELECT site_id, county, lat, lon FROM sites ORDER BY site_id, county, lat, lon")?;
    let rows = Rows::new(&frame);
    let mut places: BTreeMap<String, (Place, Option<String>)> = BTreeMap::new();
    let mut counties: BTreeMap<String, (f64, f64, f64)> = BTreeMap::new();
    for row in 0..frame.height() {
        let Some(site) = rows.text("site_id", row)? else { continue };
        let county = rows.text("county", row)?;
        let position = rows.float("lat", row)?.zip(rows.float("lon", row)?);
        if let (Some(county), Some((lat, lon))) = (&county, position) {
            let sum = counties.entry(county.clone()).or_default();
            *sum = (sum.0 + lat, sum.1 + lon, sum.2 + 1.0);
        }
        places.insert(site, (Place { site: position, county: None }, county));
    }
    let middle = |county: &String| counties.get(county).map(|(lat, lon, count)| (lat / count, lon / count));
    Ok(places.into_iter().map(|(site, (place, county))| (site, Place { county: county.as_ref().and_then(middle), ..place })).collect())
}
