//! Which sites are there, whose are they, and what are they licensed for?

use serde::{Deserialize, Serialize};

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
