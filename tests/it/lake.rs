//! Is every record in the lake once, whole, and as it was at any moment asked for?

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that can't go on fails")]

use crate::lake_support::{HEADER, Place, account, lepid, lines, stdout, ticket, tickets};
use lepid::engine::Engine;
use lepid::lake::{AsOf, Change, Lake, LakeError, TableChange};
use polars::prelude::*;
use proptest::prelude::*;
use std::path::PathBuf;

const COUNT: &str = "SELECT COUNT(*) AS n, SUM(net_kg) AS kg FROM shipments";

fn three() -> Vec<String> {
    vec![
        ticket("P1", "白石岭", "2023-06-05", "31.52"),
        ticket("P2", "白石岭", "2023-06-30", "30"),
        ticket("P3", "黄沙坑", "2023-07-01", "28.4"),
    ]
}

#[test]
fn a_ticket_ingested_twice_counts_once() {
    let place = Place::new();
    let file = place.file("磅单.csv", tickets(&three()));
    assert_eq!(account(&place.ingest(std::slice::from_ref(&file))), (3, 0, 0));
    let version = place.now().version;
    assert_eq!(account(&place.ingest(&[file])), (0, 3, 0));
    assert_eq!(place.ask(COUNT), "3 89920");
    assert_eq!(place.now().version, version, "nothing new, no new version");
}

#[test]
fn a_ticket_twice_in_one_file_counts_once() {
    let place = Place::new();
    let mut rows = three();
    rows.extend(three());
    assert_eq!(account(&place.ingest(&[place.file("a.csv", tickets(&rows))])), (3, 3, 0));
    assert_eq!(place.ask(COUNT), "3 89920");
}

#[test]
fn the_same_content_in_another_file_encoding_or_format_counts_once() {
    let place = Place::new();
    let text = tickets(&three());
    let (gb18030, _, _) = encoding_rs::GB18030.encode(&text);
    let table: Vec<Vec<&str>> = text.lines().map(|l| l.split(',').collect()).collect();
    let ndjson: Vec<String> = table[1..]
        .iter()
        .map(|row| serde_json::Value::Object(table[0].iter().zip(row).map(|(k, v)| ((*k).to_owned(), (*v).into())).collect()).to_string())
        .collect();
    let files = [
        place.file("a.csv", &text),
        place.file("b.csv", gb18030),
        place.file("c.csv", format!("\u{feff}{}", text.replace('\n', "\r\n"))),
        place.file("d.tsv", text.replace(',', "\t")),
        place.file("e.ndjson", ndjson.join("\n")),
        workbook(&place, "f.xlsx", &table),
        parquet(&place, "g.parquet", &table),
    ];
    for (index, file) in files.iter().enumerate() {
        let expected = if index == 0 { (3, 0, 0) } else { (0, 3, 0) };
        assert_eq!(account(&place.ingest(std::slice::from_ref(file))), expected, "{}", file.display());
    }
    assert_eq!(place.ask(COUNT), "3 89920");
}

fn workbook(place: &Place, name: &str, table: &[Vec<&str>]) -> PathBuf {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in table.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            let (row, column) = (u32::try_from(row).unwrap(), u16::try_from(column).unwrap());
            match cell.parse::<f64>() {
                Ok(number) => sheet.write_number(row, column, number).unwrap(),
                Err(_) => sheet.write_string(row, column, *cell).unwrap(),
            };
        }
    }
    let path = place.path(name);
    book.save(&path).unwrap();
    path
}

fn parquet(place: &Place, name: &str, table: &[Vec<&str>]) -> PathBuf {
    let columns: Vec<Column> =
        (0..table[0].len()).map(|c| Column::new(table[0][c].into(), table[1..].iter().map(|row| row[c]).collect::<Vec<_>>())).collect();
    let path = place.path(name);
    ParquetWriter::new(std::fs::File::create(&path).unwrap()).finish(&mut DataFrame::new(table.len() - 1, columns).unwrap()).unwrap();
    path
}

