//! Is every bulletin as it was published, and does it come out the same again?

use super::event::Break;
use super::ledger::{Ledger, Published, fold};
use super::work::{kept, policy_of, program, remake};
use super::{PublicationError, Refusal, store};
use crate::lake::{AsOf, Lake};
use crate::price::bulletin::Bulletin;
use serde::Serialize;

/// What became of a bulletin that was made again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "result")]
pub enum Again {
    /// The same text.
    Same,
    /// Another one, from the same inputs, policy and program.
    Different,
    /// It was made by another program; nothing can be said.
    OtherProgram {
        /// Which.
        program: String,
    },
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// Events.
    pub events: usize,
    /// Bulletins.
    pub bulletins: usize,
    /// Hash of the last event: whoever has written it down elsewhere can tell whether the whole chain was replaced.
    pub head: Option<String>,
    /// Places at which the chain is broken.
    pub breaks: Vec<Break>,
    /// An event that does not follow from those before it.
    pub not_legal: Option<String>,
    /// Each bulletin made again, if that was asked for, by number.
    pub again: Vec<(String, Again)>,
}

impl Verified {
    /// Whether everything is as it should be.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.breaks.is_empty() && self.not_legal.is_none() && !self.again.iter().any(|(_, again)| *again == Again::Different)
    }
}

/// Recomputes the chain and the hash of every document; with `recompute` also makes every bulletin again from the lake as it was.
///
/// # Errors
/// [`PublicationError`] if the lake can't be read. What is wrong with the bulletins is a result, not an error.
pub fn verify(lake: &Lake, recompute: bool) -> Result<Verified, PublicationError> {
    let snapshot = lake.snapshot(&AsOf::Latest)?;
    let (events, breaks) = store::broken(lake, &snapshot)?;
    let folded = fold(&events);
    let ledger = folded.as_ref().cloned().unwrap_or_default();
    let mut again = Vec::new();
    if recompute && breaks.is_empty() {
        for published in ledger.published() {
            again.push((published.number.clone(), made_again(lake, published)?));
        }
    }
    Ok(Verified {
        events: events.len(),
        bulletins: ledger.published().len(),
        head: events.last().map(|e| e.hash.clone()),
        breaks,
        not_legal: folded.err().map(|refusal| refusal.to_string()),
        again,
    })
}

/// Makes one bulletin again from the records, the policy and the bulletins of then.
///
/// # Errors
/// [`PublicationError`] if the lake can't be read.
pub fn made_again(lake: &Lake, published: &Published) -> Result<Again, PublicationError> {
    let was = &published.document;
    if was.made_from.program != program() {
        return Ok(Again::OtherProgram { program: was.made_from.program.clone() });
    }
    let policy = policy_of(&kept(&published.kept)?)?;
    if policy.hash() != was.made_from.policy_sha256 {
        return Ok(Again::Different);
    }
    let snapshot = lake.snapshot(&AsOf::Version(was.made_from.lake_version))?;
    let ledger: Ledger = store::ledger(&snapshot)?;
    let again = match remake(&policy, &snapshot, &ledger, was) {
        Err(PublicationError::Refused(Refusal::NoSuchPeriod { .. } | Refusal::NothingToPublish { .. })) => return Ok(Again::Different),
        made => made?,
    };
    let again = Bulletin { number: was.number.clone(), published_on: was.published_on.clone(), ..again };
    let same = serde_json::to_string(&again)? == serde_json::to_string(was)?;
    Ok(if same { Again::Same } else { Again::Different })
}
