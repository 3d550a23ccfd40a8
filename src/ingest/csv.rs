//! Where does a record of a delimited text end, and what are its cells?
//!
//! RFC 4180, and what programs really write: quotation marks inside a bare cell stay as they are, and a mark that is
//! opened and never closed damages one row, not the rest of the file. One scanner decides where a record ends, both for
//! cutting a file into blocks and for reading it, so the blocks never change what is read.

use std::borrow::Cow;

/// A cell longer than this has lost its closing quotation mark: Excel holds 32 767 characters a cell.
const MAX_CELL: usize = 1 << 18;

/// How a text is delimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    /// `\n`, or `\r` in files of old Macintosh programs.
    pub(super) newline: u8,
    /// Columns of the header; 0 while it is not known.
    pub(super) width: usize,
}

/// What an opening quotation mark leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quote {
    /// The closing mark stands here.
    Closed(usize),
    /// There is none that belongs to it.
    Lost,
    /// The text ends before that is decided.
    Undecided,
}

impl Dialect {
    /// Finds the mark that closes the one before `start`, in cell `column` of its record.
    fn closing(self, bytes: &[u8], start: usize, column: usize, ends_here: bool) -> Quote {
        let limit = bytes.len().min(start + MAX_CELL);
        let (mut at, mut lines) = (start, Lines::new(self, start, column));
        while let Some(found) = bytes.get(at..limit).and_then(|rest| memchr::memchr2(b'"', self.newline, rest)) {
            let here = at + found;
            if bytes.get(here) == Some(&self.newline) {
                if lines.is_record(bytes, here) {
                    return Quote::Lost;
                }
                at = here + 1;
                continue;
            }
            match bytes.get(here + 1) {
                Some(b'"') => at = here + 2,
                None if ends_here => return lines.close(bytes, here),
                None => return Quote::Undecided,
                Some(b'\r') if self.newline == b'\n' => match bytes.get(here + 2) {
                    Some(b'\n') => return lines.close(bytes, here),
                    None if !ends_here => return Quote::Undecided,
                    _ => at = here + 1,
                },
                Some(b) if *b == self.newline || *b == self.delimiter => return lines.close(bytes, here),
                Some(_) => at = here + 1,
            }
        }
        if ends_here || limit < bytes.len() { Quote::Lost } else { Quote::Undecided }
    }

    fn delimiters(self, bytes: &[u8]) -> usize {
        memchr::memchr_iter(self.delimiter, bytes).count()
    }
}

/// The lines within a quoted cell: whether they look like records of their own.
struct Lines {
    dialect: Dialect,
    column: usize,
    line_start: usize,
    /// The first line completes the record that the mark stands in.
    first_completes: bool,
    count: usize,
}

impl Lines {
    const fn new(dialect: Dialect, start: usize, column: usize) -> Self {
        Self { dialect, column, line_start: start, first_completes: false, count: 0 }
    }

    /// A line ends at `here`: whether it is a whole record, so that the mark before it was never closed.
    fn is_record(&mut self, bytes: &[u8], here: usize) -> bool {
        let width = self.dialect.width;
        let delimiters = self.dialect.delimiters(bytes.get(self.line_start..here).unwrap_or_default());
        let whole = width >= 4 && self.count > 0 && delimiters + 1 >= width;
        if self.count == 0 {
            self.first_completes = width >= 4 && delimiters + 1 + self.column == width;
        }
        self.count += 1;
        self.line_start = here + 1;
        whole
    }

    /// A mark may close at `here`; where the first line completes the record and the last one begins a record of the same
    /// columns, it is the opening mark of a later record.
    fn close(&self, bytes: &[u8], here: usize) -> Quote {
        let begun = self.dialect.delimiters(bytes.get(self.line_start..here).unwrap_or_default());
        if self.count > 0 && self.first_completes && begun == self.column { Quote::Lost } else { Quote::Closed(here) }
    }
}

/// Where the last whole record ends; 0 if there is none.
pub(super) fn last_record_end(bytes: &[u8], dialect: Dialect) -> usize {
    if memchr::memchr(b'"', bytes).is_none() {
        return memchr::memrchr(dialect.newline, bytes).map_or(0, |at| at + 1);
    }
    let mut end = 0;
    each_record_end(bytes, dialect, |at| {
        end = at;
        true
    });
    end
}

/// Whether a text holds so many whole records at least.
pub(super) fn holds_records(bytes: &[u8], dialect: Dialect, records: usize) -> bool {
    let mut left = records;
    each_record_end(bytes, dialect, |_| {
        left = left.saturating_sub(1);
        left > 0
    });
    left == 0
}

