//! Which sites and trucks come first? A score in tonnes that counts no ton twice, its reasons, and the draw of spot checks.
//!
//! Tickets are counted by number, each once, at the greatest weight of the findings that name it. What is said of a subject as a
//! whole (so many tonnes over scale in 2023) overlaps with its tickets of that time and with what is said of the months and days
//! in it: only the part beyond them adds. [`score`] is exact and knows no record; [`gather`] says what counts for whom.

mod gather;
pub mod policy;
pub mod sample;
pub mod score;

pub use gather::{Haul, assess, hauls};

use crate::rules::finding::{Certainty, Severity, SubjectKind};
use crate::text::Said;
use serde::{Deserialize, Serialize};

/// How much ore is at risk at a site, a place in no register, or a truck.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Risk {
    /// What it is: a site, a place or a plate.
    pub subject_kind: SubjectKind,
    /// Site id, place as written, plate.
    pub subject: String,
    /// Name for people.
    pub subject_name: String,
    /// Tonnes at risk, kg: each ton once, times the weight of how sure its findings are, and the amounts of findings without mass.
    pub score_kg: i64,
    /// What the score means by policy.
    pub level: Severity,
    /// The mass that findings name, each ton once, unweighted, kg.
    pub mass_kg: i64,
    /// Findings that count.
    pub findings: u64,
    /// Different tickets that count.
    pub tickets: u64,
    /// Of these findings, those about trucks and tickets that it loaded (of a truck: about tickets that it carried).
    pub from_others: u64,
    /// Why, by rule, the one that adds most first.
    pub reasons: Vec<Reason>,
}

/// What one rule does to a score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Id of the rule.
    pub rule: String,
    /// Its title.
    pub title: Said,
    /// How sure.
    pub certainty: Certainty,
    /// Its findings that count.
    pub findings: u64,
    /// The score if there were no other rule, kg.
    pub alone_kg: i64,
    /// What the score would lose without it, kg.
    pub adds_kg: i64,
    /// The rest of `alone_kg`: tonnes that other rules name too, kg.
    pub shared_kg: i64,
}
