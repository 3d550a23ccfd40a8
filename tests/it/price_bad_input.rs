//! Does a bad sale get its code or a clear error, and is the rest priced? Each mistake stands beside three sound sales.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use lepid::ingest::{Options, Quiet};
use lepid::lake::Lake;
use lepid::lake::load::{LoadOptions, ingest};
use lepid::policy::Policy;
use lepid::price::carbonate::Quotes;
use lepid::price::normalise::dry_fen_per_t;
use lepid::price::policy::{Delivery, PricePolicy};
use lepid::price::sale::{Party, Sale};
use lepid::price::screen::{Code, screen};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

pub(super) const HEADER: &str = "合同号,日期,卖方,买方,产品,品位(%),数量(吨),水分(%),单价(元/吨),含税,交货方式,运费(元/吨),账期,关联交易\n";

/// Three sellers of 2.5 % concentrate in March 2024.
const SOUND: &str = "A1,2024-03-05,甲选矿,丙锂盐,锂云母精矿,2.5,300,10,2200,否,自提,,,否
A2,2024-03-06,乙选矿,戊锂盐,锂云母精矿,2.5,300,10,2250,否,自提,,,否
A3,2024-03-07,丁选矿,己锂盐,锂云母精矿,2.5,300,10,2300,否,自提,,,否
";

const QUOTES: &str = "日期,品种,价格(元/吨)\n2024-03-04,电池级碳酸锂,100000\n2024-03-11,电池级碳酸锂,100000\n";

/// A folder with a lake of these files.
pub(super) fn lake(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<_> = files
        .iter()
        .map(|(name, text)| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        })
        .collect();
    let lake = Lake::open(&folder.path().join("lake").to_string_lossy()).unwrap();
    let options = LoadOptions { ingest: Options { forced: None, progress: &Quiet }, correct: false };
    let read = ingest(&lake, &paths, &options, &mut |_| {}).unwrap();
    assert!(read.iter().all(|f| f.table.is_some()), "{read:?}");
    folder
}

pub(super) fn lepid(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lepid")).current_dir(folder).args(args).output().unwrap()
}

