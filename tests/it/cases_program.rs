//! Can people work on the ledger of cases from the command line, several at once, and is what was tampered with told?

use crate::cases_support::{finding, now, run_found, settings, settings_with};
use crate::lake_support::{HEADER, Place, lepid, stdout, ticket};
use lepid::cases::{self, CasesError, PROGRAM, Refusal, Step, Who, store};
use lepid::lake::{CASES, Change, LakeError, TableChange};
use lepid::rules::load;
use polars::prelude::*;
use serde_json::Value;
use std::process::{Output, Stdio};

/// A lake in which a run found three months of one mine and one month of another, with their cases.
fn opened() -> Place {
    let place = Place::new();
    let found = ["2026-08", "2026-09", "2026-10"].map(|month| finding("over-scale-month", "M1", month, 5));
    run_found(&place.lake(), &[found.as_slice(), &[finding("over-scale-month", "M2", "2026-09", 2)]].concat());
    done(&place, &["sync"]);
    place
}

fn run(place: &Place, args: &[&str]) -> Output {
    place.lepid(&[&["cases"], args].concat())
}

#[track_caller]
fn done(place: &Place, args: &[&str]) -> String {
    let output = run(place, args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    stdout(&output)
}

#[track_caller]
fn json(place: &Place, args: &[&str]) -> Value {
    serde_json::from_str(&done(place, &[args, &["--json"]].concat())).unwrap()
}

/// Refused with these words; exit status 1.
#[track_caller]
fn refused(place: &Place, args: &[&str], words: &[&str]) {
    let output = run(place, args);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{args:?}: {}", stdout(&output));
    for word in words {
        assert!(said.contains(word), "{args:?}: {said}");
    }
}

#[test]
fn a_case_is_worked_from_its_opening_to_its_closing() {
    let place = opened();
    assert_eq!(json(&place, &["sync"])["opened"], serde_json::json!([]), "a second time nothing happens");
    let list = json(&place, &[]);
    assert_eq!(list.as_array().unwrap().len(), 2);
    assert_eq!((&list[0]["state"], &list[0]["findings"].as_array().unwrap().len()), (&"new".into(), &3));
    let number = list[0]["id"].as_str().unwrap();
    refused(&place, &["close", number, "--by", "李局"], &["待分办", "分办（assign）", "possible now: assign, note, attach"]);
    let case = json(&place, &["assign", number, "--person", "张三", "--department", "industry", "--due", "2099-01-05", "--by", "李局"]);
    assert_eq!(
        (&case["department"]["zh"], &case["responsible"], &case["due"]),
        (&"工业和信息化部门".into(), &"张三".into(), &"2099-01-05".into())
    );
    assert!(done(&place, &["verify", "1", "--by", "张三", "--reason", "情况属实"]).contains("已核实，待整改"));
    let plan = "note = \"一矿一策\"\n[[measure]]\nwhat = \"核减产量\"\ndue = 2099-02-01\nperson = \"王五\"\n[[measure]]\nwhat = \"补缴\"\ndue = 2099-03-01\nperson = \"陈七\"\n";
    let file = place.file("plan.toml", plan);
    let case = json(&place, &["plan", "1", "--file", file.to_str().unwrap(), "--by", "张三"]);
    assert_eq!((&case["due"], case["plan"]["measure"].as_array().unwrap().len()), (&"2099-03-01".into(), 2));
    for rectifies in ["张三", "王 五", "陈七"] {
        refused(&place, &["accept", "1", "--by", rectifies], &["整改责任人", "accept_by_another"]);
    }
    assert_eq!(json(&place, &["accept", "1", "--by", "赵六"])["accepted_by"], "赵六");
    let case = json(&place, &["close", "1", "--by", "李局"]);
    assert_eq!((&case["state"], &case["due"], &case["possible"]), (&"closed".into(), &Value::Null, &serde_json::json!(["reopen"])));
    refused(&place, &["note", "1", "再看", "--by", "李局"], &["已销号", "reopen"]);
    refused(&place, &["reopen", "1", "--by", "李局", "--reason", " "], &["--reason"]);
    assert_eq!(json(&place, &["reopen", "1", "--by", "李局", "--reason", "群众举报"])["reopened"], 1);
    let shown = done(&place, &["show", number]);
    for line in ["立案  线索 over-scale-month:M1:2026-08", "核实  情况属实", "重新立案  群众举报", "现在可以：分办（assign）"]
    {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    let stats = json(&place, &["stats", "--today", "2099-12-31"]);
    assert_eq!((&stats["all"]["open"], &stats["all"]["overdue"], &stats["reopened"]), (&2.into(), &2.into(), &1.into()));
    assert!(done(&place, &["verify-chain"]).contains("核验通过：10 条记录，2 件问题，0 件证据"));
}

#[test]
fn the_list_is_filtered_and_wrong_filters_are_refused() {
    let place = opened();
    done(&place, &["assign", "2", "--person", "张三", "--by", "李局"]);
    let n = |args: &[&str]| json(&place, args).as_array().unwrap().len();
    assert_eq!(n(&["--state", "assigned"]), 1);
    assert_eq!(n(&["--state", "待分办", "--state", "assigned"]), 2);
    assert_eq!([n(&["--overdue", "--today", "2099-01-01"]), n(&["--overdue", "--today", "2000-01-01"])], [2, 0]);
    assert_eq!([n(&["--department", "natural-resources"]), n(&["--department", "交通运输部门"])], [2, 0]);
    assert_eq!([n(&["--subject", "M1"]), n(&["--subject", "M2号矿"]), n(&["--person", "张三"])], [1, 1, 1]);
    assert_eq!([n(&["--rule", "over-scale-month"]), n(&["--severity", "high"]), n(&["--open"])], [2, 0, 2]);
    refused(&place, &["--department", "城管"], &["城管", "natural-resources"]);
    for wrong in [&["--state", "lost"][..], &["--today", "2026-13-01"], &["--severity", "urgent"], &["assign", "1", "--by", "x"]] {
        assert_eq!(run(&place, wrong).status.code(), Some(2), "{wrong:?}");
    }
    refused(&place, &["show", "77"], &["77", "lepid cases"]);
    refused(&place, &["show", "x"], &["x"]);
    refused(&place, &["assign", "1", "--person", "…", "--by", "李局"], &["…"]);
    refused(&place, &["assign", "1", "--person", "张三", "--by", " "], &["names nobody"]);
    refused(&place, &["assign", "1", "--person", "张三", "--due", "2020-01-01", "--by", "李局"], &["2020-01-01", "has passed"]);
    let two = [
        "plan",
        "1",
        "--measure",
        "a",
        "--measure",
        "b",
        "--measure",
        "c",
        "--due",
        "2099-01-01",
        "--due",
        "2099-01-02",
        "--person",
        "张三",
    ];
    refused(&place, &[&two[..], &["--by", "张三"]].concat(), &["--due", "3"]);
    let nowhere = lepid(&place.path("nowhere"), &["cases"]).output().unwrap();
    assert!(String::from_utf8_lossy(&nowhere.stderr).contains("lepid ingest"));
}

#[test]
fn a_step_made_on_an_old_event_is_refused_with_what_has_happened() {
    let place = opened();
    let seen = json(&place, &["show", "1"])["last_event"].to_string();
    done(&place, &["assign", "1", "--person", "张三", "--by", "李局", "--on", &seen]);
    refused(&place, &["assign", "1", "--person", "陈七", "--by", "赵六", "--on", &seen], &["李局 分办", "assigned by 李局"]);
    refused(&place, &["verify", "1", "--by", "张三", "--on", "99"], &["99"]);
    assert_eq!(json(&place, &["show", "1"])["responsible"], "张三");
}

#[test]
fn processes_that_write_at_once_lose_nothing_and_one_of_two_wins() {
    let place = opened();
    let root = place.path("lake");
    let start = |args: Vec<String>| {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        lepid(&root, &args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let words = |text: String| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let notes: Vec<_> = (0..6).map(|n| start(words(format!("cases note {} 备注{n} --by 张三", 1 + n % 2)))).collect();
    assert!(notes.into_iter().all(|mut process| process.wait().unwrap().success()));
    let both: Vec<Value> = ["1", "2"].map(|n| json(&place, &["show", n])).to_vec();
    let mut told: Vec<String> = both
        .iter()
        .flat_map(|case| case["events"].as_array().unwrap())
        .filter(|e| e["kind"] == "noted")
        .map(|e| e["reason"].as_str().unwrap().to_owned())
        .collect();
    told.sort();
    assert_eq!(told, (0..6).map(|n| format!("备注{n}")).collect::<Vec<_>>());
    let on = both[0]["last_event"].to_string();
    let rivals: Vec<_> = ["张三", "陈七"].map(|name| start(words(format!("cases assign 1 --person {name} --by 李局 --on {on}")))).into();
    let won = rivals.into_iter().map(|mut process| process.wait().unwrap().success()).filter(|won| *won).count();
    assert_eq!(won, 1, "both had seen the same event");
    done(&place, &["verify-chain"]);
}

#[test]
fn evidence_is_kept_by_its_content_and_given_out_only_as_it_was() {
    let place = opened();
    let (pdf, same) = (place.file("现场.pdf", "%PDF-1.7 现场记录"), place.file("copy.pdf", "%PDF-1.7 现场记录"));
    let case = json(&place, &["attach", "1", pdf.to_str().unwrap(), "--by", "张三", "--reason", "现场记录"]);
    let file = &case["evidence"][0];
    assert_eq!((&file["name"], &file["media_type"], &file["bytes"]), (&"现场.pdf".into(), &"application/pdf".into(), &21.into()));
    refused(&place, &["attach", "1", same.to_str().unwrap(), "--by", "张三"], &["第 1 件证据", "evidence 1"]);
    done(&place, &["attach", "2", same.to_str().unwrap(), "--by", "张三"]);
    let kept = std::fs::read_dir(place.path("lake/attachments")).unwrap().count();
    assert_eq!(kept, 1, "the same content is kept once");
    refused(&place, &["attach", "1", place.file("empty.txt", "").to_str().unwrap(), "--by", "张三"], &["empty.txt"]);
    refused(&place, &["attach", "1", "/no/such/file", "--by", "张三"], &["/no/such/file"]);
    let out = place.path("out.pdf");
    done(&place, &["evidence", "get", "1", "--out", out.to_str().unwrap()]);
    assert_eq!(std::fs::read(&out).unwrap(), "%PDF-1.7 现场记录".as_bytes());
    refused(&place, &["evidence", "get", "1", "--out", out.to_str().unwrap()], &["已存在"]);
    refused(&place, &["evidence", "get", "1", "2", "--out", "x"], &["has no evidence 2"]);
    assert_eq!(json(&place, &["evidence", "list", "2"])[0]["name"], "copy.pdf");
    place.lake().compact().unwrap();
    done(&place, &["verify-chain"]);
    std::fs::write(place.path("lake/attachments").join(file["sha256"].as_str().unwrap()), "%PDF-1.7 另一份").unwrap();
    let other = place.path("other.pdf");
    refused(&place, &["evidence", "get", "1", "--out", other.to_str().unwrap()], &["被改动过"]);
    assert!(!other.exists());
    let found = run(&place, &["verify-chain", "--json"]);
    assert_eq!((found.status.code(), stdout(&found).matches("被改动过").count()), (Some(1), 2));
}

#[test]
fn an_event_that_somebody_has_changed_is_told_and_nothing_goes_on_from_it() {
    let place = opened();
    done(&place, &["assign", "1", "--person", "张三", "--by", "李局"]);
    let lake = place.lake();
    let whole = place.now().scan(CASES).unwrap().sort(["event"], SortMultipleOptions::default());
    let put = |frame: LazyFrame| {
        let tables = vec![TableChange::Replace { table: CASES.to_owned(), frame: frame.collect().unwrap() }];
        lake.write(Change { kind: "by-hand".to_owned(), summary: Value::Null, tables }).unwrap();
    };
    let renamed = when(col("responsible").eq(lit("张三"))).then(lit("陈七")).otherwise(col("responsible")).alias("responsible");
    put(whole.clone().with_column(renamed));
    refused(&place, &[], &["第 5 条", "verify-chain"]);
    refused(&place, &["verify", "1", "--by", "张三"], &["event 5"]);
    assert!(stdout(&run(&place, &["verify-chain"])).contains("第 5 条：hash 不符"));
    // Without the last event the chain is whole by itself; the list of transactions still knows it.
    put(whole.clone().filter(col("event").lt(lit(5))));
    let found = run(&place, &["verify-chain"]);
    assert!(stdout(&found).contains("第 5 条：transactions 不符"), "{}", stdout(&found));
    assert_eq!(found.status.code(), Some(1));
    put(whole);
    done(&place, &["verify-chain"]);
}

#[test]
fn what_is_done_with_cases_changes_no_run() {
    let place = Place::new();
    let rows: Vec<String> = (1..=20).map(|n| ticket(&format!("P{n}"), "白石岭", &format!("2023-06-{n:02}"), "30")).collect();
    let file = place.file("tickets.csv", format!("{HEADER}\n{}\n", rows.join("\n")));
    let sites = place.file("sites.csv", "site_id,name,kind\nM9,黄沙坑,mine\n");
    place.ingest(&[file, sites]);
    let reports = place.path("reports");
    let lepid_run = || {
        let output = place.lepid(&["run", "--json", "--out", reports.to_str().unwrap()]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_str::<Value>(&stdout(&output)).unwrap()["run"]["run_id"].clone()
    };
    let first = lepid_run();
    assert_eq!(json(&place, &["sync", "--by", "李局"])["opened"], serde_json::json!([]), "the run has opened them");
    let list = json(&place, &[]);
    let case = &list.as_array().unwrap().iter().find(|c| c["rule"] == "origin-unknown").expect("ore from a place in no register");
    assert_eq!((&case["subject_kind"], &case["subject"]), (&"place".into(), &"白石岭".into()));
    done(&place, &["assign", case["id"].as_str().unwrap(), "--person", "张三", "--by", "李局"]);
    let before = place.now().version;
    assert_eq!((lepid_run(), place.now().version), (first, before), "the same run, not kept a second time");
    assert_eq!(json(&place, &["sync"])["gone"], 0);
    let (csv, html) = (place.path("a.csv"), place.path("a.html"));
    done(&place, &["export", "--out", csv.to_str().unwrap(), "--out", html.to_str().unwrap()]);
    assert!(std::fs::read_to_string(csv).unwrap().contains("白石岭") && std::fs::read_to_string(html).unwrap().contains("白石岭"));
    assert_eq!(run(&place, &["export", "--out", "a.docx"]).status.code(), Some(2));
}

#[test]
fn a_finding_below_the_policy_gets_a_case_by_hand() {
    let place = Place::new();
    refused(place_with_lake(&place), &["sync"], &["lepid run"]);
    let lead = lepid::rules::finding::Finding {
        certainty: lepid::rules::finding::Certainty::Lead,
        ..finding("over-scale-month", "M1", "2026-09", 5)
    };
    run_found(&place.lake(), &[lead]);
    assert_eq!(json(&place, &["sync"])["without_case"], 1);
    refused(&place, &["open", "nothing", "--by", "李局"], &["nothing", "lepid findings"]);
    assert_eq!(json(&place, &["open", "over-scale-month:M1:2026-09", "--by", "李局"])["number"], 1);
    refused(&place, &["open", "over-scale-month:M1:2026-09", "--by", "李局"], &["-0001"]);
    assert_eq!(json(&place, &["sync"])["without_case"], 0);
}

/// The place, once its lake is there.
fn place_with_lake(place: &Place) -> &Place {
    place.lake();
    place
}

#[test]
fn policy_may_let_those_accept_who_rectify_and_keep_large_files_out() {
    let place = opened();
    let (lake, settings, free) = (place.lake(), settings(), settings_with("[cases]\naccept_by_another = false\nattachment_max_mb = 1\n"));
    let who = Who { by: "张三", at: now(), on: None };
    let plan = cases::Plan::parse("[[measure]]\nwhat = \"核减\"\ndue = 2099-01-01\nperson = \"张三\"\n").unwrap();
    let steps = [
        Step::Assign { department: None, responsible: "张三".to_owned(), due: None, reason: None },
        Step::Verify { reason: None },
        Step::Plan(plan),
    ];
    for step in &steps {
        cases::take(&lake, &settings, "1", who, step).unwrap();
    }
    let accept = Step::Accept { reason: None };
    let own = cases::take(&lake, &settings, "1", who, &accept).unwrap_err();
    assert!(matches!(own, CasesError::Refused(Refusal::OwnAcceptance { .. })), "{own}");
    let large = place.file("large.bin", vec![1u8; 1_000_001]);
    let refused = cases::attach(&lake, &free, "1", who, &large, None).unwrap_err();
    assert!(matches!(refused, CasesError::Refused(Refusal::TooLarge { megabytes: 2, most: 1, .. })), "{refused}");
    assert_eq!(cases::take(&lake, &free, "1", who, &accept).unwrap().accepted_by.as_deref(), Some("张三"));
    // What policy allowed when it was done stays legal under another one.
    store::ledger(&place.now()).unwrap();
}

#[test]
fn findings_are_not_called_gone_after_a_run_with_other_rules() {
    let place = opened();
    let lake = place.lake();
    let other = Change {
        kind: "run".to_owned(),
        summary: serde_json::json!({ "rules_sha256": "other" }),
        tables: vec![TableChange::Replace { table: "findings".to_owned(), frame: lepid::rules::findings_frame(&[]).unwrap() }],
    };
    lake.write(other).unwrap();
    let sync = || cases::sync(&lake, &settings(), &load(None).unwrap(), now(), PROGRAM).unwrap();
    let told = sync();
    assert_eq!((told.rules_known, told.gone), (false, 0));
    run_found(&lake, &[]);
    let told = sync();
    assert_eq!((told.rules_known, told.gone), (true, 4));
    let nobody = cases::sync(&lake, &settings(), &load(None).unwrap(), now(), "…");
    assert!(nobody.is_ok(), "nothing had to be done, so nobody did it");
    run_found(&lake, &[finding("over-scale-month", "M1", "2026-08", 5)]);
    let nobody = cases::sync(&lake, &settings(), &load(None).unwrap(), now(), "…");
    assert!(matches!(nobody, Err(CasesError::Refused(Refusal::Nobody { .. }))));
    assert!(matches!(lake.verify_file("x"), Err(LakeError::Attachment { .. })));
}
