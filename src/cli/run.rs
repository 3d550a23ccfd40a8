//! `lepid run`: what do the records say now, and where is it written?

use super::{CliError, Global};
use crate::cases::{Settings, Synced};
use crate::chart::number::yuan;
use crate::lake::{AsOf, Lake};
use crate::policy::Policy;
use crate::report::contents::Contents;
use crate::report::{self, Month, Request};
use crate::rules::finding::Severity;
use crate::text::{Lang, Said};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// 数据湖的版本号或时刻 / version or instant of the lake
    #[arg(long, default_value = "latest", value_name = "V")]
    as_of: String,
    /// 只报告该月（及当年至该月）/ the report of one month (and its year up to then)
    #[arg(long, value_name = "2023-06")]
    month: Option<String>,
    /// 报告目录 / folder of reports
    #[arg(long, default_value = "reports", value_name = "DIR")]
    out: PathBuf,
    /// 另加用户自己的规则目录 / a folder with rules of your own
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,
    /// 有该程度以上的线索时退出码为 1 / exit status 1 if there is a finding so urgent
    #[arg(long, value_enum, value_name = "SEVERITY")]
    fail_on: Option<FailOn>,
}

/// From which severity on a script fails.
#[derive(Clone, Copy, clap::ValueEnum)]
enum FailOn {
    High,
    Medium,
    Low,
}

impl FailOn {
    const fn severity(self) -> Severity {
        match self {
            FailOn::High => Severity::High,
            FailOn::Medium => Severity::Medium,
            FailOn::Low => Severity::Low,
        }
    }
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<ExitCode, CliError> {
    let policy = Policy::load(global.policy.as_deref())?;
    let as_of: AsOf = args.as_of.parse()?;
    let month: Option<Month> = args.month.as_deref().map(str::parse).transpose()?;
    // Read before anything is done: a wrong policy should not cost the user the whole run.
    let settings = Settings::load(&policy)?;
    let lake = Lake::open(&global.lake)?;
    let bar = ProgressBar::new(report::Step::ALL.len() as u64);
    bar.set_style(ProgressStyle::with_template("{spinner} [{pos}/{len}] {msg}")?);
    let rules = crate::rules::load(args.rules.as_deref())?;
    let request = Request { as_of: &as_of, month, rules: &rules, dir: &args.out, lang: global.lang };
    let contents = report::run(&lake, &policy, &request, &mut |step| {
        bar.inc(1);
        bar.set_message(step.title().get(global.lang));
        bar.tick();
    })?;
    bar.finish_and_clear();
    // The run is whole and is told, whatever is wrong with the ledger.
    let synced = super::cases::after_run(&lake, &settings, &rules);
    let cases = synced.as_ref().ok().and_then(Option::as_ref);
    if global.json {
        out!("{}", serde_json::to_string_pretty(&summary(&contents, cases, &args.out))?);
    } else {
        print(&contents, &args.out, global.lang);
        cases.iter().for_each(|synced| super::cases::tell(synced, global.lang));
    }
    synced?;
    let failed = args.fail_on.is_some_and(|limit| contents.findings.iter().any(|f| f.severity <= limit.severity()));
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The result for machines.
fn summary(contents: &Contents, cases: Option<&Synced>, dir: &Path) -> serde_json::Value {
    let count = |severity| contents.findings.iter().filter(|f| f.severity == severity).count();
    serde_json::json!({
        "run": contents.run,
        "reports": dir,
        "findings": { "high": count(Severity::High), "medium": count(Severity::Medium), "low": count(Severity::Low) },
        "findings_by_rule": by_rule(contents).into_iter().map(|(rule, _, n)| (rule, n.into())).collect::<serde_json::Map<_, _>>(),
        "prices": latest(contents).into_iter().map(|(product, class, period, guide, lower, upper)| serde_json::json!({
            "product": product, "class": class, "period": period,
            "guide_fen_per_t": guide, "lower_fen_per_t": lower, "upper_fen_per_t": upper,
        })).collect::<Vec<_>>(),
        "charts": contents.charts.len(),
        "cases": cases,
    })
}

/// Rule, its title and its findings, by rule.
fn by_rule(contents: &Contents) -> Vec<(String, Said, usize)> {
    let mut rules: std::collections::BTreeMap<&str, (&Said, usize)> = std::collections::BTreeMap::new();
    for finding in &contents.findings {
        rules.entry(&finding.rule).or_insert((&finding.title, 0)).1 += 1;
    }
    rules.into_iter().map(|(rule, (title, n))| (rule.to_owned(), title.clone(), n)).collect()
}

type Price<'a> = (&'a str, &'a str, &'a str, i64, Option<i64>, Option<i64>);

/// Each class's last guide price.
fn latest(contents: &Contents) -> Vec<Price<'_>> {
    let mut prices = Vec::new();
    for product in &contents.bands {
        for class in &product.classes {
            let last = product.periods.iter().rev().find_map(|p| {
                let price = p.classes.iter().find(|c| c.class == class.id)?;
                Some((p.period.as_str(), price.guide_fen_per_t?, price))
            });
            if let Some((period, guide, price)) = last {
                prices.push((product.product.as_str(), class.id.as_str(), period, guide, price.lower_fen_per_t, price.upper_fen_per_t));
            }
        }
    }
    prices
}

