//! What does lithium carbonate cost in the basin's world? A SYNTHETIC series.

use super::Calendar;
use super::constants as c;
use super::constants::{CARBONATE_PATH, FREIGHT_VAT, LI2CO3_PER_LI2O, VAT};
use super::rng::{Rng, float, round};
use chrono::{Datelike, Days, NaiveDate, Weekday};

/// A quotation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MarketPrice {
    pub(super) date: NaiveDate,
    pub(super) series: &'static str,
    /// Incl. VAT.
    pub(super) fen_per_t: i64,
}

/// Battery grade.
pub(super) const BATTERY: &str = "lithium_carbonate_battery";
const INDUSTRIAL: &str = "lithium_carbonate_industrial";

/// Quotations of every business day from two weeks before the first month, by day and series.
pub(super) fn prices(seed: u64, calendar: &Calendar) -> Vec<MarketPrice> {
    let mut rng = Rng::of(seed, "market", 0);
    let start = calendar.first.checked_sub_days(Days::new(14)).unwrap_or(calendar.first);
    let last = calendar.last_of(calendar.months.saturating_sub(1));
    let mut drift = 0.0;
    let mut prices = Vec::new();
    for date in start.iter_days().take_while(|d| *d <= last).filter(|d| is_business_day(*d)) {
        drift = 0.9 * drift + 0.006 * rng.normal();
        let thousand = path(calendar, date) * libm::exp(drift);
        // Quoted in steps of 500 yuan.
        let battery = round(thousand * 2.0) * 50_000;
        let industrial = round(thousand * rng.range(0.945, 0.965) * 2.0) * 50_000;
        prices.push(MarketPrice { date, series: BATTERY, fen_per_t: battery });
        prices.push(MarketPrice { date, series: INDUSTRIAL, fen_per_t: industrial });
    }
    prices
}

/// Monday to Friday without the fixed days of rest.
pub(super) fn is_business_day(date: NaiveDate) -> bool {
    let rest = matches!((date.month(), date.day()), (1, 1..=2) | (5, 1..=3) | (10, 1..=6));
    !rest && !matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

/// Thousand yuan a tonne: between the firsts of the months, logarithmic. After a year the last value stands.
fn path(calendar: &Calendar, date: NaiveDate) -> f64 {
    let months = (date.year() - calendar.first.year()) * 12 + i32::try_from(date.month0()).unwrap_or(0);
    let at = |i: i32| CARBONATE_PATH[usize::try_from(i.max(0)).unwrap_or(0).min(CARBONATE_PATH.len() - 1)];
    let share = float(i64::from(date.day0())) / 30.5;
    let (from, to) = (if months < 0 { at(0) } else { at(months) }, if months < 0 { at(0) } else { at(months + 1) });
    libm::exp(libm::log(from) + (libm::log(to) - libm::log(from)) * share)
}

/// Mean of the 5 business days to a day, yuan a tonne incl. VAT.
pub(super) fn carbonate_yuan(prices: &[MarketPrice], day: NaiveDate) -> Option<f64> {
    let last: Vec<i64> = prices.iter().rev().filter(|p| p.series == BATTERY && p.date <= day).take(5).map(|p| p.fen_per_t).collect();
    let count = i64::try_from(last.len()).unwrap_or(0);
    (count > 0).then(|| float(last.iter().sum::<i64>()) / float(count) / 100.0)
}

/// What a dry tonne of concentrate is worth at a carbonate price: the price method, section 2. Yuan, without VAT.
pub(super) fn concentrate_value(grade: f64, carbonate_yuan: f64) -> f64 {
    let net = carbonate_yuan / (1.0 + VAT);
    let value = grade * LI2CO3_PER_LI2O * c::NETBACK_RECOVERY * (net * (1.0 - c::NETBACK_SELL) - c::NETBACK_CONVERSION)
        - c::NETBACK_PROCESSING
        + c::NETBACK_BY_PRODUCTS;
    value.max(c::NETBACK_GUARD * grade * LI2CO3_PER_LI2O * net)
}

/// What a dry tonne of ore is worth.
pub(super) fn ore_value(grade: f64, carbonate_yuan: f64) -> f64 {
    let net = carbonate_yuan / (1.0 + VAT);
    let pull = grade * c::ORE_RECOVERY / c::ORE_CONCENTRATE_GRADE;
    let value = pull * concentrate_value(c::ORE_CONCENTRATE_GRADE, carbonate_yuan) - c::ORE_COST + c::ORE_BY_PRODUCTS;
    value.max(c::NETBACK_GUARD * grade * LI2CO3_PER_LI2O * net)
}

/// The terms of a sale.
pub(super) struct Terms {
    pub(super) vat_included: bool,
    /// Freight a wet tonne in the price, yuan incl. VAT; 0 where the buyer fetches.
    pub(super) freight_yuan: i64,
    pub(super) credit_days: i64,
    pub(super) moisture: f64,
}

/// The price as a contract writes it, yuan a wet tonne, of a dry cash price ex works without VAT: section 1 backwards.
pub(super) fn written_yuan(dry_yuan: f64, terms: &Terms) -> f64 {
    let cash = dry_yuan * (1.0 - terms.moisture);
    let credit = cash * (1.0 + c::CREDIT_RATE * float(terms.credit_days) / 365.0);
    let delivered = credit + float(terms.freight_yuan) / (1.0 + FREIGHT_VAT);
    if terms.vat_included { delivered * (1.0 + VAT) } else { delivered }
}
