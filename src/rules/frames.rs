//! How do findings and evidence stand in the lake? A column a field, and back.

use super::finding::{Evidence, Finding};
use crate::engine::Rows;
use crate::text::Said;
use polars::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

/// The columns of the table `evidence`: the fields of [`Evidence`].
pub const EVIDENCE: [(&str, DataType); 11] = [
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

/// The columns of the table `findings`: the fields of [`Finding`], texts in two columns.
pub const FINDINGS: [(&str, DataType); 24] = [
    ("id", DataType::String),
    ("rule", DataType::String),
    ("title_zh", DataType::String),
    ("title_en", DataType::String),
    ("family", DataType::String),
    ("certainty", DataType::String),
    ("severity", DataType::String),
    ("department_zh", DataType::String),
    ("department_en", DataType::String),
    ("basis_zh", DataType::String),
    ("basis_en", DataType::String),
    ("subject_kind", DataType::String),
    ("subject", DataType::String),
    ("subject_name", DataType::String),
    ("period", DataType::String),
    ("quantity_kg", DataType::Int64),
    ("observed", DataType::Int64),
    ("allowed", DataType::Int64),
    ("unit", DataType::String),
    ("evidence", DataType::Int64),
    ("says_zh", DataType::String),
    ("says_en", DataType::String),
    ("clears_zh", DataType::String),
    ("clears_en", DataType::String),
];

/// A table `evidence` without rows.
pub(super) fn empty_evidence() -> DataFrame {
    let schema: Schema = EVIDENCE.into_iter().map(|(name, dtype)| Field::new(name.into(), dtype)).collect();
    DataFrame::empty_with_schema(&schema)
}

/// The table `findings`, in the order given.
///
/// # Errors
/// [`PolarsError`] if a count leaves `i64`.
pub fn findings_frame(findings: &[Finding]) -> PolarsResult<DataFrame> {
    let columns: PolarsResult<Vec<Column>> = FINDINGS.iter().map(|(name, _)| column(findings, name)).collect();
    DataFrame::new(findings.len(), columns?)
}

fn column(findings: &[Finding], name: &str) -> PolarsResult<Column> {
    let text = |get: fn(&Finding) -> &str| Ok(Column::new(name.into(), findings.iter().map(get).collect::<Vec<_>>()));
    let word = |get: fn(&Finding) -> String| Ok(Column::new(name.into(), findings.iter().map(get).collect::<Vec<_>>()));
    let number = |get: fn(&Finding) -> Option<i64>| Ok(Column::new(name.into(), findings.iter().map(get).collect::<Vec<_>>()));
    match name {
        "id" => text(|f| &f.id),
        "rule" => text(|f| &f.rule),
        "title_zh" => text(|f| &f.title.zh),
        "title_en" => text(|f| &f.title.en),
        "family" => text(|f| &f.family),
        "certainty" => word(|f| word_of(f.certainty)),
        "severity" => word(|f| word_of(f.severity)),
        "department_zh" => text(|f| &f.department.zh),
        "department_en" => text(|f| &f.department.en),
        "basis_zh" => text(|f| &f.basis.zh),
        "basis_en" => text(|f| &f.basis.en),
        "subject_kind" => word(|f| word_of(f.subject_kind)),
        "subject" => text(|f| &f.subject),
        "subject_name" => text(|f| &f.subject_name),
        "period" => text(|f| &f.period),
        "quantity_kg" => number(|f| f.quantity_kg),
        "observed" => number(|f| f.observed),
        "allowed" => number(|f| f.allowed),
        "unit" => text(|f| &f.unit),
        "evidence" => number(|f| i64::try_from(f.evidence).ok()),
        "says_zh" => text(|f| &f.says.zh),
        "says_en" => text(|f| &f.says.en),
        "clears_zh" => text(|f| &f.clears.zh),
        "clears_en" => text(|f| &f.clears.en),
        other => polars_bail!(ColumnNotFound: "{other}"),
    }
}

/// The findings of a table `findings`, in its order: the inverse of [`findings_frame`].
///
/// # Errors
/// [`PolarsError`] if the frame is no such table.
pub fn findings_of_frame(frame: &DataFrame) -> PolarsResult<Vec<Finding>> {
    let rows = Rows::new(frame);
    (0..frame.height())
        .map(|row| {
            let text = |name: &str| {
                rows.text(name, row)?.ok_or_else(|| polars_err!(ComputeError: "findings: row {} has no {name}", row.saturating_add(1)))
            };
            let said = |name: &str| PolarsResult::Ok(Said::new(text(&format!("{name}_zh"))?, text(&format!("{name}_en"))?));
            let count = rows.integer("evidence", row)?.and_then(|n| u64::try_from(n).ok());
            Ok(Finding {
                id: text("id")?,
                rule: text("rule")?,
                title: said("title")?,
                family: text("family")?,
                certainty: of_word(text("certainty")?)?,
                severity: of_word(text("severity")?)?,
                department: said("department")?,
                basis: said("basis")?,
                subject_kind: of_word(text("subject_kind")?)?,
                subject: text("subject")?,
                subject_name: text("subject_name")?,
                period: text("period")?,
                quantity_kg: rows.integer("quantity_kg", row)?,
                observed: rows.integer("observed", row)?,
                allowed: rows.integer("allowed", row)?,
                unit: text("unit")?,
                evidence: count.ok_or_else(|| polars_err!(ComputeError: "findings: row {} has no count", row.saturating_add(1)))?,
                says: said("says")?,
                clears: said("clears")?,
            })
        })
        .collect()
}

/// The rows of a table `evidence`, for a batch of it.
///
/// # Errors
/// [`PolarsError`] if the frame is no such table.
pub fn evidence_of_frame(frame: &DataFrame) -> PolarsResult<Vec<Evidence>> {
    let rows = Rows::new(frame);
    (0..frame.height())
        .map(|row| {
            let text = |name: &str| rows.text(name, row);
            let required = |name: &str| text(name).map(Option::unwrap_or_default);
            Ok(Evidence {
                finding: required("finding")?,
                rule: required("rule")?,
                subject: required("subject")?,
                period: required("period")?,
                ticket_no: text("ticket_no")?,
                source_file: text("source_file")?,
                source_sheet: text("source_sheet")?,
                source_row: rows.integer("source_row", row)?.and_then(|n| i32::try_from(n).ok()),
                quantity_kg: rows.integer("quantity_kg", row)?,
                observed: rows.integer("observed", row)?,
                allowed: rows.integer("allowed", row)?,
            })
        })
        .collect()
}

/// The word under which serde writes a value.
fn word_of<T: Serialize>(value: T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

fn of_word<T: DeserializeOwned>(word: String) -> PolarsResult<T> {
    serde_json::from_value(serde_json::Value::String(word)).map_err(|e| polars_err!(ComputeError: "findings: {e}"))
}
