//! `lepid cases`: what has become of what was found, who has it, and what is due?

mod evidence;
mod export;
mod list;
mod show;
mod stats;
mod step;
mod sync;
mod verify;

pub(super) use sync::{after_run, print as tell};

use super::{CliError, Global};
use crate::cases::{self, Ledger, Settings};
use crate::lake::{AsOf, Lake, Snapshot};
use crate::policy::Policy;
use crate::price::publication::ledger::beijing_day;
use chrono::{NaiveDate, Utc};
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(flatten)]
    list: list::Args,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(clap::Subcommand)]
enum What {
    /// 一件问题的全部记录 / one case and all that happened
    Show(show::Args),
    /// 按最近一次运行立案、并案、重新立案 / bring the cases to what the last run found
    Sync(sync::Args),
    /// 为一条线索立案（低于自动立案标准的也可）/ open a case of one finding, whatever policy says
    Open(sync::Open),
    /// 分办：交给部门和责任人 / give a case to a department and a person
    Assign(step::Assign),
    /// 核实：情况属实 / it is so
    Verify(step::Remarked),
    /// 查否：情况不属实 / it is not so
    Unfounded(step::Reasoned),
    /// 整改方案（一矿一策）/ set the plan of rectification
    Plan(step::Planned),
    /// 验收 / accept the rectification
    Accept(step::Remarked),
    /// 销号 / strike a case off
    Close(step::Remarked),
    /// 重新立案 / open a case again
    Reopen(step::Reasoned),
    /// 备注 / note something
    Note(step::Note),
    /// 附证据文件 / attach files as evidence
    Attach(evidence::Attach),
    /// 证据：列出、取出 / evidence: list it, get it out
    Evidence(evidence::Args),
    /// 导出问题台账 / the ledger as CSV, XLSX or HTML
    Export(export::Args),
    /// 统计 / how the cases are getting on
    Stats(stats::Args),
    /// 核验散列链和证据 / verify the hash chain and the evidence
    VerifyChain,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<ExitCode, CliError> {
    let place = Place::of(global)?;
    match &args.what {
        Some(What::VerifyChain) => return verify::run(&place, global),
        None => list::run(&args.list, &place, global),
        Some(What::Show(args)) => show::run(args, &place, global),
        Some(What::Sync(args)) => sync::run(args, &place, global),
        Some(What::Open(args)) => sync::open(args, &place, global),
        Some(What::Assign(args)) => args.run(&place, global),
        Some(What::Verify(args)) => args.run(|reason| cases::Step::Verify { reason }, &place, global),
        Some(What::Unfounded(args)) => args.run(|reason| cases::Step::Unfounded { reason }, &place, global),
        Some(What::Plan(args)) => args.run(&place, global),
        Some(What::Accept(args)) => args.run(|reason| cases::Step::Accept { reason }, &place, global),
        Some(What::Close(args)) => args.run(|reason| cases::Step::Close { reason }, &place, global),
        Some(What::Reopen(args)) => args.run(|reason| cases::Step::Reopen { reason }, &place, global),
        Some(What::Note(args)) => args.run(&place, global),
        Some(What::Attach(args)) => args.run(&place, global),
        Some(What::Evidence(args)) => evidence::run(args, &place, global),
        Some(What::Export(args)) => export::run(args, &place, global),
        Some(What::Stats(args)) => stats::run(args, &place, global),
    }?;
    Ok(ExitCode::SUCCESS)
}

/// The lake, and what policy says about its cases.
struct Place {
    lake: Lake,
    settings: Settings,
}

impl Place {
    fn of(global: &Global) -> Result<Self, CliError> {
        let policy = Policy::load(global.policy.as_deref())?;
        Ok(Self { lake: Lake::open_existing(&global.lake)?, settings: Settings::load(&policy)? })
    }

    fn snapshot(&self) -> Result<Snapshot, CliError> {
        Ok(self.lake.snapshot(&AsOf::Latest)?)
    }

    fn ledger(&self) -> Result<Ledger, CliError> {
        Ok(cases::ledger_of(&self.snapshot()?)?)
    }
}

/// A day on the command line.
fn day(text: &str) -> Result<NaiveDate, String> {
    let shape = text.len() == 10 && text.bytes().enumerate().all(|(at, b)| if at == 4 || at == 7 { b == b'-' } else { b.is_ascii_digit() });
    let parsed = text.parse().ok().filter(|_| shape);
    parsed.ok_or_else(|| "须为 2026-12-31 这样的日期 / must be a date like 2026-12-31".to_owned())
}

/// The day asked for, else the Beijing day of now.
fn today(asked: Option<NaiveDate>) -> NaiveDate {
    asked.unwrap_or_else(|| beijing_day(Utc::now()))
}

fn print_json(value: &impl serde::Serialize) -> Result<(), CliError> {
    out!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}
