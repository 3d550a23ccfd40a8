//! Do the pages and the API show exactly what a run wrote, whoever asks and however?

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "clippy does not take the helpers of integration tests for tests")]

mod browser;
mod fixture;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use lepid::report::contents::Contents;
use lepid::serve::{AppState, app};
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};
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

const PAGES: [&str; 9] =
    ["/", "/price", "/price/sales", "/output", "/findings", "/sites", "/sites/M01", "/findings/9e3779b97f4a7c15", "/report"];
const LISTS: [&str; 6] = ["prices", "sales", "findings", "sites", "flows", "output"];

#[tokio::test]
async fn every_page_answers_in_both_languages() {
    let site = Site::basin();
    for page in PAGES {
        for (lang, tag) in [("zh", "<html lang=\"zh-CN\""), ("en", "<html lang=\"en\"")] {
            let answer = site.get(&format!("{page}?lang={lang}")).await;
            assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "text/html; charset=utf-8"), "{page}");
            // The report is shown as the run wrote it, in one language.
            assert!(answer.text.contains(tag) || page == "/report", "{page} {lang}");
        }
    }
}

#[tokio::test]
async fn the_language_is_that_of_the_address_before_that_of_the_browser() {
    let site = Site::basin();
    let english = site.ask("GET", "/findings", &[("accept-language", "en-US,en;q=0.9")]).await;
    assert!(english.text.contains("<h1>Findings</h1>") && english.header("vary").contains("Accept-Language"));
    let chinese = site.ask("GET", "/findings?lang=zh", &[("accept-language", "en")]).await;
    assert!(chinese.text.contains("<h1>线索</h1>") && chinese.text.contains("href=\"/price?lang=zh\""));
    assert!(site.get("/findings").await.text.contains("<h1>线索</h1>"), "Chinese first");
}

#[tokio::test]
async fn a_page_shows_the_numbers_of_the_run() {
    let site = Site::basin();
    let overview = site.get("/").await.text;
    for shown in ["2023-01-01 – 2023-12-31", "2024-01-05 10:41", "5f0c9a3be1d27744", "60,214", "M24", "1,775–2,000", "−105"] {
        assert!(overview.contains(shown), "{shown}");
    }
    let price = site.get("/price?product=lepidolite_concentrate&period=2023-08").await.text;
    for shown in ["沿用往期", "M_MOISTURE", "往期成交，随净回值变动", "charts/", "<svg width=\"900\""] {
        assert_eq!(price.contains(shown), shown != "charts/", "{shown}");
    }
    let output = site.get("/output").await.text;
    for shown in ["148,165", "123,063", "72.4 %", "无许可规模", "id=\"M25\""] {
        assert!(output.contains(shown), "{shown}");
    }
    let finding = site.get("/findings/9e3779b97f4a7c15?lang=en").await.text;
    for shown in ["12,450.120 t", "162,450.120 t", "lepid findings evidence --finding 9e3779b97f4a7c15", "Proof of opening stock", "5,000"]
    {
        assert!(finding.contains(shown), "{shown}");
    }
    let mine = site.get("/sites/M05").await.text;
    for shown in ["未报", "C3609002011037130108005", "250,000", "2021-07-15"] {
        assert!(mine.contains(shown), "{shown}");
    }
}

