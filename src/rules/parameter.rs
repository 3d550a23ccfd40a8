//! How does a number of policy become a literal in a rule's SQL? Typed and exact, so nothing else can get in.

use crate::records::{decimal::parse_scaled, product};
use crate::text::Said;
use statrs::distribution::{ContinuousCDF, Normal};
use std::collections::BTreeMap;
use toml::Value as Toml;

/// What a parameter may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// A whole number.
    Integer,
    /// A share in percent with up to four decimals; in SQL parts per million.
    Percent,
    /// A number with up to three decimals; in SQL thousandths.
    Decimal,
    /// A false-alarm rate, one-sided: percent with up to seven decimals; in SQL the quantile of the standard normal distribution that is
    /// exceeded at that rate, in thousandths, rounded up.
    Alarm,
    /// A false-alarm rate, two-sided: half of it on each side.
    AlarmBoth,
    /// A list of products.
    Products,
    /// A list of words: letters, digits, `_` and `-`.
    Words,
    /// Which licensed mineral covers which products: `mineral > product product; …`.
    Covers,
}

/// The types under the names that a head uses.
const TYPES: [(&str, Type); 8] = [
    ("integer", Type::Integer),
    ("percent", Type::Percent),
    ("decimal", Type::Decimal),
    ("alarm", Type::Alarm),
    ("alarm-both", Type::AlarmBoth),
    ("products", Type::Products),
    ("words", Type::Words),
    ("covers", Type::Covers),
];

/// A value that fits its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Integer, ppm or thousandths.
    Number(i64),
    /// A false-alarm rate a test.
    Alarm {
        /// Parts per billion: above 0, below 500 million.
        ppb: i64,
        /// Whether half of it stands on each side.
        both: bool,
    },
    /// Products or words, in their order.
    List(Vec<String>),
    /// Mineral → products.
    Covers(BTreeMap<String, Vec<String>>),
}

/// A parameter as the head of a rule declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Name: `{name}` in the SQL.
    pub name: String,
    /// What it may hold.
    pub kind: Type,
    /// The built-in value.
    pub default: Value,
    /// What it means.
    pub meaning: Said,
}

