//! Where does a value, a day, a line of text stand? Scales, the time axis that several pictures share, wrapped text.

use super::number::month_name;
use super::style::{Canvas, GRID, Line, Pen, SMALL, place, round_scale, width};
use super::style::{Drawn, fitted};
use crate::text::Lang;

/// A scale of round numbers between two pixels.
pub(super) struct Scale {
    values: (i64, i64),
    pixels: (i32, i32),
    pub(super) ticks: Vec<i64>,
}

impl Scale {
    /// From the lowest to the highest of the values, both rounded outwards; `None` without any.
    pub(super) fn around(values: impl IntoIterator<Item = i64>, pixels: (i32, i32), ticks: i64) -> Option<Self> {
        let values: Vec<i64> = values.into_iter().collect();
        let (low, high, ticks) = round_scale(*values.iter().min()?, *values.iter().max()?, ticks);
        Some(Self { values: (low, high), pixels, ticks })
    }

    /// Exactly these values and ticks.
    pub(super) const fn fixed(values: (i64, i64), pixels: (i32, i32), ticks: Vec<i64>) -> Self {
        Self { values, pixels, ticks }
    }

    pub(super) fn at(&self, value: i64) -> i32 {
        place(value, self.values, self.pixels)
    }

    pub(super) fn holds(&self, value: i64) -> bool {
        (self.values.0..=self.values.1).contains(&value)
    }

    pub(super) const fn pixels(&self) -> (i32, i32) {
        self.pixels
    }

    /// The words of a vertical axis, to the left of `x`.
    pub(super) fn words(&self, canvas: &mut Canvas, x: i32, says: impl Fn(i64) -> String) {
        for tick in &self.ticks {
            canvas.text(x - 8, self.at(*tick) + 4, &says(*tick), Line { anchor: "end", ..SMALL });
        }
    }

    /// The lines of a vertical axis.
    pub(super) fn grid(&self, pen: &mut Pen, from: i32, to: i32) -> Drawn {
        self.ticks.iter().try_for_each(|tick| pen.line((from, self.at(*tick)), (to, self.at(*tick)), GRID, 1))
    }
}

/// A pricing period on a time axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its id, for people: `2023-06`.
    pub period: String,
    /// First day, ISO 8601.
    pub from: String,
    /// First day, days since 1970.
    pub from_day: i32,
    /// Last day.
    pub to_day: i32,
}

/// Time from left to right.
pub(super) struct Time {
    days: (i64, i64),
    pixels: (i32, i32),
}

impl Time {
    /// Over these periods, earliest first; `None` without any.
    pub(super) fn over<'a>(spans: impl Iterator<Item = &'a Span> + Clone, pixels: (i32, i32)) -> Option<Self> {
        let from = spans.clone().map(|s| s.from_day).min()?;
        let to = spans.map(|s| s.to_day).max()?;
        Some(Self { days: (i64::from(from), i64::from(to) + 1), pixels })
    }

    pub(super) fn x(&self, day: i32) -> i32 {
        place(i64::from(day), self.days, self.pixels)
    }

    /// The pixels of a period.
    pub(super) fn of(&self, span: &Span) -> (i32, i32) {
        (self.x(span.from_day), self.x(span.to_day.saturating_add(1)))
    }

    pub(super) const fn pixels(&self) -> (i32, i32) {
        self.pixels
    }

    /// Months at a baseline where they fit, each year once below its first month.
    pub(super) fn words<'a>(&self, canvas: &mut Canvas, y: i32, spans: impl Iterator<Item = &'a Span>, lang: Lang) {
        let middle = Line { anchor: "middle", ..SMALL };
        let (mut free_from, mut year_shown, mut month_shown) = (0, "", "");
        for span in spans {
            let (from, to) = self.of(span);
            let x = (from + to) / 2;
            let month = span.from.get(..7).unwrap_or("");
            let Some(label) = month_name(month, lang) else { continue };
            let half = width(&label, 12) / 2 + 3;
            if x - half < free_from || month == month_shown {
                continue;
            }
            canvas.text(x, y, &label, middle);
            (free_from, month_shown) = (x + half, month);
            let year = span.from.get(..4).unwrap_or("");
            if year != year_shown {
                canvas.text(x, y + 16, year, middle);
                year_shown = year;
            }
        }
    }
}

/// Text in lines no wider than `room`: broken at blanks, and between Chinese characters; a word that is wider alone is cut.
pub(super) fn wrapped(text: &str, size: i32, room: i32) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for piece in pieces(text) {
        let longer = format!("{line}{piece}");
        if !line.is_empty() && width(longer.trim_end(), size) > room {
            lines.push(line.trim_end().to_owned());
            line = piece.trim_start().to_owned();
        } else {
            line = longer;
        }
    }
    lines.push(line.trim_end().to_owned());
    lines.into_iter().filter(|l| !l.is_empty()).map(|l| fitted(&l, size, room)).collect()
}

/// What may stand at the end of a line but not begin one.
const NO_BEGINNING: &str = "，。、；：！？）》”%";

/// The smallest pieces between which a line may be broken, blanks kept at their ends.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut before = ' ';
    for c in text.chars() {
        let wide = |c: char| c >= '\u{2E80}';
        let joins =
            NO_BEGINNING.contains(c) || matches!(before, '（' | '《' | '“') || c == ' ' || !(before == ' ' || wide(c) || wide(before));
        match pieces.last_mut() {
            Some(last) if joins => last.push(c),
            _ => pieces.push(c.to_string()),
        }
        before = c;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_between_chinese_characters_but_not_before_a_comma() {
        assert_eq!(wrapped("a guide price that moved", 10, 80), ["a guide price", "that moved"]);
        assert_eq!(wrapped("指导价变动，区间变动", 10, 50), ["指导价变", "动，区间变", "动"]);
        assert_eq!(wrapped("指导价变动，区间", 10, 60), ["指导价变动，", "区间"]);
        assert_eq!(wrapped("", 10, 50), Vec::<String>::new());
    }

    proptest::proptest! {
        #[test]
        fn no_line_is_wider_than_its_room_and_no_word_is_lost(text in "[a-z 价格（），。]{0,60}") {
            let lines = wrapped(&text, 12, 200);
            proptest::prop_assert!(lines.iter().all(|l| width(l, 12) <= 200));
            let bare = |t: &str| t.chars().filter(|c| *c != ' ').collect::<String>();
            if !lines.iter().any(|l| l.ends_with('…')) {
                proptest::prop_assert_eq!(bare(&lines.concat()), bare(&text));
            }
        }
    }

    #[test]
    fn half_months_of_one_month_share_a_label() {
        let span = |from: &str, from_day, to_day| Span { period: from.to_owned(), from: from.to_owned(), from_day, to_day };
        let spans = [span("2023-06-01", 0, 14), span("2023-06-16", 15, 29), span("2023-07-01", 30, 44)];
        let mut canvas = Canvas::new(400, 100, "t", "d");
        Time::over(spans.iter(), (0, 400)).unwrap().words(&mut canvas, 20, spans.iter(), Lang::Zh);
        let svg = canvas.finish(|_| Ok(()));
        assert_eq!((svg.matches("6月").count(), svg.matches("7月").count(), svg.matches("2023").count()), (1, 1, 1));
    }
}
