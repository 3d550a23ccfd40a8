//! How are files read that bring their own structure: NDJSON and Parquet?

use super::convert::Converter;
use super::header::find;
use super::{FileCount, IngestError, Options, Sink};
use polars::prelude::*;
use serde_json::{Map, Value};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// Rows that are turned into columns at a time.
const ROWS: usize = 100_000;

/// One JSON object a line; keys are headers.
pub(super) fn read_ndjson(path: &Path, name: &str, options: &Options, sink: &mut dyn Sink) -> Result<Vec<FileCount>, IngestError> {
    let titles = keys(path, name)?;
    let mut rows = Rows::new(&titles, name, options)?;
    let layout = rows.layout.clone();
    let mut converter = Converter::new(&layout, name, None);
    for (index, line) in lines(path)?.enumerate() {
        let line = line.map_err(|source| IngestError::Read { path: path.to_owned(), source })?;
        let row = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let cells: Vec<String> = match serde_json::from_str::<Map<String, Value>>(line.trim_start_matches('\u{feff}')) {
            Ok(object) => titles.iter().map(|t| object.get(t).map(text).unwrap_or_default()).collect(),
            Err(_) if line.trim().is_empty() => Vec::new(),
            // The whole line stands in the first cell, so that nothing of it is lost; the required cells are missing.
            Err(_) => vec![line],
        };
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        converter.push(row, &cells);
        if (index + 1) % ROWS == 0 {
            rows.hand_over(converter, sink)?;
            converter = Converter::new(&layout, name, None);
        }
    }
    rows.hand_over(converter, sink)?;
    Ok(vec![rows.count])
}

/// Columns of a Parquet file, by name.
pub(super) fn read_parquet(path: &Path, name: &str, options: &Options, sink: &mut dyn Sink) -> Result<Vec<FileCount>, IngestError> {
    let damaged = |e: PolarsError| IngestError::Damaged { file: name.to_owned(), why: e.to_string() };
    let file = File::open(path).map_err(|source| IngestError::Read { path: path.to_owned(), source })?;
    let frame = ParquetReader::new(file).finish().map_err(damaged)?;
    let titles: Vec<String> = frame.get_column_names().iter().map(ToString::to_string).collect();
    let mut rows = Rows::new(&titles, name, options)?;
    let layout = rows.layout.clone();
    let mut start = 0usize;
    while start < frame.height() {
        let slice = frame.slice(i64::try_from(start).unwrap_or(i64::MAX), ROWS);
        let columns: Vec<StringChunked> = slice.columns().iter().map(as_text).collect::<PolarsResult<_>>().map_err(damaged)?;
        let mut converter = Converter::new(&layout, name, None);
        for row in 0..slice.height() {
            let cells: Vec<&str> = columns.iter().map(|c| c.get(row).unwrap_or("")).collect();
            converter.push(u32::try_from(start + row + 1).unwrap_or(u32::MAX), &cells);
        }
        rows.hand_over(converter, sink)?;
        start += ROWS;
    }
    Ok(vec![rows.count])
}

/// A column as text; floats in their shortest exact form, instants with a zone in UTC.
fn as_text(column: &Column) -> PolarsResult<StringChunked> {
    let column = match column.dtype() {
        DataType::Float64 => {
            let texts = column.f64()?.iter().map(|v| v.map(|v| v.to_string()));
            return Ok(StringChunked::from_iter_options(column.name().clone(), texts));
        }
        DataType::Datetime(_, Some(_)) => {
            let us = column.cast(&DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)))?;
            let texts = us
                .datetime()?
                .physical()
                .iter()
                .map(|v| v.and_then(chrono::DateTime::from_timestamp_micros).map(|t| t.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()));
            return Ok(StringChunked::from_iter_options(column.name().clone(), texts));
        }
        _ => column.cast(&DataType::String)?,
    };
    Ok(column.str()?.clone())
}

/// What both kinds share: the layout and the counting.
struct Rows {
    layout: super::header::Layout,
    count: FileCount,
}

impl Rows {
    fn new(titles: &[String], name: &str, options: &Options) -> Result<Self, IngestError> {
        let layout = find(&[titles.to_vec()], options.forced)
            .map_err(|said| IngestError::NoHeader { file: name.to_owned(), seen: format!("{}；{}", said.zh, said.en) })?;
        let count = FileCount {
            file: name.to_owned(),
            sheet: None,
            table: Some(layout.spec.table),
            read: 0,
            good: 0,
            quarantined: 0,
            blank: 0,
            totals: 0,
            notes: layout.notes.clone(),
        };
        Ok(Self { layout, count })
    }

    fn hand_over(&mut self, converter: Converter, sink: &mut dyn Sink) -> Result<(), IngestError> {
        let converted = converter.finish(0).map_err(|source| IngestError::Polars { file: self.count.file.clone(), source })?;
        self.count.read += converted.read;
        self.count.blank += converted.blank;
        self.count.totals += converted.totals;
        self.count.good += converted.frame.height() as u64;
        self.count.quarantined += converted.quarantined.len() as u64;
        if converted.frame.height() > 0 {
            sink.rows(self.layout.spec.table, converted.frame, converted.marks)?;
        }
        if !converted.quarantined.is_empty() {
            sink.quarantined(converted.quarantined)?;
        }
        Ok(())
    }
}

fn lines(path: &Path) -> Result<std::io::Lines<BufReader<File>>, IngestError> {
    let file = File::open(path).map_err(|source| IngestError::Read { path: path.to_owned(), source })?;
    Ok(BufReader::new(file).lines())
}

/// The keys of all objects, in the order in which they first come.
fn keys(path: &Path, name: &str) -> Result<Vec<String>, IngestError> {
    let mut keys: Vec<String> = Vec::new();
    for line in lines(path)? {
        let line =
            line.map_err(|e| IngestError::Damaged { file: name.to_owned(), why: format!("{e}（应为 UTF-8 / UTF-8 expected）") })?;
        if let Ok(object) = serde_json::from_str::<Map<String, Value>>(line.trim_start_matches('\u{feff}')) {
            for key in object.keys().filter(|k| !keys.contains(k)).cloned().collect::<Vec<_>>() {
                keys.push(key);
            }
        }
    }
    Ok(keys)
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