pub(super) fn stdout(folder: &Path, args: &[&str]) -> String {
    let output = lepid(folder, args);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The lake with the sound sales and these, after checking that the sound ones are priced.
#[track_caller]
fn lake_with(bad: &str) -> tempfile::TempDir {
    let folder = lake(&[("报价.csv", QUOTES), ("销售.csv", &format!("{HEADER}{SOUND}{bad}"))]);
    let text = stdout(folder.path(), &["price", "--json", "--product", "lepidolite_concentrate", "--month", "2024-03"]);
    let period = serde_json::from_str::<Value>(&text).unwrap()["bands"][0]["periods"][0].take();
    assert_eq!((period["n"].as_u64(), period["sellers"].as_u64()), (Some(3), Some(3)), "the sound sales are evidence");
    let class = period["classes"].as_array().unwrap().iter().find(|c| c["class"] == "2.5").unwrap();
    assert_eq!(class["basis"], "own-period");
    // 2 250 / 0.9, by the middle one of three equal sellers.
    let assessed = class["assessed_fen_per_t"].as_i64().unwrap();
    assert!((249_000..=251_000).contains(&assessed), "{assessed}");
    folder
}

/// The line of `lepid price sales` about one contract.
fn line(folder: &Path, contract: &str, lang: &str) -> String {
    let text = stdout(folder, &["--lang", lang, "price", "sales", "--product", "lepidolite_concentrate"]);
    text.lines().find(|l| l.contains(&format!("  {contract}  "))).unwrap_or_else(|| panic!("{contract} in\n{text}")).to_owned()
}

#[test]
fn a_sale_without_grade_or_without_freight_has_its_code() {
    let folder = lake_with(
        "B1,2024-03-08,甲选矿,丙锂盐,锂云母精矿,,300,10,2200,否,自提,,,否
B2,2024-03-08,乙选矿,丙锂盐,锂云母精矿,2.5,300,10,2200,否,送到,,,否\n",
    );
    assert!(line(folder.path(), "B1", "zh").contains("M_GRADE"));
    assert!(line(folder.path(), "B2", "zh").contains("M_FREIGHT"));
}

#[test]
fn a_row_with_negative_freight_or_more_water_than_mass_is_set_aside_with_its_reason() {
    let folder = lake_with(
        "B1,2024-03-08,甲选矿,丙锂盐,锂云母精矿,2.5,300,10,2200,否,送到,-50,,否
B2,2024-03-08,乙选矿,丙锂盐,锂云母精矿,2.5,300,112,2200,否,自提,,,否\n",
    );
    let held: Value = serde_json::from_str(&stdout(folder.path(), &["quarantine", "list", "--json"])).unwrap();
    let text = held.to_string();
    assert!(text.contains("“-50”是负数") && text.contains("“112”超出范围"), "{text}");
}

fn sale(date: &str) -> Sale {
    let party = |name: &str| Party { name: name.to_owned(), company: None, group: None };
    Sale {
        id: "x".to_owned(),
        contract_no: "x".to_owned(),
        date: date.parse().unwrap(),
        seller: party("A"),
        buyer: party("B"),
        li2o_ppm: Some(25_000),
        wet_kg: 300_000,
        moisture_ppm: Some(100_000),
        price_fen_per_t: 220_000,
        vat_included: Some(false),
        delivery: Some(Delivery::ExWorks),
        freight_fen_per_t: None,
        credit_days: Some(0),
        related_party: Some(false),
    }
}

fn code(sale: Sale, quotes: &[(&str, i64)]) -> Code {
    let price = PricePolicy::load(&Policy::builtin().unwrap()).unwrap();
    let quotes = Quotes::new(quotes.iter().map(|(day, fen)| (day.parse().unwrap(), *fen)));
    screen(&[sale], &quotes, &price, &price.product["lepidolite_concentrate"])[0].code
}

/// A lake that another program filled may hold what ingestion refuses.
#[test]
fn what_ingestion_refuses_has_a_code_in_the_method_too() {
    let quotes = [("2024-03-04", 10_000_000)];
    let delivered = |freight| Sale { delivery: Some(Delivery::Delivered), freight_fen_per_t: freight, ..sale("2024-03-05") };
    assert_eq!(code(delivered(Some(-1)), &quotes), Code::Freight);
    assert_eq!(code(delivered(Some(0)), &quotes), Code::Ok);
    assert_eq!(code(Sale { freight_fen_per_t: Some(-1), ..sale("2024-03-05") }, &quotes), Code::Ok, "ex works has no freight");
    for moisture_ppm in [-1, 1_000_000, 1_120_000, i32::MAX, i32::MIN] {
        assert_eq!(code(Sale { moisture_ppm: Some(moisture_ppm), ..sale("2024-03-05") }, &quotes), Code::Spec, "{moisture_ppm}");
    }
    // The policy's assumption is for sales that say nothing; it does not mend a wrong one.
    let user = "[price.assume]\nfreight_yuan_per_t = 60.0\n".parse().unwrap();
    let price = PricePolicy::load(&Policy::builtin().unwrap().with(&user).unwrap()).unwrap();
    let terms = price.terms.last().unwrap();
    assert_eq!(dry_fen_per_t(&delivered(Some(-1)), terms, &price.assume), Err(Code::Freight));
    assert!(dry_fen_per_t(&delivered(None), terms, &price.assume).is_ok());
}

#[test]
fn before_the_first_cost_parameters_a_sale_is_coded_and_the_later_ones_are_priced() {
    let folder = lake_with("B1,2024-03-01,甲选矿,丙锂盐,锂云母精矿,2.5,300,10,2210,否,自提,,,否\n");
    let policy = "[[price.product.lepidolite_concentrate.cost]]\nfrom = 2024-03-05\nrecovery_pct = 80.0\nselling_pct = 2.0\n\
                  conversion_yuan_per_t = 18000.0\nprocessing_yuan_per_t = 350.0\nby_products_yuan_per_t = 60.0\nguard_pct = 15.0\n";
    let quotes = format!("{QUOTES}2024-02-29,电池级碳酸锂,100000\n");
    let folder2 = lake(&[
        ("报价.csv", &quotes),
        ("销售.csv", &format!("{HEADER}{SOUND}B1,2024-03-01,甲选矿,丙锂盐,锂云母精矿,2.5,300,10,2210,否,自提,,,否\n")),
    ]);
    std::fs::write(folder2.path().join("policy.toml"), policy).unwrap();
    let text = stdout(
        folder2.path(),
        &["--policy", "policy.toml", "price", "--json", "--product", "lepidolite_concentrate", "--month", "2024-03"],
    );
    let period = serde_json::from_str::<Value>(&text).unwrap()["bands"][0]["periods"][0].take();
    assert_eq!((period["n"].as_u64(), period["excluded"].to_string().as_str()), (Some(3), "[[\"M_COST\",1]]"));
    assert!(line(folder.path(), "B1", "zh").contains("M_CARBONATE"), "before the first quotation");
}

#[test]
fn when_carbonate_is_missing_for_weeks_the_last_quotation_serves_a_month_and_then_there_is_a_code() {
    let folder = lake_with(
        "B1,2024-04-11,甲选矿,丙锂盐,锂云母精矿,2.5,300,10,2200,否,自提,,,否
B2,2024-04-12,乙选矿,丙锂盐,锂云母精矿,2.5,300,10,2200,否,自提,,,否\n",
    );
    assert!(line(folder.path(), "B1", "zh").contains("OK"), "31 days after 11 March");
    let missing = line(folder.path(), "B2", "zh");
    assert!(missing.contains("M_CARBONATE") && missing.contains("缺当时的碳酸锂报价"), "{missing}");
    let april = stdout(folder.path(), &["price", "--product", "lepidolite_concentrate", "--period", "2024-04"]);
    assert!(april.contains("没有价格"), "{april}");
}

#[test]
fn a_mistake_of_unit_or_currency_is_held_and_its_ratio_tells_what_it_looks_like() {
    let row = |no: &str, seller: &str, price: &str| format!("{no},2024-03-08,{seller},丙锂盐,锂云母精矿,2.5,300,10,{price},否,自提,,,否\n");
    let bad = [
        row("B1", "甲选矿", "0.22"),
        row("B2", "乙选矿", "2.2"),
        row("B3", "丁选矿", "310"),
        row("B4", "庚选矿", "2200000"),
        row("B5", "辛选矿", "5600"),
    ];
    let folder = lake_with(&bad.concat());
    let expected = [
        ("B1", "约 1/10000：单价是否以万元计", "10 000 yuan"),
        ("B2", "约 1/1000：单价是否以千元计", "1000 yuan"),
        ("B3", "约 1/7：单价是否为美元", "US dollars"),
        ("B4", "约 1000：数量与单价的单位", "mixed up"),
        ("B5", "含税价（1.13）", "VAT"),
    ];
    for (no, zh, en) in expected {
        let said = line(folder.path(), no, "zh");
        assert!(said.contains("S5_CORRIDOR") && said.contains(zh), "{said}");
        assert!(line(folder.path(), no, "en").contains(en), "{no}");
    }
    assert!(line(folder.path(), "B1", "zh").contains("0.0000"), "the ratio keeps its digits");
    let json: Value =
        serde_json::from_str(&stdout(folder.path(), &["price", "sales", "--json", "--product", "lepidolite_concentrate"])).unwrap();
    let hints = json["products"][0]["hints"].as_array().unwrap();
    assert_eq!(hints.len(), 5, "for the held sales only: {hints:?}");
    assert!(hints[0]["ratio"].as_f64().unwrap() < 2e-4 && hints[0]["hint"]["en"].as_str().unwrap().contains("1/10000"));
}

#[test]
fn a_period_of_any_calendar_is_asked_for_by_its_id() {
    let folder = lake_with("");
    let run = |kind: &str, args: &[&str]| {
        std::fs::write(folder.path().join("policy.toml"), format!("[price.calendar]\nkind = \"{kind}\"\n")).unwrap();
        let args = [&["--policy", "policy.toml", "price", "--json", "--product", "lepidolite_concentrate"], args].concat();
        let value: Value = serde_json::from_str(&stdout(folder.path(), &args)).unwrap();
        let bands = &value["bands"][0];
        let ids =
            |list: &str, key: &str| bands[list].as_array().unwrap().iter().map(|p| p[key].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        (ids("periods", "period"), ids("sales", "contract_no").len())
    };
    assert_eq!(run("half_monthly", &[]).0, ["2024-03-1h"]);
    assert_eq!(run("half_monthly", &["--period", "2024-03-1h"]), (vec!["2024-03-1h".to_owned()], 3));
    assert_eq!(run("half_monthly", &["--month", "2024-03"]).1, 3);
    assert_eq!(run("half_monthly", &["--period", "2024-03-2h"]), (vec![], 0));
    let windows = run("ten_business_days", &[]).0;
    assert_eq!(run("ten_business_days", &["--period", &windows[0]]).0, windows[..1]);
    for wrong in [["price", "--period", "2024-3"].as_slice(), &["price", "--period", "2024-03", "--month", "2024-03"]] {
        assert_eq!(lepid(folder.path(), wrong).status.code(), Some(2), "{wrong:?}");
    }
}
