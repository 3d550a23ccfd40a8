//! What does each trip leave on paper?

use super::basin::{Basin, Kind, Point, offset};
use super::bridge::Passes;
use super::constants::{DIVISION_KG, SPEED_M_PER_MINUTE};
use super::deposit::{Deposit, Traces};
use super::fault::{self, Fault};
use super::fleet::{Fleet, Paper, Truck};
use super::measure;
use super::noise;
use super::plant::rate;
use super::rng::{Rng, float, round};
use crate::records::product;
use crate::records::time::date_of;
use chrono::Datelike as _;

/// A weighbridge ticket.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ticket {
    pub(super) from: u32,
    pub(super) to: u32,
    /// Which of the month's orders it is part of.
    pub(super) order: u32,
    pub(super) product: &'static str,
    pub(super) truck: u32,
    /// Month of its number (year × 100 + month) and serial at the weighbridge.
    pub(super) number: (u32, u32),
    pub(super) pass: Pass,
    /// Whether the ticket states the axles.
    pub(super) axles_stated: bool,
    /// Whether the ticket states gross and tare; they are here in any case.
    pub(super) weighed: bool,
    /// Beijing minutes since 1970, as the weighbridge's clock says.
    pub(super) loaded_at: i64,
    /// As the clock of the place that it reached says.
    pub(super) unloaded_at: Option<i64>,
    pub(super) gross_kg: i64,
    pub(super) tare_kg: i64,
    pub(super) net_kg: i64,
    pub(super) received_kg: Option<i64>,
    pub(super) li2o_ppm: Option<i64>,
    pub(super) moisture_ppm: Option<i64>,
    pub(super) loaded: Option<Point>,
    /// Rb2O, Cs2O, Ta2O5 and Fe2O3, where the laboratory determines them.
    pub(super) traces: Option<Traces>,
    /// What the truck truly carries: moisture and Li2O, ppm.
    pub(super) lot: (i64, i64),
    /// Ore of another deposit under the name of this one.
    pub(super) foreign: bool,
    /// What was done to its weights, its plate or its receipt.
    pub(super) fault: Option<Fault>,
}

/// The pass that a ticket names; passes belong to the weighbridge and the month of the ticket's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pass {
    None,
    /// Of one trip: a serial.
    Trip(u32),
    /// Of ten days: the first, second or third.
    Batch(u32),
}

/// Ore, concentrate, salt or slag that is to leave a place in a month.
pub(super) struct Order {
    /// Where it goes: place and weight. One order for all of them, so that no more than a load stays behind.
    pub(super) to: Vec<(usize, u64)>,
    pub(super) product: &'static str,
    pub(super) kg: i64,
    /// First and last day, counted from 1970.
    pub(super) days: (i64, i64),
    /// Loads may lie outside of the boundary, if such loads are planted.
    pub(super) outside: bool,
    /// Share of its tickets that are copies of others, for ore that came from elsewhere.
    pub(super) copies: f64,
    /// Of what the heap is made; its mass does not matter.
    pub(super) quality: Lot,
    /// The deposit that it was dug from; `None`: it comes from a heap.
    pub(super) deposit: Option<Deposit>,
    /// The deposit is not that of the place whose tickets it travels under.
    pub(super) foreign: bool,
}

/// Mass that moves or lies: wet and dry, kg, and Li2O, g.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Lot {
    pub(super) wet_kg: i64,
    pub(super) dry_kg: i64,
    pub(super) li2o_g: i64,
}

impl Lot {
    pub(super) fn of(wet_kg: i64, moisture_ppm: i64, li2o_ppm: i64) -> Self {
        let dry_kg = wet_kg - wet_kg * moisture_ppm / 1_000_000;
        Self { wet_kg, dry_kg, li2o_g: dry_kg * li2o_ppm / 1_000 }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.wet_kg += other.wet_kg;
        self.dry_kg += other.dry_kg;
        self.li2o_g += other.li2o_g;
    }

    /// Takes so much out of a heap that is mixed.
    pub(super) fn take(&mut self, wet_kg: i64) -> Self {
        let part = |of: i64| i64::try_from(i128::from(of) * i128::from(wet_kg) / i128::from(self.wet_kg.max(1))).unwrap_or(0);
        let taken = Self { wet_kg, dry_kg: part(self.dry_kg), li2o_g: part(self.li2o_g) };
        self.wet_kg -= taken.wet_kg;
        self.dry_kg -= taken.dry_kg;
        self.li2o_g -= taken.li2o_g;
        taken
    }

    pub(super) const fn moisture_ppm(&self) -> i64 {
        if self.wet_kg > 0 { (self.wet_kg - self.dry_kg) * 1_000_000 / self.wet_kg } else { 0 }
    }

    pub(super) const fn li2o_ppm(&self) -> i64 {
        if self.dry_kg > 0 { self.li2o_g * 1_000 / self.dry_kg } else { 0 }
    }
}

