//! Which numbers of the state, the ladder and the tiers of trust has the user decided?

use super::level::Level;
use super::state::Rules;
use super::uncertainty::Spread;
use serde::Deserialize;

/// The state of section 6. All numbers but the periods are logarithmic, and a period is one of the calendar.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatePolicy {
    /// Level before the first period.
    pub start_level: f64,
    /// Its standard deviation.
    pub start_sd: f64,
    /// Standard deviation of the level's change from one period to the next.
    pub level_sd_a_period: f64,
    /// Surprises above this many standard deviations shrink the gain.
    pub surprise_limit: f64,
    /// Periods over which class deviations look back.
    pub window_periods: u32,
    /// Periods after which a sale counts half in them.
    pub half_life_periods: f64,
    /// How much the deals of one seller are alike, 0 to 1.
    pub icc: f64,
    /// Standard deviation between deals, pooled over history.
    pub deal_sd: f64,
}

impl StatePolicy {
    /// As the filter takes them: variances instead of standard deviations.
    #[must_use]
    pub fn rules(&self) -> Rules {
        Rules {
            start: Level { m: self.start_level, p: self.start_sd * self.start_sd },
            variance_a_period: self.level_sd_a_period * self.level_sd_a_period,
            surprise_limit: self.surprise_limit,
            window: self.window_periods,
            half_life: self.half_life_periods,
            spread: Spread { icc: self.icc, sigma_pool: self.deal_sd },
        }
    }
}

/// How long a price may rest on older evidence.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ladder {
    /// Periods without a centre of their own that the state may price with today's netback (L4).
    pub carry_periods: u32,
    /// Further periods in which it does so as an indication, not for settlement (L5); then the price is suspended (L6).
    pub indicative_periods: u32,
}

/// How far a price can be trusted.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustPolicy {
    /// Prices over netback, logarithmic, up and down, that the search of influence tries beside the ends of the corridor.
    pub search_steps: Vec<f64>,
    /// What a price of tier A needs.
    pub a: Tier,
    /// What a price of tier B needs.
    pub b: Tier,
    /// What a price of tier C needs; anything less is D.
    pub c: Tier,
}

/// What a tier needs; a key that is not given is not asked for.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// Admitted sales, at least.
    pub sales: u32,
    /// Distinct sellers, at least.
    pub sellers: u32,
    /// Distinct buyers, at least.
    #[serde(default)]
    pub buyers: u32,
    /// Share of the largest seller, at most.
    #[serde(default = "whole")]
    pub top_share: f64,
    /// Influence of one seller, |ln|, at most.
    #[serde(default = "unlimited")]
    pub influence: f64,
}

fn whole() -> f64 {
    1.0
}

fn unlimited() -> f64 {
    f64::INFINITY
}
