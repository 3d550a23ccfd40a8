//! Which Delta column is which Polars column?

use super::{BULLETINS, CASES, LakeError, QUARANTINE, QUARANTINE_CLOSED, SUPERSEDED, TRANSACTIONS};
use crate::records::{Stored, Table};
use deltalake::kernel::{DataType as DeltaType, StructField};
use polars::prelude::*;

/// The Polars type of a stored column. Instants are naive here and hold UTC.
pub(super) fn dtype(stored: Stored) -> DataType {
    match stored {
        Stored::Text => DataType::String,
        Stored::Int32 => DataType::Int32,
        Stored::Int64 => DataType::Int64,
        Stored::Float64 => DataType::Float64,
        Stored::Bool => DataType::Boolean,
        Stored::Date => DataType::Date,
        Stored::Instant => DataType::Datetime(TimeUnit::Microseconds, None),
    }
}

fn text(name: &'static str) -> Field {
    Field::new(name.into(), DataType::String)
}

/// The schema that a table is declared with; `None` for a table whose frames bring their own.
#[must_use]
pub fn declared(table: &str) -> Option<Schema> {
    if let Some(table) = Table::by_name(table) {
        return Some(table.spec().columns().into_iter().map(|(name, stored, _)| Field::new(name.into(), dtype(stored))).collect());
    }
    let whole = |name: &'static str| Field::new(name.into(), DataType::Int64);
    let fields = match table {
        TRANSACTIONS => {
            vec![whole("number"), Field::new("at".into(), dtype(Stored::Instant)), text("kind"), text("versions"), text("summary")]
        }
        QUARANTINE => vec![
            text("quarantine_id"),
            text("table_name"),
            text("source_file"),
            text("source_sheet"),
            whole("source_row"),
            text("column_name"),
            text("value"),
            text("code"),
            text("hint_zh"),
            text("hint_en"),
            text("cells"),
            text("faults"),
        ],
        QUARANTINE_CLOSED => vec![text("quarantine_id"), text("source_file")],
        SUPERSEDED => vec![text("table_name"), text("content"), text("why"), text("record"), text("source_file")],
        BULLETINS => vec![
            whole("event"),
            text("kind"),
            text("draft_id"),
            text("number"),
            text("period"),
            text("person"),
            Field::new("at".into(), dtype(Stored::Instant)),
            text("reason"),
            text("document"),
            text("document_sha256"),
            text("kept"),
            text("kept_sha256"),
            text("previous"),
            text("hash"),
        ],
        CASES => vec![
            whole("event"),
            whole("case_no"),
            text("kind"),
            text("person"),
            Field::new("at".into(), dtype(Stored::Instant)),
            text("reason"),
            text("finding"),
            text("department_zh"),
            text("department_en"),
            text("responsible"),
            Field::new("due".into(), dtype(Stored::Date)),
            text("document"),
            text("attachment_sha256"),
            whole("attachment_bytes"),
            text("attachment_type"),
            text("attachment_name"),
            text("previous"),
            text("hash"),
        ],
        _ => return None,
    };
    Some(fields.into_iter().collect())
}

/// The declared columns as they stand in Parquet files: without the partition column, instants with their zone.
pub(super) fn in_files(table: &str) -> Option<Schema> {
    let partitioned = super::delta::partitioned(table);
    let in_file = |(name, dtype): (PlSmallStr, DataType)| {
        let dtype = match dtype {
            DataType::Datetime(unit, _) => DataType::Datetime(unit, Some(TimeZone::UTC)),
            other => other,
        };
        Field::new(name, dtype)
    };
    let fields = declared(table)?.into_iter().filter(|(name, _)| !(partitioned && name == crate::records::MONTH));
    Some(fields.map(in_file).collect())
}

/// An empty frame with the declared schema of a table (no columns where none is declared).
#[must_use]
pub fn empty_frame(table: &str) -> DataFrame {
    DataFrame::empty_with_schema(&declared(table).unwrap_or_default())
}

/// The Delta columns of a frame.
pub(super) fn delta_columns(schema: &Schema) -> Result<Vec<StructField>, LakeError> {
    schema
        .iter()
        .map(|(name, dtype)| {
            let delta = match dtype {
                DataType::String => DeltaType::STRING,
                DataType::Int32 => DeltaType::INTEGER,
                DataType::Int64 => DeltaType::LONG,
                DataType::Float64 => DeltaType::DOUBLE,
                DataType::Boolean => DeltaType::BOOLEAN,
                DataType::Date => DeltaType::DATE,
                DataType::Datetime(TimeUnit::Microseconds, _) => DeltaType::TIMESTAMP,
                other => return Err(LakeError::Broken(format!("column {name} has type {other}, which the lake does not keep"))),
            };
            Ok(StructField::new(name.to_string(), delta, true))
        })
        .collect()
}

/// Naive instants that hold UTC become instants that say so, as Delta's `timestamp` wants them.
pub(super) fn with_utc(frame: DataFrame) -> PolarsResult<DataFrame> {
    let instants: Vec<Expr> = instants(frame.schema())
        .map(|name| col(name).dt().replace_time_zone(Some(TimeZone::UTC), lit("raise"), NonExistent::Raise))
        .collect();
    if instants.is_empty() { Ok(frame) } else { frame.lazy().with_columns(instants).collect() }
}

/// The reverse of [`with_utc`].
pub(super) fn without_zone(frame: LazyFrame, schema: &Schema) -> LazyFrame {
    let instants: Vec<Expr> =
        instants(schema).map(|name| col(name).dt().replace_time_zone(None, lit("raise"), NonExistent::Raise)).collect();
    if instants.is_empty() { frame } else { frame.with_columns(instants) }
}

fn instants(schema: &Schema) -> impl Iterator<Item = PlSmallStr> + '_ {
    schema.iter().filter(|(_, dtype)| matches!(dtype, DataType::Datetime(..))).map(|(name, _)| name.clone())
}
