//! Do the pages show what the run wrote, in both languages, filtered, paged, and only whole runs?

use super::{PAGES, Site, fixture};
use axum::http::StatusCode;
use std::collections::BTreeSet;

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
    for shown in
        ["沿用往期", "M_MOISTURE", "L4 沿用水平", "按当期碳酸锂净回值计算", "本期没有自己的成交中心", "charts/", "<svg width=\"900\""]
    {
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
async fn a_mine_shows_its_risk_with_the_reasons_and_leads_to_its_dossier() {
    let site = Site::basin();
    assert!(site.get("/sites").await.text.contains("<span class=\"sev high\">高</span> 2,346"));
    let mine = site.get("/sites/M01?lang=en").await.text;
    for shown in ["id=\"risk\"", "1,900", ">446<", ">346<", "href=\"/sites/M01/dossier?lang=en\""] {
        assert!(mine.contains(shown), "{shown}");
    }
    let dossier = site.get("/sites/M01/dossier?lang=en").await;
    assert!(dossier.text.contains("Dossier · mine · M01") && dossier.text.contains("2,345.67 t") && !dossier.text.contains("<script"));
    assert_eq!(site.get("/sites/M99/dossier").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_price_page_explains_the_period_that_was_asked_for() {
    let site = Site::basin();
    let may = site.get("/price?product=lepidolite_concentrate&period=2023-05").await.text;
    for shown in [
        "2.0% Li2O：2023-05 期为什么变动",
        "锂云母精矿 2023-05 期品级曲线",
        "2023-05 期卖方影响（内部）",
        "宜春市东方瓷土矿业有限公司",
        "碳酸锂（净回值） -23，成交水平 +9",
        "14 笔，6 个卖方，4 个买方；相当于 7.4 笔独立成交",
        "目标 80.0%",
    ] {
        assert!(may.contains(shown), "{shown}");
    }
    assert!(!may.contains("2023-06 期为什么变动"));
    let first = site.get("/price?product=lepidolite_concentrate&period=2023-01&lang=en").await.text;
    assert!(first.contains("there is no move to explain") && !first.contains("why it moved in"));
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
    // Half of it: run.json is gone, the findings are the new ones, the other files still the earlier ones.
    std::fs::remove_file(site.dir.path().join("run.json")).unwrap();
    std::fs::write(site.dir.path().join("findings.json"), "[]").unwrap();
    site.state.refresh();
    let during = site.get("/findings?lang=en").await;
    assert!(during.text.contains("<b>60</b> / 60"), "{}", during.text);
    fixture::write(site.dir.path(), &next);
    site.state.refresh();
    let after = site.get("/findings?lang=en").await;
    assert!(after.text.contains("<b>0</b> / 0"));
    std::fs::write(site.dir.path().join("bands.json"), "{ broken").unwrap();
    std::fs::write(site.dir.path().join("run.json"), std::fs::read(site.dir.path().join("run.json")).unwrap()).unwrap();
    site.state.refresh();
    let broken = site.get("/?lang=en").await;
    assert_eq!(broken.header("etag"), "", "a page with trouble on it must not be kept");
    assert!(broken.text.contains("bands.json is not what this version writes") && broken.text.contains("0000000000000003"));
    std::fs::remove_file(site.dir.path().join("run.json")).unwrap();
    site.state.refresh();
    assert!(site.get("/").await.text.contains("0000000000000003"), "between two runs the earlier one is shown");
}
