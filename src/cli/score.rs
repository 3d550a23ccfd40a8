//! `lepid score`: how many of the planted violations were found, and what was found that is none?

use super::{CliError, Global};
use crate::simulate::{RuleScore, score};
use crate::text::Lang;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// 模拟真值 / the truth of a simulation
    #[arg(long, value_name = "FILE")]
    truth: PathBuf,
    /// 运行得到的问题清单 findings.json / findings of a run
    #[arg(long, value_name = "FILE")]
    findings: PathBuf,
    /// 任一规则的精确率或召回率低于此值则退出码为 1 / exit 1 if a rule's precision or recall is below
    #[arg(long, value_name = "SHARE")]
    fail_below: Option<f64>,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<ExitCode, CliError> {
    let score = score(&args.truth, &args.findings)?;
    if global.json {
        out!("{}", serde_json::to_string_pretty(&score)?);
    } else {
        let (head, missed, wrong) = match global.lang {
            Lang::Zh => ("规则                    设定  发现  正确  精确率  召回率", "  漏报", "  误报"),
            Lang::En => ("rule                 planted found right  precis.  recall", "  missed", "  false"),
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
    let below = args.fail_below.is_some_and(|least| score.rules.iter().any(|r| !r.reaches(least)));
    Ok(if below { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn line(rule: &RuleScore) -> String {
    let share = |s: Option<f64>| s.map_or_else(|| "—".to_owned(), |s| format!("{s:.3}"));
    format!(
        "{:<22} {:>5} {:>5} {:>5}  {:>6}  {:>6}",
        rule.rule,
        rule.planted,
        rule.found,
        rule.right,
        share(rule.precision),
        share(rule.recall)
    )
}
