//! How does a dossier become a PDF? Set by typst on A4 from a template that reads text as values, never as markup.

use super::sheet::{Block, Sheet, Table};
use crate::report::ReportError;
use crate::report::bulletin::typeset::{self, Piece};
use crate::text::Lang;
use chrono::{Datelike, NaiveDate};
use serde_json::{Value, json};

const TEMPLATE: &str = include_str!("dossier.typ");

/// The dossier as a tagged PDF/A-2a where that can be, the same bytes each time.
///
/// # Errors
/// [`ReportError::NoChineseFont`] if the system has no Chinese font; [`ReportError::Document`] if the document can't be set.
pub fn pdf(sheet: &Sheet) -> Result<Vec<u8>, ReportError> {
    typeset::pdf(&piece(sheet))
}

/// The text of each page of the PDF, a line a run of type: what a search in it finds.
///
/// # Errors
/// As for [`pdf`].
pub fn pdf_text(sheet: &Sheet) -> Result<Vec<String>, ReportError> {
    typeset::text(&piece(sheet))
}

fn piece(sheet: &Sheet) -> Piece<'_> {
    let mut files = Vec::new();
    let values = values(sheet, &mut files);
    Piece { template: ("dossier.typ", TEMPLATE), values, files, lang: sheet.lang, identity: &sheet.identity }
}

/// What the template reads; pictures are files beside it.
fn values(sheet: &Sheet, pictures: &mut Vec<(String, Vec<u8>)>) -> Value {
    json!({
        "lang": if sheet.lang == Lang::Zh { "zh" } else { "en" },
        "title": sheet.title,
        "kicker": sheet.kicker,
        "warnings": sheet.warnings,
        "facts": sheet.facts,
        "key": sheet.key,
        "day": sheet.day.as_deref().and_then(|day| day.parse::<NaiveDate>().ok()).map(|d| json!([d.year(), d.month(), d.day()])),
        "foot": sheet.foot,
        "sections": sheet.sections.iter().map(|s| json!({
            "title": s.title,
            "blocks": s.blocks.iter().map(|b| block(b, pictures)).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}

fn block(block: &Block, pictures: &mut Vec<(String, Vec<u8>)>) -> Value {
    match block {
        Block::Text(text) => json!({ "kind": "text", "text": loose(text) }),
        Block::Table(table) => table_values(table),
        Block::Picture(title, svg) => {
            let file = format!("picture-{}.svg", pictures.len());
            pictures.push((file.clone(), plain(svg).into_bytes()));
            json!({ "kind": "picture", "file": file, "title": title })
        }
    }
}

fn table_values(table: &Table) -> Value {
    json!({
        "kind": "table",
        "caption": table.caption,
        "widths": table.columns.iter().map(|c| c.width).collect::<Vec<_>>(),
        "numbers": table.columns.iter().map(|c| c.number).collect::<Vec<_>>(),
        "heads": table.columns.iter().map(|c| &c.head).collect::<Vec<_>>(),
        "rows": table.rows.iter().map(|row| row.iter().map(|c| loose(c)).collect::<Vec<_>>()).collect::<Vec<_>>(),
        "summed": table.summed,
        "note": table.note.as_deref().map(loose),
    })
}

/// Long words (hashes, licence numbers) may break anywhere: a column is never left.
fn loose(text: &str) -> String {
    const LONGEST: usize = 16;
    let (mut loose, mut run) = (String::with_capacity(text.len()), 0);
    for c in text.chars() {
        run = if c.is_ascii_alphanumeric() { run + 1 } else { 0 };
        loose.push(c);
        if run >= LONGEST {
            loose.push('\u{200B}');
        }
    }
    loose
}

/// A picture for paper: without the dark variant and what a pointer shows, its fonts said as an attribute.
fn plain(svg: &str) -> String {
    let mut text = svg.to_owned();
    while let Some((from, rest)) = text.find("<style>").and_then(|from| Some((from, text.get(from..)?.find("</style>")?))) {
        text.replace_range(from..from + rest + "</style>".len(), "");
    }
    text = text.lines().filter(|line| !line.contains("fill=\"transparent\"")).collect::<Vec<_>>().join("\n");
    text.replacen("<svg ", "<svg font-family=\"Noto Sans CJK SC, Microsoft YaHei, SimHei, Source Han Sans SC, sans-serif\" ", 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_for_paper_has_no_style_sheet_and_nothing_to_point_at() {
        let svg = "<svg xmlns=\"x\">\n<style>a{}</style>\n<rect fill=\"transparent\"><title>t</title></rect>\n<text>矿</text>\n</svg>";
        assert_eq!(
            plain(svg),
            "<svg font-family=\"Noto Sans CJK SC, Microsoft YaHei, SimHei, Source Han Sans SC, sans-serif\" xmlns=\"x\">\n\n<text>矿</text>\n</svg>"
        );
    }

    #[test]
    fn a_long_word_may_break_and_a_short_one_not() {
        assert_eq!(loose("2023-06-05 矿 abc"), "2023-06-05 矿 abc");
        assert_eq!(loose(&"a".repeat(18)), format!("{}\u{200B}a\u{200B}a\u{200B}", "a".repeat(16)));
    }
}
