//! How does a price become a published one, and stay so? draft → reviewed by a second person → published; immutable. (Method, section 9.)
//!
//! Everything that happens is an event in the lake's table `bulletins`: appended, never changed, each with the hash of the one
//! before ([`event`], [`store`]). The [`ledger`] is their fold; only legal steps lead on, and what may not be done now says what has
//! to be done first ([`refusal`]). What a bulletin says is a function of the snapshot, the policy and the judgements
//! ([`inputs`], [`document`]), so that it can be made again ([`verify`]). [`work`] is what people do: draft, review, publish;
//! [`correcting`] what they do when it was wrong.
//!
//! Architecture Invariant: every check of a step is made under the lake's lock, on the events that the step is appended to.

pub mod correcting;
pub mod document;
pub mod event;
pub mod inputs;
pub mod judge;
pub mod ledger;
mod method;
pub mod number;
pub mod person;
pub mod policy;
pub mod refusal;
pub mod shown;
pub mod store;
pub mod verify;
mod words;
pub mod work;

pub use correcting::{Correcting, correct};
pub use ledger::{Draft, ErrorEntry, Ledger, Published, State};
pub use refusal::Refusal;
pub use work::{Kept, Who, draft, publish, reject, review, withdraw};

use crate::engine::EngineError;
use crate::lake::{LakeError, Snapshot};
use crate::policy::PolicyError;
use crate::price::PriceError;
use crate::price::anchors::{Anchors, InForce};

/// Why a step of publication failed.
#[derive(Debug, thiserror::Error)]
pub enum PublicationError {
    /// It may not be done now.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The events are not as they were written.
    #[error(
        "通告记录第 {event} 条与其散列不符（{what}），记录被改动过；请用 lepid price bulletins verify 查明，并从备份恢复 / event {event} of the bulletins is not as it was written ({what}); see `lepid price bulletins verify`, and restore the table from a backup"
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
    /// The records can't be read.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The policy is wrong.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// There is no price.
    #[error(transparent)]
    Price(#[from] PriceError),
    /// A document can't be written or read as JSON.
    #[error("通告无法写成或读作 JSON：{0} / a bulletin can't be written or read as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// The guide prices in force at a snapshot: those of the published bulletins, as corrected.
///
/// # Errors
/// [`PublicationError`] if the bulletins can't be read or were tampered with.
pub fn published(snapshot: &Snapshot) -> Result<Anchors, PublicationError> {
    Ok(anchors(&store::ledger(snapshot)?.in_force()))
}

/// The guide prices of bulletins.
fn anchors(bulletins: &[&Published]) -> Anchors {
    let mut anchors = Anchors::default();
    for document in bulletins.iter().map(|p| &p.document) {
        for (product, class) in document.products.iter().flat_map(|p| p.classes.iter().map(move |c| (p, c))) {
            let limits = class.lower_fen_per_t.zip(class.upper_fen_per_t);
            let in_force = class.guide_fen_per_t.zip(limits).map(|(guide, limits)| InForce { guide, limits });
            anchors.0.insert((product.product.clone(), document.period.clone(), class.class.clone()), in_force);
        }
    }
    anchors
}

/// As a length.
fn number_of_periods(periods: u32) -> usize {
    usize::try_from(periods).unwrap_or(usize::MAX)
}
