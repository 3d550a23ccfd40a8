//! Does the program say how small a violation is still found, and how long one stands?

#![allow(clippy::unwrap_used, reason = "clippy does not take the helpers of integration tests for tests")]

use std::path::Path;
use std::process::{Command, Output};

fn lepid(args: &[&str], dir: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lepid")).args(args).current_dir(dir).output().unwrap()
}

#[track_caller]
fn done(args: &[&str], dir: &Path) -> String {
    let output = lepid(args, dir);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_power_curve_is_written_as_json_csv_and_a_picture_and_its_basins_leave_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let args = ["power", "--rule", "overload", "--strengths", "1", "--seeds", "7..7", "--tickets", "4000", "--out", "curve", "--json"];
    let curves: serde_json::Value = serde_json::from_str(&done(&args, dir.path())).unwrap();
    let point = &curves[0]["points"][0];
    assert!(point["planted"].as_u64().unwrap() > 0, "{point}");
    assert_eq!(point["recall"], 1.0, "{point}");
    let mut left: Vec<String> =
        std::fs::read_dir(dir.path().join("curve")).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    left.sort();
    assert_eq!(left, ["power-overload.csv", "power-overload.json", "power-overload.svg"]);
    let csv = std::fs::read_to_string(dir.path().join("curve/power-overload.csv")).unwrap();
    assert_eq!(csv.lines().count(), 2, "{csv}");
}

#[test]
fn an_unknown_rule_or_an_unreadable_range_of_seeds_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let unknown = lepid(&["power", "--rule", "ticket-resued", "--seeds", "1..1", "--out", "curve"], dir.path());
    assert_eq!(unknown.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("ticket-resued"));
    let seeds = lepid(&["power", "--rule", "ticket-reused", "--seeds", "9..1", "--out", "curve"], dir.path());
    assert_eq!(seeds.status.code(), Some(2));
}

/// A number written twice is seen with the records of its own month.
#[test]
fn a_score_month_by_month_tells_tonnes_and_delays() {
    let dir = tempfile::tempdir().unwrap();
    done(&["simulate", "--plain", "--tickets", "4000", "--months", "3", "--plant", "ticket-reused", "--out", "files"], dir.path());
    done(&["ingest", "files"], dir.path());
    let score: serde_json::Value =
        serde_json::from_str(&done(&["score", "--truth", "files/truth.json", "--monthly", "--json"], dir.path())).unwrap();
    let rule = score["rules"].as_array().unwrap().iter().find(|r| r["rule"] == "ticket-reused").unwrap();
    assert!(rule["planted"].as_u64().unwrap() > 0);
    assert_eq!((&rule["recall"], &rule["precision"]), (&serde_json::json!(1.0), &serde_json::json!(1.0)));
    assert_eq!(rule["planted_kg"], rule["right_kg"]);
    assert_eq!(rule["delay"], serde_json::json!({ "median_months": 0.0, "longest_months": 0 }));
}
