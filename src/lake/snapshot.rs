//! What did the lake hold at a moment? The version vector of one transaction, resolved to files.

use super::delta::{files, partitioned};
use super::schema::without_zone;
use super::{AsOf, Lake, LakeError, TRANSACTIONS, declared, empty_frame};
use crate::engine::Rows;
use crate::records::MONTH;
use chrono::{DateTime, NaiveDate, Utc};
use polars::prelude::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A data file of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataFile {
    /// Relative to the table's folder.
    pub path: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Rows.
    pub rows: u64,
    /// Partition, if the table has partitions.
    pub month: Option<NaiveDate>,
}

/// A table at a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableAt {
    /// Delta version.
    pub version: u64,
    /// Live files, by path.
    pub files: Vec<DataFile>,
}

/// One lake transaction, as the table `transactions` has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Transaction {
    /// Its number; the lake's version after it.
    pub number: u64,
    /// When it was committed.
    pub at: DateTime<Utc>,
    /// What it did: `ingest`, `run`, `compact` …
    pub kind: String,
    /// Delta version of every table after it.
    pub versions: BTreeMap<String, u64>,
    /// What it reports.
    pub summary: serde_json::Value,
}

/// The lake at a moment; cheap to clone.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Number of the last transaction in it; 0 for the empty lake.
    pub version: u64,
    /// When that was committed.
    pub at: Option<DateTime<Utc>>,
    /// The tables, by name.
    pub tables: BTreeMap<String, TableAt>,
    root: PathBuf,
    /// The table `transactions` in which this was the last one; of a snapshot of now only.
    log: Option<TableAt>,
}

impl Lake {
    /// All transactions, earliest first.
    ///
    /// # Errors
    /// [`LakeError`] if the lake can't be read.
    pub fn history(&self) -> Result<Vec<Transaction>, LakeError> {
        self.log_and_history().map(|(_, history)| history)
    }

    /// The table `transactions`, and its rows.
    fn log_and_history(&self) -> Result<(Option<TableAt>, Vec<Transaction>), LakeError> {
        let Some(at) = self.block_on(self.table_at(TRANSACTIONS))? else { return Ok((None, Vec::new())) };
        // A writer may have been killed between making the table and its first row.
        if at.files.is_empty() {
            return Ok((Some(at), Vec::new()));
        }
        let frame = scan(&self.root().join(TRANSACTIONS), TRANSACTIONS, &at)?.collect()?;
        let rows = Rows::new(&frame);
        let mut history = Vec::with_capacity(frame.height());
        for row in 0..frame.height() {
            let broken = |what: &str| LakeError::Broken(format!("transactions, row {row}: {what}"));
            let versions = rows.text("versions", row)?.unwrap_or_default();
            let summary = rows.text("summary", row)?.unwrap_or_default();
            history.push(Transaction {
                number: rows.integer("number", row)?.and_then(|n| u64::try_from(n).ok()).ok_or_else(|| broken("number"))?,
                at: rows.instant("at", row)?.ok_or_else(|| broken("at"))?,
                kind: rows.text("kind", row)?.unwrap_or_default(),
                versions: serde_json::from_str(&versions).map_err(|_| broken("versions"))?,
                summary: serde_json::from_str(&summary).unwrap_or_default(),
            });
        }
        history.sort_by_key(|t| t.number);
        Ok((Some(at), history))
    }

    /// The lake at a moment.
    ///
    /// # Errors
    /// [`LakeError::NoSuchVersion`] for a version that is not there, [`LakeError`] if the lake can't be read.
    pub fn snapshot(&self, as_of: &AsOf) -> Result<Snapshot, LakeError> {
        let (log, history) = self.log_and_history()?;
        let log = log.filter(|_| *as_of == AsOf::Latest);
        let transaction = match as_of {
            AsOf::Latest => history.last(),
            AsOf::Version(0) => None,
            AsOf::Version(version) => {
                Some(history.iter().find(|t| t.number == *version).ok_or_else(|| LakeError::NoSuchVersion { asked: version.to_string() })?)
            }
            AsOf::Instant(instant) => history.iter().rfind(|t| t.at <= *instant),
        };
        match transaction {
            Some(transaction) => self.resolve(transaction, log, None),
            None => Ok(Snapshot { version: 0, at: None, tables: BTreeMap::new(), root: self.root().to_owned(), log }),
        }
    }

    /// The lake now; what an earlier snapshot knows of tables that have not changed is not read again.
    pub(super) fn latest(&self, earlier: Option<&Snapshot>) -> Result<Snapshot, LakeError> {
        let Some(earlier) = earlier else { return self.snapshot(&AsOf::Latest) };
        if earlier.log.as_ref().is_some_and(|log| !self.has_version(TRANSACTIONS, log.version + 1)) {
            return Ok(earlier.clone());
        }
        let (log, history) = self.log_and_history()?;
        match history.last() {
            Some(transaction) => self.resolve(transaction, log, Some(earlier)),
            None => self.snapshot(&AsOf::Latest),
        }
    }

    /// The tables at a moment; of now the table `transactions` too.
    ///
    /// # Errors
    /// As [`Lake::snapshot`].
    pub fn tables(&self, as_of: &AsOf) -> Result<BTreeMap<String, TableAt>, LakeError> {
        let mut tables = self.snapshot(as_of)?.tables;
        if *as_of == AsOf::Latest
            && let Some(at) = self.block_on(self.table_at(TRANSACTIONS))?
        {
            tables.insert(TRANSACTIONS.to_owned(), at);
        }
        Ok(tables)
    }

