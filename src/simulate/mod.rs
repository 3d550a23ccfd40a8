//! What would a lithium basin's records look like, and which violations stand in them?
//!
//! A scaled model: real basins move tens of millions of tonnes, this one as much as the tickets asked for can carry
//! (some 27 t each); licensed scales shrink with it. Everything is SYNTHETIC and follows from the seed alone.

mod basin;
mod bridge;
mod constants;
mod delay;
mod deposit;
mod dress;
mod fault;
mod fleet;
mod launder;
mod licences;
mod market;
mod measure;
mod mill;
mod months;
mod names;
mod noise;
mod output;
mod package;
mod passes;
mod plain;
mod plan;
mod plant;
pub mod power;
mod registers;
mod rng;
mod sales;
mod score;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_mines;
#[cfg(test)]
mod tests_tickets;
mod tickets;
mod truth;
mod truth_case;
mod truth_later;
mod truth_mass;
mod truth_papers;
mod truth_scale;
mod truth_trade;
mod truth_trips;
mod truth_trucks;

pub use delay::monthly;
pub use plan::{PLANTABLE, Plan};
pub use score::{CATALOGUE, Delay, REMINDER, RuleScore, Score, ScoreError, read_truth, score};
pub use truth::{Later, Truth, Violation};

use crate::records::time::days_of;
use basin::{Basin, Kind};
use chrono::{Datelike, Months, NaiveDate};
use licences::Licence;
use market::MarketPrice;
use sales::Sale;
use std::path::{Path, PathBuf};

/// What to simulate.
#[derive(Clone, Debug)]
pub struct Options {
    /// Decides everything.
    pub seed: u64,
    /// Months of records.
    pub months: u32,
    /// About so many weighbridge tickets.
    pub tickets: u64,
    /// First day of the first month.
    pub from: NaiveDate,
    /// Mines.
    pub mines: usize,
    /// Concentrators; at least one.
    pub concentrators: usize,
    /// Smelters; at least one.
    pub smelters: usize,
    /// Which violations stand in the records.
    pub plan: Plan,
}

impl Options {
    /// The basin of `datasets/sample`.
    #[must_use]
    pub fn sample() -> Self {
        let from = NaiveDate::from_ymd_opt(2023, 1, 1).unwrap_or_default();
        Self { seed: 2023, months: 12, tickets: 60_000, from, mines: 40, concentrators: 10, smelters: 6, plan: Plan::all() }
    }
}

/// How the files look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dress {
    /// As users' files look: several formats, spellings and units.
    Users,
    /// One clean UTF-8 CSV a table, streamed.
    Plain,
}

/// What was written.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Summary {
    /// Weighbridge tickets.
    pub tickets: u64,
    /// Rows that are meant for the quarantine.
    pub quarantined: u64,
    /// Rows that say again what another row says.
    pub repeated: u64,
    /// Planted violations and what follows from them.
    pub violations: u64,
    /// Bytes of all files.
    pub bytes: u64,
}

/// Why there is no simulation.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// Something can't be written.
    #[error(
        "写入 {path} 失败：{source}；请检查目录权限和磁盘空间 / cannot write {path}: {source}; check the folder's permissions and the disk"
    )]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A workbook can't be written.
    #[error("写入工作簿 {path} 失败：{why} / cannot write the workbook {path}: {why}")]
    Workbook {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// Options that make no basin.
    #[error("参数 {what} 有误 / option {what} is wrong")]
    Options {
        /// Which, and what is allowed.
        what: String,
    },
    /// The folder holds something else.
    #[error("目录 {path} 不是空的；请换一个目录，或先清空 / the folder {path} is not empty; choose another or empty it first")]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
}

/// The months of the records.
#[derive(Clone, Debug)]
pub(crate) struct Calendar {
    first: NaiveDate,
    months: u32,
}

impl Calendar {
    /// Year and month of month `i`.
    fn month(&self, i: u32) -> (i32, u32) {
        let first = self.first_of(i);
        (first.year(), first.month())
    }

