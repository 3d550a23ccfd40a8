//! How does a file get into the lake exactly once?
//!
//! A file is one lake transaction: all its sheets or nothing. Rows stream through: hashed, known ones left out, the rest
//! gathered by month and written as Parquet by a thread of its own while the next rows are parsed; nothing is visible
//! before the commit, which looks again for rows that somebody else stored meanwhile.

use super::load_known::Known;
use super::load_parts::Writer;
use super::load_quarantine::Quarantine;
use super::load_registers::{Mentioned, Register, drop_unmentioned};
use super::load_rows::{Facts, Replacing, Tally};
pub use super::load_summary::{FileSummary, NO_FILE};
use super::load_summary::{name_of, refused, summaries};
use super::snapshot::Snapshot;
use super::{Change, Lake, LakeError, QUARANTINE, SUPERSEDED, TableChange, commit, superseded};
use crate::ingest::{self, FileCount, IngestError, Mark, QUARANTINE_ID, Quarantined, Sink, SinkError};
use crate::records::Table;
use crate::text::Said;
use polars::prelude::*;
use std::collections::BTreeMap;
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
    let mut all: Vec<FileSummary> = Vec::new();
    let mut registers: BTreeMap<Table, Mentioned> = BTreeMap::new();
    let mut known = Known::default();
    for path in ingest::files_in(paths)? {
        let summaries = load_file(lake, &path, options, &mut registers, &mut known)?;
        stored(&summaries);
        all.extend(summaries);
    }
    // A file that could not be read might be a part of a register: then nothing counts as missing.
    let end = if all.iter().any(|s| s.refused.is_some()) { kept_note(&registers) } else { drop_unmentioned(lake, &registers)? };
    if let Some(note) = end {
        stored(std::slice::from_ref(&note));
        all.push(note);
    }
    Ok(all)
}

fn kept_note(registers: &BTreeMap<Table, Mentioned>) -> Option<FileSummary> {
    let note = Said::new(
        "有文件未能读取，名录中未提到的行予以保留；请修正后重新导入全部名录文件",
        "a file could not be read, so rows of registers that no file names stay; put it right and ingest all register files again",
    );
    (!registers.is_empty()).then(|| FileSummary { file: NO_FILE.to_owned(), notes: vec![note], ..FileSummary::default() })
}

fn load_file(
    lake: &Lake,
    path: &Path,
    options: &LoadOptions,
    registers: &mut BTreeMap<Table, Mentioned>,
    known: &mut Known,
) -> Result<Vec<FileSummary>, LakeError> {
    let mut attempt = 0;
    loop {
        // Overtaken again and again by other processes: then nobody else commits while this file is read.
        let early = if attempt >= PATIENCE { Some(lake.lock()?) } else { None };
        let base = known.latest(lake)?;
        let mut load = Load::new(lake, base, options, name_of(path), known)?;
        let counts = match ingest::read_file(path, &options.ingest, &mut load) {
            Ok(counts) => counts,
            Err(IngestError::Sink(message)) => return Err(load.failed.take().unwrap_or(LakeError::Broken(message))),
            Err(refusal) => return Ok(vec![refused(path, &refusal)]),
        };
        let lock = match early {
            Some(lock) => lock,
            None => lake.lock()?,
        };
        let latest = load.known.latest(lake)?;
        if latest.version != load.base.version && load.overtaken(&latest)? {
            attempt += 1;
            continue;
        }
        return load.commit(&lock, &latest, counts, registers);
    }
}

/// One file on its way.
struct Load<'a> {
    lake: &'a Lake,
    known: &'a mut Known,
    base: Snapshot,
    file: String,
    replacing: Replacing,
    facts: BTreeMap<Table, Facts>,
    registers: BTreeMap<Table, Register>,
    quarantine: Quarantine,
    /// What became of the good rows of each sheet.
    tally: BTreeMap<(Table, Option<String>), Tally>,
    writer: Writer,
    failed: Option<LakeError>,
}

impl<'a> Load<'a> {
    fn new(lake: &'a Lake, base: Snapshot, options: &LoadOptions, file: String, known: &'a mut Known) -> Result<Self, LakeError> {
        Ok(Self {
            lake,
            quarantine: Quarantine::new(&base, &file, known)?,
            known,
            base,
            file,
            replacing: if options.correct { Replacing::All } else { Replacing::Marked },
            facts: BTreeMap::new(),
            registers: BTreeMap::new(),
            tally: BTreeMap::new(),
            writer: Writer::start(lake.clone()),
            failed: None,
        })
    }

