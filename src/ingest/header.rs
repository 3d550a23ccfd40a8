//! Which row is the header, which table is it, and in which unit is each column?

use super::QUARANTINE_ID;
use super::value::fold;
use crate::records::units::{MASS, SHARE, Scale, UNIT_PRICE};
use crate::records::{Input, Kind, Table, TableSpec};
use crate::text::Said;

/// The header stands within so many rows.
pub(super) const HEADER_WITHIN: usize = 40;

/// Units of columns whose header names none, in one place. Weighbridge software prints kilograms; returns and contracts
/// are kept in tonnes, licences in 万吨 a year, grades in %, prices in yuan a tonne. A note says that this was assumed,
/// and the bounds of the values hold a mistake back.
fn default_unit(table: Table, kind: Kind) -> Option<(&'static str, Scale)> {
    let unit = match (kind, table) {
        (Kind::Mass { .. }, Table::Shipments | Table::Vehicles | Table::Utilities) => "kg",
        (Kind::Mass { .. }, _) => "吨",
        (Kind::MassPerYear, _) => "万吨",
        (Kind::Grade | Kind::Moisture, _) => "%",
        (Kind::UnitPrice { .. }, _) => "元/吨",
        _ => return None,
    };
    find_unit(units_of(kind), unit)
}

fn units_of(kind: Kind) -> &'static [(&'static str, Scale)] {
    match kind {
        Kind::Mass { .. } | Kind::MassPerYear => MASS,
        Kind::Grade | Kind::Moisture => SHARE,
        Kind::UnitPrice { .. } => UNIT_PRICE,
        _ => &[],
    }
}

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
    /// Cells of the header, as written.
    pub(super) titles: Vec<String>,
    /// The header folded, to recognise it when it comes again.
    pub(super) folded: Vec<String>,
    /// What each column is.
    pub(super) roles: Vec<Role>,
    /// Rows above and including the header.
    pub(super) rows_above: usize,
    pub(super) notes: Vec<Said>,
}

