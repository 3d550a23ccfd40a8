//! `lepid risk`: which sites, places and trucks come first, and why?

use super::grid::Grid;
use super::{CliError, Global};
use crate::report::{checks, read};
use crate::risk::Risk;
use crate::rules::finding::{Severity, SubjectKind};
use crate::rules::say;
use crate::text::{Lang, Text};
use std::path::PathBuf;
use std::process::ExitCode;

/// Reasons that a line of the list names.
const MOST_REASONS: usize = 3;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// 只列场所；给出编号或名称则列其全部理由 / sites only; with an id or a name all its reasons
    #[arg(long, value_name = "ID", num_args = 0..=1, default_missing_value = "", conflicts_with = "plate")]
    site: Option<String>,
    /// 只列车辆；给出车牌则列其全部理由 / trucks only; with a plate all its reasons
    #[arg(long, value_name = "PLATE", num_args = 0..=1, default_missing_value = "")]
    plate: Option<String>,
    /// 以 CSV 输出 / print as CSV
    #[arg(long)]
    csv: bool,
    /// 报告目录 / folder of reports
    #[arg(long, default_value = "reports", value_name = "DIR")]
    reports: PathBuf,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<ExitCode, CliError> {
    let contents = read(&args.reports)?;
    let asked = args.site.as_deref().or(args.plate.as_deref()).unwrap_or("");
    let kept = |r: &&Risk| {
        let kind = match (&args.site, &args.plate) {
            (Some(_), _) => r.subject_kind == SubjectKind::Site,
            (None, Some(_)) => r.subject_kind == SubjectKind::Plate,
            (None, None) => true,
        };
        kind && (asked.is_empty() || r.subject == asked || r.subject_name == asked)
    };
    let risks: Vec<&Risk> = contents.risk.iter().filter(kept).collect();
    if global.json {
        out!("{}", serde_json::to_string_pretty(&risks)?);
    } else if args.csv {
        out!("{}", String::from_utf8_lossy(&checks::risks(&risks, &contents.run).csv(false)).trim_end());
    } else if asked.is_empty() {
        list(&risks, global.lang);
    } else {
        risks.iter().for_each(|risk| whole(risk, global.lang));
        if risks.is_empty() {
            out!("{}", said("本次运行没有关于它的线索", "this run found nothing about it", global.lang));
        }
    }
    Ok(ExitCode::SUCCESS)
}

const fn said(zh: &'static str, en: &'static str, lang: Lang) -> &'static str {
    Text { zh, en }.get(lang)
}

const fn level(level: Severity, lang: Lang) -> &'static str {
    match level {
        Severity::High => said("高", "high", lang),
        Severity::Medium => said("中", "medium", lang),
        Severity::Low => said("低", "low", lang),
    }
}

const fn kind(kind: SubjectKind, lang: Lang) -> &'static str {
    match kind {
        SubjectKind::Site => said("场所", "site", lang),
        SubjectKind::Place => said("未登记地点", "place", lang),
        SubjectKind::Plate => said("车辆", "truck", lang),
        SubjectKind::Ticket => said("磅单", "ticket", lang),
        SubjectKind::Company => said("企业", "company", lang),
    }
}

fn list(risks: &[&Risk], lang: Lang) {
    let titles = match lang {
        Lang::Zh => ["等级", "风险(吨)", "类型", "编号", "名称", "线索", "主要理由"],
        Lang::En => ["level", "at risk, t", "kind", "subject", "name", "findings", "main reasons"],
    };
    let mut grid = Grid::new(&titles).align_right(&[1, 5]);
    for risk in risks {
        let reasons: Vec<&str> = risk.reasons.iter().take(MOST_REASONS).map(|r| r.title.get(lang)).collect();
        grid.push(vec![
            level(risk.level, lang).to_owned(),
            say::tonnes(risk.score_kg),
            kind(risk.subject_kind, lang).to_owned(),
            risk.subject.clone(),
            risk.subject_name.clone(),
            risk.findings.to_string(),
            reasons.join(said("、", ", ", lang)),
        ]);
    }
    out!("{grid}");
    match lang {
        Lang::Zh => out!("{} 个对象；得分为按确定程度加权的吨数，每吨只计一次。理由：lepid risk --site 编号", risks.len()),
        Lang::En => out!("{} subjects; a score is tonnes weighted by certainty, each once. Reasons: lepid risk --site ID", risks.len()),
    }
}

fn whole(risk: &Risk, lang: Lang) {
    let (name, score, mass) = (&risk.subject_name, say::tonnes(risk.score_kg), say::tonnes(risk.mass_kg));
    let (level, findings, others) = (level(risk.level, lang), risk.findings, risk.from_others);
    match lang {
        Lang::Zh => out!(
            "{name}（{}）：风险{level}，{score} 吨；{findings} 条线索（其中 {others} 条属在此装车的车辆和磅单）涉及 {mass} 吨，每吨只计一次",
            risk.subject
        ),
        Lang::En => out!(
            "{name} ({}): risk {level}, {score} t; {findings} findings ({others} about trucks and tickets loaded here) name {mass} t, each once",
            risk.subject
        ),
    }
    let titles = match lang {
        Lang::Zh => ["规则", "理由", "线索", "单独计(吨)", "独有(吨)", "与其他重叠(吨)"],
        Lang::En => ["rule", "reason", "findings", "alone, t", "adds, t", "shared, t"],
    };
    let mut grid = Grid::new(&titles).align_right(&[2, 3, 4, 5]);
    for reason in &risk.reasons {
        grid.push(vec![
            reason.rule.clone(),
            reason.title.get(lang).to_owned(),
            reason.findings.to_string(),
            say::tonnes(reason.alone_kg),
            say::tonnes(reason.adds_kg),
            say::tonnes(reason.shared_kg),
        ]);
    }
    out!("{grid}");
}
