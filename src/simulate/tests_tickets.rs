//! Do tickets and trucks keep what the simulation promises?

use super::basin::Kind;
use super::bridge::Passes;
use super::fault::Fault;
use super::months::{Month, State, begin, pass};
use super::rng::float;
use super::tickets::{Pass, Ticket};
use super::truth::beyond_m;
use super::*;
use std::collections::{BTreeMap, BTreeSet};

fn sample(plan: Plan) -> Options {
    Options { plan, ..Options::sample() }
}

fn year(options: &Options) -> (World, State, Vec<Month>) {
    let world = world(options).unwrap();
    let mut state = begin(&world.basin);
    let months = (0..world.calendar.months).map(|i| pass(&world.basin, &world.calendar, &mut state, i)).collect();
    (world, state, months)
}

fn truth(world: &World, state: &State, months: &[Month]) -> Truth {
    let mut court = truth::Court::new(world);
    months.iter().for_each(|m| court.hear(world, &state.fleet, m));
    court.truth(world)
}

fn tickets(months: &[Month]) -> impl Iterator<Item = &Ticket> {
    months.iter().flat_map(|m| &m.tickets)
}

const OF_TICKETS: [&str; 15] = [
    "overload",
    "weight-mismatch",
    "net-inconsistent",
    "ticket-reused",
    "outside-boundary",
    "vehicle-unfit",
    "payload-implausible",
    "tare-drift",
    "travel-impossible",
    "trips-too-many",
    "weights-cloned",
    "waybill-missing",
    "waybill-reused",
    "receipt-without-dispatch",
    "dispatch-without-receipt",
];

#[test]
fn a_clean_basin_has_no_violation_of_a_ticket_or_truck() {
    for seed in [2023, 7] {
        let (world, state, months) = year(&Options { seed, ..sample(Plan::clean()) });
        assert!(tickets(&months).all(|t| t.fault.is_none()));
        let found: Vec<String> = truth(&world, &state, &months)
            .violations
            .into_iter()
            .filter(|v| OF_TICKETS.contains(&v.rule.as_str()))
            .map(|v| format!("{} {} {}", v.rule, v.subject, v.period))
            .collect();
        assert!(found.is_empty(), "{found:?}");
    }
}

#[test]
fn every_violation_of_tickets_and_trucks_is_there_at_strength_one_alone_and_with_all_others() {
    let count = |plan: Plan, rule: &str| {
        let (world, state, months) = year(&sample(plan));
        truth(&world, &state, &months).violations.iter().filter(|v| v.rule == rule && v.quantity_kg > 0).count()
    };
    let (world, state, months) = year(&sample(Plan::all()));
    let all = truth(&world, &state, &months);
    for rule in OF_TICKETS {
        let together = all.violations.iter().filter(|v| v.rule == rule && v.quantity_kg > 0).count();
        let alone = count(Plan::only([rule]).unwrap(), rule);
        assert!(together >= 5 && alone >= 5, "{rule}: {together} with all others, {alone} alone");
    }
}

#[test]
fn a_tenth_of_the_strength_plants_less_and_three_times_as_much_more() {
    for rule in OF_TICKETS {
        let tonnes = |strength: &str| {
            let planted = Plan::only([format!("{rule}={strength}").as_str()]).unwrap();
            let (world, state, months) = year(&Options { tickets: 120_000, ..sample(planted) });
            let truth = truth(&world, &state, &months);
            truth.violations.iter().filter(|v| v.rule == rule).map(|v| v.quantity_kg).sum::<i64>() / 1_000
        };
        let (little, one, much) = (tonnes("0.1"), tonnes("1"), tonnes("3"));
        // A tare that is too low by more concerns the same trips.
        let grows = if rule == "tare-drift" { little <= one && one <= much } else { little * 2 < one && one < much };
        assert!(grows, "{rule}: {little} t, {one} t, {much} t");
    }
}

