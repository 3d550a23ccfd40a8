//! `lepid price review`: does a second person agree to a draft?

use crate::cli::{CliError, Global};
use crate::lake::Lake;
use crate::price::publication::{self, Refusal, Who};
use crate::text::Lang;
use chrono::Utc;
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// 草案编号；内容见 lepid price bulletins show / id of the draft; `lepid price bulletins show` prints it
    draft: String,
    /// 复核人，不能是拟稿人 / who reviews; not the one who drafted
    #[arg(long, value_name = "NAME")]
    by: String,
    /// 不同意，退回 / refuse it
    #[arg(long, requires = "reason")]
    reject: bool,
    /// 意见；退回时必须写明 / remarks; needed to refuse it
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<ExitCode, CliError> {
    let lake = Lake::open_existing(&global.lake)?;
    let who = Who { by: &args.by, at: Utc::now() };
    let reason = args.reason.as_deref();
    let draft = match args.reject {
        true => publication::reject(&lake, &args.draft, reason.ok_or(Refusal::NoReason)?, who)?,
        false => publication::review(&lake, &args.draft, reason, who)?,
    };
    if global.json {
        super::print_json(&draft)?;
        return Ok(ExitCode::SUCCESS);
    }
    let (id, by, period) = (&draft.id, &args.by, &draft.document.period);
    match (args.reject, global.lang) {
        (false, Lang::Zh) => out!("草案 {id} 已由 {by} 复核。下一步：lepid price publish {id} --by 姓名"),
        (false, Lang::En) => out!("draft {id} is reviewed by {by}. Next: lepid price publish {id} --by NAME"),
        (true, Lang::Zh) => out!("草案 {id} 已由 {by} 退回。重新拟稿：lepid price draft --period {period} --by 姓名"),
        (true, Lang::En) => out!("draft {id} is refused by {by}. Draft anew: lepid price draft --period {period} --by NAME"),
    }
    Ok(ExitCode::SUCCESS)
}
