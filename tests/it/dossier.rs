//! Do risk, spot checks and the dossier of a mine say what its records say, as a user gets them?

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use super::price_bad_input::{lake, lepid, stdout};
use lepid::report::dossier::{self, Dossier};
use lepid::text::Lang;
use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

const SITES: &str = "编号,名称,类型,统一社会信用代码,县市区,纬度,经度\n\
    M1,东坑矿,矿山,,甲县,28.01,114.51\nM2,西坪矿,矿山,,乙县,28.11,114.61\nC1,一号选厂,选矿厂,,甲县,28.2,114.7\n";

/// Two squares; the first with a square hole.
const LICENCES: &str = "许可证号,矿山编号,证照类型,开采矿种,生产规模(吨/年),有效期起,有效期止,状态,状态日期,矿区范围\n\
    C3600002020017130000001,M1,采矿许可证,含锂瓷土,100,2020-01-01,2030-12-31,有效,,\"POLYGON((114.50 28.00,114.52 28.00,114.52 28.02,114.50 28.02,114.50 28.00),(114.508 28.008,114.512 28.008,114.512 28.012,114.508 28.012,114.508 28.008))\"\n\
    C3600002020017130000002,M2,采矿许可证,含锂瓷土,500000,2015-01-01,2023-05-31,有效,,\n";

/// M1: a load of 11 t above the limit of its six axles, and one loaded 3 km outside; M2: a load after its licence ran out.
const TICKETS: &str = "磅单号,货物名称,车牌号,轴数,发货单位,收货单位,出场时间,毛重(kg),皮重(kg),净重(kg),装车纬度,装车经度\n\
    T1,含锂瓷土,赣C12345,6,M1,C1,2023-06-01 08:00,48000,16000,32000,28.005,114.505\n\
    T2,含锂瓷土,赣C12345,6,M1,C1,2023-06-02 08:00,60000,16000,44000,28.005,114.505\n\
    T3,含锂瓷土,赣C54321,6,M1,C1,2023-07-03 08:00,47000,16000,31000,28.05,114.505\n\
    T4,含锂瓷土,赣C54321,6,M2,C1,2023-07-04 08:00,46000,16000,30000,28.11,114.61\n";

const RETURNS: &str = "矿山编号,月份,产品,投入产出,数量(吨),期初库存(吨),期末库存(吨)\n\
    M1,2023-06,含锂瓷土,产出,75,0,0\nM1,2023-07,含锂瓷土,产出,30,0,0\n";

const UTILITIES: &str = "矿山编号,月份,用电量(千瓦时),炸药用量(千克)\nM1,2023-06,1500,15\n";

/// A lake of these records with a run over it.
fn run() -> tempfile::TempDir {
    let folder = lake(&[
        ("场所名录.csv", SITES),
        ("许可证.csv", LICENCES),
        ("过磅单.csv", TICKETS),
        ("生产月报.csv", RETURNS),
        ("能耗月报.csv", UTILITIES),
    ]);
    stdout(folder.path(), &["run"]);
    folder
}

fn json(folder: &Path, args: &[&str]) -> Value {
    serde_json::from_str(&stdout(folder, args)).unwrap()
}

#[test]
fn the_risk_of_a_site_holds_its_findings_and_those_of_the_trucks_that_it_loads_once() {
    let folder = run();
    let risks = json(folder.path(), &["risk", "--json"]);
    println!("{}", serde_json::to_string_pretty(&risks).unwrap());
}

/// Fourteen mines in three counties; the third and the fourth dispatched after their licences ran out.
fn district() -> tempfile::TempDir {
    let mut sites = "编号,名称,类型,县市区\nC1,选厂,选矿厂,甲县\n".to_owned();
    let mut licences = "许可证号,矿山编号,证照类型,开采矿种,生产规模(吨/年),有效期起,有效期止,状态\n".to_owned();
    let mut tickets = "磅单号,货物名称,车牌号,发货单位,收货单位,出场时间,净重(kg)\n".to_owned();
    for i in 1..=14 {
        let county = ["甲县", "乙县", "丙县"][i % 3];
        sites.push_str(&format!("M{i},{i}号矿,矿山,{county}\n"));
        let to = if matches!(i, 3 | 4) { "2023-05-31" } else { "2030-12-31" };
        let status = if i == 14 { "注销" } else { "有效" };
        licences.push_str(&format!("C36000020200171300000{i:02},M{i},采矿许可证,含锂瓷土,500000,2015-01-01,{to},{status}\n"));
        for t in 0..[0, 0, 0, 40, 4][i.min(4) % 5] * usize::from(i < 5) {
            tickets.push_str(&format!("T{i}-{t},含锂瓷土,赣C{i}{t:04},M{i},C1,2023-06-{:02} 08:00,30000\n", t % 28 + 1));
        }
    }
    let folder = lake(&[("场所名录.csv", &sites), ("许可证.csv", &licences), ("过磅单.csv", &tickets)]);
    stdout(folder.path(), &["run"]);
    folder
}

