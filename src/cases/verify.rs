//! Is every event as it was written, and every piece of evidence as it was attached?

use super::CasesError;
use super::event::Break;
use super::ledger::{Ledger, fold};
use super::store;
use crate::lake::{AsOf, Lake};
use serde::Serialize;

/// Evidence that is not as it was attached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Damaged {
    /// The case.
    pub case: String,
    /// Which evidence of it.
    pub evidence: usize,
    /// Name of the file.
    pub name: String,
    /// What is wrong.
    pub why: String,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// Events.
    pub events: usize,
    /// Cases.
    pub cases: usize,
    /// Pieces of evidence that were compared with their hash.
    pub evidence: usize,
    /// Hash of the last event: whoever has written it down elsewhere can tell whether the whole chain was replaced.
    pub head: Option<String>,
    /// Places at which the chain is broken.
    pub breaks: Vec<Break>,
    /// An event that does not follow from those before it.
    pub not_legal: Option<String>,
    /// Evidence that is gone or was changed.
    pub damaged: Vec<Damaged>,
}

impl Verified {
    /// Whether all is as it was written.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.breaks.is_empty() && self.not_legal.is_none() && self.damaged.is_empty()
    }
}

/// Verifies the chain of events, that each follows, and every piece of evidence.
///
/// # Errors
/// [`CasesError`] if the lake can't be read.
pub fn verify(lake: &Lake) -> Result<Verified, CasesError> {
    let snapshot = lake.snapshot(&AsOf::Latest)?;
    let (events, breaks) = store::broken(lake, &snapshot)?;
    let (count, head) = (events.len(), events.last().map(|e| e.hash.clone()));
    let (ledger, not_legal) = match fold(events) {
        Ok(ledger) => (ledger, None),
        Err(refusal) => (Ledger::default(), Some(refusal.to_string())),
    };
    let mut damaged = Vec::new();
    let evidence: Vec<_> = ledger.cases().iter().flat_map(|c| c.evidence.iter().map(move |e| (c, e))).collect();
    for (case, evidence) in &evidence {
        if let Err(error) = lake.verify_file(&evidence.file.sha256) {
            let name = evidence.file.name.clone();
            damaged.push(Damaged { case: case.id.clone(), evidence: evidence.number, name, why: error.to_string() });
        }
    }
    Ok(Verified { events: count, cases: ledger.cases().len(), evidence: evidence.len(), head, breaks, not_legal, damaged })
}
