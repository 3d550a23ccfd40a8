//! `/sites/{id}`: what is known of one place: register, licences, output, where its goods go, findings?

use super::bullet::{bullet, legend};
use super::{page, parts};
use crate::balance::{Flow, MineOutput, MonthOutput, Site, SiteLicence};
use crate::serve::AppState;
use crate::serve::asked::{Asked, under};
use crate::serve::numbers::{self, NOTHING};
use crate::serve::problem::Problem;
use crate::serve::state::Run;
use crate::serve::words;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};
use std::collections::BTreeMap;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/sites/{id}", get(show))
}

async fn show(Path(id): Path<String>, asked: Asked) -> Response {
    asked.page(|run, asked| {
        let site = run.site(&id).ok_or_else(|| Problem::no_such(words::SITE, &id))?;
        let outputs: Vec<&MineOutput> = run.contents.output.iter().filter(|o| o.site_id == id).rev().collect();
        let content = html! {
            p.crumbs { a href=(asked.link("/sites", &[])) { (asked.say("场所", "Sites")) } " / " code { (site.site_id) } }
            div.head {
                h1 { (site.name) }
                p.unit {
                    (words::site_kind(&site.kind, asked.lang)) " · "
                    a href=(asked.link(&format!("{}/dossier", under("/sites", &id)), &[])) { (asked.say("一矿一档", "Dossier")) }
                }
            }
            (register(asked, site))
            (risk(asked, run, &id))
            (findings(asked, run, &id))
            @for output in outputs { (year(asked, output)) }
            (flows(asked, run, &id))
        };
        Ok(page(asked, "/sites", &site.name, &content))
    })
}

fn register(asked: &Asked, site: &Site) -> Markup {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| NOTHING.to_owned());
    html! {
        section {
            dl.facts {
                dt { (asked.say("企业", "Company")) } dd { (text(&site.company)) }
                dt { (asked.say("县市区", "County")) } dd { (text(&site.county)) }
                dt { (asked.say("坐标（纬度，经度）", "Position (lat, lon)")) }
                dd { @match (site.lat, site.lon) { (Some(lat), Some(lon)) => { (format!("{lat:.5}°, {lon:.5}°")) } _ => { (NOTHING) } } }
                dt { (asked.say("年产能", "Capacity")) }
                dd { (site.annual_capacity_kg.map_or_else(|| NOTHING.to_owned(), |kg| numbers::quantity(kg, "kg_per_year", asked.lang))) }
            }
            h2 { (asked.say("许可证", "Licences")) }
            @if site.licences.is_empty() { p.dim { (asked.say("没有登记许可证。", "No licence is registered.")) } }
            @else { (licences(asked, &site.licences)) }
        }
    }
}

fn licences(asked: &Asked, licences: &[SiteLicence]) -> Markup {
    let (kind, minerals) = (asked.say("种类", "Kind"), asked.say("矿种", "Minerals"));
    let (scale, days, status) = (asked.say("规模（吨/年）", "Scale (t/year)"), asked.say("有效期", "Valid"), asked.say("状态", "Status"));
    html! {
        table.cards role="table" {
            thead role="rowgroup" { tr role="row" {
                th role="columnheader" scope="col" { (asked.say("证号", "Number")) }
                @for name in [kind, minerals] { th role="columnheader" scope="col" { (name) } }
                th.n role="columnheader" scope="col" { (scale) }
                @for name in [days, status] { th role="columnheader" scope="col" { (name) } }
            } }
            tbody role="rowgroup" {
                @for l in licences {
                    tr role="row" {
                        td.wide role="cell" { code { (l.licence_no) } }
                        td role="cell" data-label=(kind) { (words::licence_kind(&l.kind, asked.lang)) }
                        td role="cell" data-label=(minerals) { (named(asked, l.minerals.as_deref())) }
                        td.n role="cell" data-label=(scale) { (l.approved_scale_kg_per_year.map_or_else(|| NOTHING.to_owned(), numbers::tonnes_exact)) }
                        td.nowrap role="cell" data-label=(days) { (l.valid_from) " – " (l.valid_to) }
                        td role="cell" data-label=(status) { span {
                            (words::licence_status(&l.status, asked.lang))
                            @if let Some(since) = &l.status_since { " " span.dim { (asked.say("自", "since")) " " (since) } }
                        } }
                    }
                }
            }
        }
    }
}

/// Minerals by their titles where they are products of ours, else as written.
fn named(asked: &Asked, minerals: Option<&str>) -> String {
    let Some(minerals) = minerals else { return NOTHING.to_owned() };
    let names: Vec<&str> = minerals.split(';').map(|m| words::product(m.trim(), asked.lang)).collect();
    names.join(asked.say("、", ", "))
}

/// The score and what makes it.
fn risk(asked: &Asked, run: &Run, id: &str) -> Markup {
    let Some(risk) = run.risk_of_site(id) else { return html! {} };
    let (found, alone) = (asked.say("线索", "Findings"), asked.say("单独计（吨）", "Alone (t)"));
    let (adds, shared) = (asked.say("独有（吨）", "Adds (t)"), asked.say("与其他重叠（吨）", "Shared (t)"));
    html! {
        section {
            h2 id="risk" { (asked.say("风险", "Risk")) " " (parts::risk(asked, Some(risk))) " " span.dim { (asked.say("吨", "t")) } }
            p.small { (asked.say(
                "每吨只计一次，按确定程度加权；包括在此装车的车辆和磅单的线索。",
                "Each ton once, weighted by certainty; findings about trucks and tickets loaded here count too.",
            )) }
            table.cards role="table" {
                thead role="rowgroup" { tr role="row" {
                    th role="columnheader" scope="col" { (asked.say("理由", "Reason")) }
                    @for name in [found, alone, adds, shared] { th.n role="columnheader" scope="col" { (name) } }
                } }
                tbody role="rowgroup" { @for reason in &risk.reasons { tr role="row" {
                    td.wide role="cell" { (reason.title.get(asked.lang)) " " code.dim { (reason.rule) } }
                    td.n role="cell" data-label=(found) { (numbers::count(reason.findings)) }
                    td.n role="cell" data-label=(alone) { (numbers::tonnes_readable(reason.alone_kg)) }
                    td.n role="cell" data-label=(adds) { (numbers::tonnes_readable(reason.adds_kg)) }
                    td.n role="cell" data-label=(shared) { (numbers::tonnes_readable(reason.shared_kg)) }
                } } }
            }
        }
    }
}

