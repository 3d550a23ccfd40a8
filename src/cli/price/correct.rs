//! `lepid price correct`: was a bulletin wrong, and by how much? A correction to be reviewed, or an entry of the public error log.

use super::draft::Judgements;
use super::notice;
use crate::cli::{CliError, Global};
use crate::lake::Lake;
use crate::policy::Policy;
use crate::price::publication::{self, Correcting, Who};
use crate::text::Lang;
use chrono::Utc;
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// 被更正的文号 / number of the bulletin that is wrong
    number: String,
    /// 经办人 / who found the error
    #[arg(long, value_name = "NAME")]
    by: String,
    /// 差错原因（将公开）/ what was wrong; becomes public
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    judgements: Judgements,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<ExitCode, CliError> {
    let policy = Policy::load(global.policy.as_deref())?;
    let lake = Lake::open_existing(&global.lake)?;
    let who = Who { by: &args.by, at: Utc::now() };
    let found = publication::correct(&lake, &policy, &args.number, &args.judgements.asked(), &args.reason, who)?;
    match (found, global.json) {
        (Correcting::Draft(draft), true) => super::print_json(&serde_json::json!({ "correction": draft }))?,
        (Correcting::Logged(entry), true) => super::print_json(&serde_json::json!({ "logged": entry }))?,
        (Correcting::Draft(draft), false) => {
            notice::print(&draft.document, global.lang);
            let (id, due) = (&draft.id, &draft.document.due);
            match global.lang {
                Lang::Zh => {
                    out!("\n误差超过限度：更正草案 {id}，须在 {due} 前发布。下一步（须为另一人）：lepid price review {id} --by 复核人")
                }
                Lang::En => out!(
                    "\nThe error is above the limit: correction {id}, due by {due}. Next, by another person: lepid price review {id} --by NAME"
                ),
            }
        }
        (Correcting::Logged(entry), false) => {
            let share = notice::ppm_as_percent(entry.largest_ppm);
            match global.lang {
                Lang::Zh => out!("误差 {share}，未超过限度：{} 的差错已记入公开差错记录", entry.number),
                Lang::En => out!("the error is {share}, within the limit: it is in the public error log of {}", entry.number),
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
