//! How is a violation put together from what the records show of it?

use super::truth::Violation;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Rule, subject kind, subject and period.
pub(super) type Key = (&'static str, &'static str, String, String);

/// What is known of one violation.
#[derive(Clone, Debug, Default)]
pub(super) struct Case {
    pub(super) kg: i64,
    pub(super) tickets: Vec<String>,
    pub(super) since: Option<NaiveDate>,
}

/// Violations by key.
#[derive(Default)]
pub(super) struct Cases(BTreeMap<Key, Case>);

impl Cases {
    /// Adds mass, and moves the first day to the earlier one.
    pub(super) fn add(&mut self, key: Key, kg: i64, day: Option<NaiveDate>) -> &mut Case {
        let case = self.0.entry(key).or_default();
        case.kg += kg;
        case.since = match (case.since, day) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        case
    }

    /// Whether there is such a case.
    pub(super) fn has(&self, key: &Key) -> bool {
        self.0.contains_key(key)
    }

    /// In the order of their keys.
    pub(super) fn violations(self) -> Vec<Violation> {
        let one = |((rule, kind, subject, period), mut case): (Key, Case)| {
            case.tickets.sort();
            case.tickets.dedup();
            Violation {
                rule: rule.to_owned(),
                subject_kind: kind.to_owned(),
                subject,
                period,
                quantity_kg: case.kg,
                since: case.since.map(|day| day.to_string()),
                tickets: case.tickets,
            }
        };
        self.0.into_iter().map(one).collect()
    }
}

impl Cases {
    /// Takes over all of another's.
    pub(super) fn join(&mut self, other: Self) {
        for (key, case) in other.0 {
            let mine = self.add(key, case.kg, case.since);
            mine.tickets.extend(case.tickets);
        }
    }
}
