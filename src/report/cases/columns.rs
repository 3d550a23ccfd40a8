//! What stands in which column of the ledger of cases? The same for CSV, workbook and page.

use super::Sheet;
use crate::cases::Case;
use crate::report::words;
use crate::text::{Lang, Text};

/// A column: header, width on paper, content (`number` counts from 1).
pub(super) struct Column {
    pub(super) header: Text,
    /// Tenths of a millimetre on A4 across; all of them together are the width between the margins.
    pub(super) width: u32,
    /// Whether it stands in the middle: numbers, dates and single words.
    pub(super) middle: bool,
    pub(super) cell: fn(number: usize, case: &Case, sheet: &Sheet<'_>) -> String,
}

/// The width of the table, tenths of a millimetre: A4 across with margins of 8 mm.
pub(super) const WIDTH: u32 = 2810;

type Content = fn(usize, &Case, &Sheet<'_>) -> String;

const fn text(zh: &'static str, en: &'static str, width: u32, cell: Content) -> Column {
    Column { header: Text { zh, en }, width, middle: false, cell }
}

const fn word(zh: &'static str, en: &'static str, width: u32, cell: Content) -> Column {
    Column { header: Text { zh, en }, width, middle: true, cell }
}

/// The columns in the order of a ledger 问题台账: what it is, on what it rests, whose it is, what is done, how it stands.
pub(super) const COLUMNS: [Column; 19] = [
    word("序号", "No.", 60, |number, _, _| number.to_string()),
    word("问题编号", "Case", 130, |_, c, _| c.id.clone()),
    text("矿山/企业", "Mine or company", 180, party),
    word("县市区", "County", 100, |_, c, s| s.sites.get(&c.key.subject).and_then(|site| site.county.clone()).unwrap_or_default()),
    text("问题类型", "Kind", 150, |_, c, s| c.title().get(s.lang).to_owned()),
    text("问题描述", "What was found", 385, description),
    text("依据", "Basis", 265, |_, c, s| c.leading().map(|f| f.basis.get(s.lang).to_owned()).unwrap_or_default()),
    word("发现时间", "Opened", 130, |_, c, _| c.opened_on().to_string()),
    word("严重程度", "Level", 80, |_, c, s| words::severity(c.severity()).get(s.lang).to_owned()),
    word("牵头部门", "Department", 140, |_, c, s| c.department.get(s.lang).to_owned()),
    word("责任人", "Owner", 100, |_, c, _| c.responsible.clone().unwrap_or_default()),
    text("整改措施", "Measures", 250, measures),
    word("整改时限", "Rectify by", 130, |_, c, _| day(c.plan.as_ref().and_then(crate::cases::Plan::due))),
    text("整改进展", "Progress", 140, progress),
    word("验收人", "Accepted by", 100, |_, c, _| c.accepted_by.clone().unwrap_or_default()),
    word("销号时间", "Settled", 130, |_, c, _| day(c.settled_on())),
    word("状态", "State", 100, |_, c, s| c.state.title().get(s.lang).to_owned()),
    word("是否逾期", "Overdue", 130, overdue),
    text("备注", "Remarks", 110, |_, c, _| c.note.clone().unwrap_or_default()),
];

fn day(day: Option<chrono::NaiveDate>) -> String {
    day.map(|d| d.to_string()).unwrap_or_default()
}

/// The subject, and whose it is where that is somebody else's name.
fn party(_: usize, case: &Case, sheet: &Sheet<'_>) -> String {
    let name = case.subject_name();
    let company = sheet.sites.get(&case.key.subject).and_then(|site| site.company.as_deref());
    match (company.filter(|company| *company != name), sheet.lang) {
        (Some(company), Lang::Zh) => format!("{name}（{company}）"),
        (Some(company), Lang::En) => format!("{name} ({company})"),
        (None, _) => name.to_owned(),
    }
}

/// What the leading finding says, how many more there are, and whether the last run found them still.
fn description(_: usize, case: &Case, sheet: &Sheet<'_>) -> String {
    let Some(leading) = case.leading() else { return String::new() };
    let mut says = leading.says.get(sheet.lang).trim_end_matches(['。', '.']).to_owned();
    let others: Vec<&str> = case.counting().filter(|f| f.id != leading.id).map(|f| f.period.as_str()).collect();
    let zh = sheet.lang == Lang::Zh;
    if let (Some(first), Some(last)) = (others.iter().min(), others.iter().max()) {
        let count = others.len();
        says.push_str(&match (zh, first == last) {
            (true, true) => format!("；同类线索另有 {count} 条（{first}）"),
            (true, false) => format!("；同类线索另有 {count} 条（{first} 至 {last}）"),
            (false, true) => format!("; {count} more finding of the kind ({first})"),
            (false, false) => format!("; {count} more findings of the kind ({first} to {last})"),
        });
    }
    if case.is_gone() {
        says.push_str(if zh { "（最近一次运行已无此线索）" } else { " (the last run finds it no more)" });
    }
    says
}

fn measures(_: usize, case: &Case, sheet: &Sheet<'_>) -> String {
    let Some(plan) = &case.plan else { return String::new() };
    let several = plan.measures.len() > 1;
    let lines = (1..).zip(&plan.measures).map(|(number, m)| {
        let number = if several { format!("{number}. ") } else { String::new() };
        match sheet.lang {
            Lang::Zh => format!("{number}{}（{}，{} 前）", m.what, m.person, m.due),
            Lang::En => format!("{number}{} ({}, by {})", m.what, m.person, m.due),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The last thing that people or a run did, and its day.
fn progress(_: usize, case: &Case, sheet: &Sheet<'_>) -> String {
    let Some(last) = case.events.last() else { return String::new() };
    let on = crate::price::publication::ledger::beijing_day(last.act.at);
    format!("{on} {}", last.act.kind.title().get(sheet.lang))
}

/// Whether the next step is overdue, and when it is due.
fn overdue(_: usize, case: &Case, sheet: &Sheet<'_>) -> String {
    let Some(due) = case.due else { return String::new() };
    let late = (sheet.today - due).num_days();
    match (case.is_overdue(sheet.today), sheet.lang) {
        (true, Lang::Zh) => format!("逾期 {late} 天\n{due}"),
        (true, Lang::En) => format!("{late} days\n{due}"),
        (false, Lang::Zh) => format!("否\n{due}"),
        (false, Lang::En) => format!("no\n{due}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_fill_the_paper_and_no_two_are_alike() {
        assert_eq!(COLUMNS.iter().map(|c| c.width).sum::<u32>(), WIDTH);
        let headers: std::collections::BTreeSet<&str> = COLUMNS.iter().map(|c| c.header.zh).collect();
        assert_eq!(headers.len(), COLUMNS.len());
    }
}
