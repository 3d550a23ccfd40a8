//! `/price`: which guide price holds for which product and class in a period, and why?

use super::{page, parts, trust};
use crate::price::bands::{ClassPrice, Period, ProductBands};
use crate::price::words as price_words;
use crate::report::contents::ChartInfo;
use crate::report::held;
use crate::serve::AppState;
use crate::serve::asked::Asked;
use crate::serve::numbers::{self, NOTHING};
use crate::serve::problem::Problem;
use crate::serve::state::Run;
use crate::serve::words;
use crate::text::{Said, Text};
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};
use std::collections::BTreeSet;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/price", get(show))
}

async fn show(asked: Asked) -> Response {
    asked.page(|run, asked| {
        let title = asked.say("指导价", "Guide prices");
        let chosen = chosen(asked, run)?;
        let content = html! {
            div.head {
                h1 { (title) }
                p.unit { (asked.say("参考区间；元/干吨，出厂，不含税，现款", "reference bands; yuan per dry tonne, ex works, without VAT, cash")) }
            }
            (selector(asked, run))
            @for (bands, at) in &chosen { (product(asked, run, bands, *at)) }
            @if chosen.is_empty() { p { (asked.say("没有符合条件的价格。", "There is no such price.")) } }
        };
        Ok(page(asked, "/price", title, &content))
    })
}

/// The products of the address with the period of the address, or else the last.
fn chosen<'a>(asked: &Asked, run: &'a Run) -> Result<Vec<(&'a ProductBands, usize)>, Problem> {
    let product = asked.first("product");
    let period = parts::period(asked, "period")?;
    let known = run.contents.bands.iter().any(|b| product.is_none_or(|p| b.product == p));
    if let (Some(product), false) = (product, known) {
        return Err(Problem::no_such(Text { zh: "产品", en: "product" }, product));
    }
    let mut chosen = Vec::new();
    for bands in run.contents.bands.iter().filter(|b| product.is_none_or(|p| b.product == p)) {
        let at = match period {
            Some(period) => bands.periods.iter().position(|p| p.period == period),
            None => bands.periods.len().checked_sub(1),
        };
        chosen.extend(at.map(|at| (bands, at)));
    }
    match period {
        Some(period) if chosen.is_empty() => Err(Problem::no_such(Text { zh: "定价期", en: "pricing period" }, period)),
        _ => Ok(chosen),
    }
}

fn selector(asked: &Asked, run: &Run) -> Markup {
    let products: Vec<(String, String)> =
        run.contents.bands.iter().map(|b| (b.product.clone(), words::product(&b.product, asked.lang).to_owned())).collect();
    let periods: BTreeSet<&str> = run.contents.bands.iter().flat_map(|b| b.periods.iter().map(|p| p.period.as_str())).collect();
    let periods: Vec<(String, String)> = periods.iter().rev().map(|p| ((*p).to_owned(), (*p).to_owned())).collect();
    html! {
        form.filter method="get" action="/price" {
            (parts::keep_lang(asked))
            (parts::select("product", asked.say("产品", "Product"), asked.first("product").unwrap_or_default(), Some(asked.say("全部", "all")), &products))
            (parts::select("period", asked.say("定价期", "Period"), asked.first("period").unwrap_or_default(), Some(asked.say("最近一期", "latest")), &periods))
            button type="submit" { (asked.say("查看", "Show")) }
        }
    }
}

fn product(asked: &Asked, run: &Run, bands: &ProductBands, at: usize) -> Markup {
    let Some(period) = bands.periods.get(at) else { return html! {} };
    let name = words::product(&bands.product, asked.lang);
    let of_product = |c: &&ChartInfo| c.about.split('/').next() == Some(bands.product.as_str());
    let charts = run.contents.charts.iter().filter(|c| c.kind == "band").filter(of_product);
    let (traded, untraded): (Vec<&ChartInfo>, Vec<&ChartInfo>) =
        charts.partition(|c| c.about.rsplit_once('/').is_some_and(|(_, class)| bands.has_evidence(class)));
    let over_time: Vec<&ChartInfo> =
        run.contents.charts.iter().filter(|c| matches!(c.kind.as_str(), "carbonate" | "coverage")).filter(of_product).collect();
    html! {
        section aria-label=(name) {
            h2 id=(bands.product) { (name) " " span.dim { (period.period) } " " span.dim.small.nowrap { (period.from) " – " (period.to) } }
            (table(asked, bands, at, period))
            (trust::how_far(asked, bands, period))
            (why(asked, bands, period))
            (trust::moves(asked, bands, period))
            (pictures(asked, run, &traded))
            @if !untraded.is_empty() {
                details {
                    summary { (asked.say("没有自己成交的品级的图（价格由其他品级推得）", "Pictures of classes without a sale of their own (priced from the others)")) }
                    (pictures(asked, run, &untraded))
                }
            }
            (pictures(asked, run, &over_time))
            (trust::grades_and_sellers(asked, bands, period))
            (history(asked, bands))
        }
    }
}

