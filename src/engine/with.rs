//! Which parts of a statement are worked out once? Those of its `WITH` that are used more than once.
//!
//! The planner puts a common table expression in every place that names it, so that a chain of them, each used twice, is worked out
//! twice, four times, eight times. Here they are worked out in their order, each once, and stand as tables from then on.

/// A part of a `WITH`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// The statement between its brackets.
    pub(super) body: &'a str,
}

/// The parts of a statement's `WITH` in their order, and what follows them; `None`: it has none, or none that is read here
/// (`RECURSIVE`, names of columns): such a statement is run as it is.
pub(super) fn parts(text: &str) -> Option<(Vec<Part<'_>>, &str)> {
    let mut rest = keyword(skip(text), "WITH")?;
    if keyword(skip(rest), "RECURSIVE").is_some() {
        return None;
    }
    let mut parts = Vec::new();
    loop {
        let (name, after) = name(skip(rest))?;
        let open = skip(keyword(skip(after), "AS")?).strip_prefix('(')?;
        let close = closing(open)?;
        parts.push(Part { name, body: open.get(..close)? });
        rest = skip(open.get(close + 1..)?);
        match rest.strip_prefix(',') {
            Some(more) => rest = more,
            None => return Some((parts, rest)),
        }
    }
}

/// How often a text names a table.
pub(super) fn uses(text: &str, name: &str) -> usize {
    let mut count = 0;
    let mut at = 0;
    while let Some(ahead) = text.get(at..) {
        let quiet = silent(ahead);
        if quiet > 0 {
            at += quiet;
            continue;
        }
        match self::name(ahead) {
            Some((word, _)) => {
                count += usize::from(word == name);
                at += word.len();
            }
            None => match ahead.chars().next() {
                Some(c) => at += c.len_utf8(),
                None => break,
            },
        }
    }
    count
}

fn keyword<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let (begin, rest) = (text.get(..word.len())?, text.get(word.len()..)?);
    let ends = !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    (begin.eq_ignore_ascii_case(word) && ends).then_some(rest)
}

fn name(text: &str) -> Option<(&str, &str)> {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    let end = text.find(|c| !part(c)).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// What follows blanks and comments.
fn skip(text: &str) -> &str {
    let mut text = text.trim_start();
    while text.starts_with("--") {
        text = text.split_once('\n').map_or("", |(_, rest)| rest).trim_start();
    }
    text
}

/// Length of the comment or quoted text with which a text begins; 0: with neither.
fn silent(text: &str) -> usize {
    if text.starts_with("--") {
        return text.find('\n').unwrap_or(text.len());
    }
    let Some(quote) = text.chars().next().filter(|c| matches!(c, '\'' | '"')) else { return 0 };
    text.get(1..).and_then(|inside| inside.find(quote)).map_or(text.len(), |end| end + 2)
}

/// Where the bracket closes that was opened before the text.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut at) = (0usize, 0);
    while let Some(ahead) = text.get(at..).filter(|a| !a.is_empty()) {
        let quiet = silent(ahead);
        if quiet > 0 {
            at += quiet;
            continue;
        }
        match ahead.chars().next()? {
            '(' => depth += 1,
            ')' if depth == 0 => return Some(at),
            ')' => depth -= 1,
            _ => {}
        }
        at += ahead.chars().next()?.len_utf8();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_with_are_read_past_quotes_comments_and_brackets() {
        let text = "-- head\nWITH a AS (\n  -- no ) here\n  SELECT ')' AS x, (1 + 2) AS y\n),\nb AS (SELECT x FROM a) SELECT * FROM b JOIN a ON b.x = a.x";
        let (parts, main) = parts(text).unwrap();
        assert_eq!(parts.iter().map(|p| p.name).collect::<Vec<_>>(), ["a", "b"]);
        assert!(parts[0].body.contains("(1 + 2) AS y") && parts[1].body == "SELECT x FROM a");
        assert_eq!(main, "SELECT * FROM b JOIN a ON b.x = a.x");
        assert_eq!((uses(main, "a"), uses(main, "b"), uses(parts[1].body, "a")), (2, 2, 1));
        assert_eq!(uses("SELECT 'a' AS aa -- a\nFROM a", "a"), 1);
    }

    #[test]
    fn what_is_not_read_is_left_alone() {
        for text in [
            "SELECT 1",
            "WITH RECURSIVE a AS (SELECT 1) SELECT * FROM a",
            "WITH a(x) AS (SELECT 1) SELECT * FROM a",
            "WITH a AS (SELECT 1",
            "",
            "WITH",
        ] {
            assert_eq!(parts(text), None, "{text}");
        }
    }
}
