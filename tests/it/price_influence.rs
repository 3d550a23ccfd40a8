//! Does the search of influence, read off tables, find what the whole pipeline gives for every attack?

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use lepid::price::centre::centre as centre_of;
use lepid::price::centre::{Point, capped_weights};
use lepid::price::influence::{Influence, Market, grid, search};
use lepid::price::level::Level;
use lepid::price::policy::{Centre, SellerIs};
use lepid::price::state::{Evidence, Rules, State};
use lepid::price::trust;
use lepid::price::uncertainty::Spread;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn rules() -> Rules {
    Rules {
        start: Level { m: 0.0, p: 0.05 * 0.05 },
        variance_a_period: 0.02 * 0.02,
        surprise_limit: 3.0,
        window: 4,
        half_life: 3.0,
        spread: Spread { icc: 0.2, sigma_pool: 0.035 },
    }
}

fn centre_policy() -> Centre {
    Centre { trim: 0.35, seller_cap: 0.2, lot_cap_kg: 3_000_000, min_sellers: 3, seller_is: SellerIs::Group }
}

fn steps() -> Vec<f64> {
    grid(0.4, 1.8, &[0.02, 0.04, 0.06, 0.08, 0.10, 0.15, 0.20, 0.30, 0.40])
}

const NETBACKS: [f64; 3] = [1_500.0, 2_000.0, 2_400.0];

/// What the method says, and nothing else: the pipeline runs once for every attack.
fn by_the_pipeline(market: &Market<'_>) -> Influence {
    let prices = |evidence: &[Evidence]| market.before.peek(evidence, market.centre).prices(market.netbacks);
    let moves = |prices: &[f64]| prices.iter().zip(market.prices).map(|(p, base)| (p / base).ln()).collect::<Vec<f64>>();
    let worst = |chosen: &dyn Fn(usize, &Evidence) -> bool| {
        let at = |y: &f64| {
            let moved = market.evidence.iter().enumerate();
            let moved = moved.map(|(i, e)| if chosen(i, e) { Evidence { y: *y, ..e.clone() } } else { e.clone() });
            moves(&prices(&moved.collect::<Vec<_>>())).into_iter().map(f64::abs).fold(0.0, f64::max)
        };
        market.grid.iter().map(at).fold(0.0, f64::max)
    };
    let numbers: BTreeSet<usize> = market.evidence.iter().map(|e| e.seller).collect();
    let mut without_one = vec![None; market.prices.len()];
    let mut sellers = Vec::new();
    for seller in numbers {
        let rest: Vec<Evidence> = market.evidence.iter().filter(|e| e.seller != seller).cloned().collect();
        let prices = prices(&rest);
        for (range, price) in without_one.iter_mut().zip(&prices) {
            *range = Some(range.map_or((*price, *price), |(low, high): (f64, f64)| (low.min(*price), high.max(*price))));
        }
        let without = moves(&prices).into_iter().reduce(|a, b| if b.abs() > a.abs() { b } else { a }).unwrap();
        sellers.push(lepid::price::influence::SellerInfluence { seller, influence: worst(&|_, e| e.seller == seller), without });
    }
    let sale = (0..market.evidence.len()).map(|i| worst(&|at, _| at == i)).reduce(f64::max);
    Influence { sellers, sale, without_one }
}

/// Runs both searches in each period.
fn check(periods: &[Vec<Evidence>]) {
    let (centre, grid) = (centre_policy(), steps());
    let mut state = State::new(rules(), NETBACKS.len());
    for evidence in periods {
        let after = state.peek(evidence, &centre);
        let prices = after.prices(&NETBACKS);
        let market = Market { before: &state, evidence, centre: &centre, netbacks: &NETBACKS, prices: &prices, grid: &grid };
        same(&search(&market), &by_the_pipeline(&market));
        state.accept(evidence, &after);
    }
}

#[track_caller]
fn same(got: &Influence, expected: &Influence) {
    let near = |a: f64, b: f64, what: &str| assert!((a - b).abs() <= 1e-12, "{what}: {a} instead of {b}");
    assert_eq!(got.sellers.len(), expected.sellers.len());
    for (a, b) in got.sellers.iter().zip(&expected.sellers) {
        assert_eq!(a.seller, b.seller);
        near(a.influence, b.influence, "influence");
        // Two prices may move equally far in both directions.
        near(a.without.abs(), b.without.abs(), "without");
    }
    match (got.sale, expected.sale) {
        (Some(a), Some(b)) => near(a, b, "one sale"),
        (a, b) => assert_eq!(a, b),
    }
    for (a, b) in got.without_one.iter().zip(&expected.without_one) {
        match (a, b) {
            (Some(a), Some(b)) => {
                near((a.0 / b.0).ln(), 0.0, "lowest without one");
                near((a.1 / b.1).ln(), 0.0, "highest without one");
            }
            (a, b) => assert_eq!(a, b),
        }
    }
}

prop_compose! {
    /// Values that are often equal to each other or to those of the grid, weights of which some are equal.
    fn any_sale(sellers: usize)(
        y in prop_oneof![-0.15..0.15f64, (-3..=3i32).prop_map(|k| f64::from(k) * 0.02), Just(0.4f64.ln()), Just(1.8f64.ln())],
        weight in prop_oneof![50.0..3_000.0f64, Just(100.0), Just(3_000.0)],
        seller in 0..sellers, class in 0..NETBACKS.len(), struck_in in prop::option::weighted(0.1, 2..6u32),
    ) -> Evidence {
        Evidence { y, weight, seller: seller * 2, class, struck_in }
    }
}

