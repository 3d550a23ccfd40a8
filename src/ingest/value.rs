//! What does a cell say? Text in, one typed cell out, or what is wrong with it.

use super::code::{Bad, Code};
use super::quick::quick;
use super::when;
use crate::records::decimal::{DecimalError, parse_scaled};
use crate::records::ids::{self, IdError};
use crate::records::units::{MASS, SHARE, Scale, UNIT_PRICE};
use crate::records::{Choice, Kind, product};
use std::borrow::Cow;

/// Pure spodumene holds 8.03 % Li2O; no ore or concentrate holds more.
pub(super) const MAX_GRADE_PPM: i64 = 80_300;

/// A typed cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell<'a> {
    Missing,
    Text(Cow<'a, str>),
    Whole(i64),
    Float(f64),
    Flag(bool),
}

/// Trims; full-width letters, digits, punctuation and blanks become the usual ones, line breaks within a cell a blank.
pub(super) fn fold(text: &str) -> Cow<'_, str> {
    // U+FF01..U+FF5E begin with 0xEF, U+3000 and U+2000.. with 0xE3 and 0xE2, U+00A0 with 0xC2.
    if !text.bytes().any(|b| b < b' ' || matches!(b, 0xef | 0xe3 | 0xe2 | 0xc2)) {
        return Cow::Borrowed(text.trim());
    }
    // Weighbridge programs pad their fields with NUL.
    let text = text.trim_matches(|c: char| c == '\0' || c.is_whitespace());
    let folded: String = text
        .chars()
        .filter(|c| !matches!(c, '\u{feff}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}' | '\u{202c}' | '\r'))
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            '\u{3000}' | '\u{a0}' | '\u{2002}' | '\u{2003}' | '\u{2009}' | '\n' | '\t' => ' ',
            '\u{2212}' => '-',
            other => other,
        })
        .collect();
    Cow::Owned(folded.trim().to_owned())
}

/// Whether a folded text is one of the words for "nothing".
fn is_nothing(text: &str) -> bool {
    matches!(
        text,
        "" | "-" | "--" | "—" | "——" | "/" | "\\" | "无" | "空" | "N/A" | "n/a" | "NA" | "null" | "NULL" | "None" | "#N/A" | "NaN" | "nan"
    )
}

/// Reads a cell as `kind`; `scale` is the unit of its column.
pub(super) fn read<'a>(kind: Kind, scale: Option<Scale>, raw: &'a str) -> Result<Cell<'a>, Bad> {
    match quick(kind, scale, raw) {
        Some(cell) => Ok(cell),
        None => read_carefully(kind, scale, raw),
    }
}

/// `2.02306E+14`: what Excel makes of a long number when it saves a CSV; the digits are gone.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, power)) = text.split_once(['E', 'e']) else { return false };
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    power.strip_prefix('+').is_some_and(digits)
        && mantissa.split_once('.').map_or_else(|| digits(mantissa), |(whole, part)| digits(whole) && digits(part))
}

/// What no cell may be, whatever its column.
fn broken(text: &str) -> Option<Bad> {
    if text.contains(|c: char| c == '\u{fffd}' || c.is_control()) {
        return Some(Bad::new(
            Code::Encoding,
            "单元格中有乱码或控制字符，文件编码不一致或已损坏；请另存为 UTF-8 或 .xlsx",
            "the cell holds bytes that are no text; save the file as UTF-8 or .xlsx",
        ));
    }
    if !text.starts_with('#') {
        return None;
    }
    if text.len() > 2 && text.bytes().all(|b| b == b'#') {
        return Some(Bad::new(
            Code::Formula,
            "列太窄，Excel 导出时把内容写成了 ####；请加宽列后重新导出",
            "the column was too narrow and Excel wrote #### in place of the value; widen it and export again",
        ));
    }
    const FORMULAS: [&str; 11] =
        ["#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#DATA!", "#FIELD!", "#GETTING_DATA"];
    FORMULAS.contains(&text).then(|| {
        Bad::new(Code::Formula, format!("Excel 公式出错（{text}），请改为数值"), format!("an Excel formula failed ({text}); put the value"))
    })
}

