//! Which cases are there, and how do they stand? The fold of the events; only legal steps lead from one state to the next.

use super::case::{Case, CaseFinding, Evidence};
use super::event::{Event, Head, Kind};
use super::found::{Found, Key};
use super::number;
use super::plan::Plan;
use super::refusal::Refusal;
use super::state::State;
use crate::price::publication::ledger::beijing_day;
use crate::price::publication::person;
use crate::rules::finding::SubjectKind;
use crate::text::Said;
use chrono::Datelike;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// The cases after all events.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ledger {
    cases: Vec<Case>,
    by_key: BTreeMap<Key, usize>,
    last: Option<Head>,
}

/// The ledger of stored events, by number.
///
/// # Errors
/// [`Refusal::Stored`] for an event that does not follow from those before it: somebody has changed the table.
pub fn fold(events: Vec<Event>) -> Result<Ledger, Refusal> {
    let mut ledger = Ledger::default();
    for event in events {
        let number = event.event;
        ledger.apply(event).map_err(|refusal| Refusal::Stored { event: number, what: refusal.to_string() })?;
    }
    Ok(ledger)
}

impl Ledger {
    /// All cases, by number.
    #[must_use]
    pub fn cases(&self) -> &[Case] {
        &self.cases
    }

    /// The last event.
    #[must_use]
    pub const fn last(&self) -> Option<&Head> {
        self.last.as_ref()
    }

    /// The case of a problem.
    #[must_use]
    pub fn case_of(&self, key: &Key) -> Option<&Case> {
        self.cases.get(*self.by_key.get(key)?)
    }

    /// The case that a finding belongs to.
    #[must_use]
    pub fn case_of_finding(&self, id: &str) -> Option<&Case> {
        self.cases.iter().find(|c| c.findings.iter().any(|f| f.found.id == id))
    }

    /// The cases about a subject, by number.
    pub fn cases_of(&self, kind: SubjectKind, subject: &str) -> impl Iterator<Item = &Case> {
        self.cases.iter().filter(move |c| c.key.subject_kind == kind && c.key.subject == subject)
    }

    /// The number of the next case.
    #[must_use]
    pub fn next_number(&self) -> u64 {
        self.cases.len() as u64 + 1
    }

    /// A case by its number as people type it.
    ///
    /// # Errors
    /// [`Refusal::NoSuchCase`].
    pub fn case(&self, typed: &str) -> Result<&Case, Refusal> {
        let (number, year) = number::parse(typed).ok_or_else(|| Refusal::NoSuchCase { given: typed.to_owned() })?;
        let found = self.at(number).and_then(|at| self.cases.get(at)).filter(|c| year.is_none_or(|y| y == c.opened_on().year()));
        found.ok_or_else(|| Refusal::NoSuchCase { given: typed.to_owned() })
    }

    fn at(&self, number: u64) -> Option<usize> {
        usize::try_from(number.checked_sub(1)?).ok()
    }

    /// Takes one more event.
    ///
    /// # Errors
    /// [`Refusal`] if the event does not follow; then the ledger is as it was.
    pub fn apply(&mut self, event: Event) -> Result<(), Refusal> {
        if person::identity(&event.act.person).is_none() {
            return Err(Refusal::Nobody { given: event.act.person });
        }
        let head = Head::of(&event);
        if event.act.kind == Kind::Opened {
            self.open(event)?
        } else {
            self.step(event)?
        }
        self.last = Some(head);
        Ok(())
    }

    fn open(&mut self, event: Event) -> Result<(), Refusal> {
        let act = &event.act;
        let found: Found = document(&event)?;
        let key = found.key();
        if act.case != self.next_number() || self.by_key.contains_key(&key) || act.finding.as_ref() != Some(&found.id) {
            return Err(stored(&event, "a case without its own number, a second one of the same problem, or of another finding"));
        }
        let due = act.due.ok_or_else(|| stored(&event, "a case without a deadline"))?;
        self.by_key.insert(key.clone(), self.cases.len());
        self.cases.push(Case {
            number: act.case,
            id: number::written(act.case, beijing_day(act.at)),
            key,
            state: State::New,
            opened_at: act.at,
            department: act.department.clone().unwrap_or_else(|| found.department.clone()),
            findings: vec![CaseFinding { found, present: true }],
            responsible: None,
            due: Some(due),
            plan: None,
            verified_by: None,
            accepted_by: None,
            settled_at: None,
            reopened: 0,
            late: false,
            evidence: Vec::new(),
            note: None,
            events: vec![event],
        });
        Ok(())
    }

    fn step(&mut self, event: Event) -> Result<(), Refusal> {
        let given = event.act.case;
        let case = self.at(given).and_then(|at| self.cases.get_mut(at));
        let case = case.ok_or_else(|| Refusal::NoSuchCase { given: given.to_string() })?;
        let state = case.may(event.act.kind)?;
        match event.act.kind {
            Kind::FindingJoined | Kind::FindingChanged | Kind::FindingGone | Kind::FindingReturned => finding(case, &event)?,
            Kind::Noted | Kind::Attached => added(case, &event)?,
            _ => course(case, &event, state)?,
        }
        case.state = state;
        case.events.push(event);
        Ok(())
    }
}

