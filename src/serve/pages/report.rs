//! `/report`: the report that the run wrote, as it wrote it.

use crate::serve::AppState;
use crate::serve::asked::Asked;
use crate::serve::problem::Problem;
use crate::text::Text;
use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/report", get(show))
}

async fn show(asked: Asked) -> Response {
    if asked.shown.run.is_none() {
        return asked.page(|_, asked| Ok(super::nothing(asked)));
    }
    asked.made("report", |run| {
        let report = run.report.clone().ok_or_else(|| Problem::no_such(Text { zh: "报告", en: "report" }, "report.html"))?;
        let mut response = report.into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        Ok(response)
    })
}
