//! Do the pages and the API show exactly what a run wrote, whoever asks and however?

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "clippy does not take the helpers of integration tests for tests")]

mod api;
mod browser;
mod cases;
mod fixture;
mod guard;
mod pages;
mod program;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use lepid::report::contents::Contents;
use lepid::serve::{AppState, app};
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt;

/// A service over a folder of reports.
struct Site {
    app: Router,
    state: AppState,
    dir: TempDir,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }
}

impl Site {
    fn of(contents: Option<&Contents>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        if let Some(contents) = contents {
            fixture::write(dir.path(), contents);
        }
        let state = AppState::new(dir.path());
        Self { app: app(state.clone()), state, dir }
    }

    fn basin() -> Self {
        Self::of(Some(&fixture::contents()))
    }

    async fn ask(&self, method: &str, uri: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(method).uri(uri);
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.header("host", "127.0.0.1:8080");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let text = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, text }
    }

    async fn get(&self, uri: &str) -> Answer {
        self.ask("GET", uri, &[]).await
    }

    /// All items of a list, a cursor at a time.
    async fn all(&self, uri: &str, limit: usize) -> Vec<Value> {
        let mut items = Vec::new();
        let mut next = format!("{uri}{}limit={limit}", if uri.contains('?') { '&' } else { '?' });
        loop {
            let answer = self.get(&next).await;
            assert_eq!(answer.status, StatusCode::OK, "{next}: {}", answer.text);
            let part = answer.json();
            let some = part["items"].as_array().unwrap();
            assert!(some.len() <= limit);
            items.extend(some.iter().cloned());
            let link = answer.header("link");
            match part["next"].as_str() {
                None => {
                    assert_eq!((link, part["total"].as_u64()), ("", Some(items.len() as u64)));
                    return items;
                }
                Some(cursor) => {
                    next = link.trim_start_matches('<').split_once(">; rel=\"next\"").unwrap().0.to_owned();
                    assert!(next.contains(cursor), "{next} {cursor}");
                }
            }
        }
    }
}

const PAGES: [&str; 10] = [
    "/",
    "/price",
    "/price/sales",
    "/output",
    "/findings",
    "/sites",
    "/sites/M01",
    "/sites/M01/dossier",
    "/findings/9e3779b97f4a7c15",
    "/report",
];
const LISTS: [&str; 6] = ["prices", "sales", "findings", "sites", "flows", "output"];
