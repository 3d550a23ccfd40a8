//! Does the API give every item once, filtered and in the form that is asked for?

use super::{LISTS, Site, fixture};
use axum::http::StatusCode;
use serde_json::Value;
use std::collections::BTreeSet;

#[tokio::test]
async fn a_list_read_by_cursor_has_every_item_once_whatever_the_limit() {
    let site = Site::basin();
    for list in LISTS {
        let whole = site.all(&format!("/api/v1/{list}"), 1000).await;
        for limit in [7, 100] {
            assert_eq!(site.all(&format!("/api/v1/{list}"), limit).await, whole, "{list} by {limit}");
        }
    }
    let findings = site.all("/api/v1/findings", 17).await;
    assert_eq!(Value::Array(findings), serde_json::to_value(fixture::contents().findings).unwrap());
}

#[tokio::test]
async fn the_api_filters_by_query() {
    let site = Site::basin();
    let n = async |uri: &str| site.all(&format!("/api/v1/{uri}"), 1000).await.len();
    assert_eq!(n("prices").await, 2 * 12 * 4);
    assert_eq!(n("prices?product=lepidolite_concentrate&class=2.5").await, 12);
    assert_eq!(n("prices?period=2023-08&class=2.5").await, 1);
    assert_eq!(n("findings?rule=overload&month=2023").await, 10);
    assert_eq!(n("findings?subject=M01&subject_kind=site").await, 2);
    assert_eq!(n("sites?kind=concentrator").await, 10);
    assert_eq!(n("flows?month=2023-03").await, 25);
    assert_eq!(n("flows?origin=%E8%80%81%E5%B1%8B%E5%9C%BA").await, 12);
    assert_eq!(n("flows?origin=M01&destination=C02&product=porcelain_clay_ore").await, 12);
    assert_eq!(n("output?site=M01&year=2023").await, 1);
    assert_eq!(
        n("sales?code=OK&product=lepidolite_concentrate").await,
        fixture::contents().bands[1].sales.iter().filter(|s| s.code == "OK").count()
    );
    assert_eq!(site.get("/api/v1/run").await.json(), serde_json::to_value(fixture::contents().run).unwrap());
    assert_eq!(site.get("/api/v1/sites/M01").await.json()["site_id"], "M01");
    assert_eq!(site.get("/api/v1/findings/9e3779b97f4a7c15").await.json()["rule"], "over-scale-year");
}

#[tokio::test]
async fn a_wrong_query_is_a_problem_that_names_what_is_allowed() {
    let site = Site::basin();
    let unknown = site.get("/api/v1/prices?produkt=x").await;
    assert_eq!((unknown.status, unknown.header("content-type")), (StatusCode::BAD_REQUEST, "application/problem+json"));
    let problem = unknown.json();
    assert_eq!(problem["allowed"], serde_json::json!(["product", "class", "period", "limit", "cursor", "format", "lang"]));
    assert_eq!((&problem["status"], &problem["type"]), (&400.into(), &"urn:lepid:problem:unknown-parameter".into()));
    assert!(problem["detail"].as_str().unwrap().contains("produkt"));
    for wrong in [
        "prices?product=coal",
        "prices?period=Q1",
        "prices?limit=0",
        "prices?limit=1001",
        "prices?class=2.5&class=3.0",
        "prices?format=xml",
        "findings?severity=urgent",
        "output?year=MMXXIII",
        "run?x=1",
    ] {
        assert_eq!(site.get(&format!("/api/v1/{wrong}")).await.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
    let english = site.get("/api/v1/prices?produkt=x&lang=en").await.json();
    assert_eq!(english["title"], "Unknown query parameter");
}

#[tokio::test]
async fn a_cursor_holds_for_its_run_and_its_question_only() {
    let site = Site::basin();
    let cursor = site.get("/api/v1/findings?limit=10").await.json()["next"].as_str().unwrap().to_owned();
    assert_eq!(site.get(&format!("/api/v1/findings?limit=5&cursor={cursor}")).await.status, StatusCode::OK);
    assert_eq!(site.get(&format!("/api/v1/findings?severity=high&cursor={cursor}")).await.status, StatusCode::CONFLICT);
    assert_eq!(site.get(&format!("/api/v1/sites?cursor={cursor}")).await.status, StatusCode::CONFLICT);
    assert_eq!(site.get("/api/v1/findings?cursor=garbage").await.status, StatusCode::CONFLICT);
    let mut other = fixture::contents();
    other.run.run_id = "0000000000000001".to_owned();
    fixture::write(site.dir.path(), &other);
    site.state.refresh();
    assert_eq!(site.get(&format!("/api/v1/findings?cursor={cursor}")).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_csv_has_declared_columns_every_row_and_no_formula() {
    let mut contents = fixture::contents();
    contents.sites[0].name = "=HYPERLINK(\"http://x\")".to_owned();
    contents.findings[0].subject_name = "+甲,乙".to_owned();
    let site = Site::of(Some(&contents));
    let csv = async |uri: &str| site.ask("GET", uri, &[("accept", "text/csv")]).await;
    let sites = csv("/api/v1/sites").await;
    assert_eq!(sites.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert!(sites.text.starts_with('\u{feff}') && sites.text.contains("\"'=HYPERLINK(\"\"http://x\"\")\""));
    // 25 mines with two licences each, 10 plants without, and the head.
    assert_eq!(sites.text.lines().count(), 25 * 2 + 10 + 1);
    assert!(csv("/api/v1/findings").await.text.contains("\"'+甲,乙\""));
    assert_eq!(csv("/api/v1/findings?severity=high").await.text.lines().count(), 15 + 1);
    assert_eq!(csv("/api/v1/output").await.text.lines().count(), 25 * 12 + 1);
    assert_eq!(csv("/api/v1/flows?limit=5").await.text.lines().count(), 5 + 1);
    let by_address = site.get("/api/v1/prices?format=csv").await;
    assert_eq!(by_address.text, csv("/api/v1/prices").await.text);
    assert!(by_address.header("content-disposition").contains("lepid-prices.csv"));
    // Every field is a column and every column is filled somewhere: a name that no field has would be empty throughout.
    for list in LISTS {
        let item = site.get(&format!("/api/v1/{list}?limit=1")).await.json()["items"][0].clone();
        let text = csv(&format!("/api/v1/{list}")).await.text;
        let mut rows = text.trim_start_matches('\u{feff}').lines().map(cells);
        let names = rows.next().unwrap();
        assert_eq!(names, fields(&item), "{list}");
        let mut filled = BTreeSet::new();
        for row in rows {
            assert_eq!(row.len(), names.len(), "{list}");
            filled.extend(row.iter().enumerate().filter(|(_, cell)| !cell.is_empty()).map(|(at, _)| at));
        }
        let empty: Vec<&String> = names.iter().enumerate().filter(|(at, _)| !filled.contains(at)).map(|(_, name)| name).collect();
        assert!(empty.is_empty(), "{list}: {empty:?}");
    }
}

/// The columns of an item: `a_b` for the field `b` of `a`, be it an object or a list of them.
fn fields(item: &Value) -> Vec<String> {
    let mut names = Vec::new();
    for (name, value) in item.as_object().unwrap() {
        match value.get(0).unwrap_or(value).as_object() {
            Some(inner) => names.extend(inner.keys().map(|field| format!("{name}_{field}"))),
            None => names.push(name.clone()),
        }
    }
    names
}

/// The cells of a line of a CSV (no cell of the fixture has a line break).
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut quoted) = (vec![String::new()], false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            c => cells.last_mut().unwrap().push(c),
        }
    }
    cells
}