/// Tells where each whole record ends, until `found` wants no more.
fn each_record_end(bytes: &[u8], dialect: Dialect, mut found_end: impl FnMut(usize) -> bool) {
    let (mut at, mut column) = (0, 0);
    while let Some(rest) = bytes.get(at..).filter(|r| !r.is_empty()) {
        if rest.first() == Some(&b'"') {
            match dialect.closing(bytes, at + 1, column, false) {
                Quote::Closed(close) => at = close + 1,
                Quote::Lost => at += 1,
                Quote::Undecided => return,
            }
        }
        let rest = bytes.get(at..).unwrap_or_default();
        match memchr::memchr2(dialect.delimiter, dialect.newline, rest) {
            Some(found) if rest.get(found) == Some(&dialect.newline) => {
                (at, column) = (at + found + 1, 0);
                if !found_end(at) {
                    return;
                }
            }
            Some(found) => (at, column) = (at + found + 1, column + 1),
            None => return,
        }
    }
}

/// The records of a text.
pub(super) struct Records<'t> {
    rest: &'t str,
    dialect: Dialect,
    /// The cell of the last record whose quotation mark was lost.
    lost: Option<usize>,
    /// Where the next quotation mark is not before.
    next_quote: usize,
}

impl<'t> Records<'t> {
    pub(super) const fn new(text: &'t str, dialect: Dialect) -> Self {
        Self { rest: text, dialect, lost: None, next_quote: 0 }
    }

    /// The cell of the last record that begins with a quotation mark that nothing closes.
    pub(super) const fn lost_quote(&self) -> Option<usize> {
        self.lost
    }

    /// The next record's cells; false at the end.
    pub(super) fn next(&mut self, fields: &mut Vec<Cow<'t, str>>) -> bool {
        fields.clear();
        self.lost = None;
        if self.rest.is_empty() {
            return false;
        }
        let bytes = self.rest.as_bytes();
        let line_end = memchr::memchr(self.dialect.newline, bytes).unwrap_or(bytes.len());
        let line = self.rest.get(..line_end).unwrap_or(self.rest);
        if self.quote_within(line_end) {
            self.quoted_record(fields);
            return true;
        }
        let bare = line.strip_suffix('\r').unwrap_or(line);
        let mut from = 0;
        for at in memchr::memchr_iter(self.dialect.delimiter, bare.as_bytes()) {
            fields.push(Cow::Borrowed(bare.get(from..at).unwrap_or_default()));
            from = at + 1;
        }
        fields.push(Cow::Borrowed(bare.get(from..).unwrap_or_default()));
        self.advance(line_end + 1);
        true
    }

    fn advance(&mut self, by: usize) {
        self.rest = self.rest.get(by..).unwrap_or("");
        self.next_quote = self.next_quote.saturating_sub(by);
    }

    /// Whether a quotation mark stands in the next `end` bytes; one search serves all lines up to the mark.
    fn quote_within(&mut self, end: usize) -> bool {
        let bytes = self.rest.as_bytes();
        if self.next_quote < end && bytes.get(self.next_quote) != Some(&b'"') {
            let from = self.next_quote;
            let found = bytes.get(from..).and_then(|rest| memchr::memchr(b'"', rest));
            self.next_quote = found.map_or(usize::MAX, |found| from + found);
        }
        self.next_quote < end
    }

    fn quoted_record(&mut self, fields: &mut Vec<Cow<'t, str>>) {
        loop {
            let (field, after) = self.field(fields.len());
            fields.push(field);
            let bytes = self.rest.as_bytes();
            let next = bytes.get(after).copied();
            if next == Some(self.dialect.delimiter) {
                self.advance(after + 1);
                continue;
            }
            let crlf = next == Some(b'\r') && bytes.get(after + 1) == Some(&b'\n');
            self.advance(after + if crlf { 2 } else { 1 });
            return;
        }
    }

