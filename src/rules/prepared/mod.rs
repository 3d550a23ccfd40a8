//! Which tables does a rule's statement join that no record holds? Small ones, made from the views before the statement runs.

mod allowances;
mod clock_fit;
mod clocks;
mod coefficients;
mod forecasts;
mod foreign_lots;
mod journeys;
mod ore;
mod outside;
mod proxies;
pub(super) mod rights;
mod run_rate;
mod stock_flow;
mod uncovered;
mod undeclared;
mod unfit_vehicles;

pub use allowances::approved_by_year;

use super::context::Context;
use crate::engine::EngineError;
use polars::prelude::DataFrame;

/// All prepared tables, by name.
#[rustfmt::skip]
static PREPARED: &[&Prepared] = &[
    &allowances::TABLE,
    &clocks::TABLE,
    &forecasts::TABLE,
    &foreign_lots::TABLE,
    &journeys::TABLE,
    &outside::TABLE,
    &proxies::TABLE,
    &uncovered::TABLE,
    &undeclared::TABLE,
    &unfit_vehicles::TABLE,
];

/// A table that the head of a rule may need.
#[derive(Debug)]
pub struct Prepared {
    /// The name in the head and in SQL.
    name: &'static str,
    /// The parameters of the rule that it reads; the head must declare them.
    parameters: &'static [&'static str],
    /// Makes it.
    make: fn(&Context) -> Result<DataFrame, EngineError>,
}

impl PartialEq for Prepared {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Prepared {}

impl Prepared {
    /// The table of this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<&'static Self> {
        PREPARED.iter().copied().find(|p| p.name == name)
    }

    /// The name in the head and in SQL.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// All names, for messages.
    #[must_use]
    pub fn names() -> String {
        PREPARED.iter().map(|p| p.name).collect::<Vec<_>>().join(", ")
    }

    /// The parameters that it reads.
    pub(super) const fn parameters(&self) -> &'static [&'static str] {
        self.parameters
    }

    /// The table for one rule's parameters.
    pub(super) fn make(&self, context: &Context) -> Result<DataFrame, EngineError> {
        (self.make)(context)
    }
}
