//! Which rows are new, which are known, which replace others?

use super::commit::{by_month, data_file};
use super::load::{Gone, Tally, content_and_key};
use super::load_parts::Writer;
use super::{DataFile, Lake, LakeError, Part, SUPERSEDED, Snapshot, TableChange};
use crate::ingest::Mark;
use crate::records::{MONTH, Table};
use chrono::NaiveDate;
use polars::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// Rows of one month gathered before they become a file.
const ROWS_A_FILE: usize = 1 << 20;
/// Rows gathered in all before the fullest month becomes a file.
const ROWS_GATHERED: usize = 3 << 19;

/// Hashes are their own hashes.
#[derive(Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }

    #[expect(clippy::cast_possible_truncation, reason = "the lower half of a hash is a hash")]
    fn write_u128(&mut self, value: u128) {
        self.0 = value as u64;
    }
}

type Hashes<T> = HashSet<T, BuildHasherDefault<AsIs>>;

/// A facts table on its way into the lake.
pub(super) struct Facts {
    table: Table,
    /// Content of all rows of the months concerned, in the lake and in the file so far.
    seen: Hashes<u128>,
    /// Their keys; half a hash is enough to count conflicts with.
    keys: Hashes<u64>,
    /// Months whose rows in the lake are in `seen`.
    months: BTreeSet<NaiveDate>,
    gathered: BTreeMap<NaiveDate, (usize, Vec<DataFrame>)>,
    /// Keys whose records are replaced or voided, with the contents that stay.
    replaced: BTreeMap<u128, BTreeSet<u128>>,
    /// Where good rows stand: sheet and row; to see which quarantined rows the file now puts right.
    rows: BTreeMap<Option<String>, Ranges>,
}

impl Facts {
    pub(super) fn new(table: Table, base: &Snapshot) -> Result<Self, LakeError> {
        let mut seen = Hashes::default();
        let gone = base.scan(SUPERSEDED)?.filter(col("table_name").eq(lit(table.name()))).select([col("content")]).collect()?;
        seen.extend(gone.column("content")?.str()?.iter().flatten().filter_map(|h| u128::from_str_radix(h, 16).ok()));
        Ok(Self {
            table,
            seen,
            keys: Hashes::default(),
            months: BTreeSet::new(),
            gathered: BTreeMap::new(),
            replaced: BTreeMap::new(),
            rows: BTreeMap::new(),
        })
    }

    pub(super) fn take(
        &mut self,
        frame: DataFrame,
        marks: &[Mark],
        base: &Snapshot,
        tally: &mut Tally,
        writer: &mut Writer,
    ) -> Result<(), LakeError> {
        self.know_months(&frame, base)?;
        self.note_rows(&frame)?;
        let (content, keys) = content_and_key(&frame, self.table)?;
        let mut fresh = Vec::with_capacity(frame.height());
        for (row, (content, key)) in content.iter().zip(&keys).enumerate() {
            let mark = marks.get(row).copied().unwrap_or(Mark::New);
            if mark == Mark::Void {
                self.replaced.entry(*key).or_default();
                tally.accepted += 1;
                tally.corrections += 1;
                fresh.push(false);
                continue;
            }
            if mark == Mark::Correction {
                self.replaced.entry(*key).or_default().insert(*content);
            }
            let new = self.seen.insert(*content);
            fresh.push(new);
            if !new {
                tally.known += 1;
                continue;
            }
            tally.accepted += 1;
            #[expect(clippy::cast_possible_truncation, reason = "the lower half of a hash is a hash")]
            let other = !self.keys.insert(*key as u64);
            if mark == Mark::Correction {
                tally.corrections += 1;
            } else if other {
                tally.conflicting += 1;
            }
        }
        let frame = if fresh.iter().all(|f| *f) { frame } else { frame.filter(&BooleanChunked::from_slice("fresh".into(), &fresh))? };
        if frame.height() == 0 {
            return Ok(());
        }
        self.gather(frame, writer)
    }

