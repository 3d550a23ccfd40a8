//! What is a finding? A lead for an inspector with its evidence, never a verdict.

use crate::text::Said;
use serde::{Deserialize, Serialize};

/// How sure a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// The records alone contradict the licence or the law.
    Proven,
    /// A statistical test at the policy's false-alarm rate.
    Strong,
    /// Odd, worth a look.
    Lead,
}

/// How urgent a finding is; from certainty and tonnes, in policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Visit now.
    High,
    /// Visit this week.
    Medium,
    /// When next there.
    Low,
}

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SubjectKind {
    /// A registered site; `subject` is its id.
    Site,
    /// A place in no register; `subject` is its name as written.
    Place,
    /// A truck; `subject` is its plate.
    Plate,
    /// A ticket number.
    Ticket,
    /// A company; `subject` is its credit code.
    Company,
}

/// One finding: all evidence rows of one (rule, subject, period).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// First 16 hex digits of SHA-256 over rule, subject kind, subject, period: the same finding is found again under the same id.
    pub id: String,
    /// Id of the rule.
    pub rule: String,
    /// Title of the rule.
    pub title: Said,
    /// Family of rules: `over-scale`, `illegal-source`, `tickets`.
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
    /// Site id, plate, ticket number, credit code, or a name as written.
    pub subject: String,
    /// Name for people (of a site or company; else the subject itself).
    pub subject_name: String,
    /// `2023`, `2023-06` or `2023-06-05`.
    pub period: String,
    /// Mass concerned, kg; `None` where the rule speaks of no mass.
    pub quantity_kg: Option<i64>,
    /// What was observed, in `unit`; the largest of the rows.
    pub observed: Option<i64>,
    /// What is allowed, in `unit`.
    pub allowed: Option<i64>,
    /// Unit of `observed` and `allowed`, one of [`super::say::UNITS`].
    pub unit: String,
    /// Number of evidence rows (tickets) behind it.
    pub evidence: u64,
    /// One sentence with the numbers in it.
    pub says: Said,
    /// What would clear it.
    pub clears: Said,
}

/// One evidence row: a ticket behind a finding, or the subject as a whole (`ticket_no` is `None`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Id of the finding.
    pub finding: String,
    /// Id of the rule.
    pub rule: String,
    /// Subject of the finding.
    pub subject: String,
    /// Period of the finding.
    pub period: String,
    /// Ticket number, if a ticket is meant.
    pub ticket_no: Option<String>,
    /// Where the ticket stands: file, sheet, row.
    pub source_file: Option<String>,
    /// Sheet, if the file has sheets.
    pub source_sheet: Option<String>,
    /// Row as Excel shows it.
    pub source_row: Option<i32>,
    /// Mass of the row, kg.
    pub quantity_kg: Option<i64>,
    /// What was observed.
    pub observed: Option<i64>,
    /// What is allowed.
    pub allowed: Option<i64>,
}
