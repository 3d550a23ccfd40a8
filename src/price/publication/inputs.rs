//! From what is a bulletin made? The sales and quotations up to the end of its period, and one hash over all of them.

use super::event::sha256;
use crate::engine::{Engine, EngineError};
use crate::price::anchors::Anchors;
use crate::price::bands::ProductBands;
use crate::price::calendar::Span;
use crate::price::carbonate::Quotes;
use crate::price::policy::PricePolicy;
use crate::price::sale::{Party, Sale};
use crate::price::{Market, assess};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What a snapshot holds for the prices, up to a period.
#[derive(Clone, Debug)]
pub struct Inputs {
    market: Market,
    span: Span,
}

impl Inputs {
    /// Reads everything up to the end of `period`; `None`: the snapshot has no such period. What is dated later was not known at
    /// the end of the period and changes nothing of it.
    ///
    /// # Errors
    /// [`EngineError`] if the snapshot can't be read.
    pub fn read(engine: &Engine, price: &PricePolicy, period: &str) -> Result<Result<Self, String>, EngineError> {
        let mut market = Market::read(engine, price)?;
        let Some(at) = market.periods.iter().position(|span| span.id == period) else {
            let ends = [market.periods.first(), market.periods.last()].into_iter().flatten().map(|s| s.id.as_str());
            return Ok(Err(ends.collect::<Vec<_>>().join(" – ")));
        };
        market.periods.truncate(at + 1);
        let Some(span) = market.periods.last().cloned() else { return Ok(Err(String::new())) };
        let to = span.to;
        for (_, sales) in &mut market.products {
            sales.retain(|sale| sale.date <= to);
        }
        market.quotes = Quotes::new(market.quotes.days().iter().filter(|(day, _)| *day <= to).copied());
        Ok(Ok(Self { market, span }))
    }

    /// The period.
    #[must_use]
    pub const fn span(&self) -> &Span {
        &self.span
    }

    /// The course of the prices up to the period.
    #[must_use]
    pub fn bands(&self, price: &PricePolicy, anchors: &Anchors) -> Vec<ProductBands> {
        let Market { quotes, products, periods } = &self.market;
        let of =
            |(id, sales): &(String, Vec<Sale>)| Some(assess::assess(id, price, price.product.get(id)?, sales, quotes, periods, anchors));
        products.iter().filter_map(of).collect()
    }

    /// SHA-256, hex, over every sale as recorded, with its code in `bands`, every quotation, and the published prices before.
    #[must_use]
    pub fn hash(&self, bands: &[ProductBands], anchors: &Anchors) -> String {
        let mut text = String::new();
        for (id, sales) in &self.market.products {
            line(&mut text, &["product", id]);
            let of = bands.iter().find(|b| b.product == *id);
            let codes: BTreeMap<&str, (&str, Option<&str>)> =
                of.into_iter().flat_map(|b| &b.sales).map(|s| (s.id.as_str(), (s.code.as_str(), s.struck_on.as_deref()))).collect();
            for sale in sales {
                let (code, struck_on) = codes.get(sale.id.as_str()).copied().unwrap_or_default();
                add_sale(&mut text, sale, code, struck_on.unwrap_or_default());
            }
        }
        for (day, fen) in self.market.quotes.days() {
            line(&mut text, &["quotation", &day.to_string(), &fen.to_string()]);
        }
        for ((product, period, class), in_force) in &anchors.0 {
            let price = in_force.map_or_else(|| "none".to_owned(), |p| p.guide.to_string());
            line(&mut text, &["published", product, period, class, &price]);
        }
        sha256(&text)
    }
}

fn add_sale(text: &mut String, s: &Sale, code: &str, struck_on: &str) {
    let number = |n: Option<i64>| n.map(|n| n.to_string()).unwrap_or_default();
    let flag = |f: Option<bool>| f.map(|f| f.to_string()).unwrap_or_default();
    let delivery = s.delivery.map(|d| format!("{d:?}")).unwrap_or_default();
    let ppm = |n: Option<i32>| number(n.map(i64::from));
    line(text, &["sale", &s.id, &s.date.to_string(), code, struck_on]);
    for Party { name, company, group } in [&s.seller, &s.buyer] {
        line(text, &[name, company.as_deref().unwrap_or_default(), group.as_deref().unwrap_or_default()]);
    }
    line(text, &[&s.wet_kg.to_string(), &s.price_fen_per_t.to_string(), &ppm(s.li2o_ppm), &ppm(s.moisture_ppm)]);
    let (vat, related) = (flag(s.vat_included), flag(s.related_party));
    line(text, &[&vat, &delivery, &number(s.freight_fen_per_t), &number(s.credit_days), &related]);
}

/// Parts with their lengths, so that none runs into the next.
fn line(text: &mut String, parts: &[&str]) {
    for part in parts {
        // Writing to a text does not fail.
        let _ = write!(text, "{}:{part};", part.len());
    }
    text.push('\n');
}
