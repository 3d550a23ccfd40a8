//! What does a rule file say? The comment head, parsed and checked, and the statement below it.

use super::finding::Certainty;
use super::head::{Head, split};
use super::parameter::{Parameter, Value};
use super::prepared::Prepared;
use super::say::UNITS;
use super::step::Step;
use crate::text::Said;
use chrono::NaiveDate;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// How far before a day the records are read that decide about it.
pub const LOOK_BACKS: [&str; 4] = ["day", "month", "year", "all"];

/// The families, in the order in which users see them.
pub const FAMILIES: [&str; 3] = ["over-scale", "illegal-source", "tickets"];

/// What a sentence of a rule may name.
pub const PLACEHOLDERS: [&str; 6] = ["subject", "period", "observed", "allowed", "quantity", "tickets"];

/// Tables that several rules share, put in front of the statement by `-- with: NAME`.
pub const SHARED: &[(&str, &str)] = &[
    ("unclear-licences", include_str!("shared/unclear-licences.sql")),
    ("licence-days", include_str!("shared/licence-days.sql")),
    ("ore-months", include_str!("shared/ore-months.sql")),
    ("ore-papers", include_str!("shared/ore-papers.sql")),
    ("ore-year-measures", include_str!("shared/ore-year-measures.sql")),
    ("ore-month-measures", include_str!("shared/ore-month-measures.sql")),
    ("illegal-tickets", include_str!("shared/illegal-tickets.sql")),
];

/// A number or a text of the worst row that the sentence names beside `observed` and `allowed`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Column of the rows and placeholder of the sentence.
    pub name: String,
    /// Unit.
    pub unit: String,
}

/// The unit of a figure that is a text: a reason, a name. Its column holds `中文 / English`, or what is the same in both languages;
/// a missing one says nothing.
pub const TEXT: &str = "text";

impl Figure {
    /// Whether its column holds texts.
    #[must_use]
    pub fn is_text(&self) -> bool {
        self.unit == TEXT
    }
}

/// Which rules run first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pass {
    /// Rules over the records.
    Records,
    /// Rules over what those found.
    Findings,
}

/// Which mass of the evidence rows is the finding's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// The sum of all rows.
    Sum,
    /// The largest of the rows that mean the subject as a whole: several measures of one mass.
    Largest,
}

/// A legal basis that applies to facts from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basis {
    /// First day; `None`: always before the next.
    pub from: Option<NaiveDate>,
    /// The text.
    pub says: Said,
}

/// A rule: its head and its statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Where it was read: `over-scale/over-scale-year.sql`, or the user's path.
    pub file: String,
    /// Id; the file's name.
    pub id: String,
    /// Title.
    pub title: Said,
    /// Family.
    pub family: String,
    /// How sure.
    pub certainty: Certainty,
    /// Id of the department that leads.
    pub department: String,
    /// Legal basis, by the day from which it applies.
    pub basis: Vec<Basis>,
    /// What it means and how it is worked out, for people without statistics.
    pub plain: Said,
    /// What would clear a finding.
    pub clears: Said,
    /// What is not judged because something is missing.
    pub unknown: Said,
    /// The sentence, with placeholders.
    pub says: Said,
    /// Unit of `observed` and `allowed`.
    pub unit: String,
    /// Which mass is the finding's.
    pub quantity: Quantity,
    /// How far back the records are read.
    pub look_back: String,
    /// Parameters, in the order of the head.
    pub parameters: Vec<Parameter>,
    /// Numbers of the sentence beside `observed` and `allowed`.
    pub figures: Vec<Figure>,
    /// When it runs.
    pub pass: Pass,
    /// Tables that are made for it before its statement runs.
    pub needs: Vec<&'static Prepared>,
    /// What the program does with the rows of the statement.
    pub step: Option<&'static Step>,
    /// The statement, with `{parameter}`.
    pub sql: String,
    /// SHA-256 of the whole file, hex.
    pub sha256: String,
}

/// Why a rule file is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("规则文件 {file}，`{key}`：{zh} / rule file {file}, `{key}`: {en}")]
pub struct RuleError {
    /// The file.
    pub file: String,
    /// The key of the head, or `SQL`.
    pub key: String,
    /// 中文
    pub zh: String,
    /// English
    pub en: String,
}

impl RuleError {
    /// An error at a key of a file.
    pub(super) fn new(file: &str, key: &str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { file: file.to_owned(), key: key.to_owned(), zh: zh.into(), en: en.into() }
    }
}

