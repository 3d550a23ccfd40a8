//! Which pictures does a run have, and what is in them?

use super::contents::{ChartInfo, Contents};
use super::{origins, words};
use crate::balance::MineOutput;
use crate::chart::band::{self, Band, Dot};
use crate::chart::number::yuan;
use crate::chart::origin::{self, Origin};
use crate::chart::output::{self, Bar, Output, State};
use crate::price::bands::{ClassPrice, GradeClass, Period, PricedSale, ProductBands};
use crate::records::product::ORE;
use crate::records::time::days_of;
use crate::rules::finding::Finding;
use crate::text::{Lang, Said};
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// More mines than these are gathered, the least used first.
const MOST_BARS: usize = 40;

/// The pictures in the order in which they are shown, without drawing them.
#[must_use]
pub fn charts(contents: &Contents) -> Vec<ChartInfo> {
    let mut charts: Vec<ChartInfo> = Vec::new();
    for product in &contents.bands {
        for class in shown_classes(product) {
            charts.push(ChartInfo {
                file: format!("charts/band-{}-{}.svg", file_word(&product.product), file_word(&class.id)),
                kind: "band".to_owned(),
                about: format!("{}/{}", product.product, class.id),
                title: band_title(product, class),
            });
        }
    }
    let years: BTreeSet<i32> = contents.output.iter().map(|o| o.year).collect();
    for year in years {
        charts.push(ChartInfo {
            file: format!("charts/output-{year}.svg"),
            kind: "output".to_owned(),
            about: year.to_string(),
            title: Said::new(format!("{year} 年各矿产量与核定规模"), format!("Output against licence, {year}")),
        });
    }
    charts.push(ChartInfo {
        file: format!("charts/origin-{ORE}.svg"),
        kind: "origin".to_owned(),
        about: ORE.to_owned(),
        title: Said::new("原矿来源（按月）", "Raw ore by origin and month"),
    });
    charts
}

/// Every picture of `contents.charts` with its SVG.
#[must_use]
pub fn pictures(contents: &Contents, lang: Lang) -> Vec<(ChartInfo, String)> {
    let draw = |chart: &ChartInfo| match chart.kind.as_str() {
        "band" => band_svg(contents, chart, lang),
        "output" => Some(output::svg(&output_of(contents, chart, lang), lang)),
        "origin" => {
            let months = origins::by_origin(&contents.flows, &contents.findings);
            Some(origin::svg(&Origin { title: chart.title.get(lang).to_owned(), months }, lang))
        }
        _ => None,
    };
    contents.charts.iter().filter_map(|chart| draw(chart).map(|svg| (chart.clone(), svg))).collect()
}

/// Classes with a price or a sale; the first one, saying that there is none, where no class has any.
fn shown_classes(product: &ProductBands) -> Vec<&GradeClass> {
    let priced = |class: &&GradeClass| {
        product.periods.iter().flat_map(|p| &p.classes).any(|c| c.class == class.id && c.guide_fen_per_t.is_some())
            || product.sales.iter().any(|s| s.class.as_deref() == Some(&class.id))
    };
    let shown: Vec<&GradeClass> = product.classes.iter().filter(priced).collect();
    if shown.is_empty() { product.classes.iter().take(1).collect() } else { shown }
}

/// A word that is safe in a file name.
fn file_word(word: &str) -> String {
    word.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' || c == '.' || c == '-' { c } else { '_' }).collect()
}

fn band_title(product: &ProductBands, class: &GradeClass) -> Said {
    let (name, grade) = (words::product(&product.product), words::grade(class));
    Said::new(format!("{} {grade} 参考指导价", name.zh), format!("{} {grade}: guide price", name.en))
}

fn band_svg(contents: &Contents, chart: &ChartInfo, lang: Lang) -> Option<String> {
    let (product, class) = chart.about.rsplit_once('/')?;
    let product = contents.bands.iter().find(|b| b.product == product)?;
    let sales: Vec<&PricedSale> = product.sales.iter().filter(|s| s.class.as_deref() == Some(class)).collect();
    let dots: Vec<Dot> = sales.iter().filter_map(|sale| dot(product, class, sale, lang)).collect();
    let unplaced = u32::try_from(sales.len() - dots.len()).unwrap_or(u32::MAX);
    let periods = product.periods.iter().filter_map(|p| step(product, p, class)).collect();
    Some(band::svg(&Band { title: chart.title.get(lang).to_owned(), periods, sales: dots, unplaced }, lang))
}

fn step(product: &ProductBands, period: &Period, class: &str) -> Option<band::Step> {
    let price = class_price(period, class);
    let guide = price.and_then(|c| Some((c.guide_fen_per_t?, c.lower_fen_per_t?, c.upper_fen_per_t?)));
    Some(band::Step {
        period: period.period.clone(),
        from_day: day(&period.from)?,
        to_day: day(&period.to)?,
        guide,
        assessed: price.and_then(|c| c.assessed_fen_per_t),
        own: price.is_some_and(|c| matches!(c.ladder.as_str(), "L1" | "L2" | "L3")),
        evidence: u32::try_from(product.evidence(&period.period, class)).unwrap_or(u32::MAX),
        limited: price.is_some_and(|c| c.act.starts_with("maxstep")),
    })
}

fn class_price<'a>(period: &'a Period, class: &str) -> Option<&'a ClassPrice> {
    period.classes.iter().find(|c| c.class == class)
}

