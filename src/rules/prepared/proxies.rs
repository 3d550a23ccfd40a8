//! Which months used more explosives or power than their declared output needs? Table `proxies`: a row a site and month.

use super::Prepared;
use super::coefficients::{Compared, Ratios, Side, Usual, compare};
use super::ore::{OreMonth, first_day, float, month_of, ore_months, whole};
use crate::engine::{Engine, EngineError, Rows};
use crate::rules::context::Context;
use polars::prelude::*;
use std::collections::BTreeMap;

pub(super) static TABLE: Prepared = Prepared { name: "proxies", parameters: PARAMETERS, make };

const PARAMETERS: &[&str] =
    &["products", "false_alarm", "declared_error", "least_months", "least_mines", "common_months", "least_output_pct"];

/// What a mine used in a month; `None`: not stated.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Used {
    /// Explosives, kg: the least and the most that its returns state.
    pub(super) explosives_kg: Option<(i64, i64)>,
    /// Power, kWh: the same.
    pub(super) power_kwh: Option<(i64, i64)>,
}

/// The least and the most that returns state of one of the two.
type Get = fn(&Used) -> Option<(i64, i64)>;

const UTILITIES: &str = "
WITH by_month AS (
  SELECT site, month, MIN(explosives_kg) AS least_explosives, MAX(explosives_kg) AS most_explosives,
         MIN(electricity_kwh) AS least_power, MAX(electricity_kwh) AS most_power
  FROM utilities
  WHERE site IS NOT NULL
  GROUP BY site, month
)
SELECT u.site AS site, u.month AS month, u.least_explosives AS least_explosives, u.most_explosives AS most_explosives,
       u.least_power AS least_power, u.most_power AS most_power
FROM by_month u JOIN sites s ON u.site = s.site_id
WHERE s.kind = 'mine'
";

/// A month that one of the two accuses, or both.
struct Row {
    site: String,
    month: i64,
    declared_kg: i64,
    /// By explosives and by power; `None`: not stated or not comparable.
    implied_kg: [Option<i64>; 2],
    /// The one that counts: what it implies and what chance explains at most.
    kg: i64,
    most_kg: i64,
    with: i64,
    own: bool,
}

fn make(context: &Context) -> Result<DataFrame, EngineError> {
    let ore = ore_months(context)?;
    let used = used(context.engine)?;
    let usual = usual(context)?;
    let kinds: [Get; 2] = [|u| u.explosives_kg, |u| u.power_kwh];
    // Of contradicting returns the least use counts: nobody is accused on papers that disagree.
    let least = float(context.number("least_output_pct")?) / 1e6;
    let ratios = kinds.map(|get| ratios(&ore, &used, least, |u| get(u).map(|(least, _)| least)));
    let compared = ratios.each_ref().map(|r| compare(r, Side::More, usual));
    let mut rows = Vec::new();
    for (site, months) in &ore {
        for month in months {
            let key = (site.clone(), month.month);
            let of = |kind: usize| -> Option<(f64, Compared)> {
                let ratio = ratios.get(kind)?.get(site)?.get(&month.month)?;
                Some((*ratio, *compared.get(kind)?.get(&key)?))
            };
            rows.extend(row(site, month, [of(0), of(1)]));
        }
    }
    frame(&rows)
}

/// How months are compared, by the rule's parameters.
pub(super) fn usual(context: &Context) -> Result<Usual, EngineError> {
    let size = |name: &str| context.number(name).map(|n| usize::try_from(n).unwrap_or(0));
    Ok(Usual {
        least_months: size("least_months")?.max(2),
        least_mines: size("least_mines")?.max(2),
        common_months: float(context.number("common_months")?),
        least_scatter: float(context.number("declared_error")?) / 1e6,
        rate: context.rate("false_alarm")?,
    })
}

