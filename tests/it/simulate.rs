//! Does the simulation write what it says, and can the files be read back?

use lepid::ingest::{Options as Reading, Quarantined, Quiet, Sink, SinkError, files_in, read_file};
use lepid::records::Table;
use lepid::simulate::{Dress, Options, Summary, simulate};
use polars::prelude::DataFrame;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

fn options(seed: u64, tickets: u64) -> Options {
    Options {
        seed,
        months: 12,
        tickets,
        from: "2023-01-01".parse().unwrap(),
        mines: 40,
        concentrators: 10,
        smelters: 6,
        plan: lepid::simulate::Plan::all(),
    }
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, files);
            } else {
                files.insert(path.strip_prefix(root).unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap());
            }
        }
    }
    let mut all = BTreeMap::new();
    walk(folder, folder, &mut all);
    all
}

#[track_caller]
fn same(a: &Path, b: &Path) {
    let (a, b) = (files(a), files(b));
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    let different: Vec<&String> = a.iter().filter(|(name, bytes)| b.get(*name) != Some(bytes)).map(|(name, _)| name).collect();
    assert!(different.is_empty(), "{different:?}");
}

#[test]
fn the_sample_is_made_again_byte_for_byte_from_its_seed() {
    let folder = tempfile::tempdir().unwrap();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets/sample");
    let made = folder.path().join("sample");
    let summary = simulate(&options(2023, 60_000), Dress::Users, &made).unwrap();
    assert!(summary.bytes < 10_000_000, "{}", summary.bytes);
    same(&sample, &made);
}

#[test]
fn the_same_seed_writes_the_same_bytes_and_another_seed_others() {
    let folder = tempfile::tempdir().unwrap();
    let make = |name: &str, seed: u64, dress: Dress| {
        let path = folder.path().join(name);
        simulate(&options(seed, 1_500), dress, &path).unwrap();
        path
    };
    for dress in [Dress::Users, Dress::Plain] {
        let name = format!("{dress:?}");
        let (a, b) = (make(&format!("{name}a"), 5, dress), make(&format!("{name}b"), 5, dress));
        same(&a, &b);
        let other = make(&format!("{name}c"), 6, dress);
        assert_ne!(files(&a), files(&other));
    }
    assert_eq!(
        std::fs::read(folder.path().join("Usersa/truth.json")).unwrap(),
        std::fs::read(folder.path().join("Plaina/truth.json")).unwrap()
    );
}

/// Rows as text by table, without where they stand.
#[derive(Default)]
struct Rows {
    rows: BTreeMap<&'static str, BTreeSet<String>>,
    read: u64,
    quarantined: Vec<Quarantined>,
}

impl Sink for Rows {
    fn rows(&mut self, table: Table, rows: DataFrame, marks: Vec<lepid::ingest::Mark>) -> Result<(), SinkError> {
        assert!(marks.is_empty());
        let kept: Vec<_> = rows.columns().iter().filter(|c| !c.name().starts_with("source_")).collect();
        self.read += rows.height() as u64;
        for row in 0..rows.height() {
            let cells: Vec<String> = kept.iter().map(|c| format!("{}={}", c.name(), c.get(row).unwrap())).collect();
            self.rows.entry(table.name()).or_default().insert(cells.join("|"));
        }
        Ok(())
    }

    fn quarantined(&mut self, rows: Vec<Quarantined>) -> Result<(), SinkError> {
        self.quarantined.extend(rows);
        Ok(())
    }
}

fn read(folder: &Path) -> Rows {
    let mut rows = Rows::default();
    for file in files_in(&[folder.to_owned()]).unwrap() {
        let counts =
            read_file(&file, &Reading { forced: None, progress: &Quiet }, &mut rows).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        assert!(counts.iter().all(|c| c.table.is_some()), "{}: {counts:?}", file.display());
    }
    rows
}

