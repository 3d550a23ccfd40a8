//! Do the rooms still stand in their order? Reads the source and says which line breaks which sentence of ARCHITECTURE.md.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::{Path, PathBuf};

/// The rooms in the order of ARCHITECTURE.md; a room imports only from rooms above it.
const ROOMS: [&str; 17] = [
    "text", "policy", "records", "ingest", "lake", "engine", "rules", "balance", "price", "risk", "cases", "chart", "report", "serve",
    "simulate", "cli", "main",
];

/// Longest file, lines. Longer files answer more than one question.
const LONGEST: usize = 480;

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
        entries.sort();
        for entry in entries {
            if entry.is_dir() {
                walk(&entry, found);
            } else if entry.extension().is_some_and(|e| e == "rs") {
                let text = std::fs::read_to_string(&entry).unwrap();
                found.push((entry, text));
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.len() > 60, "only {} files were read", found.len());
    found
}

fn room(path: &Path) -> String {
    let below = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    below.components().next().unwrap().as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
}

/// Lines before the unit tests of a file, numbered from 1.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .take_while(|l| !l.starts_with("#[cfg(test)]"))
        .enumerate()
        .map(|(n, l)| (n + 1, l))
        .filter(|(_, l)| !l.trim_start().starts_with("//"))
}

#[test]
fn a_room_imports_only_from_rooms_above_it() {
    let floor = |name: &str| ROOMS.iter().position(|r| *r == name);
    let mut broken = Vec::new();
    for (path, text) in sources() {
        let own = room(&path);
        let Some(own_floor) = floor(&own) else { continue };
        for (number, line) in code(&text) {
            for part in line.split("crate::").skip(1) {
                let other: String = part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                // The cell reader of the engine is a helper without knowledge of the engine; the lake reads its own small tables with it.
                let rows = own == "lake" && part.starts_with("engine::Rows");
                if let Some(other_floor) = floor(&other)
                    && other_floor > own_floor
                    && !rows
                {
                    broken.push(format!("{}:{number}: {own}/ imports from {other}/, which stands below it", path.display()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_room_of_the_source_stands_in_the_map() {
    let map = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md")).unwrap();
    for (path, _) in sources() {
        let room = room(&path);
        assert!(room == "lib" || ROOMS.contains(&room.as_str()), "{room} has no floor in this test");
        assert!(
            matches!(room.as_str(), "lib" | "main") || map.contains(&format!("{room}/")) || map.contains(&format!("{room}.rs")),
            "{room} is not in ARCHITECTURE.md"
        );
    }
}

#[test]
fn every_file_says_first_what_it_is() {
    for (path, text) in sources() {
        let first = text.lines().next().unwrap_or_default();
        assert!(first.starts_with("//! ") && first.len() > 12, "{}: {first}", path.display());
    }
}

#[test]
fn no_file_is_longer_than_it_should_be() {
    let long: Vec<String> = sources()
        .iter()
        .filter(|(_, t)| t.lines().count() > LONGEST)
        .map(|(p, t)| format!("{} {}", p.display(), t.lines().count()))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn charts_compute_nothing_and_only_the_command_line_prints() {
    for (path, text) in sources() {
        let room = room(&path);
        for (number, line) in code(&text) {
            let at = format!("{}:{number}: {line}", path.display());
            assert!(room != "chart" || !line.contains("polars"), "a chart draws what it is given: {at}");
            let prints = ["println!(", "print!(", "eprintln!(", "eprint!("].iter().any(|p| line.contains(p) && !line.contains("writeln!("));
            assert!(!prints, "only cli/ prints, through out!: {at}");
        }
    }
}
