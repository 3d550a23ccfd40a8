//! How does the ledger become a CSV that Excel opens by a double click? UTF-8 with BOM, CRLF, no cell that is a formula.

use super::ledger::{COLUMNS, Cell};
use crate::chart::number::exact_tonnes;
use crate::rules::finding::Finding;

/// `findings.csv`.
pub(super) fn findings(findings: &[Finding]) -> Vec<u8> {
    let mut csv = String::from("\u{FEFF}");
    line(&mut csv, COLUMNS.iter().map(|c| c.header.to_owned()));
    for (number, finding) in (1..).zip(findings) {
        line(&mut csv, COLUMNS.iter().map(|c| written(&(c.cell)(number, finding))));
    }
    csv.into_bytes()
}

pub(super) fn line(csv: &mut String, cells: impl Iterator<Item = String>) {
    let cells: Vec<String> = cells.collect();
    csv.push_str(&cells.join(","));
    csv.push_str("\r\n");
}

/// A text as a cell of a CSV that runs nothing.
pub(super) fn text(text: &str) -> String {
    quoted(&harmless(text))
}

pub(super) fn written(cell: &Cell) -> String {
    match cell {
        Cell::Text(said) => text(said),
        Cell::Whole(number) => number.to_string(),
        Cell::Tonnes(kg) => exact_tonnes(*kg),
        Cell::Blank => String::new(),
    }
}

/// A text that a spreadsheet would run as a formula gets an apostrophe in front (OWASP, CSV injection); a name from a ticket
/// must not run on an inspector's machine.
fn harmless(text: &str) -> String {
    let first = text.trim_start_matches([' ', '\u{3000}']).chars().next();
    let formula = matches!(first, Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠'));
    if formula { format!("'{text}") } else { text.to_owned() }
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\r', '\n', ';']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_would_be_a_formula_is_text() {
        for evil in ["=1+1", "+1", "-2", "@SUM(A1)", "\t=1", " =1", "＝1"] {
            assert!(harmless(evil).starts_with('\''), "{evil}");
        }
        assert_eq!(harmless("白石岭 = 好"), "白石岭 = 好");
    }

    #[test]
    fn a_cell_with_commas_and_quotes_stays_one_cell() {
        assert_eq!(quoted("a,\"b\"\nc"), "\"a,\"\"b\"\"\nc\"");
        assert_eq!(written(&Cell::Tonnes(1_234_567)), "1234.567");
        assert_eq!(written(&Cell::Tonnes(-1)), "-0.001");
    }
}