    fn first_of(&self, i: u32) -> NaiveDate {
        self.first.checked_add_months(Months::new(i)).unwrap_or(self.first)
    }

    fn last_of(&self, i: u32) -> NaiveDate {
        self.first_of(i + 1).pred_opt().unwrap_or(self.first)
    }

    /// `2023-06`
    fn label(&self, i: u32) -> String {
        let (year, month) = self.month(i);
        format!("{year:04}-{month:02}")
    }

    /// First and last day, counted from 1970, on which a place loads in month `i`.
    fn days(&self, i: u32, kind: Kind) -> (i64, i64) {
        let (first, last) = (days_of(self.first_of(i)), days_of(self.last_of(i)));
        // What has arrived is sent on, so plants and yards begin a little later.
        let late = if matches!(kind, Kind::Stockyard | Kind::Concentrator | Kind::Trader | Kind::Smelter) { 2 } else { 0 };
        (i64::from(first + late), i64::from(last))
    }
}

/// All that the simulation knows before the first truck leaves.
pub(crate) struct World {
    basin: Basin,
    calendar: Calendar,
    licences: Vec<Licence>,
    prices: Vec<MarketPrice>,
}

/// Takes what a month gives.
trait Out {
    fn begin(&mut self, world: &World) -> Result<(), SimulateError>;
    fn month(&mut self, world: &World, state: &months::State, month: months::Month, sales: Vec<Sale>) -> Result<(), SimulateError>;
    fn end(&mut self, world: &World, state: &months::State) -> Result<Counts, SimulateError>;
}

/// Rows that an output wrote beyond the records.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    tickets: u64,
    quarantined: u64,
    repeated: u64,
}

/// Writes a basin's records, its truth and its data package into a folder that is empty or not there.
///
/// # Errors
/// [`SimulateError`] if the options make no basin or something can't be written.
pub fn simulate(options: &Options, dress: Dress, folder: &Path) -> Result<Summary, SimulateError> {
    let world = world(options)?;
    package::make_folder(folder)?;
    let counts_truth = match dress {
        Dress::Plain => run(&world, &mut plain::Plain::new(folder)),
        Dress::Users => run(&world, &mut dress::Users::new(folder)),
    };
    let (counts, truth) = counts_truth?;
    package::write(folder, options, dress, &truth, counts)
}

fn world(options: &Options) -> Result<World, SimulateError> {
    let bad = |what: &str| SimulateError::Options { what: what.to_owned() };
    if options.months == 0 || options.months > 240 {
        return Err(bad("--months（1–240）"));
    }
    if options.concentrators == 0 || options.smelters == 0 || options.mines == 0 || options.mines > 900 {
        return Err(bad("--mines（1–900）、--concentrators、--smelters（≥ 1）"));
    }
    if options.tickets == 0 || options.tickets > 1_000_000_000 {
        return Err(bad("--tickets（1–1000000000）"));
    }
    let calendar = Calendar { first: options.from.with_day(1).unwrap_or(options.from), months: options.months };
    let basin = basin::lay_out(options, &calendar);
    let licences = licences::register(&basin, &calendar);
    let prices = market::prices(options.seed, &calendar);
    Ok(World { basin, calendar, licences, prices })
}

fn run(world: &World, out: &mut dyn Out) -> Result<(Counts, Truth), SimulateError> {
    out.begin(world)?;
    let mut state = months::begin(&world.basin);
    let mut court = truth::Court::new(world);
    for index in 0..world.calendar.months {
        let month = months::pass(&world.basin, &world.calendar, &mut state, index);
        let sales = sales::of_month(world, &month);
        court.hear(world, &state.fleet, &month);
        court.hear_sales(world, &sales);
        out.month(world, &state, month, sales)?;
    }
    let counts = out.end(world, &state)?;
    Ok((counts, court.truth(world)))
}