/// Finds the header among the first rows. `Err` says what came closest.
pub(super) fn find(rows: &[Vec<String>], forced: Option<Table>) -> Result<Layout, Said> {
    let mut best: Option<(usize, usize, Table)> = None;
    let mut nearest: (usize, Option<(Table, Vec<&'static str>)>) = (0, None);
    for (row, cells) in rows.iter().enumerate().take(HEADER_WITHIN) {
        let tables = forced.map_or_else(|| Table::ALL.to_vec(), |t| vec![t]);
        for table in tables {
            let (score, missing) = score(cells, table.spec());
            if missing.is_empty() && best.is_none_or(|(s, _, _)| score > s) {
                best = Some((score, row, table));
            }
            if !missing.is_empty() && score > nearest.0 {
                nearest = (score, Some((table, missing)));
            }
        }
    }
    if let Some((_, row, table)) = best {
        return Ok(layout(rows, row, table.spec()));
    }
    Err(match nearest.1 {
        Some((table, missing)) => {
            let zh: Vec<&str> =
                missing.iter().filter_map(|m| table.spec().input(m)).map(|i| i.headers.first().copied().unwrap_or(i.name)).collect();
            Said::new(
                format!("最像{}，但缺少必填列：{}", table.spec().title.zh, zh.join("、")),
                format!("closest to {}, but without the required columns {}", table.spec().title.en, missing.join(", ")),
            )
        }
        None => Said::new("没有认得出的表头", "no known header"),
    })
}

/// Matched inputs, and the required ones that are missing.
fn score(cells: &[String], spec: &'static TableSpec) -> (usize, Vec<&'static str>) {
    let mut found = vec![false; spec.inputs.len()];
    for cell in cells {
        if let Some((index, _)) = match_input(cell, spec) {
            found[index] = true;
        }
    }
    let missing = spec.inputs.iter().zip(&found).filter(|(i, f)| i.required && !**f).map(|(i, _)| i.name).collect();
    (found.iter().filter(|f| **f).count(), missing)
}

fn layout(rows: &[Vec<String>], header: usize, spec: &'static TableSpec) -> Layout {
    let titles = rows[header].clone();
    let sheet_unit = sheet_unit(&rows[..header]);
    let mut taken = vec![false; spec.inputs.len()];
    let (mut roles, mut notes, mut unused, mut assumed) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for title in &titles {
        let role = match special(title) {
            Some(role) => role,
            None => match match_input(title, spec) {
                Some((index, _)) if taken[index] => {
                    notes.push(Said::new(
                        format!("列“{title}”重复，只用第一列"),
                        format!("column \"{title}\" stands twice; the first is used"),
                    ));
                    Role::Ignored
                }
                Some((index, unit)) => {
                    taken[index] = true;
                    let input = &spec.inputs[index];
                    let from_sheet = || sheet_unit.as_deref().and_then(|u| find_unit(units_of(input.kind), u));
                    let scale = unit.or_else(from_sheet).or_else(|| {
                        let default = default_unit(spec.table, input.kind);
                        assumed.extend(default.map(|(word, _)| format!("{title} → {word}")));
                        default
                    });
                    Role::Input(index, scale.map(|(_, s)| s))
                }
                None => {
                    let folded = fold(title);
                    if !folded.is_empty() && !is_provenance(&folded) {
                        unused.push(title.trim().to_owned());
                    }
                    Role::Ignored
                }
            },
        };
        roles.push(role);
    }
    if !assumed.is_empty() {
        notes.push(Said::new(
            format!("表头未写单位，按惯例：{}", assumed.join("，")),
            format!("units assumed, the header names none: {}", assumed.join(", ")),
        ));
    }
    if !unused.is_empty() {
        notes.push(Said::new(format!("未使用的列：{}", unused.join("、")), format!("columns not used: {}", unused.join(", "))));
    }
    let folded = titles.iter().map(|t| fold(t).into_owned()).collect();
    Layout { spec, titles, folded, roles, rows_above: header + 1, notes }
}

/// Columns that our own exports add.
fn is_provenance(title: &str) -> bool {
    matches!(
        title,
        "序号"
            | "source_file"
            | "source_sheet"
            | "source_row"
            | "day"
            | "month"
            | "dry_kg"
            | "li2o_g"
            | "问题"
            | "提示"
            | "文件"
            | "行号"
            | "工作表"
    )
}

fn special(title: &str) -> Option<Role> {
    match &*normal(title) {
        "更正" | "是否更正" | "correction" => Some(Role::Correction),
        "作废" | "是否作废" | "void" => Some(Role::Void),
        t if t == QUARANTINE_ID.replace('_', "") || t == "隔离编号" => Some(Role::QuarantineId),
        _ => None,
    }
}

/// `单位：吨` or `(单位:kg)` in a row above the header.
fn sheet_unit(above: &[Vec<String>]) -> Option<String> {
    above.iter().flatten().find_map(|cell| {
        let cell = fold(cell).into_owned();
        let at = cell.find("单位:").map(|at| at + "单位:".len()).or_else(|| cell.to_lowercase().find("unit:").map(|at| at + 5))?;
        let unit: String = cell[at..].trim().chars().take_while(|c| !matches!(c, ')' | ' ' | ',' | ';' | '、' | '。' | ']')).collect();
        let known = find_unit(MASS, &unit).is_some();
        known.then_some(unit)
    })
}

/// The input that a header means, with the unit that it names.
fn match_input(title: &str, spec: &'static TableSpec) -> Option<(usize, Option<(&'static str, Scale)>)> {
    let whole = normal(title);
    if whole.is_empty() {
        return None;
    }
    // The name of the stored column, as our own exports have it: its unit is the stored one.
    if let Some(index) = spec.inputs.iter().position(|i| !i.kind.suffix().is_empty() && normal(&i.column_name()) == whole) {
        let stored = units_of(spec.inputs[index].kind);
        return Some((index, stored_unit(spec.inputs[index].kind, stored)));
    }
    if let Some(index) = named(&whole, spec) {
        return Some((index, None));
    }
    let (base, unit) = split_unit(title)?;
    let index = named(&normal(&base), spec)?;
    let kind = spec.inputs[index].kind;
    let unit = unit.trim().to_owned();
    let per_year = ["/年", "/a", "每年", "/year"].iter().find_map(|y| unit.strip_suffix(y)).map(str::to_owned);
    let word = if kind == Kind::MassPerYear { per_year.unwrap_or_else(|| unit.clone()) } else { unit.clone() };
    match find_unit(units_of(kind), &word) {
        Some(found) => Some((index, Some(found))),
        // `轴数(根)`, `时间(北京)`: a remark, not a unit that would change a number.
        None if units_of(kind).is_empty() => Some((index, None)),
        // A unit that is not known must not be taken for the usual one.
        None => None,
    }
}

fn stored_unit(kind: Kind, units: &'static [(&'static str, Scale)]) -> Option<(&'static str, Scale)> {
    let word = match kind {
        Kind::Mass { .. } | Kind::MassPerYear => "kg",
        Kind::Grade | Kind::Moisture => "ppm",
        Kind::UnitPrice { .. } => "fen_per_t",
        _ => return None,
    };
    find_unit(units, word)
}

