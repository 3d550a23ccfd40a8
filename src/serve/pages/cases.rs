//! `/cases`: what has become of what was found, and which of it do I want to see?

use super::{page, parts};
use crate::cases::select::{Wanted, by_urgency};
use crate::cases::stats::{Stats, stats};
use crate::cases::{Case, State};
use crate::rules::finding::Severity;
use crate::serve::AppState;
use crate::serve::asked::{Asked, under};
use crate::serve::numbers::{self, NOTHING};
use crate::serve::problem::Problem;
use crate::serve::state::Cases;
use crate::serve::words;
use crate::text::Said;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use chrono::NaiveDate;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Cases on one page.
const PER_PAGE: usize = 50;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/cases", get(show))
}

async fn show(asked: Asked) -> Response {
    asked.page(|_, asked| {
        let title = asked.say("问题台账", "Cases");
        let content = match &asked.shown.cases {
            Some(cases) if !cases.ledger.cases().is_empty() => list(asked, cases, title)?,
            _ => html! { h1 { (title) } (none(asked)) },
        };
        Ok(page(asked, "/cases", title, &content))
    })
}

/// No cases: why, and what to do.
pub(super) fn none(asked: &Asked) -> Markup {
    match &asked.shown.cases_trouble {
        Some(trouble) => html! { p.notice role="status" { (trouble) } },
        None => html! {
            p { (asked.say("台账还是空的。立案：", "There are no cases yet. Open them: ")) code { "lepid cases sync" } }
        },
    }
}

fn list(asked: &Asked, cases: &Cases, title: &str) -> Result<Markup, Problem> {
    let (all, today) = (cases.ledger.cases(), cases.today);
    let wanted = by_urgency(all, &wanted(asked, today)?, today);
    let pages = parts::pages(asked, wanted.len(), PER_PAGE)?;
    let shown = wanted.get(pages.from..pages.to).unwrap_or_default();
    Ok(html! {
        div.head {
            h1 { (title) }
            p.unit { (asked.say("一个对象的一类问题为一件；办理用 lepid cases", "a case is one kind of problem of one subject; steps are taken with lepid cases")) }
        }
        (summary(asked, &stats(all, today)))
        (filter(asked, all))
        p.count role="status" {
            (asked.say("符合条件", "Matching")) " " b { (numbers::count(pages.total as u64)) } " / " (numbers::count(all.len() as u64))
            @if pages.total > 0 { span.dim { " · " (asked.say("显示第", "showing")) " " (pages.from + 1) "–" (pages.to) } }
        }
        @if shown.is_empty() {
            p { (asked.say("没有符合条件的问题。", "No case matches.")) " " a href=(asked.link("/cases", &[])) { (asked.say("清除筛选", "Clear the filters")) } }
        } @else { (table(asked, shown, today)) }
        (pages.links(asked))
    })
}

fn summary(asked: &Asked, stats: &Stats) -> Markup {
    let link = |query: &[(&str, &str)], number: u64, name: &str| html! { a href=(asked.link("/cases", query)) { (name) " " b { (numbers::count(number)) } } };
    html! {
        p {
            (link(&[("open", "1")], stats.all.open, asked.say("未办结", "Open"))) " · "
            (link(&[("overdue", "1")], stats.all.overdue, asked.say("逾期", "Overdue"))) " · "
            (link(&[("state", "closed")], stats.all.closed, asked.say("已销号", "Closed"))) " · "
            (link(&[("state", "unfounded")], stats.all.unfounded, asked.say("查否", "Unfounded")))
            @if let Some(days) = stats.median_days_to_close {
                " · " (asked.say("立案至销号中位天数", "Median days to close")) " " b { (format!("{days:.1}")) }
            }
            span.dim { " · " (asked.say("截至", "as of")) " " (stats.today) }
        }
    }
}

/// What the address asks for.
fn wanted(asked: &Asked, today: NaiveDate) -> Result<Wanted, Problem> {
    let own = |key: &str| asked.first(key).map(str::to_owned);
    Ok(Wanted {
        states: choice(asked, "state", &State::ALL.map(|s| (s.id(), s)))?.into_iter().collect(),
        open: choice(asked, "open", &[("1", ())])?.is_some(),
        overdue_on: choice(asked, "overdue", &[("1", ())])?.map(|()| today),
        department: own("department"),
        subject: own("subject"),
        rule: own("rule"),
        severity: choice(asked, "severity", &SEVERITIES.map(|s| (words::severity_id(s), s)))?,
        responsible: own("person"),
    })
}

const SEVERITIES: [Severity; 3] = [Severity::High, Severity::Medium, Severity::Low];

