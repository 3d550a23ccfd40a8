//! `/findings`: what was found, and which of it do I want to see?

use super::{page, parts};
use crate::rules::finding::{Finding, Severity};
use crate::serve::AppState;
use crate::serve::asked::Asked;
use crate::serve::numbers;
use crate::serve::params::within;
use crate::serve::problem::Problem;
use crate::serve::state::Run;
use crate::serve::words;
use crate::text::{Said, Text};
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Findings on one page.
const PER_PAGE: usize = 50;

/// The orders that a list can have; the first is the order of the run.
const SORTS: [(&str, Text); 5] = [
    ("severity", Text { zh: "等级", en: "severity" }),
    ("quantity", Text { zh: "涉及吨数", en: "tonnes" }),
    ("evidence", Text { zh: "证据数", en: "evidence" }),
    ("period", Text { zh: "期间（近到远）", en: "period, latest first" }),
    ("subject", Text { zh: "对象", en: "subject" }),
];

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/findings", get(show))
}

async fn show(asked: Asked) -> Response {
    asked.page(|run, asked| {
        let title = asked.say("线索", "Findings");
        let wanted = wanted(asked, run)?;
        let pages = parts::pages(asked, wanted.len(), PER_PAGE)?;
        let shown = wanted.get(pages.from..pages.to).unwrap_or_default();
        let content = html! {
            div.head {
                h1 { (title) }
                p.unit { (asked.say("每条都是待核实的线索，不是结论", "each is a lead to be verified, not a verdict")) }
            }
            (filter(asked, run))
            p.count role="status" {
                (asked.say("符合条件", "Matching")) " " b { (numbers::count(pages.total as u64)) } " / " (numbers::count(run.contents.findings.len() as u64))
                @if pages.total > 0 { span.dim { " · " (asked.say("显示第", "showing")) " " (pages.from + 1) "–" (pages.to) } }
            }
            @if shown.is_empty() { p { (asked.say("没有符合条件的线索。", "No finding matches.")) " " a href=(asked.link("/findings", &[])) { (asked.say("清除筛选", "Clear the filters")) } } }
            @else { (parts::findings_table(asked, shown.iter().copied())) }
            (pages.links(asked))
        };
        Ok(page(asked, "/findings", title, &content))
    })
}

/// What the address asks for, in the order that it asks for.
fn wanted<'a>(asked: &Asked, run: &'a Run) -> Result<Vec<&'a Finding>, Problem> {
    let month = parts::period(asked, "month")?;
    let severity = severity(asked)?;
    let text = asked.first("text").map(str::to_lowercase);
    let same = |key: &str, is: &str| asked.first(key).is_none_or(|wanted| wanted == is);
    let mut wanted: Vec<&Finding> = run
        .contents
        .findings
        .iter()
        .filter(|f| {
            same("rule", &f.rule)
                && severity.is_none_or(|s| s == f.severity)
                && (same("subject", &f.subject) || same("subject", &f.subject_name))
                && (same("department", &f.department.zh) || same("department", &f.department.en))
                && month.is_none_or(|m| within(&f.period, m))
                && text.as_ref().is_none_or(|t| says(f, t))
        })
        .collect();
    sort(asked, &mut wanted)?;
    Ok(wanted)
}

fn severity(asked: &Asked) -> Result<Option<Severity>, Problem> {
    let all = [Severity::High, Severity::Medium, Severity::Low];
    match asked.first("severity") {
        None => Ok(None),
        Some(text) => all.into_iter().find(|s| words::severity_id(*s) == text).map(Some).ok_or_else(|| {
            let want = Said::new("只能是 high、medium、low", "it must be high, medium or low");
            Problem::bad_value("severity", text, want, all.map(|s| words::severity_id(s).to_owned()).to_vec())
        }),
    }
}

/// Whether a finding has this text (lower case) somewhere where people read it.
fn says(f: &Finding, text: &str) -> bool {
    [&f.id, &f.rule, &f.subject, &f.subject_name, &f.title.zh, &f.title.en, &f.says.zh, &f.says.en, &f.department.zh, &f.department.en]
        .into_iter()
        .any(|part| part.to_lowercase().contains(text))
}

/// Sorts are stable, so equals stay in the order of the run.
fn sort(asked: &Asked, findings: &mut [&Finding]) -> Result<(), Problem> {
    match asked.first("sort") {
        None | Some("severity") => {}
        Some("quantity") => findings.sort_by_key(|f| Reverse(f.quantity_kg)),
        Some("evidence") => findings.sort_by_key(|f| Reverse(f.evidence)),
        Some("period") => findings.sort_by(|a, b| b.period.cmp(&a.period)),
        Some("subject") => findings.sort_by(|a, b| a.subject_name.cmp(&b.subject_name)),
        Some(other) => {
            let list: Vec<&str> = SORTS.iter().map(|(id, _)| *id).collect();
            let want = Said::new(format!("只能是 {}", list.join("、")), format!("it must be one of {}", list.join(", ")));
            return Err(Problem::bad_value("sort", other, want, list.iter().map(|s| (*s).to_owned()).collect()));
        }
    }
    Ok(())
}

fn filter(asked: &Asked, run: &Run) -> Markup {
    let all = &run.contents.findings;
    let rules: BTreeMap<&str, &str> = all.iter().map(|f| (f.rule.as_str(), f.title.get(asked.lang))).collect();
    let departments: BTreeMap<&str, &str> = all.iter().map(|f| (f.department.zh.as_str(), f.department.get(asked.lang))).collect();
    let periods: BTreeSet<&str> = all.iter().flat_map(|f| [f.period.get(..4), f.period.get(..7)]).flatten().collect();
    let pairs =
        |map: &BTreeMap<&str, &str>| -> Vec<(String, String)> { map.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect() };
    let periods: Vec<(String, String)> = periods.iter().map(|p| ((*p).to_owned(), (*p).to_owned())).collect();
    let severities: Vec<(String, String)> = [Severity::High, Severity::Medium, Severity::Low]
        .map(|s| (words::severity_id(s).to_owned(), words::severity(s).get(asked.lang).to_owned()))
        .to_vec();
    let sorts: Vec<(String, String)> = SORTS.map(|(id, text)| (id.to_owned(), text.get(asked.lang).to_owned())).to_vec();
    let any = Some(asked.say("全部", "all"));
    let chosen = |key| asked.first(key).unwrap_or_default();
    html! {
        form.filter method="get" action="/findings" role="search" {
            (parts::keep_lang(asked))
            (parts::select("severity", asked.say("等级", "Severity"), chosen("severity"), any, &severities))
            (parts::select("rule", asked.say("规则", "Rule"), chosen("rule"), any, &pairs(&rules)))
            (parts::select("department", asked.say("牵头部门", "Department"), chosen("department"), any, &pairs(&departments)))
            (parts::select("month", asked.say("期间", "Period"), chosen("month"), any, &periods))
            label for="subject" { span { (asked.say("对象", "Subject")) } input id="subject" name="subject" value=(chosen("subject")) placeholder=(asked.say("名称、编号或车牌", "name, id or plate")); }
            label for="text" { span { (asked.say("文字", "Text")) } input id="text" name="text" type="search" value=(chosen("text")); }
            (parts::select("sort", asked.say("排序", "Sort"), chosen("sort"), None, &sorts))
            button type="submit" { (asked.say("筛选", "Filter")) }
            a.clear href=(asked.link("/findings", &[])) { (asked.say("清除", "Clear")) }
        }
    }
}
