//! Which mines dug more than their scale allows, in a year or a month?
//!
//! Three measures, the largest decides: declared, tickets out with the change of the heap, and tickets out alone where no
//! heap is stated. (The reconciled measure lies between the first two, so it adds no finding of its own.)

use super::World;
use super::basin::Kind;
use super::licences::Licence;
use super::months::Return;
use super::tickets::Ticket;
use super::truth::in_force;
use crate::records::product;
use chrono::{Datelike, NaiveDate};
use std::collections::BTreeMap;

/// Ore of a site and month.
#[derive(Clone, Copy, Debug, Default)]
struct Ore {
    out_kg: i64,
    declared_kg: Option<i64>,
    opening_kg: Option<i64>,
    closing_kg: Option<i64>,
}

/// Ore by site and month.
#[derive(Default)]
pub(super) struct Scales(BTreeMap<(usize, u32), Ore>);

/// Output and what is allowed, kg.
#[derive(Clone, Debug)]
pub(super) struct Measured {
    pub(super) rule: &'static str,
    pub(super) place: usize,
    pub(super) period: String,
    /// The largest measure.
    pub(super) most_kg: i64,
    pub(super) allowed_kg: i64,
}

impl Scales {
    pub(super) fn ship(&mut self, ticket: &Ticket, month: u32) {
        if ticket.product == product::ORE {
            self.0.entry((ticket.from as usize, month)).or_default().out_kg += ticket.net_kg;
        }
    }

    pub(super) fn declare(&mut self, row: &Return) {
        if row.product == product::ORE && row.produced {
            let ore = self.0.entry((row.place, row.month)).or_default();
            (ore.declared_kg, ore.opening_kg, ore.closing_kg) = (Some(row.wet_kg), row.opening_kg, row.closing_kg);
        }
    }

    /// Rule, place, period and excess of everything over scale.
    pub(super) fn over(&self, world: &World, licences: &[Vec<Licence>]) -> Vec<(&'static str, usize, String, i64)> {
        let over = self.measured(world, licences).into_iter().filter(|m| m.most_kg > m.allowed_kg);
        over.map(|m| (m.rule, m.place, m.period, m.most_kg - m.allowed_kg)).collect()
    }

    /// Every comparison of an output with what is allowed.
    pub(super) fn measured(&self, world: &World, licences: &[Vec<Licence>]) -> Vec<Measured> {
        let mut all = Vec::new();
        let mut years: BTreeMap<(usize, i32), Vec<Ore>> = BTreeMap::new();
        for ((place, month), ore) in self.0.iter().filter(|((p, _), _)| world.basin.places[*p].kind == Kind::Mine) {
            years.entry((*place, world.calendar.month(*month).0)).or_default().push(*ore);
            let period = world.calendar.label(*month);
            let most_kg = most(std::slice::from_ref(ore));
            let (first, last) = (world.calendar.first_of(*month), world.calendar.last_of(*month));
            if let Some(scale) = scale_in_month(&licences[*place], first, last, false) {
                all.push(Measured { rule: "over-scale-month", place: *place, period: period.clone(), most_kg, allowed_kg: scale / 8 });
            }
            if let Some(scale) = scale_in_month(&licences[*place], first, last, true) {
                all.push(Measured { rule: "over-scale-hazard", place: *place, period, most_kg, allowed_kg: scale / 5 });
            }
        }
        for ((place, year), months) in years {
            let (period, most_kg) = (format!("{year:04}"), most(&months));
            if let Some(scale) = pro_rata(licences[place].iter(), year) {
                all.push(Measured { rule: "over-scale-year", place, period: period.clone(), most_kg, allowed_kg: scale });
            }
            if let Some(scale) = pro_rata(licences[place].iter().filter(|l| l.underground == Some(true)), year) {
                all.push(Measured { rule: "over-scale-hazard", place, period, most_kg, allowed_kg: scale / 5 * 6 });
            }
        }
        all
    }
}

/// The largest measure of consecutive months.
fn most(months: &[Ore]) -> i64 {
    let declared = months.iter().filter_map(|m| m.declared_kg).sum::<i64>();
    let out = months.iter().map(|m| m.out_kg).sum::<i64>();
    let heap = months.first().and_then(|m| m.opening_kg).zip(months.last().and_then(|m| m.closing_kg));
    declared.max(out + heap.map_or(0, |(opening, closing)| closing - opening))
}

/// The annual scale in force in a month, kg: the largest on any of its days.
fn scale_in_month(licences: &[Licence], first: NaiveDate, last: NaiveDate, underground: bool) -> Option<i64> {
    let on = |day: NaiveDate| -> Option<i64> {
        let counts = |l: &&Licence| l.mining && in_force(l, day) && (!underground || l.underground == Some(true));
        licences.iter().filter(counts).filter_map(|l| l.scale_kg).reduce(|a, b| a + b)
    };
    first.iter_days().take_while(|d| *d <= last).filter_map(on).max()
}

/// The scale of a year, day by day in force, kg.
fn pro_rata<'a>(licences: impl Iterator<Item = &'a Licence>, year: i32) -> Option<i64> {
    let (first, last) = (NaiveDate::from_ymd_opt(year, 1, 1)?, NaiveDate::from_ymd_opt(year, 12, 31)?);
    let days = i64::from(last.ordinal());
    let mut kg_days: Option<i128> = None;
    for licence in licences.filter(|l| l.mining) {
        let force = first.iter_days().take_while(|d| *d <= last).filter(|d| in_force(licence, *d)).count();
        if let Some(scale) = licence.scale_kg.filter(|_| force > 0) {
            kg_days = Some(kg_days.unwrap_or(0) + i128::from(scale) * i128::try_from(force).unwrap_or(0));
        }
    }
    kg_days.and_then(|sum| i64::try_from(sum / i128::from(days)).ok())
}
