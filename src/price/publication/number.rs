//! Which number does a bulletin bear? 〔year〕no., counted by issuer and year, without gaps.

use super::ledger::Ledger;

/// The number of the `ordinal`-th bulletin of a year: `宜锂价〔2023〕6号`.
#[must_use]
pub fn number(word: &str, year: i32, ordinal: u32) -> String {
    format!("{word}〔{year}〕{ordinal}号")
}

/// Year and ordinal of a number; `None` if it is none.
#[must_use]
pub fn parse(number: &str) -> Option<(i32, u32)> {
    let (_, rest) = number.split_once('〔')?;
    let (year, rest) = rest.split_once('〕')?;
    Some((year.parse().ok()?, rest.strip_suffix('号')?.parse().ok()?))
}

/// The ordinal that the next bulletin of this issuer and year has.
#[must_use]
pub fn next(ledger: &Ledger, issuer: &str, year: i32) -> u32 {
    let before = ledger.published().iter().filter(|p| p.document.issuer == issuer && parse(&p.number).is_some_and(|(y, _)| y == year));
    u32::try_from(before.count()).unwrap_or(u32::MAX).saturating_add(1)
}

/// A number as people type it, in the form that is stored: half-width brackets and blanks are forgiven.
#[must_use]
pub fn as_stored(typed: &str) -> String {
    let bracket = |c: char| match c {
        '[' | '(' | '（' | '［' | '【' => '〔',
        ']' | ')' | '）' | '］' | '】' => '〕',
        c => c,
    };
    let text: String = typed.chars().filter(|c| !c.is_whitespace()).map(bracket).collect();
    if text.contains('〕') && !text.ends_with('号') { format!("{text}号") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_reads_back_and_is_found_as_typed() {
        assert_eq!(number("宜锂价", 2023, 6), "宜锂价〔2023〕6号");
        assert_eq!(parse("宜锂价〔2023〕6号"), Some((2023, 6)));
        assert_eq!(parse("2023-6"), None);
        for typed in ["[2023]6", "（2023）6号", " 〔2023〕 6 号"] {
            assert_eq!(as_stored(typed), "〔2023〕6号");
        }
    }
}
