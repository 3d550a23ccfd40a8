//! Where did more leave than was declared and held? Table `undeclared`: a row a site and month or year (`month` null) beyond error.

use super::Prepared;
use super::ore::{first_day, ore_months};
use super::stock_flow::{Bound, Errors, Gap, gaps};
use crate::engine::EngineError;
use crate::rules::context::Context;
use polars::prelude::*;

pub(super) static TABLE: Prepared = Prepared { name: "undeclared", parameters: PARAMETERS, make };

const PARAMETERS: &[&str] = &["products", "false_alarm", "declared_error", "lasting_pct", "scale_error", "stock_error"];

fn make(context: &Context) -> Result<DataFrame, EngineError> {
    let (errors, rate) = (errors(context)?, context.rate("false_alarm")?);
    let mut rows: Vec<(String, Gap)> = Vec::new();
    for (site, months) in ore_months(context)? {
        let beyond = gaps(&months, Bound::Left, errors, rate).into_iter().filter(|g| g.beyond);
        rows.extend(beyond.map(|gap| (site.clone(), gap)));
    }
    frame(&rows)
}

/// The measurement errors that a rule's parameters state.
pub(super) fn errors(context: &Context) -> Result<Errors, EngineError> {
    let share = |name: &str| context.number(name).map(|ppm| super::ore::float(ppm) / 1e6);
    Ok(Errors {
        declared: share("declared_error")?,
        lasting: share("lasting_pct")?,
        scale: share("scale_error")?,
        stock: share("stock_error")?,
    })
}

fn frame(rows: &[(String, Gap)]) -> Result<DataFrame, EngineError> {
    let numbers = |name: &str, get: fn(&Gap) -> i64| Column::new(name.into(), rows.iter().map(|(_, g)| get(g)).collect::<Vec<_>>());
    let months = rows.iter().map(|(_, g)| g.month.and_then(first_day)).collect::<Vec<Option<i32>>>();
    let columns = vec![
        Column::new("site".into(), rows.iter().map(|(site, _)| site.as_str()).collect::<Vec<_>>()),
        numbers("year", |g| g.year),
        Column::new("month".into(), months).cast(&DataType::Date)?,
        numbers("months", |g| g.months),
        numbers("net_kg", |g| g.net_kg),
        numbers("covered_kg", |g| g.covered_kg),
        numbers("se_kg", |g| g.se_kg),
    ];
    Ok(DataFrame::new(rows.len(), columns)?)
}
