//! Which plates are no trucks, which carry more than they hold, and whose tare is none?

use super::World;
use super::fault::Fault;
use super::fleet::{Fleet, Paper, Truck};
use super::months::Month;
use super::tickets::Ticket;
use super::truth::Court;

/// A load beyond what the truck holds counts from so much on, kg: honest trucks stay a tonne below, planted ones a tonne above.
const BEYOND_KG: i64 = 800;
/// What six axles hold at most where the register does not say it, kg: 49 t less the lightest truck.
const SIX_AXLES_HOLD_KG: i64 = 36_500;

impl Court {
    /// Trucks, by their plates.
    pub(super) fn trucks(&mut self, world: &World, fleet: &Fleet, month: &Month, period: &str) {
        for ticket in &month.tickets {
            let truck = &fleet.trucks[ticket.truck as usize];
            if matches!(truck.paper, Paper::None | Paper::Unfit(_)) {
                self.find(world, "vehicle-unfit", "plate", &truck.plate, period, ticket);
            }
            if holds_kg(truck, ticket).is_some_and(|holds_kg| ticket.net_kg > holds_kg + BEYOND_KG) {
                self.find(world, "payload-implausible", "plate", &truck.plate, period, ticket);
            }
            if ticket.fault == Some(Fault::TareDrift) {
                self.find(world, "tare-drift", "plate", &truck.plate, period, ticket);
            }
        }
    }
}

/// What a truck holds: by the register, or by its axles where that has no masses of it.
fn holds_kg(truck: &Truck, ticket: &Ticket) -> Option<i64> {
    if let Some((curb_kg, gross_kg)) = truck.registered_kg().filter(|_| truck.registered()) {
        return Some(gross_kg - curb_kg);
    }
    (ticket.axles_stated && truck.axles == 6).then_some(SIX_AXLES_HOLD_KG)
}
