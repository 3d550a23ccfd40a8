//! How does a file get into the lake exactly once?
//!
//! A file is one lake transaction: all its sheets or nothing. Rows stream through: hashed, known ones left out, the rest
//! gathered by month and written as Parquet by a thread of its own while the next rows are parsed; nothing is visible
//! before the commit, which looks again for rows that somebody else stored meanwhile.

use super::identity::{content_columns, hashes, key_columns};
use super::load_parts::Writer;
use super::load_rows::{Facts, Register};
use super::snapshot::Snapshot;
use super::{AsOf, Change, Lake, LakeError, QUARANTINE, QUARANTINE_CLOSED, SUPERSEDED, TableChange, commit, quarantine, upsert};
use crate::ingest::{self, FileCount, IngestError, Mark, QUARANTINE_ID, Quarantined, Sink, SinkError};
use crate::records::Table;
use crate::text::Said;
use polars::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// After so many times of being overtaken by another process a file is read under the lock.
const PATIENCE: usize = 2;

/// How to load.
pub struct LoadOptions<'a> {
    /// How to read.
    pub ingest: ingest::Options<'a>,
    /// `--correct`: every row replaces those of the same key.
    pub correct: bool,
}

/// What became of a sheet (or of a file without sheets).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSummary {
    /// File name.
    pub file: String,
    /// Sheet, if the file has sheets.
    pub sheet: Option<String>,
    /// Table; `None`: the sheet is no table and was not read.
    pub table: Option<String>,
    /// Rows read: accepted + known + quarantined, always.
    pub read: u64,
    /// Stored now.
    pub accepted: u64,
    /// The same content was stored before, or stands earlier in the file.
    pub known: u64,
    /// Can't be read as records; kept in quarantine.
    pub quarantined: u64,
    /// Of the accepted ones: the same key as another record, with other content.
    pub conflicting: u64,
    /// Of the accepted ones: 作废 and 更正 rows.
    pub corrections: u64,
    /// Blank rows.
    pub blank: u64,
    /// Total rows, footers and repeated headers.
    pub totals: u64,
    /// What a user should know.
    pub notes: Vec<Said>,
    /// Why the file was refused; then nothing of it is stored.
    pub refused: Option<String>,
    /// The lake's version that holds it.
    pub version: u64,
}

/// Loads files one after the other, each exactly once and whole; `stored` is told of each after it is stored.
///
/// A refused file is reported and does not stop the others.
///
/// # Errors
/// [`LakeError`] if the lake can't be read or written, or a path is not there.
pub fn ingest(
    lake: &Lake,
    paths: &[PathBuf],
    options: &LoadOptions,
    stored: &mut dyn FnMut(&[FileSummary]),
) -> Result<Vec<FileSummary>, LakeError> {
    let mut all = Vec::new();
    let mut registers: BTreeMap<Table, Mentioned> = BTreeMap::new();
    for path in ingest::files_in(paths)? {
        let summaries = load_file(lake, &path, options, &mut registers)?;
        stored(&summaries);
        all.extend(summaries);
    }
    if let Some(note) = drop_unmentioned(lake, &registers)? {
        stored(std::slice::from_ref(&note));
        all.push(note);
    }
    Ok(all)
}

/// The keys of a register that the files of one call name.
#[derive(Default)]
pub(super) struct Mentioned {
    keys: BTreeSet<u128>,
    /// A row that can't be read might be any: then nothing is dropped.
    unreadable: bool,
}

fn load_file(
    lake: &Lake,
    path: &Path,
    options: &LoadOptions,
    registers: &mut BTreeMap<Table, Mentioned>,
) -> Result<Vec<FileSummary>, LakeError> {
    for attempt in 0.. {
        // Overtaken again and again by other processes: then nobody else commits while this file is read.
        let early = if attempt >= PATIENCE { Some(lake.lock()?) } else { None };
        let base = lake.snapshot(&AsOf::Latest)?;
        let mut load = Load::new(lake, base, options);
        let counts = match ingest::read_file(path, &options.ingest, &mut load) {
            Ok(counts) => counts,
            Err(IngestError::Sink(message)) => return Err(load.failed.take().unwrap_or(LakeError::Broken(message))),
            Err(refusal) => return Ok(vec![refused(path, &refusal)]),
        };
        let lock = match early {
            Some(lock) => lock,
            None => lake.lock()?,
        };
        let latest = lake.snapshot(&AsOf::Latest)?;
        if latest.version != load.base.version && load.overtaken(&latest)? {
            continue;
        }
        return load.commit(&lock, &latest, counts, registers);
    }
    Err(LakeError::Broken("endless attempts ended".to_owned()))
}

