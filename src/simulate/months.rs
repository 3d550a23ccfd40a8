//! What moves, is made and lies in stock in each month?
//!
//! Ore, then yards, concentrators, traders, smelters: each stage works on what has arrived, so that mass and Li2O of
//! every month balance: opening + in = out + closing, exactly in the records, and for Li2O within assay error.

use super::Calendar;
use super::basin::{Basin, Kind, Place, share_ppm};
use super::constants as c;
use super::fault;
use super::fleet::Fleet;
use super::passes::{self, Permit};
use super::plant::Part;
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
}

/// What carries over from month to month.
pub(super) struct State {
    pub(super) fleet: Fleet,
    /// What a place holds of what it receives.
    feed: Vec<Lot>,
    /// What it holds of what it makes.
    stock: Vec<Lot>,
    /// Slag of a smelter.
    slag: Vec<Lot>,
}

const FELDSPAR: &str = "feldspar";
const OTHER: &str = "other";
/// Masses in returns are written to 0.01 t.
const RETURN_STEP_KG: i64 = 10;

/// The stocks of the first day.
pub(super) fn begin(basin: &Basin) -> State {
    let n = basin.places.len();
    let mut state =
        State { fleet: Fleet::new(n), feed: vec![Lot::default(); n], stock: vec![Lot::default(); n], slag: vec![Lot::default(); n] };
    for (i, place) in basin.places.iter().enumerate() {
        let capacity = place.capacity_kg_per_year.unwrap_or(0);
        let some = down(capacity / 40, RETURN_STEP_KG);
        match place.kind {
            Kind::Concentrator => state.feed[i] = Lot::of(some, 50_000, 4_200),
            Kind::Smelter => state.feed[i] = Lot::of(some, 90_000, 25_000),
            Kind::Mine => {
                if let Some(source) = &place.source {
                    state.stock[i] = Lot::of(down(source.scale_kg / 25, RETURN_STEP_KG), source.moisture_ppm, source.li2o_ppm);
                }
            }
            _ => {}
        }
    }
    state
}

/// Lets a month pass.
pub(super) fn pass(basin: &Basin, calendar: &Calendar, state: &mut State, index: u32) -> Month {
    let mut month =
        Month { index, tickets: Vec::new(), returns: Vec::new(), utilities: Vec::new(), flows: Flows::new(), permits: Vec::new() };
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

struct Run<'a> {
    basin: &'a Basin,
    calendar: &'a Calendar,
    state: &'a mut State,
    month: &'a mut Month,
    received: Vec<Lot>,
}

