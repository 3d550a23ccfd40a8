//! `/api/v1/run`: what the run was made from.

use super::listing::one;
use crate::serve::AppState;
use crate::serve::asked::Asked;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/api/v1/run", get(single))
}

async fn single(asked: Asked) -> Response {
    one(&asked, |run| Ok(&run.contents.run))
}