    /// The cell that begins here, and where it ends.
    fn field(&mut self, column: usize) -> (Cow<'t, str>, usize) {
        if self.rest.starts_with('"') {
            match self.dialect.closing(self.rest.as_bytes(), 1, column, true) {
                Quote::Closed(close) => {
                    let inner = self.rest.get(1..close).unwrap_or_default();
                    let field = if inner.contains("\"\"") { Cow::Owned(inner.replace("\"\"", "\"")) } else { Cow::Borrowed(inner) };
                    return (field, close + 1);
                }
                Quote::Lost | Quote::Undecided => self.lost = self.lost.or(Some(column)),
            }
        }
        let bytes = self.rest.as_bytes();
        let end = memchr::memchr2(self.dialect.delimiter, self.dialect.newline, bytes).unwrap_or(bytes.len());
        let field = self.rest.get(..end).unwrap_or_default();
        match field.strip_suffix('\r') {
            Some(bare) if bytes.get(end) == Some(&b'\n') => (Cow::Borrowed(bare), end - 1),
            _ => (Cow::Borrowed(field), end),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn dialect(width: usize) -> Dialect {
        Dialect { delimiter: b',', newline: b'\n', width }
    }

    fn parse(text: &str, dialect: Dialect) -> (Vec<Vec<String>>, Vec<usize>) {
        let mut records = Records::new(text, dialect);
        let (mut fields, mut rows, mut lost) = (Vec::new(), Vec::new(), Vec::new());
        while records.next(&mut fields) {
            if records.lost_quote().is_some() {
                lost.push(rows.len());
            }
            rows.push(fields.iter().map(|f| f.to_string()).collect());
        }
        (rows, lost)
    }

    #[track_caller]
    fn check(text: &str, expected: &[&[&str]]) {
        assert_eq!(parse(text, dialect(0)).0, expected, "{text:?}");
    }

    #[test]
    fn records_as_programs_write_them() {
        check("a,b\r\n1,2\r\n", &[&["a", "b"], &["1", "2"]]);
        check("a,\"b,c\"\n\"x\ny\",\"\"\"q\"\"\"", &[&["a", "b,c"], &["x\ny", "\"q\""]]);
        check("5\"管,2\n", &[&["5\"管", "2"]]);
        check("5\"管,2\n3,\"4\"\n", &[&["5\"管", "2"], &["3", "4"]]);
        check("a,,\n\n,\n", &[&["a", "", ""], &[""], &["", ""]]);
        check("\"a\"\r\n", &[&["a"]]);
        check("\"a\"b\",c\n", &[&["a\"b", "c"]]);
        check("a,\"\"\n", &[&["a", ""]]);
    }

    #[test]
    fn a_lost_quotation_mark_damages_its_own_row_only() {
        let rows = |text| parse(text, dialect(5));
        // Nothing closes it.
        let (read, lost) = rows("1,\"赣C,3,4,5\n2,b,3,4,5\n3,b,3,4,5\n");
        assert_eq!((read.len(), lost), (3, vec![0]));
        // The same cell of a later row is quoted properly.
        let (read, lost) = rows("1,\"赣C,3,4,5\n2,\"b\",3,4,5\n3,b,3,4,5\n");
        assert_eq!((read.len(), lost), (3, vec![0]));
        assert_eq!(read[1], ["2", "b", "3", "4", "5"]);
        // Line breaks within a cell are no lost mark.
        let (read, lost) = rows("1,\"赣,C\n第二行\n,\",3,4,5\n2,b,3,4,5\n");
        assert_eq!((read.len(), lost), (2, vec![]));
        assert_eq!(read[0][1], "赣,C\n第二行\n,");
        let (read, lost) = rows("1,2,3,4,\"备注\n第二行\"\n2,b,3,4,5\n");
        assert_eq!((read.len(), lost), (2, vec![]));
    }

    #[test]
    fn a_block_ends_where_a_record_ends() {
        let end = |text: &str| last_record_end(text.as_bytes(), dialect(0));
        assert_eq!(end("a,b\nc"), 4);
        assert_eq!(end("a,\"b\nc\"\nd"), 8);
        assert_eq!(end("a,\"b\nc"), 0);
        assert_eq!(end("abc"), 0);
        assert_eq!(end("5\"管,b\nc,d\ne"), 12);
        assert_eq!(end("a\n\"b\""), 2);
    }

    proptest::proptest! {
        /// Cutting a text at any place and going on with what is left gives the records of the whole.
        #[test]
        fn blocks_never_change_what_is_read(text in "[ab,\"\n\r]{0,60}", width in 0usize..6, block in 1usize..20) {
            let dialect = dialect(width);
            let whole = parse(&text, dialect);
            let (mut rows, mut lost, mut at, mut carry) = (Vec::new(), Vec::new(), 0, String::new());
            while at < text.len() {
                let to = text.len().min(at + block);
                carry.push_str(&text[at..to]);
                at = to;
                let end = if at == text.len() { carry.len() } else { last_record_end(carry.as_bytes(), dialect) };
                let left = carry.split_off(end);
                let (more, more_lost) = parse(&carry, dialect);
                lost.extend(more_lost.into_iter().map(|row| row + rows.len()));
                rows.extend(more);
                carry = left;
            }
            proptest::prop_assert_eq!((rows, lost), whole);
        }
    }
}
