//! Which trips can't have been? Plates in two places at once, arrivals sooner than the road allows, days of too many trips.
//!
//! Masses stay as they are: only plates (with the tare of their truck) and times of arrival are another's.

use super::super::basin::Basin;
use super::super::fleet::{Fleet, Truck};
use super::super::noise;
use super::super::plant::rate;
use super::super::rng::{Rng, float};
use super::super::tickets::Ticket;
use super::Fault;
use std::ops::Range;

/// A cloned plate loads where its truck can't be before it has driven so far, m: its trip and the way from there.
const FAR_M: i64 = 90_000;
/// Within so many minutes.
const SAME_MIN: i64 = 8;
/// A trip that arrives at once does so over a road of at least this length, m.
const LONG_M: i64 = 80_000;
/// How far the tare on a copied ticket may be from that of the truck whose plate it shows, kg.
const LIKE_KG: i64 = 300;

/// A month's tickets by weighbridge.
struct Trips<'a> {
    basin: &'a Basin,
    fleet: &'a Fleet,
    tickets: &'a mut [Ticket],
    /// Weighbridges and where their tickets stand, in the order of their times.
    bridges: Vec<(usize, Range<usize>)>,
}

/// Plants the trips of a month that can't have been.
pub(in super::super) fn in_month(basin: &Basin, fleet: &Fleet, month: u32, tickets: &mut [Ticket]) {
    let mut bridges = Vec::new();
    let mut start = 0;
    for of_one in tickets.chunk_by(|a, b| a.from == b.from && a.loaded_at <= b.loaded_at) {
        bridges.push((of_one.first().map_or(0, |t| t.from as usize), start..start + of_one.len()));
        start += of_one.len();
    }
    let mut trips = Trips { basin, fleet, tickets, bridges };
    let rng = |what: &str| Rng::of(basin.seed, what, u64::from(month));
    trips.copies(&mut rng("copies"));
    if let Some(strength) = basin.plan.strength("travel-impossible") {
        trips.clone_plates(strength, &mut rng("travel-impossible"));
        trips.arrive_early(strength, &mut rng("arrive-early"));
    }
    if let Some(strength) = basin.plan.strength("trips-too-many") {
        trips.too_many(strength, &mut rng("trips-too-many"));
    }
}

