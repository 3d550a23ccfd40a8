//! When is something stored? When its row stands in `transactions`; what has no row is taken back by the next writer.

use super::delta::{self, Effect, files, partitioned, version_of};
use super::part::Squeeze;
use super::snapshot::{DataFile, Snapshot, TableAt, Transaction};
use super::{AsOf, Lake, LakeError, Part, TRANSACTIONS};
use crate::records::MONTH;
use chrono::{DateTime, Utc};
use polars::prelude::*;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::File;

/// So many small files of `transactions` are rewritten as one.
const MANY_FILES: usize = 48;

/// What a lake transaction does to one table.
#[derive(Clone, Debug)]
pub enum TableChange {
    /// Adds data files, takes others away.
    Files {
        /// The table.
        table: String,
        /// Written, not yet committed.
        add: Vec<Part>,
        /// Live files that go.
        remove: Vec<DataFile>,
        /// The same rows in other files: nothing that a reader of changes need see.
        rearranged: bool,
    },
    /// Adds the rows of a small frame.
    Append {
        /// The table.
        table: String,
        /// Its rows.
        frame: DataFrame,
    },
    /// The table holds these rows and no others.
    Replace {
        /// The table.
        table: String,
        /// Its rows.
        frame: DataFrame,
    },
}

/// A lake transaction before it is committed.
#[derive(Clone, Debug)]
pub struct Change {
    /// What it is: `ingest`, `run`, `compact` …
    pub kind: String,
    /// What it reports; kept in `transactions`.
    pub summary: serde_json::Value,
    /// The tables, each at most once.
    pub tables: Vec<TableChange>,
}

/// A lake transaction that is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// The lake's version now.
    pub version: u64,
    /// When.
    pub at: DateTime<Utc>,
}

/// The lock between processes; released when dropped, also by `kill -9`.
pub(super) struct Lock {
    _file: File,
}

impl Lake {
    /// Waits until no other process commits.
    pub(super) fn lock(&self) -> Result<Lock, LakeError> {
        let path = self.root().join(".lock");
        let io = |source| LakeError::Io { path: path.clone(), source };
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(io)?;
        file.lock().map_err(io)?;
        Ok(Lock { _file: file })
    }

    /// Commits a change whatever has been committed meanwhile.
    ///
    /// # Errors
    /// [`LakeError`]; then nothing of it is visible.
    pub fn write(&self, change: Change) -> Result<Committed, LakeError> {
        self.write_on(|_| Ok(change))
    }

    /// Commits the change that `make` makes of what the lake holds. No process commits between that look and the commit, so what
    /// `make` has checked still holds when its change is stored.
    ///
    /// # Errors
    /// What `make` refuses with, or [`LakeError`]; then nothing of it is visible.
    pub fn write_on<E: From<LakeError>>(&self, make: impl FnOnce(&Snapshot) -> Result<Change, E>) -> Result<Committed, E> {
        let lock = self.lock()?;
        let base = self.snapshot(&AsOf::Latest)?;
        let change = make(&base)?;
        Ok(self.commit(&lock, &base, change).map(|(committed, _)| committed)?)
    }

    /// Commits a change on top of `base`, which must be the latest under this lock; returns what is the latest then.
    pub(super) fn commit(&self, _lock: &Lock, base: &Snapshot, change: Change) -> Result<(Committed, Snapshot), LakeError> {
        let mut tables = base.tables.clone();
        self.take_back(&mut tables)?;
        let number = base.version + 1;
        for change in change.tables {
            let (name, at) = self.apply(&tables, change, number)?;
            tables.insert(name, at);
        }
        // Microseconds are what the lake keeps; a later transaction is never earlier, whatever the clock does.
        let now = Utc::now();
        let at = base.at.map_or(now, |last| now.max(last));
        let at = DateTime::from_timestamp_micros(at.timestamp_micros()).unwrap_or(at);
        let versions: BTreeMap<String, u64> = tables.iter().map(|(name, t)| (name.clone(), t.version)).collect();
        let transaction = Transaction { number, at, kind: change.kind, versions, summary: change.summary };
        let log = self.log(base.log(), &transaction)?;
        Ok((Committed { version: number, at }, base.after(&transaction, tables, log)))
    }

