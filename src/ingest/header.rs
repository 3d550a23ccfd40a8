//! Which rows are the header, and which table is it?

use super::heading::{
    Meaning, Unit, default_unit, is_bare_unit, like_a_name, meaning, normal, remark_of, sheet_words, unit_of_sheet, vat_in,
};
use super::value::fold;
use super::{EXPORT_COLUMNS, QUARANTINE_ID};
use crate::records::units::Scale;
use crate::records::{Kind, Table, TableSpec};
use crate::text::Said;

/// The header stands within so many rows.
pub(super) const HEADER_WITHIN: usize = 40;

/// What a column of the file is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Role {
    /// An input of the table (its place among the inputs) and its unit.
    Input(usize, Option<Scale>),
    /// 更正 yes/no.
    Correction,
    /// 作废 yes/no.
    Void,
    /// Number of the quarantined row that the row puts right.
    QuarantineId,
    /// Not used.
    Ignored,
}

/// How a sheet is read.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) spec: &'static TableSpec,
    /// Headings, as written, with the unit that a group or a row above gives them: read alone they mean the same.
    pub(super) titles: Vec<String>,
    /// The rows of the header folded, to recognise them when they come again.
    pub(super) folded: Vec<Vec<String>>,
    /// What each column is.
    pub(super) roles: Vec<Role>,
    /// What a heading says about an input that has no column of its own: the input and what its cells would say.
    pub(super) implied: Option<(usize, &'static str)>,
    /// Rows above and including the header.
    pub(super) rows_above: usize,
    pub(super) notes: Vec<Said>,
}

/// A header that may be one: its headings and the rows that it takes.
struct Heading {
    titles: Vec<String>,
    row: usize,
    rows: usize,
}

/// How well a heading fits a table.
struct Fit {
    matched: usize,
    missing: Vec<&'static str>,
    /// Headings whose unit is not known.
    unknown: Vec<String>,
}

/// Finds the header among the first rows. `Err` says what came closest.
pub(super) fn find(rows: &[Vec<String>], forced: Option<Table>) -> Result<Layout, Said> {
    let rows = rows.get(..HEADER_WITHIN.min(rows.len())).unwrap_or(rows);
    let single = |row: usize| Heading { titles: rows.get(row).cloned().unwrap_or_default(), row, rows: 1 };
    // Two rows only where they say more than one: the headings of a single row come first.
    let headings = (0..rows.len()).map(single).chain((1..rows.len()).map(|row| pair(rows, row)));
    let tables = forced.map_or_else(|| Table::ALL.to_vec(), |t| vec![t]);
    let mut best: Option<(usize, Heading, Table)> = None;
    let mut nearest: Option<(Fit, Table)> = None;
    for heading in headings {
        let mut won = None;
        let titles: Vec<&str> = heading.titles.iter().map(String::as_str).filter(|title| like_a_name(title)).collect();
        for table in &tables {
            let fit = fit(&titles, table.spec());
            if fit.missing.is_empty() {
                if fit.matched > best.as_ref().map_or(0, |b| b.0).max(won.map_or(0, |(m, _)| m)) {
                    won = Some((fit.matched, *table));
                }
            } else if fit.matched > nearest.as_ref().map_or(0, |(n, _)| n.matched) {
                nearest = Some((fit, *table));
            }
        }
        if let Some((matched, table)) = won {
            best = Some((matched, heading, table));
        }
    }
    // A return without its column 投入产出 has all that a utilities return needs: more of another table's columns decide.
    let outvoted = |matched: usize| nearest.as_ref().is_some_and(|(fit, table)| table.spec().is_facts() && fit.matched > matched);
    match best {
        Some((matched, heading, table)) if !outvoted(matched) => {
            let layout = layout(rows, &units_row(rows, heading), table.spec());
            let has = |index: usize| layout.roles.iter().any(|r| matches!(r, Role::Input(i, _) if *i == index));
            // The unit of the whole sheet is one that is not read, and a required column has no other.
            let lost = layout.spec.inputs.iter().enumerate().any(|(index, input)| input.required && !has(index));
            if lost { Err(layout.notes.into_iter().next().unwrap_or_default()) } else { Ok(layout) }
        }
        _ => Err(closest(nearest)),
    }
}

