//! `lepid policy`: which numbers are in force, are they right, and what would another file change?

mod check;
mod diff;
mod show;

use super::{CliError, Global};
use std::process::ExitCode;
use toml::{Table, Value};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(clap::Subcommand)]
enum What {
    /// 打印现行政策，注明各值来自默认还是文件（默认）/ print the policy in force and where each value comes from (default)
    Show,
    /// 只检查：一次列出所有有误的键及允许的取值；节假日表不够用时告警 / only check: every wrong key with what is allowed; warns where the table of holidays ends
    Check,
    /// 逐键比较两份政策，并说明各处改变价格、规则还是都不改变 / compare two policies key by key, and what each key changes
    Diff(diff::Args),
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<ExitCode, CliError> {
    match &args.what {
        None | Some(What::Show) => show::run(global),
        Some(What::Check) => check::run(global),
        Some(What::Diff(args)) => diff::run(args, global),
    }
}

/// A value for machines: dates are texts.
fn json_of(value: &Value) -> serde_json::Value {
    match value {
        Value::String(text) => text.clone().into(),
        Value::Integer(whole) => (*whole).into(),
        Value::Float(float) => (*float).into(),
        Value::Boolean(flag) => (*flag).into(),
        Value::Datetime(date) => date.to_string().into(),
        Value::Array(values) => values.iter().map(json_of).collect::<Vec<_>>().into(),
        Value::Table(table) => serde_json::Value::Object(table.iter().map(|(key, value)| (key.clone(), json_of(value))).collect()),
    }
}

/// The user's keys; none without a file.
fn user_table(global: &Global) -> Result<Table, CliError> {
    Ok(global.policy.as_deref().map(crate::policy::read).transpose()?.unwrap_or_default())
}