impl Run<'_> {
    fn rng(&self, what: &str, place: usize) -> Rng {
        Rng::of(self.basin.seed, what, u64::from(self.month.index) * 100_000 + place as u64)
    }

    /// Ore of a mine or another source.
    fn dig(&mut self, place: usize, site: &Place) {
        let Some(source) = &site.source else { return };
        let (year, number) = self.calendar.month(self.month.index);
        let share = share_ppm(site, source, self.basin.seed, self.calendar, self.month.index);
        if share == 0 {
            return self.sand(place, site, number);
        }
        let output_kg = i64::try_from(i128::from(share) * i128::from(source.scale_kg) / 1_000_000).unwrap_or(0);
        let mut rng = self.rng("dig", place);
        let files = source.part.is_some_and(|p| p.files_return(year == self.calendar.month(0).0, number));
        // The heap at the mine grows or shrinks by up to 0.4 % of the annual scale; a hidden mine's does not move.
        let mixed = source.part == Some(Part::FeldsparAndOre);
        let moves = files && !mixed && source.part.is_none_or(|p| p.declared_ppm() == 1_000_000);
        let grown_kg = if moves { down(source.scale_kg * rng.between(-4, 4) / 1_000, RETURN_STEP_KG) } else { 0 };
        let opening_kg = self.state.stock[place].wet_kg;
        let feldspar = source.part.is_some_and(|p| p.ships_feldspar(number));
        let product = if feldspar { FELDSPAR } else { product::ORE };
        let quality = Lot::of(1_000_000_000, source.moisture_ppm, if feldspar { 0 } else { source.li2o_ppm });
        let order = Order {
            to: site.to.clone(),
            product,
            kg: output_kg - grown_kg.max(0),
            days: self.calendar.days(self.month.index, site.kind),
            outside: source.part.is_some_and(|p| p.outside_in(number)),
            copies: 0.0,
            quality,
        };
        let sent_kg = self.send(place, &[order]).first().copied().unwrap_or(0);
        self.explosives(place, sent_kg, &mut rng);
        if !files {
            return;
        }
        let grown_kg = grown_kg.max(-opening_kg).max(-sent_kg);
        self.state.stock[place].wet_kg = opening_kg + grown_kg;
        let made_kg = (sent_kg + grown_kg).max(0);
        let declared_kg = down(
            i64::try_from(i128::from(made_kg) * i128::from(source.part.map_or(0, |p| p.declared_ppm())) / 1_000_000).unwrap_or(0),
            RETURN_STEP_KG,
        );
        let blank = rng.ppm(40_000);
        self.month.returns.push(Return {
            place,
            month: self.month.index,
            product,
            produced: true,
            wet_kg: declared_kg,
            moisture_ppm: (!blank).then_some(source.moisture_ppm / 1_000 * 1_000),
            li2o_ppm: (!feldspar).then_some(source.li2o_ppm / 100 * 100),
            opening_kg: (!mixed).then_some(opening_kg),
            closing_kg: (!mixed).then_some(opening_kg + grown_kg),
        });
    }

    /// Sand from building sites and washing places: no ore, no finding.
    fn sand(&mut self, place: usize, site: &Place, month: u32) {
        if !matches!(site.kind, Kind::Construction | Kind::Restoration | Kind::Unknown) || !month.is_multiple_of(3) {
            return;
        }
        let kg = site.source.as_ref().map_or(0, |s| s.scale_kg / 4);
        let days = self.calendar.days(self.month.index, site.kind);
        let to = site.to.iter().filter(|(to, _)| self.basin.places[*to].kind == Kind::Stockyard).copied().collect();
        self.send(
            place,
            &[Order { to, product: OTHER, kg, days, outside: false, copies: 0.0, quality: Lot::of(1_000_000_000, 60_000, 0) }],
        );
    }

    /// Drives orders and books what arrives; the mass sent of each, kg.
    fn send(&mut self, place: usize, orders: &[Order]) -> Vec<i64> {
        let (tickets, sent_kg) = drive(self.basin, &mut self.state.fleet, place, self.month.index, orders);
        for ticket in &tickets {
            let Some(quality) = orders.iter().find(|o| o.product == ticket.product).map(|o| o.quality) else { continue };
            let lot = Lot::of(ticket.net_kg, quality.moisture_ppm(), quality.li2o_ppm());
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

    /// A yard or a trader sends on most of what lies there.
    fn hand_on(&mut self, place: usize, product: &'static str) {
        let site = &self.basin.places[place];
        let heap = self.state.feed[place];
        let opening_kg = heap.wet_kg - self.received[place].wet_kg;
        let order = Order {
            to: site.to.clone(),
            product,
            kg: heap.wet_kg / 100 * 88,
            days: self.calendar.days(self.month.index, site.kind),
            outside: false,
            copies: 0.0,
            quality: heap,
        };
        let sent_kg = self.send(place, &[order]).first().copied().unwrap_or(0);
        self.state.feed[place].take(sent_kg);
        self.month.returns.push(Return {
            place,
            month: self.month.index,
            product,
            produced: false,
            wet_kg: 0,
            moisture_ppm: None,
            li2o_ppm: None,
            opening_kg: Some(opening_kg),
            closing_kg: Some(self.state.feed[place].wet_kg),
        });
    }

    /// A plant turns feed into product: Li2O in = product + tailings or slag.
    fn work(&mut self, place: usize, feed: &'static str, product: &'static str, use_permille: i64) {
        let Some(plant) = &self.basin.places[place].plant else { return };
        let mut rng = self.rng("work", place);
        let opening_kg = self.state.feed[place].wet_kg - self.received[place].wet_kg;
        let consumed_kg = down(self.state.feed[place].wet_kg / 1_000 * use_permille, RETURN_STEP_KG);
        let eaten = self.state.feed[place].take(consumed_kg);
        let recovery = (plant.recovery + 0.012 * rng.normal()).clamp(0.5, 0.9);
        let grade = if product == product::CARBONATE { plant.product_ppm } else { plant.product_ppm + rng.between(-6, 6) * 100 };
        let moisture = if product == product::CARBONATE { 0 } else { plant.moisture_ppm };
        let dry_kg = round(float(eaten.li2o_g) * recovery / float(grade.max(1)) * 1_000.0);
        let wet_kg = down(round(float(dry_kg) / (1.0 - float(moisture) / 1e6)), RETURN_STEP_KG);
        let made = Lot::of(wet_kg, moisture, grade);
        self.eat(place, feed, eaten, opening_kg);
        let lost_g = eaten.li2o_g - made.li2o_g;
        let opened_kg = (self.state.stock[place].wet_kg, self.state.slag[place].wet_kg);
        self.state.stock[place].add(made);
        let mut orders = vec![self.order(place, product, self.state.stock[place], 90)];
        let slag = (product == product::CARBONATE).then(|| slag(round(float(dry_kg) * plant.slag_per_t), lost_g));
        if let Some(slag) = slag {
            self.state.slag[place].add(slag);
            orders.push(self.order(place, product::SLAG, self.state.slag[place], 70));
        }
        let sent_kg = self.send(place, &orders);
        self.state.stock[place].take(sent_kg.first().copied().unwrap_or(0));
        self.state.slag[place].take(sent_kg.get(1).copied().unwrap_or(0));
        self.make(place, product, made, Some((opened_kg.0, self.state.stock[place].wet_kg)));
        match slag {
            Some(slag) => self.make(place, product::SLAG, slag, Some((opened_kg.1, self.state.slag[place].wet_kg))),
            None => {
                let tailings_kg = down(eaten.dry_kg - made.dry_kg, RETURN_STEP_KG);
                self.make(place, OTHER, Lot { wet_kg: tailings_kg, dry_kg: tailings_kg, li2o_g: lost_g }, None);
            }
        }
        let per_t = if product == product::CARBONATE { made.wet_kg } else { eaten.wet_kg };
        let used = |a_tonne: f64, rng: &mut Rng| Some(round(float(per_t) / 1_000.0 * a_tonne * (1.0 + 0.03 * rng.normal())));
        let (electricity_kwh, water_m3) = (used(plant.kwh_per_t, &mut rng), used(plant.m3_per_t, &mut rng));
        self.month.utilities.push(Utility { place, month: self.month.index, electricity_kwh, explosives_kg: None, water_m3 });
    }

    /// A month's order for those destinations that take the product.
    fn order(&self, place: usize, product: &'static str, heap: Lot, percent: i64) -> Order {
        let takes = |to: usize| match self.basin.places[to].kind {
            Kind::Outside => product == product::CARBONATE,
            Kind::SlagUser => product == product::SLAG,
            _ => product == product::CONCENTRATE,
        };
        let to = self.basin.places[place].to.iter().filter(|(to, _)| takes(*to)).copied().collect();
        let days = self.calendar.days(self.month.index, self.basin.places[place].kind);
        Order { to, product, kg: heap.wet_kg / 100 * percent, days, outside: false, copies: 0.0, quality: heap }
    }

    fn eat(&mut self, place: usize, product: &'static str, eaten: Lot, opening_kg: i64) {
        let closing_kg = self.state.feed[place].wet_kg;
        let row = returned(place, self.month.index, product, eaten, Some((opening_kg, closing_kg)));
        self.month.returns.push(Return { produced: false, ..row });
    }

    fn make(&mut self, place: usize, product: &'static str, made: Lot, stocks: Option<(i64, i64)>) {
        self.month.returns.push(returned(place, self.month.index, product, made, stocks));
    }

    fn explosives(&mut self, place: usize, sent_kg: i64, rng: &mut Rng) {
        if self.basin.places[place].kind != Kind::Mine || sent_kg == 0 {
            return;
        }
        let tonnes = float(sent_kg) / 1_000.0;
        self.month.utilities.push(Utility {
            place,
            month: self.month.index,
            electricity_kwh: Some(round(tonnes * rng.range(c::MINE_KWH_PER_T.0, c::MINE_KWH_PER_T.1))),
            explosives_kg: Some(round(tonnes * rng.range(c::EXPLOSIVES_G_PER_T.0, c::EXPLOSIVES_G_PER_T.1) / 1_000.0)),
            water_m3: None,
        });
    }
}

/// Slag of a salt plant, with the Li2O that the salt does not hold.
fn slag(dry_kg: i64, li2o_g: i64) -> Lot {
    let wet_kg = down(dry_kg * 1_000 / (1_000 - c::SLAG_MOISTURE_PPM / 1_000), RETURN_STEP_KG);
    Lot { wet_kg, dry_kg, li2o_g }
}

/// A return as filed: moisture to 0.01 %, grade to 1 ppm.
fn returned(place: usize, month: u32, product: &'static str, lot: Lot, stocks: Option<(i64, i64)>) -> Return {
    let salt = product == product::CARBONATE;
    Return {
        place,
        month,
        product,
        produced: true,
        wet_kg: lot.wet_kg,
        moisture_ppm: Some(lot.moisture_ppm() / 100 * 100),
        // Pure carbonate is 40 % Li2O by mass: above what a column for the grade of ore may hold.
        li2o_ppm: (!salt).then(|| lot.li2o_ppm()),
        opening_kg: stocks.map(|s| s.0),
        closing_kg: stocks.map(|s| s.1),
    }
}
