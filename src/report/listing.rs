//! How does a list leave the program? The same columns as CSV and as a workbook, said once.

use super::ReportError;
use super::csv;
use super::ledger::Cell;
use crate::text::{Lang, Said};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook};

/// A list: columns, rows, and what must be known to read it.
#[derive(Clone, Debug)]
pub struct Listing {
    /// Name of its sheet.
    pub(super) title: Said,
    /// Id of each column (header of a CSV), its header for people, its width in characters.
    pub(super) columns: Vec<(&'static str, Said, u32)>,
    pub(super) rows: Vec<Vec<Cell>>,
    /// Sentences of a sheet of their own.
    pub(super) notes: Vec<Said>,
    /// The program, for the properties of a workbook.
    pub(super) program: String,
}

impl Listing {
    /// CSV with the ids of the columns as header; masses in tonnes. `marked`: with the mark by which spreadsheets know UTF-8.
    #[must_use]
    pub fn csv(&self, marked: bool) -> Vec<u8> {
        let mut text = String::from(if marked { "\u{FEFF}" } else { "" });
        csv::line(&mut text, self.columns.iter().map(|(id, _, _)| (*id).to_owned()));
        for row in &self.rows {
            csv::line(&mut text, row.iter().map(csv::written));
        }
        text.into_bytes()
    }

    /// A workbook: the list, and its notes. Its dates are fixed, so that the same list gives the same bytes.
    ///
    /// # Errors
    /// [`ReportError::Xlsx`] if it can't be made.
    pub fn xlsx(&self, lang: Lang) -> Result<Vec<u8>, ReportError> {
        let mut book = Workbook::new();
        let date = ExcelDateTime::from_ymd(2000, 1, 1)?;
        book.set_properties(&DocProperties::new().set_title(self.title.get(lang)).set_author(&self.program).set_creation_datetime(&date));
        let head = Format::new().set_bold().set_background_color(0x00D9_E8F4).set_border_bottom(FormatBorder::Thin).set_text_wrap();
        let top = Format::new().set_align(FormatAlign::Top);
        let (text, whole) = (top.clone().set_text_wrap(), top.clone().set_num_format("#,##0"));
        let tonnes = top.set_num_format("#,##0.000");
        let sheet = book.add_worksheet();
        sheet.set_name(self.title.get(lang))?;
        sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
        for (at, (_, header, width)) in (0u16..).zip(&self.columns) {
            sheet.write_string_with_format(0, at, header.get(lang), &head)?;
            sheet.set_column_width(at, *width)?;
        }
        #[expect(clippy::cast_precision_loss, reason = "a workbook's numbers are doubles; to the kilogram up to 9 000 000 million tonnes")]
        let float = |number: i64| number as f64;
        for (line, row) in (1u32..).zip(&self.rows) {
            for (at, cell) in (0u16..).zip(row) {
                match cell {
                    Cell::Text(words) => sheet.write_string_with_format(line, at, words, &text)?,
                    Cell::Whole(number) => sheet.write_number_with_format(line, at, float(*number), &whole)?,
                    Cell::Tonnes(kg) => sheet.write_number_with_format(line, at, float(*kg) / 1000.0, &tonnes)?,
                    Cell::Blank => sheet,
                };
            }
        }
        sheet.set_freeze_panes(1, 0)?;
        let about = book.add_worksheet();
        about.set_name(Said::new("说明", "about").get(lang))?;
        about.set_column_width(0, 110)?;
        for (line, note) in (0u32..).zip(&self.notes) {
            about.write_string_with_format(line, 0, note.get(lang), &text)?;
        }
        Ok(book.save_to_buffer()?)
    }
}
