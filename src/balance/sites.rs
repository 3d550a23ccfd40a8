//! Which sites are there, whose are they, and what are they licensed for?

use crate::engine::{Engine, EngineError, Rows};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A registered site with its licences.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Site {
    /// Site id.
    pub site_id: String,
    /// Name.
    pub name: String,
    /// Kind (`mine`, `concentrator` …).
    pub kind: String,
    /// Name of the company, or its credit code where the register of companies has no name.
    pub company: Option<String>,
    /// County.
    pub county: Option<String>,
    /// Latitude, degrees.
    pub lat: Option<f64>,
    /// Longitude, degrees.
    pub lon: Option<f64>,
    /// Capacity, kg a year.
    pub annual_capacity_kg: Option<i64>,
    /// Licences, by number and first day.
    pub licences: Vec<SiteLicence>,
}

/// A row of the register of licences.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteLicence {
    /// Number.
    pub licence_no: String,
    /// `mining` or `exploration`.
    pub kind: String,
    /// Minerals, ids or words, joined by `;`.
    pub minerals: Option<String>,
    /// Approved scale, kg a year.
    pub approved_scale_kg_per_year: Option<i64>,
    /// First day, ISO 8601.
    pub valid_from: String,
    /// Last day, ISO 8601.
    pub valid_to: String,
    /// `valid`, `suspended`, `revoked` or `closed`.
    pub status: String,
    /// Since when, ISO 8601.
    pub status_since: Option<String>,
}

const SITES: &str = "
SELECT s.site_id, s.name, s.kind, COALESCE(c.name, s.company_id) AS company, s.county, s.lat, s.lon, s.annual_capacity_kg_per_year
FROM sites AS s
LEFT JOIN companies AS c ON s.company_id = c.company_id
";

const LICENCES: &str = "
SELECT site, licence_no, kind, minerals, approved_scale_kg_per_year, valid_from, valid_to, status, status_since
FROM licences
WHERE site IS NOT NULL
";

/// Every registered site with its licences, by id.
///
/// # Errors
/// [`EngineError`] if the snapshot can't be read.
pub fn sites(engine: &Engine) -> Result<Vec<Site>, EngineError> {
    let mut licences = licences(engine)?;
    let frame = engine.sql(SITES)?;
    let rows = Rows::new(&frame);
    let mut sites = Vec::with_capacity(frame.height());
    for row in 0..frame.height() {
        let site_id = rows.text("site_id", row)?.unwrap_or_default();
        sites.push(Site {
            licences: licences.remove(&site_id).unwrap_or_default(),
            name: rows.text("name", row)?.unwrap_or_default(),
            kind: rows.text("kind", row)?.unwrap_or_default(),
            company: rows.text("company", row)?,
            county: rows.text("county", row)?,
            lat: rows.float("lat", row)?,
            lon: rows.float("lon", row)?,
            annual_capacity_kg: rows.integer("annual_capacity_kg_per_year", row)?,
            site_id,
        });
    }
    sites.sort_by(|a, b| a.site_id.cmp(&b.site_id));
    Ok(sites)
}

/// The register of licences by site; rows whose site is in no register stand under none.
fn licences(engine: &Engine) -> Result<BTreeMap<String, Vec<SiteLicence>>, EngineError> {
    let frame = engine.sql(LICENCES)?;
    let rows = Rows::new(&frame);
    let mut by_site: BTreeMap<String, Vec<SiteLicence>> = BTreeMap::new();
    for row in 0..frame.height() {
        let day = |column: &str| rows.day(column, row).map(|day| day.map(|d| d.to_string()));
        let licence = SiteLicence {
            licence_no: rows.text("licence_no", row)?.unwrap_or_default(),
            kind: rows.text("kind", row)?.unwrap_or_default(),
            minerals: rows.text("minerals", row)?,
            approved_scale_kg_per_year: rows.integer("approved_scale_kg_per_year", row)?,
            valid_from: day("valid_from")?.unwrap_or_default(),
            valid_to: day("valid_to")?.unwrap_or_default(),
            status: rows.text("status", row)?.unwrap_or_default(),
            status_since: day("status_since")?,
        };
        by_site.entry(rows.text("site", row)?.unwrap_or_default()).or_default().push(licence);
    }
    for licences in by_site.values_mut() {
        licences.sort_by(|a, b| order(a).cmp(&order(b)));
    }
    Ok(by_site)
}

fn order(licence: &SiteLicence) -> (&str, &str, Option<&str>, &str) {
    (&licence.licence_no, &licence.valid_from, licence.status_since.as_deref(), &licence.valid_to)
}
