//! `lepid rules run`: how much does each rule find in the lake, and how long does it take? Nothing is written.

use super::grid::Grid;
use super::{CliError, Global};
use crate::engine::Engine;
use crate::lake::{AsOf, Lake};
use crate::policy::Policy;
use crate::price;
use crate::rules::rule::Rule;
use crate::rules::run_rules_telling;
use crate::text::Lang;
use serde_json::{Value, json};
use std::time::Instant;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// 数据湖的版本号或时刻 / version or instant of the lake
    #[arg(long, default_value = "latest", value_name = "V")]
    as_of: String,
    /// 同时显示每条规则用时和内存峰值 / with the seconds of each rule and the peak of memory
    #[arg(long)]
    timing: bool,
}

/// What a rule found, and how long it took.
struct Ran {
    rule: String,
    title: String,
    findings: usize,
    evidence: u64,
    seconds: f64,
}

pub(crate) fn run(args: &Args, rules: &[Rule], policy: &Policy, global: &Global) -> Result<(), CliError> {
    let as_of: AsOf = args.as_of.parse()?;
    let begin = Instant::now();
    let engine = Engine::new(&Lake::open(&global.lake)?.snapshot(&as_of)?)?;
    let bands = price::bands(&engine, policy)?;
    price::given::register(&engine, &bands)?;
    let before = begin.elapsed().as_secs_f64();
    let mut ran = Vec::with_capacity(rules.len());
    let mut last = Instant::now();
    run_rules_telling(&engine, policy, rules, &mut |rule, findings| {
        ran.push(Ran {
            rule: rule.id.clone(),
            title: rule.title.get(global.lang).to_owned(),
            findings: findings.len(),
            evidence: findings.iter().map(|f| f.evidence).sum(),
            seconds: last.elapsed().as_secs_f64(),
        });
        last = Instant::now();
    })?;
    let seconds = begin.elapsed().as_secs_f64() - before;
    if global.json {
        out!("{}", serde_json::to_string_pretty(&as_json(args, &ran, before, seconds))?);
    } else {
        print(args, &ran, before, seconds, global.lang);
    }
    Ok(())
}

fn as_json(args: &Args, ran: &[Ran], before: f64, seconds: f64) -> Value {
    let rules: Vec<Value> = ran
        .iter()
        .map(|r| {
            let mut row = json!({ "rule": r.rule, "findings": r.findings, "evidence": r.evidence });
            if args.timing {
                row["seconds"] = json!(rounded(r.seconds));
            }
            row
        })
        .collect();
    if args.timing {
        json!({ "rules": rules, "prices_seconds": rounded(before), "rules_seconds": rounded(seconds), "peak_mib": peak_mib() })
    } else {
        json!({ "rules": rules })
    }
}

fn print(args: &Args, ran: &[Ran], before: f64, seconds: f64, lang: Lang) {
    let zh = lang == Lang::Zh;
    let titles: &[&str] = match (zh, args.timing) {
        (true, true) => &["编号", "名称", "线索", "证据行", "秒"],
        (true, false) => &["编号", "名称", "线索", "证据行"],
        (false, true) => &["id", "title", "findings", "rows of evidence", "seconds"],
        (false, false) => &["id", "title", "findings", "rows of evidence"],
    };
    let mut grid = Grid::new(titles).align_right(&[2, 3, 4]);
    for r in ran {
        let mut row = vec![r.rule.clone(), r.title.clone(), r.findings.to_string(), r.evidence.to_string()];
        if args.timing {
            row.push(format!("{:.2}", r.seconds));
        }
        grid.push(row);
    }
    out!("{grid}");
    if args.timing {
        let memory = peak_mib().map_or_else(|| "?".to_owned(), |m| m.to_string());
        if zh {
            out!("规则共 {seconds:.2} 秒，此前读湖和算价 {before:.2} 秒，内存峰值 {memory} MiB");
        } else {
            out!("rules {seconds:.2} s, reading the lake and prices before them {before:.2} s, peak of memory {memory} MiB");
        }
    }
}

fn rounded(seconds: f64) -> f64 {
    (seconds * 1_000.0).round() / 1_000.0
}

/// The most memory that this process held, where the system says so.
fn peak_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let kib: u64 = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1_024)
}
