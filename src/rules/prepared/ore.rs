//! What did each mine declare, hold and dispatch in each month? Aggregates of the views, for tables that statistics make.

use crate::engine::{EngineError, Rows};
use crate::rules::context::Context;
use crate::rules::parameter::Value;
use chrono::Datelike;
use std::collections::BTreeMap;

/// Raw ore of a mine and month, kg. Returns that contradict each other count in favour of the mine: the most output and
/// opening stock, the least closing stock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct OreMonth {
    /// Months since year 0: `12 × year + month - 1`.
    pub(super) month: i64,
    /// Declared output.
    pub(super) declared_kg: Option<i64>,
    /// Stock on the first day.
    pub(super) opening_kg: Option<i64>,
    /// Stock on the last day.
    pub(super) closing_kg: Option<i64>,
    /// Tickets out.
    pub(super) net_kg: Option<i64>,
}

const RETURNS: &str = "
WITH by_product AS (
  SELECT site, month, product, MAX(wet_kg) AS wet_kg, MAX(opening_stock_kg) AS opening_kg, MIN(closing_stock_kg) AS closing_kg
  FROM production
  WHERE role = 'produced' AND product IN ({products}) AND site IS NOT NULL
  GROUP BY site, month, product
)
SELECT r.site AS site, r.month AS month, SUM(r.wet_kg) AS declared_kg,
       CASE WHEN COUNT(r.opening_kg) = COUNT(r.product) THEN SUM(r.opening_kg) END AS opening_kg,
       CASE WHEN COUNT(r.closing_kg) = COUNT(r.product) THEN SUM(r.closing_kg) END AS closing_kg
FROM by_product r JOIN sites s ON r.site = s.site_id
WHERE s.kind = 'mine'
GROUP BY r.site, r.month
";

const TICKETS: &str = "
WITH by_month AS (
  SELECT origin_site AS site, month, SUM(net_kg) AS net_kg
  FROM shipments
  WHERE product IN ({products}) AND origin_site IS NOT NULL
  GROUP BY origin_site, month
)
SELECT t.site AS site, t.month AS month, t.net_kg AS net_kg
FROM by_month t JOIN sites s ON t.site = s.site_id
WHERE s.kind = 'mine'
";

/// The months of every mine with a return or a ticket, in their order.
pub(super) fn ore_months(context: &Context) -> Result<BTreeMap<String, Vec<OreMonth>>, EngineError> {
    let products = Value::List(context.list("products")?.to_vec()).literal();
    let mut sites: BTreeMap<(String, i64), OreMonth> = BTreeMap::new();
    for sql in [RETURNS, TICKETS] {
        let frame = context.engine.sql(&sql.replace("{products}", &products))?;
        let rows = Rows::new(&frame);
        for row in 0..frame.height() {
            let (Some(site), Some(day)) = (rows.text("site", row)?, rows.day("month", row)?) else { continue };
            let month = month_of(day);
            let ore = sites.entry((site, month)).or_insert(OreMonth { month, ..OreMonth::default() });
            if sql == TICKETS {
                ore.net_kg = rows.integer("net_kg", row)?;
            } else {
                ore.declared_kg = rows.integer("declared_kg", row)?;
                ore.opening_kg = rows.integer("opening_kg", row)?;
                ore.closing_kg = rows.integer("closing_kg", row)?;
            }
        }
    }
    let mut months: BTreeMap<String, Vec<OreMonth>> = BTreeMap::new();
    for ((site, _), ore) in sites {
        months.entry(site).or_default().push(ore);
    }
    Ok(months)
}

/// Months since year 0.
pub(super) fn month_of(day: chrono::NaiveDate) -> i64 {
    i64::from(day.year()) * 12 + i64::from(day.month0())
}

/// First day of a month, days since 1970.
pub(super) fn first_day(month: i64) -> Option<i32> {
    let year = i32::try_from(month.div_euclid(12)).ok()?;
    let number = u32::try_from(month.rem_euclid(12)).ok()? + 1;
    chrono::NaiveDate::from_ymd_opt(year, number, 1).map(crate::records::time::days_of)
}

/// A mass as a float; exact below 2^53 kg.
#[expect(clippy::cast_precision_loss, reason = "masses are below 2^53 kg")]
pub(super) const fn float(kg: i64) -> f64 {
    kg as f64
}

/// The nearest whole number; the masses of a basin are far below 2^63.
#[expect(clippy::cast_possible_truncation, reason = "`as` saturates, and masses are far from the bounds of i64")]
pub(super) fn whole(value: f64) -> i64 {
    libm::round(value) as i64
}
