//! What stands on the paper, whatever it is written in? Paragraphs and tables; every format draws these and nothing else.

use crate::chart::number::scaled;
use crate::text::Lang;
use chrono::NaiveDate;

/// What stands where there is no number, or one that is not shown.
pub(super) const NONE: &str = "—";

/// A bulletin in one language, ready to be drawn. All text is clean (see [`clean`]).
#[derive(Debug)]
pub(super) struct Paper {
    pub(super) lang: Lang,
    /// That it is no bulletin yet; `None`: published.
    pub(super) draft: Option<Draft>,
    pub(super) title: String,
    /// `〔2023〕6号`.
    pub(super) number: Option<String>,
    /// What the prices may be called.
    pub(super) force: String,
    /// What it corrects, and why.
    pub(super) correction: Option<String>,
    pub(super) body: Vec<Block>,
    /// The line that names the annex, below the text.
    pub(super) see_annex: String,
    pub(super) issuer: String,
    pub(super) date: String,
    /// The day that the date says.
    pub(super) day: Option<NaiveDate>,
    pub(super) annex: Annex,
    /// Stays the same for the same bulletin and differs between two.
    pub(super) identity: String,
    /// Version of the program.
    pub(super) program: String,
}

/// How a draft says that it is one.
#[derive(Debug)]
pub(super) struct Draft {
    /// One word, for the ground of a page.
    pub(super) word: String,
    /// The line at the top of every page.
    pub(super) line: String,
}

/// What stands behind the text, from a new page on.
#[derive(Debug)]
pub(super) struct Annex {
    /// `附件`.
    pub(super) label: String,
    pub(super) title: String,
    pub(super) blocks: Vec<Block>,
}

/// A piece of text.
#[derive(Debug)]
pub(super) enum Block {
    /// Of a section.
    Heading(String),
    Paragraph(String),
    Table(Table),
}

/// A table.
#[derive(Debug)]
pub(super) struct Table {
    /// Name of its sheet in a workbook.
    pub(super) sheet: String,
    pub(super) caption: String,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<Cell>>,
    /// Below the table, small.
    pub(super) notes: Vec<String>,
}

/// A column of a table.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) head: String,
    /// On paper, tenths of a millimetre; a table is [`TEXT_WIDTH`] wide.
    pub(super) width: u32,
    pub(super) align: Align,
    /// Long text, set smaller.
    pub(super) fine: bool,
    /// The heads of the two columns of a workbook that hold the two numbers of [`Cell::Pair`].
    pub(super) pair: Option<(String, String)>,
}

/// Width of the text, tenths of a millimetre: A4 less the margins of 28 and 26 mm.
pub(super) const TEXT_WIDTH: u32 = 1560;

/// Where the text of a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Centre,
    Right,
}

/// A cell of a table.
#[derive(Clone, Debug)]
pub(super) enum Cell {
    Blank,
    Text(String),
    /// One above the other.
    Lines(Vec<String>),
    Number(Number),
    /// A number with another one below it.
    Pair(Number, Option<Number>),
}

/// A number that knows how it is written, so that a page and a workbook can't differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number {
    /// The number times 10^`scale`.
    pub(super) value: i64,
    pub(super) scale: u32,
    /// Decimals that are shown.
    pub(super) keep: u32,
    /// `+` before what is above zero.
    pub(super) signed: bool,
    pub(super) percent: bool,
}

impl Number {
    /// A count.
    pub(super) const fn count(count: i64) -> Self {
        Self { value: count, scale: 0, keep: 0, signed: false, percent: false }
    }

    /// Yuan from fen with `keep` decimals.
    pub(super) const fn yuan(fen: i64, keep: u32) -> Self {
        Self { value: fen, scale: 2, keep, signed: false, percent: false }
    }

    /// Per cent from its tenths.
    pub(super) const fn percent(tenths: i64) -> Self {
        Self { value: tenths, scale: 1, keep: 1, signed: false, percent: true }
    }

    /// The same with its sign.
    pub(super) const fn signed(self) -> Self {
        Self { signed: true, ..self }
    }

