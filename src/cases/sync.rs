//! What does a run mean for the cases? It opens some, joins some, and tells of findings that are gone or came back.
//!
//! A case is one problem: a rule and a subject. A finding of each further period joins the case that there is; one that comes to a
//! settled case opens it again. What is found no more is told and closes nothing: people close cases.

use super::event::{Act, Kind};
use super::found::{Found, Key};
use super::ledger::Ledger;
use super::refusal::Refusal;
use super::settings::{Settings, Stage};
use super::store::append;
use super::{Case, CaseFinding, CasesError};
use crate::lake::{Lake, Snapshot};
use crate::price::publication::ledger::beijing_day;
use crate::rules::rule::Rule;
use crate::rules::{digest, findings_of_frame};
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Who synchronises when nobody is named.
pub const PROGRAM: &str = "lepid";
/// Kind of the lake transactions of runs; their summary names the rules that were run.
const RUN: &str = "run";
/// The table that a run writes.
const FINDINGS: &str = "findings";

/// What a synchronisation did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Synced {
    /// Cases that were opened, by number.
    pub opened: Vec<u64>,
    /// Cases that were opened again.
    pub reopened: Vec<u64>,
    /// Findings that joined a case.
    pub joined: u64,
    /// Findings with other numbers than before.
    pub changed: u64,
    /// Findings that are found no more.
    pub gone: u64,
    /// Findings that are found again.
    pub returned: u64,
    /// Findings that belong to no case: below what policy opens one for.
    pub without_case: u64,
    /// Whether findings that are gone could be told: only if the rules are those of the run.
    pub rules_known: bool,
}

/// What a run found, and which rules it ran.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Its findings.
    pub findings: Vec<Found>,
    /// Ids of the rules that it ran; a finding of another rule is not gone because it is not there.
    pub rules: BTreeSet<String>,
}

/// Brings the cases to what the last whole run found: the one whose findings the lake holds. `rules` are those that it ran, by the
/// hash that the run has kept; with others nothing is told to be gone. A second time it does nothing.
///
/// # Errors
/// [`Refusal::NoRun`] before the first run, [`CasesError`] if the lake can't be read or written.
pub fn sync(lake: &Lake, settings: &Settings, rules: &[Rule], at: DateTime<Utc>, person: &str) -> Result<Synced, CasesError> {
    let mut synced = Synced::default();
    let (_, ledger) = append(lake, |snapshot, ledger| {
        let seen = seen(lake, snapshot, rules)?;
        let acts = acts(ledger, &seen, settings, at, person)?;
        synced = told(&acts);
        synced.rules_known = !seen.rules.is_empty();
        synced.without_case = seen.findings.len() as u64;
        Ok(acts)
    })?;
    let of_cases = ledger.cases().iter().flat_map(|c| &c.findings).filter(|f| f.present).count() as u64;
    synced.without_case = synced.without_case.saturating_sub(of_cases);
    Ok(synced)
}

/// Opens a case of one finding whatever policy says; all findings of its rule and subject come along.
///
/// # Errors
/// [`Refusal::NoSuchFinding`], [`Refusal::HasCase`], [`CasesError`] if the lake can't be read or written.
pub fn open(lake: &Lake, settings: &Settings, finding: &str, at: DateTime<Utc>, person: &str) -> Result<Case, CasesError> {
    let mut number = 0;
    let (_, ledger) = append(lake, |snapshot, ledger| {
        let found = findings(snapshot)?;
        let wanted = found.iter().find(|f| f.id == finding).ok_or_else(|| Refusal::NoSuchFinding { id: finding.to_owned() })?;
        let key = wanted.key();
        if let Some(case) = ledger.case_of(&key) {
            return Err(Refusal::HasCase { finding: finding.to_owned(), id: case.id.clone() }.into());
        }
        number = ledger.next_number();
        opening(number, found.iter().filter(|f| f.key() == key), settings, at, person)
    })?;
    Ok(ledger.case(&number.to_string())?.clone())
}

/// The findings of the last whole run, sorted.
fn findings(snapshot: &Snapshot) -> Result<Vec<Found>, CasesError> {
    if !snapshot.tables.contains_key(FINDINGS) {
        return Err(Refusal::NoRun.into());
    }
    let frame = snapshot.scan(FINDINGS)?.collect().map_err(crate::lake::LakeError::from)?;
    let mut found: Vec<Found> = findings_of_frame(&frame).map_err(crate::lake::LakeError::from)?.iter().map(Found::from).collect();
    found.sort_by(|a, b| (&a.period, &a.id).cmp(&(&b.period, &b.id)));
    Ok(found)
}

fn seen(lake: &Lake, snapshot: &Snapshot, rules: &[Rule]) -> Result<Seen, CasesError> {
    let findings = findings(snapshot)?;
    let history = lake.history()?;
    let run = history.iter().rfind(|t| t.kind == RUN && t.number <= snapshot.version);
    let ran = run.and_then(|t| t.summary.get("rules_sha256")?.as_str()) == Some(digest(rules).as_str());
    let rules = if ran { rules.iter().map(|r| r.id.clone()).collect() } else { BTreeSet::new() };
    Ok(Seen { findings, rules })
}

