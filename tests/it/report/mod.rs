//! What a run writes: from contents to files, and from a lake to a folder as a user does it.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

pub(crate) mod fixture;

use calamine::{Data, Reader, Xlsx};
use fixture::{contents, evidence};
use lepid::engine::Engine;
use lepid::lake::load::{LoadOptions, ingest};
use lepid::lake::{AsOf, Change, Lake};
use lepid::policy::Policy;
use lepid::report;
use lepid::text::Lang;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Every file below a folder.
fn files_of(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(dir.join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let name = folder.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                folders.push(name);
            } else {
                files.insert(name.to_string_lossy().into_owned(), std::fs::read(entry.path()).unwrap());
            }
        }
    }
    files
}

/// Written where one can look at it: below cargo's folder for the temporary files of tests.
fn look_at(what: &str, lang: Lang) -> (PathBuf, report::contents::Contents) {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("report").join(what);
    let contents = contents();
    report::write(&dir, &contents, &evidence(&contents), lang).unwrap();
    (dir, contents)
}

#[test]
fn a_run_is_read_as_it_was_written() {
    let (dir, contents) = look_at("whole", Lang::Zh);
    assert_eq!(report::read(&dir).unwrap(), contents);
    assert_eq!(report::lang_of(&dir), Some(Lang::Zh));
    let names: Vec<String> = files_of(&dir).into_keys().filter(|n| !n.starts_with("charts/")).collect();
    let expected = "bands.json charts.json dossiers.json findings.csv findings.json findings.xlsx flows.json output.json report.html risk.json run.json sites.json";
    assert_eq!(names.join(" "), expected);
    assert!(contents.charts.iter().all(|c| dir.join(&c.file).is_file()));
    let count = |kind: &str| contents.charts.iter().filter(|c| c.kind == kind).count();
    let kinds = ["band", "carbonate", "coverage", "grade", "influence", "waterfall", "output", "origin"];
    assert_eq!(kinds.map(count), [8, 2, 2, 2, 2, 8, 1, 1]);
    assert_eq!(contents.charts.len(), 26);
}

#[test]
fn pictures_of_an_earlier_run_go() {
    let dir = tempfile::tempdir().unwrap();
    let mut contents = contents();
    let rows = evidence(&contents);
    report::write(dir.path(), &contents, &rows, Lang::Zh).unwrap();
    std::fs::write(dir.path().join("notes.txt"), "the user's own").unwrap();
    contents.bands.truncate(1);
    contents.charts = report::charts(&contents);
    report::write(dir.path(), &contents, &rows, Lang::Zh).unwrap();
    let left: Vec<String> = files_of(dir.path()).into_keys().filter(|n| n.contains("porcelain_clay_ore-")).collect();
    assert_eq!(left, Vec::<String>::new());
    assert!(dir.path().join("charts/band-lepidolite_concentrate-2.5.svg").is_file());
    assert!(dir.path().join("notes.txt").is_file());
}

/// Every tag is closed in its order, and every ampersand is an entity: what an XML reader asks first.
fn well_formed(svg: &str) {
    let mut open: Vec<&str> = Vec::new();
    for tag in svg.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').unwrap();
        let name = tag.split([' ', '/']).next().unwrap();
        if let Some(closed) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(closed), "{svg}");
        } else if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert_eq!(open, Vec::<&str>::new());
    for after in svg.split('&').skip(1) {
        assert!(["amp;", "lt;", "gt;", "quot;", "apos;"].iter().any(|e| after.starts_with(e)), "&{after:.20}");
    }
}

#[test]
fn every_picture_scales_and_says_what_it_shows() {
    for lang in [Lang::Zh, Lang::En] {
        let contents = contents();
        for (chart, svg) in report::pictures(&contents, lang) {
            well_formed(&svg);
            // Those that stand side by side are drawn as wide as a phone.
            let width = if report::is_narrow(&chart.kind) { 400 } else { 760 };
            assert!(svg.contains(&format!("viewBox=\"0 0 {width} ")), "{}", chart.file);
            assert!(!svg.contains(" opacity=\"1\"") && !svg.contains("NaN"), "{}", chart.file);
            assert!(svg.contains(&format!("<title>{}</title>", chart.title.get(lang))), "{}", chart.file);
        }
    }
}

