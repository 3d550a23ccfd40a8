//! Which tonnes are missing from the papers: hidden, under another's name, or without a ticket?
//!
//! By what was dug, taken in and covered in truth, beside what was declared and ticketed; measurement errors play no part.

use super::World;
use super::basin::Kind;
use super::months::{Meant, Month};
use super::truth::{day_of, number};
use super::truth_case::Cases;
use crate::records::product;
use std::collections::BTreeMap;

/// Rules that say it of the month and of the year.
pub(super) const ALSO_BY_YEAR: [&str; 2] = ["under-declared", "licensed-cover"];

/// What one mine wrote and did in a month, kg.
#[derive(Clone, Copy, Debug)]
struct Mine {
    declared_kg: i64,
    dug_kg: i64,
}

/// Hears the months one by one.
#[derive(Default)]
pub(super) struct Masses {
    found: Cases,
    mines: BTreeMap<(usize, u32), Mine>,
}

/// What tickets exceed declared output and stock by counts from this share of it: returns are written in steps of 10 kg.
const UNDER_PERMILLE: i64 = 10;
/// A month in which a mine dug so much more for each declared tonne than in its median month hides output.
const HIDDEN_PERMILLE: i64 = 1_100;

impl Masses {
    pub(super) fn hear(&mut self, world: &World, month: &Month) {
        let period = world.calendar.label(month.index);
        let first = world.calendar.first_of(month.index);
        let year = format!("{:04}", world.calendar.month(month.index).0);
        let key = |rule: &'static str, place: usize| (rule, "site", world.basin.places[place].code.clone(), period.clone());
        let of_year = |rule: &'static str, place: usize| (rule, "site", world.basin.places[place].code.clone(), year.clone());
        let mut out_kg: BTreeMap<usize, i64> = BTreeMap::new();
        for ticket in month.tickets.iter().filter(|t| t.product == product::ORE) {
            let from = ticket.from as usize;
            *out_kg.entry(from).or_default() += ticket.net_kg;
            if ticket.foreign {
                let papers = number(world, ticket);
                self.found.add(key("licensed-cover", from), ticket.net_kg, day_of(ticket)).tickets.push(papers.clone());
                self.found.add(of_year("licensed-cover", from), ticket.net_kg, day_of(ticket)).tickets.push(papers.clone());
                if ticket.li2o_ppm.is_some() {
                    self.found.add(key("assay-foreign", from), ticket.net_kg, day_of(ticket)).tickets.push(papers);
                }
            }
        }
        let returns = month.returns.iter().filter(|r| r.produced && world.basin.places[r.place].kind == Kind::Mine);
        for row in returns.filter(|r| r.product == product::ORE) {
            let out_kg = out_kg.get(&row.place).copied().unwrap_or(0);
            let excess_kg = out_kg - dispatchable(row.meant);
            if excess_kg * 1_000 > out_kg * UNDER_PERMILLE {
                // What is hidden in a month stands in its year as well.
                self.found.add(key("under-declared", row.place), excess_kg, Some(first));
                self.found.add(of_year("under-declared", row.place), excess_kg, Some(first));
            }
            let dug_kg = month.dug_kg.get(&row.place).copied().unwrap_or(0);
            self.mines.insert((row.place, month.index), Mine { declared_kg: row.meant.wet_kg, dug_kg });
        }
        for (place, lot) in &month.unpapered {
            let plant = matches!(world.basin.places[*place].kind, Kind::Concentrator | Kind::Smelter);
            let rule = if plant { "plant-excess-output" } else { "intermediary-excess" };
            self.found.add(key(rule, *place), lot.wet_kg, Some(first));
        }
    }

    /// All that was found, and the months that hide output.
    pub(super) fn tell(self, world: &World, cases: &mut Cases) {
        for ((place, index), mine) in &self.mines {
            let of_place = self.mines.range((*place, 0)..=(*place, u32::MAX)).map(|(_, m)| *m);
            let usual = median(of_place.filter(|m| m.declared_kg > 0).map(|m| m.dug_kg * 1_000 / m.declared_kg).collect());
            let hidden_kg = mine.dug_kg - mine.declared_kg;
            if mine.declared_kg > 0 && mine.dug_kg * 1_000_000 / mine.declared_kg > usual * HIDDEN_PERMILLE {
                let key = ("proxy-mismatch", "site", world.basin.places[*place].code.clone(), world.calendar.label(*index));
                cases.add(key, hidden_kg, Some(world.calendar.first_of(*index)));
            }
        }
        cases.join(self.found);
    }
}

/// What can have left by what was declared and what lay there.
fn dispatchable(meant: Meant) -> i64 {
    let moved = meant.opening_kg.zip(meant.closing_kg).map_or(0, |(opening, closing)| opening - closing);
    meant.wet_kg + moved
}

fn median(mut ratios: Vec<i64>) -> i64 {
    ratios.sort_unstable();
    ratios.get(ratios.len() / 2).copied().unwrap_or(0)
}
