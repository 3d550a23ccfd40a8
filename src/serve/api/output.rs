//! `/api/v1/output`: every mine's year against its licence, with its months.

use super::listing::{Columns, list};
use crate::serve::AppState;
use crate::serve::asked::Asked;
use crate::serve::problem::Problem;
use crate::text::Said;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

const KEYS: [&str; 4] = ["site", "kind", "county", "year"];

pub(super) const COLUMNS: Columns = Columns {
    file: "output",
    names: &[
        "site_id",
        "name",
        "kind",
        "county",
        "year",
        "approved_kg",
        "declared_kg",
        "dispatched_kg",
        "months_month",
        "months_declared_kg",
        "months_dispatched_kg",
    ],
    explode: Some("months"),
};

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/api/v1/output", get(all))
}

async fn all(asked: Asked) -> Response {
    list(&asked, &KEYS, &COLUMNS, |run, params| {
        let year: Option<i32> = match params.get("year") {
            Some(text) => Some(text.parse().map_err(|_| {
                let want = Said::new("应为年份，例如 2023", "it must be a year, for example 2023");
                Problem::bad_value("year", text, want, Vec::new())
            })?),
            None => None,
        };
        let (site, kind, county) = (params.get("site"), params.get("kind"), params.get("county"));
        let wanted = run.contents.output.iter().filter(|o| {
            site.is_none_or(|s| o.site_id == s)
                && kind.is_none_or(|k| o.kind == k)
                && county.is_none_or(|c| o.county.as_deref() == Some(c))
                && year.is_none_or(|y| o.year == y)
        });
        Ok(wanted.collect())
    })
}
