//! How do evidence rows become findings? Grouped by rule, subject and period, in frames, however many rows there are.

use super::context::Context;
use super::finding::{Certainty, Finding, SubjectKind};
use super::frames::{EVIDENCE, empty_evidence};
use super::given::{self, FOUND};
use super::parameter::Value;
use super::rule::{Figure, Pass, Quantity, Rule};
use super::say::Cell;
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

/// Runs these rules over one snapshot: those over the records first, then those over what has been found.
///
/// # Errors
/// [`RulesError`] naming the rule.
pub fn run_rules(engine: &Engine, policy: &Policy, rules: &[Rule]) -> Result<Outcome, RulesError> {
    run_rules_telling(engine, policy, rules, &mut |_, _| {})
}

/// [`run_rules`], telling each rule's findings when it is done.
///
/// # Errors
/// [`RulesError`] naming the rule.
pub fn run_rules_telling(
    engine: &Engine,
    policy: &Policy,
    rules: &[Rule],
    done: &mut dyn FnMut(&Rule, &[Finding]),
) -> Result<Outcome, RulesError> {
    let settings = Settings::of(policy, rules)?;
    let names = Names::read(engine)?;
    for table in [given::GUIDE_PRICES, given::PRICED_SALES, FOUND] {
        if !engine.has(table) {
            engine.register(table, given::empty(table));
        }
    }
    let known = if engine.has(FOUND) { engine.sql("SELECT * FROM first_pass")? } else { given::empty(FOUND) };
    let mut found = vec![known.clone().lazy()];
    let mut findings = Vec::new();
    let mut evidence = vec![empty_evidence().lazy()];
    for pass in [Pass::Records, Pass::Findings] {
        if pass == Pass::Findings {
            let all = concat(found.clone(), UnionArgs::default()).and_then(LazyFrame::collect).map_err(EngineError::from)?;
            engine.register(FOUND, all);
        }
        for rule in rules.iter().filter(|r| r.pass == pass) {
            let department = settings.department(rule)?;
            let blame = |source: EngineError| RulesError::Run { rule: rule.id.clone(), source: Box::new(source) };
            let rows = rows(engine, rule, &settings).map_err(blame)?;
            let groups = groups(&rows, rule).map_err(|e| blame(e.into()))?;
            let of_rule = of_groups(rule, &settings, department, &names, &groups).map_err(|e| blame(e.into()))?;
            done(rule, &of_rule);
            if pass == Pass::Records {
                found.push(as_found(&rows, rule));
            }
            let ids: Vec<&str> = of_rule.iter().map(|f| f.id.as_str()).collect();
            let frame = with_ids(rows, groups, &ids, rule).map_err(|e| blame(e.into()))?;
            evidence.push(frame.lazy());
            findings.extend(of_rule);
        }
    }
    // The next run over the same views begins as this one did.
    engine.register(FOUND, known);
    findings.sort_by(|a, b| order(a).cmp(&order(b)));
    Ok(Outcome { findings, evidence: sorted(evidence).map_err(EngineError::from)? })
}