fn day(text: &str) -> Option<i32> {
    text.parse::<NaiveDate>().ok().map(days_of)
}

/// A sale at the class's grade and the period's carbonate: its price in proportion to the two netbacks.
fn dot(product: &ProductBands, class: &str, sale: &PricedSale, lang: Lang) -> Option<Dot> {
    let (price, netback, dry_kg) = (sale.dry_fen_per_t?, sale.netback_fen_per_t?, sale.dry_kg?);
    let period = product.periods.iter().find(|p| p.period == sale.period)?;
    let class_netback = class_price(period, class)?.netback_fen_per_t?;
    if netback <= 0 {
        return None;
    }
    let moved = (i128::from(price) * i128::from(class_netback) + i128::from(netback) / 2).div_euclid(i128::from(netback));
    let excluded = (sale.code != "OK").then(|| words::code(&sale.code).get(lang).to_owned());
    let money = i64::try_from(moved).ok()?;
    let unit = if lang == Lang::Zh { "元/干吨" } else { "yuan/t dry" };
    let whole = yuan((money + 50).div_euclid(100) * 100);
    let mut says = format!("{} {} → {} · {whole} {unit}", sale.date, sale.seller, sale.buyer);
    if let Some(reason) = &excluded {
        says.push_str(" · ");
        says.push_str(reason);
    }
    Some(Dot { day: day(&sale.date)?, fen_per_t: money, dry_kg, excluded, says })
}

fn output_of(contents: &Contents, chart: &ChartInfo, lang: Lang) -> Output {
    let year: i32 = chart.about.parse().unwrap_or_default();
    let mines = contents.output.iter().filter(|o| o.year == year);
    let mut bars: Vec<Bar> = Vec::new();
    let mut without_scale = Vec::new();
    for mine in mines {
        match mine.approved_kg.filter(|kg| *kg > 0) {
            Some(approved_kg) => bars.push(bar(mine, approved_kg, &contents.findings)),
            None if mine.dispatched_kg > 0 => without_scale.push((mine.name.clone(), mine.dispatched_kg)),
            None => {}
        }
    }
    bars.sort_by(|a, b| share_ppm(b).cmp(&share_ppm(a)).then_with(|| a.name.cmp(&b.name)));
    without_scale.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Output { title: chart.title.get(lang).to_owned(), bars: gathered(bars, lang), without_scale: gathered_names(without_scale, lang) }
}

fn bar(mine: &MineOutput, approved_kg: i64, findings: &[Finding]) -> Bar {
    let flagged = over_scale_of_year(findings, mine).next().is_some();
    let worst = mine.dispatched_kg.max(mine.declared_kg.unwrap_or(0));
    let state = match (flagged, worst > approved_kg) {
        (true, _) => State::Flagged,
        (false, true) => State::Above,
        (false, false) => State::Within,
    };
    Bar { name: mine.name.clone(), approved_kg, declared_kg: mine.declared_kg, dispatched_kg: mine.dispatched_kg, state }
}

/// Findings that say that the mine was over scale in its year as a whole.
pub(super) fn over_scale_of_year<'a>(findings: &'a [Finding], mine: &MineOutput) -> impl Iterator<Item = &'a Finding> {
    let (year, site) = (mine.year.to_string(), mine.site_id.clone());
    findings.iter().filter(move |f| f.rule.starts_with("over-scale-") && f.subject == site && f.period == year)
}

fn share_ppm(bar: &Bar) -> i128 {
    i128::from(bar.dispatched_kg.max(bar.declared_kg.unwrap_or(0))) * 1_000_000 / i128::from(bar.approved_kg.max(1))
}

/// The mines beyond [`MOST_BARS`] as one bar; a flagged mine is never gathered.
fn gathered(bars: Vec<Bar>, lang: Lang) -> Vec<Bar> {
    if bars.len() <= MOST_BARS {
        return bars;
    }
    let (mut shown, rest): (Vec<_>, Vec<_>) =
        bars.into_iter().enumerate().partition(|(i, bar)| *i < MOST_BARS - 1 || bar.state != State::Within);
    let rest: Vec<Bar> = rest.into_iter().map(|(_, bar)| bar).collect();
    let name = match lang {
        Lang::Zh => format!("其余 {} 座矿合计", rest.len()),
        Lang::En => format!("{} other mines", rest.len()),
    };
    let sum = Bar {
        name,
        approved_kg: rest.iter().map(|b| b.approved_kg).sum(),
        declared_kg: rest.iter().filter_map(|b| b.declared_kg).reduce(|a, b| a + b),
        dispatched_kg: rest.iter().map(|b| b.dispatched_kg).sum(),
        state: State::Within,
    };
    shown.push((usize::MAX, sum));
    shown.into_iter().map(|(_, bar)| bar).collect()
}

fn gathered_names(mut names: Vec<(String, i64)>, lang: Lang) -> Vec<(String, i64)> {
    const MOST_NAMES: usize = 12;
    if names.len() > MOST_NAMES {
        let rest = names.split_off(MOST_NAMES - 1);
        let name = match lang {
            Lang::Zh => format!("其余 {} 处合计", rest.len()),
            Lang::En => format!("{} others", rest.len()),
        };
        names.push((name, rest.iter().map(|(_, kg)| kg).sum()));
    }
    names
}
