//! How do columns line up where Chinese characters take two places?

use chrono::{DateTime, SecondsFormat, Utc};
use std::fmt;

/// Texts in columns.
pub(crate) struct Grid {
    rows: Vec<Vec<String>>,
    right: Vec<usize>,
}

impl Grid {
    /// With these titles.
    pub(crate) fn new(titles: &[&str]) -> Self {
        Self { rows: vec![titles.iter().map(|t| (*t).to_owned()).collect()], right: Vec::new() }
    }

    /// Adds a row.
    pub(crate) fn push(&mut self, row: Vec<String>) {
        self.rows.push(row);
    }

    /// These columns hold numbers.
    pub(crate) fn align_right(mut self, columns: &[usize]) -> Self {
        self.right.extend_from_slice(columns);
        self
    }
}

impl fmt::Display for Grid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> =
            (0..columns).map(|c| self.rows.iter().filter_map(|row| row.get(c)).map(|cell| width(cell)).max().unwrap_or(0)).collect();
        for (number, row) in self.rows.iter().enumerate() {
            let mut line = String::new();
            for ((column, cell), places) in row.iter().enumerate().zip(&widths) {
                let gap = " ".repeat(places.saturating_sub(width(cell)));
                if self.right.contains(&column) {
                    line.push_str(&gap);
                    line.push_str(cell);
                } else {
                    line.push_str(cell);
                    line.push_str(&gap);
                }
                line.push_str("  ");
            }
            let end = if number + 1 < self.rows.len() { "\n" } else { "" };
            write!(f, "{}{end}", line.trim_end())?;
        }
        Ok(())
    }
}

/// Places on a terminal: East Asian wide characters take two (Unicode Standard Annex 11, the blocks that occur here).
fn width(text: &str) -> usize {
    text.chars()
        .map(|c| match u32::from(c) {
            0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f | 0xff00..=0xff60 | 0xffe0..=0xffe6 => {
                2
            }
            0x2_0000..=0x3_fffd => 2,
            _ => 1,
        })
        .sum()
}

/// An instant as people and `--as-of` read it: Beijing time with its zone, to the microsecond that the lake keeps.
pub(crate) fn beijing(at: DateTime<Utc>) -> String {
    at.with_timezone(&crate::records::time::beijing()).to_rfc3339_opts(SecondsFormat::Micros, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_and_latin_cells_line_up() {
        let mut grid = Grid::new(&["表", "rows"]);
        grid.push(vec!["过磅单".to_owned(), "7".to_owned()]);
        grid.push(vec!["sites".to_owned(), "1234".to_owned()]);
        assert_eq!(grid.align_right(&[1]).to_string(), "表      rows\n过磅单     7\nsites   1234");
    }
}
