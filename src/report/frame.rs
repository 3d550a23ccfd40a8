//! As which columns is evidence kept in the lake and in the files?

use crate::rules::EVIDENCE;
use crate::rules::finding::{Finding, Severity};
use polars::prelude::*;

/// Evidence with exactly its columns and types, by finding, ticket, file, sheet and row; columns that are missing are null.
///
/// # Errors
/// If a column can't be what it should be.
pub fn evidence_frame(frame: DataFrame) -> PolarsResult<DataFrame> {
    if frame.height() == 0 {
        let schema: Schema = EVIDENCE.iter().map(|(name, dtype)| Field::new((*name).into(), dtype.clone())).collect();
        return Ok(DataFrame::empty_with_schema(&schema));
    }
    let columns: Vec<Expr> = EVIDENCE
        .iter()
        .map(|(name, dtype)| {
            let column = if frame.column(name).is_ok() { col(*name) } else { lit(NULL).alias(*name) };
            column.strict_cast(dtype.clone())
        })
        .collect();
    let order = ["finding", "ticket_no", "source_file", "source_sheet", "source_row", "quantity_kg", "observed", "allowed"];
    frame.lazy().select(columns).sort(order, SortMultipleOptions::default()).collect()
}

/// The evidence of these findings only.
pub(super) fn evidence_of(frame: DataFrame, findings: &[Finding]) -> PolarsResult<DataFrame> {
    let ids: Vec<&str> = findings.iter().map(|f| f.id.as_str()).collect();
    let ids = df!("finding" => ids)?.lazy();
    let kept = frame.lazy().join(ids, [col("finding")], [col("finding")], JoinArgs::new(JoinType::Semi)).collect()?;
    evidence_frame(kept)
}

/// As stored.
pub(super) const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::High => "high",
        Severity::Medium => "medium",
        Severity::Low => "low",
    }
}
