//! Do the rules find what they must, and nothing else?

use super::fixture::{Scene, check, outcome, scenes};
use super::registry::{BUILTIN, builtin};
use super::rule::{FAMILIES, LOOK_BACKS, Rule};
use super::say::UNITS;
use super::{Outcome, evidence_of_frame, findings_frame, findings_of_frame, run_rules, settings::Settings};
use crate::engine::Engine;
use crate::policy::Policy;
use insta::assert_snapshot;
use polars::prelude::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// The text of a rule's fixture.
fn fixture(rule: &Rule) -> String {
    let path = format!("{}/src/rules/{}", env!("CARGO_MANIFEST_DIR"), rule.file.replace(".sql", ".txt"));
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn rule(id: &str) -> Rule {
    builtin().unwrap().into_iter().find(|r| r.id == id).unwrap()
}

#[track_caller]
fn check_family(family: &str) {
    for rule in builtin().unwrap().iter().filter(|r| r.family == family) {
        check(rule, &fixture(rule));
    }
}

#[test]
fn over_scale_rules_find_what_stands_beside_the_rows_of_their_fixtures() {
    check_family("over-scale");
}

#[test]
fn illegal_source_rules_find_what_stands_beside_the_rows_of_their_fixtures() {
    check_family("illegal-source");
}

#[test]
fn ticket_rules_find_what_stands_beside_the_rows_of_their_fixtures() {
    check_family("tickets");
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
fn ids_are_unique_files_stand_in_their_family_and_departments_are_known() {
    let rules = builtin().unwrap();
    let settings = Settings::of(&Policy::builtin().unwrap(), &rules).unwrap();
    let ids: BTreeSet<&str> = rules.iter().map(|r| r.id.as_str()).collect();
    assert_eq!(ids.len(), BUILTIN.len());
    for rule in &rules {
        assert_eq!(rule.file, format!("{}/{}.sql", rule.family, rule.id));
        settings.department(rule).unwrap();
        assert!(FAMILIES.contains(&rule.family.as_str()) && UNITS.contains(&rule.unit.as_str()));
        assert!(LOOK_BACKS.contains(&rule.look_back.as_str()));
        assert!(rule.parameters.iter().all(|p| !p.meaning.zh.is_empty() && !p.meaning.en.is_empty()), "{}", rule.id);
        for said in [&rule.title, &rule.clears, &rule.unknown, &rule.says] {
            assert!(!said.zh.is_ascii() && said.en.is_ascii() || said.en.contains('’'), "{}: {said:?}", rule.id);
        }
    }
    // Users see the families one after the other.
    let families: Vec<usize> = rules.iter().map(|r| FAMILIES.iter().position(|f| *f == r.family).unwrap()).collect();
    assert!(families.is_sorted());
}

#[test]
fn every_rule_file_below_the_folder_is_in_the_registry() {
    let mut files = Vec::new();
    for family in FAMILIES {
        for entry in std::fs::read_dir(format!("{}/src/rules/{family}", env!("CARGO_MANIFEST_DIR"))).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.ends_with(".sql") {
                files.push(format!("{family}/{name}"));
            }
        }
    }
    let registered: BTreeSet<String> = BUILTIN.iter().map(|(file, _)| (*file).to_owned()).collect();
    assert_eq!(files.into_iter().collect::<BTreeSet<_>>(), registered);
}

/// A statement that names a column or table that no record has fails here.
#[test]
fn every_statement_runs_over_the_declared_columns_and_finds_nothing_in_nothing() {
    let engine = Engine::from_frames(Vec::new()).unwrap();
    let outcome = run_rules(&engine, &Policy::builtin().unwrap(), &builtin().unwrap()).unwrap();
    assert!(outcome.findings.is_empty());
    assert_eq!(outcome.evidence.shape(), (0, 11));
}

#[test]
fn functions_that_only_one_engine_has_stand_in_no_statement() {
    let rules = builtin().unwrap();
    for word in
        ["DATE_TRUNC", "STRFTIME", "TO_CHAR", "INTERVAL", "NULLS FIRST", "NULLS LAST", " DIV(", "IFNULL", "LEAST(", "GREATEST(", "SELECT *"]
    {
        assert!(rules.iter().all(|r| !r.sql.to_uppercase().contains(word)), "{word}");
    }
}

#[test]
fn an_unknown_rule_parameter_or_type_in_policy_is_an_error_that_says_what_is_allowed() {
    let refused = |text: &str| {
        let policy = Policy::builtin().unwrap().with(&text.parse().unwrap()).unwrap();
        Settings::of(&policy, &[rule("overload")]).unwrap_err().to_string()
    };
    let errors = [
        refused("[rules.overlode]\nz = 1"),
        refused("[rules.overload]\nzz = 1")
            .replace("limit_2, limit_3, limit_3_articulated, limit_4, limit_4_articulated, limit_5, limit_6", "limit_2 …"),
        refused("[rules.overload]\nlimit_5 = 43.5"),
        refused("[rules.overload]\nlimit_5 = \"43000) OR (1=1\""),
    ];
    assert_snapshot!(errors.join("\n"), @r#"
    政策 [rules] 有误：没有规则 overlode，只有 / no rule overlode, there are only: departments, severity, overload / policy section [rules] is wrong: 没有规则 overlode，只有 / no rule overlode, there are only: departments, severity, overload
    政策 [rules.overload] 有误：没有参数 zz，只有 / no parameter zz, there are only: limit_2 …, air_suspension, scale_error, z / policy section [rules.overload] is wrong: 没有参数 zz，只有 / no parameter zz, there are only: limit_2 …, air_suspension, scale_error, z
    政策 [rules.overload] 有误：limit_5 = 43.5，应为 / limit_5 should be: 整数 / a whole number, e.g. 20 / policy section [rules.overload] is wrong: limit_5 = 43.5，应为 / limit_5 should be: 整数 / a whole number, e.g. 20
    政策 [rules.overload] 有误：limit_5 = "43000) OR (1=1"，应为 / limit_5 should be: 整数 / a whole number, e.g. 20 / policy section [rules.overload] is wrong: limit_5 = "43000) OR (1=1"，应为 / limit_5 should be: 整数 / a whole number, e.g. 20
    "#);
}

/// Rules with something to find in [`busy_scene`].
const BUSY: [&str; 6] = ["over-scale-year", "origin-unknown", "overload", "ticket-reused", "weight-mismatch", "net-inconsistent"];

/// All scenes of all fixtures at once would contradict each other; the hits of the rules on tickets do not.
fn busy_scene() -> Scene {
    let mut scene = scenes(&fixture(&rule("over-scale-year"))).remove(0);
    let more = |id: &str| scenes(&fixture(&rule(id))).remove(0).frames;
    let tickets: Vec<LazyFrame> =
        BUSY.iter().flat_map(|id| more(id)).filter(|(table, _)| *table == "shipments").map(|(_, frame)| frame.lazy()).collect();
    let tickets = concat(tickets, UnionArgs::default()).unwrap().collect().unwrap();
    scene.frames.retain(|(table, _)| *table != "shipments");
    scene.frames.push(("shipments", tickets));
    scene
}

fn run(frames: Vec<(&'static str, DataFrame)>) -> Outcome {
    let rules: Vec<Rule> = BUSY.map(rule).into();
    run_rules(&Engine::from_frames(frames).unwrap(), &Policy::builtin().unwrap(), &rules).unwrap()
}

fn csv(frame: &mut DataFrame) -> String {
    let mut bytes = Vec::new();
    CsvWriter::new(&mut bytes).finish(frame).unwrap();
    String::from_utf8(bytes).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    /// The rows of the tickets in any order, and as several pieces, give the same findings and the same evidence.
    #[test]
    fn no_order_of_rows_and_no_splitting_over_files_changes_anything(seed in any::<u64>(), cut in 0.0..1.0f64) {
        let scene = busy_scene();
        let mut expected = run(scene.frames.clone());
        prop_assert!(expected.findings.len() > 10);
        let mut frames = scene.frames;
        for (_, frame) in &mut frames {
            // A linear congruence visits every row once, from a place that the seed decides.
            let height = frame.height() as u64;
            let step = (1..=height).rev().find(|s| gcd(*s, height) == 1 && (height < 5 || *s <= 2 + seed % height)).unwrap_or(1);
            let order: Vec<IdxSize> = (0..height).map(|i| ((seed % height.max(1) + i * step) % height) as IdxSize).collect();
            let shuffled = frame.take(&IdxCa::from_vec("order".into(), order)).unwrap();
            let at = (cut * height as f64) as usize;
            let mut pieces = shuffled.slice(at as i64, usize::MAX);
            pieces.vstack_mut(&shuffled.slice(0, at)).unwrap();
            *frame = pieces;
        }
        let mut found = run(frames);
        prop_assert_eq!(&found.findings, &expected.findings);
        prop_assert_eq!(csv(&mut found.evidence), csv(&mut expected.evidence));
    }
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[test]
fn findings_are_the_same_after_a_stay_in_the_lakes_table() {
    let findings = run(busy_scene().frames).findings;
    assert!(findings.iter().any(|f| f.observed.is_none()) && findings.iter().any(|f| f.observed.is_some()));
    assert_eq!(findings_of_frame(&findings_frame(&findings).unwrap()).unwrap(), findings);
    assert!(findings_of_frame(&findings_frame(&[]).unwrap()).unwrap().is_empty());
}

#[test]
fn every_row_of_evidence_belongs_to_a_finding_and_is_counted_there() {
    let outcome = run(busy_scene().frames);
    let evidence = evidence_of_frame(&outcome.evidence).unwrap();
    for finding in &outcome.findings {
        assert_eq!(evidence.iter().filter(|e| e.finding == finding.id).count() as u64, finding.evidence, "{finding:?}");
        assert!(evidence.iter().filter(|e| e.finding == finding.id).all(|e| e.rule == finding.rule && e.period == finding.period));
    }
    assert_eq!(evidence.len() as u64, outcome.findings.iter().map(|f| f.evidence).sum::<u64>());
    assert!(evidence.windows(2).all(|w| (&w[0].finding, &w[0].ticket_no.is_none()) <= (&w[1].finding, &w[1].ticket_no.is_none())));
}

#[test]
fn a_finding_says_its_numbers_and_the_law_of_its_day() {
    let scene = scenes(&fixture(&rule("over-scale-year"))).remove(0);
    let found = outcome(&rule("over-scale-year"), &scene).findings.remove(0);
    assert_snapshot!(serde_json::to_string_pretty(&found).unwrap(), @r#"
    {
      "id": "09b0f7b773d882a6",
      "rule": "over-scale-year",
      "title": {
        "zh": "年度超规模开采",
        "en": "mined above the approved scale of the year"
      },
      "family": "over-scale",
      "certainty": "proven",
      "severity": "low",
      "department": {
        "zh": "自然资源部门",
        "en": "natural resources"
      },
      "basis": {
        "zh": "《矿产资源法》及采矿许可证载明的生产规模；专项整治方案（2023-03-25）：超规模开采",
        "en": "Mineral Resources Law and the production scale on the mining licence; campaign plan of 2023-03-25: mining above scale"
      },
      "subject_kind": "site",
      "subject": "M1",
      "subject_name": "M1",
      "period": "2023",
      "quantity_kg": 10000,
      "observed": 110000,
      "allowed": 100000,
      "unit": "kg",
      "evidence": 3,
      "says": {
        "zh": "M1 2023年采出原矿 110 吨，批准规模折合 100 吨，超出 10 吨（已扣除计量误差后仍显著）。三项测算：申报产量 未知（标准误差 未知），磅单加库存变化 110 吨（标准误差 0.33 吨），两者加权 未知（标准误差 未知）；按同一许可证合并的矿点 1 个；磅单 2 张",
        "en": "M1 put out 110 t of raw ore in 2023 against an approved 100 t: 10 t too much, beyond measurement error; three measures: declared unknown (standard error unknown), tickets and change of stock 110 t (0.33 t), both weighed unknown (unknown); sites under the licence: 1; 2 tickets"
      },
      "clears": {
        "zh": "变更后的采矿许可证（规模已扩大并覆盖该年）；更正的月报或磅单；证明部分矿石来自往年库存或其他矿山的盘点和合同",
        "en": "a changed licence whose larger scale covers the year; corrected returns or tickets; a stock survey and contracts that show ore of earlier years or of other mines"
      }
    }
    "#);
}
