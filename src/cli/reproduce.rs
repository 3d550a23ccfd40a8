//! `lepid reproduce`: does a run give the same bytes again?

use super::{CliError, Global};
use crate::lake::Lake;
use crate::policy::Policy;
use crate::report::{self, Comparison, Difference};
use crate::text::{Lang, Text};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// 运行编号，或 run.json 的路径 / id of a run, or path of its run.json
    run: String,
    /// 报告目录，按编号查找时先看这里 / folder of reports, where an id is looked for first
    #[arg(long, default_value = "reports", value_name = "DIR")]
    out: PathBuf,
    /// 该次运行所用的自己的规则目录 / the folder of your own rules that the run had
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<ExitCode, CliError> {
    let policy = Policy::load(global.policy.as_deref())?;
    let lake = Lake::open(&global.lake)?;
    let earlier = report::find(&lake, &args.run, &args.out)?;
    let comparison = report::reproduce(&lake, &earlier, &policy, &crate::rules::load(args.rules.as_deref())?)?;
    if global.json {
        let different: Vec<_> =
            comparison.different.iter().map(|(file, how)| serde_json::json!({ "file": file, "how": word(*how).en })).collect();
        out!(
            "{}",
            serde_json::to_string_pretty(&serde_json::json!({
                "run_id": comparison.run_id, "same": comparison.same, "different": different
            }))?
        );
    } else {
        print(&comparison, global.lang);
    }
    Ok(if comparison.different.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

const fn word(how: Difference) -> Text {
    match how {
        Difference::Changed => Text { zh: "内容不同", en: "changed" },
        Difference::Gone => Text { zh: "不再生成", en: "no longer made" },
        Difference::New => Text { zh: "原来没有", en: "not there before" },
    }
}

fn print(comparison: &Comparison, lang: Lang) {
    let (id, same) = (&comparison.run_id, comparison.same);
    match (comparison.different.is_empty(), lang) {
        (true, Lang::Zh) => out!("运行 {id} 重现：{same} 个文件逐字节相同"),
        (true, Lang::En) => out!("run {id} made again: {same} files, the same bytes"),
        (false, Lang::Zh) => out!("运行 {id} 未能重现：{same} 个文件相同，以下不同"),
        (false, Lang::En) => out!("run {id} is not the same: {same} files are, these are not"),
    }
    for (file, how) in &comparison.different {
        out!("  {file}  {}", word(*how).get(lang));
    }
}
