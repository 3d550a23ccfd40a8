//! What has the user decided about calibration? The section `[price.calibration]`.

use serde::Deserialize;

/// When history is long enough to learn from, and when a difference counts.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalibrationPolicy {
    /// Admitted sales of a product, at least.
    pub min_sales: u32,
    /// Distinct sellers among them, at least.
    pub min_sellers: u32,
    /// Periods with a centre of their own, at least; for the movement of the level.
    pub min_periods: u32,
    /// A number is proposed where it differs from the present one by more than so many of its standard errors.
    pub significance_sd: f64,
    /// Largest intraclass correlation that is proposed.
    pub max_icc: f64,
    /// Share of the periods, the latest ones, that the proof of the proposal keeps out of the estimation.
    pub holdout_share: f64,
}
