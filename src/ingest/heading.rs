//! What does one heading mean: which input, in which unit?

use super::value::fold;
use crate::records::units::{DAYS, ENERGY, MASS, SHARE, Scale, UNIT_PRICE, VOLUME};
use crate::records::{Input, Kind, Table, TableSpec};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// A unit: its word and how it scales.
pub(super) type Unit = (&'static str, Scale);

/// What a heading means.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Meaning {
    /// An input of the table (its place among the inputs), with the unit that the heading names.
    Input(usize, Option<Unit>),
    /// An input, with a word that is no unit that Lepid knows: the column must not be taken for the usual unit.
    UnknownUnit(usize, String),
    /// Nothing that the table has.
    Nothing,
}

/// Words behind a name that change no number.
const REMARKS: [&str; 14] =
    ["li2o", "氧化锂", "含税", "不含税", "未税", "必填", "选填", "可选", "湿", "湿重", "wet", "人民币", "rmb", "cny"];
/// Remarks on positions: data in degrees on these ellipsoids agree within a metre. Others (GCJ-02) are shifted by hundreds.
const DEGREES: [&str; 10] = ["度", "°", "十进制", "十进制度", "wgs84", "wgs-84", "cgcs2000", "deg", "degree", "degrees"];

/// The units in which an input may be written.
pub(super) fn units_of(input: &Input) -> &'static [Unit] {
    match input.kind {
        Kind::Mass { .. } | Kind::MassPerYear => MASS,
        Kind::Grade | Kind::Moisture => SHARE,
        Kind::UnitPrice { .. } => UNIT_PRICE,
        Kind::Count { .. } if input.name.ends_with("_kwh") => ENERGY,
        Kind::Count { .. } if input.name.ends_with("_m3") => VOLUME,
        Kind::Whole { .. } if input.name.ends_with("_days") => DAYS,
        _ => &[],
    }
}

/// Units of columns whose header names none, in one place. Weighbridge software prints kilograms; returns and contracts
/// are kept in tonnes, licences in 万吨 a year, grades in %, prices in yuan a tonne. A note says that this was assumed,
/// and the bounds of the values hold a mistake back.
pub(super) fn default_unit(table: Table, input: &Input) -> Option<Unit> {
    let unit = match (input.kind, table) {
        (Kind::Mass { .. }, Table::Shipments | Table::Vehicles | Table::Utilities) => "kg",
        (Kind::Mass { .. }, _) => "吨",
        (Kind::MassPerYear, _) => "万吨",
        (Kind::Grade | Kind::Moisture, _) => "%",
        (Kind::UnitPrice { .. }, _) => "元/吨",
        (Kind::Count { .. }, _) if input.name.ends_with("_kwh") => "kWh",
        (Kind::Count { .. }, _) => "m3",
        _ => return None,
    };
    find_unit(units_of(input), unit)
}

/// What a heading means in a table.
pub(super) fn meaning(title: &str, spec: &'static TableSpec) -> Meaning {
    let whole = normal(title);
    if whole.is_empty() {
        return Meaning::Nothing;
    }
    // No heading is that long: it is a cell of data, or of prose.
    if title.len() > LONGEST {
        return Meaning::Nothing;
    }
    let names = names(spec);
    // The name of the stored column, as our own exports have it: its unit is the stored one.
    if let Some(index) = names.stored.get(&whole) {
        return Meaning::Input(*index, spec.inputs.get(*index).and_then(stored_unit));
    }
    if let Some(index) = names.inputs.get(&whole) {
        return Meaning::Input(*index, None);
    }
    if names.derived.contains(&whole) {
        return Meaning::Nothing;
    }
    let title = fold(title).replace(['【', '[', '「', '〔'], "(").replace(['】', ']', '」', '〕'], ")");
    let (mut unknown, mut base) = (Meaning::Nothing, String::new());
    for (at, separator) in title.char_indices() {
        if let Some((index, input)) = names.inputs.get(&base).and_then(|index| Some((*index, spec.inputs.get(*index)?))) {
            let remark = title.get(at..).unwrap_or_default();
            let marked = matches!(separator, '(' | '/' | '_' | '-' | ' ' | ':' | ',' | '\n');
            match judge(input, remark.trim_start_matches(['/', '_', '-', ':', ','])) {
                Ok(unit) if marked || unit.is_some() => return Meaning::Input(index, unit),
                Err(word) if marked => unknown = Meaning::UnknownUnit(index, word),
                _ => {}
            }
        }
        // Most cells that are looked at are data, letters and digits: those are their own folds.
        match separator {
            'a'..='z' | '0'..='9' => base.push(separator),
            'A'..='Z' => base.push(separator.to_ascii_lowercase()),
            other => base.push_str(&normal(other.encode_utf8(&mut [0; 4]))),
        }
    }
    unknown
}

