//! How does a number as people write it in the policy become the integer that the method computes with?

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, de::Error};
use std::collections::BTreeSet;

/// The written number times `scale`, if that is a whole number: `0.1 + 0.2` style noise is forgiven, a digit more than the unit
/// holds is not, so that what is printed is what is used.
fn whole<E: Error>(written: f64, scale: f64) -> Result<i64, E> {
    let scaled = written * scale;
    let rounded = scaled.round();
    if !scaled.is_finite() || rounded.abs() > 9e15 || (scaled - rounded).abs() > 1e-6 * rounded.abs().max(1.0) {
        return Err(E::custom(format!("{written}：小数位过多或超出范围 / too many decimals, or out of range")));
    }
    #[expect(clippy::cast_possible_truncation, reason = "whole and below 9e15, checked above")]
    let whole = rounded as i64;
    Ok(whole)
}

/// Percent → ppm.
pub(super) fn pct_to_ppm<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    let ppm = pct_to_ppm_wide(deserializer)?;
    i32::try_from(ppm).map_err(|_| D::Error::custom(format!("{ppm} ppm：超出范围 / out of range")))
}

/// Percent → ppm, for factors that may exceed an `i32`.
pub(super) fn pct_to_ppm_wide<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    whole(f64::deserialize(deserializer)?, 1e4)
}

/// Yuan → fen.
pub(super) fn yuan_to_fen<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    whole(f64::deserialize(deserializer)?, 100.0)
}

/// Yuan → fen, where the key may be absent.
pub(super) fn yuan_to_fen_or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    Option::<f64>::deserialize(deserializer)?.map(|yuan| whole(yuan, 100.0)).transpose()
}

/// Tonnes → kg.
pub(super) fn tonnes_to_kg<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    whole(f64::deserialize(deserializer)?, 1000.0)
}

/// A TOML date, or the same as a text.
pub(super) fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Date(toml::value::Datetime),
        Text(String),
    }
    let text = match Written::deserialize(deserializer)? {
        Written::Date(date) => date.to_string(),
        Written::Text(text) => text,
    };
    text.parse().map_err(|_| D::Error::custom(format!("{text}：须为 2023-01-31 这样的日期 / must be a date like 2023-01-31")))
}

/// A list of dates.
pub(super) fn days<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeSet<NaiveDate>, D::Error> {
    #[derive(Deserialize)]
    struct Wrapped(#[serde(deserialize_with = "day")] NaiveDate);
    Ok(Vec::<Wrapped>::deserialize(deserializer)?.into_iter().map(|w| w.0).collect())
}
