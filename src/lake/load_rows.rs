//! Which rows are new, which are known, which replace others?
//!
//! A row is known if its content is in the lake, stands earlier in the file, or was taken out by a correction. Corrections
//! (更正) and voids (作废) work on what stands before them; each works once, however often its file is read.

use super::commit::by_month;
use super::identity::{content_columns, hashes, key_columns};
use super::load_known::Known;
use super::load_parts::Writer;
use super::superseded::{Gone, Past, Why};
use super::{DataFile, Lake, LakeError, Part, SUPERSEDED, Snapshot, TableChange};
use crate::ingest::Mark;
use crate::records::{MONTH, Table};
use chrono::NaiveDate;
use polars::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

/// Rows of one month gathered before they become a file.
const ROWS_A_FILE: usize = 1 << 19;
/// Rows gathered in all before the fullest month becomes a file; a ticket takes some 300 bytes here.
pub(super) const ROWS_GATHERED: usize = 1 << 20;

/// Hashes are their own hashes.
#[derive(Default)]
pub(super) struct AsIs(u64);

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

    fn write_u128(&mut self, value: u128) {
        self.0 = lower(value);
    }
}

pub(super) type Hashes<T> = HashSet<T, BuildHasherDefault<AsIs>>;

/// The lower half of a hash is a hash.
#[expect(clippy::cast_possible_truncation, reason = "the lower half of a hash is a hash")]
pub(super) const fn lower(hash: u128) -> u64 {
    hash as u64
}

/// What became of the good rows of a sheet.
#[derive(Clone, Copy, Default)]
pub(super) struct Tally {
    pub(super) accepted: u64,
    pub(super) known: u64,
    pub(super) conflicting: u64,
    pub(super) corrections: u64,
    /// Corrections and voids that found no record of their key.
    pub(super) idle: u64,
}

impl Tally {
    /// Counts a row as stored or as known.
    const fn count(&mut self, stored: bool) {
        if stored { self.accepted += 1 } else { self.known += 1 }
    }
}

/// Which rows of a file replace others.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Replacing {
    /// Those that say so.
    Marked,
    /// All, again too: the user says so.
    All,
}

/// A row that takes others out, until it is known whether there are any.
struct Order {
    sheet: Option<String>,
    key: u128,
    content: u128,
    void: bool,
    record: String,
}

/// A facts table on its way into the lake.
pub(super) struct Facts {
    table: Table,
    replacing: Replacing,
    /// Content of all rows of the months concerned, in the lake and in the file so far.
    live: Hashes<u128>,
    /// Their keys; half a hash is enough to count conflicts with.
    keys: Hashes<u64>,
    /// Months whose rows in the lake are in `live`.
    months: BTreeSet<NaiveDate>,
    past: Arc<Past>,
    /// Contents of the file's own void rows.
    voided: BTreeSet<u128>,
    gathered: BTreeMap<NaiveDate, (usize, Vec<DataFrame>)>,
    /// Keys whose records are replaced or voided, with the contents that stay.
    replaced: BTreeMap<u128, BTreeSet<u128>>,
    orders: Vec<Order>,
}

/// What a facts table asks of the commit.
pub(super) struct FactsChange {
    pub(super) change: Option<TableChange>,
    pub(super) gone: Vec<Gone>,
    /// What became of voids and corrections, by sheet.
    pub(super) tally: BTreeMap<Option<String>, Tally>,
}

impl Facts {
    pub(super) fn new(table: Table, past: Arc<Past>, replacing: Replacing) -> Self {
        Self {
            table,
            replacing,
            live: Hashes::default(),
            keys: Hashes::default(),
            months: BTreeSet::new(),
            past,
            voided: BTreeSet::new(),
            gathered: BTreeMap::new(),
            replaced: BTreeMap::new(),
            orders: Vec::new(),
        }
    }

    pub(super) fn take(
        &mut self,
        frame: DataFrame,
        sheet: Option<&str>,
        marks: &[Mark],
        tally: &mut Tally,
        writer: &mut Writer,
    ) -> Result<(), LakeError> {
        let (content, keys) = content_and_key(&frame, self.table)?;
        let mut fresh = Vec::with_capacity(frame.height());
        let before = tally.accepted;
        for (row, (content, key)) in content.iter().zip(&keys).enumerate() {
            let mark = marks.get(row).copied().unwrap_or(Mark::New);
            let mark = if mark == Mark::New && self.replacing == Replacing::All { Mark::Correction } else { mark };
            fresh.push(match mark {
                Mark::New => self.record(*content, *key, tally),
                Mark::Correction => self.correction(*content, *key, sheet, tally),
                Mark::Void => {
                    self.void(*content, *key, sheet, &frame, row, tally);
                    false
                }
            });
        }
        if fresh.iter().all(|f| *f) {
            return self.gather(frame, writer);
        }
        if tally.accepted == before {
            return Ok(());
        }
        self.gather(frame.filter(&BooleanChunked::from_slice("fresh".into(), &fresh))?, writer)
    }

