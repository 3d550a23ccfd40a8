//! What moves, is made and lies in stock in each month?
//!
//! Ore, then yards, concentrators, traders, smelters: each stage works on what has arrived, so that mass and Li2O of
//! every month balance: opening + in = out + closing. What stands in the returns is that within the errors of honest
//! measurement, or what those who hide something write.

use super::Calendar;
use super::basin::{Basin, Kind, Place, Source};
use super::constants as c;
use super::fault;
use super::fleet::Fleet;
use super::launder::{self, unpapered};
use super::measure::{self, RETURN_STEP_KG};
use super::output::{declared_ppm, foreign_ppm, hidden_share, share_ppm};
use super::passes::{self, Permit};
use super::plant::{Part, outside_in};
use super::rng::{Rng, down, float, round};
use super::tickets::{Lot, Order, Ticket, drive};
use crate::records::product;
use std::collections::BTreeMap;

/// A row of a monthly return.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Return {
    pub(super) place: usize,
    pub(super) month: u32,
    pub(super) product: &'static str,
    pub(super) produced: bool,
    pub(super) wet_kg: i64,
    pub(super) moisture_ppm: Option<i64>,
    pub(super) li2o_ppm: Option<i64>,
    pub(super) opening_kg: Option<i64>,
    pub(super) closing_kg: Option<i64>,
    /// What would stand there without errors of measurement.
    pub(super) meant: Meant,
}

/// A return before anything is measured, kg.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Meant {
    pub(super) wet_kg: i64,
    pub(super) opening_kg: Option<i64>,
    pub(super) closing_kg: Option<i64>,
}

/// Power, explosives and water of a site and month.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Utility {
    pub(super) place: usize,
    pub(super) month: u32,
    pub(super) electricity_kwh: Option<i64>,
    pub(super) explosives_kg: Option<i64>,
    pub(super) water_m3: Option<i64>,
}

