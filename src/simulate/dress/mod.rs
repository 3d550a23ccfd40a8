//! How do users' files look? Several formats, spellings, units, title rows, totals, blank rows, and a few rows that are none.

mod bridges;
mod ledgers;
mod programs;
mod registers;
mod sheet;

use super::months::{Month, Return, State, Utility};
use super::passes::Permit;
use super::sales::Sale;
use super::tickets::Ticket;
use super::{Counts, Out, SimulateError, World, package};
use rust_xlsxwriter::XlsxError;
use sheet::{Cell, Dates, Encoding, Sheet, delimited, workbook};
use std::path::{Path, PathBuf};

/// Holds the months until their files are whole: a workbook is written at once.
pub(super) struct Users {
    folder: PathBuf,
    tickets: Vec<(u32, Ticket)>,
    returns: Vec<Return>,
    utilities: Vec<Utility>,
    sales: Vec<(u32, Sale)>,
    permits: Vec<Permit>,
    counts: Counts,
}

impl Users {
    pub(super) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            tickets: Vec::new(),
            returns: Vec::new(),
            utilities: Vec::new(),
            sales: Vec::new(),
            permits: Vec::new(),
            counts: Counts::default(),
        }
    }

    fn put(&self, file: &str, bytes: &[u8]) -> Result<(), SimulateError> {
        package::put(&self.folder, file, bytes)
    }

    fn put_book(&self, file: &str, sheets: &[Sheet], dates: Dates) -> Result<(), SimulateError> {
        let bytes =
            workbook(sheets, dates).map_err(|e: XlsxError| SimulateError::Workbook { path: self.folder.join(file), why: e.to_string() })?;
        self.put(file, &bytes)
    }

    fn put_csv(&self, file: &str, sheet: &Sheet, dates: Dates, encoding: Encoding) -> Result<(), SimulateError> {
        self.put(file, &delimited(sheet, ',', dates, encoding))
    }
}

impl Out for Users {
    fn begin(&mut self, world: &World) -> Result<(), SimulateError> {
        registers::write(self, world)?;
        registers::roads(self, world)?;
        ledgers::prices(self, world)
    }

    fn month(&mut self, _world: &World, _state: &State, month: Month, sales: Vec<Sale>) -> Result<(), SimulateError> {
        self.counts.tickets += month.tickets.len() as u64;
        self.tickets.extend(month.tickets.into_iter().map(|t| (month.index, t)));
        self.returns.extend(month.returns);
        self.utilities.extend(month.utilities);
        self.permits.extend(month.permits);
        self.sales.extend(sales.into_iter().map(|s| (month.index, s)));
        Ok(())
    }

    fn end(&mut self, world: &World, state: &State) -> Result<Counts, SimulateError> {
        registers::vehicles(self, &state.fleet)?;
        registers::waybills(self, world)?;
        let (quarantined, repeated) = bridges::write(self, world, &state.fleet)?;
        ledgers::returns(self, world)?;
        self.counts.quarantined = quarantined + ledgers::sales(self, world)?;
        self.counts.repeated = repeated;
        Ok(self.counts)
    }
}

/// A mass of whole 10 kg in tonnes.
fn tonnes(kg: i64) -> Cell {
    if kg % 10 == 0 { Cell::Decimal(kg / 10, 2) } else { Cell::Decimal(kg, 3) }
}

/// A share in percent.
fn percent(ppm: Option<i64>) -> Cell {
    match ppm {
        None => Cell::Empty,
        Some(ppm) if ppm % 100 == 0 => Cell::Decimal(ppm / 100, 2),
        Some(ppm) => Cell::Decimal(ppm, 4),
    }
}

fn header(words: &[&str]) -> Vec<String> {
    words.iter().map(|w| (*w).to_owned()).collect()
}
