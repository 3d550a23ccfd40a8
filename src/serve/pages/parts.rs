//! Which pieces do several pages share?

use crate::price::bands::{ClassPrice, GradeClass, ProductBands};
use crate::report::contents::ChartInfo;
use crate::risk::Risk;
use crate::rules::finding::{Finding, Severity, SubjectKind};
use crate::serve::asked::{Asked, under};
use crate::serve::numbers::{self, NOTHING};
use crate::serve::params::not_a_period;
use crate::serve::problem::Problem;
use crate::serve::words;
use crate::text::Said;
use maud::{Markup, PreEscaped, html};

/// A severity as a word on its colour.
pub(super) fn severity(asked: &Asked, severity: Severity) -> Markup {
    html! { span class=(format!("sev {}", words::severity_id(severity))) { (words::severity(severity).get(asked.lang)) } }
}

/// A level of risk with its tonnes; a dash where nothing was found.
pub(super) fn risk(asked: &Asked, risk: Option<&Risk>) -> Markup {
    html! {
        @if let Some(risk) = risk { (severity(asked, risk.level)) " " (numbers::tonnes_readable(risk.score_kg)) }
        @else { (NOTHING) }
    }
}

/// A link to a site by its name.
pub(super) fn site_link(asked: &Asked, id: &str, name: &str) -> Markup {
    html! { a href=(asked.link(&under("/sites", id), &[])) { (name) } }
}

/// The subject of a finding, linked if it is a registered site.
pub(super) fn subject(asked: &Asked, finding: &Finding) -> Markup {
    match finding.subject_kind {
        SubjectKind::Site => site_link(asked, &finding.subject, &finding.subject_name),
        SubjectKind::Place | SubjectKind::Plate | SubjectKind::Ticket | SubjectKind::Company => html! { (finding.subject_name) },
    }
}

/// A table of findings, each row with the finding's id as its anchor; on a phone a list of cards.
pub(super) fn findings_table<'a>(asked: &Asked, findings: impl Iterator<Item = &'a Finding>) -> Markup {
    let (sev, rule, who, period) =
        (asked.say("等级", "Severity"), asked.say("线索", "Finding"), asked.say("对象", "Subject"), asked.say("期间", "Period"));
    let (mass, tickets, dept) = (asked.say("涉及吨数", "Tonnes"), asked.say("证据", "Evidence"), asked.say("牵头部门", "Department"));
    html! {
        table.cards.findings role="table" {
            thead role="rowgroup" {
                tr role="row" {
                    @for (name, class) in [(sev, ""), (rule, ""), (who, ""), (period, ""), (mass, "n"), (tickets, "n"), (dept, "")] {
                        th role="columnheader" scope="col" class=[(!class.is_empty()).then_some(class)] { (name) }
                    }
                }
            }
            tbody role="rowgroup" {
                @for f in findings {
                    tr role="row" id=(f.id) {
                        td role="cell" data-label=(sev) { (severity(asked, f.severity)) }
                        td.wide role="cell" data-label=(rule) {
                            a.strong href=(asked.link(&under("/findings", &f.id), &[])) { (f.title.get(asked.lang)) }
                            span.says { (f.says.get(asked.lang)) }
                        }
                        td role="cell" data-label=(who) { (subject(asked, f)) }
                        td.nowrap role="cell" data-label=(period) { (f.period) }
                        td.n role="cell" data-label=(mass) { (f.quantity_kg.map_or_else(|| NOTHING.to_owned(), numbers::tonnes_readable)) }
                        td.n role="cell" data-label=(tickets) { (numbers::count(f.evidence)) }
                        td role="cell" data-label=(dept) { (f.department.get(asked.lang)) }
                    }
                }
            }
        }
    }
}

/// The guide price of a class in the period before, if both have one: what the move is from.
pub(super) fn move_of(bands: &ProductBands, at: usize, price: &ClassPrice) -> Option<(i64, i64)> {
    let before = bands.periods.get(at.checked_sub(1)?)?.classes.iter().find(|c| c.class == price.class)?;
    Some((before.guide_fen_per_t?, price.guide_fen_per_t?))
}

/// A move: by how many yuan and by how much of the price before.
pub(super) fn price_move(bands: &ProductBands, at: usize, price: &ClassPrice) -> Markup {
    let Some((before, now)) = move_of(bands, at, price) else { return html! { span.dim { (NOTHING) } } };
    let arrow = match now.cmp(&before) {
        std::cmp::Ordering::Less => "▼",
        std::cmp::Ordering::Equal => "＝",
        std::cmp::Ordering::Greater => "▲",
    };
    html! {
        span.move {
            span.arrow aria-hidden="true" { (arrow) } " " (numbers::change(now - before))
            @if now != before && let Some(percent) = numbers::percent(now - before, before) { " " span.dim { "(" (percent) ")" } }
        }
    }
}

