//! Which violations stand in the records that were made, by the definitions, in plain code of its own?
//!
//! Nothing of the rules, of the engine or of policy is used here: the truth is what the rules are measured against.
//! Every consequence of what was planted is found in the same way as the plant itself: by looking at the records.

use super::World;
use super::basin::{Kind, Point, metres};
use super::constants::gross_limit_kg;
use super::fleet::Fleet;
use super::licences::Licence;
use super::months::Month;
use super::sales::Sale;
use super::tickets::Ticket;
use super::truth_case::Cases;
use super::truth_later;
use super::truth_mass::{self, Masses};
use super::truth_scale::Scales;
use super::truth_trade::Trade;
use crate::records::product;
use crate::records::time::date_of;
use crate::text::Said;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A violation that stands in the records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// Rule of the catalogue that says it.
    pub rule: String,
    /// `site`, `place`, `plate` or `ticket`.
    pub subject_kind: String,
    /// Site id, place as written, plate or ticket number.
    pub subject: String,
    /// `2023` or `2023-06`.
    pub period: String,
    /// Mass concerned, kg; over scale: the excess of the largest measure; hidden or without papers: what was hidden. Net mass of
    /// the tickets elsewhere.
    pub quantity_kg: i64,
    /// The first day of it, `2023-06-05`; over scale: the day on which the limit was passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// The tickets behind it, sorted; empty where the subject as a whole is meant.
    pub tickets: Vec<String>,
}

/// All that stands in the records, as `truth.json` has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Truth {
    /// Seed of the simulation.
    pub seed: u64,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// What this is.
    pub note: Said,
    /// By rule, subject and period.
    pub violations: Vec<Violation>,
    /// Mass of all violations of each rule, kg.
    #[serde(default)]
    pub quantity_kg: BTreeMap<String, i64>,
    /// What each mine means to dig in the months of the last year that the records do not reach; in no record.
    #[serde(default)]
    pub later: Vec<Later>,
}

/// A mine's plan for a month after the records end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Later {
    /// Site id.
    pub site: String,
    /// `2023-10`
    pub month: String,
    /// What it means to dig, kg.
    pub planned_kg: i64,
}

/// Ore, concentrate or a truck a hair beyond a limit is neither honest nor planted; none is made, and none counts below
/// these: GPS error 30 m, the receiving scale 2.5 %, net 100 kg, gross 2 %.
const OUTSIDE_M: f64 = 100.0;
const MISMATCH_PERMILLE: i64 = 25;
const NET_OFF_KG: i64 = 100;
const OVERLOAD_PERMILLE: i64 = 1_020;

/// What the records alone prove to be ore that nobody was allowed to dig.
const PROVEN_ILLEGAL: [&str; 6] =
    ["licence-none", "licence-expired", "licence-suspended", "exploration-ore", "construction-ore", "mineral-not-approved"];

/// Hears the months one by one.
pub(super) struct Court {
    found: Cases,
    scales: Scales,
    masses: Masses,
    trade: Trade,
    /// Licences by place.
    licences: Vec<Vec<Licence>>,
}

impl Court {
    pub(super) fn new(world: &World) -> Self {
        let mut licences = vec![Vec::new(); world.basin.places.len()];
        for licence in &world.licences {
            licences[licence.place].push(licence.clone());
        }
        Self { found: Cases::default(), scales: Scales::default(), masses: Masses::default(), trade: Trade::default(), licences }
    }

    /// Looks at a month's records.
    pub(super) fn hear(&mut self, world: &World, fleet: &Fleet, month: &Month) {
        let period = world.calendar.label(month.index);
        for ticket in &month.tickets {
            self.papers(world, ticket, &period);
            self.truck(world, fleet, ticket, &period);
        }
        self.numbers(world, month, &period);
        self.trucks(world, fleet, month, &period);
        self.trips(world, fleet, month, &period);
        self.paperwork(world, month, &period);
        for row in &month.returns {
            self.scales.declare(row);
        }
        self.scales.ship(world, &self.licences, month);
        self.masses.hear(world, month);
    }

    /// Looks at a month's contracts.
    pub(super) fn hear_sales(&mut self, world: &World, sales: &[Sale]) {
        self.trade.hear(world, sales);
    }

