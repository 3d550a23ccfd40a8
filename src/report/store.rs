//! Where do findings stay for SQL, `lepid findings` and other readers? In the lake, as the tables `findings` and `evidence`.

use super::ReportError;
use super::contents::Contents;
use crate::lake::{Change, Lake, TableChange};
use crate::policy::Policy;
use crate::text::Lang;
use polars::prelude::DataFrame;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Kind of the lake transactions that runs make.
const KIND: &str = "run";

/// What the lake keeps of a run beside its findings: enough to make it again when its folder and policy file are gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// The run.
    pub run_id: String,
    /// The records that it was made from.
    pub lake_version: u64,
    /// Findings.
    pub findings: u64,
    /// Rows of evidence.
    pub evidence: u64,
    /// Language in which its page stands first.
    pub lang: Lang,
    /// SHA-256 of every file that it wrote, hex.
    pub files: BTreeMap<String, String>,
    /// The program that made it.
    pub program: String,
    /// SHA-256 over the rules that were run.
    pub rules_sha256: String,
    /// The policy in force, as TOML.
    pub policy: String,
    /// Its SHA-256.
    pub policy_sha256: String,
}

/// Keeps a run's findings and evidence in place of those of the run before. Nothing is committed, and `None` returned, when the
/// run that the lake holds is this one; else the lake's version now.
///
/// # Errors
/// [`ReportError`] if the lake can't be written; then it holds the earlier run.
pub fn store(
    lake: &Lake,
    contents: &Contents,
    evidence: &DataFrame,
    files: &BTreeMap<String, Vec<u8>>,
    policy: &Policy,
    lang: Lang,
) -> Result<Option<u64>, ReportError> {
    if runs(lake)?.last().is_some_and(|last| last.run_id == contents.run.run_id) {
        return Ok(None);
    }
    let stored = Stored {
        run_id: contents.run.run_id.clone(),
        lake_version: contents.run.lake_version,
        findings: contents.findings.len() as u64,
        evidence: evidence.height() as u64,
        lang,
        files: files.iter().map(|(name, bytes)| (name.clone(), sha256(bytes))).collect(),
        program: contents.run.program.clone(),
        rules_sha256: contents.run.rules_sha256.clone(),
        policy: policy.to_toml(),
        policy_sha256: policy.hash().to_owned(),
    };
    let change = Change {
        kind: KIND.to_owned(),
        summary: serde_json::to_value(&stored)?,
        tables: vec![
            TableChange::Replace { table: "findings".to_owned(), frame: crate::rules::findings_frame(&contents.findings)? },
            TableChange::Replace { table: "evidence".to_owned(), frame: evidence.clone() },
        ],
    };
    Ok(Some(lake.write(change)?.version))
}

/// The runs that the lake has kept, earliest first.
pub(super) fn runs(lake: &Lake) -> Result<Vec<Stored>, ReportError> {
    let history = lake.history()?;
    let runs = history.into_iter().filter(|t| t.kind == KIND);
    Ok(runs.filter_map(|t| serde_json::from_value(t.summary).ok()).collect())
}

/// Hex.
pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}
