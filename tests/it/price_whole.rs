//! Does the whole pipeline, from sales to bands, give every field of the reference's runs?

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use super::price_vectors::{CONCENTRATE, RUNS, Reference, near, reference};
use lepid::price::anchors::Anchors;
use lepid::price::assess::assess;
use lepid::price::bands::{ClassPrice, Period, ProductBands};
use serde_json::Value;

pub(crate) fn run(r: &Reference) -> ProductBands {
    let (first, last) = r.quotes.span().unwrap();
    let periods = r.price.calendar.periods(first, last);
    assess(CONCENTRATE, &r.price, &r.price.product[CONCENTRATE], &r.sales, &r.quotes, &periods, &Anchors::default())
}

#[track_caller]
fn maybe(got: Option<f64>, expected: &Value, what: &str) {
    match (got, expected.as_f64()) {
        (Some(got), Some(expected)) => near(got, expected, what),
        (got, expected) => assert_eq!(got, expected, "{what}"),
    }
}

#[test]
fn every_field_of_every_period_is_the_reference_s() {
    for run_id in RUNS {
        let r = reference(run_id);
        let bands = run(&r);
        let expected = r.expected["periods"].as_array().unwrap();
        assert_eq!(bands.periods.len(), expected.len());
        for (period, expected) in bands.periods.iter().zip(expected) {
            check_period(period, expected, &format!("run {run_id}, {}", period.period));
        }
    }
}

fn check_period(period: &Period, expected: &Value, what: &str) {
    let counts = [("n", period.n), ("S", period.sellers), ("buyers", period.buyers)];
    for (key, got) in counts {
        assert_eq!(u64::from(got), expected[key].as_u64().unwrap(), "{key}, {what}");
    }
    let state = period.state.unwrap();
    let trust = &period.trust;
    let numbers = [
        ("theta", period.theta),
        ("sd", state.sd),
        ("u", state.surprise),
        ("K", state.gain),
        ("m", Some(state.level)),
        ("P", Some(state.level_variance)),
        ("tau2", Some(state.between)),
        ("q", Some(period.band)),
        ("n_eff", Some(trust.n_eff)),
        ("top_share", trust.top_share),
        ("max_seller_influence", trust.seller_influence),
    ];
    for (key, got) in numbers {
        maybe(got, &expected[key], &format!("{key}, {what}"));
    }
    assert_eq!(trust.tier, expected["tier"].as_str().unwrap(), "tier, {what}");
    let influences = expected["seller_influence"].as_object().unwrap();
    for (seller, expected) in influences {
        // A seller none of whose sales was admitted could do nothing.
        let got = trust.by_seller.iter().find(|s| s.seller == *seller).map_or(0.0, |s| s.influence);
        maybe(Some(got), expected, &format!("influence of {seller}, {what}"));
    }
    assert!(trust.by_seller.iter().all(|s| influences.contains_key(&s.seller)), "{what}");
    for class in &period.classes {
        check_class(class, &expected["cls"][&class.class], &format!("class {}, {what}", class.class));
    }
}

/// `A` and `delta` to 1e-9; guide price, limits and act exactly. The reference's money is float: its carry is that of an assessed
/// price that is not rounded to fen, so half a fen lies between, and to 1e-9 the carry is checked from the exact price.
fn check_class(class: &ClassPrice, expected: &Value, what: &str) {
    let fen = |key: &str| Some((expected[key].as_f64().unwrap() * 100.0).round() as i64);
    let assessed = class.assessed_exact_fen_per_t.unwrap() / 100.0;
    near(assessed, expected["A"].as_f64().unwrap(), what);
    maybe(class.deviation, &expected["delta"], what);
    assert_eq!(class.guide_fen_per_t, fen("G"), "G, {what}");
    assert_eq!(class.lower_fen_per_t, fen("lower"), "lower, {what}");
    assert_eq!(class.upper_fen_per_t, fen("upper"), "upper, {what}");
    assert_eq!(class.per_du_fen, fen("per_du"), "per du, {what}");
    assert_eq!(class.act, expected["act"].as_str().unwrap(), "act, {what}");
    let carry = class.carry_fen_per_t.unwrap() as f64 / 100.0;
    let expected_carry = expected["carry"].as_f64().unwrap();
    assert!((carry - expected_carry).abs() <= 0.005 + 1e-9, "carry, {what}: {carry} instead of {expected_carry}");
    let clamped = assessed.clamp(800.0, 6000.0);
    near(clamped - class.guide_fen_per_t.unwrap() as f64 / 100.0 + 1e3, expected_carry + 1e3, &format!("exact carry, {what}"));
}

#[test]
fn the_parts_of_a_move_sum_to_it() {
    for run_id in RUNS {
        let bands = run(&reference(run_id));
        for pair in bands.periods.windows(2) {
            for (class, before) in pair[1].classes.iter().zip(&pair[0].classes) {
                let why = class.why.unwrap();
                let parts = why.carbonate_fen_per_t + why.evidence_fen_per_t + why.deviation_fen_per_t + why.mechanism_fen_per_t;
                assert_eq!(Some(why.from_fen_per_t), before.guide_fen_per_t);
                assert_eq!(Some(why.from_fen_per_t + parts), class.guide_fen_per_t);
            }
        }
    }
}
