//! How long does a violation stand before the records show it? The rules are run on the records as they were at each month's end.

use super::score::{Delay, Score, ScoreError, compare};
use super::truth::{Truth, Violation};
use crate::engine::{Engine, Rows};
use crate::lake::Snapshot;
use crate::policy::Policy;
use crate::price;
use crate::records::{Keeping, MONTH, Table};
use crate::rules::rule::Rule;
use crate::rules::{registry, run_rules};
use chrono::{Datelike, NaiveDate};
use std::collections::{BTreeMap, BTreeSet};

/// Rule, subject and period.
type Key = (String, String, String);

/// The score of the rules on a lake that holds a simulation: of the whole, and how long each violation stood.
///
/// # Errors
/// [`ScoreError`] if the lake can't be read or a rule fails.
pub fn monthly(snapshot: &Snapshot, policy: &Policy, truth: &Truth, told: &mut dyn FnMut(NaiveDate)) -> Result<Score, ScoreError> {
    let rules = registry::builtin().map_err(crate::rules::RulesError::from)?;
    let mut first: BTreeMap<Key, NaiveDate> = BTreeMap::new();
    let mut last: Vec<Key> = Vec::new();
    for month in months(snapshot)? {
        told(month);
        last = found(&Engine::until(snapshot, month)?, policy, &rules)?;
        for key in &last {
            first.entry(key.clone()).or_insert(month);
        }
    }
    let mut score = compare(&truth.violations, last.into_iter());
    for rule in &mut score.rules {
        let of_rule = truth.violations.iter().filter(|v| v.rule == rule.rule);
        rule.delay = delay(of_rule.filter_map(|v| months_between(v, *first.get(&key(v))?)).collect());
    }
    Ok(score)
}

fn key(v: &Violation) -> Key {
    (v.rule.clone(), v.subject.clone(), v.period.clone())
}

/// What the rules find, with the prices that they see.
pub(super) fn found(engine: &Engine, policy: &Policy, rules: &[Rule]) -> Result<Vec<Key>, ScoreError> {
    price::given::register(engine, &price::bands(engine, policy)?)?;
    let findings = run_rules(engine, policy, rules)?.findings;
    Ok(findings.into_iter().map(|f| (f.rule, f.subject, f.period)).collect())
}

/// The months that the lake holds facts of, earliest first.
fn months(snapshot: &Snapshot) -> Result<BTreeSet<NaiveDate>, ScoreError> {
    let engine = Engine::new(snapshot)?;
    let mut months = BTreeSet::new();
    for table in Table::ALL.into_iter().filter(|t| matches!(t.spec().keeping, Keeping::Facts { .. }) && *t != Table::MarketPrices) {
        let frame = engine.sql(&format!("SELECT DISTINCT {MONTH} FROM {}", table.name()))?;
        for row in 0..frame.height() {
            months.extend(Rows::new(&frame).day(MONTH, row).map_err(crate::engine::EngineError::from)?);
        }
    }
    Ok(months)
}

/// From the month in which a violation begins to the month that shows it.
fn months_between(violation: &Violation, shown: NaiveDate) -> Option<i32> {
    let period = violation.period.get(..7).map_or_else(|| format!("{}-01-01", violation.period), |month| format!("{month}-01"));
    let since: NaiveDate = violation.since.as_deref().unwrap_or(&period).parse().ok()?;
    let count = |day: NaiveDate| day.year() * 12 + i32::try_from(day.month0()).unwrap_or(0);
    Some(count(shown) - count(since))
}

fn delay(mut months: Vec<i32>) -> Option<Delay> {
    months.sort_unstable();
    let (low, high) = (months.get(months.len().saturating_sub(1) / 2)?, months.get(months.len() / 2)?);
    Some(Delay { median_months: f64::from(low + high) / 2.0, longest_months: *months.last()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn violation(period: &str, since: Option<&str>) -> Violation {
        Violation {
            rule: "over-scale-year".to_owned(),
            subject_kind: "site".to_owned(),
            subject: "KS01".to_owned(),
            period: period.to_owned(),
            quantity_kg: 1,
            since: since.map(str::to_owned),
            tickets: Vec::new(),
        }
    }

    #[test]
    fn a_delay_counts_from_the_month_in_which_the_violation_begins() {
        let shown = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(months_between(&violation("2023", Some("2023-10-17")), shown("2023-11-01")), Some(1));
        assert_eq!(months_between(&violation("2023-06", None), shown("2023-06-01")), Some(0));
        assert_eq!(months_between(&violation("2023", Some("2024-02-01")), shown("2023-11-01")), Some(-3));
        assert_eq!(delay(vec![3, 0, 1]), Some(Delay { median_months: 1.0, longest_months: 3 }));
        assert_eq!(delay(vec![0, 1]), Some(Delay { median_months: 0.5, longest_months: 1 }));
        assert_eq!(delay(Vec::new()), None);
    }
}
