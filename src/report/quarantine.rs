//! How do the rows in quarantine go back to the clerk who can put them right? As a workbook in their own columns.
//!
//! One sheet a table, and one more for each other header under which the table came: a column keeps its unit only under
//! its own heading. Bad cells are coloured and carry their hint; the column `quarantine_id` makes the corrected file,
//! ingested again, close these rows.

use crate::ingest::{EXPORT_COLUMNS, Fault};
use crate::records::Table;
use crate::text::{Lang, Said};
use polars::prelude::{DataFrame, PolarsResult};
use rust_xlsxwriter::{Color, Format, FormatAlign, Note, Workbook, Worksheet, XlsxError};
use serde::Serialize;
use std::collections::BTreeMap;

/// A row in quarantine, as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Held {
    /// Names the row; a corrected file brings it back.
    pub quarantine_id: String,
    /// Table of its sheet.
    pub table: String,
    /// File name.
    pub file: String,
    /// Sheet, if the file has sheets.
    pub sheet: Option<String>,
    /// Row as Excel shows it, from 1.
    pub row: i64,
    /// Header of the first bad cell, as written.
    pub column: String,
    /// That cell.
    pub value: String,
    /// What is wrong with it.
    pub code: String,
    /// What to do about it and about all others.
    pub hint: Said,
    /// All bad cells, from left to right.
    pub faults: Vec<Fault>,
    /// The row: header and cell.
    pub cells: Vec<(String, String)>,
}

/// The rows of [`crate::lake::open_rows`].
///
/// # Errors
/// If the frame has other columns.
pub fn held(open: &DataFrame) -> PolarsResult<Vec<Held>> {
    let rows = crate::engine::Rows::new(open);
    (0..open.height())
        .map(|row| {
            let text = |column: &str| Ok::<_, polars::error::PolarsError>(rows.text(column, row)?.unwrap_or_default());
            Ok(Held {
                quarantine_id: text("quarantine_id")?,
                table: text("table_name")?,
                file: text("source_file")?,
                sheet: rows.text("source_sheet", row)?,
                row: rows.integer("source_row", row)?.unwrap_or_default(),
                column: text("column_name")?,
                value: text("value")?,
                code: text("code")?,
                hint: Said::new(text("hint_zh")?, text("hint_en")?),
                faults: serde_json::from_str(&text("faults")?).unwrap_or_default(),
                cells: serde_json::from_str(&text("cells")?).unwrap_or_default(),
            })
        })
        .collect()
}

/// Rows that go to one sheet: the same table under the same header.
struct Page<'a> {
    title: &'static str,
    /// Header and its place in the rows, without columns that an earlier export added.
    columns: Vec<(usize, &'a str)>,
    rows: Vec<&'a Held>,
}

/// What rows have in common that share a sheet: the table, and the headers with their places.
type Heading<'a> = (Option<Table>, Vec<(usize, &'a str)>);

/// Rows on one sheet: what Excel holds less some room.
const MAX_ROWS: usize = 1_000_000;
/// Characters that Excel holds in a cell.
const MAX_CELL: usize = 32_767;

/// The workbook for these rows, `.xlsx`.
///
/// # Errors
/// [`XlsxError`] if it can't be made.
pub fn workbook(rows: &[Held], lang: Lang) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let mut used: BTreeMap<&str, usize> = BTreeMap::new();
    for page in pages(rows) {
        for some in page.rows.chunks(MAX_ROWS) {
            let number = used.entry(page.title).and_modify(|n| *n += 1).or_insert(1);
            let name = if *number == 1 { page.title.to_owned() } else { format!("{} {number}", page.title) };
            fill(book.add_worksheet().set_name(name)?, &page, some, lang)?;
        }
    }
    if used.is_empty() {
        book.add_worksheet().write_string(0, 0, Said::new("隔离区没有数据", "nothing is in quarantine").get(lang))?;
    }
    book.save_to_buffer()
}

