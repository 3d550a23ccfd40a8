//! How does the ledger of cases look on a screen and printed? One page without scripts or requests; on paper A4 across.

use super::columns::{COLUMNS, WIDTH};
use super::{LEAD, Sheet, TITLE};
use crate::cases::Case;
use crate::text::Lang;
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// The ledger as one HTML page.
#[must_use]
pub fn html(sheet: &Sheet<'_>) -> String {
    let (lang, title) = (sheet.lang, TITLE.get(sheet.lang));
    html! {
        (DOCTYPE)
        html lang=(if lang == Lang::Zh { "zh-CN" } else { "en" }) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(include_str!("cases.css"))) }
            }
            body {
                main {
                    header { h1 { (title) } p { (sheet.subtitle()) } }
                    (table(sheet, title))
                    footer { p { (LEAD.get(lang)) } }
                }
            }
        }
    }
    .into_string()
}

fn table(sheet: &Sheet<'_>, title: &str) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(title) {
            table {
                colgroup { @for column in &COLUMNS { col style=(share(column.width)); } }
                thead { tr { @for column in &COLUMNS { th scope="col" { (column.header.get(sheet.lang)) } } } }
                tbody {
                    @for (number, case) in (1..).zip(sheet.cases) { (row(number, case, sheet)) }
                    @if sheet.cases.is_empty() {
                        tr { td.c colspan=(COLUMNS.len()) { (if sheet.lang == Lang::Zh { "没有问题" } else { "no cases" }) } }
                    }
                }
            }
        }
    }
}

fn row(number: usize, case: &Case, sheet: &Sheet<'_>) -> Markup {
    html! {
        tr.late[case.is_overdue(sheet.today)].done[!case.state.is_open()] {
            @for column in &COLUMNS {
                td.c[column.middle] {
                    @for (at, line) in (column.cell)(number, case, sheet).lines().enumerate() { @if at > 0 { br; } (line) }
                }
            }
        }
    }
}

/// The width of a column in hundredths of a per cent of the table's.
fn share(width: u32) -> String {
    let hundredths = u64::from(width) * 10_000 / u64::from(WIDTH);
    format!("width:{}.{:02}%", hundredths / 100, hundredths % 100)
}
