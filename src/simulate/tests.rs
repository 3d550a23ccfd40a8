//! Do the records keep what the simulation promises?

use super::basin::Basin;
use super::months::{Month, State, begin, pass};
use super::plant::Part;
use super::truth_scale::Scales;
use super::*;
use crate::records::{ids, product};
use std::collections::BTreeSet;
use std::str::FromStr;

pub(super) fn sample() -> Options {
    let from = NaiveDate::from_ymd_opt(2023, 1, 1).unwrap();
    Options { seed: 2023, months: 12, tickets: 60_000, from, mines: 40, concentrators: 10, smelters: 6, plan: Plan::all() }
}

pub(super) fn year(options: &Options) -> (World, State, Vec<Month>) {
    let world = world(options).unwrap();
    let mut state = begin(&world.basin);
    let months = (0..world.calendar.months).map(|i| pass(&world.basin, &world.calendar, &mut state, i)).collect();
    (world, state, months)
}

pub(super) fn part(basin: &Basin, place: usize) -> Option<Part> {
    basin.places[place].source.as_ref().and_then(|s| s.part)
}

pub(super) fn judged(world: &World, state: &State, months: &[Month]) -> Truth {
    let mut court = truth::Court::new(world);
    for month in months {
        court.hear(world, &state.fleet, month);
        court.hear_sales(world, &sales::of_month(world, month));
    }
    court.truth(world)
}

pub(super) fn truth_of(options: &Options) -> Truth {
    let (world, state, months) = year(options);
    judged(&world, &state, &months)
}

#[test]
fn output_stands_well_clear_of_every_limit_on_either_side() {
    let (world, _, months) = year(&sample());
    let mut scales = Scales::default();
    let mut licences = vec![Vec::new(); world.basin.places.len()];
    world.licences.iter().for_each(|l| licences[l.place].push(l.clone()));
    for month in &months {
        month.returns.iter().for_each(|r| scales.declare(r));
        scales.ship(&world, &licences, month);
    }
    let mut near = 0;
    for m in scales.measured(&world, &licences) {
        let permille = m.most_kg * 1_000 / m.allowed_kg;
        assert!(permille <= 975 || permille >= 1_080, "{m:?}: {permille} ‰");
        let honest =
            matches!(part(&world.basin, m.place), Some(Part::Honest | Part::NoMinerals | Part::NoBoundary | Part::TwoPits | Part::Renewed));
        if honest {
            // 92 % of a year, 10.5 % of the annual scale in a month against 12.5 %.
            let most = if m.rule == "over-scale-month" { 840 } else { 920 };
            assert!(permille <= most, "{m:?}: {permille} ‰");
        }
        near += usize::from((930..=975).contains(&permille));
    }
    assert!(near >= 2, "near misses: {near}");
}

#[test]
fn identifiers_are_well_formed_and_boundaries_are_polygons() {
    let (world, state, _) = year(&Options { tickets: 4_000, mines: 60, ..sample() });
    for company in &world.basin.companies {
        assert_eq!(ids::credit_code(&company.credit_code).as_deref(), Ok(company.credit_code.as_str()));
    }
    let mut numbers = BTreeSet::new();
    for licence in &world.licences {
        assert_eq!(ids::licence_no(&licence.number).as_deref(), Ok(licence.number.as_str()));
        numbers.insert((&licence.number, licence.from));
        if let Some(ring) = &licence.boundary {
            let text = licences::wkt(ring);
            assert!(matches!(wkt::Wkt::<f64>::from_str(&text), Ok(wkt::Wkt::Polygon(_))), "{text}");
        }
    }
    // A number may have several rows: a scale that changed, a second site; each has a first day of its own.
    assert_eq!(numbers.len(), world.licences.len());
    let plates: BTreeSet<&str> = state.fleet.trucks.iter().map(|t| t.plate.as_str()).collect();
    assert_eq!(plates.len(), state.fleet.trucks.len());
    assert!(plates.iter().all(|p| ids::plate(p).as_deref() == Ok(*p)));
    let names: Vec<&str> = world.basin.places.iter().flat_map(|p| [p.code.as_str(), p.name.as_str()]).collect();
    let companies = world.basin.companies.iter().map(|c| c.name.as_str());
    let all: Vec<&str> = names.into_iter().chain(companies).collect();
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "a name that means two things resolves to none");
}

#[test]
fn every_month_has_enough_sellers_of_both_products() {
    let (world, _, months) = year(&sample());
    for month in &months {
        let sales = sales::of_month(&world, month);
        for product in [product::ORE, product::CONCENTRATE] {
            let sellers: BTreeSet<usize> = sales.iter().filter(|s| s.product == product).map(|s| s.seller).collect();
            assert!(sellers.len() >= 4, "{} {product}: {}", world.calendar.label(month.index), sellers.len());
        }
    }
}

#[test]
fn carbonate_falls_from_300_000_to_222_000_yuan() {
    let world = world(&sample()).unwrap();
    let battery: Vec<i64> = world.prices.iter().filter(|p| p.series == market::BATTERY).map(|p| p.fen_per_t / 100).collect();
    let (first, last) = (*battery.first().unwrap(), *battery.last().unwrap());
    assert!((285_000..=315_000).contains(&first) && (205_000..=240_000).contains(&last), "{first} {last}");
    assert!(battery.len() > 240 && battery.len() < 275, "{}", battery.len());
}

#[test]
fn another_seed_is_another_basin_and_the_same_seed_the_same() {
    let small = Options { tickets: 2_000, ..sample() };
    let tickets = |seed: u64| year(&Options { seed, ..small.clone() }).2.into_iter().flat_map(|m| m.tickets).collect::<Vec<_>>();
    assert_eq!(tickets(1), tickets(1));
    assert_ne!(tickets(1), tickets(2));
}

#[test]
fn basins_of_any_size_and_length_are_made() {
    let from = NaiveDate::from_ymd_opt(2022, 11, 1).unwrap();
    for (months, tickets, mines) in [(1, 1, 1), (3, 500, 2), (26, 3_000, 30), (2, 900, 400)] {
        let options = Options { seed: 9, months, tickets, from, mines, concentrators: 1, smelters: 1, plan: Plan::all() };
        let (world, state, passed) = year(&options);
        let mut court = truth::Court::new(&world);
        passed.iter().for_each(|m| court.hear(&world, &state.fleet, m));
        let truth = court.truth(&world);
        assert_eq!(passed.len(), months as usize);
        assert!(truth.violations.iter().all(|v| v.period.starts_with("202")));
        let codes: BTreeSet<&str> = world.basin.companies.iter().map(|c| c.credit_code.as_str()).collect();
        assert_eq!(codes.len(), world.basin.companies.len());
    }
    for wrong in [Options { months: 0, ..sample() }, Options { smelters: 0, ..sample() }, Options { tickets: 0, ..sample() }] {
        assert!(matches!(world(&wrong), Err(SimulateError::Options { .. })));
    }
}
