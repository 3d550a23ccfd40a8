//! A run of a made-up district: 25 mines, 12 months, two products of four classes, 40 findings.

use lepid::balance::{Flow, MineOutput, MonthOutput, Site, SiteLicence};
use lepid::price::bands::{ClassPrice, GradeClass, Period, PricedSale, ProductBands, SellerTrust, StateView, Trust, Why};
use lepid::price::yardstick::{TierNeeds, Yardstick};
use lepid::records::product::{CONCENTRATE, ORE};
use lepid::report::contents::{Contents, RunInfo};
use lepid::rules::finding::{Certainty, Finding, Severity, SubjectKind};
use lepid::text::Said;
use polars::prelude::*;
use std::collections::BTreeMap;

const NAMES: [&str; 25] = [
    "白石岭矿",
    "黄沙坑矿",
    "大港瓷土矿",
    "狮子岭锂矿",
    "牛角坞矿",
    "化山矿",
    "新坊矿",
    "何家坪矿",
    "花桥矿",
    "同安瓷石矿",
    "芳溪矿",
    "棠浦矿",
    "圳口里矿",
    "奉新左家里含锂瓷土矿",
    "割石里水南段矿",
    "枧下窝矿",
    "白水洞高岭土矿",
    "党田矿",
    "坑口矿",
    "岗背矿",
    "茜坑矿",
    "宜丰县花桥大港二期露天采区",
    "甘坊矿",
    "澡溪矿",
    "天台矿",
];

/// Numbers that look random and are always the same.
struct Noise(u64);

impl Noise {
    fn below(&mut self, n: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).unwrap() % n
    }
}

pub(crate) fn contents() -> Contents {
    let mut noise = Noise(20_230_601);
    let run = RunInfo {
        run_id: "0123456789abcdef".to_owned(),
        program: "lepid 0.1.0".to_owned(),
        lake_version: 17,
        lake_at: Some("2024-01-08T02:03:04.000005Z".to_owned()),
        tables: BTreeMap::from([("shipments".to_owned(), 12), ("sales".to_owned(), 2)]),
        rows: BTreeMap::from([("shipments".to_owned(), 60_123), ("sales".to_owned(), 812), ("production".to_owned(), 700)]),
        policy_sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
        results_sha256: "d".repeat(64),
        rules_sha256: "e".repeat(64),
        from: Some("2023-01-01".to_owned()),
        to: Some("2023-12-31".to_owned()),
        quarantined: 23,
    };
    let sites: Vec<Site> = (0..25).map(site).collect();
    let output: Vec<MineOutput> = (0..25).map(|i| mine(i, &mut noise)).collect();
    let flows = flows(&output, &mut noise);
    let bands = vec![
        bands(CONCENTRATE, &[("1.5", 15_000), ("2.0", 20_000), ("2.5", 25_000), ("3.0", 30_000)], 70_000, &mut noise),
        bands(ORE, &[("0.3", 3_000), ("0.4", 4_000), ("0.5", 5_000), ("0.6", 6_000)], 28_000, &mut noise),
    ];
    let findings = findings(&output);
    let mut contents = Contents { run, bands, findings, output, flows, sites, risk: Vec::new(), dossiers: Vec::new(), charts: Vec::new() };
    contents.charts = lepid::report::charts(&contents);
    contents
}

fn scale_kg(i: usize) -> i64 {
    [50_000_000, 100_000_000, 300_000_000, 600_000_000, 3_000_000_000][i % 5]
}

fn site(i: usize) -> Site {
    Site {
        site_id: format!("M{:02}", i + 1),
        name: NAMES[i].to_owned(),
        kind: "mine".to_owned(),
        company: Some(format!("{}矿业有限公司（模拟）", NAMES[i])),
        county: Some(["宜丰县", "奉新县", "袁州区", "高安市"][i % 4].to_owned()),
        lat: Some(28.5),
        lon: Some(114.7),
        annual_capacity_kg: None,
        licences: vec![SiteLicence {
            licence_no: format!("C{i:022}"),
            kind: "mining".to_owned(),
            minerals: Some("porcelain_clay_ore".to_owned()),
            approved_scale_kg_per_year: Some(scale_kg(i)),
            valid_from: "2020-01-01".to_owned(),
            valid_to: "2025-12-31".to_owned(),
            status: "valid".to_owned(),
            status_since: None,
        }],
    }
}