fn read_carefully<'a>(kind: Kind, scale: Option<Scale>, raw: &'a str) -> Result<Cell<'a>, Bad> {
    let text = fold(raw);
    if is_nothing(&text) {
        return Ok(Cell::Missing);
    }
    if let Some(bad) = broken(&text) {
        return Err(bad);
    }
    match kind {
        Kind::Text | Kind::SiteRef if is_scientific(&text) => Err(Bad::new(
            Code::Identifier,
            format!("“{text}”是被 Excel 写成科学计数的编号，后面的数字已经丢失；请把该列设为文本后重新导出"),
            format!("\"{text}\" is a number in scientific form, its last digits are lost; set the column to text and export again"),
        )),
        Kind::Text | Kind::SiteRef => Ok(Cell::Text(text)),
        Kind::Plate => plate(text),
        Kind::CreditCode => identifier(ids::credit_code(&text), "统一社会信用代码", "unified social credit code"),
        Kind::LicenceNo => identifier(ids::licence_no(&text), "许可证号", "licence number"),
        Kind::Product => product::by_word(&text).map(|p| Cell::Text(Cow::Borrowed(p.id))).ok_or_else(|| {
            Bad::new(
                Code::Enum,
                format!("不认识的货物“{text}”；可用：含锂瓷土原矿、锂云母精矿、碳酸锂、锂渣、长石、钽铌精矿、其他"),
                format!("unknown product \"{text}\""),
            )
        }),
        Kind::Minerals => Ok(Cell::Text(Cow::Owned(minerals(&text)))),
        Kind::Choice(choices) => choice(choices, &text),
        Kind::YesNo => yes_no(&text),
        Kind::Mass { min_kg, max_kg } => mass(&text, scale, min_kg, max_kg).map(Cell::Whole),
        Kind::MassPerYear => quantity(text.trim_end_matches("/年").trim_end_matches("/a"), scale, MASS)
            .and_then(|kg| within(kg, 0, 1_000_000_000_000, &text, "0–10 亿吨/年", "0-1e9 t a year"))
            .map(Cell::Whole),
        Kind::Grade => quantity(&text, scale, SHARE)
            .and_then(|ppm| {
                within(
                    ppm,
                    0,
                    MAX_GRADE_PPM,
                    &text,
                    "0–8.03 %（纯锂辉石）；请核对单位是 % 还是 ppm",
                    "0-8.03 % (pure spodumene); is the column in % or ppm?",
                )
            })
            .map(Cell::Whole),
        Kind::Moisture => quantity(&text, scale, SHARE)
            .and_then(|ppm| within(ppm, 0, 999_999, &text, "0–100 %（不含 100）；请核对单位", "0-100 %, 100 excluded; check the unit"))
            .map(Cell::Whole),
        Kind::UnitPrice { max_fen } => quantity(&text, scale, UNIT_PRICE)
            .and_then(|fen| {
                if fen < 0 {
                    return Err(Bad::new(
                        Code::Constraint,
                        format!("“{text}”是负数；单价和运费不能为负，冲减请另行更正原合同"),
                        format!("\"{text}\" is negative; a price or freight can't be: correct the contract itself instead"),
                    ));
                }
                within(
                    fen,
                    0,
                    max_fen,
                    &text,
                    "合理的单价；请核对单位是 元/吨 还是 万元/吨",
                    "a plausible price; is the column in yuan/t or 10 000 yuan/t?",
                )
            })
            .map(Cell::Whole),
        Kind::Whole { min, max } => {
            whole(&text).and_then(|n| within(n, min, max, &text, &format!("{min}–{max}"), &format!("{min}-{max}"))).map(Cell::Whole)
        }
        Kind::Count { max } => number(&text, scale.unwrap_or(Scale { exponent: 0, multiplier: 1 }))
            .and_then(|n| within(n, 0, max, &text, "非负数", "a number that is not negative"))
            .map(Cell::Whole),
        Kind::Instant => when::instant(&text).map(Cell::Whole),
        Kind::Day => when::day(&text).map(|d| Cell::Whole(i64::from(d))),
        Kind::Month => when::month(&text).map(|d| Cell::Whole(i64::from(d))),
        Kind::Degrees { limit } => degrees(&text, limit),
        Kind::Wkt => boundary(raw),
    }
}