#[test]
fn a_violation_that_is_left_out_changes_only_the_tickets_that_it_is_about() {
    // Masses stay as they are under these, so that not even later months differ.
    let (_, _, clean) = year(&Options { tickets: 20_000, ..sample(Plan::clean()) });
    for rule in ["ticket-reused", "weight-mismatch", "net-inconsistent", "waybill-missing", "dispatch-without-receipt", "travel-impossible"]
    {
        let (_, _, planted) = year(&Options { tickets: 20_000, ..sample(Plan::only([rule]).unwrap()) });
        let different = tickets(&clean).zip(tickets(&planted)).filter(|(a, b)| a != b).count();
        assert_eq!(tickets(&clean).count(), tickets(&planted).count());
        assert!(different > 0 && different * 20 < tickets(&clean).count(), "{rule}: {different} tickets differ");
    }
}

#[test]
fn the_scales_err_by_three_thousandths() {
    let (_, _, months) = year(&Options { tickets: 200_000, ..sample(Plan::clean()) });
    let mut errors: Vec<f64> = Vec::new();
    for ticket in tickets(&months) {
        let Some(received) = ticket.received_kg else { continue };
        let net = float(ticket.net_kg);
        errors.push(float(received - ticket.net_kg) / libm::sqrt(net * net + float(received) * float(received)) / 0.003);
    }
    let n = float(i64::try_from(errors.len()).unwrap());
    let mean = errors.iter().sum::<f64>() / n;
    let sigma = libm::sqrt(errors.iter().map(|e| (e - mean) * (e - mean)).sum::<f64>() / n);
    assert!(mean.abs() < 0.01 && (sigma - 1.0).abs() < 0.02, "mean {mean}, standard deviation {sigma}");
    for (z, share) in [(1.959_964, 0.05), (2.575_829, 0.01), (3.290_527, 0.001)] {
        let beyond = float(i64::try_from(errors.iter().filter(|e| e.abs() > z).count()).unwrap());
        let spread = libm::sqrt(n * share * (1.0 - share));
        assert!((beyond - n * share).abs() < 5.0 * spread + 0.1 * n * share, "{z}: {beyond} of {n}");
    }
}

#[test]
fn honest_trucks_and_scales_keep_their_limits() {
    let (_, state, months) = year(&sample(Plan::all()));
    let (mut over, mut off, mut mismatch, mut nameless) = (0, 0, 0, 0);
    for ticket in tickets(&months) {
        let truck = &state.fleet.trucks[ticket.truck as usize];
        let gross = ticket.gross_kg * 1_000 / truck.limit_kg();
        assert!(gross <= 985 || gross >= 1_040, "{ticket:?}");
        over += usize::from(gross >= 1_040);
        nameless += usize::from(gross >= 1_040 && !ticket.axles_stated && !truck.registered());
        let difference = (ticket.gross_kg - ticket.tare_kg - ticket.net_kg).abs();
        assert!(!ticket.weighed || difference <= 10 || difference >= 200, "{ticket:?}");
        off += usize::from(ticket.weighed && difference >= 200);
        if let Some(received) = ticket.received_kg {
            let permille = (received - ticket.net_kg).abs() * 1_000 / ticket.net_kg;
            assert!(permille <= 21 || permille >= 40, "{ticket:?}");
            mismatch += usize::from(permille >= 40);
        }
        let low_kg = truck.tare_kg - ticket.tare_kg;
        assert!(ticket.fault == Some(Fault::TareDrift) || ticket.fault == Some(Fault::Copy) || low_kg.abs() < 700, "{low_kg}: {ticket:?}");
    }
    assert!(over >= 3 && off >= 3 && mismatch >= 3, "{over} {off} {mismatch}");
    assert!(nameless >= 1, "no overloaded truck whose axles nobody knows");
}

