//! `/`: what does a run say in one look?

use super::bullet::{bullet, legend};
use super::{page, parts};
use crate::balance::MineOutput;
use crate::price::bands::ProductBands;
use crate::price::words as price_words;
use crate::report::limited;
use crate::rules::finding::Severity;
use crate::serve::AppState;
use crate::serve::asked::{Asked, under};
use crate::serve::numbers::{self, NOTHING};
use crate::serve::state::Run;
use crate::serve::words;
use crate::text::Said;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Mines and findings shown here; the rest is a link away.
const SHOWN: usize = 8;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/", get(show))
}

async fn show(asked: Asked) -> Response {
    asked.page(|run, asked| {
        let title = asked.say("总览", "Overview");
        let content = html! {
            div.head { h1 { (title) } (freshness(asked, run)) }
            section aria-labelledby="prices" { (prices(asked, run)) }
            section aria-labelledby="findings" { (findings(asked, run)) }
            section aria-labelledby="output" { (output(asked, run)) }
            section aria-labelledby="made" { (made_from(asked, run)) }
        };
        Ok(page(asked, "/", title, &content))
    })
}

/// From when the records are.
fn freshness(asked: &Asked, run: &Run) -> Markup {
    let info = &run.contents.run;
    html! {
        p.fresh {
            @if let (Some(from), Some(to)) = (&info.from, &info.to) {
                span { (asked.say("数据期间", "Records of")) " " b { (from) " – " (to) } }
            }
            @if let Some(at) = &info.lake_at {
                span { (asked.say("数据湖更新于", "Lake last changed")) " " b { time datetime=(at) { (numbers::instant(at)) } } " " (asked.say("（北京时间）", "(Beijing time)")) }
            }
            @if info.quarantined > 0 {
                span.warn { (asked.say("待处理的问题行", "Rows in quarantine")) " " b { (numbers::count(info.quarantined)) } " · " code { "lepid quarantine" } }
            }
        }
    }
}

fn prices(asked: &Asked, run: &Run) -> Markup {
    html! {
        h2 id="prices" { (asked.say("指导价（参考区间）", "Guide prices (reference bands)")) }
        p.unit { (asked.say("元/干吨，出厂，不含税", "yuan per dry tonne, ex works, without VAT")) }
        div.columns {
            @for bands in &run.contents.bands { (product(asked, bands)) }
        }
        @if run.contents.bands.is_empty() { p.dim { (asked.say("没有价格：没有产品或没有销售记录。", "No prices: there are no products or no sales.")) } }
    }
}

/// The last period of a product.
fn product(asked: &Asked, bands: &ProductBands) -> Markup {
    let name = words::product(&bands.product, asked.lang);
    let Some((at, period)) = bands.periods.iter().enumerate().next_back() else {
        return html! { div.card { h3 { (name) } p.dim { (asked.say("还没有定价期", "no pricing period yet")) } } };
    };
    html! {
        div.card {
            h3 { a href=(asked.link("/price", &[("product", &bands.product)])) { (name) } " " span.dim { (period.period) } }
            table {
                thead { tr {
                    th scope="col" { "Li₂O" }
                    th.n scope="col" { (asked.say("指导价", "Guide")) }
                    th.n scope="col" { (asked.say("区间", "Band")) }
                    th.n scope="col" { (asked.say("较上期", "Move")) }
                } }
                tbody {
                    @for price in &period.classes {
                        tr {
                            th scope="row" { (parts::class_name(bands, &price.class)) }
                            td.n.strong { (parts::money(price.guide_fen_per_t)) }
                            td.n { (parts::band(price)) }
                            td.n { (parts::price_move(bands, at, price)) }
                        }
                    }
                }
            }
            p.small {
                (asked.say("可信等级", "Tier of trust")) " " b { (period.trust.tier) } " · "
                (asked.say("采用成交", "Sales admitted")) " " b { (period.n) } " · "
                (asked.say("卖方", "sellers")) " " b { (period.sellers) } " · "
                (asked.say("碳酸锂（含税）", "carbonate (with VAT)")) " " b { (parts::money(period.carbonate_fen_per_t)) } " " (asked.say("元/吨", "yuan/t"))
            }
            @if period.classes.iter().any(|c| c.ladder == "L5") {
                p.small { b { (price_words::ladder("L5").get(asked.lang)) } " · " (price_words::ladder_means("L5").get(asked.lang)) }
            }
            @if let n @ 1.. = limited(period) {
                p.small {
                    b { (n) } " " (asked.say("个品级的指导价受单期最大幅度限制，与评估价不同：", "classes are limited by the largest step and differ from the assessed price: "))
                    a href=(asked.link("/price", &[("product", &bands.product)])) { (asked.say("看原因", "why")) }
                }
            }
        }
    }
}

