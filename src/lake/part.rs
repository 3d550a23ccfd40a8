//! How does a frame become a data file? Parquet by Polars, synced to disk before anybody commits it.

use super::delta::sync_folder;
use super::schema::with_utc;
use super::{Lake, LakeError};
use crate::records::MONTH;
use chrono::NaiveDate;
use polars::polars_utils::compression::ZstdLevel;
use polars::prelude::*;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Rows a row group: small enough to skip by statistics, large enough to compress.
const ROW_GROUP: usize = 131_072;

/// How much time may compression take?
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Squeeze {
    /// While a user waits for rows to be stored.
    Fast,
    /// When files are compacted, once.
    Small,
}

impl Squeeze {
    /// Zstandard's level: 1 writes twice as fast as 6 and is some tenth larger.
    const fn level(self) -> i32 {
        match self {
            Squeeze::Fast => 1,
            Squeeze::Small => 6,
        }
    }
}

/// A data file that is on disk and that no commit names yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Relative to the table's folder.
    pub path: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Rows.
    pub rows: u64,
    /// Partition, if the table has partitions.
    pub month: Option<NaiveDate>,
    /// SHA-256 of the file, hex.
    pub hash: String,
}

/// Counts and hashes what goes through.
struct Tally<W> {
    inner: W,
    hash: Sha256,
    bytes: u64,
}

impl<W: Write> Write for Tally<W> {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        let written = self.inner.write(buffer)?;
        self.hash.update(&buffer[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

impl Lake {
    /// Writes a frame as a data file of a table. The frame of a partitioned table brings no `month` column.
    ///
    /// # Errors
    /// [`LakeError`] if the file can't be written.
    pub(super) fn write_part(&self, table: &str, month: Option<NaiveDate>, frame: DataFrame, squeeze: Squeeze) -> Result<Part, LakeError> {
        let base = self.root().join(table);
        let folder = month.map_or_else(|| base.clone(), |m| base.join(format!("{MONTH}={m}")));
        let io = |source| LakeError::Io { path: folder.clone(), source };
        if !folder.exists() {
            std::fs::create_dir_all(&folder).map_err(io)?;
            sync_folder(&base)?;
            sync_folder(self.root())?;
        }
        let mut frame = with_utc(frame)?;
        let temporary = tempname(&folder);
        let file = File::create_new(&temporary).map_err(io)?;
        let level = ZstdLevel::try_new(squeeze.level())?;
        let mut tally = Tally { inner: BufWriter::with_capacity(1 << 20, file), hash: Sha256::new(), bytes: 0 };
        ParquetWriter::new(&mut tally)
            .with_compression(ParquetCompression::Zstd(Some(level)))
            .with_statistics(StatisticsOptions::default())
            .with_row_group_size(Some(ROW_GROUP))
            .finish(&mut frame)?;
        let hash: String = tally.hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
        let file = tally.inner.into_inner().map_err(|e| io(e.into_error()))?;
        file.sync_all().map_err(io)?;
        let name = format!("part-{}.parquet", &hash[..32]);
        std::fs::rename(&temporary, folder.join(&name)).map_err(io)?;
        sync_folder(&folder)?;
        let path = month.map_or_else(|| name.clone(), |m| format!("{MONTH}={m}/{name}"));
        Ok(Part { path, bytes: tally.bytes, rows: frame.height() as u64, month, hash })
    }
}

/// Whether a file is one that is being written, or was when its writer was killed.
pub(super) fn is_temporary(name: &str) -> bool {
    name.starts_with(".part-") && name.ends_with(".tmp")
}

/// A name that no other process uses: process and a counter; never seen by readers, who only open committed files.
pub(super) fn tempname(folder: &Path) -> std::path::PathBuf {
    use std::sync::atomic::{AtomicU64, Ordering};
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let nanos = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_nanos());
    folder.join(format!(".part-{}-{}-{nanos}.tmp", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed)))
}
