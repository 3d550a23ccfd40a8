//! Which records contradict which licence, truck or pass? One `.sql` file a rule, run over one snapshot.
//!
//! A rule's head says what it is for people, its SELECT gives the evidence; the runner groups evidence to findings. What is
//! missing is neither guilt nor innocence: every head says what its rule does not judge (`unknown`).

mod boundary;
mod context;
pub mod finding;
mod frames;
pub mod given;
mod head;
mod licensed_areas;
pub mod parameter;
pub mod prepared;
mod quantile;
pub mod registry;
pub mod rule;
mod runner;
pub mod say;
mod scatter;
pub mod settings;
pub mod step;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

pub use boundary::{Area, Boundary, BoundaryError, Place};
pub use frames::{EVIDENCE, FINDINGS, evidence_of_frame, findings_frame, findings_of_frame};
pub use licensed_areas::places;
pub use prepared::approved_by_year;
pub use registry::{digest, load};
pub use runner::{check, run_rules, run_rules_telling};

use crate::engine::{Engine, EngineError};
use crate::policy::{Policy, PolicyError};
use polars::prelude::DataFrame;
use std::path::PathBuf;

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
    /// A rule file is none.
    #[error(transparent)]
    Rule(#[from] rule::RuleError),
    /// A rule's statement failed, or its rows are no evidence.
    #[error("规则 {rule}：{source} / rule {rule}: {source}")]
    Run {
        /// Which rule.
        rule: String,
        /// Why.
        source: Box<EngineError>,
    },
    /// A rule file or folder can't be read.
    #[error("读取规则 {path} 失败：{source}；请检查路径 / cannot read rules at {path}: {source}; check the path")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The user's folder has no rule.
    #[error("目录 {folder} 中没有 .sql 规则文件 / the folder {folder} holds no .sql rule file")]
    NoRules {
        /// Which.
        folder: PathBuf,
    },
}

/// Runs every built-in rule over one snapshot.
///
/// # Errors
/// [`RulesError`] naming the rule.
pub fn run(engine: &Engine, policy: &Policy) -> Result<Outcome, RulesError> {
    run_rules(engine, policy, &registry::builtin()?)
}