fn plate(text: Cow<'_, str>) -> Result<Cell<'_>, Bad> {
    let plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || ('\u{4e00}'..='\u{9fff}').contains(&c);
    if text.len() <= 16 && text.chars().all(plain) {
        return Ok(Cell::Text(text));
    }
    identifier(ids::plate(&text), "车牌号", "plate")
}

fn identifier<'a>(id: Result<String, IdError>, zh: &str, en: &str) -> Result<Cell<'a>, Bad> {
    id.map(|id| Cell::Text(Cow::Owned(id))).map_err(|error| {
        let (why_zh, why_en) = match error {
            IdError::Length => ("位数不对", "it has the wrong number of characters"),
            IdError::Character => ("含有不允许的字符", "it has a character that is not allowed"),
            IdError::Check => ("校验位不符，请核对是否抄错", "its check character contradicts the others: a typing error?"),
        };
        Bad::new(Code::Identifier, format!("{zh}{why_zh}"), format!("not a {en}: {why_en}"))
    })
}

fn minerals(text: &str) -> String {
    let words = text.split([';', '；', '、', ',', '，', '/']).map(str::trim).filter(|w| !w.is_empty());
    words.map(|w| product::by_word(w).map_or_else(|| w.to_owned(), |p| p.id.to_owned())).collect::<Vec<_>>().join(";")
}

fn choice<'a>(choices: &'static [Choice], text: &str) -> Result<Cell<'a>, Bad> {
    let lower = text.to_lowercase();
    if let Some(choice) = choices.iter().find(|c| c.id == lower || c.words.contains(&text) || c.words.contains(&lower.as_str())) {
        return Ok(Cell::Text(Cow::Borrowed(choice.id)));
    }
    let allowed: Vec<&str> = choices.iter().map(|c| c.words.first().copied().unwrap_or(c.id)).collect();
    Err(Bad::new(
        Code::Enum,
        format!("“{text}”不在可选项中；可用：{}", allowed.join("、")),
        format!("\"{text}\" is none of: {}", choices.iter().map(|c| c.id).collect::<Vec<_>>().join(", ")),
    ))
}

fn yes_no<'a>(text: &str) -> Result<Cell<'a>, Bad> {
    match text.to_lowercase().as_str() {
        "是" | "y" | "yes" | "true" | "1" | "√" | "有" | "含" | "含税" => Ok(Cell::Flag(true)),
        "否" | "n" | "no" | "false" | "0" | "×" | "x" | "不含" | "不含税" | "非" => Ok(Cell::Flag(false)),
        _ => Err(Bad::new(Code::Enum, format!("“{text}”应为 是 或 否"), format!("\"{text}\" should be yes or no"))),
    }
}

fn mass(text: &str, scale: Option<Scale>, min_kg: i64, max_kg: i64) -> Result<i64, Bad> {
    let kg = quantity(text, scale, MASS)?;
    if kg == 0 || (min_kg..=max_kg).contains(&kg) {
        return Ok(kg);
    }
    if kg < 0 {
        return Err(Bad::new(Code::Constraint, format!("质量“{text}”是负数"), format!("the mass \"{text}\" is negative")));
    }
    let (zh, en) = if kg > max_kg {
        ("这一列的单位是不是公斤（kg）？", "is this column in kg?")
    } else {
        ("这一列的单位是不是吨（t）？", "is this column in t?")
    };
    Err(Bad::new(
        Code::Constraint,
        format!("“{text}”相当于 {kg} kg，不合常理；{zh}请在表头写明单位，如 净重(吨)"),
        format!("\"{text}\" would be {kg} kg, which is implausible; {en} Write the unit in the header, as in net(t)"),
    ))
}

/// A number with or without its unit in the cell; the cell's own unit is obeyed.
fn quantity(text: &str, scale: Option<Scale>, units: &[(&str, Scale)]) -> Result<i64, Bad> {
    let default = scale.unwrap_or(Scale { exponent: 0, multiplier: 1 });
    match parse_scaled(text.as_bytes(), default.exponent, default.multiplier) {
        Ok(value) => Ok(value),
        Err(DecimalError::TooLarge) => Err(too_large(text)),
        Err(DecimalError::NotANumber) => {
            let split = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '+' | ' '))).unwrap_or(text.len());
            let (figure, unit) = (text[..split].trim(), text[split..].trim());
            let own = units.iter().find(|(word, _)| word.eq_ignore_ascii_case(unit)).map(|(_, scale)| *scale);
            match own {
                Some(scale) if !figure.is_empty() => number(figure, scale),
                _ => number(text, default),
            }
        }
    }
}

fn number(text: &str, scale: Scale) -> Result<i64, Bad> {
    let text = text.trim_start_matches(['¥', '￥']).trim();
    parse_scaled(text.as_bytes(), scale.exponent, scale.multiplier).map_err(|error| match error {
        DecimalError::NotANumber => Bad::new(Code::Type, format!("“{text}”不是数字"), format!("\"{text}\" is no number")),
        DecimalError::TooLarge => too_large(text),
    })
}

fn too_large(text: &str) -> Bad {
    Bad::new(Code::Constraint, format!("“{text}”太大"), format!("\"{text}\" is too large"))
}

fn whole(text: &str) -> Result<i64, Bad> {
    let thousandths = number(text, Scale { exponent: 3, multiplier: 1 })?;
    if thousandths % 1000 == 0 {
        Ok(thousandths / 1000)
    } else {
        Err(Bad::new(Code::Type, format!("“{text}”不是整数"), format!("\"{text}\" is no whole number")))
    }
}

