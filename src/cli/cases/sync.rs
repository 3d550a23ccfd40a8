//! `lepid cases sync`, `lepid cases open`: which findings become cases?

use super::{Place, day, print_json, today};
use crate::cases::{self, CasesError, PROGRAM, Refusal, Settings, Synced, view};
use crate::cli::{CliError, Global};
use crate::lake::Lake;
use crate::rules::rule::Rule;
use crate::text::Lang;
use chrono::{NaiveDate, Utc};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct Args {
    /// 运行时所用的用户规则目录 / the folder with rules of your own that the run was made with
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,
    /// 经办人 / who
    #[arg(long, value_name = "NAME", default_value = PROGRAM)]
    by: String,
}

#[derive(clap::Args)]
pub(super) struct Open {
    /// 线索编号 / id of the finding
    finding: String,
    /// 经办人 / who
    #[arg(long, value_name = "NAME")]
    by: String,
    /// 以该日判断是否逾期 / the day on which it counts whether it is overdue
    #[arg(long, value_name = "DATE", value_parser = day)]
    today: Option<NaiveDate>,
}

pub(super) fn run(args: &Args, place: &Place, global: &Global) -> Result<(), CliError> {
    let rules = crate::rules::load(args.rules.as_deref())?;
    let synced = cases::sync(&place.lake, &place.settings, &rules, Utc::now(), &args.by)?;
    if global.json {
        return print_json(&synced);
    }
    print(&synced, global.lang);
    Ok(())
}

/// Brings the cases to what a run has just found. `None`: the lake keeps no run yet, as after the report of a month.
pub(crate) fn after_run(lake: &Lake, settings: &Settings, rules: &[Rule]) -> Result<Option<Synced>, CliError> {
    match cases::sync(lake, settings, rules, Utc::now(), PROGRAM) {
        Ok(synced) => Ok(Some(synced)),
        Err(CasesError::Refused(Refusal::NoRun)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

pub(super) fn open(args: &Open, place: &Place, global: &Global) -> Result<(), CliError> {
    let case = cases::open(&place.lake, &place.settings, &args.finding, Utc::now(), &args.by)?;
    if global.json {
        return print_json(&view::whole(&case, today(args.today)));
    }
    super::step::say(&case, cases::Kind::Opened, global.lang);
    Ok(())
}

/// Says what a synchronisation did.
pub(crate) fn print(synced: &Synced, lang: Lang) {
    let Synced { opened, reopened, joined, changed, gone, returned, without_case, rules_known } = synced;
    let (opened, reopened) = (opened.len(), reopened.len());
    match lang {
        Lang::Zh => out!(
            "台账：立案 {opened} 件，重新立案 {reopened} 件；线索并入 {joined} 条，数据变动 {changed} 条，消失 {gone} 条，再现 {returned} 条；未立案的线索 {without_case} 条（政策 [cases.open]）"
        ),
        Lang::En => out!(
            "cases: {opened} opened, {reopened} opened again; {joined} findings joined, {changed} changed, {gone} gone, {returned} came back; {without_case} findings have no case (policy [cases.open])"
        ),
    }
    if !rules_known {
        match lang {
            Lang::Zh => out!("最近一次运行所用的规则与现在不同，未判断哪些线索已消失；请用 --rules 给出当时的规则目录，或重新 lepid run"),
            Lang::En => out!(
                "the last run was made with other rules, so it is not told which findings are gone; give their folder with --rules, or run `lepid run` again"
            ),
        }
    }
}
