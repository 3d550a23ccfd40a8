//! What does each trip leave on paper?

use super::basin::{Basin, Kind, Point, offset};
use super::constants::{DIVISION_KG, SPEED_M_PER_MINUTE};
use super::deposit::{Deposit, Traces};
use super::fleet::{Fleet, Truck};
use super::measure;
use super::plant::rate;
use super::rng::{Rng, down, float, round};
use crate::records::product;

/// A weighbridge ticket.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ticket {
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) product: &'static str,
    pub(super) truck: u32,
    /// Month of its number (year × 100 + month) and serial at the weighbridge.
    pub(super) number: (u32, u32),
    pub(super) waybill: bool,
    /// Whether the ticket states the axles.
    pub(super) axles_stated: bool,
    /// Beijing minutes since 1970.
    pub(super) loaded_at: i64,
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
}

/// Ore, concentrate, salt or slag that is to leave a place in a month.
pub(super) struct Order {
    /// Where it goes: place and weight. One order for all of them, so that no more than a load stays behind.
    pub(super) to: Vec<(usize, u64)>,
    pub(super) product: &'static str,
    pub(super) kg: i64,
    /// First and last day, counted from 1970.
    pub(super) days: (i64, i64),
    /// Loads may lie outside of the boundary.
    pub(super) outside: bool,
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
/// took, never more than it says.
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
        for (order, done) in orders.iter().zip(&mut done).filter(|(o, _)| !o.to.is_empty()) {
            let sample = order.sample(from, &mut rng);
            let span = order.days.1 - order.days.0 + 1;
            let due = order.kg * (day - order.days.0 + 1).clamp(0, span) / span;
            loop {
                let (truck, minute) = fleet.next(&mut shift, basin.seed, &mut rng);
                let Some(weighed) = weigh(&fleet.trucks[truck], due - *done, &mut rng) else { break };
                *done += weighed.net_kg;
                let ticket = Ticket {
                    from: u32::try_from(from).unwrap_or(0),
                    truck: u32::try_from(truck).unwrap_or(0),
                    loaded_at: day * 1_440 + minute,
                    li2o_ppm: sample.li2o_ppm,
                    moisture_ppm: sample.moisture_ppm,
                    traces: sample.traces,
                    lot: sample.lot,
                    foreign: order.foreign,
                    ..weighed
                };
                let limit_kg = fleet.trucks[truck].limit_kg();
                let (ticket, travel) = travelled(basin, order, ticket, limit_kg, &mut rng);
                tickets.push(ticket);
                Fleet::back_after(&mut shift, 2 * travel + rng.between(35, 60));
            }
        }
        number(tickets.get_mut(today..).unwrap_or_default(), month, &mut serial, &mut rng);
    }
    (tickets, done)
}

/// What the trip itself adds to the paper, and the minutes that it took.
fn travelled(basin: &Basin, order: &Order, mut ticket: Ticket, limit_kg: i64, rng: &mut Rng) -> (Ticket, i64) {
    let (from, to) = (ticket.from as usize, destination(&order.to, rng));
    let travel = travel_minutes(basin, from, to, rng);
    ticket.to = u32::try_from(to).unwrap_or(0);
    ticket.product = order.product;
    // Every second weighbridge is on the electronic pass system.
    ticket.waybill &= from % 2 == 0;
    ticket.unloaded_at = (!rng.ppm(60_000)).then(|| ticket.loaded_at + travel + rng.between(4, 12));
    ticket.loaded = position(basin, from, order, rng);
    faults(&mut ticket, limit_kg, rng);
    (ticket, travel)
}

/// Weighs a load: `None` if the truck's own load is more than what is left to carry.
fn weigh(truck: &Truck, left_kg: i64, rng: &mut Rng) -> Option<Ticket> {
    let over = truck.overloader && rng.ppm(rate::OVERLOAD);
    let filling = if over { rng.range(1.06, 1.38) } else { rng.range(0.885, 0.968) };
    let gross_kg = down(round(float(truck.limit_kg()) * filling), DIVISION_KG);
    let tare_kg = truck.tare_kg + rng.between(-2, 2) * DIVISION_KG;
    let net_kg = gross_kg - tare_kg;
    (net_kg <= left_kg).then_some(Ticket {
        from: 0,
        to: 0,
        product: product::ORE,
        truck: 0,
        number: (0, 0),
        waybill: !rng.ppm(30_000),
        // An overloaded truck whose axles nobody wrote down is found through the register, or not at all.
        axles_stated: !rng.ppm(if over { 120_000 } else { 40_000 }),
        loaded_at: 0,
        unloaded_at: None,
        gross_kg,
        tare_kg,
        net_kg,
        received_kg: Some(net_kg),
        li2o_ppm: None,
        moisture_ppm: None,
        loaded: None,
        traces: None,
        lot: (0, 0),
        foreign: false,
    })
}

