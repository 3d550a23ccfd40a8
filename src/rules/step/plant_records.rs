//! What do the records say of a plant's month: what came, what left, what it made, what lay in stock? In kg of Li2O with errors.

use super::months::{Month, Paper, month_of};
use crate::engine::Rows;
use crate::records::product;
use polars::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Li2O by mass of pure lithium carbonate: 29.879 / 73.888 (molar masses, g/mol).
const CARBONATE_LI2O: f64 = 29.879 / 73.888;

/// Standard errors, as shares of one; of an assay also the absolute part, as a mass share.
#[derive(Clone, Copy, Debug)]
pub(super) struct Errors {
    pub(super) scale: f64,
    pub(super) assay: f64,
    pub(super) assay_absolute: f64,
    pub(super) stock: f64,
    pub(super) declared: f64,
}

/// A row of a monthly return.
#[derive(Clone, Debug, Default)]
struct Return {
    wet_kg: f64,
    moisture: Option<f64>,
    grade: Option<f64>,
    opening_kg: Option<f64>,
    closing_kg: Option<f64>,
}

/// Tickets of a month in one direction.
#[derive(Clone, Copy, Debug, Default)]
struct Tickets {
    /// With an assay.
    wet_kg: f64,
    li2o_kg: f64,
    /// Sum over assays of the squares of the dry mass and of the Li2O that hang on one, kg².
    dry_kg2: f64,
    li2o_kg2: f64,
    /// Without one.
    blank_kg: f64,
}

/// What the records of a plant and month say.
#[derive(Clone, Debug, Default)]
pub(super) struct Records {
    /// Product that it made.
    made: BTreeMap<String, Return>,
    /// Feed that it says it used, with its stocks.
    used: BTreeMap<String, Return>,
    received: BTreeMap<String, Tickets>,
    sent: BTreeMap<String, Tickets>,
    /// Its returns.
    pub(super) papers: Vec<Paper>,
}

/// A mass of Li2O with the variance of what is independent from month to month, and what of it hangs on the weighbridge.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Mass {
    pub(super) li2o_kg: f64,
    pub(super) variance: f64,
    pub(super) weighed_kg: f64,
    /// The wet mass that holds it.
    pub(super) wet_kg: f64,
}

/// Li2O in stock at the beginning and at the end of a month, kg.
pub(super) type Stocks = BTreeMap<String, (Option<f64>, Option<f64>)>;

/// What left a plant as product in a month, and what of it lay in stock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Dispatched {
    pub(super) sent: Mass,
    pub(super) opening_kg: Option<f64>,
    pub(super) closing_kg: Option<f64>,
}

/// Plants with their kind and their months.
pub(super) type Plants = BTreeMap<String, (String, BTreeMap<Month, Records>)>;

/// The rows of the statement, plant by plant.
pub(super) fn plants(frame: &DataFrame) -> PolarsResult<Plants> {
    let rows = Rows::new(frame);
    let mut plants = Plants::new();
    for row in 0..frame.height() {
        let (Some(item), Some(site), Some(kind)) = (rows.text("item", row)?, rows.text("site", row)?, rows.text("kind", row)?) else {
            continue;
        };
        let (Some(month), Some(product)) = (rows.day("month", row)?.map(month_of), rows.text("product", row)?) else { continue };
        let records = plants.entry(site).or_insert_with(|| (kind, BTreeMap::new())).1.entry(month).or_default();
        match item.as_str() {
            "received" => drop(records.received.insert(product, tickets(rows, row)?)),
            "sent" => drop(records.sent.insert(product, tickets(rows, row)?)),
            "made" => drop(records.made.insert(product, returned(rows, row)?)),
            "used" => drop(records.used.insert(product, returned(rows, row)?)),
            _ => records.papers.push(Paper::read(rows, row)?),
        }
    }
    Ok(plants)
}

#[expect(clippy::cast_precision_loss, reason = "kilograms of a month")]
fn number(rows: Rows, column: &str, row: usize) -> PolarsResult<Option<f64>> {
    Ok(rows.integer(column, row)?.map(|n| n as f64))
}

fn returned(rows: Rows, row: usize) -> PolarsResult<Return> {
    let share = |column| Ok::<_, PolarsError>(number(rows, column, row)?.map(|ppm| ppm / 1e6));
    Ok(Return {
        wet_kg: number(rows, "wet_kg", row)?.unwrap_or_default(),
        moisture: share("moisture_ppm")?,
        grade: share("li2o_ppm")?,
        opening_kg: number(rows, "opening_kg", row)?,
        closing_kg: number(rows, "closing_kg", row)?,
    })
}

fn tickets(rows: Rows, row: usize) -> PolarsResult<Tickets> {
    let sum = |column| Ok::<_, PolarsError>(number(rows, column, row)?.unwrap_or_default());
    Ok(Tickets {
        wet_kg: sum("wet_kg")?,
        li2o_kg: sum("li2o_g")? / 1e3,
        dry_kg2: sum("dry_kg2")?,
        li2o_kg2: sum("li2o_kg2")?,
        blank_kg: sum("blank_kg")?,
    })
}

/// Share of a product's wet mass that is Li2O; carbonate holds the same always. A moisture that is not stated is none: of feed that
/// is the most it can hold.
fn content(product: &str, stated: Option<&Return>) -> Option<(f64, f64)> {
    if product == product::CARBONATE {
        let dry = 1.0 - stated.and_then(|s| s.moisture).unwrap_or_default();
        return Some((CARBONATE_LI2O * dry, 0.0));
    }
    let stated = stated?;
    let grade = stated.grade.filter(|g| *g > 0.0)?;
    Some((grade * (1.0 - stated.moisture.unwrap_or_default()), grade))
}