fn mine(i: usize, noise: &mut Noise) -> MineOutput {
    let share_pct = match i {
        3 => 131,
        7 => 112,
        11 => 260,
        15 => 101,
        _ => 40 + noise.below(52),
    };
    let months: Vec<MonthOutput> = (1..=12)
        .map(|m| {
            let kg = scale_kg(i) * share_pct / 1200 * (90 + noise.below(21)) / 100;
            MonthOutput { month: format!("2023-{m:02}-01"), declared_kg: (i != 20).then_some(kg * 97 / 100), dispatched_kg: kg }
        })
        .collect();
    MineOutput {
        site_id: format!("M{:02}", i + 1),
        name: NAMES[i].to_owned(),
        kind: if i == 24 { "restoration".to_owned() } else { "mine".to_owned() },
        county: Some(["宜丰县", "奉新县", "袁州区", "高安市"][i % 4].to_owned()),
        year: 2023,
        approved_kg: (i < 23).then(|| scale_kg(i)),
        declared_kg: months.iter().filter_map(|m| m.declared_kg).reduce(|a, b| a + b),
        dispatched_kg: months.iter().map(|m| m.dispatched_kg).sum(),
        months,
    }
}

fn flows(output: &[MineOutput], noise: &mut Noise) -> Vec<Flow> {
    let leg = |month: &str, site: Option<&str>, name: &str, kind: Option<&str>, to: i64, kg: i64| Flow {
        month: month.to_owned(),
        product: ORE.to_owned(),
        origin_site: site.map(str::to_owned),
        origin_name: name.to_owned(),
        origin_kind: kind.map(str::to_owned),
        destination_site: Some(format!("C{to:02}")),
        destination_name: format!("第{to}选矿厂"),
        tickets: u64::try_from(kg / 31_000 + 1).unwrap(),
        net_kg: kg,
        dry_kg: kg * 9 / 10,
        li2o_g: kg * 4,
        tickets_without_li2o: 0,
    };
    let mut flows = Vec::new();
    for mine in output {
        for month in &mine.months {
            let to = noise.below(10) + 1;
            flows.push(leg(&month.month, Some(&mine.site_id), &mine.name, Some(&mine.kind), to, month.dispatched_kg));
        }
    }
    for m in 3..=9 {
        flows.push(leg(&format!("2023-{m:02}-01"), None, "小源村沙场<未登记>", None, 3, 4_000_000 + noise.below(9_000_000)));
        flows.push(leg(&format!("2023-{m:02}-01"), Some("E1"), "东槽探矿区", Some("exploration"), 4, 6_000_000 + noise.below(3_000_000)));
    }
    flows
}

fn bands(product: &str, classes: &[(&str, i32)], per_pct_fen: i64, noise: &mut Noise) -> ProductBands {
    let mut periods = Vec::new();
    let mut sales = Vec::new();
    for m in 1..=12_i64 {
        let carbonate = 48_000_000 - m * 2_900_000;
        let period = format!("2023-{m:02}");
        let own = m != 7 && m != 8;
        let prices: Vec<ClassPrice> =
            classes.iter().map(|(id, ppm)| class_price(id, i64::from(*ppm) * per_pct_fen / 10_000 * carbonate / 48_000_000, own)).collect();
        if own {
            for s in 0..14 {
                let (class, price) = (&classes[usize::try_from(noise.below(4)).unwrap()], noise.below(2000) - 1000);
                let netback = prices.iter().find(|p| p.class == class.0).unwrap().netback_fen_per_t.unwrap();
                let left_out = s % 6 == 5;
                sales.push(PricedSale {
                    id: format!("{period}-{s}"),
                    contract_no: format!("HT{m:02}{s:03}"),
                    date: format!("2023-{m:02}-{:02}", 1 + noise.below(28)),
                    period: period.clone(),
                    seller: NAMES[usize::try_from(noise.below(25)).unwrap()].to_owned(),
                    buyer: "银锂新能源".to_owned(),
                    class: Some(class.0.to_owned()),
                    dry_kg: if s == 3 { None } else { Some(60_000 + noise.below(900_000)) },
                    dry_fen_per_t: Some(netback * (10_000 + price + if left_out { 2600 } else { 0 }) / 10_000),
                    netback_fen_per_t: Some(netback),
                    code: if left_out { "S2_RELATED".to_owned() } else { "OK".to_owned() },
                    struck_on: None,
                });
            }
        }
        periods.push(Period {
            from: format!("2023-{m:02}-01"),
            to: format!("2023-{m:02}-{}", [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][usize::try_from(m - 1).unwrap()]),
            period,
            carbonate_fen_per_t: Some(carbonate),
            carbonate_age_days: Some(if m == 2 { 5 } else { 0 }),
            n: if own { 12 } else { 0 },
            sellers: if own { 7 } else { 0 },
            buyers: if own { 3 } else { 0 },
            theta: own.then_some(0.012_345),
            state: Some(state(own)),
            band: 0.06,
            foretold: if own && m > 1 { 12 } else { 0 },
            inside: if own && m > 1 { 10 } else { 0 },
            excluded: if own { vec![("S2_RELATED".to_owned(), 2), ("M_MOISTURE".to_owned(), 1)] } else { Vec::new() },
            trust: trust(own),
            classes: prices,
        });
    }
    sales.sort_by(|a, b| (&a.date, &a.id).cmp(&(&b.date, &b.id)));
    let classes = classes
        .iter()
        .map(|(id, ppm)| GradeClass { id: (*id).to_owned(), grade_ppm: *ppm, from_ppm: ppm * 9 / 10, to_ppm: ppm * 11 / 10 })
        .collect();
    ProductBands { product: product.to_owned(), classes, periods, sales, yardstick: yardstick() }
}

