//! Which passes and receipts are missing or used again, and which weights were never weighed?

use super::World;
use super::bridge::Passes;
use super::fault::Fault;
use super::months::Month;
use super::tickets::{Pass, Ticket};
use super::truth::{Court, repeated};

impl Court {
    /// Papers, by weighbridge.
    pub(super) fn paperwork(&mut self, world: &World, month: &Month, period: &str) {
        for of_one in month.tickets.chunk_by(|a, b| a.from == b.from) {
            let Some(from) = of_one.first().map(|t| t.from as usize) else { continue };
            let code = &world.basin.places[from].code;
            for ticket in of_one {
                for rule in faults(world, month.index, ticket).into_iter().flatten() {
                    self.find(world, rule, "site", code, period, ticket);
                    // A load that vanished is asked for at both ends.
                    if rule == NOT_RECEIVED {
                        self.find(world, rule, "site", &world.basin.places[ticket.to as usize].code, period, ticket);
                    }
                }
            }
            for ticket in passes_used_again(month, from, of_one) {
                self.find(world, "waybill-reused", "site", code, period, ticket);
            }
        }
    }
}

const NOT_RECEIVED: &str = "dispatch-without-receipt";

/// What is wrong with the papers of one ticket.
fn faults(world: &World, month: u32, ticket: &Ticket) -> [Option<&'static str>; 4] {
    let bridge = world.basin.bridges[ticket.from as usize];
    let on_passes = match bridge.passes {
        Passes::None => false,
        Passes::Batch => true,
        Passes::Trip { from_month } => month >= from_month,
    };
    let silent = ticket.unloaded_at.is_none() && ticket.received_kg.is_none();
    let invented = matches!(ticket.fault, Some(Fault::Cloned | Fault::Invented | Fault::Copy));
    [
        (on_passes && ticket.pass == Pass::None).then_some("waybill-missing"),
        (bridge.gross && !ticket.weighed).then_some("receipt-without-dispatch"),
        (silent && world.basin.bridges[ticket.to as usize].receipts).then_some(NOT_RECEIVED),
        invented.then_some("weights-cloned"),
    ]
}

/// Tickets of one weighbridge whose pass of one trip stands on another ticket, or whose pass of ten days allows less.
fn passes_used_again<'a>(month: &'a Month, from: usize, tickets: &'a [Ticket]) -> impl Iterator<Item = &'a Ticket> {
    let serials = tickets.iter().filter_map(|t| if let Pass::Trip(serial) = t.pass { Some(serial) } else { None });
    let again = repeated(serials);
    let too_much = |pass: Pass| {
        let permit = month.permits.iter().find(|p| p.from == from && p.pass == pass)?;
        let taken_kg: i64 = tickets.iter().filter(|t| t.pass == pass).map(|t| t.net_kg).sum();
        (taken_kg * 1_000 > permit.allowed_kg * PASS_PERMILLE).then_some(pass)
    };
    let over: Vec<Pass> = (1..=3).filter_map(|tenth| too_much(Pass::Batch(tenth))).collect();
    tickets.iter().filter(move |t| match t.pass {
        Pass::Trip(serial) => again.contains(&serial),
        Pass::Batch(_) => over.contains(&t.pass),
        Pass::None => false,
    })
}

/// Honest passes allow 4 % more than is taken; those that are too small at least 13 % less.
const PASS_PERMILLE: i64 = 1_050;
