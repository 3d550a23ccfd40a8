//! Which lists can a program read, and how? JSON or CSV, filtered by the query, a page at a time by cursor.
//!
//! One file a resource with its path, keys, columns and handler; [`listing`] is the way that they all go.

mod findings;
mod flows;
mod listing;
mod output;
mod prices;
mod run;
mod sales;
mod sites;

use super::AppState;
use axum::Router;

/// Everything below `/api/v1`.
pub(super) fn router() -> Router<AppState> {
    Router::new()
        .merge(findings::router())
        .merge(flows::router())
        .merge(output::router())
        .merge(prices::router())
        .merge(run::router())
        .merge(sales::router())
        .merge(sites::router())
}
