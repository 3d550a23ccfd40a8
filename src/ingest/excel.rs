//! What do the sheets of a workbook hold?

use super::convert::Converter;
use super::header::{HEADER_WITHIN, find};
use super::{FileCount, IngestError, Options, Sink};
use crate::text::Said;
use calamine::{Data, Range, Reader, Sheets, open_workbook_auto_from_rs};
use std::io::Cursor;
use std::path::Path;

/// A workbook that unpacks to more is refused: Excel itself holds a million rows a sheet, some 500 MB of XML.
const MAX_UNPACKED: u64 = 2 << 30;

/// Reads all sheets of a workbook.
pub(super) fn read(path: &Path, name: &str, options: &Options, sink: &mut dyn Sink) -> Result<Vec<FileCount>, IngestError> {
    let bytes = std::fs::read(path).map_err(|source| IngestError::Read { path: path.to_owned(), source })?;
    let damaged = |why: String| IngestError::Damaged { file: name.to_owned(), why };
    if unpacked_size(&bytes).is_some_and(|size| size > MAX_UNPACKED) {
        return Err(damaged("解压后超过 2 GB / it unpacks to more than 2 GB".to_owned()));
    }
    let size = bytes.len() as u64;
    let mut book: Sheets<_> = open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(|e| damaged(e.to_string()))?;
    let sheets = book.sheet_names();
    let mut counts = Vec::new();
    for sheet in &sheets {
        let range = book.worksheet_range(sheet).map_err(|e| damaged(format!("{sheet}: {e}")))?;
        counts.push(read_sheet(&range, name, sheet, options, sink)?);
        options.progress.advance(size / sheets.len().max(1) as u64);
    }
    Ok(counts)
}

fn read_sheet(range: &Range<Data>, name: &str, sheet: &str, options: &Options, sink: &mut dyn Sink) -> Result<FileCount, IngestError> {
    let mut count = FileCount {
        file: name.to_owned(),
        sheet: Some(sheet.to_owned()),
        table: None,
        read: 0,
        good: 0,
        quarantined: 0,
        blank: 0,
        totals: 0,
        notes: Vec::new(),
    };
    let (first_row, first_column) = range.start().map_or((0, 0), |(r, c)| (r, c as usize));
    let texts = |row: &[Data]| -> Vec<String> { std::iter::repeat_n(String::new(), first_column).chain(row.iter().map(text)).collect() };
    let top: Vec<Vec<String>> = range.rows().take(HEADER_WITHIN).map(texts).collect();
    let layout = match find(&top, options.forced) {
        Ok(layout) => layout,
        Err(said) => {
            count.notes.push(Said::new(format!("工作表“{sheet}”未读取：{}", said.zh), format!("sheet \"{sheet}\" not read: {}", said.en)));
            return Ok(count);
        }
    };
    count.table = Some(layout.spec.table);
    count.notes.clone_from(&layout.notes);
    let mut converter = Converter::new(&layout, name, Some(sheet));
    for (index, row) in range.rows().enumerate().skip(layout.rows_above) {
        let cells = texts(row);
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        converter.push(first_row + u32::try_from(index).unwrap_or(u32::MAX - 1) + 1, &cells);
    }
    let converted = converter.finish(0).map_err(|source| IngestError::Polars { file: name.to_owned(), source })?;
    count.read = converted.read;
    count.blank = converted.blank;
    count.totals = converted.totals;
    count.good = converted.frame.height() as u64;
    count.quarantined = converted.quarantined.len() as u64;
    if converted.frame.height() > 0 {
        sink.rows(layout.spec.table, converted.frame, converted.marks)?;
    }
    if !converted.quarantined.is_empty() {
        sink.quarantined(converted.quarantined)?;
    }
    Ok(count)
}

/// A cell as text: numbers in their shortest exact form, dates in ISO form.
fn text(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Float(number) => number.to_string(),
        Data::Int(number) => number.to_string(),
        Data::Bool(flag) => if *flag { "是" } else { "否" }.to_owned(),
        Data::DateTime(moment) => {
            let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
            // Excel keeps times as fractions of a day: 8:03:00 comes as 8:02:59.9999…, so the half second decides.
            let date = chrono::NaiveDate::from_ymd_opt(i32::from(year), u32::from(month), u32::from(day));
            let time = date.and_then(|d| d.and_hms_milli_opt(u32::from(hour), u32::from(minute), u32::from(second), u32::from(milli)));
            match time.map(|t| t + chrono::TimeDelta::milliseconds(500)) {
                Some(t) if t.format("%T").to_string() == "00:00:00" => t.format("%F").to_string(),
                Some(t) => t.format("%F %T").to_string(),
                None => moment.as_f64().to_string(),
            }
        }
        Data::Error(error) => error.to_string(),
        other => other.to_string(),
    }
}

/// What a zip archive's directory says it unpacks to; `None`: no zip (an old `.xls`).
fn unpacked_size(bytes: &[u8]) -> Option<u64> {
    let number = |at: usize, width: usize| -> Option<u64> {
        bytes.get(at..at + width).map(|b| b.iter().rev().fold(0u64, |n, b| n << 8 | u64::from(*b)))
    };
    let end = bytes.len().checked_sub(22)?;
    let directory = (end.saturating_sub(65_536)..=end).rev().find(|at| bytes[*at..].starts_with(b"PK\x05\x06"))?;
    let mut at = usize::try_from(number(directory + 16, 4)?).ok()?;
    let mut total = 0u64;
    while bytes.get(at..at + 4) == Some(b"PK\x01\x02") {
        total = total.saturating_add(number(at + 24, 4)?);
        let (name, extra, comment) = (number(at + 28, 2)?, number(at + 30, 2)?, number(at + 32, 2)?);
        at += 46 + usize::try_from(name + extra + comment).ok()?;
    }
    Some(total)
}
