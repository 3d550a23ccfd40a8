//! `lepid price bulletins`: what has been published, what is in the works, what was wrong, and is all of it as it was written?

use super::notice;
use crate::cli::grid::{Grid, beijing};
use crate::cli::{CliError, Global};
use crate::lake::{AsOf, Lake};
use crate::price::publication::ledger::beijing_day;
use crate::price::publication::verify::{Again, Verified, verify};
use crate::price::publication::{Ledger, State, store};
use crate::report::bulletin;
use crate::text::{Lang, Text};
use chrono::Utc;
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(clap::Subcommand)]
enum What {
    /// 全部通告和草案 / all bulletins and drafts
    List,
    /// 一份通告或草案 / one bulletin or draft
    Show {
        /// 文号或草案编号 / a number, or the id of a draft
        which: String,
        /// 另把通告文件写到该目录 / also write the documents of the bulletin to this folder
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// 核验散列链和每份通告 / verify the hash chain and every bulletin
    Verify {
        /// 并按当时的数据和政策逐份重算 / also make every bulletin again from the records and the policy of then
        #[arg(long)]
        recompute: bool,
    },
    /// 公开差错记录 / the public error log
    Errors,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<ExitCode, CliError> {
    let lake = Lake::open_existing(&global.lake)?;
    if let Some(What::Verify { recompute }) = args.what {
        return verified(&verify(&lake, recompute)?, global);
    }
    let ledger = store::ledger(&lake.snapshot(&AsOf::Latest)?)?;
    match &args.what {
        Some(What::Show { which, out }) => show(&ledger, which, out.as_ref(), global)?,
        Some(What::Errors) => errors(&ledger, global)?,
        _ => list(&ledger, global)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn list(ledger: &Ledger, global: &Global) -> Result<(), CliError> {
    if global.json {
        return super::print_json(&json!({ "bulletins": ledger.published(), "drafts": ledger.drafts() }));
    }
    let zh = global.lang == Lang::Zh;
    if ledger.drafts().is_empty() {
        out!(
            "{}",
            if zh {
                "还没有通告；拟稿：lepid price draft --period 2023-06 --by 姓名"
            } else {
                "no bulletins yet; draft one: lepid price draft --period 2023-06 --by NAME"
            }
        );
        return Ok(());
    }
    let mut grid = Grid::new(&if zh {
        ["文号", "期", "发布", "拟稿", "复核", "签发", "状态"]
    } else {
        ["number", "period", "published", "drafted by", "reviewed by", "published by", "state"]
    });
    for p in ledger.published() {
        let state = match &p.corrected_by {
            Some(by) if zh => format!("已由 {by} 更正"),
            Some(by) => format!("corrected by {by}"),
            None => if zh { "现行" } else { "in force" }.to_owned(),
        };
        let on = p.document.published_on.clone().unwrap_or_default();
        grid.push(vec![p.number.clone(), p.document.period.clone(), on, p.drafted_by.clone(), p.reviewed_by.clone(), p.by.clone(), state]);
    }
    if !ledger.published().is_empty() {
        out!("{grid}\n");
    }
    let mut drafts = Grid::new(&if zh {
        ["草案", "期", "拟稿", "拟稿时间", "应发布", "状态"]
    } else {
        ["draft", "period", "by", "at", "due", "state"]
    });
    let today = beijing_day(Utc::now()).to_string();
    for d in ledger.drafts() {
        let late = d.is_open() && d.document.due < today;
        let late = if late { Text { zh: "（已逾期）", en: " (overdue)" }.get(global.lang) } else { "" };
        let state = format!("{}{late}", state(&d.state, global.lang));
        drafts.push(vec![d.id.clone(), d.document.period.clone(), d.by.clone(), beijing(d.at), d.document.due.clone(), state]);
    }
    out!("{drafts}");
    Ok(())
}

fn state(state: &State, lang: Lang) -> String {
    match (state, lang) {
        (State::Open, Lang::Zh) => "待复核".to_owned(),
        (State::Open, Lang::En) => "to be reviewed".to_owned(),
        (State::Reviewed { by }, Lang::Zh) => format!("{by} 已复核，待发布"),
        (State::Reviewed { by }, Lang::En) => format!("reviewed by {by}, to be published"),
        (State::Rejected { by }, Lang::Zh) => format!("{by} 退回"),
        (State::Rejected { by }, Lang::En) => format!("refused by {by}"),
        (State::Withdrawn, Lang::Zh) => "已撤回".to_owned(),
        (State::Withdrawn, Lang::En) => "withdrawn".to_owned(),
        (State::Published { number }, _) => number.clone(),
    }
}

fn show(ledger: &Ledger, which: &str, out: Option<&PathBuf>, global: &Global) -> Result<(), CliError> {
    let draft = ledger.drafts().iter().find(|d| d.id == which && d.is_open());
    let document = match draft {
        Some(draft) => &draft.document,
        None => match ledger.bulletin(which) {
            Ok(published) => &published.document,
            Err(no_bulletin) => &ledger.draft(which).map_err(|_| no_bulletin)?.document,
        },
    };
    let files = out.map(|dir| bulletin::write(document, dir, global.lang)).transpose()?.unwrap_or_default();
    if global.json {
        return super::print_json(document);
    }
    notice::print(document, global.lang);
    for file in files {
        out!("{}", file.display());
    }
    Ok(())
}

fn errors(ledger: &Ledger, global: &Global) -> Result<(), CliError> {
    let corrections: Vec<_> = ledger.published().iter().filter_map(|p| Some((p, p.document.corrects.as_ref()?))).collect();
    if global.json {
        let corrected: Vec<_> = corrections
            .iter()
            .map(|(p, c)| json!({ "number": c.number, "period": p.document.period, "reason": c.reason, "correction": p.number, "published_on": p.document.published_on }))
            .collect();
        return super::print_json(&json!({ "errors": ledger.errors(), "corrections": corrected }));
    }
    let zh = global.lang == Lang::Zh;
    if ledger.errors().is_empty() && corrections.is_empty() {
        out!("{}", Text { zh: "没有差错记录", en: "no errors are on record" }.get(global.lang));
        return Ok(());
    }
    let mut grid = Grid::new(&if zh {
        ["文号", "期", "发现或更正", "误差", "更正通告", "原因"]
    } else {
        ["number", "period", "found or corrected", "error", "correction", "reason"]
    });
    for e in ledger.errors() {
        let share = notice::ppm_as_percent(e.largest_ppm);
        grid.push(vec![e.number.clone(), e.period.clone(), e.found_on.clone(), share, "-".to_owned(), e.reason.clone()]);
    }
    for (p, c) in corrections {
        let on = p.document.published_on.clone().unwrap_or_default();
        grid.push(vec![c.number.clone(), p.document.period.clone(), on, "-".to_owned(), p.number.clone(), c.reason.clone()]);
    }
    out!("{grid}");
    Ok(())
}

fn verified(found: &Verified, global: &Global) -> Result<ExitCode, CliError> {
    let code = if found.is_whole() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    if global.json {
        super::print_json(&json!({ "whole": found.is_whole(), "found": found }))?;
        return Ok(code);
    }
    let zh = global.lang == Lang::Zh;
    let (events, bulletins) = (found.events, found.bulletins);
    match (found.is_whole(), zh) {
        (true, true) => out!("核验通过：{events} 条记录，{bulletins} 份通告"),
        (true, false) => out!("all is whole: {events} events, {bulletins} bulletins"),
        (false, true) => out!("核验未通过：{events} 条记录，{bulletins} 份通告"),
        (false, false) => out!("not as it was written: {events} events, {bulletins} bulletins"),
    }
    for b in &found.breaks {
        match zh {
            true => out!("  第 {} 条：{} 不符", b.event, b.what),
            false => out!("  event {}: {} does not agree", b.event, b.what),
        }
    }
    if let Some(why) = &found.not_legal {
        out!("  {why}");
    }
    for (number, again) in &found.again {
        let text = match again {
            Again::Same => Text { zh: "重算相同", en: "the same again" }.get(global.lang).to_owned(),
            Again::Different => Text { zh: "重算不同", en: "not the same" }.get(global.lang).to_owned(),
            Again::OtherProgram { program } if zh => format!("由 {program} 生成，本程序不能重算"),
            Again::OtherProgram { program } => format!("made by {program}; this program can't make it again"),
        };
        out!("  {number}  {text}");
    }
    if let Some(head) = &found.head {
        match zh {
            true => out!("末条散列 {head}（另行记下，即可查知整链是否被替换）"),
            false => out!("hash of the last event {head} (written down elsewhere it tells whether the whole chain was replaced)"),
        }
    }
    Ok(code)
}