    /// The truth of all months.
    pub(super) fn truth(mut self, world: &World) -> Truth {
        self.scales.over(world, &self.licences, &mut self.found);
        self.scales.exhausted(world, &mut self.found);
        self.masses.tell(world, &mut self.found);
        self.trade.tell(world, &mut self.found);
        let later = truth_later::tell(world, &self.scales, &self.licences, &mut self.found);
        let violations = self.found.violations();
        let mut quantity_kg: BTreeMap<String, i64> = BTreeMap::new();
        for violation in &violations {
            // A month of a violation that has a year as well is in the year's mass.
            let with_year = violation.period.len() > 4 && truth_mass::ALSO_BY_YEAR.contains(&violation.rule.as_str());
            *quantity_kg.entry(violation.rule.clone()).or_default() += if with_year { 0 } else { violation.quantity_kg };
        }
        let calendar = &world.calendar;
        Truth {
            seed: world.basin.seed,
            from: calendar.first.to_string(),
            to: calendar.last_of(calendar.months.saturating_sub(1)).to_string(),
            note: note(),
            violations,
            quantity_kg,
            later,
        }
    }

    pub(super) fn find(&mut self, world: &World, rule: &'static str, kind: &'static str, subject: &str, period: &str, ticket: &Ticket) {
        let key = (rule, kind, subject.to_owned(), period.to_owned());
        self.found.add(key, ticket.net_kg, day_of(ticket)).tickets.push(number(world, ticket));
        if PROVEN_ILLEGAL.contains(&rule) {
            self.trade.illegal(world, ticket, day_of(ticket), period);
        }
    }

    /// Where the ore comes from, and with which licence.
    fn papers(&mut self, world: &World, ticket: &Ticket, period: &str) {
        let place = &world.basin.places[ticket.from as usize];
        if ticket.product != product::ORE {
            return;
        }
        if place.kind == Kind::Unknown {
            return self.find(world, "origin-unknown", "place", &place.written, period, ticket);
        }
        let Some(day) = day_of(ticket) else { return };
        let code = place.code.clone();
        match place.kind {
            Kind::Exploration => self.find(world, "exploration-ore", "site", &code, period, ticket),
            Kind::Construction | Kind::Restoration => self.find(world, "construction-ore", "site", &code, period, ticket),
            Kind::Mine => {
                if let Some(rule) = licence_fault(&self.licences[ticket.from as usize], day) {
                    self.find(world, rule, "site", &code, period, ticket);
                }
            }
            _ => {}
        }
        if let Some(loaded) = ticket.loaded
            && is_outside(&self.licences[ticket.from as usize], day, loaded)
        {
            self.find(world, "outside-boundary", "site", &code, period, ticket);
        }
    }

    /// What the truck carried, and what the two scales said.
    fn truck(&mut self, world: &World, fleet: &Fleet, ticket: &Ticket, period: &str) {
        let truck = &fleet.trucks[ticket.truck as usize];
        let axles = if ticket.axles_stated { Some(truck.axles) } else { truck.registered().then(|| truck.registered_axles()) };
        // Who does not know whether it is articulated takes the higher limit.
        let articulated = !truck.registered() || truck.registered_articulated() != Some(false);
        let limit = axles.map(|a| gross_limit_kg(a, articulated));
        if ticket.weighed && limit.is_some_and(|limit| ticket.gross_kg * 1_000 > limit * OVERLOAD_PERMILLE) {
            self.find(world, "overload", "plate", &truck.plate, period, ticket);
        }
        if ticket.received_kg.is_some_and(|kg| (kg - ticket.net_kg).abs() * 1_000 > ticket.net_kg * MISMATCH_PERMILLE) {
            self.find(world, "weight-mismatch", "plate", &truck.plate, period, ticket);
        }
        if ticket.weighed && (ticket.gross_kg - ticket.tare_kg - ticket.net_kg).abs() > NET_OFF_KG {
            let place = &world.basin.places[ticket.from as usize];
            let (kind, subject) = if place.kind.id().is_some() { ("site", &place.code) } else { ("place", &place.written) };
            self.find(world, "net-inconsistent", kind, subject, period, ticket);
        }
    }

    /// One number, two tickets. A number names its month, so it never comes again in another.
    fn numbers(&mut self, world: &World, month: &Month, period: &str) {
        for of_one in month.tickets.chunk_by(|a, b| a.from == b.from) {
            let again = repeated(of_one.iter().map(|t| t.number.1));
            for ticket in of_one.iter().filter(|t| again.contains(&t.number.1)) {
                self.find(world, "ticket-reused", "ticket", &number(world, ticket), period, ticket);
            }
        }
    }
}