fn findings(asked: &Asked, run: &Run) -> Markup {
    let all = &run.contents.findings;
    let count = |severity| all.iter().filter(|f| f.severity == severity).count();
    html! {
        h2 id="findings" { (asked.say("线索", "Findings")) }
        div.tiles {
            @for severity in [Severity::High, Severity::Medium, Severity::Low] {
                a.tile.(words::severity_id(severity)) href=(asked.link("/findings", &[("severity", words::severity_id(severity))])) {
                    span.big { (numbers::count(count(severity) as u64)) }
                    span { (words::severity(severity).get(asked.lang)) " · " (words::urgency(severity).get(asked.lang)) }
                }
            }
        }
        @if all.is_empty() {
            p { (asked.say("本次运行没有发现线索。", "This run found nothing.")) }
        } @else {
            div.split.lean {
                (by_department(asked, run))
                div.card {
                    h3 { (asked.say("最紧要的", "Most urgent")) }
                    ol.leads {
                        @for f in all.iter().take(SHOWN) {
                            li {
                                (parts::severity(asked, f.severity)) " "
                                a href=(asked.link(&under("/findings", &f.id), &[])) { (f.subject_name) " · " (f.title.get(asked.lang)) }
                                " " span.dim.nowrap { (f.period) }
                                span.says { (f.says.get(asked.lang)) }
                            }
                        }
                    }
                    p { a href=(asked.link("/findings", &[])) { (asked.say("全部线索", "All findings")) " (" (numbers::count(all.len() as u64)) ") →" } }
                }
            }
        }
    }
}

/// Findings by the department that leads and by severity.
fn by_department(asked: &Asked, run: &Run) -> Markup {
    let mut rows: BTreeMap<&str, (&Said, [u64; 3])> = BTreeMap::new();
    for f in &run.contents.findings {
        let row = rows.entry(f.department.zh.as_str()).or_insert((&f.department, [0; 3]));
        let column = match f.severity {
            Severity::High => &mut row.1[0],
            Severity::Medium => &mut row.1[1],
            Severity::Low => &mut row.1[2],
        };
        *column += 1;
    }
    html! {
        div.card {
            h3 { (asked.say("按牵头部门", "By leading department")) }
            table {
                thead { tr {
                    th scope="col" { (asked.say("部门", "Department")) }
                    @for severity in [Severity::High, Severity::Medium, Severity::Low] { th.n scope="col" { (words::severity(severity).get(asked.lang)) } }
                } }
                tbody {
                    @for (zh, (department, counts)) in &rows {
                        tr {
                            th scope="row" { a href=(asked.link("/findings", &[("department", zh)])) { (department.get(asked.lang)) } }
                            @for count in counts { td.n { (numbers::count(*count)) } }
                        }
                    }
                }
            }
        }
    }
}