    fn take(&mut self, table: Table, mut frame: DataFrame, marks: &[Mark]) -> Result<(), LakeError> {
        if frame.height() == 0 {
            return Ok(());
        }
        if let Ok(ids) = frame.column(QUARANTINE_ID) {
            self.quarantine.closed_by(ids.str()?.iter().flatten());
            frame = frame.drop(QUARANTINE_ID)?;
        }
        let sheet = frame.column("source_sheet")?.str()?.get(0).map(str::to_owned);
        self.quarantine.look_at(table, sheet.as_deref(), &frame)?;
        let tally = self.tally.entry((table, sheet.clone())).or_default();
        if !table.spec().is_facts() {
            self.registers.entry(table).or_default().take(frame, marks);
            return Ok(());
        }
        let facts = match self.facts.entry(table) {
            std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert(Facts::new(table, self.known.past(&self.base, table)?, self.replacing))
            }
        };
        facts.know_months(&frame, &self.base, self.known)?;
        facts.take(frame, sheet.as_deref(), marks, tally, &mut self.writer)
    }

    /// Whether somebody else stored what this file was judged by since it was begun.
    fn overtaken(&self, latest: &Snapshot) -> Result<bool, LakeError> {
        for facts in self.facts.values() {
            if facts.overtaken(&self.base, latest)? {
                return Ok(true);
            }
        }
        self.quarantine.overtaken(&self.base, latest)
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
        self.quarantine.flush(&mut self.writer)?;
        let mut parts = self.writer.finish()?;
        let mut tables = self.facts_changes(latest, &mut parts)?;
        for (table, register) in std::mem::take(&mut self.registers) {
            tables.extend(register.change(table, latest, mentioned.entry(table).or_default(), &mut self.tally)?);
        }
        for table in self.quarantine.tables().filter(|t| !t.spec().is_facts()) {
            mentioned.entry(table).or_default().unreadable = true;
        }
        tables.extend(self.quarantine.changes(latest, &self.file, parts.remove(QUARANTINE).unwrap_or_default())?);
        if tables.is_empty() {
            return summaries(counts, &self.tally, latest.version);
        }
        let stored = summaries(counts, &self.tally, latest.version + 1)?;
        let summary = serde_json::to_value(&stored).map_err(|e| LakeError::Broken(e.to_string()))?;
        let (_, now) = self.lake.commit(lock, latest, Change { kind: "ingest".to_owned(), summary, tables })?;
        self.known.committed(now);
        Ok(stored)
    }

    fn facts_changes(&mut self, latest: &Snapshot, parts: &mut super::load_parts::Parts) -> Result<Vec<TableChange>, LakeError> {
        let (mut tables, mut gone) = (Vec::new(), Vec::new());
        for (table, facts) in &self.facts {
            let own = parts.remove(table.name()).unwrap_or_default();
            let change = facts.change(self.lake, latest, own, &self.file)?;
            tables.extend(change.change);
            gone.extend(change.gone);
            for (sheet, more) in change.tally {
                let tally = self.tally.entry((*table, sheet)).or_default();
                tally.accepted += more.accepted;
                tally.known += more.known;
                tally.corrections += more.corrections;
                tally.idle += more.idle;
            }
        }
        if !gone.is_empty() {
            tables.push(TableChange::Append { table: SUPERSEDED.to_owned(), frame: superseded::frame(&gone)? });
        }
        Ok(tables)
    }
}

impl Sink for Load<'_> {
    fn rows(&mut self, table: Table, rows: DataFrame, marks: Vec<Mark>) -> Result<(), SinkError> {
        self.take(table, rows, &marks).map_err(|error| self.fail(error))
    }

    fn quarantined(&mut self, rows: Vec<Quarantined>) -> Result<(), SinkError> {
        self.quarantine.take(rows, &mut self.writer).map_err(|error| self.fail(error))
    }
}

impl Load<'_> {
    fn fail(&mut self, error: LakeError) -> SinkError {
        let message = error.to_string();
        self.failed = Some(error);
        SinkError(message)
    }
}
