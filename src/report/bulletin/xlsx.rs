//! How does the bulletin become a workbook? The text on one sheet, each table on its own with numbers that are numbers.

use super::compose;
use super::paper::{Align, Block, Cell, Column, NONE, Number, Paper, Table};
use crate::price::bulletin::Bulletin;
use crate::report::ReportError;
use crate::text::{Lang, Text};
use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};
use std::collections::BTreeSet;

const TEXT_SHEET: Text = Text { zh: "通告", en: "Bulletin" };
/// Rows above the header of a table: title, number and force, caption.
const HEAD: u32 = 3;
/// A cell holds 32 767 characters.
const LONGEST: usize = 32_767;
/// The tallest row that Excel takes, points.
const TALLEST: f64 = 409.0;

/// The bulletin as `.xlsx`.
///
/// # Errors
/// [`ReportError::Document`] if it can't be made.
pub fn xlsx(bulletin: &Bulletin, lang: Lang) -> Result<Vec<u8>, ReportError> {
    let paper = compose::paper(bulletin, lang);
    workbook(&paper).map_err(|e| ReportError::Document { format: "XLSX", why: e.to_string() })
}

fn workbook(paper: &Paper) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let day = paper.day.unwrap_or_else(|| NaiveDate::from_ymd_opt(2000, 1, 1).unwrap_or_default());
    let year = u16::try_from(day.year()).unwrap_or(2000);
    let date = ExcelDateTime::from_ymd(year, u8::try_from(day.month()).unwrap_or(1), u8::try_from(day.day()).unwrap_or(1))
        .or_else(|_| ExcelDateTime::from_ymd(2000, 1, 1))?;
    let properties = DocProperties::new().set_title(cut(&paper.title, 255)).set_author(cut(&paper.issuer, 255));
    book.set_properties(&properties.set_creation_datetime(&date));
    let mut names = Names::default();
    text_sheet(book.add_worksheet().set_name(names.take(TEXT_SHEET.get(paper.lang)))?, paper)?;
    for block in paper.body.iter().chain(&paper.annex.blocks) {
        if let Block::Table(table) = block {
            table_sheet(book.add_worksheet().set_name(names.take(&table.sheet))?, table, paper)?;
        }
    }
    book.save_to_buffer()
}

/// Names of sheets that were given; Excel tells no `A` from `a`.
#[derive(Default)]
struct Names(BTreeSet<String>);

impl Names {
    /// A name that Excel takes: 31 units of UTF-16, none of `[]:*?/\`, no quote at its ends, none twice.
    fn take(&mut self, wanted: &str) -> String {
        let safe: String = wanted.chars().map(|c| if "[]:*?/\\'".contains(c) { ' ' } else { c }).collect();
        let short = |most: usize| {
            let mut units = 0;
            let fits = |c: &char| {
                units += c.len_utf16();
                units <= most
            };
            safe.trim().chars().take_while(fits).collect::<String>()
        };
        let mut name = short(31);
        let mut count = 1;
        // Excel keeps “History” for itself.
        while name.is_empty() || name.eq_ignore_ascii_case("history") || !self.0.insert(name.to_lowercase()) {
            count += 1;
            name = format!("{} {count}", short(26)).trim().to_owned();
        }
        name
    }
}

/// What every cell is set in: Excel would take a Latin face for Chinese.
fn base(lang: Lang) -> Format {
    match lang {
        Lang::Zh => Format::new().set_font_name("宋体"),
        Lang::En => Format::new(),
    }
}