/// The value of a key that can only be one of these.
fn choice<T: Copy>(asked: &Asked, key: &str, choices: &[(&str, T)]) -> Result<Option<T>, Problem> {
    let Some(text) = asked.first(key) else { return Ok(None) };
    let found = choices.iter().find(|(id, _)| *id == text).map(|(_, value)| *value);
    found.map(Some).ok_or_else(|| {
        let ids: Vec<String> = choices.iter().map(|(id, _)| (*id).to_owned()).collect();
        let want = Said::new(format!("只能是 {}", ids.join("、")), format!("it must be one of {}", ids.join(", ")));
        Problem::bad_value(key, text, want, ids)
    })
}

fn filter(asked: &Asked, all: &[Case]) -> Markup {
    let rules: BTreeMap<String, String> = all.iter().map(|c| (c.key.rule.clone(), c.title().get(asked.lang).to_owned())).collect();
    let departments: BTreeMap<String, String> =
        all.iter().map(|c| (c.department.zh.clone(), c.department.get(asked.lang).to_owned())).collect();
    let pairs = |map: BTreeMap<String, String>| -> Vec<(String, String)> { map.into_iter().collect() };
    let states: Vec<(String, String)> = State::ALL.map(|s| (s.id().to_owned(), s.title().get(asked.lang).to_owned())).to_vec();
    let severities: Vec<(String, String)> =
        SEVERITIES.map(|s| (words::severity_id(s).to_owned(), words::severity(s).get(asked.lang).to_owned())).to_vec();
    let due = [("1".to_owned(), asked.say("只看逾期", "overdue only").to_owned())];
    let any = Some(asked.say("全部", "all"));
    let chosen = |key| asked.first(key).unwrap_or_default();
    html! {
        form.filter method="get" action="/cases" role="search" {
            (parts::keep_lang(asked))
            (parts::select("state", asked.say("状态", "State"), chosen("state"), any, &states))
            (parts::select("overdue", asked.say("期限", "Due"), chosen("overdue"), any, &due))
            (parts::select("severity", asked.say("等级", "Severity"), chosen("severity"), any, &severities))
            (parts::select("department", asked.say("部门", "Department"), chosen("department"), any, &pairs(departments)))
            (parts::select("rule", asked.say("规则", "Rule"), chosen("rule"), any, &pairs(rules)))
            label for="subject" { span { (asked.say("对象", "Subject")) } input id="subject" name="subject" value=(chosen("subject")) placeholder=(asked.say("名称、编号或车牌", "name, id or plate")); }
            label for="person" { span { (asked.say("责任人", "Responsible")) } input id="person" name="person" value=(chosen("person")); }
            button type="submit" { (asked.say("筛选", "Filter")) }
            a.clear href=(asked.link("/cases", &[])) { (asked.say("清除", "Clear")) }
        }
    }
}

fn table(asked: &Asked, cases: &[Case], today: NaiveDate) -> Markup {
    let (sev, what, who) = (asked.say("等级", "Severity"), asked.say("问题", "Case"), asked.say("对象", "Subject"));
    let (state, due, dept) = (asked.say("状态", "State"), asked.say("期限", "Due"), asked.say("部门、责任人", "Department, person"));
    html! {
        table.cards.findings role="table" {
            thead role="rowgroup" {
                tr role="row" { @for name in [sev, what, who, state, due, dept] { th role="columnheader" scope="col" { (name) } } }
            }
            tbody role="rowgroup" {
                @for c in cases {
                    tr role="row" id=(c.id) {
                        td role="cell" data-label=(sev) { (parts::severity(asked, c.severity())) }
                        td.wide role="cell" data-label=(what) {
                            a.strong href=(asked.link(&under("/cases", &c.id), &[])) { (c.id) " " (c.title().get(asked.lang)) }
                            span.says {
                                @if let Some(f) = c.leading() { (f.says.get(asked.lang)) }
                                @if c.is_gone() { " " (asked.say("（最近一次运行已无此线索）", "(the last run finds it no more)")) }
                            }
                        }
                        td role="cell" data-label=(who) { (c.subject_name()) }
                        td role="cell" data-label=(state) { (c.state.title().get(asked.lang)) }
                        td.nowrap role="cell" data-label=(due) { (due_of(asked, c, today)) }
                        td role="cell" data-label=(dept) { (c.department.get(asked.lang)) @if let Some(person) = &c.responsible { " · " (person) } }
                    }
                }
            }
        }
    }
}

/// The day on which the next step of a case is due, marked if it is over.
pub(super) fn due_of(asked: &Asked, case: &Case, today: NaiveDate) -> Markup {
    html! {
        @match case.due {
            Some(due) => { (due) @if case.is_overdue(today) { " " span class="sev high" { (asked.say("逾期", "overdue")) } } }
            None => { (NOTHING) }
        }
    }
}
