//! `/findings/{id}`: what exactly was found, on what does it rest, and what would clear it?

use super::{page, parts};
use crate::rules::finding::{Finding, SubjectKind};
use crate::serve::AppState;
use crate::serve::asked::{Asked, under};
use crate::serve::numbers;
use crate::serve::problem::Problem;
use crate::serve::words;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/findings/{id}", get(show))
}

async fn show(Path(id): Path<String>, asked: Asked) -> Response {
    asked.page(|run, asked| {
        let finding = run.finding(&id).ok_or_else(|| Problem::no_such(words::FINDING, &id))?;
        let title = format!("{} · {}", finding.title.get(asked.lang), finding.subject_name);
        let content = html! {
            p.crumbs { a href=(asked.link("/findings", &[])) { (asked.say("线索", "Findings")) } " / " code { (finding.id) } }
            article {
                h1 { (finding.title.get(asked.lang)) }
                p.lead { (finding.says.get(asked.lang)) }
                div.split {
                    (facts(asked, finding))
                    div {
                        (block(asked.say("依据", "Basis"), finding.basis.get(asked.lang)))
                        (block(asked.say("什么情况可以排除", "What would clear it"), finding.clears.get(asked.lang)))
                    }
                }
                (evidence(asked, finding))
            }
        };
        Ok(page(asked, "/findings", &title, &content))
    })
}

fn block(title: &str, text: &str) -> Markup {
    html! { div.card { h2.h3 { (title) } p { (text) } } }
}

fn facts(asked: &Asked, f: &Finding) -> Markup {
    let lang = asked.lang;
    html! {
        dl.facts {
            dt { (asked.say("等级", "Severity")) } dd { (parts::severity(asked, f.severity)) " " (words::urgency(f.severity).get(lang)) }
            dt { (asked.say("确定程度", "Certainty")) } dd { (words::certainty(f.certainty).get(lang)) }
            dt { (asked.say("对象", "Subject")) }
            dd {
                (parts::subject(asked, f)) " " span.dim { (words::subject_kind(f.subject_kind).get(lang)) @if f.subject != f.subject_name { " " code { (f.subject) } } }
                " · " a href=(asked.link("/findings", &[("subject", &f.subject)])) { (asked.say("该对象的全部线索", "all findings about it")) }
            }
            dt { (asked.say("期间", "Period")) } dd { (f.period) }
            @if let Some(kg) = f.quantity_kg { dt { (asked.say("涉及数量", "Mass concerned")) } dd { b { (numbers::quantity(kg, "kg", lang)) } } }
            @if let Some(n) = f.observed { dt { (asked.say("观察值（最大）", "Observed (largest)")) } dd { b { (numbers::quantity(n, &f.unit, lang)) } } }
            @if let Some(n) = f.allowed { dt { (asked.say("允许值", "Allowed")) } dd { b { (numbers::quantity(n, &f.unit, lang)) } } }
            dt { (asked.say("牵头部门", "Leading department")) } dd { (f.department.get(lang)) }
            @if let Some(case) = asked.shown.cases.as_ref().and_then(|cases| cases.ledger.case_of_finding(&f.id)) {
                dt { (asked.say("台账", "Case")) }
                dd { a href=(asked.link(&under("/cases", &case.id), &[])) { (case.id) } " " (case.state.title().get(lang)) }
            }
            dt { (asked.say("规则", "Rule")) }
            dd {
                a href=(asked.link("/findings", &[("rule", &f.rule)])) { code { (f.rule) } } " " span.dim { (words::family(&f.family, lang)) }
                br; code { "lepid rules show " (f.rule) }
            }
        }
    }
}

fn evidence(asked: &Asked, f: &Finding) -> Markup {
    html! {
        section.card aria-labelledby="evidence" {
            h2.h3 id="evidence" { (asked.say("证据", "Evidence")) }
            p {
                (asked.say("共", "There are")) " " b { (numbers::count(f.evidence)) } " "
                @match f.subject_kind {
                    SubjectKind::Site | SubjectKind::Place | SubjectKind::Company => { (asked.say("条证据（磅单或报表）。", "pieces of evidence (tickets or returns).")) }
                    SubjectKind::Plate | SubjectKind::Ticket => { (asked.say("条证据（磅单）。", "pieces of evidence (tickets).")) }
                }
                " " (asked.say("全部磅单，含来源文件、工作表和行号，用下面的命令取得：", "Every ticket, with the file, sheet and row that it stands in, comes from this command:"))
            }
            pre { code { "lepid findings evidence --finding " (f.id) } }
            p.small { (asked.say("机器可读：", "For programs: ")) a href=(crate::serve::asked::under("/api/v1/findings", &f.id)) { "/api/v1/findings/" (f.id) } }
        }
    }
}
