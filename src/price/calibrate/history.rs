//! Which sales does calibration learn from? All that are evidence, with everything that could explain their prices.

use super::super::calendar::Span;
use super::super::carbonate::Quotes;
use super::super::netback::Costs;
use super::super::normalise::{dry_grade_ppm, float, fraction};
use super::super::policy::{Delivery, PricePolicy, ProductPolicy, in_force};
use super::super::sale::Sale;
use super::super::screen::{Code, screen};
use crate::records::units::PPM;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// An admitted sale, in numbers that a regression takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Deal {
    /// Day.
    pub date: NaiveDate,
    /// Index of its period.
    pub period: usize,
    /// Number of its seller in the order of the names.
    pub seller: usize,
    /// Index of its grade class.
    pub class: usize,
    /// `ln(dry price / netback)`.
    pub y: f64,
    /// Logarithm of the normalised price, fen a dry tonne.
    pub ln_price: f64,
    /// Carbonate of its day, fen/t incl. VAT.
    pub carbonate_fen_per_t: i64,
    /// Grade of the dry matter, ppm.
    pub grade_ppm: i32,
    /// Dry mass up to the cap of a lot, t.
    pub weight_t: f64,
    /// Dry mass, t.
    pub dry_t: f64,
    /// By how much a rise of the yearly interest by 1 lowers the logarithm of the price: years of credit over one plus their interest.
    pub credit_years: f64,
    /// Delivered, not ex works.
    pub delivered: bool,
    /// The price was written with VAT.
    pub vat_included: bool,
    /// Moisture, percent.
    pub moisture_pct: f64,
}

/// The admitted sales of one product.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// By (date, id).
    pub deals: Vec<Deal>,
    /// Distinct sellers among them.
    pub sellers: usize,
}

impl History {
    /// Of sales sorted by (date, id). A leg of a circle is no evidence here, also where the circle closed only later: calibration
    /// looks back.
    #[must_use]
    pub fn of(price: &PricePolicy, product: &ProductPolicy, sales: &[Sale], quotes: &Quotes, periods: &[Span]) -> Self {
        let screened = screen(sales, quotes, price, product);
        let admitted: Vec<_> = sales.iter().zip(&screened).filter(|(_, s)| s.code == Code::Ok && s.struck_on.is_none()).collect();
        let name = |sale: &Sale| sale.seller.identity(product.centre.seller_is).to_owned();
        let names: BTreeSet<String> = admitted.iter().map(|(sale, _)| name(sale)).collect();
        let numbers: BTreeMap<&String, usize> = names.iter().enumerate().map(|(number, name)| (name, number)).collect();
        let cap_mg = product.centre.lot_cap_kg.saturating_mul(PPM);
        let deals = admitted.iter().filter_map(|(sale, s)| {
            let terms = in_force(&price.terms, |t| t.from, sale.date)?;
            let years = float(sale.credit_days.or(price.assume.credit_days.map(i64::from))?) / 365.0;
            let dry_mg = s.dry_mg?;
            Some(Deal {
                date: sale.date,
                period: periods.partition_point(|span| span.to < sale.date),
                seller: *numbers.get(&name(sale))?,
                class: s.class?,
                y: s.y?,
                ln_price: libm::log(s.dry_fen_per_t?),
                carbonate_fen_per_t: quotes.at(sale.date, &price.carbonate, &price.calendar)?.fen_per_t,
                grade_ppm: dry_grade_ppm(sale, product.assay).ok()?,
                weight_t: float(dry_mg.min(cap_mg)) / 1e9,
                dry_t: float(dry_mg) / 1e9,
                credit_years: years / (1.0 + fraction(terms.credit_rate_ppm) * years),
                delivered: sale.delivery.or(price.assume.delivery)? == Delivery::Delivered,
                vat_included: sale.vat_included.or(price.assume.vat_included)?,
                moisture_pct: f64::from(sale.moisture_ppm?) / 1e4,
            })
        });
        Self { deals: deals.collect(), sellers: names.len() }
    }

    /// First and last day.
    #[must_use]
    pub fn span(&self) -> Option<(NaiveDate, NaiveDate)> {
        Some((self.deals.first()?.date, self.deals.last()?.date))
    }

    /// Numbers of the periods, by deal.
    #[must_use]
    pub fn periods(&self) -> Vec<usize> {
        self.deals.iter().map(|d| d.period).collect()
    }

    /// Numbers of the sellers, by deal.
    #[must_use]
    pub fn seller_numbers(&self) -> Vec<usize> {
        self.deals.iter().map(|d| d.seller).collect()
    }
}

/// Logarithm of the netback of a deal, fen a dry tonne; `None`: no costs in force.
#[must_use]
pub fn ln_netback(price: &PricePolicy, product: &ProductPolicy, deal: &Deal) -> Option<f64> {
    let costs = Costs::on(price, product, deal.date)?;
    Some(libm::log(costs.reference_fen_per_t(deal.grade_ppm, deal.carbonate_fen_per_t)))
}
