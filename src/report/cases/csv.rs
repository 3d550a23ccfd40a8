//! The ledger of cases as a CSV that Excel opens by a double click: UTF-8 with BOM, CRLF, no cell that is a formula or more than one line.

use super::Sheet;
use super::columns::COLUMNS;
use crate::report::csv::{line, text};

/// The ledger as `.csv`.
#[must_use]
pub fn csv(sheet: &Sheet<'_>) -> Vec<u8> {
    let mut csv = String::from("\u{FEFF}");
    line(&mut csv, COLUMNS.iter().map(|c| text(c.header.get(sheet.lang))));
    for (number, case) in (1..).zip(sheet.cases) {
        line(&mut csv, COLUMNS.iter().map(|c| text(&(c.cell)(number, case, sheet).replace('\n', " "))));
    }
    csv.into_bytes()
}
