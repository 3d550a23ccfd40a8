//! How many of the planted violations did the rules find, and what did they find that is none?

use super::SimulateError;
use super::plan::PLANTABLE;
use super::truth::{Truth, Violation};
use crate::engine::EngineError;
use crate::lake::LakeError;
use crate::policy::PolicyError;
use crate::price::PriceError;
use crate::rules::RulesError;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The rules that the truth speaks of. A finding of any other rule is neither right nor wrong here.
pub const CATALOGUE: [&str; 37] = PLANTABLE;

/// Why there is no score.
#[derive(Debug, thiserror::Error)]
pub enum ScoreError {
    /// A file can't be read.
    #[error("读取 {path} 失败：{source} / cannot read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("{path} 不是{what}：{why} / {path} is not what was expected: {why}")]
    Form {
        /// The file.
        path: PathBuf,
        /// What it should be.
        what: &'static str,
        /// Why it is not.
        why: String,
    },
    /// There is no basin.
    #[error(transparent)]
    Simulate(#[from] SimulateError),
    /// No rule has this id.
    #[error("没有规则 {0}；可选见 lepid rules / there is no rule {0}; see lepid rules")]
    NoRule(String),
    /// The records can't be stored or read.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// The policy is wrong.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The rules can't be run.
    #[error(transparent)]
    Rules(#[from] RulesError),
    /// The prices that they see can't be worked out.
    #[error(transparent)]
    Price(#[from] PriceError),
    /// The records can't be asked.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// The score of all rules.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Score {
    /// What these figures are worth.
    pub reminder: String,
    /// In the order of the catalogue.
    pub rules: Vec<RuleScore>,
}

/// The score of one rule.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleScore {
    /// Rule.
    pub rule: String,
    /// Violations in the truth.
    pub planted: usize,
    /// Findings of the rule.
    pub found: usize,
    /// Findings that are in the truth.
    pub right: usize,
    /// Right of found; `None`: nothing found.
    pub precision: Option<f64>,
    /// Right of planted; `None`: nothing planted.
    pub recall: Option<f64>,
    /// Mass of the planted violations, kg.
    pub planted_kg: i64,
    /// Mass of those that were found, kg.
    pub right_kg: i64,
    /// How long they stood; `None`: not asked, or nothing was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay: Option<Delay>,
    /// In the truth and not found: subject and period.
    pub missed: Vec<(String, String)>,
    /// Found and not in the truth.
    pub false_findings: Vec<(String, String)>,
}

/// From the month in which a violation begins to the first month whose records show it, over the violations that were found.
/// 0: by the end of the month in which it began; below 0: before it came about.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Delay {
    /// Median, months.
    pub median_months: f64,
    /// Longest, months.
    pub longest_months: i32,
}

/// Said with every score.
pub const REMINDER: &str =
    "以上数字来自合成数据，不代表在真实数据上的表现 / these figures are on synthetic data; they say nothing about real data";

/// What of a finding the score looks at.
#[derive(Deserialize)]
struct Found {
    rule: String,
    subject: String,
    period: String,
}

/// Findings as a run writes them, or a report that holds them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Findings {
    Bare(Vec<Found>),
    Within { findings: Vec<Found> },
}

type Keys = BTreeMap<String, BTreeSet<(String, String)>>;

impl RuleScore {
    /// Whether precision and recall both reach `least`; what has no figure stands below nothing.
    #[must_use]
    pub fn reaches(&self, least: f64) -> bool {
        self.precision.is_none_or(|p| p >= least) && self.recall.is_none_or(|r| r >= least)
    }
}

/// Compares a file of findings with a file of truth by (rule, subject, period).
///
/// # Errors
/// [`ScoreError`] if one of them can't be read.
pub fn score(truth: &Path, findings: &Path) -> Result<Score, ScoreError> {
    let truth = read_truth(truth)?;
    let found: Findings = read(findings, "问题清单 findings.json")?;
    let (Findings::Bare(found) | Findings::Within { findings: found }) = found;
    Ok(compare(&truth.violations, found.into_iter().map(|f| (f.rule, f.subject, f.period))))
}

/// The truth of a simulation.
///
/// # Errors
/// [`ScoreError`] if the file can't be read.
pub fn read_truth(path: &Path) -> Result<Truth, ScoreError> {
    read(path, "模拟真值 truth.json")
}

