//! What does a step or a prepared table work with? The views, and the values of the rule's parameters in force.

use super::parameter::Value;
use crate::engine::{Engine, EngineError};
use polars::prelude::{PolarsError, polars_err};
use std::collections::BTreeMap;

/// What a part of a rule in Rust works with.
pub(super) struct Context<'a> {
    /// The views over the snapshot.
    pub(super) engine: &'a Engine,
    /// Every parameter of the rule with the value in force.
    pub(super) values: &'a BTreeMap<String, Value>,
}

impl Context<'_> {
    /// A whole number, percent (ppm) or decimal (thousandths).
    pub(super) fn number(&self, name: &str) -> Result<i64, EngineError> {
        match self.values.get(name) {
            Some(Value::Number(number)) => Ok(*number),
            _ => Err(missing(name)),
        }
    }

    /// A false-alarm rate, as a share of one.
    pub(super) fn rate(&self, name: &str) -> Result<f64, EngineError> {
        match self.values.get(name) {
            #[expect(clippy::cast_precision_loss, reason = "a rate is below 2^53")]
            Some(Value::Alarm { ppb, .. }) => Ok(*ppb as f64 / 1e9),
            _ => Err(missing(name)),
        }
    }

    /// The quantile of the standard normal distribution that a false-alarm rate means, thousandths, as SQL has it.
    pub(super) fn quantile_thousandths(&self, name: &str) -> Result<i64, EngineError> {
        match self.values.get(name) {
            Some(value @ Value::Alarm { .. }) => value.literal().parse().map_err(|_| missing(name)),
            _ => Err(missing(name)),
        }
    }

    /// A list of products or words.
    pub(super) fn list(&self, name: &str) -> Result<&[String], EngineError> {
        match self.values.get(name) {
            Some(Value::List(items)) => Ok(items),
            _ => Err(missing(name)),
        }
    }
}

/// The head of a rule is checked for the parameters that its steps read, so only a step that asks for another type gets here.
fn missing(name: &str) -> EngineError {
    let error: PolarsError = polars_err!(ComputeError: "the rule has no parameter {name} of this type");
    EngineError::Shape(error)
}
