//! What did a run find out, and from what was it made? Prices, rules, output, flows and sites of one snapshot.

use super::contents::{Contents, RunInfo};
use super::dossier::{self, Errors, Given};
use super::month::{Month, clip, last_day};
use super::{ReportError, frame, pictures};
use crate::engine::{Engine, Rows};
use crate::lake::{AsOf, Lake, Snapshot, open_rows};
use crate::policy::Policy;
use crate::price::publication;
use crate::records::Table;
use crate::risk::policy::RiskPolicy;
use crate::rules::finding::Finding;
use crate::rules::rule::Rule;
use crate::text::Text;
use crate::{balance, cases, price, risk, rules};
use chrono::NaiveDate;
use polars::prelude::DataFrame;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Kinds of lake transactions that change nothing that a run is made from. The publication of a price does: it stands in the place
/// of the computed one. Its drafts and reviews do not, nor does an entry of the error log, nor what becomes of findings (cases).
const NO_RECORDS: [&str; 4] = ["run", "compact", publication::store::PREPARES, cases::store::TRANSACTION];

/// What a run is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Working out guide prices.
    Prices,
    /// Running the rules.
    Rules,
    /// Adding up output and flows.
    Balance,
    /// Gathering.
    Contents,
    /// Drawing and writing the files.
    Write,
    /// Keeping the findings in the lake.
    Keep,
}

impl Step {
    /// The steps in their order.
    pub const ALL: [Step; 6] = [Step::Prices, Step::Rules, Step::Balance, Step::Contents, Step::Write, Step::Keep];

    /// For people.
    #[must_use]
    pub const fn title(self) -> Text {
        match self {
            Step::Rules => Text { zh: "核对规则", en: "running the rules" },
            Step::Prices => Text { zh: "测算指导价", en: "working out guide prices" },
            Step::Balance => Text { zh: "汇总产量与流向", en: "adding up output and flows" },
            Step::Contents => Text { zh: "整理结果", en: "gathering the results" },
            Step::Write => Text { zh: "绘图、写报告", en: "drawing and writing" },
            Step::Keep => Text { zh: "存入数据湖", en: "keeping the findings in the lake" },
        }
    }
}

/// The lake's records at a moment, named by the last transaction that changed them: neither a run nor a compaction in between
/// changes what a run is made from, so they change none of its bytes. The files are those of the moment itself, compacted or not.
///
/// # Errors
/// [`ReportError::Lake`] if there is no such moment or the lake can't be read.
pub fn snapshot_of_records(lake: &Lake, as_of: &AsOf) -> Result<Snapshot, ReportError> {
    let mut snapshot = lake.snapshot(as_of)?;
    let history = lake.history()?;
    let changed = history.iter().rfind(|t| t.number <= snapshot.version && !NO_RECORDS.contains(&t.kind.as_str()));
    match changed {
        Some(transaction) => {
            snapshot.version = transaction.number;
            snapshot.at = Some(transaction.at);
            snapshot.tables.retain(|name, _| transaction.versions.contains_key(name));
            for (name, table) in &mut snapshot.tables {
                table.version = transaction.versions.get(name).copied().unwrap_or(table.version);
            }
        }
        None => {
            snapshot.version = 0;
            snapshot.at = None;
            snapshot.tables.clear();
        }
    }
    Ok(snapshot)
}

/// Everything that a run finds out, and every row of evidence behind it. `snapshot` is one of [`snapshot_of_records`].
///
/// # Errors
/// [`ReportError`] naming the room that failed.
pub fn collect(snapshot: &Snapshot, engine: &Engine, policy: &Policy) -> Result<(Contents, DataFrame), ReportError> {
    collect_in(snapshot, engine, policy, &rules::load(None)?, None, &mut |_| {})
}

