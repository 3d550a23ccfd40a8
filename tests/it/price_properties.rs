//! What holds of the price method whatever the sales are?

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use chrono::{Days, NaiveDate};
use lepid::policy::Policy;
use lepid::price::anchors::Anchors;
use lepid::price::assess::assess;
use lepid::price::band::limits;
use lepid::price::bands::ProductBands;
use lepid::price::carbonate::Quotes;
use lepid::price::centre::{Point, capped_weights, centre, distinct_sellers};
use lepid::price::mechanism::{Limit, Mechanism, step};
use lepid::price::policy::{Delivery, PricePolicy};
use lepid::price::sale::{Party, Sale};
use proptest::prelude::*;

const CONCENTRATE: &str = "lepidolite_concentrate";

fn builtin() -> PricePolicy {
    PricePolicy::load(&Policy::builtin().unwrap()).unwrap()
}

fn points() -> impl Strategy<Value = Vec<Point>> {
    prop::collection::vec((-1.0..1.0f64, 1.0..3000.0f64, 0..8usize), 3..40)
        .prop_map(|points| points.into_iter().map(|(y, weight, seller)| Point { y, weight, seller }).collect::<Vec<_>>())
        .prop_filter("three sellers", |points| distinct_sellers(points) >= 3)
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9
}

proptest! {
    #[test]
    fn the_order_of_sales_and_the_numbering_of_sellers_do_not_matter(points in points(), turn in 0..40usize) {
        let rules = &builtin().product[CONCENTRATE].centre;
        let mut other: Vec<Point> = points.iter().map(|p| Point { seller: 7 - p.seller, ..p.clone() }).collect();
        let by = turn % other.len();
        other.rotate_left(by);
        prop_assert!(near(centre(&points, rules).unwrap(), centre(&other, rules).unwrap()));
    }

    #[test]
    fn a_lot_in_two_parts_of_the_same_seller_counts_as_one(points in points(), which in 0..40usize, part in 0.01..0.99f64) {
        let rules = &builtin().product[CONCENTRATE].centre;
        let mut split = points.clone();
        let lot = which % split.len();
        let rest = Point { weight: split[lot].weight * (1.0 - part), ..split[lot].clone() };
        split[lot].weight *= part;
        split.push(rest);
        prop_assert!(near(centre(&points, rules).unwrap(), centre(&split, rules).unwrap()));
    }

    #[test]
    fn one_seller_can_not_move_the_centre_outside_the_others_range(points in points(), who in 0..8usize, to in -1e6..1e6f64) {
        let rules = &builtin().product[CONCENTRATE].centre;
        let attacked: Vec<Point> = points.iter().map(|p| if p.seller == who { Point { y: to, ..p.clone() } } else { p.clone() }).collect();
        let others: Vec<f64> = points.iter().filter(|p| p.seller != who).map(|p| p.y).collect();
        let (low, high) = others.iter().fold((f64::MAX, f64::MIN), |(l, h), y| (l.min(*y), h.max(*y)));
        let centre = centre(&attacked, rules).unwrap();
        prop_assert!(low - 1e-9 <= centre && centre <= high + 1e-9, "{centre} outside {low}..{high}");
    }

    #[test]
    fn no_seller_weighs_more_than_the_cap(points in points()) {
        let weights = capped_weights(&points, 0.2);
        let cap = 0.2f64.max(1.0 / distinct_sellers(&points) as f64);
        prop_assert!(near(weights.iter().sum::<f64>(), 1.0));
        for seller in 0..8 {
            let share: f64 = points.iter().zip(&weights).filter(|(p, _)| p.seller == seller).map(|(_, w)| w).sum();
            prop_assert!(share <= cap + 1e-9, "seller {seller} weighs {share}, cap {cap}");
        }
    }

    #[test]
    fn guide_and_carry_are_the_clamped_assessed_price_and_the_guide_is_on_the_tick(
        assessed in prop::collection::vec(1..2_000_000i64, 1..60),
        trigger in prop_oneof![Just(Limit::None), (1..100_000i64).prop_map(Limit::SharePpm), (1..20_000i64).prop_map(Limit::Amount)],
        max_step in prop_oneof![Just(Limit::None), (10_000..300_000i64).prop_map(Limit::SharePpm), (500..50_000i64).prop_map(Limit::Amount)],
        tick in prop_oneof![Just(1i64), Just(100), Just(500)],
    ) {
        let m = Mechanism { trigger, max_step, tick, floor: 50_000, ceiling: 1_000_000 };
        let mut previous = None;
        for a in assessed {
            let guide = step(&m, previous, a);
            prop_assert_eq!(guide.guide + guide.carry, a.clamp(m.floor, m.ceiling));
            prop_assert_eq!(guide.guide % tick, 0);
            prop_assert!((m.floor..=m.ceiling).contains(&guide.guide));
            if let (Some(before), Limit::Amount(limit)) = (previous, max_step) {
                // A full move is rounded to the tick, which may carry it half a tick beyond.
                prop_assert!((guide.guide - before).abs() <= limit + tick / 2);
            }
            let (lower, upper) = limits(guide.guide, 0.03, tick);
            prop_assert!(lower <= guide.guide && guide.guide <= upper);
            prop_assert!(lower % tick == 0 && upper % tick == 0);
            previous = Some(guide.guide);
        }
    }

    #[test]
    fn whatever_is_sold_each_sale_has_its_code_and_each_price_its_rules(sales in prop::collection::vec(any_sale(), 0..60)) {
        let bands = run(sales);
        for period in &bands.periods {
            let own: Vec<_> = bands.sales.iter().filter(|s| s.period == period.period).collect();
            let left_out: u32 = period.excluded.iter().map(|(_, n)| n).sum();
            prop_assert_eq!(own.len() as u32, period.n + left_out, "admitted and left out make all");
            for class in &period.classes {
                let Some(guide) = class.guide_fen_per_t else {
                    prop_assert_eq!(&class.basis, "none");
                    continue;
                };
                let rungs: &[&str] = if period.sellers >= 3 { &["L1", "L2", "L3"] } else { &["L4", "L5"] };
                prop_assert!(rungs.contains(&class.ladder.as_str()), "{} with {} sellers", class.ladder, period.sellers);
                prop_assert_eq!(guide % 500, 0);
                prop_assert!(class.lower_fen_per_t.unwrap() <= guide && guide <= class.upper_fen_per_t.unwrap());
                prop_assert_eq!(guide + class.carry_fen_per_t.unwrap(), class.assessed_fen_per_t.unwrap().clamp(10_000, 5_000_000));
            }
        }
    }
}

