//! How is a delimited text file of any size read with little memory and all cores?
//!
//! A reader cuts the file into blocks at record ends, workers turn blocks into columns, and the caller's thread hands
//! them to the sink in the order of the file.

use super::convert::{Converted, Converter};
use super::decode::{SAMPLE, encoding_of, head};
use super::header::{HEADER_WITHIN, Layout, find};
use super::{FileCount, IngestError, Options, Sink};
use crate::text::Said;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

/// Size of a block: large enough to make parquet-sized columns, small enough that a few fit in memory.
const BLOCK: usize = 16 << 20;

/// A record larger than this is a lost quotation mark, not a record.
const MAX_RECORD: usize = 64 << 20;

/// A block that ends at the end of a record.
struct Block {
    number: usize,
    bytes: Vec<u8>,
}

/// Reads a delimited file.
pub(super) fn read(path: &Path, name: &str, options: &Options, sink: &mut dyn Sink) -> Result<Vec<FileCount>, IngestError> {
    let sample = head(path, SAMPLE)?;
    let encoding = encoding_of(&sample).unwrap_or(UTF_8);
    let text = decode(&sample, encoding);
    let delimiter = delimiter(&text);
    let first: Vec<Vec<String>> = {
        let mut records = Records::new(&text, delimiter);
        let mut rows = Vec::new();
        let mut fields = Vec::new();
        while rows.len() < HEADER_WITHIN && records.next(&mut fields) {
            rows.push(fields.iter().map(|f| f.to_string()).collect());
        }
        rows
    };
    let layout = find(&first, options.forced)
        .map_err(|said| IngestError::NoHeader { file: name.to_owned(), seen: format!("{}；{}", said.zh, said.en) })?;
    let mut count = FileCount {
        file: name.to_owned(),
        sheet: None,
        table: Some(layout.spec.table),
        read: 0,
        good: 0,
        quarantined: 0,
        blank: 0,
        totals: 0,
        notes: layout.notes.clone(),
    };
    let job = Job { path, name, encoding, delimiter, layout: &layout };
    job.run(options, sink, &mut count)?;
    if encoding != UTF_8 {
        count.notes.push(Said::new(format!("按 {} 编码读取", encoding.name()), format!("read as {}", encoding.name())));
    }
    Ok(vec![count])
}

struct Job<'a> {
    path: &'a Path,
    name: &'a str,
    encoding: &'static Encoding,
    delimiter: u8,
    layout: &'a Layout,
}

type Done = (usize, u32, Result<Converted, IngestError>);

impl Job<'_> {
    fn run(&self, options: &Options, sink: &mut dyn Sink, count: &mut FileCount) -> Result<(), IngestError> {
        let workers = std::thread::available_parallelism().map_or(2, usize::from).clamp(1, 8);
        let (send_block, blocks) = sync_channel::<Block>(1);
        let (send_done, done) = sync_channel::<Done>(workers);
        let blocks = Arc::new(Mutex::new(blocks));
        std::thread::scope(|scope| {
            let reader = scope.spawn(move || self.cut(&send_block));
            for _ in 0..workers {
                let (blocks, send_done) = (Arc::clone(&blocks), send_done.clone());
                scope.spawn(move || self.work(&blocks, &send_done));
            }
            drop((send_done, blocks));
            let delivered = deliver(&done, options, sink, count, self.name);
            // The workers and the reader stop when nobody takes what they make.
            drop(done);
            let cut = reader.join().map_err(|_| IngestError::Sink("reader stopped".to_owned()))?;
            delivered.and(cut)
        })
    }

    /// Cuts the file into blocks that end with a record.
    fn cut(&self, blocks: &SyncSender<Block>) -> Result<(), IngestError> {
        let io = |source| IngestError::Read { path: self.path.to_owned(), source };
        let mut file = File::open(self.path).map_err(io)?;
        let wide = self.encoding == UTF_16LE || self.encoding == UTF_16BE;
        let mut decoder = self.encoding.new_decoder();
        let (mut carry, mut number) = (Vec::new(), 0);
        loop {
            let mut bytes = std::mem::take(&mut carry);
            let kept = bytes.len();
            let mut raw = Vec::new();
            let got = Read::by_ref(&mut file).take(BLOCK as u64).read_to_end(if wide { &mut raw } else { &mut bytes }).map_err(io)?;
            let last = got < BLOCK;
            if wide {
                let mut text = String::with_capacity(decoder.max_utf8_buffer_length(raw.len()).unwrap_or(raw.len() * 2));
                let _ = decoder.decode_to_string(&raw, &mut text, last);
                bytes.extend_from_slice(text.as_bytes());
            }
            if last {
                let _ = blocks.send(Block { number, bytes });
                return Ok(());
            }
            let end = last_record_end(&bytes);
            if end == 0 && bytes.len() > MAX_RECORD {
                return Err(IngestError::Damaged {
                    file: self.name.to_owned(),
                    why: "有一条记录过长，可能缺少一个引号 / a record without end, a quotation mark is missing".to_owned(),
                });
            }
            debug_assert!(kept <= bytes.len());
            carry = bytes.split_off(end);
            if end > 0 {
                if blocks.send(Block { number, bytes }).is_err() {
                    return Ok(());
                }
                number += 1;
            } else {
                carry = std::mem::take(&mut bytes).into_iter().chain(carry).collect();
            }
        }
    }

    fn work(&self, blocks: &Mutex<Receiver<Block>>, done: &SyncSender<Done>) {
        loop {
            let block = match blocks.lock() {
                Ok(blocks) => blocks.recv(),
                Err(_) => return,
            };
            let Ok(block) = block else { return };
            let (rows, converted) = self.convert(&block);
            if done.send((block.number, rows, converted)).is_err() {
                return;
            }
        }
    }

    /// Records of the block, blank ones too, and what they gave.
    fn convert(&self, block: &Block) -> (u32, Result<Converted, IngestError>) {
        let wide = self.encoding == UTF_16LE || self.encoding == UTF_16BE;
        let text = decode(&block.bytes, if wide { UTF_8 } else { self.encoding });
        let mut converter = Converter::new(self.layout, self.name, None);
        let mut records = Records::new(&text, self.delimiter);
        let mut fields: Vec<std::borrow::Cow<str>> = Vec::new();
        let mut row = 0u32;
        let skip = if block.number == 0 { self.layout.rows_above } else { 0 };
        while records.next(&mut fields) {
            row += 1;
            if row as usize > skip {
                // One small vector of borrowed cells a row; its capacity is that of the header.
                let cells: Vec<&str> = fields.iter().map(AsRef::as_ref).collect();
                converter.push(row, &cells);
            }
        }
        let converted = converter.finish(0).map_err(|source| IngestError::Polars { file: self.name.to_owned(), source });
        (row, converted)
    }
}

