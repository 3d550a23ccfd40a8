//! How do many small files become few? Files of a table and month are merged, sorted by time and key, as one transaction
//! that changes no content; old versions keep their files.

use super::identity::key_columns;
use super::part::Squeeze;
use super::snapshot::{DataFile, Snapshot, TableAt};
use super::{AsOf, Change, Committed, Lake, LakeError, Part, TableChange};
use crate::records::{Keeping, Table};
use chrono::NaiveDate;
use polars::prelude::*;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

/// Rows that a merged file holds at most.
const ROWS_A_FILE: u64 = 1 << 20;

/// A file with fewer rows is small.
const SMALL_ROWS: u64 = ROWS_A_FILE / 2;

/// A file that a killed writer left half-written is removed after so long; nobody writes one file for a day.
const STALE: Duration = Duration::from_secs(86_400);

/// What compaction did to a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Compacted {
    /// The table.
    pub table: String,
    /// Small files that were merged.
    pub merged: usize,
    /// Files that hold their rows now.
    pub into: usize,
    /// Rows in them.
    pub rows: u64,
    /// Bytes before.
    pub bytes_before: u64,
    /// Bytes after.
    pub bytes_after: u64,
}

/// Small files of one partition that become one file.
struct Group {
    table: String,
    from: Vec<DataFile>,
    into: Part,
}

impl Lake {
    /// Merges small files of all tables; `None` if there are none to merge.
    ///
    /// # Errors
    /// [`LakeError`]; then the lake is as it was.
    pub fn compact(&self) -> Result<Option<(Committed, Vec<Compacted>)>, LakeError> {
        self.sweep()?;
        let base = self.snapshot(&AsOf::Latest)?;
        let mut groups = Vec::new();
        for (table, at) in &base.tables {
            for from in bins(&at.files) {
                groups.push(Group { into: self.merge(&base, table, &from)?, table: table.clone(), from });
            }
        }
        // Merging takes its time without the lock; what somebody else replaced meanwhile is left alone.
        let lock = self.lock()?;
        let latest = self.latest(Some(&base))?;
        groups.retain(|g| latest.tables.get(&g.table).is_some_and(|t| g.from.iter().all(|f| t.files.contains(f))));
        if groups.is_empty() {
            return Ok(None);
        }
        let mut tables: BTreeMap<String, (Vec<Part>, Vec<DataFile>)> = BTreeMap::new();
        for group in groups {
            let (add, remove) = tables.entry(group.table).or_default();
            add.push(group.into);
            remove.extend(group.from);
        }
        let done: Vec<Compacted> = tables.iter().map(|(table, (add, remove))| compacted(table, add, remove)).collect();
        let changes =
            tables.into_iter().map(|(table, (add, remove))| TableChange::Files { table, add, remove, rearranged: true }).collect();
        let summary = serde_json::to_value(&done).map_err(|e| LakeError::Broken(e.to_string()))?;
        let (committed, _) = self.commit(&lock, &latest, Change { kind: "compact".to_owned(), summary, tables: changes })?;
        Ok(Some((committed, done)))
    }

    fn merge(&self, base: &Snapshot, table: &str, from: &[DataFile]) -> Result<Part, LakeError> {
        let files = Snapshot::of_files(self.root(), table, TableAt { version: 0, files: from.to_vec() });
        let mut frame = files.scan(table)?.collect()?;
        let rows: u64 = from.iter().map(|f| f.rows).sum();
        if frame.height() as u64 != rows {
            return Err(LakeError::Broken(format!("{table} at version {}: files hold {} rows, not {rows}", base.version, frame.height())));
        }
        if let Some(spec) = Table::by_name(table).map(Table::spec) {
            let mut by = key_columns(spec);
            if let Keeping::Facts { time } = spec.keeping {
                by.retain(|column| column != time);
                by.insert(0, time.to_owned());
            }
            // Rows alike in time and key keep the order of their files.
            let options = SortMultipleOptions::default().with_nulls_last(true).with_maintain_order(true);
            frame.sort_in_place(by, options)?;
        }
        let month: Option<NaiveDate> = from.first().and_then(|f| f.month);
        if month.is_some() {
            frame = frame.drop(crate::records::MONTH)?;
        }
        self.write_part(table, month, frame, Squeeze::Small)
    }

    /// Removes what killed writers left half-written.
    fn sweep(&self) -> Result<(), LakeError> {
        for table in self.table_names()? {
            sweep_folder(&self.root().join(table), SystemTime::now()).map_err(|(path, source)| LakeError::Io { path, source })?;
        }
        Ok(())
    }
}

fn sweep_folder(folder: &std::path::Path, now: SystemTime) -> Result<(), (std::path::PathBuf, std::io::Error)> {
    let io = |source| (folder.to_owned(), source);
    for entry in std::fs::read_dir(folder).map_err(io)? {
        let entry = entry.map_err(io)?;
        let (name, kind) = (entry.file_name().to_string_lossy().into_owned(), entry.file_type().map_err(io)?);
        if kind.is_dir() && name.starts_with("month=") {
            sweep_folder(&entry.path(), now)?;
        }
        let age = entry.metadata().and_then(|m| m.modified()).ok().and_then(|at| now.duration_since(at).ok());
        if kind.is_file() && super::part::is_temporary(&name) && age.is_some_and(|age| age > STALE) {
            std::fs::remove_file(entry.path()).map_err(io)?;
        }
    }
    Ok(())
}

/// Small files by partition, in lots of two or more that fill one file.
fn bins(files: &[DataFile]) -> Vec<Vec<DataFile>> {
    let mut months: BTreeMap<Option<NaiveDate>, Vec<&DataFile>> = BTreeMap::new();
    for file in files.iter().filter(|f| f.rows < SMALL_ROWS) {
        months.entry(file.month).or_default().push(file);
    }
    let mut bins = Vec::new();
    for files in months.into_values() {
        let (mut bin, mut rows): (Vec<DataFile>, u64) = (Vec::new(), 0);
        for file in files {
            if rows + file.rows > ROWS_A_FILE {
                bins.push(std::mem::take(&mut bin));
                rows = 0;
            }
            rows += file.rows;
            bin.push(file.clone());
        }
        bins.push(bin);
    }
    bins.retain(|bin| bin.len() > 1);
    bins
}

fn compacted(table: &str, add: &[Part], remove: &[DataFile]) -> Compacted {
    Compacted {
        table: table.to_owned(),
        merged: remove.len(),
        into: add.len(),
        rows: add.iter().map(|p| p.rows).sum(),
        bytes_before: remove.iter().map(|f| f.bytes).sum(),
        bytes_after: add.iter().map(|p| p.bytes).sum(),
    }
}
