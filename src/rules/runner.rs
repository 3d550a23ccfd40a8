//! How do evidence rows become findings? Grouped by rule, subject and period, in frames, however many rows there are.

use super::finding::{Finding, SubjectKind};
use super::frames::{EVIDENCE, empty_evidence};
use super::rule::{Quantity, Rule};
use super::settings::Settings;
use super::{Outcome, RulesError, say};
use crate::engine::{Engine, EngineError, Rows};
use crate::policy::Policy;
use crate::text::Said;
use chrono::{Datelike, Months, NaiveDate};
use polars::prelude::*;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The columns of a rule's rows, in the order in which rows are sorted.
const ROWS: [(&str, DataType); 10] = [
    ("subject_kind", DataType::String),
    ("subject", DataType::String),
    ("period", DataType::String),
    ("ticket", DataType::String),
    ("source_file", DataType::String),
    ("source_sheet", DataType::String),
    ("source_row", DataType::Int32),
    ("quantity_kg", DataType::Int64),
    ("observed", DataType::Int64),
    ("allowed", DataType::Int64),
];

/// Stack of a thread that plans a statement; only what is used of it is ever allocated.
const STACK_BYTES: usize = 256 << 20;

/// What a finding is found under.
const KEY: [&str; 3] = ["subject_kind", "subject", "period"];

/// Runs these rules over one snapshot.
///
/// # Errors
/// [`RulesError`] naming the rule.
pub fn run_rules(engine: &Engine, policy: &Policy, rules: &[Rule]) -> Result<Outcome, RulesError> {
    let settings = Settings::of(policy, rules)?;
    let names = site_names(engine)?;
    let mut findings = Vec::new();
    let mut evidence = vec![empty_evidence().lazy()];
    for rule in rules {
        let department = settings.department(rule)?;
        let blame = |source: EngineError| RulesError::Run { rule: rule.id.clone(), source: Box::new(source) };
        let rows = rows(engine, rule, &settings).map_err(blame)?;
        let groups = groups(&rows, rule.quantity).map_err(|e| blame(e.into()))?;
        let of_rule = of_groups(rule, &settings, department, &names, &groups).map_err(|e| blame(e.into()))?;
        let ids: Vec<&str> = of_rule.iter().map(|f| f.id.as_str()).collect();
        let frame = with_ids(rows, groups, &ids, rule).map_err(|e| blame(e.into()))?;
        evidence.push(frame.lazy());
        findings.extend(of_rule);
    }
    findings.sort_by(|a, b| order(a).cmp(&order(b)));
    Ok(Outcome { findings, evidence: sorted(evidence).map_err(EngineError::from)? })
}

/// Checks rules without records: heads, departments, parameters in force, and that every statement runs and gives evidence.
///
/// # Errors
/// [`RulesError`] naming the rule.
pub fn check(policy: &Policy, rules: &[Rule]) -> Result<(), RulesError> {
    run_rules(&Engine::from_frames(Vec::new())?, policy, rules).map(drop)
}

/// The evidence rows of a rule, checked for their columns, every column of the declared type.
fn rows(engine: &Engine, rule: &Rule, settings: &Settings) -> Result<DataFrame, EngineError> {
    let mut rows = deep(|| engine.sql(&rule.statement(&settings.values(&rule.id))))?;
    if let Some(step) = rule.step {
        rows = step.run(engine, rows)?;
    }
    let rows = rows.lazy().select(ROWS.map(|(name, dtype)| col(name).strict_cast(dtype))).collect()?;
    for key in KEY {
        if rows.column(key)?.null_count() > 0 {
            return Err(PolarsError::ComputeError(format!("a row without {key}").into()).into());
        }
    }
    Ok(rows)
}

/// Plans a statement on a stack of its own: the planner recurses, and a rule of many steps is a deep plan.
fn deep(statement: impl FnOnce() -> Result<DataFrame, EngineError> + Send) -> Result<DataFrame, EngineError> {
    let stopped = || EngineError::Shape(PolarsError::ComputeError("the thread of the statement stopped".into()));
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, statement);
        thread.map_err(|e| EngineError::Shape(e.into()))?.join().map_err(|_| stopped())?
    })
}

/// One row a finding: counts, mass, and the worst row's numbers.
fn groups(rows: &DataFrame, quantity: Quantity) -> PolarsResult<DataFrame> {
    let worst_first = rows
        .clone()
        .lazy()
        .with_column((col("observed") - col("allowed")).alias("excess"))
        .sort(["excess", "observed", "allowed"], SortMultipleOptions::default().with_order_descending(true).with_nulls_last(true));
    let known = match quantity {
        Quantity::Sum => col("quantity_kg"),
        Quantity::Largest => col("quantity_kg").filter(col("ticket").is_null()),
    };
    let mass = match quantity {
        Quantity::Sum => known.clone().sum(),
        Quantity::Largest => known.clone().max(),
    };
    worst_first
        .group_by_stable(KEY.map(col))
        .agg([
            len().cast(DataType::Int64).alias("rows"),
            col("ticket").count().cast(DataType::Int64).alias("tickets"),
            // A sum of nothing is not zero.
            known.count().cast(DataType::Int64).alias("known"),
            mass.alias("quantity_kg"),
            col("observed").first(),
            col("allowed").first(),
        ])
        .sort(KEY, SortMultipleOptions::default())
        .collect()
}

