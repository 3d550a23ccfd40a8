//! How is a quantity written for people? Grouped by 万 in Chinese and by thousands in English, with its unit.

use crate::text::Lang;
pub use crate::text::grouped;

/// `number / 10^decimals`, rounded half away from zero to `keep` decimals, exactly: `scaled(12_345, 2, 1)` is `123.5`.
#[must_use]
pub fn scaled(number: i64, decimals: u32, keep: u32) -> String {
    let drop = 10_i128.pow(decimals.saturating_sub(keep));
    let number = i128::from(number);
    let rounded = (number.abs() + drop / 2) / drop;
    let unit = 10_i128.pow(keep);
    let whole = i64::try_from(rounded / unit).unwrap_or(i64::MAX);
    let sign = if number < 0 && rounded != 0 { "-" } else { "" };
    if keep == 0 {
        return format!("{sign}{}", grouped(whole));
    }
    format!("{sign}{}.{:0width$}", grouped(whole), rounded % unit, width = keep as usize)
}

/// Tonnes without decimals: `12,346`.
#[must_use]
pub fn whole_tonnes(kg: i64) -> String {
    scaled(kg, 3, 0)
}

/// Tonnes to the kilogram, for files: `12345.678`, without grouping.
#[must_use]
pub fn exact_tonnes(kg: i64) -> String {
    scaled(kg, 3, 3).replace(',', "")
}

/// Tonnes with their unit at the size that people speak of: `12.3万吨` from ten thousand tonnes on, else `9,876吨` and
/// below a hundred tonnes `31.5吨`; in English `123.0 kt`, `9,876 t`, `31.5 t`.
#[must_use]
pub fn tonnes(kg: i64, lang: Lang) -> String {
    let (size, zh) = (kg.unsigned_abs(), lang == Lang::Zh);
    match (size, zh) {
        (10_000_000.., true) => format!("{}万吨", scaled(kg, 7, 1)),
        (10_000_000.., false) => format!("{} kt", scaled(kg, 6, 1)),
        (100_000.., true) => format!("{}吨", scaled(kg, 3, 0)),
        (100_000.., false) => format!("{} t", scaled(kg, 3, 0)),
        (_, true) => format!("{}吨", scaled(kg, 3, 1)),
        (_, false) => format!("{} t", scaled(kg, 3, 1)),
    }
}

/// Yuan from fen; decimals only where there are any: `1,850`, `1,850.5`.
#[must_use]
pub fn yuan(fen: i64) -> String {
    if fen % 100 == 0 {
        scaled(fen, 2, 0)
    } else if fen % 10 == 0 {
        scaled(fen, 2, 1)
    } else {
        scaled(fen, 2, 2)
    }
}

/// A change in yuan with its sign: `+120`, `-35.5`, `0`.
#[must_use]
pub fn signed_yuan(fen: i64) -> String {
    if fen > 0 { format!("+{}", yuan(fen)) } else { yuan(fen) }
}

/// `part / whole` in per cent with one decimal, half away from zero; `None` where there is no whole.
#[must_use]
pub fn percent(part: i64, whole: i64) -> Option<String> {
    percent_tenths(part, whole).map(|tenths| format!("{}%", scaled(tenths, 1, 1)))
}

/// `part / whole` in tenths of a per cent, half away from zero; `None` where there is no whole.
#[must_use]
pub fn percent_tenths(part: i64, whole: i64) -> Option<i64> {
    if whole <= 0 {
        return None;
    }
    let tenths = (i128::from(part) * 2000 + i128::from(whole) * i128::from(part.signum())) / (i128::from(whole) * 2);
    i64::try_from(tenths).ok()
}

/// A month as the axis shows it: `6月` or `Jun`; `None` for what is no `YYYY-MM…`.
#[must_use]
pub fn month_name(month: &str, lang: Lang) -> Option<String> {
    const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let number: usize = month.get(5..7)?.parse().ok()?;
    let name = NAMES.get(number.checked_sub(1)?)?;
    Some(match lang {
        Lang::Zh => format!("{number}月"),
        Lang::En => (*name).to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_rounded_as_people_write_them() {
        assert_eq!(grouped(-1_234_567), "-1,234,567");
        assert_eq!(whole_tonnes(12_345_500), "12,346");
        assert_eq!(exact_tonnes(12_345_678), "12345.678");
        assert_eq!(exact_tonnes(-5), "-0.005");
        assert_eq!(tonnes(123_449_999, Lang::Zh), "12.3万吨");
        assert_eq!(tonnes(123_450_000, Lang::Zh), "12.3万吨");
        assert_eq!(tonnes(123_500_000, Lang::Zh), "12.4万吨");
        assert_eq!(tonnes(123_450_000, Lang::En), "123.5 kt");
        assert_eq!(tonnes(9_876_499, Lang::Zh), "9,876吨");
        assert_eq!(tonnes(31_460, Lang::En), "31.5 t");
        assert_eq!(tonnes(0, Lang::Zh), "0.0吨");
        assert_eq!([12_000, -3_550, 0].map(signed_yuan).join(" "), "+120 -35.5 0");
        assert_eq!((yuan(185_000), yuan(185_050), yuan(-5)), ("1,850".to_owned(), "1,850.5".to_owned(), "-0.05".to_owned()));
    }

    #[test]
    fn a_share_of_nothing_is_no_share() {
        assert_eq!(percent(1, 0), None);
        assert_eq!(percent(1, 3).as_deref(), Some("33.3%"));
        assert_eq!(percent(2, 3).as_deref(), Some("66.7%"));
        assert_eq!(percent(-1, 8).as_deref(), Some("-12.5%"));
        assert_eq!(percent(1080, 1000).as_deref(), Some("108.0%"));
    }

    #[test]
    fn months_have_names() {
        assert_eq!(month_name("2023-06-01", Lang::Zh).as_deref(), Some("6月"));
        assert_eq!(month_name("2023-06", Lang::En).as_deref(), Some("Jun"));
        assert_eq!(month_name("2023-13", Lang::En), None);
        assert_eq!(month_name("2023", Lang::En), None);
    }
}
