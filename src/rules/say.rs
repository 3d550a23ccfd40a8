//! How is a finding said to people? Numbers with their units, dates as they are written, in both languages.

use super::finding::Finding;
use super::rule::Figure;
use crate::records::time::date_of;
use crate::text::{Lang, Said, grouped};

/// Units of `observed`, `allowed` and figures: kg; metres; days; minutes; ppm shown as percent; ppm shown as a ratio; days since 1970
/// shown as a date; fen a tonne and fen shown in yuan; tickets and other counts; none.
pub const UNITS: [&str; 12] = ["kg", "m", "day", "minute", "percent", "ratio", "date", "fen_per_t", "fen", "count", "ticket", "none"];

/// A figure of a rule with its value in the worst row.
pub(super) type Shown<'a> = (&'a Figure, Cell);

/// What a figure's column holds.
pub(super) enum Cell {
    /// A number in the figure's unit.
    Number(Option<i64>),
    /// `中文 / English`, or what is the same in both languages.
    Text(Option<String>),
}

impl Cell {
    fn said(&self, unit: &str, lang: Lang) -> String {
        match self {
            Self::Number(value) => quantity(*value, unit, lang),
            Self::Text(text) => {
                let text = text.as_deref().unwrap_or_default();
                let (zh, en) = text.split_once(" / ").unwrap_or((text, text));
                if lang == Lang::Zh { zh } else { en }.to_owned()
            }
        }
    }
}

/// The template with a finding's numbers in the places of its placeholders.
#[must_use]
pub(super) fn sentence(template: &Said, finding: &Finding, tickets: u64, figures: &[Shown]) -> Said {
    Said::new(fill(&template.zh, finding, tickets, figures, Lang::Zh), fill(&template.en, finding, tickets, figures, Lang::En))
}

fn fill(template: &str, finding: &Finding, tickets: u64, figures: &[Shown], lang: Lang) -> String {
    let value = |name: &str| match name {
        "subject" => finding.subject_name.clone(),
        "period" => period(&finding.period, lang),
        "observed" => quantity(finding.observed, &finding.unit, lang),
        "allowed" => quantity(finding.allowed, &finding.unit, lang),
        "quantity" => quantity(finding.quantity_kg, "kg", lang),
        "tickets" => grouped(i64::try_from(tickets).unwrap_or(i64::MAX)),
        other => figures
            .iter()
            .find(|(figure, _)| figure.name == other)
            .map_or_else(|| format!("{{{other}}}"), |(figure, cell)| cell.said(&figure.unit, lang)),
    };
    let mut text = String::with_capacity(template.len() * 2);
    let mut rest = template;
    // One pass: a name that happens to hold braces is not filled again.
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            text.push('{');
            rest = after;
            continue;
        };
        text.push_str(&value(name));
        rest = after;
    }
    text.push_str(rest);
    text
}

/// A quantity in its unit: kg are shown in tonnes.
#[must_use]
pub fn quantity(value: Option<i64>, unit: &str, lang: Lang) -> String {
    let zh = lang == Lang::Zh;
    let Some(value) = value else { return if zh { "未知" } else { "unknown" }.to_owned() };
    match (unit, zh) {
        ("kg", true) => format!("{} 吨", tonnes(value)),
        ("kg", false) => format!("{} t", tonnes(value)),
        ("m", true) => format!("{} 米", grouped(value)),
        ("m", false) => format!("{} m", grouped(value)),
        ("day", true) => format!("{} 天", grouped(value)),
        ("day", false) => format!("{} days", grouped(value)),
        ("minute", true) => format!("{} 分钟", grouped(value)),
        ("minute", false) => format!("{} minutes", grouped(value)),
        ("percent", _) => format!("{} %", scaled(value, 4, 2)),
        ("ratio", _) => scaled(value, 6, 3),
        ("date", _) => i32::try_from(value).ok().and_then(date_of).map_or_else(|| value.to_string(), |d| period(&d.to_string(), lang)),
        ("fen_per_t", true) => format!("{} 元/吨", scaled(value, 2, 2)),
        ("fen_per_t", false) => format!("{} yuan/t", scaled(value, 2, 2)),
        ("fen", true) => format!("{} 元", scaled(value, 2, 2)),
        ("fen", false) => format!("{} yuan", scaled(value, 2, 2)),
        _ => grouped(value),
    }
}