impl Rule {
    /// Reads a rule file.
    ///
    /// # Errors
    /// [`RuleError`] naming the file, the key and what is allowed.
    pub fn parse(file: &str, text: &str) -> Result<Self, RuleError> {
        let (lines, sql) = split(text);
        let mut head = Head::read(file, &lines)?;
        let sql = head.with_shared(sql)?;
        let rule = Self {
            file: file.to_owned(),
            id: head.take("id")?,
            title: head.said("title")?,
            family: head.choice("family", &FAMILIES)?,
            certainty: head.certainty()?,
            department: head.take("department")?,
            basis: head.basis()?,
            plain: head.said("plain")?,
            clears: head.said("clears")?,
            unknown: head.said("unknown")?,
            says: head.said("says")?,
            unit: head.choice("unit", &UNITS)?,
            quantity: if head.choice("quantity", &["sum", "largest"])? == "sum" { Quantity::Sum } else { Quantity::Largest },
            look_back: head.choice("look-back", &LOOK_BACKS)?,
            parameters: head.parameters()?,
            figures: head.figures()?,
            pass: head.pass()?,
            needs: head.needs()?,
            step: head.step()?,
            // With what it shares: a changed shared part is a changed rule.
            sha256: Sha256::digest(format!("{text}\n{sql}").as_bytes()).iter().map(|b| format!("{b:02x}")).collect(),
            sql,
        };
        head.closed()?;
        rule.check()?;
        Ok(rule)
    }

    /// The statement with these values in the place of its parameters; a parameter that is not given has its default.
    #[must_use]
    pub fn statement(&self, values: &BTreeMap<String, Value>) -> String {
        self.parameters
            .iter()
            .fold(self.sql.clone(), |sql, p| sql.replace(&format!("{{{}}}", p.name), &values.get(&p.name).unwrap_or(&p.default).literal()))
    }

    /// The legal basis of facts between two days; both texts where the law changed in between.
    #[must_use]
    pub fn basis_between(&self, first: NaiveDate, last: NaiveDate) -> Said {
        let applies = |(i, basis): &(usize, &Basis)| {
            let next = self.basis.get(i + 1).and_then(|b| b.from);
            basis.from.is_none_or(|from| from <= last) && next.is_none_or(|next| next > first)
        };
        let texts: Vec<&Said> = self.basis.iter().enumerate().filter(applies).map(|(_, b)| &b.says).collect();
        let join = |get: fn(&Said) -> &str, between: &str| texts.iter().map(|t| get(t)).collect::<Vec<_>>().join(between);
        Said::new(join(|t| t.zh.as_str(), "；"), join(|t| t.en.as_str(), "; "))
    }

    fn check(&self) -> Result<(), RuleError> {
        let wrong = |key: &str, zh: String, en: String| Err(RuleError::new(&self.file, key, zh, en));
        let stem = std::path::Path::new(&self.file).file_stem().and_then(|s| s.to_str()).unwrap_or_default();
        if stem != self.id {
            return wrong("id", format!("应与文件名 {stem} 相同"), format!("must be the file's name, {stem}"));
        }
        if !self.id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
            return wrong("id", "只能用小写字母、数字和 -".to_owned(), "only lower-case letters, digits and -".to_owned());
        }
        let known: Vec<&str> = PLACEHOLDERS.into_iter().chain(self.figures.iter().map(|f| f.name.as_str())).collect();
        let allowed = known.join(", ");
        for name in placeholders(&self.says.zh).into_iter().chain(placeholders(&self.says.en)) {
            if !known.contains(&name.as_str()) {
                return wrong(
                    "says",
                    format!("没有占位符 {{{name}}}，只有 {allowed}"),
                    format!("no placeholder {{{name}}}, only {allowed}"),
                );
            }
        }
        if self.sql.trim().is_empty() {
            return wrong("SQL", "缺少 SELECT 语句".to_owned(), "the SELECT is missing".to_owned());
        }
        let used = placeholders(&self.sql);
        let declared: BTreeSet<String> = self.parameters.iter().map(|p| p.name.clone()).collect();
        if let Some(name) = used.difference(&declared).next() {
            let names = declared.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            return wrong(
                "SQL",
                format!("{{{name}}} 未声明，已声明的有：{names}"),
                format!("{{{name}}} is not declared; declared are: {names}"),
            );
        }
        let steps = self.step.iter().flat_map(|s| s.parameters()).chain(self.needs.iter().flat_map(|p| p.parameters()));
        let read: BTreeSet<String> = steps.map(|p| (*p).to_owned()).collect();
        if let Some(name) = read.difference(&declared).next() {
            return wrong(
                "parameter",
                format!("步骤或预备表需要参数 {name}"),
                format!("a step or prepared table reads the parameter {name}"),
            );
        }
        if let Some(name) = declared.iter().find(|name| !used.contains(*name) && !read.contains(*name)) {
            return wrong(&format!("parameter {name}"), "声明了但 SQL 未用".to_owned(), "declared, but the SQL does not use it".to_owned());
        }
        Ok(())
    }
}

/// The names in braces.
pub(super) fn placeholders(text: &str) -> BTreeSet<String> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;

    const GOOD: &str = "\
-- id: demo
-- title zh: 示例
-- title en: demo
-- family: tickets
-- certainty: lead
-- department: transport
-- basis zh: 旧法
-- basis en: old law
-- basis from 2025-07-01 zh: 新法
-- basis from 2025-07-01 en: new law
-- plain zh: 说明
-- plain en: what it means
-- clears zh: 无
--    需说明
-- clears en: nothing
-- unknown zh: 无
-- unknown en: nothing
-- says zh: {subject}
-- says en: {subject}
-- unit: kg
-- quantity: sum
-- look-back: day
-- parameter limit_kg: integer = 20 — 限值 / the limit

