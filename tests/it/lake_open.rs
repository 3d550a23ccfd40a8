//! Is what a process remembers of the lake what the logs say, also after many commits and when somebody else changes them?

#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

use crate::lake_support::{Place, ticket, tickets};
use lepid::ingest::{Options, Quiet};
use lepid::lake::load::{LoadOptions, ingest};
use lepid::lake::{AsOf, Change, Lake, TableChange};
use polars::prelude::*;
use std::path::{Path, PathBuf};

fn change(number: u32) -> Change {
    let frame = df!("quarantine_id" => [format!("Q{number:016x}")], "source_file" => ["x.csv"]).unwrap();
    let tables = vec![TableChange::Append { table: "quarantine_closed".to_owned(), frame }];
    Change { kind: "test".to_owned(), summary: serde_json::Value::Null, tables }
}

/// Files and versions by table, as a process sees them that opens the lake anew.
#[track_caller]
fn agree(lake: &Lake) {
    let fresh = Lake::open(lake.root().to_str().unwrap()).unwrap();
    assert_eq!(lake.tables(&AsOf::Latest).unwrap(), fresh.tables(&AsOf::Latest).unwrap());
}

#[test]
fn after_more_commits_than_a_checkpoint_takes_the_lake_is_what_its_logs_say() {
    let place = Place::new();
    let lake = place.lake();
    for number in 0..104 {
        assert_eq!(lake.write(change(number)).unwrap().version, u64::from(number) + 1);
    }
    agree(&lake);
    let log = place.path("lake/quarantine_closed/_delta_log");
    assert!(log.join("00000000000000000099.checkpoint.parquet").exists());
    assert_eq!(lake.snapshot(&AsOf::Latest).unwrap().rows("quarantine_closed"), 104);
    assert_eq!(lake.history().unwrap().len(), 104);
}

#[test]
fn a_process_that_has_tables_open_sees_and_takes_back_what_others_do() {
    let place = Place::new();
    let (here, there) = (place.lake(), place.lake());
    for number in 0..4 {
        here.write(change(number)).unwrap();
        there.write(change(100 + number)).unwrap();
    }
    agree(&here);
    agree(&there);
    // A writer killed between its table and `transactions`: the row of the second is gone, its Delta commit is not.
    let last = here.tables(&AsOf::Latest).unwrap()["transactions"].version;
    std::fs::remove_file(place.path(&format!("lake/transactions/_delta_log/{last:020}.json"))).unwrap();
    here.write(change(4)).unwrap();
    agree(&here);
    assert_eq!(here.snapshot(&AsOf::Latest).unwrap().rows("quarantine_closed"), 8);
    there.write(change(104)).unwrap();
    agree(&there);
    assert_eq!(here.snapshot(&AsOf::Latest).unwrap().rows("quarantine_closed"), 9);
}

#[test]
fn a_lake_put_in_the_place_of_another_is_not_taken_for_it() {
    let (place, other) = (Place::new(), Place::new());
    let (lake, longer) = (place.lake(), other.lake());
    lake.write(change(0)).unwrap();
    for number in 10..13 {
        longer.write(change(number)).unwrap();
    }
    std::fs::remove_dir_all(lake.root()).unwrap();
    copy(longer.root(), lake.root());
    lake.write(change(1)).unwrap();
    agree(&lake);
    assert_eq!(lake.snapshot(&AsOf::Latest).unwrap().rows("quarantine_closed"), 4);
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target)
        } else {
            std::fs::copy(entry.path(), target).map(drop).unwrap()
        }
    }
}

/// Files of one call that share rows, months and bad rows: each is judged by what the ones before it left, whether they were
/// read in one call or each in a call of its own.
#[test]
fn files_of_one_call_give_what_files_of_many_calls_give() {
    let files = Place::new();
    let paths: Vec<PathBuf> = (0..12u32)
        .map(|file| {
            let mut rows: Vec<String> = (0..6)
                .map(|n| ticket(&format!("P{}", file * 3 + n), "白石岭", &format!("2023-{:02}-05", 4 + n % 3), &format!("{}", 30 + n / 4)))
                .collect();
            rows.push(format!("坏{},,,,,,", file / 2));
            let header = crate::lake_support::HEADER;
            let rows: Vec<String> =
                rows.iter().enumerate().map(|(n, row)| format!("{row},{}", if n == 2 && file % 5 == 4 { "是" } else { "" })).collect();
            files.file(&format!("{:02}.csv", file), format!("{header},作废\n{}\n", rows.join("\n")))
        })
        .collect();
    let (one, many) = (Place::new(), Place::new());
    let together = one.ingest(&paths);
    let apart: Vec<_> = paths.iter().flat_map(|path| many.ingest(std::slice::from_ref(path))).collect();
    assert_eq!(together, apart);
    assert!(
        together.iter().any(|s| s.known > 0) && together.iter().any(|s| s.conflicting > 0) && together.iter().any(|s| s.corrections > 0)
    );
    for table in ["shipments", "quarantine", "quarantine_closed", "superseded"] {
        let rows = |place: &Place| {
            let frame = place.now().scan(table).unwrap().collect().unwrap();
            let mut rows: Vec<String> = crate::lake_support::lines(&frame).lines().map(str::to_owned).collect();
            rows.sort();
            rows
        };
        assert_eq!(rows(&one), rows(&many), "{table}");
    }
    // The same process again: what it remembers makes nothing new.
    let options = LoadOptions { ingest: Options { forced: None, progress: &Quiet }, correct: false };
    let lake = one.lake();
    let again = ingest(&lake, &paths, &options, &mut |_| {}).unwrap();
    assert_eq!(again.iter().map(|s| s.accepted).sum::<u64>(), 0, "{again:?}");
    agree(&lake);
    let plain = one.file("plain.csv", tickets(&[ticket("N1", "白石岭", "2023-06-05", "31")]));
    assert_eq!(ingest(&lake, &[plain], &options, &mut |_| {}).unwrap()[0].accepted, 1);
    agree(&lake);
}
