//! What is in quarantine, and when does it leave?
//!
//! Rows are only ever added, to `quarantine` and to `quarantine_closed`; what is open is the difference.

use super::{LakeError, QUARANTINE, QUARANTINE_CLOSED, Snapshot};
use crate::ingest::Quarantined;
use polars::prelude::*;
use sha2::{Digest, Sha256};

/// The rows in quarantine, in the order of file, sheet and row.
///
/// # Errors
/// [`LakeError`] if the snapshot can't be read.
pub fn open_rows(snapshot: &Snapshot) -> Result<DataFrame, LakeError> {
    let order = ["source_file", "source_sheet", "source_row", "quarantine_id"];
    Ok(open(snapshot)?.sort(order, SortMultipleOptions::default()).collect()?)
}

/// The rows in quarantine, in no order.
pub(super) fn open(snapshot: &Snapshot) -> Result<LazyFrame, LakeError> {
    let closed = snapshot.scan(QUARANTINE_CLOSED)?.select([col("quarantine_id")]);
    Ok(snapshot.scan(QUARANTINE)?.join(closed, [col("quarantine_id")], [col("quarantine_id")], JoinArgs::new(JoinType::Anti)))
}

/// The number in a row's name.
pub(super) fn number(id: &str) -> u64 {
    id.strip_prefix('Q').and_then(|digits| u64::from_str_radix(digits, 16).ok()).unwrap_or(0)
}

/// Names a row in quarantine: where it stands and what it holds.
pub(super) fn id(row: &Quarantined) -> String {
    let mut hash = Sha256::new();
    let mut add = |text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    };
    add(row.table.name());
    add(&row.file);
    add(row.sheet.as_deref().unwrap_or(""));
    add(&row.row.to_string());
    for (_, cell) in &row.cells {
        add(cell);
    }
    let digest: String = hash.finalize().iter().take(8).map(|b| format!("{b:02x}")).collect();
    format!("Q{digest}")
}

/// The rows as the table `quarantine` keeps them.
pub(super) fn frame(rows: &[Quarantined]) -> Result<DataFrame, LakeError> {
    let text = |of: &dyn Fn(&Quarantined) -> String| rows.iter().map(of).collect::<Vec<String>>();
    let cells = |row: &Quarantined| serde_json::to_string(&row.cells).unwrap_or_default();
    let faults = |row: &Quarantined| serde_json::to_string(&row.faults).unwrap_or_default();
    Ok(df!(
        "quarantine_id" => text(&id),
        "table_name" => text(&|r| r.table.name().to_owned()),
        "source_file" => text(&|r| r.file.clone()),
        "source_sheet" => rows.iter().map(|r| r.sheet.clone()).collect::<Vec<Option<String>>>(),
        "source_row" => rows.iter().map(|r| i64::from(r.row)).collect::<Vec<i64>>(),
        "column_name" => text(&|r| r.column.clone()),
        "value" => text(&|r| r.value.clone()),
        "code" => text(&|r| r.code.name().to_owned()),
        "hint_zh" => text(&|r| r.hint.zh.clone()),
        "hint_en" => text(&|r| r.hint.en.clone()),
        "cells" => text(&cells),
        "faults" => text(&faults),
    )?)
}
