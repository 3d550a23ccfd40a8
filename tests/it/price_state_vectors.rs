//! Do uncertainty and state (sections 5 and 6 of the method) give the numbers of others, and of the reference to its last digits?

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use super::price_vectors::{CONCENTRATE, RUNS, Reference, csv, json, near, reference};
use lepid::price::band::half_width;
use lepid::price::deviation::{isotonic, paule_mandel};
use lepid::price::level::Level;
use lepid::price::netback::Costs;
use lepid::price::screen::{Code, Screened, screen};
use lepid::price::state::{After, Evidence, Rules, State};
use lepid::price::uncertainty::{Spread, weighted_quantile};
use serde_json::Value;
use std::collections::BTreeMap;

fn numbers(text: &str) -> Vec<f64> {
    text.split_whitespace().map(|v| v.parse().unwrap()).collect()
}

#[test]
fn weighted_quantiles_are_those_of_the_averaged_inverse_of_the_distribution() {
    for row in csv("07_weighted_quantile.csv") {
        let weights = numbers(&row["weights"]);
        let total: f64 = weights.iter().sum();
        let weights: Vec<f64> = weights.iter().map(|w| w / total).collect();
        let got = weighted_quantile(&numbers(&row["values"]), &weights, row["p"].parse().unwrap());
        near(got.unwrap(), row["averaged_inverted_cdf"].parse().unwrap(), &format!("{row:?}"));
    }
}

/// The Nile at Aswan as a local level, with the variances of Durbin and Koopman; `predicted` are printed with ten digits.
#[track_caller]
fn check_nile(file: &str) {
    let (eps, eta) = (15_099.0_f64, 1_469.1);
    let mut level: Option<Level> = None;
    for row in csv(file) {
        if let (Some(level), Ok(m), Ok(p)) = (level, row["a_pred"].parse::<f64>(), row["P_pred"].parse::<f64>()) {
            let what = format!("{file}, {}", row["year"]);
            assert!((level.m - m).abs() <= 5e-10 * m && (level.p - p).abs() <= 5e-10 * p, "{what}: {level:?} instead of {m}, {p}");
        }
        let observed = row["y"].parse::<f64>().ok();
        // Diffuse before the first year: the level is its observation.
        let after = match (level, observed) {
            (None, Some(y)) => Level { m: y, p: eps },
            (Some(level), Some(y)) => level.update(y, eps.sqrt(), f64::INFINITY).level,
            (level, None) => level.unwrap(),
        };
        level = Some(after.predict(eta));
    }
    assert!(level.is_some());
}

#[test]
fn the_level_of_the_nile_is_filtered_as_by_statsmodels() {
    check_nile("08_nile.csv");
}

#[test]
fn years_without_evidence_leave_the_level_and_widen_it() {
    check_nile("08b_nile_missing.csv");
}

#[test]
fn a_surprise_beyond_the_limit_moves_the_level_no_farther_than_one_at_it() {
    let level = Level { m: 0.0, p: 1.0 };
    let at = level.update(3.0 * 2f64.sqrt(), 1.0, 3.0);
    let beyond = level.update(300.0, 1.0, 3.0);
    near(beyond.level.m, at.level.m, "level");
    assert_eq!(beyond.level.p, at.level.p);
}

#[test]
fn prices_that_fall_with_grade_are_pooled_by_weight() {
    let rows = csv("09_isotonic.csv");
    for case in ["R_isoreg", "weighted"] {
        let of = |key: &str| rows.iter().filter(|r| r["case"] == case).map(|r| r[key].parse().unwrap()).collect::<Vec<f64>>();
        for (got, expected) in isotonic(&of("y"), &of("w")).iter().zip(of("fitted")) {
            near(*got, expected, case);
        }
    }
}

#[test]
fn paule_and_mandel_find_the_variance_between_the_trials_of_bcg() {
    let rows = csv("12_bcg.csv");
    let of = |key: &str| rows.iter().map(|r| r[key].parse().unwrap()).collect::<Vec<f64>>();
    let (estimates, variances) = (of("yi"), of("vi"));
    let expected = &json("expected_stats.json")["bcg"];
    let (between, mean) = paule_mandel(&estimates, &variances).unwrap();
    near(between, expected["tau2_PM"].as_f64().unwrap(), "tau²");
    near(mean, expected["mu_PM"].as_f64().unwrap(), "mean");
    for ((y, v), shrunk) in estimates.iter().zip(&variances).zip(of("eb_PM")) {
        let kept = between / (between + v);
        assert!((kept * y + (1.0 - kept) * mean - shrunk).abs() < 1e-10);
    }
}

