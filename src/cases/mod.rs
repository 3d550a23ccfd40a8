//! What has become of what was found? The ledger of cases 问题台账: assigned, verified, rectified, accepted, closed.
//!
//! Everything that happens is an event in the lake's table `cases`: appended, never changed, each with the hash of the one before
//! ([`event`], [`store`]). The [`ledger`] is their fold; only legal steps lead on ([`state`]), and a step that may not be taken now
//! says which may ([`refusal`]). [`sync`] brings a run's findings to the cases, [`steps`] is what people do.
//!
//! One case is one problem: a rule and a subject. The findings of each period join it, so that an inspector has one row a problem
//! and not one a month, and what was done about it stands in one place.
//!
//! Architecture Invariant: every check of a step is made under the lake's lock, on the events that the step is appended to; what
//! policy allows is checked when a step is taken and never again, so that a changed policy makes no history illegal.

mod case;
pub mod event;
pub mod found;
pub mod ledger;
mod media;
pub mod number;
pub mod plan;
pub mod refusal;
pub mod select;
pub mod settings;
pub mod state;
pub mod stats;
pub mod steps;
pub mod store;
pub mod sync;
pub mod verify;
pub mod view;

pub use case::{Case, CaseFinding, Evidence};
pub use event::{Event, Kind};
pub use ledger::Ledger;
pub use plan::{Measure, Plan};
pub use refusal::Refusal;
pub use settings::Settings;
pub use state::State;
pub use steps::{Step, Who, attach, take};
pub use sync::{PROGRAM, Synced, open, sync};

use crate::lake::{LakeError, Snapshot};
use crate::policy::PolicyError;

/// Why a step of a case failed.
#[derive(Debug, thiserror::Error)]
pub enum CasesError {
    /// It may not be done now.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The events are not as they were written.
    #[error(
        "台账第 {event} 条记录与其散列不符（{what}），记录被改动过；请用 lepid cases verify-chain 查明，并从备份恢复 / event {event} of the cases is not as it was written ({what}); see `lepid cases verify-chain`, and restore the table from a backup"
    )]
    Tampered {
        /// The event.
        event: u64,
        /// What of it.
        what: &'static str,
    },
    /// The lake can't be read or written.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// The policy is wrong.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// A document can't be written as JSON.
    #[error("台账无法写成 JSON：{0} / the cases can't be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// The cases of a snapshot.
///
/// # Errors
/// [`CasesError`] if they can't be read or were tampered with.
pub fn ledger_of(snapshot: &Snapshot) -> Result<Ledger, CasesError> {
    store::ledger(snapshot)
}
