//! Which files does a run leave? All or nothing of each, never half a file.

use super::contents::Contents;
use super::{ReportError, csv, page, pictures, xlsx};
use crate::text::Lang;
use polars::prelude::DataFrame;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// Files that this process has written; names the temporary ones.
static WRITTEN: AtomicU64 = AtomicU64::new(0);

/// Every file of a run by its path below the folder of reports.
///
/// # Errors
/// [`ReportError`] if a file can't be made.
pub fn files(contents: &Contents, evidence: &DataFrame, lang: Lang) -> Result<BTreeMap<String, Vec<u8>>, ReportError> {
    let mut files = BTreeMap::new();
    let mut add = |name: &str, bytes: Vec<u8>| files.insert(name.to_owned(), bytes);
    add("run.json", pretty(&contents.run)?);
    add("bands.json", list(&contents.bands)?);
    add("findings.json", list(&contents.findings)?);
    add("output.json", list(&contents.output)?);
    add("flows.json", list(&contents.flows)?);
    add("sites.json", list(&contents.sites)?);
    add("risk.json", list(&contents.risk)?);
    add("dossiers.json", list(&contents.dossiers)?);
    add("charts.json", list(&contents.charts)?);
    add("findings.csv", csv::findings(&contents.findings));
    add("findings.xlsx", xlsx::findings(contents, evidence, lang)?);
    let drawn = pictures(contents, lang);
    add("report.html", page(contents, &drawn, lang).into_bytes());
    for (chart, svg) in drawn {
        add(&chart.file, svg.into_bytes());
    }
    Ok(files)
}

/// Writes a run and returns its files; each appears whole under its name. `run.json` of an earlier run goes first and the new one
/// comes last: a folder without it holds no run. Pictures of an earlier run that this one does not have go.
///
/// # Errors
/// [`ReportError::Io`] if the folder can't be written.
pub fn write(dir: &Path, contents: &Contents, evidence: &DataFrame, lang: Lang) -> Result<BTreeMap<String, Vec<u8>>, ReportError> {
    let files = files(contents, evidence, lang)?;
    let charts = dir.join("charts");
    std::fs::create_dir_all(&charts).map_err(|source| ReportError::Io { path: charts.clone(), source })?;
    let run = dir.join("run.json");
    remove_file(&run)?;
    for (name, bytes) in files.iter().filter(|(name, _)| name.as_str() != "run.json") {
        write_file(&dir.join(name), bytes)?;
    }
    remove_stale(&charts, &files)?;
    if let Some(bytes) = files.get("run.json") {
        write_file(&run, bytes)?;
    }
    Ok(files)
}

/// Removes a file that need not be there.
fn remove_file(path: &Path) -> Result<(), ReportError> {
    match std::fs::remove_file(path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(ReportError::Io { path: path.to_owned(), source }),
        _ => Ok(()),
    }
}

/// Writes a file that appears whole under its name or not at all.
pub(super) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), ReportError> {
    let io = |source| ReportError::Io { path: path.to_owned(), source };
    // Process and count tell two runs apart that write into one folder at once.
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let count = WRITTEN.fetch_add(1, Ordering::Relaxed);
    let temporary = path.with_file_name(format!(".{name}.{}-{count}.tmp", std::process::id()));
    let written = std::fs::write(&temporary, bytes).and_then(|()| std::fs::rename(&temporary, path));
    if written.is_err()
        && let Err(error) = std::fs::remove_file(&temporary)
    {
        tracing::debug!("{}: {error}", temporary.display());
    }
    written.map_err(io)
}

fn remove_stale(charts: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<(), ReportError> {
    let io = |source| ReportError::Io { path: charts.to_owned(), source };
    for entry in std::fs::read_dir(charts).map_err(io)? {
        let entry = entry.map_err(io)?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if name.ends_with(".svg") && !files.contains_key(&format!("charts/{name}")) {
            std::fs::remove_file(entry.path()).map_err(io)?;
        }
    }
    Ok(())
}

/// The language in which a folder's page stands first; `None` where there is no page.
#[must_use]
pub fn lang_of(dir: &Path) -> Option<Lang> {
    let page = std::fs::read_to_string(dir.join("report.html")).ok()?;
    let head = page.get(..200).unwrap_or(&page);
    Some(if head.contains("<html lang=\"en\"") { Lang::En } else { Lang::Zh })
}

fn pretty<T: Serialize>(value: &T) -> Result<Vec<u8>, ReportError> {
    let mut text = serde_json::to_vec_pretty(value)?;
    text.push(b'\n');
    Ok(text)
}

/// An array, one element a line: small, and a difference names its line.
fn list<T: Serialize>(values: &[T]) -> Result<Vec<u8>, ReportError> {
    let mut text = b"[".to_vec();
    for (i, value) in values.iter().enumerate() {
        text.extend_from_slice(if i == 0 { b"\n" } else { b",\n" });
        serde_json::to_writer(&mut text, value)?;
    }
    text.extend_from_slice(if values.is_empty() { b"]\n" } else { b"\n]\n" });
    Ok(text)
}
