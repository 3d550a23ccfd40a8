//! How is one Delta table opened, made, listed and committed to?

use super::schema::delta_columns;
use super::snapshot::DataFile;
use super::{Lake, LakeError};
use crate::records::{MONTH, Table};
use chrono::NaiveDate;
use deltalake::kernel::transaction::{CommitBuilder, CommitData, CommitProperties, PROTOCOL, TransactionError};
use deltalake::kernel::{Action, Add, DataType, Metadata, MetadataExt, Remove, StructType, Transaction};
use deltalake::logstore::CommitOrBytes;
use deltalake::operations::create::CreateBuilder;
use deltalake::protocol::{DeltaOperation, SaveMode};
use deltalake::table::config::TablePropertiesExt;
use deltalake::{DeltaTable, DeltaTableBuilder, DeltaTableError, TableProperty};
use futures::TryStreamExt;
use polars::prelude::Schema;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;
use url::Url;

/// A hundred years: history is kept.
const FOR_EVER: &str = "interval 36500 days";

/// Size of a compacted file that other writers of the table are told to aim for, bytes.
const TARGET_BYTES: i64 = 128 << 20;

/// Brings new names in a folder to disk.
pub(super) fn sync_folder(folder: &Path) -> Result<(), LakeError> {
    std::fs::File::open(folder).and_then(|f| f.sync_all()).map_err(|source| LakeError::Io { path: folder.to_owned(), source })
}

/// Tables that this process has opened: a log is replayed once, not for every commit. Clones share them.
#[derive(Clone, Default)]
pub(super) struct Opened(Arc<Mutex<BTreeMap<String, Open>>>);

#[derive(Clone)]
struct Open {
    table: DeltaTable,
    /// The table's version, or a later one that this process has committed: that added and removed files and no more.
    last: u64,
    /// The log entry of that version; if it changes, somebody has put another table in its place.
    stamp: Stamp,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp {
    bytes: u64,
    modified: SystemTime,
}

impl Opened {
    fn get(&self, name: &str) -> Option<Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    fn set(&self, name: &str, open: Open) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), open);
    }
}

/// Delta errors with the table's name.
pub(super) fn said(table: &str) -> impl Fn(DeltaTableError) -> LakeError + '_ {
    move |source| LakeError::Delta { table: table.to_owned(), source: Box::new(source) }
}

impl Lake {
    fn url(&self, table: &str) -> Result<Url, LakeError> {
        let path = self.root().join(table);
        Url::from_directory_path(&path).map_err(|()| LakeError::Address { root: path.display().to_string() })
    }

    /// Whether the table has been made.
    pub(super) fn exists(&self, table: &str) -> bool {
        // The folder of the log alone is not enough: a killed writer may have left it empty.
        self.has_version(table, 0)
    }

    /// Whether the table's log has this version.
    pub(super) fn has_version(&self, table: &str, version: u64) -> bool {
        self.entry(table, version).exists()
    }

    fn entry(&self, table: &str, version: u64) -> std::path::PathBuf {
        self.root().join(table).join("_delta_log").join(format!("{version:020}.json"))
    }

    /// Keeps a table of which this process knows the log up to `last` for the next one who asks.
    fn keep_open(&self, name: &str, table: &DeltaTable, last: u64) {
        if let Some(stamp) = self.stamp(name, last) {
            self.opened.set(name, Open { table: table.clone(), last, stamp });
        }
    }

    fn stamp(&self, table: &str, version: u64) -> Option<Stamp> {
        let entry = std::fs::metadata(self.entry(table, version)).ok()?;
        Some(Stamp { bytes: entry.len(), modified: entry.modified().ok()? })
    }

    /// The open table, if the log still goes on from where it stands.
    fn open_still(&self, name: &str) -> Option<Open> {
        let open = self.opened.get(name)?;
        (self.stamp(name, open.last) == Some(open.stamp)).then_some(open)
    }

    /// The table at a version, or the latest; `None` if it has not been made.
    pub(super) async fn table(&self, table: &str, version: Option<u64>) -> Result<Option<DeltaTable>, LakeError> {
        if !self.exists(table) {
            return Ok(None);
        }
        if let Some(Open { table: mut open, last, .. }) = self.open_still(table) {
            let here = open.version();
            if version.is_some() && version == here || version.is_none() && here == Some(last) && !self.has_version(table, last + 1) {
                return Ok(Some(open));
            }
            if version.is_none() {
                open.update_incremental(None).await.map_err(said(table))?;
                self.keep_open(table, &open, version_of(table, &open)?);
                return Ok(Some(open));
            }
        }
        let mut opened = DeltaTableBuilder::from_url(self.url(table)?).and_then(DeltaTableBuilder::build).map_err(said(table))?;
        match version {
            Some(version) => opened.load_version(version).await.map_err(said(table))?,
            None => {
                opened.load().await.map_err(said(table))?;
                self.keep_open(table, &opened, version_of(table, &opened)?);
            }
        }
        Ok(Some(opened))
    }

