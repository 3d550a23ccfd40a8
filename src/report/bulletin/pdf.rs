//! How does the bulletin become a PDF? Set by typst from a template that reads text as values, never as markup.

use super::compose;
use super::faces::{Faces, covered};
use super::paper::{Align, Block, Cell, Column, Paper, TEXT_WIDTH, Table};
use super::world::{Desk, system};
use crate::price::bulletin::Bulletin;
use crate::report::ReportError;
use crate::text::Lang;
use chrono::Datelike;
use serde_json::{Value, json};
use typst::foundations::Smart;
use typst::layout::{Frame, FrameItem, Point};
use typst_kit::fonts::FontStore;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

const TEMPLATE: &str = include_str!("bulletin.typ");

/// Stack of a typesetter's thread.
const STACK_BYTES: usize = 32 << 20;

/// Sizes of type in tenths of a millimetre: title, text, table, and the long texts of a table (22, 16, 10.5 and 9 pt).
const TITLE_SIZE: u32 = 78;
const TEXT_SIZE: u32 = 57;
const TABLE_SIZE: u32 = 37;
const FINE_SIZE: u32 = 32;

/// Room for a word of the text: its width less the indent.
const ROOM: u32 = TEXT_WIDTH - 120;

/// What a cell keeps free at its sides.
const INSET: u32 = 22;

/// Compilations of which the typesetter's memory is kept.
const KEPT: usize = 4;

/// The bulletin as a tagged PDF/A-2a (with the rules of PDF/UA-1), the same bytes each time.
///
/// # Errors
/// [`ReportError::NoChineseFont`] if the system has no Chinese font; [`ReportError::Document`] if the document can't be set.
pub fn pdf(bulletin: &Bulletin, lang: Lang) -> Result<Vec<u8>, ReportError> {
    let paper = compose::paper(bulletin, lang);
    deep(|| archived_or_plain(&document(&paper, system())?, &paper.identity, &paper.program).map_err(failed))
}

/// The text of each page of the PDF, a line a run of type, in the order in which it is set: what a search in the PDF finds.
///
/// # Errors
/// As for [`pdf`].
pub fn pdf_text(bulletin: &Bulletin, lang: Lang) -> Result<Vec<String>, ReportError> {
    let paper = compose::paper(bulletin, lang);
    deep(|| Ok(document(&paper, system())?.pages().iter().map(|page| runs(&page.frame).join("\n")).collect()))
}

pub(super) fn failed(why: String) -> ReportError {
    ReportError::Document { format: "PDF", why }
}

/// On a stack of its own: the typesetter recurses with what it sets.
pub(super) fn deep<T: Send>(set: impl FnOnce() -> Result<T, ReportError> + Send) -> Result<T, ReportError> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, set);
        thread.map_err(|e| failed(e.to_string()))?.join().map_err(|_| failed("the thread stopped".to_owned()))?
    })
}

/// Runs of type in a frame.
pub(super) fn runs(frame: &Frame) -> Vec<String> {
    let mut all = Vec::new();
    each_run(frame, Point::zero(), &mut |_, run| all.push(run.text.to_string()));
    all
}

/// Calls for every run of type with its place on the page; turned groups (the ground of a draft) have the place of their origin.
fn each_run(frame: &Frame, at: Point, call: &mut impl FnMut(Point, &typst::text::TextItem)) {
    for (place, item) in frame.items() {
        match item {
            FrameItem::Group(group) => each_run(&group.frame, at + *place, call),
            FrameItem::Text(run) => call(at + *place, run),
            _ => {}
        }
    }
}

fn document(paper: &Paper, fonts: &FontStore) -> Result<PagedDocument, ReportError> {
    let faces = Faces::of(fonts.book()).ok_or(ReportError::NoChineseFont)?;
    let values = covered(values(paper, &faces), fonts.book());
    let files = vec![("paper.json".to_owned(), serde_json::to_vec(&values)?)];
    let desk = Desk::new(("bulletin.typ", TEMPLATE), files, fonts).map_err(failed)?;
    let set = typst::compile::<PagedDocument>(&desk);
    typst::comemo::evict(KEPT);
    set.output.map_err(|errors| failed(said(&errors)))
}

/// As an archive takes it; as plain tagged PDF if a rule of the archive can't be kept: where letters and marks from different
/// fonts would have to make one sign.
pub(super) fn archived_or_plain(document: &PagedDocument, identity: &str, program: &str) -> Result<Vec<u8>, String> {
    archived(document, identity, program).or_else(|why| {
        tracing::warn!("no PDF/A-2a: {why}");
        typst_pdf::pdf(document, &options(identity, program, PdfStandards::default())).map_err(|e| said(&e))
    })
}

