//! What do the sheets of a workbook hold?

use super::convert::{Converter, Dressed};
use super::header::{HEADER_WITHIN, find};
use super::{FileCount, IngestError, Options, Sink};
use crate::text::Said;
use calamine::{Data, DataRef, Ods, Reader, Xls, Xlsb, Xlsx};
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

/// A workbook that unpacks to more is refused: Excel itself holds a million rows a sheet, some 500 MB of XML.
const MAX_UNPACKED: u64 = 2 << 30;

/// A cell further right is none of a table's: its row would only take memory.
const MAX_COLUMNS: usize = 1024;

type Bytes = Cursor<Arc<[u8]>>;

/// An open workbook.
enum Book {
    Xlsx(Box<Xlsx<Bytes>>),
    Xlsb(Box<Xlsb<Bytes>>),
    Xls(Box<Xls<Bytes>>),
    Ods(Box<Ods<Bytes>>),
}

/// Reads all sheets of a workbook.
pub(super) fn read(path: &Path, name: &str, options: &Options, sink: &mut dyn Sink) -> Result<Vec<FileCount>, IngestError> {
    let bytes: Arc<[u8]> = std::fs::read(path).map_err(|source| IngestError::Read { path: path.to_owned(), source })?.into();
    let size = bytes.len() as u64;
    let damaged = |why: String| IngestError::Damaged { file: name.to_owned(), why };
    let kind = Kind::of(&bytes, name)?;
    if unpacked(&bytes).is_some_and(|zip| zip.size > MAX_UNPACKED) {
        return Err(damaged("解压后超过 2 GB / it unpacks to more than 2 GB".to_owned()));
    }
    let mut book = guarded(|| Book::open(kind, Cursor::new(bytes))).map_err(damaged)?;
    let sheets = book.sheet_names();
    let mut counts = Vec::new();
    for sheet in &sheets {
        counts.push(book.read_sheet(name, sheet, options, sink)?);
        options.progress.advance(size / sheets.len().max(1) as u64);
    }
    Ok(counts)
}

/// A reader of somebody else's format may stop at what it did not expect: then the file is damaged, not the program.
fn guarded<T>(read: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err("文件结构已损坏 / its structure is damaged".to_owned()))
}

/// The kinds of workbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Xlsx,
    Xlsb,
    Xls,
    Ods,
}

impl Kind {
    /// What an archive or compound file holds.
    fn of(bytes: &[u8], name: &str) -> Result<Self, IngestError> {
        let not = |what: &str| IngestError::NotATable { file: name.to_owned(), what: what.to_owned() };
        if !bytes.starts_with(b"PK") {
            let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
            let has = |text: &str| memchr::memmem::find(bytes, &utf16(text)).is_some();
            if has("EncryptedPackage") {
                return Err(IngestError::Damaged { file: name.to_owned(), why: PASSWORD.to_owned() });
            }
            return if !has("Workbook") && !has("Book") && has("WordDocument") {
                Err(not("Word 文档 / a Word document"))
            } else {
                Ok(Kind::Xls)
            };
        }
        let truncated = || IngestError::Damaged { file: name.to_owned(), why: "文件不完整 / it is not complete".to_owned() };
        let zip = unpacked(bytes).ok_or_else(truncated)?;
        let has = |part: &str| zip.names.iter().any(|n| n.eq_ignore_ascii_case(part));
        let under = |folder: &str| zip.names.iter().any(|n| n.starts_with(folder));
        if has("xl/workbook.bin") {
            Ok(Kind::Xlsb)
        } else if under("xl/") {
            Ok(Kind::Xlsx)
        } else if has("content.xml") {
            Ok(Kind::Ods)
        } else if under("word/") {
            Err(not("Word 文档 / a Word document"))
        } else if under("ppt/") {
            Err(not("PowerPoint 文档 / a PowerPoint document"))
        } else {
            Err(not("zip 压缩包，请先解压 / archive, unpack it first"))
        }
    }
}

const PASSWORD: &str = "有密码保护，请先取消密码 / it is protected by a password, take that off first";

