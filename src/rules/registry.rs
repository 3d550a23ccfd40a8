//! Which rules are there? One slice, in the order in which users see them, and the user's own.

use super::RulesError;
use super::rule::{Rule, RuleError};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

macro_rules! rules {
    ($($family:literal / $id:literal),* $(,)?) => {
        &[$((concat!($family, "/", $id, ".sql"), include_str!(concat!($family, "/", $id, ".sql")))),*]
    };
}

/// The built-in rule files with their texts.
pub const BUILTIN: &[(&str, &str)] = rules![
    "over-scale" / "over-scale-year",
    "over-scale" / "over-scale-month",
    "over-scale" / "over-scale-hazard",
    "over-scale" / "over-scale-forecast",
    "over-scale" / "under-declared",
    "over-scale" / "proxy-mismatch",
    "illegal-source" / "origin-unknown",
    "illegal-source" / "licence-none",
    "illegal-source" / "licence-expired",
    "illegal-source" / "licence-suspended",
    "illegal-source" / "exploration-ore",
    "illegal-source" / "construction-ore",
    "illegal-source" / "mineral-not-approved",
    "illegal-source" / "quota-exhausted",
    "illegal-source" / "licensed-cover",
    "illegal-source" / "outside-boundary",
    "illegal-source" / "boundary-unreadable",
    "illegal-source" / "plant-excess-output",
    "illegal-source" / "intermediary-excess",
    "illegal-source" / "assay-foreign",
    "illegal-source" / "waybill-missing",
    "illegal-source" / "waybill-reused",
    "illegal-source" / "receipt-without-dispatch",
    "illegal-source" / "dispatch-without-receipt",
    "illegal-source" / "grade-steered",
    "illegal-source" / "price-too-low",
    "illegal-source" / "value-of-illegal",
    "illegal-source" / "bought-illegal",
    "tickets" / "overload",
    "tickets" / "ticket-reused",
    "tickets" / "weight-mismatch",
    "tickets" / "net-inconsistent",
    "tickets" / "vehicle-unfit",
    "tickets" / "payload-implausible",
    "tickets" / "tare-drift",
    "tickets" / "travel-impossible",
    "tickets" / "trips-too-many",
    "tickets" / "weights-cloned",
];

/// The built-in rules.
///
/// # Errors
/// [`RuleError`] if a built-in file is broken (a test closes this).
pub fn builtin() -> Result<Vec<Rule>, RuleError> {
    BUILTIN.iter().map(|(file, text)| Rule::parse(file, text)).collect()
}

/// The built-in rules and those in the user's folder (every `.sql` below it, by path).
///
/// # Errors
/// [`RulesError`] if a file can't be read, is no rule, or takes an id that is in use.
pub fn load(folder: Option<&Path>) -> Result<Vec<Rule>, RulesError> {
    let mut rules = builtin()?;
    let Some(folder) = folder else { return Ok(rules) };
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    files.sort();
    if files.is_empty() {
        return Err(RulesError::NoRules { folder: folder.to_owned() });
    }
    for path in files {
        let text = std::fs::read_to_string(&path).map_err(|source| RulesError::Read { path: path.clone(), source })?;
        let rule = Rule::parse(&path.to_string_lossy(), &text)?;
        if let Some(other) = rules.iter().find(|r| r.id == rule.id) {
            let (zh, en) = (format!("{} 已用此编号", other.file), format!("{} has this id already", other.file));
            return Err(RuleError::new(&rule.file, "id", zh, en).into());
        }
        rules.push(rule);
    }
    Ok(rules)
}

/// Names a set of rules by their files' contents, hex.
#[must_use]
pub fn digest(rules: &[Rule]) -> String {
    let lines: String = rules.iter().map(|r| format!("{} {}\n", r.id, r.sha256)).collect();
    Sha256::digest(lines.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), RulesError> {
    let read = |source| RulesError::Read { path: folder.to_owned(), source };
    for entry in std::fs::read_dir(folder).map_err(read)? {
        let path = entry.map_err(read)?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|e| e == "sql") {
            files.push(path);
        }
    }
    Ok(())
}
