//! `lepid rules` and `lepid findings` as a user runs them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on fails")]

use insta::assert_snapshot;
use lepid::engine::Engine;
use lepid::lake::{Change, Lake, TableChange, declared};
use lepid::policy::Policy;
use lepid::rules::{findings_frame, registry, run_rules};
use polars::prelude::*;
use std::path::Path;
use std::process::{Command, Output};

fn lepid(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lepid")).args(args).output().expect("lepid runs")
}

#[track_caller]
fn stdout(args: &[&str]) -> String {
    let output = lepid(args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Exit status and what is on standard error.
fn failure(args: &[&str]) -> String {
    let output = lepid(args);
    format!("{}\n{}", output.status.code().unwrap(), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn rules_are_listed_in_both_languages() {
    assert_snapshot!(stdout(&["rules", "--lang", "en"]), @r#"
    id                        title                                                            certainty                              department
    over-scale-year           mined above the approved scale of the year                       proven (the records alone contradict)  natural resources
    over-scale-month          mined above the month's share of the approved scale              proven (the records alone contradict)  natural resources
    over-scale-hazard         output at the level of a major safety hazard                     proven (the records alone contradict)  emergency management
    over-scale-forecast       on course to pass the year's scale                               lead (worth a look)                    natural resources
    under-declared            more dispatched than declared                                    strong (error hardly explains it)      natural resources
    proxy-mismatch            explosives or power do not fit the declared output               lead (worth a look)                    natural resources
    origin-unknown            ore from a place in no register                                  strong (error hardly explains it)      natural resources
    licence-none              ore from a mine without a mining licence                         proven (the records alone contradict)  natural resources
    licence-expired           ore after the mining licence had expired                         proven (the records alone contradict)  natural resources
    licence-suspended         ore while the licence was suspended, revoked or the mine closed  proven (the records alone contradict)  natural resources
    exploration-ore           ore from an exploration right                                    proven (the records alone contradict)  natural resources
    construction-ore          ore from a building or restoration site                          proven (the records alone contradict)  natural resources
    mineral-not-approved      a product that the licence does not cover                        proven (the records alone contradict)  natural resources
    quota-exhausted           dispatched after the year's approved scale was used up           proven (the records alone contradict)  natural resources
    licensed-cover            a licensed mine dispatches more than it can have dug             strong (error hardly explains it)      natural resources
    outside-boundary          ore loaded outside the licensed area                             strong (error hardly explains it)      natural resources
    boundary-unreadable       a boundary that cannot be read                                   lead (worth a look)                    natural resources
    plant-excess-output       more product than the recorded feed can give                     strong (error hardly explains it)      natural resources
    intermediary-excess       a yard or trader sent more than it received                      strong (error hardly explains it)      natural resources
    assay-foreign             ore unlike the deposit named as its origin                       strong (error hardly explains it)      natural resources
    waybill-missing           a load without a pass                                            proven (the records alone contradict)  natural resources
    waybill-reused            a pass used again, for too much or outside its days              proven (the records alone contradict)  natural resources
    receipt-without-dispatch  received, but never weighed at its origin                        strong (error hardly explains it)      natural resources
    dispatch-without-receipt  dispatched, but never received                                   strong (error hardly explains it)      natural resources
    grade-steered             grades steered                                                   strong (error hardly explains it)      market supervision
    price-too-low             sold far too cheap, from a doubtful origin                       lead (worth a look)                    market supervision
    value-of-illegal          illegal ore worth enough for the police                          proven (the records alone contradict)  public security
    bought-illegal            took illegal ore                                                 proven (the records alone contradict)  market supervision
    overload                  truck above the limit for its axles                              proven (the records alone contradict)  transport
    ticket-reused             one ticket number, two different tickets                         proven (the records alone contradict)  transport
    weight-mismatch           received and dispatched mass differ                              strong (error hardly explains it)      transport
    net-inconsistent          net is not gross minus tare                                      proven (the records alone contradict)  transport
    vehicle-unfit             a vehicle that carries no ore                                    strong (error hardly explains it)      transport
    payload-implausible       more than the truck holds                                        strong (error hardly explains it)      transport
    tare-drift                a tare unlike that truck’s own                                   strong (error hardly explains it)      transport
    travel-impossible         a trip sooner than the road allows                               strong (error hardly explains it)      transport
    trips-too-many            more trips in a day than turn-round time allows                  strong (error hardly explains it)      transport
    weights-cloned            weights printed again or invented                                strong (error hardly explains it)      transport
    "#);
}

#[test]
fn a_rule_shows_what_a_layman_an_inspector_and_an_auditor_need() {
    assert_snapshot!(stdout(&["rules", "show", "net-inconsistent"]), @r#"
    net-inconsistent  净重与毛重皮重不符
    磅单自己算错：净重不等于毛重减皮重，相差超过分度值和取整。例：毛重 46.2 吨、皮重 16.2 吨，净重却写 28.4 吨。
    会说：【对象】 【时段】发出的磅单中有 【张数】 张净重不等于毛重减皮重，最大相差 【观察值】（允许 【允许值】），合计 【数量】
    把握：确证（记录自身即矛盾）
    牵头部门：交通运输部门
    依据：记录自相矛盾：净重应等于毛重减皮重
    何以排除：原始磅单影像；地磅软件的扣杂、扣水设置说明；更正的磅单
    不作判断：毛重或皮重缺失的不判断
    依据的记录：当日的记录
    参数（现行值，含义）
      tolerance_kg = 20  地磅分度值和取整，kg

    WITH differences AS (
      SELECT CASE WHEN origin_site IS NULL THEN 'place' ELSE 'site' END AS subject_kind, COALESCE(origin_site, origin) AS subject,
             month, ticket_no, source_file, source_sheet, source_row,
             CASE WHEN gross_kg - tare_kg >= net_kg THEN gross_kg - tare_kg - net_kg ELSE net_kg - gross_kg + tare_kg END AS difference_kg
      FROM shipments
      WHERE gross_kg IS NOT NULL AND tare_kg IS NOT NULL AND net_kg IS NOT NULL AND origin IS NOT NULL
    )
    SELECT subject_kind, subject, SUBSTR(CAST(month AS VARCHAR), 1, 7) AS period, ticket_no AS ticket,
           source_file, source_sheet, source_row,
           difference_kg AS quantity_kg, difference_kg AS observed, CAST(20 AS BIGINT) AS allowed
    FROM differences
    WHERE difference_kg > 20
    "#);
}

#[test]
fn over_scale_year_shows_its_parameters_in_force() {
    let dir = tempfile::tempdir().unwrap();
    let policy = dir.path().join("policy.toml");
    std::fs::write(&policy, "[rules.over-scale-year]\nfalse_alarm = 0.1\n").unwrap();
    let shown = stdout(&["rules", "show", "over-scale-year", "--policy", policy.to_str().unwrap()]);
    let head: Vec<&str> = shown.lines().take_while(|l| !l.starts_with("WITH")).collect();
    assert_snapshot!(head.join("\n"), @r#"
      over-scale-year  年度超规模开采
      许可证写明一年最多采多少吨。本规则把一年里实际采出的原矿同这个数比，产量用三种办法各算一次：矿山自己申报的；磅单上运走的加上库存的增减；两者按各自误差加权。例：规模 100 万吨，磅单运走 112 万吨、库存少了 2 万吨，算出 110 万吨，超 10 万吨；地磅误差 0.3%，10 万吨远超误差，才算超规模。规模在年中变更的按天折算，许可证只覆盖半年的只算半年。许可证怎样合计：同一许可证号、同一采矿权登记号，或同一权利人的同一矿区范围，视为一个采矿权（延续、变更规模），重叠的日子只按后起的一份计一次；不同采矿权（例如两个矿坑各有一证）相加；几个矿点共用一证的，产量合并后只对一份规模。
      会说：【对象】 【时段】采出原矿 【观察值】，批准规模折合 【允许值】，超出 【数量】（已扣除计量误差后仍显著）。三项测算：申报产量 【declared_kg】（标准误差 【declared_se】），磅单加库存变化 【tickets_kg】（标准误差 【tickets_se】），两者加权 【reconciled_kg】（标准误差 【reconciled_se】）；按同一许可证合并的矿点 【sites】 个；磅单 【张数】 张
      把握：确证（记录自身即矛盾）
      牵头部门：自然资源部门
      依据：《矿产资源法》及采矿许可证载明的生产规模；专项整治方案（2023-03-25）：超规模开采
      依据（2025-07-01 起）：《矿产资源法》（2024年修订，2025-07-01施行）第三十三条：按批准的开采方案开采；造成矿产资源破坏的适用第六十八条
      何以排除：变更后的采矿许可证（规模已扩大并覆盖该年）；更正的月报或磅单；证明部分矿石来自往年库存或其他矿山的盘点和合同
      不作判断：任一有效采矿许可证未载明规模，或停产、吊销、关闭未写日期，或有许可证登记在几个矿点共用的名称下的，不判断；没有许可证的矿山由 licence-none 负责；库存未写明的按未变化计；记录只覆盖部分月份的，仍与全期允许量相比，不外推
      依据的记录：当年的记录
      参数（现行值，含义）
        products = porcelain_clay_ore  计为原矿的产品
        false_alarm = 0.1 %（默认 0.02 %）  恰好等于允许量的矿被误报的概率（每项测算）
        declared_error = 2 %  申报产量的标准误差
        scale_error = 0.3 %  地磅的标准误差（系统误差，不因车次多而抵消）
        stock_error = 7.5 %  库存盘点的标准误差
      预备表：allowances
      "#);
}

#[test]
fn a_rule_that_is_not_there_or_a_wrong_parameter_fails_and_says_what_there_is() {
    let dir = tempfile::tempdir().unwrap();
    let policy = dir.path().join("policy.toml");
    std::fs::write(&policy, "[rules.overload]\nlimit_9 = 1\n").unwrap();
    let missing = failure(&["rules", "show", "overlode"]);
    assert!(missing.starts_with("1\n") && missing.contains("overload, ticket-reused"), "{missing}");
    let wrong = failure(&["rules", "check", "--policy", policy.to_str().unwrap()]);
    assert!(wrong.starts_with("1\n") && wrong.contains("limit_9") && wrong.contains("limit_6"), "{wrong}");
    assert!(failure(&["rules", "dance"]).starts_with("2\n"));
}

const OWN: &str = "\
-- id: night-trip
-- title zh: 夜间运输
-- title en: night trip
-- family: tickets
-- certainty: lead
-- department: transport
-- basis zh: 本市规定
-- basis en: a rule of the city
-- plain zh: 夜里出车的磅单
-- plain en: tickets of the night
-- clears zh: 许可
-- clears en: a permit
-- unknown zh: 无
-- unknown en: nothing
-- says zh: {subject} {period} {tickets} 张
-- says en: {subject} {period} {tickets}
-- unit: kg
-- quantity: sum
-- look-back: day
-- parameter least_kg: integer = 1000 — 最小净重 / least net mass

SELECT 'plate' AS subject_kind, plate AS subject, SUBSTR(CAST(month AS VARCHAR), 1, 7) AS period, ticket_no AS ticket,
       source_file, source_sheet, source_row, net_kg AS quantity_kg, net_kg AS observed, CAST({least_kg} AS BIGINT) AS allowed
FROM shipments WHERE net_kg >= {least_kg}
";

#[test]
fn a_users_own_rules_are_checked_like_the_built_in_ones() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, file) = (dir.path().to_str().unwrap(), dir.path().join("night-trip.sql"));
    std::fs::write(&file, OWN).unwrap();
    assert!(stdout(&["rules", "check", "--rules", folder, "--lang", "en"]).contains("39 rules"));
    assert!(stdout(&["rules", "show", "night-trip", "--rules", folder]).contains("least_kg = 1000"));
    let wrong = |from: &str, to: &str| {
        std::fs::write(&file, OWN.replace(from, to)).unwrap();
        failure(&["rules", "check", "--rules", folder])
    };
    assert!(wrong("department: transport", "department: police").contains("public-security"));
    assert!(wrong("net_kg AS observed", "nett_kg AS observed").contains("night-trip"));
    assert!(wrong("'plate' AS", "'truck' AS").starts_with("0\n"), "no row, no wrong kind");
    std::fs::remove_file(&file).unwrap();
    std::fs::write(dir.path().join("overload.sql"), OWN.replace("night-trip", "overload")).unwrap();
    let clash = failure(&["rules", "check", "--rules", folder]);
    assert!(clash.starts_with("1\n") && clash.contains("tickets/overload.sql"), "{clash}");
}

/// A frame with the declared columns; those that are not given are null.
fn widen(table: &str, given: DataFrame) -> DataFrame {
    let columns: Vec<Expr> = declared(table)
        .unwrap()
        .iter()
        .map(|(name, dtype)| match given.column(name) {
            Ok(_) => col(name.clone()).cast(dtype.clone()),
            Err(_) => lit(NULL).cast(dtype.clone()).alias(name.clone()),
        })
        .collect();
    given.lazy().select(columns).collect().unwrap()
}

/// A lake as `lepid run` leaves it: a thousand tickets of a place that nobody knows, and two overloaded trips.
fn lake_with_findings(root: &Path) {
    let sites = widen("sites", df!("site_id" => ["M1"], "name" => ["白石岭"], "kind" => ["mine"]).unwrap());
    let n = 1_000;
    let months = (0..n).map(|i| if i < 400 { "2023-05-01" } else { "2023-06-01" });
    let tickets = df!(
        "ticket_no" => (0..n).map(|i| format!("T{i:04}")).collect::<Vec<_>>(),
        "origin" => vec!["野山, \"北\""; n],
        "destination" => vec!["P1"; n],
        "product" => vec!["porcelain_clay_ore"; n],
        "plate" => vec!["赣C00001"; n],
        "net_kg" => vec![30_000i64; n],
        "gross_kg" => (0..n).map(|i| if i < 2 { Some(60_000i64) } else { None }).collect::<Vec<_>>(),
        "axles" => vec![6i32; n],
        "source_file" => vec!["过磅单.xlsx"; n],
        "source_row" => (0..n).map(|i| i32::try_from(i + 2).unwrap()).collect::<Vec<_>>(),
    )
    .unwrap();
    let months: Vec<i32> =
        months.map(|m| (m.parse::<chrono::NaiveDate>().unwrap() - chrono::NaiveDate::default()).num_days() as i32).collect();
    let days = Column::new("month".into(), months).cast(&DataType::Date).unwrap();
    let tickets = tickets.hstack(&[days.clone(), days.with_name("day".into())]).unwrap();
    let engine = Engine::from_frames(vec![("sites", sites), ("shipments", widen("shipments", tickets))]).unwrap();
    let rules: Vec<_> =
        registry::builtin().unwrap().into_iter().filter(|r| ["origin-unknown", "overload"].contains(&r.id.as_str())).collect();
    let outcome = run_rules(&engine, &Policy::builtin().unwrap(), &rules).unwrap();
    let replace = |table: &str, frame| TableChange::Replace { table: table.to_owned(), frame };
    let tables = vec![replace("findings", findings_frame(&outcome.findings).unwrap()), replace("evidence", outcome.evidence)];
    let lake = Lake::open(root.to_str().unwrap()).unwrap();
    lake.write(Change { kind: "run".to_owned(), summary: serde_json::Value::Null, tables }).unwrap();
}

#[test]
fn every_ticket_behind_a_finding_comes_out_as_csv_and_as_json() {
    let dir = tempfile::tempdir().unwrap();
    let lake = dir.path().join("lake");
    lake_with_findings(&lake);
    let lake = lake.to_str().unwrap();
    let csv = stdout(&["--lake", lake, "findings", "evidence"]);
    assert_eq!(csv.lines().count(), 1 + 1_000 + 2);
    let json: Vec<serde_json::Value> =
        serde_json::from_str(&stdout(&["--lake", lake, "findings", "evidence", "--format", "json"])).unwrap();
    assert_eq!(json.len(), 1_002);
    assert!(json.iter().filter(|e| e["rule"] == "origin-unknown").all(|e| e["subject"] == "野山, \"北\"" && e["quantity_kg"] == 30_000));

    let findings: Vec<serde_json::Value> = serde_json::from_str(&stdout(&["--lake", lake, "findings", "--json"])).unwrap();
    let counted: u64 = findings.iter().map(|f| f["evidence"].as_u64().unwrap()).sum();
    assert_eq!(counted, 1_002, "as many rows as the findings count");
    for finding in &findings {
        let rows = stdout(&["--lake", lake, "findings", "evidence", "--finding", finding["id"].as_str().unwrap()]);
        assert_eq!(rows.lines().count() as u64, 1 + finding["evidence"].as_u64().unwrap());
    }
    assert_eq!(stdout(&["--lake", lake, "findings", "evidence", "--rule", "overload"]).lines().count(), 3);
    let empty = stdout(&["--lake", lake, "findings", "evidence", "--rule", "none", "--format", "json"]);
    assert_eq!(serde_json::from_str::<Vec<serde_json::Value>>(&empty).unwrap().len(), 0);

    let file = dir.path().join("evidence.csv");
    stdout(&["--lake", lake, "findings", "evidence", "--out", file.to_str().unwrap()]);
    let written = std::fs::read_to_string(&file).unwrap();
    assert_eq!(written.trim_start_matches('\u{feff}'), csv);
}

#[test]
fn findings_are_listed_and_chosen() {
    let dir = tempfile::tempdir().unwrap();
    let lake = dir.path().join("lake");
    lake_with_findings(&lake);
    let lake = lake.to_str().unwrap();
    assert_snapshot!(stdout(&["--lake", lake, "findings"]), @r#"
编号              程度  规则            对象        时段     数量(吨)  证据(行)  说明
3081088a07037f6e  高    origin-unknown  野山, "北"  2023-05    12,000       400  2023年5月磅单上的发货地“野山, "北"”不在任何名录中，原矿 12,000 吨，磅单 400 张
0ae18c367c06ba5f  高    origin-unknown  野山, "北"  2023-06    18,000       600  2023年6月磅单上的发货地“野山, "北"”不在任何名录中，原矿 18,000 吨，磅单 600 张
a73778ac8487e97d  低    overload        赣C00001    2023-05        22         2  赣C00001 2023年5月超限运输：最重一次总质量 60 吨，限值 49 吨；共 2 车次，合计超出 22 吨
3 条线索（供核查，不是结论）；每条的全部磅单：lepid findings evidence --finding 编号
"#);
    let count = |args: &[&str]| {
        let all = [&["--lake", lake, "--json", "findings"], args].concat();
        serde_json::from_str::<Vec<serde_json::Value>>(&stdout(&all)).unwrap().len()
    };
    assert_eq!(count(&[]), 3);
    assert_eq!(count(&["--rule", "overload"]), 1);
    assert_eq!(count(&["--month", "2023-06"]), 1);
    assert_eq!(count(&["--month", "2023"]), 3);
    assert_eq!(count(&["--subject", "赣C00001"]), 1);
    assert_eq!(count(&["--severity", "high"]), 2);
    assert_eq!(stdout(&["--lake", lake, "findings", "--csv"]).lines().count(), 4);
}

#[test]
fn without_a_run_there_is_nothing_to_list_and_the_message_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let lake = dir.path().join("lake");
    let error = failure(&["--lake", lake.to_str().unwrap(), "findings"]);
    assert!(error.starts_with("1\n") && error.contains("lepid run"), "{error}");
}
