//! What stands in a folder of reports?

use crate::report::contents::Contents;
use crate::text::Said;
use serde::de::DeserializeOwned;
use std::path::Path;

/// The files of a run that the service needs, besides the pictures: `run.json` first, because its change means a new run.
pub(super) const FILES: [&str; 7] = ["run.json", "bands.json", "findings.json", "output.json", "flows.json", "sites.json", "charts.json"];

/// Why a folder of reports can't be shown.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// No run has been written there.
    #[error("{file} 不在报告目录中；请先运行 `lepid run` / {file} is not in the folder of reports; run `lepid run` first")]
    Missing {
        /// The file.
        file: &'static str,
    },
    /// A file can't be read.
    #[error("读取报告 {file} 失败：{source}；请检查目录权限 / cannot read the report {file}: {source}; check permissions")]
    Io {
        /// The file.
        file: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not what this version of the program writes.
    #[error(
        "报告 {file} 内容不符：{source}；请用本版本重新运行 `lepid run` / the report {file} is not what this version writes: {source}; run `lepid run` again"
    )]
    Content {
        /// The file.
        file: &'static str,
        /// Where and why.
        source: serde_json::Error,
    },
    /// The files change while they are read.
    #[error("报告正在写入，稍后自动重试 / the reports are being written; they are read again in a moment")]
    Writing,
}

impl ReadError {
    /// The sentence for a page, each language alone.
    pub(super) fn said(&self) -> Said {
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
    let before = bytes(dir, "run.json")?;
    let contents = Contents {
        run: parsed("run.json", &before)?,
        bands: field(dir, "bands.json")?,
        findings: field(dir, "findings.json")?,
        output: field(dir, "output.json")?,
        flows: field(dir, "flows.json")?,
        sites: field(dir, "sites.json")?,
        charts: field(dir, "charts.json")?,
    };
    match bytes(dir, "run.json") {
        Ok(after) if after == before => Ok(contents),
        Ok(_) | Err(ReadError::Missing { .. }) => Err(ReadError::Writing),
        Err(error) => Err(error),
    }
}

fn field<T: DeserializeOwned>(dir: &Path, file: &'static str) -> Result<T, ReadError> {
    parsed(file, &bytes(dir, file)?)
}

fn bytes(dir: &Path, file: &'static str) -> Result<Vec<u8>, ReadError> {
    std::fs::read(dir.join(file)).map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => ReadError::Missing { file },
        _ => ReadError::Io { file, source },
    })
}

fn parsed<T: DeserializeOwned>(file: &'static str, bytes: &[u8]) -> Result<T, ReadError> {
    serde_json::from_slice(bytes).map_err(|source| ReadError::Content { file, source })
}
