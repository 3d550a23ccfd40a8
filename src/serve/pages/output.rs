//! `/output`: what did each mine put out against its licence?

use super::bullet::{bullet, legend};
use super::{page, parts};
use crate::balance::MineOutput;
use crate::rules::finding::Finding;
use crate::serve::AppState;
use crate::serve::asked::{Asked, under};
use crate::serve::numbers::{self, NOTHING};
use crate::serve::params::within;
use crate::serve::problem::Problem;
use crate::serve::state::Run;
use crate::serve::words;
use crate::text::Text;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};
use std::collections::BTreeSet;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/output", get(show))
}

async fn show(asked: Asked) -> Response {
    asked.page(|run, asked| {
        let title = asked.say("产量与许可规模", "Output against licence");
        let years: BTreeSet<i32> = run.contents.output.iter().map(|o| o.year).collect();
        let year = year(asked, &years)?;
        let mines: Vec<&MineOutput> = run.contents.output.iter().filter(|o| Some(o.year) == year).collect();
        let pictures = run
            .contents
            .charts
            .iter()
            .filter(|c| c.kind == "origin" || c.kind == "output" && year.is_none_or(|y| c.about == y.to_string()));
        let content = html! {
            div.head { h1 { (title) } p.unit { (asked.say("含锂瓷土原矿，湿吨，按自然年", "raw ore, wet tonnes, by calendar year")) } }
            (selector(asked, &years, year))
            @if mines.is_empty() { p { (asked.say("还没有产量记录。", "There are no records of output yet.")) } }
            @else { (legend(asked)) (table(asked, run, &mines)) }
            div.charts { @for chart in pictures {
                @if let Some(svg) = run.picture(&chart.file, asked.lang) { (parts::picture(chart, svg, asked)) }
            } }
        };
        Ok(page(asked, "/output", title, &content))
    })
}

/// The year of the address, or else the last with records.
fn year(asked: &Asked, years: &BTreeSet<i32>) -> Result<Option<i32>, Problem> {
    match asked.first("year") {
        None => Ok(years.last().copied()),
        Some(text) => match text.parse().ok().filter(|year| years.contains(year)) {
            Some(year) => Ok(Some(year)),
            None => Err(Problem::no_such(Text { zh: "年份", en: "year" }, text)),
        },
    }
}

fn selector(asked: &Asked, years: &BTreeSet<i32>, year: Option<i32>) -> Markup {
    html! {
        @if years.len() > 1 {
            nav.tabs aria-label=(asked.say("年份", "Year")) {
                @for y in years.iter().rev() {
                    a href=(asked.link("/output", &[("year", &y.to_string())])) aria-current=[(Some(*y) == year).then_some("page")] { (y) }
                }
            }
        }
    }
}

fn table(asked: &Asked, run: &Run, mines: &[&MineOutput]) -> Markup {
    let names = [
        asked.say("许可规模（吨）", "Approved (t)"),
        asked.say("申报（吨）", "Declared (t)"),
        asked.say("磅单（吨）", "Tickets (t)"),
        asked.say("申报占比", "Declared share"),
        asked.say("磅单占比", "Tickets share"),
    ];
    html! {
        table.cards.bars role="table" {
            thead role="rowgroup" { tr role="row" {
                th role="columnheader" scope="col" { (asked.say("矿山", "Mine")) }
                th role="columnheader" scope="col" { (asked.say("占许可规模（0–150%）", "Share of scale (0–150 %)")) }
                @for name in names { th.n role="columnheader" scope="col" { (name) } }
                th role="columnheader" scope="col" { (asked.say("线索", "Findings")) }
            } }
            tbody role="rowgroup" { @for o in mines { (row(asked, run, o, names)) } }
        }
    }
}

fn row(asked: &Asked, run: &Run, o: &MineOutput, names: [&str; 5]) -> Markup {
    let tonnes = |kg: Option<i64>| kg.map_or_else(|| NOTHING.to_owned(), numbers::tonnes);
    let share =
        |kg: Option<i64>| kg.zip(o.approved_kg).and_then(|(kg, all)| numbers::percent(kg, all)).unwrap_or_else(|| NOTHING.to_owned());
    let cells = [
        tonnes(o.approved_kg),
        tonnes(o.declared_kg),
        numbers::tonnes(o.dispatched_kg),
        share(o.declared_kg),
        share(Some(o.dispatched_kg)),
    ];
    html! {
        tr role="row" id=(o.site_id) {
            td.wide role="cell" {
                (parts::site_link(asked, &o.site_id, &o.name))
                span.says { (words::site_kind(&o.kind, asked.lang)) @if let Some(county) = &o.county { " · " (county) } }
            }
            td.graph role="cell" { (bullet(asked, o)) }
            @for (name, cell) in names.iter().zip(&cells) { td.n role="cell" data-label=(name) { (cell) } }
            td role="cell" data-label=(asked.say("线索", "Findings")) { (flags(asked, run, o)) }
        }
    }
}

/// What was found about the mine in the year: over-scale by name, the rest as a count.
fn flags(asked: &Asked, run: &Run, o: &MineOutput) -> Markup {
    let year = o.year.to_string();
    let found: Vec<&Finding> = run.findings_of_site(&o.site_id).filter(|f| within(&f.period, &year)).collect();
    let (scale, rest): (Vec<&Finding>, Vec<&Finding>) = found.into_iter().partition(|f| f.family == "over-scale" && f.period == year);
    html! {
        ul.plain.flags {
            @for f in scale {
                li { (parts::severity(asked, f.severity)) " " a href=(asked.link(&under("/findings", &f.id), &[])) { (f.title.get(asked.lang)) } }
            }
            @if !rest.is_empty() {
                li { a href=(asked.link("/findings", &[("subject", &o.site_id), ("month", &year)])) { (asked.say("其他", "others")) " " (rest.len()) } }
            }
        }
    }
}
