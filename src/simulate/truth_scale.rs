//! Which mines dug more than their scale allows, in a year or a month, and which tickets left after it was used up?
//!
//! Three measures, the largest decides: declared, tickets out with the change of the heap, and tickets out alone where no
//! heap is stated. (The reconciled measure lies between the first two, so it adds no finding of its own.) All of them without
//! errors of measurement. Sites under one licence number are measured together, and its scale counts once.

use super::World;
use super::basin::Kind;
use super::licences::Licence;
use super::months::{Meant, Month, Return};
use super::tickets::Ticket;
use super::truth::{day_of, in_force, number};
use super::truth_case::Cases;
use crate::records::product;
use chrono::{Datelike, NaiveDate};
use std::collections::BTreeMap;

/// Ore of a site and month.
#[derive(Clone, Debug, Default)]
struct Ore {
    /// Tickets out by day of the month.
    out_kg: [i64; 31],
    declared: Option<Meant>,
}

/// Day, mass in kg and number of a ticket.
type Paper = (NaiveDate, i64, String);

/// Ore by site and month.
#[derive(Default)]
pub(super) struct Scales {
    ore: BTreeMap<(usize, u32), Ore>,
    /// Tickets of mines that may be beyond the year's scale: day, mass and number, by site and year.
    papers: BTreeMap<(usize, i32), Vec<Paper>>,
    /// What of a year's scale was used so far, kg, by the first site of a unit and year.
    used_kg: BTreeMap<(usize, i32), i64>,
}

/// Output and what is allowed, kg.
#[derive(Clone, Debug)]
pub(super) struct Measured {
    pub(super) rule: &'static str,
    pub(super) place: usize,
    pub(super) period: String,
    /// The largest measure, of all sites under the licence.
    pub(super) most_kg: i64,
    pub(super) allowed_kg: i64,
    /// Tickets of this site, and of all.
    own_kg: (i64, i64),
    /// When the limit was passed.
    since: NaiveDate,
}

impl Scales {
    /// Takes the tickets of a month, after its returns; those that leave after the scale and the first day's stock were used up
    /// are kept.
    pub(super) fn ship(&mut self, world: &World, licences: &[Vec<Licence>], month: &Month) {
        let year = world.calendar.month(month.index).0;
        let mut by_place: BTreeMap<usize, Vec<&Ticket>> = BTreeMap::new();
        for ticket in month.tickets.iter().filter(|t| t.product == product::ORE) {
            by_place.entry(ticket.from as usize).or_default().push(ticket);
        }
        for (place, tickets) in &by_place {
            let ore = self.ore.entry((*place, month.index)).or_default();
            for ticket in tickets {
                let day = day_of(ticket).map_or(0, |day| day.day0() as usize);
                if let Some(out_kg) = ore.out_kg.get_mut(day) {
                    *out_kg += ticket.net_kg;
                }
            }
        }
        for unit in self.units(world, licences) {
            let Some(allowed_kg) = pro_rata(&of_unit(&unit, licences), year) else { continue };
            // What lay there on the first day may leave as well.
            let heaps = unit.iter().filter_map(|place| self.months(world, *place, year).next());
            let allowed_kg = allowed_kg + heaps.filter_map(|(_, ore)| ore.declared.and_then(|d| d.opening_kg)).sum::<i64>();
            let used_kg = self.used_kg.entry((unit[0], year)).or_default();
            let mut tickets: Vec<&&Ticket> = unit.iter().filter_map(|place| by_place.get(place)).flatten().collect();
            tickets.sort_by_key(|t| t.loaded_at.div_euclid(1_440));
            for day in tickets.chunk_by(|a, b| a.loaded_at.div_euclid(1_440) == b.loaded_at.div_euclid(1_440)) {
                if *used_kg > allowed_kg {
                    for ticket in day {
                        let (Some(at), from) = (day_of(ticket), ticket.from as usize) else { continue };
                        self.papers.entry((from, year)).or_default().push((at, ticket.net_kg, number(world, ticket)));
                    }
                }
                *used_kg += day.iter().map(|t| t.net_kg).sum::<i64>();
            }
        }
    }

    pub(super) fn declare(&mut self, row: &Return) {
        if row.product == product::ORE && row.produced {
            self.ore.entry((row.place, row.month)).or_default().declared = Some(row.meant);
        }
    }

