//! Which passes, receipts and numbers are missing or used again?

use super::super::basin::{Kind, Place};
use super::super::bridge::Passes;
use super::super::plant::rate;
use super::super::rng::{Rng, spread};
use super::super::tickets::Pass;
use super::{Fault, Scene};

/// Weighbridges that let trucks go without a pass, those whose passes are used again, and those that print tickets for what
/// never crossed them: ranges of the golden section.
const NO_PASS: (f64, f64) = (0.10, 0.22);
const PASS_AGAIN: (f64, f64) = (0.38, 0.30);
const NOT_DISPATCHED: (f64, f64) = (0.02, 0.14);
/// Where fewer tickets are printed in a month, that is not done: one that is odd among thirty was forgotten.
const LEAST_TICKETS: usize = 80;

/// Net was copied from the receipt; gross and tare were never weighed.
pub(super) fn not_dispatched(scene: &mut Scene, strength: f64, rng: &mut Rng) {
    if !spread(scene.from, NOT_DISPATCHED.0, NOT_DISPATCHED.1)
        || !scene.basin.bridges[scene.from].gross
        || scene.tickets.len() < LEAST_TICKETS
    {
        return;
    }
    scene.each(Fault::NotDispatched, rate::NOT_DISPATCHED * strength, rng, |ticket, _, _| {
        let Some(received_kg) = ticket.received_kg.filter(|_| ticket.unloaded_at.is_some()) else { return false };
        ticket.net_kg = received_kg;
        ticket.weighed = false;
        true
    });
}

/// A trip that never arrives at a place that writes down what does.
pub(super) fn not_received(scene: &mut Scene, strength: f64, rng: &mut Rng) {
    let basin = scene.basin;
    scene.each(Fault::NotReceived, rate::NOT_RECEIVED * strength, rng, |ticket, _, _| {
        let to = ticket.to as usize;
        if !basin.bridges[to].receipts || !loses(&basin.places[to]) {
            return false;
        }
        (ticket.unloaded_at, ticket.received_kg) = (None, None);
        true
    });
}

/// Whether trucks to a place vanish: the next to greatest of their kinds, that receive enough for it to show.
fn loses(place: &Place) -> bool {
    matches!((place.kind, place.rank), (Kind::Concentrator, 2 | 3) | (Kind::Smelter, 1 | 3) | (Kind::Stockyard, 2))
}

/// Trucks leave a weighbridge on the pass system without one.
pub(super) fn no_pass(scene: &mut Scene, strength: f64, rng: &mut Rng) {
    if !spread(scene.from, NO_PASS.0, NO_PASS.1) {
        return;
    }
    for i in rng.picks(scene.tickets.len(), rate::NO_PASS * strength) {
        scene.tickets[i].pass = Pass::None;
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