fn closest(nearest: Option<(Fit, Table)>) -> Said {
    let Some((fit, table)) = nearest else { return Said::new("没有认得出的表头", "no known header") };
    let spec = table.spec();
    let titles = fit.missing.iter().filter_map(|m| spec.input(m)).map(|i| i.headers.first().copied().unwrap_or(i.name));
    let (zh, en) = (titles.collect::<Vec<_>>().join("、"), fit.missing.join(", "));
    let mut said = Said::new(
        format!("最像{}，但缺少必填列：{zh}", spec.title.zh),
        format!("closest to {}, but without the required columns {en}", spec.title.en),
    );
    if !fit.unknown.is_empty() {
        said.zh.push_str(&format!("；这些列的单位不认识：{}", fit.unknown.join("、")));
        said.en.push_str(&format!("; unknown units in {}", fit.unknown.join(", ")));
    }
    said
}

fn fit(titles: &[&str], spec: &'static TableSpec) -> Fit {
    let mut found = vec![false; spec.inputs.len()];
    let mut unknown = Vec::new();
    for title in titles {
        match meaning(title, spec) {
            Meaning::Input(index, _) => {
                if let Some(found) = found.get_mut(index) {
                    *found = true;
                }
            }
            Meaning::UnknownUnit(..) => unknown.push(title.trim().to_owned()),
            Meaning::Nothing => {}
        }
    }
    let inputs = || spec.inputs.iter().zip(&found);
    let mut missing: Vec<&'static str> = inputs().filter(|(i, f)| i.required && !**f).map(|(i, _)| i.name).collect();
    // Where all that is required is the key, a record needs something besides it to say anything.
    let all_in_key = spec.inputs.iter().all(|i| !i.required || spec.key.contains(&i.name));
    if all_in_key && !inputs().any(|(i, f)| *f && !i.required) {
        missing.extend(spec.inputs.iter().find(|i| !i.required).map(|i| i.name));
    }
    Fit { matched: found.iter().filter(|f| **f).count(), missing, unknown }
}

/// Two rows read as one header: groups above, headings below (`重量(吨)` over `毛重`, `皮重`, `净重`).
fn pair(rows: &[Vec<String>], below: usize) -> Heading {
    let empty = Vec::new();
    let (upper, lower) = (rows.get(below - 1).unwrap_or(&empty), rows.get(below).unwrap_or(&empty));
    let mut group = String::new();
    let titles = (0..upper.len().max(lower.len()))
        .map(|column| {
            let (top, bottom) = (upper.get(column).map_or("", |t| t.trim()), lower.get(column).map_or("", |t| t.trim()));
            if !top.is_empty() {
                top.clone_into(&mut group);
            }
            if bottom.is_empty() {
                return top.to_owned();
            }
            if !top.is_empty() && is_bare_unit(bottom) {
                return format!("{top}({})", fold(bottom).trim_matches(['(', ')']));
            }
            under(&group, bottom)
        })
        .collect();
    Heading { titles, row: below - 1, rows: 2 }
}

/// A heading under a group: `收货` over `净重` is 收货净重; the unit of the group holds where the heading has none.
fn under(group: &str, heading: &str) -> String {
    if group.is_empty() {
        return heading.to_owned();
    }
    let folded = fold(group);
    let name = folded.split('(').next().unwrap_or_default().trim();
    let joined = format!("{name}{heading}");
    let known = |title: &str| like_a_name(title) && Table::ALL.iter().any(|t| matches!(meaning(title, t.spec()), Meaning::Input(..)));
    let title = if known(&joined) { joined } else { heading.to_owned() };
    match remark_of(group).filter(|_| remark_of(heading).is_none()) {
        Some(remark) if known(&format!("{title}{remark}")) => format!("{title}{remark}"),
        _ => title,
    }
}

