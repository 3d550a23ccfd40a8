//! Which rows of a file go into quarantine, and which rows that lie there does it put right?
//!
//! A row leaves the quarantine when a record says by its number that it puts it right, or when the same file is read
//! again and the same place holds a record of the same name: two mines may both send `6月.csv`.

use super::load_known::Known;
use super::load_parts::Writer;
use super::load_rows::Hashes;
use super::quarantine::{frame, id, number};
use super::{LakeError, Part, QUARANTINE, QUARANTINE_CLOSED, Snapshot, TableChange};
use crate::ingest::Quarantined;
use crate::records::{Input, Kind, Table};
use polars::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Rows that are gathered before they are written: a file of which every row is bad must not fill the memory.
const ROWS_A_FILE: usize = 50_000;

/// So many same texts (truck, origin, destination …) make a row the one in quarantine where its name was missing.
const TEXTS_ALIKE: usize = 3;

/// A record that stands where a quarantined row stood.
struct There {
    id: String,
    table: Table,
    /// The first text of the key: ticket number, site, contract …
    name: Option<String>,
    texts: Vec<String>,
}

/// The quarantine as one file sees it.
pub(super) struct Quarantine {
    base: Snapshot,
    /// Numbers of all rows that lie or lay in quarantine; read when the first bad row comes.
    known: Option<Hashes<u64>>,
    /// Numbers of this file's new rows.
    own: Hashes<u64>,
    gathered: Vec<Quarantined>,
    tables: BTreeSet<Table>,
    /// Open rows of this file: table and sheet → row → numbers.
    open: BTreeMap<(String, Option<String>), BTreeMap<i64, Vec<String>>>,
    there: Vec<There>,
    /// Rows that records say they put right.
    closes: BTreeSet<String>,
}

impl Quarantine {
    pub(super) fn new(base: &Snapshot, file: &str, known: &mut Known) -> Result<Self, LakeError> {
        let mut open: BTreeMap<(String, Option<String>), BTreeMap<i64, Vec<String>>> = BTreeMap::new();
        if base.rows(QUARANTINE) > 0 {
            let all = known.open(base)?;
            let of_file: BooleanChunked = all.column("source_file")?.str()?.iter().map(|name| name == Some(file)).collect();
            let rows = all.filter(&of_file)?;
            let cells = crate::engine::Rows::new(&rows);
            for row in 0..rows.height() {
                let place = (cells.text("table_name", row)?.unwrap_or_default(), cells.text("source_sheet", row)?);
                let number = cells.integer("source_row", row)?.unwrap_or(0);
                let id = cells.text("quarantine_id", row)?.unwrap_or_default();
                open.entry(place).or_default().entry(number).or_default().push(id);
            }
        }
        Ok(Self {
            base: base.clone(),
            known: None,
            own: Hashes::default(),
            gathered: Vec::new(),
            tables: BTreeSet::new(),
            open,
            there: Vec::new(),
            closes: BTreeSet::new(),
        })
    }