fn within(value: i64, min: i64, max: i64, text: &str, zh: &str, en: &str) -> Result<i64, Bad> {
    if (min..=max).contains(&value) {
        Ok(value)
    } else {
        Err(Bad::new(Code::Constraint, format!("“{text}”超出范围，应为 {zh}"), format!("\"{text}\" is out of bounds, expected {en}")))
    }
}

fn degrees<'a>(text: &str, limit: f64) -> Result<Cell<'a>, Bad> {
    let value: f64 = text.trim_end_matches(['°', '度', 'N', 'E', 'n', 'e']).parse().map_err(|_| {
        Bad::new(
            Code::Type,
            format!("“{text}”不是以度表示的坐标，请写成 28.1234"),
            format!("\"{text}\" is no position in degrees; write 28.1234"),
        )
    })?;
    // A receiver without a fix writes 0; no place in a Chinese register lies on the equator or the meridian of Greenwich.
    if value == 0.0 {
        return Ok(Cell::Missing);
    }
    if value.is_finite() && value.abs() <= limit {
        Ok(Cell::Float(value))
    } else {
        Err(Bad::new(
            Code::Constraint,
            format!("坐标“{text}”超出 ±{limit} 度；纬度和经度是否填反？"),
            format!("the position \"{text}\" is outside of ±{limit} degrees; are latitude and longitude swapped?"),
        ))
    }
}