/// Whether a heading can mean an input of any table: most cells that are looked at are data, and this is quick to say.
pub(super) fn like_a_name(title: &str) -> bool {
    if title.len() > LONGEST {
        return false;
    }
    let whole = normal(title);
    let Some(first) = whole.chars().next() else { return false };
    let begins = |text: &str| names_by_first().get(&first).is_some_and(|names| names.iter().any(|name| text.starts_with(name)));
    // A control character within a heading is in `whole` and not in what `meaning` compares with the names.
    begins(&whole) || whole.contains(char::is_control)
}

/// The names of all tables' inputs by their first letter.
fn names_by_first() -> &'static BTreeMap<char, BTreeSet<String>> {
    static NAMES: OnceLock<BTreeMap<char, BTreeSet<String>>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let mut by_first: BTreeMap<char, BTreeSet<String>> = BTreeMap::new();
        for names in Table::ALL.into_iter().map(|t| names(t.spec())) {
            for name in names.inputs.keys().chain(names.stored.keys()) {
                by_first.entry(name.chars().next().unwrap_or_default()).or_default().insert(name.clone());
            }
        }
        by_first
    })
}

/// Longest heading, in bytes.
const LONGEST: usize = 160;

/// The names of a table's columns, normal.
struct Names {
    inputs: BTreeMap<String, usize>,
    /// Stored names with a unit.
    stored: BTreeMap<String, usize>,
    /// Columns that ingestion derives and our own exports have.
    derived: BTreeSet<String>,
}