/// What has to happen so that the ledger agrees with what was seen.
///
/// # Errors
/// [`CasesError::Json`] if a finding can't be written as JSON.
pub fn acts(ledger: &Ledger, seen: &Seen, settings: &Settings, at: DateTime<Utc>, person: &str) -> Result<Vec<Act>, CasesError> {
    let mut problems: BTreeMap<Key, Vec<&Found>> = BTreeMap::new();
    for finding in &seen.findings {
        problems.entry(finding.key()).or_default().push(finding);
    }
    let mut acts = Vec::new();
    for case in ledger.cases() {
        let found = problems.get(&case.key).map(Vec::as_slice).unwrap_or_default();
        acts.extend(follow_up(case, found, &seen.rules, settings, at, person)?);
    }
    let mut fresh: Vec<Vec<&Found>> = problems
        .into_iter()
        .filter(|(key, found)| ledger.case_of(key).is_none() && found.iter().any(|f| settings.opens(f)))
        .map(|(_, found)| found)
        .collect();
    // The most urgent get the first numbers; within a severity the order of the keys stays.
    fresh.sort_by_key(|found| found.iter().map(|f| f.severity).min());
    for (number, found) in (ledger.next_number()..).zip(fresh) {
        acts.extend(opening(number, found.into_iter(), settings, at, person)?);
    }
    Ok(acts)
}

/// Opens a case of these findings of one problem, earliest period first.
fn opening<'f>(
    number: u64,
    found: impl Iterator<Item = &'f Found>,
    settings: &Settings,
    at: DateTime<Utc>,
    person: &str,
) -> Result<Vec<Act>, CasesError> {
    let found: Vec<&Found> = found.collect();
    let severity = found.iter().map(|f| f.severity).min();
    let mut acts = Vec::with_capacity(found.len());
    for finding in found {
        let kind = if acts.is_empty() { Kind::Opened } else { Kind::FindingJoined };
        let mut act = about(kind, number, finding, at, person)?;
        if kind == Kind::Opened {
            act.department = Some(finding.department.clone());
            act.due = severity.map(|s| settings.due(Stage::Assign, s, beijing_day(at)));
        }
        acts.push(act);
    }
    Ok(acts)
}

/// What was found of the problem of a case that there is, and what follows for it.
fn follow_up(
    case: &Case,
    found: &[&Found],
    rules: &BTreeSet<String>,
    settings: &Settings,
    at: DateTime<Utc>,
    person: &str,
) -> Result<Vec<Act>, CasesError> {
    let settled = case.state.is_settled();
    let is_new = |f: &Found| known(case, f).is_none();
    // To a case that is settled findings come only if one of them could open it.
    let may_join = !settled || found.iter().any(|f| is_new(f) && settings.opens(f));
    let (mut acts, mut why) = (Vec::new(), Vec::new());
    for finding in found.iter().filter(|f| may_join || !is_new(f)) {
        let Some((kind, is_worse)) = news(case, finding) else { continue };
        acts.push(about(kind, case.number, finding, at, person)?);
        if settled && is_worse && settings.opens(finding) {
            why.push((kind, *finding));
        }
    }
    let gone = |k: &&CaseFinding| k.present && rules.contains(&k.found.rule) && found.iter().all(|f| f.id != k.found.id);
    for finding in case.findings.iter().filter(gone) {
        let id = Some(finding.found.id.clone());
        acts.push(Act { finding: id, ..Act::new(Kind::FindingGone, case.number, person, at) });
    }
    if let Some(severity) = why.iter().map(|(_, f)| f.severity).min() {
        let (reason, due) = (Some(because(&why)), Some(settings.due(Stage::Assign, severity, beijing_day(at))));
        acts.push(Act { reason, due, ..Act::new(Kind::Reopened, case.number, person, at) });
    }
    Ok(acts)
}

fn known<'c>(case: &'c Case, finding: &Found) -> Option<&'c CaseFinding> {
    case.findings.iter().find(|known| known.found.id == finding.id)
}

/// What a finding tells that its case does not know, and whether that is worse than what it knows; `None`: nothing.
fn news(case: &Case, finding: &Found) -> Option<(Kind, bool)> {
    match known(case, finding) {
        None => Some((Kind::FindingJoined, true)),
        Some(known) if !known.present => Some((Kind::FindingReturned, true)),
        Some(known) if known.found.same_numbers(finding) => None,
        Some(known) => Some((Kind::FindingChanged, known.found.gets_worse(finding))),
    }
}

/// Why a case is open again, in both languages.
fn because(why: &[(Kind, &Found)]) -> String {
    let zh: Vec<String> = why.iter().map(|(kind, f)| format!("{} {}", kind.title().zh, f.period)).collect();
    let en: Vec<String> = why.iter().map(|(kind, f)| format!("{}: {}", kind.title().en, f.period)).collect();
    format!("{} / {}", zh.join("；"), en.join("; "))
}

fn about(kind: Kind, number: u64, finding: &Found, at: DateTime<Utc>, person: &str) -> Result<Act, CasesError> {
    let mut act = Act::new(kind, number, person, at);
    act.finding = Some(finding.id.clone());
    act.document = Some(serde_json::to_string(finding)?);
    Ok(act)
}

fn told(acts: &[Act]) -> Synced {
    let count = |kind| acts.iter().filter(|a| a.kind == kind).count() as u64;
    let cases = |kind| acts.iter().filter(|a| a.kind == kind).map(|a| a.case).collect();
    Synced {
        opened: cases(Kind::Opened),
        reopened: cases(Kind::Reopened),
        joined: count(Kind::FindingJoined),
        changed: count(Kind::FindingChanged),
        gone: count(Kind::FindingGone),
        returned: count(Kind::FindingReturned),
        ..Synced::default()
    }
}