fn pictures(asked: &Asked, run: &Run, charts: &[&ChartInfo]) -> Markup {
    html! {
        div.charts { @for chart in charts {
            @if let Some(svg) = run.picture(&chart.file, asked.lang) { (parts::picture(chart, svg, asked)) }
        } }
    }
}

/// The columns after the class.
fn heads(asked: &Asked) -> [&'static str; 9] {
    [
        asked.say("指导价", "Guide price"),
        asked.say("下限–上限", "Lower–upper"),
        asked.say("较上期", "Move"),
        asked.say("每度（1% Li₂O）", "per 1 % Li₂O"),
        asked.say("评估价（机制前）", "Assessed"),
        asked.say("结转（评估−指导）", "Carry"),
        asked.say("净回值", "Netback"),
        asked.say("浮动机制", "Mechanism"),
        asked.say("依据", "Rests on"),
    ]
}

fn table(asked: &Asked, bands: &ProductBands, at: usize, period: &Period) -> Markup {
    html! {
        table.prices.cards role="table" {
            thead role="rowgroup" { tr role="row" {
                th role="columnheader" scope="col" { "Li₂O" }
                @for (at, head) in heads(asked).iter().enumerate() { th role="columnheader" scope="col" class=[(at < 7).then_some("n")] { (head) } }
            } }
            tbody role="rowgroup" { @for price in &period.classes { (row(asked, bands, at, price)) } }
        }
    }
}

fn row(asked: &Asked, bands: &ProductBands, at: usize, price: &ClassPrice) -> Markup {
    let exact = |fen: Option<i64>| fen.map_or_else(|| NOTHING.to_owned(), numbers::yuan_and_fen);
    let [guide, limits, step, per_du, assessed, carry, netback, act, basis] = heads(asked);
    let own = bands.periods.get(at).map_or(0, |p| bands.evidence(&p.period, &price.class));
    html! {
        tr.quiet[own == 0] role="row" {
            th.wide.nowrap role="rowheader" scope="row" { (parts::class_name(bands, &price.class)) }
            td.n.strong role="cell" data-label=(guide) { (parts::money(price.guide_fen_per_t)) }
            td.n role="cell" data-label=(limits) { (parts::band(price)) }
            td.n role="cell" data-label=(step) { (parts::price_move(bands, at, price)) }
            td.n role="cell" data-label=(per_du) { (exact(price.per_du_fen)) }
            td.n role="cell" data-label=(assessed) { (exact(price.assessed_fen_per_t)) }
            td.n role="cell" data-label=(carry) { (exact(price.carry_fen_per_t)) }
            td.n role="cell" data-label=(netback) { (exact(price.netback_fen_per_t)) }
            td role="cell" data-label=(act) { (price_words::act(&price.act).get(asked.lang)) }
            td role="cell" data-label=(basis) { span {
                span.nowrap { (price_words::ladder(&price.ladder).get(asked.lang)) }
                " · " span.dim { (asked.say("该品级", "this class")) " " (own) " " (asked.say("笔", "sales")) }
            } }
        }
    }
}

