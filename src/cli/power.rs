//! `lepid power`: how small a violation does a rule still find?

use super::{CliError, Global};
use crate::chart::number::whole_tonnes;
use crate::chart::power::{self as picture, Power};
use crate::policy::Policy;
use crate::rules::finding::Certainty;
use crate::rules::registry;
use crate::simulate::power::{Basin, Point, basin, points};
use crate::simulate::{Options, Plan, REMINDER};
use crate::text::Lang;
use serde::Serialize;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// 规则，可重复 / rule, repeatable
    #[arg(long, value_name = "RULE", required = true)]
    rule: Vec<String>,
    /// 违规强度 / strengths of the planted violations
    #[arg(long, value_delimiter = ',', default_value = "0.1,0.2,0.35,0.5,0.75,1", value_name = "LIST")]
    strengths: Vec<String>,
    /// 种子，首尾都算 / seeds, both ends included
    #[arg(long, default_value = "1..5", value_name = "FROM..TO", value_parser = seeds)]
    seeds: (u64, u64),
    /// 每个矿区的磅单数（约）/ weighbridge tickets of a basin, about
    #[arg(long, default_value_t = 20_000)]
    tickets: u64,
    /// 输出目录 / folder for the curve as JSON, CSV and SVG
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// A rule's curve as `power-RULE.json` has it.
#[derive(Serialize)]
struct Curve {
    reminder: &'static str,
    rule: String,
    tickets: u64,
    points: Vec<Point>,
    basins: Vec<Basin>,
}

fn seeds(text: &str) -> Result<(u64, u64), String> {
    let wrong = || "应写成 1..10 / write it as 1..10".to_owned();
    let (from, to) = text.split_once("..").ok_or_else(wrong)?;
    let number = |text: &str| text.trim().parse::<u64>().map_err(|_| wrong());
    Ok((number(from)?, number(to.trim_start_matches('='))?)).and_then(|(from, to)| if from <= to { Ok((from, to)) } else { Err(wrong()) })
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<ExitCode, CliError> {
    let policy = Policy::load(global.policy.as_deref())?;
    std::fs::create_dir_all(&args.out).map_err(|e| cannot(&args.out, &e))?;
    let mut curves = Vec::new();
    for rule in &args.rule {
        let curve = curve(args, rule, &policy)?;
        write(&args.out, &curve, global.lang)?;
        if !global.json {
            print(&curve, global.lang);
        }
        curves.push(curve);
    }
    if global.json {
        out!("{}", serde_json::to_string_pretty(&curves)?);
    } else {
        out!("{REMINDER}");
    }
    Ok(ExitCode::SUCCESS)
}

fn curve(args: &Args, rule: &str, policy: &Policy) -> Result<Curve, CliError> {
    let mut basins = Vec::new();
    for strength in &args.strengths {
        for seed in args.seeds.0..=args.seeds.1 {
            let work = args.out.join(format!("basin-{rule}-{strength}-{seed}"));
            let options = Options { seed, tickets: args.tickets, plan: Plan::clean(), ..Options::sample() };
            let found = basin(rule, strength.trim(), &options, &work, policy);
            // The records of a basin are made again from its seed: nobody needs them on the disk.
            if work.is_dir() {
                std::fs::remove_dir_all(&work).map_err(|e| cannot(&work, &e))?;
            }
            basins.push(found?);
        }
    }
    Ok(Curve { reminder: REMINDER, rule: rule.to_owned(), tickets: args.tickets, points: points(&basins), basins })
}

fn write(out: &Path, curve: &Curve, lang: Lang) -> Result<(), CliError> {
    let rule = &curve.rule;
    let files = [
        (format!("power-{rule}.json"), serde_json::to_string_pretty(curve)? + "\n"),
        (format!("power-{rule}.csv"), csv(curve)),
        (format!("power-{rule}.svg"), picture::svg(&drawn(curve, lang)?, lang)),
    ];
    for (name, text) in files {
        let path = out.join(name);
        std::fs::write(&path, text).map_err(|e| cannot(&path, &e))?;
    }
    Ok(())
}

/// One line a basin.
fn csv(curve: &Curve) -> String {
    let mut text = "rule,strength,seed,planted,found,false_findings,planted_kg,found_kg\n".to_owned();
    for b in &curve.basins {
        let line = (&curve.rule, &b.strength, b.seed, b.planted, b.found, b.false_findings, b.planted_kg, b.found_kg);
        // Writing to a string never fails.
        let _ = writeln!(text, "{},{},{},{},{},{},{},{}", line.0, line.1, line.2, line.3, line.4, line.5, line.6, line.7);
    }
    text
}

fn drawn(curve: &Curve, lang: Lang) -> Result<Power, CliError> {
    let rules = registry::builtin().map_err(crate::rules::RulesError::from)?;
    let rule = rules.iter().find(|r| r.id == curve.rule);
    let basins = curve.basins.len();
    let title = rule.map_or_else(|| curve.rule.clone(), |r| r.title.get(lang).to_owned());
    #[expect(clippy::cast_possible_truncation, reason = "a share in ppm")]
    let ppm = |share: Option<f64>| (share.unwrap_or(0.0) * 1e6).round() as i64;
    Ok(Power {
        title: match lang {
            Lang::Zh => format!("检出能力：{title}（{}）", curve.rule),
            Lang::En => format!("Power: {title} ({})", curve.rule),
        },
        basis: match lang {
            Lang::Zh => format!("{REMINDER_ZH}；模拟矿区 {basins} 个，每个约 {} 张磅单，只设定这一种违规；×1 为默认强度", curve.tickets),
            Lang::En => {
                format!(
                    "SYNTHETIC data: {basins} basins of some {} tickets, only this violation planted; ×1 is the default strength",
                    curve.tickets
                )
            }
        },
        // What design asks of the rules: proven ones find all, strong ones nine of ten.
        target_ppm: if rule.is_some_and(|r| r.certainty == Certainty::Proven) { 1_000_000 } else { 900_000 },
        points: curve
            .points
            .iter()
            .map(|p| picture::Point {
                strength: p.strength.clone(),
                mean_kg: p.mean_kg,
                planted: p.planted as u64,
                found: p.found as u64,
                recall_ppm: ppm(p.recall),
                low_ppm: ppm(p.interval.map(|i| i.0)),
                high_ppm: ppm(p.interval.map(|i| i.1)),
            })
            .collect(),
    })
}

const REMINDER_ZH: &str = "合成数据";

fn print(curve: &Curve, lang: Lang) {
    out!("{}", curve.rule);
    out!(
        "{}",
        match lang {
            Lang::Zh => "强度    矿区  设定  查出  误报  召回率  95 % 区间      平均吨数",
            Lang::En => "strength basins planted found false recall  95 % interval  mean t",
        }
    );
    for p in &curve.points {
        let share = |s: Option<f64>| s.map_or_else(|| "—".to_owned(), |s| format!("{s:.3}"));
        let interval = p.interval.map_or_else(String::new, |(low, high)| format!("{low:.3}–{high:.3}"));
        out!(
            "{:<8} {:>5} {:>5} {:>5} {:>5}  {:>6}  {:<13}  {}",
            p.strength,
            p.basins,
            p.planted,
            p.found,
            p.false_findings,
            share(p.recall),
            interval,
            whole_tonnes(p.mean_kg)
        );
    }
}

fn cannot(path: &Path, error: &std::io::Error) -> CliError {
    let path = path.display();
    CliError(format!(
        "写入 {path} 失败：{error}；请检查目录权限和磁盘空间 / cannot write {path}: {error}; check the folder's permissions and the disk"
    ))
}
