//! What stands in the comment head of a rule file? Keys and values, each taken once; nothing may be left.

use super::finding::Certainty;
use super::parameter::{Parameter, Type};
use super::prepared::Prepared;
use super::rule::{Basis, Figure, Pass, RuleError, SHARED, TEXT};
use super::say::UNITS;
use super::step::Step;
use crate::text::Said;
use std::collections::BTreeSet;

/// The comment lines at the top without their dashes, and what is below.
pub(super) fn split(text: &str) -> (Vec<&str>, String) {
    let text = text.trim_start_matches('\u{feff}');
    let head: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("--")).collect();
    let sql = text.lines().skip(head.len()).collect::<Vec<_>>().join("\n");
    (head, sql.trim().to_owned())
}

/// `key: value` lines; a line that is indented by three or more goes on with the value above.
fn entries(file: &str, lines: &[&str]) -> Result<Vec<(String, String)>, RuleError> {
    let mut entries: Vec<(String, String)> = Vec::new();
    for line in lines {
        if line.trim().is_empty() {
            continue;
        }
        if line.starts_with("   ")
            && let Some((_, value)) = entries.last_mut()
        {
            join_line(value, line.trim());
            continue;
        }
        let Some((key, value)) = line.split_once(':') else {
            return Err(RuleError::new(file, line.trim(), "这一行应为 `键: 值`", "this line should be `key: value`"));
        };
        let key = key.trim().to_owned();
        if entries.iter().any(|(k, _)| *k == key) {
            return Err(RuleError::new(file, &key, "出现两次", "stands there twice"));
        }
        entries.push((key, value.trim().to_owned()));
    }
    Ok(entries)
}

/// Chinese needs no blank between lines.
fn join_line(value: &mut String, line: &str) {
    let wide = |c: Option<char>| c.is_some_and(|c| c >= '\u{2e80}');
    if !wide(value.chars().last()) || !wide(line.chars().next()) {
        value.push(' ');
    }
    value.push_str(line);
}

/// The entries of a head that have not been taken yet.
pub(super) struct Head<'a> {
    file: &'a str,
    entries: Vec<(String, String)>,
}

impl<'a> Head<'a> {
    /// The entries of the comment lines of a file.
    pub(super) fn read(file: &'a str, lines: &[&str]) -> Result<Self, RuleError> {
        Ok(Self { file, entries: entries(file, lines)? })
    }
    fn optional(&mut self, key: &str) -> Option<String> {
        let at = self.entries.iter().position(|(k, _)| k == key)?;
        Some(self.entries.remove(at).1)
    }

    pub(super) fn take(&mut self, key: &str) -> Result<String, RuleError> {
        match self.optional(key).filter(|value| !value.is_empty()) {
            Some(value) => Ok(value),
            None => Err(RuleError::new(self.file, key, format!("缺少 `-- {key}: …` 这一行"), format!("the line `-- {key}: …` is missing"))),
        }
    }

    /// The statement behind the shared tables that `with` names, in that order; it must then begin with `WITH`.
    pub(super) fn with_shared(&mut self, sql: String) -> Result<String, RuleError> {
        let Some(names) = self.optional("with") else { return Ok(sql) };
        let mut parts = Vec::new();
        for name in names.split([',', ' ']).filter(|n| !n.is_empty()) {
            let Some((_, shared)) = SHARED.iter().find(|(n, _)| *n == name) else {
                let names = SHARED.iter().map(|(n, _)| *n).collect::<Vec<_>>().join(", ");
                let (zh, en) = (format!("没有公用部分 {name}，只有 {names}"), format!("there is no shared part {name}, only {names}"));
                return Err(RuleError::new(self.file, "with", zh, en));
            };
            parts.push(shared.trim());
        }
        match sql.strip_prefix("WITH ") {
            Some(own) => Ok(format!("WITH\n{},\n{own}", parts.join(",\n"))),
            None => Err(RuleError::new(self.file, "with", "SQL 应以 WITH 开头", "the SQL must begin with WITH")),
        }
    }

    /// `figure NAME: UNIT` lines, in their order.
    pub(super) fn figures(&mut self) -> Result<Vec<Figure>, RuleError> {
        let (mine, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut self.entries).into_iter().partition(|(k, _)| k.starts_with("figure "));
        self.entries = rest;
        let figure = |(key, unit): (String, String)| {
            if !UNITS.contains(&unit.as_str()) && unit != TEXT {
                let allowed = format!("{}, {TEXT}", UNITS.join(", "));
                return Err(RuleError::new(
                    self.file,
                    &key,
                    format!("不认识 {unit}，只能是 {allowed}"),
                    format!("{unit} is none of {allowed}"),
                ));
            }
            Ok(Figure { name: key.trim_start_matches("figure ").trim().to_owned(), unit })
        };
        mine.into_iter().map(figure).collect()
    }

    pub(super) fn pass(&mut self) -> Result<Pass, RuleError> {
        match self.optional("after").as_deref() {
            None => Ok(Pass::Records),
            Some("findings") => Ok(Pass::Findings),
            Some(other) => {
                Err(RuleError::new(self.file, "after", format!("不认识 {other}，只能是 findings"), format!("{other} is not findings")))
            }
        }
    }

