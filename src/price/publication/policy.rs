//! Who publishes, and by which rules? The section `[price.publication]`.

use crate::price::mechanism::Limit;
use chrono::NaiveDate;
use serde::Deserialize;

/// How prices are published.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publication {
    /// The entry of a pricing catalogue that allows a binding guide price; empty: a non-binding reference range.
    pub catalogue: String,
    /// Who publishes; empty: nobody may yet.
    pub issuer: String,
    /// What stands before the year in a bulletin's number.
    pub number_word: String,
    /// Smaller counts are not shown.
    pub min_shown: u32,
    /// An error of a guide price above this is corrected by a bulletin; else it goes into the public error log.
    pub correct_above: Limit,
    /// Business days from the discovery of an error to its correction.
    pub correct_within_business_days: u32,
    /// Periods over which the band's coverage is counted.
    pub coverage_periods: u32,
    /// Least number of sales for a coverage.
    pub coverage_min_sales: u32,
    /// Changes of method, earliest first.
    #[serde(default)]
    pub change: Vec<ChangeOfMethod>,
}

/// An announced change of method.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeOfMethod {
    /// First day in force.
    #[serde(deserialize_with = "crate::price::policy_units::day")]
    pub from: NaiveDate,
    /// 中文
    pub zh: String,
    /// English
    pub en: String,
}

impl Publication {
    /// Tells each key and whether its value is allowed, with what is.
    pub(in crate::price) fn check(&self, need: &dyn Fn(bool, &str, &str, &str)) {
        need(
            self.min_shown >= 3,
            "min_shown",
            "至少为 3：为 2 时，隐去的数只能是 1",
            "must be at least 3: with 2 a hidden count could only be 1",
        );
        need(self.correct_above != Limit::None, "correct_above", "不能为 none", "can't be none");
        let within = (1..=30).contains(&self.correct_within_business_days);
        need(within, "correct_within_business_days", "须在 1 至 30 之间", "must lie within 1 and 30");
        need((1..=1000).contains(&self.coverage_periods), "coverage_periods", "须在 1 至 1000 之间", "must lie within 1 and 1000");
        need(self.coverage_min_sales >= self.min_shown, "coverage_min_sales", "不能小于 min_shown", "can't be below min_shown");
        let word = self.number_word.chars().all(|c| c.is_alphanumeric());
        need(word, "number_word", "只能是文字和数字", "may hold letters and digits only");
        let one_line = !self.issuer.chars().any(char::is_control) && self.issuer.trim() == self.issuer;
        need(one_line, "issuer", "须为一行，首尾无空格", "must be one line without blanks around it");
        let ascending = self.change.windows(2).all(|pair| matches!(pair, [a, b] if a.from < b.from));
        need(ascending, "change.from", "施行日期须从早到晚且不重复", "dates of effect must ascend without repetition");
        let said = self.change.iter().all(|c| !c.zh.trim().is_empty() && !c.en.trim().is_empty());
        need(said, "change.zh/en", "须写明变动内容", "must say what changes");
    }
}

#[cfg(test)]
mod tests {
    use crate::policy::Policy;
    use crate::price::policy::PricePolicy;

    #[test]
    fn a_wrong_key_is_named_with_what_is_allowed() {
        let wrong = |text: &str| {
            let policy = Policy::builtin().unwrap().with(&format!("[price.publication]\n{text}\n").parse().unwrap()).unwrap();
            PricePolicy::load(&policy).map(drop).unwrap_err().to_string()
        };
        for (text, key) in [
            ("min_shown = 2", "publication.min_shown"),
            ("correct_above = \"none\"", "publication.correct_above"),
            ("correct_above = \"1\"", "must be written"),
            ("correct_within_business_days = 0", "publication.correct_within_business_days"),
            ("coverage_periods = 0", "publication.coverage_periods"),
            ("coverage_min_sales = 1", "publication.coverage_min_sales"),
            ("number_word = \"价〔\"", "publication.number_word"),
            ("issuer = \" 某中心\"", "publication.issuer"),
            ("isuer = \"某中心\"", "isuer"),
            (
                "change = [{ from = 2024-02-01, zh = \"甲\", en = \"a\" }, { from = 2024-01-01, zh = \"乙\", en = \"b\" }]",
                "publication.change.from",
            ),
            ("change = [{ from = 2024-02-01, zh = \"\", en = \"a\" }]", "publication.change.zh"),
        ] {
            let error = wrong(text);
            assert!(error.contains(key), "{text}: {error}");
        }
    }
}
