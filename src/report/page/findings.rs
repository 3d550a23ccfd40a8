//! Which findings are there, rule by rule, and how does one get at their tickets?

use super::{bi, both, stacked, table};
use crate::chart::number::{exact_tonnes, grouped, tonnes};
use crate::report::contents::Contents;
use crate::report::{frame, words};
use crate::rules::finding::Finding;
use crate::text::{Lang, Said};
use maud::{Markup, html};

/// So many findings of a rule are shown; the others are in the files beside.
const MOST_ROWS: usize = 50;

pub(super) fn section(contents: &Contents, lang: Lang) -> Markup {
    html! {
        section.sheet id="findings" {
            h2 { (bi("线索", "Findings", lang)) }
            p { (bi(super::LEAD.0, super::LEAD.1, lang)) }
            p { (bi("全部线索与证据：findings.xlsx、findings.csv、findings.json；每张磅单：", "All of them with their evidence: findings.xlsx, findings.csv, findings.json; every ticket:", lang)) " " code { "lepid findings evidence --finding ID" } }
            @if contents.findings.is_empty() { p { (bi("没有线索。", "No findings.", lang)) } }
            @for group in by_rule(&contents.findings) { (of_rule(&group, lang)) }
        }
    }
}

/// Findings by rule, the rule with the most urgent finding first.
fn by_rule(findings: &[Finding]) -> Vec<Vec<&Finding>> {
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    for finding in findings {
        match groups.iter_mut().find(|g| g.first().is_some_and(|f| f.rule == finding.rule)) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    groups
}

/// What all findings of a rule say alike; `None` where they differ.
fn shared<'a>(group: &[&'a Finding], of: fn(&'a Finding) -> &'a Said) -> Option<&'a Said> {
    let first = of(group.first()?);
    group.iter().all(|f| of(f) == first).then_some(first)
}

fn of_rule(group: &[&Finding], lang: Lang) -> Markup {
    let Some(first) = group.first() else { return html! {} };
    let mass = mass_kg(group);
    let evidence: u64 = group.iter().map(|f| f.evidence).sum();
    let clears = shared(group, |f| &f.clears);
    html! {
        h3 id=(format!("rule-{}", first.rule)) { (both(&first.title, lang)) " " code { (first.rule) } }
        dl.facts {
            dt { (bi("共", "in all", lang)) }
            dd {
                (Said::new(format!("{} 条线索", group.len()), format!("{} findings", group.len())).get(lang))
                @if let Some(kg) = mass { " · " (tonnes(kg, lang)) }
                " · " (Said::new(format!("{} 条证据", grouped_count(evidence)), format!("{} evidence rows", grouped_count(evidence))).get(lang))
                " · " (words::certainty(first.certainty).get(lang))
            }
            @if let Some(department) = shared(group, |f| &f.department) { dt { (bi("牵头部门", "department", lang)) } dd { (both(department, lang)) } }
            @if let Some(basis) = shared(group, |f| &f.basis) { dt { (bi("依据", "basis", lang)) } dd { (stacked(basis, lang)) } }
            @if let Some(clears) = clears { dt { (bi("销号条件", "cleared by", lang)) } dd { (stacked(clears, lang)) } }
            dt { (bi("全部证据", "all evidence", lang)) } dd { code { "lepid findings evidence --rule " (first.rule) } }
        }
        (rows(group, clears.is_none(), lang))
    }
}

/// Tonnes of all findings of a rule; `None` where some are of years and some of months, which would count ore twice.
fn mass_kg(group: &[&Finding]) -> Option<i64> {
    let length = group.first()?.period.len();
    if group.iter().any(|f| f.period.len() != length) {
        return None;
    }
    group.iter().filter_map(|f| f.quantity_kg).reduce(|a, b| a + b)
}

fn rows(group: &[&Finding], each_clears: bool, lang: Lang) -> Markup {
    let heads = [
        ("程度", "severity", false),
        ("对象", "subject", false),
        ("时段", "period", false),
        ("吨", "t", true),
        ("证据", "evidence", true),
        ("情况", "what was found", false),
    ];
    let rest = group.len().saturating_sub(MOST_ROWS);
    let body = html! {
        @for finding in group.iter().take(MOST_ROWS) { tr {
            td class=(frame::severity(finding.severity)) { (words::severity(finding.severity).get(lang)) }
            th scope="row" {
                (finding.subject_name)
                @if finding.subject_name != finding.subject { span class="alt block" { (finding.subject) } }
            }
            td.nb { (finding.period) }
            td.n { (finding.quantity_kg.map_or_else(|| "—".to_owned(), |kg| with_groups(&exact_tonnes(kg)))) }
            td.n { (grouped_count(finding.evidence)) }
            td.says {
                (stacked(&finding.says, lang))
                @if each_clears { p { (bi("销号条件：", "cleared by:", lang)) " " (stacked(&finding.clears, lang)) } }
                span class="alt block" { code { (finding.id) } }
            }
        } }
        @if rest > 0 { tr { td colspan="6" {
            (bi(&format!("另有 {rest} 条，见 findings.xlsx"), &format!("{rest} more, see findings.xlsx"), lang))
        } } }
    };
    let title = group.first().map(|f| f.title.clone()).unwrap_or_default();
    table(&title, lang, &heads, &body)
}

/// `12345.678` as `12,345.678`, trailing zeros dropped.
fn with_groups(exact: &str) -> String {
    let (whole, decimals) = exact.split_once('.').unwrap_or((exact, ""));
    let decimals = decimals.trim_end_matches('0');
    let sign = if whole.starts_with('-') { "-" } else { "" };
    let whole = whole.parse::<i64>().map_or_else(|_| whole.to_owned(), |n| grouped(n.abs()));
    if decimals.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{decimals}") }
}

fn grouped_count(number: u64) -> String {
    grouped(i64::try_from(number).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tonnes_of_a_finding_are_exact() {
        assert_eq!(with_groups("1234567.500"), "1,234,567.5");
        assert_eq!(with_groups("31.000"), "31");
        assert_eq!(with_groups("-0.005"), "-0.005");
    }
}
