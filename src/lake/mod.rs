//! Where are the records kept, and what did the lake hold at a given moment? Delta tables under one folder.
//!
//! A *lake transaction* may change several Delta tables. Data files are written and synced first; then, under a lock
//! between processes, each table gets its Delta commit, and last one row goes to the Delta table `transactions` with the
//! version of every table. A snapshot is the version vector of such a row, so a reader sees a transaction whole or not at
//! all. What a killed writer left without that row is taken back by the next writer.

mod commit;
mod delta;
pub mod identity;
pub mod load;
mod load_parts;
mod load_rows;
mod part;
mod quarantine;
mod schema;
mod snapshot;
mod upsert;

pub use commit::{Change, Committed, TableChange};
pub use part::Part;
pub use quarantine::open_rows;
pub use schema::{declared, empty_frame};
pub use snapshot::{DataFile, Snapshot, TableAt, Transaction};

use crate::ingest::IngestError;
use chrono::{DateTime, Utc};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The Delta table whose rows are the commit points.
pub const TRANSACTIONS: &str = "transactions";
/// Rows that could not be read as records.
pub const QUARANTINE: &str = "quarantine";
/// Which of them have been fixed since.
pub const QUARANTINE_CLOSED: &str = "quarantine_closed";
/// Content hashes of records that a correction replaced or voided.
pub const SUPERSEDED: &str = "superseded";

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
    #[error("数据湖地址 {root} 无法使用；请给出一个本地目录 / the lake address {root} can't be used; give a local folder")]
    Address {
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

    /// `latest`, a version number, or an RFC 3339 instant.
    fn from_str(text: &str) -> Result<Self, LakeError> {
        if text == "latest" {
            return Ok(AsOf::Latest);
        }
        if let Ok(version) = text.parse() {
            return Ok(AsOf::Version(version));
        }
        DateTime::parse_from_rfc3339(text)
            .map(|t| AsOf::Instant(t.to_utc()))
            .map_err(|_| LakeError::NoSuchVersion { asked: text.to_owned() })
    }
}

/// A lake; cheap to clone. Its calls block, so they must not be made on an async runtime's own threads.
#[derive(Clone)]
pub struct Lake {
    root: PathBuf,
    runtime: Arc<tokio::runtime::Runtime>,
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
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|source| LakeError::Io { path: root.clone(), source })?;
        Ok(Self { root, runtime: Arc::new(runtime) })
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }
}