    /// Tables of which rows could not be read.
    pub(super) fn tables(&self) -> impl Iterator<Item = Table> + '_ {
        self.tables.iter().copied()
    }

    pub(super) fn closed_by<'t>(&mut self, ids: impl Iterator<Item = &'t str>) {
        self.closes.extend(ids.map(str::to_owned));
    }

    /// Remembers the records that stand where quarantined rows stood.
    pub(super) fn look_at(&mut self, table: Table, sheet: Option<&str>, frame: &DataFrame) -> Result<(), LakeError> {
        if self.open.is_empty() {
            return Ok(());
        }
        let Some(places) = self.open.get(&(table.name().to_owned(), sheet.map(str::to_owned))) else { return Ok(()) };
        let inputs = table.spec().inputs.iter().filter(|i| matches!(i.kind.stored(), crate::records::Stored::Text));
        let texts: Vec<String> = inputs.filter(|i| !matches!(i.kind, Kind::Choice(_))).map(Input::column_name).collect();
        let name = name_input(table).map(Input::column_name);
        let cells = crate::engine::Rows::new(frame);
        for (row, number) in frame.column("source_row")?.i32()?.iter().enumerate() {
            let Some(ids) = number.and_then(|n| places.get(&i64::from(n))) else { continue };
            for id in ids {
                self.there.push(There {
                    id: id.clone(),
                    table,
                    name: name.as_deref().map(|n| cells.text(n, row)).transpose()?.flatten(),
                    texts: texts.iter().filter_map(|t| cells.text(t, row).transpose()).collect::<PolarsResult<_>>()?,
                });
            }
        }
        Ok(())
    }

    pub(super) fn take(&mut self, rows: Vec<Quarantined>, writer: &mut Writer) -> Result<(), LakeError> {
        if self.known.is_none() {
            self.known = Some(numbers(&self.base)?);
        }
        for row in rows {
            self.tables.insert(row.table);
            let id = id(&row);
            // The new row stands for the one that it was to put right, unless it is that very row again.
            self.closes.extend(row.fixes.clone().filter(|fixed| *fixed != id));
            let number = number(&id);
            if !self.known.as_ref().is_some_and(|known| known.contains(&number)) && self.own.insert(number) {
                self.gathered.push(row);
            }
        }
        if self.gathered.len() >= ROWS_A_FILE { self.flush(writer) } else { Ok(()) }
    }

    /// Writes what is gathered.
    pub(super) fn flush(&mut self, writer: &mut Writer) -> Result<(), LakeError> {
        if self.gathered.is_empty() {
            return Ok(());
        }
        writer.write(QUARANTINE, None, vec![frame(&std::mem::take(&mut self.gathered))?])
    }

    /// Whether somebody else put rows of this file into quarantine since it was begun.
    pub(super) fn overtaken(&self, base: &Snapshot, latest: &Snapshot) -> Result<bool, LakeError> {
        let files = |s: &Snapshot| s.tables.get(QUARANTINE).map(|t| t.files.clone());
        if self.own.is_empty() || files(base) == files(latest) {
            return Ok(false);
        }
        let stored = numbers(latest)?;
        Ok(self.own.iter().any(|n| stored.contains(n)))
    }

    /// New rows for `quarantine`, and the ones that leave it.
    pub(super) fn changes(&self, latest: &Snapshot, file: &str, parts: Vec<Part>) -> Result<Vec<TableChange>, LakeError> {
        let mut changes = Vec::new();
        if !parts.is_empty() {
            changes.push(TableChange::Files { table: QUARANTINE.to_owned(), add: parts, remove: Vec::new(), rearranged: false });
        }
        if self.there.is_empty() && self.closes.is_empty() {
            return Ok(changes);
        }
        let asked: BTreeSet<&str> = self.there.iter().map(|t| t.id.as_str()).chain(self.closes.iter().map(String::as_str)).collect();
        let open = super::quarantine::open(latest)?.select([col("quarantine_id"), col("cells")]).collect()?;
        let mut leave = BTreeSet::new();
        for (id, cells) in open.column("quarantine_id")?.str()?.iter().zip(open.column("cells")?.str()?.iter()) {
            let Some(id) = id.filter(|id| asked.contains(id)) else { continue };
            let cells: Vec<(String, String)> = serde_json::from_str(cells.unwrap_or("[]")).unwrap_or_default();
            if self.closes.contains(id) || self.there.iter().any(|t| t.id == id && t.is(&cells)) {
                leave.insert(id.to_owned());
            }
        }
        if !leave.is_empty() {
            let leave: Vec<String> = leave.into_iter().collect();
            let files = vec![file.to_owned(); leave.len()];
            let frame = df!("quarantine_id" => leave, "source_file" => files)?;
            changes.push(TableChange::Append { table: QUARANTINE_CLOSED.to_owned(), frame });
        }
        Ok(changes)
    }
}

impl There {
    /// Whether the record is the one whose cells these were.
    fn is(&self, cells: &[(String, String)]) -> bool {
        let has = |text: &String| cells.iter().any(|(_, cell)| cell.trim() == text);
        let titled = |header: &str| name_input(self.table).is_some_and(|i| i.name == header.trim() || i.headers.contains(&header.trim()));
        let unnamed = !cells.iter().any(|(header, cell)| titled(header) && !cell.trim().is_empty());
        self.name.as_ref().is_some_and(has) || (unnamed && self.texts.iter().filter(|t| has(t)).count() >= TEXTS_ALIKE)
    }
}

/// The input that names a record to people: the first text of the key.
fn name_input(table: Table) -> Option<&'static Input> {
    let text = |i: &&Input| matches!(i.kind.stored(), crate::records::Stored::Text) && !matches!(i.kind, Kind::Choice(_));
    table.spec().key.iter().filter_map(|k| table.spec().input(k)).find(text)
}

fn numbers(snapshot: &Snapshot) -> Result<Hashes<u64>, LakeError> {
    let ids = snapshot.scan(QUARANTINE)?.select([col("quarantine_id")]).collect()?;
    Ok(ids.column("quarantine_id")?.str()?.iter().flatten().map(number).collect())
}