    /// Takes back Delta commits that no transaction names: a writer was killed between them and its row.
    fn take_back(&self, tables: &mut BTreeMap<String, TableAt>) -> Result<(), LakeError> {
        for name in self.table_names()? {
            if name == TRANSACTIONS || !self.exists(&name) {
                continue;
            }
            let known = tables.get(&name).map(|t| t.version);
            if known.is_some_and(|known| !self.has_version(&name, known + 1)) {
                continue;
            }
            let meant = tables.get(&name).map(|t| t.files.clone()).unwrap_or_default();
            let reverted = self.block_on(async {
                let Some(table) = self.table(&name, None).await? else { return Ok::<_, LakeError>(None) };
                let latest = table.version();
                if latest == known || latest.is_none() {
                    return Ok(None);
                }
                let live = files(&name, &table).await?;
                let stray: Vec<DataFile> = live.iter().filter(|f| !meant.contains(f)).cloned().collect();
                let lost: Vec<DataFile> = meant.iter().filter(|f| !live.contains(f)).cloned().collect();
                if stray.is_empty() && lost.is_empty() {
                    return Ok(latest.filter(|_| known.is_some()));
                }
                let back = delta::Commit { add: &lost, remove: &stray, key: None, effect: Effect::Data, metadata: None };
                Ok(self.commit_delta(&name, &table, &back).await?.version())
            })?;
            // A table that no transaction has named yet stays unnamed, and without files.
            if let Some(version) = reverted.filter(|_| known.is_some()) {
                tables.insert(name, TableAt { version, files: meant });
            }
        }
        Ok(())
    }

