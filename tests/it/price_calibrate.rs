//! Does calibration find what sales were made with, and say so to a user?

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use chrono::{Days, NaiveDate};
use lepid::policy::Policy;
use lepid::price::Market;
use lepid::price::calibrate::icc::likeness;
use lepid::price::calibrate::row::{Row, Verdict, What};
use lepid::price::calibrate::slopes::with_cost;
use lepid::price::calibrate::state_variance::level_sd;
use lepid::price::calibrate::{Estimates, calibrate, estimate};
use lepid::price::carbonate::Quotes;
use lepid::price::netback::Costs;
use lepid::price::policy::{Delivery, PricePolicy};
use lepid::price::sale::{Party, Sale};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use std::path::Path;
use std::process::{Command, Output};

const CONCENTRATE: &str = "lepidolite_concentrate";
const ORE: &str = "porcelain_clay_ore";

struct Chance(ChaCha8Rng);

impl Chance {
    fn of(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// Between 0 and 1, both out.
    fn share(&mut self) -> f64 {
        (f64::from(self.0.next_u32()) + 0.5) / 4_294_967_296.0
    }

    fn below(&mut self, n: u32) -> u32 {
        self.0.next_u32() % n
    }

    /// Normal, by Box and Muller.
    fn normal(&mut self) -> f64 {
        let (a, b) = (self.share(), self.share());
        (-2.0 * a.ln()).sqrt() * (2.0 * std::f64::consts::PI * b).cos()
    }
}

/// What the simulated sales are made with.
#[derive(Clone, Copy)]
struct Truth {
    icc: f64,
    deal_sd: f64,
    level_sd: f64,
    processing_yuan: i64,
    credit_pct: f64,
    /// What the freight on record leaves out, logarithmic.
    delivered: f64,
    /// One sale in so many is a gross error within the corridor; 0: none.
    odd_one_in: u32,
}

const TRUTH: Truth =
    Truth { icc: 0.4, deal_sd: 0.05, level_sd: 0.04, processing_yuan: 1_000, credit_pct: 12.0, delivered: 0.03, odd_one_in: 20 };

fn builtin() -> PricePolicy {
    PricePolicy::load(&Policy::builtin().unwrap()).unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Every Monday of two years, fen/t.
fn quotations() -> impl Iterator<Item = (NaiveDate, i64)> {
    let fen = |week: u32| 10_000_000 + (2_000_000.0 * (f64::from(week) / 12.0).sin()) as i64;
    (0..104).map(move |week| (day("2022-01-03") + Days::new(7 * u64::from(week)), fen(week)))
}

/// Two years of concentrate of ten sellers at a carbonate price that wanders between 80 000 and 120 000 yuan.
fn market(seed: u64, truth: Truth) -> Market {
    let mut chance = Chance::of(seed);
    let price = builtin();
    let periods = price.calendar.periods(day("2022-01-01"), day("2023-12-31"));
    let quotes = Quotes::new(quotations());
    let true_policy = with_cost(&price, CONCENTRATE, (truth.processing_yuan - 350) * 100);
    let (seller_sd, rest_sd) = (truth.deal_sd * truth.icc.sqrt(), truth.deal_sd * (1.0 - truth.icc).sqrt());
    let mut level = -0.1;
    let mut sales = Vec::new();
    for span in &periods {
        level += truth.level_sd * chance.normal();
        for seller in 0..10 {
            let habit = seller_sd * chance.normal();
            for _ in 0..chance.below(4) {
                let odd = if truth.odd_one_in > 0 && chance.below(truth.odd_one_in) == 0 { -0.5 } else { 0.0 };
                let y = level + habit + rest_sd * chance.normal() + odd;
                sales.push(sale(&mut chance, &true_policy, &quotes, span.from, seller, y, &truth));
            }
        }
    }
    sales.sort_by_key(|s| s.date);
    for (i, sale) in sales.iter_mut().enumerate() {
        sale.id = format!("{i:04}");
    }
    Market { quotes, products: vec![(CONCENTRATE.to_owned(), sales), (ORE.to_owned(), Vec::new())], periods }
}

/// A sale in the month that begins on a day, at `exp(y)` times the true netback, written with random terms.
fn sale(chance: &mut Chance, policy: &PricePolicy, quotes: &Quotes, from: NaiveDate, seller: u32, y: f64, truth: &Truth) -> Sale {
    // The first quotation is of the 3rd of January.
    let date = from + Days::new(3 + u64::from(chance.below(24)));
    let li2o_ppm = 13_000 + i32::try_from(chance.below(24_000)).unwrap();
    let carbonate = quotes.at(date, &policy.carbonate, &policy.calendar).unwrap().fen_per_t;
    let costs = Costs::on(policy, &policy.product[CONCENTRATE], date).unwrap();
    let (delivered, vat) = (chance.below(2) == 0, chance.below(10) > 0);
    let credit_days = i64::from(30 * chance.below(7));
    let moisture_ppm = 50_000 + i32::try_from(chance.below(100_000)).unwrap();
    let freight = if delivered { 5_000 + i64::from(chance.below(10_000)) } else { 0 };
    let dry = (y + if delivered { truth.delivered } else { 0.0 }).exp() * costs.reference_fen_per_t(li2o_ppm, carbonate);
    let cash = dry * (1.0 - f64::from(moisture_ppm) / 1e6);
    let credit = cash * (1.0 + truth.credit_pct / 100.0 * credit_days as f64 / 365.0);
    let written = (credit + freight as f64 / 1.09) * if vat { 1.13 } else { 1.0 };
    let party = |name: String| Party { name, company: None, group: None };
    Sale {
        id: String::new(),
        contract_no: String::new(),
        date,
        seller: party(format!("S{seller}")),
        buyer: party(format!("B{}", chance.below(6))),
        li2o_ppm: Some(li2o_ppm),
        wet_kg: 100_000 + i64::from(chance.below(900_000)),
        moisture_ppm: Some(moisture_ppm),
        price_fen_per_t: written.round() as i64,
        vat_included: Some(vat),
        delivery: Some(if delivered { Delivery::Delivered } else { Delivery::ExWorks }),
        freight_fen_per_t: delivered.then_some(freight),
        credit_days: Some(credit_days),
        related_party: Some(false),
    }
}

fn row(estimates: &Estimates, what: What) -> &Row {
    estimates.products[0].rows.iter().chain(&estimates.credit).find(|r| r.what == what).unwrap()
}

#[test]
fn simulated_sales_give_back_what_they_were_made_with() {
    // Half of the sales are delivered, and what their freight leaves out is spread between deals as well.
    let variance = TRUTH.deal_sd.powi(2) + TRUTH.delivered.powi(2) / 4.0;
    let truth = [
        (What::Icc, TRUTH.icc * TRUTH.deal_sd.powi(2) / variance),
        (What::DealSd, variance.sqrt()),
        (What::LevelSd, TRUTH.level_sd),
        (What::Cost, TRUTH.processing_yuan as f64),
        (What::CreditRate, TRUTH.credit_pct),
        (What::Delivered, TRUTH.delivered),
        (What::Vat, 0.0),
        (What::Moisture, 0.0),
        (What::Lot, 0.0),
    ];
    for seed in [1, 5] {
        let estimates = estimate(&builtin(), &market(seed, TRUTH), None);
        for (what, true_value) in truth {
            let row = row(&estimates, what);
            let (estimate, error) = (row.estimate.unwrap(), row.error.unwrap());
            assert!((estimate - true_value).abs() <= 3.0 * error, "seed {seed}, {what:?}: {estimate} ± {error}, made with {true_value}");
        }
        // The grade was made without a trend, but the policy's netback has one.
        assert_eq!(row(&estimates, What::Grade).verdict, Verdict::Trend, "seed {seed}");
        assert_eq!(row(&estimates, What::Delivered).verdict, Verdict::Trend, "seed {seed}");
        assert_eq!(row(&estimates, What::CreditRate).verdict, Verdict::Propose, "seed {seed}");
    }
}

#[test]
fn what_is_proposed_loads_and_foretells_better() {
    let policy = Policy::builtin().unwrap();
    let market = market(4, TRUTH);
    let found = calibrate(&policy, &market, None).unwrap();
    assert!(found.changes >= 4, "{}", found.proposal);
    let proposed = policy.with(&found.proposal.parse().unwrap()).unwrap();
    let loaded = PricePolicy::load(&proposed).unwrap();
    let (product, before) = (&loaded.product[CONCENTRATE], &builtin().product[CONCENTRATE]);
    // What is dated begins after the last period, with all entries before it as they were.
    let from = day("2024-01-01");
    assert_eq!((product.cost[0].processing_fen_per_t, product.cost[0].from), (35_000, before.cost[0].from));
    assert_eq!((product.cost.len(), product.cost[1].from, product.cost[1].recovery_ppm), (2, from, before.cost[0].recovery_ppm));
    assert!((product.cost[1].processing_fen_per_t - 100_000).abs() < 30_000, "{:?}", product.cost[1]);
    assert_eq!((loaded.terms.len(), loaded.terms[3].from, loaded.terms[3].vat_goods_ppm), (4, from, 130_000));
    assert!(product.state.deal_sd > before.state.deal_sd);
    assert_eq!(loaded.product[ORE].state.icc, builtin().product[ORE].state.icc, "no ore was sold");
    // Only keys that change.
    assert!(!found.proposal.contains("surprise_limit") && !found.proposal.contains("[price.product.porcelain"));

    let [whole, held_out] = &found.comparisons[..] else { panic!("{:?}", found.comparisons) };
    assert!(!whole.held_out && held_out.held_out);
    for comparison in [whole, held_out] {
        let (before, after) = (comparison.before.median_error.unwrap(), comparison.after.median_error.unwrap());
        assert!(after < before, "{comparison:?}");
        assert!(comparison.before.sales > 50 && comparison.before.inside <= comparison.before.sales);
        assert!(comparison.before.moves > 0 && comparison.before.moves <= comparison.before.decisions);
    }
    let again = calibrate(&policy, &market, None).unwrap();
    assert_eq!((again.proposal, again.products), (found.proposal, found.products), "the same sales give the same bytes");
}

#[test]
fn a_policy_that_is_right_is_left_as_it_is() {
    let truth = Truth { icc: 0.2, deal_sd: 0.035, level_sd: 0.02, processing_yuan: 350, credit_pct: 4.5, delivered: 0.0, odd_one_in: 0 };
    let found = calibrate(&Policy::builtin().unwrap(), &market(7, truth), Some(CONCENTRATE)).unwrap();
    assert_eq!(found.changes, 0, "{}", found.proposal);
    assert!(found.proposal.parse::<toml::Table>().unwrap().is_empty());
    assert!(found.products[0].rows.iter().all(|r| r.proposed.is_none()));
}

#[test]
fn too_little_history_is_said_and_proposes_nothing() {
    let mut market = market(1, TRUTH);
    market.products[0].1.truncate(40);
    let found = calibrate(&Policy::builtin().unwrap(), &market, None).unwrap();
    assert_eq!(found.changes, 0);
    assert!(found.comparisons.iter().all(|c| c.before == c.after), "nothing changes");
    for product in &found.products {
        assert!(product.rows.iter().all(|r| r.verdict == Verdict::TooLittle && r.estimate.is_none()), "{product:?}");
    }
    let empty = calibrate(&Policy::builtin().unwrap(), &Market::default(), None).unwrap();
    assert_eq!((empty.changes, empty.products[0].sales), (0, 0));
}

#[test]
fn few_periods_are_too_few_for_the_movement_of_the_level_alone() {
    let mut market = market(2, TRUTH);
    let end = day("2022-08-31");
    market.products[0].1.retain(|s| s.date <= end);
    let estimates = estimate(&builtin(), &market, Some(CONCENTRATE));
    let level = row(&estimates, What::LevelSd);
    assert_eq!((level.verdict, level.proposed, level.n), (Verdict::TooLittle, None, 8));
    assert!(row(&estimates, What::Icc).estimate.is_some());
}

#[test]
fn what_never_varies_is_not_identified() {
    let mut market = market(3, TRUTH);
    for sale in &mut market.products[0].1 {
        (sale.credit_days, sale.vat_included) = (Some(0), Some(false));
    }
    let estimates = estimate(&builtin(), &market, None);
    for what in [What::CreditRate, What::Vat] {
        assert_eq!((row(&estimates, what).verdict, row(&estimates, what).estimate), (Verdict::NotIdentified, None), "{what:?}");
    }
}

#[test]
fn a_trend_that_only_a_negative_cost_would_take_away_is_told_and_not_proposed() {
    // Prices fall with grade less than a netback without any fixed cost would let them.
    let truth = Truth { processing_yuan: -2_000, ..TRUTH };
    let estimates = estimate(&builtin(), &market(5, truth), None);
    let cost = row(&estimates, What::Cost);
    assert_eq!((cost.verdict, cost.proposed), (Verdict::NotIdentified, None), "{cost:?}");
    assert_eq!(row(&estimates, What::Grade).verdict, Verdict::Trend);
}

#[test]
fn likeness_and_movement_cover_the_truth_over_many_histories() {
    let (mut icc_z, mut sd_z, mut level_z) = (Vec::new(), Vec::new(), Vec::new());
    for seed in 0..60 {
        let mut chance = Chance::of(1000 + seed);
        let (icc, sd, moves) = (0.3f64, 0.04f64, 0.03f64);
        let (mut y, mut period, mut seller) = (Vec::new(), Vec::new(), Vec::new());
        let mut level = 0.0;
        let mut centres = Vec::new();
        for t in 0..24 {
            level += moves * chance.normal();
            centres.push((t % 7 != 3).then(|| (level + 0.02 * chance.normal(), 0.02)));
            for s in 0..8 {
                let habit = sd * icc.sqrt() * chance.normal();
                for _ in 0..=chance.below(4) {
                    y.push(level + habit + sd * (1.0 - icc).sqrt() * chance.normal());
                    period.push(t);
                    seller.push(s);
                }
            }
        }
        let found = likeness(&y, &period, &seller).unwrap();
        icc_z.push((found.icc - icc) / found.icc_error);
        sd_z.push((found.deal_sd - sd) / found.deal_sd_error);
        let found = level_sd(&centres).unwrap();
        level_z.push((found.sd - moves) / found.error.unwrap());
    }
    for (what, z) in [("icc", icc_z), ("deal_sd", sd_z), ("level_sd", level_z)] {
        let outside = z.iter().filter(|z| z.abs() > 3.0).count();
        let mean = z.iter().sum::<f64>() / z.len() as f64;
        let spread = (z.iter().map(|z| (z - mean) * (z - mean)).sum::<f64>() / z.len() as f64).sqrt();
        // Of 60, one beyond three errors is chance; errors of the right size make the spread of z about 1.
        assert!(
            outside <= 1 && mean.abs() < 0.5 && (0.6..1.4).contains(&spread),
            "{what}: {outside} outside, mean {mean}, spread {spread}"
        );
    }
}

/// The simulated market as a user's files, in a lake.
fn lake(folder: &Path, market: &Market) {
    let mut quotes = "日期,品种,价格(元/吨)\n".to_owned();
    for (day, fen) in quotations() {
        quotes.push_str(&format!("{day},电池级碳酸锂,{}.{:02}\n", fen / 100, fen % 100));
    }
    let mut sales = "合同号,日期,卖方,买方,产品,品位(%),数量(吨),水分(%),单价(元/吨),含税,交货方式,运费(元/吨),账期,关联交易\n".to_owned();
    for s in &market.products[0].1 {
        let cents = |fen: i64| format!("{}.{:02}", fen / 100, fen % 100);
        sales.push_str(&format!(
            "{},{},{},{},锂云母精矿,{:.4},{:.3},{:.4},{},{},{},{},{},否\n",
            s.id,
            s.date,
            s.seller.name,
            s.buyer.name,
            f64::from(s.li2o_ppm.unwrap()) / 1e4,
            s.wet_kg as f64 / 1e3,
            f64::from(s.moisture_ppm.unwrap()) / 1e4,
            cents(s.price_fen_per_t),
            if s.vat_included == Some(true) { "是" } else { "否" },
            if s.delivery == Some(Delivery::Delivered) { "送到" } else { "自提" },
            s.freight_fen_per_t.map(cents).unwrap_or_default(),
            s.credit_days.unwrap(),
        ));
    }
    std::fs::write(folder.join("报价.csv"), quotes).unwrap();
    std::fs::write(folder.join("销售.csv"), sales).unwrap();
    let read = lepid(folder, &["ingest", "报价.csv", "销售.csv"]);
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
}

fn lepid(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lepid")).current_dir(folder).args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn a_user_gets_a_file_to_read_and_nothing_is_in_force() {
    let folder = tempfile::tempdir().unwrap();
    let market = market(6, TRUTH);
    lake(folder.path(), &market);
    let run = |args: &[&str]| lepid(folder.path(), &[&["price", "calibrate", "--product", "锂云母精矿"], args].concat());

    let policy_before = text(&lepid(folder.path(), &["policy", "show"]).stdout);
    let shown = run(&["--out", "建议.toml"]);
    assert!(shown.status.success(), "{}", text(&shown.stderr));
    let shown = text(&shown.stdout);
    for said in ["各笔成交间的标准差", "建议修改", "没有生效", "in force nowhere", "--policy 建议.toml", "误差中位数"]
    {
        assert!(shown.contains(said), "{said} is missing in\n{shown}");
    }
    assert_eq!(text(&lepid(folder.path(), &["policy", "show"]).stdout), policy_before);

    // The lake gives the same numbers as the sales themselves.
    let file = std::fs::read_to_string(folder.path().join("建议.toml")).unwrap();
    let deal_sd = estimate(&builtin(), &market, None).products[0].rows.iter().find(|r| r.what == What::DealSd).unwrap().proposed.unwrap();
    assert!(file.contains(&format!("deal_sd = {deal_sd:.4}")), "{deal_sd}\n{file}");
    assert!(lepid(folder.path(), &["--policy", "建议.toml", "policy", "check"]).status.success());

    let refused = run(&["--out", "建议.toml", "--lang", "en"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("--force"), "{}", text(&refused.stderr));
    assert_eq!(run(&["--force"]).status.code(), Some(2), "nothing to force");

    let json: serde_json::Value = serde_json::from_slice(&run(&["--json", "--out", "建议.toml", "--force"]).stdout).unwrap();
    assert_eq!(json["calibration"]["proposal"].as_str(), Some(file.as_str()), "the same bytes each time");
    assert!(json["notice"]["zh"].as_str().unwrap().contains("没有生效") && json["notice"]["en"].is_string());
    assert_eq!(lepid(folder.path(), &["price", "calibrate", "--product", "锂渣"]).status.code(), Some(1));
}
