//! `/price/sales`: which sales is a price made of, and why were the others left out?

use super::{page, parts};
use crate::price::bands::{PricedSale, ProductBands};
use crate::price::hint::{hint, shown_ratio};
use crate::price::screen::Code;
use crate::serve::AppState;
use crate::serve::asked::Asked;
use crate::serve::numbers::{self, NOTHING};
use crate::serve::params::within;
use crate::serve::problem::Problem;
use crate::serve::state::Run;
use crate::serve::words;
use crate::text::Said;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};
use std::collections::BTreeSet;

/// Sales on one page.
const PER_PAGE: usize = 100;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/price/sales", get(show))
}

async fn show(asked: Asked) -> Response {
    asked.page(|run, asked| {
        let title = asked.say("成交明细", "Sales");
        let sales = wanted(asked, run)?;
        let pages = parts::pages(asked, sales.len(), PER_PAGE)?;
        let shown = sales.get(pages.from..pages.to).unwrap_or_default();
        let content = html! {
            p.crumbs { a href=(asked.link("/price", &[])) { (asked.say("指导价", "Prices")) } " / " (title) }
            h1 { (title) }
            (filter(asked, run))
            p.count role="status" { (asked.say("共", "")) " " b { (numbers::count(pages.total as u64)) } " " (asked.say("笔", "sales")) }
            @if !shown.is_empty() { (parts::scroll(title, &table(asked, shown))) }
            (pages.links(asked))
        };
        Ok(page(asked, "/price", title, &content))
    })
}

/// Sales that the filters of the address take, with their product.
fn wanted<'a>(asked: &Asked, run: &'a Run) -> Result<Vec<(&'a ProductBands, &'a PricedSale)>, Problem> {
    let period = parts::period(asked, "period")?;
    let (product, class, code) = (asked.first("product"), asked.first("class"), asked.first("code"));
    let mut sales = Vec::new();
    for bands in run.contents.bands.iter().filter(|b| product.is_none_or(|p| b.product == p)) {
        let these = bands.sales.iter().filter(|s| {
            period.is_none_or(|p| within(&s.period, p))
                && class.is_none_or(|c| s.class.as_deref() == Some(c))
                && code.is_none_or(|c| s.code == c)
        });
        sales.extend(these.map(|sale| (bands, sale)));
    }
    Ok(sales)
}

fn filter(asked: &Asked, run: &Run) -> Markup {
    let bands = &run.contents.bands;
    let same = |set: BTreeSet<&str>| -> Vec<(String, String)> { set.iter().map(|v| ((*v).to_owned(), (*v).to_owned())).collect() };
    let products: Vec<(String, String)> =
        bands.iter().map(|b| (b.product.clone(), words::product(&b.product, asked.lang).to_owned())).collect();
    let periods = same(bands.iter().flat_map(|b| b.sales.iter().map(|s| s.period.as_str())).collect());
    let codes: BTreeSet<&str> = bands.iter().flat_map(|b| b.sales.iter().map(|s| s.code.as_str())).collect();
    let codes: Vec<(String, String)> =
        codes.iter().map(|c| ((*c).to_owned(), format!("{c} {}", words::sale_code(c, asked.lang)))).collect();
    let any = Some(asked.say("全部", "all"));
    let chosen = |key| asked.first(key).unwrap_or_default();
    html! {
        form.filter method="get" action="/price/sales" {
            (parts::keep_lang(asked))
            (parts::select("product", asked.say("产品", "Product"), chosen("product"), any, &products))
            (parts::select("period", asked.say("定价期", "Period"), chosen("period"), any, &periods))
            (parts::select("code", asked.say("处理结果", "Outcome"), chosen("code"), any, &codes))
            button type="submit" { (asked.say("筛选", "Filter")) }
        }
    }
}

fn table(asked: &Asked, sales: &[(&ProductBands, &PricedSale)]) -> Markup {
    let money = |fen: Option<i64>| fen.map_or_else(|| NOTHING.to_owned(), numbers::yuan_and_fen);
    html! {
        table {
            thead { tr {
                th scope="col" { (asked.say("日期", "Date")) }
                th scope="col" { (asked.say("合同号", "Contract")) }
                th scope="col" { (asked.say("产品", "Product")) }
                th scope="col" { "Li₂O" }
                th scope="col" { (asked.say("卖方", "Seller")) }
                th scope="col" { (asked.say("买方", "Buyer")) }
                th.n scope="col" { (asked.say("干吨", "Dry t")) }
                th.n scope="col" { (asked.say("标准化价（元/干吨）", "Normalised (yuan/dry t)")) }
                th.n scope="col" { (asked.say("净回值（元/干吨）", "Netback (yuan/dry t)")) }
                th scope="col" { (asked.say("处理结果", "Outcome")) }
            } }
            tbody {
                @for (bands, sale) in sales {
                    tr class=[(sale.code != "OK").then_some("out")] {
                        td.nowrap { (sale.date) }
                        td { (sale.contract_no) }
                        td { (words::product(&bands.product, asked.lang)) }
                        td.nowrap { (sale.class.as_deref().map_or_else(|| NOTHING.to_owned(), |c| parts::class_name(bands, c))) }
                        td { (sale.seller) }
                        td { (sale.buyer) }
                        td.n { (sale.dry_kg.map_or_else(|| NOTHING.to_owned(), numbers::tonnes_exact)) }
                        td.n { (money(sale.dry_fen_per_t)) }
                        td.n { (money(sale.netback_fen_per_t)) }
                        td {
                            code { (sale.code) } " " span.dim { (words::sale_code(&sale.code, asked.lang)) }
                            @if let Some((ratio, hint)) = looks_like(sale) {
                                br; span.dim { (asked.say("与净回值之比 ", "over netback: ")) (shown_ratio(ratio)) }
                                @if let Some(hint) = hint { br; span { (hint.get(asked.lang)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The ratio of a price outside of the corridor to its netback, and what it looks like.
fn looks_like(sale: &PricedSale) -> Option<(f64, Option<Said>)> {
    let (price, netback) = sale.dry_fen_per_t.zip(sale.netback_fen_per_t).filter(|(_, n)| *n > 0 && sale.code == Code::Corridor.id())?;
    #[expect(clippy::cast_precision_loss, reason = "prices in fen are far below 2^53")]
    let ratio = price as f64 / netback as f64;
    Some((ratio, hint(ratio)))
}