fn findings(asked: &Asked, run: &Run, id: &str) -> Markup {
    let count = run.findings_of_site(id).count();
    html! {
        section {
            h2 id="findings" { (asked.say("线索", "Findings")) " " span.dim { (count) } }
            @if count == 0 { p.dim { (asked.say("本次运行没有关于它的线索。", "This run found nothing about it.")) } }
            @else { (parts::findings_table(asked, run.findings_of_site(id))) }
        }
    }
}

fn year(asked: &Asked, output: &MineOutput) -> Markup {
    let tonnes = |kg: Option<i64>| kg.map_or_else(|| NOTHING.to_owned(), numbers::tonnes);
    html! {
        section {
            h2 { (asked.say("产量", "Output")) " " (output.year) }
            div.sitebar { (legend(asked)) (bullet(asked, output)) }
            div.scroll tabindex="0" role="group" aria-label=(asked.say("逐月产量", "Output by month")) {
                table.months {
                    thead { tr {
                        th scope="col" { (asked.say("月份", "Month")) }
                        th.n scope="col" { (asked.say("申报（吨）", "Declared (t)")) }
                        th.n scope="col" { (asked.say("磅单（吨）", "Tickets (t)")) }
                        th.n scope="col" { (asked.say("磅单占年规模", "Tickets of the year's scale")) }
                    } }
                    tbody { @for m in &output.months { (month(asked, output, m)) } }
                    tfoot { tr {
                        th scope="row" { (asked.say("全年至今", "Year so far")) }
                        td.n { (tonnes(output.declared_kg)) }
                        td.n { (numbers::tonnes(output.dispatched_kg)) }
                        td.n { (output.approved_kg.and_then(|all| numbers::percent(output.dispatched_kg, all)).unwrap_or_else(|| NOTHING.to_owned())) }
                    } }
                }
            }
            p.small { (asked.say("许可规模（按有效天数折算）", "Approved scale (pro rata for the days in force)")) " " b { (tonnes(output.approved_kg)) } " " (asked.say("吨", "t")) }
        }
    }
}

fn month(asked: &Asked, output: &MineOutput, m: &MonthOutput) -> Markup {
    html! {
        tr {
            th scope="row" { (numbers::month(&m.month)) }
            td.n { (m.declared_kg.map_or_else(|| asked.say("未报", "no return").to_owned(), numbers::tonnes)) }
            td.n { (numbers::tonnes(m.dispatched_kg)) }
            td.n { (output.approved_kg.and_then(|all| numbers::percent(m.dispatched_kg, all)).unwrap_or_else(|| NOTHING.to_owned())) }
        }
    }
}

/// What left and what came, by product and other side, over the whole run.
fn flows(asked: &Asked, run: &Run, id: &str) -> Markup {
    let out =
        sums(run.contents.flows.iter().filter(|f| f.origin_site.as_deref() == Some(id)), |f| (&f.destination_site, &f.destination_name));
    let come = sums(run.contents.flows.iter().filter(|f| f.destination_site.as_deref() == Some(id)), |f| (&f.origin_site, &f.origin_name));
    html! {
        @for (title, sums) in [(asked.say("去向", "Where it goes"), out), (asked.say("来源", "Where it comes from"), come)] {
            @if !sums.is_empty() {
                section { h2 { (title) } (flow_table(asked, title, &sums)) }
            }
        }
    }
}

/// Product, and the other side's name and id.
type Way<'a> = (&'a str, &'a str, Option<&'a str>);

fn sums<'a>(
    flows: impl Iterator<Item = &'a Flow>,
    other: impl Fn(&'a Flow) -> (&'a Option<String>, &'a String),
) -> BTreeMap<Way<'a>, (u64, i64)> {
    let mut sums = BTreeMap::new();
    for flow in flows {
        let (site, name) = other(flow);
        let sum: &mut (u64, i64) = sums.entry((flow.product.as_str(), name.as_str(), site.as_deref())).or_default();
        sum.0 += flow.tickets;
        sum.1 += flow.net_kg;
    }
    sums
}

fn flow_table(asked: &Asked, title: &str, sums: &BTreeMap<Way<'_>, (u64, i64)>) -> Markup {
    let table = html! {
        table {
            thead { tr {
                th scope="col" { (asked.say("货物", "Product")) }
                th scope="col" { (asked.say("对方", "Other side")) }
                th.n scope="col" { (asked.say("磅单", "Tickets")) }
                th.n scope="col" { (asked.say("净重（吨）", "Net (t)")) }
            } }
            tbody {
                @for ((product, name, site), (tickets, net_kg)) in sums {
                    tr {
                        td { (words::product(product, asked.lang)) }
                        td { @match site { Some(site) => { (parts::site_link(asked, site, name)) } None => { (name) " " span.dim { (asked.say("未登记", "not registered")) } } } }
                        td.n { (numbers::count(*tickets)) }
                        td.n { (numbers::tonnes(*net_kg)) }
                    }
                }
            }
        }
    };
    parts::scroll(title, &table)
}