/// Logarithms of use a tonne declared. Months with little output are left out: pumps and lamps run all the same.
pub(super) fn ratios(
    ore: &BTreeMap<String, Vec<OreMonth>>,
    used: &BTreeMap<(String, i64), Used>,
    least: f64,
    get: impl Fn(&Used) -> Option<i64>,
) -> Ratios {
    let mut ratios = Ratios::new();
    for (site, months) in ore {
        let mut declared: Vec<i64> = months.iter().filter_map(|m| m.declared_kg).filter(|kg| *kg > 0).collect();
        declared.sort_unstable();
        let Some(middle) = declared.get(declared.len() / 2) else { continue };
        for month in months {
            let enough = month.declared_kg.filter(|kg| *kg > 0 && float(*kg) >= least * float(*middle));
            let amount = used.get(&(site.clone(), month.month)).and_then(&get).filter(|amount| *amount > 0);
            if let Some((kg, amount)) = enough.zip(amount) {
                ratios.entry(site.clone()).or_default().insert(month.month, libm::log(float(amount) / float(kg)));
            }
        }
    }
    ratios
}

fn row(site: &str, month: &OreMonth, kinds: [Option<(f64, Compared)>; 2]) -> Option<Row> {
    let declared_kg = month.declared_kg?;
    let times = |log: f64| whole(float(declared_kg) * libm::exp(log));
    let implied_kg = kinds.map(|kind| kind.map(|(ratio, c)| times(ratio - c.usual)));
    // Of two that accuse, the one that scatters less.
    let beyond = kinds.iter().flatten().filter(|(ratio, c)| *ratio > c.usual + c.far);
    let (ratio, counts) = beyond.min_by(|(_, a), (_, b)| a.far.total_cmp(&b.far))?;
    Some(Row {
        site: site.to_owned(),
        month: month.month,
        declared_kg,
        implied_kg,
        kg: times(ratio - counts.usual),
        most_kg: times(counts.far),
        with: i64::try_from(counts.with).ok()?,
        own: counts.own,
    })
}

/// Explosives and power by mine and month.
pub(super) fn used(engine: &Engine) -> Result<BTreeMap<(String, i64), Used>, EngineError> {
    let frame = engine.sql(UTILITIES)?;
    let rows = Rows::new(&frame);
    let mut used = BTreeMap::new();
    for row in 0..frame.height() {
        let (Some(site), Some(day)) = (rows.text("site", row)?, rows.day("month", row)?) else { continue };
        let both = |kind: &str| {
            Ok::<_, EngineError>(rows.integer(&format!("least_{kind}"), row)?.zip(rows.integer(&format!("most_{kind}"), row)?))
        };
        used.insert((site, month_of(day)), Used { explosives_kg: both("explosives")?, power_kwh: both("power")? });
    }
    Ok(used)
}

fn frame(rows: &[Row]) -> Result<DataFrame, EngineError> {
    let numbers = |name: &str, get: fn(&Row) -> Option<i64>| Column::new(name.into(), rows.iter().map(get).collect::<Vec<Option<i64>>>());
    let months = rows.iter().map(|r| first_day(r.month)).collect::<Vec<Option<i32>>>();
    let columns = vec![
        Column::new("site".into(), rows.iter().map(|r| r.site.as_str()).collect::<Vec<_>>()),
        Column::new("month".into(), months).cast(&DataType::Date)?,
        numbers("declared_kg", |r| Some(r.declared_kg)),
        numbers("explosives_implied_kg", |r| r.implied_kg[0]),
        numbers("power_implied_kg", |r| r.implied_kg[1]),
        numbers("implied_kg", |r| Some(r.kg)),
        numbers("most_kg", |r| Some(r.most_kg)),
        numbers("own_months", |r| Some(if r.own { r.with } else { 0 })),
        numbers("other_mines", |r| Some(if r.own { 0 } else { r.with })),
    ];
    Ok(DataFrame::new(rows.len(), columns)?)
}
