//! `lepid cases show`: what is known of one case, and what has happened?

use super::{Place, day, print_json, today};
use crate::cases::event::{Act, Event};
use crate::cases::state::listed;
use crate::cases::{Case, Kind, view};
use crate::cli::{CliError, Global};
use crate::records::time::beijing;
use crate::report::words;
use crate::text::Lang;
use chrono::{DateTime, NaiveDate, Utc};

#[derive(clap::Args)]
pub(super) struct Args {
    /// 问题编号 / number of the case
    number: String,
    /// 以该日判断是否逾期 / the day on which it counts whether it is overdue
    #[arg(long, value_name = "DATE", value_parser = day)]
    today: Option<NaiveDate>,
}

pub(super) fn run(args: &Args, place: &Place, global: &Global) -> Result<(), CliError> {
    let ledger = place.ledger()?;
    let case = ledger.case(&args.number)?;
    let today = today(args.today);
    if global.json {
        return print_json(&view::whole(case, today));
    }
    head(case, today, global.lang);
    findings(case, global.lang);
    plan(case, global.lang);
    let zh = global.lang == Lang::Zh;
    out!("\n{}", if zh { "记录：" } else { "what happened:" });
    for event in &case.events {
        out!("  {}", event_line(event, global.lang));
    }
    let possible = listed(case.state.possible(), global.lang);
    match zh {
        true => out!("\n现在可以：{possible}"),
        false => out!("\npossible now: {possible}"),
    }
    Ok(())
}

fn head(case: &Case, today: NaiveDate, lang: Lang) {
    let zh = lang == Lang::Zh;
    let (severity, certainty) = (words::severity(case.severity()).get(lang), words::certainty(case.certainty()).get(lang));
    out!("{}  {}  {}", case.id, case.subject_name(), case.title().get(lang));
    let due = case.due.map_or_else(|| "—".to_owned(), |due| due.to_string());
    let overdue = match (case.is_overdue(today), zh) {
        (true, true) => "（已逾期）",
        (true, false) => " (overdue)",
        (false, _) => "",
    };
    let (department, state) = (case.department.get(lang), case.state.title().get(lang));
    let person = case.responsible.as_deref().unwrap_or("—");
    match zh {
        true => out!("状态：{state}  期限：{due}{overdue}  程度：{severity}，{certainty}"),
        false => out!("state: {state}  due: {due}{overdue}  {severity}, {certainty}"),
    }
    match zh {
        true => out!("牵头部门：{department}  责任人：{person}  立案：{}", case.opened_on()),
        false => out!("department: {department}  responsible: {person}  opened: {}", case.opened_on()),
    }
    if let Some(leading) = case.leading() {
        match zh {
            true => out!("依据：{}\n销号条件：{}", leading.basis.zh, leading.clears.zh),
            false => out!("basis: {}\nwhat would clear it: {}", leading.basis.en, leading.clears.en),
        }
    }
}

fn findings(case: &Case, lang: Lang) {
    let zh = lang == Lang::Zh;
    out!("\n{}", if zh { "线索（供核查，不是结论）：" } else { "findings (leads, not verdicts):" });
    for finding in &case.findings {
        let gone = match (finding.present, zh) {
            (true, _) => "",
            (false, true) => "（最近一次运行已无此线索）",
            (false, false) => " (the last run finds it no more)",
        };
        let f = &finding.found;
        out!("  {}  {}  {}{gone}", f.id, f.period, f.says.get(lang));
    }
}

fn plan(case: &Case, lang: Lang) {
    let zh = lang == Lang::Zh;
    if let Some(plan) = &case.plan {
        out!("\n{}{}", if zh { "整改方案：" } else { "plan: " }, plan.note.as_deref().unwrap_or_default());
        for (number, m) in (1..).zip(&plan.measures) {
            out!("  {number}. {}  {}  {}", m.due, m.person, m.what);
        }
    }
    if !case.evidence.is_empty() {
        out!("\n{}", if zh { "证据：" } else { "evidence:" });
        for e in &case.evidence {
            out!(
                "  {}. {}  {}  {} B  sha256 {}…",
                e.number,
                e.file.name,
                e.file.media_type,
                e.file.bytes,
                e.file.sha256.get(..16).unwrap_or_default()
            );
        }
    }
}

/// An event in a line: its number, when, who, what, and what it says.
fn event_line(event: &Event, lang: Lang) -> String {
    let act = &event.act;
    let mut line = format!("{:>4}  {}  {}  {}", event.event, instant(act.at), act.person, act.kind.title().get(lang));
    for part in said(act, lang) {
        line.push_str("  ");
        line.push_str(&part);
    }
    line
}

fn said(act: &Act, lang: Lang) -> Vec<String> {
    let zh = lang == Lang::Zh;
    let mut parts = Vec::new();
    parts.extend(act.finding.as_ref().map(|id| if zh { format!("线索 {id}") } else { format!("finding {id}") }));
    if act.kind == Kind::Assigned {
        parts.extend(act.department.as_ref().map(|d| d.get(lang).to_owned()));
        parts.extend(act.responsible.clone());
    }
    parts.extend(act.attachment.as_ref().map(|file| file.name.clone()));
    parts.extend(act.reason.clone());
    parts.extend(act.due.map(|due| if zh { format!("期限 {due}") } else { format!("due {due}") }));
    parts
}

fn instant(at: DateTime<Utc>) -> String {
    at.with_timezone(&beijing()).format("%Y-%m-%d %H:%M").to_string()
}
