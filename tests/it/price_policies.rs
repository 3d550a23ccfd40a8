//! Do the policy files of other mechanisms give the prices that those mechanisms publish? The program runs with each file.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use super::price_bad_input::{lake, lepid, stdout};
use super::price_vectors::csv;
use chrono::NaiveDate;
use lepid::policy::Policy;
use lepid::price::calendar::Span;
use lepid::price::policy::PricePolicy;
use lepid::records::decimal::parse_scaled;
use serde_json::Value;
use std::path::Path;

const QUOTES: &str = "日期,品种,价格(元/吨)\n";

fn file(name: &str) -> String {
    format!("{}/datasets/policies/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn price_policy(name: &str) -> PricePolicy {
    PricePolicy::load(&Policy::load(Some(Path::new(&file(name)))).unwrap()).unwrap()
}

fn fen(yuan: &str) -> i64 {
    parse_scaled(yuan.as_bytes(), 2, 1).unwrap()
}

/// What `lepid price --json` says of a product with a policy file.
fn priced(folder: &Path, policy: &str, product: &str) -> Value {
    let text = stdout(folder, &["--policy", &file(policy), "price", "--json", "--product", product]);
    serde_json::from_str::<Value>(&text).unwrap()["bands"][0].take()
}

/// A quotation on each business day of a period.
fn quoted(price: &PricePolicy, span: &Span, yuan: &str) -> String {
    let days = span.from.iter_days().take_while(|d| *d <= span.to).filter(|d| price.calendar.is_business_day(*d));
    days.map(|d| format!("{d},电池级碳酸锂,{yuan}\n")).collect()
}

#[test]
fn refined_oil_by_its_policy_file_holds_below_50_yuan_and_carries_as_published() {
    let price = price_policy("refined_oil.toml");
    let rows = csv("16b_ndrc_threshold.csv");
    // Nine windows of ten business days from 3 January 2023 on: the base, and a change of the cost in each of the others.
    let first: NaiveDate = "2023-01-03".parse().unwrap();
    let spans = price.calendar.periods(first, first + chrono::Days::new(400));
    let mut level = 700_000;
    let mut text = format!("{QUOTES}{}", quoted(&price, &spans[0], "7000"));
    for (row, span) in rows.iter().zip(&spans[1..]) {
        level += fen(&row["raw_change"]);
        text += &quoted(&price, span, &format!("{}.{:02}", level / 100, level % 100));
    }
    let folder = lake(&[("报价.csv", &text)]);
    let bands = priced(folder.path(), "refined_oil.toml", "lepidolite_concentrate");
    let periods = bands["periods"].as_array().unwrap();
    assert_eq!(periods.len(), rows.len() + 1);
    let guide = |i: usize| periods[i]["classes"][0]["guide_fen_per_t"].as_i64().unwrap();
    assert_eq!((periods[0]["period"].as_str(), guide(0)), (Some("2023-01-03"), 700_000));
    for (i, row) in rows.iter().enumerate() {
        let class = &periods[i + 1]["classes"][0];
        let got = (guide(i + 1) - guide(i), class["carry_fen_per_t"].as_i64().unwrap());
        assert_eq!(got, (fen(&row["adjust"]), fen(&row["carry"])), "{row:?}");
        assert_eq!(class["basis"], "formula");
        assert_eq!(class["lower_fen_per_t"].as_i64(), Some(guide(i + 1) - 5_000), "a fixed band of 50 yuan");
    }
    // 17 to 20 January, Saturday 28 and Sunday 29 (worked), 30 January to 2 February; the spring festival, 21 to 27, is none of the ten.
    assert_eq!((periods[1]["from"].as_str(), periods[1]["to"].as_str()), (Some("2023-01-17"), Some("2023-02-02")));
}

#[test]
fn hpm_by_its_policy_file_gives_the_published_prices() {
    let rows = csv("13_hpm_nickel.csv");
    // The last business day of the half month that a row speaks of.
    let day = |period: &str| match period {
        "2022-04" => ("2022-04-29", "2022-04-2h"),
        "2023-04" => ("2023-04-28", "2023-04-2h"),
        "2023-05" => ("2023-05-31", "2023-05-2h"),
        "2025-05-II" => ("2025-05-30", "2025-05-2h"),
        other => panic!("{other}"),
    };
    let mut text = QUOTES.to_owned();
    let mut seen = Vec::new();
    for row in &rows {
        if !seen.contains(&&row["period"]) {
            seen.push(&row["period"]);
            text += &format!("{},电池级碳酸锂,{}\n", day(&row["period"]).0, row["HMA_usd_dmt"]);
        }
    }
    let folder = lake(&[("HMA.csv", &text)]);
    let (wet35, wet30) = (
        priced(folder.path(), "hpm_formula.toml", "lepidolite_concentrate"),
        priced(folder.path(), "hpm_formula.toml", "porcelain_clay_ore"),
    );
    for row in &rows {
        let bands = if row["MC"] == "0.35" { &wet35 } else { &wet30 };
        let period = bands["periods"].as_array().unwrap().iter().find(|p| p["period"] == day(&row["period"]).1).unwrap();
        let class = period["classes"].as_array().unwrap().iter().find(|c| c["class"] == row["Ni_pct"].as_str()).unwrap();
        assert_eq!(class["guide_fen_per_t"].as_i64(), Some(fen(&row["published"])), "{row:?}");
    }
    assert_eq!(rows.len(), 23);
}

#[test]
fn coal_by_its_policy_file_is_half_benchmark_half_index_within_the_fixed_range() {
    let price = price_policy("coal_benchmark.toml");
    let spans = price.calendar.periods("2023-01-01".parse().unwrap(), "2023-04-30".parse().unwrap());
    let text: String = spans.iter().zip(["807", "1500", "300", "675"]).map(|(span, yuan)| quoted(&price, span, yuan)).collect();
    let folder = lake(&[("指数.csv", &format!("{QUOTES}{text}"))]);
    let bands = priced(folder.path(), "coal_benchmark.toml", "lepidolite_concentrate");
    let of = |period: &Value| {
        let class = &period["classes"][0];
        let yuan = |key: &str| class[key].as_i64().unwrap() / 100;
        let said = (class["act"].as_str().unwrap().to_owned(), class["basis"].as_str().unwrap().to_owned());
        (yuan("assessed_fen_per_t"), yuan("guide_fen_per_t"), yuan("lower_fen_per_t"), yuan("upper_fen_per_t"), said)
    };
    let got: Vec<_> = bands["periods"].as_array().unwrap().iter().map(of).collect();
    let by = |act: &str| (act.to_owned(), "benchmark".to_owned());
    let expected = [
        (741, 741, 570, 770, by("init")),
        (1087, 770, 570, 770, by("adjust+bound")),
        (487, 570, 570, 770, by("adjust+bound")),
        (675, 675, 570, 770, by("adjust")),
    ];
    assert_eq!(got, expected);
    // What is shown as half-width is half of ln(770 / 570), and the whole change of the assessed price is the index's.
    let last = &bands["periods"][3];
    assert!((last["band"].as_f64().unwrap() - (770.0f64 / 570.0).ln() / 2.0).abs() < 1e-12);
    assert_eq!(
        (last["classes"][0]["why"]["deviation_fen_per_t"].as_i64(), last["classes"][0]["why"]["evidence_fen_per_t"].as_i64()),
        (Some(0), Some(0))
    );
}

#[test]
fn without_a_largest_step_the_price_follows_at_once_and_with_one_it_does_not() {
    let sales: String = [("2024-03", 2100), ("2024-04", 3100)]
        .iter()
        .flat_map(|(month, yuan)| {
            (0..6).map(move |i| format!("H{month}{i},{month}-0{},卖方{i},买方{i},锂云母精矿,2.5,500,10,{},否,自提,,,否\n", i + 3, yuan + i))
        })
        .collect();
    let quotes: String = (1..=30).flat_map(|d| ["03", "04"].map(|m| format!("2024-{m}-{d:02},电池级碳酸锂,100000\n"))).collect();
    let folder = lake(&[("报价.csv", &format!("{QUOTES}{quotes}")), ("销售.csv", &format!("{}{sales}", super::price_bad_input::HEADER))]);
    let april = |policy: &[&str]| {
        let text =
            stdout(folder.path(), &[policy, &["price", "--json", "--product", "lepidolite_concentrate", "--period", "2024-04"]].concat());
        let period = serde_json::from_str::<Value>(&text).unwrap()["bands"][0]["periods"][0].take();
        let class = period["classes"].as_array().unwrap().iter().find(|c| c["class"] == "2.5").unwrap().clone();
        (class["act"].as_str().unwrap().to_owned(), class["carry_fen_per_t"].as_i64().unwrap().abs())
    };
    let path = file("no_step_limit.toml");
    let (free, limited) = (april(&["--policy", &path]), april(&[]));
    assert_eq!(free.0, "adjust");
    assert!(free.1 <= 250, "half of a tick of 5 yuan: {}", free.1);
    assert_eq!(limited.0, "maxstep");
    assert!(limited.1 > 10_000);
}

#[test]
fn every_policy_file_that_is_kept_is_checked_and_named_in_its_readme() {
    let folder = tempfile::tempdir().unwrap();
    let readme = std::fs::read_to_string(file("README.md")).unwrap();
    let mut count = 0;
    for entry in std::fs::read_dir(file("")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "toml") {
            continue;
        }
        count += 1;
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        assert_eq!(readme.matches(&format!("`{name}`")).count(), 2, "{name} in both languages");
        let checked = lepid(folder.path(), &["--policy", path.to_str().unwrap(), "policy", "check"]);
        assert!(checked.status.success(), "{name}: {}", String::from_utf8_lossy(&checked.stderr));
    }
    assert_eq!(count, 5);
}
