//! Do the rules find what was planted, and nothing else, in basins that nobody has looked at before?

#![allow(clippy::unwrap_used, reason = "clippy does not take the helpers of integration tests for tests")]

use lepid::engine::Engine;
use lepid::ingest::{Options as Reading, Quiet};
use lepid::lake::load::{LoadOptions, ingest};
use lepid::lake::{AsOf, Lake};
use lepid::policy::Policy;
use lepid::rules::finding::Certainty;
use lepid::rules::{registry, run_rules};
use lepid::simulate::{Dress, Options, RuleScore, score, simulate};
use std::collections::BTreeMap;

/// The rules' scores on a basin of this seed and so many months, by rule.
fn scores(seed: u64, months: u32) -> BTreeMap<String, RuleScore> {
    let dir = tempfile::tempdir().unwrap();
    let files = dir.path().join("files");
    simulate(&Options { seed, months, ..Options::sample() }, Dress::Plain, &files).unwrap();
    let lake = Lake::open(dir.path().join("lake").to_str().unwrap()).unwrap();
    let reading = LoadOptions { ingest: Reading { forced: None, progress: &Quiet }, correct: false };
    ingest(&lake, std::slice::from_ref(&files), &reading, &mut |_| {}).unwrap();
    let (engine, policy) = (Engine::new(&lake.snapshot(&AsOf::Latest).unwrap()).unwrap(), Policy::builtin().unwrap());
    let bands = lepid::price::bands(&engine, &policy).unwrap();
    lepid::price::given::register(&engine, &bands).unwrap();
    let outcome = run_rules(&engine, &policy, &registry::builtin().unwrap()).unwrap();
    let findings = dir.path().join("findings.json");
    std::fs::write(&findings, serde_json::to_vec(&outcome.findings).unwrap()).unwrap();
    let score = score(&files.join("truth.json"), &findings).unwrap();
    score.rules.into_iter().map(|r| (r.rule.clone(), r)).collect()
}

/// Proven rules have precision and recall 1, strong ones find at least nine of ten: of everything planted, not of the easy part.
#[track_caller]
fn check(seed: u64) {
    let scores = scores(seed, 12);
    let mut wrong = Vec::new();
    for rule in registry::builtin().unwrap() {
        let Some(score) = scores.get(&rule.id) else { continue };
        let (precision, recall) = (score.precision.unwrap_or(1.0), score.recall.unwrap_or(1.0));
        let fine = match rule.certainty {
            Certainty::Proven => precision == 1.0 && recall == 1.0,
            Certainty::Strong => recall >= 0.9,
            Certainty::Lead => true,
        };
        if !fine {
            let shown = |keys: &[(String, String)]| keys.iter().take(5).map(|(s, p)| format!("{s} {p}")).collect::<Vec<_>>().join(", ");
            wrong.push(format!(
                "{} ({:?}): precision {precision:.3}, recall {recall:.3} of {}; missed {}; false {}",
                rule.id,
                rule.certainty,
                score.planted,
                shown(&score.missed),
                shown(&score.false_findings)
            ));
        }
    }
    assert!(wrong.is_empty(), "seed {seed}:\n{}", wrong.join("\n"));
}

#[test]
fn what_was_planted_in_a_first_unseen_basin_is_found() {
    check(41);
}

#[test]
fn what_was_planted_in_a_second_unseen_basin_is_found() {
    check(42);
}

#[test]
fn what_was_planted_in_a_third_unseen_basin_is_found() {
    check(43);
}

/// Every rule of the catalogue is measured: it has something to find in the basin of the sample, or in its first nine months.
#[test]
fn every_built_in_rule_has_something_planted_for_it() {
    let (year, so_far) = (scores(2023, 12), scores(2023, 9));
    for rule in registry::builtin().unwrap().iter().filter(|r| r.id != "boundary-unreadable") {
        let planted = |scores: &BTreeMap<String, RuleScore>| scores.get(&rule.id).map_or(0, |s| s.planted);
        assert!(planted(&year) + planted(&so_far) > 0, "{}: nothing planted", rule.id);
    }
    let forecast = &so_far["over-scale-forecast"];
    assert!(forecast.precision == Some(1.0) && forecast.recall.is_some_and(|r| r >= 0.8), "{forecast:?}");
}
