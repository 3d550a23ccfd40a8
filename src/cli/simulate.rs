//! `lepid simulate`: a synthetic basin, with what is wrong in it.

use super::{CliError, Global};
use crate::simulate::{Dress, Options, Plan, simulate};
use crate::text::Lang;
use chrono::NaiveDate;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// 随机种子，决定全部内容 / the seed decides everything
    #[arg(long, default_value_t = 2023)]
    seed: u64,
    /// 月数 / months
    #[arg(long, default_value_t = 12)]
    months: u32,
    /// 磅单数（约）/ weighbridge tickets, about
    #[arg(long, default_value_t = 60_000)]
    tickets: u64,
    /// 起始月份 / first month
    #[arg(long, default_value = "2023-01", value_name = "YYYY-MM", value_parser = month)]
    from: NaiveDate,
    /// 矿山数 / mines
    #[arg(long, default_value_t = 40)]
    mines: usize,
    /// 选矿厂数 / concentrators
    #[arg(long, default_value_t = 10)]
    concentrators: usize,
    /// 锂盐厂数 / smelters
    #[arg(long, default_value_t = 6)]
    smelters: usize,
    /// 输出目录，须为空或不存在 / folder for the files, empty or not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// 只设定这些违规，可重复；不写则全部 / plant only these, repeatable; all without it
    #[arg(long, value_name = "RULE[=STRENGTH]")]
    plant: Vec<String>,
    /// 不设定任何违规，用于检验误报 / plant nothing, to measure false alarms
    #[arg(long, conflicts_with = "plant")]
    clean: bool,
    /// 每表一个规整的 UTF-8 CSV / one clean UTF-8 CSV a table
    #[arg(long)]
    plain: bool,
}

fn month(text: &str) -> Result<NaiveDate, String> {
    format!("{text}-01").parse().map_err(|_| "应写成 2023-01 / write it as 2023-01".to_owned())
}

fn plan(args: &Args) -> Result<Plan, CliError> {
    if args.clean {
        return Ok(Plan::clean());
    }
    Ok(if args.plant.is_empty() { Plan::all() } else { Plan::only(args.plant.iter().map(String::as_str))? })
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<ExitCode, CliError> {
    let options = Options {
        seed: args.seed,
        months: args.months,
        tickets: args.tickets,
        from: args.from,
        mines: args.mines,
        concentrators: args.concentrators,
        smelters: args.smelters,
        plan: plan(args)?,
    };
    let summary = simulate(&options, if args.plain { Dress::Plain } else { Dress::Users }, &args.out)?;
    if global.json {
        out!("{}", serde_json::to_string_pretty(&summary)?);
        return Ok(ExitCode::SUCCESS);
    }
    let folder = args.out.display();
    match global.lang {
        Lang::Zh => {
            out!(
                "{folder}：合成数据，磅单 {} 张，设定违规 {} 项（truth.json），共 {} 字节",
                summary.tickets,
                summary.violations,
                summary.bytes
            );
            out!("其中应进入隔离区的行 {}，重复报送的行 {}", summary.quarantined, summary.repeated);
        }
        Lang::En => {
            out!(
                "{folder}: SYNTHETIC data, {} tickets, {} violations (truth.json), {} bytes",
                summary.tickets,
                summary.violations,
                summary.bytes
            );
            out!("rows meant for the quarantine: {}, rows sent twice: {}", summary.quarantined, summary.repeated);
        }
    }
    Ok(ExitCode::SUCCESS)
}
