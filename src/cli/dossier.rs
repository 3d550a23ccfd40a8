//! `lepid dossier`: what is known of one site, on a page and on paper?

use super::{CliError, Global};
use crate::cases::{Ledger, ledger_of};
use crate::lake::{AsOf, Lake, LakeError};
use crate::report::contents::Contents;
use crate::report::dossier::{self, CaseLine, Dossier, Format, site_of};
use crate::report::read;
use crate::text::Lang;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// 场所编号或名称 / id or name of a site
    #[arg(required_unless_present = "all")]
    site: Option<String>,
    /// 全部登记场所 / every registered site
    #[arg(long, conflicts_with = "site")]
    all: bool,
    /// 写入的目录 / folder to write to
    #[arg(long, default_value = "dossiers", value_name = "DIR")]
    out: PathBuf,
    /// 格式 / formats
    #[arg(long, value_enum, value_delimiter = ',', default_value = "html,pdf", value_name = "FORMAT")]
    format: Vec<As>,
    /// 报告目录 / folder of reports
    #[arg(long, default_value = "reports", value_name = "DIR")]
    reports: PathBuf,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum As {
    Html,
    Pdf,
    Json,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<ExitCode, CliError> {
    let contents = read(&args.reports)?;
    if contents.dossiers.is_empty() {
        return Err(CliError(format!(
            "{} 中的运行没有档案数据（按月报告没有）；请先运行 lepid run / the run in {} holds no dossiers (that of a month does not); run `lepid run` first",
            args.reports.display(),
            args.reports.display()
        )));
    }
    let sites = asked(args, &contents)?;
    let formats: Vec<Format> = args
        .format
        .iter()
        .map(|format| match format {
            As::Html => Format::Html,
            As::Pdf => Format::Pdf,
            As::Json => Format::Json,
        })
        .collect();
    let ledger = ledger(&global.lake)?;
    let mut written = Vec::new();
    for site in sites {
        let lines = ledger.as_ref().map(|ledger| CaseLine::of_site(ledger, site, global.lang));
        let Some(dossier) = Dossier::of(&contents, site, lines.as_deref()) else { continue };
        written.extend(dossier::write(&dossier, &args.out, &formats, global.lang)?);
    }
    if global.json {
        out!("{}", serde_json::to_string_pretty(&serde_json::json!({ "run_id": contents.run.run_id, "files": written }))?);
    } else {
        for path in &written {
            match global.lang {
                Lang::Zh => out!("已写入 {}", path.display()),
                Lang::En => out!("written to {}", path.display()),
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The ledger of cases; `None`: there is no lake beside the reports.
fn ledger(lake: &str) -> Result<Option<Ledger>, CliError> {
    match Lake::open_existing(lake) {
        Ok(lake) => Ok(Some(ledger_of(&lake.snapshot(&AsOf::Latest)?)?)),
        Err(LakeError::Missing { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Ids of the sites that are asked for.
fn asked<'a>(args: &Args, contents: &'a Contents) -> Result<Vec<&'a str>, CliError> {
    let Some(name) = &args.site else { return Ok(contents.sites.iter().map(|s| s.site_id.as_str()).collect()) };
    let site = site_of(contents, name).ok_or_else(|| {
        CliError(format!(
            "没有编号或名称为“{name}”的登记场所（同名的请给编号）；全部场所：lepid sql \"SELECT site_id, name FROM sites\" / no registered site has the id or (only) name \"{name}\"; all sites: lepid sql \"SELECT site_id, name FROM sites\""
        ))
    })?;
    Ok(vec![&site.site_id])
}
