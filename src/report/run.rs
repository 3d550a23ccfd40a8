//! What is a run, whole? Collected, written to a folder, and kept in the lake.

use super::contents::Contents;
use super::{Month, ReportError, Step, collect_in, snapshot_of_records, store, write};
use crate::engine::Engine;
use crate::lake::{AsOf, Lake};
use crate::policy::Policy;
use crate::rules::rule::Rule;
use crate::text::Lang;
use std::path::Path;

/// What is asked of a run.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The records at which moment.
    pub as_of: &'a AsOf,
    /// Only the report of this month.
    pub month: Option<Month>,
    /// The rules to run.
    pub rules: &'a [Rule],
    /// Folder of reports.
    pub dir: &'a Path,
    /// Language that stands first.
    pub lang: Lang,
}

/// Does a run, telling each step before it begins. The lake keeps the findings of a whole run over its latest records; a month's
/// report and a run of an earlier version leave it as it is.
///
/// # Errors
/// [`ReportError`] naming the room that failed.
pub fn run(lake: &Lake, policy: &Policy, request: &Request, step: &mut dyn FnMut(Step)) -> Result<Contents, ReportError> {
    let snapshot = snapshot_of_records(lake, request.as_of)?;
    let latest = snapshot_of_records(lake, &AsOf::Latest)?.version;
    let engine = Engine::new(&snapshot)?;
    let (contents, evidence) = collect_in(&snapshot, &engine, policy, request.rules, request.month, step)?;
    step(Step::Write);
    let files = write(request.dir, &contents, &evidence, request.lang)?;
    if request.month.is_none() && snapshot.version == latest {
        step(Step::Keep);
        store(lake, &contents, &evidence, &files, policy, request.lang)?;
    }
    Ok(contents)
}
