//! Does one command lead a newcomer from records to a page?

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "clippy does not take the helpers of integration tests for tests")]

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

/// A folder with `datasets/sample` in it, as a fresh clone has one.
fn clone() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let sample = dir.path().join("datasets/sample");
    std::fs::create_dir_all(&sample).unwrap();
    let put = |file: &str, text: &str| std::fs::write(sample.join(file), text).unwrap();
    put("datapackage.json", "{}");
    put("sites.csv", "site_id,name,kind\nM1,东坑矿,mine\nC1,一号选厂,concentrator\n");
    put(
        "磅单.csv",
        "磅单号,货物名称,车牌号,发货单位,收货单位,出场时间,毛重(kg),皮重(kg),净重(kg)\n\
         T1,瓷土原矿,赣C12345,东坑矿,一号选厂,2023-06-01 08:00,48000,16000,32000\n\
         T2,瓷土原矿,赣C12345,东坑矿,一号选厂,2023-06-02 08:00,48500,16000,32500\n\
         T3,瓷土原矿,赣C12345,东坑矿,一号选厂,2023-06-03 08:00,重,16000,32500\n",
    );
    dir
}

fn demo(cwd: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lepid")).current_dir(cwd).arg("demo").args(args).output().unwrap()
}

#[track_caller]
fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_demo_leaves_a_lake_and_reports_and_says_what_it_did() {
    let dir = clone();
    let run = demo(dir.path(), &["--no-serve"]);
    let said = String::from_utf8(run.stdout).unwrap();
    assert!(run.status.success(), "{said}{}", String::from_utf8_lossy(&run.stderr));
    for shown in ["1/3", "2/3", "3/3", "读入 5 行 = 新增 4 + 已有 0 + 问题行 1", "lepid-demo/lake", "lepid-demo/reports", "指导价", "线索"]
    {
        assert!(said.contains(shown), "{shown} in {said}");
    }
    let contents = lepid::report::read(&dir.path().join("lepid-demo/reports")).unwrap();
    assert_eq!(contents.flows.iter().map(|f| f.net_kg).sum::<i64>(), 64_500);
    let english = String::from_utf8(demo(dir.path(), &["--no-serve", "--lang", "en"]).stdout).unwrap();
    assert!(english.contains("read 5 rows = accepted 4 + known 0 + quarantined 1"), "{english}");
}

#[test]
fn a_second_demo_starts_afresh_and_leaves_the_users_lake_alone() {
    let dir = clone();
    std::fs::create_dir(dir.path().join("lake")).unwrap();
    let first = json(&demo(dir.path(), &["--no-serve", "--json"]));
    let second = json(&demo(dir.path(), &["--no-serve", "--json"]));
    for run in [&first, &second] {
        assert_eq!((&run["read"], &run["accepted"], &run["known"], &run["quarantined"]), (&5.into(), &4.into(), &0.into(), &1.into()));
        assert_eq!(run["address"], Value::Null);
    }
    assert_eq!(first["run"]["run_id"], second["run"]["run_id"]);
    assert_eq!(std::fs::read_dir(dir.path().join("lake")).unwrap().count(), 0);
}

#[test]
fn folders_that_the_user_names_are_used_and_kept() {
    let dir = clone();
    let args = ["--no-serve", "--json", "--lake", "my/lake", "--out", "my/reports"];
    let first = json(&demo(dir.path(), &args));
    let second = json(&demo(dir.path(), &args));
    assert_eq!((&first["accepted"], &second["accepted"], &second["known"]), (&4.into(), &0.into(), &4.into()));
    assert!(dir.path().join("my/reports/run.json").is_file() && !dir.path().join("lepid-demo").exists());
}

#[test]
fn a_folder_that_no_demo_made_is_never_thrown_away() {
    let dir = clone();
    let precious = dir.path().join("lepid-demo/lake");
    std::fs::create_dir_all(&precious).unwrap();
    std::fs::write(precious.join("precious"), "x").unwrap();
    let run = demo(dir.path(), &["--no-serve"]);
    assert_eq!(run.status.code(), Some(1));
    assert!(String::from_utf8(run.stderr).unwrap().contains("was not made by a demo"));
    assert!(precious.join("precious").is_file());
}

#[test]
fn an_address_that_is_taken_is_said_before_anything_is_done() {
    let dir = clone();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let run = demo(dir.path(), &["--listen", &taken.local_addr().unwrap().to_string()]);
    assert!(run.status.code() == Some(1) && !dir.path().join("lepid-demo").exists());
}