/// As the policy has it when nothing is changed.
pub(crate) fn yardstick() -> Yardstick {
    let needs = |tier: &str, sales, sellers, buyers, top_share, influence| TierNeeds {
        tier: tier.to_owned(),
        sales,
        sellers,
        buyers,
        top_share,
        influence,
    };
    let tiers = vec![needs("A", 12, 5, 3, Some(0.4), Some(0.03)), needs("B", 6, 4, 0, None, Some(0.05)), needs("C", 3, 3, 0, None, None)];
    Yardstick { coverage: 0.8, coverage_periods: 12, tiers }
}

/// The state after a period with or without a centre of its own.
pub(crate) fn state(own: bool) -> StateView {
    StateView {
        sd: own.then_some(0.011),
        surprise: own.then_some(-0.4),
        gain: own.then_some(0.77),
        level: 0.012,
        level_variance: if own { 0.000_1 } else { 0.000_5 },
        between: 0.000_2,
    }
}

/// Seven sellers, or none.
pub(crate) fn trust(own: bool) -> Trust {
    if !own {
        return Trust { tier: "D".to_owned(), ..Trust::default() };
    }
    let names = ["G01", "G02", "G03", "G04", "宜春市东方瓷土矿业有限公司", "G06", "G07"];
    let seller = |(i, name): (usize, &&str)| SellerTrust {
        seller: (*name).to_owned(),
        share: [0.2, 0.2, 0.18, 0.14, 0.12, 0.1, 0.06][i],
        influence: [0.021, 0.017, 0.015, 0.009, 0.006, 0.004, 0.0][i],
        without: [-0.012, 0.008, -0.004, 0.002, 0.001, -0.001, 0.0][i],
    };
    Trust {
        tier: "A".to_owned(),
        n_eff: 7.4,
        top_share: Some(0.29),
        seller_influence: Some(0.021),
        sale_influence: Some(0.008),
        breakdown_sellers: Some(2),
        by_seller: names.iter().enumerate().map(seller).collect(),
    }
}

/// A move of ten yuan, split.
pub(crate) fn why(guide: i64) -> Why {
    Why {
        from_fen_per_t: guide + 1_000,
        to_fen_per_t: guide,
        carbonate_fen_per_t: -2_300,
        evidence_fen_per_t: 900,
        deviation_fen_per_t: 150,
        mechanism_fen_per_t: 250,
    }
}

fn class_price(class: &str, fen: i64, own: bool) -> ClassPrice {
    let guide = fen / 500 * 500;
    ClassPrice {
        class: class.to_owned(),
        netback_fen_per_t: Some(fen),
        deviation: Some(0.004),
        assessed_fen_per_t: Some(fen * 101 / 100),
        assessed_exact_fen_per_t: Some((fen * 101 / 100) as f64),
        assessed_low_fen_per_t: Some(fen * 99 / 100),
        assessed_high_fen_per_t: Some(fen * 103 / 100),
        without_one_low_fen_per_t: own.then_some(fen * 100 / 100),
        without_one_high_fen_per_t: own.then_some(fen * 102 / 100),
        guide_fen_per_t: Some(guide),
        lower_fen_per_t: Some(guide * 94 / 100),
        upper_fen_per_t: Some(guide * 106 / 100),
        per_du_fen: Some(guide / 2),
        carry_fen_per_t: Some(fen * 101 / 100 - guide),
        act: if own { "adjust".to_owned() } else { "maxstep+bound".to_owned() },
        basis: if own { "own-period".to_owned() } else { "carried-netback".to_owned() },
        ladder: if own { "L1" } else { "L4" }.to_owned(),
        why: Some(why(guide)),
    }
}