    /// Whether a plain record is new.
    fn record(&mut self, content: u128, key: u128, tally: &mut Tally) -> bool {
        if self.past.gone.contains(&content) || self.voided.contains(&content) {
            tally.known += 1;
            return false;
        }
        // It stands behind the correction or void of its key in this file, so that does not mean it.
        if !self.replaced.is_empty()
            && let Some(stays) = self.replaced.get_mut(&key)
        {
            stays.insert(content);
        }
        let new = self.live.insert(content);
        tally.count(new);
        if new && !self.keys.insert(lower(key)) {
            tally.conflicting += 1;
        }
        new
    }

    fn correction(&mut self, content: u128, key: u128, sheet: Option<&str>, tally: &mut Tally) -> bool {
        if self.replacing == Replacing::Marked {
            if self.past.corrections.contains(&content) {
                tally.known += 1;
                return false;
            }
            self.orders.push(Order { sheet: sheet.map(str::to_owned), key, content, void: false, record: String::new() });
        }
        self.replaced.entry(key).or_default().insert(content);
        let new = self.live.insert(content);
        self.keys.insert(lower(key));
        tally.count(new);
        tally.corrections += u64::from(new);
        new
    }

    /// Voids are counted when it is known what they take out.
    fn void(&mut self, content: u128, key: u128, sheet: Option<&str>, frame: &DataFrame, row: usize, tally: &mut Tally) {
        let done = self.replacing == Replacing::Marked && self.past.voids.contains(&content);
        if done || !self.voided.insert(content) {
            tally.known += 1;
            return;
        }
        self.replaced.entry(key).or_default().clear();
        let record = super::superseded::record(frame, row);
        self.orders.push(Order { sheet: sheet.map(str::to_owned), key, content, void: true, record });
    }

