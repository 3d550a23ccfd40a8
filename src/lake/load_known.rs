//! What need not be read again from file to file of one call? Data files never change, so what was read of one holds.

use super::load_rows::{ROWS_GATHERED, content_and_key, content_expressions, lower};
use super::snapshot::{DataFile, Snapshot};
use super::superseded::{self, Past};
use super::{Lake, LakeError, QUARANTINE, QUARANTINE_CLOSED, SUPERSEDED};
use crate::records::Table;
use chrono::NaiveDate;
use polars::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The rows of some data files: hashes of their contents, and half hashes of their keys.
#[derive(Default)]
pub(super) struct Hashed {
    pub(super) content: Vec<u128>,
    pub(super) keys: Vec<u64>,
}

type Pasts = BTreeMap<Table, Arc<Past>>;

/// What was read for the files of a call so far.
#[derive(Default)]
pub(super) struct Known {
    /// The lake after the last file.
    latest: Option<Snapshot>,
    /// Rows of small data files.
    rows: BTreeMap<(Table, String), Arc<Hashed>>,
    /// How many rows these are.
    held: usize,
    /// What corrections and voids did, as the files of `superseded` have it.
    past: Option<(Vec<DataFile>, Pasts)>,
    /// Rows in quarantine, as the files of its two tables have it.
    open: Option<([Vec<DataFile>; 2], DataFrame)>,
}

impl Known {
    /// The lake now.
    pub(super) fn latest(&mut self, lake: &Lake) -> Result<Snapshot, LakeError> {
        let latest = lake.latest(self.latest.as_ref())?;
        self.latest = Some(latest.clone());
        Ok(latest)
    }

    /// The lake after a commit of this call.
    pub(super) fn committed(&mut self, latest: Snapshot) {
        self.latest = Some(latest);
    }

    /// Hands over the rows that a table has in some months, by data file or several.
    pub(super) fn rows_of(
        &mut self,
        base: &Snapshot,
        table: Table,
        months: &[NaiveDate],
        take: &mut dyn FnMut(&Hashed),
    ) -> Result<(), LakeError> {
        let known = |path: &str| (table, path.to_owned());
        let mut unread = Vec::new();
        for file in base.files_of(table.name(), months) {
            match self.rows.get(&known(&file.path)) {
                Some(hashed) => take(hashed),
                None => unread.push(file),
            }
        }
        for files in super::snapshot::lots(unread, ROWS_GATHERED) {
            let stored = base.scan_files(table.name(), files.clone())?.select(content_expressions(table)).collect()?;
            let (content, keys) = content_and_key(&stored, table)?;
            let all = Hashed { content, keys: keys.into_iter().map(lower).collect() };
            take(&all);
            self.keep(table, &files, &all);
        }
        Ok(())
    }

    /// Keeps the rows of these files, in whose order they are, as long as they are few.
    fn keep(&mut self, table: Table, files: &[DataFile], all: &Hashed) {
        let rows = all.content.len();
        if self.held + rows > ROWS_GATHERED || files.iter().map(|f| f.rows).sum::<u64>() != rows as u64 {
            return;
        }
        let mut from = 0;
        for file in files {
            let to = from + usize::try_from(file.rows).unwrap_or(usize::MAX);
            let (Some(content), Some(keys)) = (all.content.get(from..to), all.keys.get(from..to)) else { return };
            let hashed = Hashed { content: content.to_vec(), keys: keys.to_vec() };
            self.rows.insert((table, file.path.clone()), Arc::new(hashed));
            from = to;
        }
        self.held += rows;
    }

    /// What corrections and voids did to a table before.
    pub(super) fn past(&mut self, base: &Snapshot, table: Table) -> Result<Arc<Past>, LakeError> {
        let files = files(base, SUPERSEDED);
        if self.past.as_ref().is_none_or(|(seen, _)| seen != files) {
            self.past = Some((files.to_vec(), Pasts::new()));
        }
        if let Some(past) = self.past.as_ref().and_then(|(_, pasts)| pasts.get(&table)) {
            return Ok(past.clone());
        }
        let past = Arc::new(superseded::past(base, table)?);
        if let Some((_, pasts)) = &mut self.past {
            pasts.insert(table, past.clone());
        }
        Ok(past)
    }

    /// Places and numbers of the rows in quarantine.
    pub(super) fn open(&mut self, base: &Snapshot) -> Result<DataFrame, LakeError> {
        let files = [QUARANTINE, QUARANTINE_CLOSED].map(|table| files(base, table).to_vec());
        if let Some((_, open)) = self.open.as_ref().filter(|(seen, _)| *seen == files) {
            return Ok(open.clone());
        }
        let columns = ["source_file", "quarantine_id", "table_name", "source_sheet", "source_row"].map(col);
        let open = super::quarantine::open(base)?.select(columns).collect()?;
        self.open = Some((files, open.clone()));
        Ok(open)
    }
}

fn files<'s>(snapshot: &'s Snapshot, table: &str) -> &'s [DataFile] {
    snapshot.tables.get(table).map(|t| t.files.as_slice()).unwrap_or_default()
}