SELECT {limit_kg} AS x
";

    #[track_caller]
    fn refused(from: &str, to: &str) -> String {
        assert!(GOOD.contains(from), "{from}");
        Rule::parse("tickets/demo.sql", &GOOD.replace(from, to)).unwrap_err().to_string()
    }

    #[test]
    fn a_head_is_read_whole() {
        let rule = Rule::parse("tickets/demo.sql", GOOD).unwrap();
        assert_eq!(rule.clears.zh, "无需说明");
        assert_eq!(rule.statement(&BTreeMap::new()), "SELECT 20 AS x");
        assert_eq!(rule.statement(&BTreeMap::from([("limit_kg".to_owned(), Value::Number(7))])), "SELECT 7 AS x");
    }

    #[test]
    fn the_law_of_the_day_of_the_fact_is_named() {
        let rule = Rule::parse("tickets/demo.sql", GOOD).unwrap();
        let basis = |a: &str, b: &str| rule.basis_between(a.parse().unwrap(), b.parse().unwrap()).en;
        assert_eq!(basis("2023-06-01", "2023-06-30"), "old law");
        assert_eq!(basis("2025-06-01", "2025-06-30"), "old law");
        assert_eq!(basis("2025-07-01", "2025-07-31"), "new law");
        assert_eq!(basis("2025-01-01", "2025-12-31"), "old law; new law");
    }

    #[test]
    fn a_wrong_head_says_which_file_which_key_and_what_is_allowed() {
        let errors = [
            refused("-- title en: demo\n", ""),
            refused("id: demo", "id: other"),
            refused("certainty: lead", "certainty: sure"),
            refused("look-back: day", "lookback: day"),
            refused("integer = 20", "integer = 20.5"),
            refused("integer = 20", "number = 20"),
            refused("{limit_kg} AS", "{limit} AS"),
            refused("SELECT {limit_kg}", "SELECT 20"),
            refused("says zh: {subject}", "says zh: {subjekt}"),
            refused("-- unit: kg", "-- unit: kg\n-- colour: red"),
            refused("-- unit: kg", "-- unit: kg\n-- step: dance"),
        ];
        let errors = errors.join("\n").replace(&Step::names(), "…");
        assert_snapshot!(errors, @r"
    规则文件 tickets/demo.sql，`title en`：缺少 `-- title en: …` 这一行 / rule file tickets/demo.sql, `title en`: the line `-- title en: …` is missing
    规则文件 tickets/demo.sql，`id`：应与文件名 demo 相同 / rule file tickets/demo.sql, `id`: must be the file's name, demo
    规则文件 tickets/demo.sql，`certainty`：不认识 sure，只能是 proven, strong, lead / rule file tickets/demo.sql, `certainty`: sure is none of proven, strong, lead
    规则文件 tickets/demo.sql，`look-back`：缺少 `-- look-back: …` 这一行 / rule file tickets/demo.sql, `look-back`: the line `-- look-back: …` is missing
    规则文件 tickets/demo.sql，`parameter limit_kg`：默认值 20.5 应为：整数 / a whole number, e.g. 20 / rule file tickets/demo.sql, `parameter limit_kg`: the default 20.5 should be: 整数 / a whole number, e.g. 20
    规则文件 tickets/demo.sql，`parameter limit_kg`：没有类型 number，只有 integer, percent, decimal, alarm, alarm-both, products, words, covers / rule file tickets/demo.sql, `parameter limit_kg`: no type number, only integer, percent, decimal, alarm, alarm-both, products, words, covers
    规则文件 tickets/demo.sql，`SQL`：{limit} 未声明，已声明的有：limit_kg / rule file tickets/demo.sql, `SQL`: {limit} is not declared; declared are: limit_kg
    规则文件 tickets/demo.sql，`parameter limit_kg`：声明了但 SQL 未用 / rule file tickets/demo.sql, `parameter limit_kg`: declared, but the SQL does not use it
    规则文件 tickets/demo.sql，`says`：没有占位符 {subjekt}，只有 subject, period, observed, allowed, quantity, tickets / rule file tickets/demo.sql, `says`: no placeholder {subjekt}, only subject, period, observed, allowed, quantity, tickets
    规则文件 tickets/demo.sql，`colour`：不认识的键，只有 id, title, family, certainty, department, basis, plain, clears, unknown, says, unit, figure, quantity, look-back, after, with, needs, parameter, step / rule file tickets/demo.sql, `colour`: unknown key, only id, title, family, certainty, department, basis, plain, clears, unknown, says, unit, figure, quantity, look-back, after, with, needs, parameter, step
    规则文件 tickets/demo.sql，`step`：没有步骤 dance，只有 … / rule file tickets/demo.sql, `step`: no step dance, only …
    ");
    }
}