/// Faults of the paper, and what looks like one and is none.
fn faults(ticket: &mut Ticket, limit_kg: i64, rng: &mut Rng) {
    // Two weighbridges agree within 0.5 %.
    let steps = ticket.net_kg / 200 / DIVISION_KG;
    ticket.received_kg = Some(ticket.net_kg + rng.between(-steps, steps) * DIVISION_KG);
    let fault = rng.below(1_000_000);
    let (mismatch, off, near) = (rate::MISMATCH, rate::MISMATCH + rate::NET_OFF, rate::MISMATCH + rate::NET_OFF + rate::NET_NEAR);
    if fault < mismatch {
        ticket.received_kg = Some(down(ticket.net_kg - ticket.net_kg * rng.between(45, 120) / 1_000, DIVISION_KG));
    } else if fault < off && ticket.gross_kg <= limit_kg {
        // Gross and tare stay as they were weighed; the net that is written is another.
        ticket.gross_kg -= rng.between(15, 90) * DIVISION_KG;
    } else if fault < near && ticket.gross_kg <= limit_kg {
        ticket.gross_kg -= DIVISION_KG / 2;
    } else if ticket.unloaded_at.is_none() || rng.ppm(40_000) {
        ticket.received_kg = None;
    }
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
        let traces = dug.filter(|_| from / 2 % 2 == 1).map(|d| d.traces(rng));
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

/// Where the ticket says that the truck was loaded: in a pit, well inside.
fn position(basin: &Basin, from: usize, order: &Order, rng: &mut Rng) -> Option<Point> {
    let source = basin.places[from].source.as_ref()?;
    if basin.places[from].kind == Kind::Unknown || rng.ppm(80_000) {
        return None;
    }
    let pit = usize::try_from(rng.below(source.pits.len() as u64)).unwrap_or(0);
    let corners = &source.pits[pit];
    let centre = if pit == 0 { basin.places[from].at } else { centre_of(corners) };
    if order.outside && rng.ppm(rate::OUTSIDE) {
        let beyond = source.radius_m * 1.12 + rng.range(380.0, 1_400.0);
        return Some(offset(centre, beyond, rng.range(0.0, 2.0 * core::f64::consts::PI)));
    }
    if rng.ppm(rate::EDGE) {
        // A few metres beyond a corner: within what GPS is wrong by.
        let corner = corners[usize::try_from(rng.below(corners.len() as u64)).unwrap_or(0)];
        let (north, east) = super::basin::metres(centre, corner);
        return Some(offset(corner, rng.range(3.0, 14.0), libm::atan2(north, east)));
    }
    Some(offset(centre, source.radius_m * 0.55 * libm::sqrt(rng.unit()), rng.range(0.0, 2.0 * core::f64::consts::PI)))
}

fn centre_of(corners: &[Point]) -> Point {
    let n = i64::try_from(corners.len().max(1)).unwrap_or(1);
    let mean = |axis: fn(&Point) -> i32| i32::try_from(corners.iter().map(|p| i64::from(axis(p))).sum::<i64>() / n).unwrap_or(0);
    Point { lat_e5: mean(|p| p.lat_e5), lon_e5: mean(|p| p.lon_e5) }
}

/// Numbers the tickets of a day in the order of their times; now and then a number is written twice.
fn number(today: &mut [Ticket], month: u32, serial: &mut u32, rng: &mut Rng) {
    today.sort_by_key(|t| (t.loaded_at, t.truck));
    for ticket in today {
        *serial += 1;
        let earlier = u32::try_from(rng.below(12)).unwrap_or(0) + 1;
        let reused = rng.ppm(rate::REUSED) && *serial > earlier;
        ticket.number = (month, if reused { *serial - earlier } else { *serial });
    }
}