#[test]
fn the_command_reports_every_sheet_and_goes_on_after_a_refused_file() {
    let place = Place::new();
    let good = place.file("好.csv", format!("{}{},,,,,,\n\n合计,,,,,,89.92\n", tickets(&three()), "P9"));
    let picture = place.file("图.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    let other = place.file("z.csv", tickets(&[ticket("P7", "白石岭", "2023-06-07", "20")]));
    let output = place.lepid(&["ingest", "--json", picture.to_str().unwrap(), good.to_str().unwrap(), other.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1), "a refused file is a failure");
    let summaries: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert!(summaries[0]["refused"].is_string(), "{summaries}");
    let counts = ["read", "accepted", "known", "quarantined", "blank", "totals"].map(|k| summaries[1][k].as_u64().unwrap());
    assert_eq!(counts, [4, 3, 0, 1, 1, 1]);
    assert_eq!(summaries[2]["accepted"], 1);
    assert!(output.stderr.is_empty(), "quiet where nobody looks: {}", String::from_utf8_lossy(&output.stderr));
    let people = stdout(&place.lepid(&["ingest", good.to_str().unwrap()]));
    assert!(people.contains("读入 4 = 新增 0 + 已有 3 + 隔离 1"), "{people}");
    let english = stdout(&place.lepid(&["--lang", "en", "ingest", good.to_str().unwrap()]));
    assert!(english.contains("read 4 = accepted 0 + known 3 + quarantined 1"), "{english}");
    let missing = place.lepid(&["ingest", place.path("nichts.csv").to_str().unwrap()]);
    assert_eq!(missing.status.code(), Some(1));
}

#[test]
fn any_version_and_any_instant_can_be_asked_for() {
    let place = Place::new();
    for (name, row) in ["a.csv", "b.csv", "c.csv"].iter().zip(three()) {
        place.ingest(&[place.file(name, tickets(&[row]))]);
    }
    let lake = place.lake();
    let rows = |as_of: &AsOf| lake.snapshot(as_of).unwrap().rows("shipments");
    assert_eq!([0, 1, 2, 3].map(|v| rows(&AsOf::Version(v))), [0, 1, 2, 3]);
    let history = lake.history().unwrap();
    for (index, transaction) in history.iter().enumerate() {
        let index = u64::try_from(index).unwrap();
        assert_eq!(rows(&AsOf::Instant(transaction.at)), index + 1, "the instant itself has it");
        assert_eq!(rows(&AsOf::Instant(transaction.at - chrono::TimeDelta::microseconds(1))), index);
    }
    assert!(matches!(lake.snapshot(&AsOf::Version(4)), Err(LakeError::NoSuchVersion { .. })));
    // What `lepid lake history` prints is what `--as-of` takes.
    let printed: serde_json::Value = serde_json::from_str(&stdout(&place.lepid(&["lake", "history", "--json"]))).unwrap();
    let second = printed[1]["at"].as_str().unwrap();
    assert_eq!(stdout(&place.lepid(&["sql", "--format", "csv", "--as-of", second, "SELECT COUNT(*) AS n FROM shipments"])), "n\n2\n");
    let shown: serde_json::Value = serde_json::from_str(&stdout(&place.lepid(&["lake", "--json", "--as-of", "1"]))).unwrap();
    assert_eq!(
        shown[0],
        serde_json::json!({"table": "shipments", "path": "shipments", "version": 1, "files": 1, "rows": 1, "bytes": shown[0]["bytes"]})
    );
}

#[test]
fn a_half_committed_transaction_is_seen_by_nobody_and_taken_back() {
    let place = Place::new();
    let [a, b, c] = [("a.csv", 0), ("b.csv", 1), ("c.csv", 2)].map(|(name, row)| place.file(name, tickets(&three()[row..=row])));
    place.ingest(&[a]);
    place.ingest(std::slice::from_ref(&b));
    // As if the writer of b had been killed just before its row came to `transactions`.
    std::fs::remove_file(place.path("lake/transactions/_delta_log/00000000000000000002.json")).unwrap();
    assert_eq!((place.now().version, place.ask("SELECT ticket_no FROM shipments")), (1, "P1".to_owned()));
    place.ingest(&[c]);
    assert_eq!(place.ask("SELECT ticket_no FROM shipments ORDER BY 1"), "P1\nP3");
    assert_eq!(account(&place.ingest(&[b])), (1, 0, 0));
    assert_eq!(place.ask("SELECT ticket_no FROM shipments ORDER BY 1"), "P1\nP2\nP3");
    assert_eq!(place.lake().snapshot(&AsOf::Version(2)).unwrap().rows("shipments"), 2);
}

#[test]
fn the_first_transaction_may_be_half_committed_too() {
    for kept in [0, 1] {
        let place = Place::new();
        let [a, b] = [("a.csv", 0), ("b.csv", 1)].map(|(name, row)| place.file(name, tickets(&three()[row..=row])));
        place.ingest(std::slice::from_ref(&a));
        for version in kept..2 {
            std::fs::remove_file(place.path(&format!("lake/transactions/_delta_log/{version:020}.json"))).unwrap();
        }
        assert_eq!((place.now().version, place.ask(COUNT)), (0, "0 null".to_owned()));
        place.ingest(&[b]);
        assert_eq!(place.ask("SELECT ticket_no FROM shipments"), "P2", "{kept}");
        assert_eq!(account(&place.ingest(&[a])), (1, 0, 0));
        assert_eq!(place.ask(COUNT), "2 61520");
    }
}

#[test]
fn compaction_keeps_content_and_history() {
    let place = Place::new();
    for number in 0..6 {
        let row = ticket(&format!("P{number}"), "白石岭", &format!("2023-06-{:02}", 20 - number), "30");
        place.ingest(&[
            place.file("a.csv", format!("{HEADER}\n{row}\n{number},,,,,,\n")),
            place.file("月报.csv", format!("企业,月份,产品,类别,数量(吨)\n矿{number},2023-06,原矿,产出,{number}00\n")),
        ]);
    }
    let all = "SELECT * FROM shipments ORDER BY ticket_no";
    let (before, version) = (place.sql(all), place.now().version);
    let output = place.lepid(&["lake", "compact", "--json"]);
    let done: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    let merged: Vec<_> = done.as_array().unwrap().iter().map(|t| (t["table"].as_str().unwrap(), t["merged"].as_u64().unwrap())).collect();
    assert_eq!(merged, [("production", 6), ("quarantine", 6), ("shipments", 6)]);
    assert!(place.sql(all).equals_missing(&before));
    let now = place.now();
    assert_eq!((now.version, now.tables["shipments"].files.len()), (version + 1, 1));
    assert_eq!(place.ask("SELECT ticket_no FROM shipments"), "P5\nP4\nP3\nP2\nP1\nP0", "sorted by time inside the file");
    assert_eq!(place.ask("SELECT COUNT(*) AS n, SUM(wet_kg) AS kg FROM production"), "6 1500000");
    let old = Engine::new(&place.lake().snapshot(&AsOf::Version(5)).unwrap()).unwrap().sql(all).unwrap();
    assert!(old.equals_missing(&before.head(Some(3))));
    let commit = std::fs::read_to_string(place.path("lake/shipments/_delta_log/00000000000000000007.json")).unwrap();
    assert!(commit.contains("\"dataChange\":false") && !commit.contains("\"dataChange\":true"), "{commit}");
    assert!(place.lake().compact().unwrap().is_none(), "nothing is left to merge");
}

#[test]
fn a_table_of_results_may_change_its_columns_from_run_to_run() {
    let place = Place::new();
    let lake = place.lake();
    let write = |frame: DataFrame| {
        let tables = vec![TableChange::Replace { table: "results".to_owned(), frame }];
        lake.write(Change { kind: "run".to_owned(), summary: serde_json::Value::Null, tables }).unwrap()
    };
    write(df!("rule" => ["a"], "net_kg" => [1i64]).unwrap());
    let empty = write(df!("rule" => Vec::<String>::new(), "net_kg" => Vec::<i64>::new()).unwrap());
    assert_eq!(place.ask("SELECT COUNT(*) FROM results"), "0");
    write(df!("rule" => ["b"], "day_count" => [2i64], "net_kg" => ["x"]).unwrap());
    assert_eq!(place.ask("SELECT * FROM results"), "b 2 x");
    let log = std::fs::read_to_string(place.path("lake/results/_delta_log/00000000000000000003.json")).unwrap();
    assert!(log.contains("day_count"), "other readers are told: {log}");
    assert_eq!(lake.snapshot(&AsOf::Version(empty.version - 1)).unwrap().rows("results"), 1);
}

#[test]
fn two_processes_at_once_lose_and_double_nothing() {
    let place = Place::new();
    let row = |n: usize| ticket(&format!("P{n}"), "白石岭", &format!("2023-{:02}-05", 1 + n % 12), "30");
    for file in 0..4 {
        place.file(&format!("both/{file}.csv"), tickets(&(file * 20..file * 20 + 20).map(row).collect::<Vec<_>>()));
        place.file(&format!("one/{file}.csv"), tickets(&(1000 + file * 20..1020 + file * 20).map(row).collect::<Vec<_>>()));
        place.file(&format!("two/{file}.csv"), format!("{HEADER}\n{}\n,坏行,,,,,\n", row(2000 + file)));
    }
    let start = |own: &str| {
        let (both, own) = (place.path("both"), place.path(own));
        lepid(&place.path("lake"), &["ingest", "--json", both.to_str().unwrap(), own.to_str().unwrap()])
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap()
    };
    let outputs = [start("one"), start("two"), start("two")].map(|process| process.wait_with_output().unwrap());
    let mut accepted = 0;
    for output in &outputs {
        assert!(output.status.success());
        let summaries: Vec<serde_json::Value> = serde_json::from_str(&stdout(output)).unwrap();
        accepted += summaries.iter().map(|s| s["accepted"].as_u64().unwrap()).sum::<u64>();
    }
    let expected = 80 + 80 + 4;
    assert_eq!(place.ask("SELECT COUNT(*) AS n, COUNT(DISTINCT ticket_no) AS d FROM shipments"), format!("{expected} {expected}"));
    assert_eq!(accepted, expected, "each row was accepted by one of them");
    assert_eq!(place.ask("SELECT COUNT(*) FROM quarantine"), "4");
}

#[test]
fn an_empty_lake_has_all_tables_and_no_rows() {
    let place = Place::new();
    assert_eq!(place.ask(COUNT), "0 null");
    assert_eq!(place.ask("SELECT COUNT(*) FROM quarantine"), "0");
    assert!(place.lake().tables(&AsOf::Latest).unwrap().is_empty());
}

#[test]
fn a_lake_may_stand_in_any_folder_that_other_readers_can_open() {
    let place = Place::new();
    assert!(matches!(Lake::open(place.path("a=b").to_str().unwrap()), Err(LakeError::Address { .. })));
    let strange = place.path("湖 [1] #2");
    let file = place.file("a.csv", tickets(&three()));
    assert!(lepid(&strange, &["ingest", file.to_str().unwrap()]).status().unwrap().success());
    let asked = lepid(&strange, &["sql", "--format", "csv", "SELECT MAX(month) AS m FROM shipments"]).output().unwrap();
    assert_eq!(stdout(&asked), "m\n2023-07-01\n");
    let missing = lepid(&place.path("nichts"), &["lake"]).output().unwrap();
    assert_eq!(missing.status.code(), Some(1), "a mistyped folder is no empty lake");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// Rows are (ticket, net) out of a few, so that repeats and conflicts are common.
    #[test]
    fn any_partition_of_rows_into_files_gives_the_same_table(
        rows in prop::collection::vec((0u8..6, 0u8..3, 0u8..4, 0usize..4), 1..30),
        repeat in prop::collection::vec(0usize..4, 0..3),
    ) {
        let place = Place::new();
        let line = |(number, net, month, _): &(u8, u8, u8, usize)|
            ticket(&format!("P{number}"), "白石岭", &format!("2023-{:02}-05", month + 1), &format!("{}", 20 + net));
        let files: Vec<PathBuf> = (0..4)
            .map(|file| place.file(&format!("{file}.csv"), tickets(&rows.iter().filter(|r| r.3 == file).map(line).collect::<Vec<_>>())))
            .collect();
        place.ingest(&files);
        for file in repeat {
            let again = place.ingest(&files[file..=file]);
            prop_assert_eq!(again[0].accepted, 0);
        }
        let distinct: std::collections::BTreeSet<String> =
            rows.iter().map(|(number, net, month, _)| format!("P{number} {} 2023-{:02}-01", (20 + u32::from(*net)) * 1000, month + 1)).collect();
        let stored = place.sql("SELECT ticket_no, net_kg, month FROM shipments ORDER BY 1, 2, 3");
        let mut expected: Vec<String> = distinct.into_iter().collect();
        expected.sort();
        prop_assert_eq!(lines(&stored), expected.join("\n"));
    }
}
