//! Does the price method give the numbers that were published, or that its reference gives? `tests/data/vectors/README.md`.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use chrono::{Months, NaiveDate};
use lepid::policy::Policy;
use lepid::price::band::{conformal_rank, half_width, limits};
use lepid::price::carbonate::Quotes;
use lepid::price::centre::{Point, capped_weights, centre, trimmed_mean};
use lepid::price::formula::{self, Formula};
use lepid::price::mechanism::{Limit, Mechanism, step};
use lepid::price::netback::Costs;
use lepid::price::normalise::{dry_fen_per_t, dry_mg};
use lepid::price::policy::{Delivery, PricePolicy, in_force};
use lepid::price::sale::{Party, Sale};
use lepid::price::screen::{Code, screen};
use lepid::records::decimal::parse_scaled;
use serde_json::Value;
use std::collections::BTreeMap;

pub(crate) const CONCENTRATE: &str = "lepidolite_concentrate";

fn text(file: &str) -> String {
    std::fs::read_to_string(format!("{}/tests/data/vectors/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

pub(crate) fn csv(file: &str) -> Vec<BTreeMap<String, String>> {
    let text = text(file);
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let row = |line: &str| header.iter().zip(line.split(',')).map(|(k, v)| ((*k).to_owned(), v.to_owned())).collect();
    lines.filter(|l| !l.is_empty()).map(row).collect()
}

pub(crate) fn json(file: &str) -> Value {
    serde_json::from_str(&text(file)).unwrap()
}

/// A written number times a power of ten, exact.
fn scaled(text: &str, exponent: i32) -> i64 {
    parse_scaled(text.as_bytes(), exponent, 1).unwrap()
}

fn ppm(text: &str, exponent: i32) -> i32 {
    i32::try_from(scaled(text, exponent)).unwrap()
}

#[track_caller]
pub(crate) fn near(got: f64, expected: f64, what: &str) {
    assert!((got - expected).abs() <= 1e-9 * expected.abs().max(1e-3), "{what}: {got} instead of {expected}");
}

/// The built-in policy with the reference's parameters, and these keys.
fn policy(keys: &str) -> PricePolicy {
    let reference = "
[price.product.lepidolite_concentrate]
class = [
    { id = \"2.0\", grade_pct = 2.0, from_pct = 1.8, to_pct = 2.25 },
    { id = \"2.5\", grade_pct = 2.5, from_pct = 2.25, to_pct = 2.75 },
    { id = \"3.0\", grade_pct = 3.0, from_pct = 2.75, to_pct = 3.3 },
]
[price.product.lepidolite_concentrate.mechanism]
floor_yuan_per_t = 800.0
ceiling_yuan_per_t = 6000.0
";
    let policy = Policy::builtin().unwrap().with(&reference.parse().unwrap()).unwrap();
    PricePolicy::load(&policy.with(&keys.parse().unwrap()).unwrap()).unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn party(name: &str) -> Party {
    Party { name: name.to_owned(), company: None, group: None }
}

/// A sale as the reference writes it.
fn sale(id: &str, date: &str, seller: &str, buyer: &str) -> Sale {
    Sale {
        id: id.to_owned(),
        contract_no: id.to_owned(),
        date: day(date),
        seller: party(seller),
        buyer: party(buyer),
        li2o_ppm: None,
        wet_kg: 0,
        moisture_ppm: Some(0),
        price_fen_per_t: 0,
        vat_included: Some(false),
        delivery: Some(Delivery::ExWorks),
        freight_fen_per_t: None,
        credit_days: Some(0),
        related_party: Some(false),
    }
}

#[test]
fn hpm_gives_23_of_23_published_prices() {
    let rows = csv("13_hpm_nickel.csv");
    assert_eq!(rows.len(), 23);
    for row in &rows {
        let formula =
            Formula { factor_ppm: 170_000, at_grade_ppm: 16_000, factor_ppm_per_grade_pct: 100_000, moisture_ppm: ppm(&row["MC"], 6) };
        let cents = formula::price(&formula, ppm(&row["Ni_pct"], 4), scaled(&row["HMA_usd_dmt"], 2));
        assert_eq!(cents, Some(scaled(&row["published"], 2)), "{row:?}");
    }
}

#[test]
fn the_trimmed_mean_is_that_of_the_euro_short_term_rate() {
    let rows = csv("14_estr_trimmed_mean.csv");
    let of = |key: &str| rows.iter().map(|r| r[key].parse::<f64>().unwrap()).collect::<Vec<_>>();
    let volumes = of("volume");
    let total: f64 = volumes.iter().sum();
    let weights: Vec<f64> = volumes.iter().map(|v| v / total).collect();
    let expected = json("expected_rules.json")["estr"]["trimmed_mean"].as_f64().unwrap();
    near(trimmed_mean(&of("rate"), &weights, 0.25).unwrap(), expected, "€STR");
}

fn reference_mechanism() -> Mechanism {
    Mechanism { trigger: Limit::SharePpm(20_000), max_step: Limit::SharePpm(80_000), tick: 500, floor: 80_000, ceiling: 600_000 }
}

/// Runs a mechanism over the column `A` in fen and compares `G`, `C` and `action`.
fn check_mechanism(file: &str, mechanism: &Mechanism) {
    let mut previous = None;
    for row in csv(file) {
        let guide = step(mechanism, previous, scaled(&row["A"], 2));
        let got = (guide.guide, guide.carry, guide.says());
        assert_eq!(got, (scaled(&row["G"], 2), scaled(&row["C"], 2), row["action"].clone()), "{file}: {row:?}");
        previous = Some(guide.guide);
    }
}

#[test]
fn the_mechanism_holds_follows_limits_and_carries() {
    check_mechanism("16_mechanism.csv", &reference_mechanism());
}

#[test]
fn floor_and_ceiling_bound_the_price_and_leave_nothing_behind() {
    check_mechanism("16c_mechanism_bounds.csv", &Mechanism { max_step: Limit::None, ..reference_mechanism() });
}

#[test]
fn with_a_trigger_in_yuan_it_is_the_refined_oil_rule() {
    let mechanism =
        Mechanism { trigger: Limit::parse("50 元/吨").unwrap(), max_step: Limit::None, tick: 500, floor: 500, ceiling: 10_000_000 };
    let base = 700_000;
    let (mut level, mut previous) = (base, base);
    for row in csv("16b_ndrc_threshold.csv") {
        level += scaled(&row["raw_change"], 2);
        let guide = step(&mechanism, Some(previous), level);
        assert_eq!((guide.guide - previous, guide.carry), (scaled(&row["adjust"], 2), scaled(&row["carry"], 2)), "{row:?}");
        previous = guide.guide;
    }
}

#[test]
fn accounting_of_flows_would_ratchet_and_levels_do_not() {
    let m = Mechanism { max_step: Limit::None, ..reference_mechanism() };
    let (mut flow, mut carry, mut before) = (None::<i64>, 0, 0);
    let mut level = None;
    let rows = csv("16d_flow_accounting_counterexample.csv");
    for row in &rows {
        let assessed = scaled(&row["A"], 2);
        // Flow accounting: the change since the last period and the carry, forfeited at the bounds.
        let wanted = assessed - before + carry;
        (flow, carry) = match flow {
            None => (Some(assessed), 0),
            Some(g) if wanted.abs() * 50 < g => (Some(g), wanted),
            Some(g) => (Some((g + wanted).clamp(m.floor, m.ceiling)), 0),
        };
        assert_eq!((flow, carry), (Some(scaled(&row["G_flow"], 2)), scaled(&row["C_flow"], 2)), "the counterexample itself: {row:?}");
        before = assessed;
        level = Some(step(&m, level, assessed).guide);
    }
    assert_eq!((flow, level), (Some(105_000), Some(90_000)), "at an assessed price of 900 yuan");
}

#[test]
fn the_rank_of_the_conformal_quantile_is_exact() {
    for row in csv("18b_conformal_rank.csv") {
        let expected = row.get("rank_or_blank").and_then(|r| r.parse().ok());
        assert_eq!(conformal_rank(row["n"].parse().unwrap(), row["alpha"].parse().unwrap()), expected, "{row:?}");
    }
}

#[test]
fn the_average_sale_price_of_the_indian_bureau_of_mines_takes_arms_length_sales_ex_mine() {
    let open = policy(
        "
[[price.terms]]
from = 2000-01-01
vat_goods_pct = 0.0
vat_freight_pct = 0.0
credit_rate_pct = 0.0
[price.product.lepidolite_concentrate.screen]
corridor_low = 1e-9
corridor_high = 1e9
[[price.product.lepidolite_concentrate.cost]]
from = 2000-01-01
recovery_pct = 80.0
selling_pct = 0.0
conversion_yuan_per_t = 0.0
processing_yuan_per_t = 0.0
by_products_yuan_per_t = 0.0
guard_pct = 15.0
",
    );
    let rows = csv("17_ibm_asp.csv");
    let sales: Vec<Sale> = rows
        .iter()
        .enumerate()
        .map(|(i, row)| {
            let tonnes = scaled(&row["qty_t"], 0);
            Sale {
                li2o_ppm: Some(25_000),
                wet_kg: tonnes * 1000,
                price_fen_per_t: scaled(&row["sale_value"], 2) / tonnes,
                delivery: Some(Delivery::Delivered),
                freight_fen_per_t: Some(scaled(&row["deductions"], 2) / tonnes),
                related_party: Some(row["related"] == "1"),
                ..sale(&format!("{i}"), "2024-01-10", &row["mine"], &row["channel"])
            }
        })
        .collect();
    let quotes = Quotes::new([(day("2024-01-10"), 10_000_000)]);
    let screened = screen(&sales, &quotes, &open, &open.product[CONCENTRATE]);
    let average = |keep: &dyn Fn(Code) -> bool| {
        let kept: Vec<_> = screened.iter().filter(|s| keep(s.code)).collect();
        let total: f64 = kept.iter().map(|s| s.dry_mg.unwrap() as f64).sum();
        let weights: Vec<f64> = kept.iter().map(|s| s.dry_mg.unwrap() as f64 / total).collect();
        let prices: Vec<f64> = kept.iter().map(|s| s.dry_fen_per_t.unwrap()).collect();
        trimmed_mean(&prices, &weights, 0.0).unwrap() / 100.0
    };
    let expected = &json("expected_rules.json")["ibm_asp"];
    near(average(&|code| code == Code::Ok), expected["arms_length"].as_f64().unwrap(), "arm's length");
    near(average(&|_| true), expected["all_sales"].as_f64().unwrap(), "all sales");
    assert_eq!(screened.iter().filter(|s| s.code == Code::Related).count(), 1);
}

#[test]
fn a_sale_is_normalised_to_ex_works_without_vat_in_cash_and_dry() {
    let price = policy("");
    let terms = in_force(&price.terms, |t| t.from, day("2025-01-01")).unwrap();
    for case in json("expected_rules.json")["normalise"].as_array().unwrap() {
        let written = |key: &str| case["inp"][key].as_f64().unwrap().to_string();
        let sale = Sale {
            wet_kg: scaled(&written("wet_t"), 3),
            moisture_ppm: Some(ppm(&written("moist"), 6)),
            price_fen_per_t: scaled(&written("price_wet"), 2),
            vat_included: case["inp"]["vat_incl"].as_bool(),
            delivery: Some(if case["inp"]["terms"] == "delivered" { Delivery::Delivered } else { Delivery::ExWorks }),
            freight_fen_per_t: Some(scaled(&written("freight_wet"), 2)),
            credit_days: case["inp"]["credit_days"].as_i64(),
            ..sale("1", "2025-01-01", "A", "B")
        };
        let what = case["case"].as_str().unwrap();
        near(dry_fen_per_t(&sale, terms, &price.assume).unwrap() / 100.0, case["dry_price"].as_f64().unwrap(), what);
        near(dry_mg(&sale).unwrap() as f64 / 1e9, case["dry_t"].as_f64().unwrap(), what);
    }
}

#[test]
fn the_netback_follows_grade_and_carbonate_and_is_guarded_below() {
    let price = policy("");
    let costs = Costs::on(&price, &price.product[CONCENTRATE], day("2025-01-01")).unwrap();
    for case in json("expected_rules.json")["nref"].as_array().unwrap() {
        let [grade_pct, carbonate, expected] = [0, 1, 2].map(|i| case[i].as_f64().unwrap());
        let got = costs.reference_fen_per_t(ppm(&grade_pct.to_string(), 4), scaled(&carbonate.to_string(), 2)) / 100.0;
        near(got, expected, &format!("{case}"));
    }
}

/// The points of the vector `cap`, with all sales of one seller at another value.
fn cap_points(cap: &Value, attacked: Option<(&str, f64)>) -> Vec<Point> {
    let list = |key: &str| cap[key].as_array().unwrap().clone();
    let point = |((y, w), s): ((Value, Value), Value)| {
        let seller = s.as_str().unwrap();
        let y = attacked.filter(|(who, _)| *who == seller).map_or(y.as_f64().unwrap(), |(_, at)| at);
        Point { y, weight: w.as_f64().unwrap(), seller: usize::from(seller.as_bytes()[0] - b'A') }
    };
    list("values").into_iter().zip(list("weights")).zip(list("sellers")).map(point).collect()
}

#[test]
fn sellers_are_capped_in_closed_form_and_none_can_move_the_centre_far() {
    let expected = &json("expected_rules.json")["cap"];
    let rules = &policy("").product[CONCENTRATE].centre;
    let points = cap_points(expected, None);
    for (got, w) in capped_weights(&points, 0.2).iter().zip(expected["w"].as_array().unwrap()) {
        near(*got, w.as_f64().unwrap(), "weight");
    }
    near(centre(&points, rules).unwrap(), expected["trim35"].as_f64().unwrap(), "centre");
    for (seller, interval) in expected["influence_interval"].as_object().unwrap() {
        for (to, bound) in [(-1e12, &interval[0]), (1e12, &interval[1])] {
            near(centre(&cap_points(expected, Some((seller, to))), rules).unwrap(), bound.as_f64().unwrap(), seller);
        }
    }
}

/// The reference's trades and quotations: each trade has its own carbonate price, so each day is its own window.
pub(crate) struct Reference {
    pub(crate) price: PricePolicy,
    pub(crate) trades: Vec<BTreeMap<String, String>>,
    pub(crate) sales: Vec<Sale>,
    pub(crate) quotes: Quotes,
    pub(crate) expected: Value,
}

/// The hand-made trades (20), random ones with values exactly at the bounds (21), and drawn ones of thin and full months (22).
pub(crate) const RUNS: [&str; 3] = ["20", "21", "22"];

pub(crate) fn reference(run: &str) -> Reference {
    let mut trades = csv(&format!("{run}_trades.csv"));
    trades.sort_by(|a, b| (&a["date"], &a["id"]).cmp(&(&b["date"], &b["id"])));
    let mut days: Vec<String> = trades.iter().map(|t| t["date"].clone()).collect();
    // Each period is priced at the reference's own quotation, on its last day, where no trade stands.
    let ends: Vec<(NaiveDate, i64)> = csv(&format!("{run}_lc.csv"))
        .iter()
        .map(|row| {
            let next = Months::new(row["period"].parse().unwrap());
            (day(&format!("{}-01-01", &days[0][..4])).checked_add_months(next).unwrap().pred_opt().unwrap(), scaled(&row["lc"], 2))
        })
        .collect();
    days.extend(ends.iter().map(|(end, _)| end.to_string()));
    days.sort();
    days.dedup();
    let price = policy(&format!(
        "[price.carbonate]\nwindow_business_days = 1\n[price.calendar]\ntable_from = 2000-01-01\ntable_to = 2099-12-31\nholidays = []\nworkdays = [{}]\n",
        days.join(", ")
    ));
    let quotes = Quotes::new(trades.iter().map(|t| (day(&t["date"]), scaled(&t["lc_at_trade"], 2))).chain(ends));
    let sales = trades
        .iter()
        .map(|t| Sale {
            li2o_ppm: Some(ppm(&t["grade"], 4)),
            wet_kg: scaled(&t["wet_t"], 3),
            moisture_ppm: Some(ppm(&t["moist"], 6)),
            price_fen_per_t: scaled(&t["price_wet"], 2),
            vat_included: Some(t["vat_incl"] == "1"),
            delivery: Some(if t["terms"] == "delivered" { Delivery::Delivered } else { Delivery::ExWorks }),
            freight_fen_per_t: Some(scaled(&t["freight_wet"], 2)),
            credit_days: Some(scaled(&t["credit_days"], 0)),
            related_party: Some(t["related"] == "1"),
            ..sale(&t["id"], &t["date"], &t["seller"], &t["buyer"])
        })
        .collect();
    Reference { price, trades, sales, quotes, expected: json(&format!("{run}_expected.json")) }
}

#[test]
fn each_trade_is_normalised_and_coded_as_by_the_reference() {
    RUNS.into_iter().for_each(check_audit);
}

fn check_audit(run: &str) {
    let r = reference(run);
    let screened = screen(&r.sales, &r.quotes, &r.price, &r.price.product[CONCENTRATE]);
    let audit = r.expected["audit"].as_array().unwrap();
    assert_eq!(audit.len(), screened.len());
    for entry in audit {
        let id = entry["id"].as_str().unwrap();
        let i = r.sales.iter().position(|s| s.id == id).unwrap();
        let got = &screened[i];
        assert_eq!(got.code.id(), entry["code"].as_str().unwrap(), "{id}");
        near(got.dry_fen_per_t.unwrap() / 100.0, entry["dry_price"].as_f64().unwrap(), id);
        near(got.dry_mg.unwrap() as f64 / 1e9, entry["dry_t"].as_f64().unwrap(), id);
        near(got.y.unwrap(), entry["y"].as_f64().unwrap(), id);
    }
}

/// Sections 1–4 and 7 decide theta, the band and the mechanism once the state of section 6 is given: it is taken from the
/// reference's own run (the class deviations and level of the period before, the assessed prices of this one).
#[test]
fn centre_band_and_mechanism_of_every_period_are_the_reference_s() {
    RUNS.into_iter().for_each(check_periods);
}

fn check_periods(run: &str) {
    let r = reference(run);
    let product = &r.price.product[CONCENTRATE];
    let screened = screen(&r.sales, &r.quotes, &r.price, product);
    let mut before: Option<&Value> = None;
    let mut residuals = Vec::new();
    for now in r.expected["periods"].as_array().unwrap() {
        let t = now["t"].to_string();
        let deviation = |class: usize| before.map_or(0.0, |b| b["cls"][&product.class[class].id]["delta"].as_f64().unwrap());
        let own: Vec<usize> = (0..r.sales.len()).filter(|i| r.trades[*i]["period"] == t && screened[*i].code == Code::Ok).collect();
        let points: Vec<Point> = own
            .iter()
            .map(|i| Point {
                y: screened[*i].y.unwrap() - deviation(screened[*i].class.unwrap()),
                weight: (screened[*i].dry_mg.unwrap() as f64 / 1e9).min(3000.0),
                seller: usize::from(r.trades[*i]["seller"].as_bytes()[1] - b'0'),
            })
            .collect();
        assert_eq!(points.len() as u64, now["n"].as_u64().unwrap(), "n of period {t}");
        match (centre(&points, &product.centre), now["theta"].as_f64()) {
            (Some(got), Some(expected)) => near(got, expected, &format!("theta of period {t}")),
            (got, expected) => assert_eq!(got, expected, "theta of period {t}"),
        }
        if let Some(before) = before {
            let level = before["m"].as_f64().unwrap();
            residuals.extend(points.iter().map(|p| (p.y - level).abs()));
        }
        let q = half_width(&residuals, &product.band);
        near(q, now["q"].as_f64().unwrap(), &format!("band of period {t}"));
        for class in &product.class {
            check_class(now, before, &class.id, q, &product.mechanism);
        }
        before = Some(now);
    }
}

fn check_class(now: &Value, before: Option<&Value>, class: &str, q: f64, fen: &Mechanism) {
    // In 10^-12 yuan, so that the reference's carry can be compared to its last digit; G and the limits in fen.
    let scale = 10_000_000_000;
    let fine = Mechanism { tick: fen.tick * scale, floor: fen.floor * scale, ceiling: fen.ceiling * scale, ..*fen };
    let expected = &now["cls"][class];
    let fine_of = |v: &Value| (v.as_f64().unwrap() * 1e12).round() as i64;
    let previous = before.map(|b| fine_of(&b["cls"][class]["G"]));
    let guide = step(&fine, previous, fine_of(&expected["A"]));
    let what = format!("class {class}, period {}", now["t"]);
    assert_eq!(guide.guide, fine_of(&expected["G"]), "G, {what}");
    assert_eq!(guide.says(), expected["act"].as_str().unwrap(), "{what}");
    near(guide.carry as f64 / 1e12, expected["carry"].as_f64().unwrap(), &format!("carry, {what}"));
    let (lower, upper) = limits(guide.guide / scale, q, fen.tick);
    let in_fen = |key: &str| (expected[key].as_f64().unwrap() * 100.0).round() as i64;
    assert_eq!((lower, upper), (in_fen("lower"), in_fen("upper")), "limits, {what}");
}
