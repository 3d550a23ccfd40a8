//! As which columns are findings and their evidence kept in the lake?

use crate::rules::finding::{Certainty, Finding, Severity, SubjectKind};
use polars::prelude::*;

/// The columns of [`crate::rules::finding::Evidence`].
const EVIDENCE: [(&str, DataType); 11] = [
    ("finding", DataType::String),
    ("rule", DataType::String),
    ("subject", DataType::String),
    ("period", DataType::String),
    ("ticket_no", DataType::String),
    ("source_file", DataType::String),
    ("source_sheet", DataType::String),
    ("source_row", DataType::Int32),
    ("quantity_kg", DataType::Int64),
    ("observed", DataType::Int64),
    ("allowed", DataType::Int64),
];

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

/// Findings as the table `findings` keeps them, in their order.
///
/// # Errors
/// If the frame can't be made.
pub fn findings_frame(findings: &[Finding]) -> PolarsResult<DataFrame> {
    let text = |of: fn(&Finding) -> &str| findings.iter().map(|f| of(f).to_owned()).collect::<Vec<String>>();
    let whole = |of: fn(&Finding) -> Option<i64>| findings.iter().map(of).collect::<Vec<Option<i64>>>();
    df!(
        "id" => text(|f| &f.id),
        "rule" => text(|f| &f.rule),
        "title_zh" => text(|f| &f.title.zh),
        "title_en" => text(|f| &f.title.en),
        "family" => text(|f| &f.family),
        "certainty" => text(|f| certainty(f.certainty)),
        "severity" => text(|f| severity(f.severity)),
        "department_zh" => text(|f| &f.department.zh),
        "department_en" => text(|f| &f.department.en),
        "basis_zh" => text(|f| &f.basis.zh),
        "basis_en" => text(|f| &f.basis.en),
        "subject_kind" => text(|f| subject_kind(f.subject_kind)),
        "subject" => text(|f| &f.subject),
        "subject_name" => text(|f| &f.subject_name),
        "period" => text(|f| &f.period),
        "quantity_kg" => whole(|f| f.quantity_kg),
        "observed" => whole(|f| f.observed),
        "allowed" => whole(|f| f.allowed),
        "unit" => text(|f| &f.unit),
        "evidence" => whole(|f| i64::try_from(f.evidence).ok()),
        "says_zh" => text(|f| &f.says.zh),
        "says_en" => text(|f| &f.says.en),
        "clears_zh" => text(|f| &f.clears.zh),
        "clears_en" => text(|f| &f.clears.en),
    )
}

/// As stored.
const fn certainty(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Proven => "proven",
        Certainty::Strong => "strong",
        Certainty::Lead => "lead",
    }
}

/// As stored.
pub(super) const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::High => "high",
        Severity::Medium => "medium",
        Severity::Low => "low",
    }
}

/// As stored.
const fn subject_kind(kind: SubjectKind) -> &'static str {
    match kind {
        SubjectKind::Site => "site",
        SubjectKind::Place => "place",
        SubjectKind::Plate => "plate",
        SubjectKind::Ticket => "ticket",
    }
}
