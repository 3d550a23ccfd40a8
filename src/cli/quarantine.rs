//! `lepid quarantine`: which rows could not be read, why, and how do they come back?

use super::{CliError, Global};
use crate::ingest::Code;
use crate::lake::{AsOf, Lake, open_rows};
use crate::report::quarantine::{Held, held, workbook};
use crate::text::{Lang, Said};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    filter: Filter,
}

#[derive(clap::Subcommand)]
enum What {
    /// 列出隔离的行（默认）/ list the rows (default)
    List,
    /// 导出为 Excel，错误单元格着色，改好后重新 ingest / write them as a workbook to correct and ingest again
    Export {
        /// 写到哪个 .xlsx 文件 / the .xlsx file to write
        #[arg(value_name = "OUT.xlsx")]
        out: PathBuf,
    },
    /// 错误代码及含义 / the error codes and what they mean
    Codes,
}

#[derive(clap::Args)]
struct Filter {
    /// 只看这个文件（文件名或其一部分）/ only rows of this file (its name or a part of it)
    #[arg(long, global = true, value_name = "NAME")]
    file: Option<String>,
    /// 只看这个表 / only rows of this table
    #[arg(long, global = true, value_name = "TABLE", value_parser = table_name)]
    table: Option<String>,
    /// 最多几行 / at most so many rows
    #[arg(long, global = true, value_name = "N")]
    limit: Option<usize>,
}

/// A table by its name in the lake or its Chinese title.
fn table_name(text: &str) -> Result<String, String> {
    use crate::records::Table;
    let found = Table::ALL.into_iter().find(|t| t.name() == text || t.spec().title.zh == text);
    found.map(|t| t.name().to_owned()).ok_or_else(|| {
        let names: Vec<String> = Table::ALL.iter().map(|t| format!("{} {}", t.name(), t.spec().title.zh)).collect();
        format!("没有这个表，只有 / no such table, there are: {}", names.join(", "))
    })
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<ExitCode, CliError> {
    match &args.what {
        None | Some(What::List) => list(&args.filter, global),
        Some(What::Export { out }) => export(out, &args.filter, global),
        Some(What::Codes) => codes(global),
    }
}

/// The rows that the filter lets through, and how many there are without its limit.
fn rows(filter: &Filter, global: &Global) -> Result<(Vec<Held>, usize), CliError> {
    let lake = Lake::open(&global.lake)?;
    let mut rows = held(&open_rows(&lake.snapshot(&AsOf::Latest)?)?)?;
    rows.retain(|r| filter.file.as_ref().is_none_or(|f| r.file.contains(f.as_str())));
    rows.retain(|r| filter.table.as_ref().is_none_or(|t| r.table == *t));
    let all = rows.len();
    rows.truncate(filter.limit.unwrap_or(usize::MAX));
    Ok((rows, all))
}

fn list(filter: &Filter, global: &Global) -> Result<ExitCode, CliError> {
    let (rows, all) = rows(filter, global)?;
    if global.json {
        out!("{}", serde_json::to_string_pretty(&serde_json::json!({ "total": all, "rows": rows }))?);
        return Ok(ExitCode::SUCCESS);
    }
    for row in &rows {
        let sheet = row.sheet.as_deref().map(|s| format!(" [{s}]")).unwrap_or_default();
        let place = match global.lang {
            Lang::Zh => format!("{}{sheet} 第 {} 行，列“{}”", row.file, row.row, row.column.trim()),
            Lang::En => format!("{}{sheet} row {}, column \"{}\"", row.file, row.row, row.column.trim()),
        };
        out!("{}  {}  {}", printable(&place), row.code, row.quarantine_id);
        out!("    {} → {}", printable(&row.value), printable(row.hint.get(global.lang)));
    }
    let sum = if all == 0 {
        Said::new("隔离区是空的。", "Nothing is in quarantine.")
    } else {
        Said::new(
            format!(
                "隔离区共 {all} 行，显示 {} 行。`lepid quarantine export 待改.xlsx` 导出；改好后 `lepid ingest 待改.xlsx`。",
                rows.len()
            ),
            format!(
                "{all} rows in quarantine, {} shown. `lepid quarantine export fix.xlsx`, correct it, `lepid ingest fix.xlsx`.",
                rows.len()
            ),
        )
    };
    out!("{}", sum.get(global.lang));
    Ok(ExitCode::SUCCESS)
}

fn export(out: &Path, filter: &Filter, global: &Global) -> Result<ExitCode, CliError> {
    if out.extension().is_none_or(|e| !e.eq_ignore_ascii_case("xlsx")) {
        return Err(CliError(format!("{} 的扩展名应为 .xlsx / {0} should end in .xlsx", out.display())));
    }
    let (rows, _) = rows(filter, global)?;
    let bytes = workbook(&rows, global.lang)?;
    std::fs::write(out, bytes)
        .map_err(|e| CliError(format!("写入 {} 失败：{e}；请关闭已打开的文件或换一个目录 / cannot write {0}: {e}", out.display())))?;
    if global.json {
        out!("{}", serde_json::json!({ "file": out.display().to_string(), "rows": rows.len() }));
    } else {
        let said = Said::new(
            format!("{} 行已写入 {}；改好着色的单元格，保留 quarantine_id 列，再用 lepid ingest 导入。", rows.len(), out.display()),
            format!(
                "{} rows written to {}; correct the coloured cells, keep the column quarantine_id, and ingest it.",
                rows.len(),
                out.display()
            ),
        );
        out!("{}", said.get(global.lang));
    }
    Ok(ExitCode::SUCCESS)
}

fn codes(global: &Global) -> Result<ExitCode, CliError> {
    if global.json {
        let codes = Code::ALL.map(|c| serde_json::json!({ "code": c.name(), "meaning": c.meaning() }));
        out!("{}", serde_json::to_string_pretty(&codes)?);
    } else {
        for code in Code::ALL {
            out!("{:20} {}", code.name(), code.meaning().get(global.lang));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Short enough for a line, and nothing that a terminal would obey.
fn printable(text: &str) -> String {
    const MOST: usize = 200;
    let mut shown: String = text.chars().map(|c| if c.is_control() { '·' } else { c }).take(MOST).collect();
    if text.chars().nth(MOST).is_some() {
        shown.push('…');
    }
    shown
}
