//! `lepid sample`: which mining rights are drawn for a spot check, so that anyone with the seed draws the same?

use super::grid::Grid;
use super::{CliError, Global};
use crate::policy::Policy;
use crate::records::decimal::parse_scaled;
use crate::report::{checks, read};
use crate::risk::policy::RiskPolicy;
use crate::risk::sample::{self, Draw, Sample, Strata, level_id};
use crate::rules::say;
use crate::text::Lang;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// 抽取比例，如 0.2；不得低于政策的下限，个数向上取整 / share of rights, e.g. 0.2; rounded up, not below that of policy
    #[arg(long, value_name = "SHARE")]
    share: Option<String>,
    /// 公布的种子：同一名单、同一种子抽取相同 / the published seed: with the same frame it draws the same
    #[arg(long, value_name = "TEXT", required_unless_present = "frame")]
    seed: Option<String>,
    /// 分层依据 / strata
    #[arg(long, value_enum, value_delimiter = ',', default_value = "county,risk", value_name = "BY")]
    strata: Vec<By>,
    /// 只列出名单（总体），即其 sha256 所据的文本 / print the frame only: the text that its SHA-256 is taken over
    #[arg(long)]
    frame: bool,
    /// 格式 / format
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// 写入文件（xlsx 必须）/ write to a file (needed for xlsx)
    #[arg(long, value_name = "FILE", required_if_eq("format", "xlsx"))]
    out: Option<PathBuf>,
    /// 报告目录 / folder of reports
    #[arg(long, default_value = "reports", value_name = "DIR")]
    reports: PathBuf,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum By {
    County,
    Risk,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Table,
    Csv,
    Json,
    Xlsx,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<ExitCode, CliError> {
    let policy = RiskPolicy::load(&Policy::load(global.policy.as_deref())?)?;
    let contents = read(&args.reports)?;
    let rights = checks::rights(&contents);
    if args.frame {
        return put(args.out.as_deref(), checks::frame(&rights).into_bytes(), global.lang);
    }
    let share_ppm = share(args.share.as_deref(), policy.sample.least_share_pct)?;
    let strata = Strata { county: args.strata.contains(&By::County), risk: args.strata.contains(&By::Risk) };
    let draw = Draw { share_ppm, seed: args.seed.as_deref().unwrap_or_default(), strata };
    let drawn = sample::draw(&rights, &draw, &policy);
    let format = if global.json { Format::Json } else { args.format };
    let listing = checks::listing(&drawn, &contents.run);
    let bytes = match format {
        Format::Table => text(&drawn, &checks::notes(&drawn, &contents.run), global.lang).into_bytes(),
        Format::Csv => listing.csv(args.out.is_some()),
        Format::Xlsx => listing.xlsx(global.lang)?,
        Format::Json => {
            let notes = checks::notes(&drawn, &contents.run);
            let whole = serde_json::json!({ "sample": drawn, "run": contents.run, "policy": {
                "times_high": policy.sample.times_high, "times_medium": policy.sample.times_medium, "times_low": policy.sample.times_low
            }, "notes": notes });
            serde_json::to_vec_pretty(&whole)?
        }
    };
    put(args.out.as_deref(), bytes, global.lang)
}

/// The share in millionths, never below that of policy.
fn share(given: Option<&str>, least_pct: u32) -> Result<u32, CliError> {
    let least = least_pct.saturating_mul(10_000);
    let Some(given) = given else { return Ok(least) };
    let (text, places) = given.strip_suffix('%').map_or((given, 6), |percent| (percent.trim(), 4));
    let ppm = parse_scaled(text.as_bytes(), places, 1).ok().and_then(|ppm| u32::try_from(ppm).ok()).filter(|ppm| *ppm <= 1_000_000);
    let wrong = || CliError(format!("“{given}”不是比例，应写作 0.2 或 20% / \"{given}\" is no share; write 0.2 or 20%"));
    let ppm = ppm.ok_or_else(wrong)?;
    if ppm < least {
        return Err(CliError(format!(
            "比例 {given} 低于政策 [risk.sample] least_share_pct = {least_pct} %；请提高比例，或在政策文件中改下限 / the share {given} is below {least_pct} % of policy [risk.sample] least_share_pct; take more, or change policy"
        )));
    }
    Ok(ppm)
}

fn put(out: Option<&Path>, bytes: Vec<u8>, lang: Lang) -> Result<ExitCode, CliError> {
    let Some(path) = out else {
        out!("{}", String::from_utf8_lossy(&bytes).trim_end());
        return Ok(ExitCode::SUCCESS);
    };
    std::fs::write(path, bytes)
        .map_err(|e| CliError(format!("无法写入 {}：{e} / cannot write {}: {e}", path.display(), path.display())))?;
    match lang {
        Lang::Zh => out!("已写入 {}", path.display()),
        Lang::En => out!("written to {}", path.display()),
    }
    Ok(ExitCode::SUCCESS)
}

fn text(drawn: &Sample, notes: &[crate::text::Said], lang: Lang) -> String {
    let titles = match lang {
        Lang::Zh => ["证号", "场所", "县市区", "风险", "得分(吨)", "层", "入样概率", "sha256"],
        Lang::En => ["licence", "site", "county", "risk", "score, t", "stratum", "chance", "sha256"],
    };
    let mut grid = Grid::new(&titles).align_right(&[4]);
    for d in &drawn.drawn {
        let sites = d.right.sites.iter().zip(&d.right.names).map(|(id, name)| format!("{name} {id}")).collect::<Vec<_>>();
        grid.push(vec![
            d.right.licence_no.clone(),
            sites.join(";"),
            d.right.county.clone(),
            level_id(d.right.risk).to_owned(),
            say::tonnes(d.right.score_kg),
            d.stratum.clone(),
            format!("{}/{}", d.chance.0, d.chance.1),
            format!("{}…", d.sha256.get(..12).unwrap_or(&d.sha256)),
        ]);
    }
    let notes: Vec<&str> = notes.iter().map(|n| n.get(lang)).collect();
    format!("{grid}\n{}\n", notes.join("\n"))
}
