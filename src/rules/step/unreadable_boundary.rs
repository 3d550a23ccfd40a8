//! Which boundaries can't be read, and why? Rows with `subject` and `boundary`: those whose text can be read go, the others say
//! `why`.

use super::Step;
use crate::engine::EngineError;
use crate::rules::boundary::Boundary;
use crate::rules::context::Context;
use crate::rules::licensed_areas;
use polars::prelude::*;
use std::collections::BTreeMap;

pub(super) static STEP: Step = Step { name: "unreadable-boundary", parameters: &[], run };

fn run(context: &Context, mut rows: DataFrame) -> Result<DataFrame, EngineError> {
    let places = licensed_areas::places(context.engine)?;
    let reasons: StringChunked = {
        let (sites, texts) = (rows.column("subject")?.str()?, rows.column("boundary")?.str()?);
        let mut known: BTreeMap<(&str, &str), Option<String>> = BTreeMap::new();
        let reasons: Vec<Option<String>> = sites
            .iter()
            .zip(texts.iter())
            .map(|(site, text)| {
                let (site, text) = (site?, text?);
                let place = places.get(site).copied().unwrap_or_default();
                known.entry((site, text)).or_insert_with(|| Boundary::read(text, &place).err().map(|e| e.to_string())).clone()
            })
            .collect();
        StringChunked::from_iter_options("why".into(), reasons.into_iter())
    };
    rows.with_column(reasons.into_column())?;
    Ok(rows.lazy().filter(col("why").is_not_null()).collect()?)
}
