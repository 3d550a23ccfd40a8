//! Which weights are wrong?

use super::super::constants::DIVISION_KG;
use super::super::noise;
use super::super::plant::rate;
use super::super::rng::{Rng, float, round, spread};
use super::super::tickets::Ticket;
use super::{Fault, Scene};
use std::collections::BTreeMap;

/// Trucks that carry too much do so on a share of their trips, up to 30 % above the limit.
pub(super) fn overload(scene: &mut Scene, strength: f64, rng: &mut Rng) {
    let chance = rate::OVERLOAD * strength;
    for ticket in scene.tickets.iter_mut() {
        let truck = &scene.fleet.trucks[ticket.truck as usize];
        if !truck.overloader || rng.unit() >= chance {
            continue;
        }
        let weighed = noise::weigh(truck, rng.range(1.06, 1.30), false, rng);
        (ticket.gross_kg, ticket.tare_kg, ticket.net_kg) = (weighed.gross_kg(), weighed.tare_kg, weighed.net_kg);
        ticket.received_kg = ticket.received_kg.map(|_| weighed.received_kg);
        // An overloaded truck whose axles nobody wrote down is found through the register, or not at all.
        ticket.axles_stated &= !rng.ppm(80_000);
        ticket.fault = Some(Fault::Overload);
    }
}

/// Months of a hundred in which the tare of a truck that drifts is too low for a run of trips.
const DRIFTS_PERCENT: u64 = 45;
/// Shortest and longest run, trips, and by how much the tare is too low, kg.
const RUN: (i64, i64) = (8, 16);
const TOO_LOW_KG: (i64, i64) = (1_600, 2_600);

/// For a run of trips a truck's tare is set far too low: net is too large by as much, at both ends, where both take the same tare.
pub(super) fn tare_drift(scene: &mut Scene, strength: f64, rng: &mut Rng) {
    let mut trips: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (i, ticket) in scene.tickets.iter().enumerate() {
        if scene.fleet.trucks[ticket.truck as usize].drifts && ticket.fault.is_none() && ticket.weighed {
            trips.entry(ticket.truck).or_default().push(i);
        }
    }
    for trips in trips.values() {
        let drifts = rng.below(100) < DRIFTS_PERCENT;
        let run = usize::try_from(rng.between(RUN.0, RUN.1)).unwrap_or(0);
        // No truck weighs less than half of what it does.
        let low_kg = noise::division(float(rng.between(TOO_LOW_KG.0, TOO_LOW_KG.1)) * strength.min(2.5)).max(DIVISION_KG);
        let first = usize::try_from(rng.below(trips.len().saturating_sub(run) as u64 + 1)).unwrap_or(0);
        if !drifts || trips.len() < run {
            continue;
        }
        for i in trips.iter().skip(first).take(run) {
            let ticket = &mut scene.tickets[*i];
            // No more than the truck may carry, so that nothing else is odd about the load.
            let most_kg = scene.fleet.trucks[ticket.truck as usize].limit_kg() - low_kg - 400;
            weigh_again(ticket, (ticket.gross_kg.min(most_kg), ticket.tare_kg - low_kg), rng);
            ticket.fault = Some(Fault::TareDrift);
        }
    }
}

/// Weighbridges at which weights are cloned, and at which they are invented.
const CLONERS: (f64, f64) = (0.70, 0.05);
const INVENTORS: (f64, f64) = (0.90, 0.05);
/// Share of their tickets in a bad month, and bad months of a hundred; fewer tickets than these are not worth the trouble.
const CLONED_SHARE: f64 = 0.5;
const CLONES_PERCENT: u64 = 50;
const LEAST_CLONES: f64 = 30.0;

/// At some weighbridges a truck's ticket is printed again and again; at others gross and tare are round numbers.
pub(super) fn cloned(scene: &mut Scene, strength: f64, rng: &mut Rng) {
    let clones = spread(scene.from, CLONERS.0, CLONERS.1);
    let invents = spread(scene.from, INVENTORS.0, INVENTORS.1);
    if !(clones || invents) || !scene.basin.bridges[scene.from].gross || rng.below(100) >= CLONES_PERCENT {
        return;
    }
    let share = CLONED_SHARE * strength;
    if share * float(i64::try_from(scene.tickets.len()).unwrap_or(0)) < LEAST_CLONES {
        return;
    }
    if clones {
        return print_again(scene, Fault::Cloned, share, None, rng);
    }
    scene.each(Fault::Invented, share, rng, |ticket, _, rng| {
        let hundred = |kg: i64| round(float(kg) / 100.0) * 100;
        weigh_again(ticket, (hundred(ticket.gross_kg), hundred(ticket.tare_kg)), rng);
        true
    });
}

/// Part of the tickets of an order are copies of others: they cover ore that never lay there.
pub(super) fn copies(scene: &mut Scene, rng: &mut Rng) {
    for (n, order) in (0u32..).zip(scene.orders).filter(|(_, o)| o.copies > 0.0) {
        print_again(scene, Fault::Copy, order.copies, Some(n), rng);
    }
}

/// Gross and tare of one of two earlier tickets of the same truck.
fn print_again(scene: &mut Scene, fault: Fault, share: f64, order: Option<u32>, rng: &mut Rng) {
    let mut models: BTreeMap<u32, [(i64, i64); 2]> = BTreeMap::new();
    for ticket in scene.tickets.iter().filter(|t| t.fault.is_none() && t.gross_kg % DIVISION_KG == 0) {
        let pair = (ticket.gross_kg, ticket.tare_kg);
        models.entry(ticket.truck).and_modify(|m| m[1] = pair).or_insert([pair; 2]);
    }
    scene.each(fault, share, rng, |ticket, _, rng| {
        let Some(models) = models.get(&ticket.truck).filter(|_| order.is_none_or(|n| n == ticket.order)) else { return false };
        weigh_again(ticket, models[usize::from(rng.below(3) == 0)], rng);
        true
    });
}

/// Writes other weights; what is received follows from the net that was written.
fn weigh_again(ticket: &mut Ticket, (gross_kg, tare_kg): (i64, i64), rng: &mut Rng) {
    (ticket.gross_kg, ticket.tare_kg, ticket.net_kg) = (gross_kg, tare_kg, gross_kg - tare_kg);
    ticket.received_kg = ticket.received_kg.map(|_| noise::scale(float(ticket.net_kg), rng));
}

/// Gross and tare stay as they were weighed; the net that is written is another.
pub(super) fn net_off(scene: &mut Scene, strength: f64, rng: &mut Rng) {
    scene.each(Fault::NetOff, rate::NET_OFF * strength, rng, |ticket, _, rng| {
        if ticket.weighed {
            ticket.gross_kg -= rng.between(15, 90) * DIVISION_KG;
        }
        ticket.weighed
    });
}

/// 4.5 to 12 % less arrives than left.
pub(super) fn mismatch(scene: &mut Scene, strength: f64, rng: &mut Rng) {
    scene.each(Fault::Mismatch, rate::MISMATCH * strength, rng, |ticket, _, rng| {
        let lost_kg = ticket.net_kg * rng.between(45, 120) / 1_000;
        ticket.received_kg = ticket.received_kg.map(|_| noise::division(float(ticket.net_kg - lost_kg)));
        ticket.received_kg.is_some()
    });
}