/// Hands what the workers made to the sink, in the order of the file.
fn deliver(done: &Receiver<Done>, options: &Options, sink: &mut dyn Sink, count: &mut FileCount, name: &str) -> Result<(), IngestError> {
    let mut waiting: BTreeMap<usize, (u32, Converted)> = BTreeMap::new();
    let (mut next, mut base) = (0usize, 0u32);
    while let Ok((number, rows, converted)) = done.recv() {
        waiting.insert(number, (rows, converted?));
        while let Some((rows, converted)) = waiting.remove(&next) {
            hand_over(converted, base, sink, count, name)?;
            options.progress.advance(BLOCK as u64);
            base += rows;
            next += 1;
        }
    }
    Ok(())
}

fn hand_over(mut converted: Converted, base: u32, sink: &mut dyn Sink, count: &mut FileCount, name: &str) -> Result<(), IngestError> {
    use polars::prelude::*;
    let table = count.table;
    count.read += converted.read;
    count.blank += converted.blank;
    count.totals += converted.totals;
    count.good += converted.frame.height() as u64;
    count.quarantined += converted.quarantined.len() as u64;
    let said = |source| IngestError::Polars { file: name.to_owned(), source };
    if base > 0 {
        let base_i32 = i32::try_from(base).unwrap_or(i32::MAX);
        let rows = converted.frame.column("source_row").and_then(|c| c.i32().map(|c| c + base_i32)).map_err(said)?;
        converted.frame.with_column(rows.with_name("source_row".into()).into_column()).map_err(said)?;
        for row in &mut converted.quarantined {
            row.row += base;
        }
    }
    if let Some(table) = table.filter(|_| converted.frame.height() > 0) {
        sink.rows(table, converted.frame, converted.marks)?;
    }
    if !converted.quarantined.is_empty() {
        sink.quarantined(converted.quarantined)?;
    }
    Ok(())
}

fn decode<'a>(bytes: &'a [u8], encoding: &'static Encoding) -> std::borrow::Cow<'a, str> {
    if encoding == UTF_8 {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        if let Ok(text) = simdutf8::basic::from_utf8(bytes) {
            return std::borrow::Cow::Borrowed(text);
        }
    }
    encoding.decode_with_bom_removal(bytes).0
}

/// The delimiter that the first lines have most of, and most evenly.
fn delimiter(text: &str) -> u8 {
    let lines: Vec<&str> = text.lines().filter(|l| !l.trim().is_empty()).take(30).collect();
    let score = |d: u8| {
        let counts: Vec<usize> = lines.iter().map(|l| l.bytes().filter(|b| *b == d).count()).collect();
        let most = counts.iter().copied().max().unwrap_or(0);
        (counts.iter().filter(|c| **c > 0 && **c == most).count(), most)
    };
    // Commas stand in texts and numbers too, so a tab or semicolon that is there in every line wins.
    let lines_with = |d: u8| lines.iter().filter(|l| l.as_bytes().contains(&d)).count();
    [b'\t', b';', b'|']
        .into_iter()
        .filter(|d| lines_with(*d) * 2 > lines.len() && score(*d).1 >= 3)
        .max_by_key(|d| score(*d).1)
        .unwrap_or(b',')
}

/// Where the last whole record ends; 0 if there is none.
fn last_record_end(bytes: &[u8]) -> usize {
    if !bytes.contains(&b'"') {
        return bytes.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
    }
    let (mut quoted, mut end) = (false, 0);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => end = at + 1,
            _ => {}
        }
    }
    end
}

