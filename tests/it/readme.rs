//! Does every command that the README shows do what it says? They are run, in their order, in an empty folder.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::Path;
use std::process::Command;

/// The `lepid …` lines of the shell blocks of a document. Lines that never end (`serve`) are asked for their usage only.
fn commands(document: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(document)).unwrap();
    let mut inside = false;
    let mut found = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            inside = !inside && line.trim() == "```sh";
            continue;
        }
        let line = line.split(" #").next().unwrap_or_default().trim();
        if inside && let Some(rest) = line.strip_prefix("lepid ") {
            found.push(words(rest));
        }
    }
    found
}

/// Splits as a shell does, as far as the README needs it: blanks and double quotes.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            c => word.push(c),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[track_caller]
fn check(document: &str) {
    let commands = commands(document);
    assert!(commands.len() >= 10, "only {} commands in {document}", commands.len());
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("datasets")).unwrap();
    for there in ["datasets/sample", "datasets/policies"] {
        std::os::unix::fs::symlink(Path::new(env!("CARGO_MANIFEST_DIR")).join(there), folder.path().join(there)).unwrap();
    }
    for mut words in commands {
        if words[0] == "serve" {
            words.push("--help".to_owned());
        }
        // `> file` as a shell does it.
        let into = words.iter().position(|w| w == ">").map(|at| words.split_off(at).pop().unwrap());
        let output = Command::new(env!("CARGO_BIN_EXE_lepid")).args(&words).current_dir(folder.path()).output().unwrap();
        if let Some(file) = into {
            std::fs::write(folder.path().join(file), &output.stdout).unwrap();
        }
        assert!(
            output.status.success(),
            "lepid {}\n{}\n{}",
            words.join(" "),
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

#[test]
fn every_command_of_the_readme_runs() {
    check("README.md");
}

#[test]
fn every_command_of_the_chinese_readme_runs() {
    check("README.zh.md");
}
