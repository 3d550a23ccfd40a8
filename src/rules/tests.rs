//! Do the rules find what they must, and nothing else?

use super::fixture::{check, scenes};
use super::registry::{BUILTIN, builtin};
use super::rule::Rule;
use super::{finding::Finding, findings_frame, findings_of_frame, settings::Settings};
use crate::policy::Policy;
use std::collections::BTreeSet;

/// The text of a rule's fixture.
fn fixture(rule: &Rule) -> String {
    let path = format!("{}/src/rules/{}", env!("CARGO_MANIFEST_DIR"), rule.file.replace(".sql", ".txt"));
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"))
}

#[test]
fn every_rule_finds_what_stands_beside_the_rows_of_its_fixture() {
    for rule in builtin().unwrap() {
        check(&rule, &fixture(&rule));
    }
}

#[test]
fn every_fixture_has_a_hit_a_near_miss_a_limit_and_something_missing() {
    for rule in builtin().unwrap() {
        let scenes = scenes(&fixture(&rule));
        for kind in ["hit", "near miss", "limit", "missing"] {
            assert!(scenes.iter().any(|s| s.kind == kind), "{}: no scene `{kind}`", rule.id);
        }
        for scene in &scenes {
            assert!(scene.frames.iter().any(|(_, f)| f.height() > 0), "{}, {}: no rows", rule.id, scene.title);
            match scene.kind.as_str() {
                "hit" => assert!(!scene.expected.is_empty(), "{}, {}: nothing expected", rule.id, scene.title),
                "near miss" | "missing" => assert!(scene.expected.is_empty(), "{}, {}: something expected", rule.id, scene.title),
                other => assert_eq!(other, "limit", "{}: unknown kind of scene", rule.id),
            }
        }
    }
}

#[test]
fn zz_time() {
    for rule in builtin().unwrap() {
        let t = std::time::Instant::now();
        let r = super::check(&Policy::builtin().unwrap(), std::slice::from_ref(&rule));
        println!("{} {:?} {:?}", rule.id, t.elapsed(), r.map_err(|e| e.to_string().lines().next().unwrap().to_owned()));
    }
}
