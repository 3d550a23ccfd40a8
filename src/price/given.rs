//! What do rules see of prices? The guide prices in force by class and period, and the sales with their normalised prices beside.
//!
//! A day is priced by the period in which it lies: a sale is measured against the market of its own time, not against a price
//! of before carbonate moved.

use super::bands::{ClassPrice, Period, PricedSale, ProductBands};
use super::screen::Code;
use crate::engine::{Engine, EngineError, Rows};
use chrono::NaiveDate;
use polars::prelude::*;
use std::collections::BTreeMap;

/// A class of a product in a period that has a guide price.
struct Priced<'a> {
    product: &'a str,
    period: &'a Period,
    class: &'a super::bands::GradeClass,
    price: &'a ClassPrice,
}

/// One row a product, period and class with a guide price: `product, first_day, last_day, class, from_ppm, to_ppm` (of the dry
/// matter, upper end excluded), `lower_fen_per_t, guide_fen_per_t, upper_fen_per_t` (a dry tonne on the basis of the policy).
///
/// # Errors
/// [`EngineError`] if the frame can't be made.
pub fn guide_prices(bands: &[ProductBands]) -> Result<DataFrame, EngineError> {
    let rows: Vec<Priced> = bands.iter().flat_map(priced).collect();
    let text = |name: &str, get: &dyn Fn(&Priced) -> String| Column::new(name.into(), rows.iter().map(get).collect::<Vec<_>>());
    let whole = |name: &str, get: &dyn Fn(&Priced) -> Option<i64>| Column::new(name.into(), rows.iter().map(get).collect::<Vec<_>>());
    let day = |name: &str, get: &dyn for<'r> Fn(&'r Priced) -> &'r str| -> PolarsResult<Column> {
        let days: Vec<Option<i32>> = rows.iter().map(|r| get(r).parse::<NaiveDate>().ok().map(crate::records::time::days_of)).collect();
        Column::new(name.into(), days).cast(&DataType::Date)
    };
    let columns = vec![
        text("product", &|r| r.product.to_owned()),
        day("first_day", &|r| &r.period.from)?,
        day("last_day", &|r| &r.period.to)?,
        text("class", &|r| r.class.id.clone()),
        whole("from_ppm", &|r| Some(i64::from(r.class.from_ppm))),
        whole("to_ppm", &|r| Some(i64::from(r.class.to_ppm))),
        whole("lower_fen_per_t", &|r| r.price.lower_fen_per_t),
        whole("guide_fen_per_t", &|r| r.price.guide_fen_per_t),
        whole("upper_fen_per_t", &|r| r.price.upper_fen_per_t),
    ];
    Ok(DataFrame::new(rows.len(), columns)?)
}

fn priced(bands: &ProductBands) -> impl Iterator<Item = Priced<'_>> {
    bands.periods.iter().flat_map(move |period| {
        bands.classes.iter().filter_map(move |class| {
            let price = period.price(&class.id).filter(|p| p.guide_fen_per_t.is_some())?;
            Some(Priced { product: &bands.product, period, class, price })
        })
    })
}

/// The columns of a sale that are taken as they are.
const SALES: &str = "
SELECT source_file, source_sheet, source_row, contract_no, date, seller, seller_company, buyer, buyer_company, product,
       CAST(li2o_ppm AS BIGINT) AS li2o_ppm, wet_kg
FROM sales
";

/// One row a sale that is priced and no duplicate of another, with the prices of its class in its period beside (null: none).
///
/// # Errors
/// [`EngineError`] if the snapshot can't be read.
pub fn priced_sales(engine: &Engine, bands: &[ProductBands]) -> Result<DataFrame, EngineError> {
    let frame = engine.sql(SALES)?;
    let of: BTreeMap<(&str, &str), (&PricedSale, Option<&ClassPrice>)> = bands.iter().flat_map(of_product).collect();
    let rows = Rows::new(&frame);
    let mut months: Vec<Option<i32>> = Vec::with_capacity(frame.height());
    let mut numbers: [Vec<Option<i64>>; 5] = Default::default();
    let mut known: Vec<bool> = Vec::with_capacity(frame.height());
    for row in 0..frame.height() {
        let text = |name: &str| rows.text(name, row).map(Option::unwrap_or_default);
        let sheet = rows.text("source_sheet", row)?.map(|s| format!("[{s}]")).unwrap_or_default();
        let place = rows.integer("source_row", row)?.unwrap_or_default();
        let id = super::sale::id(&text("contract_no")?, &text("source_file")?, &sheet, place);
        let found = of.get(&(text("product")?.as_str(), id.as_str())).copied();
        let sale = found.map(|(sale, _)| sale);
        let class = found.and_then(|(_, class)| class);
        known.push(sale.is_some());
        months.push(rows.day("date", row)?.and_then(|d| chrono::Datelike::with_day(&d, 1)).map(crate::records::time::days_of));
        let values = [
            sale.and_then(|s| s.dry_kg),
            sale.and_then(|s| s.dry_fen_per_t),
            class.and_then(|c| c.lower_fen_per_t),
            class.and_then(|c| c.guide_fen_per_t),
            class.and_then(|c| c.upper_fen_per_t),
        ];
        for (column, value) in numbers.iter_mut().zip(values) {
            column.push(value);
        }
    }
    let names = ["dry_kg", "price_fen_per_t", "lower_fen_per_t", "guide_fen_per_t", "upper_fen_per_t"];
    let mut added: Vec<Column> = names.iter().zip(numbers).map(|(name, values)| Column::new((*name).into(), values)).collect();
    added.push(Column::new("month".into(), months).cast(&DataType::Date)?);
    let mask = BooleanChunked::from_iter_values("known".into(), known.into_iter());
    Ok(frame.hstack(&added)?.filter(&mask)?)
}

/// The sales of a product by id, each with the prices of its class in its period.
fn of_product(bands: &ProductBands) -> impl Iterator<Item = ((&str, &str), (&PricedSale, Option<&ClassPrice>))> {
    let periods: BTreeMap<&str, &Period> = bands.periods.iter().map(|p| (p.period.as_str(), p)).collect();
    bands.sales.iter().filter(|s| s.code != Code::Duplicate.id() && s.dry_fen_per_t.is_some()).map(move |sale| {
        let class = sale.class.as_deref().and_then(|class| periods.get(sale.period.as_str())?.price(class));
        ((bands.product.as_str(), sale.id.as_str()), (sale, class))
    })
}

/// Lets the rules of an engine see these prices.
///
/// # Errors
/// [`EngineError`] if the snapshot can't be read.
pub fn register(engine: &Engine, bands: &[ProductBands]) -> Result<(), EngineError> {
    for (table, frame) in
        [(crate::rules::given::GUIDE_PRICES, guide_prices(bands)?), (crate::rules::given::PRICED_SALES, priced_sales(engine, bands)?)]
    {
        let columns: Vec<Expr> =
            crate::rules::given::schema(table).unwrap_or_default().into_iter().map(|(name, dtype)| col(name).strict_cast(dtype)).collect();
        engine.register(table, frame.lazy().select(columns).collect()?);
    }
    Ok(())
}
