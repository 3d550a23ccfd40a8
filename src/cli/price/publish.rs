//! `lepid price publish`: a reviewed draft becomes a numbered bulletin that never changes.

use crate::cli::{CliError, Global};
use crate::lake::Lake;
use crate::policy::Policy;
use crate::price::publication::{self, Who};
use crate::report::bulletin;
use crate::text::Lang;
use chrono::Utc;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// 草案编号 / id of the draft
    draft: String,
    /// 签发人 / who publishes
    #[arg(long, value_name = "NAME")]
    by: String,
    /// 通告文件写到哪个目录 / folder for the documents
    #[arg(long, value_name = "DIR", default_value = "bulletins")]
    out: PathBuf,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<ExitCode, CliError> {
    let policy = Policy::load(global.policy.as_deref())?;
    let lake = Lake::open_existing(&global.lake)?;
    let published = publication::publish(&lake, &policy, &args.draft, Who { by: &args.by, at: Utc::now() })?;
    let number = &published.number;
    // It is published whether or not its files can be written; they can be written again at any time.
    let files = bulletin::write(&published.document, &args.out, global.lang).map_err(|why| {
        CliError(format!(
            "{number} 已发布，但文件未能写出：{why}；重写：lepid price bulletins show {number} --out DIR / {number} is published, but its files could not be written: {why}; write them again: `lepid price bulletins show {number} --out DIR`"
        ))
    })?;
    if global.json {
        super::print_json(&serde_json::json!({ "published": published, "files": files }))?;
        return Ok(ExitCode::SUCCESS);
    }
    match global.lang {
        Lang::Zh => out!("已发布 {number}：{}", published.document.title.zh),
        Lang::En => out!("published {number}: {}", published.document.title.en),
    }
    out!("sha256 {}", published.sha256);
    for file in &files {
        out!("{}", file.display());
    }
    Ok(ExitCode::SUCCESS)
}