fn refused(path: &Path, refusal: &IngestError) -> FileSummary {
    FileSummary {
        file: path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned()),
        sheet: None,
        table: None,
        read: 0,
        accepted: 0,
        known: 0,
        quarantined: 0,
        conflicting: 0,
        corrections: 0,
        blank: 0,
        totals: 0,
        notes: Vec::new(),
        refused: Some(refusal.to_string()),
        version: 0,
    }
}

/// One file on its way.
struct Load<'a> {
    lake: &'a Lake,
    base: Snapshot,
    correct: bool,
    facts: BTreeMap<Table, Facts>,
    registers: BTreeMap<Table, Register>,
    quarantined: Vec<Quarantined>,
    /// Quarantined rows that accepted rows say they put right.
    closes: BTreeSet<String>,
    /// (file row) of accepted rows are what a re-ingested file puts right: sheet and row.
    tally: BTreeMap<(Table, Option<String>), Tally>,
    writer: Writer,
    failed: Option<LakeError>,
}

/// What became of the good rows of a sheet.
#[derive(Clone, Copy, Default)]
pub(super) struct Tally {
    pub(super) accepted: u64,
    pub(super) known: u64,
    pub(super) conflicting: u64,
    pub(super) corrections: u64,
}

impl<'a> Load<'a> {
    fn new(lake: &'a Lake, base: Snapshot, options: &LoadOptions) -> Self {
        Self {
            lake,
            base,
            correct: options.correct,
            facts: BTreeMap::new(),
            registers: BTreeMap::new(),
            quarantined: Vec::new(),
            closes: BTreeSet::new(),
            tally: BTreeMap::new(),
            writer: Writer::start(lake.clone()),
            failed: None,
        }
    }

    fn take(&mut self, table: Table, mut frame: DataFrame, mut marks: Vec<Mark>) -> Result<(), LakeError> {
        if frame.column(QUARANTINE_ID).is_ok() {
            self.closes.extend(frame.column(QUARANTINE_ID)?.str()?.iter().flatten().map(str::to_owned));
            frame = frame.drop(QUARANTINE_ID)?;
        }
        let sheet = frame.column("source_sheet")?.str()?.get(0).map(str::to_owned);
        let tally = self.tally.entry((table, sheet)).or_default();
        if table.spec().is_facts() {
            if marks.is_empty() && self.correct {
                marks = vec![Mark::Correction; frame.height()];
            }
            let facts = match self.facts.entry(table) {
                std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
                std::collections::btree_map::Entry::Vacant(entry) => entry.insert(Facts::new(table, &self.base)?),
            };
            facts.take(frame, &marks, &self.base, tally, &mut self.writer)
        } else {
            self.registers.entry(table).or_default().take(frame)
        }
    }