#[test]
fn both_dresses_carry_the_same_records() {
    let folder = tempfile::tempdir().unwrap();
    let make = |name: &str, dress: Dress| -> (PathBuf, Summary) {
        let path = folder.path().join(name);
        let summary = simulate(&Options { months: 6, ..options(11, 1_800) }, dress, &path).unwrap();
        (path, summary)
    };
    let ((users, summary), (plain, clean)) = (make("users", Dress::Users), make("plain", Dress::Plain));
    let (users, plain) = (read(&users), read(&plain));
    assert_eq!(users.rows.keys().collect::<Vec<_>>(), plain.rows.keys().collect::<Vec<_>>());
    assert_eq!(plain.rows.len(), Table::ALL.len());
    for (table, rows) in &plain.rows {
        let dressed = &users.rows[table];
        let (missing, more): (Vec<_>, Vec<_>) = (rows.difference(dressed).take(2).collect(), dressed.difference(rows).take(2).collect());
        assert!(missing.is_empty() && more.is_empty(), "{table}: missing {missing:#?}, more {more:#?}");
    }
    assert!(plain.quarantined.is_empty(), "{:?}", plain.quarantined);
    assert_eq!(users.quarantined.len() as u64, summary.quarantined, "{:#?}", users.quarantined);
    assert!(summary.quarantined >= 5 && summary.repeated > 0);
    assert_eq!(plain.rows["shipments"].len() as u64, clean.tickets);
    assert_eq!(users.read, plain.read + summary.repeated);
}

#[test]
fn the_command_line_simulates_and_scores() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("basin");
    let lepid = |args: &[&str]| Command::new(env!("CARGO_BIN_EXE_lepid")).args(args).output().unwrap();
    let (basin, truth) = (out.to_string_lossy().into_owned(), out.join("truth.json").to_string_lossy().into_owned());
    let made = lepid(&["simulate", "--seed", "3", "--tickets", "3000", "--plain", "--json", "--out", &basin]);
    assert!(made.status.success(), "{made:?}");
    let summary: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
    assert!((2_600..3_400).contains(&summary["tickets"].as_u64().unwrap()), "{summary}");
    // A folder that holds something is left alone.
    assert_eq!(lepid(&["simulate", "--out", &basin]).status.code(), Some(1));

    let violations = serde_json::from_slice::<serde_json::Value>(&std::fs::read(&truth).unwrap()).unwrap()["violations"].clone();
    let findings = folder.path().join("findings.json");
    let score = |content: &serde_json::Value| {
        std::fs::write(&findings, content.to_string()).unwrap();
        lepid(&["score", "--truth", &truth, "--findings", &findings.to_string_lossy(), "--fail-below", "1.0", "--fail-recall-below", "0.9"])
    };
    let perfect = score(&violations);
    assert_eq!(perfect.status.code(), Some(0), "{perfect:?}");
    assert!(String::from_utf8_lossy(&perfect.stdout).contains("合成数据"));
    let mut fewer = violations.as_array().unwrap().clone();
    // A single violation of a rule of records that contradict each other.
    let proven = fewer.iter().position(|v| v["rule"] == "overload").unwrap();
    let left_out = fewer.remove(proven);
    let missed = score(&serde_json::Value::Array(fewer));
    assert_eq!(missed.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missed.stdout).contains(left_out["subject"].as_str().unwrap()), "{missed:?}");
    assert_eq!(lepid(&["score", "--truth", &truth, "--findings", "/nowhere/findings.json"]).status.code(), Some(1));
    assert_eq!(lepid(&["simulate"]).status.code(), Some(2));
}

#[test]
fn the_data_package_names_every_file_with_its_digest() {
    use sha2::{Digest, Sha256};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("basin");
    simulate(&options(4, 1_000), Dress::Users, &path).unwrap();
    let package: serde_json::Value = serde_json::from_slice(&std::fs::read(path.join("datapackage.json")).unwrap()).unwrap();
    assert_eq!(package["licenses"][0]["name"], "CC0-1.0");
    assert!(package["description"].as_str().unwrap().contains("SYNTHETIC") && package["title"].as_str().unwrap().contains("合成"));
    let mut named = BTreeSet::from(["datapackage.json".to_owned()]);
    let mut names = BTreeSet::new();
    for resource in package["resources"].as_array().unwrap() {
        let file = resource["path"].as_str().unwrap();
        let bytes = std::fs::read(path.join(file)).unwrap();
        let hash: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(resource["bytes"].as_u64(), Some(bytes.len() as u64));
        assert_eq!(resource["hash"].as_str(), Some(format!("sha256:{hash}").as_str()));
        assert!(names.insert(resource["name"].to_string()), "{resource} twice");
        named.insert(file.to_owned());
    }
    assert_eq!(named, files(&path).into_keys().collect());
}
