//! Which few numbers matter most?

use super::{bi, both, cell, table};
use crate::chart::number::{grouped, percent, tonnes, yuan};
use crate::price::bands::{GradeClass, Period, ProductBands};
use crate::price::words as price_words;
use crate::report::contents::Contents;
use crate::report::{origins, words};
use crate::rules::finding::Severity;
use crate::text::{Lang, Said};
use maud::{Markup, html};
use std::collections::BTreeSet;

pub(super) fn section(contents: &Contents, lang: Lang) -> Markup {
    html! {
        section id="key" {
            h2 { (bi("要点", "Key figures", lang)) }
            div.cards {
                (over_scale(contents, lang))
                (severities(contents, lang))
                (origin(contents, lang))
                (quarantine(contents, lang))
            }
            (latest_prices(contents, lang))
        }
    }
}

fn card(big: &Markup, what: &Said, lang: Lang) -> Markup {
    html! { div.card { div.big { (big) } div.what { (both(what, lang)) } } }
}

fn over_scale(contents: &Contents, lang: Lang) -> Markup {
    let mines: BTreeSet<&str> =
        contents.findings.iter().filter(|f| f.rule.starts_with("over-scale-")).map(|f| f.subject.as_str()).collect();
    let all: BTreeSet<&str> = contents.output.iter().map(|o| o.site_id.as_str()).collect();
    let what = Said::new(
        format!("座矿有超规模线索（共 {} 处有产量）", all.len()),
        format!("mines with over-scale findings (of {} sources with output)", all.len()),
    );
    card(&html! { (mines.len()) }, &what, lang)
}

fn severities(contents: &Contents, lang: Lang) -> Markup {
    let count = |severity| contents.findings.iter().filter(|f| f.severity == severity).count();
    let big = html! {
        span.high { (count(Severity::High)) } " · " span.medium { (count(Severity::Medium)) } " · " span.low { (count(Severity::Low)) }
    };
    card(&big, &Said::new("线索：高 · 中 · 低", "findings: high · medium · low"), lang)
}

fn origin(contents: &Contents, lang: Lang) -> Markup {
    let sums = origins::totals(&origins::by_origin(&contents.flows, &contents.findings));
    let (doubtful, all) = (sums.iter().skip(1).sum::<i64>(), sums.iter().sum::<i64>());
    let share = percent(doubtful, all).unwrap_or_else(|| "—".to_owned());
    let what = Said::new(
        format!("原矿不来自许可证在期的矿山：无有效许可、探矿建设修复、未登记，占 {share}"),
        format!("of raw ore not from mines with a licence in force: no licence, exploration or building sites, in no register, {share}"),
    );
    card(&html! { (tonnes(doubtful, lang)) }, &what, lang)
}

fn quarantine(contents: &Contents, lang: Lang) -> Markup {
    let rows = grouped(i64::try_from(contents.run.quarantined).unwrap_or(i64::MAX));
    card(&html! { (rows) }, &Said::new("行读不成记录，在隔离区（lepid quarantine）", "rows in quarantine (lepid quarantine)"), lang)
}

/// The last period in which a class has a price, and the one before it.
fn last_two<'a>(product: &'a ProductBands, class: &GradeClass) -> Option<(&'a Period, i64, Option<i64>)> {
    let guide = |p: &Period| p.classes.iter().find(|c| c.class == class.id).and_then(|c| c.guide_fen_per_t);
    let mut priced = product.periods.iter().rev().filter_map(|p| guide(p).map(|g| (p, g)));
    let (period, now) = priced.next()?;
    Some((period, now, priced.next().map(|(_, before)| before)))
}

fn latest_prices(contents: &Contents, lang: Lang) -> Markup {
    let heads = [
        ("产品", "product", false),
        ("品级", "class", false),
        ("期", "period", false),
        ("参考指导价", "guide price", true),
        ("下限", "lower", true),
        ("上限", "upper", true),
        ("较上期", "change", true),
        ("本期采信成交", "sales admitted", true),
        ("可信等级", "tier", false),
        ("依据", "rests on", false),
    ];
    let rows = html! {
        @for product in &contents.bands { @for class in &product.classes {
            @if let Some((period, now, before)) = last_two(product, class) {
                @let price = period.classes.iter().find(|c| c.class == class.id);
                tr {
                    th scope="row" { (words::product(&product.product).get(lang)) }
                    td.nb { (words::grade(class)) }
                    td.nb { (period.period) }
                    td.n { strong { (yuan(now)) } }
                    (cell(price.and_then(|c| c.lower_fen_per_t).map(yuan)))
                    (cell(price.and_then(|c| c.upper_fen_per_t).map(yuan)))
                    (cell(before.and_then(|b| change(now, b))))
                    td.n { (period.n) }
                    td.nb { (period.trust.tier) }
                    td { (price.map(|p| price_words::ladder(&p.ladder)).unwrap_or_default().get(lang)) }
                }
            }
        } }
    };
    if rows.0.is_empty() {
        return html! { p { (bi("没有指导价：没有可用的成交或碳酸锂报价。", "No guide price: no usable sale or no carbonate quotation.", lang)) } };
    }
    table(&Said::new("最近一期参考指导价（元/干吨）", "Latest guide prices (yuan a dry tonne)"), lang, &heads, &rows)
}

/// `+2.3%`.
pub(super) fn change(now: i64, before: i64) -> Option<String> {
    let text = percent(now - before, before)?;
    Some(if now > before { format!("+{text}") } else { text })
}