impl Errors {
    /// Variance of a mass of Li2O that hangs on one assay of this grade; a grade of 0 is none of an assay.
    fn of_one_assay(&self, li2o_kg: f64, grade: f64) -> f64 {
        if grade <= 0.0 {
            return 0.0;
        }
        let absolute = li2o_kg / grade * self.assay_absolute;
        let relative = li2o_kg * self.assay;
        relative * relative + absolute * absolute
    }

    /// Li2O of tickets; those without an assay by what the return says. `None`: nobody says.
    fn of_tickets(&self, product: &str, tickets: &Tickets, stated: Option<&Return>) -> Option<Mass> {
        let assayed = self.assay * self.assay * tickets.li2o_kg2 + self.assay_absolute * self.assay_absolute * tickets.dry_kg2;
        let mut mass = Mass { li2o_kg: tickets.li2o_kg, variance: assayed, weighed_kg: tickets.li2o_kg, wet_kg: tickets.wet_kg };
        if tickets.blank_kg > 0.0 {
            let (share, grade) = content(product, stated)?;
            let blank_kg = tickets.blank_kg * share;
            mass.add(Mass {
                li2o_kg: blank_kg,
                variance: self.of_one_assay(blank_kg, grade),
                weighed_kg: blank_kg,
                wet_kg: tickets.blank_kg,
            });
        }
        Some(mass)
    }
}

impl Mass {
    pub(super) fn add(&mut self, other: Self) {
        self.li2o_kg += other.li2o_kg;
        self.variance += other.variance;
        self.weighed_kg += other.weighed_kg;
        self.wet_kg += other.wet_kg;
    }

    fn minus(mut self, other: Self) -> Self {
        self.li2o_kg -= other.li2o_kg;
        self.variance += other.variance;
        self.weighed_kg -= other.weighed_kg;
        self.wet_kg -= other.wet_kg;
        self
    }
}

impl Records {
    /// Feed with papers: tickets that came less those of feed that was sent on.
    pub(super) fn feed(&self, made: &BTreeSet<&str>, errors: &Errors) -> Option<Mass> {
        let mut feed = Mass::default();
        for (product, tickets) in &self.received {
            feed.add(errors.of_tickets(product, tickets, self.used.get(product))?);
        }
        // Slag that leaves is what the plant could not win, not feed that it sold.
        let resold = |product: &str| !made.contains(product) && product != product::SLAG;
        for (product, tickets) in self.sent.iter().filter(|(product, _)| resold(product)) {
            feed = feed.minus(errors.of_tickets(product, tickets, self.used.get(product))?);
        }
        Some(feed)
    }

    /// Feed in stock. Of feed that no return of the month names and no ticket brought there is none; `None` for the whole if the
    /// month has no return of feed at all.
    pub(super) fn feed_stocks(&self) -> Option<Stocks> {
        if self.used.is_empty() {
            return None;
        }
        let returned = self.used.iter().map(|(product, stated)| {
            let mean = self.received.get(product).filter(|t| t.wet_kg > 0.0).map(|t| t.li2o_kg / t.wet_kg);
            let share = content(product, Some(stated)).map(|(share, _)| share).or(mean);
            let li2o = |kg: Option<f64>| if kg == Some(0.0) { kg } else { kg.zip(share).map(|(kg, share)| kg * share) };
            (product.clone(), (li2o(stated.opening_kg), li2o(stated.closing_kg)))
        });
        let silent = self.received.keys().filter(|product| !self.used.contains_key(*product));
        Some(returned.chain(silent.map(|product| (product.clone(), (None, None)))).collect())
    }

    /// The products that it says it made.
    pub(super) fn made(&self) -> impl Iterator<Item = &str> {
        self.made.keys().map(String::as_str)
    }

    /// Product as declared. `None`: nothing is declared, or grade or moisture is missing.
    pub(super) fn declared(&self, errors: &Errors) -> Option<Mass> {
        let mut all = Mass::default();
        for (product, stated) in &self.made {
            let (share, grade) = product_content(product, stated)?;
            let li2o_kg = stated.wet_kg * share;
            all.add(Mass { li2o_kg, variance: errors.of_one_assay(li2o_kg, grade), weighed_kg: 0.0, wet_kg: stated.wet_kg });
        }
        if self.made.is_empty() { None } else { Some(all) }
    }

    /// Product as dispatched, with its stocks at the beginning and at the end, kg of Li2O.
    pub(super) fn dispatched(&self, errors: &Errors) -> Option<Dispatched> {
        let mut all = Dispatched { sent: Mass::default(), opening_kg: Some(0.0), closing_kg: Some(0.0) };
        for (product, stated) in &self.made {
            let (share, _) = product_content(product, stated)?;
            let sent = self.sent.get(product).copied().unwrap_or_default();
            all.sent.add(errors.of_tickets(product, &sent, Some(stated))?);
            let plus = |sum: Option<f64>, kg: Option<f64>| sum.zip(kg).map(|(sum, kg)| sum + kg * share);
            all.opening_kg = plus(all.opening_kg, stated.opening_kg);
            all.closing_kg = plus(all.closing_kg, stated.closing_kg);
        }
        Some(all)
    }
}

/// Of a product a missing moisture is no dry product: nobody is accused of what nobody measured.
fn product_content(product: &str, stated: &Return) -> Option<(f64, f64)> {
    if product == product::CARBONATE || stated.moisture.is_some() { content(product, Some(stated)) } else { None }
}