impl Book {
    fn open(kind: Kind, bytes: Bytes) -> Result<Self, String> {
        fn said(error: impl std::fmt::Display) -> String {
            let text = error.to_string();
            if text.contains("password") { PASSWORD.to_owned() } else { text }
        }
        Ok(match kind {
            Kind::Xlsx => Book::Xlsx(Box::new(Xlsx::new(bytes).map_err(said)?)),
            Kind::Xlsb => Book::Xlsb(Box::new(Xlsb::new(bytes).map_err(said)?)),
            Kind::Xls => Book::Xls(Box::new(Xls::new(bytes).map_err(said)?)),
            Kind::Ods => Book::Ods(Box::new(Ods::new(bytes).map_err(said)?)),
        })
    }

    fn sheet_names(&self) -> Vec<String> {
        match self {
            Book::Xlsx(b) => b.sheet_names(),
            Book::Xlsb(b) => b.sheet_names(),
            Book::Xls(b) => b.sheet_names(),
            Book::Ods(b) => b.sheet_names(),
        }
    }

    fn dressed(&self) -> Dressed {
        let from_1904 = match self {
            Book::Xlsx(b) => b.has_1904_epoch(),
            Book::Xlsb(b) => b.has_1904_epoch(),
            Book::Xls(b) => b.has_1904_epoch(),
            Book::Ods(_) => false,
        };
        Dressed { from_1904, percent_unknown: !matches!(self, Book::Xlsx(_)), margins: true }
    }

    fn read_sheet(&mut self, name: &str, sheet: &str, options: &Options, sink: &mut dyn Sink) -> Result<FileCount, IngestError> {
        let damaged = |why: String| IngestError::Damaged { file: name.to_owned(), why: format!("{sheet}: {why}") };
        let mut top: Vec<Vec<String>> = Vec::new();
        guarded(|| {
            self.rows(sheet, &mut |row, cells| {
                let row = row as usize;
                if row < HEADER_WITHIN {
                    top.resize(row, Vec::new());
                    top.push(std::mem::take(cells));
                }
                row < HEADER_WITHIN
            })
        })
        .map_err(damaged)?;
        let layout = match find(&top, options.forced) {
            Ok(layout) => layout,
            Err(said) => {
                let mut count = FileCount::new(name, Some(sheet), None);
                count
                    .notes
                    .push(Said::new(format!("工作表“{sheet}”未读取：{}", said.zh), format!("sheet \"{sheet}\" not read: {}", said.en)));
                return Ok(count);
            }
        };
        let mut count = FileCount::new(name, Some(sheet), Some(&layout));
        let mut converter = Converter::new(&layout, name, Some(sheet)).dressed(self.dressed());
        let mut next = u32::try_from(layout.rows_above).unwrap_or(u32::MAX);
        guarded(|| {
            self.rows(sheet, &mut |row, cells| {
                if row as usize >= layout.rows_above {
                    // Rows between that the file does not even write down.
                    converter.push_blank(u64::from(row.saturating_sub(next)));
                    converter.push(row.saturating_add(1), cells);
                    next = next.max(row.saturating_add(1));
                }
                true
            })
        })
        .map_err(damaged)?;
        let converted = converter.finish().map_err(|source| IngestError::Polars { file: name.to_owned(), source })?;
        count.hand_over(converted, sink)?;
        Ok(count)
    }

    /// The rows that hold anything, by number from 0, with their cells from column A; until `take` wants no more.
    fn rows(&mut self, sheet: &str, take: &mut dyn FnMut(u32, &mut Vec<String>) -> bool) -> Result<(), String> {
        let range = match self {
            // Cell by cell: one stray cell far out must not cost a rectangle of memory.
            Book::Xlsx(book) => return xlsx_rows(book, sheet, take),
            Book::Xlsb(book) => book.worksheet_range(sheet).map_err(|e| e.to_string())?,
            Book::Xls(book) => book.worksheet_range(sheet).map_err(|e| e.to_string())?,
            Book::Ods(book) => book.worksheet_range(sheet).map_err(|e| e.to_string())?,
        };
        let (first, column) = range.start().map_or((0, 0), |(row, column)| (row, column as usize));
        for (row, cells) in (first..).zip(range.rows()) {
            if cells.iter().all(|c| *c == Data::Empty) {
                continue;
            }
            let mut texts: Vec<String> = vec![String::new(); column.min(MAX_COLUMNS)];
            texts.extend(cells.iter().take(MAX_COLUMNS).map(text));
            if !take(row, &mut texts) {
                break;
            }
        }
        Ok(())
    }
}