/// What a finding does to its case; the state stays.
fn finding(case: &mut Case, event: &Event) -> Result<(), Refusal> {
    let act = &event.act;
    let id = act.finding.as_deref().ok_or_else(|| stored(event, "no finding"))?;
    let at = case.findings.iter().position(|f| f.found.id == id);
    if act.kind == Kind::FindingGone {
        let known = at.and_then(|at| case.findings.get_mut(at)).filter(|f| f.present);
        known.ok_or_else(|| stored(event, "a finding is gone that was not there"))?.present = false;
        return Ok(());
    }
    let found: Found = document(event)?;
    if found.id != id || found.key() != case.key {
        return Err(stored(event, "a finding of another problem"));
    }
    let known = at.and_then(|at| case.findings.get_mut(at));
    match (act.kind, known) {
        (Kind::FindingJoined, None) => case.findings.push(CaseFinding { found, present: true }),
        (Kind::FindingChanged, Some(known)) if known.present => known.found = found,
        (Kind::FindingReturned, Some(known)) if !known.present => *known = CaseFinding { found, present: true },
        _ => return Err(stored(event, "a finding that joins twice, or changes or returns without having been there")),
    }
    Ok(())
}

/// What people add to a case; the state stays.
fn added(case: &mut Case, event: &Event) -> Result<(), Refusal> {
    let act = &event.act;
    if act.kind == Kind::Noted {
        case.note = Some(said(act.reason.as_deref()).ok_or(Refusal::EmptyNote)?);
        return Ok(());
    }
    let file = act.attachment.clone().ok_or_else(|| stored(event, "no file"))?;
    if let Some(known) = case.evidence.iter().find(|e| e.file.sha256 == file.sha256) {
        return Err(Refusal::AttachedAlready { id: case.id.clone(), number: known.number });
    }
    let number = case.evidence.len() + 1;
    case.evidence.push(Evidence { number, event: event.event, person: act.person.clone(), at: act.at, file });
    Ok(())
}

/// A step on the case's way to `state`. All checks come before the first change.
fn course(case: &mut Case, event: &Event, state: State) -> Result<(), Refusal> {
    let act = &event.act;
    if matches!(act.kind, Kind::Unfounded | Kind::Reopened) && said(act.reason.as_deref()).is_none() {
        return Err(Refusal::NoReason { kind: act.kind });
    }
    // Somebody else gets the case and goes on where the other was, until the same day.
    let goes_on = act.kind == Kind::Assigned && state == case.state && state != State::Assigned;
    if act.due.is_none() && state.is_open() && !goes_on {
        return Err(stored(event, "an open case without a deadline"));
    }
    match act.kind {
        Kind::Planned => case.plan = Some(plan(event)?),
        Kind::Assigned => (case.department, case.responsible) = owner(event)?,
        Kind::Verified => case.verified_by = Some(act.person.clone()),
        Kind::Accepted => case.accepted_by = Some(act.person.clone()),
        Kind::Closed | Kind::Unfounded => case.settled_at = Some(act.at),
        // What was planned and accepted stands in the events; now it has to be done anew.
        Kind::Reopened => (case.settled_at, case.plan, case.verified_by, case.accepted_by) = (None, None, None, None),
        _ => {}
    }
    if act.due.is_some() || !state.is_open() {
        // A deadline that is replaced or met by this step was missed if its day is over, whoever replaces it.
        case.late |= case.due.is_some_and(|due| due < beijing_day(act.at));
        case.due = act.due.filter(|_| state.is_open());
    }
    if act.kind == Kind::Reopened {
        case.reopened += 1;
        case.late = false;
    }
    Ok(())
}

fn plan(event: &Event) -> Result<Plan, Refusal> {
    let plan: Plan = document(event)?;
    plan.check()?;
    Ok(plan)
}

fn owner(event: &Event) -> Result<(Said, Option<String>), Refusal> {
    let department = event.act.department.clone().ok_or_else(|| stored(event, "no department"))?;
    let given = event.act.responsible.clone().unwrap_or_default();
    if person::identity(&given).is_none() {
        return Err(Refusal::Nobody { given });
    }
    Ok((department, Some(given)))
}

/// A text that says something, without blanks around it.
fn said(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned)
}

fn document<T: DeserializeOwned>(event: &Event) -> Result<T, Refusal> {
    serde_json::from_str(event.act.document.as_deref().unwrap_or_default()).map_err(|e| stored(event, &e.to_string()))
}

fn stored(event: &Event, what: &str) -> Refusal {
    Refusal::Stored { event: event.event, what: what.to_owned() }
}
