//! What would a run over a small basin have written? 25 mines, 12 months, two products of four classes, 60 findings.

use crate::report::fixture::{state, trust, why, yardstick};
use lepid::balance::{Flow, MineOutput, MonthOutput, Site, SiteLicence};
use lepid::price::bands::{ClassPrice, GradeClass, Period, PricedSale, ProductBands};
use lepid::report::contents::{ChartInfo, Contents, RunInfo};
use lepid::report::dossier::SiteFacts;
use lepid::risk::{Reason, Risk};
use lepid::rules::finding::{Certainty, Finding, Severity, SubjectKind};
use lepid::text::Said;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

const MINES: i64 = 25;
const COUNTIES: [&str; 4] = ["袁州区", "宜丰县", "奉新县", "高安市"];
const RULES: [(&str, &str, &str, &str, SubjectKind, &str); 6] = [
    (
        "over-scale-year",
        "全年产量超过许可规模",
        "Year's output above the approved scale",
        "over-scale",
        SubjectKind::Site,
        "自然资源主管部门",
    ),
    ("over-scale-month", "月产量超过年规模份额", "Month above its share of the scale", "over-scale", SubjectKind::Site, "应急管理部门"),
    ("origin-unknown", "来源地不在任何登记中", "Ore from a place in no register", "illegal-source", SubjectKind::Place, "自然资源主管部门"),
    (
        "outside-boundary",
        "在矿区范围外装车",
        "Loaded outside the licensed boundary",
        "illegal-source",
        SubjectKind::Site,
        "自然资源主管部门",
    ),
    ("overload", "货车总质量超限", "Truck above the gross mass limit", "tickets", SubjectKind::Plate, "交通运输主管部门"),
    ("ticket-reused", "同一磅单号出现不同内容", "One ticket number, different tickets", "tickets", SubjectKind::Ticket, "交通运输主管部门"),
];

/// The whole run.
pub(crate) fn contents() -> Contents {
    Contents {
        run: run(),
        bands: vec![
            bands("porcelain_clay_ore", [3_000, 4_000, 5_000, 6_000], 18_000),
            bands("lepidolite_concentrate", [15_000, 20_000, 25_000, 30_000], 210_000),
        ],
        findings: findings(),
        output: (1..=MINES).map(output).collect(),
        flows: flows(),
        sites: sites(),
        risk: vec![risk()],
        dossiers: vec![SiteFacts { site_id: "M01".to_owned(), ..SiteFacts::default() }],
        charts: charts(),
    }
}

/// Writes it as a run does: `run.json` last.
pub(crate) fn write(dir: &Path, contents: &Contents) {
    std::fs::create_dir_all(dir.join("charts")).unwrap();
    for chart in &contents.charts {
        std::fs::write(dir.join(&chart.file), svg(&chart.title.zh)).unwrap();
    }
    let put = |file: &str, json: serde_json::Value| std::fs::write(dir.join(file), serde_json::to_string_pretty(&json).unwrap()).unwrap();
    let whole = serde_json::to_value(contents).unwrap();
    for field in ["bands", "findings", "output", "flows", "sites", "risk", "dossiers", "charts"] {
        put(&format!("{field}.json"), whole[field].clone());
    }
    std::fs::write(dir.join("report.html"), "<!doctype html><html lang=\"zh-CN\"><title>报告</title><h1>运行报告</h1>").unwrap();
    put("run.json", whole["run"].clone());
}

/// What is at risk at the first mine.
fn risk() -> Risk {
    let reason = |rule: &str, title: &str, alone_kg, adds_kg| Reason {
        rule: rule.to_owned(),
        title: Said::new(title, rule),
        certainty: Certainty::Proven,
        findings: 1,
        alone_kg,
        adds_kg,
        shared_kg: alone_kg - adds_kg,
    };
    Risk {
        subject_kind: SubjectKind::Site,
        subject: "M01".to_owned(),
        subject_name: "白石岭矿".to_owned(),
        score_kg: 2_345_670,
        level: Severity::High,
        mass_kg: 2_345_670,
        findings: 2,
        tickets: 61,
        from_others: 1,
        reasons: vec![
            reason("over-scale-year", "全年产量超过许可规模", 2_000_000, 1_900_000),
            reason("overload", "货车总质量超限", 445_670, 345_670),
        ],
    }
}

