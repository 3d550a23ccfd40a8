//! What happened to records that no longer count? The table `superseded` keeps them, with the rows that did it.

use super::{LakeError, SUPERSEDED, Snapshot};
use crate::records::Table;
use polars::prelude::*;
use std::collections::BTreeSet;

/// Why a content stands in `superseded`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// A record that a correction took out.
    Replaced,
    /// A record that a void took out.
    Voided,
    /// A correction that has done its work; its record counts.
    Correction,
    /// A void row that has done its work.
    Void,
    /// A void row that has found no record of its key yet.
    VoidWaiting,
}

impl Why {
    /// As stored.
    const fn name(self) -> &'static str {
        match self {
            Why::Replaced => "replaced",
            Why::Voided => "voided",
            Why::Correction => "correction",
            Why::Void => "void",
            Why::VoidWaiting => "void-waiting",
        }
    }
}

/// A row of `superseded`.
pub(super) struct Gone {
    pub(super) table: Table,
    pub(super) content: u128,
    pub(super) why: Why,
    /// The record as JSON; empty where it is in its table.
    pub(super) record: String,
    /// The file that did it.
    pub(super) source: String,
}

/// What corrections and voids did to a table before.
#[derive(Default)]
pub(super) struct Past {
    /// Contents that were taken out, and contents of void rows.
    pub(super) gone: BTreeSet<u128>,
    /// Contents of corrections that have done their work.
    pub(super) corrections: BTreeSet<u128>,
    /// Contents of voids that have done their work.
    pub(super) voids: BTreeSet<u128>,
}

/// What a snapshot says of a table's corrections and voids.
pub(super) fn past(snapshot: &Snapshot, table: Table) -> Result<Past, LakeError> {
    let rows = snapshot.scan(SUPERSEDED)?.filter(col("table_name").eq(lit(table.name()))).select([col("content"), col("why")]).collect()?;
    let mut past = Past::default();
    for (content, why) in rows.column("content")?.str()?.iter().zip(rows.column("why")?.str()?.iter()) {
        let Some(content) = content.and_then(|c| u128::from_str_radix(c, 16).ok()) else { continue };
        if why == Some(Why::Correction.name()) {
            past.corrections.insert(content);
            continue;
        }
        past.gone.insert(content);
        if why == Some(Why::Void.name()) {
            past.voids.insert(content);
        }
    }
    Ok(past)
}

/// The rows as the table keeps them.
pub(super) fn frame(rows: &[Gone]) -> Result<DataFrame, LakeError> {
    Ok(df!(
        "table_name" => rows.iter().map(|r| r.table.name()).collect::<Vec<_>>(),
        "content" => rows.iter().map(|r| format!("{:032x}", r.content)).collect::<Vec<_>>(),
        "why" => rows.iter().map(|r| r.why.name()).collect::<Vec<_>>(),
        "record" => rows.iter().map(|r| Some(r.record.clone()).filter(|t| !t.is_empty())).collect::<Vec<_>>(),
        "source_file" => rows.iter().map(|r| r.source.clone()).collect::<Vec<_>>(),
    )?)
}

/// A record as JSON text, for people who ask what was replaced.
pub(super) fn record(frame: &DataFrame, row: usize) -> String {
    let cells: serde_json::Map<String, serde_json::Value> = frame
        .columns()
        .iter()
        .filter_map(|c| match c.get(row) {
            Ok(AnyValue::Null) | Err(_) => None,
            Ok(AnyValue::String(text)) => Some((c.name().to_string(), text.into())),
            Ok(AnyValue::StringOwned(text)) => Some((c.name().to_string(), text.as_str().into())),
            Ok(AnyValue::Boolean(flag)) => Some((c.name().to_string(), flag.into())),
            Ok(value @ (AnyValue::Int32(_) | AnyValue::Int64(_))) => {
                value.extract::<i64>().map(|number| (c.name().to_string(), number.into()))
            }
            Ok(value) => Some((c.name().to_string(), value.to_string().into())),
        })
        .collect();
    serde_json::Value::Object(cells).to_string()
}