/// A grade class by the grade that it is priced at.
pub(super) fn class_name(bands: &ProductBands, id: &str) -> String {
    bands.classes.iter().find(|c| c.id == id).map_or_else(|| id.to_owned(), |c: &GradeClass| numbers::grade(c.grade_ppm))
}

/// An amount of yuan, or that there is none.
pub(super) fn money(fen: Option<i64>) -> String {
    fen.map_or_else(|| NOTHING.to_owned(), numbers::yuan)
}

/// Lower and upper limit.
pub(super) fn band(price: &ClassPrice) -> String {
    match (price.lower_fen_per_t, price.upper_fen_per_t) {
        (Some(lower), Some(upper)) => format!("{}–{}", numbers::yuan(lower), numbers::yuan(upper)),
        _ => NOTHING.to_owned(),
    }
}

/// A picture of the run, inline; wider than a phone it scrolls by itself, where time runs to the right from its newest end.
pub(super) fn picture(chart: &ChartInfo, svg: &str, asked: &Asked) -> Markup {
    let title = &chart.title;
    // Pictures say their title themselves, but a phone may show their other end.
    let newest = matches!(chart.kind.as_str(), "band" | "origin" | "carbonate" | "coverage");
    let titled = svg.contains(title.get(asked.lang));
    html! {
        figure.chart.newest[newest] {
            figcaption.phone[titled] { (title.get(asked.lang)) }
            div.scroll role="group" tabindex="0" aria-label=(title.get(asked.lang)) { (PreEscaped(svg)) }
        }
    }
}

/// A picture drawn for a page: small enough to stand beside others and on a phone.
pub(super) fn narrow_picture(title: &Said, svg: &str, asked: &Asked) -> Markup {
    html! { figure.chart.narrow aria-label=(title.get(asked.lang)) { (PreEscaped(svg)) } }
}

/// A table that may be wider than a phone.
pub(super) fn scroll(label: &str, table: &Markup) -> Markup {
    html! { div.scroll role="group" tabindex="0" aria-label=(label) { (table) } }
}

/// A hidden field that keeps the language through a form.
pub(super) fn keep_lang(asked: &Asked) -> Markup {
    html! { @if asked.lang_in_address { input type="hidden" name="lang" value=(asked.say("zh", "en")); } }
}

/// A choice of a form: `(value, text)`; the empty value is any.
pub(super) fn select(id: &str, label: &str, chosen: &str, any: Option<&str>, options: &[(String, String)]) -> Markup {
    html! {
        label for=(id) { span { (label) }
            select id=(id) name=(id) {
                @if let Some(any) = any { option value="" { (any) } }
                @for (value, text) in options { option value=(value) selected[value == chosen] { (text) } }
            }
        }
    }
}

/// The parts of a long list: which page is shown, and links to the others.
pub(super) struct Pages {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) total: usize,
    number: usize,
    last: usize,
}

/// Page `page` of the address, from 1, of a list of `total`.
///
/// # Errors
/// A page that the list does not have.
pub(super) fn pages(asked: &Asked, total: usize, per_page: usize) -> Result<Pages, Problem> {
    let last = total.div_ceil(per_page).max(1);
    let number = match asked.first("page") {
        None => 1,
        Some(text) => text.parse().ok().filter(|n| (1..=last).contains(n)).ok_or_else(|| {
            let want = Said::new(format!("应为 1 到 {last} 的整数"), format!("it must be a whole number from 1 to {last}"));
            Problem::bad_value("page", text, want, Vec::new())
        })?,
    };
    let from = (number - 1) * per_page;
    Ok(Pages { from, to: (from + per_page).min(total), total, number, last })
}

impl Pages {
    /// Which part is shown, with links before and after.
    pub(super) fn links(&self, asked: &Asked) -> Markup {
        let label = asked.say("分页", "Pages");
        html! {
            nav.pages aria-label=(label) {
                @if self.number > 1 { a rel="prev" href=(asked.with("page", &(self.number - 1).to_string())) { "← " (asked.say("上一页", "Previous")) } }
                span { (asked.say("第", "Page")) " " (self.number) " / " (self.last) " " (asked.say("页", "")) }
                @if self.number < self.last { a rel="next" href=(asked.with("page", &(self.number + 1).to_string())) { (asked.say("下一页", "Next")) " →" } }
            }
        }
    }
}

/// The period of the address, if it is one.
pub(super) fn period<'a>(asked: &'a Asked, key: &str) -> Result<Option<&'a str>, Problem> {
    match asked.first(key) {
        Some(value) if !crate::price::calendar::is_period(value) => Err(not_a_period(key, value)),
        value => Ok(value),
    }
}