fn run() -> RunInfo {
    let rows = [("companies", 41), ("licences", 27), ("production", 300), ("sales", 412), ("shipments", 60_214), ("sites", 44)];
    RunInfo {
        run_id: "5f0c9a3be1d27744".to_owned(),
        program: "lepid 0.1.0".to_owned(),
        lake_version: 14,
        lake_at: Some("2024-01-05T02:41:07Z".to_owned()),
        tables: rows.iter().map(|(table, _)| ((*table).to_owned(), 3)).collect(),
        rows: rows.iter().map(|(table, n)| ((*table).to_owned(), *n)).collect::<BTreeMap<_, _>>(),
        policy_sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
        results_sha256: "d".repeat(64),
        rules_sha256: "e".repeat(64),
        from: Some("2023-01-01".to_owned()),
        to: Some("2023-12-31".to_owned()),
        quarantined: 37,
    }
}

fn month(number: i64) -> String {
    format!("2023-{number:02}")
}

fn bands(product: &str, grades: [i32; 4], first_yuan: i64) -> ProductBands {
    let id = |grade: i32| format!("{}.{}", grade / 10_000, grade % 10_000 / 1_000);
    let classes: Vec<GradeClass> =
        grades.iter().map(|g| GradeClass { id: id(*g), grade_ppm: *g, from_ppm: g * 9 / 10, to_ppm: g * 11 / 10 }).collect();
    let periods = (1..=12).map(|m| period(m, &classes, first_yuan)).collect();
    let codes = ["OK", "OK", "OK", "OK", "S1_DUPLICATE", "OK", "S5_CORRIDOR", "OK", "M_MOISTURE"];
    let sales = (0..220)
        .map(|n: i64| {
            let code = codes[n as usize % codes.len()];
            PricedSale {
                id: format!("HT-2023-{n:04} sales.xlsx:{}", n + 2),
                contract_no: format!("HT-2023-{n:04}"),
                date: format!("{}-{:02}", month(n % 12 + 1), n % 27 + 1),
                period: month(n % 12 + 1),
                seller: format!("宜春市第{}矿业有限公司", n % 7 + 1),
                buyer: format!("江西{}锂业有限公司", ["永兴", "飞宇", "银锂", "志存"][n as usize % 4]),
                class: (code != "M_MOISTURE").then(|| classes[n as usize % 4].id.clone()),
                dry_kg: (code != "M_MOISTURE").then_some(412_350 + n * 1_037),
                dry_fen_per_t: (code != "M_MOISTURE").then_some(first_yuan + n * 113),
                netback_fen_per_t: Some(first_yuan + 4_211),
                code: code.to_owned(),
                struck_on: (n == 9).then(|| "2023-11-02".to_owned()),
            }
        })
        .collect();
    ProductBands { product: product.to_owned(), classes, periods, sales, yardstick: yardstick() }
}

fn period(m: i64, classes: &[GradeClass], first_fen: i64) -> Period {
    let thin = m == 8;
    let prices = classes.iter().enumerate().map(|(at, class)| {
        let guide = (first_fen * (at as i64 + 2) / 2 * (30 - m) / 20) / 500 * 500;
        let none = m == 1 && at == 3;
        ClassPrice {
            class: class.id.clone(),
            netback_fen_per_t: Some(guide + 1_234),
            deviation: Some(0.004),
            assessed_fen_per_t: (!none).then_some(guide + 217),
            assessed_exact_fen_per_t: (!none).then_some((guide + 217) as f64),
            assessed_low_fen_per_t: (!none).then_some(guide * 98 / 100),
            assessed_high_fen_per_t: (!none).then_some(guide * 102 / 100),
            without_one_low_fen_per_t: (!none && !thin).then_some(guide * 99 / 100),
            without_one_high_fen_per_t: (!none && !thin).then_some(guide * 101 / 100),
            guide_fen_per_t: (!none).then_some(guide),
            lower_fen_per_t: (!none).then_some(guide * 94 / 100 / 500 * 500),
            upper_fen_per_t: (!none).then_some(guide * 106 / 100 / 500 * 500),
            per_du_fen: (!none).then_some(guide * 10_000 / i64::from(class.grade_ppm)),
            carry_fen_per_t: (!none).then_some(217),
            act: if none { "none" } else { ["init", "hold", "adjust", "maxstep", "adjust+bound"][(m as usize + at) % 5] }.to_owned(),
            basis: if none {
                "none"
            } else if thin {
                "carried-netback"
            } else {
                "own-period"
            }
            .to_owned(),
            ladder: if none {
                "L6"
            } else if thin {
                "L4"
            } else {
                "L1"
            }
            .to_owned(),
            why: (m > 1 && !none).then(|| why(guide)),
        }
    });
    Period {
        period: month(m),
        from: format!("{}-01", month(m)),
        to: format!("{}-28", month(m)),
        carbonate_fen_per_t: Some((480_000 - 30_000 * m) * 100),
        carbonate_age_days: Some(m % 3),
        n: if thin { 2 } else { 14 },
        sellers: if thin { 2 } else { 6 },
        buyers: if thin { 1 } else { 4 },
        theta: (!thin).then_some(0.0312),
        state: Some(state(!thin)),
        band: 0.06,
        foretold: if m > 1 && !thin { 14 } else { 0 },
        inside: if m > 1 && !thin { 12 } else { 0 },
        excluded: vec![("M_MOISTURE".to_owned(), 2), ("S1_DUPLICATE".to_owned(), 2), ("S5_CORRIDOR".to_owned(), 1)],
        trust: trust(!thin),
        classes: prices.collect(),
    }
}