/// PDF/A-2a for the archive, PDF/UA-1 for those who hear it.
fn archived(document: &PagedDocument, identity: &str, program: &str) -> Result<Vec<u8>, String> {
    let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1]).map_err(|e| e.message().to_string())?;
    typst_pdf::pdf(document, &options(identity, program, standards)).map_err(|e| said(&e))
}

fn options(identity: &str, program: &str, standards: PdfStandards) -> PdfOptions {
    PdfOptions {
        ident: Smart::Custom(identity.to_owned()),
        creator: Smart::Custom(Some(format!("Lepid {program}"))),
        standards,
        ..PdfOptions::default()
    }
}

pub(super) fn said(errors: &[typst::diag::SourceDiagnostic]) -> String {
    errors.iter().map(|e| e.message.as_str()).collect::<Vec<_>>().join("; ")
}

/// What the template reads.
fn values(paper: &Paper, faces: &Faces) -> Value {
    json!({
        "lang": if paper.lang == Lang::Zh { "zh" } else { "en" },
        "fonts": faces.values(paper.lang),
        "draft": paper.draft.as_ref().map(|d| json!({ "word": d.word, "line": d.line })),
        "name": paper.title,
        "title": loose(&paper.title, TITLE_SIZE, ROOM),
        "number": paper.number.as_ref().map(|n| loose(n, TEXT_SIZE, ROOM)),
        "force": loose(&paper.force, TEXT_SIZE, ROOM),
        "correction": paper.correction.as_ref().map(|c| loose(c, TEXT_SIZE, ROOM)),
        "body": paper.body.iter().map(block).collect::<Vec<_>>(),
        "see": paper.see_annex,
        "author": paper.issuer,
        "issuer": loose(&paper.issuer, TEXT_SIZE, ROOM),
        "date": loose(&paper.date, TEXT_SIZE, ROOM),
        "day": paper.day.map(|d| json!([d.year(), d.month(), d.day()])),
        "annex": {
            "label": paper.annex.label,
            "title": paper.annex.title,
            "blocks": paper.annex.blocks.iter().map(block).collect::<Vec<_>>(),
        },
    })
}

fn block(block: &Block) -> Value {
    match block {
        Block::Heading(text) => json!({ "kind": "heading", "text": text }),
        Block::Paragraph(text) => json!({ "kind": "paragraph", "text": loose(text, TEXT_SIZE, ROOM) }),
        Block::Table(table) => table_values(table),
    }
}

fn table_values(table: &Table) -> Value {
    let align = |align| match align {
        Align::Left => "left",
        Align::Centre => "centre",
        Align::Right => "right",
    };
    let cell = |(cell, column): (&Cell, &Column)| {
        let lines = cell.lines().into_iter();
        match (cell, column.align) {
            // A long word would leave its column.
            (Cell::Text(_), Align::Left) => {
                let size = if column.fine { FINE_SIZE } else { TABLE_SIZE };
                lines.map(|line| loose(&line, size, column.width.saturating_sub(INSET))).collect::<Vec<_>>()
            }
            _ => lines.collect(),
        }
    };
    let row = |row: &Vec<Cell>| row.iter().zip(&table.columns).map(cell).collect::<Vec<_>>();
    json!({
        "kind": "table",
        "caption": loose(&table.caption, TEXT_SIZE, ROOM),
        "widths": table.columns.iter().map(|c| c.width).collect::<Vec<_>>(),
        "aligns": table.columns.iter().map(|c| align(c.align)).collect::<Vec<_>>(),
        "fine": table.columns.iter().map(|c| c.fine).collect::<Vec<_>>(),
        "heads": table.columns.iter().map(|c| &c.head).collect::<Vec<_>>(),
        "rows": table.rows.iter().map(row).collect::<Vec<_>>(),
        "notes": table.notes,
    })
}