    fn gather(&mut self, frame: DataFrame, writer: &mut Writer) -> Result<(), LakeError> {
        for (month, frame) in months_of(frame, self.table)? {
            let (rows, frames) = self.gathered.entry(month).or_default();
            *rows += frame.height();
            frames.push(frame);
        }
        let full: Vec<NaiveDate> = self.gathered.iter().filter(|(_, (rows, _))| *rows >= ROWS_A_FILE).map(|(m, _)| *m).collect();
        for month in full {
            self.write(month, writer)?;
        }
        while self.gathered.values().map(|(rows, _)| rows).sum::<usize>() > ROWS_GATHERED {
            let Some(fullest) = self.gathered.iter().max_by_key(|(_, (rows, _))| *rows).map(|(m, _)| *m) else { break };
            self.write(fullest, writer)?;
        }
        Ok(())
    }

    fn write(&mut self, month: NaiveDate, writer: &mut Writer) -> Result<(), LakeError> {
        match self.gathered.remove(&month) {
            Some((_, frames)) => writer.write(self.table, month, frames),
            None => Ok(()),
        }
    }

    /// Writes what is gathered.
    pub(super) fn flush(&mut self, writer: &mut Writer) -> Result<(), LakeError> {
        while let Some(month) = self.gathered.keys().next().copied() {
            self.write(month, writer)?;
        }
        Ok(())
    }

    /// Rows that the lake has of the frame's months join `seen`, a month once.
    fn know_months(&mut self, frame: &DataFrame, base: &Snapshot) -> Result<(), LakeError> {
        let months = frame.column(MONTH)?.unique()?;
        let new: Vec<NaiveDate> = months
            .date()?
            .physical()
            .iter()
            .flatten()
            .filter_map(crate::records::time::date_of)
            .filter(|m| self.months.insert(*m))
            .collect();
        let Some(stored) = base.scan_months(self.table.name(), &new)? else { return Ok(()) };
        let (content, keys) = content_and_key(&stored.collect()?, self.table)?;
        self.seen.extend(content);
        #[expect(clippy::cast_possible_truncation, reason = "the lower half of a hash is a hash")]
        self.keys.extend(keys.into_iter().map(|k| k as u64));
        Ok(())
    }

    fn note_rows(&mut self, frame: &DataFrame) -> Result<(), LakeError> {
        let sheet = frame.column("source_sheet")?.str()?.get(0).map(str::to_owned);
        let ranges = self.rows.entry(sheet).or_default();
        for row in frame.column("source_row")?.i32()?.iter().flatten() {
            ranges.add(row);
        }
        Ok(())
    }

    /// Whether the file has a good row there.
    pub(super) fn has_row(&self, sheet: Option<&str>, row: i64) -> bool {
        let sheet = sheet.map(str::to_owned);
        self.rows.get(&sheet).is_some_and(|r| i32::try_from(row).is_ok_and(|row| r.has(row)))
    }