    /// For people: `1,850`, `+45`, `-2.5%`.
    pub(super) fn shown(self) -> String {
        let plus = if self.signed && self.value > 0 { "+" } else { "" };
        let unit = if self.percent { "%" } else { "" };
        format!("{plus}{}{unit}", scaled(self.value, self.scale, self.keep))
    }

    /// For a workbook, which counts per cent as hundredths.
    #[expect(clippy::cast_precision_loss, reason = "prices of ore stay far below 2^53 fen")]
    pub(super) fn real(self) -> f64 {
        let places = if self.percent { self.scale + 2 } else { self.scale };
        // A division by a power of ten gives the nearest float to the decimal; a product of tenths would not.
        self.value as f64 / 10_i64.pow(places) as f64
    }

    /// The number format of a workbook that shows the same.
    pub(super) fn format(self) -> String {
        let decimals = if self.keep == 0 { String::new() } else { format!(".{}", "0".repeat(self.keep as usize)) };
        let plain = format!("#,##0{decimals}{}", if self.percent { "%" } else { "" });
        if self.signed { format!("+{plain};-{plain};{plain}") } else { plain }
    }
}

impl Cell {
    /// A number, if there is one.
    pub(super) fn number(number: Option<Number>) -> Self {
        number.map_or(Self::Blank, Self::Number)
    }

    /// The lines of the cell on paper.
    pub(super) fn lines(&self) -> Vec<String> {
        match self {
            Self::Blank => vec![NONE.to_owned()],
            Self::Text(text) => vec![text.clone()],
            Self::Lines(lines) => lines.clone(),
            Self::Number(number) => vec![number.shown()],
            Self::Pair(first, second) => std::iter::once(*first).chain(*second).map(Number::shown).collect(),
        }
    }
}

/// Decimals that show every one of these amounts of fen exactly: none, one or two.
pub(super) fn decimals(fen: impl IntoIterator<Item = i64>) -> u32 {
    let needs = |fen: i64| match (fen % 100, fen % 10) {
        (0, _) => 0,
        (_, 0) => 1,
        _ => 2,
    };
    fen.into_iter().map(needs).max().unwrap_or(0)
}

/// Text from data as it may stand in any format: one line, without control characters (XML can't hold them), without marks that
/// turn the direction of writing (they can make a number read otherwise than it is) and without invisible ones.
pub(super) fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_control() || c == '\u{2028}' || c == '\u{2029}' => clean.push(' '),
            '\u{00AD}' | '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' => {}
            '\u{FEFF}' | '\u{FFF9}'..='\u{FFFC}' | '\u{E0000}'..='\u{E007F}' => {}
            c if (u32::from(c) & 0xFFFE) == 0xFFFE || ('\u{FDD0}'..='\u{FDEF}').contains(&c) => {}
            c => clean.push(c),
        }
    }
    clean.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_shown_as_its_format_says() {
        let step = Number::yuan(-4_550, 1).signed();
        assert_eq!((step.shown().as_str(), step.format().as_str()), ("-45.5", "+#,##0.0;-#,##0.0;#,##0.0"));
        assert!((step.real() + 45.5).abs() < 1e-12);
        let share = Number::percent(812);
        assert_eq!((share.shown().as_str(), share.format().as_str()), ("81.2%", "#,##0.0%"));
        assert!((share.real() - 0.812).abs() < 1e-12);
        assert_eq!(Number::yuan(0, 0).signed().shown(), "0");
        assert_eq!(Number::yuan(185_000, 0).signed().shown(), "+1,850");
    }

    #[test]
    fn a_column_shows_as_many_decimals_as_its_numbers_have() {
        assert_eq!(decimals([100, 25_000]), 0);
        assert_eq!(decimals([100, 25_050]), 1);
        assert_eq!(decimals([100, -25_051]), 2);
        assert_eq!(decimals([]), 0);
    }

    #[test]
    fn text_from_data_is_one_line_without_invisible_marks() {
        assert_eq!(clean("一\u{0}二\r\n三\u{202E}四\u{FFFF}  五\t"), "一 二 三四 五");
    }
}
