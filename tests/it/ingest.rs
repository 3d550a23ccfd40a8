//! Does every row of a table in any dress come back with its exact value, or in quarantine, and is none lost?

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on fails")]

use encoding_rs::{Encoding, GB18030, UTF_8};
use lepid::ingest::{FileCount, Mark, Options, Quarantined, Quiet, Sink, SinkError, read_file};
use lepid::records::Table;
use polars::prelude::DataFrame;
use proptest::prelude::*;
use std::io::Write;

/// A row that a clerk might have written.
#[derive(Clone, Debug)]
enum Row {
    Good { net_kg: i64, minute: i64, plate: u32 },
    BadMass(i64),
    BadDate,
    NoPlate(i64),
    Blank,
    Total,
    Header,
}

/// How the table is written down.
#[derive(Clone, Debug)]
struct Dress {
    delimiter: char,
    encoding: u8,
    english: bool,
    tonnes: bool,
    date: u8,
    turned: usize,
    reversed: bool,
    quoted: bool,
}

fn row() -> impl Strategy<Value = Row> {
    prop_oneof![
        8 => (200i64..=200_000, 0i64..500_000, 0u32..99_999).prop_map(|(net_kg, minute, plate)| Row::Good { net_kg, minute, plate }),
        1 => (1i64..10_000).prop_map(Row::BadMass),
        1 => Just(Row::BadDate),
        1 => (200i64..=200_000).prop_map(Row::NoPlate),
        1 => Just(Row::Blank),
        1 => Just(Row::Total),
        1 => Just(Row::Header),
    ]
}

fn dress() -> impl Strategy<Value = Dress> {
    (prop_oneof![Just(','), Just('\t'), Just(';')], 0u8..4, any::<bool>(), any::<bool>(), 0u8..4, 0usize..7, any::<bool>(), any::<bool>())
        .prop_map(|(delimiter, encoding, english, tonnes, date, turned, reversed, quoted)| Dress {
            delimiter,
            encoding,
            english,
            tonnes,
            date,
            turned,
            reversed,
            quoted,
        })
}

impl Dress {
    fn header(&self) -> Vec<String> {
        let names = if self.english {
            ["ticket_no", "product", "plate", "origin", "destination", "loaded_at", if self.tonnes { "net_t" } else { "net_kg" }]
        } else {
            ["磅单号", "货物名称", "车牌号", "发货单位", "收货单位", "出场时间", if self.tonnes { "净重（吨）" } else { "净重(kg)" }]
        };
        self.cells(names.map(str::to_owned))
    }

    /// The columns in the order of this dress.
    fn cells(&self, mut cells: [String; 7]) -> Vec<String> {
        cells.rotate_left(self.turned);
        if self.reversed {
            cells.reverse();
        }
        cells.to_vec()
    }

    fn mass(&self, kg: i64) -> String {
        match (self.tonnes, self.quoted) {
            (true, _) => format!("{}.{:03}", kg / 1000, kg % 1000),
            // A thousands separator needs its quotation marks where commas delimit.
            (false, true) if kg >= 1000 => format!("{},{:03}", kg / 1000, kg % 1000),
            (false, _) => kg.to_string(),
        }
    }

    fn date(&self, minute: i64) -> String {
        let start = chrono::NaiveDate::from_ymd_opt(2023, 1, 1).unwrap().and_hms_opt(0, 0, 0).unwrap();
        let at = start + chrono::TimeDelta::minutes(minute);
        let format = ["%Y-%m-%d %H:%M:%S", "%Y/%-m/%-d %-H:%M", "%Y年%-m月%-d日 %-H时%-M分", "%Y%m%d%H%M"];
        at.format(format[usize::from(self.date)]).to_string()
    }

    fn line(&self, number: usize, row: &Row) -> Vec<String> {
        let ticket = |plate: String, date: String, net: String| {
            let product = if self.english { "raw ore" } else { "含锂瓷土" };
            self.cells([format!("P{number:05}"), product.to_owned(), plate, "宜春（一）矿".to_owned(), "选矿厂".to_owned(), date, net])
        };
        let empty = || ["", "", "", "", "", "", ""].map(str::to_owned);
        match row {
            Row::Good { net_kg, minute, plate } => ticket(format!("赣C{plate:05}"), self.date(*minute), self.mass(*net_kg)),
            Row::BadMass(n) => ticket("赣C1".to_owned(), self.date(*n), format!("{n}o.1")),
            Row::BadDate => ticket("赣C1".to_owned(), "2023-02-30 08:00".to_owned(), self.mass(31_520)),
            Row::NoPlate(kg) => ticket(String::new(), self.date(0), self.mass(*kg)),
            Row::Blank => empty().to_vec(),
            Row::Total => {
                let mut cells = empty();
                cells[0] = "合计".to_owned();
                cells.to_vec()
            }
            Row::Header => self.header(),
        }
    }

