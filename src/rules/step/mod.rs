//! What does the program do with a rule's rows that SQL can't? A named step, from rows to evidence rows.
//!
//! A step works on aggregates or on narrow rows that a statement made; tickets are read by SQL only.

mod grade_steered;
mod likeness;
mod months;
mod more_than_forgotten;
mod plant_balance;
mod plant_history;
mod plant_records;
mod price_too_low;
mod steered;
mod unreadable_boundary;
mod weights_cloned;
mod weights_read;
mod yard_balance;

use super::context::Context;
use crate::engine::EngineError;
use polars::prelude::DataFrame;

/// All steps, by name.
#[rustfmt::skip]
static STEPS: &[&Step] = &[
    &grade_steered::STEP,
    &more_than_forgotten::STEP,
    &plant_balance::STEP,
    &price_too_low::STEP,
    &unreadable_boundary::STEP,
    &weights_cloned::STEP,
    &yard_balance::STEP,
];

/// A step that the head of a rule may name.
#[derive(Debug)]
pub struct Step {
    /// The name in the head.
    name: &'static str,
    /// The parameters that it reads; the head must declare them.
    parameters: &'static [&'static str],
    /// From the rows of the statement to evidence rows.
    run: fn(&Context, DataFrame) -> Result<DataFrame, EngineError>,
}

impl PartialEq for Step {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Step {}

impl Step {
    /// The step of this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<&'static Self> {
        STEPS.iter().copied().find(|s| s.name == name)
    }

    /// The name in the head of a rule.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// All names, for messages.
    #[must_use]
    pub fn names() -> String {
        STEPS.iter().map(|s| s.name).collect::<Vec<_>>().join(", ")
    }

    /// The parameters that it reads.
    pub(super) const fn parameters(&self) -> &'static [&'static str] {
        self.parameters
    }

    /// The evidence rows among the rows of a statement.
    pub(super) fn run(&self, context: &Context, rows: DataFrame) -> Result<DataFrame, EngineError> {
        (self.run)(context, rows)
    }
}