fn of_groups(
    rule: &Rule,
    settings: &Settings,
    department: &Said,
    names: &BTreeMap<String, String>,
    groups: &DataFrame,
) -> PolarsResult<Vec<Finding>> {
    let cells = Rows::new(groups);
    let mut findings = Vec::with_capacity(groups.height());
    for row in 0..groups.height() {
        let text = |column: &str| cells.text(column, row).map(Option::unwrap_or_default);
        let count = |column: &str| cells.integer(column, row).map(|n| n.and_then(|n| u64::try_from(n).ok()).unwrap_or_default());
        let (kind, subject, period) = (text("subject_kind")?, text("subject")?, text("period")?);
        let subject_kind = subject_kind(&kind)?;
        let (first, last) = days_of_period(&period)?;
        let quantity_kg = cells.integer("quantity_kg", row)?.filter(|_| matches!(count("known"), Ok(n) if n > 0));
        let name = if subject_kind == SubjectKind::Site { names.get(&subject) } else { None };
        let mut finding = Finding {
            id: finding_id(&rule.id, &kind, &subject, &period),
            rule: rule.id.clone(),
            title: rule.title.clone(),
            family: rule.family.clone(),
            certainty: rule.certainty,
            severity: settings.severity(rule.certainty, quantity_kg),
            department: department.clone(),
            basis: rule.basis_between(first, last),
            subject_kind,
            subject_name: name.unwrap_or(&subject).clone(),
            subject,
            period,
            quantity_kg,
            observed: cells.integer("observed", row)?,
            allowed: cells.integer("allowed", row)?,
            unit: rule.unit.clone(),
            evidence: count("rows")?,
            says: Said::default(),
            clears: rule.clears.clone(),
        };
        finding.says = say::sentence(&rule.says, &finding, count("tickets")?);
        findings.push(finding);
    }
    Ok(findings)
}

/// First 16 hex digits of SHA-256 over `rule|subject_kind|subject|period`.
#[must_use]
fn finding_id(rule: &str, kind: &str, subject: &str, period: &str) -> String {
    let digest = Sha256::digest(format!("{rule}|{kind}|{subject}|{period}").as_bytes());
    digest.iter().take(8).map(|b| format!("{b:02x}")).collect()
}

fn subject_kind(text: &str) -> PolarsResult<SubjectKind> {
    Ok(match text {
        "site" => SubjectKind::Site,
        "place" => SubjectKind::Place,
        "plate" => SubjectKind::Plate,
        "ticket" => SubjectKind::Ticket,
        other => polars_bail!(ComputeError: "subject_kind {other:?} is none of site, place, plate, ticket"),
    })
}

/// First and last day of `2023`, `2023-06` or `2023-06-05`.
fn days_of_period(period: &str) -> PolarsResult<(NaiveDate, NaiveDate)> {
    let day = |text: String| text.parse::<NaiveDate>().ok().filter(|d| (1900..10_000).contains(&d.year()));
    let days = match period.len() {
        4 => day(format!("{period}-01-01")).zip(day(format!("{period}-12-31"))),
        7 => day(format!("{period}-01")).and_then(|first| Some((first, first.checked_add_months(Months::new(1))?.pred_opt()?))),
        10 => day(period.to_owned()).map(|d| (d, d)),
        _ => None,
    };
    days.ok_or_else(|| polars_err!(ComputeError: "period {period:?} is none of 2023, 2023-06, 2023-06-05"))
}

/// The columns of [`super::finding::Evidence`]: every row with the id of its finding.
fn with_ids(rows: DataFrame, groups: DataFrame, ids: &[&str], rule: &Rule) -> PolarsResult<DataFrame> {
    let ids = groups.lazy().select(KEY.map(col)).collect()?.hstack(&[Column::new("finding".into(), ids)])?;
    rows.lazy()
        .join(ids.lazy(), KEY.map(col), KEY.map(col), JoinArgs::new(JoinType::Inner))
        .with_columns([lit(rule.id.as_str()).alias("rule"), col("ticket").alias("ticket_no")])
        .select(EVIDENCE.map(|(name, _)| col(name)))
        .collect()
}

/// By finding, ticket, file and row; then by content, so that no order of rows or threads shows.
fn sorted(evidence: Vec<LazyFrame>) -> PolarsResult<DataFrame> {
    let by = ["finding", "ticket_no", "source_file", "source_sheet", "source_row", "quantity_kg", "observed", "allowed"];
    concat(evidence, UnionArgs::default())?.sort(by, SortMultipleOptions::default().with_nulls_last(true)).collect()
}

fn order(f: &Finding) -> (super::finding::Severity, &str, &str, &str, super::finding::SubjectKind) {
    (f.severity, &f.rule, &f.subject, &f.period, f.subject_kind)
}

fn site_names(engine: &Engine) -> Result<BTreeMap<String, String>, EngineError> {
    let frame = engine.sql("SELECT site_id, MIN(name) AS name FROM sites GROUP BY site_id")?;
    let rows = Rows::new(&frame);
    let mut names = BTreeMap::new();
    for row in 0..frame.height() {
        if let (Some(id), Some(name)) = (rows.text("site_id", row)?, rows.text("name", row)?) {
            names.insert(id, name);
        }
    }
    Ok(names)
}