#[test]
fn classes_that_agree_have_no_variance_between_them_and_one_class_is_its_own_mean() {
    assert_eq!(paule_mandel(&[0.1, 0.1], &[1.0, 1.0]), Some((0.0, 0.1)));
    assert_eq!(paule_mandel(&[0.3], &[2.0]), Some((0.0, 0.3)));
    assert_eq!(paule_mandel(&[], &[]), None);
}

fn rules() -> Rules {
    Rules {
        start: Level { m: 0.0, p: 0.05 * 0.05 },
        variance_a_period: 0.02 * 0.02,
        surprise_limit: 3.0,
        window: 6,
        half_life: 3.0,
        spread: Spread { icc: 0.2, sigma_pool: 0.035 },
    }
}

#[test]
fn the_state_of_every_period_is_the_reference_s() {
    for run in RUNS {
        let r = reference(run);
        let product = &r.price.product[CONCENTRATE];
        let screened = screen(&r.sales, &r.quotes, &r.price, product);
        let carbonate = csv(&format!("{run}_lc.csv"));
        let mut state = State::new(rules(), product.class.len());
        let mut residuals = Vec::new();
        for (now, carbonate) in r.expected["periods"].as_array().unwrap().iter().zip(&carbonate) {
            let evidence = evidence(&r, &screened, &now["t"].to_string());
            if now["t"].as_i64() > Some(1) {
                residuals.extend(evidence.iter().map(|e| (e.y - state.expected(e.class).unwrap()).abs()));
            }
            let after = state.advance(&evidence, &product.centre);
            let what = format!("run {run}, period {}", now["t"]);
            check_state(&after, now, &what);
            near(half_width(&residuals, &product.band), now["q"].as_f64().unwrap(), &what);
            check_assessed(&r, &after, now, carbonate, &what);
        }
    }
}

fn evidence(r: &Reference, screened: &[Screened], period: &str) -> Vec<Evidence> {
    let admitted = (0..r.sales.len()).filter(|i| r.trades[*i]["period"] == period && screened[*i].code == Code::Ok);
    admitted
        .map(|i| Evidence {
            y: screened[i].y.unwrap(),
            weight: (screened[i].dry_mg.unwrap() as f64 / 1e9).min(3000.0),
            seller: usize::from(r.trades[i]["seller"].as_bytes()[1] - b'0'),
            class: screened[i].class.unwrap(),
            struck_in: None,
        })
        .collect()
}

fn check_state(after: &After, now: &Value, what: &str) {
    let maybe = |got: Option<f64>, key: &str| match (got, now[key].as_f64()) {
        (Some(got), Some(expected)) => near(got, expected, &format!("{key}, {what}")),
        (got, expected) => assert_eq!(got, expected, "{key}, {what}"),
    };
    maybe(after.own.map(|o| o.theta), "theta");
    maybe(after.own.map(|o| o.sd), "sd");
    maybe(Some(after.own.map_or(0.0, |o| o.n_eff)), "n_eff");
    maybe(after.surprise_gain.map(|(u, _)| u), "u");
    maybe(after.surprise_gain.map(|(_, k)| k), "K");
    maybe(Some(after.level.m), "m");
    maybe(Some(after.level.p), "P");
    maybe(Some(after.between), "tau2");
}

/// `A = exp(m + delta) × Nref`, non-decreasing in grade with the weights of the reference.
fn check_assessed(r: &Reference, after: &After, now: &Value, carbonate: &BTreeMap<String, String>, what: &str) {
    let product = &r.price.product[CONCENTRATE];
    let costs = Costs::on(&r.price, product, r.sales[0].date).unwrap();
    let fen = lepid::records::decimal::parse_scaled(carbonate["lc"].as_bytes(), 2, 1).unwrap();
    let netbacks = product.class.iter().map(|c| costs.reference_fen_per_t(c.grade_ppm, fen) / 100.0);
    let assessed: Vec<f64> = after.deviations.iter().zip(netbacks).map(|(d, n)| libm::exp(after.level.m + d.delta) * n).collect();
    let weights: Vec<f64> = after.deviations.iter().map(|d| 1.0 / (after.level.p + d.variance + 1e-6)).collect();
    for ((class, got), deviation) in product.class.iter().zip(isotonic(&assessed, &weights)).zip(&after.deviations) {
        let expected = &now["cls"][&class.id];
        near(got, expected["A"].as_f64().unwrap(), &format!("A of {}, {what}", class.id));
        near(deviation.delta, expected["delta"].as_f64().unwrap(), &format!("delta of {}, {what}", class.id));
    }
}