/// A text of a picture with the box that it needs: left, top, right, bottom.
fn texts(svg: &str) -> Vec<(String, [f64; 4])> {
    let attribute =
        |tag: &str, name: &str| tag.split(&format!(" {name}=\"")).nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned);
    let number = |tag: &str, name: &str| attribute(tag, name).unwrap().parse::<f64>().unwrap();
    let placed = svg.split("<text").skip(1).map(|text| {
        let (tag, rest) = text.split_once('>').unwrap();
        let says = rest.split('<').next().unwrap().replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        let (x, y, size) = (number(tag, "x"), number(tag, "y"), number(tag, "font-size"));
        // Chinese is as wide as high; letters and figures of these fonts take a little over half, thin ones and blanks less.
        let thin = |c: char| " .,:;|'ijltf()".contains(c);
        let wide: f64 = says
            .chars()
            .map(|c| {
                size * if c >= '\u{2E80}' {
                    1.0
                } else if thin(c) {
                    0.3
                } else {
                    0.57
                }
            })
            .sum();
        let left = match attribute(tag, "text-anchor").as_deref() {
            Some("middle") => x - wide / 2.0,
            Some("end") => x - wide,
            _ => x,
        };
        (says, [left, y - size * 0.8, left + wide, y + size * 0.1])
    });
    placed.collect()
}

#[test]
fn no_words_of_a_picture_stand_on_others_or_leave_the_sheet() {
    for lang in [Lang::Zh, Lang::En] {
        for (chart, svg) in report::pictures(&contents(), lang) {
            let size = svg.split("viewBox=\"0 0 ").nth(1).unwrap().split('"').next().unwrap();
            let (width, height) = size.split_once(' ').unwrap();
            let (width, height): (f64, f64) = (width.parse().unwrap(), height.parse().unwrap());
            let texts = texts(&svg);
            assert!(texts.len() > 5, "{}", chart.file);
            for (i, (says, [left, top, right, bottom])) in texts.iter().enumerate() {
                assert!(
                    *left >= 0.0 && *right <= width && *top >= 0.0 && *bottom <= height,
                    "{} {lang:?}: {says:?} leaves the sheet",
                    chart.file
                );
                for (other, [l, t, r, b]) in texts.iter().skip(i + 1) {
                    let apart = right <= l || r <= left || bottom <= t || b <= top;
                    assert!(apart, "{} {lang:?}: {says:?} stands on {other:?}", chart.file);
                }
            }
        }
    }
}

#[test]
fn only_the_picture_of_sellers_is_internal_and_says_so() {
    for lang in [Lang::Zh, Lang::En] {
        for (chart, svg) in report::pictures(&contents(), lang) {
            let named = svg.contains("宜春市东方瓷土矿业有限公司");
            assert_eq!(named, chart.kind == "influence", "{}", chart.file);
            if named {
                assert!(chart.title.zh.contains("内部") && chart.title.en.contains("internal"));
                assert!(svg.contains("不得对外公布") || svg.contains("not for publication"));
            }
        }
    }
}

#[test]
fn the_report_says_how_far_a_price_can_be_trusted_and_why_it_moved() {
    let contents = contents();
    let drawn = report::pictures(&contents, Lang::Zh);
    let page = report::page(&contents, &drawn, Lang::Zh);
    for says in [
        "A 级",
        "12 笔，7 个卖方，3 个买方；相当于 7.4 笔独立成交",
        "29.0%",
        "单一卖方最大影响",
        "至少 2 个卖方合谋",
        "80% 区间",
        "剔除任一卖方时",
        "L1 本期自身成交",
        "碳酸锂（净回值） -23，成交水平 +9，品级偏离 +1.5，浮动机制 +2.5",
        "90 笔",
        "目标 80.0%",
    ] {
        assert!(page.contains(says), "{says}");
    }
    let mut thin = contents;
    for period in thin.bands.iter_mut().flat_map(|b| &mut b.periods) {
        (period.n, period.trust.tier) = (5, "C".to_owned());
    }
    let page = report::page(&thin, &[], Lang::En);
    assert!(page.contains("Short of tier B: 5 sales of 6."), "{page}");
}

