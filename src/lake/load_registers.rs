//! How does a register take the rows of a call? Row by key as files come; what none of the files names goes at the end.

use super::identity::{hashes, key_columns};
use super::load_rows::Tally;
use super::load_summary::{FileSummary, NO_FILE};
use super::upsert::{self, Merged};
use super::{AsOf, Change, Lake, LakeError, Snapshot, TableChange};
use crate::ingest::Mark;
use crate::records::Table;
use crate::text::Said;
use polars::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// A register on its way into the lake.
#[derive(Default)]
pub(super) struct Register {
    frames: Vec<DataFrame>,
    voids: Vec<bool>,
}

impl Register {
    pub(super) fn take(&mut self, frame: DataFrame, marks: &[Mark]) {
        self.voids.extend((0..frame.height()).map(|row| marks.get(row) == Some(&Mark::Void)));
        self.frames.push(frame);
    }

    /// The change of the register, if there is any; counts its rows by sheet.
    pub(super) fn change(
        self,
        table: Table,
        latest: &Snapshot,
        mentioned: &mut Mentioned,
        tallies: &mut BTreeMap<(Table, Option<String>), Tally>,
    ) -> Result<Option<TableChange>, LakeError> {
        let mut frames = self.frames.into_iter();
        let mut new = frames.next().ok_or_else(|| LakeError::Broken("a register without rows".to_owned()))?;
        for more in frames {
            new.vstack_mut_owned(more)?;
        }
        let old = latest.scan(table.name())?.collect()?;
        let merged = upsert::merge(&old, &new, &self.voids, table.spec())?;
        let keys = hashes(&new, &key_columns(table.spec()))?;
        mentioned.keys.extend(keys);
        count(table, &new, &merged, &self.voids, tallies)?;
        Ok(merged.changed.then(|| TableChange::Replace { table: table.name().to_owned(), frame: merged.frame }))
    }
}

fn count(
    table: Table,
    new: &DataFrame,
    merged: &Merged,
    voids: &[bool],
    tallies: &mut BTreeMap<(Table, Option<String>), Tally>,
) -> Result<(), LakeError> {
    let sheets = new.column("source_sheet")?.str()?.clone();
    for (row, sheet) in sheets.iter().enumerate() {
        let tally = tallies.entry((table, sheet.map(str::to_owned))).or_default();
        if merged.known.get(row) == Some(&true) {
            tally.known += 1
        } else {
            tally.accepted += 1
        }
        tally.conflicting += u64::from(merged.conflicting.get(row) == Some(&true));
        tally.corrections += u64::from(voids.get(row) == Some(&true) && merged.known.get(row) == Some(&false));
    }
    Ok(())
}

/// The keys of a register that the files of one call name.
#[derive(Default)]
pub(super) struct Mentioned {
    pub(super) keys: BTreeSet<u128>,
    /// A row that can't be read might be any: then nothing is dropped.
    pub(super) unreadable: bool,
}

/// A register is replaced as a whole by the files of one call: rows that none of them names go, in a transaction of their own.
pub(super) fn drop_unmentioned(lake: &Lake, registers: &BTreeMap<Table, Mentioned>) -> Result<Option<FileSummary>, LakeError> {
    if registers.values().all(|m| m.unreadable) {
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
    let version = lake.commit(&lock, &latest, Change { kind: "register".to_owned(), summary, tables })?.0.version;
    Ok(Some(FileSummary { file: NO_FILE.to_owned(), notes, version, ..FileSummary::default() }))
}
