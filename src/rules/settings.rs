//! Which numbers of policy apply to rules? Departments, severity, and the parameters that replace the heads' defaults.

use super::finding::{Certainty, Severity};
use super::parameter::Value;
use super::rule::{Rule, RuleError};
use crate::policy::{Policy, PolicyError};
use crate::text::Said;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::{Table, Value as Toml};

/// The keys of `[rules]` that are no rule.
const OWN: [&str; 2] = ["departments", "severity"];

/// The section `[rules]` of policy, checked against the rules.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Departments by id.
    pub departments: BTreeMap<String, Said>,
    severity: Severities,
    values: BTreeMap<String, BTreeMap<String, Value>>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Severities {
    proven: Thresholds,
    strong: Thresholds,
    lead: Thresholds,
}

/// From which mass on a finding is how urgent; a missing one is never reached.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Thresholds {
    high_kg: Option<i64>,
    medium_kg: Option<i64>,
    without_mass: Severity,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Department {
    zh: String,
    en: String,
}

impl Settings {
    /// Reads and checks the section.
    ///
    /// # Errors
    /// [`PolicyError`] naming the key and what is allowed.
    pub fn of(policy: &Policy, rules: &[Rule]) -> Result<Self, PolicyError> {
        let table: Table = policy.section("rules")?;
        let mut values = BTreeMap::new();
        for (key, value) in table.iter().filter(|(key, _)| !OWN.contains(&key.as_str())) {
            let rule = rules.iter().find(|r| r.id == *key).ok_or_else(|| {
                let allowed = OWN.into_iter().chain(rules.iter().map(|r| r.id.as_str())).collect::<Vec<_>>().join(", ");
                wrong("rules", format!("没有规则 {key}，只有 / no rule {key}, there are only: {allowed}"))
            })?;
            values.insert(key.clone(), overrides(rule, value)?);
        }
        let departments: BTreeMap<String, Department> = section(&table, "departments")?;
        let departments = departments.into_iter().map(|(id, d)| (id, Said::new(d.zh, d.en))).collect();
        Ok(Self { departments, severity: section(&table, "severity")?, values })
    }

    /// The parameters that policy gives a rule.
    #[must_use]
    pub fn values(&self, rule: &str) -> BTreeMap<String, Value> {
        self.values.get(rule).cloned().unwrap_or_default()
    }

    /// How urgent a finding is.
    #[must_use]
    pub fn severity(&self, certainty: Certainty, quantity_kg: Option<i64>) -> Severity {
        let thresholds = match certainty {
            Certainty::Proven => self.severity.proven,
            Certainty::Strong => self.severity.strong,
            Certainty::Lead => self.severity.lead,
        };
        let Some(kg) = quantity_kg else { return thresholds.without_mass };
        let reached = |limit: Option<i64>| limit.is_some_and(|limit| kg >= limit);
        if reached(thresholds.high_kg) {
            Severity::High
        } else if reached(thresholds.medium_kg) {
            Severity::Medium
        } else {
            Severity::Low
        }
    }

    /// The department that leads a rule.
    ///
    /// # Errors
    /// [`RuleError`] for a department that policy does not know.
    pub fn department(&self, rule: &Rule) -> Result<&Said, RuleError> {
        self.departments.get(&rule.department).ok_or_else(|| {
            let known = self.departments.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            let id = &rule.department;
            RuleError::new(
                &rule.file,
                "department",
                format!("没有部门 {id}，政策 [rules.departments] 中有 {known}"),
                format!("no department {id}; policy [rules.departments] has {known}"),
            )
        })
    }
}

fn overrides(rule: &Rule, value: &Toml) -> Result<BTreeMap<String, Value>, PolicyError> {
    let section = format!("rules.{}", rule.id);
    let Toml::Table(table) = value else {
        return Err(wrong(&section, "应为一个表 / must be a table".to_owned()));
    };
    let mut values = BTreeMap::new();
    for (key, value) in table {
        let Some(parameter) = rule.parameters.iter().find(|p| p.name == *key) else {
            let allowed = rule.parameters.iter().map(|p| p.name.as_str()).collect::<Vec<_>>().join(", ");
            return Err(wrong(&section, format!("没有参数 {key}，只有 / no parameter {key}, there are only: {allowed}")));
        };
        let kind = parameter.kind;
        let fitting =
            kind.of_toml(value).ok_or_else(|| wrong(&section, format!("{key} = {value}，应为 / {key} should be: {}", kind.allowed())))?;
        values.insert(key.clone(), fitting);
    }
    Ok(values)
}

fn section<T: serde::de::DeserializeOwned>(table: &Table, key: &str) -> Result<T, PolicyError> {
    let value = table.get(key).cloned().unwrap_or_else(|| Toml::Table(Table::new()));
    value.try_into().map_err(|e: toml::de::Error| wrong(&format!("rules.{key}"), e.to_string()))
}

fn wrong(section: &str, message: String) -> PolicyError {
    PolicyError::Section { section: section.to_owned(), message }
}