/// Text that no program takes for a formula, also after somebody has edited the cell.
fn write(sheet: &mut Worksheet, row: u32, column: u16, text: &str, format: &Format) -> Result<(), XlsxError> {
    let formula = text.starts_with(['=', '+', '-', '@']);
    let format = if formula { format.clone().set_quote_prefix() } else { format.clone() };
    sheet.write_string_with_format(row, column, cut(text, LONGEST), &format)?;
    Ok(())
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

fn page(sheet: &mut Worksheet, paper: &Paper) {
    sheet.set_paper_size(9).set_print_fit_to_pages(1, 0).set_print_center_horizontally(true);
    sheet.set_margins(0.7, 0.7, 0.9, 0.9, 0.4, 0.4);
    sheet.set_footer("&C— &P —");
    if let Some(draft) = &paper.draft {
        sheet.set_header(format!("&C{}", draft.line.replace('&', "&&")));
    }
}

fn text_sheet(sheet: &mut Worksheet, paper: &Paper) -> Result<(), XlsxError> {
    const WIDE: u32 = 78;
    page(sheet, paper);
    sheet.set_column_width(0, WIDE)?;
    let wrap = base(paper.lang).set_text_wrap().set_align(FormatAlign::Top);
    let middle = wrap.clone().set_align(FormatAlign::Center);
    let bold = wrap.clone().set_bold();
    let mut lines: Vec<(&str, Format)> = Vec::new();
    lines.extend(paper.draft.iter().map(|d| (d.line.as_str(), middle.clone().set_bold())));
    lines.push((&paper.title, middle.clone().set_bold().set_font_size(16)));
    lines.extend(paper.number.iter().map(|n| (n.as_str(), middle.clone())));
    lines.push((&paper.force, middle.clone()));
    lines.extend(paper.correction.iter().map(|c| (c.as_str(), bold.clone())));
    for block in &paper.body {
        match block {
            Block::Heading(text) => lines.push((text, bold.clone())),
            Block::Paragraph(text) => lines.push((text, wrap.clone())),
            Block::Table(table) => lines.push((&table.caption, wrap.clone())),
        }
    }
    let right = wrap.clone().set_align(FormatAlign::Right);
    lines.extend([(paper.see_annex.as_str(), wrap), (paper.issuer.as_str(), right.clone()), (paper.date.as_str(), right)]);
    for (row, (text, format)) in (0..).zip(lines) {
        write(sheet, row, 0, text, &format)?;
        let big = if row < 2 && text == paper.title { 1.7 } else { 1.0 };
        sheet.set_row_height(row, (17.0 * big * f64::from(rows_of(text, WIDE))).min(TALLEST))?;
    }
    Ok(())
}

/// Lines that a text takes in a column as wide as so many digits, so that nothing is cut off in print.
fn rows_of(text: &str, wide: u32) -> u32 {
    let units: u32 = text.chars().map(|c| if c < '\u{2E80}' { 1 } else { 2 }).sum();
    // A line breaks before what does not fit: a few places of each are lost.
    units.div_ceil(wide.saturating_sub(3).max(1)).max(1)
}

/// The columns of a workbook: a pair is two.
fn columns(table: &Table) -> Vec<(&Column, &str, u32)> {
    let mut all = Vec::new();
    for column in &table.columns {
        // A digit is 0.21 cm wide at 11 points; paper sets its text smaller, hence a fifth more.
        let wide = (column.width / 17).max(9);
        match &column.pair {
            Some((first, second)) => all.extend([(column, first.as_str(), wide.max(12)), (column, second.as_str(), wide.max(12))]),
            None => all.push((column, column.head.as_str(), wide)),
        }
    }
    all
}

fn table_sheet(sheet: &mut Worksheet, table: &Table, paper: &Paper) -> Result<(), XlsxError> {
    page(sheet, paper);
    // A table that fits on a page stays on one.
    let tall = if table.rows.len() > 20 { 0 } else { 1 };
    sheet.set_landscape().set_print_fit_to_pages(1, tall);
    let columns = columns(table);
    let grid = base(paper.lang).set_border(FormatBorder::Thin).set_align(FormatAlign::VerticalCenter).set_text_wrap();
    let number = paper.number.as_deref().unwrap_or_default();
    let bold = base(paper.lang).set_bold();
    write(sheet, 0, 0, &paper.title, &bold.clone().set_font_size(14))?;
    let force = [paper.draft.as_ref().map_or("", |d| &d.word), number, &paper.force].join(" · ");
    write(sheet, 1, 0, force.trim_start_matches(" · "), &base(paper.lang))?;
    write(sheet, 2, 0, &table.caption, &bold)?;
    let head = grid.clone().set_bold().set_background_color(0x00F2_F2F2).set_align(FormatAlign::Center);
    for (at, (_, text, wide)) in (0u16..).zip(&columns) {
        write(sheet, HEAD, at, text, &head)?;
        sheet.set_column_width(at, *wide)?;
    }
    sheet.set_row_height(HEAD, 32)?;
    for (at, row) in (HEAD + 1..).zip(&table.rows) {
        data_row(sheet, at, row, table, &grid)?;
    }
    let last = HEAD.saturating_add(u32::try_from(table.rows.len()).unwrap_or(u32::MAX));
    let last_column = u16::try_from(columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
    for (at, note) in (last.saturating_add(2)..).zip(&table.notes) {
        let wide: u32 = columns.iter().map(|(_, _, wide)| wide).sum();
        let wrap = base(paper.lang).set_text_wrap().set_align(FormatAlign::Top);
        sheet.merge_range(at, 0, at, last_column, "", &wrap)?;
        write(sheet, at, 0, note, &wrap)?;
        sheet.set_row_height(at, (16.0 * f64::from(rows_of(note, wide))).min(TALLEST))?;
    }
    sheet.autofilter(HEAD, 0, last, last_column)?;
    sheet.set_freeze_panes(HEAD + 1, 1)?;
    sheet.set_repeat_rows(HEAD, HEAD)?;
    Ok(())
}

fn data_row(sheet: &mut Worksheet, row: u32, cells: &[Cell], table: &Table, grid: &Format) -> Result<(), XlsxError> {
    let mut at = 0u16;
    let mut tallest = 1;
    for (cell, column) in cells.iter().zip(&table.columns) {
        let align = match column.align {
            Align::Left => FormatAlign::Left,
            Align::Centre => FormatAlign::Center,
            Align::Right => FormatAlign::Right,
        };
        let format = grid.clone().set_align(align);
        let put = |sheet: &mut Worksheet, at: u16, number: Option<Number>| match number {
            Some(number) => {
                sheet.write_number_with_format(row, at, number.real(), &format.clone().set_num_format(number.format())).map(|_| ())
            }
            None => write(sheet, row, at, NONE, &format),
        };
        match cell {
            Cell::Number(number) => put(sheet, at, Some(*number))?,
            Cell::Pair(first, second) => {
                put(sheet, at, Some(*first))?;
                put(sheet, at + 1, *second)?;
            }
            Cell::Blank if column.pair.is_some() => {
                put(sheet, at, None)?;
                put(sheet, at + 1, None)?;
            }
            Cell::Blank => put(sheet, at, None)?,
            Cell::Text(_) | Cell::Lines(_) => {
                let text = cell.lines().join(" ");
                tallest = tallest.max(rows_of(&text, (column.width / 17).max(9)));
                write(sheet, row, at, &text, &format)?;
            }
        }
        at += if column.pair.is_some() { 2 } else { 1 };
    }
    sheet.set_row_height(row, (16.0 * f64::from(tallest) + 6.0).min(TALLEST))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_has_a_name_that_excel_takes() {
        let mut names = Names::default();
        assert_eq!(names.take("锂云母精矿"), "锂云母精矿");
        assert_eq!(names.take("锂云母精矿"), "锂云母精矿 2");
        assert_eq!(names.take("a/b:[c]*?"), "a b  c");
        assert_eq!(names.take("History"), "History 2");
        assert_eq!(names.take(""), "2");
        assert!(names.take(&"𠀀".repeat(40)).encode_utf16().count() <= 31);
    }
}
