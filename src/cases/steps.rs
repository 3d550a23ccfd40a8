//! What do people do with a case? Each step is checked under the lake's lock, on the events that it is appended to.

use super::event::{Act, Attachment, Kind};
use super::media::media_type;
use super::plan::Plan;
use super::refusal::Refusal;
use super::settings::{Settings, Stage};
use super::store::{append, ledger};
use super::{Case, CasesError};
use crate::lake::{AsOf, Lake, LakeError};
use crate::price::publication::ledger::beijing_day;
use crate::price::publication::person;
use crate::text::Said;
use chrono::{DateTime, NaiveDate, Utc};
use std::fs::File;
use std::path::Path;

/// Who takes a step, when, and on what they have seen of the case.
#[derive(Clone, Copy, Debug)]
pub struct Who<'a> {
    /// Name.
    pub by: &'a str,
    /// When.
    pub at: DateTime<Utc>,
    /// The last event of the case that they have seen; the step is refused if there is a later one. `None`: it does not matter.
    pub on: Option<u64>,
}

/// A step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Gives the case to a department and a person.
    Assign {
        /// The department; `None`: the one that has it.
        department: Option<Said>,
        /// The person.
        responsible: String,
        /// Until when it is to be verified; `None`: as policy says.
        due: Option<NaiveDate>,
        /// Remarks.
        reason: Option<String>,
    },
    /// It is so.
    Verify {
        /// What was seen.
        reason: Option<String>,
    },
    /// It is not so.
    Unfounded {
        /// Why.
        reason: String,
    },
    /// Sets a plan of rectification.
    Plan(Plan),
    /// The rectification is accepted.
    Accept {
        /// What was seen.
        reason: Option<String>,
    },
    /// The case is struck off.
    Close {
        /// Remarks.
        reason: Option<String>,
    },
    /// The case is open again.
    Reopen {
        /// Why.
        reason: String,
    },
    /// Notes something.
    Note {
        /// What.
        text: String,
    },
}

impl Step {
    /// What happens by it.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Step::Assign { .. } => Kind::Assigned,
            Step::Verify { .. } => Kind::Verified,
            Step::Unfounded { .. } => Kind::Unfounded,
            Step::Plan(_) => Kind::Planned,
            Step::Accept { .. } => Kind::Accepted,
            Step::Close { .. } => Kind::Closed,
            Step::Reopen { .. } => Kind::Reopened,
            Step::Note { .. } => Kind::Noted,
        }
    }
}

/// Takes a step; returns the case after it. `number` is the case as people type it.
///
/// # Errors
/// [`Refusal`] with what may be done instead, [`CasesError`] if the lake can't be read or written.
pub fn take(lake: &Lake, settings: &Settings, number: &str, who: Who<'_>, step: &Step) -> Result<Case, CasesError> {
    let (_, ledger) = append(lake, |_, ledger| {
        let case = ledger.case(number)?;
        case.is_still(who.on)?;
        case.may(step.kind())?;
        Ok(vec![act(case, settings, who, step)?])
    })?;
    Ok(ledger.case(number)?.clone())
}

