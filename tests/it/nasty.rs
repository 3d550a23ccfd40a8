//! Does each file of `tests/data/nasty` give what `expected.json` says?

use lepid::ingest::{Fault, Options, Quiet};
use lepid::lake::load::{FileSummary, LoadOptions, ingest};
use lepid::lake::{AsOf, Lake, open_rows};
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
        AnyValue::Datetime(us, ..) => chrono::DateTime::from_timestamp_micros(us).map(|t| t.format("%F %T").to_string()),
        other => Some(other.to_string()),
    }
}

fn row_of(frame: &DataFrame, file: &str, row: i32) -> Option<usize> {
    let (files, rows) = (frame.column("source_file").unwrap().str().unwrap(), frame.column("source_row").unwrap().i32().unwrap());
    (0..frame.height()).find(|i| files.get(*i) == Some(file) && rows.get(*i) == Some(row))
}

/// Row, column, code and hint of every bad cell, by file and sheet.
type Faults = BTreeMap<(String, Option<String>), Vec<(i64, Fault)>>;

fn faults(lake: &Lake) -> Faults {
    let open = open_rows(&lake.snapshot(&AsOf::Latest).unwrap()).unwrap();
    let text = |name: &str, row: usize| open.column(name).unwrap().str().unwrap().get(row).map(str::to_owned);
    let mut all = Faults::new();
    for row in 0..open.height() {
        let number = open.column("source_row").unwrap().i64().unwrap().get(row).unwrap();
        let list: Vec<Fault> = serde_json::from_str(&text("faults", row).unwrap()).unwrap();
        // The first bad cell is the row's own column and code.
        assert_eq!(text("column_name", row).as_deref(), Some(list[0].column.as_str()));
        assert_eq!(text("code", row).as_deref(), Some(list[0].code.name()));
        let hint = text("hint_zh", row).unwrap();
        assert!(list.iter().all(|f| hint.contains(&f.hint.zh)), "{hint}");
        let key = (text("source_file", row).unwrap(), text("source_sheet", row));
        all.entry(key).or_default().extend(list.into_iter().map(|fault| (number, fault)));
    }
    all
}

fn check_sheet(got: &FileSummary, want: &Sheet, faults: &Faults) {
    let at = format!("{} {:?}", got.file, got.sheet);
    assert_eq!(got.table, want.table, "{at}");
    let counts = (got.read, got.accepted, got.known, got.quarantined, got.blank, got.totals);
    assert_eq!(counts, (want.read, want.accepted, want.known, want.quarantined, want.blank, want.totals), "{at}: {:?}", got.notes);
    let notes: String = got.notes.iter().map(|n| n.zh.to_lowercase()).collect();
    for note in &want.notes {
        assert!(notes.contains(note.as_str()), "{at}: no note says {note}: {notes}");
    }
    let none = Vec::new();
    let found = faults.get(&(got.file.clone(), got.sheet.clone())).unwrap_or(&none);
    let short = |(row, fault): &(i64, Fault)| format!("{row} {} {}", fault.column, fault.code.name());
    let bad = |b: &Vec<serde_json::Value>| format!("{} {} {}", b[0], b[1].as_str().unwrap(), b[2].as_str().unwrap());
    assert_eq!(found.iter().map(short).collect::<Vec<_>>(), want.bad.iter().map(bad).collect::<Vec<_>>(), "{at}");
    for (cell, (_, fault)) in want.bad.iter().zip(found) {
        if let Some(hint) = cell.get(3).and_then(|h| h.as_str()) {
            assert!(fault.hint.en.contains(hint), "{at}: {}", fault.hint.en);
        }
    }
}

#[test]
fn every_nasty_file_gives_what_is_expected_of_it_and_nothing_new_the_second_time() {
    let folder_of_lake = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder_of_lake.path().to_str().unwrap()).unwrap();
    let expected = expected();
    let mut got: BTreeMap<String, Vec<FileSummary>> = BTreeMap::new();
    for summary in load(&lake) {
        assert_eq!(summary.read, summary.accepted + summary.known + summary.quarantined, "{}", summary.file);
        got.entry(summary.file.clone()).or_default().push(summary);
    }
    let faults = faults(&lake);
    let snapshot = lake.snapshot(&AsOf::Latest).unwrap();
    let mut tables: BTreeMap<String, DataFrame> = BTreeMap::new();
    for (file, want) in &expected {
        let sheets = got.get(file).unwrap_or_else(|| panic!("{file} was not read"));
        if let Some(refusal) = &want.refused {
            let said = sheets[0].refused.as_deref().unwrap_or_else(|| panic!("{file} was not refused"));
            assert!(said.contains(refusal.as_str()) && said.contains(file.as_str()), "{file}: {said}");
            assert_eq!((sheets.len(), sheets[0].read, faults.keys().any(|(f, _)| f == file)), (1, 0, false), "{file}");
            continue;
        }
        assert!(sheets.iter().all(|s| s.refused.is_none()), "{file}: {:?}", sheets[0].refused);
        assert_eq!(sheets.iter().map(|s| &s.sheet).collect::<Vec<_>>(), want.sheets.iter().map(|s| &s.sheet).collect::<Vec<_>>(), "{file}");
        for (sheet, want) in sheets.iter().zip(&want.sheets) {
            check_sheet(sheet, want, &faults);
        }
        let Some(table) = &want.sheets[0].table else { continue };
        let frame = tables.entry(table.clone()).or_insert_with(|| snapshot.scan(table).unwrap().collect().unwrap());
        for (row, column, value) in &want.values {
            let at = row_of(frame, file, *row).unwrap_or_else(|| panic!("{file}: row {row} is not in {table}"));
            assert_eq!(shown(frame.column(column).unwrap().get(at).unwrap()), *value, "{file}, row {row}, {column}");
        }
    }
    let again = load(&lake);
    let new: Vec<String> = again.iter().filter(|s| s.accepted > s.corrections).map(|s| format!("{}: {}", s.file, s.accepted)).collect();
    assert_eq!(new, Vec::<String>::new());
    assert!(again.iter().all(|s| s.read == s.accepted + s.known + s.quarantined));
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
