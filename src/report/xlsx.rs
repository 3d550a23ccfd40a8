//! How does the ledger become a workbook? Findings, their evidence, and what the run was made from, a sheet each.

use super::contents::Contents;
use super::ledger::{COLUMNS, Cell};
use crate::engine::Rows;
use crate::text::Lang;
use polars::prelude::DataFrame;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};
use std::collections::BTreeMap;

/// Rows of a sheet (Excel's limit) less the header and the row that says that there are more.
const MOST_EVIDENCE: usize = 1_048_576 - 2;

/// Columns of the ledger that are printed.
const PRINTED: u16 = 20;

/// Headers of the sheet of evidence, the columns that they show, and their widths.
const EVIDENCE: [(&str, &str, u32); 12] = [
    ("问题编号", "finding", 18),
    ("规则", "rule", 20),
    ("对象", "subject", 18),
    ("时段", "period", 10),
    ("磅单号", "ticket_no", 20),
    ("来源文件", "source_file", 28),
    ("工作表", "source_sheet", 14),
    ("行号", "source_row", 8),
    ("数量（吨）", "quantity_kg", 12),
    ("实测值", "observed", 14),
    ("允许值", "allowed", 14),
    ("实测、允许值的单位", "unit", 12),
];

struct Formats {
    head: Format,
    text: Format,
    whole: Format,
    tonnes: Format,
}

impl Formats {
    fn new() -> Self {
        let top = Format::new().set_align(FormatAlign::Top);
        Self {
            head: Format::new().set_bold().set_background_color(0x00D9_E8F4).set_border_bottom(FormatBorder::Thin).set_text_wrap(),
            text: top.clone().set_text_wrap(),
            whole: top.clone().set_num_format("#,##0"),
            tonnes: top.set_num_format("#,##0.000"),
        }
    }
}

/// `findings.xlsx`. The document's dates are fixed, so that a rerun gives the same bytes.
pub(super) fn findings(contents: &Contents, evidence: &DataFrame, lang: Lang) -> Result<Vec<u8>, super::ReportError> {
    let formats = Formats::new();
    let mut book = Workbook::new();
    let date = ExcelDateTime::from_ymd(2000, 1, 1)?;
    book.set_properties(&DocProperties::new().set_title("问题台账").set_author(&contents.run.program).set_creation_datetime(&date));
    ledger(book.add_worksheet(), contents, &formats)?;
    let shown = evidence.height().min(MOST_EVIDENCE);
    evidence_sheet(book.add_worksheet(), contents, evidence, shown, &formats)?;
    about(book.add_worksheet(), contents, evidence.height(), shown, &formats, lang)?;
    Ok(book.save_to_buffer()?)
}