    /// Everything over scale.
    pub(super) fn over(&self, world: &World, licences: &[Vec<Licence>], cases: &mut Cases) {
        for m in self.measured(world, licences).into_iter().filter(|m| m.most_kg > m.allowed_kg) {
            let excess = i128::from(m.most_kg - m.allowed_kg) * i128::from(m.own_kg.0) / i128::from(m.own_kg.1.max(1));
            let key = (m.rule, "site", world.basin.places[m.place].code.clone(), m.period);
            cases.add(key, i64::try_from(excess).unwrap_or(0).max(1), Some(m.since));
        }
    }

    /// Every ticket that left after the day on which the year's scale was used up.
    pub(super) fn exhausted(&self, world: &World, cases: &mut Cases) {
        for ((place, year), papers) in &self.papers {
            for (day, kg, ticket) in papers {
                let key = ("quota-exhausted", "site", world.basin.places[*place].code.clone(), format!("{year:04}"));
                cases.add(key, *kg, Some(*day)).tickets.push(ticket.clone());
            }
        }
    }

    /// Mines, those under one licence number together; the first is the lowest.
    pub(super) fn units(&self, world: &World, licences: &[Vec<Licence>]) -> Vec<Vec<usize>> {
        let mut units: Vec<Vec<usize>> = Vec::new();
        let mut by_number: BTreeMap<&str, usize> = BTreeMap::new();
        for place in world.basin.of(Kind::Mine) {
            let numbers = || licences[place].iter().map(|l| l.number.as_str());
            let unit = numbers().find_map(|n| by_number.get(n).copied()).unwrap_or(units.len());
            if unit == units.len() {
                units.push(Vec::new());
            }
            units[unit].push(place);
            by_number.extend(numbers().map(|n| (n, unit)));
        }
        units
    }

    /// What a site put out in a year by its tickets and the change of its heap, kg.
    pub(super) fn year_kg(&self, world: &World, place: usize, year: i32) -> i64 {
        let months: Vec<&Ore> = self.months(world, place, year).map(|(_, ore)| ore).collect();
        tickets_kg(&months)
    }

    fn months<'a>(&'a self, world: &'a World, place: usize, year: i32) -> impl Iterator<Item = (u32, &'a Ore)> {
        let of_place = self.ore.range((place, 0)..=(place, u32::MAX)).map(|((_, month), ore)| (*month, ore));
        of_place.filter(move |(month, _)| world.calendar.month(*month).0 == year)
    }

    /// Every comparison of an output with what is allowed.
    pub(super) fn measured(&self, world: &World, licences: &[Vec<Licence>]) -> Vec<Measured> {
        let year = |month: u32| world.calendar.month(month).0;
        let mut all = Vec::new();
        for unit in self.units(world, licences) {
            let papers = of_unit(&unit, licences);
            for y in year(0)..=year(world.calendar.months.saturating_sub(1)) {
                let sites: Vec<Vec<(u32, &Ore)>> = unit.iter().map(|place| self.months(world, *place, y).collect()).collect();
                let period = format!("{y:04}");
                let limits = [
                    ("over-scale-year", pro_rata(&papers, y)),
                    ("over-scale-hazard", pro_rata(&underground(&papers), y).map(|scale| scale / 5 * 6)),
                ];
                all.extend(measure(world, limits, &unit, &sites, &period));
                for month in (0..world.calendar.months).filter(|m| year(*m) == y) {
                    let sites: Vec<Vec<(u32, &Ore)>> =
                        sites.iter().map(|site| site.iter().filter(|(m, _)| *m == month).copied().collect()).collect();
                    let (from, to) = (world.calendar.first_of(month), world.calendar.last_of(month));
                    let limits = [
                        ("over-scale-month", scale_in_month(&papers, from, to).map(|scale| scale / 8)),
                        ("over-scale-hazard", scale_in_month(&underground(&papers), from, to).map(|scale| scale / 5)),
                    ];
                    all.extend(measure(world, limits, &unit, &sites, &world.calendar.label(month)));
                }
            }
        }
        all
    }
}