fn findings(output: &[MineOutput]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for i in [3, 7, 11] {
        let mine = &output[i];
        findings.push(finding(
            ("over-scale-year", "over-scale", "年度超规模开采", "Output of the year above the approved scale"),
            (SubjectKind::Site, &mine.site_id, &mine.name, "2023"),
            Severity::High,
            mine.dispatched_kg - mine.approved_kg.unwrap(),
        ));
    }
    for m in 1..=9 {
        findings.push(finding(
            ("licence-expired", "illegal-source", "许可证过期后发运", "Ore dispatched after the licence expired"),
            (SubjectKind::Site, "M24", "澡溪矿", &format!("2023-{m:02}")),
            Severity::High,
            3_000_000 + m * 1000,
        ));
    }
    for m in 3..=9 {
        findings.push(finding(
            ("origin-unknown", "illegal-source", "来源不明", "Ore from a place in no register"),
            (SubjectKind::Place, "小源村沙场<未登记>", "小源村沙场<未登记>", &format!("2023-{m:02}")),
            Severity::Medium,
            4_000_000,
        ));
    }
    for n in 0..21 {
        findings.push(finding(
            ("overload", "tickets", "超限运输", "Truck over the axle limit"),
            (SubjectKind::Plate, &format!("赣C{:05}", 10_000 + n), &format!("赣C{:05}", 10_000 + n), "2023-06"),
            Severity::Low,
            51_230,
        ));
    }
    findings.sort_by(|a, b| (a.severity, &a.rule, &a.subject, &a.period).cmp(&(b.severity, &b.rule, &b.subject, &b.period)));
    findings
}

type Rule<'a> = (&'a str, &'a str, &'a str, &'a str);
type Subject<'a> = (SubjectKind, &'a str, &'a str, &'a str);

fn finding(rule: Rule<'_>, subject: Subject<'_>, severity: Severity, kg: i64) -> Finding {
    Finding {
        id: format!("{:016x}", rule.0.len() * 7919 + subject.1.len() * 31 + subject.3.bytes().map(usize::from).sum::<usize>()),
        rule: rule.0.to_owned(),
        title: Said::new(rule.2, rule.3),
        family: rule.1.to_owned(),
        certainty: Certainty::Proven,
        severity,
        department: Said::new("自然资源局", "natural resources"),
        basis: Said::new("《矿产资源法》（2024年修订）第三十三条", "Mineral Resources Law (2024), art. 33"),
        subject_kind: subject.0,
        subject: subject.1.to_owned(),
        subject_name: subject.2.to_owned(),
        period: subject.3.to_owned(),
        quantity_kg: Some(kg),
        observed: Some(kg * 3),
        allowed: Some(kg * 2),
        unit: "kg".to_owned(),
        evidence: 3,
        says: Said::new(
            format!("{} {}：实测 {} 千克，允许 {} 千克，超出部分须核查", subject.2, subject.3, kg * 3, kg * 2),
            format!("{} in {}: {} kg observed, {} kg allowed", subject.2, subject.3, kg * 3, kg * 2),
        ),
        clears: Said::new("出示变更后的许可证或更正月报", "show the amended licence or a corrected return"),
    }
}

pub(crate) fn evidence(contents: &Contents) -> DataFrame {
    let rows: Vec<(&Finding, i32)> = contents.findings.iter().flat_map(|f| (0..3).map(move |n| (f, n))).collect();
    df!(
        "finding" => rows.iter().map(|(f, _)| f.id.as_str()).collect::<Vec<_>>(),
        "rule" => rows.iter().map(|(f, _)| f.rule.as_str()).collect::<Vec<_>>(),
        "subject" => rows.iter().map(|(f, _)| f.subject.as_str()).collect::<Vec<_>>(),
        "period" => rows.iter().map(|(f, _)| f.period.as_str()).collect::<Vec<_>>(),
        "ticket_no" => rows.iter().map(|(f, n)| (f.rule != "over-scale-year").then(|| format!("GB{n:08}"))).collect::<Vec<_>>(),
        "source_file" => rows.iter().map(|_| "过磅单_6月.csv").collect::<Vec<_>>(),
        "source_sheet" => rows.iter().map(|_| None::<&str>).collect::<Vec<_>>(),
        "source_row" => rows.iter().map(|(_, n)| n + 2).collect::<Vec<_>>(),
        "quantity_kg" => rows.iter().map(|_| 31_250_i64).collect::<Vec<_>>(),
        "observed" => rows.iter().map(|_| None::<i64>).collect::<Vec<_>>(),
        "allowed" => rows.iter().map(|_| None::<i64>).collect::<Vec<_>>(),
    )
    .unwrap()
}