fn xlsx_rows(book: &mut Xlsx<Bytes>, sheet: &str, take: &mut dyn FnMut(u32, &mut Vec<String>) -> bool) -> Result<(), String> {
    let mut reader = match book.worksheet_cells_reader(sheet) {
        Ok(reader) => reader,
        // A sheet that is a chart has no cells.
        Err(calamine::XlsxError::NotAWorksheet(_)) => return Ok(()),
        Err(error) => return Err(error.to_string()),
    };
    let percent: Vec<bool> =
        reader.styles().iter().map(|s| s.number_format.as_ref().is_some_and(|f| f.format_code.contains('%'))).collect();
    let (mut row, mut cells): (u32, Vec<String>) = (0, Vec::new());
    while let Some((cell, style)) = reader.next_cell_with_style_id().map_err(|e| e.to_string())? {
        let (at, column) = cell.get_position();
        let column = column as usize;
        if at != row {
            if !cells.is_empty() && !take(row, &mut cells) {
                return Ok(());
            }
            (row, cells) = (at, Vec::new());
        }
        let value = match cell.get_value() {
            DataRef::Empty => continue,
            DataRef::SharedString(text) => (*text).to_owned(),
            DataRef::Float(number) if percent.get(style) == Some(&true) => as_percent(*number),
            other => text(&Data::from(other.clone())),
        };
        if column < MAX_COLUMNS {
            if cells.len() <= column {
                cells.resize(column + 1, String::new());
            }
            if let Some(cell) = cells.get_mut(column) {
                *cell = value;
            }
        }
    }
    if !cells.is_empty() {
        take(row, &mut cells);
    }
    Ok(())
}

/// A number that Excel shows as a percentage, as it shows it: the point two places on, without arithmetic.
fn as_percent(number: f64) -> String {
    let text = number.to_string();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |d| ("-", d));
    if !digits.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return text;
    }
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let part = format!("{part:0<2}");
    let (moved, rest) = part.split_at(2);
    let whole = format!("{whole}{moved}");
    let whole = whole.trim_start_matches('0');
    let (whole, point) = (if whole.is_empty() { "0" } else { whole }, if rest.is_empty() { "" } else { "." });
    format!("{sign}{whole}{point}{rest}%")
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
            match time.and_then(|t| t.checked_add_signed(chrono::TimeDelta::milliseconds(500))) {
                Some(t) if !moment.is_duration() => t.format("%F %T").to_string(),
                _ => moment.as_f64().to_string(),
            }
        }
        Data::Error(error) => error.to_string(),
    }
}

/// The directory of a zip archive.
struct Zip {
    /// What it says it unpacks to.
    size: u64,
    names: Vec<String>,
}

/// Reads a zip archive's directory; `None`: there is none (an old `.xls`, or an archive cut off).
fn unpacked(bytes: &[u8]) -> Option<Zip> {
    let number = |at: usize, width: usize| -> Option<u64> {
        bytes.get(at..at.checked_add(width)?).map(|b| b.iter().rev().fold(0u64, |n, b| n << 8 | u64::from(*b)))
    };
    let end = bytes.len().checked_sub(22)?;
    let directory = (end.saturating_sub(65_536)..=end).rev().find(|at| bytes.get(*at..).is_some_and(|b| b.starts_with(b"PK\x05\x06")))?;
    let mut at = usize::try_from(number(directory + 16, 4)?).ok()?;
    let mut zip = Zip { size: 0, names: Vec::new() };
    while bytes.get(at..).is_some_and(|b| b.starts_with(b"PK\x01\x02")) {
        zip.size = zip.size.saturating_add(number(at + 24, 4)?);
        let length = |offset: usize| number(at + offset, 2).and_then(|n| usize::try_from(n).ok());
        let (name, extra, comment) = (length(28)?, length(30)?, length(32)?);
        zip.names.push(String::from_utf8_lossy(bytes.get(at + 46..at + 46 + name)?).replace('\\', "/"));
        at += 46 + name + extra + comment;
    }
    (!zip.names.is_empty()).then_some(zip)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_read_as_they_are_shown() {
        for (number, shown) in
            [(0.0042, "0.42%"), (0.07, "7%"), (0.085, "8.5%"), (1.0, "100%"), (0.0, "0%"), (-0.5, "-50%"), (0.000_042, "0.0042%")]
        {
            assert_eq!(as_percent(number), shown);
        }
    }
}