/// Drives all of a month's orders of one weighbridge: tickets in the order of their times, and the mass that each order
/// took. Honest trips take no more than it says; what is wrong with their weights may add a little.
pub(super) fn drive(basin: &Basin, fleet: &mut Fleet, from: usize, month: u32, orders: &[Order]) -> (Vec<Ticket>, Vec<i64>) {
    let mut rng = Rng::of(basin.seed, "drive", u64::from(month) * 100_000 + from as u64);
    let mut tickets = Vec::new();
    let mut done = vec![0i64; orders.len()];
    let first = orders.iter().map(|o| o.days.0).min().unwrap_or(0);
    let last = orders.iter().map(|o| o.days.1).max().unwrap_or(-1);
    let mut serial = 0;
    for day in first..=last {
        let mut shift = fleet.shift(from, day, &mut rng);
        let today = tickets.len();
        let wet = is_wet(day);
        for ((n, order), done) in (0u32..).zip(orders).zip(&mut done).filter(|((_, o), _)| !o.to.is_empty()) {
            let sample = order.sample(from, &mut rng);
            let span = order.days.1 - order.days.0 + 1;
            let due = order.kg * (day - order.days.0 + 1).clamp(0, span) / span;
            loop {
                let (truck, minute) = fleet.next(&mut shift, basin, &mut rng);
                let Some(weighed) = weigh(&fleet.trucks[truck], due - *done, wet, &mut rng) else { break };
                *done += weighed.net_kg;
                let ticket = Ticket {
                    from: u32::try_from(from).unwrap_or(0),
                    order: n,
                    truck: u32::try_from(truck).unwrap_or(0),
                    loaded_at: day * 1_440 + minute,
                    li2o_ppm: sample.li2o_ppm,
                    moisture_ppm: sample.moisture_ppm,
                    traces: sample.traces,
                    lot: sample.lot,
                    foreign: order.foreign,
                    ..weighed
                };
                let (ticket, travel) = travelled(basin, order, ticket, &mut rng);
                tickets.push(ticket);
                Fleet::back_after(&mut shift, 2 * travel + rng.between(35, 60));
            }
        }
        number(basin, tickets.get_mut(today..).unwrap_or_default(), day, month, &mut serial);
    }
    fault::at_bridge(basin, fleet, (from, month), orders, &mut tickets);
    let sent_kg = within(orders, &mut tickets);
    (tickets, sent_kg)
}

/// What each order took. What is wrong with the weights may have made it more than ordered; the last trips of an order that would
/// take a twentieth more are not made, so that no heap is emptied below nothing.
fn within(orders: &[Order], tickets: &mut Vec<Ticket>) -> Vec<i64> {
    let mut sent_kg = vec![0i64; orders.len()];
    for ticket in tickets.iter() {
        sent_kg[ticket.order as usize] += ticket.net_kg;
    }
    for ((n, order), sent_kg) in (0u32..).zip(orders).zip(&mut sent_kg) {
        while *sent_kg > order.kg / 20 * 21 {
            let Some(last) = tickets.iter().rposition(|t| t.order == n) else { break };
            *sent_kg -= tickets.remove(last).net_kg;
        }
    }
    sent_kg
}

/// April to June: the plum rains.
fn is_wet(day: i64) -> bool {
    i32::try_from(day).ok().and_then(date_of).is_some_and(|d| matches!(d.month(), 4..=6))
}

/// What the trip itself adds to the paper, and the minutes that it took.
fn travelled(basin: &Basin, order: &Order, mut ticket: Ticket, rng: &mut Rng) -> (Ticket, i64) {
    let (from, to) = (ticket.from as usize, destination(&order.to, rng));
    let travel = travel_minutes(basin, from, to, rng);
    ticket.to = u32::try_from(to).unwrap_or(0);
    ticket.product = order.product;
    ticket.weighed = basin.bridges[from].gross;
    let arrived = ticket.loaded_at + travel + rng.between(4, 12);
    ticket.loaded_at += basin.bridges[from].clock(rng);
    // A receipt lacks its time or its mass now and then; both only where nobody writes receipts.
    let blank = rng.below(100);
    let receipts = basin.bridges[to].receipts;
    ticket.unloaded_at = (receipts && blank >= 2).then(|| arrived + basin.bridges[to].clock(rng));
    ticket.received_kg = ticket.received_kg.filter(|_| receipts && !(2..5).contains(&blank));
    ticket.loaded = position(basin, from, rng);
    if rng.ppm(rate::NET_NEAR) {
        ticket.gross_kg -= DIVISION_KG / 2;
    }
    (ticket, travel)
}

