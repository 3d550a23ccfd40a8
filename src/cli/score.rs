//! `lepid score`: how many of the planted violations were found, and what was found that is none?

use super::{CliError, Global};
use crate::chart::number::whole_tonnes;
use crate::lake::{AsOf, Lake};
use crate::policy::Policy;
use crate::rules::finding::Certainty;
use crate::rules::registry;
use crate::simulate::{RuleScore, Score, monthly, read_truth, score};
use crate::text::Lang;
use indicatif::ProgressBar;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// 模拟真值 / the truth of a simulation
    #[arg(long, value_name = "FILE")]
    truth: PathBuf,
    /// 运行得到的问题清单 findings.json / findings of a run
    #[arg(long, value_name = "FILE", required_unless_present = "monthly")]
    findings: Option<PathBuf>,
    /// 对数据湖按各月末截断的记录逐月核对，另计多久才查出 / run the rules on the lake's records cut at each month's end, and tell delays
    #[arg(long, conflicts_with = "findings")]
    monthly: bool,
    /// 任一确证规则的精确率或召回率低于此值则退出码为 1 / exit 1 if a proven rule's precision or recall is below
    #[arg(long, value_name = "SHARE")]
    fail_below: Option<f64>,
    /// 任一有力规则的召回率低于此值则退出码为 1 / exit 1 if a strong rule's recall is below
    #[arg(long, value_name = "SHARE")]
    fail_recall_below: Option<f64>,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<ExitCode, CliError> {
    let score = match &args.findings {
        Some(findings) => score(&args.truth, findings)?,
        None => by_month(args, global)?,
    };
    if global.json {
        out!("{}", serde_json::to_string_pretty(&score)?);
    } else {
        let (head, missed, wrong) = match global.lang {
            Lang::Zh => {
                ("规则                           设定  发现  正确  精确率  召回率    设定吨数    查出吨数  延迟(月)", "  漏报", "  误报")
            }
            Lang::En => (
                "rule                        planted found right  precis.  recall   planted t     found t  delay (months)",
                "  missed",
                "  false",
            ),
        };
        out!("{head}");
        for rule in &score.rules {
            out!("{}", line(rule));
            for (subject, period) in &rule.missed {
                out!("{missed} {subject} {period}");
            }
            for (subject, period) in &rule.false_findings {
                out!("{wrong} {subject} {period}");
            }
        }
        out!("{}", score.reminder);
    }
    let rules = registry::builtin()?;
    let certainty = |score: &RuleScore| rules.iter().find(|r| r.id == score.rule).map(|r| r.certainty);
    let below = score.rules.iter().any(|rule| match certainty(rule) {
        Some(Certainty::Proven) => args.fail_below.is_some_and(|least| !rule.reaches(least)),
        Some(Certainty::Strong) => args.fail_recall_below.zip(rule.recall).is_some_and(|(least, recall)| recall < least),
        _ => false,
    });
    Ok(if below { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The lake's records, month by month.
fn by_month(args: &Args, global: &Global) -> Result<Score, CliError> {
    let (truth, policy) = (read_truth(&args.truth)?, Policy::load(global.policy.as_deref())?);
    let lake = Lake::open(&global.lake)?;
    let bar = ProgressBar::new_spinner();
    let score = monthly(&lake.snapshot(&AsOf::Latest)?, &policy, &truth, &mut |month| {
        bar.set_message(month.format("%Y-%m").to_string());
        bar.tick();
    })?;
    bar.finish_and_clear();
    Ok(score)
}

fn line(rule: &RuleScore) -> String {
    let share = |s: Option<f64>| s.map_or_else(|| "—".to_owned(), |s| format!("{s:.3}"));
    let delay = rule.delay.map_or_else(String::new, |d| format!("{} (≤ {})", d.median_months, d.longest_months));
    format!(
        "{:<28} {:>5} {:>5} {:>5}  {:>6}  {:>6} {:>11} {:>11}  {delay}",
        rule.rule,
        rule.planted,
        rule.found,
        rule.right,
        share(rule.precision),
        share(rule.recall),
        whole_tonnes(rule.planted_kg),
        whole_tonnes(rule.right_kg)
    )
}