impl Type {
    /// The type of this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        TYPES.iter().find(|(n, _)| *n == name).map(|(_, t)| *t)
    }

    /// The name in the head of a rule.
    #[must_use]
    pub fn name(self) -> &'static str {
        TYPES.iter().find(|(_, t)| *t == self).map_or("", |(n, _)| *n)
    }

    /// All names, for messages.
    #[must_use]
    pub fn names() -> String {
        TYPES.map(|(n, _)| n).join(", ")
    }

    /// What is allowed, for messages.
    #[must_use]
    pub const fn allowed(self) -> &'static str {
        match self {
            Type::Integer => "整数 / a whole number, e.g. 20",
            Type::Percent => "百分数，最多四位小数 / percent with up to four decimals, e.g. 12.5",
            Type::Decimal => "最多三位小数的数 / a number with up to three decimals, e.g. 2.5",
            Type::Alarm | Type::AlarmBoth => {
                "误报率：大于 0、小于 50 的百分数，最多七位小数 / a false-alarm rate: percent above 0 and below 50 with up to seven decimals, e.g. 0.01"
            }
            Type::Products => "产品代码的列表 / a list of product ids, e.g. [\"porcelain_clay_ore\"]",
            Type::Words => "词的列表（字母、数字、_、-）/ a list of words (letters, digits, _ and -), e.g. [\"underground\"]",
            Type::Covers => "矿种到产品列表的表 / a table from minerals to lists of product ids, e.g. { feldspar = [\"feldspar\"] }",
        }
    }

    /// A value as the head writes it.
    #[must_use]
    pub fn parse(self, text: &str) -> Option<Value> {
        match self {
            Type::Integer => exact(text, 0).map(Value::Number),
            Type::Percent => exact(text, 4).map(Value::Number),
            Type::Decimal => exact(text, 3).map(Value::Number),
            Type::Alarm | Type::AlarmBoth => {
                exact(text, 7).filter(|ppb| (1..HALF_PPB).contains(ppb)).map(|ppb| Value::Alarm { ppb, both: self == Type::AlarmBoth })
            }
            Type::Products | Type::Words => self.list(words(text)).filter(|l| !l.is_empty()).map(Value::List),
            Type::Covers => {
                let rows = text.split(';').map(str::trim).filter(|row| !row.is_empty());
                let covers: Option<BTreeMap<_, _>> = rows
                    .map(|row| {
                        let (mineral, products) = row.split_once('>')?;
                        Some((word(mineral.trim())?, Type::Products.list(words(products))?))
                    })
                    .collect();
                covers.filter(|c| !c.is_empty()).map(Value::Covers)
            }
        }
    }

    /// A value as the policy file gives it.
    #[must_use]
    pub fn of_toml(self, value: &Toml) -> Option<Value> {
        match (self, value) {
            (Type::Integer, Toml::Integer(i)) => Some(Value::Number(*i)),
            (Type::Percent | Type::Decimal | Type::Alarm | Type::AlarmBoth, Toml::Integer(i)) => self.parse(&i.to_string()),
            // The shortest decimal that reads as this float is what the user wrote.
            (Type::Percent | Type::Decimal | Type::Alarm | Type::AlarmBoth, Toml::Float(f)) => self.parse(&f.to_string()),
            (Type::Products | Type::Words, Toml::Array(items)) => {
                let items: Option<Vec<String>> = items.iter().map(|i| i.as_str().map(str::to_owned)).collect();
                self.list(items?).filter(|l| !l.is_empty()).map(Value::List)
            }
            (Type::Covers, Toml::Table(table)) => {
                let rows: Option<BTreeMap<_, _>> = table
                    .iter()
                    .map(|(mineral, products)| match Type::Products.of_toml_or_empty(products)? {
                        Value::List(products) => Some((word(mineral)?, products)),
                        Value::Number(_) | Value::Alarm { .. } | Value::Covers(_) => None,
                    })
                    .collect();
                rows.filter(|c| !c.is_empty()).map(Value::Covers)
            }
            _ => None,
        }
    }

    /// A mineral may cover no product that is known here.
    fn of_toml_or_empty(self, value: &Toml) -> Option<Value> {
        match value {
            Toml::Array(items) if items.is_empty() => Some(Value::List(Vec::new())),
            other => self.of_toml(other),
        }
    }

    fn list(self, items: Vec<String>) -> Option<Vec<String>> {
        let known = |item: &String| self != Type::Products || product::by_id(item).is_some();
        items.iter().all(|item| word(item).is_some() && known(item)).then_some(items)
    }
}

impl Value {
    /// The literal that stands in the SQL.
    #[must_use]
    pub fn literal(&self) -> String {
        match self {
            Value::Number(n) => n.to_string(),
            Value::Alarm { ppb, both } => quantile_thousandths(*ppb, *both).to_string(),
            Value::List(items) => items.iter().map(|i| format!("'{i}'")).collect::<Vec<_>>().join(", "),
            Value::Covers(covers) => {
                // A mineral that covers nothing is known all the same: its row names no product.
                let nothing = vec![String::new()];
                let rows = covers.iter().flat_map(|(mineral, products)| {
                    let products = if products.is_empty() { &nothing } else { products };
                    products.iter().map(move |p| format!("SELECT '{mineral}' AS mineral, '{p}' AS product"))
                });
                rows.collect::<Vec<_>>().join(" UNION ALL ")
            }
        }
    }

    /// The value as people write it.
    #[must_use]
    pub fn shown(&self, kind: Type) -> String {
        match self {
            Value::Number(n) => match kind {
                Type::Percent => format!("{} %", decimal(*n, 4)),
                Type::Decimal => decimal(*n, 3),
                _ => n.to_string(),
            },
            Value::Alarm { ppb, .. } => format!("{} %", decimal(*ppb, 7)),
            Value::List(items) => items.join(", "),
            Value::Covers(covers) => covers.iter().map(|(m, p)| format!("{m} > {}", p.join(" "))).collect::<Vec<_>>().join("; "),
        }
    }
}

/// Half of all tests, ppb: a rate at or above it is no alarm.
const HALF_PPB: i64 = 500_000_000;

