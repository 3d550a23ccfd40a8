//! How is an integer of the records shown to people? Thousands separated, the unit said beside it, nothing made up.

use crate::records::time::beijing;
use crate::text::Lang;
use chrono::DateTime;

/// What stands where there is no number.
pub(super) const NOTHING: &str = "—";

/// A whole number with thousands separated.
pub(super) fn whole(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("−{text}") } else { text }
}

/// A count with thousands separated.
pub(super) fn count(number: u64) -> String {
    i64::try_from(number).map_or_else(|_| number.to_string(), whole)
}

/// Fen as yuan, exact: without decimals where there are no fen.
pub(super) fn yuan(fen: i64) -> String {
    if fen % 100 == 0 { whole(fen / 100) } else { yuan_and_fen(fen) }
}

/// Fen as yuan with both decimals.
pub(super) fn yuan_and_fen(fen: i64) -> String {
    let sign = if fen < 0 { "−" } else { "" };
    format!("{sign}{}.{:02}", count(fen.unsigned_abs() / 100), fen.unsigned_abs() % 100)
}

/// A change of fen as yuan, with its sign.
pub(super) fn change(fen: i64) -> String {
    if fen > 0 { format!("+{}", yuan(fen)) } else { yuan(fen) }
}

/// Kilograms as whole tonnes, half away from zero.
pub(super) fn tonnes(kg: i64) -> String {
    let whole_tonnes = (i128::from(kg).abs() + 500) / 1000;
    let signed = if kg < 0 { -whole_tonnes } else { whole_tonnes };
    i64::try_from(signed).map_or_else(|_| signed.to_string(), whole)
}

/// Kilograms as tonnes, exact.
pub(super) fn tonnes_exact(kg: i64) -> String {
    let sign = if kg < 0 { "−" } else { "" };
    let (tonnes, rest) = (count(kg.unsigned_abs() / 1000), kg.unsigned_abs() % 1000);
    if rest == 0 { format!("{sign}{tonnes}") } else { format!("{sign}{tonnes}.{rest:03}") }
}

/// Kilograms as tonnes: whole ones, but exact below 100 t, where a rounded tonne would mislead.
pub(super) fn tonnes_readable(kg: i64) -> String {
    if kg.unsigned_abs() < 100_000 { tonnes_exact(kg) } else { tonnes(kg) }
}

/// `part` of `all` in per cent with one decimal, half away from zero; `None` without something to compare with.
pub(super) fn percent(part: i64, all: i64) -> Option<String> {
    let tenths = per_mille(part, all)?;
    let sign = if tenths < 0 { "−" } else { "" };
    let tenths = tenths.unsigned_abs();
    Some(format!("{sign}{}.{} %", count(tenths / 10), tenths % 10))
}

/// `part` of `all` in thousandths.
pub(super) fn per_mille(part: i64, all: i64) -> Option<i64> {
    if all <= 0 {
        return None;
    }
    let (part, all) = (i128::from(part), i128::from(all));
    let half = if part < 0 { -all } else { all };
    i64::try_from((part * 2000 + half) / (all * 2)).ok()
}

/// Parts per million as per cent, exact, with at least one decimal: 25000 is `2.5 %`.
pub(super) fn grade(ppm: i32) -> String {
    let decimals = format!("{:04}", (ppm % 10_000).abs());
    let kept = decimals.trim_end_matches('0');
    format!("{}.{} %", ppm / 10_000, if kept.is_empty() { "0" } else { kept })
}

/// A quantity of a finding in its unit.
pub(super) fn quantity(number: i64, unit: &str, lang: Lang) -> String {
    let zh = lang == Lang::Zh;
    match unit {
        "kg" => format!("{} {}", tonnes_exact(number), if zh { "吨" } else { "t" }),
        "kg_per_year" => format!("{} {}", tonnes_exact(number), if zh { "吨/年" } else { "t/year" }),
        "m" => format!("{} {}", whole(number), if zh { "米" } else { "m" }),
        "day" => format!("{} {}", whole(number), if zh { "天" } else { "days" }),
        "ticket" => format!("{} {}", whole(number), if zh { "张磅单" } else { "tickets" }),
        "" | "none" => whole(number),
        other => format!("{} {other}", whole(number)),
    }
}

/// An RFC 3339 instant as Beijing time to the minute; what can't be read stands as written.
pub(super) fn instant(text: &str) -> String {
    DateTime::parse_from_rfc3339(text)
        .map_or_else(|_| text.to_owned(), |at| at.with_timezone(&beijing()).format("%Y-%m-%d %H:%M").to_string())
}

/// The month of its first day: `2023-06`.
pub(super) fn month(first_day: &str) -> &str {
    first_day.get(..7).unwrap_or(first_day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_keep_their_sign() {
        assert_eq!([0, 7, 999, 1000, -1_234_567].map(whole).join(" "), "0 7 999 1,000 −1,234,567");
        assert_eq!([0, 5, 123_400, 123_450, -50].map(yuan).join(" "), "0 0.05 1,234 1,234.50 −0.50");
        assert_eq!([1, 0, -1_200].map(change).join(" "), "+0.01 0 −12");
    }

    #[test]
    fn tonnes_are_rounded_half_away_from_zero_and_exact_ones_are_not() {
        assert_eq!([499, 500, 1_499_500, -500].map(tonnes).join(" "), "0 1 1,500 −1");
        assert_eq!([2_000, 1_234_567, -1_005].map(tonnes_exact).join(" "), "2 1,234.567 −1.005");
        assert_eq!([880, 99_999, 100_499].map(tonnes_readable).join(" "), "0.880 99.999 100");
        assert_eq!(tonnes(i64::MIN), "−9,223,372,036,854,776");
    }

    #[test]
    fn a_share_of_nothing_is_no_number() {
        assert_eq!(percent(1, 3).as_deref(), Some("33.3 %"));
        assert_eq!(percent(125, 100).as_deref(), Some("125.0 %"));
        assert_eq!(percent(-1, 2000).as_deref(), Some("−0.1 %"));
        assert_eq!(percent(1, 0), None);
        assert_eq!(percent(i64::MAX, 1), None);
    }

    #[test]
    fn a_quantity_is_said_in_its_unit() {
        assert_eq!(quantity(1_234_500, "kg", Lang::Zh), "1,234.500 吨");
        assert_eq!(quantity(300, "m", Lang::En), "300 m");
        assert_eq!(
            [quantity(2, "ticket", Lang::Zh), quantity(2, "none", Lang::Zh), quantity(2, "axle", Lang::En)],
            ["2 张磅单", "2", "2 axle"]
        );
    }

    #[test]
    fn grades_and_times_read_as_people_write_them() {
        assert_eq!([25_000, 30_000, 3_500, 12_345].map(grade).join(" "), "2.5 % 3.0 % 0.35 % 1.2345 %");
        assert_eq!(instant("2024-01-05T18:30:00Z"), "2024-01-06 02:30");
        assert_eq!(instant("gestern"), "gestern");
    }
}
