//! `lepid cases verify-chain`: is every event as it was written, and every piece of evidence as it was attached?

use super::{Place, print_json};
use crate::cases::verify::verify;
use crate::cli::{CliError, Global};
use crate::text::Lang;
use serde_json::json;
use std::process::ExitCode;

pub(super) fn run(place: &Place, global: &Global) -> Result<ExitCode, CliError> {
    let found = verify(&place.lake)?;
    let code = if found.is_whole() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    if global.json {
        print_json(&json!({ "whole": found.is_whole(), "found": found }))?;
        return Ok(code);
    }
    let zh = global.lang == Lang::Zh;
    let (events, cases, evidence) = (found.events, found.cases, found.evidence);
    match (found.is_whole(), zh) {
        (true, true) => out!("核验通过：{events} 条记录，{cases} 件问题，{evidence} 件证据"),
        (true, false) => out!("all is whole: {events} events, {cases} cases, {evidence} pieces of evidence"),
        (false, true) => out!("核验未通过：{events} 条记录"),
        (false, false) => out!("not as it was written: {events} events"),
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
    for damaged in &found.damaged {
        out!("  {} · {} · {}：{}", damaged.case, damaged.evidence, damaged.name, damaged.why);
    }
    if let Some(head) = &found.head {
        match zh {
            true => out!("末条散列 {head}（另行记下，即可查知整链是否被替换）"),
            false => out!("hash of the last event {head} (written down elsewhere it tells whether the whole chain was replaced)"),
        }
    }
    Ok(code)
}
