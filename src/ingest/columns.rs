//! How do typed cells become the columns of a frame, and which columns follow from others?

use super::value::Cell;
use crate::records::time::{beijing_day, date_of, days_of, month_of};
use crate::records::{Kind, Stored, TableSpec, units};
use polars::prelude::*;

/// A column being built.
pub(super) enum Column {
    Text(StringChunkedBuilder),
    Int32(PrimitiveChunkedBuilder<Int32Type>),
    Int64(PrimitiveChunkedBuilder<Int64Type>),
    Float64(PrimitiveChunkedBuilder<Float64Type>),
    Bool(BooleanChunkedBuilder),
}

/// What follows from the other columns of the row.
pub(super) struct Derive {
    time: Option<usize>,
    mass: Option<usize>,
    moisture: Option<usize>,
    grade: Option<usize>,
    pub(super) day: Vec<i32>,
    pub(super) month: Vec<i32>,
    pub(super) dry_kg: Vec<Option<i64>>,
    pub(super) li2o_g: Vec<Option<i64>>,
}

impl Derive {
    pub(super) fn new(spec: &TableSpec) -> Self {
        let at = |test: &dyn Fn(&str) -> bool| spec.inputs.iter().position(|i| test(i.name));
        let time = match spec.keeping {
            crate::records::Keeping::Facts { time } => at(&|n| n == time),
            crate::records::Keeping::Register => None,
        };
        Self {
            time,
            mass: at(&|n| n == "net" || n == "wet"),
            moisture: at(&|n| n == "moisture"),
            grade: at(&|n| n == "li2o"),
            day: Vec::new(),
            month: Vec::new(),
            dry_kg: Vec::new(),
            li2o_g: Vec::new(),
        }
    }

    /// Takes the typed cells of one row, one an input.
    pub(super) fn push(&mut self, cells: &[Cell]) {
        let whole = |at: Option<usize>| at.and_then(|at| if let Some(Cell::Whole(n)) = cells.get(at) { Some(*n) } else { None });
        if let Some(time) = whole(self.time) {
            // Instants are microseconds, days are days: only an instant is ever beyond the range of days.
            let day = i32::try_from(time).unwrap_or_else(|_| beijing_day(time));
            let month = match (self.day.last(), self.month.last()) {
                // Tickets of one day follow each other.
                (Some(last), Some(month)) if *last == day => *month,
                _ => date_of(day).map_or(day, |d| days_of(month_of(d))),
            };
            self.day.push(day);
            self.month.push(month);
        }
        let ppm = |at| whole(at).and_then(|n| i32::try_from(n).ok());
        let dry = whole(self.mass).zip(ppm(self.moisture)).map(|(mass, moisture)| units::dry_kg(mass, moisture));
        self.li2o_g.push(dry.zip(ppm(self.grade)).map(|(dry, grade)| units::li2o_g(dry, grade)));
        self.dry_kg.push(dry);
    }
}

impl Column {
    /// A column with room for so many rows.
    pub(super) fn new(name: &str, kind: Kind, rows: usize) -> Self {
        let name = PlSmallStr::from_str(name);
        match kind.stored() {
            Stored::Text => Column::Text(StringChunkedBuilder::new(name, rows)),
            Stored::Int32 | Stored::Date => Column::Int32(PrimitiveChunkedBuilder::new(name, rows)),
            Stored::Int64 | Stored::Instant => Column::Int64(PrimitiveChunkedBuilder::new(name, rows)),
            Stored::Float64 => Column::Float64(PrimitiveChunkedBuilder::new(name, rows)),
            Stored::Bool => Column::Bool(BooleanChunkedBuilder::new(name, rows)),
        }
    }

    pub(super) fn push(&mut self, cell: Cell) {
        match (self, cell) {
            (Column::Text(b), Cell::Text(t)) => b.append_value(t),
            (Column::Text(b), _) => b.append_null(),
            (Column::Int32(b), Cell::Whole(n)) => b.append_option(i32::try_from(n).ok()),
            (Column::Int32(b), _) => b.append_null(),
            (Column::Int64(b), Cell::Whole(n)) => b.append_value(n),
            (Column::Int64(b), _) => b.append_null(),
            (Column::Float64(b), Cell::Float(f)) => b.append_value(f),
            (Column::Float64(b), _) => b.append_null(),
            (Column::Bool(b), Cell::Flag(f)) => b.append_value(f),
            (Column::Bool(b), _) => b.append_null(),
        }
    }

    pub(super) fn finish(self, kind: Kind) -> PolarsResult<polars::prelude::Column> {
        let series = match self {
            Column::Text(b) => b.finish().into_series(),
            Column::Int32(b) => b.finish().into_series(),
            Column::Int64(b) => b.finish().into_series(),
            Column::Float64(b) => b.finish().into_series(),
            Column::Bool(b) => b.finish().into_series(),
        };
        Ok(match kind.stored() {
            Stored::Date => series.cast(&DataType::Date)?,
            Stored::Instant => series.cast(&DataType::Datetime(TimeUnit::Microseconds, None))?,
            _ => series,
        }
        .into_column())
    }
}

pub(super) fn dates(name: &str, days: Vec<i32>) -> polars::prelude::Column {
    Int32Chunked::from_vec(name.into(), days).into_date().into_column()
}
