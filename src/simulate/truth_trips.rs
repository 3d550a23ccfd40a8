//! Which plates were in two places at once, and on which days did one make too many trips?
//!
//! Times are taken back to a clock that is right: how far each weighbridge's clock is off is known here, and nowhere else.

use super::World;
use super::fault::Fault;
use super::fleet::Fleet;
use super::months::Month;
use super::tickets::Ticket;
use super::truth::Court;
use std::collections::{BTreeMap, BTreeSet};

/// Metres of road a minute that no loaded truck exceeds: 60 km/h.
const FASTEST_M_PER_MIN: i64 = 1_000;
/// A truck that is early by less is none that was planted, minutes.
const EARLY_MIN: i64 = 20;
/// Loading and unloading take at least so long, minutes.
const HANDLING_MIN: i64 = 20;
/// What the trips of a day may take, minutes.
const DAY_MIN: i64 = 1_440;

impl Court {
    /// Trips, by plate. Only plates with a ticket that was tampered with are looked at: all others drive for one weighbridge, one
    /// trip after the other.
    pub(super) fn trips(&mut self, world: &World, fleet: &Fleet, month: &Month, period: &str) {
        let odd = |t: &&Ticket| matches!(t.fault, Some(Fault::Replated | Fault::TooMany | Fault::Copy | Fault::Early));
        let suspects: BTreeSet<u32> = month.tickets.iter().filter(odd).map(|t| t.truck).collect();
        if suspects.is_empty() {
            return;
        }
        let mut trips: BTreeMap<u32, Vec<Trip>> = BTreeMap::new();
        for ticket in month.tickets.iter().filter(|t| suspects.contains(&t.truck)) {
            trips.entry(ticket.truck).or_default().extend(Trip::of(world, ticket));
        }
        for (truck, mut trips) in trips {
            trips.sort_by_key(|t| (t.left, t.ticket.from, t.ticket.number));
            let plate = &fleet.trucks[truck as usize].plate;
            for ticket in impossible(world, &trips).into_iter().filter_map(|i| trips.get(i)) {
                self.find(world, "travel-impossible", "plate", plate, period, ticket.ticket);
            }
            for day in trips.chunk_by(|a, b| a.left.div_euclid(DAY_MIN) == b.left.div_euclid(DAY_MIN)) {
                if day.iter().map(|t| 2 * t.least + HANDLING_MIN).sum::<i64>() > DAY_MIN {
                    day.iter().for_each(|t| self.find(world, "trips-too-many", "plate", plate, period, t.ticket));
                }
            }
        }
    }
}

/// A trip between two places of the register.
struct Trip<'a> {
    ticket: &'a Ticket,
    left: i64,
    arrived: Option<i64>,
    /// Least minutes on the road.
    least: i64,
}

impl<'a> Trip<'a> {
    fn of(world: &World, ticket: &'a Ticket) -> Option<Self> {
        let (from, to) = (ticket.from as usize, ticket.to as usize);
        if [from, to].iter().any(|p| world.basin.places[*p].kind.id().is_none()) {
            return None;
        }
        Some(Self {
            ticket,
            left: ticket.loaded_at - world.basin.bridges[from].clock_min,
            arrived: ticket.unloaded_at.map(|at| at - world.basin.bridges[to].clock_min),
            least: world.basin.road_m(from, to) / FASTEST_M_PER_MIN,
        })
    }
}

/// Trips, of one plate and in their order, that arrived before they could, or left elsewhere before they could be there.
fn impossible(world: &World, trips: &[Trip]) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    for (i, trip) in trips.iter().enumerate() {
        if trip.arrived.is_some_and(|at| at - trip.left + EARLY_MIN <= trip.least) {
            found.insert(i);
        }
        let Some(next) = trips.get(i + 1) else { continue };
        let back = world.basin.road_m(trip.ticket.to as usize, next.ticket.from as usize) / FASTEST_M_PER_MIN;
        if next.left - trip.left + EARLY_MIN <= trip.least + back {
            found.extend([i, i + 1]);
        }
    }
    found
}