/// Text whose words fit into `room` at this `size` of type (tenths of a millimetre): a longer one gets places to break. Chinese
/// breaks anywhere by itself, and a word that fits stays whole.
fn loose(text: &str, size: u32, room: u32) -> String {
    const BREAK: char = '\u{200B}';
    let ends = |c: char| c == ' ' || c == '-' || c > '\u{2E80}';
    let mut loose = String::with_capacity(text.len());
    for word in text.split_inclusive(ends) {
        let wide: u32 = word.chars().map(|c| hundredths(c) * size / 100).sum();
        if wide <= room {
            loose.push_str(word);
            continue;
        }
        let mut piece = 0;
        for c in word.chars() {
            piece += hundredths(c) * size / 100;
            // Quarters of a line: little of one is lost where it breaks.
            if piece > room / 4 {
                loose.push(BREAK);
                piece = hundredths(c) * size / 100;
            }
            loose.push(c);
        }
    }
    loose
}

/// Width of a character in hundredths of the size of type, never too small.
const fn hundredths(c: char) -> u32 {
    match c {
        'm' | 'w' | 'A'..='L' | 'N'..='V' | 'X'..='Z' => 88,
        'a'..='z' | '0'..='9' | ' ' | '.' | ',' | ':' | ';' | '/' | '-' | '_' => 57,
        _ => 105,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn without_a_chinese_font_there_is_an_error_that_says_what_to_install() {
        let paper = compose::paper(&sample(), Lang::Zh);
        let error = document(&paper, &FontStore::new()).err().map(|e| e.to_string()).unwrap_or_default();
        assert!(error.contains("fonts-noto-cjk") && error.contains("中文字体") && error.contains("Chinese font"), "{error}");
    }

    #[test]
    fn a_long_word_gets_places_to_break_and_no_others() {
        // Four letters of 5.7 take 22.8: a word of five gets them one by one, a word of four stays.
        assert_eq!(loose("abcde fghi", 10, 26), "a\u{200B}b\u{200B}c\u{200B}d\u{200B}e\u{200B} fghi");
        assert_eq!(loose("锂云母精矿2.5%", 10, 200), "锂云母精矿2.5%");
        let hash = "0123456789abcdef".repeat(4);
        assert_eq!(loose(&hash, FINE_SIZE, 1240 - INSET), hash);
    }

    /// Runs of type that reach beyond the text's width, to the right of the text or to the left.
    fn outside(document: &PagedDocument) -> Vec<String> {
        let mut out = Vec::new();
        for page in document.pages() {
            each_run(&page.frame, Point::zero(), &mut |at, run| {
                // The last sign carries the space that a justified line gives it: no ink.
                let slack = run.glyphs.last().map_or(0.0, |g| (g.x_advance.at(run.size) - run.size).to_mm().max(0.0));
                let (left, right) = (at.x.to_mm(), at.x.to_mm() + run.width().to_mm() - slack);
                let ground = run.size.to_pt() > 100.0;
                // Punctuation may hang half a character outside.
                if !ground && (left < 28.0 - 3.0 || right > 210.0 - 26.0 + 3.0) {
                    out.push(format!("{left:.1}–{right:.1} mm: {}", run.text));
                }
            });
        }
        out
    }

    fn set(bulletin: &Bulletin, lang: Lang) -> PagedDocument {
        deep(|| document(&compose::paper(bulletin, lang), system())).unwrap()
    }

    #[test]
    fn the_text_of_a_page_stays_between_its_margins() {
        for lang in [Lang::Zh, Lang::En] {
            assert_eq!(outside(&set(&sample(), lang)), Vec::<String>::new());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 5, max_shrink_iters: 8, ..ProptestConfig::default() })]

        #[test]
        fn a_word_from_data_stays_between_the_margins_and_an_archive_takes_it(word in "[A-Za-z0-9_/.]{30,200}", chinese in "[锂价云母一二三]{0,80}") {
            let mut bulletin = sample();
            let text = format!("{word}{chinese}");
            let said = crate::text::Said::new(text.clone(), text.clone());
            (bulletin.title, bulletin.notice, bulletin.issuer) = (said.clone(), said.clone(), text.clone());
            if let Some(corrects) = &mut bulletin.corrects {
                (corrects.number, corrects.reason) = (text.clone(), text.clone());
            }
            bulletin.method = vec![said.clone()];
            for product in &mut bulletin.products {
                product.title = said.clone();
                product.excluded.insert(text.clone(), Some(7));
                for class in &mut product.classes {
                    class.reason = said.clone();
                }
            }
            let (paper, document) = (compose::paper(&bulletin, Lang::Zh), set(&bulletin, Lang::Zh));
            prop_assert_eq!(outside(&document), Vec::<String>::new());
            let archive = archived(&document, &paper.identity, &paper.program);
            prop_assert!(archive.is_ok(), "{:?}", archive.err());
        }
    }
}
