//! What did a finding say when it came to a case? A copy of it, so that the case reads the same when the records have changed since.

use crate::rules::finding::{Certainty, Finding, Severity, SubjectKind};
use crate::text::Said;
use serde::{Deserialize, Serialize};

/// A finding as a case has seen it. Its fields are its own, so that what is stored stays readable when findings get new ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Id of the finding.
    pub id: String,
    /// Id of the rule.
    pub rule: String,
    /// Title of the rule.
    pub title: Said,
    /// Family of rules.
    pub family: String,
    /// How sure.
    pub certainty: Certainty,
    /// How urgent.
    pub severity: Severity,
    /// The department that leads.
    pub department: Said,
    /// Legal basis.
    pub basis: Said,
    /// What `subject` is.
    pub subject_kind: SubjectKind,
    /// Site id, plate, ticket number, or a name as written.
    pub subject: String,
    /// Name for people.
    pub subject_name: String,
    /// `2023`, `2023-06` or `2023-06-05`.
    pub period: String,
    /// Mass concerned, kg.
    pub quantity_kg: Option<i64>,
    /// What was observed, in `unit`.
    pub observed: Option<i64>,
    /// What is allowed, in `unit`.
    pub allowed: Option<i64>,
    /// Unit of `observed` and `allowed`.
    pub unit: String,
    /// Rows of evidence.
    pub evidence: u64,
    /// One sentence with the numbers in it.
    pub says: Said,
    /// What would clear it.
    pub clears: Said,
}

impl From<&Finding> for Found {
    fn from(f: &Finding) -> Self {
        Self {
            id: f.id.clone(),
            rule: f.rule.clone(),
            title: f.title.clone(),
            family: f.family.clone(),
            certainty: f.certainty,
            severity: f.severity,
            department: f.department.clone(),
            basis: f.basis.clone(),
            subject_kind: f.subject_kind,
            subject: f.subject.clone(),
            subject_name: f.subject_name.clone(),
            period: f.period.clone(),
            quantity_kg: f.quantity_kg,
            observed: f.observed,
            allowed: f.allowed,
            unit: f.unit.clone(),
            evidence: f.evidence,
            says: f.says.clone(),
            clears: f.clears.clone(),
        }
    }
}

/// What a case is about: one problem of one subject. Findings of several periods have the same, so that an inspector has one row a
/// problem and not one a month.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Key {
    /// Id of the rule.
    pub rule: String,
    /// What the subject is.
    pub subject_kind: SubjectKind,
    /// Site id, plate, ticket number, or a name as written.
    pub subject: String,
}

impl Found {
    /// The problem that this finding belongs to.
    #[must_use]
    pub fn key(&self) -> Key {
        Key { rule: self.rule.clone(), subject_kind: self.subject_kind, subject: self.subject.clone() }
    }

    /// Whether `now` says the same in numbers; other words for the same are no change.
    #[must_use]
    pub fn same_numbers(&self, now: &Self) -> bool {
        let numbers = |f: &Self| (f.certainty, f.severity, f.quantity_kg, f.observed, f.allowed, f.evidence);
        numbers(self) == numbers(now)
    }

    /// Whether `now` is worse: more urgent, surer, more tonnes or more rows of evidence. A mass that was not known and is now is more.
    #[must_use]
    pub fn gets_worse(&self, now: &Self) -> bool {
        now.severity < self.severity || now.certainty < self.certainty || now.quantity_kg > self.quantity_kg || now.evidence > self.evidence
    }
}
