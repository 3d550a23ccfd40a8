//! What is to be done about a problem, by whom and until when? The plan of rectification 一矿一策, kept whole.

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize};

/// A measure of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// What is to be done.
    pub what: String,
    /// Until which day.
    #[serde(deserialize_with = "day")]
    pub due: NaiveDate,
    /// By whom.
    pub person: String,
}

/// A plan of rectification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// What it says besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Its measures, as given.
    #[serde(rename = "measure")]
    pub measures: Vec<Measure>,
}

/// Why a plan is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// It is no TOML, or has other keys.
    #[error(
        "整改方案不是有效的 TOML：{0}；应为若干 [[measure]]，各有 what、due、person / the plan is no valid TOML: {0}; it should hold [[measure]] tables, each with what, due, person"
    )]
    Syntax(String),
    /// Nothing is to be done.
    #[error("整改方案没有任何措施；请至少写一项 / the plan has no measure; give at least one")]
    Empty,
    /// A measure says nothing.
    #[error("第 {number} 项措施没有写明 {what} / measure {number} does not say its {what}")]
    Missing {
        /// Which, from 1.
        number: usize,
        /// `what` or `person`.
        what: &'static str,
    },
}

impl Plan {
    /// A plan as written in a file.
    ///
    /// # Errors
    /// [`PlanError`].
    pub fn parse(text: &str) -> Result<Self, PlanError> {
        let plan: Self = toml::from_str(text).map_err(|e| PlanError::Syntax(e.to_string().trim().to_owned()))?;
        plan.check()?;
        Ok(plan)
    }

    /// Whether it says what is to be done, by whom.
    ///
    /// # Errors
    /// [`PlanError::Empty`], [`PlanError::Missing`].
    pub fn check(&self) -> Result<(), PlanError> {
        if self.measures.is_empty() {
            return Err(PlanError::Empty);
        }
        for (number, measure) in (1..).zip(&self.measures) {
            if measure.what.trim().is_empty() {
                return Err(PlanError::Missing { number, what: "what" });
            }
            if crate::price::publication::person::identity(&measure.person).is_none() {
                return Err(PlanError::Missing { number, what: "person" });
            }
        }
        Ok(())
    }

    /// The day until which all of it is to be done.
    #[must_use]
    pub fn due(&self) -> Option<NaiveDate> {
        self.measures.iter().map(|m| m.due).max()
    }
}

/// A TOML date, or the same as a text.
fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Date(toml::value::Datetime),
        Text(String),
    }
    let text = match Written::deserialize(deserializer)? {
        Written::Date(date) => date.to_string(),
        Written::Text(text) => text,
    };
    text.parse().map_err(|_| serde::de::Error::custom(format!("{text}：须为 2023-01-31 这样的日期 / must be a date like 2023-01-31")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_read_from_a_file_and_kept_whole_as_json() {
        let text = "note = \"一矿一策\"\n[[measure]]\nwhat = \"停产核减\"\ndue = 2026-12-10\nperson = \"张三\"\n[[measure]]\nwhat = \"补办\"\ndue = \"2026-12-31\"\nperson = \"李四\"\n";
        let plan = Plan::parse(text).unwrap();
        assert_eq!((plan.measures.len(), plan.due().unwrap().to_string()), (2, "2026-12-31".to_owned()));
        let json = serde_json::to_string(&plan).unwrap();
        assert_eq!(serde_json::from_str::<Plan>(&json).unwrap(), plan);
    }

    #[test]
    fn a_plan_that_says_too_little_is_refused_with_what_is_missing() {
        let wrong = |text: &str| Plan::parse(text).unwrap_err().to_string();
        assert!(wrong("note = \"x\"\n").contains("measure"));
        assert!(wrong("measure = []\n").contains("no measure"));
        assert!(wrong("[[measure]]\nwhat = \" \"\ndue = 2026-12-10\nperson = \"张三\"\n").contains("measure 1 does not say its what"));
        assert!(wrong("[[measure]]\nwhat = \"x\"\ndue = 2026-12-10\nperson = \"…\"\n").contains("its person"));
        assert!(wrong("[[measure]]\nwhat = \"x\"\ndue = \"soon\"\nperson = \"张三\"\n").contains("must be a date"));
        assert!(wrong("[[measure]]\nwhat = \"x\"\nwho = \"y\"\n").contains("who"));
    }
}