#[test]
fn a_picture_without_data_says_so() {
    let mut contents = contents();
    for product in &mut contents.bands {
        product.periods.clear();
        product.sales.clear();
    }
    contents.output.clear();
    contents.flows.clear();
    contents.charts = report::charts(&contents);
    let drawn = report::pictures(&contents, Lang::Zh);
    let says: Vec<bool> = drawn.iter().map(|(_, svg)| svg.contains("没有")).collect();
    assert_eq!(says, [true, true, true]);
}

#[test]
fn the_page_asks_nobody_for_anything_and_speaks_both_languages() {
    for lang in [Lang::Zh, Lang::En] {
        let (dir, _) = look_at(if lang == Lang::Zh { "zh" } else { "en" }, lang);
        let page = std::fs::read_to_string(dir.join("report.html")).unwrap();
        assert_eq!(report::lang_of(&dir), Some(lang));
        assert!(!page.contains("<script") && !page.contains("@import") && !page.contains("url("));
        let elsewhere = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!elsewhere.contains("http://") && !elsewhere.contains("https://"));
        for says in ["线索是请人去核查的理由，不是结论", "a lead for an inspector, never a verdict", "不具约束力", "模拟数据"]
        {
            assert!(page.contains(says), "{says}");
        }
        assert!(page.contains("小源村沙场&lt;未登记&gt;") && !page.contains("小源村沙场<未登记>"));
        assert!(page.contains("lepid findings evidence --rule licence-expired"));
    }
}

#[test]
fn synthetic_records_are_called_so_and_real_ones_are_not() {
    let synthetic = contents();
    assert!(synthetic.is_synthetic());
    let mut real = synthetic.clone();
    let plain = |name: &mut String| *name = name.replace("模拟", "").replace("虚构", "");
    for site in &mut real.sites {
        plain(&mut site.name);
        site.county.iter_mut().chain(&mut site.company).for_each(plain);
    }
    for sale in real.bands.iter_mut().flat_map(|b| &mut b.sales) {
        plain(&mut sale.seller);
        plain(&mut sale.buyer);
    }
    assert!(!real.is_synthetic());
    let says = |contents: &report::contents::Contents, lang| report::page(contents, &[], lang);
    assert!(says(&synthetic, Lang::En).contains("The data are synthetic") && says(&synthetic, Lang::Zh).contains("数据是模拟数据"));
    assert!(!says(&real, Lang::En).contains("The data are synthetic") && !says(&real, Lang::Zh).contains("数据是模拟数据"));
}

#[test]
fn a_run_that_fails_half_way_leaves_no_run() {
    let dir = tempfile::tempdir().unwrap();
    let contents = contents();
    let write = || report::write(dir.path(), &contents, &evidence(&contents), Lang::Zh);
    write().unwrap();
    // A folder where a file should come.
    std::fs::remove_file(dir.path().join("sites.json")).unwrap();
    std::fs::create_dir(dir.path().join("sites.json")).unwrap();
    assert!(matches!(write(), Err(report::ReportError::Io { .. })));
    assert!(matches!(report::read(dir.path()), Err(report::ReadError::Missing { path }) if path.ends_with("run.json")));
    std::fs::remove_dir(dir.path().join("sites.json")).unwrap();
    write().unwrap();
    assert_eq!(report::read(dir.path()).unwrap(), contents);
}

