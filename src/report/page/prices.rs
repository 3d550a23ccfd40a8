//! What is the guide price, and why?

use super::{Pictures, bi, both, cell, stacked, table, trust};
use crate::chart::number::yuan;
use crate::price::bands::{ClassPrice, GradeClass, Period, ProductBands};
use crate::price::words as price_words;
use crate::report::contents::Contents;
use crate::report::{held, words};
use crate::text::{Lang, Said};
use maud::{Markup, html};

pub(super) fn section(contents: &Contents, pictures: &Pictures, lang: Lang) -> Markup {
    html! {
        section.sheet id="prices" {
            h2 { (bi("参考指导价", "Guide prices", lang)) }
            p { (bi("参考价、指导区间，不具约束力。", "Reference prices and guide ranges, not binding.", lang)) }
            @if contents.bands.is_empty() { p { (bi("没有价格。", "No prices.", lang)) } }
            @for product in &contents.bands { (of_product(product, pictures, lang)) }
        }
    }
}

fn of_product(product: &ProductBands, pictures: &Pictures, lang: Lang) -> Markup {
    let best = product.most_evidence().map(|class| format!("{}/{}", product.product, class.id));
    let is_first = |about: &str| best.as_deref() == Some(about);
    let about = format!("{}/", product.product);
    let first = pictures.of("band", |a| a.starts_with(&about) && is_first(a));
    let traded = |a: &str| a.rsplit_once('/').is_some_and(|(_, class)| product.has_evidence(class));
    let rest = pictures.of("band", |a| a.starts_with(&about) && !is_first(a) && traded(a));
    let untraded = pictures.of("band", |a| a.starts_with(&about) && !is_first(a) && !traded(a));
    html! {
        h3 { (both(&words::product(&product.product), lang)) }
        @for figure in first { (figure) }
        @if !rest.is_empty() {
            details open { summary { (bi("其他品级的图", "Pictures of the other classes", lang)) } @for figure in rest { (figure) } }
        }
        @if !untraded.is_empty() {
            details {
                summary { (bi("没有自己成交的品级的图（价格由其他品级推得）", "Pictures of classes without a sale of their own, priced from the others", lang)) }
                @for figure in untraded { (figure) }
            }
        }
        @if let Some(period) = product.latest() {
            (trust::section(product, period, lang))
            (reasons(product, period, lang))
            (trust::moves(product, period, pictures, lang))
        }
        @for figure in pictures.of("carbonate", |about| about == product.product) { (figure) }
        @for figure in pictures.of("coverage", |about| about == product.product) { (figure) }
        (guides(product, lang))
        (trust::by_period(product, lang))
        (evidence(product, lang))
    }
}

/// The latest period, class by class, with what made the price.
fn reasons(product: &ProductBands, period: &Period, lang: Lang) -> Markup {
    let heads = [
        ("品级", "class", false),
        ("指导价", "guide", true),
        ("下限", "lower", true),
        ("上限", "upper", true),
        ("每度", "per 1 % Li2O", true),
        ("净回值", "netback", true),
        ("评估价（机制前）", "assessed, before the mechanism", true),
        ("结转（评估价−指导价）", "carry: assessed less guide", true),
        ("机制", "mechanism", false),
        ("依据", "rests on", false),
        ("该品级采信成交", "sales of the class", true),
    ];
    let rows = html! { @for class in &product.classes { @if let Some(price) = of_class(period, class) { tr {
        th scope="row" { (words::grade(class)) }
        td.n { strong { (price.guide_fen_per_t.map_or_else(|| "—".to_owned(), yuan)) } }
        (cell(price.lower_fen_per_t.map(yuan)))
        (cell(price.upper_fen_per_t.map(yuan)))
        (cell(price.per_du_fen.map(yuan)))
        (cell(price.netback_fen_per_t.map(yuan)))
        (cell(price.assessed_fen_per_t.map(yuan)))
        (cell(price.carry_fen_per_t.map(yuan)))
        td { (price_words::act(&price.act).get(lang)) }
        td.nb { (price.ladder) }
        td.n { (product.evidence(&period.period, &class.id)) }
    } } } };
    let caption = Said::new(
        format!("{} 期价格及其由来（元/干吨）", period.period),
        format!("Prices of {} and what made them (yuan a dry tonne)", period.period),
    );
    html! {
        @if let Some(says) = held(product, period) { p { (stacked(&says, lang)) } }
        (table(&caption, lang, &heads, &rows))
    }
}

fn of_class<'a>(period: &'a Period, class: &GradeClass) -> Option<&'a ClassPrice> {
    period.classes.iter().find(|c| c.class == class.id)
}

/// Guide prices by period and class.
fn guides(product: &ProductBands, lang: Lang) -> Markup {
    let names: Vec<String> = product.classes.iter().map(words::grade).collect();
    let mut heads: Vec<(&str, &str, bool)> = vec![("期", "period", false), ("碳酸锂（含税）", "carbonate incl. VAT", true)];
    heads.extend(names.iter().map(|n| (n.as_str(), n.as_str(), true)));
    let rows = html! { @for period in &product.periods { tr {
        th scope="row" { (period.period) }
        td.n {
            (period.carbonate_fen_per_t.map_or_else(|| "—".to_owned(), yuan))
            @if let Some(days) = period.carbonate_age_days.filter(|d| *d > 0) { " " span.alt { (stale(days).get(lang)) } }
        }
        @for class in &product.classes { (cell(of_class(period, class).and_then(|c| c.guide_fen_per_t).map(yuan))) }
    } } };
    table(&Said::new("各期参考指导价（元/干吨）", "Guide prices by period (yuan a dry tonne)"), lang, &heads, &rows)
}

fn stale(days: i64) -> Said {
    Said::new(format!("报价距今 {days} 天"), format!("quoted {days} days before"))
}

/// What the prices of each period rest on.
fn evidence(product: &ProductBands, lang: Lang) -> Markup {
    let heads = [
        ("期", "period", false),
        ("采信成交", "admitted", true),
        ("卖方", "sellers", true),
        ("买方", "buyers", true),
        ("区间半宽", "half-width", true),
        ("剔除的成交（笔，按原因）", "left out, by reason", false),
    ];
    let rows = html! { @for period in &product.periods { tr {
        th scope="row" { (period.period) }
        td.n { (period.n) }
        td.n { (period.sellers) }
        td.n { (period.buyers) }
        td.n { "±" (format!("{:.1}", period.band * 100.0)) "%" }
        td { @for (i, (code, count)) in period.excluded.iter().enumerate() {
            @if i > 0 { " · " }
            (words::code(code).get(lang)) " " (count)
            span.alt { " " (code) }
        } @if period.excluded.is_empty() { "—" } }
    } } };
    table(&Said::new("证据", "Evidence"), lang, &heads, &rows)
}
