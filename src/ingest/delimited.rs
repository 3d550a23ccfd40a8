//! How is a delimited text file of any size read with little memory and all cores?
//!
//! A reader cuts the file into blocks at record ends, workers turn blocks into columns, and the caller's thread hands
//! them to the sink in the order of the file. A fixed number of blocks is on the way, whichever of the threads is slow.

use super::code::{Bad, Code};
use super::convert::{Converted, Converter};
use super::csv::{Dialect, Records, holds_records, last_record_end};
use super::decode::{SAMPLE, encoding_of, head};
use super::header::{HEADER_WITHIN, Layout, find};
use super::{FileCount, IngestError, Options, Sink};
use crate::text::Said;
use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

/// Size of a block: large enough to make parquet-sized columns, small enough that a few fit in memory.
pub(super) const BLOCK: usize = 8 << 20;

/// A record larger than this is no record.
const MAX_RECORD: usize = 64 << 20;

/// A block that ends at the end of a record.
struct Block {
    number: usize,
    bytes: Vec<u8>,
    /// Bytes of the file that it stands for.
    raw: u64,
}

/// What became of a block: its number, its bytes in the file, its records (blank ones too) and what they gave.
struct Done {
    number: usize,
    raw: u64,
    rows: u32,
    converted: Result<Converted, IngestError>,
}

/// Reads a delimited file.
pub(super) fn read(path: &Path, name: &str, options: &Options, sink: &mut dyn Sink) -> Result<Vec<FileCount>, IngestError> {
    read_in_blocks(path, name, options, sink, BLOCK)
}

fn read_in_blocks(path: &Path, name: &str, options: &Options, sink: &mut dyn Sink, block: usize) -> Result<Vec<FileCount>, IngestError> {
    let sample = head(path, SAMPLE)?;
    let encoding = encoding_of(&sample);
    let text = decode(&sample, encoding);
    let newline = if text.contains('\n') || !text.contains('\r') { b'\n' } else { b'\r' };
    let mut dialect = Dialect { delimiter: delimiter(&text, newline), newline, width: 0 };
    let mut first: Vec<Vec<String>> = Vec::new();
    let mut records = Records::new(&text, dialect);
    let mut fields = Vec::new();
    while first.len() < HEADER_WITHIN && records.next(&mut fields) {
        first.push(fields.iter().map(|f| f.to_string()).collect());
    }
    let layout = find(&first, options.forced)
        .map_err(|said| IngestError::NoHeader { file: name.to_owned(), seen: format!("{}；{}", said.zh, said.en) })?;
    dialect.width = layout.titles.len();
    let mut count = FileCount::new(name, None, Some(&layout));
    let job = Job { path, name, encoding, dialect, layout: &layout, block };
    job.run(options, sink, &mut count)?;
    if let Some(encoding) = encoding.filter(|e| *e != UTF_8) {
        count.notes.push(Said::new(format!("按 {} 编码读取", encoding.name()), format!("read as {}", encoding.name())));
    }
    Ok(vec![count])
}

struct Job<'a> {
    path: &'a Path,
    name: &'a str,
    /// `None`: the first bytes are all ASCII; each block decides for itself.
    encoding: Option<&'static Encoding>,
    dialect: Dialect,
    layout: &'a Layout,
    block: usize,
}