/// A unit's sites that have records, with the unit's output and each limit that it has.
fn measure(
    world: &World,
    limits: [(&'static str, Option<i64>); 2],
    unit: &[usize],
    sites: &[Vec<(u32, &Ore)>],
    period: &str,
) -> Vec<Measured> {
    let out_kg = |site: &[(u32, &Ore)]| -> i64 { site.iter().flat_map(|(_, ore)| ore.out_kg).sum() };
    let declared: i64 = sites.iter().flatten().filter_map(|(_, ore)| ore.declared.map(|d| d.wet_kg)).sum();
    let tickets: i64 = sites.iter().map(|site| tickets_kg(&site.iter().map(|(_, ore)| *ore).collect::<Vec<_>>())).sum();
    let all_kg: i64 = sites.iter().map(|site| out_kg(site)).sum();
    let mut measured = Vec::new();
    for (rule, allowed_kg) in limits.into_iter().filter_map(|(rule, limit)| Some((rule, limit?))) {
        let since = passed(world, sites, allowed_kg);
        for (place, site) in unit.iter().zip(sites).filter(|(_, site)| !site.is_empty()) {
            measured.push(Measured {
                rule,
                place: *place,
                period: period.to_owned(),
                most_kg: declared.max(tickets),
                allowed_kg,
                own_kg: (out_kg(site), all_kg),
                since,
            });
        }
    }
    measured
}

/// The day on which the tickets passed the limit; the last day where only the returns say so.
fn passed(world: &World, sites: &[Vec<(u32, &Ore)>], allowed_kg: i64) -> NaiveDate {
    let mut days: BTreeMap<NaiveDate, i64> = BTreeMap::new();
    for (month, ore) in sites.iter().flatten() {
        let first = world.calendar.first_of(*month);
        for (day, kg) in first.iter_days().take_while(|d| d.month() == first.month()).zip(ore.out_kg) {
            *days.entry(day).or_default() += kg;
        }
    }
    let mut sum_kg = 0;
    let mut last = world.calendar.first;
    for (day, kg) in days {
        last = day;
        sum_kg += kg;
        if sum_kg > allowed_kg {
            break;
        }
    }
    last
}

/// Tickets out with the change of the heap over consecutive months.
fn tickets_kg(months: &[&Ore]) -> i64 {
    let out: i64 = months.iter().flat_map(|m| m.out_kg).sum();
    let heap = |month: Option<&&Ore>| month.and_then(|m| m.declared);
    let opening = heap(months.first()).and_then(|d| d.opening_kg);
    let closing = heap(months.last()).and_then(|d| d.closing_kg);
    out + opening.zip(closing).map_or(0, |(opening, closing)| closing - opening)
}

pub(super) fn of_unit<'a>(unit: &[usize], licences: &'a [Vec<Licence>]) -> Vec<&'a Licence> {
    unit.iter().flat_map(|place| &licences[*place]).filter(|l| l.mining).collect()
}

fn underground<'a>(licences: &[&'a Licence]) -> Vec<&'a Licence> {
    licences.iter().filter(|l| l.underground == Some(true)).copied().collect()
}

/// The annual scale in force on a day, kg: each number once.
fn scale_on(licences: &[&Licence], day: NaiveDate) -> Option<i64> {
    let mut scales: BTreeMap<&str, i64> = BTreeMap::new();
    for licence in licences.iter().filter(|l| in_force(l, day)) {
        if let Some(scale) = licence.scale_kg {
            scales.insert(&licence.number, scale);
        }
    }
    (!scales.is_empty()).then(|| scales.values().sum())
}

/// The annual scale in force in a month, kg: the largest on any of its days.
fn scale_in_month(licences: &[&Licence], first: NaiveDate, last: NaiveDate) -> Option<i64> {
    first.iter_days().take_while(|d| *d <= last).filter_map(|day| scale_on(licences, day)).max()
}

/// The scale of a year, day by day in force, kg.
pub(super) fn pro_rata(licences: &[&Licence], year: i32) -> Option<i64> {
    let (first, last) = (NaiveDate::from_ymd_opt(year, 1, 1)?, NaiveDate::from_ymd_opt(year, 12, 31)?);
    let days = i128::from(last.ordinal());
    let scales: Vec<i64> = first.iter_days().take_while(|d| *d <= last).filter_map(|day| scale_on(licences, day)).collect();
    let sum: i128 = scales.iter().map(|kg| i128::from(*kg)).sum();
    (!scales.is_empty()).then(|| i64::try_from(sum / days).unwrap_or(i64::MAX))
}