fn ledger(sheet: &mut Worksheet, contents: &Contents, formats: &Formats) -> Result<(), XlsxError> {
    sheet.set_name("问题台账")?;
    // Twenty Chinese columns are readable on A3 only; the English ones beside them are for the screen.
    sheet.set_print_area(0, 0, u32::try_from(contents.findings.len()).unwrap_or(u32::MAX), PRINTED - 1)?;
    sheet.set_landscape().set_paper_size(8).set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
    sheet.set_footer("&L线索供核查，不是结论 / leads for inspection, not verdicts&R&P / &N");
    for (at, column) in (0u16..).zip(&COLUMNS) {
        sheet.write_string_with_format(0, at, column.header, &formats.head)?;
        sheet.set_column_width(at, column.width)?;
    }
    for (row, finding) in (1u32..).zip(&contents.findings) {
        for (at, column) in (0u16..).zip(&COLUMNS) {
            match (column.cell)(i64::from(row), finding) {
                Cell::Text(text) => sheet.write_string_with_format(row, at, cut(&text), &formats.text)?,
                Cell::Whole(number) => sheet.write_number_with_format(row, at, float(number), &formats.whole)?,
                Cell::Tonnes(kg) => sheet.write_number_with_format(row, at, float(kg) / 1000.0, &formats.tonnes)?,
                Cell::Blank => sheet,
            };
        }
    }
    let last = u32::try_from(contents.findings.len()).unwrap_or(u32::MAX);
    sheet.autofilter(0, 0, last, u16::try_from(COLUMNS.len() - 1).unwrap_or(0))?;
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

fn evidence_sheet(
    sheet: &mut Worksheet,
    contents: &Contents,
    evidence: &DataFrame,
    shown: usize,
    formats: &Formats,
) -> Result<(), super::ReportError> {
    sheet.set_name("证据")?;
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
    for (at, (header, _, width)) in (0u16..).zip(EVIDENCE) {
        sheet.write_string_with_format(0, at, header, &formats.head)?;
        sheet.set_column_width(at, width)?;
    }
    let units: BTreeMap<&str, &str> = contents.findings.iter().map(|f| (f.id.as_str(), f.unit.as_str())).collect();
    let rows = Rows::new(evidence);
    let mut line = 1u32;
    for row in 0..shown {
        for (at, (_, column, _)) in (0u16..).zip(EVIDENCE) {
            match column {
                "unit" => {
                    let unit = rows.text("finding", row)?.and_then(|id| units.get(id.as_str()).copied());
                    if let Some(unit) = unit.filter(|u| *u != "none") {
                        sheet.write_string(line, at, unit)?;
                    }
                }
                "quantity_kg" => {
                    if let Some(kg) = rows.integer(column, row)? {
                        sheet.write_number_with_format(line, at, float(kg) / 1000.0, &formats.tonnes)?;
                    }
                }
                "source_row" | "observed" | "allowed" => {
                    if let Some(number) = rows.integer(column, row)? {
                        sheet.write_number_with_format(line, at, float(number), &formats.whole)?;
                    }
                }
                _ => {
                    if let Some(text) = rows.text(column, row)? {
                        sheet.write_string(line, at, cut(&text))?;
                    }
                }
            }
        }
        line += 1;
    }
    sheet.autofilter(0, 0, line.saturating_sub(1), 11)?;
    sheet.set_freeze_panes(1, 0)?;
    if shown < evidence.height() {
        let more = evidence.height() - shown;
        let says = format!("另有 {more} 条证据超出 Excel 的行数上限：lepid findings evidence / {more} more rows: lepid findings evidence");
        sheet.write_string(line, 0, says)?;
    }
    Ok(())
}

/// What the run was made from and how to read it.
fn about(sheet: &mut Worksheet, contents: &Contents, rows: usize, shown: usize, formats: &Formats, lang: Lang) -> Result<(), XlsxError> {
    sheet.set_name("说明")?;
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    sheet.set_column_width(0, 34)?;
    sheet.set_column_width(1, 100)?;
    let run = &contents.run;
    let days = format!("{} – {}", run.from.as_deref().unwrap_or("—"), run.to.as_deref().unwrap_or("—"));
    let evidence = if shown == rows {
        format!("{rows}")
    } else {
        format!("{rows}，本表 {shown} 条，全部：lepid findings evidence / {rows}, here {shown}; all of them: lepid findings evidence")
    };
    let mut lines = vec![
        ("运行编号 run".to_owned(), run.run_id.clone()),
        ("程序 program".to_owned(), run.program.clone()),
        ("数据湖版本 lake version".to_owned(), run.lake_version.to_string()),
        ("政策 policy SHA-256".to_owned(), run.policy_sha256.clone()),
        ("数据起止 days".to_owned(), days),
        ("隔离区行数 rows in quarantine".to_owned(), run.quarantined.to_string()),
        ("问题 findings".to_owned(), contents.findings.len().to_string()),
        ("证据 evidence rows".to_owned(), evidence),
    ];
    for (table, count) in &run.rows {
        lines.push((format!("{table}（行 rows）"), count.to_string()));
    }
    for note in super::page::notes(contents) {
        let (first, second) = if lang == Lang::Zh { (note.zh, note.en) } else { (note.en, note.zh) };
        lines.push((String::new(), format!("{first} {second}")));
    }
    for (row, (name, value)) in (0u32..).zip(lines) {
        sheet.write_string_with_format(row, 0, name, &formats.text)?;
        sheet.write_string_with_format(row, 1, cut(&value), &formats.text)?;
    }
    Ok(())
}

/// Excel's numbers are floats; kilograms below 2^53 are exact in them.
#[expect(clippy::cast_precision_loss, reason = "masses of a district stay far below 2^53 kg")]
const fn float(number: i64) -> f64 {
    number as f64
}

/// A cell holds 32 767 characters.
pub(super) fn cut(text: &str) -> String {
    const MOST: usize = 32_767;
    if text.len() <= MOST || text.chars().count() <= MOST {
        return text.to_owned();
    }
    text.chars().take(MOST - 1).chain(['…']).collect()
}