#[test]
fn the_ledger_opens_in_excel_with_its_headers() {
    let (dir, contents) = look_at("csv", Lang::Zh);
    let csv = String::from_utf8(std::fs::read(dir.join("findings.csv")).unwrap()).unwrap();
    let mut lines = csv.strip_prefix('\u{FEFF}').unwrap().split("\r\n");
    insta::assert_snapshot!(lines.next().unwrap(), @"序号,问题编号,严重程度,确定程度,问题类别,问题,规则,对象类型,对象编号,对象名称,时段,涉及数量（吨）,实测值,允许值,单位,证据条数,情况说明,依据,牵头部门,销号条件,Statement (English),What would clear it (English)");
    insta::assert_snapshot!(lines.next().unwrap(), @r#"1,000000000001d1b3,高,记录直接矛盾,非法来源,许可证过期后发运,licence-expired,场所,M24,澡溪矿,2023-01,3001.000,9003.000,6002.000,吨,3,澡溪矿 2023-01：实测 9003000 千克，允许 6002000 千克，超出部分须核查,《矿产资源法》（2024年修订）第三十三条,自然资源局,出示变更后的许可证或更正月报,"澡溪矿 in 2023-01: 9003000 kg observed, 6002000 kg allowed",show the amended licence or a corrected return"#);
    assert_eq!(lines.filter(|l| !l.is_empty()).count() + 1, contents.findings.len());
}

#[test]
fn the_workbook_has_numbers_and_its_evidence() {
    let (dir, contents) = look_at("xlsx", Lang::Zh);
    let mut book: Xlsx<_> = calamine::open_workbook(dir.join("findings.xlsx")).unwrap();
    assert_eq!(book.sheet_names(), ["问题台账", "证据", "说明"]);
    let ledger = book.worksheet_range("问题台账").unwrap();
    assert_eq!(ledger.height(), contents.findings.len() + 1);
    let first = &contents.findings[0];
    assert_eq!(ledger.get_value((1, 1)), Some(&Data::String(first.id.clone())));
    assert_eq!(ledger.get_value((1, 11)), Some(&Data::Float(first.quantity_kg.unwrap() as f64 / 1000.0)));
    let rows = book.worksheet_range("证据").unwrap();
    assert_eq!(rows.height(), contents.findings.len() * 3 + 1);
    let about = book.worksheet_range("说明").unwrap();
    assert!(about.rows().any(|row| row.contains(&Data::String(contents.run.policy_sha256.clone()))));
}

const SITES: &str = "编号,名称,类型,县市区,纬度,经度
M1,白石岭矿,矿山,宜丰县,28.45,114.78
M2,黄沙坑矿,矿山,奉新县,28.60,114.90
C1,第一选矿厂,选矿厂,宜丰县,28.50,114.80
";
const LICENCES: &str = "许可证号,矿山编号,证照类型,开采矿种,生产规模(吨/年),有效期起,有效期止,状态
C3609002020017130123456,M1,采矿,瓷土,100,2020-01-01,2025-12-31,有效
C3609002018017130123457,M2,采矿,瓷土,50000,2018-01-01,2023-03-31,有效
";
const SALES: &str = "合同号,日期,卖方,买方,产品,品位(%),数量(吨),水分(%),单价(元/吨),含税,交货方式
HT1,2023-05-06,甲,丁,锂云母精矿,2.5,600,8,4100,是,自提
HT2,2023-05-09,乙,丁,锂云母精矿,2.5,500,8,4200,是,自提
HT3,2023-05-19,丙,戊,锂云母精矿,2.4,700,9,4000,是,自提
";
const PRICES: &str = "日期,品种,价格
2023-04-28,电池级碳酸锂,180000
2023-05-31,电池级碳酸锂,300000
";
const RETURNS: &str = "矿山,月份,产品,投入产出,数量(吨)
M1,2023-05,原矿,产出,90
M1,2023-06,原矿,产出,61
";

fn tickets() -> String {
    let mut csv = String::from("磅单号,货物名称,车牌号,轴数,发货单位,收货单位,出场时间,毛重(kg),皮重(kg),净重(kg),水分(%)\n");
    for n in 0..60 {
        let (origin, month) = (["白石岭矿", "黄沙坑矿", "小源村沙场"][n % 3], 5 + n % 2);
        let net = 30_000 + n * 10;
        csv.push_str(&format!(
            "GB{n:04},原矿,赣C{:05},6,{origin},第一选矿厂,2023-{month:02}-{:02} 08:03:00,{},15000,{net},5\n",
            10_000 + n % 7,
            1 + n % 28,
            net + 15_000
        ));
    }
    csv
}

fn small_lake(dir: &Path) -> Lake {
    let files = dir.join("in");
    std::fs::create_dir_all(&files).unwrap();
    let tickets = tickets();
    let texts =
        [("sites", SITES), ("licences", LICENCES), ("sales", SALES), ("prices", PRICES), ("returns", RETURNS), ("tickets", &tickets)];
    for (name, text) in texts {
        std::fs::write(files.join(format!("{name}.csv")), text).unwrap();
    }
    let lake = Lake::open(&dir.join("lake").to_string_lossy()).unwrap();
    let quiet = lepid::ingest::Quiet;
    let options = LoadOptions { ingest: lepid::ingest::Options { forced: None, progress: &quiet }, correct: false };
    let summaries = ingest(&lake, &[files], &options, &mut |_| {}).unwrap();
    let read: Vec<(Option<&str>, u64, u64)> =
        summaries.iter().filter(|s| s.read > 0).map(|s| (s.table.as_deref(), s.read, s.accepted)).collect();
    assert!(read.iter().all(|(_, read, accepted)| read == accepted), "{read:?}");
    lake
}

fn lepid(dir: &Path, threads: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lepid"))
        .current_dir(dir)
        .env("POLARS_MAX_THREADS", threads)
        .args(["--lake", "lake"])
        .args(arguments)
        .output()
        .unwrap()
}

#[track_caller]
fn succeeds(output: &Output) -> String {
    assert!(output.status.success(), "{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn the_same_records_give_the_same_bytes_with_any_number_of_threads() {
    let dir = tempfile::tempdir().unwrap();
    let lake = small_lake(dir.path());
    succeeds(&lepid(dir.path(), "1", &["run", "--out", "one"]));
    let stored = lake.history().unwrap().len();
    succeeds(&lepid(dir.path(), "2", &["run", "--out", "two"]));
    let (one, two) = (files_of(&dir.path().join("one")), files_of(&dir.path().join("two")));
    assert_eq!(one.keys().collect::<Vec<_>>(), two.keys().collect::<Vec<_>>());
    for (name, bytes) in &one {
        assert!(two.get(name) == Some(bytes), "{name} differs");
    }
    let history = lake.history().unwrap();
    assert_eq!(history.len(), stored, "a run that the lake holds already is not kept again");
    assert_eq!(history.iter().filter(|t| t.kind == "run").count(), 1);
    // A compaction changes no record, so it changes no byte.
    lake.write(Change { kind: "compact".to_owned(), summary: serde_json::Value::Null, tables: Vec::new() }).unwrap();
    succeeds(&lepid(dir.path(), "2", &["run", "--out", "three"]));
    assert!(files_of(&dir.path().join("three")) == one);
}

#[test]
fn a_run_says_what_it_found_and_where() {
    let dir = tempfile::tempdir().unwrap();
    small_lake(dir.path());
    let says = succeeds(&lepid(dir.path(), "2", &["run"]));
    assert!(says.contains("report.html") && says.contains("2023-05-01 – 2023-06-30") && says.contains("不是结论"), "{says}");
    let english = succeeds(&lepid(dir.path(), "2", &["--lang", "en", "run", "--out", "en"]));
    assert!(english.contains("leads, not verdicts"), "{english}");
    let json: serde_json::Value = serde_json::from_str(&succeeds(&lepid(dir.path(), "2", &["run", "--json"]))).unwrap();
    let contents = report::read(&dir.path().join("reports")).unwrap();
    assert_eq!(json["run"]["run_id"], contents.run.run_id.as_str());
    assert_eq!(contents.run.rows["shipments"], 60);
    assert_eq!(contents.output.len(), 2);
    assert_eq!(contents.sites.iter().map(|s| s.licences.len()).collect::<Vec<_>>(), [0, 1, 1]);
    assert!(contents.flows.iter().any(|f| f.origin_kind.is_none() && f.origin_name == "小源村沙场"));
}

#[test]
fn a_month_s_report_leaves_the_other_months() {
    let dir = tempfile::tempdir().unwrap();
    let lake = small_lake(dir.path());
    let before = lake.history().unwrap().len();
    succeeds(&lepid(dir.path(), "2", &["run", "--month", "2023-05", "--out", "may"]));
    let contents = report::read(&dir.path().join("may")).unwrap();
    assert_eq!((contents.run.from.as_deref(), contents.run.to.as_deref()), (Some("2023-05-01"), Some("2023-05-31")));
    assert!(!contents.flows.is_empty() && contents.flows.iter().all(|f| f.month == "2023-05-01"));
    let mine = contents.output.iter().find(|o| o.site_id == "M1").unwrap();
    assert_eq!((mine.declared_kg, mine.months.len()), (Some(90_000), 1));
    assert_eq!(lake.history().unwrap().len(), before, "the lake keeps whole runs only");
    succeeds(&lepid(dir.path(), "1", &["reproduce", "may/run.json"]));
    let wrong = lepid(dir.path(), "1", &["run", "--month", "2023-5"]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("2023-5"));
}

#[test]
fn a_run_is_made_again_from_its_id_or_its_file_and_a_changed_file_is_named() {
    let dir = tempfile::tempdir().unwrap();
    small_lake(dir.path());
    std::fs::write(dir.path().join("policy.toml"), "[rules]\n").unwrap();
    succeeds(&lepid(dir.path(), "2", &["run"]));
    let id = report::read(&dir.path().join("reports")).unwrap().run.run_id;
    let says = succeeds(&lepid(dir.path(), "1", &["--lang", "en", "reproduce", "reports/run.json"]));
    assert!(says.contains("the same bytes"), "{says}");
    succeeds(&lepid(dir.path(), "1", &["reproduce", &id]));

    let page = dir.path().join("reports/report.html");
    std::fs::write(&page, std::fs::read_to_string(&page).unwrap().replace("线索", "结论")).unwrap();
    let changed = lepid(dir.path(), "1", &["--lang", "en", "reproduce", "reports/run.json"]);
    assert_eq!(changed.status.code(), Some(1));
    let says = String::from_utf8(changed.stdout).unwrap();
    assert!(says.contains("report.html  changed") && !says.contains("findings.csv"), "{says}");

    // The lake remembers a run whose folder is gone.
    std::fs::remove_dir_all(dir.path().join("reports")).unwrap();
    succeeds(&lepid(dir.path(), "1", &["reproduce", &id]));
    let unknown = lepid(dir.path(), "1", &["reproduce", "ffffffffffffffff"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("ffffffffffffffff"));
}

#[test]
fn an_empty_lake_gives_a_report_that_says_so() {
    let dir = tempfile::tempdir().unwrap();
    succeeds(&lepid(dir.path(), "2", &["run", "--fail-on", "low"]));
    let contents = report::read(&dir.path().join("reports")).unwrap();
    assert_eq!((contents.run.lake_version, contents.run.lake_at, contents.findings.len()), (0, None, 0));
    let page = std::fs::read_to_string(dir.path().join("reports/report.html")).unwrap();
    assert!(page.contains("没有原矿产量记录") && page.contains("没有线索"));
}

#[test]
fn a_run_of_an_earlier_version_is_not_the_lake_s_latest() {
    let dir = tempfile::tempdir().unwrap();
    let lake = small_lake(dir.path());
    let versions: Vec<u64> = lake.history().unwrap().iter().map(|t| t.number).collect();
    succeeds(&lepid(dir.path(), "2", &["run", "--as-of", &versions[0].to_string(), "--out", "old"]));
    assert_eq!(lake.history().unwrap().len(), versions.len());
    assert_eq!(report::read_info(&dir.path().join("old/run.json")).unwrap().lake_version, versions[0]);
    succeeds(&lepid(dir.path(), "2", &["reproduce", "old"]));
    let snapshot = report::snapshot_of_records(&lake, &AsOf::Latest).unwrap();
    let engine = Engine::new(&snapshot).unwrap();
    let (contents, evidence) = report::collect(&snapshot, &engine, &Policy::builtin().unwrap()).unwrap();
    assert_eq!(contents.run.lake_version, *versions.last().unwrap());
    assert_eq!(evidence.width(), 11);
    // Ids of runs differ with what they are made from.
    assert_ne!(contents.run.run_id, report::read_info(&dir.path().join("old/run.json")).unwrap().run_id);
}
