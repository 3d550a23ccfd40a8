//! Which passes of ten days does the register hold, and for how many tonnes?

use super::basin::Basin;
use super::plant::rate;
use super::rng::{Rng, float, round};
use super::tickets::{Pass, Ticket};
use super::truth::number_of;
use super::{Calendar, World};
use chrono::{Days, NaiveDate};
use std::collections::BTreeMap;

/// A pass for all that leaves a weighbridge in ten days.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Permit {
    pub(super) from: usize,
    pub(super) month: u32,
    pub(super) pass: Pass,
    /// `None`: of several products.
    pub(super) product: Option<&'static str>,
    pub(super) allowed_kg: i64,
    pub(super) first: NaiveDate,
    pub(super) last: NaiveDate,
}

/// What an honest pass allows more than is taken.
const SPARE: f64 = 1.04;
/// What is taken of a pass that is too small.
const SHORT: (f64, f64) = (1.15, 1.6);

/// The passes of ten days of a month, by place and number.
pub(super) fn of_month(basin: &Basin, calendar: &Calendar, month: u32, tickets: &[Ticket]) -> Vec<Permit> {
    let mut taken: BTreeMap<(usize, Pass), (i64, Option<&'static str>)> = BTreeMap::new();
    for ticket in tickets.iter().filter(|t| matches!(t.pass, Pass::Batch(_))) {
        let (kg, product) = taken.entry((ticket.from as usize, ticket.pass)).or_insert((0, Some(ticket.product)));
        *kg += ticket.net_kg;
        *product = product.filter(|p| *p == ticket.product);
    }
    let mut permits = Vec::new();
    for ((from, pass), (taken_kg, product)) in taken {
        let Pass::Batch(tenth) = pass else { continue };
        let mut rng = Rng::of(basin.seed, "permit", u64::from(month) * 1_000_000 + from as u64 * 10 + u64::from(tenth));
        let (short, spare) = (rng.unit(), rng.range(SHORT.0, SHORT.1));
        let planted = basin.plan.strength("waybill-reused").is_some_and(|strength| short < rate::PASS_SHORT * strength);
        let allowed = float(taken_kg) * if planted { 1.0 / spare } else { SPARE };
        let first = calendar.first_of(month).checked_add_days(Days::new(u64::from(tenth - 1) * 10));
        let last = if tenth == 3 { None } else { first.and_then(|d| d.checked_add_days(Days::new(9))) };
        permits.push(Permit {
            from,
            month,
            pass,
            product,
            allowed_kg: (round(allowed / 1_000.0) * 1_000 + if planted { 0 } else { 1_000 }).max(1_000),
            first: first.unwrap_or_else(|| calendar.first_of(month)),
            last: last.unwrap_or_else(|| calendar.last_of(month)),
        });
    }
    permits
}

/// The number of a pass of a weighbridge as printed; empty for none.
pub(super) fn printed(world: &World, from: usize, month: u32, pass: Pass) -> String {
    match pass {
        Pass::None => String::new(),
        Pass::Trip(serial) => format!("ZY{}", number_of(world, from, month, serial)),
        Pass::Batch(tenth) => format!("ZP{}", number_of(world, from, month, tenth)),
    }
}
