//! What was sold in a month, to whom and on which terms? The contracts behind the trucks.

use super::World;
use super::basin::{Company, Kind};
use super::constants::FREIGHT_YUAN_PER_T_KM;
use super::launder;
use super::market::{Terms, carbonate_yuan, concentrate_value, is_business_day, ore_value, written_yuan};
use super::months::Month;
use super::rng::{Rng, down, float, round};
use super::tickets::Lot;
use crate::records::product;
use chrono::NaiveDate;

/// A contract line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sale {
    pub(super) contract_no: String,
    pub(super) date: NaiveDate,
    /// Places in the basin's list.
    pub(super) seller: usize,
    pub(super) buyer: usize,
    pub(super) product: &'static str,
    pub(super) li2o_ppm: Option<i64>,
    pub(super) wet_kg: i64,
    pub(super) moisture_ppm: Option<i64>,
    pub(super) fen_per_t: i64,
    pub(super) vat_included: Option<bool>,
    pub(super) delivered: bool,
    pub(super) freight_fen_per_t: Option<i64>,
    pub(super) credit_days: Option<i64>,
    pub(super) related: Option<bool>,
    /// What the lot truly holds, ppm.
    pub(super) true_ppm: i64,
    /// What was done to it.
    pub(super) trick: Option<Trick>,
}

/// What is wrong with a sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trick {
    /// Its grade was lifted over the limit of the next class.
    Lifted,
    /// Its grade is the seller's, which lies above what its tickets say.
    Biased,
    /// Cheap ore whose origin nobody can name.
    Cheap,
}

/// Smaller deliveries have no contract of their own, kg.
const LEAST_KG: i64 = 60_000;
/// A line holds at most so much, kg.
const LINE_KG: i64 = 1_500_000;

/// The month's contracts, by day and number.
pub(super) fn of_month(world: &World, month: &Month) -> Vec<Sale> {
    let mut rng = Rng::of(world.basin.seed, "sales", u64::from(month.index));
    let mut sales = Vec::new();
    for ((from, to, product), lot) in &month.flows {
        let places = &world.basin.places;
        let trades = matches!(places[*from].kind, Kind::Mine | Kind::Stockyard | Kind::Concentrator | Kind::Trader);
        if !trades || !matches!(*product, product::ORE | product::CONCENTRATE) || lot.wet_kg < LEAST_KG {
            continue;
        }
        let lines = (lot.wet_kg / LINE_KG + 1).min(4);
        for line in 0..lines {
            let wet_kg = down(lot.wet_kg / lines, 10) + if line == 0 { lot.wet_kg - lines * down(lot.wet_kg / lines, 10) } else { 0 };
            sales.extend(write(world, month.index, (*from, *to, product), Lot { wet_kg, ..*lot }, *lot, &mut rng));
        }
    }
    sales.sort_by_key(|s| s.date);
    for (n, sale) in sales.iter_mut().enumerate() {
        sale.contract_no = format!("HT-{}-{:04}", world.calendar.label(month.index).replace('-', ""), n + 1);
    }
    sales
}

fn write(
    world: &World,
    month: u32,
    (seller, buyer, product): (usize, usize, &'static str),
    line: Lot,
    lot: Lot,
    rng: &mut Rng,
) -> Option<Sale> {
    let date = business_day(world, month, rng)?;
    let carbonate = carbonate_yuan(&world.prices, date)?;
    let assayed_ppm = round(float(lot.li2o_ppm()) * (1.0 + 0.015 * rng.normal()) / 100.0) * 100;
    let (li2o_ppm, mut trick) = launder::graded(&world.basin, seller, assayed_ppm, rng);
    let moisture_ppm = round(float(lot.moisture_ppm()) * (1.0 + 0.03 * rng.normal()) / 1_000.0) * 1_000;
    let grade = float(li2o_ppm) / 1e6;
    let value = if product == product::ORE { ore_value(grade, carbonate) } else { concentrate_value(grade, carbonate) };
    let (delivered, terms) = terms(world, seller, buyer, float(moisture_ppm) / 1e6, rng);
    let related = related(world, seller, buyer);
    let rebate = launder::rebate(&world.basin, seller, rng);
    if rebate > 0.0 {
        trick = Some(Trick::Cheap);
    }
    let log = market(world, month, seller) + 0.035 * rng.normal() + odd(related, rng) - rebate;
    let written = written_yuan(value * libm::exp(log), &terms);
    // Ore is agreed in whole yuan, concentrate in steps of 5.
    let fen_per_t = if product == product::ORE { round(written) * 100 } else { round(written / 5.0) * 500 };
    (fen_per_t > 0).then(|| Sale {
        contract_no: String::new(),
        date,
        seller,
        buyer,
        product,
        li2o_ppm: (!rng.ppm(20_000)).then_some(li2o_ppm),
        wet_kg: line.wet_kg,
        moisture_ppm: (!rng.ppm(25_000)).then_some(moisture_ppm),
        fen_per_t,
        vat_included: Some(terms.vat_included),
        delivered,
        freight_fen_per_t: delivered.then_some(terms.freight_yuan * 100),
        credit_days: (!rng.ppm(20_000)).then_some(terms.credit_days),
        related: (!rng.ppm(300_000)).then_some(related),
        true_ppm: lot.li2o_ppm(),
        trick,
    })
}

/// Whether the seller delivers, and on which terms.
fn terms(world: &World, seller: usize, buyer: usize, moisture: f64, rng: &mut Rng) -> (bool, Terms) {
    let delivered = rng.below(100) < 45;
    let km = float(world.basin.road_m(seller, buyer)) / 1_000.0;
    let terms = Terms {
        vat_included: rng.below(100) < 90,
        freight_yuan: if delivered { round(km * FREIGHT_YUAN_PER_T_KM).max(8) } else { 0 },
        credit_days: [0, 0, 0, 15, 30, 60][usize::try_from(rng.below(6)).unwrap_or(0)],
        moisture,
    };
    (delivered, terms)
}

/// Where the market stands against the netback, logarithmic: by month, and a seller's own habit.
fn market(world: &World, month: u32, seller: usize) -> f64 {
    let level = -0.14 + 0.03 * Rng::of(world.basin.seed, "level", u64::from(month)).normal();
    level + 0.02 * Rng::of(world.basin.seed, "seller", seller as u64).normal()
}

/// Few prices are no market prices: among friends, or in an emergency.
fn odd(related: bool, rng: &mut Rng) -> f64 {
    let emergency = rng.ppm(8_000);
    match (related, emergency) {
        (true, _) => -0.20,
        (false, true) => -1.1,
        (false, false) => 0.0,
    }
}

fn related(world: &World, seller: usize, buyer: usize) -> bool {
    let company = |place: usize| -> Option<&Company> { world.basin.places[place].company.and_then(|c| world.basin.companies.get(c)) };
    let group = |place: usize| company(place).and_then(|c| c.group.as_deref());
    group(seller).is_some() && group(seller) == group(buyer)
}

fn business_day(world: &World, month: u32, rng: &mut Rng) -> Option<NaiveDate> {
    let (first, last) = (world.calendar.first_of(month), world.calendar.last_of(month));
    let days: Vec<NaiveDate> = first.iter_days().take_while(|d| *d <= last).filter(|d| is_business_day(*d)).collect();
    days.get(usize::try_from(rng.below(days.len() as u64)).unwrap_or(0)).copied()
}
