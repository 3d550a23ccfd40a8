//! How often does a rule accuse somebody who did nothing? A hundred simulated basins in which nothing is planted.
//!
//! ```text
//! cargo bench --bench false_alarms                  # 100 basins; writes benches/FALSE_ALARMS.md
//! cargo bench --bench false_alarms -- 10 1000       # 10 basins from seed 1000 on; prints only
//! ```
//!
//! Every finding on such a basin is a false alarm. A rule that tests something against chance states the rate of its policy; the
//! number of its false findings must lie within the binomial bounds of that rate over the number of tests that were made. A rule
//! that is `proven` must find nothing.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints what it measured")]

use lepid::engine::Engine;
use lepid::ingest::{Options as Reading, Quiet};
use lepid::lake::load::{LoadOptions, ingest};
use lepid::lake::{AsOf, Lake};
use lepid::policy::Policy;
use lepid::rules::finding::Certainty;
use lepid::rules::parameter::Value;
use lepid::rules::rule::Rule;
use lepid::rules::{registry, run_rules};
use lepid::simulate::{Dress, Options, Plan, simulate};
use statrs::distribution::{Binomial, DiscreteCDF};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Tickets of a basin.
const TICKETS: u64 = 20_000;
/// A rule that holds its rate passes the bound by chance this often.
const BOUND: f64 = 0.005;

/// What a rule counts as one test, and how many were made: a statement with one row each.
struct Tests {
    rule: &'static str,
    /// One test is …
    per: &'static str,
    sql: &'static str,
    /// What counts as an alarm.
    alarm: Alarm,
    /// How many tests with a rate of their own are made of each.
    limbs: u32,
}

/// What one false alarm is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Alarm {
    /// A finding.
    Finding,
    /// A row of evidence: where a finding gathers several tests.
    Row,
    /// A subject in a year, in however many months it is found.
    SubjectYear,
}

include!("false_alarms/tests.rs");

/// What happened to a rule over all basins.
#[derive(Default)]
struct Count {
    tests: u64,
    findings: u64,
}

fn main() {
    let numbers: Vec<u64> = std::env::args().skip(1).filter_map(|a| a.parse().ok()).collect();
    let basins = numbers.first().copied().unwrap_or(100);
    let first = numbers.get(1).copied().unwrap_or(1);
    let rules = registry::builtin().unwrap();
    let policy = Policy::builtin().unwrap();
    let mut counts: BTreeMap<String, Count> = rules.iter().map(|r| (r.id.clone(), Count::default())).collect();
    let mut sites = 0;
    for seed in first..first + basins {
        let engine = basin(seed);
        sites += rows(&engine, "SELECT site_id FROM sites");
        let bands = lepid::price::bands(&engine, &policy).unwrap();
        lepid::price::given::register(&engine, &bands).unwrap();
        let outcome = run_rules(&engine, &policy, &rules).unwrap();
        for rule in &rules {
            let found: Vec<_> = outcome.findings.iter().filter(|f| f.rule == rule.id).collect();
            let count = counts.entry(rule.id.clone()).or_default();
            let tests = TESTS.iter().find(|t| t.rule == rule.id);
            count.findings += match tests {
                Some(tests) if tests.alarm == Alarm::Row => found.iter().map(|f| f.evidence).sum(),
                Some(tests) if tests.alarm == Alarm::SubjectYear => {
                    found.iter().map(|f| (&f.subject, f.period.get(..4))).collect::<BTreeSet<_>>().len() as u64
                }
                _ => found.len() as u64,
            };
            count.tests += tests.map_or(0, |t| rows(&engine, t.sql) * u64::from(t.limbs));
            for finding in found.iter().take(3) {
                println!("{seed}  {}  {}  {}  {}", rule.id, finding.subject, finding.period, finding.says.en);
            }
        }
    }
    let report = report(&rules, &counts, basins, sites);
    println!("{report}");
    if basins >= 100 {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/FALSE_ALARMS.md"), report).unwrap();
    }
}

