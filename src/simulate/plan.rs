//! Which violations are planted, and how strongly?
//!
//! A strength of 1 stands well beyond the limits. It scales the tonnes or the share that a violation is about, so that a power
//! curve can be drawn: what is found of a violation of a tenth of that size?

use super::SimulateError;
use std::collections::BTreeMap;

/// Rules whose violations can be planted, in the order of the catalogue.
pub const PLANTABLE: [&str; 37] = [
    "over-scale-year",
    "over-scale-month",
    "over-scale-hazard",
    "over-scale-forecast",
    "under-declared",
    "proxy-mismatch",
    "origin-unknown",
    "licence-none",
    "licence-expired",
    "licence-suspended",
    "exploration-ore",
    "construction-ore",
    "mineral-not-approved",
    "outside-boundary",
    "waybill-missing",
    "waybill-reused",
    "receipt-without-dispatch",
    "dispatch-without-receipt",
    "quota-exhausted",
    "licensed-cover",
    "plant-excess-output",
    "intermediary-excess",
    "assay-foreign",
    "grade-steered",
    "price-too-low",
    "value-of-illegal",
    "bought-illegal",
    "overload",
    "vehicle-unfit",
    "payload-implausible",
    "tare-drift",
    "travel-impossible",
    "trips-too-many",
    "weights-cloned",
    "ticket-reused",
    "weight-mismatch",
    "net-inconsistent",
];

/// Greatest strength.
const MOST: f64 = 10.0;

/// Strength by rule; what is not in it is not planted.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan(BTreeMap<&'static str, f64>);

impl Plan {
    /// Every violation at strength 1.
    #[must_use]
    pub fn all() -> Self {
        Self(PLANTABLE.iter().map(|rule| (*rule, 1.0)).collect())
    }

    /// Nothing is planted: what a rule finds here is a false alarm.
    #[must_use]
    pub const fn clean() -> Self {
        Self(BTreeMap::new())
    }

    /// Only these, each written `RULE` or `RULE=STRENGTH`.
    ///
    /// # Errors
    /// [`SimulateError::Options`] naming what is no rule, or no strength above 0 and up to 10.
    pub fn only<'a>(planted: impl IntoIterator<Item = &'a str>) -> Result<Self, SimulateError> {
        let wrong = |what: String| SimulateError::Options { what };
        let mut plan = BTreeMap::new();
        for text in planted {
            let (rule, strength) = text.split_once('=').unwrap_or((text, "1"));
            let Some(rule) = PLANTABLE.iter().find(|r| **r == rule.trim()) else {
                return Err(wrong(format!("--plant {rule}（可选 / one of: {}）", PLANTABLE.join(", "))));
            };
            let strength = strength.trim().parse().ok().filter(|s: &f64| *s > 0.0 && *s <= MOST);
            plan.insert(*rule, strength.ok_or_else(|| wrong(format!("--plant {text}（强度 0–10 / strength above 0, up to 10）")))?);
        }
        Ok(Self(plan))
    }

    /// How strongly a rule's violations are planted; `None`: not at all.
    #[must_use]
    pub fn strength(&self, rule: &str) -> Option<f64> {
        self.0.get(rule).copied()
    }

    /// Whether a rule's violations are planted.
    #[must_use]
    pub fn plants(&self, rule: &str) -> bool {
        self.0.contains_key(rule)
    }

    /// As the options of the command line say it; empty for all.
    #[must_use]
    pub fn options(&self) -> String {
        if *self == Self::all() {
            return String::new();
        }
        if self.0.is_empty() {
            return " --clean".to_owned();
        }
        let one = |(rule, strength): (&&str, &f64)| {
            if *strength == 1.0 { format!(" --plant {rule}") } else { format!(" --plant {rule}={strength}") }
        };
        self.0.iter().map(one).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_reads_what_it_writes() {
        let plan = Plan::only(["overload", "licensed-cover=0.25"]).unwrap();
        assert_eq!(plan.strength("overload"), Some(1.0));
        assert_eq!(plan.strength("licensed-cover"), Some(0.25));
        assert!(!plan.plants("ticket-reused"));
        assert_eq!(plan.options(), " --plant licensed-cover=0.25 --plant overload");
        assert_eq!((Plan::all().options().as_str(), Plan::clean().options().as_str()), ("", " --clean"));
        for wrong in ["overlaod", "overload=0", "overload=-1", "overload=NaN", "overload=much"] {
            assert!(Plan::only([wrong]).is_err(), "{wrong}");
        }
    }
}
