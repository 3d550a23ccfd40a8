//! `/cases/{number}`: what is known of one case, and what has happened?

use super::cases::{due_of, none};
use super::{page, parts};
use crate::cases::event::Act;
use crate::cases::state::listed;
use crate::cases::{Case, Event, Kind};
use crate::records::time::beijing;
use crate::rules::finding::SubjectKind;
use crate::serve::AppState;
use crate::serve::asked::{Asked, under};
use crate::serve::numbers;
use crate::serve::problem::Problem;
use crate::serve::state::Run;
use crate::serve::words;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use chrono::NaiveDate;
use maud::{Markup, html};

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/cases/{number}", get(show))
}

async fn show(Path(number): Path<String>, asked: Asked) -> Response {
    asked.page(|run, asked| {
        let Some(cases) = &asked.shown.cases else {
            let title = asked.say("问题台账", "Cases");
            return Ok(page(asked, "/cases", title, &html! { h1 { (title) } (none(asked)) }));
        };
        let case = cases.ledger.case(&number).map_err(|_| Problem::not_found())?;
        let title = format!("{} · {}", case.id, case.title().get(asked.lang));
        let content = html! {
            p.crumbs { a href=(asked.link("/cases", &[])) { (asked.say("台账", "Cases")) } " / " code { (case.id) } }
            article {
                h1 { (case.title().get(asked.lang)) " · " (case.subject_name()) }
                @if case.is_gone() {
                    p.notice role="note" { (asked.say("最近一次运行已无此案的线索；请核实后办结。", "The last run finds none of this case's findings any more; look at it and settle it.")) }
                }
                div.split { (facts(asked, case, cases.today)) div { (next(asked, case)) (plan(asked, case)) } }
                (findings(asked, run, case))
                (evidence(asked, case))
                (history(asked, case))
            }
        };
        Ok(page(asked, "/cases", &title, &content))
    })
}

fn facts(asked: &Asked, case: &Case, today: NaiveDate) -> Markup {
    let lang = asked.lang;
    html! {
        dl.facts {
            dt { (asked.say("状态", "State")) } dd { b { (case.state.title().get(lang)) } }
            dt { (asked.say("期限", "Due")) } dd { (due_of(asked, case, today)) }
            dt { (asked.say("等级", "Severity")) } dd { (parts::severity(asked, case.severity())) " " (words::certainty(case.certainty()).get(lang)) }
            dt { (asked.say("对象", "Subject")) }
            dd {
                @if case.key.subject_kind == SubjectKind::Site { (parts::site_link(asked, &case.key.subject, case.subject_name())) }
                @else { (case.subject_name()) }
            }
            dt { (asked.say("部门", "Department")) } dd { (case.department.get(lang)) }
            dt { (asked.say("责任人", "Responsible")) } dd { (case.responsible.as_deref().unwrap_or(numbers::NOTHING)) }
            dt { (asked.say("立案", "Opened")) } dd { (case.opened_on()) @if case.reopened > 0 { " · " (asked.say("重新立案", "opened again")) " " (case.reopened) } }
            @if let Some(day) = case.settled_on() { dt { (asked.say("办结", "Settled")) } dd { (day) } }
            @if let Some(name) = &case.accepted_by { dt { (asked.say("验收人", "Accepted by")) } dd { (name) } }
            dt { (asked.say("规则", "Rule")) } dd { a href=(asked.link("/findings", &[("rule", &case.key.rule)])) { code { (case.key.rule) } } }
        }
    }
}

fn next(asked: &Asked, case: &Case) -> Markup {
    html! {
        div.card {
            h2.h3 { (asked.say("现在可以", "Possible now")) }
            p { (listed(case.state.possible(), asked.lang)) }
            p.small { code { "lepid cases show " (case.id) } }
            @if let Some(f) = case.leading() {
                h2.h3 { (asked.say("什么情况可以排除", "What would clear it")) }
                p { (f.clears.get(asked.lang)) }
            }
        }
    }
}

fn plan(asked: &Asked, case: &Case) -> Markup {
    html! {
        @if let Some(plan) = &case.plan {
            div.card {
                h2.h3 { (asked.say("整改方案（一矿一策）", "Plan of rectification")) }
                @if let Some(note) = &plan.note { p { (note) } }
                ol { @for m in &plan.measures { li { (m.what) " " span.dim { (m.person) " · " (m.due) } } } }
            }
        }
    }
}

/// The findings, linked where the run that is shown has them.
fn findings(asked: &Asked, run: &Run, case: &Case) -> Markup {
    html! {
        section.card aria-labelledby="findings" {
            h2.h3 id="findings" { (asked.say("线索（供核查，不是结论）", "Findings (leads, not verdicts)")) }
            ul {
                @for finding in &case.findings {
                    @let f = &finding.found;
                    li {
                        @if run.finding(&f.id).is_some() { a href=(asked.link(&under("/findings", &f.id), &[])) { (f.period) } } @else { (f.period) }
                        " " (f.says.get(asked.lang))
                        @if !finding.present { " " span.dim { (asked.say("已无此线索", "found no more")) } }
                    }
                }
            }
        }
    }
}

fn evidence(asked: &Asked, case: &Case) -> Markup {
    html! {
        @if !case.evidence.is_empty() {
            section.card aria-labelledby="evidence" {
                h2.h3 id="evidence" { (asked.say("证据", "Evidence")) }
                ol {
                    @for e in &case.evidence {
                        li {
                            (e.file.name) " " span.dim { (e.file.media_type) " · " (numbers::count(e.file.bytes)) " B · " (e.person) }
                            br; code.small { "sha256 " (e.file.sha256.get(..16).unwrap_or_default()) "…" }
                        }
                    }
                }
                p.small { code { "lepid cases evidence get " (case.id) " N" } }
            }
        }
    }
}

fn history(asked: &Asked, case: &Case) -> Markup {
    let names = [
        asked.say("记录", "Event"),
        asked.say("时间", "When"),
        asked.say("经办人", "Who"),
        asked.say("事项", "What"),
        asked.say("说明", "Remarks"),
    ];
    let table = html! {
        table {
            thead { tr { @for name in names { th scope="col" { (name) } } } }
            tbody { @for event in &case.events { (line(asked, event)) } }
        }
    };
    html! {
        section.card aria-labelledby="history" {
            h2.h3 id="history" { (asked.say("办理记录", "What happened")) }
            (parts::scroll(asked.say("办理记录", "What happened"), &table))
        }
    }
}

fn line(asked: &Asked, event: &Event) -> Markup {
    let act = &event.act;
    html! {
        tr {
            td.n { (event.event) }
            td.nowrap { (act.at.with_timezone(&beijing()).format("%Y-%m-%d %H:%M")) }
            td.nowrap { (act.person) }
            td.nowrap { (act.kind.title().get(asked.lang)) }
            td { (said(asked, act).join(" · ")) }
        }
    }
}

fn said(asked: &Asked, act: &Act) -> Vec<String> {
    let mut parts = Vec::new();
    parts.extend(act.finding.clone());
    if act.kind == Kind::Assigned {
        parts.extend(act.department.as_ref().map(|d| d.get(asked.lang).to_owned()));
        parts.extend(act.responsible.clone());
    }
    parts.extend(act.attachment.as_ref().map(|file| file.name.clone()));
    parts.extend(act.reason.clone());
    parts.extend(act.due.map(|due| format!("{} {due}", asked.say("期限", "due"))));
    parts
}