/// A basin in which nothing is planted, through files and lake as a user's records come.
fn basin(seed: u64) -> Engine {
    let dir = tempfile::tempdir().unwrap();
    let files = dir.path().join("files");
    let options = Options { seed, tickets: TICKETS, plan: Plan::clean(), ..Options::sample() };
    simulate(&options, Dress::Plain, &files).unwrap();
    let lake = Lake::open(dir.path().join("lake").to_str().unwrap()).unwrap();
    let reading = LoadOptions { ingest: Reading { forced: None, progress: &Quiet }, correct: false };
    ingest(&lake, &[files], &reading, &mut |_| {}).unwrap();
    let engine = Engine::new(&lake.snapshot(&AsOf::Latest).unwrap()).unwrap();
    // The folder goes when this returns: what the rules read is taken into memory.
    let tables: Vec<(&str, _)> = lepid::records::Table::ALL
        .iter()
        .map(|t| {
            let columns = lepid::lake::declared(t.name()).unwrap();
            let names: Vec<&str> = columns.iter_names().map(|n| n.as_str()).collect();
            (t.name(), engine.sql(&format!("SELECT {} FROM {}", names.join(", "), t.name())).unwrap())
        })
        .collect();
    Engine::from_frames(tables).unwrap()
}

/// Rows of a statement.
fn rows(engine: &Engine, sql: &str) -> u64 {
    engine.sql(sql).unwrap().height() as u64
}

/// The rate of the rule's parameter `false_alarm`.
fn rate(rule: &Rule) -> Option<f64> {
    rule.parameters.iter().find(|p| p.name == "false_alarm").and_then(|p| match p.default {
        Value::Alarm { ppb, .. } => Some(ppb as f64 / 1e9),
        _ => None,
    })
}

fn report(rules: &[Rule], counts: &BTreeMap<String, Count>, basins: u64, sites: u64) -> String {
    let mut text = String::new();
    writeln!(text, "# False alarms on clean basins\n").unwrap();
    writeln!(
        text,
        "{basins} simulated basins of 12 months and some {TICKETS} tickets ({sites} site-years in all) in which nothing is planted: every\n\
         finding is a false alarm. Made by `cargo bench --bench false_alarms`. The data are synthetic: the noise is what the design says of\n\
         weighbridges, assays, surveys and returns, and no more.\n\n\
         Expected: the policy's rate times the tests made. Bound: the binomial 99.5 % point. Fewer is no fault: tests of counts are discrete,\n\
         several tests share one rate by Bonferroni's inequality, many null hypotheses are regions (a mine well below its scale), and a\n\
         simulated scale never errs by more than 3.5 standard errors. Rules without a rate have a row if they are `proven` or found something.\n"
    )
    .unwrap();
    writeln!(text, "| rule | certainty | one test is a | tests | rate | expected | bounds | false alarms | a site-year | verdict |")
        .unwrap();
    writeln!(text, "| --- | --- | --- | ---: | ---: | ---: | --- | ---: | ---: | --- |").unwrap();
    for rule in rules {
        let count = &counts[&rule.id];
        let tests = TESTS.iter().find(|t| t.rule == rule.id);
        if let Some(row) = row(rule, count, tests, sites) {
            writeln!(text, "{row}").unwrap();
        }
    }
    text
}

fn row(rule: &Rule, count: &Count, tests: Option<&Tests>, sites: u64) -> Option<String> {
    let certainty = match rule.certainty {
        Certainty::Proven => "proven",
        Certainty::Strong => "strong",
        Certainty::Lead => "lead",
    };
    let a_site_year = count.findings as f64 / sites as f64;
    let Some((tests, rate)) = tests.zip(rate(rule)) else {
        let verdict = match (rule.certainty, count.findings) {
            (Certainty::Proven, 0) => "nothing, as it must",
            (Certainty::Proven, _) => "**accuses the innocent**",
            (_, 0) => return None,
            _ => "no rate of its own",
        };
        return Some(format!("| {} | {certainty} | | | | | | {} | {a_site_year:.3} | {verdict} |", rule.id, count.findings));
    };
    let shown = rule.parameters.iter().find(|p| p.name == "false_alarm").map(|p| p.default.shown(p.kind)).unwrap_or_default();
    let law = Binomial::new(rate.min(1.0), count.tests).unwrap();
    let high = law.inverse_cdf(1.0 - BOUND);
    let verdict = if count.findings > high { "**too many**" } else { "within" };
    let bounds = format!("≤ {high}");
    Some(format!(
        "| {} | {certainty} | {} | {} | {} | {:.1} | {bounds} | {} | {a_site_year:.3} | {verdict} |",
        rule.id,
        tests.per,
        count.tests,
        shown,
        rate * count.tests as f64,
        count.findings
    ))
}
