//! Which plates are no trucks, which carry more than they hold, and whose tare is none?

use super::World;
use super::fault::Fault;
use super::fleet::{Fleet, Paper};
use super::months::Month;
use super::truth::Court;

/// A load beyond what the register says that the truck holds counts from here; overloaded trucks stay below 1.5 times what they
/// hold, small lorries carry more than twice as much.
const PAYLOAD_PERMILLE: i64 = 1_600;

impl Court {
    /// Trucks, by their plates.
    pub(super) fn trucks(&mut self, world: &World, fleet: &Fleet, month: &Month, period: &str) {
        for ticket in &month.tickets {
            let truck = &fleet.trucks[ticket.truck as usize];
            if matches!(truck.paper, Paper::None | Paper::Unfit(_)) {
                self.find(world, "vehicle-unfit", "plate", &truck.plate, period, ticket);
            }
            let holds_kg = truck.registered_kg().filter(|_| truck.registered()).map(|(curb_kg, gross_kg)| gross_kg - curb_kg);
            if holds_kg.is_some_and(|holds_kg| ticket.net_kg * 1_000 > holds_kg * PAYLOAD_PERMILLE) {
                self.find(world, "payload-implausible", "plate", &truck.plate, period, ticket);
            }
            if ticket.fault == Some(Fault::TareDrift) {
                self.find(world, "tare-drift", "plate", &truck.plate, period, ticket);
            }
        }
    }
}