fn names(spec: &'static TableSpec) -> &'static Names {
    static NAMES: OnceLock<BTreeMap<Table, Names>> = OnceLock::new();
    static NONE: Names = Names { inputs: BTreeMap::new(), stored: BTreeMap::new(), derived: BTreeSet::new() };
    let of = |spec: &TableSpec| {
        let inputs = || spec.inputs.iter().enumerate();
        Names {
            inputs: inputs().flat_map(|(at, i)| i.headers.iter().chain([&i.name]).map(move |h| (normal(h), at))).collect(),
            stored: inputs().filter(|(_, i)| !i.kind.suffix().is_empty()).map(|(at, i)| (normal(&i.column_name()), at)).collect(),
            derived: spec.derived.iter().map(|c| normal(c.name)).collect(),
        }
    };
    NAMES.get_or_init(|| Table::ALL.into_iter().map(|t| (t, of(t.spec()))).collect()).get(&spec.table).unwrap_or(&NONE)
}

/// The unit that a remark names; the word that is neither a unit nor harmless.
fn judge(input: &Input, remark: &str) -> Result<Option<Unit>, String> {
    let units = units_of(input);
    let mut found: Option<Unit> = None;
    for part in words(remark) {
        let word = match input.kind {
            Kind::MassPerYear => ["/年", "/a", "每年", "/year", "_per_year"].iter().find_map(|y| part.strip_suffix(y)).unwrap_or(&part),
            // A price is one of the tonnes in which quantities are kept; freight in yuan may be that of the whole line.
            Kind::UnitPrice { .. } if input.name == "price" && part == "元" => continue,
            Kind::UnitPrice { .. } if input.name == "price" && part == "万元" => "万元/吨",
            _ => &part,
        };
        match (find_unit(units, word), found) {
            (Some(unit), None) => found = Some(unit),
            (Some(unit), Some(other)) if unit.1 == other.1 => {}
            (None, _) if harmless(input, &part) => {}
            _ => return Err(part),
        }
    }
    Ok(found)
}

fn harmless(input: &Input, part: &str) -> bool {
    if REMARKS.contains(&part) {
        return true;
    }
    match input.kind {
        Kind::Mass { .. } | Kind::MassPerYear | Kind::UnitPrice { .. } | Kind::Count { .. } => false,
        // Grades are of the dry mass here.
        Kind::Grade => matches!(part, "干基" | "干" | "dry"),
        Kind::Moisture => matches!(part, "湿基" | "收到基"),
        Kind::Degrees { .. } => DEGREES.contains(&part),
        Kind::Instant => !part.contains("utc") && !part.contains("gmt"),
        _ => units_of(input).is_empty(),
    }
}

/// The words of a remark, folded and lower case.
fn words(remark: &str) -> Vec<String> {
    plain(remark)
        .split(['(', ')', ',', '、', ';', ' ', '\n'])
        .map(|w| w.trim_start_matches("计量单位").trim_start_matches("单位").trim_matches(':').to_lowercase())
        .filter(|w| !w.is_empty())
        .collect()
}

/// The units of all columns, as a row above the header says: `单位：吨`, `（计量单位：公斤；金额单位：元）`.
///
/// `单位：` is followed by the name of a company as well, so a word that is no unit at all says nothing, but one that is
/// known to be a unit that Lepid does not read is returned too.
pub(super) fn sheet_words(above: &[Vec<String>]) -> Vec<String> {
    let mut found = Vec::new();
    for cell in above.iter().flatten() {
        let cell = plain(cell).to_lowercase();
        for mark in ["单位:", "unit:", "units:"] {
            for (at, _) in cell.match_indices(mark) {
                let rest = cell.get(at + mark.len()..).unwrap_or_default();
                found.extend(words(rest).into_iter().take_while(|w| is_unit(w) || FOREIGN.contains(&w.as_str())));
            }
        }
    }
    found
}

/// Units of mass that are not read; a sheet that names one has no column in the usual unit.
pub(super) const FOREIGN: [&str; 14] = ["磅", "lb", "lbs", "盎司", "oz", "担", "短吨", "长吨", "干吨", "dmt", "立方米", "m3", "方", "车"];

fn is_unit(word: &str) -> bool {
    [MASS, SHARE, UNIT_PRICE].iter().any(|u| find_unit(u, word).is_some())
        || matches!(word, "元" | "万元")
        || word.strip_suffix("/年").is_some_and(|w| find_unit(MASS, w).is_some())
}

/// The unit that the words above a sheet give an input whose heading names none; `Err`: a unit that is not read.
pub(super) fn unit_of_sheet(input: &Input, words: &[String]) -> Result<Option<Unit>, String> {
    for word in words {
        if let Ok(Some(unit)) = judge(input, word) {
            return Ok(Some(unit));
        }
        if matches!(input.kind, Kind::Mass { .. } | Kind::MassPerYear) && FOREIGN.contains(&word.as_str()) {
            return Err(word.clone());
        }
    }
    Ok(None)
}

/// Whether a cell holds nothing but a unit, as the second row of a header does: `(吨)`, `kg`.
pub(super) fn is_bare_unit(cell: &str) -> bool {
    let words = words(cell);
    !words.is_empty()
        && words
            .iter()
            .all(|w| is_unit(w) || [ENERGY, VOLUME, DAYS].iter().any(|u| find_unit(u, w).is_some()) || DEGREES.contains(&w.as_str()))
}

/// The unit as it stands in a heading: the words behind the name.
pub(super) fn remark_of(title: &str) -> Option<String> {
    let title = fold(title);
    let open = title.find('(')?;
    title.get(open..).map(str::to_owned)
}

/// A unit price's heading says whether tax is in it.
pub(super) fn vat_in(title: &str) -> Option<bool> {
    let title = plain(title).to_lowercase();
    if ["不含税", "未税", "excl"].iter().any(|w| title.contains(w)) {
        Some(false)
    } else if ["含税", "incl"].iter().any(|w| title.contains(w)) {
        Some(true)
    } else {
        None
    }
}

fn stored_unit(input: &Input) -> Option<Unit> {
    let word = match input.kind {
        Kind::Mass { .. } | Kind::MassPerYear => "kg",
        Kind::Grade | Kind::Moisture => "ppm",
        Kind::UnitPrice { .. } => "fen_per_t",
        _ => return None,
    };
    find_unit(units_of(input), word)
}

pub(super) fn find_unit(units: &'static [Unit], word: &str) -> Option<Unit> {
    units.iter().find(|(u, _)| u.eq_ignore_ascii_case(word.trim())).copied()
}

/// Folded, with the single characters for units and indices written out.
fn plain(title: &str) -> Cow<'_, str> {
    let folded = fold(title);
    if !folded.contains(['㎏', '㎥', '³', '₂', '【', '[', '】', ']']) {
        return folded;
    }
    let plain = folded
        .replace('㎏', "kg")
        .replace('㎥', "m3")
        .replace('³', "3")
        .replace('₂', "2")
        .replace(['【', '['], "(")
        .replace(['】', ']'], ")");
    Cow::Owned(plain)
}