    fn gather(&mut self, frame: DataFrame, writer: &mut Writer) -> Result<(), LakeError> {
        for (month, frame) in by_month(frame)? {
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
            Some((_, frames)) => writer.write(self.table.name(), Some(month), frames),
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

    /// Rows that the lake has of the frame's months join `live`, a month once, some files at a time; before the frame is taken.
    pub(super) fn know_months(&mut self, frame: &DataFrame, base: &Snapshot, known: &mut Known) -> Result<(), LakeError> {
        let days = frame.column(MONTH)?.date()?.physical().clone();
        let bounds = days.min().zip(days.max());
        if let Some((first, last)) = bounds
            && first == last
            && crate::records::time::date_of(first).is_some_and(|m| self.months.contains(&m))
        {
            return Ok(());
        }
        let new: Vec<NaiveDate> =
            days.unique()?.iter().flatten().filter_map(crate::records::time::date_of).filter(|m| self.months.insert(*m)).collect();
        known.rows_of(base, self.table, &new, &mut |stored| {
            self.live.extend(&stored.content);
            self.keys.extend(&stored.keys);
        })
    }

    /// Whether commits since `base` changed what this load has decided by.
    pub(super) fn overtaken(&self, base: &Snapshot, latest: &Snapshot) -> Result<bool, LakeError> {
        if base.tables.get(SUPERSEDED).map(|t| &t.files) != latest.tables.get(SUPERSEDED).map(|t| &t.files) {
            return Ok(true);
        }
        let name = self.table.name();
        let before: BTreeSet<&str> = base.tables.get(name).map(|t| t.files.iter().map(|f| f.path.as_str()).collect()).unwrap_or_default();
        let months: Vec<NaiveDate> = self.months.iter().copied().collect();
        for file in latest.files_of(name, &months).filter(|f| !before.contains(f.path.as_str())) {
            let rows = latest.scan_file(name, file)?.select(content_expressions(self.table)).collect()?;
            let (content, _) = content_and_key(&rows, self.table)?;
            if content.iter().any(|h| self.live.contains(h)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The change of the table, and the records that corrections take out of it.
    pub(super) fn change(&self, lake: &Lake, latest: &Snapshot, mut own: Vec<Part>, source: &str) -> Result<FactsChange, LakeError> {
        let (mut remove, mut out) = (Vec::new(), Vec::new());
        if !self.replaced.is_empty() {
            let mut add = Vec::new();
            for file in latest.tables.get(self.table.name()).map(|t| t.files.as_slice()).unwrap_or_default() {
                if let Some(left) = self.without_replaced(lake, latest, file, &mut out)? {
                    remove.push(file.clone());
                    add.extend(left);
                }
            }
            for part in own {
                match self.without_replaced(lake, latest, &super::commit::data_file(&part), &mut out)? {
                    Some(left) => add.extend(left),
                    None => add.push(part),
                }
            }
            own = add;
        }
        let nothing = own.is_empty() && remove.is_empty();
        let change = TableChange::Files { table: self.table.name().to_owned(), add: own, remove, rearranged: false };
        let (gone, tally) = self.close_orders(out, source);
        Ok(FactsChange { change: (!nothing).then_some(change), gone, tally })
    }

    /// What `superseded` gets: the records taken out, and the rows that did it.
    fn close_orders(&self, out: Vec<Out>, source: &str) -> (Vec<Gone>, BTreeMap<Option<String>, Tally>) {
        let row = |content, why, record| Gone { table: self.table, content, why, record, source: source.to_owned() };
        let hit: BTreeSet<u128> = out.iter().map(|o| o.key).collect();
        let void_keys: BTreeSet<u128> = self.orders.iter().filter(|o| o.void).map(|o| o.key).collect();
        let why = |key| if void_keys.contains(&key) { Why::Voided } else { Why::Replaced };
        let mut gone: Vec<Gone> = out.into_iter().map(|o| row(o.content, why(o.key), o.record)).collect();
        let mut tally: BTreeMap<Option<String>, Tally> = BTreeMap::new();
        for order in &self.orders {
            let tally = tally.entry(order.sheet.clone()).or_default();
            let found = hit.contains(&order.key);
            tally.idle += u64::from(!found);
            let waits_already = order.void && !found && self.past.gone.contains(&order.content);
            if order.void {
                tally.count(!waits_already);
                tally.corrections += u64::from(!waits_already);
            }
            match (order.void, found) {
                (true, true) => gone.push(row(order.content, Why::Void, order.record.clone())),
                (true, false) if !waits_already => gone.push(row(order.content, Why::VoidWaiting, order.record.clone())),
                (false, true) => gone.push(row(order.content, Why::Correction, String::new())),
                _ => {}
            }
        }
        (gone, tally)
    }

    /// The file without the records that are replaced: `None` if it has none of them, else what is left, if anything.
    fn without_replaced(
        &self,
        lake: &Lake,
        latest: &Snapshot,
        file: &DataFile,
        out: &mut Vec<Out>,
    ) -> Result<Option<Option<Part>>, LakeError> {
        let name = self.table.name();
        // Most files have none of the keys: their other columns are not read.
        let key_columns = key_columns(self.table.spec());
        let only_keys = latest.scan_file(name, file)?.select(key_columns.iter().map(col).collect::<Vec<_>>()).collect()?;
        let keys = hashes(&only_keys, &key_columns)?;
        if !keys.iter().any(|k| self.replaced.contains_key(k)) {
            return Ok(None);
        }
        let frame = latest.scan_file(name, file)?.collect()?;
        let content = hashes(&frame, &content_columns(self.table.spec()))?;
        let mut keep = Vec::with_capacity(frame.height());
        for (row, (content, key)) in content.iter().zip(&keys).enumerate() {
            let stays = self.replaced.get(key).is_none_or(|stays| stays.contains(content));
            keep.push(stays);
            if !stays {
                out.push(Out { key: *key, content: *content, record: super::superseded::record(&frame, row) });
            }
        }
        if keep.iter().all(|k| *k) {
            return Ok(None);
        }
        let left = frame.filter(&BooleanChunked::from_slice("keep".into(), &keep))?;
        if left.height() == 0 {
            return Ok(Some(None));
        }
        lake.write_part(name, file.month, left.drop(MONTH)?, super::part::Squeeze::Fast).map(|part| Some(Some(part)))
    }
}

/// A record that leaves the table.
struct Out {
    key: u128,
    content: u128,
    record: String,
}

/// The columns that content and key are made of.
pub(super) fn content_expressions(table: Table) -> Vec<Expr> {
    content_columns(table.spec()).iter().map(col).collect()
}

/// The content hashes of rows, and of their keys.
pub(super) fn content_and_key(frame: &DataFrame, table: Table) -> Result<(Vec<u128>, Vec<u128>), LakeError> {
    Ok((hashes(frame, &content_columns(table.spec()))?, hashes(frame, &key_columns(table.spec()))?))
}
