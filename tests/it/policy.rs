//! Does `lepid policy` name what is wrong, say where values come from, and what another file would change?

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use super::price_bad_input::{lake, lepid, stdout};
use insta::assert_snapshot;
use lepid::policy::Policy;
use lepid::price::policy::PricePolicy;
use proptest::prelude::*;
use serde_json::Value;
use std::path::Path;

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    files.iter().for_each(|(name, text)| std::fs::write(folder.path().join(name), text).unwrap());
    folder
}

fn stderr(folder: &Path, args: &[&str]) -> String {
    let output = lepid(folder, args);
    assert_eq!(output.status.code(), Some(1), "{args:?}");
    String::from_utf8(output.stderr).unwrap()
}

const UNREADABLE: &str = "
[prise]
x = 1
[price.calendar]
kind = \"weekly\"
[price.product.lepidolite_concentrate.centre]
trimm = 0.4
[price.product.lepidolite_concentrate.mechanism]
max_step = \"8\"
tick_yuan_per_t = 5.0
[rules.over-scale-month]
share = 3
[rules.no-such-rule]
x = 1
";

#[test]
fn every_key_that_can_not_be_read_is_named_at_once_with_what_is_allowed() {
    let folder = folder(&[("p.toml", UNREADABLE)]);
    let said = stderr(folder.path(), &["--policy", "p.toml", "policy", "check"]);
    for (key, allowed) in [
        ("prise", "price, risk"),
        ("price.calendar.kind", "ten_business_days"),
        ("price.product.lepidolite_concentrate.centre.trimm", "`trim`"),
        ("price.product.lepidolite_concentrate.mechanism.max_step", "50 yuan/t"),
        ("rules.over-scale-month", "share_pct"),
        ("rules.no-such-rule", "over-scale-month"),
    ] {
        assert!(said.contains(&format!("  {key}")) && said.contains(allowed), "{key}, {allowed}:\n{said}");
    }
    assert!(!said.contains("tick_yuan_per_t："), "a sound key is not accused:\n{said}");
    let json = lepid(folder.path(), &["--policy", "p.toml", "--json", "policy", "check"]);
    assert_eq!(json.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!((report["ok"].as_bool(), report["wrong"].as_array().unwrap().len()), (Some(false), 6));
}

#[test]
fn keys_that_contradict_each_other_are_named_at_once() {
    let policy = "
[price.calendar]
start = 2023-01-01
holidays = [2023-01-02, 2031-10-01]
[price.product.lepidolite_concentrate.centre]
trim = 0.2
min_sellers = 2
[price.product.lepidolite_concentrate.mechanism]
tick_yuan_per_t = 0.0
[price.product.porcelain_clay_ore]
assessed_by = \"benchmark\"
[price.product.porcelain_clay_ore.band.fixed]
around = \"benchmark\"
below = \"none\"
above = \"5 %\"
";
    let folder = folder(&[("p.toml", policy)]);
    let said = stderr(folder.path(), &["--policy", "p.toml", "policy", "check"]);
    for key in [
        "price.calendar.start",
        "price.calendar.holidays/workdays",
        "price.product.lepidolite_concentrate.centre.trim",
        "price.product.lepidolite_concentrate.centre.min_sellers",
        "price.product.lepidolite_concentrate.mechanism.tick_yuan_per_t",
        "price.product.porcelain_clay_ore.benchmark",
        "price.product.porcelain_clay_ore.band.fixed.below",
        "price.product.porcelain_clay_ore.band.fixed.around",
    ] {
        assert!(said.contains(&format!("  {key}：")), "{key}:\n{said}");
    }
}

#[test]
fn a_file_that_is_no_toml_or_not_there_is_an_error_and_wrong_usage_is_2() {
    let folder = folder(&[("p.toml", "[price\n")]);
    assert!(stderr(folder.path(), &["--policy", "p.toml", "policy", "check"]).contains("p.toml"));
    assert!(stderr(folder.path(), &["--policy", "gone.toml", "policy"]).contains("gone.toml"));
    assert!(stderr(folder.path(), &["policy", "diff", "p.toml"]).contains("p.toml"));
    for wrong in [["policy", "diff"].as_slice(), &["policy", "diff", "a", "b", "c"], &["policy", "mend"]] {
        assert_eq!(lepid(folder.path(), wrong).status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn check_warns_where_the_table_of_holidays_ends() {
    let quotes = "日期,品种,价格(元/吨)\n2024-02-26,电池级碳酸锂,95000\n2024-12-30,电池级碳酸锂,90000\n";
    let folder = lake(&[("报价.csv", quotes)]);
    let with = |to: &str, holidays: &str| format!("[price.calendar]\ntable_to = {to}\nholidays = [{holidays}]\nworkdays = []\n");
    std::fs::write(folder.path().join("long.toml"), with("2199-12-31", "2025-01-01")).unwrap();
    std::fs::write(folder.path().join("short.toml"), with("2024-12-31", "2024-01-01")).unwrap();
    let long = stdout(folder.path(), &["--policy", "long.toml", "policy", "check"]);
    assert_eq!(long.trim().len(), 64, "nothing but the hash: {long}");
    let short = stdout(folder.path(), &["--policy", "short.toml", "policy", "check"]);
    // December's price is due in January, which the table does not speak of.
    assert!(short.contains("警告") && short.contains("2024-12-31") && short.contains("2024-02-01 至 2025-01-01"), "{short}");
    let json: Value = serde_json::from_str(&stdout(folder.path(), &["--policy", "short.toml", "--json", "policy", "check"])).unwrap();
    assert!(json["ok"].as_bool().unwrap() && !json["warnings"].as_array().unwrap().is_empty());
}

#[test]
fn show_says_where_each_value_comes_from_and_is_itself_a_policy() {
    let folder = folder(&[("p.toml", "[price.product.lepidolite_concentrate.mechanism]\nmax_step = \"none\"\n")]);
    let shown = stdout(folder.path(), &["--policy", "p.toml", "policy", "show"]);
    let marked: Vec<&str> = shown.lines().filter(|l| l.ends_with("# 文件")).collect();
    assert_eq!(marked, ["max_step = \"none\"  # 文件"]);
    std::fs::write(folder.path().join("whole.toml"), &shown).unwrap();
    let again = stdout(folder.path(), &["policy", "diff", "p.toml", "whole.toml"]);
    assert!(again.contains("没有不同"), "{again}");
    let json: Value = serde_json::from_str(&stdout(folder.path(), &["--policy", "p.toml", "--json", "policy"])).unwrap();
    let values = json["values"].as_array().unwrap();
    let from_file: Vec<&Value> = values.iter().filter(|v| v["from"] == "file").collect();
    assert_eq!(from_file.len(), 1);
    assert_eq!((from_file[0]["value"].as_str(), from_file[0]["default"].as_str()), (Some("none"), Some("8 %")));
    assert!(values.iter().any(|v| v["key"] == "price.calendar.start" && v["value"] == "2023-01-03"));
}

#[test]
fn diff_says_key_by_key_what_changes_and_what_it_changes() {
    let new = "
[price.publication]
catalogue = \"某目录\"
[price.calendar]
business_days = 5
[price.product.lepidolite_concentrate]
class = [
    { id = \"1.5\", grade_pct = 1.5, from_pct = 1.25, to_pct = 1.75 },
    { id = \"2.0\", grade_pct = 2, from_pct = 1.75, to_pct = 2.2 },
    { id = \"2.5\", grade_pct = 2.5, from_pct = 2.25, to_pct = 2.75 },
]
[price.product.lepidolite_concentrate.mechanism]
trigger = \"50 yuan/t\"
[rules.over-scale-month]
share_pct = 15
[rules.departments.water]
zh = \"水务部门\"
";
    let folder = folder(&[("new.toml", new)]);
    let said = stdout(folder.path(), &["policy", "diff", "new.toml"]);
    let without_hashes: Vec<&str> = said.lines().skip(2).collect();
    assert_snapshot!(without_hashes.join("\n"), @r#"

    改变价格 4
      price.product.lepidolite_concentrate.class[2.0].to_pct  2.25 → 2.2
      price.product.lepidolite_concentrate.class[3.0]  { from_pct = 2.75, grade_pct = 3.0, id = "3.0", to_pct = 3.25 } → （无）
      price.product.lepidolite_concentrate.class[3.5]  { from_pct = 3.25, grade_pct = 3.5, id = "3.5", to_pct = 3.75 } → （无）
      price.product.lepidolite_concentrate.mechanism.trigger  "2 %" → "50 yuan/t"

    改变规则 2
      rules.departments.water.zh  "水利部门" → "水务部门"
      rules.over-scale-month.share_pct  12.5 %（默认） → 15

    价格、规则均不变 2
      price.calendar.business_days  10 → 5
      price.publication.catalogue  "" → "某目录"
    "#);
    let json: Value = serde_json::from_str(&stdout(folder.path(), &["--json", "policy", "diff", "new.toml"])).unwrap();
    let trigger = json["changes"].as_array().unwrap().iter().find(|c| c["key"].as_str().unwrap().ends_with("trigger")).unwrap();
    assert_eq!(
        (trigger["old"].as_str(), trigger["new"].as_str(), trigger["changes"].as_str()),
        (Some("2 %"), Some("50 yuan/t"), Some("prices"))
    );
}

/// A text that is often nearly a policy: real keys, with values of every kind in their place.
fn nearly_a_policy() -> impl Strategy<Value = String> {
    let builtin = Policy::builtin().unwrap();
    let keys: Vec<String> =
        lepid::policy::keys::leaves(builtin.table(), builtin.table()).iter().map(lepid::policy::keys::Leaf::key).collect();
    let value = prop_oneof![
        any::<i64>().prop_map(|n| n.to_string()),
        any::<f64>().prop_map(|x| if x.is_finite() { format!("{x:?}") } else { "nan".to_owned() }),
        (-5.0..5.0f64).prop_map(|x| format!("{x:.2}")),
        "[0-9]{0,8} ?(%|yuan/t|元/吨|none)".prop_map(|s| format!("{s:?}")),
        Just("[]".to_owned()),
        Just("{}".to_owned()),
        Just("[{ id = \"a\", from = 2024-01-01 }]".to_owned()),
        Just("[{ id = \"\", grade_pct = 0.0, from_pct = -1.0, to_pct = 0 }]".to_owned()),
        Just("[0001-01-01, 9999-12-31]".to_owned()),
        Just("9999-12-31".to_owned()),
        Just("\"+262142-12-31\"".to_owned()),
        Just("\"-262143-01-01\"".to_owned()),
        Just("\"half_monthly\"".to_owned()),
        Just("\"benchmark\"".to_owned()),
    ];
    prop::collection::vec((prop::sample::select(keys), value), 0..6)
        .prop_map(|lines| lines.iter().map(|(key, value)| format!("{key} = {value}\n")).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn no_policy_text_panics_the_loader(text in prop_oneof![3 => nearly_a_policy(), 1 => any::<String>()]) {
        let Ok(user) = text.parse::<toml::Table>() else { return Ok(()) };
        let Ok(policy) = Policy::builtin().unwrap().with(&user) else { return Ok(()) };
        match PricePolicy::load(&policy) {
            Err(error) => prop_assert!(error.to_string().contains("price"), "{error}"),
            // What is accepted can be used.
            Ok(price) => {
                let spans = price.calendar.periods("2023-12-20".parse().unwrap(), "2024-02-20".parse().unwrap());
                prop_assert!(!spans.is_empty() && spans.windows(2).all(|w| w[0].to < w[1].from));
            }
        }
    }
}
