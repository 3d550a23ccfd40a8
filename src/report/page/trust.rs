//! How far can a price be trusted, and why did it move? In words, numbers and pictures, for the latest period.

use super::{Pictures, bi, both, cell, stacked, table};
use crate::price::bands::{Period, ProductBands};
use crate::price::words as price_words;
use crate::report::trusted::{facts, range, short_of, whole, why};
use crate::report::words;
use crate::text::{Lang, Said};
use maud::{Markup, html};

/// Tier, evidence and what one seller could have done; then class by class how sure the price is and on what it rests.
pub(super) fn section(product: &ProductBands, period: &Period, lang: Lang) -> Markup {
    let trust = &period.trust;
    html! {
        h4 { (both(&Said::new(format!("{} 期可信程度", period.period), format!("How far the prices of {} can be trusted", period.period)), lang)) }
        p { strong { (both(&price_words::tier(&trust.tier), lang)) } " — " (stacked(&price_words::tier_means(&trust.tier), lang)) }
        @if let Some(says) = short_of(product, period) { p { (stacked(&says, lang)) } }
        dl.facts { @for (name, value) in facts(product, period) {
            dt { (both(&name, lang)) } dd { (value.get(lang)) }
        } }
        (by_class(product, period, lang))
    }
}

fn by_class(product: &ProductBands, period: &Period, lang: Lang) -> Markup {
    let heads = [
        ("品级", "class", false),
        ("评估价", "assessed", true),
        ("80% 区间", "80 % interval", true),
        ("剔除任一卖方时", "with any one seller left out", true),
        ("依据", "rests on", false),
        ("说明", "which means", false),
    ];
    let rows = html! { @for class in &product.classes { @if let Some(price) = period.price(&class.id) { tr {
        th scope="row" { (words::grade(class)) }
        (cell(price.assessed_fen_per_t.map(whole)))
        (cell(range(price.assessed_low_fen_per_t, price.assessed_high_fen_per_t)))
        (cell(range(price.without_one_low_fen_per_t, price.without_one_high_fen_per_t)))
        td.nb { (price_words::ladder(&price.ladder).get(lang)) }
        td { (price_words::ladder_means(&price.ladder).get(lang)) }
    } } } };
    let caption = Said::new(
        format!("{} 期评估价的把握程度（元/干吨）", period.period),
        format!("How sure the assessed prices of {} are (yuan a dry tonne)", period.period),
    );
    table(&caption, lang, &heads, &rows)
}

/// What the trust of each period goes by.
pub(super) fn by_period(product: &ProductBands, lang: Lang) -> Markup {
    let heads = [
        ("期", "period", false),
        ("可信等级", "tier", false),
        ("有效笔数", "effective deals", true),
        ("最大卖方占比", "largest seller", true),
        ("单一卖方影响", "influence of one seller", true),
        ("单笔影响", "influence of one sale", true),
        ("合谋门槛（卖方数）", "breakdown, sellers", true),
        ("落在事先公布的区间内（笔）", "inside the band announced before", true),
    ];
    let rows = html! { @for period in &product.periods { tr {
        th scope="row" { (period.period) }
        td.nb { (period.trust.tier) }
        (cell((period.trust.n_eff > 0.0).then(|| format!("{:.1}", period.trust.n_eff))))
        (cell(period.trust.top_share.map(price_words::percent)))
        (cell(period.trust.seller_influence.map(price_words::percent)))
        (cell(period.trust.sale_influence.map(price_words::percent)))
        (cell(period.trust.breakdown_sellers.map(|n| n.to_string())))
        (cell((period.foretold > 0).then(|| format!("{} / {}", period.inside, period.foretold))))
    } } };
    table(&Said::new("各期可信程度", "How far the prices of each period can be trusted"), lang, &heads, &rows)
}

/// Why each class moved, in a sentence, and in a picture for classes with evidence; beside them grades and sellers.
pub(super) fn moves(product: &ProductBands, period: &Period, pictures: &Pictures, lang: Lang) -> Markup {
    let moved: Vec<(String, Said)> = product
        .classes
        .iter()
        .filter_map(|class| {
            let price = period.price(&class.id)?;
            Some((words::grade(class), why(price)?))
        })
        .collect();
    let about = format!("{}/", product.product);
    let falls = pictures.of("waterfall", |a| a.starts_with(&about));
    let others: Vec<Markup> = ["grade", "influence"].iter().flat_map(|kind| pictures.of(kind, |a| a == product.product)).collect();
    html! {
        @if !moved.is_empty() {
            h4 { (both(&Said::new(format!("{} 期为什么变动", period.period), format!("Why prices moved in {}", period.period)), lang)) }
            ul { @for (class, says) in &moved { li { strong { (class) } " " (stacked(says, lang)) } } }
        }
        @if !falls.is_empty() { div.side { @for figure in falls { (figure) } } }
        @if !others.is_empty() {
            h4 { (bi("品级与卖方", "Grades and sellers", lang)) }
            div.side { @for figure in others { (figure) } }
        }
    }
}
