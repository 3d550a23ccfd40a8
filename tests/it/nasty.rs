//! Does each file of `tests/data/nasty` give what `expected.json` says?

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on fails")]

use lepid::ingest::{Fault, FileCount, Mark, Options, QUARANTINE_ID, Quarantined, Quiet, Sink, SinkError, read_file};
use lepid::lake::load::{FileSummary, LoadOptions, ingest};
use lepid::lake::{AsOf, Lake, open_rows};
use lepid::records::Table;
use polars::prelude::{AnyValue, DataFrame};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

#[derive(Deserialize)]
struct Expected {
    file: String,
    refused: Option<String>,
    sheets: Vec<Sheet>,
    /// Source row, stored column, value as text; in the table of the first sheet.
    values: Vec<(i32, String, Option<String>)>,
}

#[derive(Deserialize)]
struct Sheet {
    sheet: Option<String>,
    table: Option<String>,
    read: u64,
    accepted: u64,
    known: u64,
    quarantined: u64,
    blank: u64,
    totals: u64,
    /// Row, column, code of every bad cell, and what the hint says.
    bad: Vec<Vec<serde_json::Value>>,
    notes: Vec<String>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/nasty")
}

fn expected() -> BTreeMap<String, Expected> {
    let text = std::fs::read_to_string(folder().join("expected.json")).unwrap();
    let list: Vec<Expected> = serde_json::from_str(&text).unwrap();
    list.into_iter().map(|e| (e.file.clone(), e)).collect()
}

fn load(lake: &Lake) -> Vec<FileSummary> {
    let options = LoadOptions { ingest: Options { forced: None, progress: &Quiet }, correct: false };
    ingest(lake, &[folder()], &options, &mut |_| {}).unwrap()
}

fn shown(value: AnyValue) -> Option<String> {
    match value {
        AnyValue::Null => None,
        AnyValue::String(text) => Some(text.to_owned()),
        AnyValue::StringOwned(text) => Some(text.to_string()),
        AnyValue::Datetime(us, ..) => chrono::DateTime::from_timestamp_micros(us).map(|t| t.format("%F %T").to_string()),
        other => Some(other.to_string()),
    }
}

fn row_of(frame: &DataFrame, row: i32) -> Option<usize> {
    let rows = frame.column("source_row").unwrap().i32().unwrap();
    (0..frame.height()).find(|i| rows.get(*i) == Some(row))
}

/// Keeps what a file gives, by table and sheet.
#[derive(Default)]
struct Kept {
    rows: BTreeMap<Table, DataFrame>,
    held: Vec<Quarantined>,
}

impl Sink for Kept {
    fn rows(&mut self, table: Table, mut rows: DataFrame, _: Vec<Mark>) -> Result<(), SinkError> {
        let _ = rows.drop_in_place(QUARANTINE_ID);
        let kept = self.rows.remove(&table);
        self.rows.insert(table, kept.map_or_else(|| rows.clone(), |k| k.vstack(&rows).unwrap()));
        Ok(())
    }

    fn quarantined(&mut self, rows: Vec<Quarantined>) -> Result<(), SinkError> {
        self.held.extend(rows);
        Ok(())
    }
}

fn check_sheet(got: &FileCount, want: &Sheet, held: &[Quarantined]) {
    let at = format!("{} {:?}", got.file, got.sheet);
    assert_eq!(got.table.map(|t| t.name().to_owned()), want.table, "{at}: {:?}", got.notes);
    let counts = (got.read, got.good, got.quarantined, got.blank, got.totals);
    assert_eq!(
        counts,
        (want.read, want.accepted + want.known, want.quarantined, want.blank, want.totals),
        "{at}: {:?} {held:?}",
        got.notes
    );
    let notes: String = got.notes.iter().map(|n| n.zh.to_lowercase()).collect();
    for note in &want.notes {
        assert!(notes.contains(note.as_str()), "{at}: no note says {note}: {notes}");
    }
    let mut found: Vec<(u32, &Fault)> = Vec::new();
    for row in held.iter().filter(|q| q.sheet == got.sheet) {
        // The first bad cell is the row's own column, value and code; the row's hint tells of all.
        let first = &row.faults[0];
        assert_eq!((&row.column, row.code, &row.value), (&first.column, first.code, &row.cells[first.place].1), "{at}");
        assert!(row.faults.iter().all(|f| row.hint.zh.contains(&f.hint.zh) && row.hint.en.contains(&f.hint.en)), "{at}: {:?}", row.hint);
        found.extend(row.faults.iter().map(|f| (row.row, f)));
    }
    let short = |(row, fault): &(u32, &Fault)| format!("{row} {} {}", fault.column, fault.code.name());
    let bad = |b: &Vec<serde_json::Value>| format!("{} {} {}", b[0], b[1].as_str().unwrap(), b[2].as_str().unwrap());
    assert_eq!(found.iter().map(short).collect::<Vec<_>>(), want.bad.iter().map(bad).collect::<Vec<_>>(), "{at}");
    for (cell, (_, fault)) in want.bad.iter().zip(found) {
        if let Some(hint) = cell.get(3).and_then(|h| h.as_str()) {
            assert!(fault.hint.en.contains(hint), "{at}: {}", fault.hint.en);
        }
    }
}

