//! From what was a bulletin made? One hash over every sale and quotation up to the end of the period, as recorded and with its code.

use super::event::sha256;
use crate::engine::{Engine, EngineError};
use crate::price::bands::ProductBands;
use crate::price::carbonate::Quotes;
use crate::price::policy::PricePolicy;
use crate::price::sale::{self, Party, Sale};
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// SHA-256, hex, over the sales of the priced products and the quotations of carbonate up to `to`. What is dated later changes
/// nothing of a period, so it does not change its hash either.
///
/// # Errors
/// [`EngineError`] if the snapshot can't be read.
pub fn hash(engine: &Engine, price: &PricePolicy, bands: &[ProductBands], to: NaiveDate) -> Result<String, EngineError> {
    let mut text = String::new();
    for of in bands {
        // What was known at the end of the period: a circle that closed later had not.
        let codes: BTreeMap<&str, (&str, bool)> = of.sales.iter().map(|s| (s.id.as_str(), (s.code.as_str(), struck(s.struck_on.as_deref(), to)))).collect();
        line(&mut text, &[&of.product]);
        for sale in sale::sales(engine, &of.product)?.iter().filter(|s| s.date <= to) {
            let (code, struck) = codes.get(sale.id.as_str()).copied().unwrap_or_default();
            add_sale(&mut text, sale, code, struck);
        }
    }
    add_quotes(&mut text, &sale::quotes(engine, &price.carbonate.series)?, to);
    Ok(sha256(&text))
}

fn struck(on: Option<&str>, to: NaiveDate) -> bool {
    on.and_then(|day| day.parse::<NaiveDate>().ok()).is_some_and(|day| day <= to)
}

fn add_sale(text: &mut String, s: &Sale, code: &str, struck: bool) {
    let party = |p: &Party| format!("{:?}", (&p.name, &p.company, &p.group));
    let terms = (s.li2o_ppm, s.wet_kg, s.moisture_ppm, s.price_fen_per_t, s.vat_included, s.delivery, s.freight_fen_per_t, s.credit_days, s.related_party);
    line(text, &[&s.id, &s.date.to_string(), &party(&s.seller), &party(&s.buyer), &format!("{terms:?}"), code, &struck.to_string()]);
}

fn add_quotes(text: &mut String, quotes: &Quotes, to: NaiveDate) {
    for (day, fen) in quotes.days().iter().filter(|(day, _)| *day <= to) {
        line(text, &["quotation", &day.to_string(), &fen.to_string()]);
    }
}

/// Parts with their lengths, so that none runs into the next.
fn line(text: &mut String, parts: &[&str]) {
    for part in parts {
        // Writing to a text does not fail.
        let _ = write!(text, "{}:{part};", part.len());
    }
    text.push('\n');
}