#[test]
fn loads_lie_well_inside_within_gps_error_or_far_outside() {
    let (world, _, months) = year(&sample(Plan::all()));
    let (mut edge, mut outside) = (0, 0);
    for ticket in tickets(&months) {
        let (Some(loaded), Some(source)) = (ticket.loaded, &world.basin.places[ticket.from as usize].source) else { continue };
        let beyond = source.pits.iter().map(|ring| beyond_m(ring, loaded)).fold(f64::INFINITY, f64::min);
        assert!(beyond <= 26.0 || beyond >= 300.0, "{beyond} m: {ticket:?}");
        edge += usize::from(beyond > 0.0 && beyond <= 26.0);
        outside += usize::from(beyond >= 300.0);
    }
    assert!(edge >= 3 && outside >= 3, "{edge} {outside}");
}

/// When a truck left and arrived, by clocks that are right.
fn true_times(world: &World, ticket: &Ticket) -> (i64, Option<i64>) {
    let clock = |place: u32| world.basin.bridges[place as usize].clock_min;
    (ticket.loaded_at - clock(ticket.from), ticket.unloaded_at.map(|at| at - clock(ticket.to)))
}

#[test]
fn honest_trucks_are_never_faster_than_sixty_an_hour_nor_in_two_places() {
    let (world, _, months) = year(&sample(Plan::clean()));
    let mut trips: BTreeMap<u32, Vec<(i64, i64)>> = BTreeMap::new();
    let mut days: BTreeMap<(u32, i64), i64> = BTreeMap::new();
    for ticket in tickets(&months) {
        let (left, arrived) = true_times(&world, ticket);
        let least = (world.basin.road_m(ticket.from as usize, ticket.to as usize) / 1_000).min(200);
        assert!(arrived.is_none_or(|at| at - left > least), "{ticket:?}");
        // The way back is as long.
        trips.entry(ticket.truck).or_default().push((left, left + 2 * least + 20));
        *days.entry((ticket.truck, left.div_euclid(1_440))).or_default() += 2 * least + 20;
    }
    for trips in trips.values_mut() {
        trips.sort_unstable();
        assert!(trips.windows(2).all(|pair| pair[0].1 < pair[1].0), "{trips:?}");
    }
    assert!(days.values().all(|minutes| *minutes < 1_200));
}

#[test]
fn a_few_clocks_are_wrong_by_up_to_twenty_five_minutes_and_steadily() {
    let (world, _, months) = year(&sample(Plan::clean()));
    let wrong: Vec<i64> = world.basin.bridges.iter().map(|b| b.clock_min).filter(|m| *m != 0).collect();
    assert!((3..=14).contains(&wrong.len()), "{wrong:?}");
    assert!(wrong.iter().all(|m| (8..=25).contains(&m.abs())) && wrong.iter().any(|m| *m > 0) && wrong.iter().any(|m| *m < 0));
    let early = tickets(&months).filter(|t| t.unloaded_at.is_some_and(|at| at <= t.loaded_at)).count();
    assert!(early > 0, "no trip seems to arrive before it left");
}

#[test]
fn papers_are_whole_where_nothing_is_planted_and_near_misses_stand_beside() {
    let (world, _, months) = year(&sample(Plan::clean()));
    let (mut passes, mut none, mut late, mut no_time, mut no_mass, mut silent, mut net_only) = (0, 0, 0, 0, 0, 0, 0);
    for ticket in tickets(&months) {
        let bridge = world.basin.bridges[ticket.from as usize];
        match (bridge.passes, ticket.pass) {
            (Passes::None, Pass::None) => none += 1,
            (Passes::Trip { from_month }, Pass::None) if ticket.number.0 < from_month => late += 1,
            (Passes::Trip { .. }, Pass::Trip(_)) | (Passes::Batch, Pass::Batch(_)) => passes += 1,
            _ => unreachable!("{ticket:?}"),
        }
        match (world.basin.bridges[ticket.to as usize].receipts, ticket.unloaded_at, ticket.received_kg) {
            (true, Some(_), Some(_)) => {}
            (true, None, Some(_)) => no_time += 1,
            (true, Some(_), None) => no_mass += 1,
            (false, None, None) => silent += 1,
            _ => unreachable!("{ticket:?}"),
        }
        assert_eq!(ticket.weighed, bridge.gross);
        net_only += usize::from(!ticket.weighed);
    }
    assert!(
        [passes, none, late, no_time, no_mass, silent, net_only].iter().all(|n| *n > 50),
        "{passes} {none} {late} {no_time} {no_mass} {silent} {net_only}"
    );
    let permits: usize = months.iter().map(|m| m.permits.len()).sum();
    assert!(permits > 100, "{permits}");
}

