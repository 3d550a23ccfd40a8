//! Is whatever comes in from outside text and no more, and is a wrong request told what is wrong?

use super::{PAGES, Site, fixture};
use axum::http::StatusCode;

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
