//! What is wrong with sales, and who sold or bought ore that nobody was allowed to dig?

use super::World;
use super::launder::weak_origin;
use super::market::{carbonate_yuan, ore_value};
use super::rng::{float, round};
use super::sales::{Sale, Trick};
use super::tickets::{Lot, Ticket};
use super::truth::number;
use super::truth_case::Cases;
use chrono::{Datelike, NaiveDate};
use std::collections::BTreeMap;

/// Value from which illegal mining is a crime, yuan: the lower figure of 法释〔2016〕25号, outside of protected zones.
const CRIME_YUAN: i64 = 100_000;
/// Ore sells some 13 % below its netback: the level about which the market of the basin moves.
const LEVEL: f64 = 0.87;

/// Ore of a place and year that nobody was allowed to dig.
#[derive(Clone, Copy, Debug, Default)]
struct Illegal {
    kg: i64,
    yuan: i64,
    since: Option<NaiveDate>,
}

/// Hears tickets of illegal ore and sales.
#[derive(Default)]
pub(super) struct Trade {
    found: Cases,
    illegal: BTreeMap<(usize, i32), Illegal>,
    /// Sales far below the market: seller, mass and day.
    cheap: Vec<(usize, i64, NaiveDate)>,
}

impl Trade {
    /// A ticket of ore that the records prove to be illegal.
    pub(super) fn illegal(&mut self, world: &World, ticket: &Ticket, day: Option<NaiveDate>, period: &str) {
        let Some(day) = day else { return };
        let grade = float(ticket.lot.1) / 1e6;
        let dry_t = float(Lot::of(ticket.net_kg, ticket.lot.0, 0).dry_kg) / 1_000.0;
        let yuan = carbonate_yuan(&world.prices, day).map_or(0.0, |carbonate| ore_value(grade, carbonate) * LEVEL * dry_t);
        let of_year = self.illegal.entry((ticket.from as usize, day.year())).or_default();
        of_year.kg += ticket.net_kg;
        of_year.yuan += round(yuan);
        of_year.since = Some(of_year.since.map_or(day, |since| since.min(day)));
        let buyer = &world.basin.places[ticket.to as usize];
        let key = ("bought-illegal", "site", buyer.code.clone(), period.to_owned());
        self.found.add(key, ticket.net_kg, Some(day)).tickets.push(number(world, ticket));
    }

    /// A month's contracts.
    pub(super) fn hear(&mut self, world: &World, sales: &[Sale]) {
        for sale in sales {
            match sale.trick {
                Some(Trick::Lifted | Trick::Biased) => sold(world, &mut self.found, "grade-steered", sale.seller, sale.wet_kg, sale.date),
                Some(Trick::Cheap) => self.cheap.push((sale.seller, sale.wet_kg, sale.date)),
                None => {}
            }
        }
    }

    /// All that was found, and who sold illegal ore worth a crime.
    pub(super) fn tell(self, world: &World, cases: &mut Cases) {
        for (seller, kg, day) in self.cheap {
            if weak_origin(&world.basin, seller) || self.illegal.contains_key(&(seller, day.year())) {
                sold(world, cases, "price-too-low", seller, kg, day);
            }
        }
        for ((place, year), illegal) in self.illegal.iter().filter(|(_, illegal)| illegal.yuan >= CRIME_YUAN) {
            let key = ("value-of-illegal", "site", world.basin.places[*place].code.clone(), format!("{year:04}"));
            cases.add(key, illegal.kg, illegal.since);
        }
        cases.join(self.found);
    }
}

/// A sale that is wrong, of the seller's company and year.
fn sold(world: &World, cases: &mut Cases, rule: &'static str, seller: usize, kg: i64, day: NaiveDate) {
    let place = &world.basin.places[seller];
    if let Some(company) = place.company.and_then(|c| world.basin.companies.get(c)) {
        cases.add((rule, "company", company.credit_code.clone(), format!("{:04}", day.year())), kg, Some(day));
    }
}
