//! How does a frame become a data file? Parquet by Polars, synced to disk before anybody commits it.

use super::schema::with_utc;
use super::{Lake, LakeError};
use crate::records::MONTH;
use chrono::NaiveDate;
use polars::prelude::*;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Rows a row group: small enough to skip by statistics, large enough to compress.
const ROW_GROUP: usize = 131_072;

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
    pub(super) fn write_part(&self, table: &str, month: Option<NaiveDate>, frame: DataFrame) -> Result<Part, LakeError> {
        let folder = self.root().join(table);
        let folder = month.map_or_else(|| folder.clone(), |m| folder.join(format!("{MONTH}={m}")));
        let io = |source| LakeError::Io { path: folder.clone(), source };
        std::fs::create_dir_all(&folder).map_err(io)?;
        let mut frame = with_utc(frame)?;
        let temporary = tempname(&folder);
        let file = File::create_new(&temporary).map_err(io)?;
        let mut tally = Tally { inner: BufWriter::with_capacity(1 << 20, file), hash: Sha256::new(), bytes: 0 };
        ParquetWriter::new(&mut tally)
            .with_compression(ParquetCompression::Zstd(None))
            .with_statistics(StatisticsOptions::default())
            .with_row_group_size(Some(ROW_GROUP))
            .finish(&mut frame)?;
        let hash: String = tally.hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
        let file = tally.inner.into_inner().map_err(|e| io(e.into_error()))?;
        file.sync_all().map_err(io)?;
        let name = format!("part-{}.parquet", &hash[..32]);
        std::fs::rename(&temporary, folder.join(&name)).map_err(io)?;
        File::open(&folder).and_then(|f| f.sync_all()).map_err(io)?;
        let path = month.map_or_else(|| name.clone(), |m| format!("{MONTH}={m}/{name}"));
        Ok(Part { path, bytes: tally.bytes, rows: frame.height() as u64, month, hash })
    }
}

/// A name that no other process uses: process and a counter; never seen by readers, who only open committed files.
fn tempname(folder: &Path) -> std::path::PathBuf {
    use std::sync::atomic::{AtomicU64, Ordering};
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let nanos = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_nanos());
    folder.join(format!(".part-{}-{}-{nanos}.tmp", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed)))
}
