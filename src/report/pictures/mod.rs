//! Which pictures does a run have, and what is in them?

mod output;
mod price;

use super::contents::{ChartInfo, Contents};
use super::{origins, words};
use crate::chart;
use crate::chart::origin::Origin;
use crate::price::bands::{GradeClass, ProductBands};
use crate::records::product::ORE;
use crate::text::{Lang, Said};
pub(super) use output::over_scale_of_year;
pub use price::{grade_title, grades, influence, influence_title, waterfall, waterfall_title};
use std::collections::BTreeSet;

/// The pictures in the order in which they are shown, without drawing them.
#[must_use]
pub fn charts(contents: &Contents) -> Vec<ChartInfo> {
    let mut charts: Vec<ChartInfo> = contents.bands.iter().flat_map(of_product).collect();
    let years: BTreeSet<i32> = contents.output.iter().map(|o| o.year).collect();
    for year in years {
        let title = Said::new(format!("{year} 年各矿产量与核定规模"), format!("Output against licence, {year}"));
        charts.push(chart("output", &year.to_string(), &year.to_string(), title));
    }
    charts.push(chart("origin", ORE, ORE, Said::new("原矿来源（按月）", "Raw ore by origin and month")));
    charts
}

fn chart(kind: &str, file: &str, about: &str, title: Said) -> ChartInfo {
    ChartInfo { file: format!("charts/{kind}-{}.svg", file_word(file)), kind: kind.to_owned(), about: about.to_owned(), title }
}

/// The pictures of a product: the band of each class; price against carbonate, coverage, grades and sellers where there is something
/// to show; why the latest price moved, for each class that has evidence.
fn of_product(product: &ProductBands) -> Vec<ChartInfo> {
    let id = &product.product;
    let by_class =
        |kind: &str, class: &GradeClass, title: Said| chart(kind, &format!("{id}-{}", class.id), &format!("{id}/{}", class.id), title);
    let mut charts: Vec<ChartInfo> =
        shown_classes(product).into_iter().map(|class| by_class("band", class, price::band_title(product, class))).collect();
    let mut of_all = |kind: &str, title: Option<Said>| charts.extend(title.map(|title| chart(kind, id, id, title)));
    of_all("carbonate", price::compared(product).map(|_| price::carbonate_title(product)));
    of_all("coverage", product.periods.iter().any(|p| p.foretold > 0).then(|| price::coverage_title(product)));
    let Some(latest) = product.latest() else { return charts };
    of_all("grade", price::has_grades(product, latest).then(|| grade_title(product, latest)));
    of_all("influence", (!latest.trust.by_seller.is_empty()).then(|| influence_title(product, latest)));
    for class in product.classes.iter().filter(|class| product.has_evidence(&class.id)) {
        if latest.price(&class.id).is_some_and(|price| price.why.is_some()) {
            charts.push(by_class("waterfall", class, waterfall_title(product, latest, class)));
        }
    }
    charts
}

/// Every picture of `contents.charts` with its SVG.
#[must_use]
pub fn pictures(contents: &Contents, lang: Lang) -> Vec<(ChartInfo, String)> {
    contents.charts.iter().filter_map(|info| draw(contents, info, lang).map(|svg| (info.clone(), svg))).collect()
}

fn draw(contents: &Contents, info: &ChartInfo, lang: Lang) -> Option<String> {
    match info.kind.as_str() {
        "output" => return Some(chart::output::svg(&output::output_of(contents, info, lang), lang)),
        "origin" => {
            let months = origins::by_origin(&contents.flows, &contents.findings);
            return Some(chart::origin::svg(&Origin { title: info.title.get(lang).to_owned(), months }, lang));
        }
        _ => {}
    }
    let (id, class) = info.about.rsplit_once('/').unwrap_or((&info.about, ""));
    let product = contents.bands.iter().find(|b| b.product == id)?;
    let class = product.classes.iter().find(|c| c.id == class);
    match info.kind.as_str() {
        "band" => Some(price::band(product, class?, lang)),
        "carbonate" => price::carbonate(product, lang),
        "coverage" => Some(price::coverage(product, lang)),
        "grade" => Some(grades(product, product.latest()?, lang)),
        "influence" => Some(influence(product, product.latest()?, lang)),
        "waterfall" => waterfall(product, product.latest()?, class?, lang),
        _ => None,
    }
}

/// Classes with a price or a sale; the first one, saying that there is none, where no class has any.
fn shown_classes(product: &ProductBands) -> Vec<&GradeClass> {
    let priced = |class: &&GradeClass| {
        product.periods.iter().filter_map(|p| p.price(&class.id)).any(|c| c.guide_fen_per_t.is_some())
            || product.sales.iter().any(|s| s.class.as_deref() == Some(&class.id))
    };
    let shown: Vec<&GradeClass> = product.classes.iter().filter(priced).collect();
    if shown.is_empty() { product.classes.iter().take(1).collect() } else { shown }
}

/// A word that is safe in a file name.
fn file_word(word: &str) -> String {
    word.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' || c == '.' || c == '-' { c } else { '_' }).collect()
}
