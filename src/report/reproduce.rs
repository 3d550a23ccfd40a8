//! Does a run give the same bytes again?

use super::collect::run_id;
use super::contents::RunInfo;
use super::store::{Stored, runs, sha256};
use super::{Month, ReportError, collect_in, files, lang_of, read_info, snapshot_of_records};
use crate::engine::Engine;
use crate::lake::{AsOf, Lake};
use crate::policy::Policy;
use crate::rules::rule::Rule;
use crate::text::Lang;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// How a file differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Other bytes.
    Changed,
    /// The run had it, now it is not made.
    Gone,
    /// It is made now, the run had it not.
    New,
}

/// A run beside itself made again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The run.
    pub run_id: String,
    /// Files with the same bytes.
    pub same: usize,
    /// The others, by name.
    pub different: Vec<(String, Difference)>,
}

/// A run that can be made again.
#[derive(Clone, Debug)]
pub struct Earlier {
    run_id: String,
    lake_version: u64,
    lang: Lang,
    month: Option<Month>,
    /// SHA-256 of its files.
    files: BTreeMap<String, String>,
    /// Its policy, if the lake kept it.
    policy: Option<String>,
    policy_sha256: String,
    rules_sha256: String,
    program: String,
}

/// Finds a run: by the path of a `run.json` or of its folder, or by its id in the folder `reports` or in the lake's history.
///
/// # Errors
/// [`ReportError::NoSuchRun`] if nothing has this id, [`ReportError`] if the files can't be read.
pub fn find(lake: &Lake, run: &str, reports: &Path) -> Result<Earlier, ReportError> {
    let path = Path::new(run);
    let kept = runs(lake)?;
    let policy_of = |id: &str| kept.iter().rfind(|s| s.run_id == id).map(|s| s.policy.clone());
    if path.is_file() || path.join("run.json").is_file() {
        let file = if path.is_file() { path.to_owned() } else { path.join("run.json") };
        return in_folder(&file, policy_of);
    }
    let file = reports.join("run.json");
    if file.is_file() && read_info(&file)?.run_id == run {
        return in_folder(&file, policy_of);
    }
    let stored = kept.iter().rfind(|s| s.run_id == run).ok_or_else(|| ReportError::NoSuchRun { id: run.to_owned() })?;
    Ok(in_lake(stored))
}

fn in_lake(stored: &Stored) -> Earlier {
    Earlier {
        run_id: stored.run_id.clone(),
        lake_version: stored.lake_version,
        lang: stored.lang,
        month: None,
        files: stored.files.clone(),
        policy: Some(stored.policy.clone()),
        policy_sha256: stored.policy_sha256.clone(),
        program: stored.program.clone(),
        rules_sha256: stored.rules_sha256.clone(),
    }
}

fn in_folder(file: &Path, policy_of: impl Fn(&str) -> Option<String>) -> Result<Earlier, ReportError> {
    let dir = file.parent().map_or_else(PathBuf::new, Path::to_owned);
    let info = read_info(file)?;
    let month = month_of(&info)?;
    Ok(Earlier {
        lake_version: info.lake_version,
        lang: lang_of(&dir).unwrap_or_default(),
        month,
        files: hashes(&dir)?,
        policy: policy_of(&info.run_id),
        policy_sha256: info.policy_sha256,
        program: info.program,
        rules_sha256: info.rules_sha256,
        run_id: info.run_id,
    })
}

/// Whether the run is of one month: its id says so.
fn month_of(info: &RunInfo) -> Result<Option<Month>, ReportError> {
    let Some(month) = info.from.as_deref().and_then(|f| f.get(..7)).and_then(|m| m.parse::<Month>().ok()) else { return Ok(None) };
    Ok((run_id(info, Some(month))? == info.run_id).then_some(month))
}

/// The files of a run in a folder; others that stand there are none of its business.
fn hashes(dir: &Path) -> Result<BTreeMap<String, String>, ReportError> {
    const NAMES: [&str; 12] = [
        "run.json",
        "bands.json",
        "findings.json",
        "output.json",
        "flows.json",
        "sites.json",
        "risk.json",
        "dossiers.json",
        "charts.json",
        "findings.csv",
        "findings.xlsx",
        "report.html",
    ];
    let mut names: Vec<String> = NAMES.iter().map(|n| (*n).to_owned()).collect();
    let charts = dir.join("charts");
    if charts.is_dir() {
        let io = |source| ReportError::Io { path: charts.clone(), source };
        for entry in std::fs::read_dir(&charts).map_err(io)? {
            let name = entry.map_err(io)?.file_name().to_string_lossy().into_owned();
            if name.ends_with(".svg") {
                names.push(format!("charts/{name}"));
            }
        }
    }
    let mut hashes = BTreeMap::new();
    for name in names {
        let path = dir.join(&name);
        if path.is_file() {
            let bytes = std::fs::read(&path).map_err(|source| ReportError::Io { path, source })?;
            hashes.insert(name, sha256(&bytes));
        }
    }
    Ok(hashes)
}

/// Makes a run again from the records and the policy of then, and compares every file.
///
/// # Errors
/// [`ReportError::OtherPolicy`] and [`ReportError::OtherInputs`] if what it was made from is not at hand.
pub fn reproduce(lake: &Lake, earlier: &Earlier, policy: &Policy, rules: &[Rule]) -> Result<Comparison, ReportError> {
    let policy = policy_of(earlier, policy)?;
    let snapshot = snapshot_of_records(lake, &AsOf::Version(earlier.lake_version))?;
    let engine = Engine::new(&snapshot)?;
    let (contents, evidence) = collect_in(&snapshot, &engine, &policy, rules, earlier.month, &mut |_| {})?;
    let (program, now) = (&earlier.program, &contents.run.program);
    if program != now {
        return Err(ReportError::OtherInputs {
            zh: format!("该次运行由 {program} 完成，现在是 {now}"),
            en: format!("it was made by {program}, this is {now}"),
        });
    }
    if earlier.rules_sha256 != contents.run.rules_sha256 {
        return Err(ReportError::OtherInputs {
            zh: "规则不是该次运行所用的规则；自己的规则请用 --rules 给出当时的目录".to_owned(),
            en: "the rules are not those of the run; give the folder of your own rules of then with --rules".to_owned(),
        });
    }
    let again = files(&contents, &evidence, earlier.lang)?;
    let names: BTreeSet<&String> = earlier.files.keys().chain(again.keys()).collect();
    let mut comparison = Comparison { run_id: earlier.run_id.clone(), same: 0, different: Vec::new() };
    for name in names {
        match (earlier.files.get(name), again.get(name)) {
            (Some(then), Some(now)) if *then == sha256(now) => comparison.same += 1,
            (Some(_), Some(_)) => comparison.different.push((name.clone(), Difference::Changed)),
            (Some(_), None) => comparison.different.push((name.clone(), Difference::Gone)),
            (None, _) => comparison.different.push((name.clone(), Difference::New)),
        }
    }
    Ok(comparison)
}

/// The policy in force if it is that of the run, else the one that the lake kept.
fn policy_of(earlier: &Earlier, now: &Policy) -> Result<Policy, ReportError> {
    if earlier.policy_sha256 == now.hash() {
        return Ok(now.clone());
    }
    let other = || ReportError::OtherPolicy { now: now.hash().to_owned(), then: earlier.policy_sha256.clone() };
    let kept: toml::Table = earlier.policy.as_deref().and_then(|text| text.parse().ok()).ok_or_else(other)?;
    let kept = Policy::builtin()?.with(&kept)?;
    if earlier.policy_sha256 == kept.hash() { Ok(kept) } else { Err(other()) }
}