/// Why the numbers are what they are: carbonate, evidence, exclusions, band.
fn why(asked: &Asked, bands: &ProductBands, period: &Period) -> Markup {
    let sales = |code: &str| asked.link("/price/sales", &[("product", &bands.product), ("period", &period.period), ("code", code)]);
    html! {
        div.why {
            h3 { (asked.say("为什么是这个价", "Why this price")) }
            dl.facts {
                dt { (asked.say("电池级碳酸锂（含税）", "Battery-grade carbonate (with VAT)")) }
                dd {
                    @match period.carbonate_fen_per_t {
                        Some(fen) => { b { (numbers::yuan(fen)) } " " (asked.say("元/吨", "yuan/t")) }
                        None => { (asked.say("从未有报价", "never quoted so far")) }
                    }
                    @if let Some(days) = period.carbonate_age_days { span.dim { " · " (asked.say("报价距期末", "quotation age at the end of the period")) " " (days) " " (asked.say("天", "days")) } }
                }
                dt { (asked.say("成交证据", "Evidence")) }
                dd {
                    b { (period.n) } " " (asked.say("笔采用", "sales admitted")) " · " b { (period.sellers) } " " (asked.say("个卖方", "sellers")) " · " b { (period.buyers) } " " (asked.say("个买方", "buyers"))
                    " · " a href=(sales("")) { (asked.say("逐笔查看", "every sale")) }
                }
                dt { (asked.say("成交中心", "Centre of the sales")) }
                dd { (centre(asked, period)) }
                dt { (asked.say("区间半宽", "Half-width of the band")) }
                dd { (format!("{:.1} %", period.band * 100.0)) " " span.dim { (asked.say("（对数）", "(logarithmic)")) } }
                @if let Some(says) = held(bands, period) { dt { (asked.say("浮动机制", "Mechanism")) } dd { (says.get(asked.lang)) } }
                dt { (asked.say("剔除的成交", "Sales left out")) }
                dd {
                    @if period.excluded.is_empty() { (asked.say("无", "none")) }
                    @else {
                        ul.plain { @for (code, n) in &period.excluded {
                            li { a href=(sales(code)) { code { (code) } } " × " b { (n) } " " span.dim { (words::sale_code(code, asked.lang)) } }
                        } }
                    }
                }
            }
        }
    }
}

/// Where the sales lie against the netback, as the method found it.
fn centre(asked: &Asked, period: &Period) -> Markup {
    match period.theta {
        Some(theta) => html! {
            (asked.say("为净回值的", "at")) " " b { (format!("{:.1} %", libm::exp(theta) * 100.0)) } " " (asked.say("", "of netback"))
        },
        None => html! {
            (asked.say("卖方不足 3 家，本期不单独估计，沿用往期并随净回值变动", "fewer than 3 sellers: not estimated from this period; older evidence moves with netback"))
        },
    }
}

/// Guide prices of every period, latest first.
fn history(asked: &Asked, bands: &ProductBands) -> Markup {
    let title = Said::new("历期指导价", "Guide prices of all periods");
    let table = html! {
        table {
            thead { tr {
                th scope="col" { (asked.say("定价期", "Period")) }
                @for class in &bands.classes { th.n scope="col" { (numbers::grade(class.grade_ppm)) } }
                th scope="col" { (asked.say("可信等级", "Tier")) }
                th.n scope="col" { (asked.say("采用", "Admitted")) }
                th.n scope="col" { (asked.say("剔除", "Left out")) }
                th.n scope="col" { (asked.say("碳酸锂", "Carbonate")) }
            } }
            tbody { @for period in bands.periods.iter().rev() { (past(asked, bands, period)) } }
        }
    };
    let marked = bands.periods.iter().any(|p| bands.classes.iter().any(|c| indicative(p, &c.id)));
    html! { details {
        summary { (title.get(asked.lang)) }
        (parts::scroll(title.get(asked.lang), &table))
        @if marked { p.small { "* " (price_words::ladder_means("L5").get(asked.lang)) } }
    } }
}

/// Whether a price is no price to settle by.
fn indicative(period: &Period, class: &str) -> bool {
    period.price(class).is_some_and(|price| price.ladder == "L5")
}

fn past(asked: &Asked, bands: &ProductBands, period: &Period) -> Markup {
    let guide = |id: &str| period.classes.iter().find(|p| p.class == id).and_then(|p| p.guide_fen_per_t);
    html! {
        tr {
            th scope="row" { a href=(asked.link("/price", &[("product", &bands.product), ("period", &period.period)])) { (period.period) } }
            @for class in &bands.classes { td.n { (parts::money(guide(&class.id))) @if indicative(period, &class.id) { " *" } } }
            td { (period.trust.tier) }
            td.n { (period.n) }
            td.n { (period.excluded.iter().map(|(_, n)| n).sum::<u32>()) }
            td.n { (parts::money(period.carbonate_fen_per_t)) }
        }
    }
}
