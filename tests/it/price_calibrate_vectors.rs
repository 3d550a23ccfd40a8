//! Do the parts of calibration give the numbers that were certified or published? `tests/data/vectors/README.md`.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use super::price_vectors::{csv, json, near};
use lepid::price::calibrate::mm::{mm_estimate, s_estimate};
use lepid::price::calibrate::qr;
use lepid::price::calibrate::state_variance::{level_sd, log_likelihood};
use serde_json::Value;

fn column(file: &str, name: &str) -> Vec<f64> {
    csv(file).iter().map(|row| row[name].parse().unwrap()).collect()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

/// The certified regression `name`: coefficients and standard errors to this share.
#[track_caller]
fn check_certified(name: &str, columns: &[Vec<f64>], y: &[f64], share: f64) {
    let expected = &json("expected_ols.json")[name];
    let solution = qr::solve(columns, y).unwrap();
    let close = |got: f64, expected: f64, what: &str| {
        assert!((got - expected).abs() <= share * expected.abs(), "{name}, {what}: {got} instead of {expected}");
    };
    for (got, certified) in solution.coefficients.iter().zip(numbers(&expected["nist_cert_beta"])) {
        close(*got, certified, "coefficient");
    }
    let fitted = |i: usize| columns.iter().zip(&solution.coefficients).map(|(c, b)| c[i] * b).sum::<f64>();
    let squares: f64 = y.iter().enumerate().map(|(i, y)| (y - fitted(i)).powi(2)).sum();
    close(squares, expected["rss"].as_f64().unwrap(), "sum of squares");
    let variance = squares / (y.len() - columns.len()) as f64;
    for (i, error) in numbers(&expected["se"]).into_iter().enumerate() {
        close((solution.inverse[i][i] * variance).sqrt(), error, "standard error");
    }
}

#[test]
fn the_certified_regressions_of_nist_come_out() {
    let file = "01_longley.csv";
    let columns: Vec<Vec<f64>> = std::iter::once(vec![1.0; 16]).chain((1..=6).map(|i| column(file, &format!("x{i}")))).collect();
    check_certified("longley", &columns, &column(file, "y"), 1e-11);

    let file = "02_norris.csv";
    check_certified("norris", &[vec![1.0; 36], column(file, "x")], &column(file, "y"), 1e-12);

    // Degree 10: rounding the powers to floats alone changes the eighth digit.
    let file = "03_filip.csv";
    let x = column(file, "x");
    let powers: Vec<Vec<f64>> = (0..=10).map(|k| x.iter().map(|x| x.powi(k)).collect()).collect();
    check_certified("filip", &powers, &column(file, "y"), 1e-7);
}

#[test]
fn the_robust_fit_of_the_stack_loss_is_the_published_one() {
    let file = "04_stackloss.csv";
    let columns = [vec![1.0; 21], column(file, "air_flow"), column(file, "water_temp"), column(file, "acid_conc")];
    check_robust("stackloss_MM", &columns, &column(file, "stack_loss"));
}

#[test]
fn four_giants_do_not_turn_the_line_of_the_stars() {
    let file = "05_starsCYG.csv";
    let columns = [vec![1.0; 47], column(file, "log_Te")];
    let y = column(file, "log_light");
    check_robust("starsCYG_MM", &columns, &y);
    let fit = mm_estimate(&columns, &y).unwrap();
    let left_out: Vec<f64> = (1..).zip(&fit.weights).filter(|(_, w)| **w == 0.0).map(|(row, _)| f64::from(row)).collect();
    assert_eq!(left_out, numbers(&json("expected_stats.json")["starsCYG_MM"]["zero_weight_rows_1based"]));
    let plain = qr::solve(&columns, &y).unwrap().coefficients;
    for (got, expected) in plain.iter().zip(numbers(&json("expected_stats.json")["starsCYG_MM"]["ols"])) {
        near(*got, expected, "least squares turn");
    }
}

#[track_caller]
fn check_robust(name: &str, columns: &[Vec<f64>], y: &[f64]) {
    let expected = &json("expected_stats.json")[name];
    let start = s_estimate(columns, y).unwrap();
    for (got, expected) in start.coefficients.iter().zip(numbers(&expected["S_beta"])) {
        near(*got, expected, "S-estimate");
    }
    let fit = mm_estimate(columns, y).unwrap();
    near(fit.scale, expected["scale"].as_f64().unwrap(), "scale");
    for (got, expected) in fit.coefficients.iter().zip(numbers(&expected["beta"])) {
        near(*got, expected, "MM-estimate");
    }
    for (got, expected) in fit.weights.iter().zip(expected["weights"].as_array().map(|_| numbers(&expected["weights"])).unwrap_or_default())
    {
        assert!((got - expected).abs() < 1e-8, "weight {got} instead of {expected}");
    }
}

#[test]
fn the_likeliest_movement_of_the_nile_is_that_of_statsmodels() {
    let expected = &json("expected_stats.json")["nile"];
    let centres = |variance: f64| column("08_nile.csv", "y").into_iter().map(|y| Some((y, variance.sqrt()))).collect::<Vec<_>>();
    let (eps, eta) = (expected["sigma2_eps"].as_f64().unwrap(), expected["sigma2_eta"].as_f64().unwrap());
    near(log_likelihood(&centres(eps), eta), expected["loglik_excl_first"].as_f64().unwrap(), "log-likelihood");
    // At the joint maximum of both variances the one that is searched is the joint one; statsmodels' search ends at seven digits.
    let likeliest = numbers(&expected["ML_reestimated"]);
    let found = level_sd(&centres(likeliest[0])).unwrap();
    assert!((found.sd * found.sd - likeliest[1]).abs() < 1e-6 * likeliest[1], "{}", found.sd * found.sd);
    assert!(found.error.unwrap() < found.sd && found.upper > found.sd);
}