pub(crate) fn mine_id(n: i64) -> String {
    format!("M{n:02}")
}

fn mine_name(n: i64) -> String {
    let places = ["白水", "枧下窝", "狮子岭", "割石里", "化山", "鹅颈", "党田", "圳口里", "新坊", "宜丰大港"];
    format!("{}第{n}瓷土矿", places[n as usize % places.len()])
}

fn output(n: i64) -> MineOutput {
    let scale = 150_000_000 + n * 20_000_000;
    let months: Vec<MonthOutput> = (1..=12)
        .map(|m| MonthOutput {
            month: format!("{}-01", month(m)),
            declared_kg: (m != 2 || n % 5 != 0).then_some(scale / 14 + m * 31_415),
            dispatched_kg: scale / 14 * (80 + n * 3) / 100 + m * 27_182,
        })
        .collect();
    MineOutput {
        site_id: mine_id(n),
        name: mine_name(n),
        kind: if n == 25 { "exploration" } else { "mine" }.to_owned(),
        county: Some(COUNTIES[n as usize % 4].to_owned()),
        year: 2023,
        approved_kg: (n != 25).then_some(if n == 24 { scale / 3 } else { scale }),
        declared_kg: months.iter().filter_map(|m| m.declared_kg).reduce(|a, b| a + b),
        dispatched_kg: months.iter().map(|m| m.dispatched_kg).sum(),
        months,
    }
}

fn flows() -> Vec<Flow> {
    let mut flows = Vec::new();
    for m in 1..=12 {
        for n in 1..=MINES {
            let known = n != 13;
            flows.push(Flow {
                month: format!("{}-01", month(m)),
                product: "porcelain_clay_ore".to_owned(),
                origin_site: known.then(|| mine_id(n)),
                origin_name: if known { mine_name(n) } else { "老屋场".to_owned() },
                origin_kind: known.then(|| "mine".to_owned()),
                destination_site: Some(format!("C{:02}", n % 10 + 1)),
                destination_name: format!("{}号选矿厂", n % 10 + 1),
                tickets: 200,
                net_kg: 6_400_000 + n * m * 1_000,
                dry_kg: 6_000_000,
                li2o_g: 24_000_000,
                tickets_without_li2o: 12,
            });
        }
    }
    flows
}

fn sites() -> Vec<Site> {
    let site = |id: String, name: String, kind: &str, n: i64| Site {
        site_id: id,
        name,
        kind: kind.to_owned(),
        company: Some(format!("宜春市第{n}矿业有限公司")),
        county: Some(COUNTIES[n as usize % 4].to_owned()),
        lat: Some(27.8 + n as f64 / 100.0),
        lon: Some(114.4),
        annual_capacity_kg: (kind != "mine").then_some(600_000_000),
        licences: if kind == "mine" { vec![licence(n, "valid"), licence(n + 50, "suspended")] } else { Vec::new() },
    };
    let mines = (1..=MINES).map(|n| site(mine_id(n), mine_name(n), "mine", n));
    mines.chain((1..=10).map(|n| site(format!("C{n:02}"), format!("{n}号选矿厂"), "concentrator", n))).collect()
}

fn licence(n: i64, status: &str) -> SiteLicence {
    SiteLicence {
        licence_no: format!("C36090020110371301080{n:02}"),
        kind: "mining".to_owned(),
        minerals: Some("porcelain_clay_ore".to_owned()),
        approved_scale_kg_per_year: Some(150_000_000 + n * 20_000_000),
        valid_from: "2019-03-01".to_owned(),
        valid_to: "2029-02-28".to_owned(),
        status: status.to_owned(),
        status_since: (status != "valid").then(|| "2021-07-15".to_owned()),
    }
}