    async fn table_at(&self, name: &str) -> Result<Option<TableAt>, LakeError> {
        match self.table(name, None).await? {
            Some(table) => {
                let version = table.version().ok_or_else(|| LakeError::Broken(format!("table {name} has no version")))?;
                Ok(Some(TableAt { version, files: files(name, &table).await? }))
            }
            None => Ok(None),
        }
    }

    fn resolve(&self, transaction: &Transaction, log: Option<TableAt>, earlier: Option<&Snapshot>) -> Result<Snapshot, LakeError> {
        let mut tables = BTreeMap::new();
        for (name, version) in &transaction.versions {
            if let Some(same) = earlier.and_then(|e| e.tables.get(name)).filter(|t| t.version == *version) {
                tables.insert(name.clone(), same.clone());
                continue;
            }
            let files = self.block_on(async {
                let table = self.table(name, Some(*version)).await?;
                let table = table.ok_or_else(|| LakeError::Broken(format!("table {name} is gone")))?;
                files(name, &table).await
            })?;
            tables.insert(name.clone(), TableAt { version: *version, files });
        }
        Ok(Snapshot { version: transaction.number, at: Some(transaction.at), tables, root: self.root().to_owned(), log })
    }

    pub(super) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }
}

impl Snapshot {
    /// Some files of one table, seen as a snapshot.
    pub(super) fn of_files(root: &Path, table: &str, at: TableAt) -> Self {
        Self { version: 0, at: None, tables: BTreeMap::from([(table.to_owned(), at)]), root: root.to_owned(), log: None }
    }

    /// The table `transactions`, of a snapshot of now.
    pub(super) const fn log(&self) -> Option<&TableAt> {
        self.log.as_ref()
    }

    /// What this snapshot becomes by the transaction that its writer has just committed.
    pub(super) fn after(&self, transaction: &Transaction, tables: BTreeMap<String, TableAt>, log: TableAt) -> Self {
        Self { version: transaction.number, at: Some(transaction.at), tables, root: self.root.clone(), log: Some(log) }
    }

    /// A table's rows: all stored columns, the partition column too; none where the table has no files.
    ///
    /// # Errors
    /// [`LakeError`] if the files can't be opened.
    pub fn scan(&self, table: &str) -> Result<LazyFrame, LakeError> {
        match self.tables.get(table) {
            Some(at) if !at.files.is_empty() => Ok(scan(&self.root.join(table), table, at)?),
            _ => Ok(empty_frame(table).lazy()),
        }
    }

    /// The files of a table in some months only.
    pub(super) fn files_of<'s>(&'s self, table: &str, months: &'s [NaiveDate]) -> impl Iterator<Item = &'s DataFile> {
        let files = self.tables.get(table).map(|t| t.files.as_slice()).unwrap_or_default();
        files.iter().filter(|f| f.month.is_none_or(|m| months.contains(&m)))
    }

    /// Some files of a table.
    pub(super) fn scan_files(&self, table: &str, files: Vec<DataFile>) -> Result<LazyFrame, LakeError> {
        Ok(scan(&self.root.join(table), table, &TableAt { version: 0, files })?)
    }

    /// One file of a table.
    pub(super) fn scan_file(&self, table: &str, file: &DataFile) -> Result<LazyFrame, LakeError> {
        self.scan_files(table, vec![file.clone()])
    }

    /// Rows of a table.
    #[must_use]
    pub fn rows(&self, table: &str) -> u64 {
        self.tables.get(table).map_or(0, |t| t.files.iter().map(|f| f.rows).sum())
    }
}

/// These files in lots of at least so many rows, so that small ones are read together and large ones not.
pub(super) fn lots(files: Vec<&DataFile>, rows: usize) -> Vec<Vec<DataFile>> {
    let mut lots: Vec<Vec<DataFile>> = Vec::new();
    let mut full = true;
    for file in files {
        match lots.last_mut() {
            Some(lot) if !full => lot.push(file.clone()),
            _ => lots.push(vec![file.clone()]),
        }
        full = lots.last().is_some_and(|lot| lot.iter().map(|f| f.rows).sum::<u64>() >= rows as u64);
    }
    lots
}

fn scan(folder: &Path, table: &str, at: &TableAt) -> PolarsResult<LazyFrame> {
    let paths: Vec<PlRefPath> = at.files.iter().map(|f| PlRefPath::new(folder.join(&f.path).to_string_lossy())).collect();
    let hive_options = if partitioned(table) {
        let schema = Schema::from_iter([Field::new(MONTH.into(), DataType::Date)]);
        HiveOptions { enabled: Some(true), hive_start_idx: 0, schema: Some(Arc::new(schema)), try_parse_dates: true }
    } else {
        HiveOptions::new_disabled()
    };
    // Files of before a column came have it missing.
    let schema = super::schema::in_files(table).map(Arc::new);
    let args = ScanArgsParquet { hive_options, glob: false, allow_missing_columns: schema.is_some(), schema, ..ScanArgsParquet::default() };
    let mut frame = LazyFrame::scan_parquet_sources(ScanSources::Paths(paths.into()), args)?;
    let schema = frame.collect_schema()?;
    let frame = without_zone(frame, &schema);
    Ok(match declared(table) {
        Some(declared) => frame.select(declared.iter_names().map(|n| col(n.clone())).collect::<Vec<_>>()),
        None => frame,
    })
}
