//! What did the mines put out, against what licence, and where did the ore go?

use super::{Pictures, bi, cell, table};
use crate::balance::{Flow, MineOutput};
use crate::chart::number::{grouped, percent, whole_tonnes};
use crate::report::contents::Contents;
use crate::report::pictures::over_scale_of_year;
use crate::report::words;
use crate::text::{Lang, Said};
use maud::{Markup, html};
use std::collections::{BTreeMap, BTreeSet};

/// So many flows are shown; the rest is one row.
const MOST_FLOWS: usize = 25;

pub(super) fn section(contents: &Contents, pictures: &Pictures, lang: Lang) -> Markup {
    let years: BTreeSet<i32> = contents.output.iter().map(|o| o.year).collect();
    html! {
        section.sheet id="output" {
            h2 { (bi("产量与来源", "Output and origin", lang)) }
            @if years.is_empty() { p { (bi("没有原矿产量记录。", "No output of raw ore on record.", lang)) } }
            @for year in years {
                @for figure in pictures.of("output", |about| about == year.to_string()) { (figure) }
                (of_year(contents, year, lang))
            }
            @for figure in pictures.of("origin", |_| true) { (figure) }
            (flows(contents, lang))
        }
    }
}

fn of_year(contents: &Contents, year: i32, lang: Lang) -> Markup {
    let heads = [
        ("矿山", "mine", false),
        ("类型", "kind", false),
        ("县市区", "county", false),
        ("核定规模", "approved", true),
        ("申报产量", "declared", true),
        ("过磅发运", "tickets out", true),
        ("较大者占规模", "larger of scale", true),
        ("有记录月数", "months", true),
        ("年度线索", "findings of the year", false),
    ];
    let mut mines: Vec<&MineOutput> = contents.output.iter().filter(|o| o.year == year).collect();
    mines.sort_by(|a, b| rank(b).cmp(&rank(a)).then_with(|| a.site_id.cmp(&b.site_id)));
    let rows = html! { @for mine in mines {
        @let flagged: Vec<&str> = over_scale_of_year(&contents.findings, mine).map(|f| f.title.get(lang)).collect();
        @let worst = mine.dispatched_kg.max(mine.declared_kg.unwrap_or(0));
        tr {
            th scope="row" { (mine.name) span class="alt block" { (mine.site_id) } }
            td.nb { (words::kind(Some(&mine.kind)).get(lang)) }
            td { (mine.county.as_deref().unwrap_or("—")) }
            (cell(mine.approved_kg.map(whole_tonnes)))
            (cell(mine.declared_kg.map(whole_tonnes)))
            td.n { (whole_tonnes(mine.dispatched_kg)) }
            (cell(mine.approved_kg.and_then(|kg| percent(worst, kg))))
            td.n { (mine.months.len()) }
            td class=[(!flagged.is_empty()).then_some("high")] { @if flagged.is_empty() { "—" } @else { (flagged.join("；")) } }
        }
    } };
    let caption = Said::new(format!("{year} 年产量与核定规模（湿吨）"), format!("Output and approved scale, {year} (wet tonnes)"));
    table(&caption, lang, &heads, &rows)
}

/// Largest share first; those without a scale last, largest first.
fn rank(mine: &MineOutput) -> (bool, i128) {
    let worst = i128::from(mine.dispatched_kg.max(mine.declared_kg.unwrap_or(0)));
    match mine.approved_kg.filter(|kg| *kg > 0) {
        Some(approved) => (true, worst * 1_000_000 / i128::from(approved)),
        None => (false, worst),
    }
}

/// A leg over all months.
#[derive(Default)]
struct Leg {
    net_kg: i64,
    tickets: u64,
}

type Ends<'a> = (&'a str, &'a str, Option<&'a str>, Option<&'a str>, &'a str);

fn ends(flow: &Flow) -> Ends<'_> {
    (&flow.product, &flow.origin_name, flow.origin_site.as_deref(), flow.origin_kind.as_deref(), &flow.destination_name)
}

fn flows(contents: &Contents, lang: Lang) -> Markup {
    let mut legs: BTreeMap<Ends<'_>, Leg> = BTreeMap::new();
    for flow in &contents.flows {
        let leg = legs.entry(ends(flow)).or_default();
        leg.net_kg += flow.net_kg;
        leg.tickets += flow.tickets;
    }
    let mut legs: Vec<(Ends<'_>, Leg)> = legs.into_iter().collect();
    // Stable: legs of the same mass stay in the order of their names.
    legs.sort_by_key(|(_, leg)| std::cmp::Reverse(leg.net_kg));
    let rest = legs.split_off(legs.len().min(MOST_FLOWS));
    let heads = [
        ("产品", "product", false),
        ("发货地", "origin", false),
        ("发货地类型", "kind of origin", false),
        ("收货地", "destination", false),
        ("净重（湿吨）", "net, wet t", true),
        ("磅单", "tickets", true),
    ];
    let rows = html! {
        @for ((product, origin, _, kind, destination), leg) in &legs { tr {
            td { (words::product(product).get(lang)) }
            th scope="row" { (origin) }
            td class=[kind.is_none().then_some("high")] { (words::kind(*kind).get(lang)) }
            td { (destination) }
            td.n { (whole_tonnes(leg.net_kg)) }
            td.n { (count(leg.tickets)) }
        } }
        @if !rest.is_empty() { tr {
            td colspan="4" { (bi(&format!("其余 {} 条流向，见 flows.json", rest.len()), &format!("{} other flows, see flows.json", rest.len()), lang)) }
            td.n { (whole_tonnes(rest.iter().map(|(_, leg)| leg.net_kg).sum())) }
            td.n { (count(rest.iter().map(|(_, leg)| leg.tickets).sum())) }
        } }
    };
    table(&Said::new("流向（全部月份合计，数量最大者）", "Flows (all months together, the largest)"), lang, &heads, &rows)
}

fn count(number: u64) -> String {
    grouped(i64::try_from(number).unwrap_or(i64::MAX))
}