/// A header with a row of units below it takes that row too.
fn units_row(rows: &[Vec<String>], heading: Heading) -> Heading {
    let next = heading.row + heading.rows;
    let units = rows.get(next).filter(|r| {
        let mut filled = r.iter().filter(|c| !c.trim().is_empty()).peekable();
        filled.peek().is_some() && filled.all(|c| is_bare_unit(c))
    });
    let Some(units) = units else { return heading };
    let with_unit = |(column, title): (usize, &String)| match units.get(column).map(|u| fold(u)) {
        Some(unit) if !unit.is_empty() && remark_of(title).is_none() => format!("{}({})", title.trim(), unit.trim_matches(['(', ')'])),
        _ => title.clone(),
    };
    let titles = heading.titles.iter().enumerate().map(with_unit).collect();
    Heading { titles, row: heading.row, rows: heading.rows + 1 }
}

/// What is said about the columns while they are laid out.
#[derive(Default)]
struct Remarks {
    twice: Vec<String>,
    unused: Vec<String>,
    assumed: Vec<String>,
    unknown: Vec<String>,
}

fn layout(rows: &[Vec<String>], heading: &Heading, spec: &'static TableSpec) -> Layout {
    let above = sheet_words(rows.get(..heading.row).unwrap_or_default());
    let mut taken = vec![false; spec.inputs.len()];
    let mut remarks = Remarks::default();
    let (mut roles, mut titles, mut vat) = (Vec::new(), Vec::new(), None);
    for title in &heading.titles {
        let mut shown = title.clone();
        let role = match special(title) {
            Some(role) => role,
            None => match meaning(title, spec) {
                Meaning::Input(index, unit) => {
                    if matches!(spec.inputs.get(index).map(|i| i.kind), Some(Kind::UnitPrice { .. })) {
                        vat = vat.or_else(|| vat_in(title));
                    }
                    column(spec, index, unit, &above, &mut taken, &mut shown, &mut remarks)
                }
                Meaning::UnknownUnit(..) => {
                    remarks.unknown.push(title.trim().to_owned());
                    Role::Ignored
                }
                Meaning::Nothing => {
                    let folded = fold(title);
                    if !folded.is_empty() && !is_own(&folded) {
                        remarks.unused.push(title.trim().to_owned());
                    }
                    Role::Ignored
                }
            },
        };
        roles.push(role);
        titles.push(shown);
    }
    let vat_column = spec.inputs.iter().position(|i| i.name == "vat_included").filter(|i| taken.get(*i) == Some(&false));
    let implied = vat_column.zip(vat).map(|(index, vat)| (index, if vat { "是" } else { "否" }));
    let header_rows = rows.get(heading.row..heading.row + heading.rows).unwrap_or_default();
    let folded = header_rows.iter().map(|r| r.iter().map(|t| fold(t).into_owned()).collect()).collect();
    Layout { spec, titles, folded, roles, implied, rows_above: heading.row + heading.rows, notes: remarks.notes() }
}

fn column(
    spec: &'static TableSpec,
    index: usize,
    unit: Option<Unit>,
    above: &[String],
    taken: &mut [bool],
    shown: &mut String,
    remarks: &mut Remarks,
) -> Role {
    let (Some(input), Some(taken)) = (spec.inputs.get(index), taken.get_mut(index)) else { return Role::Ignored };
    if *taken {
        remarks.twice.push(shown.trim().to_owned());
        return Role::Ignored;
    }
    let mut unit = unit;
    if unit.is_none() {
        unit = match unit_of_sheet(input, above) {
            Ok(unit) => unit,
            Err(word) => {
                remarks.unknown.push(format!("{}（{word}）", shown.trim()));
                return Role::Ignored;
            }
        };
        if let Some((word, _)) = unit {
            *shown = format!("{}({word})", shown.trim());
        }
    }
    if unit.is_none() {
        unit = default_unit(spec.table, input);
        remarks.assumed.extend(unit.map(|(word, _)| format!("{} → {word}", shown.trim())));
    }
    *taken = true;
    Role::Input(index, unit.map(|(_, scale)| scale))
}

