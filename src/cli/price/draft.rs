//! `lepid price draft`: what would the bulletin of a period say? A second person reviews it next.

use super::notice;
use crate::cli::{CliError, Global};
use crate::lake::Lake;
use crate::policy::Policy;
use crate::price::publication::judge::{APPROVE_MOVE, Asked, HOLD};
use crate::price::publication::{self, Refusal, Who};
use crate::text::Lang;
use chrono::Utc;
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("about").required(true).args(["period", "withdraw"])))]
pub(crate) struct Args {
    /// 哪一期 / which period, for example 2023-06
    #[arg(long, value_name = "PERIOD")]
    period: Option<String>,
    /// 撤回草案 / take a draft back
    #[arg(long, value_name = "DRAFT", requires = "reason", conflicts_with_all = ["approve_move", "hold"])]
    withdraw: Option<String>,
    /// 拟稿人 / who drafts
    #[arg(long, value_name = "NAME")]
    by: String,
    #[command(flatten)]
    judgements: Judgements,
    /// 判断或撤回的理由 / why it is so judged, or taken back
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// What a person decides about prices.
#[derive(clap::Args)]
pub(crate) struct Judgements {
    /// 批准 D 级价格变动：产品 或 产品/品级，可重复 / approve the move of a price of tier D; may be repeated
    #[arg(long, value_name = "PRODUCT[/CLASS]", requires = "reason")]
    approve_move: Vec<String>,
    /// 维持上期价格：产品 或 产品/品级，可重复 / keep the price of the period before; may be repeated
    #[arg(long, value_name = "PRODUCT[/CLASS]", requires = "reason")]
    hold: Vec<String>,
}

impl Judgements {
    pub(crate) fn asked(&self) -> Vec<Asked> {
        let of = |targets: &[String], what: &'static str| targets.iter().map(|t| Asked { target: t.clone(), what }).collect::<Vec<_>>();
        [of(&self.approve_move, APPROVE_MOVE), of(&self.hold, HOLD)].concat()
    }
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<ExitCode, CliError> {
    let lake = Lake::open_existing(&global.lake)?;
    let who = Who { by: &args.by, at: Utc::now() };
    let reason = args.reason.as_deref();
    let draft = match (&args.withdraw, &args.period) {
        (Some(id), _) => publication::withdraw(&lake, id, reason.ok_or(Refusal::NoReason)?, who)?,
        (None, Some(period)) => {
            let policy = Policy::load(global.policy.as_deref())?;
            publication::draft(&lake, &policy, period, &args.judgements.asked(), reason, who)?
        }
        (None, None) => return Err(CliError("须给出 --period / give --period".to_owned())),
    };
    if global.json {
        super::print_json(&draft)?;
        return Ok(ExitCode::SUCCESS);
    }
    let id = &draft.id;
    if args.withdraw.is_some() {
        match global.lang {
            Lang::Zh => out!("草案 {id} 已撤回"),
            Lang::En => out!("draft {id} is withdrawn"),
        }
        return Ok(ExitCode::SUCCESS);
    }
    notice::print(&draft.document, global.lang);
    match global.lang {
        Lang::Zh => out!("\n草案 {id}，拟稿人 {}。下一步（须为另一人）：lepid price review {id} --by 复核人", draft.by),
        Lang::En => out!("\ndraft {id} by {}. Next, by another person: lepid price review {id} --by NAME", draft.by),
    }
    Ok(ExitCode::SUCCESS)
}