fn act(case: &Case, settings: &Settings, who: Who<'_>, step: &Step) -> Result<Act, CasesError> {
    let today = beijing_day(who.at);
    let by_policy = |stage| Some(settings.due(stage, case.severity(), today));
    let mut act = Act::new(step.kind(), case.number, who.by, who.at);
    let text = |text: &str| Some(text.trim().to_owned()).filter(|t| !t.is_empty());
    match step {
        Step::Assign { department, responsible, due, reason } => {
            let first = case.may(Kind::Assigned)? == super::State::Assigned;
            act.department = Some(department.clone().unwrap_or_else(|| case.department.clone()));
            act.responsible = Some(responsible.trim().to_owned());
            act.due = not_past(*due, today)?.or_else(|| by_policy(Stage::Verify).filter(|_| first));
            act.reason = reason.as_deref().and_then(text);
        }
        Step::Verify { reason } => {
            act.due = by_policy(Stage::Plan);
            act.reason = reason.as_deref().and_then(text);
        }
        Step::Unfounded { reason } | Step::Note { text: reason } => act.reason = text(reason),
        Step::Plan(plan) => {
            plan.check().map_err(Refusal::from)?;
            for measure in &plan.measures {
                not_past(Some(measure.due), today)?;
            }
            act.due = plan.due();
            act.document = Some(serde_json::to_string(plan)?);
        }
        Step::Accept { reason } => {
            accepted_by_another(case, settings, who.by)?;
            act.due = by_policy(Stage::Close);
            act.reason = reason.as_deref().and_then(text);
        }
        Step::Close { reason } => act.reason = reason.as_deref().and_then(text),
        Step::Reopen { reason } => {
            act.due = by_policy(Stage::Assign);
            act.reason = text(reason);
        }
    }
    Ok(act)
}

fn not_past(due: Option<NaiveDate>, today: NaiveDate) -> Result<Option<NaiveDate>, Refusal> {
    match due {
        Some(due) if due < today => Err(Refusal::Past { due, today }),
        due => Ok(due),
    }
}

/// Those who rectify do not say themselves that it is done, if policy says so.
fn accepted_by_another(case: &Case, settings: &Settings, by: &str) -> Result<(), Refusal> {
    let measures = case.plan.iter().flat_map(|plan| &plan.measures).map(|m| m.person.as_str());
    let mut rectify = case.responsible.as_deref().into_iter().chain(measures);
    if settings.policy.accept_by_another && rectify.any(|name| person::same(name, by)) {
        return Err(Refusal::OwnAcceptance { id: case.id.clone(), person: by.trim().to_owned() });
    }
    Ok(())
}

/// Attaches a file as evidence. The lake keeps its content by its hash; the same file given to several cases is kept once.
///
/// # Errors
/// [`Refusal`] if it is none, too large, or evidence of the case already; [`CasesError`] if the lake can't be read or written.
pub fn attach(lake: &Lake, settings: &Settings, number: &str, who: Who<'_>, file: &Path, reason: Option<&str>) -> Result<Case, CasesError> {
    let attachable = |case: &Case| -> Result<(), Refusal> {
        case.is_still(who.on)?;
        case.may(Kind::Attached).map(drop)
    };
    // Looked at before a copy is made, so that a step that is not allowed leaves nothing behind; and again under the lock.
    attachable(ledger(&lake.snapshot(&AsOf::Latest)?)?.case(number)?)?;
    let attachment = keep(lake, settings, file)?;
    let (_, ledger) = append(lake, |_, ledger| {
        let case = ledger.case(number)?;
        attachable(case)?;
        let mut act = Act::new(Kind::Attached, case.number, who.by, who.at);
        act.reason = reason.map(str::trim).filter(|r| !r.is_empty()).map(str::to_owned);
        act.attachment = Some(attachment);
        Ok(vec![act])
    })?;
    Ok(ledger.case(number)?.clone())
}

fn keep(lake: &Lake, settings: &Settings, path: &Path) -> Result<Attachment, CasesError> {
    let io = |source| LakeError::Io { path: path.to_owned(), source };
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let no_file = || Refusal::NoFile { name: path.display().to_string() };
    let meta = std::fs::metadata(path).map_err(|_| no_file())?;
    if !meta.is_file() || meta.len() == 0 || name.is_empty() {
        return Err(no_file().into());
    }
    let most = settings.policy.attachment_max_mb;
    if meta.len() > u64::from(most) * 1_000_000 {
        return Err(Refusal::TooLarge { name, megabytes: meta.len().div_ceil(1_000_000), most }.into());
    }
    let media_type = media_type(&mut File::open(path).map_err(io)?).map_err(io)?.to_owned();
    let kept = lake.keep_file(path)?;
    Ok(Attachment { sha256: kept.sha256, bytes: kept.bytes, media_type, name })
}