    /// Makes a table with the columns of a frame.
    pub(super) async fn make(&self, table: &str, schema: &Schema) -> Result<DeltaTable, LakeError> {
        let partitioned = partitioned(table);
        let mut columns = delta_columns(schema)?;
        if partitioned && schema.get(MONTH).is_none() {
            columns.push(deltalake::kernel::StructField::new(MONTH, deltalake::kernel::DataType::DATE, true));
        }
        // Every version stays readable: no writer, this or another, may clear the log or the files that it names.
        let builder = CreateBuilder::new()
            .with_location(self.url(table)?.to_string())
            .with_save_mode(SaveMode::Ignore)
            .with_columns(columns)
            .with_configuration_property(TableProperty::EnableExpiredLogCleanup, Some("false"))
            .with_configuration_property(TableProperty::LogRetentionDuration, Some(FOR_EVER))
            .with_configuration_property(TableProperty::DeletedFileRetentionDuration, Some(FOR_EVER));
        let builder = if partitioned { builder.with_partition_columns([MONTH]) } else { builder };
        let made = builder.await.map_err(said(table))?;
        self.sync_log(table, 0)?;
        sync_folder(&self.root().join(table))?;
        sync_folder(self.root())?;
        Ok(made)
    }

    /// Makes one Delta commit, on disk when this returns; returns the table after it.
    pub(super) async fn commit_delta(&self, name: &str, table: &DeltaTable, change: &Commit<'_>) -> Result<DeltaTable, LakeError> {
        let after = commit(name, table, change).await?;
        let version = version_of(name, &after)?;
        self.sync_log(name, version)?;
        self.keep_open(name, &after, version);
        Ok(after)
    }

    /// Makes the Delta commit that follows version `last` without replaying what this process has committed before it, on disk
    /// when this returns. False: that takes the whole table; nothing has been done.
    pub(super) async fn commit_after(&self, name: &str, last: u64, change: &Commit<'_>) -> Result<bool, LakeError> {
        let Some(open) = self.open_still(name).filter(|o| o.last == last && change.metadata.is_none()) else { return Ok(false) };
        let state = open.table.snapshot().map_err(said(name))?;
        // A table that a program with fewer columns has made gets its new ones by a commit of the whole table.
        if let Some(schema) = super::declared(name)
            && changed_columns(name, &open.table, &schema)?.is_some()
        {
            return Ok(false);
        }
        let version = last + 1;
        // Checkpoints are made of the whole table.
        if (version + 1).is_multiple_of(state.table_config().checkpoint_interval().get()) {
            return Ok(false);
        }
        let (actions, properties, operation) = parts(name, change);
        PROTOCOL.can_commit(state, &actions, &operation).map_err(|e| said(name)(e.into()))?;
        let data = CommitData::new(actions, operation, HashMap::new(), properties);
        let bytes = data.get_bytes().map_err(|e| said(name)(e.into()))?;
        match open.table.log_store().write_commit_entry(version, CommitOrBytes::LogBytes(bytes), Default::default()).await {
            Ok(()) => {}
            Err(TransactionError::VersionAlreadyExists(_)) => return Ok(false),
            Err(error) => return Err(said(name)(error.into())),
        }
        self.sync_log(name, version)?;
        self.keep_open(name, &open.table, version);
        Ok(true)
    }

    /// Brings a Delta commit to disk; the log store only hands it to the operating system.
    fn sync_log(&self, table: &str, version: u64) -> Result<(), LakeError> {
        let log = self.root().join(table).join("_delta_log");
        let path = self.entry(table, version);
        std::fs::File::open(&path).and_then(|f| f.sync_all()).map_err(|source| LakeError::Io { path, source })?;
        sync_folder(&log)
    }
}

/// Whether a table's files are partitioned by month.
pub(super) fn partitioned(table: &str) -> bool {
    Table::by_name(table).is_some_and(|t| t.spec().is_facts())
}

/// The live data files of a table, by path.
pub(super) async fn files(name: &str, table: &DeltaTable) -> Result<Vec<DataFile>, LakeError> {
    let log = table.log_store();
    let state = table.snapshot().map_err(said(name))?;
    let views: Vec<_> = state.snapshot().file_views(log.as_ref(), None).try_collect().await.map_err(said(name))?;
    let mut files: Vec<DataFile> = views
        .iter()
        .map(|view| DataFile {
            path: view.path().into_owned(),
            bytes: u64::try_from(view.size()).unwrap_or(0),
            rows: view.num_records().unwrap_or(0) as u64,
            month: view.partition_values_map().get(MONTH).and_then(|v| v.as_deref().and_then(|v| v.parse::<NaiveDate>().ok())),
        })
        .collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// Whether a commit changes what the table holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// Rows come or go.
    Data,
    /// The same rows in other files.
    Rearranged,
}

