//! What is wrong with the tickets? Honest trips first, then each violation on its own.
//!
//! Every violation draws from a stream of its own, so that one more or one less changes only the tickets that it is about. What
//! was done to a ticket's weights, plate or receipt is done once: the first in the order below.

mod boundary;
mod papers;
mod scales;
mod trips;

pub(super) use trips::in_month;

use super::basin::Basin;
use super::fleet::Fleet;
use super::rng::Rng;
use super::tickets::{Order, Ticket};

/// What was done to a ticket's weights, its plate or its receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fault {
    /// Carries more than the axles may.
    Overload,
    /// Its tare was set too low.
    TareDrift,
    /// Gross and tare are those of an earlier weighing.
    Cloned,
    /// Gross and tare are round numbers that nobody weighed.
    Invented,
    /// The net that is written is another than gross less tare.
    NetOff,
    /// Less arrived than left.
    Mismatch,
    /// No gross and no tare; net is what was received.
    NotDispatched,
    /// Never arrived.
    NotReceived,
    /// Arrived sooner than the road allows.
    Early,
    /// Carries the plate of a truck that was elsewhere.
    Replated,
    /// One of many trips of a plate on one day.
    TooMany,
    /// A copy of an earlier ticket, for ore that came from elsewhere: its weights, under the plate of a truck that was elsewhere.
    Copy,
}

/// The tickets of a weighbridge and month.
struct Scene<'a> {
    basin: &'a Basin,
    fleet: &'a Fleet,
    from: usize,
    month: u32,
    orders: &'a [Order],
    tickets: &'a mut [Ticket],
}

/// Puts a rule's violations into a month of a weighbridge, so strongly.
type Plants = fn(&mut Scene, f64, &mut Rng);

/// Plants what is wrong with the tickets of a weighbridge and month.
pub(super) fn at_bridge(basin: &Basin, fleet: &Fleet, (from, month): (usize, u32), orders: &[Order], tickets: &mut [Ticket]) {
    let mut scene = Scene { basin, fleet, from, month, orders, tickets };
    let mut rng = scene.rng("copies");
    scales::copies(&mut scene, &mut rng);
    let plants: [(&str, Plants); 11] = [
        ("overload", scales::overload),
        ("tare-drift", scales::tare_drift),
        ("weights-cloned", scales::cloned),
        ("net-inconsistent", scales::net_off),
        ("weight-mismatch", scales::mismatch),
        ("receipt-without-dispatch", papers::not_dispatched),
        ("dispatch-without-receipt", papers::not_received),
        ("outside-boundary", boundary::outside),
        ("waybill-missing", papers::no_pass),
        ("waybill-reused", papers::pass_again),
        ("ticket-reused", papers::number_again),
    ];
    for (rule, plant) in plants {
        if let Some(strength) = basin.plan.strength(rule) {
            let mut rng = scene.rng(rule);
            plant(&mut scene, strength, &mut rng);
        }
    }
}

impl Scene<'_> {
    fn rng(&self, rule: &str) -> Rng {
        Rng::of(self.basin.seed, rule, u64::from(self.month) * 100_000 + self.from as u64)
    }

    /// Does one thing to a share of the tickets to which nothing was done yet and on which it can be done.
    fn each(&mut self, fault: Fault, share: f64, rng: &mut Rng, mut put: impl FnMut(&mut Ticket, &Fleet, &mut Rng) -> bool) {
        for i in rng.picks(self.tickets.len(), share) {
            let ticket = &mut self.tickets[i];
            if ticket.fault.is_none() && put(ticket, self.fleet, rng) {
                ticket.fault = Some(fault);
            }
        }
    }
}
