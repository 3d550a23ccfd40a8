//! How does a dossier look on a screen? One page without scripts or requests; printed it is readable on A4.

use super::sheet::{Block, Section, Sheet, Table};
use crate::report::page::document;
use crate::text::{Lang, Said};
use maud::{Markup, PreEscaped, html};

/// The dossier as one HTML page.
#[must_use]
pub fn html(sheet: &Sheet) -> String {
    let title = Said::new(format!("{} · {}", sheet.title, sheet.kicker), format!("{} · {}", sheet.title, sheet.kicker));
    let body = html! {
        header {
            p.meta { (sheet.kicker) }
            h1 { (sheet.title) }
            (facts(&sheet.facts))
            @for warning in &sheet.warnings { p.note role="note" { (warning) } }
            div.cards { @for (what, value, level) in &sheet.key {
                div.card { div.what { (what) } div class=(format!("big {level}").trim()) { (value) } }
            } }
            nav aria-label=(if sheet.lang == Lang::Zh { "目录" } else { "contents" }) {
                @for s in &sheet.sections { a href=(format!("#{}", s.id)) { (s.title) } " " }
            }
        }
        main { @for s in &sheet.sections { (section(s)) } }
        footer { p { (sheet.foot) } }
    };
    document(&title, &body, sheet.lang)
}

/// Facts as a list of names and values.
fn facts(facts: &[(String, String)]) -> Markup {
    html! { dl.facts { @for (name, value) in facts { dt { (name) } dd { (value) } } } }
}

/// A section with its blocks, for this page and for pages that stand around it.
fn section(section: &Section) -> Markup {
    html! {
        section id=(section.id) {
            h2 { (section.title) }
            @for block in &section.blocks {
                @match block {
                    Block::Text(text) => p { (text) },
                    Block::Table(table) => (draw(table)),
                    Block::Picture(title, svg) => figure {
                        figcaption { (title) }
                        div.pic tabindex="0" role="group" aria-label=(title) { (PreEscaped(svg)) }
                    },
                }
            }
        }
    }
}

fn draw(table: &Table) -> Markup {
    let class = |number: bool, wide: bool| match (number, wide) {
        (true, _) => Some("n"),
        (false, true) => Some("says"),
        (false, false) => None,
    };
    // Long texts keep room on a phone, where the table scrolls.
    let wide = |at: usize| {
        table.columns.get(at).is_some_and(|c| !c.number) && table.rows.iter().filter_map(|r| r.get(at)).any(|c| c.chars().count() > 28)
    };
    let last = table.rows.len().saturating_sub(1);
    html! {
        div.scroll tabindex="0" role="region" aria-label=(table.caption) {
            table {
                caption { (table.caption) }
                thead { tr { @for c in &table.columns { th scope="col" class=[c.number.then_some("n")] { (c.head) } } } }
                tbody { @for (at, row) in table.rows.iter().enumerate() {
                    tr style=[(table.summed && at == last).then_some("font-weight:700")] {
                        @for (at, (cell, column)) in row.iter().zip(&table.columns).enumerate() {
                            @if at == 0 && !wide(0) { th scope="row" class=[column.number.then_some("n")] { (cell) } }
                            @else { td class=[class(column.number, wide(at))] { (cell) } }
                        }
                    }
                } }
            }
        }
        @if let Some(note) = &table.note { p.meta { (note) } }
    }
}
