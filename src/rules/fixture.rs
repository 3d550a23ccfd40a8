//! What must a rule find, and what must it leave alone? Tables as text, the expectation beside the row.
//!
//! A fixture is a list of scenes, `== kind: what it shows`. A scene holds tables of records, written with the stored columns
//! (`net_t` is `net_kg` in tonnes), columns that are left out have the defaults below or are missing, and perhaps
//! `policy` (lines of the rule's table) and `findings` (the findings with their numbers, all of them). A row that must be
//! among the evidence ends in `<- subject period`, once for each finding; every other row must not be.

use crate::lake::declared;
use crate::policy::Policy;
use crate::rules::given;
use crate::rules::rule::Rule;
use crate::rules::{Outcome, run_rules};
use crate::{engine::Engine, records::Table};
use chrono::NaiveDate;
use polars::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// What a fixture need not say.
const DEFAULTS: [(&str, &str, &str); 20] = [
    ("sites", "kind", "mine"),
    ("licences", "licence_no", "C3609000000000000000000"),
    ("licences", "kind", "mining"),
    ("licences", "status", "valid"),
    ("licences", "valid_from", "2020-01-01"),
    ("licences", "valid_to", "2030-12-31"),
    ("companies", "name", "公司"),
    ("vehicles", "plate", "赣C00001"),
    ("shipments", "ticket_no", "T1"),
    ("shipments", "product", "porcelain_clay_ore"),
    ("shipments", "plate", "赣C00001"),
    ("shipments", "origin", "M1"),
    ("shipments", "destination", "P1"),
    ("shipments", "day", "2023-06-15"),
    ("shipments", "net_kg", "30000"),
    ("production", "product", "porcelain_clay_ore"),
    ("production", "role", "produced"),
    ("production", "site_id", "M1"),
    ("production", "month", "2023-06-01"),
    ("production", "wet_kg", "0"),
];