/// A rule's rows as the table `first_pass` has them.
fn as_found(rows: &DataFrame, rule: &Rule) -> LazyFrame {
    let certainty = match rule.certainty {
        Certainty::Proven => "proven",
        Certainty::Strong => "strong",
        Certainty::Lead => "lead",
    };
    let columns: Vec<Expr> = ROWS.iter().map(|(name, _)| col(*name)).collect();
    rows.clone().lazy().select([vec![lit(rule.id.as_str()).alias("rule"), lit(certainty).alias("certainty")], columns].concat())
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
    let given = settings.values(&rule.id);
    let values: BTreeMap<String, Value> =
        rule.parameters.iter().map(|p| (p.name.clone(), given.get(&p.name).unwrap_or(&p.default).clone())).collect();
    let context = Context { engine, values: &values };
    for table in &rule.needs {
        engine.register(table.name(), deep(|| table.make(&context))?);
    }
    let mut rows = deep(|| engine.sql(&rule.statement(&values)))?;
    if let Some(step) = rule.step {
        rows = deep(|| step.run(&context, rows))?;
    }
    let figures = rule.figures.iter().map(|f| col(&f.name).strict_cast(if f.is_text() { DataType::String } else { DataType::Int64 }));
    let columns: Vec<Expr> = ROWS.map(|(name, dtype)| col(name).strict_cast(dtype)).into_iter().chain(figures).collect();
    let rows = rows.lazy().select(columns).collect()?;
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

/// One row a finding: counts, mass, and the worst row's numbers. A row that means the subject as a whole is worse than any ticket.
fn groups(rows: &DataFrame, rule: &Rule) -> PolarsResult<DataFrame> {
    let figures: Vec<Expr> = rule.figures.iter().map(|f| col(&f.name)).collect();
    let narrow = [KEY.map(col).to_vec(), ["ticket", "quantity_kg", "observed", "allowed"].map(col).to_vec(), figures.clone()].concat();
    let whole = col("ticket").is_null().and(col("observed").is_not_null());
    // The figures come last among the keys: of rows that are equally bad the same one is taken in any order of rows.
    let by = ["whole", "excess", "observed", "allowed"].into_iter().chain(rule.figures.iter().map(|f| f.name.as_str()));
    let by: Vec<PlSmallStr> = by.map(PlSmallStr::from).collect();
    let worst_first = rows
        .clone()
        .lazy()
        .select(narrow)
        .with_columns([whole.alias("whole"), (col("observed") - col("allowed")).alias("excess")])
        .sort(by, SortMultipleOptions::default().with_order_descending(true).with_nulls_last(true));
    let known = match rule.quantity {
        Quantity::Sum => col("quantity_kg"),
        Quantity::Largest => col("quantity_kg").filter(col("ticket").is_null()),
    };
    let mass = match rule.quantity {
        Quantity::Sum => known.clone().sum(),
        Quantity::Largest => known.clone().max(),
    };
    let counts = [
        len().cast(DataType::Int64).alias("rows"),
        col("ticket").count().cast(DataType::Int64).alias("tickets"),
        // A sum of nothing is not zero.
        known.count().cast(DataType::Int64).alias("known"),
        mass.alias("quantity_kg"),
        col("observed").first(),
        col("allowed").first(),
    ];
    let all: Vec<Expr> = counts.into_iter().chain(figures.into_iter().map(Expr::first)).collect();
    worst_first.group_by_stable(KEY.map(col)).agg(all).sort(KEY, SortMultipleOptions::default()).collect()
}

fn of_groups(rule: &Rule, settings: &Settings, department: &Said, names: &Names, groups: &DataFrame) -> PolarsResult<Vec<Finding>> {
    let cells = Rows::new(groups);
    let mut findings = Vec::with_capacity(groups.height());
    for row in 0..groups.height() {
        let text = |column: &str| cells.text(column, row).map(Option::unwrap_or_default);
        let count = |column: &str| cells.integer(column, row).map(|n| n.and_then(|n| u64::try_from(n).ok()).unwrap_or_default());
        let (kind, subject, period) = (text("subject_kind")?, text("subject")?, text("period")?);
        let subject_kind = subject_kind(&kind)?;
        let (first, last) = days_of_period(&period)?;
        let quantity_kg = cells.integer("quantity_kg", row)?.filter(|_| matches!(count("known"), Ok(n) if n > 0));
        let name = names.of(subject_kind, &subject);
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
        let value = |f: &Figure| {
            PolarsResult::Ok(if f.is_text() { Cell::Text(cells.text(&f.name, row)?) } else { Cell::Number(cells.integer(&f.name, row)?) })
        };
        let figures: PolarsResult<Vec<say::Shown>> = rule.figures.iter().map(|f| Ok((f, value(f)?))).collect();
        finding.says = say::sentence(&rule.says, &finding, count("tickets")?, &figures?);
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
        "company" => SubjectKind::Company,
        other => polars_bail!(ComputeError: "subject_kind {other:?} is none of site, place, plate, ticket, company"),
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

/// Names of sites and companies.
struct Names {
    sites: BTreeMap<String, String>,
    companies: BTreeMap<String, String>,
}

impl Names {
    fn read(engine: &Engine) -> Result<Self, EngineError> {
        Ok(Self {
            sites: names(engine, "SELECT site_id AS id, MIN(name) AS name FROM sites GROUP BY site_id")?,
            companies: names(engine, "SELECT company_id AS id, MIN(name) AS name FROM companies GROUP BY company_id")?,
        })
    }

    fn of(&self, kind: SubjectKind, subject: &str) -> Option<&String> {
        match kind {
            SubjectKind::Site => self.sites.get(subject),
            SubjectKind::Company => self.companies.get(subject),
            SubjectKind::Place | SubjectKind::Plate | SubjectKind::Ticket => None,
        }
    }
}

fn names(engine: &Engine, sql: &str) -> Result<BTreeMap<String, String>, EngineError> {
    let frame = engine.sql(sql)?;
    let rows = Rows::new(&frame);
    let mut names = BTreeMap::new();
    for row in 0..frame.height() {
        if let (Some(id), Some(name)) = (rows.text("id", row)?, rows.text("name", row)?) {
            names.insert(id, name);
        }
    }
    Ok(names)
}
