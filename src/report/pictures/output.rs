//! What is in the picture of output against licence?

use crate::balance::MineOutput;
use crate::chart::output::{Bar, Output, State};
use crate::report::contents::{ChartInfo, Contents};
use crate::rules::finding::Finding;
use crate::text::Lang;

/// More mines than these are gathered, the least used first.
const MOST_BARS: usize = 40;

pub(super) fn output_of(contents: &Contents, chart: &ChartInfo, lang: Lang) -> Output {
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
pub(in crate::report) fn over_scale_of_year<'a>(findings: &'a [Finding], mine: &MineOutput) -> impl Iterator<Item = &'a Finding> {
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