    fn bytes(&self, rows: &[(usize, Row)]) -> Vec<u8> {
        let mut text = String::from("二〇二三年过磅明细\n");
        let lines = std::iter::once(self.header()).chain(rows.iter().map(|(number, row)| self.line(*number, row)));
        for cells in lines {
            let cell = |c: String| if c.contains(self.delimiter) || self.quoted { format!("\"{}\"", c.replace('"', "\"\"")) } else { c };
            let cells: Vec<String> = cells.into_iter().map(cell).collect();
            text.push_str(&cells.join(&self.delimiter.to_string()));
            text.push_str(if self.english { "\r\n" } else { "\n" });
        }
        let encoded = |encoding: &'static Encoding| encoding.encode(&text).0.into_owned();
        match self.encoding {
            0 => encoded(UTF_8),
            1 => [b"\xef\xbb\xbf".to_vec(), encoded(UTF_8)].concat(),
            2 => encoded(GB18030),
            _ => [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect(),
        }
    }
}

/// Ticket, net and the instant of every good row, and the tickets of those held back.
#[derive(Default)]
struct Kept {
    good: Vec<(String, i64, i64)>,
    held: usize,
}

impl Sink for Kept {
    fn rows(&mut self, table: Table, rows: DataFrame, _: Vec<Mark>) -> Result<(), SinkError> {
        assert_eq!(table, Table::Shipments);
        let (tickets, net, at) = (rows.column("ticket_no").unwrap(), rows.column("net_kg").unwrap(), rows.column("loaded_at").unwrap());
        for i in 0..rows.height() {
            let at = at.datetime().unwrap().physical().get(i).unwrap();
            self.good.push((tickets.str().unwrap().get(i).unwrap().to_owned(), net.i64().unwrap().get(i).unwrap(), at));
        }
        Ok(())
    }

    fn quarantined(&mut self, rows: Vec<Quarantined>) -> Result<(), SinkError> {
        self.held += rows.len();
        Ok(())
    }
}

fn load(bytes: &[u8]) -> (Kept, FileCount) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let mut kept = Kept::default();
    let counts = read_file(file.path(), &Options { forced: None, progress: &Quiet }, &mut kept).unwrap();
    kept.good.sort();
    (kept, counts.into_iter().next().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn every_row_of_a_table_in_any_dress_is_read_exactly_or_held_back(rows in prop::collection::vec(row(), 0..40), dress in dress()) {
        let mut rows: Vec<(usize, Row)> = rows.into_iter().enumerate().collect();
        let count = |test: fn(&Row) -> bool| rows.iter().filter(|(_, r)| test(r)).count() as u64;
        let bad = count(|r| matches!(r, Row::BadMass(_) | Row::BadDate | Row::NoPlate(_)));
        let beside = (count(|r| matches!(r, Row::Blank)), count(|r| matches!(r, Row::Total | Row::Header)));
        let start = 1_672_531_200_000_000 - 8 * 3_600_000_000i64;
        let good: Vec<(String, i64, i64)> = rows.iter().filter_map(|(number, row)| match row {
            Row::Good { net_kg, minute, .. } => Some((format!("P{number:05}"), *net_kg, start + minute * 60_000_000)),
            _ => None,
        }).collect();
        let (kept, counted) = load(&dress.bytes(&rows));
        prop_assert_eq!(&kept.good, &good);
        prop_assert_eq!((counted.read, counted.good, counted.quarantined), (good.len() as u64 + bad, good.len() as u64, bad));
        prop_assert_eq!((counted.blank, counted.totals, kept.held as u64), (beside.0, beside.1, bad));
        // The order of rows changes nothing.
        rows.reverse();
        prop_assert_eq!(load(&dress.bytes(&rows)).0.good, good);
    }
}
