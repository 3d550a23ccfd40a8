//! `lepid cases export`: the ledger 问题台账 as a file to print or to send.

use super::list::Filter;
use super::{Place, print_json};
use crate::balance;
use crate::cli::{CliError, Global};
use crate::engine::Engine;
use crate::report::cases::{Sheet, csv, html, xlsx};
use crate::text::Lang;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    filter: Filter,
    /// 文件，按扩展名 .csv、.xlsx、.html 定格式；可多次 / file, its ending .csv, .xlsx or .html is its format; repeatable
    #[arg(long, value_name = "FILE", default_value = "cases.xlsx", value_parser = file)]
    out: Vec<PathBuf>,
}

fn file(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    match ending(&path) {
        Some("csv" | "xlsx" | "html") => Ok(path),
        _ => Err("扩展名须为 .csv、.xlsx 或 .html / its ending must be .csv, .xlsx or .html".to_owned()),
    }
}

fn ending(path: &Path) -> Option<&str> {
    path.extension()?.to_str()
}

pub(super) fn run(args: &Args, place: &Place, global: &Global) -> Result<(), CliError> {
    let (cases, today) = args.filter.cases(place)?;
    let sites = balance::sites(&Engine::new(&place.snapshot()?)?)?;
    let sites = sites.into_iter().map(|s| (s.site_id.clone(), s)).collect();
    let sheet = Sheet { cases: &cases, sites: &sites, today, lang: global.lang };
    for path in &args.out {
        let bytes = match ending(path) {
            Some("csv") => csv(&sheet),
            Some("html") => html(&sheet).into_bytes(),
            _ => xlsx(&sheet)?,
        };
        std::fs::write(path, bytes).map_err(|e| {
            let path = path.display();
            CliError(format!("写入 {path} 失败：{e} / cannot write {path}: {e}"))
        })?;
    }
    if global.json {
        return print_json(&serde_json::json!({ "files": args.out, "cases": cases.len(), "today": today }));
    }
    for path in &args.out {
        match global.lang {
            Lang::Zh => out!("{}：{} 件问题", path.display(), cases.len()),
            Lang::En => out!("{}: {} cases", path.display(), cases.len()),
        }
    }
    Ok(())
}
