//! Which pages does a person see, and what do all of them share?
//!
//! Rendered here as HTML from a run in memory; no page needs JavaScript, and none asks for anything from elsewhere.

mod bullet;
mod case;
mod cases;
mod dossier;
mod finding;
mod findings;
mod output;
mod overview;
mod parts;
mod price;
mod report;
mod sales;
mod site;
mod sites;
mod trust;

use super::AppState;
use super::asked::Asked;
use super::problem::Problem;
use crate::report::contents::SYNTHETIC;
use axum::Router;
use axum::extract::Request;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::{DOCTYPE, Markup, html};
use std::sync::LazyLock;

/// The one style sheet.
const STYLE: &str = include_str!("style.css");

/// Hash of the style sheet: part of its address, so that a browser may keep it for good.
static STYLE_HASH: LazyLock<String> = LazyLock::new(|| format!("{:016x}", xxhash_rust::xxh3::xxh3_64(STYLE.as_bytes())));

/// See [`STYLE_HASH`].
pub(super) fn style_hash() -> &'static str {
    &STYLE_HASH
}

/// The sections: address, and name in both languages.
const SECTIONS: [(&str, &str, &str); 7] = [
    ("/", "总览", "Overview"),
    ("/price", "指导价", "Prices"),
    ("/output", "产量", "Output"),
    ("/findings", "线索", "Findings"),
    ("/cases", "台账", "Cases"),
    ("/sites", "场所", "Sites"),
    ("/report", "报告", "Report"),
];

/// Every page and the style sheet.
pub(super) fn router() -> Router<AppState> {
    Router::new()
        .merge(overview::router())
        .merge(price::router())
        .merge(sales::router())
        .merge(output::router())
        .merge(findings::router())
        .merge(finding::router())
        .merge(cases::router())
        .merge(case::router())
        .merge(site::router())
        .merge(dossier::router())
        .merge(sites::router())
        .merge(report::router())
        .route("/style.css", get(style))
}

/// Kept for good under the address that pages use, which carries its hash; asked for again under any other.
async fn style(request: Request) -> Response {
    let by_hash = request.uri().query() == Some(format!("v={}", style_hash()).as_str());
    let cache = if by_hash { "public, max-age=31536000, immutable" } else { "no-cache" };
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, cache)], STYLE).into_response()
}

/// A whole page around its content; `section` is the address of the section that it belongs to.
pub(super) fn page(asked: &Asked, section: &str, title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(asked.lang_tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · Lepid" }
                link rel="icon" href="data:,";
                link rel="stylesheet" href=(format!("/style.css?v={}", style_hash()));
            }
            body {
                a.skip href="#content" { (asked.say("跳到正文", "Skip to content")) }
                (head(asked, section))
                main id="content" tabindex="-1" {
                    @if let Some(trouble) = &asked.shown.trouble {
                        p.notice role="status" {
                            (trouble.get(asked.lang)) " "
                            @if asked.shown.run.is_some() { (asked.say("下面是上一次完整的结果。", "Below are the last results that were whole.")) }
                        }
                    }
                    @if asked.shown.run.as_ref().is_some_and(|run| run.synthetic) {
                        p.notice role="note" { (SYNTHETIC.get(asked.lang)) }
                    }
                    (content)
                }
                (foot(asked))
            }
        }
    }
}

fn head(asked: &Asked, section: &str) -> Markup {
    let (other, word, tag) = match asked.lang {
        crate::text::Lang::Zh => ("en", "English", "en"),
        crate::text::Lang::En => ("zh", "中文", "zh-CN"),
    };
    html! {
        header.top {
            div.bar {
                a.brand href=(asked.link("/", &[])) {
                    span.mark aria-hidden="true" { "Li" }
                    span.names { b { "Lepid" } span { (asked.say("锂资源供应链与价格监测", "Lithium supply chain and price monitor")) } }
                }
                nav aria-label=(asked.say("主导航", "Main")) {
                    @for (path, zh, en) in SECTIONS {
                        a href=(asked.link(path, &[])) aria-current=[(path == section).then_some("page")] { (asked.say(zh, en)) }
                    }
                }
                a.lang href=(asked.with("lang", other)) lang=(tag) hreflang=(tag) { (word) }
            }
        }
    }
}

fn foot(asked: &Asked) -> Markup {
    html! {
        footer.foot {
            p {
                (asked.say(
                    "线索须经现场核实，不是结论；指导价为参考区间，不具约束力。",
                    "A finding is a lead to be verified on site, not a verdict; a guide price is a reference band and binds nobody.",
                ))
            }
            @if let Some(run) = &asked.shown.run {
                p {
                    (asked.say("运行", "Run")) " " code { (run.contents.run.run_id) } " · " (run.contents.run.program) " · "
                    a href="/api/v1/run" { (asked.say("数据接口", "Data API")) } " "
                    span.noprint {
                        @for name in ["prices", "sales", "output", "findings", "sites", "flows"] {
                            a href=(format!("/api/v1/{name}?format=csv")) { (name) ".csv" } " "
                        }
                    }
                }
            }
        }
    }
}

/// Before the first run: what to do.
pub(super) fn nothing(asked: &Asked) -> Markup {
    let content = html! {
        h1 { (asked.say("还没有结果", "No results yet")) }
        p { (asked.say("报告目录中还没有一次完整的运行。请按下面的步骤操作，本页会自动显示新结果（刷新即可）。",
            "The folder of reports holds no whole run yet. Do this; then reload the page.")) }
        ol.steps {
            li { (asked.say("导入数据：", "Load records: ")) code { "lepid ingest FILE…" } }
            li { (asked.say("运行规则和价格：", "Run rules and prices: ")) code { "lepid run" } }
            li { (asked.say("或者先看示例盆地：", "Or look at a sample basin first: ")) code { "lepid demo" } }
        }
    };
    page(asked, "", asked.say("还没有结果", "No results yet"), &content)
}

/// A problem as a page.
pub(super) fn problem(asked: &Asked, problem: &Problem) -> Markup {
    let title = problem.title.get(asked.lang);
    let content = html! {
        p.status { (problem.status.as_u16()) }
        h1 { (title) }
        p { (problem.detail.get(asked.lang)) }
        p { a href=(asked.link("/", &[])) { (asked.say("回到总览", "Back to the overview")) } }
    };
    page(asked, "", title, &content)
}