impl Job<'_> {
    fn run(&self, options: &Options, sink: &mut dyn Sink, count: &mut FileCount) -> Result<(), IngestError> {
        let workers = std::thread::available_parallelism().map_or(2, usize::from).clamp(1, 8);
        let on_the_way = workers * 2 + 1;
        let (send_block, blocks) = sync_channel::<Block>(on_the_way);
        let (send_done, done) = sync_channel::<Done>(on_the_way);
        let (permit, permits) = sync_channel::<()>(on_the_way);
        for _ in 0..on_the_way {
            let _ = permit.send(());
        }
        let blocks = Arc::new(Mutex::new(blocks));
        std::thread::scope(|scope| {
            let reader = scope.spawn(move || self.cut(&send_block, &permits));
            for _ in 0..workers {
                let (blocks, send_done) = (Arc::clone(&blocks), send_done.clone());
                scope.spawn(move || self.work(&blocks, &send_done));
            }
            drop((send_done, blocks));
            let delivered = self.deliver(&done, &permit, options, sink, count);
            // The workers and the reader stop when nobody takes what they make.
            drop((done, permit));
            let cut = reader.join().map_err(|_| IngestError::Sink("reader stopped".to_owned()))?;
            delivered.and(cut)
        })
    }

    /// Whether records can only be told apart in the decoded text: `|` is the second byte of some GB18030 characters.
    fn decoded_first(&self) -> bool {
        self.encoding.is_some_and(|e| e == UTF_16LE || e == UTF_16BE || (e == GB18030 && self.dialect.delimiter == b'|'))
    }

    /// Cuts the file into blocks that end with a record.
    fn cut(&self, blocks: &SyncSender<Block>, permits: &Receiver<()>) -> Result<(), IngestError> {
        let io = |source| IngestError::Read { path: self.path.to_owned(), source };
        let mut file = File::open(self.path).map_err(io)?;
        let mut decoder = self.encoding.filter(|_| self.decoded_first()).map(Encoding::new_decoder);
        let (mut bytes, mut number, mut raw) = (Vec::new(), 0, 0u64);
        loop {
            let mut chunk = Vec::new();
            let into = if decoder.is_some() { &mut chunk } else { &mut bytes };
            // One byte more, so that the end of the file is seen without more room.
            into.reserve_exact(self.block + 1);
            let got = Read::by_ref(&mut file).take(self.block as u64).read_to_end(into).map_err(io)?;
            let last = got < self.block;
            if let Some(decoder) = &mut decoder {
                let mut text = String::with_capacity(decoder.max_utf8_buffer_length(chunk.len()).unwrap_or(chunk.len() * 2));
                let _ = decoder.decode_to_string(&chunk, &mut text, last);
                bytes.extend_from_slice(text.as_bytes());
            }
            if raw == 0 && bytes.starts_with(b"\xef\xbb\xbf") {
                bytes.drain(..3);
            }
            raw += got as u64;
            // The first block holds the whole header.
            let short = !last && number == 0 && !holds_records(&bytes, self.dialect, self.layout.rows_above);
            let end = if last {
                bytes.len()
            } else if short {
                0
            } else {
                last_record_end(&bytes, self.dialect)
            };
            if end == 0 && bytes.len() > MAX_RECORD.max(self.block) {
                let why = "有一条记录超过 64 MB / a record of more than 64 MB".to_owned();
                return Err(IngestError::Damaged { file: self.name.to_owned(), why });
            }
            if end > 0 {
                let rest = bytes.split_off(end);
                let block = Block { number, bytes: std::mem::replace(&mut bytes, rest), raw: std::mem::take(&mut raw).max(1) };
                if permits.recv().is_err() || blocks.send(block).is_err() {
                    return Ok(());
                }
                number += 1;
            }
            if last {
                return Ok(());
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
            if done.send(self.convert(&block)).is_err() {
                return;
            }
        }
    }

    fn convert(&self, block: &Block) -> Done {
        let encoding = if self.decoded_first() { Some(UTF_8) } else { self.encoding.or_else(|| encoding_of(&block.bytes)) };
        let text = decode(&block.bytes, encoding);
        let rows = memchr::memchr_iter(self.dialect.newline, &block.bytes).count() + 1;
        let mut converter = Converter::with_room(self.layout, self.name, None, rows);
        let mut records = Records::new(&text, self.dialect);
        let mut fields: Vec<Cow<str>> = Vec::new();
        let (mut row, skip) = (0u32, if block.number == 0 { self.layout.rows_above } else { 0 });
        while records.next(&mut fields) {
            row += 1;
            if row as usize <= skip {
                continue;
            }
            match records.lost_quote() {
                None => converter.push(row, &fields),
                Some(place) => converter.push_damaged(row, &fields, place, lost_quote()),
            }
        }
        let converted = converter.finish().map_err(|source| IngestError::Polars { file: self.name.to_owned(), source });
        Done { number: block.number, raw: block.raw, rows: row, converted }
    }

    /// Hands what the workers made to the sink, in the order of the file.
    fn deliver(
        &self,
        done: &Receiver<Done>,
        permit: &SyncSender<()>,
        options: &Options,
        sink: &mut dyn Sink,
        count: &mut FileCount,
    ) -> Result<(), IngestError> {
        let mut waiting: BTreeMap<usize, Done> = BTreeMap::new();
        let (mut next, mut base) = (0usize, 0u32);
        while let Ok(block) = done.recv() {
            waiting.insert(block.number, block);
            while let Some(block) = waiting.remove(&next) {
                let mut converted = block.converted?;
                converted.shift(base).map_err(|source| IngestError::Polars { file: self.name.to_owned(), source })?;
                count.hand_over(converted, sink)?;
                options.progress.advance(block.raw);
                base = base.saturating_add(block.rows);
                next += 1;
                // The reader has ended where nobody takes it.
                let _ = permit.try_send(());
            }
        }
        Ok(())
    }
}