fn check_file(want: &Expected) {
    let file = &want.file;
    let mut kept = Kept::default();
    let result = read_file(&folder().join(file), &Options { forced: None, progress: &Quiet }, &mut kept);
    if let Some(refusal) = &want.refused {
        let said = result.expect_err(file).to_string();
        assert!(said.contains(refusal.as_str()) && said.contains(file.as_str()), "{file}: {said}");
        return;
    }
    let sheets = result.unwrap_or_else(|e| panic!("{file}: {e}"));
    assert_eq!(sheets.iter().map(|s| &s.sheet).collect::<Vec<_>>(), want.sheets.iter().map(|s| &s.sheet).collect::<Vec<_>>(), "{file}");
    for (sheet, want) in sheets.iter().zip(&want.sheets) {
        check_sheet(sheet, want, &kept.held);
    }
    let Some(table) = want.sheets[0].table.as_deref().and_then(Table::by_name) else { return };
    for (row, column, value) in &want.values {
        let frame = &kept.rows[&table];
        let at = row_of(frame, *row).unwrap_or_else(|| panic!("{file}: row {row} is not in {}", table.name()));
        assert_eq!(shown(frame.column(column).unwrap().get(at).unwrap()), *value, "{file}, row {row}, {column}");
    }
}

#[test]
fn every_nasty_file_gives_what_is_expected_of_it() {
    // All of them, so that one run tells which files are wrong; each says what above.
    let expected = expected();
    let wrong: Vec<&String> =
        expected.values().filter(|want| std::panic::catch_unwind(|| check_file(want)).is_err()).map(|w| &w.file).collect();
    assert_eq!(wrong, Vec::<&String>::new());
}

#[test]
fn the_accounts_of_the_nasty_folder_add_up_in_a_lake_and_nothing_is_new_the_second_time() {
    let folder_of_lake = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder_of_lake.path().to_str().unwrap()).unwrap();
    let mut got: BTreeMap<String, Vec<FileSummary>> = BTreeMap::new();
    for summary in load(&lake) {
        assert_eq!(summary.read, summary.accepted + summary.known + summary.quarantined, "{}", summary.file);
        got.entry(summary.file.clone()).or_default().push(summary);
    }
    let mut held = 0;
    for (file, want) in &expected() {
        let sheets = got.get(file).unwrap_or_else(|| panic!("{file} was not read"));
        assert_eq!(sheets[0].refused.is_some(), want.refused.is_some(), "{file}: {:?}", sheets[0].refused);
        for (got, want) in sheets.iter().zip(&want.sheets) {
            let counts = (got.read, got.accepted, got.known, got.quarantined);
            assert_eq!(counts, (want.read, want.accepted, want.known, want.quarantined), "{file} {:?}", got.sheet);
            held += want.quarantined;
        }
    }
    let open = || open_rows(&lake.snapshot(&AsOf::Latest).unwrap()).unwrap().height() as u64;
    assert_eq!(open(), held);
    let again = load(&lake);
    let new: Vec<String> = again.iter().filter(|s| s.accepted > s.corrections).map(|s| format!("{}: {}", s.file, s.accepted)).collect();
    assert_eq!(new, Vec::<String>::new());
    assert!(again.iter().all(|s| s.read == s.accepted + s.known + s.quarantined));
    assert_eq!(open(), held);
}

#[test]
fn no_file_in_the_folder_lacks_an_expectation() {
    let known: BTreeSet<String> = expected().into_keys().collect();
    let there: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .filter(|name| !matches!(name.as_str(), "expected.json" | "make.py"))
        .collect();
    assert_eq!(there, known);
    assert!(there.len() >= 48);
}
