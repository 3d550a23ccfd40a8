//! `/sites`: which places are registered?

use super::{page, parts};
use crate::balance::Site;
use crate::serve::AppState;
use crate::serve::asked::Asked;
use crate::serve::numbers::{self, NOTHING};
use crate::serve::state::Run;
use crate::serve::words;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};
use std::collections::BTreeMap;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/sites", get(show))
}

async fn show(asked: Asked) -> Response {
    asked.page(|run, asked| {
        let title = asked.say("登记场所", "Registered sites");
        let mut kinds: BTreeMap<&str, Vec<&Site>> = BTreeMap::new();
        for site in &run.contents.sites {
            kinds.entry(&site.kind).or_default().push(site);
        }
        let content = html! {
            h1 { (title) }
            @if kinds.is_empty() { p { (asked.say("场所名录还是空的。", "The register of sites is still empty.")) } }
            @for (kind, sites) in &kinds {
                section {
                    h2 id=(kind) { (words::site_kind(kind, asked.lang)) " " span.dim { (sites.len()) } }
                    (table(asked, run, sites))
                }
            }
        };
        Ok(page(asked, "/sites", title, &content))
    })
}

fn table(asked: &Asked, run: &Run, sites: &[&Site]) -> Markup {
    let (company, county) = (asked.say("企业", "Company"), asked.say("县市区", "County"));
    let (licences, found) = (asked.say("许可证", "Licences"), asked.say("线索", "Findings"));
    let risk = asked.say("风险（加权吨数）", "Risk (weighted t)");
    html! {
        table.cards role="table" {
            thead role="rowgroup" { tr role="row" {
                th role="columnheader" scope="col" { (asked.say("名称", "Name")) }
                th role="columnheader" scope="col" { (company) }
                th role="columnheader" scope="col" { (county) }
                th.n role="columnheader" scope="col" { (licences) }
                th.n role="columnheader" scope="col" { (found) }
                th.n role="columnheader" scope="col" { (risk) }
            } }
            tbody role="rowgroup" {
                @for site in sites {
                    tr role="row" {
                        td.wide role="cell" { (parts::site_link(asked, &site.site_id, &site.name)) " " code.dim { (site.site_id) } }
                        td role="cell" data-label=(company) { (site.company.as_deref().unwrap_or(NOTHING)) }
                        td role="cell" data-label=(county) { (site.county.as_deref().unwrap_or(NOTHING)) }
                        td.n role="cell" data-label=(licences) { (site.licences.len()) }
                        td.n role="cell" data-label=(found) { (numbers::count(run.findings_of_site(&site.site_id).count() as u64)) }
                        td.n role="cell" data-label=(risk) { (parts::risk(asked, run.risk_of_site(&site.site_id))) }
                    }
                }
            }
        }
    }
}