fn lost_quote() -> Bad {
    Bad::new(
        Code::Row,
        "单元格以引号开头，但没有对应的结束引号；请补上或去掉引号",
        "the cell begins with a quotation mark that is never closed; close it or take it away",
    )
}

fn decode<'a>(bytes: &'a [u8], encoding: Option<&'static Encoding>) -> Cow<'a, str> {
    let encoding = encoding.unwrap_or(UTF_8);
    if encoding == UTF_8 {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        if let Ok(text) = simdutf8::basic::from_utf8(bytes) {
            return Cow::Borrowed(text);
        }
    }
    encoding.decode_with_bom_removal(bytes).0
}

/// The delimiter that the first lines have most of, and most evenly.
fn delimiter(text: &str, newline: u8) -> u8 {
    let lines: Vec<&str> = text.split(char::from(newline)).filter(|l| !l.trim().is_empty()).take(30).collect();
    let most = |d: u8| lines.iter().map(|l| l.bytes().filter(|b| *b == d).count()).max().unwrap_or(0);
    // Commas stand in texts and numbers too, so a tab or semicolon that is there in every line wins.
    let lines_with = |d: u8| lines.iter().filter(|l| l.as_bytes().contains(&d)).count();
    let other = [b'\t', b';', b'|'].into_iter().filter(|d| lines_with(*d) * 2 >= lines.len() && most(*d) >= 2).max_by_key(|d| most(*d));
    // A quoted list in every row (`瓷土;长石`) is no reason to split there, where commas make more columns.
    other.filter(|d| *d == b'\t' || most(*d) >= most(b',')).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::{Mark, Quarantined, Quiet, SinkError};
    use crate::records::Table;
    use polars::prelude::DataFrame;
    use std::io::Write;

    #[derive(Default, Debug, PartialEq)]
    struct Kept {
        tickets: Vec<(String, i32, i64)>,
        held: Vec<(u32, String, String)>,
    }

    impl Sink for Kept {
        fn rows(&mut self, _: Table, rows: DataFrame, _: Vec<Mark>) -> Result<(), SinkError> {
            let (tickets, row, net) =
                (rows.column("ticket_no").unwrap(), rows.column("source_row").unwrap(), rows.column("net_kg").unwrap());
            for i in 0..rows.height() {
                let ticket = tickets.str().unwrap().get(i).unwrap().to_owned();
                self.tickets.push((ticket, row.i32().unwrap().get(i).unwrap(), net.i64().unwrap().get(i).unwrap()));
            }
            Ok(())
        }

        fn quarantined(&mut self, rows: Vec<Quarantined>) -> Result<(), SinkError> {
            self.held.extend(rows.into_iter().map(|q| (q.row, q.column, q.value)));
            Ok(())
        }
    }

    fn load(bytes: &[u8], block: usize) -> (Kept, FileCount) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let mut kept = Kept::default();
        let options = Options { forced: None, progress: &Quiet };
        let counts = read_in_blocks(file.path(), "t.csv", &options, &mut kept, block).unwrap();
        (kept, counts.into_iter().next().unwrap())
    }

    /// 120 rows with line breaks and commas in cells, CRLF, a bare inch mark, a lost quotation mark, a blank row, a total.
    fn sample() -> String {
        let mut text = String::from("过磅明细\r\n磅单号,货物名称,车牌号,发货单位,收货单位,出场时间,净重(吨),备注\r\n");
        for i in 0..120 {
            let note = ["\"第一行\n第二行, 备注\"", "5\"管", "\"\"\"引号\"\"\"", ""][i % 4];
            let net = if i % 50 == 7 { "\"3o.1\"".to_owned() } else { format!("{}.{:02}", 20 + i % 15, i % 100) };
            let plate = if i == 83 { "\"赣C00123".to_owned() } else { format!("\"赣C{i:05}\"") };
            text.push_str(&format!("P{i:04},含锂瓷土,{plate},宜春矿,选矿厂,2023-06-05 08:03:{:02},{net},{note}\r\n", i % 60));
            if i % 40 == 39 {
                text.push_str("\r\n合计,,,,,,100,\r\n");
            }
        }
        text
    }

    #[test]
    fn blocks_of_any_size_give_the_same_rows_under_the_same_numbers() {
        let text = sample();
        let (whole, count) = load(text.as_bytes(), BLOCK);
        assert_eq!((count.read, count.good, count.quarantined, count.blank, count.totals), (120, 116, 4, 3, 3));
        assert_eq!(whole.tickets[0], ("P0000".to_owned(), 3, 20_000));
        assert_eq!(whole.tickets.last().map(|t| t.1), Some(126));
        assert!(whole.held.contains(&(90, "车牌号".to_owned(), "\"赣C00123".to_owned())), "{:?}", whole.held);
        let encoded: [(&str, Vec<u8>); 4] = [
            ("UTF-8", text.clone().into_bytes()),
            ("BOM", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
            ("GB18030", GB18030.encode(&text).0.into_owned()),
            ("UTF-16", [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()),
        ];
        for (encoding, bytes) in &encoded {
            for block in if *encoding == "UTF-8" { [61, 401] } else { [1_000, 5_000] } {
                let (kept, small) = load(bytes, block);
                assert_eq!(kept, whole, "{encoding}, blocks of {block} bytes");
                assert_eq!((small.read, small.blank, small.totals), (count.read, count.blank, count.totals), "{encoding}, {block}");
            }
        }
    }

    #[test]
    fn pipes_and_old_line_ends_are_read() {
        let text = sample().replace(',', "|");
        let (whole, count) = load(&GB18030.encode(&text).0, 300);
        assert_eq!((count.read, count.good), (120, 116));
        assert_eq!(whole.tickets.len(), 116);
        let old = "磅单号,货物名称,车牌号,发货单位,收货单位,出场时间,净重\rP1,原矿,赣C1,A,B,2023-06-05 8:03,31520\r";
        assert_eq!(load(old.as_bytes(), 50).0.tickets, [("P1".to_owned(), 2, 31_520)]);
    }

    #[test]
    fn chinese_far_below_an_ascii_head_is_still_decoded() {
        let mut text = String::from("ticket_no,product,plate,origin,destination,loaded_at,net_kg\n");
        for i in 0..20_000 {
            text.push_str(&format!("P{i},lithium_slag,C{i},A{i},B,2023-06-05 08:03:00,31520\n"));
        }
        text.push_str("P,锂渣,赣C1,宜春矿,B,2023-06-05 08:03:00,31520\n");
        let (kept, count) = load(&GB18030.encode(&text).0, 1 << 18);
        assert_eq!((kept.tickets.len(), count.quarantined), (20_001, 0));
    }

    #[test]
    fn delimiters_are_told_apart() {
        assert_eq!(delimiter("a\tb\tc\td\n1\t2\t3\t4,5\n", b'\n'), b'\t');
        assert_eq!(delimiter("a;b;c;d\n1,5;2;3;4\n", b'\n'), b';');
        assert_eq!(delimiter("a,b,c\n1,2,3\n", b'\n'), b',');
        assert_eq!(delimiter("a,b,c,d\n1,x;y;z,3,4\n2,x;y;z,3,4\n", b'\n'), b',');
    }
}