    pub(super) fn needs(&mut self) -> Result<Vec<&'static Prepared>, RuleError> {
        let Some(names) = self.optional("needs") else { return Ok(Vec::new()) };
        let table = |name: &str| {
            let all = Prepared::names();
            Prepared::by_name(name).ok_or_else(|| {
                RuleError::new(
                    self.file,
                    "needs",
                    format!("没有预备表 {name}，只有 {all}"),
                    format!("no prepared table {name}, only {all}"),
                )
            })
        };
        names.split([',', ' ']).filter(|n| !n.is_empty()).map(table).collect()
    }

    pub(super) fn said(&mut self, key: &str) -> Result<Said, RuleError> {
        Ok(Said::new(self.take(&format!("{key} zh"))?, self.take(&format!("{key} en"))?))
    }

    pub(super) fn choice(&mut self, key: &str, allowed: &[&str]) -> Result<String, RuleError> {
        let value = self.take(key)?;
        if allowed.contains(&value.as_str()) {
            return Ok(value);
        }
        let allowed = allowed.join(", ");
        Err(RuleError::new(self.file, key, format!("不认识 {value}，只能是 {allowed}"), format!("{value} is none of {allowed}")))
    }

    pub(super) fn certainty(&mut self) -> Result<Certainty, RuleError> {
        Ok(match self.choice("certainty", &["proven", "strong", "lead"])?.as_str() {
            "proven" => Certainty::Proven,
            "strong" => Certainty::Strong,
            _ => Certainty::Lead,
        })
    }

    /// `basis zh`, `basis en`, and where the law changed `basis from 2025-07-01 zh` and so on.
    pub(super) fn basis(&mut self) -> Result<Vec<Basis>, RuleError> {
        let mut basis = vec![Basis { from: None, says: self.said("basis")? }];
        let from = |key: &str| Some(key.strip_prefix("basis from ")?.split_whitespace().next()?.to_owned());
        let days: BTreeSet<String> = self.entries.iter().filter_map(|(k, _)| from(k)).collect();
        for day in days {
            let key = format!("basis from {day}");
            let from = day
                .parse()
                .map_err(|_| RuleError::new(self.file, &key, "日期应为 2025-07-01 这种形式", "the day should look like 2025-07-01"))?;
            basis.push(Basis { from: Some(from), says: self.said(&key)? });
        }
        basis.sort_by_key(|b| b.from);
        Ok(basis)
    }

    pub(super) fn parameters(&mut self) -> Result<Vec<Parameter>, RuleError> {
        let (mine, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut self.entries).into_iter().partition(|(k, _)| k.starts_with("parameter "));
        self.entries = rest;
        mine.iter().map(|(key, value)| self.parameter(key, value)).collect()
    }

    /// `parameter name: type = default — 含义 / meaning`.
    fn parameter(&self, key: &str, value: &str) -> Result<Parameter, RuleError> {
        let wrong = |zh: String, en: String| RuleError::new(self.file, key, zh, en);
        let shape = "parameter name: type = default — 含义 / meaning";
        let parts = || {
            let (kind, rest) = value.split_once('=')?;
            let (default, meaning) = rest.split_once('—')?;
            let (zh, en) = meaning.split_once("/ ")?;
            Some((kind.trim(), default.trim(), Said::new(zh.trim(), en.trim())))
        };
        let (kind, default, meaning) = parts().ok_or_else(|| wrong(format!("应为 `{shape}`"), format!("should be `{shape}`")))?;
        let kind = Type::by_name(kind)
            .ok_or_else(|| wrong(format!("没有类型 {kind}，只有 {}", Type::names()), format!("no type {kind}, only {}", Type::names())))?;
        let default = kind.parse(default).ok_or_else(|| {
            let allowed = kind.allowed();
            wrong(format!("默认值 {default} 应为：{allowed}"), format!("the default {default} should be: {allowed}"))
        })?;
        let name = key.trim_start_matches("parameter ").trim().to_owned();
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
            return Err(wrong("参数名只能用小写字母、数字和 _".to_owned(), "a name has only lower-case letters, digits and _".to_owned()));
        }
        Ok(Parameter { name, kind, default, meaning })
    }

    pub(super) fn step(&mut self) -> Result<Option<&'static Step>, RuleError> {
        let Some(name) = self.optional("step") else { return Ok(None) };
        let step = Step::by_name(&name).ok_or_else(|| {
            let names = Step::names();
            RuleError::new(self.file, "step", format!("没有步骤 {name}，只有 {names}"), format!("no step {name}, only {names}"))
        })?;
        Ok(Some(step))
    }

    /// Nothing may be left: a misspelt key would be silently without effect.
    pub(super) fn closed(&self) -> Result<(), RuleError> {
        let allowed = "id, title, family, certainty, department, basis, plain, clears, unknown, says, unit, figure, quantity, look-back, after, with, needs, parameter, step";
        match self.entries.first() {
            None => Ok(()),
            Some((key, _)) => {
                Err(RuleError::new(self.file, key, format!("不认识的键，只有 {allowed}"), format!("unknown key, only {allowed}")))
            }
        }
    }
}