/// A boundary is kept as it is written, line by line: what it means, or that it can't be read, is said when it is used
/// (`rules::boundary`), because the register that tells the zone of its coordinates may come later.
fn boundary<'a>(raw: &'a str) -> Result<Cell<'a>, Bad> {
    let lines: Vec<Cow<'_, str>> = raw.trim().lines().map(fold).collect();
    if let Some(bad) = lines.iter().find_map(|line| broken(line)) {
        return Err(bad);
    }
    Ok(Cell::Text(Cow::Owned(lines.join("\n"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TONNES: Option<Scale> = Some(Scale { exponent: 3, multiplier: 1 });
    const TICKET: Kind = Kind::Mass { min_kg: 200, max_kg: 200_000 };

    #[track_caller]
    fn check(kind: Kind, scale: Option<Scale>, text: &str, expected: Result<i64, Code>) {
        match (read(kind, scale, text), expected) {
            (Ok(Cell::Whole(got)), Ok(want)) => assert_eq!(got, want, "{text}"),
            (Err(bad), Err(code)) => assert_eq!(bad.code, code, "{text}"),
            (got, _) => panic!("{text}: {got:?}"),
        }
    }

    #[test]
    fn masses_in_their_units() {
        check(TICKET, TONNES, "31.52", Ok(31_520));
        check(TICKET, TONNES, "３１．５２", Ok(31_520));
        check(TICKET, TONNES, "31,520kg", Ok(31_520));
        check(TICKET, None, "31.52吨", Ok(31_520));
        check(TICKET, None, "31520", Ok(31_520));
        check(TICKET, None, "0", Ok(0));
        check(TICKET, TONNES, "31520", Err(Code::Constraint));
        check(TICKET, None, "31.52", Err(Code::Constraint));
        check(TICKET, None, "-31520", Err(Code::Constraint));
        check(TICKET, TONNES, "4o.2", Err(Code::Type));
        check(TICKET, TONNES, "#REF!", Err(Code::Formula));
        check(TICKET, TONNES, "######", Err(Code::Formula));
        check(TICKET, TONNES, "31.5199999999999996", Ok(31_520));
        check(TICKET, TONNES, "31.52\0\0", Ok(31_520));
        check(TICKET, TONNES, "31\u{1}52", Err(Code::Encoding));
        check(TICKET, TONNES, "31.52磅", Err(Code::Type));
        check(TICKET, TONNES, "3.152e1", Ok(31_520));
        check(TICKET, TONNES, "31,52", Err(Code::Type));
        check(TICKET, TONNES, "99999999999999999999999999999999999999999999", Err(Code::Constraint));
    }

    #[test]
    fn shares_and_prices() {
        let percent = Some(Scale { exponent: 4, multiplier: 1 });
        check(Kind::Grade, percent, "0.42", Ok(4_200));
        check(Kind::Grade, percent, "0.42%", Ok(4_200));
        check(Kind::Grade, percent, "8.03", Ok(80_300));
        check(Kind::Grade, percent, "8.0301", Err(Code::Constraint));
        check(Kind::Moisture, percent, "100", Err(Code::Constraint));
        check(Kind::UnitPrice { max_fen: 1_000_000_000 }, Some(Scale { exponent: 2, multiplier: 1 }), "¥1,755.505", Ok(175_550));
        check(Kind::Whole { min: 2, max: 8 }, None, "6.0", Ok(6));
        check(Kind::Whole { min: 2, max: 8 }, None, "9", Err(Code::Constraint));
        check(Kind::Whole { min: 2, max: 8 }, None, "4.5", Err(Code::Type));
    }

    #[test]
    fn texts_that_excel_has_ruined_are_not_taken_for_identifiers() {
        for text in ["2.02306E+14", "2E+14", "####", "#VALUE!"] {
            assert!(read(Kind::Text, None, text).is_err(), "{text}");
        }
        assert_eq!(read(Kind::Text, None, "P2E-14"), Ok(Cell::Text(Cow::Borrowed("P2E-14"))));
        assert_eq!(read(Kind::SiteRef, None, " 宜春（一）\n矿\0"), Ok(Cell::Text(Cow::Borrowed("宜春(一) 矿"))));
    }

    #[test]
    fn a_receiver_without_a_fix_gives_no_position() {
        let degrees = |text| read(Kind::Degrees { limit: 90.0 }, None, text);
        assert_eq!(degrees("0"), Ok(Cell::Missing));
        assert_eq!(degrees("28.25°"), Ok(Cell::Float(28.25)));
        assert_eq!(degrees("114.5").map_err(|b| b.code), Err(Code::Constraint));
        assert_eq!(degrees("inf").map_err(|b| b.code), Err(Code::Constraint));
        assert_eq!(degrees("28°15′").map_err(|b| b.code), Err(Code::Type));
    }

    proptest::proptest! {
        #[test]
        fn texts_plates_and_positions_read_quickly_are_read_the_same(
            raw in r"[A-Za-z0-9_+\-]{0,7}|NaN|NA|null|None|N/A|[赣浙湘㐀无空][A-Z0-9]{0,14}|[0-9]{0,4}\.[0-9]{0,10}|[0-9]{2,3}\.[0-9]{6}"
        ) {
            for kind in [Kind::Text, Kind::SiteRef, Kind::Plate, Kind::Degrees { limit: 90.0 }, Kind::Degrees { limit: 180.0 }] {
                if let Some(cell) = quick(kind, None, &raw) {
                    proptest::prop_assert_eq!(Ok(cell), read_carefully(kind, None, &raw), "{:?}", kind);
                }
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn the_quick_way_and_the_careful_way_agree(raw in r"[0-9A-Z.,:/ +\-E]{0,20}|[0-9]{1,7}(\.[0-9]{1,5})?|202[0-9][-/.][0-9]{1,2}[-/.][0-9]{1,2} [0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}(\.[0-9]{1,7})?)?") {
            let scales = [None, TONNES, Some(Scale { exponent: 4, multiplier: 1 }), Some(Scale { exponent: -1, multiplier: 5 })];
            let kinds = [Kind::Text, TICKET, Kind::Grade, Kind::Moisture, Kind::Instant, Kind::Day, Kind::Whole { min: 2, max: 8 }];
            for kind in kinds {
                for scale in scales {
                    if let Some(cell) = quick(kind, scale, &raw) {
                        proptest::prop_assert_eq!(Ok(cell), read_carefully(kind, scale, &raw), "{:?} {:?}", kind, scale);
                    }
                }
            }
        }
    }

    #[test]
    fn a_boundary_is_kept_as_it_is_written_with_its_lines() {
        let kept = |raw| match read(Kind::Wkt, None, raw) {
            Ok(Cell::Text(text)) => text.into_owned(),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            kept(" 1，3098000.00，38543000.00\r\n\r\n2，3098000.00，38544000.00 "),
            "1,3098000.00,38543000.00\n\n2,3098000.00,38544000.00"
        );
        assert_eq!(
            kept("POLYGON((114.5 28.2, 114.6 28.2, 114.6 28.3, 114.5 28.2))"),
            "POLYGON((114.5 28.2, 114.6 28.2, 114.6 28.3, 114.5 28.2))"
        );
        // What can't be read is no reason to lose the licence: the rules say so.
        assert_eq!(kept("见附图"), "见附图");
        assert_eq!(read(Kind::Wkt, None, "\u{fffd}\u{fffd}").map_err(|b| b.code), Err(Code::Encoding));
    }

    #[test]
    fn nothing_is_missing_and_not_zero() {
        for text in ["", "  ", "—", "/", "无", "#N/A", "　"] {
            assert_eq!(read(Kind::Grade, None, text), Ok(Cell::Missing), "{text}");
        }
    }
}
