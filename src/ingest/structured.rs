//! How are files read that bring their own structure: NDJSON and Parquet?

use super::code::{Bad, Code};
use super::convert::Converter;
use super::decode::{SAMPLE, encoding_of, head};
use super::header::{Layout, find};
use super::{FileCount, IngestError, Options, Sink};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use polars::prelude::*;
use serde_json::{Map, Value};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// Rows that are turned into columns at a time.
const ROWS: usize = 100_000;

/// One JSON object a line; keys are headers.
pub(super) fn read_ndjson(path: &Path, name: &str, options: &Options, sink: &mut dyn Sink) -> Result<Vec<FileCount>, IngestError> {
    let encoding = encoding_of(&head(path, SAMPLE)?).unwrap_or(UTF_8);
    if encoding == UTF_16LE || encoding == UTF_16BE {
        let what = "UTF-16 的 JSON，请另存为 UTF-8 / JSON in UTF-16, save it as UTF-8".to_owned();
        return Err(IngestError::NotATable { file: name.to_owned(), what });
    }
    let mut titles: Vec<String> = Vec::new();
    each_line(path, encoding, &mut |_, line| {
        for (key, _) in serde_json::from_str::<Map<String, Value>>(line).unwrap_or_default() {
            if !titles.contains(&key) {
                titles.push(key);
            }
        }
        Ok(())
    })?;
    let layout = layout(&titles, name, options)?;
    let mut count = FileCount::new(name, None, Some(&layout));
    let said = |source| IngestError::Polars { file: name.to_owned(), source };
    let mut converter = Converter::new(&layout, name, None);
    each_line(path, encoding, &mut |row, line| {
        match serde_json::from_str::<Map<String, Value>>(line) {
            Ok(object) => {
                let cells: Vec<String> = titles.iter().map(|t| object.get(t).map(text).unwrap_or_default()).collect();
                converter.push(row, &cells);
            }
            Err(_) if line.trim().is_empty() => converter.push_blank(1),
            // The whole line stands in the first cell, so that nothing of it is lost.
            Err(error) => converter.push_damaged(row, &[line], 0, no_json(&error)),
        }
        if (row as usize).is_multiple_of(ROWS) {
            let full = std::mem::replace(&mut converter, Converter::new(&layout, name, None));
            count.hand_over(full.finish().map_err(said)?, sink)?;
        }
        options.progress.advance(line.len() as u64 + 1);
        Ok(())
    })?;
    count.hand_over(converter.finish().map_err(said)?, sink)?;
    Ok(vec![count])
}

fn no_json(error: &serde_json::Error) -> Bad {
    Bad::new(
        Code::Row,
        format!("这一行不是 JSON 对象：{error}；可能被截断，请重新导出"),
        format!("this line is no JSON object: {error}; is it cut off? Export it again"),
    )
}

/// Columns of a Parquet file, by name.
pub(super) fn read_parquet(path: &Path, name: &str, options: &Options, sink: &mut dyn Sink) -> Result<Vec<FileCount>, IngestError> {
    let damaged = |e: PolarsError| IngestError::Damaged { file: name.to_owned(), why: e.to_string() };
    let open = || File::open(path).map_err(|source| IngestError::Read { path: path.to_owned(), source });
    let bytes = open()?.metadata().map_or(0, |m| m.len());
    let mut reader = ParquetReader::new(open()?);
    let height = reader.num_rows().map_err(damaged)?;
    let titles: Vec<String> = reader.schema().map_err(damaged)?.iter_names().map(ToString::to_string).collect();
    let layout = layout(&titles, name, options)?;
    let mut count = FileCount::new(name, None, Some(&layout));
    let mut start = 0usize;
    while start < height {
        // Some rows at a time: a file may unpack to more than there is memory.
        let slice = ParquetReader::new(open()?).with_slice(Some((start, ROWS))).finish().map_err(damaged)?;
        let columns: Vec<StringChunked> = slice.columns().iter().map(as_text).collect();
        let mut converter = Converter::new(&layout, name, None);
        for row in 0..slice.height() {
            let cells: Vec<&str> = columns.iter().map(|c| c.get(row).unwrap_or("")).collect();
            converter.push(u32::try_from(start + row + 1).unwrap_or(u32::MAX), &cells);
        }
        let converted = converter.finish().map_err(|source| IngestError::Polars { file: name.to_owned(), source })?;
        count.hand_over(converted, sink)?;
        options.progress.advance(bytes * (slice.height() as u64) / (height as u64).max(1));
        start += ROWS;
    }
    Ok(vec![count])
}

/// A column as text; what has no text (lists, structs) is empty.
fn as_text(column: &Column) -> StringChunked {
    exact_text(column).unwrap_or_else(|_| StringChunked::full_null(column.name().clone(), column.len()))
}

/// Floats in their shortest exact form, instants with a zone in UTC.
fn exact_text(column: &Column) -> PolarsResult<StringChunked> {
    let named = |texts: Vec<Option<String>>| StringChunked::from_iter_options(column.name().clone(), texts.into_iter());
    Ok(match column.dtype() {
        DataType::Float64 => named(column.f64()?.iter().map(|v| v.map(|v| v.to_string())).collect()),
        DataType::Float32 => named(column.f32()?.iter().map(|v| v.map(|v| v.to_string())).collect()),
        DataType::Datetime(_, Some(_)) => {
            let us = column.cast(&DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)))?;
            let text = |us| chrono::DateTime::from_timestamp_micros(us).map(|t| t.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string());
            named(us.datetime()?.physical().iter().map(|v| v.and_then(text)).collect())
        }
        _ => column.cast(&DataType::String)?.str()?.clone(),
    })
}

fn layout(titles: &[String], name: &str, options: &Options) -> Result<Layout, IngestError> {
    find(&[titles.to_vec()], options.forced)
        .map_err(|said| IngestError::NoHeader { file: name.to_owned(), seen: format!("{}；{}", said.zh, said.en) })
}

/// Every line with its number from 1, without its end.
fn each_line(
    path: &Path,
    encoding: &'static Encoding,
    take: &mut dyn FnMut(u32, &str) -> Result<(), IngestError>,
) -> Result<(), IngestError> {
    let io = |source| IngestError::Read { path: path.to_owned(), source };
    let mut file = BufReader::with_capacity(1 << 20, File::open(path).map_err(io)?);
    let (mut line, mut row) = (Vec::new(), 0u32);
    while file.read_until(b'\n', &mut line).map_err(io)? > 0 {
        row = row.saturating_add(1);
        let (text, _) = encoding.decode_with_bom_removal(&line);
        take(row, text.trim_end_matches(['\n', '\r']))?;
        line.clear();
    }
    Ok(())
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
