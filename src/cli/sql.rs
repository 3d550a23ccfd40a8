//! `lepid sql`: what does the lake say to this question?

use super::grid::{Grid, beijing};
use super::{CliError, Global};
use crate::engine::Engine;
use crate::lake::{AsOf, Lake};
use chrono::DateTime;
use polars::prelude::*;
use std::io::Read;
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// 一条 SQL 语句；`-` 表示从标准输入读取；不给则列出各表 / one SQL statement; `-`: from standard input; none: lists the tables
    #[arg(value_name = "SQL")]
    statement: Option<String>,
    /// 某一版本或时刻（默认最新）/ at a version or instant (now by default)
    #[arg(long, value_name = "VERSION|INSTANT", default_value = "latest")]
    as_of: AsOf,
    /// 输出格式 / how to print the result
    #[arg(long, default_value = "table", value_parser = ["table", "csv", "json"])]
    format: String,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<ExitCode, CliError> {
    let lake = Lake::open_existing(&global.lake)?;
    let engine = Engine::new(&lake.snapshot(&args.as_of)?)?;
    let frame = match args.statement.as_deref() {
        Some("-") => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text)?;
            engine.sql(&text)?
        }
        Some(text) => engine.sql(text)?,
        None => columns(&engine)?,
    };
    match args.format.as_str() {
        _ if global.json => json(&frame)?,
        "json" => json(&frame)?,
        "csv" => csv(&frame)?,
        _ => table(&frame)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What can be asked for.
fn columns(engine: &Engine) -> Result<DataFrame, CliError> {
    let (mut tables, mut names, mut types) = (Vec::new(), Vec::new(), Vec::new());
    for table in engine.tables() {
        let empty = engine.sql(&format!("SELECT * FROM \"{table}\" LIMIT 0"))?;
        for (name, dtype) in empty.schema().iter() {
            tables.push(table.clone());
            names.push(name.to_string());
            types.push(dtype.to_string());
        }
    }
    Ok(df!("table" => tables, "column" => names, "type" => types)?)
}

/// A cell as text; `None`: missing.
fn text(value: &AnyValue) -> Option<String> {
    match value {
        AnyValue::Null => None,
        AnyValue::String(text) => Some((*text).to_owned()),
        AnyValue::StringOwned(text) => Some(text.to_string()),
        AnyValue::Float64(number) => Some(number.to_string()),
        AnyValue::Datetime(us, TimeUnit::Microseconds, _) => DateTime::from_timestamp_micros(*us).map(beijing),
        other => Some(other.to_string()),
    }
}

fn cells(frame: &DataFrame, row: usize) -> PolarsResult<Vec<Option<String>>> {
    frame.columns().iter().map(|c| c.get(row).map(|value| text(&value))).collect()
}

fn table(frame: &DataFrame) -> Result<(), CliError> {
    let names = frame.get_column_names();
    let titles: Vec<&str> = names.iter().map(|n| n.as_str()).collect();
    let mut grid = Grid::new(&titles);
    for row in 0..frame.height() {
        grid.push(cells(frame, row)?.into_iter().map(|c| c.unwrap_or_else(|| "∅".to_owned()).replace('\n', "⏎")).collect());
    }
    let numbers: Vec<usize> = frame.columns().iter().enumerate().filter(|(_, c)| c.dtype().is_numeric()).map(|(n, _)| n).collect();
    out!("{}", grid.align_right(&numbers));
    Ok(())
}

fn csv(frame: &DataFrame) -> Result<(), CliError> {
    out!("{}", frame.get_column_names().iter().map(|n| quoted(n)).collect::<Vec<_>>().join(","));
    for row in 0..frame.height() {
        out!("{}", cells(frame, row)?.into_iter().map(|c| quoted(&c.unwrap_or_default())).collect::<Vec<_>>().join(","));
    }
    Ok(())
}

/// RFC 4180.
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}

fn json(frame: &DataFrame) -> Result<(), CliError> {
    let mut rows = Vec::with_capacity(frame.height());
    for row in 0..frame.height() {
        let mut object = serde_json::Map::new();
        for column in frame.columns() {
            object.insert(column.name().to_string(), value(&column.get(row)?));
        }
        rows.push(serde_json::Value::Object(object));
    }
    out!("{}", serde_json::to_string_pretty(&rows)?);
    Ok(())
}

fn value(cell: &AnyValue) -> serde_json::Value {
    match cell {
        AnyValue::Boolean(flag) => (*flag).into(),
        AnyValue::Float64(number) => (*number).into(),
        AnyValue::UInt64(number) => (*number).into(),
        _ if cell.is_primitive_numeric() => cell.extract::<i64>().map_or_else(|| text(cell).into(), Into::into),
        _ => text(cell).into(),
    }
}