/// What went from where to where in a month.
pub(super) type Flows = BTreeMap<(usize, usize, &'static str), Lot>;

/// A month of the basin.
pub(super) struct Month {
    pub(super) index: u32,
    pub(super) tickets: Vec<Ticket>,
    pub(super) returns: Vec<Return>,
    pub(super) utilities: Vec<Utility>,
    pub(super) flows: Flows,
    /// Passes of ten days.
    pub(super) permits: Vec<Permit>,
    /// What was dug in truth, by mine, kg.
    pub(super) dug_kg: BTreeMap<usize, i64>,
    /// What reached a plant, yard or trader without a ticket.
    pub(super) unpapered: BTreeMap<usize, Lot>,
}

/// What carries over from month to month.
pub(super) struct State {
    pub(super) fleet: Fleet,
    /// What a place holds of what it receives.
    pub(super) feed: Vec<Lot>,
    /// What it holds of what it makes.
    pub(super) stock: Vec<Lot>,
    /// Slag of a smelter.
    pub(super) slag: Vec<Lot>,
    /// The last survey of each heap: closing stock of a month and opening stock of the next.
    surveys: BTreeMap<(usize, &'static str), i64>,
}

const FELDSPAR: &str = "feldspar";
const OTHER: &str = "other";

/// The stocks of the first day.
pub(super) fn begin(basin: &Basin) -> State {
    let n = basin.places.len();
    let heaps = || vec![Lot::default(); n];
    let mut state = State { fleet: Fleet::new(n), feed: heaps(), stock: heaps(), slag: heaps(), surveys: BTreeMap::new() };
    for (i, place) in basin.places.iter().enumerate() {
        let capacity = place.capacity_kg_per_year.unwrap_or(0);
        let some = down(capacity / 40, RETURN_STEP_KG);
        match place.kind {
            Kind::Concentrator => state.feed[i] = Lot::of(some, 50_000, 4_200),
            Kind::Smelter => state.feed[i] = Lot::of(some, 90_000, 25_000),
            Kind::Mine => {
                if let Some(source) = &place.source {
                    // Who hides what left keeps no heap in which it might have lain.
                    let share = if source.part.is_some_and(|p| declared_ppm(p, source.strength) < 1_000_000) { 60 } else { 25 };
                    let heap_kg = down(source.scale_kg / share, RETURN_STEP_KG);
                    state.stock[i] = Lot::of(heap_kg, source.moisture_ppm, source.deposit.li2o_ppm);
                }
            }
            _ => {}
        }
    }
    state
}

/// Lets a month pass.
pub(super) fn pass(basin: &Basin, calendar: &Calendar, state: &mut State, index: u32) -> Month {
    let mut month = Month {
        index,
        tickets: Vec::new(),
        returns: Vec::new(),
        utilities: Vec::new(),
        flows: Flows::new(),
        permits: Vec::new(),
        dug_kg: BTreeMap::new(),
        unpapered: BTreeMap::new(),
    };
    let run = &mut Run { basin, calendar, state, month: &mut month, received: vec![Lot::default(); basin.places.len()] };
    for (i, place) in basin.places.iter().enumerate().filter(|(_, p)| p.source.is_some()) {
        run.dig(i, place);
    }
    for i in basin.of(Kind::Stockyard).collect::<Vec<_>>() {
        run.hand_on(i, product::ORE);
    }
    for i in basin.of(Kind::Concentrator).collect::<Vec<_>>() {
        run.work(i, product::ORE, product::CONCENTRATE, 930);
    }
    for i in basin.of(Kind::Trader).collect::<Vec<_>>() {
        run.hand_on(i, product::CONCENTRATE);
    }
    for i in basin.of(Kind::Smelter).collect::<Vec<_>>() {
        run.work(i, product::CONCENTRATE, product::CARBONATE, 900);
    }
    fault::in_month(basin, &state.fleet, index, &mut month.tickets);
    month.permits = passes::of_month(basin, calendar, index, &month.tickets);
    month
}

/// A month that is passing.
pub(super) struct Run<'a> {
    pub(super) basin: &'a Basin,
    pub(super) calendar: &'a Calendar,
    pub(super) state: &'a mut State,
    pub(super) month: &'a mut Month,
    pub(super) received: Vec<Lot>,
}

impl Run<'_> {
    pub(super) fn rng(&self, what: &str, place: usize) -> Rng {
        Rng::of(self.basin.seed, what, u64::from(self.month.index) * 100_000 + place as u64)
    }

    /// Month of the year, from 1.
    pub(super) fn number(&self) -> u32 {
        self.calendar.month(self.month.index).1
    }

    /// Ore of a mine or another source.
    fn dig(&mut self, place: usize, site: &Place) {
        let Some(source) = &site.source else { return };
        let (year, number) = self.calendar.month(self.month.index);
        let of_scale = |ppm: i64| i64::try_from(i128::from(ppm) * i128::from(source.scale_kg) / 1_000_000).unwrap_or(0);
        let output_kg = of_scale(share_ppm(site, source, self.basin.seed, self.calendar, self.month.index));
        if output_kg == 0 {
            return self.sand(place, site, number);
        }
        let mut rng = self.rng("dig", place);
        let part = source.part.unwrap_or(Part::Honest);
        let files = source.part.is_some() && part.files_return(year == self.calendar.month(0).0, number);
        // The heap at the mine grows or shrinks by up to 0.4 % of the annual scale; a hidden mine's does not move.
        let moves = files && part != Part::FeldsparAndOre && declared_ppm(part, source.strength) == 1_000_000;
        let grown_kg = if moves { down(source.scale_kg * rng.between(-4, 4) / 1_000, RETURN_STEP_KG) } else { 0 };
        let product = if part.ships_feldspar(number) { FELDSPAR } else { product::ORE };
        let own = self.dug(site, source, product, output_kg - grown_kg.max(0));
        let foreign_kg = of_scale(foreign_ppm(source, self.calendar, self.month.index));
        let sent_kg = self.send(place, &[own, self.covered(place, site, source, foreign_kg)]);
        let (own_kg, foreign_kg) = (sent_kg.first().copied().unwrap_or(0), sent_kg.get(1).copied().unwrap_or(0));
        let opening_kg = self.state.stock[place].wet_kg;
        let grown_kg = grown_kg.max(-opening_kg).max(-own_kg);
        let made_kg = (own_kg + grown_kg).max(0);
        let dug_kg = made_kg + round(float(made_kg) * hidden_share(part, source.strength, number));
        if site.kind == Kind::Mine && dug_kg > 0 {
            self.month.dug_kg.insert(place, dug_kg);
            self.month.utilities.push(explosives(self.basin.seed, place, self.month.index, dug_kg, &mut rng));
        }
        if files {
            self.state.stock[place].wet_kg = opening_kg + grown_kg;
            let foreign_kg = if part.declares_foreign_ore() { foreign_kg } else { 0 };
            self.file(place, source, product, made_kg + foreign_kg, (opening_kg, opening_kg + grown_kg), &mut rng);
        }
    }

    /// A month's order for what a source digs itself.
    fn dug(&self, site: &Place, source: &Source, product: &'static str, kg: i64) -> Order {
        let ore = product == product::ORE;
        Order {
            to: site.to.clone(),
            product,
            kg,
            days: self.calendar.days(self.month.index, site.kind),
            outside: site.kind == Kind::Mine && outside_in(source.mine, &self.basin.plan, self.number()),
            quality: Lot::of(1_000_000_000, source.moisture_ppm, if ore { source.deposit.li2o_ppm } else { 0 }),
            deposit: ore.then_some(source.deposit),
            foreign: false,
            copies: 0.0,
        }
    }

    /// And for the ore of others that its tickets cover: all of it goes to the plant that it serves first.
    fn covered(&self, place: usize, site: &Place, source: &Source, kg: i64) -> Order {
        let deposit = source.deposit.foreign(self.basin.seed, place);
        let (first, last) = self.calendar.days(self.month.index, site.kind);
        Order {
            to: site.to.iter().take(1).copied().collect(),
            product: product::ORE,
            kg,
            // Convoys of the second half of the month.
            days: (first + (last - first) / 2, last),
            outside: false,
            quality: Lot::of(1_000_000_000, source.moisture_ppm, deposit.li2o_ppm),
            deposit: Some(deposit),
            foreign: true,
            copies: launder::copied_share(self.basin, place),
        }
    }

    /// A mine's monthly return.
    fn file(&mut self, place: usize, source: &Source, product: &'static str, made_kg: i64, heap: (i64, i64), rng: &mut Rng) {
        let part = source.part.unwrap_or(Part::Honest);
        let told_kg = i128::from(made_kg) * i128::from(declared_ppm(part, source.strength)) / 1_000_000;
        let told_kg = down(i64::try_from(told_kg).unwrap_or(0), RETURN_STEP_KG);
        let stated = (part != Part::FeldsparAndOre).then(|| self.survey(place, product, heap, rng));
        let blank = rng.ppm(40_000);
        let ore = product == product::ORE;
        self.month.returns.push(Return {
            place,
            month: self.month.index,
            product,
            produced: true,
            wet_kg: measure::declared_kg(told_kg, self.basin.seed, place, product, rng),
            moisture_ppm: (!blank).then(|| measure::moisture_ppm(source.moisture_ppm, rng) / 1_000 * 1_000),
            li2o_ppm: ore.then(|| (measure::assayed_ppm(source.deposit.li2o_ppm, rng) + 50) / 100 * 100),
            opening_kg: stated.map(|s| s.0),
            closing_kg: stated.map(|s| s.1),
            meant: Meant { wet_kg: told_kg, opening_kg: stated.map(|_| heap.0), closing_kg: stated.map(|_| heap.1) },
        });
    }

    /// Opening and closing stock as surveyed: what a month closes with, the next one opens with.
    pub(super) fn survey(&mut self, place: usize, product: &'static str, heap: (i64, i64), rng: &mut Rng) -> (i64, i64) {
        let opening_kg = self.state.surveys.get(&(place, product)).copied().unwrap_or_else(|| measure::surveyed_kg(heap.0, rng));
        let closing_kg = measure::surveyed_kg(heap.1, rng);
        self.state.surveys.insert((place, product), closing_kg);
        (opening_kg, closing_kg)
    }

    /// Sand from building sites and washing places: no ore, no finding.
    fn sand(&mut self, place: usize, site: &Place, month: u32) {
        if !matches!(site.kind, Kind::Construction | Kind::Restoration | Kind::Unknown) || !month.is_multiple_of(3) {
            return;
        }
        let kg = site.source.as_ref().map_or(0, |s| s.scale_kg / 4);
        let days = self.calendar.days(self.month.index, site.kind);
        let to = site.to.iter().filter(|(to, _)| self.basin.places[*to].kind == Kind::Stockyard).copied().collect();
        let quality = Lot::of(1_000_000_000, 60_000, 0);
        self.send(place, &[Order { to, product: OTHER, kg, days, outside: false, copies: 0.0, quality, deposit: None, foreign: false }]);
    }

    /// Drives orders and books what arrives; the mass sent of each, kg.
    pub(super) fn send(&mut self, place: usize, orders: &[Order]) -> Vec<i64> {
        let (tickets, sent_kg) = drive(self.basin, &mut self.state.fleet, place, self.month.index, orders);
        for ticket in &tickets {
            let lot = Lot::of(ticket.net_kg, ticket.lot.0, ticket.lot.1);
            let to = ticket.to as usize;
            self.month.flows.entry((place, to, ticket.product)).or_default().add(lot);
            if matches!(ticket.product, product::ORE | product::CONCENTRATE) {
                self.state.feed[to].add(lot);
                self.received[to].add(lot);
            }
        }
        self.month.tickets.extend(tickets);
        sent_kg
    }

    /// What comes to a place without a ticket, in proportion to what came with one.
    pub(super) fn take_in(&mut self, place: usize) -> Lot {
        let lot = unpapered(self.basin, place, self.number(), self.received[place]);
        if lot.wet_kg > 0 {
            self.month.unpapered.insert(place, lot);
        }
        lot
    }

    /// A yard or a trader sends on most of what lies there.
    fn hand_on(&mut self, place: usize, product: &'static str) {
        let site = &self.basin.places[place];
        let opening_kg = self.state.feed[place].wet_kg - self.received[place].wet_kg;
        let unpapered = self.take_in(place);
        self.state.feed[place].add(unpapered);
        let heap = self.state.feed[place];
        let order = Order {
            to: site.to.clone(),
            product,
            kg: heap.wet_kg / 100 * 88,
            days: self.calendar.days(self.month.index, site.kind),
            outside: false,
            copies: 0.0,
            quality: heap,
            deposit: None,
            foreign: false,
        };
        let sent_kg = self.send(place, &[order]).first().copied().unwrap_or(0);
        self.state.feed[place].take(sent_kg);
        let heap = (opening_kg, self.state.feed[place].wet_kg);
        let mut rng = self.rng("yard", place);
        let stated = self.survey(place, product, heap, &mut rng);
        self.month.returns.push(Return {
            place,
            month: self.month.index,
            product,
            produced: false,
            wet_kg: 0,
            moisture_ppm: None,
            li2o_ppm: None,
            opening_kg: Some(stated.0),
            closing_kg: Some(stated.1),
            meant: Meant { wet_kg: 0, opening_kg: Some(heap.0), closing_kg: Some(heap.1) },
        });
    }
}

/// Power and explosives of a mine: its own need a tonne, and the month's chance.
fn explosives(seed: u64, place: usize, month: u32, dug_kg: i64, rng: &mut Rng) -> Utility {
    let tonnes = float(dug_kg) / 1_000.0;
    let mut own = Rng::of(seed, "needs", place as u64);
    let (kwh, grams) = (own.range(c::MINE_KWH_PER_T.0, c::MINE_KWH_PER_T.1), own.range(c::EXPLOSIVES_G_PER_T.0, c::EXPLOSIVES_G_PER_T.1));
    let used = |a_tonne: f64, noise: f64, rng: &mut Rng| Some(round((tonnes * a_tonne * (1.0 + noise * rng.gauss())).max(0.0)));
    Utility {
        place,
        month,
        electricity_kwh: used(kwh, c::POWER_NOISE, rng),
        explosives_kg: used(grams / 1_000.0, c::EXPLOSIVES_NOISE, rng),
        water_m3: None,
    }
}