    /// Whether rows of this file were stored by somebody else since it was begun.
    fn overtaken(&self, latest: &Snapshot) -> Result<bool, LakeError> {
        for (table, facts) in &self.facts {
            if facts.overtaken(*table, &self.base, latest)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn commit(
        mut self,
        lock: &commit::Lock,
        latest: &Snapshot,
        counts: Vec<FileCount>,
        mentioned: &mut BTreeMap<Table, Mentioned>,
    ) -> Result<Vec<FileSummary>, LakeError> {
        for facts in self.facts.values_mut() {
            facts.flush(&mut self.writer)?;
        }
        let mut parts = self.writer.finish()?;
        let mut tables = Vec::new();
        let mut superseded = Vec::new();
        for (table, facts) in &self.facts {
            let own = parts.remove(table).unwrap_or_default();
            let (change, rows) = facts.change(self.lake, *table, latest, own)?;
            tables.extend(change);
            superseded.extend(rows);
        }
        for (table, register) in std::mem::take(&mut self.registers) {
            let new = register.frame()?;
            let old = latest.scan(table.name())?.collect()?;
            let merged = upsert::merge(&old, &new, table.spec())?;
            let keys = hashes(&new, &key_columns(table.spec()))?;
            mentioned.entry(table).or_default().keys.extend(keys);
            self.count_register(table, &new, &merged)?;
            if merged.changed {
                tables.push(TableChange::Replace { table: table.name().to_owned(), frame: merged.frame });
            }
        }
        for row in &self.quarantined {
            if !row.table.spec().is_facts() {
                mentioned.entry(row.table).or_default().unreadable = true;
            }
        }
        if !superseded.is_empty() {
            let frame = superseded_frame(&superseded)?;
            tables.push(TableChange::Append { table: SUPERSEDED.to_owned(), frame });
        }
        tables.extend(self.quarantine_changes(latest, &counts)?);
        let summaries = self.summaries(counts)?;
        let version = if tables.is_empty() {
            latest.version
        } else {
            let summary = serde_json::to_value(&summaries).map_err(|e| LakeError::Broken(e.to_string()))?;
            self.lake.commit(lock, latest, Change { kind: "ingest".to_owned(), summary, tables })?.version
        };
        Ok(summaries.into_iter().map(|s| FileSummary { version, ..s }).collect())
    }

    fn count_register(&mut self, table: Table, new: &DataFrame, merged: &upsert::Merged) -> Result<(), LakeError> {
        let sheets = new.column("source_sheet")?.str()?.clone();
        for (sheet, known) in sheets.iter().zip(&merged.known) {
            let tally = self.tally.entry((table, sheet.map(str::to_owned))).or_default();
            if *known { tally.known += 1 } else { tally.accepted += 1 }
        }
        if let Some(first) = sheets.get(0).map(|s| Some(s.to_owned())).or(Some(None))
            && let Some(tally) = self.tally.get_mut(&(table, first))
        {
            tally.conflicting += merged.conflicting;
        }
        Ok(())
    }

    /// New rows for `quarantine`, and the ones that leave it.
    fn quarantine_changes(&mut self, latest: &Snapshot, counts: &[FileCount]) -> Result<Vec<TableChange>, LakeError> {
        let mut changes = Vec::new();
        let all = latest
            .scan(QUARANTINE)?
            .select([col("quarantine_id"), col("table_name"), col("source_file"), col("source_sheet"), col("source_row")])
            .collect()?;
        let closed = latest.scan(QUARANTINE_CLOSED)?.select([col("quarantine_id")]).collect()?;
        let ids: BTreeSet<String> = all.column("quarantine_id")?.str()?.iter().flatten().map(str::to_owned).collect();
        let closed: BTreeSet<String> = closed.column("quarantine_id")?.str()?.iter().flatten().map(str::to_owned).collect();
        let mut fresh: BTreeMap<String, Quarantined> = BTreeMap::new();
        for row in std::mem::take(&mut self.quarantined) {
            let id = quarantine::id(&row);
            // A row that was to put another right and is still bad takes its place.
            self.closes.extend(row.fixes.clone().filter(|fixed| *fixed != id));
            if !ids.contains(&id) {
                fresh.entry(id).or_insert(row);
            }
        }
        let fresh: Vec<Quarantined> = fresh.into_values().collect();
        if !fresh.is_empty() {
            changes.push(TableChange::Append { table: QUARANTINE.to_owned(), frame: quarantine::frame(&fresh)? });
        }
        let mut leave: BTreeSet<String> = self.closes.iter().filter(|id| ids.contains(*id)).cloned().collect();
        leave.extend(self.put_right(&all, counts)?);
        leave.retain(|id| !closed.contains(id));
        if !leave.is_empty() {
            let file = counts.first().map(|c| c.file.clone()).unwrap_or_default();
            let leave: Vec<String> = leave.into_iter().collect();
            let files = vec![file; leave.len()];
            changes.push(TableChange::Append {
                table: QUARANTINE_CLOSED.to_owned(),
                frame: df!("quarantine_id" => leave, "source_file" => files)?,
            });
        }
        Ok(changes)
    }

    /// Quarantined rows of the same file, sheet and row that now hold a record.
    fn put_right(&self, all: &DataFrame, counts: &[FileCount]) -> Result<Vec<String>, LakeError> {
        let rows = crate::engine::Rows::new(all);
        let mut right = Vec::new();
        for row in 0..all.height() {
            let (Some(id), Some(table), Some(file)) =
                (rows.text("quarantine_id", row)?, rows.text("table_name", row)?, rows.text("source_file", row)?)
            else {
                continue;
            };
            if counts.first().is_none_or(|c| c.file != file) {
                continue;
            }
            let Some(table) = Table::by_name(&table) else { continue };
            let (sheet, number) = (rows.text("source_sheet", row)?, rows.integer("source_row", row)?.unwrap_or(0));
            if self.facts.get(&table).is_some_and(|f| f.has_row(sheet.as_deref(), number)) {
                right.push(id);
            }
        }
        Ok(right)
    }

    fn summaries(&self, counts: Vec<FileCount>) -> Result<Vec<FileSummary>, LakeError> {
        let mut summaries = Vec::new();
        for count in counts {
            let tally = count.table.and_then(|t| self.tally.get(&(t, count.sheet.clone()))).copied().unwrap_or_default();
            if count.read != tally.accepted + tally.known + count.quarantined {
                return Err(LakeError::Broken(format!(
                    "{} {}: read {} ≠ accepted {} + known {} + quarantined {}",
                    count.file,
                    count.sheet.as_deref().unwrap_or(""),
                    count.read,
                    tally.accepted,
                    tally.known,
                    count.quarantined
                )));
            }
            summaries.push(FileSummary {
                file: count.file,
                sheet: count.sheet,
                table: count.table.map(|t| t.name().to_owned()),
                read: count.read,
                accepted: tally.accepted,
                known: tally.known,
                quarantined: count.quarantined,
                conflicting: tally.conflicting,
                corrections: tally.corrections,
                blank: count.blank,
                totals: count.totals,
                notes: count.notes,
                refused: None,
                version: 0,
            });
        }
        Ok(summaries)
    }
}

impl Sink for Load<'_> {
    fn rows(&mut self, table: Table, rows: DataFrame, marks: Vec<Mark>) -> Result<(), SinkError> {
        self.take(table, rows, marks).map_err(|error| {
            let message = error.to_string();
            self.failed = Some(error);
            SinkError(message)
        })
    }

    fn quarantined(&mut self, rows: Vec<Quarantined>) -> Result<(), SinkError> {
        self.quarantined.extend(rows);
        Ok(())
    }
}

/// A record that a correction took out of a table.
pub(super) struct Gone {
    pub(super) table: Table,
    pub(super) content: u128,
    pub(super) record: String,
}

fn superseded_frame(rows: &[Gone]) -> Result<DataFrame, LakeError> {
    Ok(df!(
        "table_name" => rows.iter().map(|r| r.table.name()).collect::<Vec<_>>(),
        "content" => rows.iter().map(|r| format!("{:032x}", r.content)).collect::<Vec<_>>(),
        "record" => rows.iter().map(|r| r.record.clone()).collect::<Vec<_>>(),
        "source_file" => rows.iter().map(|_| "").collect::<Vec<_>>(),
    )?)
}

/// A register is replaced as a whole by the files of one call: rows that none of them names go, in a transaction of their own.
fn drop_unmentioned(lake: &Lake, registers: &BTreeMap<Table, Mentioned>) -> Result<Option<FileSummary>, LakeError> {
    if registers.is_empty() {
        return Ok(None);
    }
    let lock = lake.lock()?;
    let latest = lake.snapshot(&AsOf::Latest)?;
    let (mut tables, mut notes) = (Vec::new(), Vec::new());
    for (table, mentioned) in registers.iter().filter(|(_, m)| !m.unreadable) {
        let old = latest.scan(table.name())?.collect()?;
        let (frame, gone) = upsert::retain(&old, &mentioned.keys, table.spec())?;
        if gone > 0 {
            let title = table.spec().title;
            notes.push(Said::new(
                format!("{}：{gone} 行不在新文件中，已移出（历史版本仍可查）", title.zh),
                format!("{}: {gone} rows are not in the new files and left the register (history keeps them)", title.en),
            ));
            tables.push(TableChange::Replace { table: table.name().to_owned(), frame });
        }
    }
    if tables.is_empty() {
        return Ok(None);
    }
    let summary = serde_json::to_value(&notes).map_err(|e| LakeError::Broken(e.to_string()))?;
    let version = lake.commit(&lock, &latest, Change { kind: "register".to_owned(), summary, tables })?.version;
    let mut note = refused(Path::new("-"), &IngestError::Sink(String::new()));
    note.refused = None;
    note.notes = notes;
    note.version = version;
    Ok(Some(note))
}

/// The content hashes of rows, and of their keys.
pub(super) fn content_and_key(frame: &DataFrame, table: Table) -> Result<(Vec<u128>, Vec<u128>), LakeError> {
    Ok((hashes(frame, &content_columns(table.spec()))?, hashes(frame, &key_columns(table.spec()))?))
}