fn named(normal_title: &str, spec: &'static TableSpec) -> Option<usize> {
    let is = |input: &Input| normal(input.name) == normal_title || input.headers.iter().any(|h| normal(h) == normal_title);
    spec.inputs.iter().position(is)
}

/// `净重(吨)`, `毛重/kg`, `net_t`: the name and the unit.
fn split_unit(title: &str) -> Option<(String, String)> {
    let title = fold(title).replace(['【', '[', '「'], "(").replace(['】', ']', '」'], ")");
    if let Some(open) = title.find('(') {
        let close = title[open..].find(')').map_or(title.len(), |c| open + c);
        let unit = title[open + 1..close].replace("单位:", "").replace("单位", "");
        return Some((title[..open].to_owned(), unit));
    }
    for separator in ['/', '_', '-', ' ', ':', ','] {
        if let Some((base, unit)) = title.split_once(separator).filter(|(b, _)| !b.is_empty()) {
            // `price_yuan_per_t`: the unit may itself hold the separator; a base that is a name decides.
            let units = [MASS, SHARE, UNIT_PRICE];
            if units
                .iter()
                .any(|u| find_unit(u, unit.trim_end_matches("_per_year").trim_end_matches("/年").trim_end_matches("/a")).is_some())
            {
                return Some((base.to_owned(), unit.trim_end_matches("_per_year").to_owned()));
            }
        }
        if let Some((base, unit)) = title.rsplit_once(separator).filter(|(b, _)| !b.is_empty())
            && [MASS, SHARE, UNIT_PRICE].iter().any(|u| find_unit(u, unit).is_some())
        {
            return Some((base.to_owned(), unit.to_owned()));
        }
    }
    for (word, _) in UNIT_PRICE.iter().chain(MASS).chain(SHARE).filter(|(w, _)| !w.is_ascii() || *w == "%") {
        if let Some(base) = title.strip_suffix(word).filter(|b| !b.is_empty()) {
            return Some((base.to_owned(), (*word).to_owned()));
        }
    }
    None
}

fn find_unit(units: &'static [(&'static str, Scale)], word: &str) -> Option<(&'static str, Scale)> {
    units.iter().find(|(u, _)| u.eq_ignore_ascii_case(word.trim())).copied()
}

/// Without blanks, line breaks, underscores, stars and case.
pub(super) fn normal(title: &str) -> String {
    fold(title).chars().filter(|c| !c.is_whitespace() && !matches!(c, '_' | '*' | ':')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(title: &str, name: &str, exponent: Option<i32>) {
        let spec = Table::Shipments.spec();
        let (index, unit) = match_input(title, spec).unwrap_or_else(|| panic!("{title} is not matched"));
        assert_eq!(spec.inputs[index].name, name, "{title}");
        assert_eq!(unit.map(|(_, s)| s.exponent), exponent, "{title}");
    }

    #[test]
    fn units_stand_in_headers() {
        check("净重(吨)", "net", Some(3));
        check("净重（吨）", "net", Some(3));
        check("净 重（ t ）", "net", Some(3));
        check("net_t", "net", Some(3));
        check("net_kg", "net", Some(0));
        check("毛重/kg", "gross", Some(0));
        check("净重吨", "net", Some(3));
        check("品位(%)", "li2o", Some(4));
        check("Li2O%", "li2o", Some(4));
        check("li2o_ppm", "li2o", Some(0));
        check("净重", "net", None);
        check("＊磅单号", "ticket_no", None);
        check("ticket_no", "ticket_no", None);
        check("轴数(根)", "axles", None);
        assert!(match_input("净重(磅)", Table::Shipments.spec()).is_none());
    }

    #[test]
    fn every_stored_name_is_read_back() {
        for table in Table::ALL {
            for (index, input) in table.spec().inputs.iter().enumerate() {
                for title in [input.name.to_owned(), input.column_name()] {
                    let found = match_input(&title, table.spec()).map(|(i, _)| i);
                    assert_eq!(found, Some(index), "{}: {title}", table.name());
                }
            }
        }
    }
}