pub(super) fn compare(truth: &[Violation], found: impl Iterator<Item = (String, String, String)>) -> Score {
    let key = |v: &Violation| (v.rule.clone(), v.subject.clone(), v.period.clone());
    let (planted, found) = (by_rule(truth.iter().map(key)), by_rule(found));
    let empty = BTreeSet::new();
    let rules = CATALOGUE.iter().map(|rule| {
        let (planted, found) = (planted.get(*rule).unwrap_or(&empty), found.get(*rule).unwrap_or(&empty));
        let right = planted.intersection(found).count();
        let of_rule = || truth.iter().filter(|v| v.rule == *rule);
        RuleScore {
            rule: (*rule).to_owned(),
            planted: planted.len(),
            found: found.len(),
            right,
            precision: share(right, found.len()),
            recall: share(right, planted.len()),
            planted_kg: of_rule().map(|v| v.quantity_kg).sum(),
            right_kg: of_rule().filter(|v| found.contains(&(v.subject.clone(), v.period.clone()))).map(|v| v.quantity_kg).sum(),
            delay: None,
            missed: planted.difference(found).cloned().collect(),
            false_findings: found.difference(planted).cloned().collect(),
        }
    });
    Score { reminder: REMINDER.to_owned(), rules: rules.collect() }
}

fn by_rule(keys: impl Iterator<Item = (String, String, String)>) -> Keys {
    let mut rules = Keys::new();
    for (rule, subject, period) in keys {
        rules.entry(rule).or_default().insert((subject, period));
    }
    rules
}

fn share(right: usize, of: usize) -> Option<f64> {
    let (right, of) = (u32::try_from(right).ok()?, u32::try_from(of).ok()?);
    (of > 0).then(|| f64::from(right) / f64::from(of))
}

fn read<T: serde::de::DeserializeOwned>(path: &Path, what: &'static str) -> Result<T, ScoreError> {
    let text = std::fs::read_to_string(path).map_err(|source| ScoreError::Read { path: path.to_owned(), source })?;
    serde_json::from_str(&text).map_err(|e| ScoreError::Form { path: path.to_owned(), what, why: e.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn violation(rule: &str, subject: &str, quantity_kg: i64) -> Violation {
        Violation {
            rule: rule.to_owned(),
            subject_kind: "plate".to_owned(),
            subject: subject.to_owned(),
            period: "2023-06".to_owned(),
            quantity_kg,
            since: None,
            tickets: Vec::new(),
        }
    }

    fn key(rule: &str, subject: &str) -> (String, String, String) {
        (rule.to_owned(), subject.to_owned(), "2023-06".to_owned())
    }

    #[test]
    fn what_was_missed_and_what_was_false_is_named() {
        let truth = [violation("overload", "A", 30_000), violation("overload", "B", 31_000)];
        let found = [key("overload", "B"), key("overload", "B"), key("overload", "C"), key("boundary-unreadable", "D")];
        let score = compare(&truth, found.into_iter());
        let overload = score.rules.iter().find(|r| r.rule == "overload").unwrap();
        assert_eq!((overload.planted, overload.found, overload.right), (2, 2, 1));
        assert_eq!((overload.planted_kg, overload.right_kg), (61_000, 31_000));
        assert_eq!((overload.precision, overload.recall), (Some(0.5), Some(0.5)));
        assert_eq!(overload.missed, [("A".to_owned(), "2023-06".to_owned())]);
        assert_eq!(overload.false_findings, [("C".to_owned(), "2023-06".to_owned())]);
        assert!(!overload.reaches(1.0) && overload.reaches(0.5));
        assert!(score.rules.iter().all(|r| r.rule != "boundary-unreadable"));
    }

    #[test]
    fn a_rule_without_plants_and_findings_has_no_figure() {
        let score = compare(&[], std::iter::empty());
        assert!(score.rules.iter().all(|r| r.precision.is_none() && r.recall.is_none() && r.reaches(1.0)));
        let missed = compare(&[violation("overload", "A", 0)], std::iter::empty());
        assert!(!missed.rules.iter().all(|r| r.reaches(1.0)));
    }
}
