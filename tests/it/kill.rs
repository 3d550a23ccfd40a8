//! What is left when `lepid ingest` is killed at any moment? All that it has reported, every file whole or not at all, and
//! the way to the right totals.
//!
//! 12 kills by default; `LEPID_KILLS=200 cargo test kill` for more. Moments are drawn from a generator with a fixed start
//! (`LEPID_KILL_SEED` sets another), over the time that an undisturbed ingestion takes.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that can't go on fails")]

use crate::lake_support::{HEADER, Place, lepid, lines, ticket};
use lepid::engine::Engine;
use lepid::lake::load::FileSummary;
use lepid::lake::{AsOf, Lake};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Files of a batch: tickets of three months with a bad row each, one workbook with returns and sales, one register.
const TICKET_FILES: usize = 5;
const ROWS: usize = 60;

#[test]
fn a_killed_ingest_loses_nothing_reported_and_leaves_nothing_half_visible() {
    let kills: u64 = std::env::var("LEPID_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(12);
    let mut dice = Dice(std::env::var("LEPID_KILL_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or(20_230_605));
    let files = Place::new();
    let folder = batch(&files);
    let (expected, whole) = undisturbed(&folder);
    let (mut done, mut half) = (0, 0);
    while done < kills {
        let place = Place::new();
        // Several kills of one lake, so that writers are killed that take back what others left; then one to the end.
        let mut reported = BTreeMap::new();
        for _ in 0..(1 + dice.below(4)).min(kills - done) {
            reported.extend(kill_one(&place, &folder, Duration::from_micros(dice.below(u64::try_from(whole.as_micros()).unwrap()))));
            check(&place.path("lake"), &reported, &expected);
            half += u64::from(half_committed(&place.path("lake")));
            done += 1;
        }
        let output = lepid(&place.path("lake"), &["ingest", "--json", folder.to_str().unwrap()]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(stored(&place.path("lake")), expected, "after {done} kills");
    }
    println!("{done} kills, {half} of them between the commits of a transaction");
}

/// Whether a table has a Delta version that no transaction names yet.
fn half_committed(lake: &Path) -> bool {
    let Ok(tables) = std::fs::read_dir(lake) else { return false };
    let named = Lake::open(lake.to_str().unwrap()).unwrap().snapshot(&AsOf::Latest).unwrap().tables;
    tables.map(|entry| entry.unwrap()).filter(|entry| entry.file_name() != "transactions").any(|entry| {
        let Ok(log) = std::fs::read_dir(entry.path().join("_delta_log")) else { return false };
        let json = |name: &std::ffi::OsStr| name.to_str().and_then(|n| n.strip_suffix(".json")).and_then(|n| n.parse::<u64>().ok());
        let last = log.filter_map(|file| json(&file.unwrap().file_name())).max();
        last != named.get(entry.file_name().to_str().unwrap()).map(|t| t.version)
    })
}

/// Rows by table and file.
type Stored = BTreeMap<(String, String), i64>;

/// Writes the files of the test.
fn batch(place: &Place) -> PathBuf {
    for file in 0..TICKET_FILES {
        let rows: Vec<String> = (0..ROWS)
            .map(|n| ticket(&format!("P{file}-{n}"), "白石岭", &format!("2023-{:02}-{:02}", 4 + n % 3, 1 + n % 28), "30"))
            .collect();
        place.file(&format!("batch/{file}.csv"), format!("{HEADER}\n{}\n坏行{file},,,,,,\n", rows.join("\n")));
    }
    place.file("batch/s.csv", "编号,名称,类型\nM1,白石岭,矿山\nC1,宜春选矿厂,选矿厂\n");
    workbook(&place.path("batch/w.xlsx"));
    place.path("batch")
}

/// Two tables in one file: both or none.
fn workbook(path: &Path) {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheets: [(&str, &[&[&str]]); 2] = [
        (
            "月报",
            &[
                &["企业", "月份", "产品", "类别", "数量(吨)"],
                &["白石岭", "2023-04", "原矿", "产出", "1000"],
                &["白石岭", "2023-05", "原矿", "产出", "900"],
            ],
        ),
        ("用电", &[&["企业", "月份", "用电量"], &["白石岭", "2023-04", "40000"], &["白石岭", "2023-05", "41000"]]),
    ];
    for (name, rows) in sheets {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        for (row, cells) in rows.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                sheet.write_string(u32::try_from(row).unwrap(), u16::try_from(column).unwrap(), *cell).unwrap();
            }
        }
    }
    book.save(path).unwrap();
}

/// What the lake holds when nobody disturbs, and how long that takes.
fn undisturbed(folder: &Path) -> (Stored, Duration) {
    let place = Place::new();
    let start = Instant::now();
    let output = lepid(&place.path("lake"), &["ingest", "--json", folder.to_str().unwrap()]).output().unwrap();
    let whole = start.elapsed();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let stored = stored(&place.path("lake"));
    let rows = |table: &str| stored.iter().filter(|((t, _), _)| t == table).map(|(_, n)| n).sum::<i64>();
    let tickets = i64::try_from(TICKET_FILES * ROWS).unwrap();
    let tables = ["shipments", "quarantine", "sites", "production", "utilities"].map(rows);
    assert_eq!(tables, [tickets, 5, 2, 2, 2]);
    (stored, whole)
}

/// Starts an ingestion, kills it after `delay`, and returns what it reported as stored.
fn kill_one(place: &Place, folder: &Path, delay: Duration) -> BTreeMap<String, u64> {
    let mut process = lepid(&place.path("lake"), &["ingest", "--json", folder.to_str().unwrap()]).stdout(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(delay);
    // SIGKILL on Unix; a process that has ended already is no error here.
    let _ = process.kill();
    process.wait().unwrap();
    let mut text = String::new();
    process.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    let whole_lines = text.rfind('\n').map_or("", |end| &text[..end]);
    let mut reported = BTreeMap::new();
    for line in whole_lines.lines().map(|l| l.trim_start_matches(',')).filter(|l| l.starts_with('{')) {
        let summary: FileSummary = serde_json::from_str(line).unwrap();
        assert_eq!((summary.refused, summary.read), (None, summary.accepted + summary.known + summary.quarantined));
        *reported.entry(summary.file).or_default() += summary.accepted + summary.known + summary.quarantined;
    }
    reported
}

/// Every file is there whole or not at all, and those that were reported are there.
fn check(lake: &Path, reported: &BTreeMap<String, u64>, expected: &Stored) {
    let stored = stored(lake);
    for key in stored.keys() {
        assert!(expected.contains_key(key), "{key:?} is no part of the batch");
    }
    for file in expected.keys().map(|(_, file)| file) {
        let of = |rows: &Stored| -> Vec<(String, i64)> {
            rows.iter().filter(|((_, f), _)| f == file).map(|((t, _), n)| (t.clone(), *n)).collect()
        };
        let (here, all) = (of(&stored), of(expected));
        assert!(here.is_empty() || here == all, "{file} is there by half: {here:?} of {all:?}");
        if let Some(rows) = reported.get(file) {
            assert_eq!(here, all, "{file} was reported as stored");
            assert_eq!(i64::try_from(*rows).unwrap(), all.iter().map(|(_, n)| n).sum::<i64>(), "{file}");
        }
    }
}

fn stored(lake: &Path) -> Stored {
    let snapshot = Lake::open(lake.to_str().unwrap()).unwrap().snapshot(&AsOf::Latest).unwrap();
    let engine = Engine::new(&snapshot).unwrap();
    let mut stored = Stored::new();
    for table in ["shipments", "quarantine", "sites", "production", "utilities"] {
        let frame =
            engine.sql(&format!("SELECT source_file, COUNT(*) AS n FROM {table} GROUP BY source_file ORDER BY source_file")).unwrap();
        for line in lines(&frame).lines() {
            let (file, rows) = line.rsplit_once(' ').unwrap();
            stored.insert((table.to_owned(), file.to_owned()), rows.parse().unwrap());
        }
    }
    stored
}

/// A small generator (SplitMix64, Steele, Lea and Flood 2014).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound.max(1)
    }
}