/// Without blanks, line breaks, underscores, stars and case.
pub(super) fn normal(title: &str) -> String {
    plain(title).chars().filter(|c| !c.is_whitespace() && !matches!(c, '_' | '*' | ':' | '.' | '#')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(table: Table, title: &str, name: &str, exponent: Option<i32>) {
        let Meaning::Input(index, unit) = meaning(title, table.spec()) else { panic!("{title}: {:?}", meaning(title, table.spec())) };
        assert_eq!(table.spec().inputs[index].name, name, "{title}");
        assert_eq!(unit.map(|(_, s)| s.exponent), exponent, "{title}");
    }

    #[test]
    fn units_stand_in_headings() {
        for (title, name, exponent) in [
            ("净重(吨)", "net", Some(3)),
            ("净重（吨）", "net", Some(3)),
            ("净重【吨】", "net", Some(3)),
            ("净 重（ t ）", "net", Some(3)),
            ("净重(单位：吨)", "net", Some(3)),
            ("净重\n(吨)", "net", Some(3)),
            ("净重(湿，吨)", "net", Some(3)),
            ("net_t", "net", Some(3)),
            ("Net (t)", "net", Some(3)),
            ("net_kg", "net", Some(0)),
            ("毛重/kg", "gross", Some(0)),
            ("毛重㎏", "gross", Some(0)),
            ("毛重KG", "gross", Some(0)),
            ("净重吨", "net", Some(3)),
            ("净重万吨", "net", Some(7)),
            ("净重公斤", "net", Some(0)),
            ("品位(%)", "li2o", Some(4)),
            ("品位（％）", "li2o", Some(4)),
            ("品位(Li2O,%)", "li2o", Some(4)),
            ("品位 Li₂O(%)", "li2o", Some(4)),
            ("品位(Li2O)(%)", "li2o", Some(4)),
            ("Li2O%", "li2o", Some(4)),
            ("Li2O", "li2o", None),
            ("li2o_ppm", "li2o", Some(0)),
            ("净重", "net", None),
            ("＊磅单号", "ticket_no", None),
            ("ticket_no", "ticket_no", None),
            ("Ticket No.", "ticket_no", None),
            ("轴数(根)", "axles", None),
            ("出场时间(北京时间)", "loaded_at", None),
            ("装车经度(WGS84)", "loaded_lon", None),
        ] {
            check(Table::Shipments, title, name, exponent);
        }
        check(Table::Utilities, "用电量(万千瓦时)", "electricity_kwh", Some(4));
        check(Table::Utilities, "用电量（度）", "electricity_kwh", Some(0));
        check(Table::Utilities, "用水量(万m³)", "water_m3", Some(4));
        check(Table::Licences, "生产规模(万吨/年)", "approved_scale", Some(7));
        check(Table::Licences, "生产规模（万t/a）", "approved_scale", Some(7));
        check(Table::Licences, "approved_scale_t_per_year", "approved_scale", Some(3));
        check(Table::Sales, "单价(元/吨，含税)", "price", Some(2));
        check(Table::Sales, "单价 元/吨", "price", Some(2));
        check(Table::Sales, "单价/元/吨", "price", Some(2));
        check(Table::Sales, "单价(万元)", "price", Some(6));
        check(Table::Sales, "单价(元)", "price", None);
        check(Table::Sales, "price_yuan_per_t", "price", Some(2));
        check(Table::Sales, "账期(天)", "credit_days", Some(0));
    }

    #[test]
    fn a_unit_that_is_not_known_is_not_taken_for_the_usual_one() {
        for (table, title) in [
            (Table::Shipments, "净重(磅)"),
            (Table::Shipments, "净重(干吨)"),
            (Table::Shipments, "净重(吨/kg)"),
            (Table::Shipments, "净重(吨,kg)"),
            (Table::Shipments, "净重_lb"),
            (Table::Shipments, "品位(oz/t)"),
            (Table::Shipments, "品位(湿基,%)"),
            (Table::Shipments, "装车经度(GCJ-02)"),
            (Table::Shipments, "出场时间(UTC)"),
            (Table::Sales, "单价(美元/吨)"),
            (Table::Sales, "运费(元)"),
            (Table::Sales, "账期(月)"),
            (Table::Utilities, "用电量(焦耳)"),
            (Table::Licences, "生产规模(吨/日)"),
        ] {
            assert!(matches!(meaning(title, table.spec()), Meaning::UnknownUnit(..)), "{title}: {:?}", meaning(title, table.spec()));
        }
        for title in ["净重量差", "毛重时间差", "备注", ""] {
            assert_eq!(meaning(title, Table::Shipments.spec()), Meaning::Nothing, "{title}");
        }
        assert_eq!(meaning("li2o_g", Table::Shipments.spec()), Meaning::Nothing);
    }

    #[test]
    fn every_stored_name_is_read_back() {
        for table in Table::ALL {
            for (index, input) in table.spec().inputs.iter().enumerate() {
                for title in [input.name.to_owned(), input.column_name()] {
                    let Meaning::Input(found, _) = meaning(&title, table.spec()) else { panic!("{}: {title}", table.name()) };
                    assert_eq!(found, index, "{}: {title}", table.name());
                }
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn a_heading_that_means_something_is_like_a_name(name in 0usize..400, before in "[ ＊_\0\\[]{0,2}", after in "[ ()（）【】吨%/kg₂³\0\\[\\]:_]{0,6}") {
            let names: Vec<&str> = Table::ALL.iter().flat_map(|t| t.spec().inputs).flat_map(|i| i.headers.iter().chain([&i.name]).copied()).collect();
            let title = format!("{before}{}{after}", names[name % names.len()]);
            for table in Table::ALL {
                proptest::prop_assert!(like_a_name(&title) || meaning(&title, table.spec()) == Meaning::Nothing, "{title}");
            }
        }
    }

    #[test]
    fn a_row_above_the_header_names_units_but_companies_are_none() {
        let words = |cell: &str| sheet_words(&[vec![cell.to_owned()]]);
        assert_eq!(words("2023年6月（单位：吨）"), ["吨"]);
        assert_eq!(words("单位：吨、元/吨"), ["吨", "元/吨"]);
        assert_eq!(words("填报单位：宜春某某矿业有限公司"), Vec::<String>::new());
        assert_eq!(words("计量单位：磅"), ["磅"]);
    }
}
