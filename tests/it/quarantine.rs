//! Can a clerk list what is held back, correct it in Excel, and bring it in again?

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on fails")]

use calamine::{Data, Reader, Xlsx, open_workbook};
use lepid::ingest::{Options, Quiet};
use lepid::lake::load::{LoadOptions, ingest};
use lepid::lake::{AsOf, Lake, open_rows};
use std::path::Path;
use std::process::{Command, Output};

fn lepid(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lepid")).arg("--lake").arg(folder.join("lake")).args(args).current_dir(folder).output().unwrap()
}

fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn load(lake: &Lake, path: &Path) {
    let options = LoadOptions { ingest: Options { forced: None, progress: &Quiet }, correct: false };
    let summaries = ingest(lake, &[path.to_owned()], &options, &mut |_| {}).unwrap();
    assert!(summaries.iter().all(|s| s.refused.is_none()), "{:?}", summaries[0].refused);
}

const BAD: &str = "过磅明细（单位：吨）,,,,,,\n磅单号,货物名称,车牌号,发货单位,收货单位,出场时间,净重\n\
    P1,原矿,赣C1,甲矿,乙厂,2023-06-05 08:03,31.52\n\
    P2,煤,赣C2,甲矿,乙厂,2023-06-05 08:03,3o.1\n\
    P3,原矿,赣C3,=cmd|'/c calc'!A1,乙厂,2023-02-30 08:03,20\n";

#[test]
fn rows_corrected_in_the_exported_workbook_come_in_and_leave_the_quarantine() {
    let place = tempfile::tempdir().unwrap();
    let lake = Lake::open(place.path().join("lake").to_str().unwrap()).unwrap();
    let file = place.path().join("六月.csv");
    std::fs::write(&file, BAD).unwrap();
    load(&lake, &file);

    let listed: serde_json::Value = serde_json::from_str(&printed(&lepid(place.path(), &["--json", "quarantine"]))).unwrap();
    assert_eq!(listed["total"], 2);
    assert_eq!(listed["rows"][0]["row"], 4);
    assert_eq!(listed["rows"][0]["faults"].as_array().unwrap().len(), 2);
    let text = printed(&lepid(place.path(), &["quarantine", "list", "--table", "shipments", "--file", "六月", "--limit", "1"]));
    assert!(
        text.contains("六月.csv 第 4 行")
            && text.contains("constraint-enum")
            && text.contains("净重")
            && text.contains("共 2 行，显示 1 行"),
        "{text}"
    );
    assert!(printed(&lepid(place.path(), &["quarantine", "--table", "sales"])).contains("空的"));
    assert_eq!(lepid(place.path(), &["quarantine", "--table", "nonsense"]).status.code(), Some(2));

    printed(&lepid(place.path(), &["quarantine", "export", "out.xlsx"]));
    let out = place.path().join("out.xlsx");
    let mut book: Xlsx<_> = open_workbook(&out).unwrap();
    assert_eq!(book.sheet_names(), ["过磅单"]);
    let mut rows: Vec<Vec<String>> =
        book.worksheet_range("过磅单").unwrap().rows().map(|r| r.iter().map(ToString::to_string).collect()).collect();
    assert!(book.worksheet_formula("过磅单").unwrap().is_empty(), "a cell of a user's file became a formula");
    assert_eq!(rows[0][..8], ["磅单号", "货物名称", "车牌号", "发货单位", "收货单位", "出场时间", "净重(吨)", "quarantine_id"]);
    assert_eq!((rows[1][6].as_str(), rows[2][3].as_str()), ("3o.1", "=cmd|'/c calc'!A1"));
    // The bad cells, and no others, are coloured.
    let styles = book.worksheet_style("过磅单").unwrap();
    let coloured = |row: u32, column: u32| styles.get((row, column)).is_some_and(|s| s.fill.as_ref().is_some_and(|f| f.is_visible()));
    let of_row = |row: u32| (0..8).filter(|c| coloured(row, *c)).collect::<Vec<_>>();
    assert_eq!((of_row(1), of_row(2)), (vec![1, 6], vec![5]));

    // One row is corrected, the other not yet: it stays, once.
    rows[1][1] = "原矿".to_owned();
    rows[1][6] = "30.1".to_owned();
    save(&rows, &place.path().join("改一.xlsx"));
    load(&lake, &place.path().join("改一.xlsx"));
    let open = open_rows(&lake.snapshot(&AsOf::Latest).unwrap()).unwrap();
    assert_eq!(open.height(), 1);
    assert_eq!(open.column("source_file").unwrap().str().unwrap().get(0), Some("改一.xlsx"));

    printed(&lepid(place.path(), &["quarantine", "export", "out.xlsx"]));
    let mut book: Xlsx<_> = open_workbook(&out).unwrap();
    let mut rows: Vec<Vec<String>> =
        book.worksheet_range("过磅单").unwrap().rows().map(|r| r.iter().map(Data::to_string).collect()).collect();
    rows[1][5] = "2023-02-28 08:03".to_owned();
    save(&rows, &place.path().join("改二.xlsx"));
    load(&lake, &place.path().join("改二.xlsx"));
    let snapshot = lake.snapshot(&AsOf::Latest).unwrap();
    assert_eq!(open_rows(&snapshot).unwrap().height(), 0);
    let tickets = snapshot.scan("shipments").unwrap().collect().unwrap();
    let mut net: Vec<i64> = tickets.column("net_kg").unwrap().i64().unwrap().iter().flatten().collect();
    net.sort_unstable();
    assert_eq!(net, [20_000, 30_100, 31_520]);
}

fn save(rows: &[Vec<String>], path: &Path) {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (r, row) in (0u32..).zip(rows) {
        for (c, cell) in (0u16..).zip(row) {
            sheet.write_string(r, c, cell).unwrap();
        }
    }
    book.save(path).unwrap();
}

#[test]
fn every_code_is_explained() {
    let place = tempfile::tempdir().unwrap();
    let text = printed(&lepid(place.path(), &["quarantine", "codes"]));
    assert_eq!(text.lines().count(), lepid::ingest::Code::ALL.len());
    let json: serde_json::Value = serde_json::from_str(&printed(&lepid(place.path(), &["--json", "quarantine", "codes"]))).unwrap();
    assert_eq!(json[0]["code"], "constraint-required");
}
