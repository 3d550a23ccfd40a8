//! Does the sample basin still give what `reports/` shows? The demo's output is compared with the copy that is kept there.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for place in [folder.to_owned(), folder.join("charts")] {
        for entry in std::fs::read_dir(place).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                found.insert(path.strip_prefix(folder).unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// Without the only time in a run's files, when its records were committed: the demo commits them now.
fn without_time(name: &str, bytes: &[u8]) -> Vec<u8> {
    let (from, to) = match name {
        "run.json" => ("\"lake_at\"", "\n"),
        "report.html" => ("数据湖版本", "</dd>"),
        _ => return bytes.to_vec(),
    };
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let start = text.find(from).unwrap();
    let end = start + text[start..].find(to).unwrap();
    format!("{}{}", &text[..start], &text[end..]).into_bytes()
}

#[test]
fn the_demo_gives_the_reports_that_are_kept() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    let (lake, out) = (folder.path().join("lake"), folder.path().join("reports"));
    let output = Command::new(env!("CARGO_BIN_EXE_lepid"))
        .args(["demo", "--no-serve", "--lake", lake.to_str().unwrap(), "--out", out.to_str().unwrap()])
        .current_dir(root)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (kept, made) = (files(&root.join("reports")), files(&out));
    assert_eq!(kept.keys().collect::<Vec<_>>(), made.keys().collect::<Vec<_>>());
    for (name, bytes) in &made {
        // The workbook says the time in a compressed part; its cells are those of findings.csv.
        if name != "findings.xlsx" {
            let same = without_time(name, bytes) == without_time(name, &kept[name]);
            assert!(same, "{name} differs from reports/{name}; if that is meant: lepid demo --no-serve --out reports");
        }
    }
}
