//! What stands in a folder of reports? Read whole or not at all, also while a run is being written.

use super::contents::{Contents, RunInfo};
use crate::text::Said;
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};

/// The files that are read, `run.json` first: its change means another run.
pub const FILES: [&str; 9] =
    ["run.json", "bands.json", "findings.json", "output.json", "flows.json", "sites.json", "risk.json", "dossiers.json", "charts.json"];

/// Why a folder of reports can't be shown.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// No run has been written there.
    #[error("{} 不存在；请先运行 `lepid run` / {} is not there; run `lepid run` first", .path.display(), .path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// A file can't be read.
    #[error("读取报告 {} 失败：{source}；请检查目录权限 / cannot read the report {}: {source}; check permissions", .path.display(), .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not what this version of the program writes.
    #[error(
        "报告 {} 内容不符：{source}；请用本版本重新运行 `lepid run` / the report {} is not what this version writes: {source}; run `lepid run` again",
        .path.display(), .path.display()
    )]
    Content {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: serde_json::Error,
    },
    /// The files change while they are read.
    #[error("报告正在写入，稍后自动重试 / the reports are being written; they are read again in a moment")]
    Writing,
}

impl ReadError {
    /// The sentence for a page, each language alone.
    #[must_use]
    pub fn said(&self) -> Said {
        let both = self.to_string();
        match both.split_once(" / ") {
            Some((zh, en)) => Said::new(zh, en),
            None => Said::new(both.clone(), both),
        }
    }
}

/// Everything that the run in this folder wrote as JSON.
///
/// # Errors
/// [`ReadError`] naming the file; [`ReadError::Writing`] if `run.json` is another one at the end than at the beginning.
pub fn read(dir: &Path) -> Result<Contents, ReadError> {
    let run = dir.join("run.json");
    let before = bytes(&run)?;
    let contents = Contents {
        run: parsed(&run, &before)?,
        bands: json(&dir.join("bands.json"))?,
        findings: json(&dir.join("findings.json"))?,
        output: json(&dir.join("output.json"))?,
        flows: json(&dir.join("flows.json"))?,
        sites: json(&dir.join("sites.json"))?,
        risk: json(&dir.join("risk.json"))?,
        dossiers: json(&dir.join("dossiers.json"))?,
        charts: json(&dir.join("charts.json"))?,
    };
    // A run takes its `run.json` away before it writes and puts the new one there last.
    match bytes(&run) {
        Ok(after) if after == before => Ok(contents),
        Ok(_) | Err(ReadError::Missing { .. }) => Err(ReadError::Writing),
        Err(error) => Err(error),
    }
}

/// What a run was made from.
///
/// # Errors
/// [`ReadError`] if the file is missing or none of this program's.
pub fn read_info(path: &Path) -> Result<RunInfo, ReadError> {
    json(path)
}

fn json<T: DeserializeOwned>(path: &Path) -> Result<T, ReadError> {
    parsed(path, &bytes(path)?)
}

fn bytes(path: &Path) -> Result<Vec<u8>, ReadError> {
    std::fs::read(path).map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => ReadError::Missing { path: path.to_owned() },
        _ => ReadError::Io { path: path.to_owned(), source },
    })
}

fn parsed<T: DeserializeOwned>(path: &Path, bytes: &[u8]) -> Result<T, ReadError> {
    serde_json::from_slice(bytes).map_err(|source| ReadError::Content { path: path.to_owned(), source })
}