    pub(super) fn table_names(&self) -> Result<Vec<String>, LakeError> {
        let io = |source| LakeError::Io { path: self.root().to_owned(), source };
        let mut names = Vec::new();
        for entry in std::fs::read_dir(self.root()).map_err(io)? {
            let entry = entry.map_err(io)?;
            if entry.file_type().map_err(io)?.is_dir()
                && let Ok(name) = entry.file_name().into_string()
                && !name.starts_with('.')
            {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    fn apply(&self, tables: &BTreeMap<String, TableAt>, change: TableChange, number: u64) -> Result<(String, TableAt), LakeError> {
        let (name, add, remove, effect) = match change {
            TableChange::Files { table, add, remove, rearranged } => {
                (table, add, remove, if rearranged { Effect::Rearranged } else { Effect::Data })
            }
            TableChange::Append { table, frame } => {
                let add = self.write_frame(&table, frame)?;
                (table, add, Vec::new(), Effect::Data)
            }
            TableChange::Replace { table, frame } => {
                let add = self.write_frame(&table, frame)?;
                let old = tables.get(&table).map(|t| t.files.clone()).unwrap_or_default();
                (table, add, old, Effect::Data)
            }
        };
        let at = self.block_on(self.commit_files(&name, tables.get(&name), (&add, &remove), effect, number))?;
        Ok((name, at))
    }

    /// Adds and removes files; `known` is what the table holds if its version is still that one. Returns what it holds then.
    async fn commit_files(
        &self,
        name: &str,
        known: Option<&TableAt>,
        (add, remove): (&[Part], &[DataFile]),
        effect: Effect,
        number: u64,
    ) -> Result<TableAt, LakeError> {
        // A file that stays under its own name is neither added nor removed.
        let added: Vec<DataFile> = add.iter().map(data_file).collect();
        let remove: Vec<DataFile> = remove.iter().filter(|f| !added.iter().any(|a| a.path == f.path)).cloned().collect();
        let plan =
            |live: &[DataFile]| -> Vec<DataFile> { added.iter().filter(|f| !live.iter().any(|l| l.path == f.path)).cloned().collect() };
        let key = |fresh: &[DataFile]| (!fresh.is_empty()).then(|| (content_key(fresh), number));
        let declared = super::declared(name).is_some();
        if let Some(known) = known.filter(|_| declared) {
            let fresh = plan(&known.files);
            if fresh.is_empty() && remove.is_empty() {
                return Ok(known.clone());
            }
            let commit = delta::Commit { add: &fresh, remove: &remove, key: key(&fresh), effect, metadata: None };
            if self.commit_after(name, known.version, &commit).await? {
                return Ok(TableAt { version: known.version + 1, files: changed(&known.files, &remove, fresh) });
            }
        }
        let table = match self.table(name, None).await? {
            Some(table) => table,
            None => {
                let schema = self.schema_for(name, add)?;
                self.make(name, &schema).await?
            }
        };
        let version = version_of(name, &table)?;
        let live = match known.filter(|k| k.version == version) {
            Some(known) => known.files.clone(),
            None => files(name, &table).await?,
        };
        let fresh = plan(&live);
        if fresh.is_empty() && remove.is_empty() {
            return Ok(TableAt { version, files: live });
        }
        // A table without declaration has the columns of what was written last; a declared one may have got a column since it was made.
        let metadata = if fresh.is_empty() { None } else { delta::changed_columns(name, &table, &self.schema_for(name, add)?)? };
        let commit = delta::Commit { add: &fresh, remove: &remove, key: key(&fresh), effect, metadata };
        let after = self.commit_delta(name, &table, &commit).await?;
        let now = version_of(name, &after)?;
        // Another program that does not know Lepid's lock was faster: the log alone tells what the table holds.
        let files = if now == version + 1 { changed(&live, &remove, fresh) } else { files(name, &after).await? };
        Ok(TableAt { version: now, files })
    }

    /// The declared schema, or that of the first file.
    fn schema_for(&self, name: &str, add: &[Part]) -> Result<Schema, LakeError> {
        if let Some(schema) = super::declared(name) {
            return Ok(schema);
        }
        let first = add.first().ok_or_else(|| LakeError::Broken(format!("table {name} has no columns")))?;
        let file = data_file(first);
        let snapshot = Snapshot::of_files(self.root(), name, TableAt { version: 0, files: vec![file] });
        let mut frame = snapshot.scan(name)?;
        Ok(frame.collect_schema()?.as_ref().clone())
    }

    /// Writes a small frame as data files, one a partition.
    pub(super) fn write_frame(&self, table: &str, frame: DataFrame) -> Result<Vec<Part>, LakeError> {
        if !partitioned(table) {
            // A table without rows still has its columns.
            let empty_but_declared = frame.height() == 0 && super::declared(table).is_some();
            return if empty_but_declared { Ok(Vec::new()) } else { Ok(vec![self.write_part(table, None, frame, Squeeze::Fast)?]) };
        }
        let mut parts = Vec::new();
        for (month, frame) in by_month(frame)? {
            parts.push(self.write_part(table, Some(month), frame, Squeeze::Fast)?);
        }
        Ok(parts)
    }

    /// Adds the row that makes a transaction visible; returns the table `transactions` after it.
    fn log(&self, old: Option<&TableAt>, transaction: &Transaction) -> Result<TableAt, LakeError> {
        let json = |e: serde_json::Error| LakeError::Broken(e.to_string());
        let row = df!(
            "number" => [i64::try_from(transaction.number).unwrap_or(i64::MAX)],
            "at" => [transaction.at.timestamp_micros()],
            "kind" => [transaction.kind.as_str()],
            "versions" => [serde_json::to_string(&transaction.versions).map_err(json)?],
            "summary" => [transaction.summary.to_string()],
        )?
        .lazy()
        .with_column(col("at").cast(DataType::Datetime(TimeUnit::Microseconds, None)))
        .collect()?;
        let old_files = old.map(|t| t.files.as_slice()).unwrap_or_default();
        let (frame, remove) = if old_files.len() < MANY_FILES {
            (row, Vec::new())
        } else {
            let at = TableAt { version: 0, files: old_files.to_vec() };
            let all = Snapshot::of_files(self.root(), TRANSACTIONS, at).scan(TRANSACTIONS)?;
            (concat([all, row.lazy()], UnionArgs::default())?.collect()?, old_files.to_vec())
        };
        let add = self.write_frame(TRANSACTIONS, frame)?;
        self.block_on(self.commit_files(TRANSACTIONS, old, (&add, &remove), Effect::Data, transaction.number))
    }
}

/// The files without those that go and with those that come, by path.
fn changed(live: &[DataFile], remove: &[DataFile], fresh: Vec<DataFile>) -> Vec<DataFile> {
    let mut files: Vec<DataFile> = live.iter().filter(|f| !remove.iter().any(|r| r.path == f.path)).cloned().collect();
    files.extend(fresh);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// The frame's rows by month, earliest first, without the `month` column.
pub(super) fn by_month(frame: DataFrame) -> Result<Vec<(chrono::NaiveDate, DataFrame)>, LakeError> {
    let mut months = Vec::new();
    let days = frame.column(MONTH)?.date()?.physical().clone();
    if days.null_count() == 0
        && let Some(only) = days.min().filter(|first| days.max() == Some(*first))
    {
        // Tickets mostly come in order of time: then nothing is copied.
        let month = crate::records::time::date_of(only).ok_or_else(|| LakeError::Broken(format!("{only} is no day")))?;
        return Ok(vec![(month, frame.drop(MONTH)?)]);
    }
    for group in frame.partition_by_stable([MONTH], true)? {
        let month = crate::engine::Rows::new(&group).day(MONTH, 0)?.ok_or_else(|| LakeError::Broken("a row without a month".to_owned()))?;
        months.push((month, group.drop(MONTH)?));
    }
    months.sort_by_key(|(month, _)| *month);
    Ok(months)
}

pub(super) fn data_file(part: &Part) -> DataFile {
    DataFile { path: part.path.clone(), bytes: part.bytes, rows: part.rows, month: part.month }
}

/// Names the content of a commit: its files are named by their own hashes.
fn content_key(files: &[DataFile]) -> String {
    let mut hash = Sha256::new();
    for file in files {
        hash.update(file.path.as_bytes());
        hash.update(b"\n");
    }
    let digest: String = hash.finalize().iter().take(16).map(|b| format!("{b:02x}")).collect();
    format!("lepid:{digest}")
}
