//! What stands in which column of the ledger 问题台账? The same for the CSV and the workbook.

use super::words;
use crate::rules::finding::Finding;

/// A cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    /// Text.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// A mass that is shown in tonnes, kg.
    Tonnes(i64),
    /// Nothing: not known or not applicable.
    Blank,
}

/// A column: header, width in characters, content of a finding (`number` counts from 1).
pub(super) struct Column {
    pub(super) header: &'static str,
    pub(super) width: u32,
    pub(super) cell: fn(number: i64, finding: &Finding) -> Cell,
}

const fn column(header: &'static str, width: u32, cell: fn(i64, &Finding) -> Cell) -> Column {
    Column { header, width, cell }
}

/// The columns in the order of a ledger: what it is, about whom, how much, why, who acts, what ends it.
pub(super) const COLUMNS: [Column; 22] = [
    column("序号", 6, |number, _| Cell::Whole(number)),
    column("问题编号", 18, |_, f| text(&f.id)),
    column("严重程度", 9, |_, f| text(words::severity(f.severity).zh)),
    column("确定程度", 13, |_, f| text(words::certainty(f.certainty).zh)),
    column("问题类别", 10, |_, f| text(&words::family(&f.family).zh)),
    column("问题", 24, |_, f| text(&f.title.zh)),
    column("规则", 20, |_, f| text(&f.rule)),
    column("对象类型", 10, |_, f| text(words::subject_kind(f.subject_kind).zh)),
    column("对象编号", 16, |_, f| text(&f.subject)),
    column("对象名称", 20, |_, f| text(&f.subject_name)),
    column("时段", 10, |_, f| text(&f.period)),
    column("涉及数量（吨）", 14, |_, f| f.quantity_kg.map_or(Cell::Blank, Cell::Tonnes)),
    column("实测值", 14, |_, f| measure(f.observed, &f.unit)),
    column("允许值", 14, |_, f| measure(f.allowed, &f.unit)),
    column("单位", 10, |_, f| text(unit(&f.unit, &words::unit(&f.unit).zh))),
    column("证据条数", 9, |_, f| Cell::Whole(i64::try_from(f.evidence).unwrap_or(i64::MAX))),
    column("情况说明", 60, |_, f| text(&f.says.zh)),
    column("依据", 40, |_, f| text(&f.basis.zh)),
    column("牵头部门", 16, |_, f| text(&f.department.zh)),
    column("销号条件", 50, |_, f| text(&f.clears.zh)),
    column("Statement (English)", 60, |_, f| text(&f.says.en)),
    column("What would clear it (English)", 50, |_, f| text(&f.clears.en)),
];

fn text(text: &str) -> Cell {
    if text.is_empty() { Cell::Blank } else { Cell::Text(text.to_owned()) }
}

/// Masses stand in tonnes, as everywhere else in the ledger; other measures in their unit.
fn measure(value: Option<i64>, unit: &str) -> Cell {
    match (value, unit) {
        (None, _) => Cell::Blank,
        (Some(kg), "kg" | "kg_per_year") => Cell::Tonnes(kg),
        (Some(number), _) => Cell::Whole(number),
    }
}

/// The unit that [`measure`] shows.
fn unit<'a>(id: &str, title: &'a str) -> &'a str {
    match id {
        "kg" => "吨",
        "kg_per_year" => "吨/年",
        _ => title,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_columns_share_a_header() {
        let headers: BTreeSet<&str> = COLUMNS.iter().map(|c| c.header).collect();
        assert_eq!(headers.len(), COLUMNS.len());
    }
}
