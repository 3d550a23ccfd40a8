//! What do the monthly returns say, and how does declared output stand to the tickets of the month?

use super::facts::{Measure, Return, SiteFacts};
use super::gather::{at, each, sort_measures};
use crate::engine::{Engine, EngineError};
use crate::policy::{Policy, PolicyError};
use crate::records::product::ORE;
use crate::rules::parameter::Value;
use crate::rules::rule::Rule;
use crate::rules::settings::Settings;
use std::collections::BTreeMap;

/// The rule whose head says how exact the measures of output are.
const RULE: &str = "over-scale-year";

/// Standard errors, millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Errors {
    /// Of declared output.
    pub declared_ppm: i64,
    /// Of tickets.
    pub scale_ppm: i64,
    /// Of stocks.
    pub stock_ppm: i64,
}

impl Errors {
    /// Those of the rule on the year's output, as policy has them; `None`: the rules that are run have no such rule.
    ///
    /// # Errors
    /// [`PolicyError`] if policy's section on rules is wrong.
    pub fn of(policy: &Policy, rules: &[Rule]) -> Result<Option<Self>, PolicyError> {
        let Some(rule) = rules.iter().find(|r| r.id == RULE) else { return Ok(None) };
        let values = Settings::of(policy, rules)?.values(RULE);
        let ppm = |name: &str| {
            let own = rule.parameters.iter().find(|p| p.name == name).map(|p| &p.default);
            values.get(name).or(own).and_then(number)
        };
        Ok(ppm("declared_error").zip(ppm("scale_error")).zip(ppm("stock_error")).map(|((declared_ppm, scale_ppm), stock_ppm)| Self {
            declared_ppm,
            scale_ppm,
            stock_ppm,
        }))
    }
}

const fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => Some(*number),
        _ => None,
    }
}

const RETURNS: &str = "
SELECT site, month, product, role, MIN(wet_kg) AS wet_kg, COUNT(*) AS lines,
       MIN(opening_stock_kg) AS opening_low, MAX(opening_stock_kg) AS opening_high,
       MIN(closing_stock_kg) AS closing_low, MAX(closing_stock_kg) AS closing_high
FROM production WHERE site IS NOT NULL GROUP BY site, month, product, role
";

const TICKETS: &str = "
SELECT origin_site AS site, month, SUM(net_kg) AS net_kg
FROM shipments WHERE product = 'porcelain_clay_ore' AND origin_site IS NOT NULL GROUP BY origin_site, month
";

/// Returns and measures of every site.
pub(super) fn read(engine: &Engine, errors: Option<Errors>, sites: &mut BTreeMap<String, SiteFacts>) -> Result<(), EngineError> {
    each(engine, RETURNS, |rows, row| {
        // Stated differently is not stated.
        let agreed = |low: &str, high: &str| {
            Ok::<_, EngineError>(rows.integer(low, row)?.filter(|kg| rows.integer(high, row).ok().flatten() == Some(*kg)))
        };
        let line = Return {
            month: rows.day("month", row)?.map(|d| d.to_string()).unwrap_or_default(),
            product: rows.text("product", row)?.unwrap_or_default(),
            role: rows.text("role", row)?.unwrap_or_default(),
            wet_kg: rows.integer("wet_kg", row)?.unwrap_or(0),
            opening_kg: agreed("opening_low", "opening_high")?,
            closing_kg: agreed("closing_low", "closing_high")?,
            lines: rows.integer("lines", row)?.unwrap_or(0).unsigned_abs(),
        };
        at(sites, rows, row, |site| site.returns.push(line))
    })?;
    let mut tickets: BTreeMap<(String, String), i64> = BTreeMap::new();
    each(engine, TICKETS, |rows, row| {
        let month = rows.day("month", row)?.map(|d| d.to_string()).unwrap_or_default();
        tickets.insert((rows.text("site", row)?.unwrap_or_default(), month), rows.integer("net_kg", row)?.unwrap_or(0));
        Ok(())
    })?;
    for site in sites.values_mut() {
        site.returns.sort_by(|a, b| (&a.month, &a.product, &a.role).cmp(&(&b.month, &b.product, &b.role)));
        let mut months: BTreeMap<&str, (Option<&Return>, i64)> = BTreeMap::new();
        for line in site.returns.iter().filter(|r| r.product == ORE && r.role == "produced") {
            months.entry(&line.month).or_default().0 = Some(line);
        }
        for ((_, month), kg) in tickets.range((site.site_id.clone(), String::new())..=(site.site_id.clone(), "~".to_owned())) {
            months.entry(month).or_default().1 = *kg;
        }
        let measures = months.into_iter().map(|(month, (line, kg))| measure(month, line, kg, errors)).collect();
        site.measures = measures;
        sort_measures(&mut site.measures);
    }
    Ok(())
}