/// The standard normal quantile that is exceeded at this rate (on each side at half of it), thousandths, rounded up.
fn quantile_thousandths(ppb: i64, both: bool) -> i64 {
    #[expect(clippy::cast_precision_loss, reason = "a rate is below 2^53")]
    let rate = ppb as f64 / 1e9 / if both { 2.0 } else { 1.0 };
    let z = -Normal::standard().inverse_cdf(rate);
    #[expect(clippy::cast_possible_truncation, reason = "the quantile of a billionth is near 6")]
    let thousandths = (z * 1_000.0).ceil() as i64;
    thousandths
}

/// The written number times `10^decimals` if that is whole: no digit is lost.
fn exact(text: &str, decimals: i32) -> Option<i64> {
    let text = text.trim();
    let written = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let plain = text.trim_start_matches('-').bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if !plain || i32::try_from(written).ok()? > decimals {
        return None;
    }
    parse_scaled(text.as_bytes(), decimals, 1).ok()
}

fn words(text: &str) -> Vec<String> {
    text.split([',', ' ']).map(str::trim).filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

/// A word without anything that SQL could take for its own.
fn word(text: &str) -> Option<String> {
    let fine = !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    fine.then(|| text.to_owned())
}

/// `n / 10^places` without trailing zeros.
fn decimal(n: i64, places: usize) -> String {
    let sign = if n < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", n.unsigned_abs(), width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_exact_or_refused() {
        assert_eq!(Type::Percent.parse("12.5"), Some(Value::Number(125_000)));
        assert_eq!(Type::Percent.of_toml(&Toml::Float(0.3)), Some(Value::Number(3_000)));
        assert_eq!(Type::Decimal.parse("2.5"), Some(Value::Number(2_500)));
        assert_eq!(Type::Integer.parse("2.5"), None);
        assert_eq!(Type::Integer.of_toml(&Toml::Float(2.0)), None);
        assert_eq!(Type::Percent.parse("0.00001"), None);
        assert_eq!(Type::Percent.of_toml(&Toml::Float(f64::NAN)), None);
        assert_eq!(Value::Number(125_000).shown(Type::Percent), "12.5 %");
        assert_eq!(Value::Number(-500).shown(Type::Decimal), "-0.5");
    }

    /// Quantiles of the standard normal distribution as printed in tables: 1.6449, 1.9600, 2.3263, 3.0902.
    #[test]
    fn a_false_alarm_rate_is_a_quantile_in_sql_and_percent_for_people() {
        let literal = |kind: Type, text: &str| kind.parse(text).unwrap().literal();
        assert_eq!(["5", "1", "0.1"].map(|t| literal(Type::Alarm, t)), ["1645", "2327", "3091"]);
        assert_eq!(literal(Type::AlarmBoth, "5"), "1960");
        assert_eq!(Type::Alarm.parse("0.0000001"), Some(Value::Alarm { ppb: 1, both: false }));
        assert_eq!(Type::Alarm.of_toml(&Toml::Float(0.01)).unwrap().shown(Type::Alarm), "0.01 %");
        for wrong in ["0", "50", "-1", "0.00000001"] {
            assert_eq!(Type::Alarm.parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn no_quote_gets_into_a_literal() {
        assert_eq!(Type::Words.of_toml(&Toml::Array(vec!["x') OR ('1'='1".into()])), None);
        assert_eq!(Type::Products.parse("porcelian_clay_ore"), None);
        assert_eq!(Type::Covers.parse("瓷土' > feldspar"), None);
        assert_eq!(Type::Products.parse("feldspar").unwrap().literal(), "'feldspar'");
    }

    #[test]
    fn a_mineral_may_cover_nothing_and_is_known_all_the_same() {
        let covers = Type::Covers.parse("煤 > ; feldspar > feldspar other").unwrap();
        assert_eq!(
            covers.literal(),
            "SELECT 'feldspar' AS mineral, 'feldspar' AS product UNION ALL SELECT 'feldspar' AS mineral, 'other' AS product \
             UNION ALL SELECT '煤' AS mineral, '' AS product"
        );
    }
}
