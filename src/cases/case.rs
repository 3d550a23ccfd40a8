//! What is known of one problem: whose is it, how far has it come, on what does it rest, and what has happened?

use super::event::{Attachment, Event, Kind};
use super::found::{Found, Key};
use super::plan::Plan;
use super::refusal::{Refusal, told};
use super::state::State;
use crate::price::publication::ledger::beijing_day;
use crate::rules::finding::{Certainty, Severity};
use crate::text::Said;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

/// A finding of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CaseFinding {
    /// What it said when it was last looked at.
    #[serde(flatten)]
    pub found: Found,
    /// Whether the last synchronised run found it.
    pub present: bool,
}

/// A file that belongs to a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// Which of the case, from 1.
    pub number: usize,
    /// The event that attached it.
    pub event: u64,
    /// Who attached it.
    pub person: String,
    /// When.
    pub at: DateTime<Utc>,
    /// The file.
    #[serde(flatten)]
    pub file: Attachment,
}

/// A problem of one subject under one rule, from its opening on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Case {
    /// Its number, from 1.
    pub number: u64,
    /// The number as people write it: `2026-0012`.
    pub id: String,
    /// What it is about.
    #[serde(flatten)]
    pub key: Key,
    /// How far it has come.
    pub state: State,
    /// When it was opened first.
    pub opened_at: DateTime<Utc>,
    /// Its findings, in the order in which they came.
    pub findings: Vec<CaseFinding>,
    /// The department that has it; from the start the one that leads the rule.
    pub department: Said,
    /// The person who is responsible.
    pub responsible: Option<String>,
    /// The day until which its next step is due; `None` when nothing is.
    pub due: Option<NaiveDate>,
    /// The plan in force; none any more once the case is open again.
    pub plan: Option<Plan>,
    /// Who verified it since it was last opened.
    pub verified_by: Option<String>,
    /// Who accepted the rectification; nobody's any more once the case is open again.
    pub accepted_by: Option<String>,
    /// When it was closed or found to be unfounded; `None` while it is open.
    pub settled_at: Option<DateTime<Utc>>,
    /// How often it was opened again.
    pub reopened: u32,
    /// Whether a step was taken after the day on which it was due, since the case was last opened.
    pub late: bool,
    /// Evidence that people attached.
    pub evidence: Vec<Evidence>,
    /// The last note.
    pub note: Option<String>,
    /// All that happened, in its order.
    #[serde(skip)]
    pub events: Vec<Event>,
}

impl Case {
    /// The number of its last event: what a step can be made on.
    #[must_use]
    pub fn last_event(&self) -> u64 {
        self.events.last().map_or(0, |e| e.event)
    }

    /// The Beijing day on which it was opened first.
    #[must_use]
    pub fn opened_on(&self) -> NaiveDate {
        beijing_day(self.opened_at)
    }

    /// The Beijing day on which it was closed or found to be unfounded.
    #[must_use]
    pub fn settled_on(&self) -> Option<NaiveDate> {
        self.settled_at.map(beijing_day)
    }

    /// Whether its next step was due before this day.
    #[must_use]
    pub fn is_overdue(&self, today: NaiveDate) -> bool {
        self.state.is_open() && self.due.is_some_and(|due| due < today)
    }

    /// Whether none of its findings is found any more.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.findings.iter().all(|f| !f.present)
    }

    /// The findings that count: those that are found still, or all if none is.
    pub fn counting(&self) -> impl Iterator<Item = &Found> {
        let gone = self.is_gone();
        self.findings.iter().filter(move |f| gone || f.present).map(|f| &f.found)
    }

    /// The finding that says most: the most urgent, of those the latest.
    #[must_use]
    pub fn leading(&self) -> Option<&Found> {
        self.counting().min_by(|a, b| (a.severity, a.certainty, &b.period, &a.id).cmp(&(b.severity, b.certainty, &a.period, &b.id)))
    }

    /// The severity of its most urgent finding.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.counting().map(|f| f.severity).min().unwrap_or(Severity::Low)
    }

    /// The certainty of its surest finding.
    #[must_use]
    pub fn certainty(&self) -> Certainty {
        self.counting().map(|f| f.certainty).min().unwrap_or(Certainty::Lead)
    }

    /// The title of its rule.
    #[must_use]
    pub fn title(&self) -> Said {
        self.leading().map(|f| f.title.clone()).unwrap_or_default()
    }

    /// Its subject for people.
    #[must_use]
    pub fn subject_name(&self) -> &str {
        self.leading().map_or(&self.key.subject, |f| &f.subject_name)
    }

    /// Whether a step is allowed now.
    ///
    /// # Errors
    /// [`Refusal::NotNow`] with the steps that are.
    pub fn may(&self, kind: Kind) -> Result<State, Refusal> {
        self.state.after(kind).ok_or_else(|| Refusal::NotNow { id: self.id.clone(), state: self.state, kind })
    }

    /// Whether nothing has happened since the event that a step was made on.
    ///
    /// # Errors
    /// [`Refusal::MovedOn`] with what has, [`Refusal::NoSuchEvent`].
    pub fn is_still(&self, on: Option<u64>) -> Result<(), Refusal> {
        let Some(on) = on.filter(|on| *on != self.last_event()) else { return Ok(()) };
        if !self.events.iter().any(|e| e.event == on) {
            return Err(Refusal::NoSuchEvent { id: self.id.clone(), on });
        }
        Err(Refusal::MovedOn { id: self.id.clone(), on, since: told(self.events.iter().filter(|e| e.event > on)) })
    }

    /// Evidence by its number.
    ///
    /// # Errors
    /// [`Refusal::NoSuchEvidence`].
    pub fn evidence(&self, number: usize) -> Result<&Evidence, Refusal> {
        let found = self.evidence.iter().find(|e| e.number == number);
        found.ok_or_else(|| Refusal::NoSuchEvidence { id: self.id.clone(), number, count: self.evidence.len() })
    }
}
