//! How is a small result read row by row? Typed cells by column name, missing stays missing.

use chrono::{DateTime, NaiveDate, Utc};
use polars::prelude::*;

/// Read access to the cells of a small frame; for what is left after the first aggregation, never for tickets.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    frame: &'a DataFrame,
}

impl<'a> Rows<'a> {
    /// The rows of a frame.
    #[must_use]
    pub const fn new(frame: &'a DataFrame) -> Self {
        Self { frame }
    }

    /// A text cell.
    ///
    /// # Errors
    /// If there is no such column or it holds no text.
    pub fn text(self, column: &str, row: usize) -> PolarsResult<Option<String>> {
        Ok(self.frame.column(column)?.str()?.get(row).map(str::to_owned))
    }

    /// An integer cell of any width; a float cell too where it holds a whole number.
    ///
    /// # Errors
    /// If there is no such column, it holds no number, or the number is no `i64`: nothing is rounded here.
    pub fn integer(self, column: &str, row: usize) -> PolarsResult<Option<i64>> {
        /// Up to here every whole number is a float of its own, 2^53.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        let value = self.frame.column(column)?.get(row)?;
        let whole = match &value {
            AnyValue::Null => return Ok(None),
            AnyValue::Float64(number) if number.fract() != 0.0 || number.abs() > EXACT => None,
            number if number.is_primitive_numeric() => number.extract::<i64>(),
            _ => None,
        };
        whole.map(Some).ok_or_else(|| polars_err!(SchemaMismatch: "column {column} holds {value}, not an integer"))
    }

    /// A cell that holds true or false.
    ///
    /// # Errors
    /// If there is no such column or it holds something else.
    pub fn flag(self, column: &str, row: usize) -> PolarsResult<Option<bool>> {
        Ok(self.frame.column(column)?.bool()?.get(row))
    }

    /// A float cell (positions).
    ///
    /// # Errors
    /// If there is no such column or it holds something else.
    pub fn float(self, column: &str, row: usize) -> PolarsResult<Option<f64>> {
        Ok(self.frame.column(column)?.f64()?.get(row))
    }

    /// A date cell.
    ///
    /// # Errors
    /// If there is no such column or it holds no dates.
    pub fn day(self, column: &str, row: usize) -> PolarsResult<Option<NaiveDate>> {
        Ok(self.frame.column(column)?.date()?.physical().get(row).and_then(crate::records::time::date_of))
    }

    /// An instant.
    ///
    /// # Errors
    /// If there is no such column or it holds no instants.
    pub fn instant(self, column: &str, row: usize) -> PolarsResult<Option<DateTime<Utc>>> {
        Ok(self.frame.column(column)?.datetime()?.physical().get(row).and_then(DateTime::from_timestamp_micros))
    }
}
