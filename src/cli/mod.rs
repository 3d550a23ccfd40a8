//! What does the user ask for? One file a subcommand; this one parses and calls.

use crate::text::Lang;
use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// Prints a line; a reader that has gone away (`lepid … | head`) is no error.
macro_rules! out {
    ($($arg:tt)*) => {{
        use std::io::Write as _;
        let mut stdout = std::io::stdout().lock();
        if let Err(e) = writeln!(stdout, $($arg)*) && e.kind() != std::io::ErrorKind::BrokenPipe {
            tracing::warn!("{e}");
        }
    }};
}

mod cases;
mod demo;
mod dossier;
mod findings;
mod grid;
mod ingest;
mod lake;
mod policy;
mod power;
mod price;
mod quarantine;
mod reproduce;
mod risk;
mod rules;
mod rules_run;
mod run;
mod sample;
mod score;
mod serve;
mod simulate;
mod sql;

/// 锂资源供应链与价格监测 — records of a lithium district in, guide price and findings out.
#[derive(Parser)]
#[command(name = "lepid", version, disable_help_subcommand = true)]
struct Cli {
    /// 数据湖目录 / folder of the lake
    #[arg(long, global = true, default_value = "./lake", value_name = "DIR")]
    lake: String,
    /// 政策文件，替换内置默认值 / policy file; its keys replace the built-in defaults
    #[arg(long, global = true, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// 输出语言 / language of output
    #[arg(long, global = true, default_value = "zh", value_parser = ["zh", "en"])]
    lang: String,
    /// 结果以 JSON 输出 / print results as JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// 从示例盆地到网页，走完全程 / the whole way on a sample basin, then show it in a browser
    Demo(demo::Args),
    /// 导入文件或文件夹 / files or folders into the lake
    Ingest(ingest::Args),
    /// 核对规则、测算指导价、写报告 / rules, guide prices, reports
    Run(run::Args),
    /// 指导价区间和每笔销售的去向 / guide prices with their bands, and what became of each sale
    Price(price::Args),
    /// 线索及其全部证据 / findings and every ticket behind them
    Findings(findings::Args),
    /// 风险：场所、车辆按不重复计的吨数排序 / sites and trucks by tonnes at risk, no ton counted twice
    Risk(risk::Args),
    /// 抽查：按县和风险分层抽取采矿权 / draw mining rights for spot checks
    Sample(sample::Args),
    /// 一矿一档：一页和一份 PDF / all that is known of a site, on a page and on paper
    Dossier(dossier::Args),
    /// 问题台账：分办、核实、整改、验收、销号 / the ledger of cases: what has become of findings
    Cases(cases::Args),
    /// 规则：含义、依据、参数 / rules: what they say, their basis and parameters
    Rules(rules::Args),
    /// 在浏览器中查看结果（仅本机）/ show the results in a browser, on this machine only
    Serve(serve::Args),
    /// 数据湖：各表、历史、合并 / the lake: tables, history, compaction
    Lake(lake::Args),
    /// 用 SQL 查询 / a question in SQL
    Sql(sql::Args),
    /// 现行政策 / the policy in force
    Policy(policy::Args),
    /// 重现一次运行并逐字节比较 / make a run again and compare its bytes
    Reproduce(reproduce::Args),
    /// 生成合成矿区的记录与违规真值 / make a synthetic basin's records and truth
    Simulate(simulate::Args),
    /// 对照模拟真值，逐条规则计精确率与召回率 / precision and recall by rule against a simulation's truth
    Score(score::Args),
    /// 检出能力：违规多小还能查出 / how small a violation is still found, on simulated basins
    Power(power::Args),
    /// 隔离区：读不懂的行 / rows that could not be read
    Quarantine(quarantine::Args),
}

/// What every subcommand is given.
pub(crate) struct Global {
    /// Root of the lake.
    pub(crate) lake: String,
    /// The user's policy file.
    pub(crate) policy: Option<PathBuf>,
    /// Language of output.
    pub(crate) lang: Lang,
    /// Results as JSON.
    pub(crate) json: bool,
}

/// Why a command failed: a sentence that says what to do next.
#[derive(Debug)]
pub(crate) struct CliError(pub(crate) String);

impl<E: std::error::Error> From<E> for CliError {
    fn from(error: E) -> Self {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            let cause_text = cause.to_string();
            if !text.contains(&cause_text) {
                text.push_str(": ");
                text.push_str(&cause_text);
            }
            source = cause.source();
        }
        Self(text)
    }
}

/// Parses the command line and runs it. Exit status: 0 done, 1 failed, 2 wrong usage.
#[must_use]
pub fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_env("LEPID_LOG").unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let wrong = error.use_stderr();
            if let Err(e) = error.print() {
                tracing::warn!("{e}");
            }
            return if wrong { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
    let global = Global { lake: cli.lake, policy: cli.policy, lang: if cli.lang == "en" { Lang::En } else { Lang::Zh }, json: cli.json };
    match dispatch(&cli.command, &global) {
        Ok(code) => code,
        Err(CliError(message)) => {
            complain(&message);
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: &Command, global: &Global) -> Result<ExitCode, CliError> {
    match command {
        Command::Demo(args) => demo::run(args, global),
        Command::Ingest(args) => ingest::run(args, global),
        Command::Run(args) => run::run(args, global),
        Command::Price(args) => price::run(args, global),
        Command::Findings(args) => findings::run(args, global),
        Command::Risk(args) => risk::run(args, global),
        Command::Sample(args) => sample::run(args, global),
        Command::Dossier(args) => dossier::run(args, global),
        Command::Cases(args) => cases::run(args, global),
        Command::Rules(args) => rules::run(args, global),
        Command::Serve(args) => serve::run(args, global),
        Command::Lake(args) => lake::run(args, global),
        Command::Sql(args) => sql::run(args, global),
        Command::Policy(args) => policy::run(args, global),
        Command::Reproduce(args) => reproduce::run(args, global),
        Command::Simulate(args) => simulate::run(args, global),
        Command::Score(args) => score::run(args, global),
        Command::Power(args) => power::run(args, global),
        Command::Quarantine(args) => quarantine::run(args, global),
    }
}

/// Prints an error on standard error.
fn complain(message: &str) {
    use std::io::Write as _;
    if let Err(e) = writeln!(std::io::stderr(), "lepid: {message}") {
        tracing::warn!("{e}");
    }
}
