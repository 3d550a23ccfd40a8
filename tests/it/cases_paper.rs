//! Does the ledger of cases say the same on every paper, and print with its header on every page?

use crate::cases_support::{add, days, found, now, opening, step};
use calamine::{Data, Reader, Xlsx};
use insta::assert_snapshot;
use lepid::balance::Site;
use lepid::cases::event::{Act, Kind};
use lepid::cases::found::Found;
use lepid::cases::{Case, Ledger};
use lepid::report::cases::{Sheet, csv, html, xlsx};
use lepid::text::{Lang, Said};
use std::collections::BTreeMap;
use std::io::Cursor;

fn sites() -> BTreeMap<String, Site> {
    let site = Site {
        site_id: "M1".to_owned(),
        name: "M1号矿".to_owned(),
        kind: "mine".to_owned(),
        company: Some("白石矿业有限公司".to_owned()),
        county: Some("宜丰县".to_owned()),
        lat: None,
        lon: None,
        annual_capacity_kg: None,
        licences: Vec::new(),
    };
    BTreeMap::from([("M1".to_owned(), site)])
}

/// One case that is being rectified, one that nobody has and whose note would be a formula, one that is settled and gone.
fn cases() -> Vec<Case> {
    let mut ledger = Ledger::default();
    let evil = Found { says: Said::new("=HYPERLINK(\"x\")", "=1+1"), ..found("over-scale-month", "M2", "2026-09", 7) };
    add(&mut ledger, opening(1, &found("over-scale-month", "M1", "2026-09", 5), 0)).unwrap();
    add(&mut ledger, opening(2, &evil, 0)).unwrap();
    add(&mut ledger, opening(3, &found("over-scale-month", "M3", "2026-09", 1), 0)).unwrap();
    let joined = found("over-scale-month", "M1", "2026-10", 6);
    add(&mut ledger, crate::cases_support::about(Kind::FindingJoined, 1, &joined, 0)).unwrap();
    for kind in [Kind::Assigned, Kind::Verified, Kind::Planned, Kind::Noted] {
        add(&mut ledger, step(kind, 1, 0)).unwrap();
    }
    for kind in [Kind::Assigned, Kind::Unfounded] {
        add(&mut ledger, step(kind, 3, 0)).unwrap();
    }
    let gone = Act { finding: Some("over-scale-month:M3:2026-09".to_owned()), ..Act::new(Kind::FindingGone, 3, "lepid", now()) };
    add(&mut ledger, gone).unwrap();
    ledger.cases().to_vec()
}

fn sheet<'a>(cases: &'a [Case], sites: &'a BTreeMap<String, Site>, lang: Lang) -> Sheet<'a> {
    Sheet { cases, sites, today: days(7).date_naive(), lang }
}

#[test]
fn the_csv_has_a_row_a_case_in_the_columns_of_a_ledger_and_runs_nothing() {
    let (cases, sites) = (cases(), sites());
    let text = String::from_utf8(csv(&sheet(&cases, &sites, Lang::Zh))).unwrap();
    assert_snapshot!(text.trim_start_matches('\u{feff}').replace("\r\n", "\n"), @r#"
    序号,问题编号,矿山/企业,县市区,问题类型,问题描述,依据,发现时间,严重程度,牵头部门,责任人,整改措施,整改时限,整改进展,验收人,销号时间,状态,是否逾期,备注
    1,2026-0001,M1号矿（白石矿业有限公司）,宜丰县,月度超规模开采,M1号矿 2026-10 超出 6 吨；同类线索另有 1 条（2026-09）,《矿产资源法》,2026-11-25,中,自然资源部门,张三,核减产量（王五，2026-12-25 前）,2026-12-25,2026-11-25 备注,,,整改中,否 2026-12-25,已看现场
    2,2026-0002,M2号矿,,月度超规模开采,"'=HYPERLINK(""x"")",《矿产资源法》,2026-11-25,中,自然资源部门,,,,2026-11-25 立案,,,待分办,逾期 5 天 2026-11-27,
    3,2026-0003,M3号矿,,月度超规模开采,M3号矿 2026-09 超出 1 吨（最近一次运行已无此线索）,《矿产资源法》,2026-11-25,中,自然资源部门,张三,,,2026-11-25 线索消失,,2026-11-25,查否,,
    "#);
}

#[test]
fn the_workbook_has_the_same_cells_and_repeats_its_header_on_every_page() {
    let (cases, sites) = (cases(), sites());
    let sheet = sheet(&cases, &sites, Lang::Zh);
    let bytes = xlsx(&sheet).unwrap();
    assert_eq!(bytes, xlsx(&sheet).unwrap(), "the same cases give the same bytes");
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(&bytes)).unwrap();
    let range = book.worksheet_range("问题台账").unwrap();
    let cell = |row: u32, column: u32| range.get_value((row, column)).map(Data::to_string).unwrap_or_default();
    assert_eq!(
        (cell(0, 0), cell(1, 0)),
        ("锂资源专项整治问题台账".to_owned(), "截至 2026-12-02 · 共 3 件，未办结 2 件，逾期 1 件".to_owned())
    );
    let text = String::from_utf8(csv(&sheet)).unwrap();
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
    for (at, header) in (0u32..).zip(lines[0].split(',')) {
        assert_eq!(cell(2, at), header);
    }
    assert_eq!((cell(3, 1), cell(4, 5), cell(5, 16)), ("2026-0001".to_owned(), "=HYPERLINK(\"x\")".to_owned(), "查否".to_owned()));
    let titles: Vec<&(String, String)> = book.defined_names().iter().filter(|(name, _)| name.contains("Print_Titles")).collect();
    assert!(titles.len() == 1 && titles[0].1.contains("$3:$3"), "{titles:?}");
}

#[test]
fn the_page_asks_nobody_and_prints_across_with_its_header_on_every_page() {
    let (cases, sites) = (cases(), sites());
    for lang in [Lang::Zh, Lang::En] {
        let page = html(&sheet(&cases, &sites, lang));
        assert!(!page.contains("<script") && !page.contains("http"), "no script, no request");
        assert!(page.contains("size:A4 landscape") && page.contains("display:table-header-group"));
        assert_eq!(page.matches("<tr").count(), 1 + cases.len());
        assert_eq!(page.matches("class=\"late\"").count(), 1);
    }
    let english = html(&sheet(&cases, &sites, Lang::En));
    assert!(english.contains("M1 was 6 t over in 2026-10; 1 more finding of the kind (2026-09)"), "{english}");
    assert!(html(&sheet(&[], &sites, Lang::Zh)).contains("没有问题"));
}
