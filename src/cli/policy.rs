//! `lepid policy`: which numbers are in force?

use super::{CliError, Global};
use crate::policy::Policy;
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(clap::Subcommand)]
enum What {
    /// 打印现行政策（默认值加用户的改动）/ print the policy in force
    Show,
    /// 只检查，有误则说明哪个键 / only check; an error names the key
    Check,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<ExitCode, CliError> {
    let policy = Policy::load(global.policy.as_deref())?;
    match args.what {
        None | Some(What::Show) => out!("# sha256 {}\n{}", policy.hash(), policy.to_toml()),
        Some(What::Check) => {
            // Every room reads its section: a key that none of them knows is an error that names it.
            crate::price::policy::PricePolicy::load(&policy)?;
            crate::rules::check(&policy, &crate::rules::load(None)?)?;
            out!("{}", policy.hash());
        }
    }
    Ok(ExitCode::SUCCESS)
}
