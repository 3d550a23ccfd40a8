//! Do risk, spot checks and the dossier of a mine say what its records say, as a user gets them?

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use super::price_bad_input::{lake, lepid, stdout};
use insta::assert_snapshot;
use lepid::report::dossier::{self, Block, CaseLine, Dossier, Sheet};
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

const RETURNS: &str = "场所编号,月份,产品,投入产出,数量(吨),期初库存(吨),期末库存(吨)\n\
    M1,2023-06,含锂瓷土,产出,75,0,0\nM1,2023-07,含锂瓷土,产出,30,0,0\n";

const UTILITIES: &str = "场所编号,月份,用电量(千瓦时),炸药用量(千克)\nM1,2023-06,1500,15\n";

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
fn a_ton_counts_once_however_many_findings_name_it() {
    let folder = run();
    let risks = json(folder.path(), &["risk", "--json"]);
    let of = |subject: &str| risks.as_array().unwrap().iter().find(|r| r["subject"] == subject).unwrap();
    let kg = |risk: &Value, field: &str| risk[field].as_i64().unwrap();
    let adds = |risk: &Value| risk["reasons"].as_array().unwrap().iter().map(|r| kg(r, "adds_kg")).sum::<i64>();
    let reason = |risk: &Value, rule: &str| risk["reasons"].as_array().unwrap().iter().find(|r| r["rule"] == rule).cloned().unwrap();
    // One ticket of 30 t left M2, after its licence ran out: proven, in full, and no more than that whatever else is said of it.
    let west = of("M2");
    assert_eq!((kg(west, "mass_kg"), kg(west, "tickets")), (30_000, 1));
    assert_eq!((kg(&reason(west, "licence-expired"), "alone_kg"), west["level"].as_str()), (30_000, Some("low")));
    // The truck that M1 overloaded counts for M1 too; all three tickets together weigh 107 t.
    let (east, truck) = (of("M1"), of("赣C12345"));
    assert_eq!(kg(&reason(east, "overload"), "alone_kg"), kg(&reason(truck, "overload"), "alone_kg"));
    assert!(kg(east, "from_others") >= 1 && kg(&reason(east, "outside-boundary"), "alone_kg") == 31_000 * 60 / 100);
    for risk in risks.as_array().unwrap() {
        assert!(adds(risk) <= kg(risk, "score_kg"), "{risk}");
    }
    let only = stdout(folder.path(), &["risk", "--plate", "赣C12345", "--lang", "en"]);
    assert!(only.contains("overload") && !only.contains("licence-expired"), "{only}");
    let csv = stdout(folder.path(), &["risk", "--site", "--csv"]);
    assert!(csv.starts_with("kind,subject,name,level,score_t,mass_t,findings,tickets,reasons") && !csv.contains("赣C"), "{csv}");
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

/// What stands in a section, a line a piece; cells of a row between bars.
fn said(sheet: &Sheet, id: &str) -> String {
    let section = sheet.sections.iter().find(|s| s.id == id).unwrap();
    let mut lines = vec![format!("# {}", section.title)];
    for block in &section.blocks {
        match block {
            Block::Text(text) => lines.push(text.clone()),
            Block::Picture(title, _) => lines.push(format!("[{title}]")),
            Block::Table(table) => {
                lines.push(table.caption.clone());
                lines.push(table.columns.iter().map(|c| c.head.as_str()).collect::<Vec<_>>().join(" | "));
                lines.extend(table.rows.iter().map(|row| row.join(" | ")));
            }
        }
    }
    lines.join("\n")
}

#[test]
fn the_dossier_of_a_mine_says_what_its_records_say() {
    let folder = run();
    let contents = lepid::report::read(&folder.path().join("reports")).unwrap();
    let sheet = dossier::sheet(&Dossier::of(&contents, "M1", Some(&[])).unwrap(), Lang::Zh);
    assert_snapshot!(said(&sheet, "rights"), @r"
    # 许可与矿权
    登记的许可证（每次变更一行）
    证号 | 种类、矿种 | 规模（吨/年） | 有效期 | 状态 | 登记号及期限、开采方式
    C3600002020017130000001 | 采矿；含锂瓷土原矿 | 100 | 2020-01-01 – 2030-12-31 | 有效 | —
    ");
    assert_snapshot!(said(&sheet, "place"), @r"
    # 位置
    [东坑矿：矿区范围与装车位置]
    线索 outside-boundary 列出 1 张磅单在范围外装车，超出定位误差；图中以另一种颜色标出。
    ");
    assert_snapshot!(said(&sheet, "output"), @r"
    # 产量与规模
    [东坑矿 2023 年产量与核定规模]
    2023 年原矿（湿吨），核定规模 100
    月份 | 申报 | 过磅发运 | 库存变动 | 核对产量 | 过磅占年规模
    2023-06 | 75 | 76 | 0 | 76 | 76.0%
    2023-07 | 30 | 31 | 0 | 31 | 31.0%
    全年至今 | 105 | 107 | 0 | 107 | 107.0%
    ");
    assert_snapshot!(said(&sheet, "flows"), @r"
    # 流向
    去向 2023（净重，湿吨）
    对方 · 产品 | 1月 | 2月 | 3月 | 4月 | 5月 | 6月 | 7月 | 8月 | 9月 | 10月 | 11月 | 12月 | 合计
    一号选厂 · 含锂瓷土原矿 |  |  |  |  |  | 76 | 31 |  |  |  |  |  | 107
    合计 |  |  |  |  |  | 76 | 31 |  |  |  |  |  | 107
    ");
    let trucks = said(&sheet, "trucks");
    assert!(trucks.contains("赣C12345 | 2 | 76 | 0 | 0 | 1 | ") && trucks.contains("赣C54321 | 1 | 31 | 0 | 0 | — | "), "{trucks}");
    assert_snapshot!(said(&sheet, "utilities"), @r"
    # 能耗
    能耗月报与单耗
    月份 | 用电（千瓦时） | 炸药（千克） | 用水（立方米） | 申报产出（吨） | 千瓦时/吨 | 克炸药/吨 | 炸药克/过磅吨
    2023-06 | 1,500 | 15 | — | 75 | 20.00 | 200.00 | 197.37
    ");
    assert_snapshot!(said(&sheet, "quality"), @r"
    # 数据质量
    由此装车的磅单 3 张
    磅单缺什么 | 张 | 占比
    毛重或皮重 | 0 | 0.0%
    品位 | 3 | 100.0%
    水分 | 3 | 100.0%
    装车坐标 | 0 | 0.0%
    准运证号 | 3 | 100.0%
    收货净重 | 3 | 100.0%
    隔离区没有写明它的行。
    ");
    assert_snapshot!(said(&sheet, "cases"), @r"
    # 台账
    台账中没有关于它的问题。
    ");
    let findings = said(&sheet, "findings");
    assert!(findings.contains("越界") && findings.contains("销号条件"), "{findings}");
    let picture = |section: &str| {
        let blocks = &sheet.sections.iter().find(|s| s.id == section).unwrap().blocks;
        blocks.iter().find_map(|b| if let Block::Picture(_, svg) = b { Some(svg.clone()) } else { None }).unwrap()
    };
    assert!(picture("place").contains("范围外（线索）1 张，其余有坐标 2 张，无坐标 0 张"), "{}", picture("place"));
    assert!(picture("output").contains("全年申报 105吨，过磅 107吨"), "{}", picture("output"));
}

#[test]
fn a_plant_has_a_dossier_too_and_a_site_that_is_not_there_has_none() {
    let folder = run();
    let written = json(folder.path(), &["dossier", "--all", "--out", "all", "--format", "html", "--json"]);
    assert_eq!(written["files"].as_array().unwrap().len(), 3);
    let plant = std::fs::read_to_string(folder.path().join("all/dossier-C1.html")).unwrap();
    for shown in ["一号选厂", "没有登记许可证", "来源 2023", "东坑矿 · 含锂瓷土原矿", "台账"] {
        assert!(plant.contains(shown), "{shown}");
    }
    assert!(!plant.contains("<script") && !plant.contains("src=\"http"), "a page that asks nobody for anything");
    let none = lepid(folder.path(), &["dossier", "M9"]);
    assert_eq!(none.status.code(), Some(1));
    assert!(String::from_utf8(none.stderr).unwrap().contains("M9"));
    assert_eq!(lepid(folder.path(), &["dossier"]).status.code(), Some(2));
}

#[test]
fn the_paper_holds_the_mines_name_and_its_numbers_and_is_the_same_twice() {
    let folder = run();
    let pdf = |out: &str| {
        stdout(folder.path(), &["dossier", "M1", "--out", out, "--format", "pdf"]);
        std::fs::read(folder.path().join(out).join("dossier-M1.pdf")).unwrap()
    };
    let first = pdf("one");
    assert!(first.starts_with(b"%PDF-") && first == pdf("two"));
    let contents = lepid::report::read(&folder.path().join("reports")).unwrap();
    let sheet = dossier::sheet(&Dossier::of(&contents, "M1", None).unwrap(), Lang::En);
    let text = dossier::pdf_text(&sheet).unwrap().join("\n").replace('\u{200B}', "");
    for shown in ["东坑矿", "C3600002020017130000001", "Output and scale", "107", "overloads", "A finding is a lead"] {
        assert!(text.contains(shown), "{shown} in {text}");
    }
    // With poppler on the machine: what another program finds in the file.
    if let Ok(found) = Command::new("pdftotext").arg(folder.path().join("one/dossier-M1.pdf")).arg("-").output() {
        let found = String::from_utf8_lossy(&found.stdout).into_owned();
        assert!(found.contains("东坑矿") && found.contains("一矿一档"), "{found}");
    }
}

#[test]
fn a_case_of_the_ledger_stands_in_the_dossier_of_its_site() {
    let folder = run();
    let contents = lepid::report::read(&folder.path().join("reports")).unwrap();
    let line =
        CaseLine { id: "2023-0007".to_owned(), title: "越界开采".to_owned(), person: "张三".to_owned(), ..CaseLine::default() };
    let lines = [line];
    let sheet = dossier::sheet(&Dossier::of(&contents, "M1", Some(&lines)).unwrap(), Lang::Zh);
    assert!(said(&sheet, "cases").contains("2023-0007 | 越界开采 | — | — | 张三 | — | —"), "{}", said(&sheet, "cases"));
}
