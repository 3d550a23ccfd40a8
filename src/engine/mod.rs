//! How does one SQL statement run over one snapshot? On Polars' streaming engine, over views that resolve names.

mod rows;
mod views;
mod with;

pub use rows::Rows;

use crate::lake::{LakeError, Snapshot};
use polars::prelude::*;
use polars::sql::SQLContext;
use std::collections::BTreeMap;
use std::sync::Mutex;

/// Why a statement has no result.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The snapshot can't be read.
    #[error(transparent)]
    Lake(Box<LakeError>),
    /// The statement is wrong, or running it failed.
    #[error("SQL 执行失败：{source} / the SQL statement failed: {source}\n{sql}")]
    Sql {
        /// The statement.
        sql: String,
        /// Why.
        source: PolarsError,
    },
    /// A result has not the columns that it should have.
    #[error("查询结果不符：{0} / unexpected result: {0}")]
    Shape(#[from] PolarsError),
}

impl From<LakeError> for EngineError {
    fn from(error: LakeError) -> Self {
        Self::Lake(Box::new(error))
    }
}

/// A table of at most so many rows is held in memory: some 200 MB of tickets.
const SMALL_ROWS: u64 = 500_000;

/// One snapshot, ready for SQL.
pub struct Engine {
    views: Mutex<BTreeMap<String, LazyFrame>>,
}

impl Engine {
    /// The views over a snapshot.
    ///
    /// # Errors
    /// [`EngineError`] if the snapshot can't be read.
    pub fn new(snapshot: &Snapshot) -> Result<Self, EngineError> {
        let mut frames = BTreeMap::new();
        for table in crate::records::Table::ALL {
            let scan = snapshot.scan(table.name())?;
            // Opening hundreds of small files for every statement costs more than reading them once.
            let small = snapshot.rows(table.name()) <= SMALL_ROWS;
            frames.insert(table.name().to_owned(), if small { scan.collect()?.lazy() } else { scan });
        }
        for table in [crate::lake::QUARANTINE, crate::lake::QUARANTINE_CLOSED, crate::lake::SUPERSEDED] {
            frames.insert(table.to_owned(), snapshot.scan(table)?);
        }
        for name in snapshot.tables.keys().filter(|n| crate::records::Table::by_name(n).is_none()) {
            frames.insert(name.clone(), snapshot.scan(name)?);
        }
        Self::of(frames)
    }

    /// The views over a snapshot as they were when the records ended with this month (its first day): facts of later months are
    /// not there yet. Registers are those of the snapshot.
    ///
    /// # Errors
    /// [`EngineError`] if the snapshot can't be read.
    pub fn until(snapshot: &Snapshot, month: chrono::NaiveDate) -> Result<Self, EngineError> {
        let mut frames = BTreeMap::new();
        for table in crate::records::Table::ALL {
            let all = snapshot.scan(table.name())?;
            let facts = table.spec().is_facts();
            let known = if facts {
                all.filter(col(crate::records::MONTH).lt_eq(lit(crate::records::time::days_of(month)).cast(DataType::Date)))
            } else {
                all
            };
            frames.insert(table.name().to_owned(), known);
        }
        Self::of(frames)
    }

    /// The views over frames instead of a snapshot; a table of records that is not given is empty.
    ///
    /// # Errors
    /// [`EngineError`] if a frame has not the columns of its table.
    pub fn from_frames(given: Vec<(&str, DataFrame)>) -> Result<Self, EngineError> {
        let mut frames: BTreeMap<String, LazyFrame> =
            crate::records::Table::ALL.iter().map(|t| (t.name().to_owned(), crate::lake::empty_frame(t.name()).lazy())).collect();
        for (name, frame) in given {
            frames.insert(name.to_owned(), frame.lazy());
        }
        Self::of(frames)
    }

    fn of(frames: BTreeMap<String, LazyFrame>) -> Result<Self, EngineError> {
        Ok(Self { views: Mutex::new(views::resolve(frames)?) })
    }

    fn views(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, LazyFrame>> {
        self.views.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The names that a statement may use.
    #[must_use]
    pub fn tables(&self) -> Vec<String> {
        self.views().keys().cloned().collect()
    }

    /// Whether a statement may use this name.
    #[must_use]
    pub fn has(&self, table: &str) -> bool {
        self.views().contains_key(table)
    }

    /// Adds a table, or puts another in its place.
    pub fn register(&self, table: &str, frame: DataFrame) {
        self.views().insert(table.to_owned(), frame.lazy());
    }

    /// The result of one statement.
    ///
    /// # Errors
    /// [`EngineError::Sql`] with the statement.
    pub fn sql(&self, text: &str) -> Result<DataFrame, EngineError> {
        let failed = |source| EngineError::Sql { sql: text.to_owned(), source };
        let plan = self.plan(text)?;
        // A statement of the SQL context has one result; only plans with several sinks, which SQL can't say, have more.
        plan.collect_with_engine(polars::prelude::Engine::Streaming).map(|result| result.unwrap_single()).map_err(failed)
    }

    /// What a statement would do, to be joined with a frame that is no table. What its `WITH` names and uses more than once is
    /// worked out here.
    ///
    /// # Errors
    /// [`EngineError::Sql`] with the statement.
    pub fn plan(&self, text: &str) -> Result<LazyFrame, EngineError> {
        // A context of its own: the name of a subquery stays behind in a context, and would stand for an alias of the next statement.
        let mut context = SQLContext::new();
        for (name, frame) in self.views().iter() {
            context.register(name, frame.clone());
        }
        let failed = |source| EngineError::Sql { sql: text.to_owned(), source };
        let Some((parts, main)) = with::parts(text) else { return context.execute(text).map_err(failed) };
        let mut open: Vec<with::Part> = Vec::new();
        for (place, part) in parts.iter().enumerate() {
            let later = parts.iter().skip(place + 1).map(|p| p.body).chain([main]);
            if later.map(|text| with::uses(text, part.name)).sum::<usize>() < 2 {
                open.push(*part);
                continue;
            }
            let plan = context.execute(&statement(&open, part.body)).map_err(failed)?;
            let frame = plan.collect_with_engine(polars::prelude::Engine::Streaming).map(|r| r.unwrap_single()).map_err(failed)?;
            context.register(part.name, frame.lazy());
        }
        context.execute(&statement(&open, main)).map_err(failed)
    }
}

/// A statement with these parts before it, of those that it needs.
fn statement(open: &[with::Part], main: &str) -> String {
    let mut needed: Vec<&with::Part> = Vec::new();
    for part in open.iter().rev() {
        if with::uses(main, part.name) > 0 || needed.iter().any(|n| with::uses(n.body, part.name) > 0) {
            needed.push(part);
        }
    }
    let parts: Vec<String> = needed.iter().rev().map(|p| format!("{} AS ({})", p.name, p.body)).collect();
    if parts.is_empty() { main.to_owned() } else { format!("WITH {} {main}", parts.join(",\n")) }
}
