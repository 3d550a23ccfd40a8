//! `lepid rules run` as a user runs it: counts, without a report.

#![allow(clippy::unwrap_used, reason = "clippy does not take the helpers of integration tests for tests")]

use std::process::Command;

#[track_caller]
fn json(args: &[&str]) -> serde_json::Value {
    let output = Command::new(env!("CARGO_BIN_EXE_lepid")).args(args).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn rules_run_counts_what_a_run_finds_and_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (files, lake, reports) = (path("files"), path("lake"), path("reports"));
    let simulate = ["simulate", "--seed", "5", "--months", "3", "--tickets", "3000", "--plain", "--out", &files];
    assert!(Command::new(env!("CARGO_BIN_EXE_lepid")).args(simulate).output().unwrap().status.success());
    json(&["ingest", "--lake", &lake, "--json", &files]);
    let counted = json(&["rules", "run", "--lake", &lake, "--json"]);
    assert!(counted["rules"].as_array().unwrap().iter().all(|r| r.get("seconds").is_none()));
    let timed = json(&["rules", "run", "--timing", "--lake", &lake, "--json"]);
    assert!(timed["rules"].as_array().unwrap().iter().all(|r| r["seconds"].as_f64().unwrap() >= 0.0));
    let run = json(&["run", "--lake", &lake, "--out", &reports, "--json"]);
    let found = run["findings_by_rule"].as_object().unwrap();
    assert!(found.len() > 5, "{found:?}");
    for rule in counted["rules"].as_array().unwrap() {
        let id = rule["rule"].as_str().unwrap();
        assert_eq!(rule["findings"].as_u64().unwrap(), found.get(id).map_or(0, |n| n.as_u64().unwrap()), "{id}");
        assert!(timed["rules"].as_array().unwrap().iter().any(|r| r["rule"] == id && r["evidence"] == rule["evidence"]), "{id}");
    }
}
