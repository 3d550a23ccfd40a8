//! `/api/v1/sites`: the registered sites with their licences.

use super::listing::{Columns, list, one};
use crate::serve::AppState;
use crate::serve::asked::Asked;
use crate::serve::problem::Problem;
use crate::serve::words;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;

const KEYS: [&str; 2] = ["kind", "county"];

pub(super) const COLUMNS: Columns = Columns {
    file: "sites",
    names: &[
        "site_id",
        "name",
        "kind",
        "company",
        "county",
        "lat",
        "lon",
        "annual_capacity_kg",
        "licences_licence_no",
        "licences_kind",
        "licences_minerals",
        "licences_approved_scale_kg_per_year",
        "licences_valid_from",
        "licences_valid_to",
        "licences_status",
        "licences_status_since",
    ],
    explode: Some("licences"),
};

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/api/v1/sites", get(all)).route("/api/v1/sites/{id}", get(single))
}

async fn all(asked: Asked) -> Response {
    list(&asked, &KEYS, &COLUMNS, |run, params| {
        let (kind, county) = (params.get("kind"), params.get("county"));
        let wanted =
            run.contents.sites.iter().filter(|s| kind.is_none_or(|k| s.kind == k) && county.is_none_or(|c| s.county.as_deref() == Some(c)));
        Ok(wanted.collect())
    })
}

async fn single(Path(id): Path<String>, asked: Asked) -> Response {
    one(&asked, |run| run.site(&id).ok_or_else(|| Problem::no_such(words::SITE, &id)))
}