fn party(name: &str) -> Party {
    Party { name: name.to_owned(), company: None, group: None }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

prop_compose! {
    fn any_sale()(
        days in 0..300u64, seller in 0..6u8, buyer in 0..4u8,
        li2o_ppm in prop::option::weighted(0.9, 10_000..40_000i32), moisture_ppm in prop::option::weighted(0.9, 0..400_000i32),
        wet_kg in 0..3_000_000i64, price_fen_per_t in 1_000..500_000i64, vat_included in prop::option::weighted(0.9, any::<bool>()),
        delivery in prop::option::weighted(0.9, prop_oneof![Just(Delivery::ExWorks), Just(Delivery::Delivered)]),
        freight_fen_per_t in prop::option::of(0..30_000i64), credit_days in prop::option::of(0..180i64),
    ) -> Sale {
        Sale {
            id: String::new(), contract_no: String::new(), date: day("2024-01-01") + Days::new(days),
            seller: party(&format!("S{seller}")), buyer: party(&format!("B{buyer}")),
            li2o_ppm, moisture_ppm, wet_kg, price_fen_per_t, vat_included, delivery, freight_fen_per_t, credit_days, related_party: None,
        }
    }
}

/// Prices concentrate over 2024 with carbonate at 90 000 yuan every Monday; sales get their ids here.
fn run(sales: Vec<Sale>) -> ProductBands {
    run_with(&builtin(), sales)
}

fn run_with(price: &PricePolicy, mut sales: Vec<Sale>) -> ProductBands {
    for (i, sale) in sales.iter_mut().enumerate() {
        sale.id = format!("{i:03}");
    }
    sales.sort_by(|a, b| (a.date, &a.id).cmp(&(b.date, &b.id)));
    let mondays = (0..52).map(|week| day("2024-01-01") + Days::new(7 * week));
    // One quotation lies before the policy has parameters.
    let quotes = Quotes::new(mondays.chain([day("2013-07-31")]).map(|day| (day, 9_000_000)));
    let periods = price.calendar.periods(day("2024-01-01"), day("2024-12-31"));
    assess(CONCENTRATE, price, &price.product[CONCENTRATE], &sales, &quotes, &periods, &Anchors::default())
}

/// A plain sale of 2.5 % concentrate that is admitted.
fn plain(date: &str, seller: &str, buyer: &str, price_yuan: i64) -> Sale {
    Sale {
        id: String::new(),
        contract_no: String::new(),
        date: day(date),
        seller: party(seller),
        buyer: party(buyer),
        li2o_ppm: Some(25_000),
        wet_kg: 500_000,
        moisture_ppm: Some(100_000),
        price_fen_per_t: price_yuan * 100,
        vat_included: Some(false),
        delivery: Some(Delivery::ExWorks),
        freight_fen_per_t: None,
        credit_days: Some(0),
        related_party: Some(false),
    }
}

/// Three sellers at three prices in March 2024.
fn march() -> Vec<Sale> {
    vec![plain("2024-03-05", "A", "X", 2_100), plain("2024-03-06", "B", "Y", 2_200), plain("2024-03-07", "C", "Z", 2_300)]
}

fn codes(sales: Vec<Sale>) -> Vec<String> {
    run(sales).sales.into_iter().map(|s| s.code).collect()
}

#[test]
fn a_level_is_carried_with_the_netback_for_three_periods_is_indicative_for_three_more_and_then_there_is_no_price() {
    let bands = run(march());
    let class = bands.classes.iter().position(|c| c.id == "2.5").unwrap();
    let basis: Vec<&str> = bands.periods.iter().map(|p| p.classes[class].basis.as_str()).collect();
    let carried = "carried-netback";
    let shown = "indicative";
    let expected = ["none", "none", "own-period", carried, carried, carried, shown, shown, shown, "none", "none", "none"];
    assert_eq!(basis, expected);
    let march = &bands.periods[2];
    assert_eq!((march.n, march.sellers, march.buyers), (3, 3, 3));
    // The middle one of three equal sellers: 2 200 / 0.9; the netback of 2.5 % at 90 000 yuan by hand.
    let netback = 0.025 * 2.473 * 0.8 * (90_000.0 / 1.13 * 0.98 - 18_000.0) - 350.0 + 60.0;
    let middle: f64 =
        [2_100.0f64, 2_200.0, 2_300.0].iter().map(|p| (p / 0.9 / netback).ln()).zip([0.0, 0.3, 0.0]).map(|(y, w)| y * w).sum();
    assert!((march.theta.unwrap() - middle / 0.3).abs() < 1e-9);
    let price = &march.classes[class];
    let assessed = (march.theta.unwrap().exp() * netback * 100.0).round() as i64;
    assert_eq!(price.assessed_fen_per_t, Some(assessed));
    assert_eq!((price.guide_fen_per_t, price.act.as_str()), (Some(244_500), "init"));
    assert_eq!(price.per_du_fen, Some(97_800));
    assert_eq!(march.band, 0.06);
}

#[test]
fn two_sellers_are_too_few_and_companies_under_one_control_are_one_seller() {
    let mut sales = march();
    for sale in &mut sales[1..] {
        sale.seller.group = Some("G".to_owned());
    }
    let bands = run(sales);
    let march = &bands.periods[2];
    assert_eq!((march.n, march.sellers, march.theta), (3, 2, None));
}

#[test]
fn what_is_missing_has_a_code_of_its_own() {
    let all = [
        ("M_GRADE", Sale { li2o_ppm: None, ..plain("2024-03-01", "A", "X", 2_200) }),
        ("M_MOISTURE", Sale { moisture_ppm: None, ..plain("2024-03-02", "A", "X", 2_200) }),
        ("M_TERMS", Sale { vat_included: None, ..plain("2024-03-03", "A", "X", 2_200) }),
        ("M_TERMS", Sale { delivery: None, ..plain("2024-03-04", "A", "X", 2_200) }),
        ("M_FREIGHT", Sale { delivery: Some(Delivery::Delivered), ..plain("2024-03-05", "A", "X", 2_200) }),
        ("OK", Sale { credit_days: None, related_party: None, ..plain("2024-03-06", "A", "X", 2_200) }),
        ("M_CARBONATE", plain("2025-03-06", "A", "X", 2_200)),
        ("M_COST", plain("2013-07-31", "A", "X", 2_200)),
    ];
    for (code, sale) in all {
        assert_eq!(codes(vec![sale.clone()]), [code], "{sale:?}");
    }
}

#[test]
fn what_the_policy_assumes_is_not_missing_and_what_is_written_wins() {
    let user = "[price.assume]\nvat_included = true\ndelivery = \"delivered\"\nfreight_yuan_per_t = 109.0\n";
    let price = PricePolicy::load(&Policy::builtin().unwrap().with(&user.parse().unwrap()).unwrap()).unwrap();
    let silent = Sale { vat_included: None, delivery: None, ..plain("2024-03-05", "A", "X", 2_260) };
    let priced = |sale: Sale| run_with(&price, vec![sale]).sales[0].clone();
    // (2 260 / 1.13 - 109 / 1.09) / 0.9
    assert_eq!((priced(silent.clone()).code.as_str(), priced(silent).dry_fen_per_t), ("OK", Some(211_111)));
    assert_eq!(priced(plain("2024-03-05", "A", "X", 2_260)).dry_fen_per_t, Some(251_111), "2 260 / 0.9");
}

#[test]
fn each_screen_fires_beyond_its_limit_and_not_at_it() {
    let base = || plain("2024-03-06", "A", "X", 2_200);
    let all = [
        ("OK", Sale { wet_kg: 100_000, moisture_ppm: Some(250_000), ..base() }),
        ("S4_SPEC", Sale { wet_kg: 100_000, moisture_ppm: Some(250_001), ..base() }),
        ("OK", Sale { wet_kg: 62_500, moisture_ppm: Some(200_000), ..base() }),
        ("S3_MINLOT", Sale { wet_kg: 62_499, moisture_ppm: Some(200_000), ..base() }),
        ("OK", Sale { li2o_ppm: Some(12_500), price_fen_per_t: 100_000, ..base() }),
        ("S4_SPEC", Sale { li2o_ppm: Some(12_499), price_fen_per_t: 100_000, ..base() }),
        ("S4_SPEC", Sale { li2o_ppm: Some(37_500), price_fen_per_t: 350_000, ..base() }),
        ("S4_SPEC", Sale { moisture_ppm: Some(1_000_000), ..base() }),
        ("S5_CORRIDOR", Sale { price_fen_per_t: 220, ..base() }),
        ("S5_CORRIDOR", Sale { price_fen_per_t: 220_000_000, ..base() }),
        ("S5_CORRIDOR", Sale { delivery: Some(Delivery::Delivered), freight_fen_per_t: Some(900_000), ..base() }),
        ("S2_RELATED", Sale { related_party: Some(true), ..base() }),
        ("S2_RELATED", Sale { buyer: party("A"), ..base() }),
    ];
    for (code, sale) in all {
        assert_eq!(codes(vec![sale.clone()]), [code], "{sale:?}");
    }
}

#[test]
fn parties_of_one_control_group_are_related() {
    let mut sale = plain("2024-03-06", "A", "X", 2_200);
    sale.seller = Party { name: "A".to_owned(), company: Some("1".to_owned()), group: Some("G".to_owned()) };
    sale.buyer = Party { name: "X".to_owned(), company: Some("2".to_owned()), group: Some("G".to_owned()) };
    assert_eq!(codes(vec![sale]), ["S2_RELATED"]);
}

#[test]
fn ore_that_is_sold_back_within_ten_days_is_a_circle_and_after_eleven_is_not() {
    let there = || plain("2024-03-06", "A", "X", 2_200);
    assert_eq!(codes(vec![there(), plain("2024-03-16", "X", "A", 2_250)]), ["S2_RELATED", "S2_RELATED"]);
    assert_eq!(codes(vec![there(), plain("2024-03-17", "X", "A", 2_250)]), ["OK", "OK"]);
}

#[test]
fn a_circle_that_closes_after_its_period_leaves_history_as_it_was_and_is_struck_from_then_on() {
    let mut sales = march();
    sales.push(plain("2024-03-28", "D", "X", 4_000));
    let before = run(sales.clone());
    sales.push(plain("2024-04-03", "X", "D", 4_000));
    let after = run(sales);
    assert_eq!(before.periods[2], after.periods[2], "March was published by then");
    let of = |contract: usize| (after.sales[contract].code.as_str(), after.sales[contract].struck_on.as_deref());
    assert_eq!((of(3), of(4)), (("OK", Some("2024-04-03")), ("S2_RELATED", None)));
    // In April the window holds the other three sellers only, so the class stands where they stood.
    let class = after.classes.iter().position(|c| c.id == "2.5").unwrap();
    let level = |bands: &ProductBands, period: usize| {
        bands.periods[period].state.unwrap().level + bands.periods[period].classes[class].deviation.unwrap()
    };
    assert!(level(&after, 3) < level(&before, 3));
}

#[test]
fn the_same_sale_under_two_contract_numbers_counts_once() {
    let sale = || plain("2024-03-06", "A", "X", 2_200);
    assert_eq!(codes(vec![sale(), sale(), plain("2024-03-06", "A", "X", 2_201)]), ["OK", "S1_DUPLICATE", "OK"]);
}

#[test]
fn an_as_received_assay_is_converted_to_dry_matter() {
    let mut price = builtin();
    price.product.get_mut(CONCENTRATE).unwrap().assay = lepid::price::policy::Assay::AsReceived;
    let sale = Sale { li2o_ppm: Some(22_000), moisture_ppm: Some(120_000), ..plain("2024-03-06", "A", "X", 2_200) };
    let grade = lepid::price::normalise::dry_grade_ppm(&sale, lepid::price::policy::Assay::AsReceived);
    assert_eq!(grade, Ok(25_000), "2.2 % / 0.88");
}

#[test]
fn raw_ore_is_worth_its_share_of_a_concentrate_less_mining_and_beneficiation() {
    let price = builtin();
    let costs = lepid::price::netback::Costs::on(&price, &price.product["porcelain_clay_ore"], day("2024-03-06")).unwrap();
    // yield 0.4 % × 65 % / 2.5 % = 0.104; concentrate of 2.5 % at 75 000 yuan: 2036.808… (vector nref).
    let by_hand = 0.104 * 2036.808495575222 - 40.0 - 90.0 + 40.0;
    assert!((costs.reference_fen_per_t(4_000, 7_500_000) / 100.0 - by_hand).abs() < 1e-9);
    // Poor ore at a low price: the guard, 15 % of the contained carbonate.
    let guard = 0.15 * 0.002 * 2.473 * 30_000.0 / 1.13;
    assert!((costs.reference_fen_per_t(2_000, 3_000_000) / 100.0 - guard).abs() < 1e-9);
}

#[test]
fn a_formula_prices_without_sales() {
    let user = "
[price.product.lepidolite_concentrate]
assessed_by = \"formula\"
[price.product.lepidolite_concentrate.formula]
factor_pct = 80.0
at_grade_pct = 2.5
factor_pct_per_grade_pct = 10.0
moisture_pct = 0.0
";
    let price = PricePolicy::load(&Policy::builtin().unwrap().with(&user.parse().unwrap()).unwrap()).unwrap();
    let quotes = Quotes::new([(day("2024-03-29"), 9_000_000)]);
    let periods = price.calendar.periods(day("2024-03-01"), day("2024-03-31"));
    let bands = assess(CONCENTRATE, &price, &price.product[CONCENTRATE], &[], &quotes, &periods, &Anchors::default());
    let class = bands.periods[0].classes.iter().find(|c| c.class == "3.0").unwrap();
    // 3 % × (80 % + 5 points) × 90 000 yuan = 2 295 yuan.
    assert_eq!((class.guide_fen_per_t, class.basis.as_str()), (Some(229_500), "formula"));
}

#[test]
fn a_wrong_policy_names_the_key_and_what_is_allowed() {
    let product = "price.product.lepidolite_concentrate";
    let cases = [
        (format!("[{product}.mechanism]\ntick_yuan_per_t = 0.0"), "tick_yuan_per_t"),
        (format!("[{product}.mechanism]\ntrigger = \"2\""), "yuan/t"),
        (format!("[{product}.mechanism]\nmax_step = \"1 %\"\nfloor_yuan_per_t = 100.0"), "max_step"),
        (format!("[{product}.mechanism]\nfloor_yuan_per_t = 101.0"), "floor"),
        (format!("[{product}.centre]\ntrim = 0.3"), "centre.trim"),
        (format!("[{product}.centre]\ntrimm = 0.3"), "trimm"),
        (format!("[{product}.band]\nmin = 0.2"), "band.min"),
        (format!("[{product}.screen]\ncorridor_low = 2.0"), "corridor_low"),
        (
            format!(
                "[{product}]\nclass = [{{ id = \"1\", grade_pct = 1.0, from_pct = 0.9, to_pct = 1.2 }}, {{ id = \"2\", grade_pct = 1.2, from_pct = 1.1, to_pct = 1.3 }}]"
            ),
            "class[2]",
        ),
        (format!("[{product}]\nclass = [{{ id = \"1\", grade_pct = 1.00005, from_pct = 0.9, to_pct = 1.2 }}]"), "grade_pct"),
        (format!("[{product}]\ncost = []"), "cost"),
        ("[price.product.unobtainium]\n".to_owned(), "unobtainium"),
        (
            "[[price.terms]]\nfrom = 2024-01-01\nvat_goods_pct = 130.0\nvat_freight_pct = 9.0\ncredit_rate_pct = 4.5".to_owned(),
            "vat_goods_pct",
        ),
        ("[price.calendar]\nkind = \"weekly\"".to_owned(), "weekly"),
        ("[price.product.porcelain_clay_ore]\nore_of = \"feldspar\"".to_owned(), "ore_of"),
    ];
    for (keys, named) in cases {
        let policy = Policy::builtin().unwrap().with(&keys.parse().unwrap()).unwrap();
        let error = PricePolicy::load(&policy).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(named), "{keys}\n→ {error}");
    }
}