/// What a Delta commit does to a table.
pub(super) struct Commit<'a> {
    /// Files that come.
    pub(super) add: &'a [DataFile],
    /// Files that go.
    pub(super) remove: &'a [DataFile],
    /// Names the content and the lake transaction that brings it, for other readers of the log.
    pub(super) key: Option<(String, u64)>,
    /// Whether rows change.
    pub(super) effect: Effect,
    /// The table's columns from now on, if they change.
    pub(super) metadata: Option<Metadata>,
}

async fn commit(name: &str, table: &DeltaTable, change: &Commit<'_>) -> Result<DeltaTable, LakeError> {
    let (actions, transactions, operation) = parts(name, change);
    let properties = CommitProperties::default().with_cleanup_expired_logs(Some(false)).with_application_transactions(transactions);
    let state = table.snapshot().map_err(said(name))?;
    let finished =
        CommitBuilder::from(properties).with_actions(actions).build(Some(state), table.log_store(), operation).await.map_err(said(name))?;
    let mut after = table.clone();
    after.state = Some(finished.snapshot);
    Ok(after)
}

/// What a commit says in the log.
fn parts(name: &str, change: &Commit<'_>) -> (Vec<Action>, Vec<Transaction>, DeltaOperation) {
    let now = chrono::Utc::now().timestamp_millis();
    let data_change = change.effect == Effect::Data;
    let mut actions: Vec<Action> = change.metadata.iter().cloned().map(Action::Metadata).collect();
    actions.extend(change.remove.iter().map(|f| Action::Remove(remove_action(f, now, data_change))));
    actions.extend(change.add.iter().map(|f| Action::Add(add_action(f, now, data_change))));
    let transaction = |(key, number): &(String, u64)| Transaction::new(key, i64::try_from(*number).unwrap_or(i64::MAX));
    let mode = if change.remove.is_empty() { SaveMode::Append } else { SaveMode::Overwrite };
    let partition_by = partitioned(name).then(|| vec![MONTH.to_owned()]);
    let operation = match change.effect {
        Effect::Data => DeltaOperation::Write { mode, partition_by, predicate: None },
        Effect::Rearranged => DeltaOperation::Optimize { predicate: None, target_size: TARGET_BYTES },
    };
    (actions, change.key.iter().map(transaction).collect(), operation)
}

/// The version at which a table is open.
pub(super) fn version_of(name: &str, table: &DeltaTable) -> Result<u64, LakeError> {
    table.version().ok_or_else(|| LakeError::Broken(format!("table {name} has no version")))
}

/// The table's metadata with the columns of a frame; `None` if it has them already.
pub(super) fn changed_columns(name: &str, table: &DeltaTable, schema: &Schema) -> Result<Option<Metadata>, LakeError> {
    let state = table.snapshot().map_err(said(name))?;
    let columns = delta_columns(schema)?;
    let has: Vec<(String, DataType)> = state.schema().fields().map(|f| (f.name().clone(), f.data_type().clone())).collect();
    if columns.iter().map(|f| (f.name().clone(), f.data_type().clone())).eq(has) {
        return Ok(None);
    }
    let columns = StructType::try_new(columns).map_err(|e| LakeError::Broken(format!("columns of {name}: {e}")))?;
    state.metadata().clone().with_schema(&columns).map(Some).map_err(|e| said(name)(e.into()))
}

fn values(file: &DataFile) -> HashMap<String, Option<String>> {
    file.month.iter().map(|m| (MONTH.to_owned(), Some(m.to_string()))).collect()
}

fn add_action(file: &DataFile, now_ms: i64, data_change: bool) -> Add {
    Add {
        path: file.path.clone(),
        partition_values: values(file),
        size: i64::try_from(file.bytes).unwrap_or(i64::MAX),
        modification_time: now_ms,
        data_change,
        stats: Some(format!("{{\"numRecords\":{}}}", file.rows)),
        tags: None,
        deletion_vector: None,
        base_row_id: None,
        default_row_commit_version: None,
        clustering_provider: None,
    }
}

fn remove_action(file: &DataFile, now_ms: i64, data_change: bool) -> Remove {
    Remove {
        path: file.path.clone(),
        data_change,
        deletion_timestamp: Some(now_ms),
        extended_file_metadata: Some(true),
        partition_values: Some(values(file)),
        size: i64::try_from(file.bytes).ok(),
        ..Remove::default()
    }
}
