//! `/api/v1/flows`: tonnes by month, product, origin and destination.

use super::listing::{Columns, list};
use crate::serve::AppState;
use crate::serve::asked::Asked;
use crate::serve::params::within;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

const KEYS: [&str; 4] = ["month", "product", "origin", "destination"];

pub(super) const COLUMNS: Columns = Columns {
    file: "flows",
    names: &[
        "month",
        "product",
        "origin_site",
        "origin_name",
        "origin_kind",
        "destination_site",
        "destination_name",
        "tickets",
        "net_kg",
        "dry_kg",
        "li2o_g",
        "tickets_without_li2o",
    ],
    explode: None,
};

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/api/v1/flows", get(all))
}

/// An origin or destination is named by its site id or by its name.
async fn all(asked: Asked) -> Response {
    list(&asked, &KEYS, &COLUMNS, |run, params| {
        let (product, month) = (params.product()?, params.period("month")?);
        let (origin, destination) = (params.get("origin"), params.get("destination"));
        let is = |wanted: Option<&str>, site: Option<&str>, name: &str| wanted.is_none_or(|w| site == Some(w) || name == w);
        let wanted = run.contents.flows.iter().filter(|f| {
            product.is_none_or(|p| f.product == p)
                && month.is_none_or(|m| within(&f.month, m))
                && is(origin, f.origin_site.as_deref(), &f.origin_name)
                && is(destination, f.destination_site.as_deref(), &f.destination_name)
        });
        Ok(wanted.collect())
    })
}