fn any_market() -> impl Strategy<Value = Vec<Vec<Evidence>>> {
    (1..8usize).prop_flat_map(|sellers| prop::collection::vec(prop::collection::vec(any_sale(sellers), 0..18), 1..6))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_tables_give_what_the_pipeline_gives(periods in any_market()) {
        check(&periods);
    }

    #[test]
    fn equal_weights_end_shares_exactly_between_two_sales(values in prop::collection::vec((-4..5i32, 0..5usize, 0..2usize), 1..41)) {
        // Twenty equal lots end the trimmed 35 % after the seventh.
        let sale = |(k, seller, class): (i32, usize, usize)| Evidence { y: f64::from(k) * 0.02, weight: 100.0, seller, class, struck_in: None };
        check(&[values.into_iter().map(sale).collect()]);
    }

    #[test]
    fn fewer_sellers_than_the_breakdown_never_take_the_centre_outside_the_others(
        sales in prop::collection::vec(any_sale(7), 3..40), y in -5.0..5.0f64,
    ) {
        let centre = centre_policy();
        let points = |moved: &[usize]| sales.iter()
            .map(|e| Point { y: if moved.contains(&e.seller) { y } else { e.y }, weight: e.weight, seller: e.seller }).collect::<Vec<_>>();
        if let (Some(count), true) = (trust::breakdown(&sales, &centre), centre_of(&points(&[]), &centre).is_some()) {
            let shares = trust::capped_shares(&sales, &centre);
            let mut sellers: Vec<usize> = sales.iter().map(|e| e.seller).collect::<BTreeSet<_>>().into_iter().collect();
            sellers.sort_by(|a, b| shares[*b].total_cmp(&shares[*a]));
            let together = &sellers[..count as usize - 1];
            let others: Vec<f64> = sales.iter().filter(|e| !together.contains(&e.seller)).map(|e| e.y).collect();
            let moved = centre_of(&points(together), &centre).unwrap();
            let (low, high) = others.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| (low.min(*y), high.max(*y)));
            prop_assert!(low - 1e-12 <= moved && moved <= high + 1e-12, "{} not within {} and {}", moved, low, high);
        }
    }
}

fn sale(y: f64, weight: f64, seller: usize, class: usize) -> Evidence {
    Evidence { y, weight, seller, class, struck_in: None }
}

#[test]
fn one_seller_no_sales_and_sales_that_are_all_alike_have_their_influence() {
    check(&[vec![], vec![sale(0.1, 100.0, 0, 0)], vec![]]);
    check(&[(0..12).map(|i| sale(0.03, 100.0, i % 4, i % 3)).collect(), vec![sale(0.5, 3_000.0, 0, 1), sale(-0.5, 50.0, 1, 1)]]);
    check(&[(0..9).map(|i| sale(0.4f64.ln(), 3_000.0, i % 3, 0)).collect()]);
}

#[test]
fn the_breakdown_is_where_the_largest_sellers_hold_more_than_the_trimmed_share() {
    // Five sellers of equal weight: one holds 20 %, two hold 40 %, more than the trimmed 35 %.
    let sales: Vec<Evidence> = (0..5).map(|i| sale(0.01 * i as f64, 100.0, i, 0)).collect();
    let centre = centre_policy();
    assert_eq!(trust::breakdown(&sales, &centre), Some(2));
    let points =
        |moved: usize| sales.iter().map(move |e| Point { y: if e.seller < moved { 9.0 } else { e.y }, weight: e.weight, seller: e.seller });
    let centre_with = |moved: usize| centre_of(&points(moved).collect::<Vec<_>>(), &centre).unwrap();
    assert!(centre_with(1) <= 0.04, "one can't");
    assert!(centre_with(2) > 0.04, "two can: {}", centre_with(2));
    assert!(capped_weights(&points(0).collect::<Vec<_>>(), 0.2).iter().all(|w| (w - 0.2).abs() < 1e-15));
}

/// A market of several hundred sales, from a formula.
fn large() -> Vec<Evidence> {
    let spread = |i: usize| ((i * 7_919 + 13) % 1_009) as f64 / 1_009.0 - 0.5;
    (0..600).map(|i| sale(0.1 * spread(i), 50.0 + (i * 37 % 2_950) as f64, i * i % 11, i % 3)).collect()
}

#[test]
fn of_many_sales_the_leading_ones_are_tried_and_none_is_overstated() {
    let (evidence, centre, grid) = (large(), centre_policy(), steps());
    let state = State::new(rules(), NETBACKS.len());
    let prices = state.peek(&evidence, &centre).prices(&NETBACKS);
    let market = Market { before: &state, evidence: &evidence, centre: &centre, netbacks: &NETBACKS, prices: &prices, grid: &grid };
    let found = search(&market);
    // The pipeline for the sellers and for one sale in twenty only: each takes it a while.
    let sample = by_the_pipeline(&Market { grid: &grid[..1], ..market });
    assert!(found.sale.unwrap() >= 0.5 * sample.sale.unwrap(), "{:?} of {:?}", found.sale, sample.sale);
    for (seller, lowest) in found.sellers.iter().zip(&sample.sellers) {
        assert!(seller.influence >= lowest.influence - 1e-12);
        assert!((seller.without.abs() - lowest.without.abs()).abs() <= 1e-12);
    }
}

#[test]
fn one_thread_or_two_find_the_same_bytes() {
    let (evidence, centre, grid) = (large(), centre_policy(), steps());
    let state = State::new(rules(), NETBACKS.len());
    let prices = state.peek(&evidence, &centre).prices(&NETBACKS);
    let market = Market { before: &state, evidence: &evidence, centre: &centre, netbacks: &NETBACKS, prices: &prices, grid: &grid };
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        format!("{:?}", pool.install(|| search(&market)))
    };
    assert_eq!(with(1), with(2));
}
