//! Where are the records kept, and what did the lake hold at a given moment? Delta tables under one folder.
//!
//! A *lake transaction* may change several Delta tables. Data files are written and synced first; then, under a lock
//! between processes, each table gets its Delta commit, and last one row goes to the Delta table `transactions` with the
//! version of every table. A snapshot is the version vector of such a row, so a reader sees a transaction whole or not at
//! all. What a killed writer left without that row is taken back by the next writer.

pub mod attachments;
mod commit;
mod compact;
mod delta;
pub mod identity;
pub mod load;
mod load_known;
mod load_parts;
mod load_quarantine;
mod load_registers;
mod load_rows;
mod load_summary;
mod part;
mod quarantine;
mod schema;
mod snapshot;
mod superseded;
mod upsert;

pub use commit::{Change, Committed, TableChange};
pub use compact::Compacted;
pub use part::Part;
pub use quarantine::open_rows;
pub use schema::{declared, empty_frame};
pub use snapshot::{DataFile, Snapshot, TableAt, Transaction};

use crate::ingest::IngestError;
use crate::records::time::beijing_to_utc_us;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The Delta table whose rows are the commit points.
pub const TRANSACTIONS: &str = "transactions";
/// Rows that could not be read as records.
pub const QUARANTINE: &str = "quarantine";
/// Which of them have been fixed since.
pub const QUARANTINE_CLOSED: &str = "quarantine_closed";
/// Records that a correction replaced or a void took out, and what did it.
pub const SUPERSEDED: &str = "superseded";
/// Drafts, reviews, publications and corrections of guide prices, an event a row.
pub const BULLETINS: &str = "bulletins";
/// What has become of findings, an event a row.
pub const CASES: &str = "cases";

/// Why the lake can't do it.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    /// The folder or a file of it can't be read or written.
    #[error("数据湖 {path}：{source}；请检查目录权限和磁盘空间 / lake {path}: {source}; check permissions and free space")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The lake's address is none that can be used.
    #[error(
        "数据湖地址 {root} 无法使用；请给出一个本地目录，全路径中不含 = 和 % / the lake address {root} can't be used; give a local folder without = and % in its full path"
    )]
    Address {
        /// As given.
        root: String,
    },
    /// There is no lake.
    #[error(
        "没有数据湖 {root}；请用 --lake 指定目录，或先运行 `lepid ingest` / there is no lake {root}; name it with --lake, or run `lepid ingest` first"
    )]
    Missing {
        /// As given.
        root: String,
    },
    /// Delta Lake says no.
    #[error("数据湖表 {table}：{source} / lake table {table}: {source}")]
    Delta {
        /// Which table.
        table: String,
        /// Why.
        source: Box<deltalake::DeltaTableError>,
    },
    /// Polars says no.
    #[error("数据湖：{0} / lake: {0}")]
    Polars(#[from] polars::error::PolarsError),
    /// There is no such version or instant.
    #[error(
        "数据湖没有 {asked} 这个版本；`lepid lake history` 列出全部版本 / the lake has no version {asked}; `lepid lake history` lists them"
    )]
    NoSuchVersion {
        /// What was asked for.
        asked: String,
    },
    /// An attached file is not as it was kept.
    #[error(
        "附件 {sha256} {why}；请从备份恢复数据湖目录中的 attachments/{sha256} / the attachment {sha256} {why_en}; restore attachments/{sha256} in the lake's folder from a backup"
    )]
    Attachment {
        /// Its hash, hex.
        sha256: String,
        /// 中文
        why: &'static str,
        /// English
        why_en: &'static str,
    },
    /// A file can't be read.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// Something that must hold does not: a fault of the program, said instead of hidden.
    #[error("内部核对不符：{0}；未写入任何数据，请报告此问题 / an internal check failed: {0}; nothing was stored, please report it")]
    Broken(String),
}

/// A moment of the lake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AsOf {
    /// Now.
    Latest,
    /// After this lake transaction; 0 is the empty lake.
    Version(u64),
    /// At this instant.
    Instant(DateTime<Utc>),
}

