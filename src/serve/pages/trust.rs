//! How far can the prices of a period be trusted, why did they move, and who could have moved them? Parts of `/price`.

use super::parts;
use crate::price::bands::{ClassPrice, Period, ProductBands};
use crate::price::words as price_words;
use crate::report::trusted::{facts, range, short_of, whole, why};
use crate::report::{grade_title, grades, influence, influence_title, waterfall, waterfall_title};
use crate::serve::asked::Asked;
use crate::serve::numbers::NOTHING;
use maud::{Markup, html};

/// Tier, numbers of trust, and how sure the price of each class is.
pub(super) fn how_far(asked: &Asked, bands: &ProductBands, period: &Period) -> Markup {
    let tier = &period.trust.tier;
    html! {
        div.why {
            h3 { (asked.say("可信程度", "How far it can be trusted")) }
            p { span.tier { (tier) } " " (price_words::tier_means(tier).get(asked.lang)) }
            @if let Some(says) = short_of(bands, period) { p.small { (says.get(asked.lang)) } }
            dl.facts { @for (name, value) in facts(bands, period) {
                dt { (name.get(asked.lang)) } dd { (value.get(asked.lang)) }
            } }
            (by_class(asked, bands, period))
        }
    }
}

fn by_class(asked: &Asked, bands: &ProductBands, period: &Period) -> Markup {
    let heads = [
        asked.say("评估价", "Assessed"),
        asked.say("80% 区间", "80 % interval"),
        asked.say("剔除任一卖方时", "With any one seller left out"),
        asked.say("依据", "Rests on"),
    ];
    html! {
        table.cards role="table" {
            thead role="rowgroup" { tr role="row" {
                th role="columnheader" scope="col" { "Li₂O" }
                @for (at, head) in heads.iter().enumerate() { th role="columnheader" scope="col" class=[(at < 3).then_some("n")] { (head) } }
            } }
            tbody role="rowgroup" { @for price in &period.classes { (row(asked, bands, price, heads)) } }
        }
    }
}

fn row(asked: &Asked, bands: &ProductBands, price: &ClassPrice, heads: [&str; 4]) -> Markup {
    let [assessed, interval, without, rests] = heads;
    let shown = |text: Option<String>| text.unwrap_or_else(|| NOTHING.to_owned());
    html! {
        tr role="row" {
            th.wide.nowrap role="rowheader" scope="row" { (parts::class_name(bands, &price.class)) }
            td.n role="cell" data-label=(assessed) { (shown(price.assessed_fen_per_t.map(whole))) }
            td.n role="cell" data-label=(interval) { (shown(range(price.assessed_low_fen_per_t, price.assessed_high_fen_per_t))) }
            td.n role="cell" data-label=(without) { (shown(range(price.without_one_low_fen_per_t, price.without_one_high_fen_per_t))) }
            td role="cell" data-label=(rests) { span {
                (price_words::ladder(&price.ladder).get(asked.lang))
                span.says { (price_words::ladder_means(&price.ladder).get(asked.lang)) }
            } }
        }
    }
}

/// Why each class moved, in a sentence, and in a picture where it has evidence of its own in some period.
pub(super) fn moves(asked: &Asked, bands: &ProductBands, period: &Period) -> Markup {
    let moved = || bands.classes.iter().filter_map(|class| Some((class, why(period.price(&class.id)?)?)));
    html! {
        @if moved().next().is_some() {
            h3 { (asked.say("价格为什么变动", "Why prices moved")) }
            ul.moves { @for (class, says) in moved() { li { b { (parts::class_name(bands, &class.id)) } " " (says.get(asked.lang)) } } }
            div.charts.side { @for (class, _) in moved().filter(|(class, _)| bands.has_evidence(&class.id)) {
                @if let Some(svg) = waterfall(bands, period, class, asked.lang) {
                    (parts::narrow_picture(&waterfall_title(bands, period, class), &svg, asked))
                }
            } }
        } @else if period.classes.iter().any(|c| c.guide_fen_per_t.is_some()) {
            p.small { (asked.say("首期价格，或上期没有价格：没有可比的变动。", "A first price, or none in the period before: there is no move to explain.")) }
        }
    }
}

/// Prices over the grade, and what each seller could have done.
pub(super) fn grades_and_sellers(asked: &Asked, bands: &ProductBands, period: &Period) -> Markup {
    let priced = period.classes.iter().filter(|c| c.assessed_fen_per_t.is_some()).count();
    let named = !period.trust.by_seller.is_empty();
    html! {
        @if priced > 1 || named {
            div.charts.side {
                @if priced > 1 { (parts::narrow_picture(&grade_title(bands, period), &grades(bands, period, asked.lang), asked)) }
                @if named { (parts::narrow_picture(&influence_title(bands, period), &influence(bands, period, asked.lang), asked)) }
            }
        }
    }
}