impl Trips<'_> {
    /// When a truck left, by a clock that is right.
    fn left_at(&self, ticket: &Ticket) -> i64 {
        ticket.loaded_at - self.basin.bridges[ticket.from as usize].clock_min
    }

    fn truck(&self, ticket: &Ticket) -> &Truck {
        &self.fleet.trucks[ticket.truck as usize]
    }

    /// Whether nothing is odd about a ticket and its truck, and both ends are in the register.
    fn plain(&self, i: usize) -> bool {
        let ticket = &self.tickets[i];
        let known = |place: u32| self.basin.places[place as usize].kind.id().is_some();
        ticket.fault.is_none() && ticket.weighed && self.truck(ticket).ordinary() && known(ticket.from) && known(ticket.to)
    }

    /// A truck that loads far away at about the same time as this ticket was written, and that `like` accepts.
    fn elsewhere(&self, i: usize, rng: &mut Rng, like: impl Fn(&Truck) -> bool) -> Option<u32> {
        let ticket = &self.tickets[i];
        let (place, at) = (ticket.from as usize, self.left_at(ticket));
        let first = usize::try_from(rng.below(self.bridges.len() as u64)).unwrap_or(0);
        let (before, after) = self.bridges.split_at(first);
        after.iter().chain(before).find_map(|(other, range)| {
            if *other == place {
                return None;
            }
            let later = self.tickets.get(range.clone())?.partition_point(|t| self.left_at(t) < at - SAME_MIN);
            let found = range.start + later;
            let near = range.contains(&found) && self.left_at(&self.tickets[found]) <= at + SAME_MIN;
            let host = self.tickets.get(found).filter(|_| near && self.plain(found))?;
            let far = self.apart_m(host, ticket).min(self.apart_m(ticket, host)) >= FAR_M;
            (far && like(self.truck(host))).then_some(host.truck)
        })
    }

    /// What a truck has to drive that makes one trip and loads for the other, m.
    fn apart_m(&self, first: &Ticket, then: &Ticket) -> i64 {
        let road_m = |from: u32, to: u32| self.basin.road_m(from as usize, to as usize);
        road_m(first.from, first.to) + road_m(first.to, then.from)
    }

    /// Puts another truck's plate on a ticket, with a tare of that truck; the net stays.
    fn replate(&mut self, i: usize, truck: u32, fault: Fault, rng: &mut Rng) {
        let own = &self.fleet.trucks[truck as usize];
        let tare_kg = noise::tare(own, false, rng);
        let ticket = &mut self.tickets[i];
        if (ticket.net_kg + tare_kg) * 1_000 <= own.limit_kg() * 975 {
            (ticket.truck, ticket.tare_kg, ticket.gross_kg) = (truck, tare_kg, ticket.net_kg + tare_kg);
            ticket.fault = Some(fault);
        }
    }

    /// Tickets that were copied travel under plates of trucks that are elsewhere.
    fn copies(&mut self, rng: &mut Rng) {
        for i in 0..self.tickets.len() {
            if self.tickets[i].fault != Some(Fault::Copy) {
                continue;
            }
            let tare_kg = self.tickets[i].tare_kg;
            if let Some(truck) = self.elsewhere(i, rng, |t| (t.tare_kg - tare_kg).abs() <= LIKE_KG) {
                self.tickets[i].truck = truck;
            }
        }
    }

    fn clone_plates(&mut self, strength: f64, rng: &mut Rng) {
        for i in rng.picks(self.tickets.len(), rate::CLONED_PLATE * strength) {
            if self.plain(i)
                && let Some(truck) = self.elsewhere(i, rng, |_| true)
            {
                self.replate(i, truck, Fault::Replated, rng);
            }
        }
    }

    fn arrive_early(&mut self, strength: f64, rng: &mut Rng) {
        for i in rng.picks(self.tickets.len(), rate::EARLY * strength) {
            let (from, to) = (self.tickets[i].from as usize, self.tickets[i].to as usize);
            if !self.plain(i) || self.tickets[i].unloaded_at.is_none() || self.basin.road_m(from, to) < LONG_M {
                continue;
            }
            let arrived = self.left_at(&self.tickets[i]) + rng.between(2, 8);
            let ticket = &mut self.tickets[i];
            ticket.unloaded_at = Some(arrived + self.basin.bridges[to].clock(rng));
            ticket.fault = Some(Fault::Early);
        }
    }

    /// All of a day's trips under one plate, until they take a day and a half of driving and loading.
    fn too_many(&mut self, strength: f64, rng: &mut Rng) {
        let days = strength * float(i64::try_from(self.tickets.len()).unwrap_or(0)) / rate::TOO_MANY_EVERY;
        let whole = libm::floor(days);
        let more = u32::from(rng.unit() < days - whole);
        let mut left = 0.0;
        while left < whole + f64::from(more) {
            left += 1.0;
            let first = usize::try_from(rng.below(self.tickets.len() as u64)).unwrap_or(0);
            if self.tickets.is_empty() || !self.plain(first) {
                continue;
            }
            let (truck, day) = (self.tickets[first].truck, self.left_at(&self.tickets[first]).div_euclid(1_440));
            for i in self.day_of(first, day) {
                self.replate(i, truck, Fault::TooMany, rng);
            }
        }
    }

    /// Plain tickets of a day, those of the same weighbridge first, until their trips take too long; none if they never do.
    fn day_of(&self, first: usize, day: i64) -> Vec<usize> {
        let home = self.bridges.iter().position(|(_, range)| range.contains(&first)).unwrap_or(0);
        let (before, after) = self.bridges.split_at(home);
        let (mut taken, mut minutes) = (Vec::new(), 0);
        for (_, range) in after.iter().chain(before) {
            let of_bridge = self.tickets.get(range.clone()).unwrap_or_default();
            let from = range.start + of_bridge.partition_point(|t| self.left_at(t) < day * 1_440);
            let to = range.start + of_bridge.partition_point(|t| self.left_at(t) < (day + 1) * 1_440);
            for i in (from..to).filter(|i| self.plain(*i)) {
                taken.push(i);
                minutes += turn_min(self.basin, &self.tickets[i]);
                if minutes >= TOO_LONG_MIN {
                    return taken;
                }
            }
        }
        Vec::new()
    }
}

/// Minutes of a day of too many trips.
const TOO_LONG_MIN: i64 = 1_440 * 3 / 2;
/// Loading and unloading take at least so long, minutes.
const HANDLING_MIN: i64 = 20;

/// The road there and back at 60 km/h, and loading and unloading, minutes.
fn turn_min(basin: &Basin, ticket: &Ticket) -> i64 {
    2 * basin.road_m(ticket.from as usize, ticket.to as usize) / 1_000 + HANDLING_MIN
}