/// The records of a text (RFC 4180, and what programs really write: bare quotes inside a cell stay as they are).
struct Records<'t> {
    rest: &'t str,
    delimiter: u8,
}

impl<'t> Records<'t> {
    const fn new(text: &'t str, delimiter: u8) -> Self {
        Self { rest: text, delimiter }
    }

    /// The next record's cells; false at the end.
    fn next(&mut self, fields: &mut Vec<std::borrow::Cow<'t, str>>) -> bool {
        fields.clear();
        if self.rest.is_empty() {
            return false;
        }
        let line_end = memchr(b'\n', self.rest.as_bytes());
        let line = &self.rest[..line_end];
        if !line.as_bytes().contains(&b'"') {
            let bare = line.strip_suffix('\r').unwrap_or(line);
            fields.extend(bare.split(char::from(self.delimiter)).map(std::borrow::Cow::Borrowed));
            self.rest = self.rest.get(line_end + 1..).unwrap_or("");
            return true;
        }
        self.quoted_record(fields);
        true
    }

    fn quoted_record(&mut self, fields: &mut Vec<std::borrow::Cow<'t, str>>) {
        loop {
            let (field, after) =
                if self.rest.starts_with('"') { quoted_field(self.rest, self.delimiter) } else { bare_field(self.rest, self.delimiter) };
            fields.push(field);
            let rest = &self.rest[after..];
            match rest.as_bytes().first() {
                Some(b) if *b == self.delimiter => self.rest = &rest[1..],
                Some(_) => {
                    self.rest = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n')).unwrap_or(rest);
                    return;
                }
                None => {
                    self.rest = "";
                    return;
                }
            }
        }
    }
}

/// A cell in quotes; its end is a quote before a delimiter, a line end or nothing.
fn quoted_field(text: &str, delimiter: u8) -> (std::borrow::Cow<'_, str>, usize) {
    let bytes = text.as_bytes();
    let (mut at, mut doubled) = (1, false);
    while at < bytes.len() {
        if bytes[at] == b'"' {
            match bytes.get(at + 1) {
                Some(b'"') => {
                    doubled = true;
                    at += 2;
                    continue;
                }
                None => break,
                Some(b'\n') => break,
                Some(b'\r') if bytes.get(at + 2) == Some(&b'\n') => break,
                Some(b) if *b == delimiter => break,
                Some(_) => {}
            }
        }
        at += 1;
    }
    let inner = &text[1..at.min(text.len())];
    let field = if doubled { std::borrow::Cow::Owned(inner.replace("\"\"", "\"")) } else { std::borrow::Cow::Borrowed(inner) };
    (field, (at + 1).min(text.len()))
}

fn bare_field(text: &str, delimiter: u8) -> (std::borrow::Cow<'_, str>, usize) {
    let end = text.bytes().position(|b| b == delimiter || b == b'\n').unwrap_or(text.len());
    let field = &text[..end];
    match field.strip_suffix('\r') {
        Some(bare) if text[end..].starts_with('\n') => (std::borrow::Cow::Borrowed(bare), end - 1),
        _ => (std::borrow::Cow::Borrowed(field), end),
    }
}

fn memchr(byte: u8, bytes: &[u8]) -> usize {
    memchr::memchr(byte, bytes).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&[&str]]) {
        let mut records = Records::new(text, b',');
        let mut fields = Vec::new();
        let mut rows: Vec<Vec<String>> = Vec::new();
        while records.next(&mut fields) {
            rows.push(fields.iter().map(|f| f.to_string()).collect());
        }
        assert_eq!(rows, expected, "{text:?}");
    }

    #[test]
    fn records_as_programs_write_them() {
        check("a,b\r\n1,2\r\n", &[&["a", "b"], &["1", "2"]]);
        check("a,\"b,c\"\n\"x\ny\",\"\"\"q\"\"\"", &[&["a", "b,c"], &["x\ny", "\"q\""]]);
        check("5\"管,2\n", &[&["5\"管", "2"]]);
        check("a,,\n\n,\n", &[&["a", "", ""], &[""], &["", ""]]);
        check("\"没有结束,1\n2,3", &[&["没有结束,1\n2,3"]]);
        check("\"a\"\r\n", &[&["a"]]);
    }

    #[test]
    fn a_block_ends_where_a_record_ends() {
        assert_eq!(last_record_end(b"a,b\nc"), 4);
        assert_eq!(last_record_end(b"a,\"b\nc\"\nd"), 8);
        assert_eq!(last_record_end(b"a,\"b\nc"), 0);
        assert_eq!(last_record_end(b"abc"), 0);
    }

    #[test]
    fn delimiters_are_told_apart() {
        assert_eq!(delimiter("a\tb\tc\td\n1\t2\t3\t4,5\n"), b'\t');
        assert_eq!(delimiter("a;b;c;d\n1,5;2;3;4\n"), b';');
        assert_eq!(delimiter("a,b,c\n1,2,3\n"), b',');
    }
}
