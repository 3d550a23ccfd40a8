//! Which passes, receipts and numbers are missing or used again?

use super::super::basin::{Basin, Kind, Place};
use super::super::bridge::Passes;
use super::super::plant::rate;
use super::super::rng::{Rng, float, round, spread};
use super::super::tickets::{Pass, Ticket};
use super::{Fault, Scene};
use std::collections::BTreeMap;

/// Weighbridges that let trucks go without a pass, those whose passes are used again, and those that print tickets for what
/// never crossed them: ranges of the golden section.
const NO_PASS: (f64, f64) = (0.10, 0.22);
const PASS_AGAIN: (f64, f64) = (0.38, 0.30);
const NOT_DISPATCHED: (f64, f64) = (0.02, 0.14);
/// Where fewer tickets with a receipt are printed in a month, that is not done: one that is odd among thirty was forgotten.
const LEAST_TICKETS: usize = 60;
/// And of a way from a mine to a place on which trucks vanish.
const LEAST_TRIPS: usize = 60;

/// Net was copied from the receipt; gross and tare were never weighed. Spread evenly over the month.
pub(super) fn not_dispatched(scene: &mut Scene, strength: f64, rng: &mut Rng) {
    if !spread(scene.from, NOT_DISPATCHED.0, NOT_DISPATCHED.1) || !scene.basin.bridges[scene.from].gross {
        return;
    }
    let able = |t: &Ticket| t.fault.is_none() && t.received_kg.is_some() && t.unloaded_at.is_some();
    let able: Vec<usize> = scene.tickets.iter().enumerate().filter(|(_, t)| able(t)).map(|(i, _)| i).collect();
    let share = (rate::NOT_DISPATCHED * strength).min(1.0);
    let count = usize::try_from(round(share * float(i64::try_from(able.len()).unwrap_or(0)))).unwrap_or(0);
    if able.len() < LEAST_TICKETS {
        return;
    }
    let first = usize::try_from(rng.below(able.len() as u64)).unwrap_or(0);
    for n in 0..count {
        let ticket = &mut scene.tickets[able[(n * able.len() + first) / count]];
        ticket.net_kg = ticket.received_kg.unwrap_or(ticket.net_kg);
        ticket.weighed = false;
        ticket.fault = Some(Fault::NotDispatched);
    }
}

/// Trips from a mine that never arrive at the place that it is the main sender to, and that writes down what does.
pub(super) fn not_received(scene: &mut Scene, strength: f64, rng: &mut Rng) {
    let basin = scene.basin;
    let mut trips: BTreeMap<usize, usize> = BTreeMap::new();
    for ticket in scene.tickets.iter() {
        *trips.entry(ticket.to as usize).or_default() += 1;
    }
    let enough = |to: &usize| trips.get(to).is_some_and(|trips| *trips >= LEAST_TRIPS);
    let lost = |to: &usize| basin.bridges[*to].receipts && loses(&basin.places[*to]) && main_sender(basin, *to) == Some(scene.from);
    let to: Vec<usize> = trips.keys().copied().filter(|to| enough(to) && lost(to)).collect();
    if to.is_empty() {
        return;
    }
    scene.each(Fault::NotReceived, rate::NOT_RECEIVED * strength, rng, |ticket, _, _| {
        if !to.contains(&(ticket.to as usize)) {
            return false;
        }
        (ticket.unloaded_at, ticket.received_kg) = (None, None);
        true
    });
}

/// Whether trucks to a place vanish: the next to greatest of their kinds, that receive enough for it to show.
fn loses(place: &Place) -> bool {
    matches!((place.kind, place.rank), (Kind::Concentrator, 2 | 3 | 5) | (Kind::Stockyard, 2 | 3))
}

/// The mine that plans to send the most to a place.
fn main_sender(basin: &Basin, to: usize) -> Option<usize> {
    let planned_kg = |mine: usize| -> Option<i128> {
        let place = &basin.places[mine];
        let all: u64 = place.to.iter().map(|(_, weight)| *weight).sum();
        let part = place.to.iter().find(|(end, _)| *end == to).map(|(_, weight)| *weight)?;
        Some(i128::from(place.source.as_ref()?.scale_kg) * i128::from(part) / i128::from(all.max(1)))
    };
    basin.of(Kind::Mine).filter_map(|mine| Some((planned_kg(mine)?, mine))).max().map(|(_, mine)| mine)
}

/// Trucks leave a weighbridge on the pass system without one; of each product fewer than half, or nobody could say that passes
/// are usual there.
pub(super) fn no_pass(scene: &mut Scene, strength: f64, rng: &mut Rng) {
    if !spread(scene.from, NO_PASS.0, NO_PASS.1) {
        return;
    }
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for ticket in scene.tickets.iter() {
        *left.entry(ticket.product).or_default() += 1;
    }
    left.values_mut().for_each(|tickets| *tickets = *tickets * 2 / 5);
    for i in rng.picks(scene.tickets.len(), rate::NO_PASS * strength) {
        let ticket = &mut scene.tickets[i];
        if let Some(left) = left.get_mut(ticket.product).filter(|left| **left > 0) {
            *left -= 1;
            ticket.pass = Pass::None;
        }
    }
}

/// A pass of one trip is shown on two or three more.
pub(super) fn pass_again(scene: &mut Scene, strength: f64, rng: &mut Rng) {
    if !spread(scene.from, PASS_AGAIN.0, PASS_AGAIN.1) || !matches!(scene.basin.bridges[scene.from].passes, Passes::Trip { .. }) {
        return;
    }
    for i in rng.picks(scene.tickets.len(), rate::PASS_AGAIN * strength) {
        let pass = scene.tickets[i].pass;
        let again = usize::try_from(rng.between(1, 2)).unwrap_or(1);
        let step = usize::try_from(rng.between(1, 5)).unwrap_or(1);
        for k in 1..=again {
            if let Some(later) = scene.tickets.get_mut(i + k * step).filter(|t| t.pass != Pass::None && pass != Pass::None) {
                later.pass = pass;
            }
        }
    }
}

/// A number that an earlier ticket has is printed again.
pub(super) fn number_again(scene: &mut Scene, strength: f64, rng: &mut Rng) {
    for i in rng.picks(scene.tickets.len(), rate::REUSED * strength) {
        let back = u32::try_from(rng.between(1, 12)).unwrap_or(1);
        let number = &mut scene.tickets[i].number.1;
        *number = number.checked_sub(back).filter(|n| *n > 0).unwrap_or(*number);
    }
}
