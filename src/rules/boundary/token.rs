//! Of which numbers, words and marks does a written list of corners consist?

use super::BoundaryError;

/// A piece of a list of corners.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A number as written; with degrees, minutes and seconds already one number.
    Number(Number),
    /// Chinese or Latin letters in a row.
    Word(String),
    /// A mark that ends a corner.
    Semicolon,
    /// A mark that ends a ring: `|`, `*`, `#`, `/`.
    Bar,
    /// The end of a line.
    Line,
    /// `至`, `到`, `~`: from so much to so much.
    To,
}

/// A number of a list.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Number {
    /// Value; degrees as decimals.
    pub(super) value: f64,
    /// As written, for messages.
    pub(super) text: String,
    /// Digits behind the point.
    pub(super) decimals: usize,
    /// Written with a sign.
    pub(super) signed: bool,
    /// Written with `°`.
    pub(super) degrees: bool,
}

impl Number {
    /// A corner's number, a count: a whole number without a sign.
    pub(super) fn counts(&self) -> Option<u32> {
        let whole = self.decimals == 0 && !self.signed && !self.degrees && !self.text.contains('.');
        if whole { self.text.parse().ok().filter(|n| *n < 10_000) } else { None }
    }
}

/// The pieces of a text, in their order.
///
/// # Errors
/// [`BoundaryError::Word`] for a character that no list of corners has.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, BoundaryError> {
    let text = plain(text);
    let mut rest = text.as_str();
    let mut tokens = Vec::new();
    while let Some(first) = rest.chars().next() {
        let signed = matches!(first, '+' | '-') && rest[1..].starts_with(|c: char| c.is_ascii_digit());
        if first.is_ascii_digit() || signed {
            let (number, after) = number(rest)?;
            tokens.push(Token::Number(number));
            rest = after;
            continue;
        }
        if first.is_alphabetic() {
            let (word, after) = rest.split_at(word_bytes(rest));
            tokens.push(if word.starts_with(TO) { Token::To } else { Token::Word(word.to_owned()) });
            rest = after;
            continue;
        }
        match first {
            ';' | '。' => tokens.push(Token::Semicolon),
            '|' | '*' | '#' | '/' => tokens.push(Token::Bar),
            '\n' => tokens.push(Token::Line),
            '~' | '～' | '-' | '—' | '–' => tokens.push(Token::To),
            ',' | ':' | '=' | '.' | '(' | ')' | '[' | ']' | '{' | '}' => {}
            c if c.is_whitespace() => {}
            other => return Err(BoundaryError::Word(other.to_string())),
        }
        rest = &rest[first.len_utf8()..];
    }
    Ok(tokens)
}

/// Words that stand alone between two numbers.
const TO: [char; 2] = ['至', '到'];

/// Bytes of the word at the front.
fn word_bytes(text: &str) -> usize {
    let mut letters = text.char_indices();
    let first = letters.next().map_or('至', |(_, c)| c);
    if TO.contains(&first) {
        return first.len_utf8();
    }
    letters.find(|(_, c)| !c.is_alphabetic() || TO.contains(c)).map_or(text.len(), |(end, _)| end)
}

/// Full-width signs as the usual ones, and one sign each for minutes and seconds.
fn plain(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            '、' => ',',
            '\u{2212}' => '-',
            '′' | '’' | '‘' | '`' | '´' => '\'',
            '″' | '”' | '“' => '"',
            'º' | '˚' => '°',
            other => other,
        })
        .filter(|c| *c != '\r')
        .collect();
    text.replace("''", "\"")
}

/// The number at the front, and what is behind it.
fn number(text: &str) -> Result<(Number, &str), BoundaryError> {
    let (figure, rest) = figure(text);
    let bad = || BoundaryError::Word(figure.to_owned());
    let value: f64 = figure.parse().map_err(|_| bad())?;
    let decimals = figure.split_once('.').map_or(0, |(_, digits)| digits.len());
    let signed = figure.starts_with(['+', '-']);
    let Some(rest) = mark(rest, &['°', '度']) else {
        return Ok((Number { value, text: figure.to_owned(), decimals, signed, degrees: false }, rest));
    };
    let (minutes, rest) = part(rest, &['\'', '分'])?;
    let (seconds, rest) = part(rest, &['"', '秒'])?;
    let value = value + (minutes + seconds / 60.0) / 60.0;
    let written = text.get(..text.len() - rest.len()).unwrap_or(figure).trim().to_owned();
    Ok((Number { value, text: written, decimals, signed, degrees: true }, rest))
}

/// Sign, digits and a point at the front.
fn figure(text: &str) -> (&str, &str) {
    let digits = text.char_indices().skip(1).find(|(_, c)| !c.is_ascii_digit() && *c != '.').map_or(text.len(), |(i, _)| i);
    text.split_at(digits)
}

fn mark<'a>(text: &'a str, marks: &[char]) -> Option<&'a str> {
    text.trim_start_matches(' ').strip_prefix(marks)
}

/// Minutes or seconds with their mark at the front, or nothing.
fn part<'a>(text: &'a str, marks: &[char]) -> Result<(f64, &'a str), BoundaryError> {
    let trimmed = text.trim_start_matches(' ');
    if !trimmed.starts_with(|c: char| c.is_ascii_digit()) {
        return Ok((0.0, text));
    }
    let (figure, rest) = figure(trimmed);
    let Some(rest) = mark(rest, marks) else { return Ok((0.0, text)) };
    let value = figure.parse::<f64>().ok().filter(|v| *v < 60.0);
    value.map(|v| (v, rest)).ok_or_else(|| BoundaryError::Word(figure.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn degrees(text: &str) -> f64 {
        match tokens(text).unwrap().as_slice() {
            [Token::Number(n)] => n.value,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn degrees_minutes_and_seconds_are_one_number_however_they_are_written() {
        let expected = 114.0 + 30.0 / 60.0 + 15.2 / 3600.0;
        for text in
            ["114°30′15.2″", "114°30'15.2\"", "114°30'15.2''", "114度30分15.2秒", "１１４°３０′１５．２″", "114° 30′ 15.2″", "114°30’15.2”"]
        {
            assert!((degrees(text) - expected).abs() < 1e-12, "{text}");
        }
        assert!((degrees("114.5°") - 114.5).abs() < 1e-12);
        assert!((degrees("28°15.5′") - (28.0 + 15.5 / 60.0)).abs() < 1e-12);
        assert!(tokens("114°61′15.2″").is_err());
        assert!(tokens("114°30′75″").is_err());
    }

    #[test]
    fn a_number_in_front_of_a_corner_is_told_from_a_coordinate_and_from_a_height() {
        let counts = |text: &str| match tokens(text).unwrap().first() {
            Some(Token::Number(n)) => n.counts(),
            other => panic!("{other:?}"),
        };
        assert_eq!(counts("12"), Some(12));
        assert_eq!(counts("12.0"), None);
        assert_eq!(counts("+200"), None);
        assert_eq!(counts("3098765"), None);
        assert_eq!(counts("28°"), None);
    }

    #[test]
    fn words_end_where_numbers_begin() {
        assert_eq!(
            tokens("拐点J1，X＝3；至").unwrap().into_iter().filter(|t| !matches!(t, Token::Number(_))).collect::<Vec<_>>(),
            [Token::Word("拐点J".to_owned()), Token::Word("X".to_owned()), Token::Semicolon, Token::To]
        );
        assert!(tokens("3098765.12，¥").is_err());
    }
}