/// One scene of a fixture.
pub(super) struct Scene {
    /// `hit`, `near miss`, `limit`, `missing`.
    pub(super) kind: String,
    /// What it shows.
    pub(super) title: String,
    /// The frames of its tables.
    pub(super) frames: Vec<(&'static str, DataFrame)>,
    /// Lines of the rule's table in policy.
    pub(super) policy: String,
    /// `(subject, period, line)` of every row that must be evidence.
    pub(super) expected: BTreeSet<(String, String, i64)>,
    /// `subject | period | quantity_kg | observed | allowed`, if given.
    pub(super) findings: Option<Vec<String>>,
}

type Row = (i64, BTreeMap<String, String>);

/// The scenes of a fixture.
pub(super) fn scenes(text: &str) -> Vec<Scene> {
    let mut scenes: Vec<Scene> = Vec::new();
    let mut lines = text.lines().zip(1i64..).filter(|(l, _)| !l.starts_with('#')).peekable();
    while let Some((line, _)) = lines.next() {
        if let Some(title) = line.strip_prefix("== ") {
            let (kind, title) = title.split_once(':').expect("== kind: title");
            let (kind, title) = (kind.trim().to_owned(), title.trim().to_owned());
            scenes.push(Scene { kind, title, frames: Vec::new(), policy: String::new(), expected: BTreeSet::new(), findings: None });
            continue;
        }
        if line.trim().is_empty() {
            continue;
        }
        let scene = scenes.last_mut().expect("a fixture begins with a scene");
        let mut block = Vec::new();
        while let Some((line, number)) = lines.next_if(|(l, _)| !l.trim().is_empty() && !l.starts_with("==")) {
            block.push((line, number));
        }
        match line.trim() {
            "policy" => scene.policy = block.iter().map(|(l, _)| format!("{l}\n")).collect(),
            "findings" => scene.findings = Some(block.iter().skip(1).map(|(l, _)| cells(l).join(" | ")).collect()),
            name => {
                let given = [given::FOUND, given::GUIDE_PRICES, given::PRICED_SALES].into_iter().find(|t| *t == name);
                let table = given.or_else(|| Table::by_name(name).map(Table::name)).unwrap_or_else(|| panic!("{name} is no table"));
                let rows = rows(&block, &mut scene.expected);
                scene.frames.push((table, frame(table, &rows)));
            }
        }
    }
    scenes
}

fn cells(line: &str) -> Vec<String> {
    line.split('|').map(|c| c.trim().to_owned()).collect()
}

fn rows(block: &[(&str, i64)], expected: &mut BTreeSet<(String, String, i64)>) -> Vec<Row> {
    let (header, rows) = block.split_first().expect("a table has a header");
    let header = cells(header.0);
    rows.iter()
        .map(|(line, number)| {
            let mut parts = line.split("<-");
            let values = parts.next().unwrap_or_default();
            for arrow in parts {
                let (subject, period) = arrow.trim().rsplit_once(' ').expect("<- subject period");
                expected.insert((subject.trim().to_owned(), period.to_owned(), *number));
            }
            let values = cells(values);
            assert_eq!(values.len(), header.len(), "line {number}: {line}");
            (*number, header.iter().cloned().zip(values).map(in_kg).collect())
        })
        .collect()
}

/// `net_t | 30.5` is `net_kg | 30500`.
fn in_kg((name, value): (String, String)) -> (String, String) {
    if name.ends_with("_fen_per_t") {
        return (name, value);
    }
    let kg = name.strip_suffix("_t").map(|n| format!("{n}_kg"));
    let Some(kg) = kg.or_else(|| name.strip_suffix("_t_per_year").map(|n| format!("{n}_kg_per_year"))) else { return (name, value) };
    let value = crate::records::decimal::parse_scaled(value.as_bytes(), 3, 1).map_or(value, |v| v.to_string());
    (kg, value)
}

fn frame(table: &str, rows: &[Row]) -> DataFrame {
    let schema = given::schema(table).or_else(|| declared(table)).expect("declared");
    for (number, row) in rows {
        assert!(row.keys().all(|name| schema.contains(name)), "line {number}: no such column among {:?}", row.keys());
    }
    let columns = schema.iter().map(|(name, dtype)| {
        let values: Vec<AnyValue> = rows.iter().map(|(number, row)| value(table, name, dtype, *number, row)).collect();
        Column::from(Series::from_any_values_and_dtype(name.clone(), &values, dtype, true).expect("values fit their column"))
    });
    DataFrame::new(rows.len(), columns.collect()).expect("a frame")
}

fn value<'a>(table: &str, name: &str, dtype: &DataType, number: i64, row: &BTreeMap<String, String>) -> AnyValue<'a> {
    let default = |name: &str| DEFAULTS.iter().find(|d| d.0 == table && d.1 == name).map(|d| d.2.to_owned());
    let given = |name: &str| row.get(name).cloned().or_else(|| default(name)).filter(|v| !v.is_empty());
    let text = match name {
        "source_file" => Some("fixture.txt".to_owned()),
        // Evidence of a rule that ran before says in which row its ticket stands.
        "source_row" => given("source_row").or_else(|| Some(number.to_string())),
        "name" if table == "sites" => given("name").or_else(|| given("site_id")),
        "month" if table == "shipments" || table == "sales" => given("day").or_else(|| given("date")).map(|d| format!("{}-01", &d[..7])),
        "loaded_at" if table == "shipments" => given("loaded_at").or_else(|| given("day").map(|d| format!("{d} 08:00"))),
        _ => given(name),
    };
    let Some(text) = text else { return AnyValue::Null };
    let day = |text: &str| text.parse::<NaiveDate>().unwrap_or_else(|_| panic!("line {number}: {name} = {text}"));
    match dtype {
        DataType::Int32 => AnyValue::Int32(text.parse().unwrap()),
        DataType::Int64 => AnyValue::Int64(text.parse().unwrap_or_else(|_| panic!("line {number}: {name} = {text}"))),
        DataType::Float64 => AnyValue::Float64(text.parse().unwrap()),
        DataType::Boolean => AnyValue::Boolean(text == "yes"),
        DataType::Date => AnyValue::Date(crate::records::time::days_of(day(&text))),
        DataType::Datetime(..) => {
            let wall = chrono::NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M").unwrap();
            AnyValue::Datetime(crate::records::time::beijing_to_utc_us(wall), TimeUnit::Microseconds, None)
        }
        _ => AnyValue::StringOwned(text.into()),
    }
}

/// What a rule finds in a scene.
pub(super) fn outcome(rule: &Rule, scene: &Scene) -> Outcome {
    let engine = Engine::from_frames(scene.frames.clone()).expect("an engine");
    let user: toml::Table = format!("[rules.{}]\n{}", rule.id, scene.policy).parse().expect("lines of policy");
    let policy = Policy::builtin().and_then(|p| p.with(&user)).expect("a policy");
    run_rules(&engine, &policy, std::slice::from_ref(rule)).unwrap_or_else(|e| panic!("{}: {e}", rule.id))
}

/// Runs every scene of a rule's fixture; what is found must be exactly what stands beside the rows.
#[track_caller]
pub(super) fn check(rule: &Rule, text: &str) {
    for scene in scenes(text) {
        let outcome = outcome(rule, &scene);
        let rows = crate::rules::evidence_of_frame(&outcome.evidence).expect("evidence");
        let found: BTreeSet<_> =
            rows.iter().filter_map(|e| Some((e.subject.clone(), e.period.clone(), i64::from(e.source_row?)))).collect();
        let place = format!("{}, {}: {}", rule.id, scene.kind, scene.title);
        assert_eq!(found, scene.expected, "{place}: (subject, period, line) found != expected");
        assert_eq!(rows.len() as u64, outcome.findings.iter().map(|f| f.evidence).sum::<u64>(), "{place}: rows of evidence");
        if let Some(expected) = &scene.findings {
            let number = |n: Option<i64>| n.map_or(String::new(), |n| n.to_string());
            let mut found: Vec<String> = outcome
                .findings
                .iter()
                .map(|f| [f.subject.clone(), f.period.clone(), number(f.quantity_kg), number(f.observed), number(f.allowed)].join(" | "))
                .collect();
            found.sort();
            let mut expected = expected.clone();
            expected.sort();
            assert_eq!(found, expected, "{place}: findings");
        }
        assert!(!outcome.findings.is_empty() || scene.expected.is_empty(), "{place}");
        assert!(!scene.expected.is_empty() || outcome.findings.is_empty(), "{place}: {:?}", outcome.findings);
    }
}
