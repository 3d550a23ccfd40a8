//! How does the ledger of cases become a workbook? A sheet that prints on A4 across, its header on every page.

use super::columns::COLUMNS;
use super::{LEAD, Sheet, TITLE};
use crate::report::ReportError;
use crate::report::xlsx::cut;
use crate::text::Lang;
use rust_xlsxwriter::{Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

/// The row of the header: title and subtitle stand above it.
const HEAD: u32 = 2;
/// Width of a digit, tenths of a millimetre; Excel's columns are as wide as so many digits of its usual size, 11 points.
const DIGIT: f64 = 17.0;
/// Size of the text, points.
const SIZE: f64 = 9.0;
/// Height of a line of text at that size, points.
const LINE: f64 = 12.5;
/// The tallest row that Excel takes, points.
const TALLEST: f64 = 409.0;

/// The ledger as `.xlsx`. The document's dates are fixed, so that the same cases give the same bytes.
///
/// # Errors
/// [`ReportError::Document`] if it can't be made.
pub fn xlsx(sheet: &Sheet<'_>) -> Result<Vec<u8>, ReportError> {
    workbook(sheet).map_err(|e| ReportError::Document { format: "XLSX", why: e.to_string() })
}

fn workbook(ledger: &Sheet<'_>) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let date = ExcelDateTime::from_ymd(2000, 1, 1)?;
    book.set_properties(&DocProperties::new().set_title(TITLE.get(ledger.lang)).set_creation_datetime(&date));
    let sheet = book.add_worksheet();
    sheet.set_name(if ledger.lang == Lang::Zh { "问题台账" } else { "Cases" })?;
    paper(sheet, ledger)?;
    let last = u16::try_from(COLUMNS.len() - 1).unwrap_or(u16::MAX);
    let base = Format::new().set_font_size(SIZE);
    // Excel would take a Latin face for Chinese.
    let base = if ledger.lang == Lang::Zh { base.set_font_name("宋体") } else { base };
    let middle = base.clone().set_align(FormatAlign::Center).set_align(FormatAlign::VerticalCenter);
    sheet.merge_range(0, 0, 0, last, TITLE.get(ledger.lang), &middle.clone().set_bold().set_font_size(16))?;
    sheet.merge_range(1, 0, 1, last, &ledger.subtitle(), &middle)?;
    sheet.set_row_height(0, 26)?.set_row_height(1, 16)?;
    let grid = base.set_border(FormatBorder::Thin).set_text_wrap().set_align(FormatAlign::VerticalCenter);
    let head = grid.clone().set_bold().set_align(FormatAlign::Center).set_background_color(Color::RGB(0x00D9_E8F4));
    for (at, column) in (0u16..).zip(&COLUMNS) {
        sheet.write_string_with_format(HEAD, at, column.header.get(ledger.lang), &head)?;
        sheet.set_column_width(at, f64::from(column.width) / DIGIT)?;
    }
    sheet.set_row_height(HEAD, 30)?;
    for (row, (number, case)) in (HEAD + 1..).zip((1..).zip(ledger.cases)) {
        let mut tallest = 1;
        for (at, column) in (0u16..).zip(&COLUMNS) {
            let text = (column.cell)(number, case, ledger);
            tallest = tallest.max(lines(&text, column.width));
            let format = if column.middle { grid.clone().set_align(FormatAlign::Center) } else { grid.clone() };
            if at == 0 {
                sheet.write_number_with_format(row, at, u32::try_from(number).unwrap_or(u32::MAX), &format)?;
                continue;
            }
            // A text that a program could take for a formula stays text also after somebody has edited the cell.
            let format = if text.starts_with(['=', '+', '-', '@']) { format.set_quote_prefix() } else { format };
            sheet.write_string_with_format(row, at, cut(&text), &format)?;
        }
        sheet.set_row_height(row, (LINE * f64::from(tallest) + 4.0).min(TALLEST))?;
    }
    let bottom = HEAD.saturating_add(u32::try_from(ledger.cases.len()).unwrap_or(u32::MAX));
    sheet.autofilter(HEAD, 0, bottom, last)?;
    sheet.set_freeze_panes(HEAD + 1, 2)?;
    sheet.set_repeat_rows(HEAD, HEAD)?;
    book.save_to_buffer()
}

fn paper(sheet: &mut Worksheet, ledger: &Sheet<'_>) -> Result<(), XlsxError> {
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0).set_print_center_horizontally(true);
    sheet.set_margins(0.31, 0.31, 0.4, 0.5, 0.2, 0.2);
    sheet.set_footer(format!("&L{}&R&P / &N", LEAD.get(ledger.lang)));
    Ok(())
}

/// Lines that a text takes in a column of this width: a Chinese character is as wide as two digits, and breaks cost a few places.
fn lines(text: &str, width: u32) -> u32 {
    // A digit at 9 points is 9/11 as wide as at 11.
    let places = (width * 11 / (17 * 9)).saturating_sub(1).max(2);
    let of = |line: &str| {
        let units: u32 = line.chars().map(|c| if c < '\u{2E80}' { 1 } else { 2 }).sum();
        units.div_ceil(places).max(1)
    };
    text.lines().map(of).sum::<u32>().max(1)
}
