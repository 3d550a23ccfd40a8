//! What does a browser or a program get to see of a run? Pages and a JSON API over the folder of reports.
//!
//! Nothing is computed here that the files do not have: a page shows what a run wrote. Answers are made in memory by
//! plain functions of (run, question); only [`state`] touches the disk, and only [`listen`] the network.

mod api;
mod asked;
mod csv;
mod guard;
mod listen;
mod numbers;
mod pages;
mod params;
mod problem;
mod state;
mod words;

pub use listen::{Bound, ServeError, bind};
pub use state::AppState;

use asked::Asked;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router, middleware};
use problem::Problem;

/// The whole service over one folder of reports; tests call it without a socket.
pub fn app(state: AppState) -> Router {
    Router::new()
        .merge(pages::router())
        .merge(api::router())
        .route("/healthz", get(healthz))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(middleware::from_fn(guard::guard))
        .with_state(state)
}

/// Alive, and which run is shown; never cached.
async fn healthz(State(state): State<AppState>) -> Response {
    let shown = state.current().await;
    let run_id = shown.run.as_ref().map(|run| run.contents.run.run_id.clone());
    let body = serde_json::json!({ "status": "ok", "run_id": run_id });
    ([(axum::http::header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

async fn not_found(asked: Asked) -> Response {
    asked.refuse(&Problem::not_found())
}

async fn method_not_allowed(asked: Asked) -> Response {
    let mut response = asked.refuse(&Problem::method_not_allowed());
    response.headers_mut().insert(axum::http::header::ALLOW, axum::http::HeaderValue::from_static("GET, HEAD"));
    response
}