fn print(contents: &Contents, dir: &Path, lang: Lang) {
    let zh = lang == Lang::Zh;
    let run = &contents.run;
    let days = format!("{} – {}", run.from.as_deref().unwrap_or("—"), run.to.as_deref().unwrap_or("—"));
    match zh {
        true => out!("运行 {}：数据湖版本 {}，数据 {days}，政策 {}", run.run_id, run.lake_version, short(&run.policy_sha256)),
        false => out!("run {}: lake version {}, data {days}, policy {}", run.run_id, run.lake_version, short(&run.policy_sha256)),
    }
    out!("{}", if zh { "参考指导价（元/干吨，不具约束力）" } else { "guide prices (yuan a dry tonne, not binding)" });
    let prices = latest(contents);
    for (product, class, period, guide, lower, upper) in &prices {
        let edge = |fen: &Option<i64>| fen.map_or_else(|| "—".to_owned(), yuan);
        let name = crate::records::product::by_id(product).map_or(*product, |p| p.title.get(lang));
        out!("  {name} {class}  {period}  {}  [{}–{}]", yuan(*guide), edge(lower), edge(upper));
    }
    if prices.is_empty() {
        out!("  {}", if zh { "没有：没有可用的成交或碳酸锂报价" } else { "none: no usable sale or no carbonate quotation" });
    }
    let count = |severity| contents.findings.iter().filter(|f| f.severity == severity).count();
    let (high, medium, low) = (count(Severity::High), count(Severity::Medium), count(Severity::Low));
    match zh {
        true => out!("线索 {} 条：高 {high}，中 {medium}，低 {low}（线索供核查，不是结论）", contents.findings.len()),
        false => out!("{} findings: {high} high, {medium} medium, {low} low (leads, not verdicts)", contents.findings.len()),
    }
    for (rule, title, n) in by_rule(contents) {
        out!("  {n:>6}  {rule}  {}", title.get(lang));
    }
    if run.quarantined > 0 {
        match zh {
            true => out!("隔离区 {} 行读不成记录：lepid quarantine", run.quarantined),
            false => out!("{} rows in quarantine: lepid quarantine", run.quarantined),
        }
    }
    let page = dir.join("report.html");
    match zh {
        true => out!("报告：{}\n台账：{}", page.display(), dir.join("findings.xlsx").display()),
        false => out!("report: {}\nledger: {}", page.display(), dir.join("findings.xlsx").display()),
    }
}

fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}