#[test]
fn near_misses_are_no_violations() {
    let (world, state, months) = year(&sample(Plan::all()));
    let truth = truth(&world, &state, &months);
    let subjects =
        |rule: &str| -> BTreeSet<&str> { truth.violations.iter().filter(|v| v.rule == rule).map(|v| v.subject.as_str()).collect() };
    let code = |place: usize| world.basin.places[place].code.as_str();
    for (n, bridge) in world.basin.bridges.iter().enumerate() {
        assert!(
            bridge.passes != Passes::None
                || !(subjects("waybill-missing").contains(code(n)) || subjects("waybill-reused").contains(code(n)))
        );
        // A mine answers for what it sent.
        let sends = world.basin.places[n].kind == Kind::Mine;
        assert!(sends || bridge.receipts || !subjects("dispatch-without-receipt").contains(code(n)));
        assert!(bridge.gross || !subjects("receipt-without-dispatch").contains(code(n)));
    }
    // A clock that is wrong makes nobody a liar.
    let wrong: BTreeSet<usize> = (0..world.basin.bridges.len()).filter(|n| world.basin.bridges[*n].clock_min != 0).collect();
    let honest: BTreeSet<&str> = tickets(&months)
        .filter(|t| t.fault.is_none() && wrong.contains(&(t.from as usize)))
        .map(|t| state.fleet.trucks[t.truck as usize].plate.as_str())
        .collect();
    let odd: BTreeSet<&str> =
        tickets(&months).filter(|t| t.fault.is_some()).map(|t| state.fleet.trucks[t.truck as usize].plate.as_str()).collect();
    assert!(honest.difference(&odd).next().is_some());
    assert!(subjects("travel-impossible").is_subset(&odd) && subjects("trips-too-many").is_subset(&odd));
}

#[test]
fn ore_without_a_licence_leaves_no_weighbridge_on_the_pass_system() {
    let (world, ..) = year(&Options { tickets: 500, ..sample(Plan::clean()) });
    for (place, bridge) in world.basin.places.iter().zip(&world.basin.bridges) {
        assert!(place.kind != Kind::Unknown || bridge.passes == Passes::None);
    }
}

#[test]
fn covered_ore_travels_on_copied_tickets_where_all_of_the_combined_violation_is_planted() {
    let copies = |plan: Plan| {
        let (world, state, months) = year(&sample(plan));
        let count = tickets(&months).filter(|t| t.fault == Some(Fault::Copy)).count();
        (count, truth(&world, &state, &months))
    };
    let (count, truth) = copies(Plan::only(launder::COMBINED).unwrap());
    assert!(count > 20, "{count}");
    let cloned: BTreeSet<&str> = truth.violations.iter().filter(|v| v.rule == "weights-cloned").map(|v| v.subject.as_str()).collect();
    let covers: BTreeSet<&str> = truth.violations.iter().filter(|v| v.rule == "licensed-cover").map(|v| v.subject.as_str()).collect();
    assert!(cloned.intersection(&covers).next().is_some(), "{cloned:?} {covers:?}");
    assert!(truth.violations.iter().any(|v| v.rule == "travel-impossible"), "no plate was in two places");
    assert_eq!(copies(Plan::only(["licensed-cover"]).unwrap()).0, 0);
}