/// What Python's own library draws from the frame; `None`: this machine has no Python.
fn by_python(seed: &str, share: &str, frame: &str) -> Option<String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/spot_checks/draw.py");
    let mut child = Command::new("python3").arg(script).args([seed, share]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
    child.stdin.take().unwrap().write_all(frame.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn anyone_with_the_seed_draws_the_same_rights() {
    let folder = district();
    let frame = stdout(folder.path(), &["sample", "--frame"]);
    assert_eq!(frame.lines().count(), 13, "a closed right is none: {frame}");
    assert!(
        frame.contains("C3600002020017130000003\t甲县\thigh\n") && frame.contains("C3600002020017130000004\t乙县\tmedium\n"),
        "{frame}"
    );
    let mut drawn_by_some_seed = std::collections::BTreeSet::new();
    for seed in ["2023年第三季度", "1", "lepid"] {
        for share in ["0.2", "0.5"] {
            let sample = json(folder.path(), &["sample", "--seed", seed, "--share", share, "--json"]);
            let drawn = sample["sample"]["drawn"].as_array().unwrap();
            let ours: Vec<String> =
                drawn.iter().map(|d| format!("{} {}/{}", d["licence_no"].as_str().unwrap(), d["chance"][0], d["chance"][1])).collect();
            assert_eq!(ours.len(), if share == "0.2" { 3 } else { 7 }, "⌈share × 13⌉, three counties");
            drawn_by_some_seed.extend(ours.iter().cloned());
            if let Some(theirs) = by_python(seed, share, &frame) {
                let mut lines = theirs.lines();
                assert_eq!(lines.next(), sample["sample"]["frame_sha256"].as_str());
                assert_eq!(lines.collect::<Vec<_>>(), ours, "{seed} {share}");
            }
        }
    }
    assert!(drawn_by_some_seed.len() > 7, "another seed draws others");
}

#[test]
fn a_draw_can_be_checked_from_its_csv_and_its_workbook_and_is_never_smaller_than_policy_says() {
    let folder = district();
    let csv = stdout(folder.path(), &["sample", "--seed", "s", "--format", "csv"]);
    let header = "licence_no,sites,names,county,risk,score_t,status,valid_to,stratum,stratum_rights,stratum_draws,probability,rank,sha256,seed,lake_version,frame_sha256";
    assert!(csv.starts_with(header) && csv.lines().count() == 4, "{csv}");
    stdout(folder.path(), &["sample", "--seed", "s", "--format", "xlsx", "--out", "draw.xlsx"]);
    assert!(std::fs::read(folder.path().join("draw.xlsx")).unwrap().starts_with(b"PK"));
    let text = stdout(folder.path(), &["sample", "--seed", "s", "--lang", "en"]);
    assert!(text.contains("3 of 13 mining rights drawn") && text.contains("sha256sum"), "{text}");
    let few = lepid(folder.path(), &["sample", "--seed", "s", "--share", "0.1"]);
    assert_eq!(few.status.code(), Some(1));
    assert!(String::from_utf8(few.stderr).unwrap().contains("least_share_pct"));
    assert_eq!(lepid(folder.path(), &["sample"]).status.code(), Some(2), "without a seed nobody can draw the same");
}

/// The text of a page, a line a piece, without its pictures.
fn text_of(html: &str) -> String {
    let (mut text, mut inside, mut svg) = (String::new(), false, false);
    let html = html.replace("</style>", "</svg>").replace("<style", "<svg");
    let mut rest = html.as_str();
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("<svg") {
            svg = true;
        }
        if rest.starts_with("</svg>") {
            svg = false;
        }
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                if !text.ends_with('|') {
                    text.push('|');
                }
            }
            c if !inside && !svg => text.push(c),
            _ => {}
        }
        rest = &rest[c.len_utf8()..];
    }
    text
}

#[test]
fn the_dossier_of_a_mine_says_what_its_records_say() {
    let folder = run();
    stdout(folder.path(), &["dossier", "东坑矿", "--out", "out", "--format", "html,json"]);
    let html = std::fs::read_to_string(folder.path().join("out/dossier-M1.html")).unwrap();
    println!("{}", text_of(&html));
}