impl Remarks {
    fn notes(&self) -> Vec<Said> {
        let mut notes = Vec::new();
        let mut say = |columns: &[String], zh: &str, en: &str| {
            if !columns.is_empty() {
                notes.push(Said::new(format!("{zh}：{}", columns.join("、")), format!("{en}: {}", columns.join(", "))));
            }
        };
        say(
            &self.unknown,
            "单位不认识、因此未使用的列（请在表头写明单位，如 净重(吨)）",
            "columns not used because their unit is not known",
        );
        say(&self.assumed, "表头未写单位，按惯例", "units assumed, the header names none");
        say(&self.twice, "重复的列，只用第一列", "columns that stand twice; the first is used");
        say(&self.unused, "未使用的列", "columns not used");
        notes
    }
}

/// Columns that our own exports add.
fn is_own(title: &str) -> bool {
    const DERIVED: [&str; 9] = ["序号", "source_file", "source_sheet", "source_row", "day", "month", "dry_kg", "li2o_g", "提示"];
    DERIVED.contains(&title) || EXPORT_COLUMNS.contains(&title)
}

fn special(title: &str) -> Option<Role> {
    match &*normal(title) {
        "更正" | "是否更正" | "correction" => Some(Role::Correction),
        "作废" | "是否作废" | "void" => Some(Role::Void),
        t if t == QUARANTINE_ID.replace('_', "") || t == "隔离编号" => Some(Role::QuarantineId),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        text.lines().map(|l| l.split('|').map(|c| c.trim().to_owned()).collect()).collect()
    }

    const TICKET: &str = "磅单号|货物名称|车牌号|发货单位|收货单位|出场时间";

    #[test]
    fn groups_above_headings_give_them_name_and_unit() {
        let text = format!("{TICKET}|重量(吨)|||收货|\n||||||毛重|皮重|净重|净重|时间\n");
        let layout = find(&rows(&text), None).unwrap();
        assert_eq!(layout.titles[6..], ["毛重(吨)", "皮重(吨)", "净重(吨)", "收货净重", "收货时间"]);
        assert_eq!(layout.rows_above, 2);
    }

    #[test]
    fn a_row_of_units_belongs_to_the_header() {
        let layout = find(&rows(&format!("过磅明细\n{TICKET}|净重|品位\n||||||（吨）|%\nP1|")), None).unwrap();
        assert_eq!(layout.titles[6..], ["净重(吨)", "品位(%)"]);
        assert_eq!(layout.rows_above, 3);
        assert!(layout.notes.is_empty(), "{:?}", layout.notes);
    }

    #[test]
    fn the_unit_of_the_sheet_holds_where_a_heading_names_none() {
        let layout = find(&rows(&format!("过磅明细（单位：吨）\n{TICKET}|毛重(kg)|净重")), None).unwrap();
        assert_eq!(layout.titles[6..], ["毛重(kg)", "净重(吨)"]);
        let foreign = find(&rows(&format!("计量单位：磅\n{TICKET}|净重")), None).unwrap_err();
        assert!(foreign.zh.contains("净重（磅）"), "{}", foreign.zh);
    }

    #[test]
    fn a_return_without_its_role_is_no_utilities_return() {
        let said = find(&rows("企业|月份|产品|数量(吨)\nA|2023-06|原矿|5"), None).unwrap_err();
        assert!(said.zh.contains("生产月报") && said.zh.contains("投入产出"), "{}", said.zh);
        assert!(find(&rows("企业|月份\nA|2023-06"), None).is_err());
        let said = find(&rows(&format!("{TICKET}|净重(磅)|轴数")), None).unwrap_err();
        assert!(said.zh.contains("净重(磅)"), "{}", said.zh);
    }

    #[test]
    fn a_price_heading_says_whether_tax_is_in_it() {
        let sales = "合同号|日期|卖方|买方|产品|数量(吨)";
        assert_eq!(find(&rows(&format!("{sales}|单价(元/吨,不含税)")), None).unwrap().implied.map(|i| i.1), Some("否"));
        assert_eq!(find(&rows(&format!("{sales}|单价(元/吨)|含税")), None).unwrap().implied, None);
    }
}