fn findings() -> Vec<Finding> {
    let mut findings: Vec<Finding> = (0..60).map(finding).collect();
    findings.sort_by(|a, b| (a.severity, &a.rule, &a.subject, &a.period).cmp(&(b.severity, &b.rule, &b.subject, &b.period)));
    findings
}

fn finding(n: i64) -> Finding {
    let (rule, zh, en, family, kind, department) = RULES[n as usize % RULES.len()];
    let mine = n % MINES + 1;
    let (subject, subject_name) = match kind {
        SubjectKind::Site => (mine_id(mine), mine_name(mine)),
        SubjectKind::Place => (format!("老屋场{n}"), format!("老屋场{n}")),
        SubjectKind::Plate => (format!("赣C{:05}", 10_000 + n), format!("赣C{:05}", 10_000 + n)),
        SubjectKind::Ticket => (format!("BD2023{n:06}"), format!("BD2023{n:06}")),
        SubjectKind::Company => (format!("9136{n:014}"), format!("企业{n}")),
    };
    let period = if rule == "over-scale-year" { "2023".to_owned() } else { month(n % 12 + 1) };
    let departments_en = if department.starts_with("自然") {
        "Natural resources"
    } else if department.starts_with("应急") {
        "Emergency management"
    } else {
        "Transport"
    };
    Finding {
        id: format!("{:016x}", 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(n as u64 + 1)),
        rule: rule.to_owned(),
        title: Said::new(zh, en),
        family: family.to_owned(),
        certainty: Certainty::Proven,
        severity: [Severity::High, Severity::Medium, Severity::Low, Severity::Low][n as usize % 4],
        department: Said::new(department, departments_en),
        basis: Said::new(
            "《中华人民共和国矿产资源法》、采矿许可证载明的生产规模",
            "Mineral Resources Law; the scale stated in the licence",
        ),
        subject_kind: kind,
        subject,
        says: Said::new(
            format!("{subject_name} {period} 外运 {} 吨，许可规模 150,000 吨，超出 8.3%。", 162_450 + n),
            format!("{subject_name} sent out {} t in {period} against an approved 150,000 t: 8.3 % more.", 162_450 + n),
        ),
        subject_name,
        period,
        quantity_kg: (kind != SubjectKind::Ticket).then_some(12_450_120 + n * 11),
        observed: Some(162_450_120 + n),
        allowed: Some(150_000_000),
        unit: "kg".to_owned(),
        evidence: 5_000 + n as u64,
        clears: Said::new(
            "期初库存证明、许可证变更文件，或地磅校准记录。",
            "Proof of opening stock, an amended licence, or a calibration record.",
        ),
    }
}

fn charts() -> Vec<ChartInfo> {
    let chart = |file: &str, kind: &str, about: &str, zh: &str, en: &str| ChartInfo {
        file: format!("charts/{file}.svg"),
        kind: kind.to_owned(),
        about: about.to_owned(),
        title: Said::new(zh, en),
    };
    vec![
        chart(
            "band-lepidolite_concentrate-2.0",
            "band",
            "lepidolite_concentrate/2.0",
            "锂云母精矿 2.0%：指导价区间",
            "Lepidolite concentrate 2.0 %: band",
        ),
        chart(
            "band-lepidolite_concentrate-2.5",
            "band",
            "lepidolite_concentrate/2.5",
            "锂云母精矿 2.5%：指导价区间",
            "Lepidolite concentrate 2.5 %: band",
        ),
        chart("output-2023", "output", "2023", "2023 年各矿产量与许可规模", "Output against licence, 2023"),
        chart("origin-porcelain_clay_ore", "origin", "porcelain_clay_ore", "各来源月吨数", "Monthly tonnes by origin"),
    ]
}

/// A picture as the charts are: fixed size with a view box, text as attributes.
fn svg(title: &str) -> String {
    let mut svg = String::from(
        "<?xml version=\"1.0\"?>\n<svg width=\"900\" height=\"420\" viewBox=\"0 0 900 420\" xmlns=\"http://www.w3.org/2000/svg\">",
    );
    let _ = write!(
        svg,
        "<rect width=\"900\" height=\"420\" fill=\"#fff\"/><text x=\"450\" y=\"30\" font-size=\"18\" text-anchor=\"middle\">{title}</text>"
    );
    for at in 0..12 {
        let _ = write!(
            svg,
            "<rect x=\"{}\" y=\"{}\" width=\"40\" height=\"{}\" fill=\"#8fb7c6\"><title>{at}</title></rect>",
            60 + at * 68,
            360 - at * 20,
            20 + at * 20
        );
    }
    svg.push_str("</svg>");
    svg
}