fn pages(rows: &[Held]) -> Vec<Page<'_>> {
    let mut pages: BTreeMap<Heading, Vec<&Held>> = BTreeMap::new();
    for row in rows {
        let columns = row.cells.iter().enumerate().map(|(place, (title, _))| (place, title.as_str()));
        // Cells beyond the header have their place for a name; they widen the sheet and make no sheet of their own.
        let columns = columns.filter(|(_, title)| !EXPORT_COLUMNS.contains(&title.trim()) && !is_beyond(title)).collect();
        pages.entry((Table::by_name(&row.table), columns)).or_default().push(row);
    }
    pages.into_iter().map(|((table, columns), rows)| Page { title: table.map_or("其他", |t| t.spec().title.zh), columns, rows }).collect()
}

/// `#10`: a cell beyond the header.
fn is_beyond(title: &str) -> bool {
    title.strip_prefix('#').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

fn fill(sheet: &mut Worksheet, page: &Page, rows: &[&Held], lang: Lang) -> Result<(), XlsxError> {
    // Text throughout: what looks like a formula stays text, and what a clerk types is kept as typed.
    let plain = Format::new().set_num_format("@");
    let risky = plain.clone().set_quote_prefix();
    let bad = Format::new().set_num_format("@").set_background_color(Color::RGB(0xFF_C7_CE)).set_font_color(Color::RGB(0x9C_00_06));
    let header = Format::new().set_bold().set_background_color(Color::RGB(0xE7_E6_E6)).set_text_wrap().set_align(FormatAlign::Top);
    let beyond = rows.iter().flat_map(|r| &r.cells).filter(|(title, _)| is_beyond(title)).map(|(title, _)| title.as_str());
    let beyond: std::collections::BTreeSet<&str> = beyond.collect();
    let mut titles: Vec<&str> = page.columns.iter().map(|(_, title)| *title).collect();
    titles.extend(&beyond);
    titles.extend(EXPORT_COLUMNS);
    let mut widths: Vec<usize> = titles.iter().map(|t| width(t)).collect();
    for (column, title) in (0u16..).zip(&titles) {
        sheet.write_string_with_format(0, column, short(title), &header)?;
    }
    for (number, row) in (1u32..).zip(rows) {
        let cells = page.columns.iter().map(|(place, _)| (Some(*place), row.cells.get(*place).map_or("", |(_, cell)| cell)));
        let extra = beyond.iter().map(|title| row.cells.iter().enumerate().find(|(_, (t, _))| t == title));
        let extra = extra.map(|found| found.map_or((None, ""), |(place, (_, cell))| (Some(place), cell.as_str())));
        let sheet_name = row.sheet.as_deref().unwrap_or("");
        let line = row.row.to_string();
        let own = [row.quarantine_id.as_str(), row.hint.get(lang), &row.file, sheet_name, &line].map(|cell| (None, cell));
        for (column, (place, cell)) in (0u16..).zip(cells.chain(extra).chain(own)) {
            let faults: Vec<&Fault> = row.faults.iter().filter(|f| Some(f.place) == place).collect();
            let format = if !faults.is_empty() {
                &bad
            } else if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
                &risky
            } else {
                &plain
            };
            sheet.write_string_with_format(number, column, short(cell), format)?;
            if !faults.is_empty() {
                let hint = faults.iter().map(|f| f.hint.get(lang)).collect::<Vec<_>>().join("\n");
                sheet.insert_note(number, column, &Note::new(short(&hint)).add_author_prefix(false).set_width(260).set_height(90))?;
            }
            if let Some(widest) = widths.get_mut(usize::from(column)) {
                *widest = (*widest).max(width(cell));
            }
        }
    }
    for (column, width) in (0u16..).zip(&widths) {
        sheet.set_column_width(column, f64::from(u8::try_from((*width).clamp(8, 48) + 2).unwrap_or(50)))?;
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.autofilter(0, 0, u32::try_from(rows.len()).unwrap_or(0), u16::try_from(titles.len().saturating_sub(1)).unwrap_or(0))?;
    Ok(())
}

/// As much as a cell of Excel holds.
fn short(text: &str) -> String {
    text.chars().take(MAX_CELL).collect()
}

/// Chinese characters are twice as wide as Latin ones.
fn width(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}
