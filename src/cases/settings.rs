//! Which findings become cases, until when is each step due, and who may accept? The section `[cases]` of policy.

use super::found::Found;
use super::refusal::Refusal;
use crate::policy::{Policy, PolicyError};
use crate::price::calendar::Calendar;
use crate::price::policy::PricePolicy;
use crate::rules::finding::{Certainty, Severity};
use crate::text::Said;
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::{Table, Value};

/// The section `[cases]`; `src/policy/cases.toml` documents every key.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CasesPolicy {
    /// Whether acceptance is by somebody other than those who rectify.
    pub accept_by_another: bool,
    /// Largest evidence file, 10^6 bytes.
    pub attachment_max_mb: u32,
    /// Which findings open a case by themselves.
    pub open: Opening,
    /// Deadlines of the steps, business days.
    pub business_days: Deadlines,
}

/// From which severity on a finding of a certainty opens a case.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    proven: AtLeast,
    strong: AtLeast,
    lead: AtLeast,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum AtLeast {
    High,
    Medium,
    Low,
    Never,
}

/// Business days of each step.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deadlines {
    assign: BySeverity,
    verify: BySeverity,
    plan: BySeverity,
    close: BySeverity,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BySeverity {
    high: u32,
    medium: u32,
    low: u32,
}

/// A step that has a deadline of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// To be assigned.
    Assign,
    /// To be verified.
    Verify,
    /// To get a plan.
    Plan,
    /// To be closed.
    Close,
}

/// What the policy says about cases.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The section itself.
    pub policy: CasesPolicy,
    calendar: Calendar,
    /// Departments by id.
    pub departments: BTreeMap<String, Said>,
}

impl Settings {
    /// Reads and checks the section, the calendar and the departments.
    ///
    /// # Errors
    /// [`PolicyError`] naming the key and what is allowed.
    pub fn load(policy: &Policy) -> Result<Self, PolicyError> {
        let cases = CasesPolicy::read(policy)?;
        let rules: Table = policy.section("rules")?;
        let departments = rules.get("departments").cloned().unwrap_or_else(|| Value::Table(Table::new()));
        let departments = departments.try_into().map_err(|e: toml::de::Error| wrong("rules.departments", e.to_string()))?;
        Ok(Self { policy: cases, calendar: PricePolicy::load(policy)?.calendar, departments })
    }

    /// Whether a finding opens a case, or opens a settled one again.
    #[must_use]
    pub fn opens(&self, finding: &Found) -> bool {
        let from = match finding.certainty {
            Certainty::Proven => self.policy.open.proven,
            Certainty::Strong => self.policy.open.strong,
            Certainty::Lead => self.policy.open.lead,
        };
        match from {
            AtLeast::High => finding.severity <= Severity::High,
            AtLeast::Medium => finding.severity <= Severity::Medium,
            AtLeast::Low => true,
            AtLeast::Never => false,
        }
    }

    /// The day until which a step is due that begins on `from`: so many business days after it.
    #[must_use]
    pub fn due(&self, stage: Stage, severity: Severity, from: NaiveDate) -> NaiveDate {
        let days = &self.policy.business_days;
        let days = match stage {
            Stage::Assign => days.assign,
            Stage::Verify => days.verify,
            Stage::Plan => days.plan,
            Stage::Close => days.close,
        };
        let days = match severity {
            Severity::High => days.high,
            Severity::Medium => days.medium,
            Severity::Low => days.low,
        };
        self.calendar.business_day_after(from, days)
    }

    /// The department that people mean by its id or its name in either language.
    ///
    /// # Errors
    /// [`Refusal::NoSuchDepartment`] with those that there are.
    pub fn department(&self, typed: &str) -> Result<Said, Refusal> {
        let typed = typed.trim();
        let is = |id: &str, said: &Said| id == typed || said.zh == typed || said.en.eq_ignore_ascii_case(typed);
        let found = self.departments.iter().find(|(id, said)| is(id, said));
        found.map(|(_, said)| said.clone()).ok_or_else(|| {
            let known = self.departments.iter().map(|(id, said)| format!("{id}（{}）", said.zh)).collect::<Vec<_>>().join("、");
            Refusal::NoSuchDepartment { given: typed.to_owned(), known }
        })
    }
}

impl CasesPolicy {
    /// Reads and checks the section.
    ///
    /// # Errors
    /// [`PolicyError::Section`] naming the key and what is allowed.
    pub fn read(policy: &Policy) -> Result<Self, PolicyError> {
        let cases: Self = policy.section("cases")?;
        cases.check()?;
        Ok(cases)
    }

    fn check(&self) -> Result<(), PolicyError> {
        if !(1..=10_000).contains(&self.attachment_max_mb) {
            return Err(wrong("cases", "attachment_max_mb：须在 1 至 10000 之间 / must lie within 1 and 10000".to_owned()));
        }
        let days = &self.business_days;
        for (name, stage) in [("assign", days.assign), ("verify", days.verify), ("plan", days.plan), ("close", days.close)] {
            for (severity, days) in [("high", stage.high), ("medium", stage.medium), ("low", stage.low)] {
                if !(1..=250).contains(&days) {
                    let key = format!("cases.business_days.{name}");
                    return Err(wrong(&key, format!("{severity}：须在 1 至 250 个工作日之间 / must lie within 1 and 250 business days")));
                }
            }
        }
        Ok(())
    }
}

fn wrong(section: &str, message: String) -> PolicyError {
    PolicyError::Section { section: section.to_owned(), message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(text: &str) -> Result<Settings, PolicyError> {
        Settings::load(&Policy::builtin().unwrap().with(&text.parse().unwrap()).unwrap())
    }

    #[test]
    fn a_deadline_counts_business_days_over_holidays() {
        let settings = with("").unwrap();
        let day = |text: &str| text.parse().unwrap();
        // Wednesday; ten business days later the Wednesday after next.
        assert_eq!(settings.due(Stage::Verify, Severity::Medium, day("2026-11-25")), day("2026-12-09"));
        // Friday before the golden week of 2023, 29 September to 6 October; Saturday the 7th is worked.
        assert_eq!(settings.due(Stage::Assign, Severity::High, day("2023-09-28")), day("2023-10-07"));
    }

    #[test]
    fn a_department_is_found_by_id_and_by_name_and_an_unknown_one_is_told_with_those_there_are() {
        let settings = with("").unwrap();
        for typed in ["industry", "工业和信息化部门", "Industry and information technology"] {
            assert_eq!(settings.department(typed).unwrap().zh, "工业和信息化部门");
        }
        let refused = settings.department("城管").unwrap_err().to_string();
        assert!(refused.contains("城管") && refused.contains("natural-resources"), "{refused}");
    }

    #[test]
    fn a_wrong_key_is_named_with_what_is_allowed() {
        for (text, names) in [
            ("[cases]\nattachment_max_mb = 0\n", "attachment_max_mb"),
            ("[cases.business_days.verify]\nlow = 0\n", "business_days.verify"),
            ("[cases.open]\nlead = \"sometimes\"\n", "never"),
            ("[cases]\nacept_by_another = false\n", "acept_by_another"),
        ] {
            let error = with(text).unwrap_err().to_string();
            assert!(error.contains(names), "{text}: {error}");
        }
    }
}