    /// Whether commits since `base` stored rows that this load holds too.
    pub(super) fn overtaken(&self, table: Table, base: &Snapshot, latest: &Snapshot) -> Result<bool, LakeError> {
        let before: BTreeSet<&str> =
            base.tables.get(table.name()).map(|t| t.files.iter().map(|f| f.path.as_str()).collect()).unwrap_or_default();
        let Some(now) = latest.tables.get(table.name()) else { return Ok(false) };
        for file in now.files.iter().filter(|f| !before.contains(f.path.as_str()) && f.month.is_none_or(|m| self.months.contains(&m))) {
            let rows = latest.scan_file(table.name(), file)?.collect()?;
            let (content, _) = content_and_key(&rows, table)?;
            if content.iter().any(|h| self.seen.contains(h)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The change of the table, and the records that corrections take out of it.
    pub(super) fn change(
        &self,
        lake: &Lake,
        table: Table,
        latest: &Snapshot,
        mut own: Vec<Part>,
    ) -> Result<(Option<TableChange>, Vec<Gone>), LakeError> {
        let (mut remove, mut gone) = (Vec::new(), Vec::new());
        if !self.replaced.is_empty() {
            let stored = latest.tables.get(table.name()).map(|t| t.files.clone()).unwrap_or_default();
            let mut rewritten = Vec::new();
            for file in &stored {
                if let Some(part) = self.without_replaced(lake, table, latest, file, &mut gone)? {
                    remove.push(file.clone());
                    rewritten.extend(part);
                }
            }
            let mut kept = Vec::new();
            for part in own {
                match self.without_replaced(lake, table, latest, &data_file(&part), &mut gone)? {
                    Some(smaller) => kept.extend(smaller),
                    None => kept.push(part),
                }
            }
            own = kept;
            own.extend(rewritten);
        }
        let nothing = own.is_empty() && remove.is_empty();
        let change = TableChange::Files { table: table.name().to_owned(), add: own, remove, rearranged: false };
        Ok(((!nothing).then_some(change), gone))
    }

    /// The file without the records that are replaced: `None` if it has none of them, else what is left, if anything.
    fn without_replaced(
        &self,
        lake: &Lake,
        table: Table,
        latest: &Snapshot,
        file: &DataFile,
        gone: &mut Vec<Gone>,
    ) -> Result<Option<Option<Part>>, LakeError> {
        let frame = Snapshot::at_root(latest, table.name(), file).scan(table.name())?.collect()?;
        let (content, keys) = content_and_key(&frame, table)?;
        let keep: Vec<bool> = content.iter().zip(&keys).map(|(c, k)| self.replaced.get(k).is_none_or(|stays| stays.contains(c))).collect();
        if keep.iter().all(|k| *k) {
            return Ok(None);
        }
        for (row, _) in keep.iter().enumerate().filter(|(_, k)| !**k) {
            gone.push(Gone { table, content: content[row], record: record(&frame, row) });
        }
        let left = frame.filter(&BooleanChunked::from_slice("keep".into(), &keep))?;
        if left.height() == 0 {
            return Ok(Some(None));
        }
        let left = left.drop(MONTH)?;
        lake.write_part(table.name(), file.month, left).map(|part| Some(Some(part)))
    }
}

/// A record as JSON text, for people who ask what was replaced.
fn record(frame: &DataFrame, row: usize) -> String {
    let cells: serde_json::Map<String, serde_json::Value> = frame
        .columns()
        .iter()
        .filter_map(|c| match c.get(row) {
            Ok(AnyValue::Null) | Err(_) => None,
            Ok(AnyValue::String(text)) => Some((c.name().to_string(), text.into())),
            Ok(value) => Some((c.name().to_string(), value.to_string().into())),
        })
        .collect();
    serde_json::Value::Object(cells).to_string()
}

/// Rows by month, without the `month` column; one frame without copying where all are of one month.
fn months_of(frame: DataFrame, table: Table) -> Result<Vec<(NaiveDate, DataFrame)>, LakeError> {
    debug_assert!(table.spec().is_facts());
    by_month(frame)
}

/// Numbers as ranges: rows of a file come in order.
#[derive(Default)]
struct Ranges {
    ranges: Vec<(i32, i32)>,
}

impl Ranges {
    fn add(&mut self, number: i32) {
        match self.ranges.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => self.ranges.push((number, number)),
        }
    }

    fn has(&self, number: i32) -> bool {
        self.ranges.iter().any(|(first, last)| (*first..=*last).contains(&number))
    }
}

/// A register on its way into the lake.
#[derive(Default)]
pub(super) struct Register {
    frames: Vec<DataFrame>,
}

impl Register {
    pub(super) fn take(&mut self, frame: DataFrame) -> Result<(), LakeError> {
        self.frames.push(frame);
        Ok(())
    }

    /// All rows of the file.
    pub(super) fn frame(self) -> Result<DataFrame, LakeError> {
        let mut frames = self.frames.into_iter();
        let mut frame = frames.next().ok_or_else(|| LakeError::Broken("a register without rows".to_owned()))?;
        for more in frames {
            frame.vstack_mut_owned(more)?;
        }
        Ok(frame)
    }
}
