//! Do the pages show what has become of findings, as the lake has it now?

use super::{Site, fixture};
use crate::cases_support::{days, now, run_found, settings};
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use lepid::cases::{PROGRAM, Step, Who, sync, take};
use lepid::lake::Lake;
use lepid::rules::load;
use lepid::serve::{AppState, app};
use std::path::Path;

/// Long after all deadlines.
fn later() -> DateTime<Utc> {
    days(400)
}

impl Site {
    /// The basin with a lake whose cases are those of the basin's findings.
    async fn with_cases() -> Self {
        let mut site = Self::basin();
        let root = site.dir.path().join("lake");
        lake(&root, |lake| {
            run_found(lake, &fixture::contents().findings);
            sync(lake, &settings(), &load(None).unwrap(), now(), PROGRAM).unwrap();
        })
        .await;
        site.state = AppState::with_lake(site.dir.path(), root.to_str().unwrap(), later);
        site.app = app(site.state.clone());
        site
    }
}

/// A lake brings its own runtime, which must not be dropped on one of these threads.
async fn lake(root: &Path, work: impl FnOnce(&Lake) + Send + 'static) {
    let root = root.to_owned();
    tokio::task::spawn_blocking(move || work(&Lake::open(root.to_str().unwrap()).unwrap())).await.unwrap();
}

#[tokio::test]
async fn the_list_shows_the_cases_of_the_lake_and_filters_them() {
    let site = Site::with_cases().await;
    let all = site.get("/cases?lang=en").await;
    assert_eq!(all.status, StatusCode::OK);
    assert!(all.text.contains("2026-0001") && all.text.contains("Overdue"), "{}", all.text);
    let rows = |text: &str| text.matches("<tr role=\"row\" id=\"2026-").count();
    assert!(rows(&all.text) > 3);
    assert_eq!(rows(&site.get("/cases?state=closed").await.text), 0);
    assert_eq!(rows(&site.get("/cases?overdue=1&lang=zh").await.text), rows(&all.text), "all deadlines are over");
    assert_eq!(rows(&site.get("/cases?subject=nobody").await.text), 0);
    for wrong in ["state=lost", "severity=urgent", "overdue=yes", "page=99"] {
        assert_eq!(site.get(&format!("/cases?{wrong}")).await.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[tokio::test]
async fn a_case_shows_its_events_and_a_finding_links_to_it() {
    let site = Site::with_cases().await;
    let list = site.get("/cases").await.text;
    let id = list.split("id=\"2026-").nth(1).unwrap().split('"').next().unwrap();
    let uri = format!("/cases/2026-{id}");
    let before = site.get(&uri).await;
    assert!(before.status == StatusCode::OK && before.text.contains("立案") && before.text.contains("待分办"), "{}", before.text);
    let finding = before.text.split("/findings/").nth(1).unwrap().split(['"', '?']).next().unwrap();
    assert!(site.get(&format!("/findings/{finding}")).await.text.contains(&uri), "the finding links to its case");
    let number = format!("2026-{id}");
    lake(&site.dir.path().join("lake"), move |lake| {
        let step = Step::Assign { department: None, responsible: "<b>张三</b>".to_owned(), due: None, reason: None };
        take(lake, &settings(), &number, Who { by: "李局", at: now(), on: None }, &step).unwrap();
    })
    .await;
    let state = site.state.clone();
    tokio::task::spawn_blocking(move || state.refresh()).await.unwrap();
    let after = site.get(&uri).await;
    assert!(after.text.contains("&lt;b&gt;张三") && !after.text.contains("<b>张三"), "what people write is text");
    assert_ne!(before.header("etag"), after.header("etag"));
    assert_eq!(site.get("/cases/77777").await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.get("/cases/x").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn without_cases_the_page_says_what_to_do() {
    for uri in ["/cases", "/cases/1"] {
        let page = Site::basin().get(uri).await;
        assert!(page.status == StatusCode::OK && page.text.contains("lepid cases sync"), "{uri}");
    }
}