/// What stands in a list more than once.
pub(super) fn repeated(serials: impl Iterator<Item = u32>) -> BTreeSet<u32> {
    let mut seen = Vec::new();
    let mut again = BTreeSet::new();
    for serial in serials {
        let at = serial as usize;
        if seen.len() <= at {
            seen.resize(at * 2 + 64, false);
        }
        if seen[at] {
            again.insert(serial);
        }
        seen[at] = true;
    }
    again
}

/// The number of a ticket as printed.
pub(super) fn number(world: &World, ticket: &Ticket) -> String {
    number_of(world, ticket.from as usize, ticket.number.0, ticket.number.1)
}

/// Number `serial` of a weighbridge and month.
pub(super) fn number_of(world: &World, from: usize, month: u32, serial: u32) -> String {
    let (year, month) = world.calendar.month(month);
    format!("{}{:02}{month:02}{serial:06}", world.basin.places[from].code, year.rem_euclid(100))
}

pub(super) fn day_of(ticket: &Ticket) -> Option<NaiveDate> {
    i32::try_from(ticket.loaded_at.div_euclid(1_440)).ok().and_then(date_of)
}

/// Whether a licence is in force on a day: within its dates, and not after it was suspended, revoked or closed.
pub(super) fn in_force(licence: &Licence, day: NaiveDate) -> bool {
    let stopped = licence.status != "valid" && licence.since.is_none_or(|since| since <= day);
    (licence.from..=licence.to).contains(&day) && !stopped
}

/// What is wrong with a mine's licences on a day on which it dispatches ore; at most one thing.
fn licence_fault(licences: &[Licence], day: NaiveDate) -> Option<&'static str> {
    let mining = || licences.iter().filter(|l| l.mining);
    let valid: Vec<&Licence> = mining().filter(|l| in_force(l, day)).collect();
    if !valid.is_empty() {
        // Unknown minerals accuse nobody; feldspar alone does not cover lithium ore.
        let wrong = valid.iter().all(|l| l.minerals == Some("长石"));
        return wrong.then_some("mineral-not-approved");
    }
    if mining().any(|l| (l.from..=l.to).contains(&day)) {
        return Some("licence-suspended");
    }
    if mining().any(|l| l.from <= day) {
        return Some("licence-expired");
    }
    let explores = licences.iter().any(|l| !l.mining && in_force(l, day));
    Some(if explores { "exploration-ore" } else { "licence-none" })
}

/// Whether a load lies outside every boundary in force; without one, nobody knows.
fn is_outside(licences: &[Licence], day: NaiveDate, loaded: Point) -> bool {
    let mut rings = licences.iter().filter(|l| in_force(l, day)).filter_map(|l| l.boundary.as_ref()).peekable();
    rings.peek().is_some() && rings.all(|ring| beyond_m(ring, loaded) > OUTSIDE_M)
}

/// Distance from a point to a ring, m; 0 inside.
pub(super) fn beyond_m(ring: &[Point], point: Point) -> f64 {
    let corners: Vec<(f64, f64)> = ring.iter().map(|c| metres(point, *c)).collect();
    let mut inside = false;
    let mut nearest = f64::INFINITY;
    for (a, b) in corners.iter().zip(corners.iter().cycle().skip(1)) {
        let ((ay, ax), (by, bx)) = (*a, *b);
        if (ay > 0.0) != (by > 0.0) && ax + (bx - ax) * (0.0 - ay) / (by - ay) > 0.0 {
            inside = !inside;
        }
        let length = (bx - ax) * (bx - ax) + (by - ay) * (by - ay);
        let along = if length > 0.0 { (-(ax * (bx - ax) + ay * (by - ay)) / length).clamp(0.0, 1.0) } else { 0.0 };
        let (x, y) = (ax + along * (bx - ax), ay + along * (by - ay));
        nearest = nearest.min(libm::sqrt(x * x + y * y));
    }
    if inside { 0.0 } else { nearest }
}

fn note() -> Said {
    Said::new(
        "合成数据（SYNTHETIC）：由种子生成的虚构矿区，缩小比例的模型，地名、企业、许可证、车辆和价格均为虚构；违规为人为设置，仅用于检验规则。",
        "SYNTHETIC: an invented basin made from a seed, a scaled-down model; places, companies, licences, trucks and prices are invented, and the violations were planted to measure the rules.",
    )
}
