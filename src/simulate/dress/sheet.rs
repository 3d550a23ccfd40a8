//! How does a table become a workbook, a delimited text or NDJSON, always with the same bytes?

use crate::records::time::date_of;
use crate::simulate::rng::float;
use chrono::{Datelike, NaiveDate};
use encoding_rs::GB18030;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Empty,
    Text(String),
    /// A number of so many decimals.
    Decimal(i64, u32),
    /// Beijing minutes since 1970.
    Minute(i64),
    Day(NaiveDate),
}

/// A table with what people put around it.
#[derive(Clone, Debug, Default)]
pub(super) struct Sheet {
    pub(super) name: String,
    /// Title rows, merged over the width of the table.
    pub(super) above: Vec<String>,
    pub(super) header: Vec<String>,
    /// Rows; an empty one is blank.
    pub(super) rows: Vec<Vec<Cell>>,
    /// Totals and notes below.
    pub(super) below: Vec<Vec<Cell>>,
}

/// How dates are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dates {
    /// `2023-06-05 08:03:00`
    Iso,
    /// `2023/6/5 8:03`
    Slash,
    /// `2023年6月5日 8:03`
    Chinese,
    /// Excel's own in a workbook.
    Excel,
}

/// How text is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf8Bom,
    Gb18030,
}

impl Cell {
    pub(super) fn text(text: &str) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text.to_owned()) }
    }

    pub(super) fn written(&self, dates: Dates) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Decimal(value, decimals) => decimal(*value, *decimals),
            Self::Minute(minute) => {
                let day = i32::try_from(minute.div_euclid(1_440)).ok().and_then(date_of).unwrap_or_default();
                let (hour, minute) = (minute.rem_euclid(1_440) / 60, minute.rem_euclid(60));
                match dates {
                    Dates::Iso | Dates::Excel => format!("{day} {hour:02}:{minute:02}:00"),
                    Dates::Slash | Dates::Chinese => format!("{} {hour}:{minute:02}", date(day, dates)),
                }
            }
            Self::Day(day) => date(*day, dates),
        }
    }
}

fn date(day: NaiveDate, dates: Dates) -> String {
    match dates {
        Dates::Iso | Dates::Excel => day.to_string(),
        Dates::Slash => format!("{}/{}/{}", day.year(), day.month(), day.day()),
        Dates::Chinese => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
    }
}

/// `3152` with 2 decimals is `31.52`.
pub(super) fn decimal(value: i64, decimals: u32) -> String {
    let unit = 10u64.pow(decimals);
    let (sign, size) = (if value < 0 { "-" } else { "" }, value.unsigned_abs());
    if decimals == 0 {
        return format!("{sign}{size}");
    }
    format!("{sign}{}.{:0width$}", size / unit, size % unit, width = decimals as usize)
}

/// A workbook; its properties say a fixed day, so that its bytes do not depend on the clock.
pub(super) fn workbook(sheets: &[Sheet], dates: Dates) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let made = ExcelDateTime::from_ymd(2024, 1, 2)?;
    book.set_properties(&DocProperties::new().set_title("SYNTHETIC 合成数据").set_author("lepid simulate").set_creation_datetime(&made));
    for sheet in sheets {
        let worksheet = book.add_worksheet();
        worksheet.set_name(&sheet.name)?;
        fill(worksheet, sheet, dates)?;
    }
    book.save_to_buffer()
}

fn fill(worksheet: &mut Worksheet, sheet: &Sheet, dates: Dates) -> Result<(), XlsxError> {
    let title = Format::new().set_bold().set_align(FormatAlign::Center);
    let (minute, day) = (Format::new().set_num_format("yyyy/m/d h:mm"), Format::new().set_num_format("yyyy/m/d"));
    let width = u16::try_from(sheet.header.len()).unwrap_or(1).max(2);
    let mut row = 0;
    for text in &sheet.above {
        worksheet.merge_range(row, 0, row, width - 1, text, &title)?;
        row += 1;
    }
    for (column, text) in (0u16..).zip(&sheet.header) {
        worksheet.write_string(row, column, text)?;
    }
    for cells in sheet.rows.iter().chain(&sheet.below) {
        row += 1;
        for (column, cell) in (0u16..).zip(cells) {
            match cell {
                Cell::Empty => {}
                Cell::Decimal(value, decimals) => {
                    worksheet.write_number(row, column, float(*value) / float(10i64.pow(*decimals)))?;
                }
                Cell::Minute(at) if dates == Dates::Excel => {
                    worksheet.write_number_with_format(row, column, 25_569.0 + float(*at) / 1_440.0, &minute)?;
                }
                Cell::Day(at) if dates == Dates::Excel => {
                    worksheet.write_number_with_format(row, column, 25_569.0 + f64::from(at.to_epoch_days()), &day)?;
                }
                other => {
                    worksheet.write_string(row, column, other.written(dates))?;
                }
            }
        }
    }
    Ok(())
}

/// A delimited text.
pub(super) fn delimited(sheet: &Sheet, separator: char, dates: Dates, encoding: Encoding) -> Vec<u8> {
    let mut text = String::new();
    let line_end = if encoding == Encoding::Gb18030 { "\r\n" } else { "\n" };
    for title in &sheet.above {
        text.push_str(&quote(title, separator));
        text.push_str(line_end);
    }
    let header: Vec<String> = sheet.header.iter().map(|h| quote(h, separator)).collect();
    text.push_str(&header.join(&separator.to_string()));
    text.push_str(line_end);
    for cells in sheet.rows.iter().chain(&sheet.below) {
        for column in 0..sheet.header.len() {
            if column > 0 {
                text.push(separator);
            }
            text.push_str(&quote(&cells.get(column).map(|c| c.written(dates)).unwrap_or_default(), separator));
        }
        text.push_str(line_end);
    }
    match encoding {
        Encoding::Utf8 => text.into_bytes(),
        Encoding::Utf8Bom => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        Encoding::Gb18030 => GB18030.encode(&text).0.into_owned(),
    }
}

fn quote(text: &str, separator: char) -> String {
    if text.contains([separator, '"', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// One JSON object a line; what is empty is left out.
pub(super) fn ndjson(sheet: &Sheet) -> Vec<u8> {
    let mut text = String::new();
    for cells in sheet.rows.iter().filter(|cells| !cells.is_empty()) {
        let mut members = Vec::new();
        for (name, cell) in sheet.header.iter().zip(cells) {
            match cell {
                Cell::Empty => {}
                Cell::Decimal(value, decimals) => members.push(format!("\"{name}\":{}", decimal(*value, *decimals))),
                other => members.push(format!("\"{name}\":{}", serde_json::Value::String(other.written(Dates::Iso)))),
            }
        }
        text.push_str(&format!("{{{}}}\n", members.join(",")));
    }
    text.into_bytes()
}