/// [`collect`] with these rules, of one month only if one is given, telling each step before it begins.
///
/// # Errors
/// [`ReportError`] naming the room that failed.
pub fn collect_in(
    snapshot: &Snapshot,
    engine: &Engine,
    policy: &Policy,
    rules: &[Rule],
    month: Option<Month>,
    step: &mut dyn FnMut(Step),
) -> Result<(Contents, DataFrame), ReportError> {
    step(Step::Prices);
    let bands = price::bands_with(engine, policy, &publication::published(snapshot)?)?;
    step(Step::Rules);
    price::given::register(engine, &bands)?;
    let outcome = rules::run_rules(engine, policy, rules)?;
    step(Step::Balance);
    let (output, flows, sites) = (balance::output(engine)?, balance::flows(engine)?, balance::sites(engine)?);
    step(Step::Contents);
    let mut findings = outcome.findings;
    findings.sort_by(|a, b| order(a).cmp(&order(b)));
    let run = run_info(snapshot, engine, policy, rules)?;
    let mut contents = Contents { run, bands, findings, output, flows, sites, risk: Vec::new(), dossiers: Vec::new(), charts: Vec::new() };
    let mut evidence = frame::evidence_frame(outcome.evidence)?;
    if let Some(month) = month {
        clip(&mut contents, month);
        evidence = frame::evidence_of(evidence, &contents.findings)?;
    }
    let hauls = risk::hauls(engine, &evidence)?;
    contents.risk = risk::assess(&contents.findings, &evidence, &hauls, &contents.sites, &RiskPolicy::load(policy)?)?;
    // A dossier is of all records; the report of a month has none.
    if month.is_none() {
        let given = Given {
            findings: &contents.findings,
            evidence: &evidence,
            hauls: &hauls,
            bands: &contents.bands,
            errors: Errors::of(policy, rules)?,
            quarantine: &open_rows(snapshot)?,
        };
        contents.dossiers = dossier::facts(engine, &given)?;
    }
    contents.run.results_sha256 = results_sha256(&contents)?;
    contents.run.run_id = run_id(&contents.run, month)?;
    contents.charts = pictures::charts(&contents);
    Ok((contents, evidence))
}

fn order(finding: &Finding) -> impl Ord + '_ {
    (finding.severity, &finding.rule, &finding.subject, &finding.period, &finding.id)
}

fn run_info(snapshot: &Snapshot, engine: &Engine, policy: &Policy, rules: &[Rule]) -> Result<RunInfo, ReportError> {
    let mut tables = BTreeMap::new();
    let mut rows = BTreeMap::new();
    for table in Table::ALL {
        if let Some(at) = snapshot.tables.get(table.name()) {
            tables.insert(table.name().to_owned(), at.version);
            rows.insert(table.name().to_owned(), snapshot.rows(table.name()));
        }
    }
    let (from, to) = span(engine)?;
    Ok(RunInfo {
        run_id: String::new(),
        program: format!("lepid {}", env!("CARGO_PKG_VERSION")),
        lake_version: snapshot.version,
        lake_at: snapshot.at.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)),
        tables,
        rows,
        policy_sha256: policy.hash().to_owned(),
        rules_sha256: rules::digest(rules),
        results_sha256: String::new(),
        from: from.map(|d| d.to_string()),
        to: to.map(|d| d.to_string()),
        quarantined: open_rows(snapshot)?.height() as u64,
    })
}

/// First and last day of tickets, sales and returns; a return speaks of its whole month.
fn span(engine: &Engine) -> Result<(Option<NaiveDate>, Option<NaiveDate>), ReportError> {
    let mut days = Vec::new();
    for (sql, whole_month) in [
        ("SELECT MIN(day) AS first, MAX(day) AS last FROM shipments", false),
        ("SELECT MIN(date) AS first, MAX(date) AS last FROM sales", false),
        ("SELECT MIN(month) AS first, MAX(month) AS last FROM production", true),
    ] {
        let frame = engine.sql(sql)?;
        let rows = Rows::new(&frame);
        if frame.height() == 0 {
            continue;
        }
        days.extend(rows.day("first", 0)?);
        days.extend(rows.day("last", 0)?.map(|d| if whole_month { last_day(d) } else { d }));
    }
    Ok((days.iter().min().copied(), days.iter().max().copied()))
}

fn results_sha256(contents: &Contents) -> Result<String, ReportError> {
    let results =
        (&contents.bands, &contents.findings, &contents.output, &contents.flows, &contents.sites, &contents.risk, &contents.dossiers);
    let digest = Sha256::digest(serde_json::to_vec(&results)?);
    Ok(digest.iter().map(|b| format!("{b:02x}")).collect())
}

/// Names a run by what it was made from and what came out. When the lake was filled does not decide a result; it is left out.
pub(super) fn run_id(run: &RunInfo, month: Option<Month>) -> Result<String, ReportError> {
    let deciding = RunInfo { run_id: String::new(), lake_at: None, ..run.clone() };
    let text = format!("{}\n{}", serde_json::to_string(&deciding)?, month.map(|m| m.to_string()).unwrap_or_default());
    Ok(Sha256::digest(text.as_bytes()).iter().take(8).map(|b| format!("{b:02x}")).collect())
}