impl std::str::FromStr for AsOf {
    type Err = LakeError;

    /// `latest`, a version number, an RFC 3339 instant, a Beijing time without zone, or a Beijing day (its end).
    fn from_str(text: &str) -> Result<Self, LakeError> {
        if text == "latest" {
            return Ok(AsOf::Latest);
        }
        if let Ok(version) = text.parse() {
            return Ok(AsOf::Version(version));
        }
        let beijing = |wall: NaiveDateTime| DateTime::from_timestamp_micros(beijing_to_utc_us(wall));
        let instant = DateTime::parse_from_rfc3339(text).map(|t| t.to_utc()).ok();
        let wall = || {
            let forms = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
            forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok()).and_then(beijing)
        };
        let day_end = || {
            let day: NaiveDate = text.parse().ok()?;
            day.and_hms_micro_opt(23, 59, 59, 999_999).and_then(beijing)
        };
        instant.or_else(wall).or_else(day_end).map(AsOf::Instant).ok_or_else(|| LakeError::NoSuchVersion { asked: text.to_owned() })
    }
}

/// A lake; cheap to clone. Its calls block, so they must not be made on an async runtime's own threads.
#[derive(Clone)]
pub struct Lake {
    root: PathBuf,
    runtime: Arc<tokio::runtime::Runtime>,
    /// Delta tables as this process last saw them.
    opened: delta::Opened,
}

impl Lake {
    /// Opens the lake in this folder; makes the folder if there is none.
    ///
    /// # Errors
    /// [`LakeError`] if the folder can't be made or read.
    pub fn open(root: &str) -> Result<Self, LakeError> {
        let path = Path::new(root.strip_prefix("file://").unwrap_or(root));
        if root.contains("://") && !root.starts_with("file://") {
            return Err(LakeError::Address { root: root.to_owned() });
        }
        std::fs::create_dir_all(path).map_err(|source| LakeError::Io { path: path.to_owned(), source })?;
        let root = path.canonicalize().map_err(|source| LakeError::Io { path: path.to_owned(), source })?;
        // Partitions are told from paths by `=`, and Delta's log decodes `%` twice: other readers would get lost too.
        if root.to_str().is_none_or(|path| path.contains(['=', '%'])) {
            return Err(LakeError::Address { root: root.display().to_string() });
        }
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|source| LakeError::Io { path: root.clone(), source })?;
        Ok(Self { root, runtime: Arc::new(runtime), opened: delta::Opened::default() })
    }

    /// Opens a lake that is there; a mistyped folder must not look like an empty lake.
    ///
    /// # Errors
    /// [`LakeError::Missing`] if there is no such folder, else as [`Lake::open`].
    pub fn open_existing(root: &str) -> Result<Self, LakeError> {
        let path = root.strip_prefix("file://").unwrap_or(root);
        if root.contains("://") && path == root || Path::new(path).is_dir() {
            return Self::open(root);
        }
        Err(LakeError::Missing { root: root.to_owned() })
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_version_an_instant_a_beijing_time_or_the_end_of_a_beijing_day() {
        let instant = |text: &str| match text.parse::<AsOf>() {
            Ok(AsOf::Instant(at)) => at.to_rfc3339(),
            other => format!("{other:?}"),
        };
        assert_eq!("latest".parse::<AsOf>().unwrap(), AsOf::Latest);
        assert_eq!("17".parse::<AsOf>().unwrap(), AsOf::Version(17));
        assert_eq!(instant("2023-06-05T08:03:00Z"), "2023-06-05T08:03:00+00:00");
        assert_eq!(instant("2023-06-05T08:03:00.000001+08:00"), "2023-06-05T00:03:00.000001+00:00");
        assert_eq!(instant("2023-06-05 08:03"), "2023-06-05T00:03:00+00:00");
        assert_eq!(instant("2023-06-05"), "2023-06-05T15:59:59.999999+00:00");
        assert!("yesterday".parse::<AsOf>().is_err());
    }
}