/// `value / 10^places` with at most `shown` decimals, rounded half away from zero, without trailing zeros.
fn scaled(value: i64, places: u32, shown: u32) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let step = 10u64.pow(places.saturating_sub(shown));
    let rounded = (value.unsigned_abs() + step / 2) / step;
    let one = 10u64.pow(shown);
    let whole = grouped(i64::try_from(rounded / one).unwrap_or(i64::MAX));
    let decimals = format!("{:0width$}", rounded % one, width = shown as usize);
    let decimals = decimals.trim_end_matches('0');
    if decimals.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{decimals}") }
}

/// kg as tonnes, exactly, with thousands separators.
#[must_use]
pub fn tonnes(kg: i64) -> String {
    let sign = if kg < 0 { "-" } else { "" };
    let (whole, rest) = (kg.unsigned_abs() / 1000, kg.unsigned_abs() % 1000);
    let whole = grouped(i64::try_from(whole).unwrap_or(i64::MAX));
    if rest == 0 {
        return format!("{sign}{whole}");
    }
    let decimals = format!("{rest:03}");
    format!("{sign}{whole}.{}", decimals.trim_end_matches('0'))
}

/// `2023`, `2023-06` or `2023-06-05` as people write it.
#[must_use]
pub fn period(period: &str, lang: Lang) -> String {
    if lang == Lang::En {
        return period.to_owned();
    }
    let parts: Vec<&str> = period.split('-').collect();
    let number = |text: &str| text.trim_start_matches('0').to_owned();
    match parts.as_slice() {
        [year] => format!("{year}年"),
        [year, month] => format!("{year}年{}月", number(month)),
        [year, month, day] => format!("{year}年{}月{}日", number(month), number(day)),
        _ => period.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_said_in_the_language_asked_for_and_a_missing_one_says_nothing() {
        let text = |text: Option<&str>, lang| Cell::Text(text.map(str::to_owned)).said("text", lang);
        assert_eq!(text(Some("缺少 3 号拐点 / corner 3 is left out"), Lang::Zh), "缺少 3 号拐点");
        assert_eq!(text(Some("缺少 3 号拐点 / corner 3 is left out"), Lang::En), "corner 3 is left out");
        assert_eq!(text(Some("白石岭"), Lang::En), "白石岭");
        assert_eq!(text(None, Lang::Zh), "");
    }

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(tonnes(1_234_567_890), "1,234,567.89");
        assert_eq!(tonnes(999), "0.999");
        assert_eq!(tonnes(-20), "-0.02");
        assert_eq!(tonnes(1_000_000), "1,000");
        assert_eq!(quantity(Some(1_310), "m", Lang::En), "1,310 m");
        assert_eq!(quantity(None, "kg", Lang::Zh), "未知");
        assert_eq!(quantity(Some(123_456), "percent", Lang::En), "12.35 %");
        assert_eq!(quantity(Some(1_234_567), "ratio", Lang::En), "1.235");
        assert_eq!(quantity(Some(19_614), "date", Lang::Zh), "2023年9月14日");
        assert_eq!(quantity(Some(-12_345_600), "fen", Lang::Zh), "-123,456 元");
        assert_eq!(quantity(Some(182_050), "fen_per_t", Lang::En), "1,820.5 yuan/t");
        assert_eq!(period("2023-06", Lang::Zh), "2023年6月");
        assert_eq!(period("2023", Lang::Zh), "2023年");
    }
}
