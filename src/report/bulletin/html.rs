//! How does the bulletin look on a screen? One page without scripts or requests; printed it is the notice on A4.

use super::compose;
use super::paper::{Align, Block, Column, Paper, Table};
use crate::price::bulletin::Bulletin;
use crate::text::Lang;
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// The bulletin as one HTML page.
#[must_use]
pub fn html(bulletin: &Bulletin, lang: Lang) -> String {
    let paper = compose::paper(bulletin, lang);
    let code = if lang == Lang::Zh { "zh-CN" } else { "en" };
    html! {
        (DOCTYPE)
        html lang=(code) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (paper.title) @if let Some(number) = &paper.number { " " (number) } }
                style { (PreEscaped(include_str!("bulletin.css"))) }
            }
            body { (sheet(&paper)) }
        }
    }
    .into_string()
}

fn sheet(paper: &Paper) -> Markup {
    html! {
        main.draft[paper.draft.is_some()] {
            @if let Some(draft) = &paper.draft { p.banner role="note" { (draft.line) } }
            header {
                h1 { (paper.title) }
                @if let Some(number) = &paper.number { p.number { (number) } }
                p.force { (paper.force) }
            }
            @if let Some(correction) = &paper.correction { p.correction role="note" { (correction) } }
            @for block in &paper.body { (piece(block)) }
            p.see { (paper.see_annex) }
            div.signature { p { (paper.issuer) } p { (paper.date) } }
            section.annex {
                p.label { (paper.annex.label) }
                h2.centred { (paper.annex.title) }
                @for block in &paper.annex.blocks { (piece(block)) }
            }
        }
    }
}

fn piece(block: &Block) -> Markup {
    match block {
        Block::Heading(text) => html! { h2 { (text) } },
        Block::Paragraph(text) => html! { p { (text) } },
        Block::Table(table) => draw(table),
    }
}

fn draw(table: &Table) -> Markup {
    let class = |column: &Column| match (column.align, column.fine) {
        (_, true) => "l fine",
        (Align::Left, _) => "l",
        (Align::Centre, _) => "c",
        (Align::Right, _) => "r",
    };
    html! {
        figure {
            figcaption { (table.caption) }
            div.scroll tabindex="0" role="region" aria-label=(table.caption) {
            table aria-label=(table.caption) {
                colgroup { @for column in &table.columns { col style=(share(column.width)); } }
                thead { tr { @for column in &table.columns { th scope="col" { (column.head) } } } }
                tbody {
                    @for row in &table.rows {
                        tr {
                            @for (at, (cell, column)) in row.iter().zip(&table.columns).enumerate() {
                                @if at == 0 {
                                    th scope="row" class=(class(column)) { (lines(&cell.lines())) }
                                } @else {
                                    td class=(class(column)) { (lines(&cell.lines())) }
                                }
                            }
                        }
                    }
                }
            }
            }
            @for note in &table.notes { p.small { (note) } }
        }
    }
}

/// The width of a column in hundredths of the table's.
fn share(width: u32) -> String {
    let hundredths = u64::from(width) * 10_000 / u64::from(super::paper::TEXT_WIDTH);
    format!("width:{}.{:02}%", hundredths / 100, hundredths % 100)
}

fn lines(lines: &[String]) -> Markup {
    html! { @for (at, line) in lines.iter().enumerate() { @if at > 0 { br; } (line) } }
}
