//! Which boundaries can't be read? Rows with `boundary`: those whose text can be read go.

use super::Step;
use crate::engine::EngineError;
use crate::rules::boundary::Boundary;
use crate::rules::context::Context;
use polars::prelude::*;

pub(super) static STEP: Step = Step { name: "unreadable-boundary", parameters: &[], run };

fn run(_: &Context, rows: DataFrame) -> Result<DataFrame, EngineError> {
    let texts = rows.column("boundary")?.unique()?;
    let broken: Vec<&str> = texts.str()?.iter().flatten().filter(|text| Boundary::parse(text).is_err()).collect();
    let mask: BooleanChunked = rows.column("boundary")?.str()?.iter().map(|text| text.map(|t| broken.contains(&t))).collect();
    Ok(rows.filter(&mask)?)
}