/// Tonnes against scale: the mines nearest to or beyond their licence in the last year.
fn output(asked: &Asked, run: &Run) -> Markup {
    let year = run.contents.output.iter().map(|o| o.year).max();
    let mut mines: Vec<(i64, &MineOutput)> = run
        .contents
        .output
        .iter()
        .filter(|o| Some(o.year) == year)
        .filter_map(|o| Some((numbers::per_mille(o.dispatched_kg.max(o.declared_kg.unwrap_or(0)), o.approved_kg?)?, o)))
        .collect();
    mines.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.site_id.cmp(&b.1.site_id)));
    html! {
        h2 id="output" { (asked.say("产量与许可规模", "Output against licence")) @if let Some(year) = year { " " span.dim { (year) } } }
        @if mines.is_empty() { p.dim { (asked.say("没有可比较的矿山。", "There is no mine to compare.")) } }
        @else {
            div.card {
                (legend(asked))
                (bars(asked, &mines))
                p { a href=(asked.link("/output", &[])) { (asked.say("全部矿山", "All mines")) " →" } }
            }
        }
    }
}

fn bars(asked: &Asked, mines: &[(i64, &MineOutput)]) -> Markup {
    let (tickets, approved) = (asked.say("磅单外运（吨）", "Tickets out (t)"), asked.say("许可规模（吨）", "Approved (t)"));
    html! {
        table.bars.cards role="table" {
            thead role="rowgroup" { tr role="row" {
                th role="columnheader" scope="col" { (asked.say("矿山", "Mine")) }
                th role="columnheader" scope="col" { (asked.say("占许可规模", "Share of scale")) }
                th.n role="columnheader" scope="col" { (tickets) }
                th.n role="columnheader" scope="col" { (approved) }
                th.n role="columnheader" scope="col" { (asked.say("磅单占比", "Tickets share")) }
            } }
            tbody role="rowgroup" {
                @for (_, o) in mines.iter().take(SHOWN) {
                    tr role="row" {
                        td.wide role="cell" { (parts::site_link(asked, &o.site_id, &o.name)) }
                        td.graph role="cell" { (bullet(asked, o)) }
                        td.n role="cell" data-label=(tickets) { (numbers::tonnes(o.dispatched_kg)) }
                        td.n role="cell" data-label=(approved) { (o.approved_kg.map_or_else(|| NOTHING.to_owned(), numbers::tonnes)) }
                        td.n role="cell" data-label=(asked.say("磅单占比", "Tickets share")) { (o.approved_kg.and_then(|a| numbers::percent(o.dispatched_kg, a)).unwrap_or_default()) }
                    }
                }
            }
        }
    }
}

/// What the run was made from; enough to make it again.
fn made_from(asked: &Asked, run: &Run) -> Markup {
    let info = &run.contents.run;
    html! {
        h2 id="made" { (asked.say("本次运行的依据", "What this run was made from")) }
        div.split {
            dl.facts {
                dt { (asked.say("运行编号", "Run")) } dd { code { (info.run_id) } }
                dt { (asked.say("程序版本", "Program")) } dd { (info.program) }
                dt { (asked.say("数据湖版本", "Lake version")) } dd { (info.lake_version) }
                dt { (asked.say("政策文件 SHA-256", "Policy SHA-256")) } dd { code.long { (info.policy_sha256) } }
                dt { (asked.say("问题行", "Quarantine")) } dd { (numbers::count(info.quarantined)) }
            }
            table {
                thead { tr {
                    th scope="col" { (asked.say("数据表", "Table")) }
                    th.n scope="col" { (asked.say("行数", "Rows")) }
                    th.n scope="col" { (asked.say("表版本", "Version")) }
                } }
                tbody {
                    @for (table, rows) in &info.rows {
                        tr {
                            th scope="row" { (words::table(table, asked.lang)) }
                            td.n { (numbers::count(*rows)) }
                            td.n { (info.tables.get(table).map_or_else(|| NOTHING.to_owned(), u64::to_string)) }
                        }
                    }
                }
            }
        }
    }
}