#[tokio::test]
async fn filters_of_the_findings_page_take_exactly_what_they_say() {
    let site = Site::basin();
    let contents = fixture::contents();
    let count = |of: &dyn Fn(&lepid::rules::finding::Finding) -> bool| contents.findings.iter().filter(|f| of(f)).count();
    let cases = [
        ("severity=high", count(&|f| f.severity == lepid::rules::finding::Severity::High)),
        ("rule=overload", count(&|f| f.rule == "overload")),
        ("subject=M01", count(&|f| f.subject == "M01")),
        ("department=%E5%BA%94%E6%80%A5%E7%AE%A1%E7%90%86%E9%83%A8%E9%97%A8", count(&|f| f.department.zh == "应急管理部门")),
        ("department=Transport", count(&|f| f.department.en == "Transport")),
        ("month=2023-05", count(&|f| f.period == "2023-05")),
        ("month=2023", 60),
        ("text=%E8%B5%A3C10016", 1),
        ("text=nowhere+to+be+found", 0),
        ("rule=overload&severity=high", count(&|f| f.rule == "overload" && f.severity == lepid::rules::finding::Severity::High)),
    ];
    for (query, expected) in cases {
        let page = site.get(&format!("/findings?lang=en&{query}")).await;
        assert!(page.text.contains(&format!("Matching <b>{expected}</b> / 60")), "{query}: {expected}");
    }
    for wrong in ["severity=urgent", "month=June", "sort=colour", "page=0", "page=99", "page=x"] {
        assert_eq!(site.get(&format!("/findings?{wrong}")).await.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[tokio::test]
async fn the_findings_pages_together_have_every_finding_once_in_any_order() {
    let site = Site::basin();
    let expected: BTreeSet<String> = fixture::contents().findings.into_iter().map(|f| f.id).collect();
    for sort in ["severity", "quantity", "evidence", "period", "subject"] {
        let mut seen = BTreeSet::new();
        for page in 1..=2 {
            let text = site.get(&format!("/findings?sort={sort}&page={page}")).await.text;
            for row in text.split("<tr role=\"row\" id=\"").skip(1) {
                assert!(seen.insert(row.split('"').next().unwrap().to_owned()), "{sort}");
            }
        }
        assert_eq!(seen, expected, "{sort}");
    }
}

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

#[tokio::test]
async fn what_a_client_has_is_not_sent_again_until_the_next_run() {
    let site = Site::basin();
    for uri in ["/", "/findings?severity=high", "/report", "/api/v1/findings", "/api/v1/run"] {
        let first = site.get(uri).await;
        let etag = first.header("etag").to_owned();
        assert!(etag.contains("5f0c9a3be1d27744") && first.header("cache-control").contains("no-cache"), "{uri}: {etag}");
        let again = site.ask("GET", uri, &[("if-none-match", &format!("\"x\", W/{etag}"))]).await;
        assert_eq!((again.status, again.text.as_str(), again.header("etag")), (StatusCode::NOT_MODIFIED, "", etag.as_str()), "{uri}");
        assert!(again.headers.contains_key("content-security-policy"));
    }
    let html = site.get("/").await.header("etag").to_owned();
    let english = site.ask("GET", "/", &[("if-none-match", &html), ("accept-language", "en")]).await;
    assert_eq!(english.status, StatusCode::OK, "another language is another thing");
    let json = site.get("/api/v1/sites").await.header("etag").to_owned();
    assert_eq!(site.ask("GET", "/api/v1/sites", &[("if-none-match", &json), ("accept", "text/csv")]).await.status, StatusCode::OK);
    let mut next = fixture::contents();
    next.run.run_id = "0000000000000002".to_owned();
    fixture::write(site.dir.path(), &next);
    site.state.refresh();
    assert_eq!(site.ask("GET", "/", &[("if-none-match", &html)]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn without_a_run_pages_say_what_to_do_and_the_api_says_503() {
    let site = Site::of(None);
    for page in ["/", "/findings", "/report", "/sites/M01"] {
        let answer = site.get(page).await;
        assert!(answer.status == StatusCode::OK && answer.text.contains("lepid run"), "{page}");
    }
    let api = site.get("/api/v1/prices").await;
    assert_eq!((api.status, api.header("content-type")), (StatusCode::SERVICE_UNAVAILABLE, "application/problem+json"));
    assert_eq!(site.get("/healthz").await.json(), serde_json::json!({ "status": "ok", "run_id": null }));
    fixture::write(site.dir.path(), &fixture::contents());
    site.state.refresh();
    assert_eq!(site.get("/healthz").await.json()["run_id"], "5f0c9a3be1d27744");
    assert!(site.get("/").await.text.contains("5f0c9a3be1d27744"));
}

#[tokio::test]
async fn a_run_that_is_not_whole_never_takes_the_place_of_one_that_is() {
    let site = Site::basin();
    let mut next = fixture::contents();
    next.run.run_id = "0000000000000003".to_owned();
    next.findings.clear();
    // Half of it: the findings are there, run.json is still the earlier one.
    std::fs::write(site.dir.path().join("findings.json"), "[]").unwrap();
    site.state.refresh();
    let during = site.get("/findings?lang=en").await;
    assert!(during.text.contains("<b>60</b> / 60") && during.text.contains("the reports are being written"), "{}", during.text);
    assert_eq!(during.header("etag"), "", "a page with trouble on it must not be kept");
    fixture::write(site.dir.path(), &next);
    site.state.refresh();
    let after = site.get("/findings?lang=en").await;
    assert!(after.text.contains("<b>0</b> / 0") && !after.text.contains("being written"));
    std::fs::write(site.dir.path().join("bands.json"), "{ broken").unwrap();
    std::fs::write(site.dir.path().join("run.json"), std::fs::read(site.dir.path().join("run.json")).unwrap()).unwrap();
    site.state.refresh();
    let broken = site.get("/?lang=en").await;
    assert!(broken.text.contains("bands.json is not what this version writes") && broken.text.contains("0000000000000003"));
    std::fs::remove_file(site.dir.path().join("run.json")).unwrap();
    site.state.refresh();
    assert!(site.get("/").await.text.contains("0000000000000003"), "between two runs the earlier one is shown");
}

#[tokio::test]
async fn what_is_not_there_is_said_in_both_languages() {
    let site = Site::basin();
    for (lang, title) in [("zh", "没有这个页面"), ("en", "There is no such page")] {
        for page in ["/nope", "/sites/NOPE", "/findings/ffff", "/sites/%3Cscript%3E"] {
            let answer = site.get(&format!("{page}?lang={lang}")).await;
            assert!(answer.status == StatusCode::NOT_FOUND && answer.text.contains(title), "{page} {lang}");
            assert!(!answer.text.contains("<script>"));
        }
        let wrong = site.ask("POST", &format!("/?lang={lang}"), &[]).await;
        assert_eq!((wrong.status, wrong.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "GET, HEAD"));
        assert!(wrong.text.contains("<html lang="));
    }
    let api = site.get("/api/v1/nope").await;
    assert_eq!((api.status, api.header("content-type")), (StatusCode::NOT_FOUND, "application/problem+json"));
    let site_id = site.get("/api/v1/sites/NOPE").await;
    assert_eq!((site_id.status, &site_id.json()["instance"]), (StatusCode::NOT_FOUND, &"/api/v1/sites/NOPE".into()));
    let posted = site.ask("DELETE", "/api/v1/findings", &[]).await;
    assert_eq!((posted.status, posted.header("content-type")), (StatusCode::METHOD_NOT_ALLOWED, "application/problem+json"));
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let site = Site::basin();
    for uri in ["/", "/api/v1/prices", "/style.css", "/healthz", "/nope"] {
        let (get, head) = (site.get(uri).await, site.ask("HEAD", uri, &[]).await);
        assert_eq!((head.status, head.text.as_str(), head.header("etag")), (get.status, "", get.header("etag")), "{uri}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{uri}");
    }
}

#[tokio::test]
async fn only_names_of_this_machine_are_answered() {
    let site = Site::basin();
    for right in ["127.0.0.1:8080", "localhost", "LOCALHOST:1", "[::1]:8080", "127.8.9.1"] {
        assert_eq!(site.ask("GET", "/", &[("host", right)]).await.status, StatusCode::OK, "{right}");
    }
    for wrong in
        ["lepid.example", "127.0.0.1.evil.example", "localhost@evil.example", "evil.example:8080", "192.168.1.5", "", "[::2]", "0.0.0.0"]
    {
        for uri in ["/", "/api/v1/findings", "/healthz"] {
            let answer = site.ask("GET", uri, &[("host", wrong)]).await;
            assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{wrong} {uri}");
            assert!(!answer.text.contains("5f0c9a3be1d27744"));
        }
    }
    let twice = site.ask("GET", "/", &[("host", "localhost"), ("host", "evil.example")]).await;
    assert_eq!(twice.status, StatusCode::MISDIRECTED_REQUEST);
    let absolute = site.ask("GET", "http://evil.example/", &[("host", "localhost")]).await;
    assert_eq!(absolute.status, StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let site = Site::basin();
    for uri in ["/", "/report", "/api/v1/run", "/nope", "/style.css", "/healthz"] {
        let answer = site.get(uri).await;
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'") && !policy.contains("script-src") && policy.contains("frame-ancestors 'none'"),
            "{uri}"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{uri}");
        assert_eq!((answer.header("x-frame-options"), answer.header("referrer-policy")), ("DENY", "same-origin"), "{uri}");
    }
}

#[tokio::test]
async fn names_and_queries_are_text_and_never_markup() {
    const EVIL: &str = "\"><script>alert(1)</script><img src=x onerror=alert(1)>";
    let mut contents = fixture::contents();
    contents.output[0].name = EVIL.to_owned();
    contents.sites[0].name = EVIL.to_owned();
    contents.sites[0].site_id = EVIL.to_owned();
    contents.sites[0].licences[0].minerals = Some(EVIL.to_owned());
    contents.findings[0].subject_name = EVIL.to_owned();
    contents.findings[0].says.zh = EVIL.to_owned();
    contents.findings[0].department.zh = EVIL.to_owned();
    contents.bands[0].sales[0].seller = EVIL.to_owned();
    contents.bands[0].periods[11].classes[0].act = EVIL.to_owned();
    let site = Site::of(Some(&contents));
    let encoded: String = EVIL.bytes().map(|b| format!("%{b:02X}")).collect();
    let mut pages: Vec<String> = PAGES.iter().filter(|p| **p != "/report").map(|p| (*p).to_owned()).collect();
    pages.push(format!("/sites/{encoded}"));
    pages.push(format!("/nope/{encoded}?lang={encoded}"));
    for key in ["text", "subject", "rule", "department", "month", "sort", "severity", "page", EVIL] {
        pages.push(format!("/findings?{key}={encoded}").replace(EVIL, &encoded));
    }
    pages.push(format!("/price?product={encoded}"));
    pages.push(format!("/price/sales?code={encoded}"));
    for page in pages {
        let answer = site.get(&page).await;
        let text = answer.text.to_lowercase();
        assert!(!text.contains("<script") && !text.contains("<img"), "{page}");
        assert_ne!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{page}");
    }
    let site_page = site.get(&format!("/sites/{encoded}")).await;
    assert!(site_page.status == StatusCode::OK && site_page.text.contains("&lt;script&gt;"));
}

#[tokio::test]
async fn a_link_to_another_language_never_leads_elsewhere() {
    let site = Site::basin();
    for path in ["//evil.example/x", "/%5Cevil.example", "///evil.example"] {
        let text = site.get(path).await.text;
        assert!(!text.contains("href=\"//") && !text.contains("href=\"/\\"), "{path}");
    }
}

#[tokio::test]
async fn a_query_longer_than_any_link_is_refused() {
    let site = Site::basin();
    let long = "x".repeat(5000);
    assert_eq!(site.get(&format!("/findings?text={long}")).await.status, StatusCode::URI_TOO_LONG);
    let api = site.get(&format!("/api/v1/findings?rule={long}")).await;
    assert_eq!((api.status, api.header("content-type")), (StatusCode::URI_TOO_LONG, "application/problem+json"));
    assert_eq!(site.get(&format!("/findings?text={}", "x".repeat(2000))).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_chart_that_leads_out_of_the_folder_is_not_shown() {
    let mut contents = fixture::contents();
    let site = Site::basin();
    let outside = site.dir.path().join("secret.svg");
    std::fs::write(&outside, "<svg>secret</svg>").unwrap();
    contents.charts[0].file = "charts/../secret.svg".to_owned();
    contents.charts[1].file = outside.display().to_string();
    let whole = serde_json::to_value(&contents).unwrap();
    std::fs::write(site.dir.path().join("charts.json"), whole["charts"].to_string()).unwrap();
    std::fs::write(site.dir.path().join("run.json"), whole["run"].to_string()).unwrap();
    site.state.refresh();
    let price = site.get("/price").await.text;
    assert!(!price.contains("being written") && !price.contains("secret"), "{price}");
}

/// The program, stopped when the test ends however it ends.
struct Served(std::process::Child);

impl Drop for Served {
    fn drop(&mut self) {
        // Both fail only if it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// `lepid serve` on a free port, and its address.
fn serve(reports: &std::path::Path) -> (Served, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_lepid"))
        .args(["serve", "--listen", "127.0.0.1:0", "--json", "--reports"])
        .arg(reports)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let said: Value = serde_json::from_str(&line).unwrap();
    let address = said["address"].as_str().unwrap().trim_start_matches("http://").to_owned();
    (Served(child), address)
}

fn raw(address: &str, request: &str) -> String {
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn the_program_answers_on_a_port_and_stops_when_told() {
    let dir = tempfile::tempdir().unwrap();
    fixture::write(dir.path(), &fixture::contents());
    let (mut served, address) = serve(dir.path());
    let health = raw(&address, &format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"));
    assert!(health.starts_with("HTTP/1.1 200 OK") && health.ends_with("{\"status\":\"ok\",\"run_id\":\"5f0c9a3be1d27744\"}"), "{health}");
    let nobody = raw(&address, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
    assert!(nobody.starts_with("HTTP/1.1 4"), "{nobody}");
    // A client that sends half a request and waits must not keep the program from stopping.
    let mut slow = std::net::TcpStream::connect(&address).unwrap();
    slow.write_all(b"GET / HTTP/1.1\r\nHost:").unwrap();
    let told = Command::new("kill").args(["-TERM", &served.0.id().to_string()]).status().unwrap();
    assert!(told.success());
    assert!(served.0.wait().unwrap().success());
    drop(slow);
}

#[test]
fn an_address_that_others_reach_is_refused_with_the_reason() {
    for listen in ["0.0.0.0:0", "[::]:0", "8.8.8.8:80"] {
        let run = Command::new(env!("CARGO_BIN_EXE_lepid")).args(["serve", "--listen", listen]).output().unwrap();
        let said = String::from_utf8(run.stderr).unwrap();
        assert!(run.status.code() == Some(1) && said.contains("只能监听本机") && said.contains("no login"), "{listen}: {said}");
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    let run = Command::new(env!("CARGO_BIN_EXE_lepid")).args(["serve", "--listen", &listen]).output().unwrap();
    assert!(run.status.code() == Some(1) && String::from_utf8(run.stderr).unwrap().contains("choose another"));
}

#[test]
fn every_page_fits_a_desk_and_a_phone_in_a_real_browser() {
    let dir = tempfile::tempdir().unwrap();
    fixture::write(dir.path(), &fixture::contents());
    let (_served, address) = serve(dir.path());
    browser::check(&address, &PAGES);
}
