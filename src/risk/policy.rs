//! Which numbers of policy make a score? Weights, levels, and the allocation of spot checks.

use crate::policy::{Policy, PolicyError};
use crate::rules::finding::{Certainty, Severity};
use serde::Deserialize;

/// The section `[risk]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskPolicy {
    /// What a finding without mass adds once a rule and month, kg.
    pub without_mass_kg: i64,
    /// Of each ton, per cent.
    pub weight_pct: Weights,
    /// Levels of a score.
    pub level: Levels,
    /// Spot checks.
    pub sample: SamplePolicy,
}

/// Weights by certainty, per cent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// The records alone contradict.
    pub proven: u32,
    /// A statistical test.
    pub strong: u32,
    /// Odd.
    pub lead: u32,
}

/// From which score on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Levels {
    /// High, kg.
    pub high_kg: i64,
    /// Medium, kg.
    pub medium_kg: i64,
}

/// How rights are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SamplePolicy {
    /// Least share of rights, per cent.
    pub least_share_pct: u32,
    /// Draws of a right at high risk for one at low.
    pub times_high: u32,
    /// At medium risk.
    pub times_medium: u32,
    /// At low risk.
    pub times_low: u32,
}

impl RiskPolicy {
    /// Reads and checks the section.
    ///
    /// # Errors
    /// [`PolicyError`] naming the key and what is allowed.
    pub fn load(policy: &Policy) -> Result<Self, PolicyError> {
        let own: Self = policy.section("risk")?;
        let wrong = |message: &str| Err(PolicyError::Section { section: "risk".to_owned(), message: message.to_owned() });
        let Weights { proven, strong, lead } = own.weight_pct;
        if proven > 100 || strong > proven || lead > strong {
            return wrong("weight_pct 应为 100 ≥ proven ≥ strong ≥ lead / weight_pct must be 100 >= proven >= strong >= lead");
        }
        if own.without_mass_kg < 0 || own.level.medium_kg < 1 || own.level.high_kg < own.level.medium_kg {
            return wrong(
                "应为 without_mass_kg ≥ 0、high_kg ≥ medium_kg ≥ 1 / without_mass_kg >= 0 and high_kg >= medium_kg >= 1 are wanted",
            );
        }
        let SamplePolicy { least_share_pct, times_high, times_medium, times_low } = own.sample;
        let ordered = times_high >= times_medium && times_medium >= times_low && times_low >= 1 && times_high <= 1000;
        if least_share_pct > 100 || !ordered {
            return wrong(
                "sample 应为 least_share_pct ≤ 100、1000 ≥ times_high ≥ times_medium ≥ times_low ≥ 1 / sample: least_share_pct <= 100 and 1000 >= times_high >= times_medium >= times_low >= 1 are wanted",
            );
        }
        Ok(own)
    }

    /// The weight of a finding's tonnes, per cent.
    #[must_use]
    pub const fn weight(&self, certainty: Certainty) -> u32 {
        match certainty {
            Certainty::Proven => self.weight_pct.proven,
            Certainty::Strong => self.weight_pct.strong,
            Certainty::Lead => self.weight_pct.lead,
        }
    }

    /// The level of a score.
    #[must_use]
    pub const fn level(&self, score_kg: i64) -> Severity {
        if score_kg >= self.level.high_kg {
            Severity::High
        } else if score_kg >= self.level.medium_kg {
            Severity::Medium
        } else {
            Severity::Low
        }
    }

    /// How many draws a right of this level gets for one at low risk.
    #[must_use]
    pub const fn times(&self, level: Severity) -> u32 {
        match level {
            Severity::High => self.sample.times_high,
            Severity::Medium => self.sample.times_medium,
            Severity::Low => self.sample.times_low,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_policy_is_sound_and_a_lead_never_outweighs_a_proof() {
        let policy = Policy::builtin().unwrap();
        let own = RiskPolicy::load(&policy).unwrap();
        assert_eq!((own.weight(Certainty::Proven), own.level(1_000_000), own.level(999_999)), (100, Severity::High, Severity::Medium));
        let user = |text: &str| policy.with(&text.parse().unwrap()).and_then(|p| RiskPolicy::load(&p)).map_err(|e| e.to_string());
        for (text, named) in [
            ("[risk.weight_pct]\nlead = 70\n", "lead"),
            ("[risk.weight_pct]\nproven = 101\n", "proven"),
            ("[risk.level]\nhigh_kg = 1\n", "high_kg"),
            ("[risk.sample]\ntimes_low = 0\n", "times_low"),
            ("[risk]\nwithout_mass = 1\n", "without_mass_kg"),
        ] {
            assert!(user(text).unwrap_err().contains(named), "{text}");
        }
    }
}