/// Weighs a load: `None` if the truck's own load is more than what is left to carry.
fn weigh(truck: &Truck, left_kg: i64, wet: bool, rng: &mut Rng) -> Option<Ticket> {
    let weighed = noise::weigh(truck, rng.range(0.885, 0.968), wet, rng);
    (weighed.net_kg <= left_kg).then_some(Ticket {
        from: 0,
        to: 0,
        order: 0,
        product: product::ORE,
        truck: 0,
        number: (0, 0),
        pass: Pass::None,
        // Where the register says another number of axles the ticket has its own.
        axles_stated: !rng.ppm(40_000) || matches!(truck.paper, Paper::Unfit(_) | Paper::Small),
        weighed: true,
        loaded_at: 0,
        unloaded_at: None,
        gross_kg: weighed.gross_kg(),
        tare_kg: weighed.tare_kg,
        net_kg: weighed.net_kg,
        received_kg: Some(weighed.received_kg),
        li2o_ppm: None,
        moisture_ppm: None,
        loaded: None,
        traces: None,
        lot: (0, 0),
        foreign: false,
        fault: None,
    })
}

/// What is carried on a day, and what the laboratory says of it.
struct Sample {
    lot: (i64, i64),
    moisture_ppm: Option<i64>,
    li2o_ppm: Option<i64>,
    traces: Option<Traces>,
}

impl Order {
    /// A day's lot with its assay; a laboratory that was closed leaves moisture, grade or both blank.
    fn sample(&self, from: usize, rng: &mut Rng) -> Sample {
        let dug = self.deposit.map(|deposit| deposit.lot(rng));
        let lot = (self.quality.moisture_ppm(), dug.map_or_else(|| self.quality.li2o_ppm(), |d| d.li2o_ppm));
        let moisture = measure::moisture_ppm(lot.0, rng) / 1_000 * 1_000;
        let grade = (measure::assayed_ppm(lot.1, rng) + 50) / 100 * 100;
        let (blank_moisture, blank_grade) = (rng.ppm(60_000), rng.ppm(50_000));
        // Every second laboratory of the mines determines the traces with the grade.
        let traces = dug.filter(|_| from.div_ceil(2) % 2 == 1).map(|d| d.traces(rng));
        Sample {
            lot,
            moisture_ppm: (!blank_moisture).then_some(moisture),
            li2o_ppm: (!blank_grade && lot.1 > 0 && grade > 0 && grade <= 80_300).then_some(grade),
            traces: traces.filter(|_| !blank_grade),
        }
    }
}

fn destination(to: &[(usize, u64)], rng: &mut Rng) -> usize {
    let mut draw = rng.below(to.iter().map(|(_, weight)| *weight).sum());
    for (place, weight) in to {
        if draw < *weight {
            return *place;
        }
        draw -= weight;
    }
    to.last().map_or(0, |(place, _)| *place)
}

fn travel_minutes(basin: &Basin, from: usize, to: usize, rng: &mut Rng) -> i64 {
    round(float(basin.road_m(from, to)) / SPEED_M_PER_MINUTE * rng.range(0.9, 1.25)).clamp(8, 210)
}

/// Where the ticket says that the truck was loaded: in a pit, well inside, or a few metres about its edge, as GPS strays.
fn position(basin: &Basin, from: usize, rng: &mut Rng) -> Option<Point> {
    let source = basin.places[from].source.as_ref()?;
    if basin.places[from].kind == Kind::Unknown || rng.ppm(80_000) {
        return None;
    }
    let pit = usize::try_from(rng.below(source.pits.len() as u64)).unwrap_or(0);
    let corners = &source.pits[pit];
    let centre = if pit == 0 { basin.places[from].at } else { centre_of(corners) };
    if rng.ppm(rate::EDGE) {
        let corner = corners[usize::try_from(rng.below(corners.len() as u64)).unwrap_or(0)];
        return Some(noise::gps(corner, rng));
    }
    let at = offset(centre, source.radius_m * 0.55 * libm::sqrt(rng.unit()), rng.range(0.0, 2.0 * core::f64::consts::PI));
    Some(noise::gps(at, rng))
}

pub(super) fn centre_of(corners: &[Point]) -> Point {
    let n = i64::try_from(corners.len().max(1)).unwrap_or(1);
    let mean = |axis: fn(&Point) -> i32| i32::try_from(corners.iter().map(|p| i64::from(axis(p))).sum::<i64>() / n).unwrap_or(0);
    Point { lat_e5: mean(|p| p.lat_e5), lon_e5: mean(|p| p.lon_e5) }
}

/// Numbers the tickets of a day in the order of their times, and gives each its pass.
fn number(basin: &Basin, today: &mut [Ticket], day: i64, month: u32, serial: &mut u32) {
    today.sort_by_key(|t| (t.loaded_at, t.truck));
    let of_month = i32::try_from(day).ok().and_then(date_of).map_or(0, |d| d.day0());
    for ticket in today {
        *serial += 1;
        ticket.number = (month, *serial);
        ticket.pass = match basin.bridges[ticket.from as usize].passes {
            Passes::Trip { from_month } if month >= from_month => Pass::Trip(*serial),
            Passes::Batch => Pass::Batch((of_month / 10).min(2) + 1),
            Passes::Trip { .. } | Passes::None => Pass::None,
        };
    }
}
