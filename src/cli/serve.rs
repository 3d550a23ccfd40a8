//! `lepid serve`: what does the last run say, in a browser?

use super::{CliError, Global};
use crate::serve::{AppState, Bound, bind};
use crate::text::Lang;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// 监听地址，只限本机；端口 0 为任意空闲端口 / address to listen on, this machine only; port 0 is any free one
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDR")]
    listen: String,
    /// 报告目录（lepid run 的输出）/ folder of reports, as `lepid run` writes it
    #[arg(long, default_value = "./reports", value_name = "DIR")]
    reports: PathBuf,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<ExitCode, CliError> {
    let bound = bind(&args.listen)?;
    if global.json {
        out!("{}", serde_json::json!({ "address": bound.url(), "reports": args.reports }));
    } else {
        announce(&bound, &args.reports, global.lang);
    }
    bound.run(AppState::with_lake(&args.reports, &global.lake, chrono::Utc::now))?;
    Ok(ExitCode::SUCCESS)
}

/// Says where to look, before anything is answered.
pub(super) fn announce(bound: &Bound, reports: &Path, lang: Lang) {
    match lang {
        Lang::Zh => out!("请用浏览器打开 {}（报告目录 {}；Ctrl-C 停止）", bound.url(), reports.display()),
        Lang::En => out!("Open {} in a browser (reports in {}; Ctrl-C stops)", bound.url(), reports.display()),
    }
}