fn measure(month: &str, line: Option<&Return>, tickets_kg: i64, errors: Option<Errors>) -> Measure {
    let stocks = line.and_then(|l| l.opening_kg.zip(l.closing_kg));
    let declared_kg = line.map(|l| l.wet_kg);
    let reconciled_kg = match (declared_kg, stocks, errors) {
        (Some(declared), Some(stocks), Some(errors)) => reconciled(declared, tickets_kg, stocks, errors),
        _ => None,
    };
    let stock_change_kg = stocks.map(|(opening, closing)| closing - opening);
    Measure { month: month.to_owned(), declared_kg, tickets_kg, stock_change_kg, reconciled_kg }
}

/// Two measures of one mass, each weighed by the inverse of its variance (the estimate of least variance of independent measures).
fn reconciled(declared: i64, tickets: i64, (opening, closing): (i64, i64), errors: Errors) -> Option<i64> {
    #[expect(clippy::cast_precision_loss, reason = "masses of a month are far below 2^53 kg")]
    let variance = |kg: i64, ppm: i64| (kg as f64 * ppm as f64 / 1e6).powi(2);
    let of_declared = variance(declared, errors.declared_ppm);
    let of_tickets = variance(tickets, errors.scale_ppm) + variance(opening, errors.stock_ppm) + variance(closing, errors.stock_ppm);
    if of_declared + of_tickets <= 0.0 {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "masses of a month are far below 2^53 kg")]
    let (declared, dug) = (declared as f64, (tickets + closing - opening) as f64);
    let mean = (declared * of_tickets + dug * of_declared) / (of_declared + of_tickets);
    #[expect(clippy::cast_possible_truncation, reason = "between two masses that are i64")]
    let whole = mean.round() as i64;
    Some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ERRORS: Errors = Errors { declared_ppm: 20_000, scale_ppm: 3_000, stock_ppm: 75_000 };

    #[test]
    fn the_surer_measure_weighs_more() {
        // 100 t declared ± 2 t; 110 t on tickets ± 0.33 t without stock: (100 × 0.1089 + 110 × 4) / 4.1089.
        assert_eq!(reconciled(100_000, 110_000, (0, 0), ERRORS), Some(109_735));
        // A stock of 40 t at both ends adds 2 × 3² t² of doubt.
        assert_eq!(reconciled(100_000, 110_000, (40_000, 40_000), ERRORS), Some(101_809));
        assert_eq!(reconciled(0, 0, (0, 0), ERRORS), None);
    }

    #[test]
    fn what_is_not_stated_is_not_reconciled() {
        let line = Return {
            month: "2023-06-01".to_owned(),
            product: ORE.to_owned(),
            role: "produced".to_owned(),
            wet_kg: 100_000,
            opening_kg: Some(1),
            closing_kg: None,
            lines: 2,
        };
        let measure = measure("2023-06-01", Some(&line), 5, Some(ERRORS));
        assert_eq!((measure.declared_kg, measure.stock_change_kg, measure.reconciled_kg), (Some(100_000), None, None));
    }
}
